/* SPDX-License-Identifier: MIT */
#include "finding.h"

#include <limits.h>
#include <string.h>
#include "cli.h"
#include "printable.h"
#include "v4map/json.h"

enum { LINE_SIZE = 8 * (PATH_MAX + (int)sizeof(((struct err *)NULL)->text)) };

static const char *code_of(const struct err *err)
{
	return err->code != NULL ? err->code : "internal";
}

static void to_json(const struct err *err, const char *severity, struct strbuf *sb)
{
	struct json json;

	json_init(&json, sb);
	json_object_begin(&json, NULL);
	json_text(&json, "file", err->file);
	json_uint(&json, "line", err->line);
	json_uint(&json, "column", err->column);
	json_text(&json, "severity", severity);
	json_text(&json, "code", code_of(err));
	json_text(&json, "text", err->text);
	json_object_end(&json);
}

static void to_text(const struct err *err, const char *severity, struct strbuf *sb)
{
	(void)printable_add(sb, err->file, strlen(err->file));
	if (err->line != 0)
		strbuf_addf(sb, ":%u:%u", err->line, err->column);
	strbuf_addf(sb, ": %s: ", severity);
	(void)printable_add(sb, err->text, strlen(err->text));
	strbuf_addf(sb, " [%s]", code_of(err));
}

void finding_print(FILE *out, const struct err *err, const char *severity, bool json)
{
	char line[LINE_SIZE];
	struct strbuf sb;

	strbuf_init(&sb, line, sizeof(line));
	if (json)
		to_json(err, severity, &sb);
	else
		to_text(err, severity, &sb);
	(void)fprintf(out, "%s\n", line); /* the caller looks at ferror */
}

void findings_print(FILE *out, const struct policy_report *report, const char *severity, bool json)
{
	for (size_t i = 0; i < report->count; i++)
		finding_print(out, &report->errs[i], severity, json);
	if (report->found > report->count && !json)
		(void)fprintf(out, "and %zu more\n", report->found - report->count);
}

int finding_status(const struct err *err)
{
	const bool unreadable = err->code != NULL && strcmp(err->code, "unreadable") == 0;

	return unreadable ? EXIT_MISUSE : EXIT_FINDINGS;
}
