/* SPDX-License-Identifier: MIT */
/* Both sides of each limit of a policy. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include "policy_fixture.h"

/* Memory for a large file, and what is written to it. */
struct text {
	char *data;
	size_t len;
};

static struct text text_new(void)
{
	struct text text = {.data = malloc(POLICY_TEXT_MAX + 2), .len = 0};

	assert_non_null(text.data);
	return text;
}

static void text_add(struct text *text, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void text_add(struct text *text, const char *fmt, ...)
{
	va_list args;
	int len;

	va_start(args, fmt);
	len = vsnprintf(text->data + text->len, POLICY_TEXT_MAX + 2 - text->len, fmt, args);
	va_end(args);
	assert_true(len > 0 && text->len + (size_t)len < POLICY_TEXT_MAX + 2);
	text->len += (size_t)len;
}

static int text_load(struct text *text, struct err *err)
{
	static struct policy_report report;
	struct policy_file file = {.image = NULL};
	int rc = policy_text_load(text->data, text->len, "p.yaml", &file, &report);

	*err = report.errs[0];
	if (rc == 0)
		policy_file_done(&file);
	return rc;
}

static void file_of_256_kib(void **state)
{
	struct text text = text_new();
	struct err err;

	(void)state;
	text_add(&text, "rules: []\n");
	memset(text.data + text.len, '#', POLICY_TEXT_MAX + 1 - text.len);
	text.len = POLICY_TEXT_MAX;
	assert_int_equal(text_load(&text, &err), 0);
	text.len = POLICY_TEXT_MAX + 1;
	assert_int_equal(text_load(&text, &err), -EFBIG);
	assert_string_equal(err.code, "limit");
	assert_non_null(strstr(err.text, "262144"));
	free(text.data);
}

static void rules_4096(void **state)
{
	struct text text = text_new();
	struct err err;

	(void)state;
	text_add(&text, "rules:\n");
	for (unsigned i = 0; i < POLICY_RULES_MAX; i++)
		text_add(&text, "- name: r%u\n", i);
	assert_int_equal(text_load(&text, &err), 0);
	text_add(&text, "- name: r%u\n", POLICY_RULES_MAX);
	assert_int_equal(text_load(&text, &err), -EINVAL);
	assert_string_equal(err.code, "limit");
	assert_int_equal(err.line, POLICY_RULES_MAX + 2);
	assert_int_equal(err.column, 3);
	assert_non_null(strstr(err.text, "4096"));
	free(text.data);
}

/*
 * Routes of 44 bytes each, the 2048 of the fixed lines, and an option for what is left and `more`
 * bytes besides.  Gives the number of findings, or what failed.
 */
static int load_push_text(size_t more, const char *exclude, struct err *err)
{
	enum { LINE = 44, FIXED = 8 * 256, ROUTES = (PUSH_TEXT_MAX - FIXED - 150) / LINE };
	const size_t left = PUSH_TEXT_MAX - FIXED - ROUTES * LINE + more;
	struct text text = text_new();
	int rc;

	text_add(&text, "rules:\n- name: a\n  routes: [");
	for (unsigned i = 0; i < ROUTES; i++)
		text_add(&text, "10.1%02u.1%02u.1%02u,", i / 2500, i / 25 % 100, i % 25 * 4);
	text_add(&text, "]%s\n  push: [", exclude);
	for (size_t i = strlen("push \"\"\n"); i < left; i++)
		text_add(&text, "a");
	text_add(&text, "]");
	rc = text_load(&text, err);
	free(text.data);
	return rc;
}

static void assert_too_many_bytes(int rc, const struct err *err, const char *found)
{
	assert_int_equal(rc, -EINVAL);
	assert_string_equal(err->code, "limit");
	assert_int_equal(err->line, 2);
	assert_non_null(strstr(err->text, "at most 262144 bytes"));
	assert_non_null(strstr(err->text, found));
}

static void push_text_limit(void **state)
{
	struct err err;

	(void)state;
	assert_int_equal(load_push_text(0, "", &err), 0);
	assert_string_equal(err.code, "too-many-routes"); /* a warning: for a client of 2.3 */
	assert_too_many_bytes(load_push_text(1, "", &err), &err, "262145");
}

/* What counts is left of the routes: one of 44 bytes less. */
static void push_text_limit_with_exclude(void **state)
{
	const char *const exclude = "\n  exclude: [10.100.100.100]";
	struct err err;

	(void)state;
	assert_int_equal(load_push_text(44, exclude, &err), 0);
	assert_too_many_bytes(load_push_text(45, exclude, &err), &err, "262145");
	assert_too_many_bytes(
		load_push_text(1, "\n  exclude: [10.99.0.0/16]", &err), &err, "262145");
}

/* ::/0 without every other block of /14; `more` is one that is left besides. */
static int load_blocks_left(const char *begin, const char *more, struct err *err)
{
	struct text text = text_new();
	int rc;

	text_add(&text, "rules:\n- name: a\n  %s\n  routes: [%s]\n  exclude: [", begin, more);
	for (unsigned i = 0; i < POLICY_ROUTES_MAX; i++)
		text_add(&text, "\"%x::/14\",", i * 8);
	text_add(&text, "]");
	rc = text_load(&text, err);
	free(text.data);
	return rc;
}

static void assert_too_many_blocks(int rc, const struct err *err)
{
	assert_int_equal(rc, -EINVAL);
	assert_string_equal(err->code, "too-many-routes");
	assert_int_equal(err->line, 2);
	assert_non_null(strstr(err->text, "at most 8192 blocks"));
}

static void blocks_left_limit(void **state)
{
	struct err err;

	(void)state;
	assert_int_equal(load_blocks_left("", "\"::/0\"", &err), 0);
	assert_too_many_blocks(load_blocks_left("", "\"::/0\", 10.1.0.0", &err), &err);
}

static void blocks_left_of_a_default_route(void **state)
{
	struct err err;

	(void)state;
	assert_int_equal(load_blocks_left("default-route: ipv6", "\"2000::\"", &err), 0);
	assert_too_many_blocks(load_blocks_left("default-route: ipv6", "10.1.0.0", &err), &err);
	/* Of IPv4 nothing is excluded, so it stays a directive. */
	assert_int_equal(load_blocks_left("default-route: [ipv4, ipv6]", "\"2000::\"", &err), 0);
}

static void audit_path_limit(void **state)
{
	struct text text = text_new();
	struct err err;

	(void)state;
	text_add(&text, "audit: {file: /");
	for (unsigned i = 0; i < AUDIT_PATH_MAX - 2; i++)
		text_add(&text, "a");
	text_add(&text, "}");
	assert_int_equal(text_load(&text, &err), 0);
	text.len--;
	text_add(&text, "a}");
	assert_int_equal(text_load(&text, &err), -EINVAL);
	assert_non_null(strstr(err.text, "at most 1023 bytes, found 1024"));
	free(text.data);
}

/* Each escape \L is two bytes there and three here. */
static void texts_that_grow(void **state)
{
	struct text text = text_new();
	struct err err;

	(void)state;
	text_add(&text, "rules: [{name: a, deny: \"");
	while (text.len < POLICY_TEXT_MAX - 4)
		text_add(&text, "\\L");
	text_add(&text, "\"}]");
	assert_int_equal(text_load(&text, &err), 0);
	free(text.data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(file_of_256_kib),
		cmocka_unit_test(rules_4096),
		cmocka_unit_test(push_text_limit),
		cmocka_unit_test(push_text_limit_with_exclude),
		cmocka_unit_test(blocks_left_limit),
		cmocka_unit_test(blocks_left_of_a_default_route),
		cmocka_unit_test(audit_path_limit),
		cmocka_unit_test(texts_that_grow),
	};

	return cmocka_run_group_tests_name("policy_limits", tests, NULL, NULL);
}
