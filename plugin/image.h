/* SPDX-License-Identifier: MIT */
#ifndef V4MAP_IMAGE_H
#define V4MAP_IMAGE_H
/*
 * The policy's image in OpenVPN's memory.  With its prefix lists it may have thousands of pages, so
 * nothing here goes through all of them at once.
 */

#include "v4map/policy.h"

struct image {
	char *base;  /* mapped, read-only */
	size_t size; /* bytes; 0: none */
	size_t gone; /* so many of them from the begin have been let go */
	int fd;
};

/* Where policy_decide works; of any content. */
struct scratch {
	void *base;  /* malloc'ed; NULL: none yet */
	size_t size; /* bytes */
};

/* Make it large enough for the policy.  What is there is kept: giving memory back takes time. */
bool scratch_fit(struct scratch *scratch, const struct policy *policy);

/*
 * Map and check what v4mapd has sent.  Takes `fd` over.  Returns 0, or a negative errno with err
 * filled in and both untouched.
 */
int image_open(int fd, struct image *ret, struct policy *ret_policy, struct err *err);

/*
 * Let go of a part that costs a hook little, or with `whole` of all that is left.  At the end
 * v4mapd gets the descriptor through `control`: whoever closes the last one frees the memory, which
 * takes longer than a hook may.
 */
void image_let_go(struct image *image, bool whole, int control);

#endif
