/* SPDX-License-Identifier: MIT */
/* v4map, the command line: finds the command and leaves the rest to it. */
#include <locale.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include "check.h"
#include "cli.h"
#include "explain.h"
#include "log.h"
#include "reload.h"
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
	{"reload", reload_main, "have a running server read its policy again, and wait for it"},
	{"log", log_main, "read, prove and question the connect log"},
};

/* Letters to put in, take out or change to make one of the other (Levenshtein). */
static size_t distance(const char *a, const char *b)
{
	enum { MAX = 16 };
	size_t row[MAX + 1], len = strlen(b);

	if (len > MAX)
		return SIZE_MAX;
	for (size_t j = 0; j <= len; j++)
		row[j] = j;
	for (size_t i = 0; a[i] != '\0'; i++) {
		size_t diagonal = row[0]++;

		for (size_t j = 0; j < len; j++) {
			size_t best = diagonal + (a[i] != b[j]);

			diagonal = row[j + 1];
			best = row[j] + 1 < best ? row[j] + 1 : best;
			row[j + 1] = diagonal + 1 < best ? diagonal + 1 : best;
		}
	}
	return row[len];
}

static int no_command(const char *name)
{
	size_t nearest = 0, far = SIZE_MAX;

	if (*name == '\0')
		return cli_complain(NULL, "which command? see `v4map --help`");
	for (size_t i = 0; i < sizeof(COMMANDS) / sizeof(COMMANDS[0]); i++) {
		size_t away = distance(name, COMMANDS[i].name);

		nearest = away < far ? i : nearest;
		far = away < far ? away : far;
	}
	if (far <= 2)
		return cli_complain(NULL, "there is no command '%s'; did you mean '%s'?", name,
			COMMANDS[nearest].name);
	return cli_complain(NULL, "there is no %s '%s'; see `v4map --help`",
		*name == '-' ? "option" : "command", name);
}

static void print_help(void)
{
	(void)fputs("usage: v4map COMMAND [ARGUMENT]...\n\n", stdout);
	for (size_t i = 0; i < sizeof(COMMANDS) / sizeof(COMMANDS[0]); i++)
		(void)printf("  %-8s %s\n", COMMANDS[i].name, COMMANDS[i].summary);
	(void)fputs("\n`v4map COMMAND --help` says more; so does v4map(1).\n", stdout);
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
		return cli_finish(NULL, EXIT_FINE);
	}
	if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0) {
		print_help();
		return cli_finish(NULL, EXIT_FINE);
	}
	return no_command(name);
}
