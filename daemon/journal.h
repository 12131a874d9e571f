/* SPDX-License-Identifier: MIT */
#ifndef V4MAP_JOURNAL_H
#define V4MAP_JOURNAL_H
/*
 * What a worker leaves to the next one, should it be killed: memory that the supervisor and its
 * workers share and OpenVPN does not see.  With the intent noted before each write of the log, a
 * record gets into the log exactly once whenever a worker dies.
 */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include "v4map/chain.h"
#include "v4map/control.h"
#include "v4map/event.h"
#include "v4map/key_file.h"
#include "v4map/audit_settings.h"
#include "v4map/policy.h"

/* One record can also be put in front, so counting does not begin at 0. */
enum { JOURNAL_OWN_MAX = 8, JOURNAL_OWN_START = 1u << 30 };

/* A write of the log that may or may not have happened, and what holds once it has. */
struct intent {
	bool pending;
	off_t offset; /* size of the log before it */
	size_t bytes; /* its length */
	uint64_t next_sequence, next_tail, next_own_tail;
	uint8_t next_hash[CHAIN_HASH_SIZE];
	struct chain_key next_key;
};

struct journal {
	bool started; /* a worker has opened the log and the plugin has its policy */
	bool reload;  /* the next worker reads the policy again */
	bool reading; /* a worker is at it, what it names not open yet; or has died of it */
	char folder[AUDIT_PATH_MAX];	  /* where the server was started */
	char policy[CONTROL_TEXT_MAX];	  /* as the plugin's argument names it; "": the default */
	char policy_path[AUDIT_PATH_MAX]; /* the same, absolute */
	char log[CONTROL_TEXT_MAX];	  /* instead of audit.file; "": that */
	char lists[POLICY_LISTS_MAX][AUDIT_PATH_MAX]; /* the prefix lists that it names */
	size_t list_count;
	uint32_t generation; /* of the policy in force */
	struct audit_settings audit;
	dev_t device; /* of the log, as a file */
	ino_t inode;
	uint64_t sequence;	       /* of the last line that is surely in the log */
	uint8_t hash[CHAIN_HASH_SIZE]; /* its hash */
	bool suspect; /* a sync of the log failed: what was written may be gone, unnoticed by the
			 next sync */
	int64_t doubt_until_ms; /* so long nothing is promised; monotonic */
	bool keyed;		/* the next line is sealed with `key` */
	struct key_file key;
	struct intent intent;
	/* v4mapd's own records that wait to be written; both count on from JOURNAL_OWN_START. */
	uint64_t own_head, own_tail;
	struct event own[JOURNAL_OWN_MAX];
};

#endif
