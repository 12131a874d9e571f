/* SPDX-License-Identifier: MIT */
#include "cli.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "printable.h"

int cli_complain(const char *command, const char *format, ...)
{
	char text[1024], shown[4 * sizeof(text)];
	struct strbuf sb;
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	strbuf_init(&sb, shown, sizeof(shown));
	(void)printable_add(&sb, text, strlen(text));
	(void)fprintf(stderr, "v4map%s%s: %s\n", command != NULL ? " " : "",
		command != NULL ? command : "", shown);
	return EXIT_MISUSE;
}

/* The complaint about an option that getopt_long gave back. */
static int bad_option(const char *command, int option, char *const *argv)
{
	const char letter[] = {'-', (char)optopt, '\0'}, *shown = argv[optind - 1];

	/* A letter among several is not the last argument read; "--json=x" also sets optopt. */
	if (option != ':' && optopt != 0 && strchr(shown, '=') == NULL)
		shown = letter;
	return cli_complain(command, "%s '%s'; see `v4map %s --help`",
		option == ':' ? "a value is missing behind" : "there is no option", shown, command);
}

int cli_option(struct cli_options *options, int argc, char **argv)
{
	const char *letters = options->letters != NULL ? options->letters : ":h";
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, letters, options->table, &options->at)) == 'j')
		options->json = true;
	if (option == 'h') {
		(void)fputs(options->help, stdout);
		options->status = cli_finish(options->command, EXIT_FINE);
	} else if (option == '?' || option == ':') {
		options->status = bad_option(options->command, option, argv);
	} else {
		return option;
	}
	return CLI_LEAVE;
}

int64_t cli_now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now); /* cannot fail with these arguments */
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

bool cli_coloured(void)
{
	const char *no = getenv("NO_COLOR"), *terminal = getenv("TERM");

	return isatty(STDOUT_FILENO) && (no == NULL || *no == '\0') && terminal != NULL &&
	       strcmp(terminal, "dumb") != 0;
}

int cli_finish(const char *command, int status)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	return cli_complain(command, "cannot write the output");
}
