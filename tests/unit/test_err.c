/* SPDX-License-Identifier: MIT */
#include "rows.h"

#include <errno.h>
#include <stdio.h>

static void set_words_and_returns(void **state)
{
	static const char FILE_NAME[] = "f", CODE[] = "c";
	struct err err = {.file = FILE_NAME, .line = 3, .column = 7, .code = CODE};

	(void)state;
	assert_int_equal(err_set(&err, -ENOENT, "want %d, found '%s'", 1, "x"), -ENOENT);
	assert_string_equal(err.text, "want 1, found 'x'");
	assert_ptr_equal(err.file, FILE_NAME);
	assert_ptr_equal(err.code, CODE);
	assert_int_equal(err.line, 3);
	assert_int_equal(err.column, 7);
}

static void set_at_says_where(void **state)
{
	struct err err = {.line = 3, .column = 7};

	(void)state;
	assert_int_equal(err_set_at(&err, -EINVAL, 12, 0, "%s", "text"), -EINVAL);
	assert_string_equal(err.text, "text");
	assert_int_equal(err.line, 12);
	assert_int_equal(err.column, 0);
}

static void long_text_is_cut(void **state)
{
	char text[sizeof(((struct err *)0)->text) + 1];
	struct err err = {.line = 1};

	(void)state;
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 2] = '\0'; /* just fits */
	(void)err_set(&err, -EINVAL, "%s", text);
	assert_string_equal(err.text, text);
	text[sizeof(text) - 2] = 'y';
	text[sizeof(text) - 1] = '\0'; /* one longer */
	(void)err_set(&err, -EINVAL, "%s", text);
	text[sizeof(text) - 2] = '\0';
	assert_string_equal(err.text, text);
}

struct format_row {
	const char *name;
	struct err err;
	const char *want;
};

static const struct format_row FORMATS[] = {
	{"all of it", {"f.yaml", 3, 7, "code", "text"}, "f.yaml:3:7: text"},
	{"no column", {"f.yaml", 3, 0, NULL, "text"}, "f.yaml:3: text"},
	{"no line", {"f.yaml", 0, 7, NULL, "text"}, "f.yaml: text"},
	{"no file", {NULL, 3, 7, NULL, "text"}, "text"},
	{"nothing", {NULL, 0, 0, NULL, ""}, ""},
	{"control bytes", {"f", 1, 1, NULL, "a\nb\x1b[0m\x7f\tc"}, "f:1:1: a?b?[0m??c"},
	{"beyond ASCII", {NULL, 0, 0, NULL, "m\xc3\xbcller"}, "m\xc3\xbcller"},
};

static void formats(void **state)
{
	const struct format_row *row = *state;
	char buf[64];

	assert_ptr_equal(err_format(&row->err, buf, sizeof(buf)), buf);
	assert_string_equal(buf, row->want);
}

static void format_is_cut(void **state)
{
	static const struct err ERR = {.file = "f", .line = 1, .column = 2, .text = "text"};
	char buf[12] = "###########";

	(void)state;
	(void)err_format(&ERR, buf, 10);
	assert_string_equal(buf, "f:1:2: te");
	assert_int_equal(buf[10], '#');
	(void)err_format(&ERR, buf, 1);
	assert_string_equal(buf, "");
}

int main(void)
{
	static struct CMUnitTest tests[COUNT(FORMATS) + 4];
	size_t n = 0;

	for (size_t i = 0; i < COUNT(FORMATS); i++)
		tests[n++] = TEST(FORMATS[i].name, formats, &FORMATS[i]);
	tests[n++] = TEST("words and returns", set_words_and_returns, NULL);
	tests[n++] = TEST("says where", set_at_says_where, NULL);
	tests[n++] = TEST("a long text is cut", long_text_is_cut, NULL);
	tests[n++] = TEST("a long line is cut", format_is_cut, NULL);
	return _cmocka_run_group_tests("err", tests, n, NULL, NULL);
}
