/* SPDX-License-Identifier: MIT */
#include "log.h"

#include <getopt.h>
#include <stdio.h>
#include <unistd.h>
#include "log_filter.h"
#include "log_row.h"

enum { FOLLOW_POLL_US = 200 * 1000 };

static const char HELP[] =
	"usage: v4map log show [OPTION]... FILE...\n"
	"Print the connect log, oldest record first.  FILE may be .gz, or - for standard input.\n"
	"\n"
	"  -f, --follow           go on as the log grows, also over its rotation\n"
	"      --since TIME       RFC 3339, or 'YYYY-MM-DD[ HH:MM[:SS]]' in UTC\n"
	"      --until TIME\n"
	"      --name GLOB        user or common name\n"
	"      --address ADDRESS  of the peer or in the tunnel; or a block, ADDRESS/LENGTH\n"
	"      --event ACTION     repeatable\n"
	"      --mismatch NAME    repeatable\n"
	"      --json             print the lines as they are\n";

struct show {
	struct log_filter filter;
	bool json, follow;
	struct table *table;
};

static int show_line(void *context, const char *path, const struct log_text *line)
{
	const struct show *show = context;
	struct log_record record;

	if (!log_filter_may_match(&show->filter, line->bytes, line->len))
		return EXIT_FINE;
	if (!log_parse(path, line, &record))
		return EXIT_FINDINGS;
	if (log_filter_match(&show->filter, &record)) {
		if (show->json)
			(void)printf("%.*s\n", (int)line->len, line->bytes);
		else
			log_row(show->table, &record);
	}
	log_record_done(&record);
	return EXIT_FINE;
}

/* What is there now, then what comes; a new file of that name is read from its beginning. */
static int follow(struct show *show, const char *path)
{
	struct log_file *file = NULL;
	struct log_text line;
	struct err err;
	int rc = log_file_open(path, &file, &err);
	bool replaced = false;

	while (rc == 0 && !ferror(stdout)) {
		while ((rc = log_file_follow(file, &line, &err)) == 1)
			(void)show_line(show, path, &line);
		if (rc == 0 && replaced) {
			log_file_close(file);
			file = NULL;
			rc = log_file_open(path, &file, &err);
			replaced = false;
			continue;
		}
		table_flush(show->table);
		replaced = log_file_replaced(file);
		if (rc == 0 && !replaced)
			(void)usleep(FOLLOW_POLL_US);
	}
	log_file_close(file);
	return rc < 0 ? cli_complain("log", "%s", err.text) : EXIT_FINE;
}

static int run(struct show *show, char **paths, size_t count)
{
	struct err err;
	int status;

	if (log_files_sort(paths, count, NULL, &err) != 0)
		return cli_complain("log", "%s", err.text);
	status = log_read(paths, count - show->follow, show_line, show);
	if (show->follow) {
		int followed = follow(show, paths[count - 1]);

		status = followed > status ? followed : status;
	}
	return status;
}

int log_show(int argc, char **argv)
{
	static const struct option OPTIONS[] = {
		{"follow", no_argument, NULL, 'f'},
		{"json", no_argument, NULL, 'j'},
		{"help", no_argument, NULL, 'h'},
		{"since", required_argument, NULL, 's'},
		{"until", required_argument, NULL, 's'},
		{"name", required_argument, NULL, 's'},
		{"address", required_argument, NULL, 's'},
		{"event", required_argument, NULL, 's'},
		{"mismatch", required_argument, NULL, 's'},
		{NULL, 0, NULL, 0},
	};
	char help[sizeof(HELP) + 1024];
	struct cli_options options = {
		.command = "log show", .letters = ":fh", .table = OPTIONS, .help = help};
	struct show show = {.follow = false};
	int option, status;
	struct strbuf sb;
	struct err err;

	strbuf_init(&sb, help, sizeof(help));
	strbuf_adds(&sb, HELP);
	log_filter_words(&sb);
	log_filter_init(&show.filter);
	while ((option = cli_option(&options, argc, argv)) >= 0) {
		const char *name = OPTIONS[options.at].name;

		if (option == 'f')
			show.follow = true;
		else if (log_filter_set(&show.filter, name, optarg, &err) != 0)
			return cli_complain("log", "--%s: %s", name, err.text);
	}
	if (option == CLI_LEAVE)
		return options.status;
	show.json = options.json;
	if (optind == argc)
		return cli_complain("log", "show: want a log to read; see `v4map log show --help`");
	show.table = log_rows_new(stdout, cli_coloured());
	if (show.table == NULL)
		return cli_complain("log", "no memory");
	status = run(&show, argv + optind, (size_t)(argc - optind));
	table_free(show.table);
	return cli_finish("log", status);
}
