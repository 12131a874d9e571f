/* SPDX-License-Identifier: MIT */
#ifndef V4MAP_STRBUF_H
#define V4MAP_STRBUF_H
/*
 * Text built in a buffer of fixed size that the caller owns.  Overflow is sticky: once an append
 * does not fit whole, nothing more is added and `full` stays set, so one test at the end is
 * enough.  The text is always terminated by a NUL that `len` does not count.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct strbuf {
	char *data;
	size_t size; /* bytes in data, the final NUL included; at least 1 */
	size_t len;
	bool full;
};

void strbuf_init(struct strbuf *sb, char *data, size_t size);
void strbuf_reset(struct strbuf *sb);
void strbuf_add(struct strbuf *sb, const void *bytes, size_t len);
void strbuf_adds(struct strbuf *sb, const char *text);
void strbuf_addc(struct strbuf *sb, char c);
/* Decimal, no padding. */
void strbuf_addu(struct strbuf *sb, uint64_t value);
void strbuf_addf(struct strbuf *sb, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
