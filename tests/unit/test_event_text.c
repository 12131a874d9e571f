/* SPDX-License-Identifier: MIT */
/*
 * What hostile texts and records do to a line of the log: whatever they hold, it stays one line
 * of printable ASCII below its limit, it is JSON to another parser (jansson), and it can be sealed.
 */
#include "rows.h"

#include <jansson.h>
#include <stdio.h>
#include "v4map/chain.h"
#include "v4map/event_json.h"
#include "v4map/log_line.h"

#define BYTES(text) text, sizeof(text) - 1
#define BAD "\xef\xbf\xbd"

/* Texts may hold NUL, which event_add_text cannot add. */
static void add_bytes(struct event *event, enum event_tag tag, const char *bytes, size_t len)
{
	char filler[EVENT_TEXT_MAX + 1] = "";

	assert_true(len <= EVENT_TEXT_MAX);
	memset(filler, 'x', len);
	event_add_text(event, tag, filler);
	memcpy(event->texts + event->texts_len - len, bytes, len);
}

static json_t *render(const struct event *event, char line[static EVENT_LINE_MAX])
{
	static const uint8_t START[CHAIN_HASH_SIZE];
	const struct event_context context = {.run = "00000000a0000001", .sequence = 42};
	struct chain *chain = chain_new(START);
	uint8_t hash[CHAIN_HASH_SIZE];
	uint64_t sequence = 0;
	json_error_t error;
	struct strbuf sb;
	json_t *root;

	strbuf_init(&sb, line, EVENT_LINE_MAX); /* with its '\n' in the place of the NUL */
	event_to_json(event, &context, &sb);
	assert_false(sb.full);
	for (size_t i = 0; i < sb.len; i++)
		if (line[i] < 0x20 || line[i] > 0x7e)
			fail_msg("byte %zu is 0x%02x: %s", i, (unsigned char)line[i], line);
	assert_int_equal(chain_seal(chain, line, sb.len), 0);
	assert_int_equal(log_line_end(line, sb.len, &sequence, hash), 0);
	assert_int_equal(sequence, 42);
	chain_free(chain);
	root = json_loadb(line, sb.len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);
	if (root == NULL)
		fail_msg("%s: %s", error.text, line);
	return root;
}

static json_t *at(json_t *root, const char *path)
{
	char copy[100], *rest = copy, *key;

	(void)snprintf(copy, sizeof(copy), "%s", path);
	while ((key = strsep(&rest, ".")) != NULL)
		root = json_object_get(root, key);
	return root;
}

/* --- one text --------------------------------------------------------------------------- */

struct row {
	const char *name, *bytes;
	size_t len;
	const char *read; /* what another parser finds; NULL: the bytes */
	const char *hex;  /* NULL: there is none */
};

static const struct row ROWS[] = {
	{"plain", BYTES("alice"), NULL, NULL},
	{"empty", BYTES(""), NULL, NULL},
	{"quote and backslash", BYTES("a\"b\\c\\"), NULL, NULL},
	{"looks like the end of the record", BYTES("\"}}\n{\"a\":{\""), NULL, NULL},
	{"looks like an escape", BYTES("\\u0041\\n"), NULL, NULL},
	{"NUL", BYTES("root\0admin"), NULL, NULL},
	{"C0, first and last", BYTES("\x01\x1f"), NULL, NULL},
	{"line ends and tab", BYTES("\r\n\t\v\f"), NULL, NULL},
	{"escape sequence", BYTES("\x1b[2J\x1b]0;x\a"), NULL, NULL},
	{"DEL", BYTES("\x7f"), NULL, NULL},
	{"C1, first and last", BYTES("\xc2\x80\xc2\x9f"), NULL, NULL},
	{"behind C1", BYTES("\xc2\xa0"), NULL, NULL},
	{"line and paragraph separator", BYTES("\xe2\x80\xa8\xe2\x80\xa9"), NULL, NULL},
	{"left-to-right and right-to-left mark", BYTES("\xe2\x80\x8e\xe2\x80\x8f"), NULL, NULL},
	{"embeddings and overrides",
		BYTES("\xe2\x80\xaa\xe2\x80\xab\xe2\x80\xac\xe2\x80\xad\xe2\x80\xae"), NULL, NULL},
	{"isolates", BYTES("\xe2\x81\xa6\xe2\x81\xa7\xe2\x81\xa8\xe2\x81\xa9"), NULL, NULL},
	{"Arabic letter mark", BYTES("\xd8\x9c"), NULL, NULL},
	{"byte order mark", BYTES("\xef\xbb\xbf"), NULL, NULL},
	{"letters", BYTES("Zo\xc3\xab \xd0\x96\xd0\xb0\xd0\xbd\xd0\xbd\xd0\xb0"), NULL, NULL},
	{"last of two, three, four bytes", BYTES("\xdf\xbf\xef\xbf\xbf\xf4\x8f\xbf\xbf"), NULL,
		NULL},
	{"first of three, four bytes", BYTES("\xe0\xa0\x80\xf0\x90\x80\x80"), NULL, NULL},
	{"beyond the basic plane", BYTES("\xf0\x9f\x98\x80"), NULL, NULL},
	{"the replacement character itself", BYTES(BAD), NULL, NULL},
	{"Latin-1", BYTES("Zo\xeb"), "Zo" BAD, "5a6feb"},
	{"a tail alone", BYTES("\x80"), BAD, "80"},
	{"cut short", BYTES("a\xf0\x9f\x98"), "a" BAD BAD BAD, "61f09f98"},
	{"cut short by a letter", BYTES("\xe2\x80z"), BAD BAD "z", "e2807a"},
	{"overlong slash", BYTES("\xc0\xaf"), BAD BAD, "c0af"},
	{"overlong in three", BYTES("\xe0\x9f\xbf"), BAD BAD BAD, "e09fbf"},
	{"overlong in four", BYTES("\xf0\x8f\xbf\xbf"), BAD BAD BAD BAD, "f08fbfbf"},
	{"first surrogate", BYTES("\xed\xa0\x80"), BAD BAD BAD, "eda080"},
	{"last surrogate", BYTES("\xed\xbf\xbf"), BAD BAD BAD, "edbfbf"},
	{"above the last", BYTES("\xf4\x90\x80\x80"), BAD BAD BAD BAD, "f4908080"},
	{"no UTF-8 at all", BYTES("\xfe\xff"), BAD BAD, "feff"},
};

static void text_is_read_back(void **state)
{
	const struct row *row = *state;
	size_t len = row->read != NULL ? strlen(row->read) : row->len;
	char line[EVENT_LINE_MAX];
	json_t *root, *name, *hex;
	struct event event;

	event_init(&event, EVENT_AUTHORISED, 1);
	add_bytes(&event, TAG_COMMON_NAME, row->bytes, row->len);
	root = render(&event, line);
	name = at(root, "user.name");
	hex = at(root, "user.name_hex");
	assert_int_equal(json_string_length(name), len);
	assert_memory_equal(
		json_string_value(name), row->read != NULL ? row->read : row->bytes, len);
	assert_int_equal(hex != NULL, row->hex != NULL);
	if (row->hex != NULL)
		assert_string_equal(json_string_value(hex), row->hex);
	assert_null(at(root, "v4map.texts_cut"));
	json_decref(root);
}

/* --- a whole record --------------------------------------------------------------------- */

struct fill {
	const char *name, *unit; /* what the record is filled up with, text by text */
	size_t text_len;
	bool is_cut;
};

static const struct fill FILLS[] = {
	{"letters", "a", EVENT_TEXT_MAX, false},
	{"quotes", "\"", EVENT_TEXT_MAX, false},
	{"control bytes", "\x01", EVENT_TEXT_MAX, true},
	{"bytes that are not UTF-8", "\xff", EVENT_TEXT_MAX, true},
	{"U+1F600", "\xf0\x9f\x98\x80", EVENT_TEXT_MAX, false},
	{"short texts that are not UTF-8", "\xff", 17, true},
	{"shortest texts that are not UTF-8", "\xff", 1, false},
	{"letters, one by one", "a", 1, false},
	{"empty texts", "a", 0, false},
};

/* As many texts as the record takes: one of each tag, then rules. */
static void fill_record(struct event *event, const struct fill *fill)
{
	char text[EVENT_TEXT_MAX + 1] = "";
	size_t unit = strlen(fill->unit);

	for (size_t len = 0; len + unit <= fill->text_len; len += unit)
		memcpy(text + len, fill->unit, unit);
	for (int tag = TAG_END + 1; event->texts_cut == 0; tag++)
		event_add_text(event, tag < EVENT_TAG_COUNT ? (enum event_tag)tag : TAG_RULE, text);
	event->texts_cut = 0;
}

static void full_record_fits(void **state)
{
	const struct fill *fill = *state;
	char line[EVENT_LINE_MAX];
	struct event event;
	json_t *root;

	event_init(&event, EVENT_REFUSED, INT64_MAX);
	event.mismatches = UINT32_MAX;
	event.counters = 1;
	event.record = event.bytes_received = event.bytes_sent = event.duration_s = UINT64_MAX;
	event.ip.family = event.embedded.family = event.translator.family = FAMILY_IPV6;
	memset(event.ip.bytes, 0xfe, sizeof(event.ip.bytes));
	event.embedded = event.translator = event.ip;
	fill_record(&event, fill);
	root = render(&event, line);
	assert_int_equal(at(root, "v4map.texts_cut") != NULL, fill->is_cut);
	json_decref(root);
}

/* A record is as trustworthy as its writer: any bytes give a line. */
static void any_record_gives_a_line(void **state)
{
	char line[EVENT_LINE_MAX];
	uint64_t random = 88172645463325252U;
	union {
		struct event event;
		uint8_t bytes[sizeof(struct event)];
	} box;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		for (size_t at_byte = 0; at_byte < sizeof(box); at_byte++) {
			random ^= random << 13; /* xorshift64 */
			random ^= random >> 7;
			random ^= random << 17;
			box.bytes[at_byte] = (uint8_t)(random >> 32);
		}
		if (i % 2 != 0)
			box.event.texts_len %= EVENT_TEXTS_SIZE + 2;
		json_decref(render(&box.event, line));
	}
}

struct moment {
	const char *name;
	int64_t ns;
	const char *want;
};

static const struct moment MOMENTS[] = {
	{"time: before 1970", -1, "1970-01-01T00:00:00.000000Z"},
	{"time: the least", INT64_MIN, "1970-01-01T00:00:00.000000Z"},
	{"time: 1970", 999, "1970-01-01T00:00:00.000000Z"},
	{"time: a microsecond", 1000, "1970-01-01T00:00:00.000001Z"},
	{"time: leap day", INT64_C(1709251199999999999), "2024-02-29T23:59:59.999999Z"},
	{"time: the greatest", INT64_MAX, "2262-04-11T23:47:16.854775Z"},
};

static void time_keeps_its_place(void **state)
{
	const struct moment *moment = *state;
	char line[EVENT_LINE_MAX];
	struct event event;
	json_t *root;

	event_init(&event, EVENT_STARTED, moment->ns);
	root = render(&event, line);
	assert_string_equal(json_string_value(at(root, "@timestamp")), moment->want);
	json_decref(root);
}

/* What stands before the line stays, and a buffer that is too small is said to be. */
static void appends_or_says_full(void **state)
{
	const struct event_context context = {.run = "r", .sequence = 1, .host = "h"};
	char data[EVENT_LINE_MAX] = "", small[64];
	struct event event;
	struct strbuf sb;

	(void)state;
	event_init(&event, EVENT_STARTED, 1);
	strbuf_init(&sb, data, sizeof(data));
	strbuf_adds(&sb, "before");
	event_to_json(&event, &context, &sb);
	assert_memory_equal(data, "before{\"@timestamp\"", strlen("before{\"@timestamp\""));
	assert_int_equal(strlen(data), sb.len);
	strbuf_init(&sb, small, sizeof(small));
	event_to_json(&event, &context, &sb);
	assert_true(sb.full);
}

int main(void)
{
	static struct CMUnitTest tests[COUNT(ROWS) + COUNT(FILLS) + COUNT(MOMENTS) + 2];
	size_t count = 0;

	for (size_t i = 0; i < COUNT(ROWS); i++)
		tests[count++] = TEST(ROWS[i].name, text_is_read_back, &ROWS[i]);
	for (size_t i = 0; i < COUNT(FILLS); i++)
		tests[count++] = TEST(FILLS[i].name, full_record_fits, &FILLS[i]);
	for (size_t i = 0; i < COUNT(MOMENTS); i++)
		tests[count++] = TEST(MOMENTS[i].name, time_keeps_its_place, &MOMENTS[i]);
	tests[count++] = TEST("any record gives a line", any_record_gives_a_line, NULL);
	tests[count++] = TEST("appends, or says full", appends_or_says_full, NULL);
	return _cmocka_run_group_tests("event_text", tests, count, NULL, NULL);
}
