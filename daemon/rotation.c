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
	int rc = writer_flush(worker);

	if (rc != 0 && reason != REASON_IO_ERROR)
		return rc;
	rc = audit_open(&audit, worker->journal->audit.file, 0, &err);
	if (rc == 0 && audit.size != 0) /* not ours to mix with */
		rc = audit_recover(&audit, worker->journal->audit.file, &end, &err);
	if (rc != 0)
		return rc;
	if (reason != REASON_IO_ERROR)
		(void)audit_sync(&worker->audit); /* whatever it says, nothing more goes there */
	name_of_open_log(worker, old_name, sizeof(old_name));
	audit_close(&worker->audit);
	worker->audit = audit;
	note_rotated(worker, old_name, reason);
	return 0;
}

int rotation_follow(struct worker *worker)
{
	const char *path = worker->journal->audit.file;
	struct stat mine, there;

	if (fstat(worker->audit.fd, &mine) != 0)
		return -errno;
	if (stat(path, &there) != 0 || there.st_dev != mine.st_dev || there.st_ino != mine.st_ino)
		return begin_new_file(worker, REASON_NONE);
	if (mine.st_size < worker->audit.size) {
		worker->audit.size = mine.st_size;
		note_rotated(worker, path, REASON_TRUNCATED);
	}
	return 0;
}

int rotation_leave_suspect(struct worker *worker)
{
	const char *path = worker->journal->audit.file;
	char name[NAME_SIZE];
	int rc = -1;

	for (unsigned i = 1; rc != 0 && i <= SUSPECT_FILES_MAX; i++) {
		(void)snprintf(name, sizeof(name), "%s.suspect-%u", path, i);
		rc = renameat2(AT_FDCWD, path, AT_FDCWD, name, RENAME_NOREPLACE);
		if (rc != 0 && errno != EEXIST)
			return -errno;
	}
	return rc == 0 ? begin_new_file(worker, REASON_IO_ERROR) : -EEXIST;
}
