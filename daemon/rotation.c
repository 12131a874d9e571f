/* SPDX-License-Identifier: MIT */
#include "worker.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAME_SIZE = 1300, SUSPECT_FILES_MAX = 1000 };

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

void rotation_adopt(struct worker *worker, const struct audit *audit)
{
	struct journal *journal = worker->journal;
	struct stat st;

	audit_close(&worker->audit);
	worker->audit = *audit;
	journal->suspect = false;
	if (fstat(audit->fd, &st) == 0) { /* always */
		journal->device = st.st_dev;
		journal->inode = st.st_ino;
	}
}

/* Open what has the log's name now; what stands in it is not ours to mix with. */
static int open_other(const struct worker *worker, struct audit *audit)
{
	struct audit_end ignored_end;
	struct err ignored;

	return audit_open_whole(audit, worker->journal->audit.file, 0, &ignored_end, &ignored);
}

/* The log's name belongs to another file, or to none: begin a new one there. */
static int begin_new_file(struct worker *worker, enum event_reason reason)
{
	char old_name[NAME_SIZE];
	struct audit audit;
	int rc;

	if (reason != REASON_IO_ERROR)
		(void)writer_flush(worker); /* what does not go there goes into the new file */
	rc = open_other(worker, &audit);
	worker->walled_out = worker->shut_in && (rc == -ENOENT || rc == -EACCES);
	if (rc != 0)
		return rc;
	if (reason != REASON_IO_ERROR)
		(void)worker_sync(worker); /* whatever it says, nothing more goes there */
	name_of_open_log(worker, old_name, sizeof(old_name));
	rotation_adopt(worker, &audit);
	note_rotated(worker, old_name, reason);
	return 0;
}

/* Does `path` lead to the log? */
static bool is_log(const struct worker *worker, const char *path)
{
	struct stat there;

	return stat(path, &there) == 0 && there.st_dev == worker->journal->device &&
	       there.st_ino == worker->journal->inode;
}

/* The log was renamed while there was no worker: its name now.  False: it is not in its folder. */
static bool find_renamed(const struct worker *worker, char name[static NAME_SIZE])
{
	const char *path = worker->journal->audit.file;
	int folder_len = (int)(strrchr(path, '/') - path); /* absolute: it has a slash */
	const struct dirent *entry;
	bool found = false;
	DIR *folder;

	(void)snprintf(name, NAME_SIZE, "%.*s/", folder_len, path);
	folder = opendir(name);
	while (folder != NULL && !found && (entry = readdir(folder)) != NULL) {
		(void)snprintf(name, NAME_SIZE, "%.*s/%s", folder_len, path, entry->d_name);
		found = is_log(worker, name);
	}
	if (folder != NULL)
		(void)closedir(folder);
	return found;
}

int rotation_resume(struct worker *worker)
{
	const char *path = worker->journal->audit.file;
	char name[NAME_SIZE];
	struct audit audit;
	struct err err;
	int rc;

	if (is_log(worker, path) || find_renamed(worker, name)) {
		rc = audit_open(&worker->audit, is_log(worker, path) ? path : name, 0, &err);
		worker->audit.dirty = true; /* for all we know */
		return rc != 0 ? rc : writer_resume(worker);
	}
	rc = open_other(worker, &audit);
	if (rc != 0)
		return rc;
	worker->journal->intent.pending = false; /* what there was of it has gone */
	rotation_adopt(worker, &audit);
	(void)snprintf(name, sizeof(name), "%s (deleted)", path);
	note_rotated(worker, name, REASON_NONE);
	return 0;
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
	if (!is_log(worker, worker->journal->audit.file)) {
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

	if (!is_log(worker, path)) /* it has another name already */
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
