/* SPDX-License-Identifier: MIT */
#include "log.h"

#include <stdio.h>
#include <string.h>

bool log_parse(const char *path, const struct log_text *line, struct log_record *ret)
{
	if (log_record_read(line->bytes, line->len, ret) == 0)
		return true;
	(void)cli_complain("log", "%s:%llu: %s", path, (unsigned long long)line->number,
		line->whole ? "not a record" : "a torn end, not a record");
	return false;
}

static int read_file(const char *path, log_use *use, void *context)
{
	struct log_file *file = NULL;
	struct log_text line;
	int status = EXIT_FINE, used, rc;
	struct err err;

	rc = log_file_open(path, &file, &err);
	while (rc == 0 && (rc = log_file_next(file, &line, &err)) == 1) {
		used = use(context, path, &line);
		status = used > status ? used : status;
		rc = 0;
	}
	log_file_close(file);
	return rc < 0 ? cli_complain("log", "%s", err.text) : status;
}

int log_read(char **paths, size_t count, log_use *use, void *context)
{
	int worst = EXIT_FINE;

	for (size_t i = 0; i < count; i++) {
		int status = read_file(paths[i], use, context);

		worst = status > worst ? status : worst;
	}
	return worst;
}

struct command {
	const char *name, *what;
	int (*run)(int argc, char **argv);
};

static const struct command COMMANDS[] = {
	{"show", "print the log, aligned and filtered", log_show},
	{"verify", "prove that nothing was changed, removed or reordered", log_verify},
	{"sessions", "one row a session: who, from where, how long, how much", log_sessions},
	{"who", "who had this address then", log_who},
	{"rotate", "begin a new file, losing nothing", log_rotate},
	{"keygen", "make the key that seals a log", log_keygen},
};

static void help(FILE *out)
{
	(void)fprintf(out, "usage: v4map log COMMAND [OPTION]... FILE...\n\n");
	for (size_t i = 0; i < sizeof(COMMANDS) / sizeof(COMMANDS[0]); i++)
		(void)fprintf(out, "  %-10s %s\n", COMMANDS[i].name, COMMANDS[i].what);
	(void)fprintf(out, "\n`v4map log COMMAND --help` says more.\n");
}

int log_main(int argc, char **argv)
{
	if (argc < 2) {
		help(stderr);
		return EXIT_MISUSE;
	}
	for (size_t i = 0; i < sizeof(COMMANDS) / sizeof(COMMANDS[0]); i++)
		if (strcmp(argv[1], COMMANDS[i].name) == 0)
			return COMMANDS[i].run(argc - 1, argv + 1);
	if (strcmp(argv[1], "--help") != 0 && strcmp(argv[1], "-h") != 0)
		return cli_complain("log", "no command '%s'; see `v4map log --help`", argv[1]);
	help(stdout);
	return cli_finish("log", EXIT_FINE);
}
