/* SPDX-License-Identifier: MIT */
#ifndef V4MAP_CLI_H
#define V4MAP_CLI_H
/* What the commands of `v4map` share: exit statuses, complaints, colour. */

#include <stdbool.h>
#include <stdint.h>

/* Exit statuses; the worst one counts. */
enum { EXIT_FINE = 0, EXIT_FINDINGS = 1, EXIT_MISUSE = 2 };

/* "v4map COMMAND: ..." on standard error, made printable (NULL: no command); EXIT_MISUSE. */
int cli_complain(const char *command, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* A command's options, while they are read. */
struct option; /* getopt.h */
struct cli_options {
	const char *command; /* as complaints name it: "log show" */
	const char *letters; /* for getopt_long, led by ':'; NULL: -h alone */
	const struct option *table;
	const char *help; /* what --help prints */
	bool json;	  /* set by --json */
	int at;		  /* of the last one: its row in the table */
	int status;	  /* with CLI_LEAVE */
};

enum { CLI_READ = -1, CLI_LEAVE = -2 };

/*
 * The command's next option, by its letter; 'j' and 'h' are dealt with here.  CLI_READ when there
 * are no more, CLI_LEAVE when the command ends with `status`: its help is printed or the option is
 * none of its own.
 */
int cli_option(struct cli_options *options, int argc, char **argv);

int64_t cli_now_ms(void); /* CLOCK_MONOTONIC */

/* Is standard output a terminal that should have colours (NO_COLOR, TERM)? */
bool cli_coloured(void);

/* Was all that was printed also written?  Else complains; the exit status to go with `status`. */
int cli_finish(const char *command, int status);

/* `v4map addr`: argv[0] is "addr"; returns the exit status. */
int addr_main(int argc, char **argv);

#endif
