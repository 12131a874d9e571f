/* SPDX-License-Identifier: MIT */
#include "audit.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_SIZE = 1200, LOCK_STEP_MS = 50, ALLOCATE_BYTES = 1024 * 1024 };

/* The folder of `path`; false: it has none to speak of. */
static bool folder_of(const char *path, char folder[static PATH_SIZE])
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL || slash == path || slash - path >= PATH_SIZE)
		return false;
	memcpy(folder, path, (size_t)(slash - path));
	folder[slash - path] = '\0';
	return true;
}

/* The folder of the log is made if only it is missing: /var/log/openvpn on a bare system. */
static void make_folder(const char *path)
{
	char folder[PATH_SIZE];

	if (folder_of(path, folder))
		(void)mkdir(folder, 0750); /* if it cannot be made, opening the file says so */
}

/* A new file's name is not on stable storage before its folder is. */
static void sync_folder(const char *path)
{
	char folder[PATH_SIZE];
	int fd = folder_of(path, folder) ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

	if (fd < 0)
		return;
	(void)fsync(fd); /* not every filesystem has it for folders */
	(void)close(fd);
}

/* A server that is restarted finds the old one's v4mapd still writing, for a moment. */
bool audit_lock(int fd, int wait_ms)
{
	for (;;) {
		if (flock(fd, LOCK_EX | LOCK_NB) == 0)
			return true;
		if (wait_ms <= 0)
			return false;
		(void)poll(NULL, 0, LOCK_STEP_MS);
		wait_ms -= LOCK_STEP_MS;
	}
}

int audit_open(struct audit *audit, const char *path, int wait_ms, struct err *err)
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
	if (!audit_lock(fd, wait_ms)) {
		(void)close(fd);
		return err_set(err, -EBUSY,
			"the log '%s' belongs to another server's v4mapd: give each server its own",
			path);
	}
	if (st.st_size == 0)
		sync_folder(path);
	*audit = (struct audit){.fd = fd, .size = st.st_size};
	return 0;
}

/* Blocks behind its end are of no use to a file that is left. */
static void give_back(struct audit *audit)
{
	struct stat st;

	if (audit->allocated > audit->size && fstat(audit->fd, &st) == 0 &&
		st.st_size == audit->size && ftruncate(audit->fd, audit->size) == 0)
		audit->allocated = audit->size;
}

void audit_close(struct audit *audit)
{
	if (audit->fd < 0)
		return;
	give_back(audit);
	(void)close(audit->fd);
	audit->fd = -1;
}

/*
 * Blocks for the next ALLOCATE_BYTES: a disk that fills up leaves room for what is on its way.  On
 * a full disk it is the write that says so.
 */
static void allocate(struct audit *audit, off_t end)
{
	if (audit->allocated < 0 || audit->allocated >= end)
		return;
	if (fallocate(audit->fd, FALLOC_FL_KEEP_SIZE, audit->size, ALLOCATE_BYTES) == 0)
		audit->allocated = audit->size + ALLOCATE_BYTES;
	else if (errno == EOPNOTSUPP || errno == ENOSYS)
		audit->allocated = -1;
}

int audit_append(struct audit *audit, const char *lines, size_t len)
{
	size_t done = 0;
	struct stat st;
	int rc;

	if (audit->half && ftruncate(audit->fd, audit->size) != 0)
		return -errno;
	audit->half = false;
	if (fstat(audit->fd, &st) != 0)
		return -errno;
	if (st.st_size != audit->size)
		return -ESTALE;
	allocate(audit, audit->size + (off_t)len);
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
	audit->half = done != 0 && ftruncate(audit->fd, audit->size) != 0;
	if (audit->allocated > 0)
		audit->allocated = 0; /* a file that is cut loses them */
	return rc;
}

int audit_sync(struct audit *audit)
{
	audit->dirty = false;
	return fdatasync(audit->fd) == 0 ? 0 : -errno;
}
