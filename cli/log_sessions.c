/* SPDX-License-Identifier: MIT */
#include "log.h"

#include <getopt.h>
#include <stdio.h>
#include "log_session_print.h"

static const char HELP[] =
	"usage: v4map log sessions [--json] FILE...\n"
	"Put the records of the connect log together: one row a session, in the order in which "
	"they\n"
	"began.  Give all files of the log, in any order; .gz is fine.\n"
	"\n"
	"      --json  an object a session\n"
	"\n"
	"How a session ended: disconnected; refused; abandoned, when OpenVPN let go of it without "
	"a\n"
	"word; server-ended; lost, when not even the server's end was recorded; open, when it "
	"lasts\n"
	"as far as the log goes.\n"
	"\n"
	"Status: 0, 1 not all lines are records, 2 misuse or unreadable files.\n";

int log_collect(void *sessions, const char *path, const struct log_text *line)
{
	struct log_record record;
	bool good;

	if (!log_parse(path, line, &record))
		return EXIT_FINDINGS;
	good = log_sessions_add(sessions, &record);
	log_record_done(&record);
	return good ? EXIT_FINE : cli_complain("log", "no memory");
}

static int print(struct log_sessions *sessions, bool json)
{
	struct table *table = session_rows_new(NULL, stdout, cli_coloured());

	if (table == NULL)
		return cli_complain("log", "no memory");
	for (size_t i = 0; i < sessions->count; i++) {
		struct log_session *session = sessions->items[i];

		if (session->end == SESSION_OPEN)
			session->ended = sessions->last;
		if (json)
			session_json(stdout, NULL, session);
		else
			session_row(table, NULL, session);
	}
	table_free(table);
	return EXIT_FINE;
}

int log_sessions(int argc, char **argv)
{
	static const struct option OPTIONS[] = {
		{"json", no_argument, NULL, 'j'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	struct cli_options options = {.command = "log sessions", .table = OPTIONS, .help = HELP};
	struct log_sessions sessions = {.count = 0};
	int status, printed;
	struct err err;

	if (cli_option(&options, argc, argv) == CLI_LEAVE)
		return options.status;
	if (optind == argc)
		return cli_complain(
			"log", "sessions: want a log to read; see `v4map log sessions --help`");
	if (log_files_sort(argv + optind, (size_t)(argc - optind), NULL, &err) != 0)
		return cli_complain("log", "%s", err.text);
	status = log_read(argv + optind, (size_t)(argc - optind), log_collect, &sessions);
	printed = print(&sessions, options.json);
	log_sessions_done(&sessions);
	return cli_finish("log", status > printed ? status : printed);
}
