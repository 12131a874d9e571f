/* SPDX-License-Identifier: MIT */
#include "watch.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

/*
 * Folders are watched, not files: editors and configuration management put a new file in the old
 * one's place.
 */
static const uint32_t MASK =
	IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_ATTRIB | IN_ONLYDIR;

int watch_open(struct watch *watch)
{
	*watch = (struct watch){.fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC)};
	return watch->fd >= 0 ? 0 : -errno;
}

int watch_add(struct watch *watch, const char *path)
{
	struct watched *file = &watch->files[watch->count];
	const char *slash = strrchr(path, '/');
	char folder[PATH_MAX];

	if (watch->fd < 0 || watch->count == WATCH_MAX || slash == NULL ||
		(size_t)(slash - path) + 2 > sizeof(folder))
		return -EINVAL;
	memcpy(folder, path, (size_t)(slash - path) + 1);
	folder[slash - path + 1] = '\0';
	file->folder = inotify_add_watch(watch->fd, folder, MASK);
	if (file->folder < 0)
		return -errno;
	file->name = slash + 1;
	watch->count++;
	return 0;
}

static bool concerns(const struct watch *watch, const struct inotify_event *event)
{
	if (event->mask & IN_Q_OVERFLOW)
		return true;
	for (size_t i = 0; event->len != 0 && i < watch->count; i++)
		if (watch->files[i].folder == event->wd &&
			strcmp(watch->files[i].name, event->name) == 0)
			return true;
	return false;
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
