/* SPDX-License-Identifier: MIT */
#ifndef V4MAP_CONTROL_H
#define V4MAP_CONTROL_H
/*
 * What the plugin and v4mapd say to each other over their SOCK_SEQPACKET pair: one struct a
 * message, a descriptor beside it where the kind says so.  v4mapd finds both ends and the ring at
 * fixed descriptors.
 */

#include <stdint.h>

/* PLUGIN_FD: the plugin's end, too, to take back from it what has waited and is out of date. */
enum { CONTROL_FD = 3, RING_FD = 4, PLUGIN_FD = 5 };

enum control_kind {
	CONTROL_RELOAD = 1, /* plugin: read the policy `text`, write the log `log` (as its
			       arguments), and answer */
	CONTROL_POLICY,	    /* v4mapd: `generation` is in force; its image comes beside it */
	CONTROL_REJECTED,   /* v4mapd: the policy is wrong, `text` says how; the old one stays */
	CONTROL_FAILED,	    /* v4mapd: cannot start, `text` says why */
	CONTROL_WAKE,	    /* plugin: somebody waits for what is in the ring */
	CONTROL_USED,	    /* plugin: an image that is not needed any more comes beside it */
};

enum { CONTROL_TEXT_MAX = 496 };

struct control {
	uint32_t kind;
	uint32_t generation;
	char text[CONTROL_TEXT_MAX]; /* terminated */
	char log[CONTROL_TEXT_MAX];  /* of CONTROL_RELOAD; terminated */
};

#endif
