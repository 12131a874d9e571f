/* SPDX-License-Identifier: MIT */
#ifndef V4MAP_LOG_LINE_H
#define V4MAP_LOG_LINE_H
/* Reading a line of the connect log back (jansson). */

#include <stddef.h>
#include <stdint.h>

/* `event.sequence` of one line without its end.  Returns 0, or -EINVAL with *ret untouched. */
int log_line_sequence(const char *line, size_t len, uint64_t *ret);

#endif
