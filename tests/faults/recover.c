/* SPDX-License-Identifier: MIT */
/* What audit_recover makes of every end that a log can have. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "../../daemon/audit.h"
#include "../unit/rows.h"
#include "v4map/event_json.h"

enum { LINES = 5 };

static char folder[] = "/dev/shm/v4map-recover-XXXXXX";
static char path[64], torn_path[80];
static char whole[LINES * EVENT_LINE_MAX]; /* a log of LINES lines */
static size_t ends[LINES + 1];		   /* where each of its lines ends */
static uint8_t hashes[LINES + 1][CHAIN_HASH_SIZE];

static size_t make_line(struct chain *chain, uint64_t sequence, char *ret, size_t size)
{
	const struct event_context context = {.run = "0123456789abcdef", .sequence = sequence};
	struct event event;
	struct strbuf sb;

	event_init(&event, EVENT_AUTHORISED, (int64_t)sequence * 1000000000);
	event_add_text(&event, TAG_COMMON_NAME, "alice");
	event.record = sequence;
	strbuf_init(&sb, ret, size);
	event_to_json(&event, &context, &sb);
	assert_int_equal(chain_seal(chain, sb.data, sb.len), 0);
	strbuf_addc(&sb, '\n');
	return sb.len;
}

static int set_up(void **state)
{
	struct chain *chain = chain_new(hashes[0]);

	(void)state;
	for (size_t i = 1; i <= LINES; i++) {
		ends[i] = ends[i - 1] +
			  make_line(chain, i, whole + ends[i - 1], sizeof(whole) - ends[i - 1]);
		chain_get(chain, hashes[i]);
	}
	chain_free(chain);
	if (mkdtemp(folder) == NULL)
		return -1;
	(void)snprintf(path, sizeof(path), "%s/log", folder);
	(void)snprintf(torn_path, sizeof(torn_path), "%s.torn-1", path);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	(void)unlink(path);
	(void)unlink(torn_path);
	return rmdir(folder);
}

/* The first `len` bytes of the whole log, then `tail`, then so many zeroes. */
static void write_log(size_t len, const char *tail, size_t tail_len, off_t zeroes)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	(void)unlink(torn_path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, whole, len), len);
	assert_int_equal(write(fd, tail, tail_len), tail_len);
	assert_int_equal(ftruncate(fd, (off_t)(len + tail_len) + zeroes), 0);
	(void)close(fd);
}

static size_t read_file(const char *name, char *ret, size_t size)
{
	int fd = open(name, O_RDONLY);
	ssize_t len = fd >= 0 ? read(fd, ret, size) : 0;

	assert_true(len >= 0);
	if (fd >= 0)
		(void)close(fd);
	return (size_t)len;
}

static void recover(struct audit_end *end)
{
	struct audit audit;
	struct err err = {.text = ""};

	if (audit_open(&audit, path, 0, &err) != 0 || audit_recover(&audit, path, end, &err) != 0)
		fail_msg("%s", err.text);
	audit_close(&audit);
}

/* The next line goes behind what is left, and the chain over all of it holds. */
static void assert_goes_on(const struct audit_end *end)
{
	char line[EVENT_LINE_MAX], text[sizeof(whole) + EVENT_LINE_MAX], *at = text, *next;
	struct chain *chain = chain_new(end->hash);
	size_t len = make_line(chain, end->sequence + 1, line, sizeof(line));
	struct audit audit;
	struct err err;

	assert_int_equal(audit_open(&audit, path, 0, &err), 0);
	assert_int_equal(audit_append(&audit, line, len), 0);
	audit_close(&audit);
	len = read_file(path, text, sizeof(text));
	chain_set(chain, hashes[0]);
	for (; at < text + len; at = next + 1) {
		next = memchr(at, '\n', len - (size_t)(at - text));
		assert_non_null(next);
		assert_true(chain_check(chain, at, (size_t)(next - at)));
	}
	chain_free(chain);
}

/* What is there is the log's first `lines` lines and `torn` bytes that are none. */
static void assert_recovers(size_t lines, off_t torn)
{
	struct audit_end end, again;
	static char text[sizeof(whole)];
	struct stat st;

	recover(&end);
	assert_int_equal(end.sequence, lines);
	assert_memory_equal(end.hash, hashes[lines], CHAIN_HASH_SIZE);
	assert_int_equal(end.torn, torn);
	assert_int_equal(read_file(path, text, sizeof(text)), ends[lines]);
	assert_memory_equal(text, whole, ends[lines]);
	assert_int_equal(stat(torn_path, &st) == 0 ? st.st_size : 0, torn);
	recover(&again);
	assert_int_equal(again.torn, 0);
	assert_int_equal(again.sequence, end.sequence);
	assert_memory_equal(again.hash, end.hash, CHAIN_HASH_SIZE);
	assert_goes_on(&end);
}

static void cut_at_every_byte(void **state)
{
	static char torn[sizeof(whole)];
	size_t lines = 0;

	(void)state;
	for (size_t len = 0; len <= ends[LINES]; len++) {
		while (lines < LINES && ends[lines + 1] <= len)
			lines++;
		write_log(len, "", 0, 0);
		assert_recovers(lines, (off_t)(len - ends[lines]));
		assert_int_equal(read_file(torn_path, torn, sizeof(torn)), len - ends[lines]);
		assert_memory_equal(torn, whole + ends[lines], len - ends[lines]);
	}
}

/* What a power cut leaves of pages that were not written. */
static void zeroes(void **state)
{
	static const off_t RUNS[] = {1, 4095, 4096, 8191, 8192, 16383, 16384, 16385, 30 << 20};

	(void)state;
	for (size_t i = 0; i < COUNT(RUNS); i++) {
		for (size_t lines = 0; lines <= LINES; lines++) {
			write_log(ends[lines], "", 0, RUNS[i]);
			assert_recovers(lines, RUNS[i]);
		}
		write_log(ends[3] + 100, "", 0, RUNS[i]);
		assert_recovers(3, RUNS[i] + 100);
	}
}

struct tail {
	const char *name, *bytes;
	size_t repeat; /* how often the first byte stands before */
};

static void tail(void **state)
{
	const struct tail *row = *state;
	static char bytes[64 * 1024];
	size_t len = row->repeat + strlen(row->bytes);

	memset(bytes, row->bytes[0], row->repeat);
	memcpy(bytes + row->repeat, row->bytes, strlen(row->bytes));
	write_log(ends[LINES], bytes, len, 0);
	assert_recovers(LINES, (off_t)len);
	write_log(ends[1] + 1, bytes, len, 9);
	assert_recovers(1, (off_t)len + 10);
}

static void missing_file(void **state)
{
	(void)state;
	(void)unlink(path);
	(void)unlink(torn_path);
	assert_recovers(0, 0);
}

static void second_torn_file(void **state)
{
	char second[80];
	struct audit_end end;

	(void)state;
	write_log(ends[2] - 1, "", 0, 0);
	recover(&end);
	(void)snprintf(second, sizeof(second), "%s.torn-2", path);
	assert_int_equal(truncate(path, (off_t)ends[1] - 1), 0);
	recover(&end);
	assert_int_equal(end.sequence, 0);
	assert_int_equal(unlink(torn_path), 0);
	assert_int_equal(unlink(second), 0);
}

/* Somebody else's file is left alone. */
static void foreign(void **state)
{
	static const char *const TEXTS[] = {"root:x:0:0:root:/root:/bin/bash\n", "\n", "{}\n", "x",
		"{\"@timestamp\":1}\n", "{\"@timestamP"};
	struct audit_end end = {.sequence = 77}, untouched = end;
	struct audit audit;
	char text[64];

	(void)state;
	for (size_t i = 0; i < COUNT(TEXTS); i++) {
		struct err err = {.text = ""};

		write_log(0, TEXTS[i], strlen(TEXTS[i]), 0);
		assert_int_equal(audit_open(&audit, path, 0, &err), 0);
		assert_int_equal(audit_recover(&audit, path, &end, &err), -EINVAL);
		audit_close(&audit);
		assert_holds(err.text, "is no log of v4map: move the file away");
		assert_memory_equal(&end, &untouched, sizeof(end));
		assert_int_equal(read_file(path, text, sizeof(text)), strlen(TEXTS[i]));
		assert_int_equal(access(torn_path, F_OK), -1);
	}
}

static void not_opened(void **state)
{
	struct audit audit = {.size = 77}, other, untouched = audit;
	struct err err;

	(void)state;
	(void)unlink(path);
	assert_int_equal(symlink("/etc/passwd", path), 0);
	assert_int_equal(audit_open(&audit, path, 0, &err), -ELOOP);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(audit_open(&audit, path, 0, &err), -EINVAL);
	assert_holds(err.text, "is not a regular file");
	assert_int_equal(unlink(path), 0);
	assert_int_equal(audit_open(&audit, folder, 0, &err), -EISDIR);
	assert_int_equal(audit_open(&other, path, 0, &err), 0);
	assert_int_equal(audit_open(&audit, path, 0, &err), -EBUSY);
	assert_holds(err.text, "belongs to another server's v4mapd");
	audit_close(&other);
	assert_memory_equal(&audit, &untouched, sizeof(audit));
}

int main(void)
{
	static const struct tail TAILS[] = {
		{"half a line", "{\"@timestamp\":\"2026", 0},
		{"an empty line", "\n", 0},
		{"empty lines", "\n", 40000},
		{"a line that is no record", "x\n", 0},
		{"an object that is no record", "{\"event\":{\"sequence\":7}}\n", 0},
		{"a line as long as two windows", "x\n", 40000},
		{"a line of 8191 bytes", "x\n", 8190},
		{"a line of 8192 bytes", "x\n", 8191},
		{"a line of 8193 bytes", "x\n", 8192},
		{"no line, as long as two windows", "x", 40000},
	};
	struct CMUnitTest tests[COUNT(TAILS) + 6] = {
		TEST("cut at every byte", cut_at_every_byte, NULL), TEST("zeroes", zeroes, NULL),
		TEST("missing file", missing_file, NULL),
		TEST("the first torn file stays", second_torn_file, NULL),
		TEST("somebody else's file", foreign, NULL),
		TEST("what is not opened", not_opened, NULL)};

	for (size_t i = 0; i < COUNT(TAILS); i++)
		tests[6 + i] = TEST(TAILS[i].name, tail, &TAILS[i]);
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
