/* SPDX-License-Identifier: MIT */
#include "v4map/client.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { PARTS = 3, PART_MAX = 255 };

/* Up to three numbers with dots between them; returns how many, and how much text they took. */
static unsigned parse_parts(const char *text, size_t len, uint32_t *ret, size_t *used)
{
	unsigned count = 0;
	uint32_t version = 0;
	size_t at = 0;

	while (count < PARTS) {
		unsigned part = 0, digits = 0;

		for (; at < len && text[at] >= '0' && text[at] <= '9' && part <= PART_MAX; digits++)
			part = part * 10 + (unsigned)(text[at++] - '0');
		if (digits == 0 || part > PART_MAX)
			break;
		version |= part << (16 - 8 * count);
		count++;
		*used = at;
		if (at == len || text[at] != '.')
			break;
		at++;
	}
	*ret = version;
	return count;
}

uint32_t client_version_parse(const char *text)
{
	uint32_t version = CLIENT_VERSION_UNKNOWN;
	size_t used = 0;

	if (text != NULL)
		(void)parse_parts(text, strnlen(text, 16), &version, &used);
	return version;
}

bool client_takes_dns_option(const char *protocol)
{
	const unsigned bit = 11;

	return protocol != NULL && protocol[0] >= '0' && protocol[0] <= '9' &&
	       (strtoul(protocol, NULL, 10) >> bit & 1) != 0;
}

bool client_is_old(uint32_t version)
{
	return version < CLIENT_VERSION(2, 4);
}

/* How often `<`, `>` and `=` stand before the version, as one word. */
static size_t parse_operator(const char *text, size_t len, bool *less, bool *greater, bool *equal)
{
	size_t at = 0;

	*less = at < len && text[at] == '<';
	*greater = at < len && text[at] == '>';
	at += *less || *greater;
	*equal = at < len && text[at] == '=';
	at += *equal;
	*equal = *equal || at == 0;
	return at;
}

/* One comparison, narrowing the range. */
static int narrow(const char *text, size_t len, struct version_range *range)
{
	bool less, greater, equal;
	size_t at = parse_operator(text, len, &less, &greater, &equal), used = 0;
	uint32_t low, high;
	unsigned parts = parse_parts(text + at, len - at, &low, &used);

	if (parts == 0 || at + used != len || low == CLIENT_VERSION_UNKNOWN)
		return -EINVAL;
	high = low | ((1u << (8 * (PARTS - parts))) - 1);
	if (less) {
		high = equal ? high : low - 1;
		low = 1;
	} else if (greater) {
		low = equal ? low : high + 1;
		high = CLIENT_VERSION_MAX;
	}
	if (low > range->low)
		range->low = low;
	if (high < range->high)
		range->high = high;
	return 0;
}

int version_range_parse(const char *text, size_t len, struct version_range *ret, struct err *err)
{
	struct version_range range = {1, CLIENT_VERSION_MAX};
	const int shown = len > 40 ? 40 : (int)len;
	size_t at = 0;
	int rc = len == 0 ? -EINVAL : 0;

	while (rc == 0 && at < len) {
		const char *blank = memchr(text + at, ' ', len - at);
		size_t word = blank == NULL ? len - at : (size_t)(blank - text) - at;

		rc = narrow(text + at, word, &range);
		at += word + (blank != NULL);
	}
	if (rc != 0)
		return err_set(err, -EINVAL,
			"want a version such as 2.6, <2.4 or '>=2.4 <2.6', found '%.*s'", shown,
			text);
	if (range.low > range.high)
		return err_set(err, -EINVAL, "no version is '%.*s'", shown, text);
	*ret = range;
	return 0;
}
