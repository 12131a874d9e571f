/* SPDX-License-Identifier: MIT */
#ifndef V4MAP_READER_H
#define V4MAP_READER_H
/* A case, line by line, from standard input. */

#include "stand-in.h"

enum { WORDS_MAX = ARGUMENTS_MAX + 4, LINE_SIZE = 8192 };

struct reader {
	const char *build, *folder; /* for @BUILD@ and @DIR@ */
	char line[LINE_SIZE];
	bool again; /* `line` was looked at and is still to be read */
	unsigned number;
};

bool reader_next(struct reader *reader);

/* Split the line in place; returns how many words there are. */
size_t reader_split(struct reader *reader, char *words[static WORDS_MAX]);

/* A copy of `text` with @DIR@ and @BUILD@ replaced; the caller's. */
char *reader_expand(const struct reader *reader, const char *text);

/* The lines that follow, indented by a tab or two blanks, go into that file of the folder, behind
 * `first_line`. */
void reader_write_file(struct reader *reader, const char *name, const char *first_line);

unsigned long reader_number(const char *text);

#endif
