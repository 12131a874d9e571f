/* SPDX-License-Identifier: MIT */
#include "rows.h"

#include <jansson.h>
#include <stdlib.h>
#include "v4map/json.h"

/* What is in the buffer, as jansson reads it; the caller decrefs. */
static json_t *read_back(const struct strbuf *sb)
{
	json_error_t error;
	json_t *root;

	assert_false(sb->full);
	for (size_t i = 0; i < sb->len; i++)
		assert_in_range((unsigned char)sb->data[i], 0x20, 0x7e); /* ASCII, one line */
	root = json_loadb(sb->data, sb->len, JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);
	if (root == NULL)
		fail_msg("%s in %s", error.text, sb->data);
	return root;
}

/* --- texts -------------------------------------------------------------------------------- */

struct text_row {
	const char *name, *bytes;
	size_t len;
	const char *want; /* NULL: the bytes themselves */
	size_t want_len;
	bool valid;
};

#define BYTES(string) string, sizeof(string) - 1
#define SAME NULL, 0, true
#define BAD(string) string, sizeof(string) - 1, false
#define R "\xef\xbf\xbd" /* U+FFFD */

static const struct text_row TEXTS[] = {
	{"nothing", BYTES(""), SAME},
	{"plain", BYTES("plain text"), SAME},
	{"a quote", BYTES("\""), SAME},
	{"a backslash", BYTES("\\"), SAME},
	{"a backslash at the end", BYTES("x\\"), SAME},
	{"what looks like an escape", BYTES("\\u0041\\n"), SAME},
	{"a NUL", BYTES("a\0b"), SAME},
	{"all control bytes",
		BYTES("\x01\x02\x03\x04\x05\x06\x07\x08\t\n\x0b\x0c\r\x0e\x0f\x10\x11\x12\x13\x14"
		      "\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f\x7f"),
		SAME},
	{"the first of two bytes", BYTES("\xc2\x80"), SAME},
	{"a C1 control", BYTES("\xc2\x9b"), SAME},
	{"the last of two bytes", BYTES("\xdf\xbf"), SAME},
	{"the first of three bytes", BYTES("\xe0\xa0\x80"), SAME},
	{"right to left override",
		BYTES("a\xe2\x80\xae"
		      "b"),
		SAME},
	{"U+2028 and U+2029", BYTES("\xe2\x80\xa8\xe2\x80\xa9"), SAME},
	{"the last before the surrogates", BYTES("\xed\x9f\xbf"), SAME},
	{"the first behind the surrogates", BYTES("\xee\x80\x80"), SAME},
	{"U+FFFD itself", BYTES(R), SAME},
	{"the last of three bytes", BYTES("\xef\xbf\xbf"), SAME},
	{"the first of four bytes", BYTES("\xf0\x90\x80\x80"), SAME},
	{"a smile", BYTES("\xf0\x9f\x98\x80"), SAME},
	{"the last there is", BYTES("\xf4\x8f\xbf\xbf"), SAME},
	{"one behind the last", BYTES("\xf4\x90\x80\x80"), BAD(R R R R)},
	{"far behind the last", BYTES("\xf7\xbf\xbf\xbf"), BAD(R R R R)},
	{"a lead of five", BYTES("\xf8\x88\x80\x80\x80"), BAD(R R R R R)},
	{"0xfe and 0xff", BYTES("\xfe\xff"), BAD(R R)},
	{"the first surrogate", BYTES("\xed\xa0\x80"), BAD(R R R)},
	{"the last surrogate", BYTES("\xed\xbf\xbf"), BAD(R R R)},
	{"a pair of surrogates", BYTES("\xed\xa0\xbd\xed\xb8\x80"), BAD(R R R R R R)},
	{"overlong, two bytes for a slash", BYTES("\xc0\xaf"), BAD(R R)},
	{"overlong, two bytes for NUL", BYTES("\xc0\x80"), BAD(R R)},
	{"overlong, two bytes for DEL", BYTES("\xc1\xbf"), BAD(R R)},
	{"overlong, three bytes", BYTES("\xe0\x9f\xbf"), BAD(R R R)},
	{"overlong, four bytes", BYTES("\xf0\x8f\xbf\xbf"), BAD(R R R R)},
	{"a continuation alone", BYTES("\x80"), BAD(R)},
	{"the last continuation alone", BYTES("\xbf"), BAD(R)},
	{"two bytes, one missing", BYTES("x\xc3"), BAD("x" R)},
	{"three bytes, one missing", BYTES("\xe2\x82"), BAD(R R)},
	{"three bytes, two missing", BYTES("\xe2"), BAD(R)},
	{"four bytes, one missing", BYTES("\xf0\x9f\x98"), BAD(R R R)},
	{"four bytes, three missing", BYTES("\xf0"), BAD(R)},
	{"two bytes, then a letter",
		BYTES("\xc3"
		      "A"),
		BAD(R "A")},
	{"two bytes, then a quote", BYTES("\xc3\""), BAD(R "\"")},
	{"two bytes, then a lead", BYTES("\xc3\xc3\xbc"), BAD(R "\xc3\xbc")},
	{"three bytes, then a letter",
		BYTES("\xe2\x82"
		      "A"),
		BAD(R R "A")},
	{"good behind bad", BYTES("\xff\xc3\xbc"), BAD(R "\xc3\xbc")},
	{"bad behind good", BYTES("\xc3\xbc\xff"), BAD("\xc3\xbc" R)},
};

static void texts(void **state)
{
	const struct text_row *row = *state;
	const char *want = row->want != NULL ? row->want : row->bytes;
	size_t want_len = row->want != NULL ? row->want_len : row->len;
	char data[1024];
	struct strbuf sb;
	struct json json;
	json_t *root;

	strbuf_init(&sb, data, sizeof(data));
	json_init(&json, &sb);
	assert_int_equal(json_bytes(&json, NULL, row->bytes, row->len), row->valid);
	root = read_back(&sb);
	assert_true(json_is_string(root));
	assert_int_equal(json_string_length(root), want_len);
	assert_memory_equal(json_string_value(root), want, want_len);
	json_decref(root);
}

/* Is it UTF-8?  jansson's own opinion, when it makes a string of the bytes. */
static bool jansson_takes(const char *bytes, size_t len)
{
	json_t *string = json_stringn(bytes, len);
	bool takes = string != NULL;

	json_decref(string);
	return takes;
}

static void assert_as_jansson(const char *bytes, size_t len)
{
	char data[256];
	struct strbuf sb;
	struct json json;
	json_t *root;
	bool valid;

	strbuf_init(&sb, data, sizeof(data));
	json_init(&json, &sb);
	valid = json_bytes(&json, NULL, bytes, len);
	if (valid != jansson_takes(bytes, len))
		fail_msg("%s", data);
	root = read_back(&sb);
	if (valid) {
		assert_int_equal(json_string_length(root), len);
		assert_memory_equal(json_string_value(root), bytes, len);
	}
	json_decref(root);
}

/* Every byte alone, and behind and before each other. */
static void every_two_bytes(void **state)
{
	(void)state;
	for (int a = 0; a < 256; a++) {
		for (int b = 0; b < 256; b++) {
			char bytes[2] = {(char)a, (char)b};

			assert_as_jansson(bytes, 1);
			assert_as_jansson(bytes, 2);
		}
	}
}

/* The bytes at which UTF-8 decides something, in every order. */
static void every_four_bytes_at_the_limits(void **state)
{
	static const unsigned char LIMITS[] = {'A', '"', 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf,
		0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec, 0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf4, 0xf5,
		0xff};
	enum { N = COUNT(LIMITS) };

	(void)state;
	for (int i = 0; i < N * N * N * N; i++) {
		char bytes[4] = {(char)LIMITS[i % N], (char)LIMITS[i / N % N],
			(char)LIMITS[i / N / N % N], (char)LIMITS[i / N / N / N]};

		assert_as_jansson(bytes, 3);
		assert_as_jansson(bytes, 4);
	}
}

/* --- values ------------------------------------------------------------------------------- */

static void everything_together(void **state)
{
	char data[512];
	struct strbuf sb;
	struct json json;

	(void)state;
	strbuf_init(&sb, data, sizeof(data));
	json_init(&json, &sb);
	json_object_begin(&json, NULL);
	json_object_begin(&json, "empty");
	json_object_end(&json);
	json_array_begin(&json, "none");
	json_array_end(&json);
	json_text(&json, "text", "a\"b");
	json_text(&json, "no-text", NULL);
	json_uint(&json, "zero", 0);
	json_uint(&json, "most", UINT64_MAX);
	json_bool(&json, "yes", true);
	json_bool(&json, "no", false);
	json_none(&json, "null");
	json_array_begin(&json, "list");
	json_uint(&json, NULL, 1);
	json_object_begin(&json, NULL);
	json_uint(&json, "in", 2);
	json_object_end(&json);
	json_array_begin(&json, NULL);
	json_array_end(&json);
	json_none(&json, NULL);
	json_array_end(&json);
	assert_true(json_bytes(&json, "last", "\xc3\xbc", 2));
	json_object_end(&json);
	assert_string_equal(data,
		"{\"empty\":{},\"none\":[],\"text\":\"a\\\"b\",\"no-text\":null,\"zero\":0,"
		"\"most\":18446744073709551615,\"yes\":true,\"no\":false,\"null\":null,"
		"\"list\":[1,{\"in\":2},[],null],\"last\":\"\\u00fc\"}");
}

/* Numbers up to what jansson holds come back the same. */
static void numbers_come_back(void **state)
{
	static const uint64_t NUMBERS[] = {0, 1, 9, 10, 4294967295, 4294967296, INT64_MAX};

	(void)state;
	for (size_t i = 0; i < COUNT(NUMBERS); i++) {
		char data[32];
		struct strbuf sb;
		struct json json;
		json_t *root;

		strbuf_init(&sb, data, sizeof(data));
		json_init(&json, &sb);
		json_uint(&json, NULL, NUMBERS[i]);
		root = read_back(&sb);
		assert_true(json_is_integer(root));
		assert_int_equal(json_integer_value(root), NUMBERS[i]);
		json_decref(root);
	}
}

/* A buffer that is too small, by any number of bytes, is said to be full. */
static void too_small_is_said(void **state)
{
	static const char WANT[] = "{\"key\":\"\\ud83d\\ude00\"}";

	(void)state;
	for (size_t size = 1; size <= sizeof(WANT); size++) {
		char data[sizeof(WANT) + 1];
		struct strbuf sb;
		struct json json;

		memset(data, '#', sizeof(data));
		strbuf_init(&sb, data, size);
		json_init(&json, &sb);
		json_object_begin(&json, NULL);
		(void)json_bytes(&json, "key", "\xf0\x9f\x98\x80", 4);
		json_object_end(&json);
		assert_int_equal(sb.full, size < sizeof(WANT));
		assert_int_equal(data[size], '#');
		if (!sb.full)
			assert_string_equal(data, WANT);
	}
}

int main(void)
{
	static struct CMUnitTest tests[COUNT(TEXTS) + 5];
	size_t n = 0;

	for (size_t i = 0; i < COUNT(TEXTS); i++)
		tests[n++] = TEST(TEXTS[i].name, texts, &TEXTS[i]);
	tests[n++] = TEST("every two bytes", every_two_bytes, NULL);
	tests[n++] = TEST("four bytes at the limits", every_four_bytes_at_the_limits, NULL);
	tests[n++] = TEST("everything together", everything_together, NULL);
	tests[n++] = TEST("numbers come back", numbers_come_back, NULL);
	tests[n++] = TEST("too small is said", too_small_is_said, NULL);
	return _cmocka_run_group_tests("json", tests, n, NULL, NULL);
}
