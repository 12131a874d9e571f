/* SPDX-License-Identifier: MIT */
#ifndef V4MAP_POLICY_ROUTES_H
#define V4MAP_POLICY_ROUTES_H
/* Which routes the matched rules give this peer, and whether it needs a way around the tunnel. */

#include "v4map/policy.h"

/* Fill in the decision's routes, withheld, bypass and the mismatches that come of them. */
void routes_decide(const struct policy *policy, const struct peer *peer, struct decision *decision);

#endif
