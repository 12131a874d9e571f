/* SPDX-License-Identifier: MIT */
#include "log.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "log_checkpoints.h"
#include "printable.h"
#include "table.h"
#include "v4map/json.h"
#include "v4map/key_file.h"

enum { SHOWN_MAX = 20, PROGRESS_AFTER_MS = 1000, PROGRESS_EACH_MS = 200, BAR_WIDTH = 30 };
/* Lines between two looks at the clock. */
enum { PROGRESS_LINES = 4096 };

static const char HELP[] =
	"usage: v4map log verify [OPTION]... FILE...\n"
	"Prove that nothing in the connect log was changed, removed or reordered.  Give all files\n"
	"of the log, in any order; .gz is fine.\n"
	"\n"
	"      --key-file KEY      the key file as `v4map log keygen` made it: every line from\n"
	"                          its sequence on must be sealed with it\n"
	"      --checkpoints TEXT  v4mapd's checkpoint file, or syslog: the log must reach each\n"
	"                          checkpoint and agree with it\n"
	"      --json              each finding, then the totals, as one JSON object a line\n"
	"\n"
	"Status: 0 proven, 1 findings, 2 misuse, unreadable files or a missing key.\n";

struct verify {
	char **paths;
	size_t count;
	bool json, coloured, has_key;
	struct log_check *check;
	struct log_checkpoints *checkpoints; /* NULL: none given */
	size_t agree;
	uint64_t findings;
	char first[512]; /* where the first finding is */
	/* Progress, on standard error when that is a terminal. */
	bool is_shown, may_show;
	int64_t begun_ms, shown_ms;
	uint64_t done, size; /* bytes */
};

static void progress_clear(struct verify *verify)
{
	if (verify->is_shown)
		(void)fputs("\r\033[K", stderr);
	verify->is_shown = false;
}

static void progress(struct verify *verify, const struct log_file *file)
{
	int64_t now = cli_now_ms();
	uint64_t done = verify->done + log_file_offset(file);
	int filled;

	if (now - verify->begun_ms < PROGRESS_AFTER_MS ||
		now - verify->shown_ms < PROGRESS_EACH_MS || verify->size == 0)
		return;
	if (done > verify->size)
		done = verify->size; /* it is growing */
	filled = (int)(done * BAR_WIDTH / verify->size);
	(void)fprintf(stderr, "\r[%.*s%.*s] %3d %%  %" PRIu64 " lines", filled,
		"##############################", BAR_WIDTH - filled,
		"..............................", (int)(done * 100 / verify->size),
		log_check_totals(verify->check)->lines);
	verify->shown_ms = now;
	verify->is_shown = true;
}

static void print_json(const char *text, const struct strbuf *sb)
{
	(void)printf("%s\n", sb->full ? text : sb->data);
}

static void on_finding(void *context, const char *file, uint64_t line, const char *text)
{
	struct verify *verify = context;
	char where[400], json[2048];
	struct strbuf sb;
	struct json out;

	verify->findings++;
	progress_clear(verify);
	strbuf_init(&sb, where, sizeof(where));
	(void)printable_add(&sb, file, strlen(file));
	if (line != 0)
		strbuf_addf(&sb, ":%" PRIu64, line);
	if (verify->findings == 1)
		(void)snprintf(verify->first, sizeof(verify->first), "%s: %s", where, text);
	if (verify->json) {
		strbuf_init(&sb, json, sizeof(json));
		json_init(&out, &sb);
		json_object_begin(&out, NULL);
		(void)json_bytes(&out, "file", file, strlen(file));
		json_uint(&out, "line", line);
		json_text(&out, "finding", text);
		json_object_end(&out);
		print_json("{\"finding\":\"?\"}", &sb);
	} else if (verify->findings <= SHOWN_MAX) {
		(void)printf("%s: %s%s%s\n", where,
			colour_begin(verify->coloured ? COLOUR_RED : COLOUR_NONE), text,
			colour_end(verify->coloured ? COLOUR_RED : COLOUR_NONE));
	}
}

static int verify_file(struct verify *verify, const char *path)
{
	struct log_file *file = NULL;
	struct log_checked checked;
	struct log_text line = {.number = 0};
	uint64_t lines = 0;
	struct err err;
	int rc = log_file_open(path, &file, &err);

	if (rc != 0)
		return cli_complain("log", "%s", err.text);
	log_check_file(verify->check, path);
	while ((rc = log_file_next(file, &line, &err)) == 1) {
		log_check_line(verify->check, &line, &checked);
		if (verify->checkpoints != NULL && checked.sequence != 0)
			log_checkpoints_line(verify->checkpoints, &checked);
		if (++lines % PROGRESS_LINES == 0 && verify->may_show)
			progress(verify, file);
	}
	verify->done += log_file_offset(file);
	log_file_close(file);
	if (rc == -EBADMSG)
		on_finding(verify, path, line.number + 1, "the gzip file is damaged or cut here");
	else if (rc != 0)
		return cli_complain("log", "%s", err.text);
	return EXIT_FINE;
}

/* Nothing is known against these lines, and nothing for them. */
static void print_sealed(const struct verify *verify, const struct log_totals *totals)
{
	char file[400];
	struct strbuf sb;

	strbuf_init(&sb, file, sizeof(file));
	(void)printable_add(&sb, totals->sealed_file, strlen(totals->sealed_file));
	(void)printf("NOT PROVEN: this log is sealed with %s key from %s:%" PRIu64 " on, %" PRIu64
		     " line%s; give --key-file with the key as it was made",
		verify->has_key ? "an earlier" : "a", file, totals->sealed_line, totals->sealed,
		totals->sealed == 1 ? "" : "s");
}

static void print_verdict(const struct verify *verify, const struct log_totals *totals)
{
	bool proven = verify->findings == 0 && totals->sealed == 0;
	enum colour colour = proven ? COLOUR_GREEN : COLOUR_RED;

	if (!verify->coloured)
		colour = COLOUR_NONE;
	(void)printf("%s", colour_begin(colour));
	if (verify->findings == 0 && totals->sealed != 0)
		print_sealed(verify, totals);
	else if (verify->findings == 0)
		(void)printf("proven: lines %" PRIu64 " to %" PRIu64
			     ", none changed, removed or reordered",
			totals->first, totals->last);
	else
		(void)printf("NOT PROVEN: %" PRIu64 " finding%s, the first: %s", verify->findings,
			verify->findings == 1 ? "" : "s", verify->first);
	(void)printf("%s\n", colour_end(colour));
	if (verify->findings != 0 && totals->sealed != 0) {
		print_sealed(verify, totals);
		(void)printf("\n");
	}
	if (verify->findings == 0 && totals->sealed == 0 && verify->checkpoints == NULL)
		(void)printf("whether newer lines were removed, only --checkpoints can tell\n");
}

static void print_totals(const struct verify *verify, const struct log_totals *totals)
{
	char digits[CHAIN_DIGITS + 1];

	if (verify->findings > SHOWN_MAX)
		(void)printf("... and %" PRIu64 " more findings\n", verify->findings - SHOWN_MAX);
	chain_print(totals->last_hash, digits);
	(void)printf("files        %zu\n"
		     "lines        %" PRIu64 "\n",
		verify->count, totals->lines);
	if (totals->lines != 0)
		(void)printf("sequence     %" PRIu64 " to %" PRIu64 "\n"
			     "time         %s to %s\n"
			     "last hash    %s\n",
			totals->first, totals->last, totals->first_time, totals->last_time, digits);
	(void)printf("server runs  %" PRIu64 "\n"
		     "gaps         %" PRIu64 " (%" PRIu64 " record%s lost)\n"
		     "keyed lines  %" PRIu64 "\n",
		totals->runs, totals->gaps, totals->lost, totals->lost == 1 ? "" : "s",
		totals->keyed);
	if (verify->checkpoints != NULL)
		(void)printf("checkpoints  %zu agree\n", verify->agree);
	print_verdict(verify, totals);
}

static void print_totals_json(const struct verify *verify, const struct log_totals *totals)
{
	char data[1024], digits[CHAIN_DIGITS + 1];
	struct strbuf sb;
	struct json out;

	chain_print(totals->last_hash, digits);
	strbuf_init(&sb, data, sizeof(data));
	json_init(&out, &sb);
	json_object_begin(&out, NULL);
	json_bool(&out, "proven", verify->findings == 0 && totals->sealed == 0);
	json_uint(&out, "findings", verify->findings);
	json_uint(&out, "files", verify->count);
	json_uint(&out, "lines", totals->lines);
	json_uint(&out, "first_sequence", totals->first);
	json_uint(&out, "last_sequence", totals->last);
	json_text(&out, "first_time", totals->first_time);
	json_text(&out, "last_time", totals->last_time);
	json_text(&out, "last_hash", digits);
	json_uint(&out, "runs", totals->runs);
	json_uint(&out, "gaps", totals->gaps);
	json_uint(&out, "lost_records", totals->lost);
	json_uint(&out, "keyed_lines", totals->keyed);
	json_uint(&out, "sealed_lines", totals->sealed);
	if (verify->checkpoints != NULL)
		json_uint(&out, "checkpoints_agree", verify->agree);
	else
		json_none(&out, "checkpoints_agree");
	json_object_end(&out);
	print_json("{}", &sb);
}

static int run(struct verify *verify)
{
	const struct log_totals *totals;
	int worst = EXIT_FINE;
	struct stat st;
	for (size_t i = 0; i < verify->count; i++)
		if (stat(verify->paths[i], &st) == 0 && S_ISREG(st.st_mode))
			verify->size += (uint64_t)st.st_size;
	verify->begun_ms = cli_now_ms();
	for (size_t i = 0; i < verify->count; i++) {
		int status = verify_file(verify, verify->paths[i]);

		worst = status > worst ? status : worst;
	}
	progress_clear(verify);
	totals = log_check_totals(verify->check);
	if (totals->lines == 0)
		on_finding(verify, verify->paths[0], 0, "there is no line");
	if (verify->checkpoints != NULL)
		verify->agree = log_checkpoints_end(verify->checkpoints, verify->paths,
			verify->count, totals, on_finding, verify);
	(verify->json ? print_totals_json : print_totals)(verify, totals);
	if (totals->sealed != 0)
		return EXIT_MISUSE; /* the key is missing */
	return worst != EXIT_FINE ? worst : verify->findings != 0;
}

/* What the options name; then the log itself. */
static int open_and_run(struct verify *verify, const char *key_path, const char *checkpoint_path)
{
	uint64_t first = 0;
	struct key_file key;
	struct err err;
	int status;

	if (key_path != NULL && key_file_read(key_path, &key, &err) != 0)
		return cli_complain("log", "%s", err.text);
	if (checkpoint_path != NULL &&
		log_checkpoints_read(checkpoint_path, &verify->checkpoints, &err) != 0)
		return cli_complain("log", "%s", err.text);
	if (log_files_sort(verify->paths, verify->count, &first, &err) != 0)
		return cli_complain("log", "%s", err.text);
	verify->has_key = key_path != NULL;
	verify->check =
		log_check_new(first, key_path != NULL ? &key.chain : NULL, on_finding, verify);
	key_file_wipe(&key);
	status = verify->check != NULL ? run(verify) : cli_complain("log", "no memory");
	log_check_free(verify->check);
	log_checkpoints_free(verify->checkpoints);
	return cli_finish("log", status);
}

int log_verify(int argc, char **argv)
{
	static const struct option OPTIONS[] = {
		{"key-file", required_argument, NULL, 'k'},
		{"checkpoints", required_argument, NULL, 'c'},
		{"json", no_argument, NULL, 'j'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	const char *key_path = NULL, *checkpoint_path = NULL;
	struct verify verify = {.coloured = cli_coloured(), .may_show = isatty(STDERR_FILENO)};
	struct cli_options options = {.command = "log verify", .table = OPTIONS, .help = HELP};
	int option;

	while ((option = cli_option(&options, argc, argv)) >= 0)
		*(option == 'k' ? &key_path : &checkpoint_path) = optarg;
	if (option == CLI_LEAVE)
		return options.status;
	verify.json = options.json;
	verify.paths = argv + optind;
	verify.count = (size_t)(argc - optind);
	if (verify.count == 0)
		return cli_complain(
			"log", "verify: want a log to read; see `v4map log verify --help`");
	return open_and_run(&verify, key_path, checkpoint_path);
}
