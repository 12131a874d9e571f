/* SPDX-License-Identifier: MIT */
/*
 * `v4map explain` for each line of standard input, in one process: the line has its options,
 * divided by tabs.  Prints what the command prints and, unless it is 0, "status N".
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../../cli/explain.h"

enum { ARGUMENTS_MAX = 64 };

static int split(char *line, char **argv)
{
	static char name[] = "explain";
	int argc = 0;

	argv[argc++] = name;
	line[strcspn(line, "\n")] = '\0';
	for (char *word; (word = strsep(&line, "\t")) != NULL && argc < ARGUMENTS_MAX;)
		argv[argc++] = word;
	argv[argc] = NULL;
	return argc;
}

int main(void)
{
	char *argv[ARGUMENTS_MAX + 1], *line = NULL;
	size_t size = 0;

	while (getline(&line, &size, stdin) > 0) {
		const int argc = split(line, argv);
		int status;

		optind = 0; /* begin anew */
		status = explain_main(argc, argv);
		if (status != 0)
			(void)printf("status %d\n", status);
	}
	free(line);
	return fflush(stdout) != 0 || ferror(stdout) != 0;
}
