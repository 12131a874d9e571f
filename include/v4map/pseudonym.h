/* SPDX-License-Identifier: MIT */
#ifndef V4MAP_PSEUDONYM_H
#define V4MAP_PSEUDONYM_H
/*
 * A keyed name for an address (HMAC-SHA-256, libcrypto): the same for the same canonical address
 * as long as the key is, whatever form the address arrived in, and not to be undone without it.
 */

#include "v4map/chain.h"
#include "v4map/ipaddr.h"

enum { PSEUDONYM_SIZE = 2 * 16 + 1 }; /* text of 128 bits, its NUL included */

/* Returns 0, or -EIO with *ret untouched. */
int pseudonym_make(const uint8_t key[static CHAIN_KEY_SIZE], const struct ipaddr *addr,
	char ret[static PSEUDONYM_SIZE]);

#endif
