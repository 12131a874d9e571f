/* SPDX-License-Identifier: MIT */
#ifndef V4MAP_POLICY_IMAGE_H
#define V4MAP_POLICY_IMAGE_H
/*
 * The compiled policy as bytes: one block of flat arrays, offsets and no pointers, in the byte
 * order of the machine (it never leaves it).  Written by codec/policy_compile, read by
 * core/policy.  A reader trusts nothing before policy_open has checked every span once.
 */

#include "v4map/client.h"
#include "v4map/prefix.h"

#define IMAGE_MAGIC "v4mapIMG"
enum { IMAGE_VERSION = 3 };
/* A text offset that means "no text". */
#define IMAGE_NO_TEXT UINT32_MAX

/* `count` elements from element or byte `first` of the array it speaks of. */
struct image_span {
	uint32_t first, count;
};

/* A block is a struct prefix as it is: bytes only, no padding, the unused bytes zero. */
_Static_assert(sizeof(struct prefix) == 18, "the image's layout of a block");

/* Bits of a mask of families. */
enum { IMAGE_IPV4 = 1, IMAGE_IPV6 = 2 };

enum { IMAGE_DENY_AT_CONNECT = 0, IMAGE_DENY_AT_VERIFY = 1 };

/* A condition mask of 0, or a span of no elements, means: not asked. */
struct image_rule {
	uint32_t name;		 /* text offset */
	uint32_t deny;		 /* text offset of the reason; IMAGE_NO_TEXT: does not deny */
	uint32_t lists;		 /* bit 1 << index of a prefix list */
	uint16_t forms;		 /* bit 1 << enum form */
	uint8_t families;	 /* IMAGE_IPV4, IMAGE_IPV6 */
	uint8_t listeners;	 /* likewise */
	uint8_t tunnels;	 /* bit 1 << TUNNEL_* value: 2 IPv4 only, 4 IPv6 only, 8 dual */
	uint8_t deny_at;	 /* IMAGE_DENY_AT_* */
	uint8_t last;		 /* 0 or 1 */
	uint8_t default_route;	 /* IMAGE_IPV4, IMAGE_IPV6 */
	struct image_span peers; /* in prefixes: canonical */
	struct image_span common_names; /* in strings: globs */
	struct image_span platforms;	/* in strings: globs */
	struct image_span versions;	/* in ranges */
	struct image_span routes;	/* in prefixes: canonical */
	struct image_span excludes;	/* in prefixes: canonical */
	struct image_span dns;		/* in prefixes: single addresses, in the admin's order */
	struct image_span push;		/* in strings: option texts, without quotes */
};

/* glob_find_runs of a text. */
struct glob_runs {
	uint32_t bits[2];
};

/*
 * What most rules fail for, in little memory: a client is asked about all of them.  It lets through
 * whoever the rule may match, and decides nothing else.
 */
struct image_gate {
	uint32_t lets;		/* a bit for each value of family, listener, tunnel and form */
	struct glob_runs needs; /* what all of its common names need */
};

/*
 * A prefix list.  Its blocks may be a million, so a reader looks at them when it searches and not
 * before: whatever they hold, a search stays inside of them.  It begins in the marks, which lie
 * together, so that it sees few pages.
 */
enum { IMAGE_MARK_STEP = 256 };
static inline uint32_t image_mark_count(uint32_t blocks)
{
	return (blocks + IMAGE_MARK_STEP - 1) / IMAGE_MARK_STEP;
}

struct image_list {
	uint32_t name;		  /* text offset */
	struct image_span blocks; /* in list_prefixes: canonical */
};

enum { IMAGE_BYPASS_AUTO = 0, IMAGE_BYPASS_ALWAYS, IMAGE_BYPASS_NEVER };

/* Of a full tunnel without IPv6; AUTO spares clients that come over IPv6. */
enum { IMAGE_LEAK_GUARD_AUTO = 0, IMAGE_LEAK_GUARD_ALWAYS, IMAGE_LEAK_GUARD_NEVER };

/* At offset 0.  The spans below count bytes for `first` and elements for `count`. */
struct image_header {
	char magic[8];
	uint32_t version;
	uint32_t size; /* of the whole image, bytes */
	uint32_t bypass;
	uint32_t replace_pushed_routes; /* 0 or 1 */
	uint32_t leak_guard;
	uint32_t nat64_guard;		 /* 0 or 1 */
	uint32_t wait_for_log;		 /* 1: durability `each` */
	uint32_t refuse_on_failure;	 /* 1: no new session while records cannot be kept */
	struct image_span rules;	 /* struct image_rule, aligned to 4 */
	struct image_span prefixes;	 /* struct prefix */
	struct image_span strings;	 /* uint32_t text offsets, aligned to 4 */
	struct image_span gates;	 /* struct image_gate for each of rules, aligned to 4 */
	struct image_span ranges;	 /* struct version_range, aligned to 4 */
	struct image_span lists;	 /* struct image_list, aligned to 4 */
	struct image_span list_prefixes; /* struct prefix */
	struct image_span list_marks;	 /* struct prefix: each IMAGE_MARK_STEP'th of those */
	struct image_span texts;	 /* bytes: NUL-terminated texts, the last byte is NUL */
	struct image_span servers;	 /* elements of prefixes: single addresses, ascending */
	struct image_span translators;	 /* elements of prefixes */
	struct image_span proxies;	 /* elements of prefixes: canonical */
};

#endif
