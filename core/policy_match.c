/* SPDX-License-Identifier: MIT */
#include "policy_match.h"

#include "v4map/prefixset.h"

enum {
	FAMILY_UNKNOWN = 4,
	FORM_UNKNOWN = 1 << FORM_COUNT,
	TUNNEL_UNKNOWN = 1 << (TUNNEL_DUAL + 1),
	TUNNEL_ANY = TUNNEL_UNKNOWN | (TUNNEL_UNKNOWN - 1),
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
	return peer->tunnel_known ? 1u << (peer->tunnel & TUNNEL_DUAL) : TUNNEL_UNKNOWN;
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

static enum match mask_match(unsigned asked, unsigned possible)
{
	if (asked == 0 || (possible & ~asked) == 0)
		return MATCH_YES;
	return (asked & possible) != 0 ? MATCH_MAYBE : MATCH_NO;
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

/* The four masks in the order of enum condition. */
static enum match masks_match(
	const struct image_rule *rule, const struct traits *traits, enum condition *unmet)
{
	const enum match of[] = {
		mask_match(rule->families, traits->families),
		mask_match(rule->forms, traits->forms),
		mask_match(rule->listeners, traits->listeners),
		mask_match(rule->tunnels, traits->tunnels),
	};
	enum match match = MATCH_YES;

	for (unsigned i = 0; i < sizeof(of) / sizeof(of[0]); i++) {
		if (of[i] == MATCH_NO) {
			*unmet = (enum condition)(CONDITION_FAMILY + i);
			return MATCH_NO;
		}
		if (of[i] == MATCH_MAYBE)
			match = MATCH_MAYBE;
	}
	return match;
}

enum match rule_match(const struct policy *policy, const struct image_rule *rule,
	const struct traits *traits, enum condition *unmet)
{
	const struct prefix *peers = policy->prefixes + rule->peers.first;
	enum match match;

	*unmet = CONDITION_NONE;
	match = masks_match(rule, traits, unmet);
	if (match == MATCH_NO)
		return MATCH_NO;
	if (rule->peers.count != 0 && !prefixset_contains(peers, rule->peers.count, traits->ip))
		*unmet = CONDITION_PEER;
	else if (rule->common_names.count != 0 &&
		 !name_matches(policy, rule->common_names, traits->common_name))
		*unmet = CONDITION_COMMON_NAME;
	return *unmet == CONDITION_NONE ? match : MATCH_NO;
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
