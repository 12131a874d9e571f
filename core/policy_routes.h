/* SPDX-License-Identifier: MIT */
#ifndef V4MAP_POLICY_ROUTES_H
#define V4MAP_POLICY_ROUTES_H
/*
 * What the matched rules give this peer: policy_routes.c for routes, policy_gateway.c for default
 * routes and name servers.  Both write into blocks of the scratch memory.
 */

#include "v4map/routes.h"

/* Blocks of scratch memory. */
size_t routes_scratch_count(const struct policy *policy);

/*
 * Default routes: of the families in `wanted`, which this peer's tunnel has, some become flags of
 * redirect-gateway; those for which this returns a bit become blocks among its routes: where
 * something is excluded from them, or the client knows no flag for them.
 */
unsigned gateway_decide(const struct policy *policy, const struct peer *peer, unsigned wanted,
	unsigned excluded, struct decision *decision);

/* The matched rules' name servers, each once; `addresses` has room for all of them. */
void gateway_dns(const struct policy *policy, const struct peer *peer, struct prefix *addresses,
	struct decision *decision);

#endif
