/* SPDX-License-Identifier: MIT */
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
#include "v4map/key_file.h"

#define KEY_A "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define KEY_B "ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100"
#define GOOD "v4map-key 1 00000000000000000042 " KEY_A " " KEY_B "\n"

static char folder[] = "/tmp/v4map-test-XXXXXX";
static char path[64], other[64];

static void write_file(const char *text, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
	(void)close(fd);
}

static void read_file(char text[512])
{
	int fd = open(path, O_RDONLY);
	ssize_t len = read(fd, text, 511);

	assert_true(len >= 0);
	text[len] = '\0';
	(void)close(fd);
}

static int remove_files(void **state)
{
	(void)state;
	(void)unlink(path);
	(void)unlink(other);
	return 0;
}

struct row {
	const char *name;
	const char *text;
	mode_t mode;
	int rc;
	const char *message; /* part of it */
};

static const struct row ROWS[] = {
	{"as keygen writes it", GOOD, 0600, 0, NULL},
	{"read-only", GOOD, 0400, 0, NULL},
	{"readable by the group", GOOD, 0640, -EPERM, "mode 0640"},
	{"writable by others", GOOD, 0602, -EPERM, "mode 0602"},
	{"empty", "", 0600, -EINVAL, "is no key file"},
	{"no line end", "v4map-key 1 00000000000000000042 " KEY_A " " KEY_B, 0600, -EINVAL,
		"is no key file"},
	{"one byte more", GOOD "\n", 0600, -EINVAL, "is no key file"},
	{"another version", "v4map-key 2 00000000000000000042 " KEY_A " " KEY_B "\n", 0600, -EINVAL,
		"is no key file"},
	{"sequence 0", "v4map-key 1 00000000000000000000 " KEY_A " " KEY_B "\n", 0600, -EINVAL,
		"is no key file"},
	{"largest sequence", "v4map-key 1 18446744073709551615 " KEY_A " " KEY_B "\n", 0600, 0,
		NULL},
	{"larger than the largest", "v4map-key 1 18446744073709551616 " KEY_A " " KEY_B "\n", 0600,
		-EINVAL, "is no key file"},
	{"sign", "v4map-key 1 +0000000000000000042 " KEY_A " " KEY_B "\n", 0600, -EINVAL,
		"is no key file"},
	{"upper case",
		"v4map-key 1 00000000000000000042 " KEY_A
		" FF11223344556677889900112233445566778899001122334455667788990011\n",
		0600, -EINVAL, "is no key file"},
};

static void reads(void **state)
{
	const struct row *row = *state;
	struct key_file key, before;
	struct err err = {.text = ""};

	memset(&key, 0x5a, sizeof(key));
	before = key;
	write_file(row->text, row->mode);
	assert_int_equal(key_file_read(path, &key, &err), row->rc);
	if (row->rc != 0) {
		assert_non_null(strstr(err.text, row->message));
		assert_memory_equal(&key, &before, sizeof(key));
		return;
	}
	assert_true(key.chain.sequence == 42 || key.chain.sequence == UINT64_MAX);
	assert_int_equal(key.chain.key[1], 0x11);
	assert_int_equal(key.pseudonym[1], 0xee);
}

static void not_a_file(void **state)
{
	struct key_file key;
	struct err err = {.text = ""};

	(void)state;
	assert_int_equal(key_file_read(path, &key, &err), -ENOENT);
	write_file(GOOD, 0600);
	assert_int_equal(symlink(path, other), 0);
	assert_int_equal(key_file_read(other, &key, &err), -ELOOP);
	(void)unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(key_file_read(path, &key, &err), -EINVAL);
	assert_non_null(strstr(err.text, "not a regular file"));
}

static void somebody_elses(void **state)
{
	struct key_file key;
	struct err err = {.text = ""};

	(void)state;
	if (geteuid() != 0)
		skip();
	write_file(GOOD, 0600);
	assert_int_equal(chown(path, 12345, 0), 0);
	assert_int_equal(key_file_read(path, &key, &err), -EPERM);
	assert_non_null(strstr(err.text, "user 12345"));
}

static void is_made_once(void **state)
{
	struct key_file first, second;
	struct err err = {.text = ""};
	char text[512], again[512];
	struct stat st;

	(void)state;
	assert_int_equal(key_file_create(path, 7, &err), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(key_file_read(path, &first, &err), 0);
	assert_int_equal(first.chain.sequence, 7);
	assert_memory_not_equal(first.chain.key, first.pseudonym, CHAIN_KEY_SIZE);
	read_file(text);
	assert_int_equal(strlen(text), strlen(GOOD));
	assert_int_equal(key_file_create(path, 7, &err), -EEXIST);
	read_file(again);
	assert_string_equal(text, again);
	(void)unlink(path);
	assert_int_equal(key_file_create(path, 7, &err), 0);
	assert_int_equal(key_file_read(path, &second, &err), 0);
	assert_memory_not_equal(first.chain.key, second.chain.key, CHAIN_KEY_SIZE);
}

/* The same bytes of the same file are written: the old key is not left in a block of its own. */
static void is_stepped_in_place(void **state)
{
	struct key_file key, found;
	struct err err = {.text = ""};
	struct stat before, after;
	char text[512];
	int fd;

	(void)state;
	write_file(GOOD, 0600);
	assert_int_equal(stat(path, &before), 0);
	fd = key_file_open(path, true, &key, &err);
	assert_true(fd >= 0);
	assert_int_equal(chain_key_step_to(&key.chain, 1000), 0);
	assert_int_equal(key_file_update(fd, &key), 0);
	(void)close(fd);
	assert_int_equal(stat(path, &after), 0);
	assert_int_equal(before.st_ino, after.st_ino);
	assert_int_equal(before.st_size, after.st_size);
	read_file(text);
	assert_null(strstr(text, KEY_A));
	assert_non_null(strstr(text, " 00000000000000001000 "));
	assert_non_null(strstr(text, " " KEY_B "\n"));
	assert_int_equal(key_file_read(path, &found, &err), 0);
	assert_memory_equal(&found, &key, sizeof(key));
	fd = key_file_open(path, false, &key, &err);
	assert_true(fd >= 0);
	assert_int_equal(key_file_update(fd, &key), -EBADF);
	(void)close(fd);
}

int main(void)
{
	enum { ROW_COUNT = sizeof(ROWS) / sizeof(ROWS[0]) };
	struct CMUnitTest tests[ROW_COUNT + 4] = {{0}};
	int failed;

	for (size_t i = 0; i < ROW_COUNT; i++)
		tests[i] = (struct CMUnitTest){
			ROWS[i].name, reads, NULL, remove_files, (void *)(uintptr_t)&ROWS[i]};
	tests[ROW_COUNT] = (struct CMUnitTest){"not a file", not_a_file, NULL, remove_files, NULL};
	tests[ROW_COUNT + 1] =
		(struct CMUnitTest){"somebody else's", somebody_elses, NULL, remove_files, NULL};
	tests[ROW_COUNT + 2] =
		(struct CMUnitTest){"is made once", is_made_once, NULL, remove_files, NULL};
	tests[ROW_COUNT + 3] = (struct CMUnitTest){
		"is stepped in place", is_stepped_in_place, NULL, remove_files, NULL};
	if (mkdtemp(folder) == NULL)
		return 1;
	(void)snprintf(path, sizeof(path), "%s/key", folder);
	(void)snprintf(other, sizeof(other), "%s/link", folder);
	failed = cmocka_run_group_tests_name("key_file", tests, NULL, NULL);
	(void)rmdir(folder);
	return failed;
}
