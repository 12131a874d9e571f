/* SPDX-License-Identifier: MIT */
#ifndef V4MAP_LOG_SESSION_PRINT_H
#define V4MAP_LOG_SESSION_PRINT_H
/* Sessions as rows for a person or as JSON objects for a program. */

#include "log_session.h"
#include "table.h"

/* `why` adds a first column of that title; NULL: none.  NULL: no memory. */
struct table *session_rows_new(const char *why, FILE *out, bool coloured);
/* `why`: the cell of that column, or NULL where there is none. */
void session_row(struct table *table, const char *why, const struct log_session *session);

/* One line.  `why`: the value of "matched", or NULL: none. */
void session_json(FILE *out, const char *why, const struct log_session *session);

#endif
