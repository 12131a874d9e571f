/* SPDX-License-Identifier: MIT */
#ifndef V4MAP_COMPANION_H
#define V4MAP_COMPANION_H
/*
 * v4mapd as the plugin sees it: started once, given records through the ring, asked for the
 * policy.  It outlives the plugin's close, since a SIGHUP reopens the plugin as a user who could
 * start nothing; opening again finds it.
 */

#include "families.h"
#include "image.h"
#include "v4map/control.h"
#include "v4map/ring.h"

enum { NOTICE_MAX = 512, SILENT_MS = 3000 };

/* What the line in the server's configuration says; each is shorter than CONTROL_TEXT_MAX. */
struct companion_arguments {
	const char *policy; /* "": the default place */
	const char *log;    /* "": where the policy says */
	const char *daemon;
};

struct companion {
	struct companion *next; /* among those parked */
	char *daemon_path;
	char policy_path[CONTROL_TEXT_MAX]; /* as in companion_arguments */
	char log_path[CONTROL_TEXT_MAX];
	int control;
	struct ring_producer producer;
	uint64_t session_count;	  /* sessions ever, for their ids */
	struct families families; /* of clients seen, also before a SIGHUP */
	char run[RING_RUN_TEXT_SIZE];
	struct image image, used; /* of the policy in force, and of the one before */
	uint32_t generation;
	uint32_t images;	 /* adopted so far: a generation may come twice if v4mapd dies */
	uint32_t messages;	 /* ring.messages when we looked last */
	bool silent;		 /* and the admin has been told */
	char notice[NOTICE_MAX]; /* what v4mapd has to say to the admin; "": nothing */
	struct policy policy;
	struct scratch scratch;
};

/*
 * Start v4mapd and wait, at most 15 s, until its policy is there; or take over a parked one, that
 * of the same arguments or else the first, and have it read this policy: when that is wrong the old
 * policy stays, *ret is set, and `warning` says why.  Only for the plugin's opening: this
 * may wait.  Returns 0, or a negative errno with err filled in and *ret untouched.
 */
int companion_open(const struct companion_arguments *arguments, struct companion **ret,
	struct err *warning, struct err *err);

/* Keep it for the next companion_open; v4mapd ends when this process does. */
void companion_park(struct companion *companion);

/*
 * The policy in force.  Takes what v4mapd has sent meanwhile, a newer image or a notice; costs no
 * system call when it has sent nothing.
 */
const struct policy *companion_policy(struct companion *companion);

/* Has v4mapd not come by for SILENT_MS?  Dead, stopped, or its disk hangs. */
bool companion_silent(const struct companion *companion);

/* Tell v4mapd that somebody waits for what is in the ring; never waits itself. */
void companion_wake(struct companion *companion);

/* CLOCK_MONOTONIC in milliseconds, from the vDSO. */
int64_t companion_now_ms(void);

#endif
