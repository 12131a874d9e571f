/* SPDX-License-Identifier: MIT */
/* The keys at the top of the policy, and the values that several keys have. */
#include "policy_draft.h"

#include <errno.h>
#include <string.h>

enum { SHOWN = 60 }; /* bytes of a text that an error repeats */

int value_bool(const struct scalar *value, bool *ret, struct err *err)
{
	const bool is_true = strcmp(value->text, "true") == 0;

	if (!value->plain || (!is_true && strcmp(value->text, "false") != 0))
		return err_set(err, -EINVAL, "want true or false, found %s%.*s%s",
			value->plain ? "'" : "the text \"", SHOWN, value->text,
			value->plain ? "'" : "\"");
	*ret = is_true;
	return 0;
}

/* "a, b or c" */
static void list_names(const char *const *names, size_t count, struct strbuf *sb)
{
	for (size_t i = 0; i < count; i++) {
		strbuf_adds(sb, i == 0 ? "" : i == count - 1 ? " or " : ", ");
		strbuf_adds(sb, names[i]);
	}
}

int value_choice(const struct scalar *value, const char *const *names, size_t count, unsigned *ret,
	struct err *err)
{
	char data[128];
	struct strbuf list;

	for (unsigned i = 0; i < count; i++) {
		if (strcmp(value->text, names[i]) != 0)
			continue;
		*ret = i;
		return 0;
	}
	strbuf_init(&list, data, sizeof(data));
	list_names(names, count, &list);
	return err_set(err, -EINVAL, "want %s, found '%.*s'", data, SHOWN, value->text);
}

int value_prefix(
	struct draft *draft, const struct scalar *value, struct image_span *list, struct err *err)
{
	struct prefix prefix;
	int rc = prefix_parse(value->text, value->len, &prefix, err);

	if (rc == 0)
		draft_add_prefix(draft, list, &prefix);
	return rc;
}

static int add_server(struct draft *draft, const struct scalar *value, struct err *err)
{
	struct prefix prefix;
	int rc = prefix_parse(value->text, value->len, &prefix, err);

	if (rc != 0)
		return rc;
	if (prefix.len != family_bits((enum family)prefix.addr.family))
		return err_set(err, -EINVAL,
			"server-addresses: want single addresses, found the block '%.*s'", SHOWN,
			value->text);
	draft_add_prefix(draft, &draft->header.servers, &prefix);
	return 0;
}

static int add_translator(struct draft *draft, const struct scalar *value, struct err *err)
{
	struct prefix prefix;
	int rc = prefix_parse(value->text, value->len, &prefix, err);

	if (rc == 0)
		rc = translator_check(&prefix, err);
	if (rc == 0)
		draft_add_prefix(draft, &draft->header.translators, &prefix);
	return rc;
}

static int set_bypass(struct draft *draft, const struct scalar *value, struct err *err)
{
	static const char *const NAMES[] = {[IMAGE_BYPASS_AUTO] = "auto",
		[IMAGE_BYPASS_ALWAYS] = "always",
		[IMAGE_BYPASS_NEVER] = "never"};

	return value_choice(value, NAMES, 3, &draft->header.bypass, err);
}

static int set_replace(struct draft *draft, const struct scalar *value, struct err *err)
{
	bool replace = false;
	int rc = value_bool(value, &replace, err);

	if (rc == 0)
		draft->header.replace_pushed_routes = replace;
	return rc;
}

static const struct key TOP_KEYS[] = {
	{.name = "audit",
		.kind = KEY_MAPPING,
		.want = "a mapping",
		.keys = AUDIT_KEYS,
		.begin = audit_begin,
		.end = audit_end},
	{.name = "server-addresses", .kind = KEY_LIST, .want = "addresses", .set = add_server},
	{.name = "translators", .kind = KEY_LIST, .want = "IPv6 blocks", .set = add_translator},
	{.name = "bypass", .kind = KEY_TEXT, .want = "auto, always or never", .set = set_bypass},
	{.name = "replace-pushed-routes",
		.kind = KEY_TEXT,
		.want = "true or false",
		.set = set_replace},
	{.name = "rules",
		.kind = KEY_MAPPINGS,
		.want = "rules such as {name: everyone}",
		.keys = RULE_KEYS,
		.begin = rule_begin,
		.end = rule_end},
	{.name = NULL},
};

const struct key POLICY_KEY = {
	.name = "policy", .kind = KEY_MAPPING, .want = "a mapping", .keys = TOP_KEYS};
