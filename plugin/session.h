/* SPDX-License-Identifier: MIT */
#ifndef V4MAP_SESSION_H
#define V4MAP_SESSION_H
/*
 * What each hook does, free of OpenVPN's types: read the environment, build the peer, decide,
 * record.  One session is one client context of OpenVPN (constructor to destructor).
 */

#include "companion.h"
#include "env.h"
#include "sockets.h"
#include "v4map/text_cache.h"

/* What a hook answers; zero means no. */
enum answer { ANSWER_NO = 0, ANSWER_YES, ANSWER_LATER };

/*
 * With durability `each` a client waits for its record: first here, for so short a time that
 * other clients cannot feel it, then by ANSWER_LATER, and at last not at all.
 */
enum { WAIT_HERE_US = 2000, WAIT_STEP_US = 50, WAIT_AT_ALL_MS = 10000 };

enum { SESSION_NAME_MAX = 64 }; /* bytes kept of a common name; OpenVPN's own limit */

/* Who was authorised, for an end without an environment.  "": not known, or longer. */
struct kept_identity {
	char user[129], serial[64], fingerprint[96];
	const char *transport; /* NULL: not known */
};

struct session {
	struct session *previous, *next;
	uint64_t number;
	struct peer peer;	 /* as last recorded; common_name points to `name` or is NULL */
	struct ipaddr verify_ip; /* what TLS_VERIFY saw; FAMILY_NONE: it never ran */
	char name[SESSION_NAME_MAX + 1];
	struct kept_identity identity;
	bool authorised;     /* recorded, and its end is still to be recorded */
	bool floated;	     /* to the other family, and that is known */
	bool learned;	     /* LEARN_ADDRESS came: the session really began */
	uint64_t record_at;  /* the ring's head behind the record of its authorisation; 0: lost */
	int64_t recorded_ms; /* monotonic */
};

struct plugin {
	struct companion *companion;
	struct session *sessions; /* all that live, also OpenVPN's own context */
	size_t reserved;	  /* of them, those that have room kept for their end */
	bool can_defer;		  /* this OpenVPN asks again: CLIENT_CONNECT_DEFER_V2 */
	struct sockets sockets;
	struct text_cache texts; /* clients' texts, to be copied for each */
};

struct session *session_new(struct plugin *plugin); /* NULL: no memory */
/* Records the end of a session that OpenVPN did not announce. */
void session_free(struct plugin *plugin, struct session *session);

/* TLS_VERIFY, depth 0. */
enum answer session_verify(struct plugin *plugin, struct session *session, const struct env *env);

/* IPCHANGE; `socket` is its argument.  Over UDP it comes with the server's context. */
void session_socket(struct plugin *plugin, const struct env *env, const char *socket);

/*
 * CLIENT_CONNECT_V2, and CLIENT_CONNECT_DEFER_V2 once more.  With ANSWER_YES *text is the
 * client's configuration, malloc'ed, the caller's; or NULL when there is nothing to push.
 */
enum answer session_connect(
	struct plugin *plugin, struct session *session, const struct env *env, char **text);

/* The same, refused since there is no memory for an answer. */
void session_connect_failed(struct plugin *plugin, struct session *session, const struct env *env);

/* LEARN_ADDRESS "add" or "update". */
void session_address(struct plugin *plugin, struct session *session, const struct env *env,
	const char *operation, const char *address);

/* CLIENT_DISCONNECT. */
void session_disconnect(struct plugin *plugin, struct session *session, const struct env *env);

#endif
