/* SPDX-License-Identifier: MIT */
#ifndef V4MAP_WATCH_H
#define V4MAP_WATCH_H
/* Notices that the policy, or a file it names, has changed (inotify). */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WATCH_MAX = 80 }; /* the policy, its lists, and those it had before */

struct watched {
	int folder;	  /* watch descriptor */
	const char *name; /* borrowed: the last part of the path */
};

struct watch {
	int fd; /* readable when there may be news; -1: not open */
	size_t count;
	struct watched files[WATCH_MAX];
};

/* Returns 0 or a negative errno. */
int watch_open(struct watch *watch);
/* `path` is absolute, borrowed, and need not exist yet.  Returns 0 or a negative errno. */
int watch_add(struct watch *watch, const char *path);
/* Has one of the files changed since the last call?  Never waits. */
bool watch_changed(struct watch *watch);

#endif
