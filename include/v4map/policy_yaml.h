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
#include "v4map/digest.h"
#include "v4map/err.h"
#include "v4map/policy.h"

struct policy_file {
	struct audit_settings audit;   /* what the policy does not name has its default */
	bool is_default;	       /* there was no file: the defaults are in force */
	char sha256[DIGEST_TEXT_SIZE]; /* of the YAML's bytes, in hexadecimal, as sha256sum prints
					  it */
	void *image;		       /* malloc'ed; an image for policy_open */
	size_t image_size;
};

#define V4MAP_AUDIT_DEFAULT "/var/log/openvpn/v4map.jsonl"

enum { POLICY_FINDINGS_MAX = 20 };

/*
 * What was found: one error or, of a prefix list, several; or, when the policy was taken, what is
 * to be warned of.  The errs' files point to the caller's path, a constant, or into the report.
 */
struct policy_report {
	struct err errs[POLICY_FINDINGS_MAX];
	size_t count; /* of errs */
	size_t found; /* in all; the first POLICY_FINDINGS_MAX are kept */
	/* The prefix lists that the policy names, as far as it was understood. */
	char lists[POLICY_LISTS_MAX][AUDIT_PATH_MAX];
	size_t list_count;
};

/*
 * Read and compile the policy at `path` and its prefix lists.  With `trusted` the files must be
 * root's (or the caller's own effective user's) and not writable by group or others; a draft that
 * an admin tries out need not be.  When `path` is NULL the default place is read
 * (V4MAP_POLICY_DEFAULT, set when v4map is built), and only there a missing file means the
 * defaults; a file without a single key is refused everywhere.  Returns 0 and *ret, which
 * policy_file_done frees; or a negative errno with at least one error in *report, *ret untouched.
 * *report is made anew.
 */
int policy_file_load(
	const char *path, bool trusted, struct policy_file *ret, struct policy_report *report);

/* Compile `len` bytes of YAML; `name` is the errors' file.  As policy_file_load otherwise. */
int policy_text_load(const char *text, size_t len, const char *name, struct policy_file *ret,
	struct policy_report *report);

void policy_file_done(struct policy_file *file);

#endif
