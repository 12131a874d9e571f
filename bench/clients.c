/* SPDX-License-Identifier: MIT */
#include "clients.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../tests/host/client_variables.h"

enum { KINDS = 16, NUMBERS = 125 };

/* As many variables as a server of 2.6 has: a plugin reads its way through all of them. */
static const char *const SERVER[][2] = {
	{"config", "server.conf"},
	{"verb", "3"},
	{"daemon", "1"},
	{"daemon_log_redirect", "0"},
	{"daemon_start_time", "1767323045"},
	{"daemon_pid", "4711"},
	{"proto_1", "udp6"},
	{"local_port_1", "1194"},
	{"remote_port_1", "1194"},
	{"dev", "tun0"},
	{"dev_type", "tun"},
	{"tun_mtu", "1500"},
	{"script_context", "init"},
	{"redirect_gateway", "0"},
	{"ifconfig_local", "10.8.0.1"},
	{"ifconfig_netmask", "255.255.0.0"},
	{"ifconfig_ipv6_local", "fd00:8::1"},
	{"ifconfig_ipv6_netbits", "64"},
	{"ifconfig_ipv6_remote", "fd00:8::2"},
	{"route_net_gateway", "192.0.2.1"},
	{"route_vpn_gateway", "10.8.0.2"},
};

static const char *const CLIENT[][2] = {
	{"X509_0_C", "DE"},
	{"X509_0_O", "Example Organisation"},
	{"X509_0_OU", "Remote access"},
	{"tls_digest_0", "aa:bb:cc:dd:ee:ff:00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd"},
	{"tls_serial_0", "3073"},
	{"IV_MTU", "1600"},
	{"IV_CIPHERS", "AES-256-GCM:AES-128-GCM:CHACHA20-POLY1305"},
	{"IV_LZO_STUB", "1"},
	{"IV_COMP_STUB", "1"},
	{"IV_COMP_STUBv2", "1"},
	{"IV_TCPNL", "1"},
	{"IV_NCP", "2"},
	{"time_ascii", "2026-01-02 03:04:05"},
	{"time_unix", "1767323045"},
};

void clients_begin(struct host *host)
{
	host->minor = 6;
	host->patch = 14;
	for (size_t i = 0; i < sizeof(SERVER) / sizeof(SERVER[0]); i++)
		variables_set(&host->server.env, SERVER[i][0], SERVER[i][1]);
}

/* splitmix64: as random as a list of addresses need be, and of any number at once. */
static uint64_t random_of(uint64_t number)
{
	uint64_t z = (number + 1) * UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

bool client_is_rare(uint64_t number)
{
	return number % RARE_ONE_IN == 0;
}

static void set_address(struct instance *client, uint64_t random)
{
	const unsigned a = random & 0xffff, b = random >> 16 & 0xffff, c = random >> 32 & 0xffff;
	const unsigned kind = (unsigned)(random >> 60);
	char *text = client->address;

	client->ipv6_socket = true;
	if (kind == 0)
		(void)snprintf(text, sizeof(client->address), "2002:%x:%x::1", a, b);
	else if (kind == 1)
		(void)snprintf(text, sizeof(client->address), "2001:0:%x:%x::%x", a, b, c);
	else if (kind < 4)
		(void)snprintf(text, sizeof(client->address), "64:ff9b::%x:%x", a, b);
	else if (kind < 9)
		(void)snprintf(text, sizeof(client->address), "2a00:%x:%x::%x:%x", a & 15, b, c, a);
	else
		(void)snprintf(text, sizeof(client->address), "%u.%u.%u.%u", 1 + a % 223, a >> 8,
			b & 255, b >> 8);
	if (kind > 12)
		client->ipv6_socket = false;
	(void)snprintf(client->port, sizeof(client->port), "%u", 1024 + c % 60000);
}

static void set_name(struct instance *client, uint64_t number)
{
	uint64_t random = random_of(~number);
	unsigned part[4];
	char name[80];

	for (size_t i = 0; i < 4; i++) {
		part[i] = client_is_rare(number) ? (unsigned)(random % NUMBERS)
						 : (unsigned)(number % KINDS * 7);
		random /= NUMBERS;
	}
	(void)snprintf(name, sizeof(name), "site-%03u-team-%03u-dept-%03u-laptop-%03u", part[0],
		part[1], part[2], part[3]);
	client->common_name = strdup(name);
	client->serial = strdup("0c:01");
	client->fingerprint = strdup("aa:bb:cc:dd:ee:ff:00:11:22:33:44:55:66:77:88:99:"
				     "aa:bb:cc:dd:ee:ff:00:11:22:33:44:55:66:77:88:99");
	if (client->common_name == NULL || client->serial == NULL || client->fingerprint == NULL)
		die("no memory");
}

void client_make(const struct host *host, struct instance *client, uint64_t number)
{
	*client = (struct instance){.alive = true};
	set_address(client, random_of(number));
	set_name(client, number);
	(void)snprintf(client->tunnel_ipv4, sizeof(client->tunnel_ipv4), "10.8.%u.%u",
		(unsigned)(number >> 8 & 255), (unsigned)(number & 255));
	if (!client_is_rare(number) || random_of(number) % 3 != 0)
		(void)snprintf(client->tunnel_ipv6, sizeof(client->tunnel_ipv6), "fd00:8::%x",
			(unsigned)(number & 0xffff));
	(void)snprintf(client->tunnel_bits, sizeof(client->tunnel_bits), "64");
	variables_copy(&client->env, &host->server.env);
}

void client_at_verify(const struct host *host, struct instance *client)
{
	client_set_address(host, client, "untrusted");
	client_set_certificate(client, true);
	for (size_t i = 0; i < sizeof(CLIENT) / sizeof(CLIENT[0]); i++)
		variables_set(&client->env, CLIENT[i][0], CLIENT[i][1]);
}

void client_at_connect(const struct host *host, struct instance *client, uint64_t number)
{
	static const char *const VERSIONS[] = {"2.4.12", "2.5.9", "2.6.14", "2.7.1", "3.11.2"};

	client_set_peer_info(host, client);
	if (client_is_rare(number)) {
		variables_set(&client->env, "IV_VER", VERSIONS[random_of(number) % 5]);
		variables_set(&client->env, "IV_PLAT", number % 16 == 0 ? "win" : "android");
	}
	client_set_address(host, client, "trusted");
	client_set_pool(host, client);
}

void client_done(struct instance *client)
{
	variables_clear(&client->env);
	free(client->common_name);
	free(client->serial);
	free(client->fingerprint);
	*client = (struct instance){.alive = false};
}
