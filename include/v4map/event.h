/* SPDX-License-Identifier: MIT */
#ifndef V4MAP_EVENT_H
#define V4MAP_EVENT_H
/*
 * What happened, as one record of fixed size that the plugin copies into the ring and v4mapd
 * turns into one JSON line.  Numbers stand in the fixed part; texts follow as tagged fields in
 * the order they were added.  Reading is defensive: a record is as trustworthy as its writer.
 */

#include "v4map/peer.h"

enum event_action {
	EVENT_NONE = 0,
	EVENT_STARTED,
	EVENT_STOPPED,
	EVENT_POLICY_LOADED,
	EVENT_POLICY_REJECTED,
	EVENT_AUTHORISED,
	EVENT_REFUSED,
	EVENT_ADDRESS, /* LEARN_ADDRESS add or update: the proof of the session */
	EVENT_DISCONNECTED,
	EVENT_ABANDONED, /* ended without CLIENT_DISCONNECT, or before it was admitted */
	EVENT_MISMATCH,	 /* found in mid-session */
	EVENT_GAP,	 /* records that could not be kept */
	EVENT_RECOVERED,
	EVENT_ROTATED,
	EVENT_CHECKPOINT,
	EVENT_ACTION_COUNT
};

/* Why; EVENT_REASON_NONE where the action says it all.  The log's `event.reason`. */
enum event_reason {
	REASON_NONE = 0,
	REASON_RULE,	   /* a rule's deny */
	REASON_NO_ADDRESS, /* the environment has no usable peer address */
	REASON_RING_FULL,
	REASON_INTERNAL,	   /* an error of our own; the texts say which */
	REASON_TEXT_TOO_LONG,	   /* the push text passed its limit */
	REASON_NO_DISCONNECT_HOOK, /* the client's context was destroyed without CLIENT_DISCONNECT
				    */
	REASON_NOT_ADMITTED,	   /* the session ended before OpenVPN admitted it */
	REASON_TORN_TAIL,
	REASON_TRUNCATED,   /* the log was cut under v4mapd: logrotate's copytruncate */
	REASON_IO_ERROR,    /* the old file could not be made durable */
	REASON_LOG_FAILING, /* records cannot be kept and the policy says refuse */
	EVENT_REASON_COUNT
};

enum event_tag {
	TAG_END = 0,
	TAG_SESSION, /* session id */
	TAG_ADDRESS, /* the peer's address as it arrived */
	TAG_COMMON_NAME,
	TAG_USER,	     /* username, where the client gave one */
	TAG_SUBJECT,	     /* certificate subject, depth 0 */
	TAG_SERIAL,	     /* certificate serial, hexadecimal as OpenVPN prints it */
	TAG_FINGERPRINT,     /* certificate SHA-256 as OpenVPN prints it */
	TAG_RULE,	     /* name of a rule that matched; repeated */
	TAG_DENY_RULE,	     /* name of the rule that refused */
	TAG_DENY_TEXT,	     /* its reason */
	TAG_CLIENT_VERSION,  /* IV_VER */
	TAG_CLIENT_PLATFORM, /* IV_PLAT */
	TAG_TRANSPORT,	     /* "udp" or "tcp" */
	TAG_LEARNED,	     /* LEARN_ADDRESS: the address or block given */
	TAG_OPERATION,	     /* LEARN_ADDRESS: "add" or "update" */
	TAG_FILE,	     /* policy or log file */
	TAG_SHA256,	     /* EVENT_POLICY_LOADED: of the file's bytes, in hexadecimal */
	TAG_MESSAGE,	     /* an error's text */
	TAG_OPENVPN_VERSION,
	TAG_PREVIOUS_FILE, /* EVENT_ROTATED: the old file's name now; `first` is its last sequence
			    */
	TAG_PREVIOUS_HASH, /* EVENT_ROTATED, EVENT_CHECKPOINT: the hash of line `first` */
	EVENT_TAG_COUNT
};

enum {
	EVENT_SIZE = 2048,    /* bytes of a record and of a ring slot */
	EVENT_TEXT_MAX = 512, /* bytes kept of one text; longer ones are cut and counted */
	EVENT_TEXTS_SIZE = EVENT_SIZE - 160
};

struct event_address {
	uint8_t bytes[16];
	uint8_t family; /* enum family */
	uint8_t zero[3];
};

/* Fixed layout, native byte order: it is shared between two programs of one build. */
struct event {
	uint64_t record;      /* number of the record in this run of the server, from 1 */
	int64_t time_ns;      /* CLOCK_REALTIME */
	uint64_t first, last; /* EVENT_GAP: the records that are missing; see also the tags */
	uint64_t bytes_received, bytes_sent; /* EVENT_DISCONNECTED: at the server */
	uint64_t duration_s;		     /* EVENT_DISCONNECTED: as OpenVPN counts it */
	uint32_t generation;		     /* policy generation that decided; 0: none */
	uint32_t mismatches;		     /* enum mismatch bits */
	uint32_t routes_ipv4, routes_ipv6;   /* blocks pushed */
	uint16_t port;
	uint8_t action, reason; /* enum event_action, enum event_reason */
	uint8_t form, listener; /* enum form, enum family */
	uint8_t translator_len; /* of the translator that matched, whose block is below */
	uint8_t counters;	/* 1: bytes_* and duration_s are filled in */
	struct event_address ip, embedded, translator; /* family 0: none */
	uint16_t texts_len;			       /* bytes used of `texts` */
	uint16_t texts_cut;			       /* texts that were shortened or left out */
	uint8_t texts[EVENT_TEXTS_SIZE];	       /* tag, length (2 bytes), bytes; and so on */
};

_Static_assert(sizeof(struct event) <= EVENT_SIZE, "a record fits its slot");

void event_init(struct event *event, enum event_action action, int64_t time_ns);
/* Take over address, form, port, listener and mismatches. */
void event_set_peer(struct event *event, const struct peer *peer);
/* Add a text (NULL: nothing is added).  What does not fit is cut, never refused. */
void event_add_text(struct event *event, enum event_tag tag, const char *text);

struct event_text {
	enum event_tag tag;
	const uint8_t *bytes; /* not terminated; may hold anything */
	size_t len;
};

/*
 * Walk the texts: start with *at = 0; true and *ret filled in for each, false at the end or at
 * the first field that leaves the record.
 */
bool event_next_text(const struct event *event, size_t *at, struct event_text *ret);

const char *event_action_name(enum event_action action);
const char *event_reason_name(enum event_reason reason); /* NULL for REASON_NONE */

#endif
