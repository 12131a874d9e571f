/* SPDX-License-Identifier: MIT */
#ifndef V4MAP_PREFIXSET_H
#define V4MAP_PREFIXSET_H
/*
 * Exact arithmetic on sets of address blocks of both families, in arrays the caller owns.  A set
 * is *canonical* when it is sorted (prefix_compare), its blocks are disjoint, and no two of them
 * could be one: the fewest blocks that cover the same addresses.
 */

#include "v4map/prefix.h"

/*
 * Make the `count` blocks of `set` canonical in place; returns how many are left.  O(n log n),
 * no allocation, no recursion.
 */
size_t prefixset_canonicalise(struct prefix *set, size_t count);

/*
 * The canonical `set` without the addresses of the canonical `remove`, written canonically to
 * `ret` of `capacity` blocks (which must not overlap `set`).  Returns the number of blocks, or
 * -ENOSPC when they do not fit; then `ret` holds nothing of use.
 */
long prefixset_subtract(const struct prefix *set, size_t count, const struct prefix *remove,
	size_t remove_count, struct prefix *ret, size_t capacity);

/* How many blocks of the canonical `set` begin at `addr` or before it?  Binary search. */
size_t prefixset_rank(const struct prefix *set, size_t count, const struct ipaddr *addr);

/* Does a block of the canonical `set` contain `addr`?  Binary search. */
bool prefixset_contains(const struct prefix *set, size_t count, const struct ipaddr *addr);

/* Do a block of the canonical `set` and `other` have an address in common? */
bool prefixset_overlaps(const struct prefix *set, size_t count, const struct prefix *other);

#endif
