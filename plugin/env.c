/* SPDX-License-Identifier: MIT */
#include "env.h"

#include <stddef.h>
#include <string.h>

struct key {
	const char *name;
	size_t len;
	size_t offset; /* of the pointer in struct env */
};

#define KEY(name, member)                                                                          \
	{                                                                                          \
		name, sizeof(name) - 1, offsetof(struct env, member)                               \
	}

static const struct key KEYS[] = {
	KEY("trusted_ip", trusted.ip),
	KEY("trusted_ip6", trusted.ip6),
	KEY("trusted_port", trusted.port),
	KEY("untrusted_ip", untrusted.ip),
	KEY("untrusted_ip6", untrusted.ip6),
	KEY("untrusted_port", untrusted.port),
	KEY("common_name", common_name),
	KEY("X509_0_CN", certificate_name),
	KEY("username", username),
	KEY("tls_id_0", subject),
	KEY("tls_serial_hex_0", serial),
	KEY("tls_digest_sha256_0", fingerprint),
	KEY("IV_VER", client_version),
	KEY("IV_PLAT", client_platform),
	KEY("IV_PROTO", client_protocol),
	KEY("ifconfig_pool_remote_ip", pool_ipv4),
	KEY("ifconfig_pool_remote_ip6", pool_ipv6),
	KEY("ifconfig_pool_ip6_netbits", pool_ipv6_netbits),
	KEY("ifconfig_local", server_ipv4),
	KEY("remote_1", remote),
	KEY("bytes_received", bytes_received),
	KEY("bytes_sent", bytes_sent),
	KEY("time_duration", duration),
};

static const struct key *find_key(const char *entry, size_t len)
{
	for (size_t i = 0; i < sizeof(KEYS) / sizeof(KEYS[0]); i++)
		if (KEYS[i].len == len && memcmp(KEYS[i].name, entry, len) == 0)
			return &KEYS[i];
	return NULL;
}

static bool starts_with(const char *text, const char *start)
{
	return text != NULL && strncmp(text, start, strlen(start)) == 0;
}

/*
 * setenv_sockaddr writes the address, then the port, and the newest entry stands first: the
 * address that follows the port is the live one (env_set.c, OpenVPN 2.3 to 2.7).  Without a port
 * the address that stands first is.
 */
static void note_live(struct env_address *address, const char *value, const char *next_ip6)
{
	if (value == address->port)
		address->ip6_is_live = next_ip6 != NULL;
	else if (value == address->ip6 && address->ip == NULL && address->port == NULL)
		address->ip6_is_live = true;
}

/* OpenVPN 2.7 has one proto_N for each `local`, the last one first; before it was proto_1 alone. */
static void note_listener(struct env *env, const char *entry, const char *value)
{
	if (!starts_with(entry, "proto_"))
		return;
	if (env->proto == NULL) {
		env->proto = value;
		return;
	}
	env->several_listeners = true;
	if (strncmp(value, env->proto, 3) != 0)
		env->mixed_transports = true;
}

static const char *if_starts_with(const char *text, const char *start)
{
	return starts_with(text, start) ? text : NULL;
}

void env_read(struct env *env, const char **envp)
{
	memset(env, 0, sizeof(*env));
	for (size_t i = 0; envp != NULL && envp[i] != NULL; i++) {
		const char *equals = strchr(envp[i], '=');
		const struct key *key;
		const char **slot;

		if (equals == NULL)
			continue;
		key = find_key(envp[i], (size_t)(equals - envp[i]));
		if (key == NULL) {
			note_listener(env, envp[i], equals + 1);
			continue;
		}
		slot = (const char **)(void *)((char *)env + key->offset);
		if (*slot != NULL)
			continue;
		*slot = equals + 1;
		note_live(&env->trusted, *slot, if_starts_with(envp[i + 1], "trusted_ip6="));
		note_live(&env->untrusted, *slot, if_starts_with(envp[i + 1], "untrusted_ip6="));
	}
}
