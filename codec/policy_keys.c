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

int value_address(struct draft *draft, const char *key, const struct scalar *value,
	struct image_span *list, struct err *err)
{
	struct prefix prefix;
	struct err ignored;

	if (prefix_parse(value->text, value->len, &prefix, &ignored) != 0)
		return err_set(err, -EINVAL, "%s: want an address such as 192.0.2.1, found '%.*s'",
			key, SHOWN, value->text);
	if (prefix.len != family_bits((enum family)prefix.addr.family))
		return err_set(err, -EINVAL, "%s: want single addresses, found the block '%.*s'",
			key, SHOWN, value->text);
	draft_add_prefix(draft, list, &prefix);
	return 0;
}

int value_name(const char *key, const struct scalar *value, struct err *err)
{
	static const char BYTES[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789._-";

	if (value->len >= 1 && value->len <= POLICY_NAME_MAX &&
		strspn(value->text, BYTES) == value->len)
		return 0;
	return err_set(err, -EINVAL,
		"%s: want 1 to %d letters, digits, '.', '_' or '-', found '%.*s'", key,
		POLICY_NAME_MAX, POLICY_NAME_MAX + 1, value->text);
}

int value_path(const char *key, const struct scalar *value, struct err *err)
{
	if (value->text[0] != '/')
		return err_set(err, -EINVAL, "%s: want an absolute path, found '%.*s'", key, SHOWN,
			value->text);
	if (value->len >= AUDIT_PATH_MAX)
		return err_set(err, -EINVAL, "%s: want a path of at most %d bytes, found %zu", key,
			AUDIT_PATH_MAX - 1, value->len);
	return 0;
}

static int add_server(struct draft *draft, const struct scalar *value, struct err *err)
{
	return value_address(draft, "server-addresses", value, &draft->header.servers, err);
}

static int add_proxy(struct draft *draft, const struct scalar *value, struct err *err)
{
	return value_prefix(draft, value, &draft->header.proxies, err);
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

static int set_leak_guard(struct draft *draft, const struct scalar *value, struct err *err)
{
	static const char *const NAMES[] = {[IMAGE_LEAK_GUARD_AUTO] = "auto",
		[IMAGE_LEAK_GUARD_ALWAYS] = "always",
		[IMAGE_LEAK_GUARD_NEVER] = "never"};

	return value_choice(value, NAMES, 3, &draft->header.leak_guard, err);
}

static int set_flag(const struct scalar *value, uint32_t *flag, struct err *err)
{
	bool is_set = false;
	int rc = value_bool(value, &is_set, err);

	if (rc == 0)
		*flag = is_set;
	return rc;
}

static int set_replace(struct draft *draft, const struct scalar *value, struct err *err)
{
	return set_flag(value, &draft->header.replace_pushed_routes, err);
}

static int set_nat64_guard(struct draft *draft, const struct scalar *value, struct err *err)
{
	return set_flag(value, &draft->header.nat64_guard, err);
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
	{.name = "proxies", .kind = KEY_LIST, .want = "address blocks", .set = add_proxy},
	{.name = "bypass", .kind = KEY_TEXT, .want = "auto, always or never", .set = set_bypass},
	{.name = "replace-pushed-routes",
		.kind = KEY_TEXT,
		.want = "true or false",
		.set = set_replace},
	{.name = "leak-guard",
		.kind = KEY_TEXT,
		.want = "auto, always or never",
		.set = set_leak_guard},
	{.name = "nat64-guard", .kind = KEY_TEXT, .want = "true or false", .set = set_nat64_guard},
	{.name = "prefix-lists",
		.kind = KEY_TEXTS_BY_NAME,
		.want = "names and paths, such as {office: /etc/openvpn/office.txt}",
		.set_name = list_set_name,
		.set = list_set_path},
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
