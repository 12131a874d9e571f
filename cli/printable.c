/* SPDX-License-Identifier: MIT */
#include "printable.h"

#include <langinfo.h>
#include <string.h>
#include <wchar.h>

/* The character that begins here, or -1 when it is not UTF-8 (RFC 3629); *len: its bytes. */
static long decode(const unsigned char *at, size_t left, size_t *len)
{
	static const long SMALLEST[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t need = at[0] < 0x80 ? 1 : at[0] >= 0xf0 ? 4 : at[0] >= 0xe0 ? 3 : 2;
	long value = need == 1 ? at[0] : at[0] & (0x7f >> need);

	*len = 1;
	if ((at[0] & 0xc0) == 0x80 || at[0] >= 0xf8 || need > left)
		return -1;
	for (size_t i = 1; i < need; i++) {
		if ((at[i] & 0xc0) != 0x80)
			return -1;
		value = value << 6 | (at[i] & 0x3f);
	}
	if (value < SMALLEST[need] || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff))
		return -1;
	*len = need;
	return value;
}

/* Bidirectional controls have no width but reorder what is around them; so do not show others. */
static bool is_visible(long c)
{
	return wcwidth((wchar_t)c) > 0 && c != 0x2028 && c != 0x2029 && c != 0x00ad;
}

size_t printable_add(struct strbuf *sb, const void *bytes, size_t len)
{
	bool utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
	const unsigned char *at = bytes, *end = at + len;
	size_t begin = sb->len, hidden = 0, size;

	for (; at < end; at += size) {
		long c = decode(at, (size_t)(end - at), &size);

		if (c == '\\') {
			strbuf_adds(sb, "\\\\");
		} else if (c >= 0x20 && c < 0x7f) {
			strbuf_addc(sb, (char)c);
		} else if (c >= 0x80 && utf8 && is_visible(c)) {
			strbuf_add(sb, at, size);
			hidden += size - (size_t)wcwidth((wchar_t)c);
		} else if (c < 0x80) {
			strbuf_addf(sb, "\\x%02x", (unsigned)at[0]);
		} else {
			strbuf_addf(sb, c > 0xffff ? "\\U%08lx" : "\\u%04lx", (unsigned long)c);
		}
	}
	return sb->len - begin - hidden;
}
