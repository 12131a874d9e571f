/* SPDX-License-Identifier: MIT */
#ifndef V4MAP_LOG_H
#define V4MAP_LOG_H
/* `v4map log SUBCOMMAND`: what its commands share. */

#include <stdbool.h>
#include <stddef.h>
#include "cli.h"
#include "log_file.h"
#include "log_record.h"

/* `v4map log`: argv[0] is "log". */
int log_main(int argc, char **argv);

/* Each takes its own name as argv[0] and returns the exit status. */
int log_show(int argc, char **argv);
int log_verify(int argc, char **argv);
int log_sessions(int argc, char **argv);
int log_who(int argc, char **argv);
int log_rotate(int argc, char **argv);
int log_keygen(int argc, char **argv);

/*
 * Hand each line of the files, in the order in which they were written, to `use`, which returns
 * an exit status.  Returns the worst one; files that cannot be read are EXIT_MISUSE.
 */
typedef int log_use(void *context, const char *path, const struct log_text *line);
int log_read(char **paths, size_t count, log_use *use, void *context);

/* Read the record of a line.  False, with a complaint, when it is none: EXIT_FINDINGS. */
bool log_parse(const char *path, const struct log_text *line, struct log_record *ret);

/* A log_use that puts the line into a struct log_sessions. */
int log_collect(void *sessions, const char *path, const struct log_text *line);

#endif
