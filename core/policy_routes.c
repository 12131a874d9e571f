/* SPDX-License-Identifier: MIT */
#include "policy_routes.h"

#include <stddef.h>
#include <string.h>
#include "v4map/prefixset.h"

/* Default routes may add a block of each family to the routes. */
enum { DEFAULTS = 2 };

size_t routes_scratch_count(const struct policy *policy)
{
	const size_t united = policy->route_max + DEFAULTS;
	const size_t left = policy->exclude_max != 0 ? (size_t)POLICY_ROUTES_MAX : 0;

	return united + policy->exclude_max + left + policy->header->servers.count +
	       2 * policy->dns_max;
}

size_t routes_count_ipv4(const struct prefix *set, size_t count)
{
	size_t ipv4 = 0;

	while (ipv4 < count && set[ipv4].addr.family == FAMILY_IPV4)
		ipv4++;
	return ipv4;
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
	static const struct prefix EVERYTHING[] = {
		{.addr = {.family = FAMILY_IPV4}}, {.addr = {.family = FAMILY_IPV6}}};
	size_t count = gather(policy, decision, offsetof(struct image_rule, routes), ret);

	if ((defaults & IMAGE_IPV4) != 0)
		ret[count++] = EVERYTHING[0];
	if ((defaults & IMAGE_IPV6) != 0)
		ret[count++] = EVERYTHING[1];
	return prefixset_canonicalise(ret, count);
}

static unsigned families_of(const struct prefix *set, size_t count)
{
	const size_t ipv4 = routes_count_ipv4(set, count);

	return (ipv4 != 0 ? IMAGE_IPV4 : 0u) | (ipv4 != count ? IMAGE_IPV6 : 0u);
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
	struct prefix *united = blocks, *excluded = united + policy->route_max + DEFAULTS;
	struct prefix *left = excluded + policy->exclude_max;
	unsigned defaults;
	size_t count;
	long kept;

	decision->excluded = excluded;
	decision->excluded_count = unite_excludes(policy, decision, excluded);
	defaults = gateway_decide(policy, peer, wanted_defaults(policy, decision),
		families_of(excluded, decision->excluded_count), decision);
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

/* The policy's IPv4 server addresses: they come first. */
static const struct prefix *ipv4_servers(const struct policy *policy, size_t *count)
{
	const struct image_span span = policy->header->servers;

	*count = routes_count_ipv4(policy->prefixes + span.first, span.count);
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

/* Everything is pushed as its two halves. */
static size_t line_count(const struct prefix *routes, size_t count)
{
	return count + (count != 0 && routes[0].len == 0);
}

/* An old client ends when it is given more, and OpenVPN 3 cannot connect. */
static void count_lines(const struct peer *peer, struct decision *decision)
{
	const struct prefix *ipv6_routes = decision->routes + decision->ipv4_count;
	const size_t ipv4 = line_count(decision->routes, decision->ipv4_count) + decision->bypass;
	const size_t ipv6 =
		line_count(ipv6_routes, decision->ipv6_count) + (decision->nat64_guard ? 2 : 0);
	const bool too_many_for_old = ipv4 > POLICY_OLD_ROUTES_MAX || ipv6 > POLICY_OLD_ROUTES_MAX;
	const bool too_many_for_v3 =
		ipv4 * POLICY_V3_IPV4_BYTES + ipv6 * POLICY_V3_IPV6_BYTES > POLICY_V3_BYTES_MAX;

	if ((client_is_old(peer->client_version) && too_many_for_old) ||
		(peer->client_version >= CLIENT_VERSION(3, 0) && too_many_for_v3) ||
		decision->overflow)
		decision->mismatches |= MISMATCH_TOO_MANY_ROUTES;
}

/* Not where it is excluded: what is left of it is in the routes then, in narrower blocks. */
static void settle_nat64_guard(struct decision *decision)
{
	static const struct prefix WELL_KNOWN = {
		.addr = {.family = FAMILY_IPV6, .bytes = {0x00, 0x64, 0xff, 0x9b}}, .len = 96};

	if (prefixset_overlaps(decision->excluded, decision->excluded_count, &WELL_KNOWN))
		decision->nat64_guard = false;
}

void policy_route(const struct policy *policy, const struct peer *peer, struct decision *ret)
{
	struct prefix *blocks = ret->routes;
	struct prefix *dns = blocks + routes_scratch_count(policy) - 2 * policy->dns_max;
	struct prefix *cutting = dns - policy->header->servers.count;

	collect(policy, peer, blocks, ret);
	withhold(peer, ret);
	spare_old_client(policy, peer, cutting, ret);
	settle_nat64_guard(ret);
	add_bypass(policy, peer, ret);
	gateway_dns(policy, peer, dns, ret);
	count_lines(peer, ret);
}
