/* SPDX-License-Identifier: MIT */
#ifndef V4MAP_LOG_RECORD_H
#define V4MAP_LOG_RECORD_H
/* One line of the connect log, read (jansson): what the commands look at most, by name. */

#include <stdbool.h>
#include <stdint.h>
#include "v4map/event.h"
#include "v4map/prefix.h"

struct json_t; /* jansson's */

struct log_record {
	struct json_t *root;
	int64_t time; /* as in log_time.h */
	uint64_t sequence;
	enum event_action action; /* EVENT_NONE: a later version's */
	/* Borrowed from root, NULL where the record has none. */
	const char *action_name, *reason, *run, *session, *name, *common_name, *form, *listener,
		*transport, *tunnel, *address;
	struct prefix peer; /* one address, or a block where the log keeps no more; or none */
	uint64_t port;
	struct json_t *mismatches; /* an array, or NULL */
};

/* Returns 0, or -EINVAL when the bytes are no record; *ret is untouched then. */
int log_record_read(const char *line, size_t len, struct log_record *ret);
void log_record_done(struct log_record *record);

/* "v4map.gap.first": the value there, or NULL. */
struct json_t *log_record_at(const struct log_record *record, const char *path);
const char *log_record_text(const struct log_record *record, const char *path);
uint64_t log_record_number(const struct log_record *record, const char *path); /* 0: none */

#endif
