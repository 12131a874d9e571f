/* SPDX-License-Identifier: MIT */
/*
 * Reads lines from standard input and prints how many of them are one JSON object each, to
 * jansson.   usage: jansson-lines <LOG
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(void)
{
	unsigned good = 0, bad = 0;
	char *line = NULL;
	size_t size = 0;
	ssize_t len;

	while ((len = getline(&line, &size, stdin)) > 0) {
		json_t *root = json_loadb(line, (size_t)len, JSON_REJECT_DUPLICATES, NULL);

		if (json_is_object(root) && line[len - 1] == '\n')
			good++;
		else
			bad++;
		json_decref(root);
	}
	free(line);
	(void)printf("%u good, %u bad\n", good, bad);
	return bad != 0;
}
