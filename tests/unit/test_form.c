/* SPDX-License-Identifier: MIT */
#include "rows.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include "v4map/form.h"

enum { ROWS_MAX = 256, TRANSLATORS_MAX = 4 };

/* --- tests/data/addresses.tsv ------------------------------------------------------------- */

struct row {
	char *name, *line; /* the line is cut into its fields by the test */
};

enum { ADDRESS, TRANSLATOR, IP, FAMILY, FORM, EMBEDDED, NOTE, FIELDS };

static size_t read_translators(char *list, struct prefix *ret)
{
	size_t count = 0;
	char *one;

	while (strcmp(list, "-") != 0 && (one = strsep(&list, ",")) != NULL) {
		struct err err = {.text = ""};

		assert_true(count < TRANSLATORS_MAX);
		ret[count] = prefix(one);
		if (translator_check(&ret[count++], &err) != 0)
			fail_msg("%s: %s", one, err.text);
		if (list == NULL)
			break;
	}
	return count;
}

static void row_holds(void **state)
{
	struct prefix translators[TRANSLATORS_MAX];
	struct row *row = *state;
	char *rest = row->line, *field[FIELDS];
	struct classified found;
	struct ipaddr seen;
	size_t count;

	for (size_t i = 0; i < FIELDS; i++)
		if ((field[i] = strsep(&rest, "\t")) == NULL)
			fail_msg("%d fields, found %zu", FIELDS, i);
	count = read_translators(field[TRANSLATOR], translators);
	seen = address(field[ADDRESS]);
	form_classify(&seen, translators, count, &found);
	assert_prints(&found.ip, field[IP]);
	assert_string_equal(family_name((enum family)found.ip.family), field[FAMILY]);
	assert_string_equal(form_name(found.form), field[FORM]);
	assert_prints(&found.embedded, field[EMBEDDED]);
	assert_int_equal(
		found.translator.addr.family != FAMILY_NONE, found.form == FORM_TRANSLATED);
	if (found.form == FORM_TRANSLATED)
		assert_true(prefix_contains(&found.translator, &seen));
}

/* The file's lines without comments as rows. */
static size_t read_rows(const char *path, struct row *rows)
{
	FILE *file = fopen(path, "r");
	char *line = NULL;
	size_t size = 0, count = 0;

	if (file == NULL)
		return 0;
	while (count < ROWS_MAX && getline(&line, &size, file) >= 0) {
		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '#')
			continue;
		if (asprintf(&rows[count].name, "%.*s (%zu)", (int)strcspn(line, "\t"), line,
			    count) < 0)
			break;
		rows[count++].line = line;
		line = NULL;
		size = 0;
	}
	free(line);
	(void)fclose(file);
	return count;
}

/* --- what the file cannot say ------------------------------------------------------------ */

struct global_row {
	const char *block;
	bool global;
};

static const struct global_row GLOBAL[] = {
	{"0.0.0.0/32", false},
	{"0.255.255.255/32", false},
	{"1.0.0.0/32", true},
	{"9.255.255.255/32", true},
	{"10.0.0.0/32", false},
	{"10.255.255.255/32", false},
	{"11.0.0.0/32", true},
	{"100.63.255.255/32", true},
	{"100.64.0.0/32", false},
	{"100.127.255.255/32", false},
	{"100.128.0.0/32", true},
	{"126.255.255.255/32", true},
	{"127.0.0.0/32", false},
	{"127.255.255.255/32", false},
	{"128.0.0.0/32", true},
	{"169.253.255.255/32", true},
	{"169.254.0.0/32", false},
	{"169.254.255.255/32", false},
	{"169.255.0.0/32", true},
	{"172.15.255.255/32", true},
	{"172.16.0.0/32", false},
	{"172.31.255.255/32", false},
	{"172.32.0.0/32", true},
	{"191.255.255.255/32", true},
	{"192.0.0.0/32", false},
	{"192.0.0.255/32", false},
	{"192.0.1.0/32", true},
	{"192.167.255.255/32", true},
	{"192.168.0.0/32", false},
	{"192.168.255.255/32", false},
	{"192.169.0.0/32", true},
	{"198.17.255.255/32", true},
	{"198.18.0.0/32", false},
	{"198.19.255.255/32", false},
	{"198.20.0.0/32", true},
	{"223.255.255.255/32", true},
	{"224.0.0.0/32", false},
	{"240.0.0.0/32", false},
	{"255.255.255.255/32", false},
	{"10.0.0.0/8", false},
	{"10.0.0.0/7", true},
	{"172.16.0.0/12", false},
	{"172.0.0.0/11", true},
	{"224.0.0.0/4", false},
	{"224.0.0.0/3", false},
	{"192.0.0.0/2", true},
	{"0.0.0.0/0", true},
};

/* A host also as the well-known prefix carries it, ours or not. */
static void global_or_not(void **state)
{
	const struct global_row *row = *state;
	struct prefix block = prefix(row->block), ours = prefix("64:ff9b::/96");
	struct ipaddr seen = ours.addr;
	struct classified found;

	assert_int_equal(form_is_global(&block), row->global);
	if (block.len != 32)
		return;
	memcpy(seen.bytes + 12, block.addr.bytes, 4);
	form_classify(&seen, NULL, 0, &found);
	assert_int_equal(found.form, FORM_NAT64);
	assert_int_equal(found.reserved, !row->global);
	form_classify(&seen, &ours, 1, &found);
	assert_int_equal(found.form, row->global ? FORM_TRANSLATED : FORM_NAT64);
	assert_int_equal(found.reserved, !row->global);
}

struct translator_row {
	const char *prefix, *message; /* message NULL: fine */
};

static const struct translator_row TRANSLATORS[] = {
	{"2001:db8::/32", NULL},
	{"2001:db8::/40", NULL},
	{"2001:db8::/48", NULL},
	{"2001:db8::/56", NULL},
	{"2001:db8::/64", NULL},
	{"2001:db8::/96", NULL},
	{"64:ff9b::/96", NULL},
	{"2001:db8:0:0:ff:ffff::/96", NULL},
	{"2001:db8:0:0:100::/96", "bits 64 to 71"},
	{"2001:db8:0:0:8000::/96", "bits 64 to 71"},
	{"2001:db8::/31", "found 31"},
	{"2001:db8::/33", "found 33"},
	{"2001:db8::/72", "found 72"},
	{"2001:db8::/95", "found 95"},
	{"2001:db8::/97", "found 97"},
	{"2001:db8::1/128", "found 128"},
	{"::/0", "found 0"},
	{"192.0.2.0/24", "IPv4"},
	{"10.0.0.0/32", "IPv4"},
	{"::ffff:0:0/96", "IPv4"},
};

static void translator_is_checked(void **state)
{
	const struct translator_row *row = *state;
	struct prefix block = prefix(row->prefix);
	struct err err = {.text = ""};

	assert_int_equal(translator_check(&block, &err), row->message == NULL ? 0 : -EINVAL);
	if (row->message != NULL)
		assert_holds(err.text, row->message);
}

struct several_row {
	const char *name, *seen, *ours[3], *ip, *translator;
	enum form form;
};

static const struct several_row SEVERAL[] = {
	{"the longest comes last", "2001:db8:122:344::192.0.2.33",
		{"2001:db8::/32", "2001:db8:122:344::/64", "2001:db8:122:344::/96"}, "192.0.2.33",
		"2001:db8:122:344::/96", FORM_TRANSLATED},
	{"the longest comes first", "2001:db8:122:344::192.0.2.33",
		{"2001:db8:122:344::/96", "2001:db8::/32", NULL}, "192.0.2.33",
		"2001:db8:122:344::/96", FORM_TRANSLATED},
	{"a longer one elsewhere", "2001:db8:c000:221::", {"2001:db8::/32", "2001:db9::/96", NULL},
		"192.0.2.33", "2001:db8::/32", FORM_TRANSLATED},
	{"the longest does not fit: a shorter one is not asked",
		"2001:db8:c000:221::", {"2001:db8::/32", "2001:db8:c000::/48", NULL}, "2.33.0.0",
		"2001:db8:c000::/48", FORM_TRANSLATED},
	{"byte 8: nor is it then",
		"2001:db8:c000:221:0100::", {"2001:db8::/32", "2001:db8:c000::/48", NULL},
		"2001:db8:c000:221:100::", "-", FORM_NATIVE},
	{"no embedding, but 6to4", "2002:c000:221::1", {"2002:c000::/32", NULL, NULL},
		"2002:c000:221::1", "-", FORM_6TO4},
	{"mapped comes before a translator", "::ffff:192.0.2.33", {"::/32", NULL, NULL},
		"192.0.2.33", "-", FORM_MAPPED},
	{"a translator inside 6to4", "2002:c000:c000:221::", {"2002:c000::/32", NULL, NULL},
		"192.0.2.33", "2002:c000::/32", FORM_TRANSLATED},
	{"the well-known prefix inside a wider one", "64:ff9b::c000:221",
		{"64:ff9b::/32", NULL, NULL}, "64:ff9b::c000:221", "-", FORM_NAT64},
	{"IPv4 passes by", "192.0.2.33", {"::/32", NULL, NULL}, "192.0.2.33", "-", FORM_NATIVE},
	{"none ours", "2001:db8:c000:221::", {NULL, NULL, NULL}, "2001:db8:c000:221::", "-",
		FORM_NATIVE},
};

static void longest_decides(void **state)
{
	const struct several_row *row = *state;
	struct ipaddr seen = address(row->seen);
	struct prefix ours[COUNT(row->ours)];
	struct classified found;
	size_t count = 0;

	for (; count < COUNT(row->ours) && row->ours[count] != NULL; count++)
		ours[count] = prefix(row->ours[count]);
	form_classify(&seen, ours, count, &found);
	assert_string_equal(form_name(found.form), form_name(row->form));
	assert_prints(&found.ip, row->ip);
	if (strcmp(row->translator, "-") == 0) {
		assert_int_equal(found.translator.addr.family, FAMILY_NONE);
	} else {
		const struct prefix want = prefix(row->translator);

		assert_true(prefix_equal(&found.translator, &want));
	}
}

/* A form is a matter of some bits: one that differs, and it is another form. */
struct edge_row {
	const char *seen;
	enum form form;
	const char *embedded;
};

static const struct edge_row EDGES[] = {
	{"::fffe:ffff:ffff", FORM_NATIVE, "-"},
	{"::1:0:0", FORM_NATIVE, "-"},
	{"::ffff:ffff", FORM_V4_COMPATIBLE, "255.255.255.255"},
	{"1::ffff:c000:221", FORM_NATIVE, "-"},
	{"64:ff9a:ffff:ffff:ffff:ffff:ffff:ffff", FORM_NATIVE, "-"},
	{"64:ff9b::1:0:0", FORM_NATIVE, "-"},
	{"64:ff9b:0:0:0:0:0:0", FORM_NAT64, "0.0.0.0"},
	{"64:ff9b:0:ffff:ffff:ffff:ffff:ffff", FORM_NATIVE, "-"},
	{"64:ff9b:1::", FORM_NAT64, "-"},
	{"64:ff9b:1:ffff:ffff:ffff:ffff:ffff", FORM_NAT64, "-"},
	{"64:ff9b:2::", FORM_NATIVE, "-"},
	{"2001:0:ffff:ffff:ffff:ffff:ffff:ffff", FORM_TEREDO, "0.0.0.0"},
	{"2001::", FORM_TEREDO, "255.255.255.255"},
	{"2001:1::", FORM_NATIVE, "-"},
	{"2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff", FORM_NATIVE, "-"},
	{"2001:ffff:ffff:ffff:ffff:ffff:ffff:ffff", FORM_NATIVE, "-"},
	{"2002::", FORM_6TO4, "0.0.0.0"},
	{"2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff", FORM_6TO4, "255.255.255.255"},
	{"2003::", FORM_NATIVE, "-"},
	{"2001:db8::100:5efe:c000:221", FORM_NATIVE, "-"},
	{"2001:db8::300:5efe:c000:221", FORM_NATIVE, "-"},
	{"2001:db8::1:5efe:c000:221", FORM_NATIVE, "-"},
	{"2001:db8::5eff:c000:221", FORM_NATIVE, "-"},
	{"::fffe:0:c000:221", FORM_NATIVE, "-"},
	{"::ffff:1:c000:221", FORM_NATIVE, "-"},
	{"1::ffff:0:c000:221", FORM_NATIVE, "-"},
};

static void edge_of_a_form(void **state)
{
	const struct edge_row *row = *state;
	struct ipaddr seen = address(row->seen);
	struct classified found;

	form_classify(&seen, NULL, 0, &found);
	assert_string_equal(form_name(found.form), form_name(row->form));
	assert_true(ipaddr_equal(&found.ip, &seen));
	assert_prints(&found.embedded, row->embedded);
}

/* Whatever the place and the length: what a translator puts in comes out. */
static void translated_and_back(void **state)
{
	static const uint8_t LENGTHS[] = {32, 40, 48, 56, 64, 96};
	unsigned seed = 6052;

	(void)state;
	for (int round = 0; round < 60000; round++) {
		struct prefix ours = {.len = LENGTHS[round % 6]};
		struct ipaddr seen = {.family = FAMILY_IPV6};
		struct classified found;
		uint8_t ipv4[4];

		for (size_t i = 0; i < ours.len / 8u; i++)
			seen.bytes[i] = i == 8 ? 0 : (uint8_t)(rand_r(&seed) >> 7 | (i == 0));
		ours.addr = seen;
		for (size_t i = 0, at = ours.len / 8u; i < 4; i++, at++) {
			at += at == 8;
			seen.bytes[at] = ipv4[i] = (uint8_t)(rand_r(&seed) >> 7);
		}
		form_classify(&seen, &ours, 1, &found);
		assert_int_equal(found.form, FORM_TRANSLATED);
		assert_memory_equal(found.ip.bytes, ipv4, 4);
		assert_true(prefix_equal(&found.translator, &ours));
	}
}

static void names_are_all_there(void **state)
{
	(void)state;
	for (int form = 0; form < FORM_COUNT; form++) {
		assert_non_null(form_name((enum form)form));
		assert_string_not_equal(form_name((enum form)form), "unknown");
	}
	assert_string_equal(form_name(FORM_COUNT), "unknown");
}

/* --- all of them -------------------------------------------------------------------------- */

int main(void)
{
	static struct CMUnitTest tests[ROWS_MAX + COUNT(GLOBAL) + COUNT(TRANSLATORS) +
				       COUNT(SEVERAL) + COUNT(EDGES) + 2];
	static struct row rows[ROWS_MAX];
	size_t count = read_rows("tests/data/addresses.tsv", rows), n = 0;
	int rc;

	if (count == 0 || count == ROWS_MAX) {
		(void)fputs("Bail out! tests/data/addresses.tsv\n", stdout);
		return 1;
	}
	for (; n < count; n++)
		tests[n] = TEST(rows[n].name, row_holds, &rows[n]);
	for (size_t i = 0; i < COUNT(GLOBAL); i++)
		tests[n++] = TEST(GLOBAL[i].block, global_or_not, &GLOBAL[i]);
	for (size_t i = 0; i < COUNT(TRANSLATORS); i++)
		tests[n++] = TEST(TRANSLATORS[i].prefix, translator_is_checked, &TRANSLATORS[i]);
	for (size_t i = 0; i < COUNT(SEVERAL); i++)
		tests[n++] = TEST(SEVERAL[i].name, longest_decides, &SEVERAL[i]);
	for (size_t i = 0; i < COUNT(EDGES); i++)
		tests[n++] = TEST(EDGES[i].seen, edge_of_a_form, &EDGES[i]);
	tests[n++] = TEST("what a translator puts in comes out", translated_and_back, NULL);
	tests[n++] = TEST("every form has a name", names_are_all_there, NULL);
	rc = _cmocka_run_group_tests("form", tests, n, NULL, NULL);
	for (size_t i = 0; i < count; i++) {
		free(rows[i].name);
		free(rows[i].line);
	}
	return rc;
}
