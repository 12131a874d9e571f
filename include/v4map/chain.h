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
 *
 * With a key, line n carries HMAC-SHA-256(k_n, the same bytes) instead, and the key steps on:
 * k_(n+1) = SHA-256("v4map key step" || k_n).  Nobody can step it back, so who takes the key
 * later cannot seal what came before.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	CHAIN_HASH_SIZE = 32,
	CHAIN_DIGITS = 2 * CHAIN_HASH_SIZE,
	CHAIN_DIGITS_AT = 61, /* byte of the line at which the digits begin */
	CHAIN_KEY_SIZE = 32,
};

/* The key of one line: the one whose `event.sequence` is `sequence`. */
struct chain_key {
	uint64_t sequence;
	uint8_t key[CHAIN_KEY_SIZE];
};

/*
 * Make it the key of a later line, wiping the one it was.  Returns 0, or -EINVAL when `sequence`
 * lies before the key's, or -EIO; the key is untouched then.
 */
int chain_key_step_to(struct chain_key *key, uint64_t sequence);
void chain_key_wipe(struct chain_key *key);

struct chain; /* holds the hash of the last line, and the key of the next one if there is one */

struct chain *chain_new(const uint8_t previous[static CHAIN_HASH_SIZE]); /* NULL: no memory */
void chain_free(struct chain *chain);					 /* wipes the key */
void chain_get(const struct chain *chain, uint8_t ret[static CHAIN_HASH_SIZE]);
void chain_set(struct chain *chain, const uint8_t previous[static CHAIN_HASH_SIZE]);

/* From now on each line is sealed and checked with the key, which is copied; NULL: without. */
void chain_set_key(struct chain *chain, const struct chain_key *key);
/* The key of the next line.  False, and *ret untouched, when there is none. */
bool chain_get_key(const struct chain *chain, struct chain_key *ret);

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

/* CHAIN_DIGITS lower-case digits to a hash.  Returns 0, or -EINVAL with *ret untouched. */
int chain_parse(const char digits[static CHAIN_DIGITS], uint8_t ret[static CHAIN_HASH_SIZE]);

#endif
