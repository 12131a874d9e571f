/* SPDX-License-Identifier: MIT */
/* The policy as a file: who may own it, what kind it is, and that nothing there holds us up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include "policy_fixture.h"

static char folder[] = "/tmp/v4map-test-XXXXXX";
static char path[64];

static void write_file(mode_t mode, const char *text, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, len), len);
	assert_int_equal(fchmod(fd, mode), 0);
	(void)close(fd);
}

static int remove_file(void **state)
{
	(void)state;
	if (unlink(path) != 0)
		(void)rmdir(path);
	return 0;
}

/* Loads `path`; results are untouched when that fails. */
static int load(bool trusted, struct err *err)
{
	static struct policy_report report;
	struct policy_file file, before;
	int rc;

	memset(&file, 0x5a, sizeof(file));
	before = file;
	rc = policy_file_load(path, trusted, &file, &report);
	*err = report.errs[0];
	assert_string_equal(err->file, path);
	if (rc == 0)
		policy_file_done(&file);
	else
		assert_memory_equal(&file, &before, sizeof(file));
	return rc;
}

struct row {
	const char *name;
	mode_t mode;
	uid_t owner; /* of the file; skipped when we cannot be root */
	uid_t user;  /* who asks */
	bool trusted;
	int rc;
	const char *message;
};

static const struct row ROWS[] = {
	{"root's", 0644, 0, 0, true, 0, NULL},
	{"root's, read-only", 0400, 0, 0, true, 0, NULL},
	{"root's, asked by another", 0644, 0, 65534, true, 0, NULL},
	{"one's own", 0600, 65534, 65534, true, 0, NULL},
	{"another's", 0644, 1, 65534, true, -EPERM, "found one of user 1's"},
	{"another's, asked by root", 0644, 65534, 0, true, -EPERM, "found one of user 65534's"},
	{"another's draft", 0644, 65534, 0, false, 0, NULL},
	{"writable by the group", 0664, 0, 0, true, -EPERM, "its group can write"},
	{"writable by others", 0646, 0, 0, true, -EPERM, "others can write"},
	{"a draft writable by all", 0666, 0, 0, false, 0, NULL},
	{"not readable", 0600, 0, 65534, true, -EACCES, "cannot read: Permission denied"},
};

static void owner_is_checked(void **state)
{
	static const char YAML[] = "rules: []\n";
	const struct row *row = *state;
	struct err err;
	int rc;

	if (geteuid() != 0)
		skip();
	write_file(row->mode, YAML, strlen(YAML));
	assert_int_equal(chown(path, row->owner, 0), 0);
	assert_int_equal(seteuid(row->user), 0);
	rc = load(row->trusted, &err);
	assert_int_equal(seteuid(0), 0);
	assert_int_equal(rc, row->rc);
	if (rc == 0)
		return;
	assert_non_null(strstr(err.text, row->message));
	assert_string_equal(err.code, rc == -EPERM ? "ownership" : "unreadable");
	assert_int_equal(err.line, 0);
}

static void missing(void **state)
{
	struct err err;

	(void)state;
	assert_int_equal(load(true, &err), -ENOENT);
	assert_non_null(strstr(err.text, "No such file"));
	assert_string_equal(err.code, "unreadable");
}

static void folder_is_no_file(void **state)
{
	struct err err;

	(void)state;
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(load(true, &err), -EINVAL);
	assert_non_null(strstr(err.text, "found a directory"));
}

static void pipe_does_not_hold_us_up(void **state)
{
	struct err err;

	(void)state;
	assert_int_equal(mkfifo(path, 0600), 0);
	(void)alarm(5);
	assert_int_equal(load(true, &err), -EINVAL);
	(void)alarm(0);
	assert_non_null(strstr(err.text, "found a pipe"));
}

static void device_is_no_file(void **state)
{
	struct err err;

	(void)state;
	assert_int_equal(symlink("/dev/zero", path), 0);
	assert_int_equal(load(true, &err), -EINVAL);
	assert_non_null(strstr(err.text, "another kind of file"));
}

static void link_to_nowhere(void **state)
{
	struct err err;

	(void)state;
	assert_int_equal(symlink("nowhere", path), 0);
	assert_int_equal(load(true, &err), -ENOENT);
}

static void size_is_limited(void **state)
{
	char *text = malloc(POLICY_TEXT_MAX + 1);
	struct err err;

	(void)state;
	assert_non_null(text);
	memset(text, '\n', POLICY_TEXT_MAX + 1);
	memcpy(text, "rules: []", strlen("rules: []"));
	write_file(0600, text, POLICY_TEXT_MAX);
	assert_int_equal(load(true, &err), 0);
	write_file(0600, text, POLICY_TEXT_MAX + 1);
	assert_int_equal(load(true, &err), -EFBIG);
	assert_non_null(strstr(err.text, "at most 262144 bytes"));
	free(text);
}

/* What a full disk leaves must not admit everybody. */
static void empty_is_refused(void **state)
{
	struct err err;

	(void)state;
	write_file(0600, "", 0);
	assert_int_equal(load(true, &err), -EINVAL);
	assert_non_null(strstr(err.text, "found none"));
	assert_string_equal(err.code, "empty");
	assert_int_equal(err.line, 0);
}

static void first_error_has_its_place(void **state)
{
	static const char YAML[] = "\n\n\na: 1\nb: 2\n";
	struct err err;
	char text[128];

	(void)state;
	write_file(0600, YAML, strlen(YAML));
	assert_int_equal(load(true, &err), -EINVAL);
	err_format(&err, text, sizeof(text));
	assert_memory_equal(text, path, strlen(path));
	assert_string_equal(text + strlen(path), ":4:1: no such key here: 'a'");
}

int main(void)
{
	struct CMUnitTest tests[COUNT(ROWS) + 8] = {{0}};
	size_t count = 0;
	int failed;

	for (size_t i = 0; i < COUNT(ROWS); i++)
		tests[count++] = ROW_TEST(ROWS[i].name, owner_is_checked, &ROWS[i]);
	tests[count++] = ROW_TEST("missing", missing, NULL);
	tests[count++] = ROW_TEST("a folder", folder_is_no_file, NULL);
	tests[count++] = ROW_TEST("a pipe", pipe_does_not_hold_us_up, NULL);
	tests[count++] = ROW_TEST("a device", device_is_no_file, NULL);
	tests[count++] = ROW_TEST("a link to nowhere", link_to_nowhere, NULL);
	tests[count++] = ROW_TEST("empty", empty_is_refused, NULL);
	tests[count++] = ROW_TEST("256 KiB", size_is_limited, NULL);
	tests[count++] = ROW_TEST("the first error has its place", first_error_has_its_place, NULL);
	for (size_t i = 0; i < count; i++)
		tests[i].teardown_func = remove_file;
	if (mkdtemp(folder) == NULL || chmod(folder, 0755) != 0)
		return 1;
	(void)snprintf(path, sizeof(path), "%s/policy.yaml", folder);
	failed = cmocka_run_group_tests_name("policy_file", tests, NULL, NULL);
	(void)rmdir(folder);
	return failed;
}
