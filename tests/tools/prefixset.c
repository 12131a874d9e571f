/* SPDX-License-Identifier: MIT */
/*
 * For tests/host/prefixset.t: reads one task a line and answers it in a line of blocks.
 *
 *   canonical BLOCK...             subtract BLOCK... - BLOCK...
 *   contains ADDRESS - BLOCK...    overlaps BLOCK - BLOCK...
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "v4map/prefixset.h"

enum { SET_MAX = 4096, RET_MAX = 128 * SET_MAX };

static struct prefix left[SET_MAX], right[SET_MAX], answer[RET_MAX];

/* Blocks up to "-" or the end; strtok goes on behind it. */
static size_t read_set(struct prefix *ret)
{
	size_t count = 0;
	struct err err;
	char *word;

	while ((word = strtok(NULL, " \n")) != NULL && strcmp(word, "-") != 0)
		if (count == SET_MAX || prefix_parse(word, strlen(word), &ret[count++], &err) != 0)
			abort();
	return count;
}

static void print_set(const struct prefix *set, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char data[64];
		struct strbuf sb;

		strbuf_init(&sb, data, sizeof(data));
		prefix_print(&set[i], &sb);
		printf(i == 0 ? "%s" : " %s", data);
	}
	putchar('\n');
}

/* With just enough room it is the same, and nothing behind is touched; with less it says so. */
static void check_room(size_t count, size_t removes, long rest)
{
	static const struct prefix BEHIND = {.addr = {.family = 0x5a}, .len = 0x5a};

	answer[rest] = BEHIND;
	if (rest > 0 && prefixset_subtract(left, count, right, removes, answer, (size_t)rest - 1) !=
				-ENOSPC)
		abort();
	if (prefixset_subtract(left, count, right, removes, answer, (size_t)rest) != rest ||
		memcmp(&answer[rest], &BEHIND, sizeof(BEHIND)) != 0)
		abort();
}

static void subtract(size_t count)
{
	size_t removes = prefixset_canonicalise(right, read_set(right));
	long rest;

	count = prefixset_canonicalise(left, count);
	rest = prefixset_subtract(left, count, right, removes, answer, RET_MAX);
	if (rest < 0 || rest == RET_MAX)
		abort();
	check_room(count, removes, rest);
	print_set(answer, (size_t)rest);
}

int main(void)
{
	size_t size = 0, count;
	char *line = NULL;

	while (getline(&line, &size, stdin) > 0) {
		const char *task = strtok(line, " \n");

		count = read_set(left);
		if (strcmp(task, "canonical") == 0) {
			print_set(left, prefixset_canonicalise(left, count));
		} else if (strcmp(task, "subtract") == 0) {
			subtract(count);
		} else {
			size_t others = prefixset_canonicalise(right, read_set(right));

			puts((strcmp(task, "contains") == 0
					     ? prefixset_contains(right, others, &left[0].addr)
					     : prefixset_overlaps(right, others, &left[0]))
					? "yes"
					: "no");
		}
	}
	free(line);
	return 0;
}
