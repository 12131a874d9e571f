/* SPDX-License-Identifier: MIT */
#ifndef V4MAP_FORM_H
#define V4MAP_FORM_H
/*
 * What an address as seen on the wire or in a variable really is: its canonical address, its
 * form, and the IPv4 address embedded in it, if any (RFC 4291, 6052, 8215, 3056, 4380, 5214).
 */

#include "v4map/prefix.h"

enum form {
	FORM_NATIVE = 0,
	FORM_MAPPED,	    /* ::ffff:0:0/96 (RFC 4291 2.5.5.2): is IPv4 */
	FORM_TRANSLATED,    /* inside one of our translators (RFC 6052): is IPv4 */
	FORM_NAT64,	    /* 64:ff9b::/96, 64:ff9b:1::/48, not ours: stays IPv6 */
	FORM_6TO4,	    /* 2002::/16 (RFC 3056) */
	FORM_TEREDO,	    /* 2001::/32 (RFC 4380) */
	FORM_ISATAP,	    /* interface identifier 0000:5efe or 0200:5efe (RFC 5214) */
	FORM_V4_COMPATIBLE, /* ::/96 without :: and ::1 (RFC 4291 2.5.5.1, deprecated) */
	FORM_V4_TRANSLATED, /* ::ffff:0:0:0/96 (RFC 2765, obsolete) */
	FORM_COUNT
};

struct classified {
	struct ipaddr ip; /* canonical: IPv4 for FORM_MAPPED and FORM_TRANSLATED */
	enum form form;
	struct ipaddr embedded;	  /* FAMILY_NONE when there is none, or its place is unknown */
	struct prefix translator; /* the translator that matched; FAMILY_NONE when none did */
	bool reserved; /* well-known prefix around an IPv4 that is not global (RFC 6052 3.1) */
};

/*
 * Classify `seen`.  `translators` are blocks for which translator_check said 0; of several that
 * contain the address the longest decides.  Never fails: what fits nothing is native.
 */
void form_classify(const struct ipaddr *seen, const struct prefix *translators, size_t count,
	struct classified *ret);

/*
 * Is the block usable as an RFC 6052 translation prefix: IPv6, length 32, 40, 48, 56, 64 or 96,
 * bits 64 to 71 zero?  Returns 0, or -EINVAL with err filled in.
 */
int translator_check(const struct prefix *prefix, struct err *err);

/*
 * Does the IPv4 block hold an address outside 0/8, 10/8, 100.64/10, 127/8, 169.254/16, 172.16/12,
 * 192.0.0/24, 192.168/16, 198.18/15, 224/4 and 240/4?
 */
bool form_is_global(const struct prefix *ipv4);

/* "native", "mapped", "translated", "nat64", "6to4", "teredo", "isatap", "v4-compatible", ... */
const char *form_name(enum form form);

#endif
