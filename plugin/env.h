/* SPDX-License-Identifier: MIT */
#ifndef V4MAP_ENV_H
#define V4MAP_ENV_H
/*
 * OpenVPN's environment for one hook, read in one pass.  All pointers are borrowed from envp and
 * live as long as the call; NULL means the variable is not there.
 */

#include <stdbool.h>

/* One prefix of setenv_sockaddr: "untrusted" (TLS_VERIFY) or "trusted" (IPCHANGE and later). */
struct env_address {
	const char *ip, *ip6, *port;
	bool ip6_is_live; /* of two families X_ip6 is the one just written */
};

struct env {
	struct env_address trusted, untrusted;
	const char *common_name, *certificate_name; /* certificate_name: X509_0_CN */
	const char *username, *subject, *serial, *fingerprint;
	const char *client_version, *client_platform, *client_protocol; /* IV_VER and so on */
	const char *pool_ipv4, *pool_ipv6, *pool_ipv6_netbits, *server_ipv4;
	const char *proto;	/* a listener's: the only one's, before 2.7 */
	bool several_listeners; /* there is a proto_2 (OpenVPN 2.7) */
	bool mixed_transports;	/* some listeners are UDP and some TCP */
	const char *remote;	/* remote_1: there in a client's environment only */
	const char *bytes_received, *bytes_sent, *duration;
};

/* `envp` may be NULL or hold anything, entries without '=' included. */
void env_read(struct env *env, const char **envp);

#endif
