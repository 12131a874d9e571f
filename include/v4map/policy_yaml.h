/* SPDX-License-Identifier: MIT */
#ifndef V4MAP_POLICY_YAML_H
#define V4MAP_POLICY_YAML_H
/*
 * The policy file: a strict subset of YAML 1.1 (libyaml), read in three steps: events with
 * positions, a table of keys, and the checks that need the whole.  The result holds the settings
 * for v4mapd and the image for the plugin.
 */

#include <stdbool.h>
#include <stddef.h>
#include "v4map/audit_settings.h"
#include "v4map/err.h"

struct policy_file {
	struct audit_settings audit; /* what the policy does not name has its default */
	bool is_default;	     /* there was no file: the defaults are in force */
	void *image;		     /* malloc'ed; an image for policy_open */
	size_t image_size;
};

#define V4MAP_AUDIT_DEFAULT "/var/log/openvpn/v4map.jsonl"

/*
 * Read and compile the policy at `path`.  With `trusted` the file must be root's (or the
 * caller's own effective user's) and not writable by group or others; a draft that an admin
 * tries out need not be.  When `path` is NULL the default place is read (V4MAP_POLICY_DEFAULT,
 * set when v4map is built), and only there a missing file means the defaults.  Returns 0 and
 * *ret, which policy_file_done frees; or a negative errno with *err made anew (err->file points
 * to `path` or a constant), *ret untouched.
 */
int policy_file_load(const char *path, bool trusted, struct policy_file *ret, struct err *err);

/* Compile `len` bytes of YAML; `name` goes into err->file.  As policy_file_load otherwise. */
int policy_text_load(
	const char *text, size_t len, const char *name, struct policy_file *ret, struct err *err);

void policy_file_done(struct policy_file *file);

#endif
