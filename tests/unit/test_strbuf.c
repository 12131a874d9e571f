/* SPDX-License-Identifier: MIT */
#include "rows.h"

enum { SIZE = 8, GUARD = 8 };

/* A buffer of SIZE with untouchable bytes behind it, and "abc" in it. */
struct guarded {
	char data[SIZE + GUARD];
	struct strbuf sb;
};

static void begin(struct guarded *guarded)
{
	memset(guarded->data, '#', sizeof(guarded->data));
	strbuf_init(&guarded->sb, guarded->data, SIZE);
	strbuf_adds(&guarded->sb, "abc");
}

static void assert_text(const struct guarded *guarded, const char *text, bool full)
{
	assert_string_equal(guarded->data, text);
	assert_int_equal(guarded->sb.len, strlen(text));
	assert_int_equal(guarded->sb.full, full);
	assert_memory_equal(guarded->data + SIZE, "########", GUARD);
}

struct add_row {
	const char *name, *text, *want;
	bool full;
};

static const struct add_row ADDS[] = {
	{"nothing", "", "abc", false},
	{"some", "d", "abcd", false},
	{"all the room there is", "defg", "abcdefg", false},
	{"one too many", "defgh", "abc", true},
	{"far too many", "defghijklmnopqrstuvwxyz", "abc", true},
};

static void adds(void **state)
{
	const struct add_row *row = *state;
	struct guarded bytes, text, format;

	begin(&bytes);
	strbuf_add(&bytes.sb, row->text, strlen(row->text));
	assert_text(&bytes, row->want, row->full);
	begin(&text);
	strbuf_adds(&text.sb, row->text);
	assert_text(&text, row->want, row->full);
	begin(&format);
	strbuf_addf(&format.sb, "%s", row->text);
	assert_text(&format, row->want, row->full);
}

/* Once full, what would fit is not added either: a text never lacks its middle. */
static void full_stays_full(void **state)
{
	struct guarded guarded;

	(void)state;
	begin(&guarded);
	strbuf_adds(&guarded.sb, "too long for it");
	strbuf_addc(&guarded.sb, 'x');
	strbuf_addu(&guarded.sb, 1);
	strbuf_adds(&guarded.sb, "y");
	strbuf_addf(&guarded.sb, "%c", 'z');
	strbuf_add(&guarded.sb, "", 0);
	assert_text(&guarded, "abc", true);
	strbuf_reset(&guarded.sb);
	assert_text(&guarded, "", false);
	strbuf_addc(&guarded.sb, 'x');
	assert_text(&guarded, "x", false);
}

static void smallest_buffer(void **state)
{
	char data[2] = {'#', '#'};
	struct strbuf sb;

	(void)state;
	strbuf_init(&sb, data, 1);
	assert_string_equal(data, "");
	strbuf_add(&sb, "", 0);
	assert_false(sb.full);
	strbuf_addc(&sb, 'x');
	assert_true(sb.full);
	assert_string_equal(data, "");
	assert_int_equal(data[1], '#');
}

static void bytes_may_be_nul(void **state)
{
	struct guarded guarded;

	(void)state;
	begin(&guarded);
	strbuf_add(&guarded.sb, "\0d", 2);
	assert_int_equal(guarded.sb.len, 5);
	assert_memory_equal(guarded.data, "abc\0d", 6);
}

struct number_row {
	uint64_t number;
	const char *want;
};

static const struct number_row NUMBERS[] = {
	{0, "0"},
	{9, "9"},
	{10, "10"},
	{4294967296, "4294967296"},
	{UINT64_MAX, "18446744073709551615"},
};

static void numbers(void **state)
{
	const struct number_row *row = *state;
	char data[21];
	struct strbuf sb;

	strbuf_init(&sb, data, sizeof(data));
	strbuf_addu(&sb, row->number);
	assert_string_equal(data, row->want);
	assert_false(sb.full);
}

static void number_that_does_not_fit(void **state)
{
	struct guarded guarded;

	(void)state;
	begin(&guarded);
	strbuf_addu(&guarded.sb, 12345);
	assert_text(&guarded, "abc", true);
}

int main(void)
{
	static struct CMUnitTest tests[COUNT(ADDS) + COUNT(NUMBERS) + 4];
	size_t n = 0;

	for (size_t i = 0; i < COUNT(ADDS); i++)
		tests[n++] = TEST(ADDS[i].name, adds, &ADDS[i]);
	for (size_t i = 0; i < COUNT(NUMBERS); i++)
		tests[n++] = TEST(NUMBERS[i].want, numbers, &NUMBERS[i]);
	tests[n++] = TEST("full stays full", full_stays_full, NULL);
	tests[n++] = TEST("the smallest buffer", smallest_buffer, NULL);
	tests[n++] = TEST("bytes may be NUL", bytes_may_be_nul, NULL);
	tests[n++] = TEST("a number that does not fit", number_that_does_not_fit, NULL);
	return _cmocka_run_group_tests("strbuf", tests, n, NULL, NULL);
}
