/* SPDX-License-Identifier: MIT */
#ifndef V4MAP_SOCKETS_H
#define V4MAP_SOCKETS_H
/*
 * Which socket a peer came in on.  Only the IPCHANGE hook tells (its argument keeps the family
 * tag and the mapped form), and over UDP its context is the server's, so what it said is kept
 * here by address and port until the same peer's CLIENT_CONNECT.  Bounded: the oldest of a
 * bucket makes room.
 */

#include "v4map/ipaddr.h"

enum { SOCKETS_BUCKETS = 256, SOCKETS_WAYS = 4, SOCKETS_TEXT_MAX = 79 };

struct socket_entry {
	struct ipaddr ip; /* canonical; FAMILY_NONE: free */
	uint16_t port;
	uint32_t stamp;
	char text[SOCKETS_TEXT_MAX + 1]; /* "[AF_INET6]::ffff:192.0.2.1 53779" */
};

struct sockets {
	uint32_t stamp;
	struct socket_entry entry[SOCKETS_BUCKETS][SOCKETS_WAYS];
};

/* Remember; a text that is too long is cut. */
void sockets_put(struct sockets *sockets, const struct ipaddr *ip, uint16_t port, const char *text);

/* The text for this peer, or NULL; valid until the next sockets_put. */
const char *sockets_find(const struct sockets *sockets, const struct ipaddr *ip, uint16_t port);

#endif
