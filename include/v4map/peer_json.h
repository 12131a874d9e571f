/* SPDX-License-Identifier: MIT */
#ifndef V4MAP_PEER_JSON_H
#define V4MAP_PEER_JSON_H
/* What an address is and what disagrees, as JSON: one shape for the log and the command line. */

#include "v4map/json.h"
#include "v4map/peer.h"

/* Text, or null for FAMILY_NONE. */
void peer_json_addr(struct json *json, const char *key, const struct ipaddr *addr);
void peer_json_prefix(struct json *json, const char *key, const struct prefix *prefix);

/* The members "ip", "family", "form", "embedded" and "translator" of the object that is open. */
void peer_json_classified(struct json *json, const struct classified *addr);

/* "mismatches": the names of a set of enum mismatch bits. */
void peer_json_mismatches(struct json *json, uint32_t mismatches);

#endif
