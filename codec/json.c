/* SPDX-License-Identifier: MIT */
#include "v4map/json.h"

#include <string.h>

void json_init(struct json *json, struct strbuf *sb)
{
	*json = (struct json){.sb = sb};
}

static void begin_value(struct json *json, const char *key)
{
	if (json->comma)
		strbuf_addc(json->sb, ',');
	json->comma = true;
	if (key == NULL)
		return;
	strbuf_addc(json->sb, '"');
	strbuf_adds(json->sb, key);
	strbuf_add(json->sb, "\":", 2);
}

static void open_level(struct json *json, const char *key, char c)
{
	begin_value(json, key);
	strbuf_addc(json->sb, c);
	json->comma = false;
}

static void close_level(struct json *json, char c)
{
	strbuf_addc(json->sb, c);
	json->comma = true;
}

void json_object_begin(struct json *json, const char *key)
{
	open_level(json, key, '{');
}

void json_object_end(struct json *json)
{
	close_level(json, '}');
}

void json_array_begin(struct json *json, const char *key)
{
	open_level(json, key, '[');
}

void json_array_end(struct json *json)
{
	close_level(json, ']');
}

static void add_unit(struct strbuf *sb, uint32_t unit)
{
	static const char HEX[] = "0123456789abcdef";
	char text[6] = {'\\', 'u', HEX[unit >> 12 & 15], HEX[unit >> 8 & 15], HEX[unit >> 4 & 15],
		HEX[unit & 15]};

	strbuf_add(sb, text, sizeof(text));
}

static void add_code_point(struct strbuf *sb, uint32_t code)
{
	if (code >= 0x10000) {
		add_unit(sb, 0xd800 + ((code - 0x10000) >> 10));
		code = 0xdc00 + ((code - 0x10000) & 0x3ff);
	}
	add_unit(sb, code);
}

/*
 * The code point that begins at `at` and its length in bytes; 0: not UTF-8 (RFC 3629: no
 * overlong form, no surrogate, nothing above U+10FFFF).
 */
static size_t decode(const uint8_t *at, size_t left, uint32_t *ret)
{
	static const uint32_t LEAST[5] = {0, 0, 0x80, 0x800, 0x10000};
	size_t len = at[0] >= 0xf0 && at[0] < 0xf8 ? 4 : at[0] >= 0xe0 ? 3 : 2;
	uint32_t code = at[0] & (0x7fu >> len);

	if (at[0] < 0xc2 || at[0] >= 0xf8 || len > left)
		return 0;
	for (size_t i = 1; i < len; i++) {
		if ((at[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (at[i] & 0x3f);
	}
	if (code < LEAST[len] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
		return 0;
	*ret = code;
	return len;
}

static bool is_plain(uint8_t c)
{
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

bool json_bytes(struct json *json, const char *key, const void *bytes, size_t len)
{
	const uint8_t *at = bytes;
	bool valid = true;

	begin_value(json, key);
	strbuf_addc(json->sb, '"');
	while (len != 0) {
		size_t used = 0;
		uint32_t code;

		while (used < len && is_plain(at[used]))
			used++;
		if (used != 0) {
			strbuf_add(json->sb, at, used);
		} else if (at[0] == '"' || at[0] == '\\') {
			strbuf_addc(json->sb, '\\');
			strbuf_addc(json->sb, (char)at[0]);
			used = 1;
		} else if (at[0] < 0x80) {
			add_unit(json->sb, at[0]);
			used = 1;
		} else {
			used = decode(at, len, &code);
			valid = valid && used != 0;
			add_code_point(json->sb, used != 0 ? code : 0xfffd);
			used += used == 0;
		}
		at += used;
		len -= used;
	}
	strbuf_addc(json->sb, '"');
	return valid;
}

void json_text(struct json *json, const char *key, const char *text)
{
	if (text == NULL)
		json_none(json, key);
	else
		(void)json_bytes(json, key, text, strlen(text));
}

void json_uint(struct json *json, const char *key, uint64_t value)
{
	begin_value(json, key);
	strbuf_addu(json->sb, value);
}

void json_bool(struct json *json, const char *key, bool value)
{
	begin_value(json, key);
	strbuf_adds(json->sb, value ? "true" : "false");
}

void json_none(struct json *json, const char *key)
{
	begin_value(json, key);
	strbuf_adds(json->sb, "null");
}
