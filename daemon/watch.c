/* SPDX-License-Identifier: MIT */
#include "watch.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LINKS_MAX = 8 };

/*
 * Folders are watched rather than files: editors and configuration management put a new file in
 * the old one's place.  The file is watched, too, since it may be written by another name: it has
 * a second one, or is mounted here.
 */
static const uint32_t WAY = IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE;
static const uint32_t FOLDER = IN_ONLYDIR | IN_EXCL_UNLINK | IN_DELETE_SELF | IN_MOVE_SELF;
static const uint32_t CONTENT = IN_CLOSE_WRITE | IN_ATTRIB;
/* The watch itself has lost its place. */
static const uint32_t LOST = IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT | IN_IGNORED;

/* On the way to a file. */
struct walk {
	char done[PATH_MAX]; /* without links, with a slash at its end */
	char rest[PATH_MAX];
	unsigned links;
};

int watch_open(struct watch *watch)
{
	watch->count = watch->text_len = 0;
	watch->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	return watch->fd >= 0 ? 0 : -errno;
}

static struct watched *find(struct watch *watch, int wd, const char *name)
{
	for (size_t i = 0; i < watch->count; i++)
		if (watch->places[i].wd == wd && strcmp(watch->places[i].name, name) == 0)
			return &watch->places[i];
	return NULL;
}

/* Watch `at` for what happens to `name` in it, or, if that is "", to itself. */
static int note(struct watch *watch, const char *at, const char *name, uint32_t events)
{
	const uint32_t folder = name[0] != '\0' ? FOLDER : 0;
	const size_t at_len = strlen(at), size = at_len + strlen(name) + 1;
	char *path = watch->text + watch->text_len;
	struct watched *place;
	int wd;

	if (watch->count == WATCH_MAX || size > sizeof(watch->text) - watch->text_len)
		return -ENOSPC;
	/* One folder may be on the way to several files. */
	wd = inotify_add_watch(watch->fd, at, events | folder | IN_MASK_ADD);
	if (wd < 0)
		return -errno;
	place = find(watch, wd, name);
	if (place != NULL) {
		place->events |= events;
		return 0;
	}
	memcpy(path, at, at_len + 1);
	memcpy(path + at_len, name, size - at_len);
	watch->text_len += size;
	watch->places[watch->count++] =
		(struct watched){.wd = wd, .events = events, .path = path, .name = path + at_len};
	return 0;
}

/* Take the next name off the rest.  False: there is none, or it does not fit. */
static bool next_name(struct walk *walk, char name[static NAME_MAX + 1])
{
	const char *begin = walk->rest + strspn(walk->rest, "/");
	const size_t len = strcspn(begin, "/");
	const char *after = begin + len + strspn(begin + len, "/");

	if (len == 0 || len > NAME_MAX)
		return false;
	memcpy(name, begin, len);
	name[len] = '\0';
	memmove(walk->rest, after, strlen(after) + 1);
	return true;
}

/* Nothing before it is a link, so the folder above is the one it is in. */
static void go_up(struct walk *walk)
{
	size_t len = strlen(walk->done) - 1;

	while (len > 0 && walk->done[len - 1] != '/')
		len--;
	walk->done[len > 0 ? len : 1] = '\0';
}

/* Go where `name` leads.  False: it is not there, or the way ends for another reason. */
static bool go_on(struct walk *walk, const char *name)
{
	char path[2 * PATH_MAX], target[PATH_MAX], rest[2 * PATH_MAX];
	ssize_t len;

	(void)snprintf(path, sizeof(path), "%s%s", walk->done, name);
	len = readlink(path, target, sizeof(target) - 1);
	if (len < 0) {
		if (errno != EINVAL || strlen(path) + 2 > sizeof(walk->done))
			return false;
		(void)snprintf(walk->done, sizeof(walk->done), "%.*s/", PATH_MAX - 2, path);
		return true;
	}
	target[len] = '\0';
	(void)snprintf(rest, sizeof(rest), "%s/%s", target, walk->rest);
	if (++walk->links > LINKS_MAX || strlen(rest) >= sizeof(walk->rest))
		return false;
	memcpy(walk->rest, rest, strlen(rest) + 1);
	if (target[0] == '/')
		memcpy(walk->done, "/", 2);
	return true;
}

/* First each folder, then what it holds: a change in between is not missed. */
int watch_add(struct watch *watch, const char *path)
{
	struct walk walk = {.done = "/"};
	char name[NAME_MAX + 1];
	bool there = true;
	int rc = 0, failed = 0;

	if (watch->fd < 0 || path[0] != '/' || strlen(path) >= sizeof(walk.rest))
		return -EINVAL;
	memcpy(walk.rest, path, strlen(path) + 1);
	while (there && next_name(&walk, name)) {
		if (strcmp(name, ".") == 0)
			continue;
		if (strcmp(name, "..") == 0) {
			go_up(&walk);
			continue;
		}
		rc = note(watch, walk.done, name, walk.rest[0] == '\0' ? WAY | CONTENT : WAY);
		failed = rc != 0 ? rc : failed;
		there = go_on(&walk, name);
	}
	if (there) {
		walk.done[strlen(walk.done) - 1] = '\0';
		rc = note(watch, walk.done, "", CONTENT);
	}
	return rc != 0 ? rc : failed;
}

/*
 * A file that has just been made is still being written: it counts when that is over.  A link, a
 * folder, or a file that came with all it holds counts at once; and so does what cannot be seen.
 */
static bool is_begun(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISREG(st.st_mode) && st.st_nlink == 1 && st.st_size == 0;
}

static bool concerns(struct watch *watch, const struct inotify_event *event)
{
	const struct watched *place;

	if (event->mask & (IN_Q_OVERFLOW | LOST))
		return true;
	place = find(watch, event->wd, event->len != 0 ? event->name : "");
	if (place == NULL || (event->mask & place->events) == 0)
		return false;
	return (event->mask & IN_CREATE) == 0 || !is_begun(place->path);
}

bool watch_changed(struct watch *watch)
{
	_Alignas(struct inotify_event) char data[4096];
	bool changed = false;
	ssize_t len;

	while ((len = read(watch->fd, data, sizeof(data))) > 0) {
		for (ssize_t at = 0; at < len;) {
			const struct inotify_event *event = (const void *)(data + at);

			changed = changed || concerns(watch, event);
			at += (ssize_t)(sizeof(*event) + event->len);
		}
	}
	return changed;
}
