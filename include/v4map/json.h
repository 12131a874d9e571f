/* SPDX-License-Identifier: MIT */
#ifndef V4MAP_JSON_H
#define V4MAP_JSON_H
/*
 * Writes one JSON value (RFC 8259) into a strbuf.  The output is ASCII only: control bytes, DEL,
 * C1 controls, bidirectional controls, U+2028/2029 and everything else beyond ASCII come out as
 * \uXXXX, and bytes that are not UTF-8 as \ufffd.  Reading JSON is jansson's work; this writer
 * exists because a log line and `v4map addr` must be ten times faster than building a tree.  No
 * name here is one of jansson's, since programs link both.
 */

#include "v4map/strbuf.h"

struct json {
	struct strbuf *sb;
	bool comma; /* a value stands before the next one at this level */
};

void json_init(struct json *json, struct strbuf *sb);

/* `key` is NULL at the top and inside arrays; keys are our own words and are not escaped. */
void json_object_begin(struct json *json, const char *key);
void json_object_end(struct json *json);
void json_array_begin(struct json *json, const char *key);
void json_array_end(struct json *json);

/* Returns false when the bytes were not valid UTF-8 and U+FFFD stands for some of them. */
bool json_bytes(struct json *json, const char *key, const void *bytes, size_t len);
void json_text(struct json *json, const char *key, const char *text); /* NULL: null */
void json_uint(struct json *json, const char *key, uint64_t value);
void json_bool(struct json *json, const char *key, bool value);
void json_none(struct json *json, const char *key);

#endif
