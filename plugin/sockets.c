/* SPDX-License-Identifier: MIT */
#include "sockets.h"

#include <string.h>
#include "v4map/fnv.h"

static size_t bucket(const struct ipaddr *ip, uint16_t port)
{
	const uint32_t hash = fnv_add(FNV_START ^ port, ip->bytes, sizeof(ip->bytes));

	return (hash ^ hash >> 16) % SOCKETS_BUCKETS;
}

static bool same(const struct socket_entry *entry, const struct ipaddr *ip, uint16_t port)
{
	return entry->port == port && ipaddr_equal(&entry->ip, ip);
}

void sockets_put(struct sockets *sockets, const struct ipaddr *ip, uint16_t port, const char *text)
{
	struct socket_entry *way = sockets->entry[bucket(ip, port)], *pick = &way[0];

	for (size_t i = 0; i < SOCKETS_WAYS; i++) {
		if (same(&way[i], ip, port)) {
			pick = &way[i];
			break;
		}
		/* Stamps wrap; what counts is the distance to now. */
		if (sockets->stamp - way[i].stamp > sockets->stamp - pick->stamp ||
			way[i].ip.family == FAMILY_NONE)
			pick = &way[i];
	}
	pick->ip = *ip;
	pick->port = port;
	pick->stamp = ++sockets->stamp;
	(void)strncpy(pick->text, text, SOCKETS_TEXT_MAX); /* the last byte stays NUL */
}

const char *sockets_find(const struct sockets *sockets, const struct ipaddr *ip, uint16_t port)
{
	const struct socket_entry *way = sockets->entry[bucket(ip, port)];

	for (size_t i = 0; i < SOCKETS_WAYS; i++)
		if (way[i].ip.family != FAMILY_NONE && same(&way[i], ip, port))
			return way[i].text;
	return NULL;
}
