/* SPDX-License-Identifier: MIT */
#include "policy_routes.h"

#include <string.h>
#include "v4map/prefixset.h"

static size_t count_ipv4(const struct prefix *set, size_t count)
{
	size_t ipv4 = 0;

	while (ipv4 < count && set[ipv4].addr.family == FAMILY_IPV4)
		ipv4++;
	return ipv4;
}

/* The union of what the matched rules name. */
static void collect(const struct policy *policy, struct decision *decision)
{
	size_t count = 0, lists = 0;

	for (size_t i = 0; i < decision->matched_count; i++) {
		const struct image_span span = policy->rules[decision->matched[i]].routes;

		memcpy(decision->routes + count, policy->prefixes + span.first,
			span.count * sizeof(struct prefix));
		count += span.count;
		lists += span.count != 0;
	}
	if (lists > 1)
		count = prefixset_canonicalise(decision->routes, count);
	decision->ipv4_count = count_ipv4(decision->routes, count);
	decision->ipv6_count = count - decision->ipv4_count;
}

/*
 * A route of a family that the tunnel lacks is worse than none: a client takes an IPv6 route all
 * the same and sends what it covers nowhere (OpenVPN 2.4 to 2.7).
 */
static void withhold(const struct peer *peer, struct decision *decision)
{
	if (!peer->tunnel_known)
		return;
	if ((peer->tunnel & TUNNEL_IPV6) == 0) {
		decision->withheld = decision->routes + decision->ipv4_count;
		decision->withheld_ipv6 = decision->ipv6_count;
		decision->ipv6_count = 0;
	}
	if ((peer->tunnel & TUNNEL_IPV4) == 0) {
		decision->withheld = decision->routes;
		decision->withheld_ipv4 = decision->ipv4_count;
		decision->routes += decision->ipv4_count;
		decision->ipv4_count = 0;
	}
	if (decision->withheld_ipv4 != 0)
		decision->mismatches |= MISMATCH_TUNNEL_LACKS_IPV4;
	if (decision->withheld_ipv6 != 0)
		decision->mismatches |= MISMATCH_TUNNEL_LACKS_IPV6;
}

/* The policy's IPv4 server addresses: they come first. */
static const struct prefix *ipv4_servers(const struct policy *policy, size_t *count)
{
	const struct image_span span = policy->header->servers;

	*count = count_ipv4(policy->prefixes + span.first, span.count);
	return policy->prefixes + span.first;
}

/* Without a server address any global one may be the server's. */
static bool covers_server(const struct policy *policy, const struct decision *decision)
{
	size_t count;
	const struct prefix *servers = ipv4_servers(policy, &count);

	for (size_t i = 0; i < count; i++)
		if (prefixset_contains(decision->routes, decision->ipv4_count, &servers[i].addr))
			return true;
	for (size_t i = 0; count == 0 && i < decision->ipv4_count; i++)
		if (form_is_global(&decision->routes[i]))
			return true;
	return false;
}

static bool is_server(const struct policy *policy, const struct prefix *block)
{
	size_t count;
	const struct prefix *servers = ipv4_servers(policy, &count);

	return block->len == 32 && prefixset_contains(servers, count, &block->addr);
}

/* The bypass is a host route to the server, and two of them to one address collide. */
static void leave_servers_out(const struct policy *policy, struct decision *decision)
{
	const size_t total = decision->ipv4_count + decision->ipv6_count;
	size_t kept = 0;

	for (size_t i = 0; i < total; i++) {
		const struct prefix block = decision->routes[i];

		if (is_server(policy, &block))
			decision->ipv4_count--;
		else
			decision->routes[kept++] = block;
	}
}

/* An IPv6 client protects its own transport from the routes it is given; an IPv4 client does not.
 */
static void add_bypass(
	const struct policy *policy, const struct peer *peer, struct decision *decision)
{
	const uint32_t mode = policy->header->bypass;
	bool covers;

	if (peer->addr.ip.family != FAMILY_IPV4 || decision->ipv4_count == 0 ||
		mode == IMAGE_BYPASS_NEVER)
		return;
	covers = covers_server(policy, decision);
	if (!covers && mode != IMAGE_BYPASS_ALWAYS)
		return;
	decision->bypass = true;
	if (covers)
		decision->mismatches |= MISMATCH_ROUTE_COVERS_SERVER;
	leave_servers_out(policy, decision);
}

void routes_decide(const struct policy *policy, const struct peer *peer, struct decision *decision)
{
	collect(policy, decision);
	withhold(peer, decision);
	add_bypass(policy, peer, decision);
}
