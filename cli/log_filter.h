/* SPDX-License-Identifier: MIT */
#ifndef V4MAP_LOG_FILTER_H
#define V4MAP_LOG_FILTER_H
/* Which records somebody wants to see; all that is asked for must hold. */

#include "log_record.h"

struct log_filter {
	int64_t since, until;  /* both included */
	const char *name;      /* glob: user name or common name; NULL: any */
	struct prefix address; /* FAMILY_NONE: any; else peer or tunnel address inside it */
	uint32_t actions;      /* bit 1 << enum event_action; 0: any */
	uint32_t mismatches;   /* enum mismatch bits, one suffices; 0: any */
};

void log_filter_init(struct log_filter *filter);

/*
 * Take "--KEY VALUE": since, until, name, address, event or mismatch.  Returns 0, or -EINVAL
 * with err filled in.
 */
int log_filter_set(struct log_filter *filter, const char *key, const char *value, struct err *err);

/* Append the words that event and mismatch may be, for --help. */
void log_filter_words(struct strbuf *sb);

/* By the time in the line's bytes alone; true when they do not tell. */
bool log_filter_may_match(const struct log_filter *filter, const char *line, size_t len);
bool log_filter_match(const struct log_filter *filter, const struct log_record *record);

/* Do the two blocks have an address in common? */
bool log_blocks_meet(const struct prefix *a, const struct prefix *b);

#endif
