/* SPDX-License-Identifier: MIT */
#ifndef V4MAP_IPADDR_H
#define V4MAP_IPADDR_H
/*
 * One IPv4 or IPv6 address as a value: parse, print, compare.  Knows nothing of what an address
 * may have embedded in it; that is form.h.
 */

#include <endian.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include "v4map/strbuf.h"

enum family { FAMILY_NONE = 0, FAMILY_IPV4 = 4, FAMILY_IPV6 = 6 };

/* Longest text that ipaddr_parse accepts, in bytes: an address of 45 and '%' and a zone of 15. */
enum { IPADDR_TEXT_MAX = 61 };

struct ipaddr {
	uint8_t bytes[16]; /* network byte order; IPv4 in bytes[0..3], the rest zero */
	uint8_t family;	   /* enum family */
};

/*
 * Strict text to address, inet_pton's rules: dotted quad without leading zeros, or RFC 4291
 * section 2.2 text.  A zone ("%eth0", not empty) is allowed behind an IPv6 address that is not
 * v4-mapped and is dropped.  `text` need not be terminated; `len` bytes count and none of them
 * may be NUL.  Returns 0, or -EINVAL with *ret untouched.
 */
int ipaddr_parse(const char *text, size_t len, struct ipaddr *ret);

/* Append the RFC 5952 text (IPv6 always in hexadecimal groups, never in mixed notation). */
void ipaddr_print(const struct ipaddr *addr, struct strbuf *sb);

/* The address as two numbers; here, since a search in a set of blocks waits for little else. */
static inline uint64_t ipaddr_high(const struct ipaddr *addr)
{
	uint64_t big_endian;

	memcpy(&big_endian, addr->bytes, sizeof(big_endian));
	return be64toh(big_endian);
}

static inline uint64_t ipaddr_low(const struct ipaddr *addr)
{
	uint64_t big_endian;

	memcpy(&big_endian, addr->bytes + 8, sizeof(big_endian));
	return be64toh(big_endian);
}

/* By family (IPv4 first), then by bytes; like memcmp. */
static inline int ipaddr_compare(const struct ipaddr *a, const struct ipaddr *b)
{
	uint64_t left = ipaddr_high(a), right = ipaddr_high(b);

	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	if (left == right) {
		left = ipaddr_low(a);
		right = ipaddr_low(b);
	}
	return left == right ? 0 : left < right ? -1 : 1;
}

bool ipaddr_equal(const struct ipaddr *a, const struct ipaddr *b);

struct ipaddr ipaddr_from_ipv4(const uint8_t bytes[static 4]);
bool ipaddr_is_mapped(const struct ipaddr *addr); /* ::ffff:0:0/96, RFC 4291 2.5.5.2 */

/* 32, 128, or 0 for FAMILY_NONE. */
unsigned family_bits(enum family family);
/* "ipv4", "ipv6" or "none". */
const char *family_name(enum family family);

#endif
