/* SPDX-License-Identifier: MIT */
#ifndef V4MAP_KEY_FILE_H
#define V4MAP_KEY_FILE_H
/*
 * The key file: one line of fixed length,
 *
 *   v4map-key 1 SEQUENCE CHAIN-KEY PSEUDONYM-KEY
 *
 * the version, the line of the log that the chain key seals (20 decimal digits), and two keys of
 * 64 hexadecimal digits.  As made by `v4map log keygen` it belongs to the auditor, who keeps a
 * copy elsewhere; v4mapd steps the chain key of the one on its machine forward in place.
 */

#include "v4map/chain.h"
#include "v4map/err.h"

struct key_file {
	struct chain_key chain;
	uint8_t pseudonym[CHAIN_KEY_SIZE]; /* never steps */
};

/*
 * Make a new key file, mode 0600, with random keys; the chain key seals from line `sequence` on.
 * Returns 0, or a negative errno with err filled in; -EEXIST: there is one, which stays.
 */
int key_file_create(const char *path, uint64_t sequence, struct err *err);

/*
 * Open and read it.  It must be a regular file of root's or of the effective user's that nobody
 * else may read or write.  Returns a descriptor, for key_file_update when opened `writable`; or
 * a negative errno with err filled in and *ret untouched.
 */
int key_file_open(const char *path, bool writable, struct key_file *ret, struct err *err);
/* The same without keeping it open: 0 or a negative errno. */
int key_file_read(const char *path, struct key_file *ret, struct err *err);

/*
 * Write the keys over the old ones and wait for stable storage: afterwards the file holds the
 * old key no more (though a copy-on-write or wear-levelling disk may).  0 or a negative errno.
 */
int key_file_update(int fd, const struct key_file *key);

void key_file_wipe(struct key_file *key);

#endif
