/* SPDX-License-Identifier: MIT */
#ifndef V4MAP_LOG_CHECK_H
#define V4MAP_LOG_CHECK_H
/*
 * Proves a connect log line by line: each line's hash, the sequence of the lines, the records of
 * each run of the server.  After a bad line it finds its way back into the chain, so that one
 * change is one finding.
 */

#include "log_file.h"
#include "v4map/chain.h"

/* Where and what; `text` is valid during the call only. */
typedef void log_finding(void *context, const char *file, uint64_t line, const char *text);

struct log_totals {
	uint64_t lines, keyed, runs, gaps, lost; /* lost: records that gap records name */
	uint64_t sealed;			 /* lines sealed with a key that was not given */
	const char *sealed_file;		 /* and where the first of them is */
	uint64_t sealed_line;
	uint64_t first, last;		    /* sequences; 0: no line */
	char first_time[28], last_time[28]; /* as in the lines */
	uint8_t last_hash[CHAIN_HASH_SIZE];
};

struct log_check;

/*
 * `first` is the sequence at which the log should begin; 0: unknown.  `key` is copied; NULL: no
 * line is sealed with one.  NULL: no memory.
 */
struct log_check *log_check_new(
	uint64_t first, const struct chain_key *key, log_finding *finding, void *context);
void log_check_free(struct log_check *check);

/* The file whose lines come next; the path is borrowed. */
void log_check_file(struct log_check *check, const char *path);

struct log_checked {
	uint64_t sequence;	       /* 0: the line is no record */
	uint8_t hash[CHAIN_HASH_SIZE]; /* that it carries */
};

void log_check_line(struct log_check *check, const struct log_text *line, struct log_checked *ret);

const struct log_totals *log_check_totals(struct log_check *check);

#endif
