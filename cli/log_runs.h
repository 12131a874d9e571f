/* SPDX-License-Identifier: MIT */
#ifndef V4MAP_LOG_RUNS_H
#define V4MAP_LOG_RUNS_H
/*
 * The runs of the server in a log: their records count 1, 2, 3, ... except those that a `gap`
 * record names.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a line says of its run, found without reading it as JSON unless it is unusual. */
struct log_place {
	const char *run; /* not terminated */
	size_t run_len;
	uint64_t record;	      /* 0: a record of v4mapd's own */
	uint64_t gap_first, gap_last; /* 0: no gap record */
};

/* False when the line is no record of v4map. */
bool log_place_find(const char *line, size_t len, struct log_place *ret);

struct log_runs;

struct log_runs *log_runs_new(void); /* NULL: no memory */
void log_runs_free(struct log_runs *runs);
size_t log_runs_count(const struct log_runs *runs);

/*
 * The next line of the log.  0: it goes on from what its run had; or the number of the record
 * that should have been there.  With `unsure` (lines before it are missing) it is taken as it is.
 */
uint64_t log_runs_next(struct log_runs *runs, const struct log_place *place, bool unsure);

#endif
