/* SPDX-License-Identifier: MIT */
#ifndef V4MAP_LOG_LINE_H
#define V4MAP_LOG_LINE_H
/* Reading a line of the connect log back (jansson). */

#include "v4map/chain.h"

/*
 * What the line after this one goes on from: `event.sequence` and `event.hash`.  `len` does not
 * count '\n'.  Returns 0, or -EINVAL when the bytes are no record; the results are untouched then.
 */
int log_line_end(
	const char *line, size_t len, uint64_t *sequence, uint8_t hash[static CHAIN_HASH_SIZE]);

#endif
