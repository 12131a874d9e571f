/* SPDX-License-Identifier: MIT */
#ifndef V4MAP_LOG_FILE_H
#define V4MAP_LOG_FILE_H
/*
 * The connect log as files of lines: plain or gzip (zlib), one after the other in the order in
 * which they were written.  Looks at nothing but the line ends and `event.sequence`.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include "v4map/err.h"

struct log_file;

/* A line as it stands in a file; the bytes are valid until the next call for that file. */
struct log_text {
	const char *bytes; /* not terminated, without '\n' */
	size_t len;
	uint64_t number; /* of the line in its file, from 1 */
	bool whole;	 /* false: its '\n' is missing, or it is longer than any record */
};

/* "-" is standard input.  Returns 0 or a negative errno with err filled in. */
int log_file_open(const char *path, struct log_file **ret, struct err *err);
void log_file_close(struct log_file *file);

/*
 * The next line.  Returns 1; 0 at the end; or a negative errno with err filled in: the file
 * cannot be read, or it is a damaged gzip file.
 */
int log_file_next(struct log_file *file, struct log_text *ret, struct err *err);

/*
 * The same for a file that grows: a line without its end is not handed out, and after 0 the next
 * call looks again.
 */
int log_file_follow(struct log_file *file, struct log_text *ret, struct err *err);

/* Bytes read so far, as they are on disk. */
uint64_t log_file_offset(const struct log_file *file);

/* Has the file's path come to belong to another file, or was the file cut? */
bool log_file_replaced(const struct log_file *file);

/* `event.sequence` from its known place in the line; 0 when the line is no record. */
uint64_t log_sequence(const char *line, size_t len);

/*
 * Sort the paths by the sequence at which each file begins.  A file's beginning is what most of
 * its first lines agree on, since one of them may have been tampered with; files without a record
 * come first.  *first, which may be NULL, is the sequence at which the log begins; 0: unknown.
 * Returns 0, or a negative errno with err filled in.
 */
int log_files_sort(char **paths, size_t count, uint64_t *first, struct err *err);

#endif
