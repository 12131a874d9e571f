/* SPDX-License-Identifier: MIT */
#include "v4map/pseudonym.h"

#include <errno.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

int pseudonym_make(const uint8_t key[static CHAIN_KEY_SIZE], const struct ipaddr *addr,
	char ret[static PSEUDONYM_SIZE])
{
	uint8_t canonical[1 + sizeof(addr->bytes)], mac[EVP_MAX_MD_SIZE];
	char digits[CHAIN_DIGITS + 1];
	unsigned len = 0;

	canonical[0] = addr->family;
	memcpy(canonical + 1, addr->bytes, sizeof(addr->bytes));
	if (HMAC(EVP_sha256(), key, CHAIN_KEY_SIZE, canonical, sizeof(canonical), mac, &len) ==
			NULL ||
		len != CHAIN_HASH_SIZE)
		return -EIO;
	chain_print(mac, digits);
	memcpy(ret, digits, PSEUDONYM_SIZE - 1);
	ret[PSEUDONYM_SIZE - 1] = '\0';
	return 0;
}
