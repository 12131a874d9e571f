/* SPDX-License-Identifier: MIT */
#ifndef V4MAP_PEER_H
#define V4MAP_PEER_H
/*
 * The peer: one connection as v4map understands it, and the closed vocabulary of mismatches.
 * Built from texts that come from OpenVPN's environment or from a command line; every text is
 * untrusted bytes.
 */

#include "v4map/form.h"

/* Bits of struct peer.tunnel and of the policy's `tunnel` key. */
enum { TUNNEL_IPV4 = 1, TUNNEL_IPV6 = 2, TUNNEL_DUAL = TUNNEL_IPV4 | TUNNEL_IPV6 };

/* One bit each in a mismatch set; the names are the log's vocabulary, see mismatch_name. */
enum mismatch {
	MISMATCH_MAPPED_PEER = 1u << 0,
	MISMATCH_TRANSLATED_PEER = 1u << 1,
	MISMATCH_EMBEDDED_IPV4 = 1u << 2,
	MISMATCH_AMBIGUOUS_PEER = 1u << 3,
	MISMATCH_VERIFY_CONNECT_DIFFER = 1u << 4,
	MISMATCH_FAMILY_CHANGED = 1u << 5,
	MISMATCH_TUNNEL_LACKS_IPV4 = 1u << 6,
	MISMATCH_TUNNEL_LACKS_IPV6 = 1u << 7,
	MISMATCH_MAPPED_TUNNEL_ADDRESS = 1u << 8,
	MISMATCH_ROUTE_COVERS_SERVER = 1u << 9,
	MISMATCH_TRANSPORT_ONLY_IPV4 = 1u << 10, /* IPv4 transport, IPv6-only tunnel */
	MISMATCH_TRANSPORT_ONLY_IPV6 = 1u << 11, /* IPv6 transport, IPv4-only tunnel */
	MISMATCH_RESERVED_IN_TRANSLATOR = 1u << 12,
	MISMATCH_TOO_MANY_ROUTES = 1u << 13,
	MISMATCH_PROXIED = 1u << 14,
	MISMATCH_IPV6_LEAKS = 1u << 15, /* a full IPv4 tunnel, and IPv6 goes around it */
	MISMATCH_ALL = (1u << 16) - 1
};

struct peer {
	struct classified addr;		   /* addr.ip.family FAMILY_NONE: no usable address */
	char address[IPADDR_TEXT_MAX + 1]; /* the text it arrived as; "" when none */
	uint16_t port;			   /* 0: unknown */
	enum family listener;		   /* the socket it came in on; FAMILY_NONE: unknown */
	bool tunnel_known; /* false before CLIENT_CONNECT: the tunnel is decided there */
	unsigned tunnel;   /* TUNNEL_* bits */
	struct ipaddr tunnel_ipv4, tunnel_ipv6; /* as the pool gave them; FAMILY_NONE: none */
	const char *common_name;		/* borrowed; NULL: no certificate */
	uint32_t client_version;		/* see client.h; 0: unknown */
	const char *platform;			/* IV_PLAT, borrowed; NULL: unknown */
	bool dns_option;			/* it takes `dns server` (IV_PROTO) */
	uint32_t mismatches;			/* what is already known to disagree */
};

/*
 * The texts a peer is built from, all borrowed and all optional (NULL).  `ip` and `ip6` are
 * OpenVPN's X_ip and X_ip6; when both are there `ip6_is_live` says which one follows X_port in
 * the environment, since OpenVPN 2.3 to 2.7 never removes the other (env_set.c puts the newest
 * first).  `socket` is IPCHANGE's argument, "[AF_INET6]::ffff:192.0.2.1 53779".
 */
struct peer_texts {
	const char *ip, *ip6, *port;
	bool ip6_is_live;
	const char *socket;
	const char *common_name;
};

/*
 * Classify the peer's address and fill everything but the tunnel.  An address that cannot be
 * parsed leaves addr.ip at FAMILY_NONE.  `translators` as for form_classify.
 */
void peer_init(struct peer *peer, const struct peer_texts *texts, const struct prefix *translators,
	size_t count);

/*
 * Name the family of the socket an IPv4 peer came in on.  An IPv4 peer on an IPv6 socket is a
 * v4-mapped peer: form becomes FORM_MAPPED, unless the address already has another form.
 */
void peer_set_listener(struct peer *peer, enum family listener);

/* What the client says of itself: IV_VER, IV_PLAT, IV_PROTO, all optional; `platform` borrowed. */
void peer_set_client(
	struct peer *peer, const char *version, const char *platform, const char *protocol);

/*
 * Say which tunnel addresses the pool gave, as texts (NULL: none).  `mapped` is true when a
 * v4-mapped IPv6 pool has overwritten the IPv4 variable (OpenVPN 2.4+ setenv_in6_addr): then
 * `ipv4` is that IPv6 address in IPv4 clothes and `has_ipv4` says whether a real IPv4 exists.
 */
void peer_set_tunnel(
	struct peer *peer, const char *ipv4, const char *ipv6, bool mapped, bool has_ipv4);

/* "[AF_INET]..." or "[AF_INET6]...": the family of the tag; FAMILY_NONE for anything else. */
enum family socket_text_family(const char *text);

/* The mismatches that the form alone brings. */
uint32_t form_mismatches(const struct classified *addr);

/* `bit` is one enum mismatch; "mapped-peer", ... */
const char *mismatch_name(enum mismatch bit);

#endif
