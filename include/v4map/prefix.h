/* SPDX-License-Identifier: MIT */
#ifndef V4MAP_PREFIX_H
#define V4MAP_PREFIX_H
/*
 * An address block "ADDR/LEN".  A block in v4-mapped form is the IPv4 block it stands for, so
 * that one network has one spelling in memory.
 */

#include "v4map/err.h"
#include "v4map/ipaddr.h"

struct prefix {
	struct ipaddr addr; /* host bits zero; family FAMILY_NONE: no prefix */
	uint8_t len;	    /* bits: 0..32 or 0..128 */
};

/*
 * Parse "ADDR/LEN" or "ADDR" (a single host).  ::ffff:10.0.0.0/104 becomes 10.0.0.0/8; a mapped
 * block shorter than /96 is refused, and so are host bits that are set: the message names the
 * block that was probably meant.  Returns 0, or -EINVAL with err filled in and *ret untouched.
 */
int prefix_parse(const char *text, size_t len, struct prefix *ret, struct err *err);

void prefix_print(const struct prefix *prefix, struct strbuf *sb); /* always with "/LEN" */
bool prefix_contains(const struct prefix *prefix, const struct ipaddr *addr);
bool prefix_equal(const struct prefix *a, const struct prefix *b);
int prefix_compare(const struct prefix *a, const struct prefix *b); /* address, then length */

/* First and last address of the block. */
struct ipaddr prefix_first(const struct prefix *prefix);
struct ipaddr prefix_last(const struct prefix *prefix);

/* The IPv4 netmask of an IPv4 block. */
struct ipaddr prefix_netmask(const struct prefix *prefix);

#endif
