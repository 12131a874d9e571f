/* SPDX-License-Identifier: MIT */
#include "v4map/err.h"

#include <stdarg.h>
#include <stdio.h>
#include "v4map/strbuf.h"

static void word(struct err *err, const char *fmt, va_list args)
	__attribute__((format(printf, 2, 0)));

static void word(struct err *err, const char *fmt, va_list args)
{
	(void)vsnprintf(err->text, sizeof(err->text), fmt, args); /* a long one is cut */
}

int err_set(struct err *err, int rc, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	word(err, fmt, args);
	va_end(args);
	return rc;
}

int err_set_at(struct err *err, int rc, unsigned line, unsigned column, const char *fmt, ...)
{
	va_list args;

	err->line = line;
	err->column = column;
	va_start(args, fmt);
	word(err, fmt, args);
	va_end(args);
	return rc;
}

char *err_format(const struct err *err, char *buf, unsigned long size)
{
	struct strbuf sb;

	strbuf_init(&sb, buf, size);
	if (err->file != NULL)
		strbuf_addf(&sb, "%s:", err->file);
	if (err->file != NULL && err->line != 0)
		strbuf_addf(&sb, "%u:", err->line);
	if (err->file != NULL && err->line != 0 && err->column != 0)
		strbuf_addf(&sb, "%u:", err->column);
	if (err->file != NULL)
		strbuf_addc(&sb, ' ');
	for (const char *at = err->text; *at != '\0' && !sb.full; at++)
		strbuf_add(&sb, (unsigned char)*at < 0x20 || *at == 0x7f ? "?" : at, 1);
	return buf;
}
