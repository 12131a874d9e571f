/* SPDX-License-Identifier: MIT */
/* Opening the policy and its lists: whoever can write to them decides who gets in. */
#include "policy_draft.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int policy_unreadable(struct err *err, int errnum)
{
	err->code = "unreadable";
	return err_set(err, -errnum, "cannot read: %s", strerror(errnum));
}

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
		return policy_unreadable(err, errno);
	if (!S_ISREG(st.st_mode)) {
		err->code = "unreadable";
		return err_set(err, -EINVAL, "want a regular file, found %s",
			S_ISDIR(st.st_mode)    ? "a directory"
			: S_ISFIFO(st.st_mode) ? "a pipe"
					       : "another kind of file");
	}
	return trusted ? check_owner(&st, err) : 0;
}

int policy_open_file(const char *path, bool trusted, struct err *err)
{
	/* O_NONBLOCK: a pipe must not hold us up. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK), rc;

	if (fd < 0)
		return policy_unreadable(err, errno);
	rc = check_file(fd, trusted, err);
	if (rc == 0)
		return fd;
	(void)close(fd); /* it was only opened */
	return rc;
}
