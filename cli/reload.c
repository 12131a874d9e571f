/* SPDX-License-Identifier: MIT */
/*
 * `v4map reload`: v4mapd reads the policy again whenever its file is touched, and its log says
 * what came of it.  So the file is all that is written to, and the log all that is read: nothing
 * listens, and nobody needs more rights than these two files ask for.
 */
#include "reload.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "finding.h"
#include "log.h"
#include "v4map-paths.h"
#include "v4map/json.h"

enum { POLL_MS = 50, WAIT_S = 15, WAIT_MAX_S = 3600, WHOLE_PATH_MAX = 2 * PATH_MAX };

static const char HELP[] =
	"usage: v4map reload [--wait] [--timeout SECONDS] [--policy FILE] [LOG]\n"
	"Have each running server that uses the policy read it again.  This also happens by "
	"itself\n"
	"whenever the policy or a prefix list changes; connected clients keep what they have.\n"
	"\n"
	"      --wait             until it is in force; LOG is the server's log, where the policy\n"
	"                         does not name it\n"
	"      --timeout SECONDS  wait at most so long (default: 15)\n"
	"      --policy FILE      instead of " V4MAP_POLICY_DEFAULT "\n"
	"      --json             print an object\n"
	"\n"
	"Exit status: 0 done, 1 the policy is wrong or nobody took it, 2 misuse or unreadable.\n";

struct arguments {
	const char *policy, *log;
	unsigned timeout_s;
	bool wait, json;
};

static void print_json(const struct log_record *record)
{
	char data[4096];
	struct strbuf sb;
	struct json out;

	strbuf_init(&sb, data, sizeof(data));
	json_init(&out, &sb);
	json_object_begin(&out, NULL);
	json_text(&out, "event", record->action_name);
	json_text(&out, "file", log_record_text(record, "v4map.file"));
	json_uint(&out, "generation", log_record_number(record, "v4map.generation"));
	json_text(&out, "sha256", log_record_text(record, "v4map.sha256"));
	json_text(&out, "message", log_record_text(record, "v4map.message"));
	json_object_end(&out);
	(void)printf("%s\n", data);
}

/* What v4mapd said; the exit status. */
static int report(const struct arguments *arguments, const struct log_record *record)
{
	const bool loaded = record->action == EVENT_POLICY_LOADED;
	const char *message = log_record_text(record, "v4map.message");

	if (arguments->json)
		print_json(record);
	else if (loaded)
		(void)printf("%s: in force: generation %u of the run %s\n", arguments->policy,
			(unsigned)log_record_number(record, "v4map.generation"), record->run);
	else
		(void)cli_complain("reload", "the old policy stays in force: %s",
			message != NULL ? message : "the log does not say why");
	return cli_finish("reload", loaded ? EXIT_FINE : EXIT_FINDINGS);
}

/* Is the line v4mapd's answer?  Then *status is what to end with. */
static bool is_answer(const struct arguments *arguments, const struct log_text *line, int *status)
{
	struct log_record record;
	const char *file;
	bool found;

	if (log_record_read(line->bytes, line->len, &record) != 0)
		return false;
	file = log_record_text(&record, "v4map.file");
	found = (record.action == EVENT_POLICY_LOADED || record.action == EVENT_POLICY_REJECTED) &&
		file != NULL && strcmp(file, arguments->policy) == 0;
	if (found)
		*status = report(arguments, &record);
	log_record_done(&record);
	return found;
}

/* Look through the rest of the file; true when the answer was there, or it cannot be read. */
static bool read_on(const struct arguments *arguments, struct log_file *file, int *status)
{
	struct log_text line;
	struct err err;
	int rc;

	while ((rc = log_file_follow(file, &line, &err)) == 1)
		if (is_answer(arguments, &line, status))
			return true;
	if (rc < 0)
		*status = cli_complain("reload", "%s", err.text);
	return rc < 0;
}

/* The log may be rotated meanwhile: then it goes on in a new file. */
static int wait_for_answer(const struct arguments *arguments, struct log_file *file)
{
	const int64_t deadline = cli_now_ms() + (int64_t)arguments->timeout_s * 1000;
	int status = EXIT_MISUSE;
	struct err err;

	for (;;) {
		const bool last = cli_now_ms() >= deadline;
		const bool replaced = log_file_replaced(file);

		if (read_on(arguments, file, &status))
			break;
		if (replaced) {
			log_file_close(file);
			if (log_file_open(arguments->log, &file, &err) != 0)
				return cli_complain("reload", "%s", err.text);
			continue;
		}
		if (last) {
			(void)cli_complain("reload",
				"nobody has said so in '%s' in %u s: does the server run, and is "
				"this its log?",
				arguments->log, arguments->timeout_s);
			status = EXIT_FINDINGS;
			break;
		}
		(void)usleep(POLL_MS * 1000);
	}
	log_file_close(file);
	return status;
}

static int touch(const char *path)
{
	if (utimensat(AT_FDCWD, path, NULL, 0) != 0)
		return cli_complain("reload", "cannot touch '%s': %s", path, strerror(errno));
	return EXIT_FINE;
}

/* Only what is written from now on is an answer. */
static int touch_and_wait(const struct arguments *arguments)
{
	struct log_file *file;
	struct log_text line;
	struct err err;
	int rc = log_file_open(arguments->log, &file, &err);

	while (rc >= 0 && (rc = log_file_follow(file, &line, &err)) == 1)
		;
	if (rc < 0)
		return cli_complain("reload", "%s", err.text);
	if (touch(arguments->policy) != EXIT_FINE) {
		log_file_close(file);
		return EXIT_MISUSE;
	}
	return wait_for_answer(arguments, file);
}

/* As v4mapd names it: absolute, links left as they are. */
static int make_absolute(const char *path, char ret[static WHOLE_PATH_MAX])
{
	char folder[PATH_MAX];

	if (path[0] == '/')
		return snprintf(ret, WHOLE_PATH_MAX, "%s", path);
	if (getcwd(folder, sizeof(folder)) == NULL)
		return -1;
	return snprintf(ret, WHOLE_PATH_MAX, "%s/%s", folder, path);
}

/* A policy that is wrong never gets as far as a server. */
static int run(const struct arguments *given)
{
	struct arguments arguments = *given;
	struct policy_report found;
	struct policy_file file;
	char path[AUDIT_PATH_MAX], policy[WHOLE_PATH_MAX];

	if (make_absolute(arguments.policy, policy) < 0)
		return cli_complain("reload", "where are we? %s", strerror(errno));
	arguments.policy = policy;
	if (policy_file_load(arguments.policy, false, &file, &found) != 0) {
		findings_print(stderr, &found, "error", false);
		return finding_status(&found.errs[0]);
	}
	memcpy(path, file.audit.file, sizeof(path));
	policy_file_done(&file);
	if (arguments.log == NULL)
		arguments.log = path;
	return arguments.wait ? touch_and_wait(&arguments) : touch(arguments.policy);
}

static bool parse_seconds(const char *text, unsigned *ret)
{
	char *end;
	const unsigned long value = strtoul(text, &end, 10);

	if (text[0] < '0' || text[0] > '9' || *end != '\0' || value == 0 || value > WAIT_MAX_S)
		return false;
	*ret = (unsigned)value;
	return true;
}

int reload_main(int argc, char **argv)
{
	static const struct option OPTIONS[] = {
		{"wait", no_argument, NULL, 'w'},
		{"timeout", required_argument, NULL, 't'},
		{"policy", required_argument, NULL, 'f'},
		{"json", no_argument, NULL, 'j'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	struct cli_options options = {.command = "reload", .table = OPTIONS, .help = HELP};
	struct arguments arguments = {.policy = V4MAP_POLICY_DEFAULT, .timeout_s = WAIT_S};
	int option;

	while ((option = cli_option(&options, argc, argv)) >= 0) {
		if (option == 'w')
			arguments.wait = true;
		else if (option == 'f')
			arguments.policy = optarg;
		else if (!parse_seconds(optarg, &arguments.timeout_s))
			return cli_complain("reload", "--timeout: want 1 to %d seconds, found '%s'",
				WAIT_MAX_S, optarg);
	}
	if (option == CLI_LEAVE)
		return options.status;
	arguments.json = options.json;
	if (argc - optind > 1)
		return cli_complain("reload", "want one log, found '%s' besides", argv[optind + 1]);
	arguments.log = argv[optind];
	return run(&arguments);
}
