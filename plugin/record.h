/* SPDX-License-Identifier: MIT */
#ifndef V4MAP_RECORD_H
#define V4MAP_RECORD_H
/* Puts what a hook has found into the ring.  Never waits: a full ring becomes a `gap` record. */

#include "session.h"

/*
 * Slots of the ring that are kept free for the ends of so many sessions.  Never more than half of
 * it: with more sessions than that some may end in a gap, but everything else goes on.
 */
size_t record_reserve(size_t sessions);

/* The plugin has been opened. */
void record_started(struct plugin *plugin, const char *openvpn_version);
void record_refused(struct plugin *plugin, const struct session *session, const struct env *env,
	const struct peer *peer, const struct decision *decision, enum event_reason reason);
/* Keeps room for the end of the session, if there is any. */
void record_authorised(struct plugin *plugin, struct session *session, const struct env *env,
	const struct peer *peer, const struct decision *decision);
void record_address(struct plugin *plugin, const struct session *session, const struct env *env,
	const char *operation, const char *address);
/* In mid-session, by a peer that is not quite the session's any more. */
void record_mismatch(struct plugin *plugin, const struct session *session, const struct env *env,
	const struct peer *peer);
/* The end of an authorised session; without `env` it was not announced: `abandoned`. */
void record_end(struct plugin *plugin, struct session *session, const struct env *env);

#endif
