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
#include "v4map/err.h"

struct audit {
	int fd; /* -1: closed */
	off_t size;
	bool dirty; /* written since the last audit_sync */
};

/*
 * Open `path` for appending, make it (and the last folder of its path) when it is not there, and
 * lock it: a second writer is refused.  Returns 0, or a negative errno with err filled in.
 */
int audit_open(struct audit *audit, const char *path, struct err *err);
void audit_close(struct audit *audit);

/*
 * The sequence of the last whole line, 0 in an empty log.  What stands behind it is no line: it
 * is moved to `PATH.torn-N` and *torn says how many bytes.  Returns 0 or a negative errno.
 */
int audit_recover(
	struct audit *audit, const char *path, uint64_t *sequence, off_t *torn, struct err *err);

/* Append whole lines.  Returns 0, or a negative errno: then the file is as it was before. */
int audit_append(struct audit *audit, const char *lines, size_t len);

/* To stable storage.  Returns 0 or a negative errno. */
int audit_sync(struct audit *audit);

#endif
