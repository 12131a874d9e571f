/* SPDX-License-Identifier: MIT */
#ifndef V4MAP_POLICY_MATCH_H
#define V4MAP_POLICY_MATCH_H
/* Does a rule match a peer, as far as the stage can tell? */

#include "v4map/policy.h"

enum match { MATCH_NO = 0, MATCH_MAYBE, MATCH_YES };

/*
 * What a peer may turn out to be, in the bits of the rules' masks: one bit where it is known,
 * several where it is not.  A bit that no rule can ask for stands for "none" or "unknown".
 */
struct traits {
	unsigned families, forms, listeners, tunnels;
	bool says_nothing_yet; /* version and platform are not known at this stage */
	uint32_t client_version;
	const char *platform;
	const struct ipaddr *ip;
	const char *common_name;
	struct glob_runs name_has;
	uint32_t gate;			/* the bits that a rule's gate must have */
	uint32_t lists_asked, lists_in; /* prefix lists that were searched, and found it in */
};

void traits_read(const struct peer *peer, enum stage stage, struct traits *ret);

/* False: the rule does not match; true says nothing. */
static inline bool gate_lets(const struct image_gate *gate, const struct traits *traits)
{
	return (traits->gate & ~gate->lets) == 0 && glob_may_match(gate->needs, traits->name_has);
}

/* *unmet is the first condition that keeps the rule from matching, or CONDITION_NONE. */
enum match rule_match(const struct policy *policy, const struct image_rule *rule,
	struct traits *traits, enum condition *unmet);

#endif
