/* SPDX-License-Identifier: MIT */
#include "v4map/digest.h"

#include <openssl/sha.h>

_Static_assert(DIGEST_TEXT_SIZE == 2 * SHA256_DIGEST_LENGTH + 1, "two digits a byte");

void digest_text(const void *bytes, size_t len, char ret[static DIGEST_TEXT_SIZE])
{
	static const char DIGITS[] = "0123456789abcdef";
	unsigned char digest[SHA256_DIGEST_LENGTH];

	(void)SHA256(bytes, len, digest);
	for (size_t i = 0; i < sizeof(digest); i++) {
		ret[2 * i] = DIGITS[digest[i] >> 4];
		ret[2 * i + 1] = DIGITS[digest[i] & 15];
	}
	ret[DIGEST_TEXT_SIZE - 1] = '\0';
}
