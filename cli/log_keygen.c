/* SPDX-License-Identifier: MIT */
#include "log.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "v4map/json.h"
#include "v4map/key_file.h"

static const char HELP[] =
	"usage: v4map log keygen [--log LOG] [--json] KEY-FILE\n"
	"Make a key file for the policy's `audit.key-file`: from then on v4mapd seals each line "
	"with\n"
	"a key that it replaces after every line, so who takes the machine later cannot forge "
	"earlier\n"
	"lines.  Copy KEY-FILE away before the server uses it: `v4map log verify --key-file` needs "
	"it\n"
	"as it is now.  Keep the copy where the server's admin cannot reach it.\n"
	"\n"
	"      --log LOG  the log that goes on with the key; its server must not be running, "
	"since\n"
	"                 the key counts from the line behind the log's last one\n"
	"      --json     print an object\n"
	"\n"
	"An existing KEY-FILE is never replaced.  Status: 0 made, 2 not.\n";

static int take_sequence(void *context, const char *path, const struct log_text *line)
{
	uint64_t *last = context;
	uint64_t sequence = line->whole ? log_sequence(line->bytes, line->len) : 0;

	(void)path;
	if (sequence != 0)
		*last = sequence;
	return EXIT_FINE;
}

static void print_json(const char *path, uint64_t sequence)
{
	char data[8192];
	struct strbuf sb;
	struct json out;

	strbuf_init(&sb, data, sizeof(data));
	json_init(&out, &sb);
	json_object_begin(&out, NULL);
	json_text(&out, "file", path);
	json_uint(&out, "sequence", sequence);
	json_object_end(&out);
	(void)printf("%s\n", data);
}

static int make(char *path, char *log, bool json)
{
	uint64_t last = 0;
	struct err err;

	if (log != NULL && log_read(&log, 1, take_sequence, &last) != EXIT_FINE)
		return EXIT_MISUSE;
	if (log != NULL && last == 0)
		return cli_complain("log", "keygen: '%s' has no record", log);
	if (key_file_create(path, last + 1, &err) != 0)
		return cli_complain("log", "keygen: %s", err.text);
	if (json)
		print_json(path, last + 1);
	else
		(void)printf("%s seals from the line with sequence %" PRIu64 " on.\n"
			     "Copy it away now: v4mapd will change it.\n",
			path, last + 1);
	return cli_finish("log", EXIT_FINE);
}

int log_keygen(int argc, char **argv)
{
	static const struct option OPTIONS[] = {
		{"log", required_argument, NULL, 'l'},
		{"json", no_argument, NULL, 'j'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	struct cli_options options = {.command = "log keygen", .table = OPTIONS, .help = HELP};
	char *log = NULL;
	int option;

	while ((option = cli_option(&options, argc, argv)) >= 0)
		log = optarg;
	if (option == CLI_LEAVE)
		return options.status;
	if (optind != argc - 1)
		return cli_complain(
			"log", "keygen: want one file to make; see `v4map log keygen --help`");
	return make(argv[optind], log, options.json);
}
