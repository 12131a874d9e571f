/* SPDX-License-Identifier: MIT */
#ifndef V4MAP_ROUTES_H
#define V4MAP_ROUTES_H
/*
 * What a set of routes means to a client: for the plugin that decides, and for who checks a policy
 * ahead.  All sets are canonical (prefixset.h); families are masks of IMAGE_IPV4 and IMAGE_IPV6.
 */

#include "v4map/policy.h"

/* Default routes may add a block of each family to the routes. */
enum { ROUTES_DEFAULTS = 2 };

/* How many blocks at the beginning are of IPv4. */
size_t routes_count_ipv4(const struct prefix *set, size_t count);
unsigned routes_families(const struct prefix *set, size_t count);

/*
 * Make `count` blocks in any order, and everything of these families, a set in place; `set` has
 * room for ROUTES_DEFAULTS more.  Returns how many it has.
 */
size_t routes_unite(struct prefix *set, size_t count, unsigned everything_of);

/* Lines for routes of one family: everything is pushed as its two halves. */
size_t routes_line_count(const struct prefix *routes, size_t count);

/*
 * Does one of the IPv4 routes hold an IPv4 address of the servers', which may be in any order? When
 * none is known any global address may be the server's.
 */
bool routes_cover_server(const struct prefix *routes, size_t count, const struct prefix *servers,
	size_t server_count);

/* Is a part of 64:ff9b::/96 excluded?  What is left of it is in the routes then. */
bool routes_exclude_nat64(const struct prefix *excluded, size_t count);

/* A client before 2.4 ends at so many lines of a family. */
static inline bool routes_too_many_for_old(size_t ipv4, size_t ipv6)
{
	return ipv4 > POLICY_OLD_ROUTES_MAX || ipv6 > POLICY_OLD_ROUTES_MAX;
}

/* An OpenVPN 3 client cannot connect. */
static inline bool routes_too_many_for_v3(size_t ipv4, size_t ipv6)
{
	return ipv4 * POLICY_V3_IPV4_BYTES + ipv6 * POLICY_V3_IPV6_BYTES > POLICY_V3_BYTES_MAX;
}

#endif
