/* SPDX-License-Identifier: MIT */
#include "worker.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAME_SIZE = 1200, SUSPECT_FILES_MAX = 1000 };

/* The first record of what follows: which file, line and hash it goes on from. */
static void note_rotated(struct worker *worker, const char *old_name, enum event_reason reason)
{
	struct event *event = writer_own_first(worker, EVENT_ROTATED);
	char digits[CHAIN_DIGITS + 1];

	chain_print(worker->journal->hash, digits);
	event->reason = (uint8_t)reason;
	event->first = worker->journal->sequence;
	event_add_text(event, TAG_PREVIOUS_FILE, old_name);
	event_add_text(event, TAG_PREVIOUS_HASH, digits);
}

/* The name that the open log has now; a deleted file's ends in " (deleted)". */
static void name_of_open_log(const struct worker *worker, char *name, size_t size)
{
	char link[64];
	ssize_t len;

	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", worker->audit.fd);
	len = readlink(link, name, size - 1);
	name[len > 0 ? len : 0] = '\0';
}

/* The log's name belongs to another file, or to none: begin a new one there. */
static int begin_new_file(struct worker *worker, enum event_reason reason)
{
	struct audit_end end;
	char old_name[NAME_SIZE];
	struct audit audit;
	struct err err;
	int rc = reason != REASON_IO_ERROR ? writer_flush(worker) : 0;

	if (rc == 0)
		rc = audit_open(&audit, worker->journal->audit.file, 0, &err);
	if (rc == 0 && audit.size != 0) /* not ours to mix with */
		rc = audit_recover(&audit, worker->journal->audit.file, &end, &err);
	if (rc != 0)
		return rc;
	if (reason != REASON_IO_ERROR)
		(void)worker_sync(worker); /* whatever it says, nothing more goes there */
	name_of_open_log(worker, old_name, sizeof(old_name));
	audit_close(&worker->audit);
	worker->audit = audit;
	worker->journal->suspect = false;
	note_rotated(worker, old_name, reason);
	return 0;
}

/* Does the log's name lead to the open file, which is `mine`? */
static bool name_is_ours(const struct worker *worker, const struct stat *mine)
{
	struct stat there;

	return stat(worker->journal->audit.file, &there) == 0 && there.st_dev == mine->st_dev &&
	       there.st_ino == mine->st_ino;
}

/*
 * Somebody else has written into the log.  That is for `v4map log verify` to tell; our next line
 * must only begin as a line.
 */
static int step_over_strangers(struct worker *worker, off_t size)
{
	char last = '\n';

	if (pread(worker->audit.fd, &last, 1, size - 1) != 1)
		return -EIO;
	if (last != '\n' && write(worker->audit.fd, "\n", 1) != 1)
		return -EIO;
	worker->audit.size = size + (last != '\n');
	return 0;
}

int rotation_follow(struct worker *worker)
{
	struct stat mine;
	int rc;

	if (fstat(worker->audit.fd, &mine) != 0)
		return -errno;
	if (!name_is_ours(worker, &mine)) {
		rc = begin_new_file(worker, REASON_NONE);
		/* While there can be no new file, a renamed one is as good a place as any. */
		return mine.st_nlink != 0 ? 0 : rc;
	}
	if (mine.st_size > worker->audit.size && !worker->audit.half)
		return step_over_strangers(worker, mine.st_size);
	if (mine.st_size < worker->audit.size) {
		worker->audit.size = mine.st_size;
		note_rotated(worker, worker->journal->audit.file, REASON_TRUNCATED);
	}
	return 0;
}

int rotation_leave_suspect(struct worker *worker)
{
	const char *path = worker->journal->audit.file;
	char name[NAME_SIZE];
	struct stat st;

	if (fstat(worker->audit.fd, &st) != 0)
		return -errno;
	if (!name_is_ours(worker, &st)) /* it has another name already */
		return begin_new_file(worker, REASON_IO_ERROR);
	for (unsigned i = 1; i <= SUSPECT_FILES_MAX; i++) {
		(void)snprintf(name, sizeof(name), "%s.suspect-%u", path, i);
		if (lstat(name, &st) == 0)
			continue;
		if (errno != ENOENT || rename(path, name) != 0)
			return -errno;
		return begin_new_file(worker, REASON_IO_ERROR);
	}
	return -EEXIST;
}
