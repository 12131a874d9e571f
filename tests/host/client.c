/* SPDX-License-Identifier: MIT */
/*
 * What OpenVPN does with a client: which hooks it calls, when and with whose context, by release.
 * As measured on 2.5.1, 2.6.14 and 2.7.8 servers and read in the source of 2.3 and 2.4.
 */
#include "client_variables.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- who it is ---------------------------------------------------------------------------- */

struct instance *client_find(struct host *host, const char *name)
{
	if (strcmp(name, host->server.name) == 0)
		return &host->server;
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		if (host->clients[i].alive && strcmp(host->clients[i].name, name) == 0)
			return &host->clients[i];
	die("there is no client '%s'", name);
}

/* Of "udp4", "udp6", "tcp4", "tcp6". */
static void set_socket(struct instance *instance, const char *socket)
{
	if (strlen(socket) != 4 || strchr("46", socket[3]) == NULL)
		die("want udp4, udp6, tcp4 or tcp6, found '%s'", socket);
	instance->tcp = strncmp(socket, "tcp", 3) == 0;
	instance->ipv6_socket = socket[3] == '6';
}

static struct instance *free_place(struct host *host)
{
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		if (!host->clients[i].alive)
			return &host->clients[i];
	die("more than %d clients at once", CLIENTS_MAX);
}

static void replace(char **text, const char *with)
{
	free(*text);
	*text = with != NULL ? strdup(with) : NULL;
}

void client_certificate(struct instance *client, const char *common_name, const char *serial,
	const char *fingerprint)
{
	replace(&client->common_name, common_name);
	replace(&client->serial, serial != NULL ? serial : "0c:01");
	replace(&client->fingerprint, fingerprint != NULL ? fingerprint : "c1:0f:fe:e0");
}

void client_move(struct instance *client, const char *address, const char *port)
{
	(void)snprintf(client->address, sizeof(client->address), "%s", address);
	(void)snprintf(client->port, sizeof(client->port), "%s", port);
}

void client_tunnel(struct instance *client, const char *ipv4, const char *ipv6)
{
	char *bits;

	(void)snprintf(client->tunnel_ipv4, sizeof(client->tunnel_ipv4), "%s", ipv4);
	(void)snprintf(client->tunnel_ipv6, sizeof(client->tunnel_ipv6), "%s", ipv6);
	bits = strchr(client->tunnel_ipv6, '/');
	if (bits == NULL) {
		(void)snprintf(client->tunnel_bits, sizeof(client->tunnel_bits), "64");
		return;
	}
	(void)snprintf(client->tunnel_bits, sizeof(client->tunnel_bits), "%s", bits + 1);
	*bits = '\0';
}

void client_new(struct host *host, const char *name, const char *socket, const char *address,
	const char *port)
{
	struct instance *client = free_place(host);

	set_socket(client, socket);
	(void)snprintf(client->name, sizeof(client->name), "%s", name);
	client_move(client, address, port);
	client_certificate(client, name, NULL, NULL);
	client_tunnel(client, "10.8.0.2", "fd00:8::1000");
	variables_copy(&client->env, &host->server.env);
	client->connected = false;
	host_construct(host, client);
}

void client_forget(struct instance *client)
{
	variables_clear(&client->env);
	replace(&client->common_name, NULL);
	replace(&client->serial, NULL);
	replace(&client->fingerprint, NULL);
}

/* --- its life ----------------------------------------------------------------------------- */

static bool call(struct host *host, struct instance *client, struct call call)
{
	static const struct variables NONE = {.text = NULL};

	call.who = client->name;
	call.env = &client->env;
	call.context = client->context;
	/* Over UDP a client's socket is the server's, and so is what belongs to the socket. */
	if (call.hook == hook_number("IPCHANGE") && !client->tcp)
		call.context = host->server.context;
	/* The address is forgotten later, when its client is no more. */
	if (call.hook == hook_number("LEARN_ADDRESS") && call.arguments[0] != NULL &&
		strcmp(call.arguments[0], "delete") == 0) {
		call.context = host->server.context;
		call.env = &NONE;
	}
	return host_call(host, &call);
}

bool client_call(struct host *host, struct instance *client, const char *hook, size_t count,
	char *const *arguments)
{
	struct call plain = {.hook = hook_number(hook)};

	if (plain.hook < 0)
		die("there is no hook '%s'", hook);
	for (size_t i = 0; i < count && i < ARGUMENTS_MAX; i++)
		plain.arguments[i] = arguments[i];
	return call(host, client, plain);
}

/* The chain from the root on; no certificate, no call. */
bool client_verify(struct host *host, struct instance *client)
{
	/* 2.5 before 2.5.5 and 2.4 before 2.4.12 set common_name only after the handshake. */
	bool common_name_too =
		host->minor == 4 ? host_at_least(host, 4, 12) : host_at_least(host, 5, 5);
	const int hook = hook_number("TLS_VERIFY");
	char subject[512];

	if (client->common_name == NULL)
		return true;
	client_set_address(host, client, "untrusted");
	variables_set(&client->env, "tls_id_1", "CN=ca");
	variables_set(&client->env, "X509_1_CN", "ca");
	if (!call(host, client, (struct call){.hook = hook, .arguments = {"1", "CN=ca"}}))
		return false;
	client_set_address(host, client, "untrusted");
	client_set_certificate(client, common_name_too);
	(void)snprintf(subject, sizeof(subject), "CN=%s", client->common_name);
	return call(host, client, (struct call){.hook = hook, .arguments = {"0", subject}});
}

/* 2.3 has address and port in two arguments, each with a tag of its own. */
static bool ipchange_2_3(struct host *host, struct instance *client)
{
	struct call change = {.hook = hook_number("IPCHANGE")};
	char first[128], second[32];

	(void)snprintf(first, sizeof(first), "[AF_INET%s]%s%s", client->ipv6_socket ? "6" : "",
		client->ipv6_socket && !address_is_ipv6(client->address) ? "::ffff:" : "",
		client->address);
	(void)snprintf(second, sizeof(second), "[AF_INET]%s", client->port);
	change.arguments[0] = first;
	change.arguments[1] = second;
	return call(host, client, change);
}

bool client_ipchange(struct host *host, struct instance *client)
{
	struct call change = {.hook = hook_number("IPCHANGE")};
	char text[128];

	client_set_peer_info(host, client);
	client_set_address(host, client, "trusted");
	if (host->minor < 4)
		return ipchange_2_3(host, client);
	(void)snprintf(text, sizeof(text), "[AF_INET%s]%s%s %s", client->ipv6_socket ? "6" : "",
		client->ipv6_socket && !address_is_ipv6(client->address) ? "::ffff:" : "",
		client->address, client->port);
	change.arguments[0] = text;
	return call(host, client, change);
}

static void call_disconnect(struct host *host, struct instance *client)
{
	client_set_address(host, client, "trusted");
	variables_set(&client->env, "bytes_received", "3100");
	variables_set(&client->env, "bytes_sent", "4200");
	variables_set(&client->env, "time_duration", "60");
	(void)call(host, client, (struct call){.hook = hook_number("CLIENT_DISCONNECT")});
}

bool client_admit(struct host *host, struct instance *client)
{
	client_set_address(host, client, "trusted");
	client_set_pool(host, client);
	client->connected =
		call(host, client, (struct call){.hook = hook_number("CLIENT_CONNECT_V2")});
	return client->connected;
}

bool client_admit_again(struct host *host, struct instance *client)
{
	client->connected =
		call(host, client, (struct call){.hook = hook_number("CLIENT_CONNECT_DEFER_V2")});
	return client->connected;
}

static bool learn(
	struct host *host, struct instance *client, const char *operation, const char *address)
{
	const char *ipv4 = address_mapped_ipv4(address);
	struct call learn = {.hook = hook_number("LEARN_ADDRESS"),
		.arguments = {operation, ipv4 != NULL ? ipv4 : address}};

	if (strcmp(operation, "delete") != 0)
		learn.arguments[2] = client->common_name;
	return address[0] == '\0' || call(host, client, learn);
}

bool client_learn(struct host *host, struct instance *client)
{
	return learn(host, client, "add", client->tunnel_ipv4) &&
	       learn(host, client, "add", client->tunnel_ipv6);
}

bool client_connect(struct host *host, struct instance *client)
{
	if (!client_verify(host, client) || !client_ipchange(host, client))
		return false;
	if (client_admit(host, client))
		return client_learn(host, client);
	/* 2.6 has always done something before the plugin's no, and undoes that. */
	if (host->minor >= 6)
		call_disconnect(host, client);
	return false;
}

void client_disconnect(struct host *host, struct instance *client)
{
	bool was_connected = client->connected;

	if (was_connected) {
		client_set_pool(host, client);
		call_disconnect(host, client);
	}
	host_destruct(host, client);
	if (was_connected) {
		(void)learn(host, client, "delete", client->tunnel_ipv4);
		(void)learn(host, client, "delete", client->tunnel_ipv6);
	}
	client_forget(client);
}
