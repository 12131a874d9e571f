/* SPDX-License-Identifier: MIT */
#include "policy_draft.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "v4map-paths.h"

static const struct audit_settings AUDIT_DEFAULTS = {
	.file = V4MAP_AUDIT_DEFAULT,
	.sync_interval_ms = 1000,
};

static int compile(const char *text, size_t len, struct policy_file *ret, struct err *err)
{
	struct policy_file file = {.is_default = false};
	struct draft *draft = draft_new(len);
	int rc;

	if (draft == NULL)
		return err_set(err, -ENOMEM, "no memory");
	draft->audit = AUDIT_DEFAULTS;
	rc = draft_read(draft, text, len, err);
	if (rc == 0)
		rc = draft_compile(draft, &file.image, &file.image_size, err);
	if (rc == 0) {
		file.audit = draft->audit;
		*ret = file;
	}
	draft_free(draft);
	return rc;
}

static int too_large(struct err *err)
{
	err->code = "limit";
	return err_set(err, -EFBIG, "want at most %d bytes, found more", POLICY_TEXT_MAX);
}

static void err_init(struct err *err, const char *file)
{
	*err = (struct err){.file = file};
}

int policy_text_load(
	const char *text, size_t len, const char *name, struct policy_file *ret, struct err *err)
{
	err_init(err, name);
	return len > POLICY_TEXT_MAX ? too_large(err) : compile(text, len, ret, err);
}

static int unreadable(struct err *err, int errnum)
{
	err->code = "unreadable";
	return err_set(err, -errnum, "cannot read: %s", strerror(errnum));
}

/* Whoever can write to the policy decides who gets in. */
static int check_owner(const struct stat *st, struct err *err)
{
	const char *others = (st->st_mode & S_IWGRP) != 0 ? "its group" : "others";

	err->code = "ownership";
	if (st->st_uid != 0 && st->st_uid != geteuid())
		return err_set(err, -EPERM, "want a file of root's, found one of user %u's",
			(unsigned)st->st_uid);
	if ((st->st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return err_set(err, -EPERM,
			"want a file that only its owner writes, found one that %s can write to",
			others);
	err->code = NULL;
	return 0;
}

static int check_file(int fd, bool trusted, struct err *err)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return unreadable(err, errno);
	if (!S_ISREG(st.st_mode)) {
		err->code = "unreadable";
		return err_set(err, -EINVAL, "want a regular file, found %s",
			S_ISDIR(st.st_mode)    ? "a directory"
			: S_ISFIFO(st.st_mode) ? "a pipe"
					       : "another kind of file");
	}
	return trusted ? check_owner(&st, err) : 0;
}

/* Read what fits; *len says how much there was of it. */
static int read_all(int fd, char *text, size_t size, size_t *len, struct err *err)
{
	size_t done = 0;

	while (done < size) {
		ssize_t count = read(fd, text + done, size - done);

		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0)
			return unreadable(err, errno);
		if (count == 0)
			break;
		done += (size_t)count;
	}
	*len = done;
	return 0;
}

static int load_fd(int fd, bool trusted, struct policy_file *ret, struct err *err)
{
	const size_t size = POLICY_TEXT_MAX + 1;
	size_t len = 0;
	char *text = NULL;
	int rc = check_file(fd, trusted, err);

	if (rc != 0)
		return rc;
	text = malloc(size);
	if (text == NULL)
		return err_set(err, -ENOMEM, "no memory");
	rc = read_all(fd, text, size, &len, err);
	if (rc == 0)
		rc = len == size ? too_large(err) : compile(text, len, ret, err);
	free(text);
	return rc;
}

/* A link that leads nowhere is not "no file". */
static bool is_missing(const char *path)
{
	struct stat st;

	return lstat(path, &st) != 0 && errno == ENOENT;
}

int policy_file_load(const char *path, bool trusted, struct policy_file *ret, struct err *err)
{
	const char *name = path != NULL ? path : V4MAP_POLICY_DEFAULT;
	/* O_NONBLOCK: a pipe must not hold us up. */
	int fd = open(name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	int rc = errno;

	err_init(err, name);
	if (fd >= 0) {
		rc = load_fd(fd, trusted, ret, err);
		(void)close(fd); /* it was only read */
		return rc;
	}
	if (path != NULL || rc != ENOENT || !is_missing(name))
		return unreadable(err, rc);
	rc = compile("", 0, ret, err);
	if (rc == 0)
		ret->is_default = true;
	return rc;
}

void policy_file_done(struct policy_file *file)
{
	free(file->image);
	*file = (struct policy_file){.image = NULL};
}
