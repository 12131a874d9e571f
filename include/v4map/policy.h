/* SPDX-License-Identifier: MIT */
#ifndef V4MAP_POLICY_H
#define V4MAP_POLICY_H
/*
 * The policy at work: a checked view of an image, and what it decides for one peer.  Pure: no
 * allocation, no clock; the same image and peer always give the same decision.
 */

#include "v4map/peer.h"
#include "v4map/policy_image.h"

/* Limits; each is enforced when the policy is compiled, by an error that names it. */
enum {
	POLICY_RULES_MAX = 4096,
	POLICY_NAME_MAX = 63,	      /* bytes of a rule's name */
	POLICY_TEXT_MAX = 256 * 1024, /* bytes of the YAML file */
	POLICY_GLOB_STARS_MAX = 8,
	POLICY_LISTS_MAX = 32,		  /* prefix lists */
	POLICY_LIST_BLOCKS_MAX = 1500000, /* blocks of all prefix lists; an image of 27 MB */
	POLICY_ROUTES_MAX = 8192,	  /* blocks that are left for one client after exclusion */
	POLICY_DNS_MAX = 8,		  /* name servers of a rule */
	POLICY_OLD_ROUTES_MAX = 100,	  /* of a family, for a client of 2.3: its MAX_ROUTES */
	/*
	 * OpenVPN 3 takes 256 KiB of options (MAX_PUSH_SIZE), and counts 64 bytes for each and 16
	 * for each of its words besides its text, which is at most 37 or 54 bytes long.
	 */
	POLICY_V3_BYTES_MAX = 256 * 1024,
	POLICY_V3_IPV4_BYTES = 37 + 64 + 3 * 16,
	POLICY_V3_IPV6_BYTES = 54 + 64 + 2 * 16,
	PUSH_LINE_MAX = 255,	    /* bytes of a line OpenVPN 2.3 to 2.7 reads whole */
	PUSH_TOKENS_MAX = 16,	    /* OpenVPN's MAX_PARMS */
	PUSH_TEXT_MAX = 256 * 1024, /* bytes of one client's text; OpenVPN 3's limit */
};

/* A view: pointers into the image, which the caller keeps mapped as long as the view is used. */
struct policy {
	const struct image_header *header;
	const struct image_rule *rules;
	const uint32_t *strings;
	const struct image_gate *gates; /* as many as rules */
	const char *texts;
	const struct prefix *prefixes;
	const struct version_range *ranges;
	const struct image_list *lists;
	const struct prefix *list_prefixes, *list_marks;
	size_t rule_count;
	size_t text_size;   /* bytes of texts */
	size_t route_max;   /* sum of all rules' routes */
	size_t exclude_max; /* of all rules' excludes */
	size_t dns_max;	    /* of all rules' name servers */
};

/*
 * Check the whole image once: after 0 no reading through *ret can leave `size` bytes.  Returns
 * 0, or -EINVAL with err filled in and *ret untouched.
 */
int policy_open(const void *image, size_t size, struct policy *ret, struct err *err);

const char *policy_text(const struct policy *policy, uint32_t offset);
const char *policy_rule_name(const struct policy *policy, size_t rule);

/* The translators of the policy, for peer_init. */
const struct prefix *policy_translators(const struct policy *policy, size_t *count);

/* Zero means no. */
enum verdict { VERDICT_DENY = 0, VERDICT_ALLOW };

/*
 * When the question is asked.  At STAGE_VERIFY the tunnel, the listener and the difference
 * between native and mapped are not known yet: a rule that asks for them is undecided there, and
 * an undecided rule with `deny` or `last` leaves the whole verdict to STAGE_CONNECT.
 */
enum stage { STAGE_VERIFY, STAGE_CONNECT };

struct decision {
	enum verdict verdict;
	uint32_t deny_rule;  /* index of the rule that refused; meaningful with VERDICT_DENY */
	uint32_t mismatches; /* the peer's and those found here */
	uint16_t *matched;   /* indices of the rules that matched, in order */
	size_t matched_count;

	/* What is pushed, beside the matched rules' own options. */
	bool bypass;	       /* the host route around the tunnel */
	uint8_t redirect;      /* families of redirect-gateway: IMAGE_IPV4, IMAGE_IPV6 */
	bool block_ipv6;       /* the leak guard's word */
	bool block_routes;     /* its routes; or, */
	bool block_address;    /* with IPv6 in `redirect`, the address that those need */
	bool nat64_guard;      /* 64:ff9b::/96, in halves */
	bool dns_option;       /* `dns server` instead of `dhcp-option` */
	struct prefix *routes; /* canonical: IPv4 blocks first, then IPv6 */
	size_t ipv4_count, ipv6_count;
	struct prefix *dns; /* single addresses, in the order of the rules */
	size_t dns_count;

	/* What is not pushed. */
	bool overflow; /* more than POLICY_ROUTES_MAX blocks: nothing can be rendered */
	const struct prefix *united, *excluded; /* the union of `routes`, and that of `exclude` */
	size_t united_count, excluded_count;
	const struct prefix *withheld; /* routes of a family that the tunnel lacks */
	size_t withheld_ipv4, withheld_ipv6;
	uint8_t default_withheld;	   /* default routes likewise */
	const struct prefix *cutting;	   /* routes that would cut an old client off */
	size_t cutting_count;		   /* at most one for each server address */
	const struct prefix *dns_withheld; /* name servers of a family that the tunnel lacks */
	size_t dns_withheld_count;

	uint8_t *rendered; /* push_render's: a bit for each byte of the texts */
};

/* Bytes of scratch memory that policy_decide needs for this policy. */
size_t policy_scratch_size(const struct policy *policy);

/*
 * Decide.  `scratch` has policy_scratch_size bytes, aligned as malloc aligns; *ret points into
 * it until the next call with the same scratch.  A peer without a usable address matches no
 * rule that asks for one.  At STAGE_VERIFY only verdict, deny_rule and matched are filled in.
 */
void policy_decide(const struct policy *policy, const struct peer *peer, enum stage stage,
	void *scratch, struct decision *ret);

/*
 * The two halves of policy_decide, for who remembers what came of the second: verdict, deny_rule,
 * matched and the peer's mismatches; and all the rest, for a VERDICT_ALLOW at STAGE_CONNECT.
 */
void policy_match(const struct policy *policy, const struct peer *peer, enum stage stage,
	void *scratch, struct decision *ret);
void policy_route(const struct policy *policy, const struct peer *peer, struct decision *ret);

/* Why a rule does not match, for explain; the order in which conditions are tried. */
enum condition {
	CONDITION_NONE = 0, /* it matches */
	CONDITION_FAMILY,
	CONDITION_FORM,
	CONDITION_LISTENER,
	CONDITION_TUNNEL,
	CONDITION_CLIENT_VERSION,
	CONDITION_PLATFORM,
	CONDITION_PEER,
	CONDITION_PEER_LIST,
	CONDITION_COMMON_NAME,
};

/* The first condition of the rule that the peer does not meet, as at STAGE_CONNECT. */
enum condition policy_unmet(const struct policy *policy, size_t rule, const struct peer *peer);
/* The policy's key for it: "family", "form", ... */
const char *condition_name(enum condition condition);

/* For the image: of a rule whose names are strings, offsets into texts. */
struct image_gate rule_gate(
	const struct image_rule *rule, const uint32_t *strings, const char *texts);

/* `*` any bytes, `?` one byte, all else itself; the whole text must match. */
bool glob_match(const char *glob, const char *text);

/*
 * A bit for each three bytes in a row that are no wildcards; begin and end count as bytes.  A text
 * without all bits of a glob's cannot match it.
 */
struct glob_runs glob_find_runs(const char *text);

/* Here, since a policy's rules ask little else of most clients. */
static inline bool glob_may_match(struct glob_runs needs, struct glob_runs has)
{
	return ((needs.bits[0] & ~has.bits[0]) | (needs.bits[1] & ~has.bits[1])) == 0;
}

#endif
