/* SPDX-License-Identifier: MIT */
#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "v4map/json.h"

enum { WAIT_MS = 10000, POLL_MS = 50, NAMES_MAX = 1000 };

static const char HELP[] =
	"usage: v4map log rotate [--json] FILE\n"
	"Rename the connect log to FILE.YYYYMMDD-HHMMSS (UTC) and wait, at most 10 s, until "
	"v4mapd\n"
	"has begun a new FILE that goes on from it; then print the old file's name.  No signal "
	"and\n"
	"no restart is needed and no record is lost: this can stand in for logrotate.\n"
	"\n"
	"      --json  print an object\n"
	"\n"
	"Status: 0 done, 1 nobody began a new FILE (the log then has its name back), 2 misuse.\n"
	"A signal that ends the waiting gives the log its name back, too.\n";

/* Rename to the first free name for this second; returns 0 or -1 with errno set. */
static int rename_away(const char *path, char name[static PATH_MAX])
{
	char stamp[32];
	time_t now = time(NULL);
	struct tm tm;
	int rc = -1, len;

	if (gmtime_r(&now, &tm) == NULL)
		return -1;
	(void)strftime(stamp, sizeof(stamp), "%Y%m%d-%H%M%S", &tm);
	for (int i = 1; rc != 0 && i <= NAMES_MAX; i++) {
		len = i == 1 ? snprintf(name, PATH_MAX, "%s.%s", path, stamp)
			     : snprintf(name, PATH_MAX, "%s.%s-%d", path, stamp, i);
		if (len < 0 || len >= PATH_MAX) {
			errno = ENAMETOOLONG;
			return -1;
		}
		rc = renameat2(AT_FDCWD, path, AT_FDCWD, name, RENAME_NOREPLACE);
		if (rc != 0 && errno != EEXIST)
			return -1;
	}
	return rc;
}

/* Is its first line a whole record? */
static bool is_begun(const char *path)
{
	struct log_file *file;
	struct log_text line;
	struct err err;
	bool begun;

	if (log_file_open(path, &file, &err) != 0)
		return false;
	begun = log_file_next(file, &line, &err) == 1 && line.whole &&
		log_sequence(line.bytes, line.len) != 0;
	log_file_close(file);
	return begun;
}

/* From here on these wait until somebody asks for them: no log must be left without its name. */
static void hold_signals(sigset_t *held)
{
	static const int HELD[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};

	(void)sigemptyset(held);
	for (size_t i = 0; i < sizeof(HELD) / sizeof(HELD[0]); i++)
		(void)sigaddset(held, HELD[i]);
	(void)sigprocmask(SIG_BLOCK, held, NULL);
}

/* Returns 0 when there is a new file, -ETIMEDOUT, or -EINTR: a signal came. */
static int wait_for_new(const char *path, const sigset_t *held)
{
	const struct timespec pause = {.tv_nsec = POLL_MS * 1000000L};

	for (int ms = 0; ms < WAIT_MS; ms += POLL_MS) {
		if (is_begun(path))
			return 0;
		if (sigtimedwait(held, NULL, &pause) > 0)
			return is_begun(path) ? 0 : -EINTR;
	}
	return is_begun(path) ? 0 : -ETIMEDOUT;
}

/* Whoever still writes to the file goes on in it, and finds its name right. */
static int put_back(const char *path, const char *name, int why)
{
	char when[64] = "until the signal came.";

	if (why != -EINTR)
		(void)snprintf(when, sizeof(when), "in %d s: does its server run?", WAIT_MS / 1000);
	if (renameat2(AT_FDCWD, name, AT_FDCWD, path, RENAME_NOREPLACE) == 0)
		name = "where it was";
	(void)cli_complain(
		"log", "rotate: no v4mapd has begun a new '%s' %s The log is %s", path, when, name);
	return EXIT_FINDINGS;
}

static void print_json(const char *name)
{
	char data[8 * PATH_MAX];
	struct strbuf sb;
	struct json out;

	strbuf_init(&sb, data, sizeof(data));
	json_init(&out, &sb);
	json_object_begin(&out, NULL);
	json_text(&out, "file", name);
	json_object_end(&out);
	(void)printf("%s\n", data);
}

static int rotate(const char *path, bool json)
{
	char name[PATH_MAX];
	struct stat st;
	sigset_t held;
	int rc;

	if (lstat(path, &st) != 0 || !S_ISREG(st.st_mode))
		return cli_complain("log", "rotate: '%s' is not a regular file", path);
	if (!is_begun(path))
		return cli_complain("log", "rotate: '%s' does not begin as a log of v4map", path);
	hold_signals(&held);
	if (rename_away(path, name) != 0)
		return cli_complain("log", "rotate: cannot rename '%s': %s", path, strerror(errno));
	rc = wait_for_new(path, &held);
	if (rc != 0)
		return put_back(path, name, rc);
	if (json)
		print_json(name);
	else
		(void)printf("%s\n", name);
	return cli_finish("log", EXIT_FINE);
}

int log_rotate(int argc, char **argv)
{
	static const struct option OPTIONS[] = {
		{"json", no_argument, NULL, 'j'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	struct cli_options options = {.command = "log rotate", .table = OPTIONS, .help = HELP};

	if (cli_option(&options, argc, argv) == CLI_LEAVE)
		return options.status;
	if (optind != argc - 1)
		return cli_complain("log", "rotate: want one log; see `v4map log rotate --help`");
	return rotate(argv[optind], options.json);
}
