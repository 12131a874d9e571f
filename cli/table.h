/* SPDX-License-Identifier: MIT */
#ifndef V4MAP_TABLE_H
#define V4MAP_TABLE_H
/*
 * Rows of text in aligned columns.  Some rows are held back to learn how wide the columns must
 * be; after that a column only grows, so an endless table needs no endless memory.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum colour {
	COLOUR_NONE,
	COLOUR_BOLD,
	COLOUR_DIM,
	COLOUR_RED,
	COLOUR_GREEN,
	COLOUR_YELLOW,
	COLOUR_CYAN,
	COLOUR_COUNT
};

enum { TABLE_COLUMNS_MAX = 10 };

struct table;

/*
 * `titles` is a NULL-terminated list; the last column is not padded.  The titles are printed
 * before the first row.  NULL: no memory.
 */
struct table *table_new(const char *const *titles, FILE *out, bool coloured);
/* Prints what is held back. */
void table_free(struct table *table);

/* The next cell of the row; what is behind the last title is set behind the last column. */
void table_cell(struct table *table, enum colour colour, const char *bytes, size_t len);
void table_text(struct table *table, enum colour colour, const char *text); /* NULL: empty */
void table_end_row(struct table *table);
/* Print what is held back, say before waiting for more. */
void table_flush(struct table *table);

/* Begin and end of a colour, "" for COLOUR_NONE. */
const char *colour_begin(enum colour colour);
const char *colour_end(enum colour colour);

#endif
