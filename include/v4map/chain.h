/* SPDX-License-Identifier: MIT */
#ifndef V4MAP_CHAIN_H
#define V4MAP_CHAIN_H
/*
 * The chain that makes the connect log tamper-evident: each line carries the SHA-256 of the hash
 * before it and of itself (libcrypto).  The hash stands at a fixed place of the line, so sealing
 * and checking need no JSON:
 *
 *   {"@timestamp":"2026-01-02T03:04:05.678901Z","event":{"hash":"<64 hexadecimal digits>",...
 *
 * hash = SHA-256(previous hash, 32 bytes || the line without the 64 digits and without '\n').
 * Before the first line of a new log the previous hash is 32 zero bytes.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	CHAIN_HASH_SIZE = 32,
	CHAIN_DIGITS = 2 * CHAIN_HASH_SIZE,
	CHAIN_DIGITS_AT = 61, /* byte of the line at which the digits begin */
};

struct chain; /* holds the hash of the last line */

struct chain *chain_new(const uint8_t previous[static CHAIN_HASH_SIZE]); /* NULL: no memory */
void chain_free(struct chain *chain);
void chain_get(const struct chain *chain, uint8_t ret[static CHAIN_HASH_SIZE]);
void chain_set(struct chain *chain, const uint8_t previous[static CHAIN_HASH_SIZE]);

/*
 * Seal the next line: its digits are filled in.  `len` does not count '\n'.  Returns 0, or
 * -EINVAL when the line has no place for the digits.
 */
int chain_seal(struct chain *chain, char *line, size_t len);

/* Is this the next line of the chain and untouched?  If so the chain goes on behind it. */
bool chain_check(struct chain *chain, const char *line, size_t len);

/* The hash as CHAIN_DIGITS lower-case digits and a NUL. */
void chain_print(const uint8_t hash[static CHAIN_HASH_SIZE], char digits[static CHAIN_DIGITS + 1]);

/* The hash that a line carries.  Returns 0, or -EINVAL with *ret untouched. */
int chain_read(const char *line, size_t len, uint8_t ret[static CHAIN_HASH_SIZE]);

#endif
