/* SPDX-License-Identifier: MIT */
#include "log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "printable.h"

int log_complain(const char *format, ...)
{
	char text[1024], shown[4096];
	struct strbuf sb;
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	strbuf_init(&sb, shown, sizeof(shown));
	(void)printable_add(&sb, text, strlen(text));
	(void)fprintf(stderr, "v4map log: %s\n", shown);
	return LOG_MISUSE;
}

bool log_coloured(void)
{
	const char *no = getenv("NO_COLOR"), *terminal = getenv("TERM");

	return isatty(STDOUT_FILENO) && (no == NULL || *no == '\0') && terminal != NULL &&
	       strcmp(terminal, "dumb") != 0;
}

int log_finish(int status)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	return log_complain("cannot write the output");
}

bool log_parse(const char *path, const struct log_text *line, struct log_record *ret)
{
	if (log_record_read(line->bytes, line->len, ret) == 0)
		return true;
	(void)log_complain("%s:%llu: %s", path, (unsigned long long)line->number,
		line->whole ? "not a record" : "a torn end, not a record");
	return false;
}

static int read_file(const char *path, log_use *use, void *context)
{
	struct log_file *file = NULL;
	struct log_text line;
	int status = LOG_FINE, used, rc;
	struct err err;

	rc = log_file_open(path, &file, &err);
	while (rc == 0 && (rc = log_file_next(file, &line, &err)) == 1) {
		used = use(context, path, &line);
		status = used > status ? used : status;
		rc = 0;
	}
	log_file_close(file);
	return rc < 0 ? log_complain("%s", err.text) : status;
}

int log_read(char **paths, size_t count, log_use *use, void *context)
{
	int worst = LOG_FINE;

	for (size_t i = 0; i < count; i++) {
		int status = read_file(paths[i], use, context);

		worst = status > worst ? status : worst;
	}
	return worst;
}
