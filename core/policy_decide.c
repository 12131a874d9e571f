/* SPDX-License-Identifier: MIT */
#include <string.h>
#include "policy_match.h"
#include "policy_routes.h"

/* The scratch memory: indices, then blocks, then bits; falling alignment needs no padding. */
static size_t matched_size(const struct policy *policy)
{
	return policy->rule_count * sizeof(uint16_t);
}

static size_t routes_size(const struct policy *policy)
{
	return policy->route_max * sizeof(struct prefix);
}

size_t policy_scratch_size(const struct policy *policy)
{
	return matched_size(policy) + routes_size(policy) + policy->text_size / 8 + 1;
}

static void decision_init(const struct policy *policy, void *scratch, struct decision *ret)
{
	uint8_t *bytes = scratch;

	*ret = (struct decision){
		.verdict = VERDICT_ALLOW,
		.matched = scratch,
		.routes = (void *)(bytes + matched_size(policy)),
		.rendered = bytes + matched_size(policy) + routes_size(policy),
	};
	ret->withheld = ret->routes;
}

static bool ends(const struct image_rule *rule)
{
	return rule->deny != IMAGE_NO_TEXT || rule->last != 0;
}

/* What the rule says now that it matches; false when no further rule is asked. */
static bool apply(
	const struct image_rule *rule, uint32_t index, enum stage stage, struct decision *ret)
{
	ret->matched[ret->matched_count++] = (uint16_t)index;
	if (rule->deny != IMAGE_NO_TEXT &&
		(stage == STAGE_CONNECT || rule->deny_at == IMAGE_DENY_AT_VERIFY)) {
		ret->verdict = VERDICT_DENY;
		ret->deny_rule = index;
	}
	return !ends(rule);
}

void policy_decide(const struct policy *policy, const struct peer *peer, enum stage stage,
	void *scratch, struct decision *ret)
{
	enum condition unmet;
	struct traits traits;

	decision_init(policy, scratch, ret);
	ret->mismatches = peer->mismatches;
	traits_read(peer, stage, &traits);
	for (uint32_t i = 0; i < policy->rule_count; i++) {
		const struct image_rule *rule = &policy->rules[i];
		enum match match = rule_match(policy, rule, &traits, &unmet);

		if (match == MATCH_NO)
			continue;
		/* If it does match it ends the question, so whatever follows is not decided. */
		if (match == MATCH_MAYBE && ends(rule))
			break;
		if (match == MATCH_YES && !apply(rule, i, stage, ret))
			break;
	}
	if (stage == STAGE_CONNECT && ret->verdict == VERDICT_ALLOW)
		routes_decide(policy, peer, ret);
}
