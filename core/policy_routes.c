/* SPDX-License-Identifier: MIT */
#include "policy_routes.h"

#include <stddef.h>
#include <string.h>
#include "v4map/prefixset.h"

size_t routes_scratch_count(const struct policy *policy)
{
	const size_t united = policy->route_max + ROUTES_DEFAULTS;
	const size_t left = policy->exclude_max != 0 ? (size_t)POLICY_ROUTES_MAX : 0;

	return united + policy->exclude_max + left + policy->header->servers.count +
	       2 * policy->dns_max;
}

/* The blocks of all matched rules; `member` is the place of the span in struct image_rule. */
static size_t gather(const struct policy *policy, const struct decision *decision, size_t member,
	struct prefix *ret)
{
	size_t count = 0;

	for (size_t i = 0; i < decision->matched_count; i++) {
		const char *rule = (const char *)&policy->rules[decision->matched[i]];
		const struct image_span span =
			*(const struct image_span *)(const void *)(rule + member);

		memcpy(ret + count, policy->prefixes + span.first,
			span.count * sizeof(struct prefix));
		count += span.count;
	}
	return count;
}

static size_t unite_excludes(
	const struct policy *policy, const struct decision *decision, struct prefix *ret)
{
	const size_t member = offsetof(struct image_rule, excludes);

	return prefixset_canonicalise(ret, gather(policy, decision, member, ret));
}

static size_t unite_routes(const struct policy *policy, const struct decision *decision,
	unsigned defaults, struct prefix *ret)
{
	const size_t member = offsetof(struct image_rule, routes);

	return routes_unite(ret, gather(policy, decision, member, ret), defaults);
}

static unsigned wanted_defaults(const struct policy *policy, const struct decision *decision)
{
	unsigned wanted = 0;

	for (size_t i = 0; i < decision->matched_count; i++)
		wanted |= policy->rules[decision->matched[i]].default_route;
	return wanted;
}

/* The union of what the matched rules name, without the union of what they exclude. */
static void collect(const struct policy *policy, const struct peer *peer, struct prefix *blocks,
	struct decision *decision)
{
	struct prefix *united = blocks, *excluded = united + policy->route_max + ROUTES_DEFAULTS;
	struct prefix *left = excluded + policy->exclude_max;
	unsigned defaults;
	size_t count;
	long kept;

	decision->excluded = excluded;
	decision->excluded_count = unite_excludes(policy, decision, excluded);
	defaults = gateway_decide(policy, peer, wanted_defaults(policy, decision),
		routes_families(excluded, decision->excluded_count), decision);
	count = unite_routes(policy, decision, defaults, united);
	decision->united = decision->routes = united;
	decision->united_count = count;
	if (decision->excluded_count != 0) {
		kept = prefixset_subtract(
			united, count, excluded, decision->excluded_count, left, POLICY_ROUTES_MAX);
		decision->overflow = kept < 0;
		decision->routes = left;
		count = kept < 0 ? 0 : (size_t)kept;
	}
	decision->ipv4_count = routes_count_ipv4(decision->routes, count);
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

static bool covers_server(const struct policy *policy, const struct decision *decision)
{
	const struct image_span span = policy->header->servers;

	return routes_cover_server(
		decision->routes, decision->ipv4_count, policy->prefixes + span.first, span.count);
}

static bool is_server(const struct policy *policy, const struct prefix *block)
{
	const struct image_span span = policy->header->servers;

	return block->addr.family == FAMILY_IPV4 && block->len == 32 &&
	       prefixset_contains(policy->prefixes + span.first, span.count, &block->addr);
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

/*
 * An IPv6 client protects its own transport from the routes it is given; an IPv4 client does not.
 */
static void add_bypass(
	const struct policy *policy, const struct peer *peer, struct decision *decision)
{
	const uint32_t mode = policy->header->bypass;
	bool covers;

	/* With redirect-gateway the client makes that route itself. */
	if (peer->addr.ip.family != FAMILY_IPV4 || decision->ipv4_count == 0 ||
		mode == IMAGE_BYPASS_NEVER || (decision->redirect & IMAGE_IPV4) != 0)
		return;
	covers = covers_server(policy, decision);
	if (!covers && mode != IMAGE_BYPASS_ALWAYS)
		return;
	decision->bypass = true;
	if (covers)
		decision->mismatches |= MISMATCH_ROUTE_COVERS_SERVER;
	leave_servers_out(policy, decision);
}

/* Does the block hold one of the policy's server addresses? */
static bool covers_listed_server(const struct policy *policy, const struct prefix *block)
{
	const struct image_span span = policy->header->servers;

	return prefixset_overlaps(policy->prefixes + span.first, span.count, block);
}

/* A 2.3 client does not even protect its IPv6 transport, and there is no bypass for it. */
static void spare_old_client(const struct policy *policy, const struct peer *peer,
	struct prefix *cutting, struct decision *decision)
{
	struct prefix *routes = decision->routes + decision->ipv4_count;
	size_t kept = 0;

	decision->cutting = cutting;
	if (peer->addr.ip.family != FAMILY_IPV6 || !client_is_old(peer->client_version))
		return;
	for (size_t i = 0; i < decision->ipv6_count; i++) {
		if (covers_listed_server(policy, &routes[i]))
			cutting[decision->cutting_count++] = routes[i];
		else
			routes[kept++] = routes[i];
	}
	decision->ipv6_count = kept;
	if (decision->cutting_count != 0)
		decision->mismatches |= MISMATCH_ROUTE_COVERS_SERVER;
}

/* An old client ends when it is given more, and OpenVPN 3 cannot connect. */
static void count_lines(const struct peer *peer, struct decision *decision)
{
	const struct prefix *ipv6_routes = decision->routes + decision->ipv4_count;
	const size_t ipv4 =
		routes_line_count(decision->routes, decision->ipv4_count) + decision->bypass;
	const size_t ipv6 = routes_line_count(ipv6_routes, decision->ipv6_count) +
			    (decision->nat64_guard ? 2 : 0);

	if ((client_is_old(peer->client_version) && routes_too_many_for_old(ipv4, ipv6)) ||
		(peer->client_version >= CLIENT_VERSION(3, 0) &&
			routes_too_many_for_v3(ipv4, ipv6)) ||
		decision->overflow)
		decision->mismatches |= MISMATCH_TOO_MANY_ROUTES;
}

void policy_route(const struct policy *policy, const struct peer *peer, struct decision *ret)
{
	struct prefix *blocks = ret->routes;
	struct prefix *dns = blocks + routes_scratch_count(policy) - 2 * policy->dns_max;
	struct prefix *cutting = dns - policy->header->servers.count;

	collect(policy, peer, blocks, ret);
	withhold(peer, ret);
	spare_old_client(policy, peer, cutting, ret);
	if (routes_exclude_nat64(ret->excluded, ret->excluded_count))
		ret->nat64_guard = false;
	add_bypass(policy, peer, ret);
	gateway_dns(policy, peer, dns, ret);
	count_lines(peer, ret);
}
