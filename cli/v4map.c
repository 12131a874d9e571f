/* SPDX-License-Identifier: MIT */
/* v4map, the command line: finds the command and leaves the rest to it. */
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include "check.h"
#include "cli.h"
#include "explain.h"
#include "log.h"
#include "v4map-paths.h"

struct command {
	const char *name;
	int (*main)(int argc, char **argv);
	const char *summary;
};

static const struct command COMMANDS[] = {
	{"addr", addr_main, "what an address really is: canonical, family, form"},
	{"explain", explain_main, "what the policy does to a client, and why"},
	{"check", check_main, "find what is wrong with a policy before the server does"},
	{"log", log_main, "read, prove and question the connect log"},
};

static void print_help(FILE *out)
{
	(void)fputs("usage: v4map COMMAND [ARGUMENT]...\n\n", out);
	for (size_t i = 0; i < sizeof(COMMANDS) / sizeof(COMMANDS[0]); i++)
		(void)fprintf(out, "  %-8s %s\n", COMMANDS[i].name, COMMANDS[i].summary);
	(void)fputs("\n`v4map COMMAND --help` says more; so does v4map(1).\n", out);
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "";

	(void)setlocale(LC_CTYPE, ""); /* may the output show more than ASCII? */
	(void)signal(SIGPIPE, SIG_DFL);
	for (size_t i = 0; i < sizeof(COMMANDS) / sizeof(COMMANDS[0]); i++)
		if (strcmp(name, COMMANDS[i].name) == 0)
			return COMMANDS[i].main(argc - 1, argv + 1);
	if (strcmp(name, "--version") == 0) {
		(void)puts("v4map " V4MAP_VERSION);
		return EXIT_FINE;
	}
	if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0) {
		print_help(stdout);
		return EXIT_FINE;
	}
	if (argc > 1)
		(void)fprintf(stderr, "v4map: there is no command '%.40s'\n\n", name);
	print_help(stderr);
	return EXIT_MISUSE;
}
