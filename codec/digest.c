/* SPDX-License-Identifier: MIT */
#include "v4map/digest.h"

#include <openssl/sha.h>
#include "v4map/chain.h"

_Static_assert(DIGEST_TEXT_SIZE == CHAIN_DIGITS + 1 && SHA256_DIGEST_LENGTH == CHAIN_HASH_SIZE,
	"a hash is printed as the chain's are");

void digest_text(const void *bytes, size_t len, char ret[static DIGEST_TEXT_SIZE])
{
	uint8_t digest[SHA256_DIGEST_LENGTH];

	(void)SHA256(bytes, len, digest);
	chain_print(digest, ret);
}
