/* SPDX-License-Identifier: MIT */
#ifndef V4MAP_PRINTABLE_H
#define V4MAP_PRINTABLE_H
/*
 * Text from outside made fit for a terminal: what could move the cursor, reorder the line or be
 * mistaken for something else comes out as \xNN or \uNNNN, a backslash as two.
 */

#include <stddef.h>
#include "v4map/strbuf.h"

/*
 * Append the bytes.  Beyond ASCII only what is a visible character stays, and only where the
 * locale is UTF-8.  Returns how many columns they take.
 */
size_t printable_add(struct strbuf *sb, const void *bytes, size_t len);

#endif
