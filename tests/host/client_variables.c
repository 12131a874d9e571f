/* SPDX-License-Identifier: MIT */
#include "client_variables.h"

#include <stdio.h>
#include <string.h>

bool address_is_ipv6(const char *address)
{
	return strchr(address, ':') != NULL;
}

/*
 * setenv_sockaddr: the address, then the port; the other family's variable stays as it was.  Since
 * 2.4 a v4-mapped peer is written as the IPv4 address it is.
 */
void client_set_address(const struct host *host, struct instance *client, const char *prefix)
{
	bool mapped = !address_is_ipv6(client->address) && client->ipv6_socket && host->minor < 4;
	char name[32], value[80];

	(void)snprintf(name, sizeof(name), "%s_ip%s", prefix,
		mapped || address_is_ipv6(client->address) ? "6" : "");
	(void)snprintf(value, sizeof(value), "%s%s", mapped ? "::ffff:" : "", client->address);
	variables_set(&client->env, name, value);
	(void)snprintf(name, sizeof(name), "%s_port", prefix);
	if (strcmp(client->port, "0") != 0)
		variables_set(&client->env, name, client->port);
}

void client_set_certificate(struct instance *client, bool common_name_too)
{
	char subject[512];

	(void)snprintf(subject, sizeof(subject), "CN=%s", client->common_name);
	variables_set(&client->env, "tls_id_0", subject);
	variables_set(&client->env, "X509_0_CN", client->common_name);
	variables_set(&client->env, "tls_digest_sha256_0", client->fingerprint);
	variables_set(&client->env, "tls_serial_hex_0", client->serial);
	if (common_name_too)
		variables_set(&client->env, "common_name", client->common_name);
}

const char *address_mapped_ipv4(const char *address)
{
	static const char MAPPED[] = "::ffff:";

	return strncmp(address, MAPPED, strlen(MAPPED)) == 0 ? address + strlen(MAPPED) : NULL;
}

static const char *const POOL[] = {"ifconfig_pool_remote_ip", "ifconfig_pool_netmask",
	"ifconfig_pool_local_ip", "ifconfig_pool_remote_ip6", "ifconfig_pool_local_ip6",
	"ifconfig_pool_ip6_netbits"};

/* setenv_in6_addr takes the v4-mapped for IPv4 here as well, whatever stands there already. */
static void set_pool_ipv6(const struct host *host, struct instance *client)
{
	const char *ipv4 = address_mapped_ipv4(client->tunnel_ipv6);

	if (host->minor >= 4 && ipv4 != NULL) {
		variables_set(&client->env, "ifconfig_pool_remote_ip", ipv4);
		variables_set(&client->env, "ifconfig_pool_local_ip", "126.10.13.1");
	} else {
		variables_set(&client->env, "ifconfig_pool_remote_ip6", client->tunnel_ipv6);
		variables_set(&client->env, "ifconfig_pool_local_ip6", "fd00:8::1");
	}
	variables_set(&client->env, "ifconfig_pool_ip6_netbits", client->tunnel_bits);
}

void client_set_pool(const struct host *host, struct instance *client)
{
	for (size_t i = 0; i < sizeof(POOL) / sizeof(POOL[0]); i++)
		variables_unset(&client->env, POOL[i]);
	if (client->tunnel_ipv4[0] != '\0') {
		variables_set(&client->env, "ifconfig_pool_remote_ip", client->tunnel_ipv4);
		variables_set(&client->env, "ifconfig_pool_netmask", "255.255.255.0");
	}
	if (client->tunnel_ipv6[0] != '\0')
		set_pool_ipv6(host, client);
}

void client_set_peer_info(const struct host *host, struct instance *client)
{
	if (client->common_name != NULL)
		variables_set(&client->env, "common_name", client->common_name);
	if (host->minor < 4)
		return;
	variables_set(&client->env, "IV_VER", "2.6.14");
	variables_set(&client->env, "IV_PLAT", "linux");
	variables_set(&client->env, "IV_PROTO", "990");
}
