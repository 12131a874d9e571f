/* SPDX-License-Identifier: MIT */
/*
 * Sets of address blocks for tests/host/prefixset.t.  Standard input has a case a line, `SET` or
 * `SET - REMOVE`, blocks apart by blanks and in any order; the answer is three lines: the
 * canonical SET, what is left of it without REMOVE, and for each block of REMOVE as it was given
 * two digits: does SET contain its first address, do the two overlap?
 */
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "v4map/prefixset.h"

enum { BLOCKS_MAX = 4096 };

struct set {
	struct prefix block[BLOCKS_MAX];
	size_t count;
};

static void add(struct set *set, const char *text)
{
	struct err error;

	if (set->count == BLOCKS_MAX)
		errx(1, "more than %d blocks", BLOCKS_MAX);
	if (prefix_parse(text, strlen(text), &set->block[set->count++], &error) != 0)
		errx(1, "%s", error.text);
}

static void print(const struct prefix *blocks, size_t count)
{
	char data[64];
	struct strbuf sb;

	for (size_t i = 0; i < count; i++) {
		strbuf_init(&sb, data, sizeof(data));
		prefix_print(&blocks[i], &sb);
		(void)printf("%s%s", i == 0 ? "" : " ", data);
	}
	(void)putchar('\n');
}

/* Into room for exactly what is left, so that the sanitizers see a block too many; and one less. */
static void subtract(const struct set *set, const struct set *remove)
{
	static struct prefix left[128 * BLOCKS_MAX];
	long count = prefixset_subtract(set->block, set->count, remove->block, remove->count, left,
		sizeof(left) / sizeof(left[0]));
	struct prefix *exact;

	if (count < 0)
		errx(1, "no room");
	exact = calloc((size_t)count + 1, sizeof(*exact));
	if (exact == NULL)
		err(1, NULL);
	memset(&exact[count], 0x5a, sizeof(*exact));
	if (prefixset_subtract(set->block, set->count, remove->block, remove->count, exact,
		    (size_t)count) != count ||
		memcmp(exact, left, (size_t)count * sizeof(*exact)) != 0)
		errx(1, "not the same where there is just room");
	if (exact[count].len != 0x5a)
		errx(1, "written behind the end");
	if (count != 0 && prefixset_subtract(set->block, set->count, remove->block, remove->count,
				  exact, (size_t)count - 1) != -ENOSPC)
		errx(1, "%ld blocks where there was room for %ld", count, count - 1);
	free(exact);
	print(left, (size_t)count);
}

int main(void)
{
	static struct set set, remove, given;
	char *line = NULL;
	size_t size = 0;

	while (getline(&line, &size, stdin) > 0) {
		struct set *to = &set;

		set.count = remove.count = 0;
		for (char *at = line, *word; (word = strsep(&at, " \n")) != NULL;) {
			if (strcmp(word, "-") == 0)
				to = &remove;
			else if (*word != '\0')
				add(to, word);
		}
		given = remove;
		set.count = prefixset_canonicalise(set.block, set.count);
		remove.count = prefixset_canonicalise(remove.block, remove.count);
		print(set.block, set.count);
		subtract(&set, &remove);
		for (size_t i = 0; i < given.count; i++)
			(void)printf("%d%d",
				prefixset_contains(set.block, set.count, &given.block[i].addr),
				prefixset_overlaps(set.block, set.count, &given.block[i]));
		(void)putchar('\n');
	}
	free(line);
	return 0;
}
