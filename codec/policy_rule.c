/* SPDX-License-Identifier: MIT */
/* The keys of a rule and of its `when`, and what a whole rule must keep to. */
#include "policy_draft.h"

#include <errno.h>
#include <string.h>
#include "v4map/prefixset.h"
#include "v4map/push.h"

enum { SHOWN = 60 }; /* bytes of a text that an error repeats */

static struct image_rule *image(struct draft *draft)
{
	return &draft_rule(draft)->image;
}

static int set_name(struct draft *draft, const struct scalar *value, struct err *err)
{
	struct draft_text *text;
	int rc = value_name("name", value, err);

	if (rc != 0)
		return rc;
	text = draft_text(draft, value->text, value->len);
	if (text->name_line != 0) {
		err->code = "duplicate-name";
		return err_set(err, -EINVAL, "name: '%s' is the rule on line %u already",
			value->text, text->name_line);
	}
	text->name_line = value->at.line;
	image(draft)->name = text->offset;
	draft_rule(draft)->named = true;
	return 0;
}

static int add_family(const struct scalar *value, uint8_t *mask, struct err *err)
{
	static const char *const NAMES[] = {"ipv4", "ipv6"};
	unsigned choice = 0;
	int rc = value_choice(value, NAMES, 2, &choice, err);

	if (rc == 0)
		*mask |= choice == 0 ? IMAGE_IPV4 : IMAGE_IPV6;
	return rc;
}

static int add_when_family(struct draft *draft, const struct scalar *value, struct err *err)
{
	return add_family(value, &image(draft)->families, err);
}

static int add_listener(struct draft *draft, const struct scalar *value, struct err *err)
{
	return add_family(value, &image(draft)->listeners, err);
}

static int add_form(struct draft *draft, const struct scalar *value, struct err *err)
{
	const char *names[FORM_COUNT];
	unsigned choice = 0;
	int rc;

	for (unsigned i = 0; i < FORM_COUNT; i++)
		names[i] = form_name((enum form)i);
	rc = value_choice(value, names, FORM_COUNT, &choice, err);
	if (rc == 0)
		image(draft)->forms |= (uint16_t)(1u << choice);
	return rc;
}

static int add_tunnel(struct draft *draft, const struct scalar *value, struct err *err)
{
	static const char *const NAMES[] = {"ipv4", "ipv6", "dual"};
	static const uint8_t BITS[] = {1 << TUNNEL_IPV4, 1 << TUNNEL_IPV6, 1 << TUNNEL_DUAL};
	unsigned choice = 0;
	int rc = value_choice(value, NAMES, 3, &choice, err);

	if (rc == 0)
		image(draft)->tunnels |= BITS[choice];
	return rc;
}

static int add_peer(struct draft *draft, const struct scalar *value, struct err *err)
{
	return value_prefix(draft, value, &image(draft)->peers, err);
}

static int add_peer_list(struct draft *draft, const struct scalar *value, struct err *err)
{
	int rc = value_name("peer-list", value, err);

	if (rc != 0)
		return rc;
	draft->references[draft->reference_count++] =
		(struct draft_reference){.rule = draft->rule_count - 1,
			.name = draft_text(draft, value->text, value->len)->offset,
			.at = value->at};
	return 0;
}

static int add_glob(struct draft *draft, const char *key, const struct scalar *value,
	struct image_span *list, struct err *err)
{
	unsigned stars = 0;

	for (const char *at = value->text; *at != '\0'; at++)
		stars += *at == '*';
	if (value->len == 0)
		return err_set(err, -EINVAL, "%s: want a name such as 'partner-*'", key);
	if (stars > POLICY_GLOB_STARS_MAX)
		return err_set(err, -EINVAL, "%s: want at most %d '*', found %u", key,
			POLICY_GLOB_STARS_MAX, stars);
	draft_add_string(draft, list, value);
	return 0;
}

static int add_common_name(struct draft *draft, const struct scalar *value, struct err *err)
{
	return add_glob(draft, "common-name", value, &image(draft)->common_names, err);
}

static int add_platform(struct draft *draft, const struct scalar *value, struct err *err)
{
	return add_glob(draft, "platform", value, &image(draft)->platforms, err);
}

static int add_version(struct draft *draft, const struct scalar *value, struct err *err)
{
	struct version_range range;
	int rc = version_range_parse(value->text, value->len, &range, err);

	if (rc == 0)
		draft_add_range(draft, &image(draft)->versions, &range);
	return rc;
}

static int add_route(struct draft *draft, const struct scalar *value, struct err *err)
{
	return value_prefix(draft, value, &image(draft)->routes, err);
}

static int add_exclude(struct draft *draft, const struct scalar *value, struct err *err)
{
	return value_prefix(draft, value, &image(draft)->excludes, err);
}

static int add_default_route(struct draft *draft, const struct scalar *value, struct err *err)
{
	return add_family(value, &image(draft)->default_route, err);
}

static int add_dns(struct draft *draft, const struct scalar *value, struct err *err)
{
	if (image(draft)->dns.count == POLICY_DNS_MAX)
		return err_set(err, -EINVAL, "dns: want at most %d name servers in a rule",
			POLICY_DNS_MAX);
	return value_address(draft, "dns", value, &image(draft)->dns, err);
}

static bool first_word_is(const char *text, const char *word)
{
	const size_t len = strlen(word);

	return strncmp(text, word, len) == 0 && (text[len] == ' ' || text[len] == '\0');
}

static int add_push(struct draft *draft, const struct scalar *value, struct err *err)
{
	int rc = push_option_check(value->text, value->len, err);

	if (rc != 0)
		return rc;
	if (first_word_is(value->text, "route") || first_word_is(value->text, "route-ipv6"))
		return err_set(err, -EINVAL,
			"push: want networks under routes, where v4map can keep the client's own "
			"connection alive, found '%.*s'",
			SHOWN, value->text);
	draft_add_string(draft, &image(draft)->push, value);
	return 0;
}

static int set_deny(struct draft *draft, const struct scalar *value, struct err *err)
{
	if (value->len == 0)
		return err_set(err, -EINVAL, "deny: want the reason, as the log will show it");
	image(draft)->deny = draft_text(draft, value->text, value->len)->offset;
	draft_rule(draft)->deny = value->at;
	return 0;
}

static int set_deny_at(struct draft *draft, const struct scalar *value, struct err *err)
{
	static const char *const NAMES[] = {
		[IMAGE_DENY_AT_CONNECT] = "connect", [IMAGE_DENY_AT_VERIFY] = "verify"};
	unsigned choice = 0;
	int rc = value_choice(value, NAMES, 2, &choice, err);

	if (rc != 0)
		return rc;
	image(draft)->deny_at = (uint8_t)choice;
	draft_rule(draft)->deny_at = value->at;
	return 0;
}

static int set_last(struct draft *draft, const struct scalar *value, struct err *err)
{
	bool last = false;
	int rc = value_bool(value, &last, err);

	if (rc == 0)
		image(draft)->last = last;
	return rc;
}

static const struct key WHEN_KEYS[] = {
	{.name = "family",
		.kind = KEY_TEXT_OR_LIST,
		.want = "ipv4 or ipv6",
		.set = add_when_family},
	{.name = "form", .kind = KEY_TEXT_OR_LIST, .want = "forms of address", .set = add_form},
	{.name = "peer", .kind = KEY_TEXT_OR_LIST, .want = "address blocks", .set = add_peer},
	{.name = "peer-list",
		.kind = KEY_TEXT_OR_LIST,
		.want = "names of prefix lists",
		.set = add_peer_list},
	{.name = "common-name", .kind = KEY_TEXT_OR_LIST, .want = "names", .set = add_common_name},
	{.name = "client-version",
		.kind = KEY_TEXT_OR_LIST,
		.want = "versions such as <2.4",
		.set = add_version},
	{.name = "platform", .kind = KEY_TEXT_OR_LIST, .want = "platforms", .set = add_platform},
	{.name = "tunnel",
		.kind = KEY_TEXT_OR_LIST,
		.want = "ipv4, ipv6 or dual",
		.set = add_tunnel},
	{.name = "listener", .kind = KEY_TEXT_OR_LIST, .want = "ipv4 or ipv6", .set = add_listener},
	{.name = NULL},
};

const struct key RULE_KEYS[] = {
	{.name = "name", .kind = KEY_TEXT, .want = "a name", .set = set_name},
	{.name = "when", .kind = KEY_MAPPING, .want = "a mapping", .keys = WHEN_KEYS},
	{.name = "routes", .kind = KEY_LIST, .want = "address blocks", .set = add_route},
	{.name = "exclude", .kind = KEY_LIST, .want = "address blocks", .set = add_exclude},
	{.name = "default-route",
		.kind = KEY_TEXT_OR_LIST,
		.want = "ipv4 or ipv6",
		.set = add_default_route},
	{.name = "dns", .kind = KEY_TEXT_OR_LIST, .want = "addresses", .set = add_dns},
	{.name = "push", .kind = KEY_LIST, .want = "options", .set = add_push},
	{.name = "deny", .kind = KEY_TEXT, .want = "the reason", .set = set_deny},
	{.name = "deny-at", .kind = KEY_TEXT, .want = "verify or connect", .set = set_deny_at},
	{.name = "last", .kind = KEY_TEXT, .want = "true or false", .set = set_last},
	{.name = NULL},
};

int rule_begin(struct draft *draft, struct place at, struct err *err)
{
	if (draft->rule_count == POLICY_RULES_MAX)
		return draft_err(
			err, "limit", at, "want at most %d rules, found more", POLICY_RULES_MAX);
	draft->rules[draft->rule_count++] =
		(struct draft_rule){.image.deny = IMAGE_NO_TEXT, .at = at};
	return 0;
}

/* What a rule gives; a refusal gives nothing. */
static bool gives(const struct image_rule *rule)
{
	return rule->routes.count != 0 || rule->excludes.count != 0 || rule->dns.count != 0 ||
	       rule->push.count != 0 || rule->default_route != 0;
}

/* The condition that OpenVPN does not know yet at TLS_VERIFY; NULL: there is none. */
static const char *unknown_at_verify(const struct image_rule *rule)
{
	if (rule->tunnels != 0)
		return "tunnel";
	if (rule->listeners != 0)
		return "listener";
	if (rule->versions.count != 0)
		return "client-version";
	return rule->platforms.count != 0 ? "platform" : NULL;
}

static int check_deny(const struct draft_rule *rule, struct err *err)
{
	const unsigned unseen = 1u << FORM_NATIVE | 1u << FORM_MAPPED;
	const char *unknown = unknown_at_verify(&rule->image);

	if (rule->deny.line == 0 && rule->deny_at.line != 0)
		return draft_err(err, "conflict", rule->deny_at,
			"deny-at: want it beside deny, found no deny in this rule");
	if (rule->deny.line != 0 && gives(&rule->image))
		return draft_err(err, "conflict", rule->deny,
			"deny: want either deny or routes and the like, found both in this rule");
	if (rule->image.deny_at != IMAGE_DENY_AT_VERIFY)
		return 0;
	if (unknown != NULL)
		return draft_err(err, "conflict", rule->deny_at,
			"deny-at: the rule asks for %s, which OpenVPN does not know yet at verify; "
			"want connect",
			unknown);
	if ((rule->image.forms & unseen) != 0)
		return draft_err(err, "conflict", rule->deny_at,
			"deny-at: native and mapped look alike to OpenVPN at verify; want connect");
	return 0;
}

/* Each list sorted and without overlaps; what it loses stays behind in the draft. */
static void settle(struct draft *draft, struct image_span *list)
{
	list->count = (uint32_t)prefixset_canonicalise(draft->prefixes + list->first, list->count);
}

int rule_end(struct draft *draft, struct err *err)
{
	struct draft_rule *rule = draft_rule(draft);

	if (!rule->named)
		return draft_err(
			err, "missing-name", rule->at, "want a rule with a name, found none");
	settle(draft, &rule->image.peers);
	settle(draft, &rule->image.routes);
	settle(draft, &rule->image.excludes);
	return check_deny(rule, err);
}
