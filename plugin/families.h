/* SPDX-License-Identifier: MIT */
#ifndef V4MAP_FAMILIES_H
#define V4MAP_FAMILIES_H
/*
 * The family that each certificate was last seen over, so that a client who comes back over the
 * other one is noticed: a session of its own knows nothing of the one before.  Bounded: of more
 * certificates than fit, the one not seen for longest makes room.
 */

#include "v4map/ipaddr.h"

enum { FAMILIES_MAX = 1024, FAMILIES_KEY_SIZE = 32 };

struct family_entry {
	uint8_t certificate[FAMILIES_KEY_SIZE]; /* its SHA-256 */
	uint32_t stamp;
	enum family family; /* FAMILY_NONE: free */
};

struct families {
	uint32_t stamp;
	struct family_entry entry[FAMILIES_MAX];
};

/*
 * The certificate of this fingerprint is here over `now`.  True if it was last seen over the other
 * family.  `fingerprint` is tls_digest_sha256_0, "8f:02:..."; NULL (no certificate, OpenVPN 2.3) or
 * anything else is of no certificate that can be known again.
 */
bool families_changed(struct families *families, const char *fingerprint, enum family now);

#endif
