/* SPDX-License-Identifier: MIT */
#include "policy_match.h"

#include "v4map/prefixset.h"

enum {
	FAMILY_UNKNOWN = 4,
	FORM_UNKNOWN = 1 << FORM_COUNT,
	TUNNEL_NONE = 1 << 0,
	TUNNEL_ANY = (1 << (TUNNEL_DUAL + 1)) - 1,
	LISTENER_ANY = IMAGE_IPV4 | IMAGE_IPV6 | FAMILY_UNKNOWN,
};

static unsigned family_bit(unsigned family)
{
	if (family == FAMILY_NONE)
		return FAMILY_UNKNOWN;
	return family == FAMILY_IPV4 ? IMAGE_IPV4 : IMAGE_IPV6;
}

static unsigned form_bits(const struct peer *peer, enum stage stage)
{
	const unsigned either = 1u << FORM_NATIVE | 1u << FORM_MAPPED;
	const unsigned form = 1u << peer->addr.form;

	if (peer->addr.ip.family == FAMILY_NONE)
		return FORM_UNKNOWN;
	/* OpenVPN 2.4 to 2.7 show a mapped peer as plain IPv4 at TLS_VERIFY. */
	if (stage == STAGE_VERIFY && peer->addr.ip.family == FAMILY_IPV4 && (form & either) != 0)
		return either;
	return form;
}

static unsigned tunnel_bits(const struct peer *peer, enum stage stage)
{
	if (stage == STAGE_VERIFY)
		return TUNNEL_ANY;
	return peer->tunnel_known ? 1u << (peer->tunnel & TUNNEL_DUAL) : TUNNEL_NONE;
}

void traits_read(const struct peer *peer, enum stage stage, struct traits *ret)
{
	*ret = (struct traits){
		.families = family_bit(peer->addr.ip.family),
		.forms = form_bits(peer, stage),
		.listeners = stage == STAGE_VERIFY ? LISTENER_ANY : family_bit(peer->listener),
		.tunnels = tunnel_bits(peer, stage),
		.ip = &peer->addr.ip,
		.common_name = peer->common_name,
	};
}

/* Whatever the peer turns out to be, it is not what is asked for. */
static bool fails(unsigned asked, unsigned possible)
{
	return asked != 0 && (asked & possible) == 0;
}

/* It depends on what the peer turns out to be. */
static bool depends(unsigned asked, unsigned possible)
{
	return asked != 0 && (possible & ~asked) != 0;
}

static bool name_matches(
	const struct policy *policy, struct image_span globs, const char *common_name)
{
	if (common_name == NULL)
		return false;
	for (uint32_t i = 0; i < globs.count; i++)
		if (glob_match(policy_text(policy, policy->strings[globs.first + i]), common_name))
			return true;
	return false;
}

static enum condition find_unmet(
	const struct policy *policy, const struct image_rule *rule, const struct traits *traits)
{
	if (fails(rule->families, traits->families))
		return CONDITION_FAMILY;
	if (fails(rule->forms, traits->forms))
		return CONDITION_FORM;
	if (fails(rule->listeners, traits->listeners))
		return CONDITION_LISTENER;
	if (fails(rule->tunnels, traits->tunnels))
		return CONDITION_TUNNEL;
	if (rule->peers.count != 0 && !prefixset_contains(policy->prefixes + rule->peers.first,
					      rule->peers.count, traits->ip))
		return CONDITION_PEER;
	if (rule->common_names.count != 0 &&
		!name_matches(policy, rule->common_names, traits->common_name))
		return CONDITION_COMMON_NAME;
	return CONDITION_NONE;
}

enum match rule_match(const struct policy *policy, const struct image_rule *rule,
	const struct traits *traits, enum condition *unmet)
{
	*unmet = find_unmet(policy, rule, traits);
	if (*unmet != CONDITION_NONE)
		return MATCH_NO;
	if (depends(rule->families, traits->families) || depends(rule->forms, traits->forms) ||
		depends(rule->listeners, traits->listeners) ||
		depends(rule->tunnels, traits->tunnels))
		return MATCH_MAYBE;
	return MATCH_YES;
}

enum condition policy_unmet(const struct policy *policy, size_t rule, const struct peer *peer)
{
	enum condition unmet;
	struct traits traits;

	traits_read(peer, STAGE_CONNECT, &traits);
	(void)rule_match(policy, &policy->rules[rule], &traits, &unmet);
	return unmet;
}

const char *condition_name(enum condition condition)
{
	static const char *const NAMES[] = {
		[CONDITION_NONE] = "none",
		[CONDITION_FAMILY] = "family",
		[CONDITION_FORM] = "form",
		[CONDITION_LISTENER] = "listener",
		[CONDITION_TUNNEL] = "tunnel",
		[CONDITION_PEER] = "peer",
		[CONDITION_COMMON_NAME] = "common-name",
	};

	return NAMES[condition];
}
