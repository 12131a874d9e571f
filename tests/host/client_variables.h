/* SPDX-License-Identifier: MIT */
#ifndef V4MAP_CLIENT_VARIABLES_H
#define V4MAP_CLIENT_VARIABLES_H
/* The variables that OpenVPN sets for a client on its way, by release. */

#include "stand-in.h"

/* setenv_sockaddr with `prefix` "untrusted" or "trusted": where the client is now. */
void client_set_address(const struct host *host, struct instance *client, const char *prefix);
void client_set_certificate(struct instance *client, bool common_name_too);
void client_set_peer_info(const struct host *host, struct instance *client);
/* multi_set_virtual_addr_env */
void client_set_pool(const struct host *host, struct instance *client);

bool address_is_ipv6(const char *address);
/* The IPv4 text in "::ffff:192.0.2.1"; NULL: it is no such address. */
const char *address_mapped_ipv4(const char *address);

#endif
