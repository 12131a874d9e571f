/* SPDX-License-Identifier: MIT */
#ifndef V4MAP_DIGEST_H
#define V4MAP_DIGEST_H
/* SHA-256 (FIPS 180-4) of a file's bytes, as sha256sum prints it. */

#include <stddef.h>

enum { DIGEST_TEXT_SIZE = 65 }; /* hexadecimal digits and the NUL */

void digest_text(const void *bytes, size_t len, char ret[static DIGEST_TEXT_SIZE]);

#endif
