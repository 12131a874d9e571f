/* SPDX-License-Identifier: MIT */
#ifndef V4MAP_LOG_CHECKPOINTS_H
#define V4MAP_LOG_CHECKPOINTS_H
/*
 * Checkpoints kept outside of the log, in any text that has lines with
 *
 *   v4map checkpoint LOG SEQUENCE HASH
 *
 * such as v4mapd's second file or syslog.  A log that ends before one has lost its newest lines.
 */

#include "log_check.h"

struct log_checkpoints;

/* Returns 0, or a negative errno with err filled in. */
int log_checkpoints_read(const char *path, struct log_checkpoints **ret, struct err *err);
void log_checkpoints_free(struct log_checkpoints *checkpoints);

/* A line of the log. */
void log_checkpoints_line(struct log_checkpoints *checkpoints, const struct log_checked *line);

/*
 * All lines were seen: report what disagrees; returns how many agree.  The text may also have
 * other logs' checkpoints: ours are those of a LOG by whose name a path begins, or of which one
 * agrees, since nobody can make a line with a given hash.
 */
size_t log_checkpoints_end(struct log_checkpoints *checkpoints, char *const *paths, size_t count,
	const struct log_totals *totals, log_finding *finding, void *context);

#endif
