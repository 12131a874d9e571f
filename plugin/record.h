/* SPDX-License-Identifier: MIT */
#ifndef V4MAP_RECORD_H
#define V4MAP_RECORD_H
/* Puts what a hook has found into the ring.  Never waits: a full ring becomes a `gap` record. */

#include "session.h"

/* The plugin has been opened. */
void record_started(struct plugin *plugin, const char *openvpn_version);
void record_refused(struct plugin *plugin, const struct session *session, const struct env *env,
	const struct peer *peer, const struct decision *decision, enum event_reason reason);
/* Counts the session as one whose end is still to be recorded. */
void record_authorised(struct plugin *plugin, struct session *session, const struct env *env,
	const struct peer *peer, const struct decision *decision);
void record_address(struct plugin *plugin, const struct session *session, const struct env *env,
	const char *operation, const char *address);
/* The end of an authorised session; without `env` it was not announced: `abandoned`. */
void record_end(struct plugin *plugin, struct session *session, const struct env *env);

#endif
