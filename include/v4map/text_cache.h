/* SPDX-License-Identifier: MIT */
#ifndef V4MAP_TEXT_CACHE_H
#define V4MAP_TEXT_CACHE_H
/*
 * Clients that match the same rules over the same families get the same text: it is computed once
 * for each policy.  All memory is the caller's, of fixed size; a cache that is
 * full begins anew.
 */

#include "v4map/push.h"

enum { TEXT_CACHE_ENTRIES = 256, TEXT_CACHE_BYTES = 1024 * 1024 };

/* Everything that policy_route and push_render go by, but for the policy itself. */
struct text_key {
	uint32_t client_version;
	uint32_t matched_count;
	uint8_t family, tunnel, tunnel_known, dns_option;
};

struct text_entry {
	struct text_key key;
	uint32_t matched, text, text_len; /* offsets in bytes; matched: uint16_t each */
	uint32_t mismatches;		  /* those that policy_route found */
	uint32_t ipv4_count, ipv6_count;
};

/* All zero: empty. */
struct text_cache {
	uint32_t generation; /* the caller's number of the policy the texts are of */
	uint32_t count;
	size_t used;			     /* of bytes */
	uint32_t hashes[TEXT_CACHE_ENTRIES]; /* apart, to be looked through quickly */
	struct text_entry entries[TEXT_CACHE_ENTRIES];
	_Alignas(uint16_t) char bytes[TEXT_CACHE_BYTES];
};

/*
 * The text for a decision that policy_match has allowed; also completes its mismatches and counts
 * of routes, and nothing else of it.  Returns the length, *ret terminated and good until the next
 * call; or -ENOSPC as push_render does.
 */
long text_cache_render(struct text_cache *cache, const struct policy *policy, uint32_t generation,
	const struct peer *peer, struct decision *decision, const char **ret);

#endif
