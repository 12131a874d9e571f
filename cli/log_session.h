/* SPDX-License-Identifier: MIT */
#ifndef V4MAP_LOG_SESSION_H
#define V4MAP_LOG_SESSION_H
/* The records of a log put together again: one entry a session. */

#include "log_record.h"

enum session_end {
	SESSION_OPEN = 0, /* the log ends before it */
	SESSION_DISCONNECTED,
	SESSION_ABANDONED,    /* `reason` says how */
	SESSION_REFUSED,      /* never began; `reason` is the rule or what else it was */
	SESSION_SERVER_ENDED, /* the server stopped and recorded no end of it */
	SESSION_LOST,	      /* the server began anew and had not even recorded that it stopped */
};

const char *session_end_name(enum session_end end); /* "open", "disconnected", ... */

/* An address or block inside the tunnel. */
struct session_tunnel {
	char text[64];	     /* cut if it is longer, which no address is */
	struct prefix block; /* FAMILY_NONE: not to be read as one */
	int64_t since;
};

struct log_session {
	char *id, *run, *name;		   /* name: NULL when the log has none */
	char *transport, *listener, *form; /* or NULL */
	char *peer;			   /* "192.0.2.1:1194"; "" when unknown */
	char *moved;			   /* where it was at its end, if elsewhere; or NULL */
	char *reason;			   /* or NULL */
	struct prefix address, seen;	   /* canonical, and as it arrived */
	struct session_tunnel *tunnels;
	size_t tunnel_count;
	int64_t began, ended; /* log_time.h; ended: the last we know when it is open */
	enum session_end end;
	bool counted; /* the next three are known */
	uint64_t duration_s, bytes_in, bytes_out;
};

struct log_sessions {
	struct log_session **items; /* in the order in which they began */
	size_t count, room;
	size_t closed;	     /* the first so many have ended */
	void *tree;	     /* by id */
	int64_t first, last; /* times of the log; first is 0 before the first record */
};

/* A record of whatever kind.  False: no memory. */
bool log_sessions_add(struct log_sessions *sessions, const struct log_record *record);
void log_sessions_done(struct log_sessions *sessions);

#endif
