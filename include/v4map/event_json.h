/* SPDX-License-Identifier: MIT */
#ifndef V4MAP_EVENT_JSON_H
#define V4MAP_EVENT_JSON_H
/*
 * A record as one line of the connect log: JSON with the field names of the Elastic Common
 * Schema, `v4map.*` for what is ours; man/v4map-log.5 describes each.
 */

#include "v4map/audit_settings.h"
#include "v4map/event.h"
#include "v4map/strbuf.h"

#define V4MAP_LOG_SCHEMA "1.0"
#define V4MAP_ECS_VERSION "8.11.0"

enum { EVENT_LINE_MAX = 8192 }; /* bytes of a line, its '\n' included */

struct event_context {
	const char *run;   /* text that names this run of the server */
	uint64_t sequence; /* of the line in the log, contiguous across runs and files */
	const char *host;  /* host name; may be NULL */
	unsigned pid;	   /* OpenVPN's process */
	enum peer_address peer_address; /* how much of the peer's address is told */
	const uint8_t *pseudonym_key;	/* CHAIN_KEY_SIZE bytes; for PEER_ADDRESS_PSEUDONYM */
	bool sealed;			/* with a key: v4mapd's own records say so */
};

/*
 * Append the object, without line end and not yet sealed (chain.h).  The record's texts may hold
 * anything.
 */
void event_to_json(
	const struct event *event, const struct event_context *context, struct strbuf *sb);

#endif
