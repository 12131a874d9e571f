/* SPDX-License-Identifier: MIT */
#include "audit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include "v4map/event_json.h"
#include "v4map/log_line.h"
#include "v4map/strbuf.h"

enum { PATH_SIZE = 1200, TORN_FILES_MAX = 1000 };

/* The folder of the log is made if only it is missing: /var/log/openvpn on a bare system. */
static void make_folder(const char *path)
{
	char folder[PATH_SIZE];
	const char *slash = strrchr(path, '/');

	if (slash == NULL || slash == path || (size_t)(slash - path) >= sizeof(folder))
		return;
	memcpy(folder, path, (size_t)(slash - path));
	folder[slash - path] = '\0';
	(void)mkdir(folder, 0750); /* if it cannot be made, opening the file says so */
}

int audit_open(struct audit *audit, const char *path, struct err *err)
{
	const int flags = O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
	struct stat st;
	int fd;

	make_folder(path);
	fd = open(path, flags, 0640);
	if (fd < 0)
		return err_set(err, -errno, "cannot open the log '%s': %s", path, strerror(errno));
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		(void)close(fd);
		return err_set(err, -EINVAL, "the log '%s' is not a regular file", path);
	}
	if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		(void)close(fd);
		return err_set(err, -EBUSY,
			"the log '%s' belongs to another server's v4mapd: give each server its own",
			path);
	}
	*audit = (struct audit){.fd = fd, .size = st.st_size};
	return 0;
}

void audit_close(struct audit *audit)
{
	if (audit->fd >= 0)
		(void)close(audit->fd);
	audit->fd = -1;
}

/* Read the last bytes of the file, at most `size`; returns how many, or a negative errno. */
static ssize_t read_end(const struct audit *audit, char *data, size_t size)
{
	size_t want = audit->size < (off_t)size ? (size_t)audit->size : size;
	ssize_t got = pread(audit->fd, data, want, audit->size - (off_t)want);

	return got < 0 ? -errno : got;
}

/* Bytes of `data` that follow the last whole line, and where that line begins. */
static size_t find_last_line(const char *data, size_t len, size_t *begin)
{
	const char *end = memrchr(data, '\n', len), *before;

	if (end == NULL)
		return len;
	before = end == data ? NULL : memrchr(data, '\n', (size_t)(end - data));
	*begin = before == NULL ? 0 : (size_t)(before - data) + 1;
	return len - (size_t)(end - data) - 1;
}

/* Save the torn end beside the log, under the first free name, and cut it off. */
static int move_torn(struct audit *audit, const char *path, const char *data, size_t len)
{
	char name[PATH_SIZE];
	struct strbuf sb;
	int fd = -1;

	for (unsigned i = 1; fd < 0 && i <= TORN_FILES_MAX; i++) {
		strbuf_init(&sb, name, sizeof(name));
		strbuf_addf(&sb, "%s.torn-%u", path, i);
		fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0640);
		if (fd < 0 && errno != EEXIST)
			return -errno;
	}
	if (fd < 0)
		return -EEXIST;
	if (write(fd, data, len) != (ssize_t)len || fsync(fd) != 0) {
		(void)close(fd);
		return -EIO;
	}
	(void)close(fd);
	if (ftruncate(audit->fd, audit->size - (off_t)len) != 0)
		return -errno;
	audit->size -= (off_t)len;
	return 0;
}

int audit_recover(struct audit *audit, const char *path, struct audit_end *ret, struct err *err)
{
	const size_t size = 2 * (size_t)EVENT_LINE_MAX;
	char *data = malloc(size);
	size_t begin = 0, rest = 0;
	ssize_t len;
	int rc = 0;

	*ret = (struct audit_end){.sequence = 0};
	if (data == NULL)
		return err_set(err, -ENOMEM, "no memory to read the log");
	len = read_end(audit, data, size);
	if (len < 0)
		rc = err_set(
			err, (int)len, "cannot read the log '%s': %s", path, strerror((int)-len));
	if (len <= 0)
		goto out;
	rest = find_last_line(data, (size_t)len, &begin);
	if (rest != 0)
		rc = move_torn(audit, path, data + (size_t)len - rest, rest);
	if (rc != 0) {
		(void)err_set(err, rc, "the log '%s' ends in half a line that cannot be moved: %s",
			path, strerror(-rc));
		goto out;
	}
	ret->torn = (off_t)rest;
	if (audit->size != 0)
		rc = log_line_end(
			data + begin, (size_t)len - rest - begin - 1, &ret->sequence, ret->hash);
	if (rc != 0)
		(void)err_set(err, rc,
			"the last line of '%s' is no record of v4map: move the file away", path);
out:
	free(data);
	return rc;
}

int audit_append(struct audit *audit, const char *lines, size_t len)
{
	size_t done = 0;
	struct stat st;
	int rc;

	if (fstat(audit->fd, &st) != 0)
		return -errno;
	if (st.st_size != audit->size)
		return -ESTALE;
	errno = 0;
	while (done < len) {
		ssize_t n = write(audit->fd, lines + done, len - done);

		if (n > 0)
			done += (size_t)n;
		else if (n == 0 || errno != EINTR)
			break;
	}
	if (done == len) {
		audit->size += (off_t)len;
		audit->dirty = true;
		return 0;
	}
	rc = errno != 0 ? -errno : -EIO;
	if (done != 0 && ftruncate(audit->fd, audit->size) != 0)
		return -EIO; /* half a line stays; audit_recover moves it away */
	return rc;
}

int audit_sync(struct audit *audit)
{
	audit->dirty = false;
	return fdatasync(audit->fd) == 0 ? 0 : -errno;
}
