/* SPDX-License-Identifier: MIT */
#ifndef V4MAP_EXPLAIN_H
#define V4MAP_EXPLAIN_H
/* `v4map explain`: what the policy does to one peer, and why, by the code the plugin runs. */

#include "v4map/policy.h"

/* Where what is to be pushed is no text; the plugin refuses the client then. */
enum excess { EXCESS_NONE = 0, EXCESS_BYTES, EXCESS_BLOCKS };

/* The answer to both of the plugin's questions. */
struct explained {
	const struct policy *policy;
	const struct peer *peer;
	enum stage stage; /* where the verdict fell */
	struct decision decision;
	enum excess excess; /* reason text-too-long; the decision alone would be to allow */
	size_t bytes;	    /* of EXCESS_BYTES: how many it would be */
	const char *config; /* the text that OpenVPN imports, lines ended by '\n' */
};

bool explained_allowed(const struct explained *explained);
/* The reason of a refusal; NULL: it is none. */
const char *explained_reason(const struct explained *explained);

/* Write the answer to standard output: for programs, and for people. */
int explain_json(const struct explained *explained); /* -ENOMEM, -ENOSPC or 0 */
void explain_text(const struct explained *explained);

/* How many rules were asked: those behind the one that ended it were not. */
size_t explained_asked(const struct explained *explained);

/* How many control messages the lines take: at most 1024 bytes each (OpenVPN push.c). */
unsigned explained_messages(const char *config);

/* argv[0] is "explain"; returns the exit status. */
int explain_main(int argc, char **argv);

#endif
