/* SPDX-License-Identifier: MIT */
#include "v4map/strbuf.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void strbuf_init(struct strbuf *sb, char *data, size_t size)
{
	*sb = (struct strbuf){.data = data, .size = size};
	data[0] = '\0';
}

void strbuf_reset(struct strbuf *sb)
{
	strbuf_init(sb, sb->data, sb->size);
}

void strbuf_add(struct strbuf *sb, const void *bytes, size_t len)
{
	if (sb->full || len >= sb->size - sb->len) {
		sb->full = true;
		return;
	}
	memcpy(sb->data + sb->len, bytes, len);
	sb->len += len;
	sb->data[sb->len] = '\0';
}

void strbuf_adds(struct strbuf *sb, const char *text)
{
	strbuf_add(sb, text, strlen(text));
}

void strbuf_addc(struct strbuf *sb, char c)
{
	strbuf_add(sb, &c, 1);
}

void strbuf_addu(struct strbuf *sb, uint64_t value)
{
	char digits[20];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + value % 10);
		value /= 10;
	} while (value != 0);
	strbuf_add(sb, digits + at, sizeof(digits) - at);
}

void strbuf_addf(struct strbuf *sb, const char *fmt, ...)
{
	size_t room = sb->size - sb->len;
	va_list args;
	int len;

	if (sb->full)
		return;
	va_start(args, fmt);
	len = vsnprintf(sb->data + sb->len, room, fmt, args);
	va_end(args);
	if (len >= 0 && (size_t)len < room) {
		sb->len += (size_t)len;
		return;
	}
	sb->data[sb->len] = '\0';
	sb->full = true;
}
