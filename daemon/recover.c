/* SPDX-License-Identifier: MIT */
#include "audit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "v4map/event_json.h"
#include "v4map/log_line.h"
#include "v4map/strbuf.h"

enum { PATH_SIZE = 1200, TORN_FILES_MAX = 1000, WINDOW = 2 * EVENT_LINE_MAX };

/* A record begins so; what a power cut can leave in its place is zeroes. */
static const char HEAD[] = "{\"@timestamp\":\"";

static int read_at(const struct audit *audit, char *data, size_t len, off_t offset)
{
	size_t done = 0;

	while (done < len) {
		ssize_t n = pread(audit->fd, data + done, len - done, offset + (off_t)done);

		if (n > 0)
			done += (size_t)n;
		else if (n == 0 || errno != EINTR)
			return n == 0 ? -EIO : -errno;
	}
	return 0;
}

static int check_head(const struct audit *audit, const char *path, struct err *err)
{
	size_t len = audit->size < (off_t)sizeof(HEAD) - 1 ? (size_t)audit->size : sizeof(HEAD) - 1;
	char head[sizeof(HEAD)] = "";
	int rc = read_at(audit, head, len, 0);

	if (rc != 0)
		return err_set(err, rc, "cannot read the log '%s': %s", path, strerror(-rc));
	if (len == 0 || head[0] == '\0' || memcmp(head, HEAD, len) == 0)
		return 0;
	return err_set(err, -EINVAL, "'%s' is no log of v4map: move the file away", path);
}

/* Is there a record in front of the last '\n' of data[0..len), the bytes at `from` of the log? */
static bool ends_in_record(
	const char *data, size_t len, off_t from, struct audit_end *ret, off_t *ret_end, off_t *to)
{
	const char *last = memrchr(data, '\n', len), *before;
	size_t begin, end;

	*to = from;
	if (last == NULL)
		return false;
	end = (size_t)(last - data);
	before = memrchr(data, '\n', end);
	if (before == NULL && from != 0) { /* it begins before the window */
		if (end < EVENT_LINE_MAX)
			*to = from + (off_t)end + 1;
		return false;
	}
	begin = before == NULL ? 0 : (size_t)(before - data) + 1;
	*to = from + (off_t)begin;
	if (log_line_end(data + begin, end - begin, &ret->sequence, ret->hash) != 0)
		return false;
	*ret_end = from + (off_t)end + 1;
	return true;
}

/* Go backwards to the last record; where it ends is *ret_end, 0 when there is none. */
static int find_last_record(
	const struct audit *audit, char data[static WINDOW], struct audit_end *ret, off_t *ret_end)
{
	off_t from, to = audit->size;
	int rc = 0;

	*ret_end = 0;
	while (to > 0) {
		size_t len = to > WINDOW ? WINDOW : (size_t)to;

		from = to - (off_t)len;
		rc = read_at(audit, data, len, from);
		if (rc != 0 || ends_in_record(data, len, from, ret, ret_end, &to))
			break;
	}
	return rc;
}

/* Open a file beside the log under the first free name. */
static int open_torn(const char *path)
{
	char name[PATH_SIZE];
	struct strbuf sb;
	int fd;

	for (unsigned i = 1; i <= TORN_FILES_MAX; i++) {
		strbuf_init(&sb, name, sizeof(name));
		strbuf_addf(&sb, "%s.torn-%u", path, i);
		fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0640);
		if (fd >= 0 || errno != EEXIST)
			return fd >= 0 ? fd : -errno;
	}
	return -EEXIST;
}

/* Save what stands behind `end` and cut it off. */
static int move_torn(struct audit *audit, const char *path, char data[static WINDOW], off_t end)
{
	int fd = open_torn(path), rc = 0;

	if (fd < 0)
		return fd;
	errno = 0;
	for (off_t at = end; rc == 0 && at < audit->size; at += WINDOW) {
		size_t len = audit->size - at > WINDOW ? WINDOW : (size_t)(audit->size - at);

		rc = read_at(audit, data, len, at);
		if (rc == 0 && write(fd, data, len) != (ssize_t)len)
			rc = errno != 0 ? -errno : -ENOSPC;
	}
	if (rc == 0 && (fsync(fd) != 0 || ftruncate(audit->fd, end) != 0))
		rc = -errno;
	(void)close(fd);
	if (rc == 0)
		audit->size = end;
	return rc;
}

int audit_recover(struct audit *audit, const char *path, struct audit_end *ret, struct err *err)
{
	char *data = malloc(WINDOW);
	struct audit_end found = {.sequence = 0};
	off_t size = audit->size, end = 0;
	int rc;

	if (data == NULL)
		return err_set(err, -ENOMEM, "no memory to read the log");
	rc = check_head(audit, path, err);
	if (rc != 0)
		goto out;
	rc = find_last_record(audit, data, &found, &end);
	if (rc != 0) {
		(void)err_set(err, rc, "cannot read the log '%s': %s", path, strerror(-rc));
		goto out;
	}
	if (end != size)
		rc = move_torn(audit, path, data, end);
	if (rc != 0)
		(void)err_set(err, rc, "the log '%s' has a torn end that cannot be moved: %s", path,
			strerror(-rc));
	if (rc == 0) {
		found.torn = size - end;
		*ret = found;
	}
out:
	free(data);
	return rc;
}

int audit_open_whole(
	struct audit *audit, const char *path, int wait_ms, struct audit_end *ret, struct err *err)
{
	int rc = audit_open(audit, path, wait_ms, err);

	if (rc != 0)
		return rc;
	rc = audit_recover(audit, path, ret, err);
	if (rc != 0)
		audit_close(audit);
	return rc;
}
