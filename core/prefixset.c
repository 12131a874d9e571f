/* SPDX-License-Identifier: MIT */
#include "v4map/prefixset.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/*
 * Heap sort: in place, no recursion, O(n log n) whatever comes; libc's qsort may allocate.
 */
static void sift_down(struct prefix *set, size_t root, size_t count)
{
	for (;;) {
		size_t child = 2 * root + 1;
		struct prefix swap;

		if (child >= count)
			return;
		if (child + 1 < count && prefix_compare(&set[child], &set[child + 1]) < 0)
			child++;
		if (prefix_compare(&set[root], &set[child]) >= 0)
			return;
		swap = set[root];
		set[root] = set[child];
		set[child] = swap;
		root = child;
	}
}

static void sort(struct prefix *set, size_t count)
{
	for (size_t i = count / 2; i-- > 0;)
		sift_down(set, i, count);
	for (size_t end = count; end > 1; end--) {
		struct prefix swap = set[0];

		set[0] = set[end - 1];
		set[end - 1] = swap;
		sift_down(set, 0, end - 1);
	}
}

static bool sorted(const struct prefix *set, size_t count)
{
	for (size_t i = 1; i < count; i++)
		if (prefix_compare(&set[i - 1], &set[i]) > 0)
			return false;
	return true;
}

static bool bit_at(const struct ipaddr *addr, unsigned bit)
{
	return (addr->bytes[bit / 8] & 0x80 >> bit % 8) != 0;
}

static void set_bit(struct ipaddr *addr, unsigned bit)
{
	addr->bytes[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
}

/* Are a and b the two halves of one block, a the lower? */
static bool are_halves(const struct prefix *a, const struct prefix *b)
{
	struct ipaddr upper = a->addr;

	if (a->len != b->len || a->len == 0 || bit_at(&a->addr, a->len - 1u))
		return false;
	set_bit(&upper, a->len - 1u);
	return ipaddr_equal(&upper, &b->addr);
}

/* Put the next block of a sorted sequence on top of the canonical ones below it. */
static size_t push_block(struct prefix *set, size_t count, const struct prefix *next)
{
	struct prefix block = *next;

	if (count != 0 && prefix_contains(&set[count - 1], &block.addr))
		return count;
	while (count != 0 && are_halves(&set[count - 1], &block)) {
		block = set[--count];
		block.len--;
	}
	set[count] = block;
	return count + 1;
}

size_t prefixset_canonicalise(struct prefix *set, size_t count)
{
	size_t kept = 0;

	if (!sorted(set, count))
		sort(set, count);
	for (size_t i = 0; i < count; i++)
		kept = push_block(set, kept, &set[i]);
	return kept;
}

size_t prefixset_rank(const struct prefix *set, size_t count, const struct ipaddr *addr)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (ipaddr_compare(&set[middle].addr, addr) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool prefixset_contains(const struct prefix *set, size_t count, const struct ipaddr *addr)
{
	size_t rank = prefixset_rank(set, count, addr);

	return rank != 0 && prefix_contains(&set[rank - 1], addr);
}

bool prefixset_overlaps(const struct prefix *set, size_t count, const struct prefix *other)
{
	struct ipaddr last = prefix_last(other);
	size_t rank = prefixset_rank(set, count, &last);
	const struct prefix *block = set + rank - 1;

	/* Blocks are nested or disjoint: one of the two holds the other's first address. */
	return rank != 0 &&
	       (prefix_contains(block, &other->addr) || prefix_contains(other, &block->addr));
}

/* `block` without the addresses of `remove`, which overlap it: what is left, in order. */
static long subtract_from_block(const struct prefix *block, const struct prefix *remove,
	size_t remove_count, struct prefix *ret, size_t capacity)
{
	/* Halves still to look at: at most one waits for each bit of the address. */
	struct prefix waiting[129];
	size_t waits = 0, count = 0;

	waiting[waits++] = *block;
	while (waits != 0) {
		struct prefix part = waiting[--waits];

		if (!prefixset_overlaps(remove, remove_count, &part)) {
			if (count == capacity)
				return -ENOSPC;
			ret[count++] = part;
			continue;
		}
		if (prefixset_contains(remove, remove_count, &part.addr)) {
			size_t rank = prefixset_rank(remove, remove_count, &part.addr);

			if (remove[rank - 1].len <= part.len)
				continue; /* all of it is removed */
		}
		part.len++;
		waiting[waits] = part;
		set_bit(&waiting[waits].addr, part.len - 1u);
		waiting[waits + 1] = part;
		waits += 2;
	}
	return (long)count;
}

long prefixset_subtract(const struct prefix *set, size_t count, const struct prefix *remove,
	size_t remove_count, struct prefix *ret, size_t capacity)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++) {
		long more = subtract_from_block(
			&set[i], remove, remove_count, ret + kept, capacity - kept);

		if (more < 0)
			return more;
		kept += (size_t)more;
	}
	return (long)kept;
}
