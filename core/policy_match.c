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

static uint32_t gate_bits(unsigned families, unsigned listeners, unsigned tunnels, unsigned forms)
{
	return families | listeners << 4 | tunnels << 8 | forms << 16;
}

_Static_assert(FORM_UNKNOWN < 1 << 16, "the gate's bits");

/* What is not certain must not be asked for. */
static unsigned if_certain(unsigned possible)
{
	return (possible & (possible - 1)) == 0 ? possible : 0;
}

struct image_gate rule_gate(
	const struct image_rule *rule, const uint32_t *strings, const char *texts)
{
	const struct image_span names = rule->common_names;
	struct image_gate gate = {.needs = {{0, 0}}};

	/* No condition lets everything through, what is unknown, too. */
	gate.lets = gate_bits(rule->families != 0 ? rule->families : 0xf,
		rule->listeners != 0 ? rule->listeners : 0xf,
		rule->tunnels != 0 ? rule->tunnels : 0xf, rule->forms != 0 ? rule->forms : 0xffff);
	for (uint32_t i = 0; i < names.count; i++) {
		struct glob_runs needs = glob_find_runs(texts + strings[names.first + i]);

		gate.needs.bits[0] = needs.bits[0] & (i != 0 ? gate.needs.bits[0] : UINT32_MAX);
		gate.needs.bits[1] = needs.bits[1] & (i != 0 ? gate.needs.bits[1] : UINT32_MAX);
	}
	return gate;
}

void traits_read(const struct peer *peer, enum stage stage, struct traits *ret)
{
	*ret = (struct traits){
		.families = family_bit(peer->addr.ip.family),
		.forms = form_bits(peer, stage),
		.listeners = stage == STAGE_VERIFY ? LISTENER_ANY : family_bit(peer->listener),
		.tunnels = tunnel_bits(peer, stage),
		.says_nothing_yet = stage == STAGE_VERIFY,
		.client_version = peer->client_version,
		.platform = peer->platform,
		.ip = &peer->addr.ip,
		.common_name = peer->common_name,
	};
	if (ret->common_name != NULL)
		ret->name_has = glob_find_runs(ret->common_name);
	ret->gate = gate_bits(if_certain(ret->families), if_certain(ret->listeners),
		if_certain(ret->tunnels), if_certain(ret->forms));
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

static bool name_matches(const struct policy *policy, struct image_span globs, const char *name)
{
	if (name == NULL)
		return false;
	for (uint32_t i = 0; i < globs.count; i++)
		if (glob_match(policy_text(policy, policy->strings[globs.first + i]), name))
			return true;
	return false;
}

static bool version_matches(
	const struct policy *policy, struct image_span versions, uint32_t client_version)
{
	for (uint32_t i = 0; i < versions.count; i++) {
		const struct version_range *range = &policy->ranges[versions.first + i];

		if (client_version >= range->low && client_version <= range->high)
			return true;
	}
	return false;
}

static bool list_contains(
	const struct policy *policy, struct image_span list, const struct ipaddr *ip)
{
	const uint32_t end = list.first + list.count;
	const uint32_t mark = image_mark_count(list.first); /* the first inside of it */
	const uint32_t next = mark + (uint32_t)prefixset_rank(policy->list_marks + mark,
					     image_mark_count(end) - mark, ip);
	const uint32_t low = next == mark ? list.first : (next - 1) * IMAGE_MARK_STEP;
	const uint32_t high = end / IMAGE_MARK_STEP < next ? end : next * IMAGE_MARK_STEP;

	return prefixset_contains(policy->list_prefixes + low, high - low, ip);
}

/* Each list is searched once for a peer, however many rules ask for it. */
static bool is_listed(const struct policy *policy, uint32_t lists, struct traits *traits)
{
	uint32_t left = lists & ~traits->lists_asked;

	for (uint32_t i = 0; left != 0 && (lists & traits->lists_in) == 0; i++, left >>= 1) {
		const struct image_list *list = &policy->lists[i];

		if ((left & 1) == 0)
			continue;
		traits->lists_asked |= 1u << i;
		if (list_contains(policy, list->blocks, traits->ip))
			traits->lists_in |= 1u << i;
	}
	return (lists & traits->lists_in) != 0;
}

/* What the client itself says comes after the handshake: there nothing fails for it. */
static enum condition find_unmet_hint(
	const struct policy *policy, const struct image_rule *rule, const struct traits *traits)
{
	if (traits->says_nothing_yet)
		return CONDITION_NONE;
	if (rule->versions.count != 0 &&
		!version_matches(policy, rule->versions, traits->client_version))
		return CONDITION_CLIENT_VERSION;
	if (rule->platforms.count != 0 && !name_matches(policy, rule->platforms, traits->platform))
		return CONDITION_PLATFORM;
	return CONDITION_NONE;
}

static enum condition find_unmet(
	const struct policy *policy, const struct image_rule *rule, struct traits *traits)
{
	enum condition hint;

	if (fails(rule->families, traits->families))
		return CONDITION_FAMILY;
	if (fails(rule->forms, traits->forms))
		return CONDITION_FORM;
	if (fails(rule->listeners, traits->listeners))
		return CONDITION_LISTENER;
	if (fails(rule->tunnels, traits->tunnels))
		return CONDITION_TUNNEL;
	hint = find_unmet_hint(policy, rule, traits);
	if (hint != CONDITION_NONE)
		return hint;
	if (rule->peers.count != 0 && !prefixset_contains(policy->prefixes + rule->peers.first,
					      rule->peers.count, traits->ip))
		return CONDITION_PEER;
	if (rule->lists != 0 && !is_listed(policy, rule->lists, traits))
		return CONDITION_PEER_LIST;
	if (rule->common_names.count != 0 &&
		!name_matches(policy, rule->common_names, traits->common_name))
		return CONDITION_COMMON_NAME;
	return CONDITION_NONE;
}

static bool waits_for_hint(const struct image_rule *rule, const struct traits *traits)
{
	return traits->says_nothing_yet &&
	       (rule->versions.count != 0 || rule->platforms.count != 0);
}

enum match rule_match(const struct policy *policy, const struct image_rule *rule,
	struct traits *traits, enum condition *unmet)
{
	*unmet = find_unmet(policy, rule, traits);
	if (*unmet != CONDITION_NONE)
		return MATCH_NO;
	if (depends(rule->families, traits->families) || depends(rule->forms, traits->forms) ||
		depends(rule->listeners, traits->listeners) ||
		depends(rule->tunnels, traits->tunnels) || waits_for_hint(rule, traits))
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
		[CONDITION_CLIENT_VERSION] = "client-version",
		[CONDITION_PLATFORM] = "platform",
		[CONDITION_PEER] = "peer",
		[CONDITION_PEER_LIST] = "peer-list",
		[CONDITION_COMMON_NAME] = "common-name",
	};

	return NAMES[condition];
}
