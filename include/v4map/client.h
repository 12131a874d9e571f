/* SPDX-License-Identifier: MIT */
#ifndef V4MAP_CLIENT_H
#define V4MAP_CLIENT_H
/*
 * What a client says of itself, in IV_VER and IV_PROTO (OpenVPN ssl.c push_peer_info).  Hints
 * that anybody can send: good enough to choose words the client understands, never to trust it.
 *
 * A version is one number, major << 16 | minor << 8 | patch, each at most 255; what IV_VER leaves
 * out is 0 (2.7_beta1 is 2.7.0, 3.git is 3.0.0).  CLIENT_VERSION_UNKNOWN stands for none.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "v4map/err.h"

#define CLIENT_VERSION(major, minor) ((uint32_t)(major) << 16 | (uint32_t)(minor) << 8)
enum { CLIENT_VERSION_UNKNOWN = 0, CLIENT_VERSION_MAX = 0xffffff };

/* `text` may be NULL or anything. */
uint32_t client_version_parse(const char *text);

/* Does IV_PROTO (a decimal number) announce `dns server` options, bit 11 (OpenVPN 2.7)? */
bool client_takes_dns_option(const char *protocol);

/* A client of 2.3 or one that does not say: `redirect-gateway ipv6` and the like are lost on it. */
bool client_is_old(uint32_t version);

/* Versions from `low` to `high`, both included. */
struct version_range {
	uint32_t low, high;
};

/*
 * "2.5" or "=2.5" (any 2.5.x), "<2.4", "<=2.5", ">2.5", ">=2.6.3"; several with a blank between
 * them must all hold: ">=2.4 <2.6".  Returns 0, or -EINVAL with err filled in and *ret untouched.
 */
int version_range_parse(const char *text, size_t len, struct version_range *ret, struct err *err);

#endif
