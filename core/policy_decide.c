/* SPDX-License-Identifier: MIT */
#include "policy_match.h"
#include "policy_routes.h"
#include "v4map/prefixset.h"

/* The scratch memory: indices, then blocks, then bits; falling alignment needs no padding. */
static size_t matched_size(const struct policy *policy)
{
	return policy->rule_count * sizeof(uint16_t);
}

size_t policy_scratch_size(const struct policy *policy)
{
	return matched_size(policy) + routes_scratch_count(policy) * sizeof(struct prefix) +
	       policy->text_size / 8 + 1;
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

static bool is_proxied(const struct policy *policy, const struct peer *peer)
{
	const struct image_span span = policy->header->proxies;

	return prefixset_contains(policy->prefixes + span.first, span.count, &peer->addr.ip);
}

void policy_match(const struct policy *policy, const struct peer *peer, enum stage stage,
	void *scratch, struct decision *ret)
{
	struct prefix *blocks = (void *)((uint8_t *)scratch + matched_size(policy));
	enum condition unmet;
	struct traits traits;

	*ret = (struct decision){.verdict = VERDICT_ALLOW,
		.mismatches = peer->mismatches,
		.matched = scratch,
		.routes = blocks,
		.rendered = (uint8_t *)(blocks + routes_scratch_count(policy))};
	if (is_proxied(policy, peer))
		ret->mismatches |= MISMATCH_PROXIED;
	traits_read(peer, stage, &traits);
	for (uint32_t i = 0; i < policy->rule_count; i++) {
		const struct image_rule *rule = &policy->rules[i];
		enum match match = gate_lets(&policy->gates[i], &traits)
					   ? rule_match(policy, rule, &traits, &unmet)
					   : MATCH_NO;

		if (match == MATCH_NO)
			continue;
		/* If it does match it ends the question, so whatever follows is not decided. */
		if (match == MATCH_MAYBE && ends(rule))
			break;
		if (match == MATCH_YES && !apply(rule, i, stage, ret))
			break;
	}
}

void policy_decide(const struct policy *policy, const struct peer *peer, enum stage stage,
	void *scratch, struct decision *ret)
{
	policy_match(policy, peer, stage, scratch, ret);
	if (stage == STAGE_CONNECT && ret->verdict == VERDICT_ALLOW)
		policy_route(policy, peer, ret);
}
