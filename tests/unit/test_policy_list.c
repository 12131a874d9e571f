/* SPDX-License-Identifier: MIT */
/* Prefix lists: what a file may hold, what is said of one that is wrong, and whom it holds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include "policy_fixture.h"

static char path[] = "/tmp/v4map-test-list.XXXXXX";
static char yaml[512];
static struct policy_report report;

static int setup(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	(void)snprintf(yaml, sizeof(yaml),
		"prefix-lists: {a: %s}\nrules: [{name: r, when: {peer-list: a}, push: [a]}]\n",
		path);
	return fd < 0 ? -1 : close(fd);
}

static int teardown(void **state)
{
	(void)state;
	return unlink(path);
}

static void write_list(const char *text, size_t len)
{
	FILE *out = fopen(path, "w");

	assert_non_null(out);
	assert_int_equal(fwrite(text, 1, len, out), len);
	assert_int_equal(fclose(out), 0);
}

static int load(struct policy_file *file)
{
	struct policy_file before;
	int rc;

	memset(file, 0x5a, sizeof(*file));
	before = *file;
	rc = policy_text_load(yaml, strlen(yaml), "p.yaml", file, &report);
	if (rc != 0)
		assert_memory_equal(file, &before, sizeof(before));
	assert_int_equal(report.list_count, 1);
	assert_string_equal(report.lists[0], path);
	return rc;
}

struct good_row {
	const char *name, *list;
	size_t blocks;
	const char *in, *out; /* addresses that are and are not in it; NULL: none */
};

static const struct good_row GOOD[] = {
	{"one", "192.0.2.0/24\n", 1, "192.0.2.255", "192.0.3.0"},
	{"without a last newline", "192.0.2.0/24", 1, "192.0.2.0", "192.0.1.255"},
	{"both families", "2001:db8::/32\n10.0.0.1\n", 2, "2001:db8:ffff::1", "10.0.0.2"},
	{"mapped is folded", "::ffff:10.0.0.0/104\n10.0.0.0/8\n", 1, "10.255.255.255", "::1"},
	{"halves become one", "10.0.0.0/25\n10.0.0.128/25\n", 1, "10.0.0.200", "10.0.1.0"},
	{"remarks and nothing", "# all\n\n  # of it\n10.0.0.0/8 # ten\n\t11.0.0.0/8#eleven\n", 1,
		"11.1.1.1", "12.0.0.0"},
	{"CRLF and blanks", "  10.0.0.0/8 \r\n\r\n", 1, "10.0.0.0", "9.255.255.255"},
	{"a mark of byte order",
		"\xef\xbb\xbf"
		"10.0.0.0/8\n",
		1, "10.0.0.0", NULL},
	{"everything", "0.0.0.0/0\n", 1, "255.255.255.255", "::"},
};

static bool is_in(const struct fixture *fixture, const char *address)
{
	const struct peer_texts texts = {.ip6 = address};
	struct decision decision;
	struct peer peer;

	peer_init(&peer, &texts, NULL, 0);
	policy_decide(&fixture->policy, &peer, STAGE_CONNECT, fixture->scratch, &decision);
	return decision.matched_count == 1;
}

static void is_taken(void **state)
{
	const struct good_row *row = *state;
	struct fixture fixture;
	struct err err;

	write_list(row->list, strlen(row->list));
	assert_int_equal(load(&fixture.file), 0);
	assert_int_equal(report.count, 0);
	assert_int_equal(
		policy_open(fixture.file.image, fixture.file.image_size, &fixture.policy, &err), 0);
	fixture.scratch = calloc(1, policy_scratch_size(&fixture.policy));
	assert_non_null(fixture.scratch);
	assert_int_equal(fixture.policy.lists[0].blocks.count, row->blocks);
	assert_true(is_in(&fixture, row->in));
	assert_true(row->out == NULL || !is_in(&fixture, row->out));
	fixture_done(&fixture);
}

struct bad_row {
	const char *name, *list;
	size_t len; /* 0: to the NUL */
	unsigned line, column;
	const char *message;
};

static const struct bad_row BAD[] = {
	{"a word", "10.0.0.0/8\noffice\n", 0, 2, 1, "found 'office'"},
	{"host bits", "\n\n  10.0.0.1/8\n", 0, 3, 3, "did you mean 10.0.0.0/8?"},
	{"two in a line", "10.0.0.0/8 11.0.0.0/8\n", 0, 1, 12, "one block a line"},
	{"a comma", "10.0.0.0/8,\n", 0, 1, 1, "want a length"},
	{"a short mapped one", "::ffff:0:0/95\n", 0, 1, 1, "/96 or longer"},
	{"a NUL", "10.0.0.0/8\0 11\n", 15, 1, 11, "NUL"},
	{"a NUL first", "\0\n", 2, 1, 1, "NUL"},
};

static void is_refused(void **state)
{
	const struct bad_row *row = *state;
	struct policy_file file;

	write_list(row->list, row->len != 0 ? row->len : strlen(row->list));
	assert_int_equal(load(&file), -EINVAL);
	assert_int_equal(report.count, 1);
	assert_string_equal(report.errs[0].file, path);
	assert_string_equal(report.errs[0].code, "bad-value");
	if (report.errs[0].line != row->line || report.errs[0].column != row->column)
		fail_msg("want %u:%u, found %u:%u", row->line, row->column, report.errs[0].line,
			report.errs[0].column);
	if (strstr(report.errs[0].text, row->message) == NULL)
		fail_msg("no '%s' in '%s'", row->message, report.errs[0].text);
}

static void all_errors_are_told(void **state)
{
	char text[1024];
	struct policy_file file;
	struct strbuf sb;

	(void)state;
	strbuf_init(&sb, text, sizeof(text));
	for (int i = 0; i < POLICY_FINDINGS_MAX + 3; i++)
		strbuf_adds(&sb, "10.0.0.0/8\nx\n");
	write_list(text, sb.len);
	assert_int_equal(load(&file), -EINVAL);
	assert_int_equal(report.count, POLICY_FINDINGS_MAX);
	assert_int_equal(report.found, POLICY_FINDINGS_MAX + 3);
	for (unsigned i = 0; i < POLICY_FINDINGS_MAX; i++)
		assert_int_equal(report.errs[i].line, 2 * i + 2);
}

static void long_lines(void **state)
{
	char text[3000];
	struct policy_file file;

	(void)state;
	memset(text, ' ', sizeof(text));
	memcpy(text, "10.0.0.0/8 #", 12);
	text[1022] = '\n'; /* the longest that is taken */
	memcpy(text + 1023, "11.0.0.0/8", 10);
	write_list(text, 1033);
	assert_int_equal(load(&file), 0);
	policy_file_done(&file);
	text[1022] = ' ';
	text[1023] = '\n';
	text[2990] = '\n'; /* what comes behind a long line is read again */
	memcpy(text + 2991, "x\n", 2);
	write_list(text, 2993);
	assert_int_equal(load(&file), -EINVAL);
	assert_int_equal(report.count, 3);
	assert_non_null(strstr(report.errs[0].text, "at most 1022 bytes"));
	assert_int_equal(report.errs[0].line, 1);
	assert_int_equal(report.errs[2].line, 3);
}

static void empty_list_is_warned_of(void **state)
{
	struct policy_file file;

	(void)state;
	write_list("# nothing yet\n", 14);
	assert_int_equal(load(&file), 0);
	assert_int_equal(report.count, 1);
	assert_string_equal(report.errs[0].code, "empty-list");
	assert_string_equal(report.errs[0].file, "p.yaml");
	assert_int_equal(report.errs[0].line, 1);
	policy_file_done(&file);
}

static void missing_list(void **state)
{
	char other[] = "prefix-lists: {a: /nowhere/v4map}\n";
	struct policy_file file;

	(void)state;
	assert_int_equal(policy_text_load(other, strlen(other), "p.yaml", &file, &report), -ENOENT);
	assert_int_equal(report.count, 1);
	assert_string_equal(report.errs[0].code, "unreadable");
	assert_string_equal(report.errs[0].file, "/nowhere/v4map");
}

struct sizes_row {
	const char *name;
	unsigned count[2];
};

/* Around IMAGE_MARK_STEP, and where one list ends and the next begins. */
static const struct sizes_row SIZES[] = {
	{"1 and 1 block", {1, 1}},
	{"1 and 256 blocks", {1, 256}},
	{"255 and 600 blocks", {255, 600}},
	{"256 and 256 blocks", {256, 256}},
	{"256 and 1 block", {256, 1}},
	{"257 and 255 blocks", {257, 255}},
	{"1000 and 1025 blocks", {1000, 1025}},
};

/* Two lists with every other half of a /24, so that none can be joined. */
static void load_two(const unsigned count[2], struct fixture *fixture)
{
	char other[sizeof(path) + 2], text[1024];

	(void)snprintf(other, sizeof(other), "%s.b", path);
	for (unsigned list = 0; list < 2; list++) {
		FILE *out = fopen(list == 0 ? path : other, "w");

		assert_non_null(out);
		for (unsigned i = 0; i < count[list]; i++)
			(void)fprintf(out, "10.%u.%u.%u/25\n", i / 256, i % 256, list * 128);
		assert_int_equal(fclose(out), 0);
	}
	(void)snprintf(text, sizeof(text),
		"prefix-lists: {a: %s, b: %s}\n"
		"rules: [{name: a, when: {peer-list: a}}, {name: b, when: {peer-list: b}}]\n",
		path, other);
	fixture_load(fixture, text);
	assert_int_equal(unlink(other), 0);
}

static void each_block_is_found(void **state)
{
	const struct sizes_row *row = *state;
	struct fixture fixture;
	struct decision decision;
	char address[32];
	struct peer peer;

	load_two(row->count, &fixture);
	for (unsigned i = 0; i < 2 * 1100; i++) {
		const unsigned list = i % 2, number = i / 2;
		const struct peer_texts texts = {.ip = address};

		(void)snprintf(address, sizeof(address), "10.%u.%u.%u", number / 256, number % 256,
			list * 128 + 127);
		peer_init(&peer, &texts, NULL, 0);
		policy_decide(&fixture.policy, &peer, STAGE_CONNECT, fixture.scratch, &decision);
		assert_int_equal(decision.matched_count, number < row->count[list]);
		if (decision.matched_count != 0)
			assert_int_equal(decision.matched[0], list);
	}
	fixture_done(&fixture);
}

/* Whatever the blocks of a list hold, a search stays inside: of use under ASan and UBSan. */
static void broken_blocks_are_searched(void **state)
{
	const char *list = "10.0.0.0/8\n192.0.2.0/24\n2001:db8::/32\n2001:db9::/127\n";
	struct fixture fixture;
	struct image_header *header;
	uint8_t *bytes, *copy;
	struct err err;

	(void)state;
	write_list(list, strlen(list));
	assert_int_equal(load(&fixture.file), 0);
	header = fixture.file.image;
	bytes = (uint8_t *)fixture.file.image + header->list_prefixes.first;
	copy = malloc(header->list_prefixes.count * sizeof(struct prefix));
	assert_non_null(copy);
	memcpy(copy, bytes, header->list_prefixes.count * sizeof(struct prefix));
	for (size_t i = 0; i < header->list_prefixes.count * sizeof(struct prefix); i++) {
		for (unsigned value = 0; value < 256; value += 5) {
			bytes[i] = (uint8_t)value;
			assert_int_equal(policy_open(fixture.file.image, fixture.file.image_size,
						 &fixture.policy, &err),
				0);
			fixture.scratch = calloc(1, policy_scratch_size(&fixture.policy));
			assert_non_null(fixture.scratch);
			(void)is_in(&fixture, "10.1.1.1");
			(void)is_in(&fixture, "2001:db9::1");
			free(fixture.scratch);
		}
		bytes[i] = copy[i];
	}
	free(copy);
	policy_file_done(&fixture.file);
}

int main(void)
{
	struct CMUnitTest tests[COUNT(GOOD) + COUNT(BAD) + COUNT(SIZES) + 5] = {{0}};
	size_t count = 0;

	for (size_t i = 0; i < COUNT(GOOD); i++)
		tests[count++] = ROW_TEST(GOOD[i].name, is_taken, &GOOD[i]);
	for (size_t i = 0; i < COUNT(BAD); i++)
		tests[count++] = ROW_TEST(BAD[i].name, is_refused, &BAD[i]);
	for (size_t i = 0; i < COUNT(SIZES); i++)
		tests[count++] = ROW_TEST(SIZES[i].name, each_block_is_found, &SIZES[i]);
	tests[count++] = ROW_TEST("all errors", all_errors_are_told, NULL);
	tests[count++] = ROW_TEST("long lines", long_lines, NULL);
	tests[count++] = ROW_TEST("an empty list", empty_list_is_warned_of, NULL);
	tests[count++] = ROW_TEST("no list", missing_list, NULL);
	tests[count++] = ROW_TEST("broken blocks", broken_blocks_are_searched, NULL);
	return cmocka_run_group_tests_name("policy_list", tests, setup, teardown);
}
