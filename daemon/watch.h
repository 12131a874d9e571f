/* SPDX-License-Identifier: MIT */
#ifndef V4MAP_WATCH_H
#define V4MAP_WATCH_H
/*
 * Notices that the policy, or a file it names, has changed (inotify): the file itself, or any
 * folder or link on the way to it.  A watch does not follow what changes; whoever is told makes a
 * new one.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WATCH_MAX = 512, WATCH_TEXT_MAX = 64 * 1024 };

/* A name in a folder, which may not be there yet; or a file, whatever its name. */
struct watched {
	int wd;		  /* of the folder, or of the file */
	uint32_t events;  /* those that count */
	const char *path; /* in `text` */
	const char *name; /* its last part, or "" for a file */
};

struct watch {
	int fd; /* readable when there may be news; -1: not open */
	size_t count, text_len;
	struct watched places[WATCH_MAX];
	char text[WATCH_TEXT_MAX];
};

/* Returns 0 or a negative errno. */
int watch_open(struct watch *watch);
/*
 * `path` is absolute and need not exist yet, nor need its folder.  Returns 0, or a negative errno
 * when a part of the way could not be watched; the rest is.
 */
int watch_add(struct watch *watch, const char *path);
/* Has one of the files changed since the last call?  Never waits. */
bool watch_changed(struct watch *watch);

#endif
