/* SPDX-License-Identifier: MIT */
#ifndef V4MAP_AUDIT_SETTINGS_H
#define V4MAP_AUDIT_SETTINGS_H
/* The policy's `audit` mapping as v4mapd uses it; the first of each choice is its default. */

#include <stdint.h>

enum { AUDIT_PATH_MAX = 1024, AUDIT_USER_MAX = 32 };

/* What `truncated` keeps of an address, in bits. */
enum { TRUNCATED_IPV4 = 24, TRUNCATED_IPV6 = 48 };

enum durability {
	DURABILITY_INTERVAL, /* at most sync_interval_ms are not yet on stable storage; the default
			      */
	DURABILITY_NONE,     /* the kernel writes back when it likes */
	DURABILITY_EACH,     /* nobody is admitted before the record is on stable storage */
};

enum on_failure { ON_FAILURE_ALLOW, ON_FAILURE_REFUSE };

enum peer_address {
	PEER_ADDRESS_FULL,
	PEER_ADDRESS_TRUNCATED, /* to TRUNCATED_IPV4 or TRUNCATED_IPV6 */
	PEER_ADDRESS_PSEUDONYM, /* keyed, of the canonical address; needs a key file */
	PEER_ADDRESS_NONE,
};

struct audit_settings {
	char file[AUDIT_PATH_MAX];	      /* absolute */
	char key_file[AUDIT_PATH_MAX];	      /* "": none */
	char checkpoint_file[AUDIT_PATH_MAX]; /* "": none */
	char user[AUDIT_USER_MAX + 1];	      /* "": stay who started us */
	enum durability durability;
	uint32_t sync_interval_ms;
	enum on_failure on_failure;
	enum peer_address peer_address;
};

#endif
