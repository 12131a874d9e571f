/* SPDX-License-Identifier: MIT */
#ifndef V4MAP_AUDIT_H
#define V4MAP_AUDIT_H
/*
 * The connect log as a file: opened by one writer, repaired at its end, appended to in whole
 * lines, never left with half a line.
 */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include "v4map/chain.h"
#include "v4map/err.h"

struct audit {
	int fd; /* -1: closed */
	off_t size;
	off_t allocated; /* so far the file has its blocks; -1: the filesystem cannot do that */
	bool dirty;	 /* written since the last audit_sync */
	bool half;	 /* half a line stands behind `size`: it could not be taken back yet */
};

/*
 * Open `path` for appending, make it (and the last folder of its path) when it is not there, and
 * lock it: a second writer is refused, after waiting wait_ms for it to end.  Returns 0, or a
 * negative errno with err filled in.
 */
int audit_open(struct audit *audit, const char *path, int wait_ms, struct err *err);
void audit_close(struct audit *audit);

/* The lock of audit_open; false: another has it, and has not left in wait_ms. */
bool audit_lock(int fd, int wait_ms);

/* Where a log ends: what the next line goes on from. */
struct audit_end {
	uint64_t sequence; /* of the last line; 0 in an empty log */
	uint8_t hash[CHAIN_HASH_SIZE];
	off_t torn; /* bytes that stood behind the last record */
};

/*
 * recover.c: find the end of the log.  What stands behind its last record (half a line, or the
 * zeroes that a power cut can leave) is moved to `PATH.torn-N`.  A file that does not begin as a
 * log does is not touched.  Returns 0, or a negative errno with err filled in and *ret untouched.
 */
int audit_recover(struct audit *audit, const char *path, struct audit_end *ret, struct err *err);

/* audit_open, then audit_recover; what cannot be recovered is closed again. */
int audit_open_whole(
	struct audit *audit, const char *path, int wait_ms, struct audit_end *ret, struct err *err);

/*
 * Append whole lines.  Returns 0, or a negative errno: then the file is as it was before.
 * -ESTALE: its size is not what this writer left; someone else has cut or written it.
 */
int audit_append(struct audit *audit, const char *lines, size_t len);

/* To stable storage.  Returns 0 or a negative errno. */
int audit_sync(struct audit *audit);

#endif
