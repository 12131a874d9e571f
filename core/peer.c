/* SPDX-License-Identifier: MIT */
#include "v4map/peer.h"

#include <string.h>
#include "v4map/client.h"

static const char *const MISMATCH_NAMES[] = {
	"mapped-peer",
	"translated-peer",
	"embedded-ipv4",
	"ambiguous-peer",
	"verify-connect-differ",
	"family-changed",
	"tunnel-lacks-ipv4",
	"tunnel-lacks-ipv6",
	"mapped-tunnel-address",
	"route-covers-server",
	"transport-only-ipv4",
	"transport-only-ipv6",
	"reserved-in-translator",
	"too-many-routes",
	"proxied",
	"ipv6-leaks",
};

_Static_assert(MISMATCH_ALL == (1u << sizeof(MISMATCH_NAMES) / sizeof(MISMATCH_NAMES[0])) - 1,
	"every mismatch has its name");

const char *mismatch_name(enum mismatch bit)
{
	for (size_t i = 0; i < sizeof(MISMATCH_NAMES) / sizeof(MISMATCH_NAMES[0]); i++)
		if ((unsigned)bit == 1u << i)
			return MISMATCH_NAMES[i];
	return "unknown";
}

enum family socket_text_family(const char *text)
{
	if (strncmp(text, "[AF_INET]", 9) == 0)
		return FAMILY_IPV4;
	return strncmp(text, "[AF_INET6]", 10) == 0 ? FAMILY_IPV6 : FAMILY_NONE;
}

/* A whole decimal number from 1 to 65535; 0 for anything else. */
static uint16_t parse_port(const char *text)
{
	unsigned value = 0;

	for (size_t i = 0; text != NULL && text[i] != '\0'; i++) {
		if (text[i] < '0' || text[i] > '9' || i >= 5)
			return 0;
		value = value * 10 + (unsigned)(text[i] - '0');
	}
	return value <= 65535 ? (uint16_t)value : 0;
}

/* The address of a text that may be missing or anything; false: none. */
static bool parse_text(const char *text, struct ipaddr *ret)
{
	return text != NULL && ipaddr_parse(text, strnlen(text, IPADDR_TEXT_MAX + 1), ret) == 0;
}

static void set_address(struct peer *peer, const char *text, size_t len)
{
	if (len > IPADDR_TEXT_MAX)
		len = IPADDR_TEXT_MAX;
	memcpy(peer->address, text, len);
	peer->address[len] = '\0';
}

/* The socket's own text is how the peer really arrived, if it speaks of the same peer. */
static void use_socket_text(
	struct peer *peer, const char *socket, const struct prefix *translators, size_t count)
{
	const char *begin = strchr(socket, ']');
	struct classified there;
	struct ipaddr seen;
	size_t len;

	if (begin == NULL)
		return;
	begin++;
	len = strcspn(begin, " ");
	if (ipaddr_parse(begin, len, &seen) != 0)
		return;
	form_classify(&seen, translators, count, &there);
	if (!ipaddr_equal(&there.ip, &peer->addr.ip))
		return;
	set_address(peer, begin, len);
	peer_set_listener(peer, socket_text_family(socket));
}

uint32_t form_mismatches(const struct classified *addr)
{
	uint32_t ret = addr->reserved ? MISMATCH_RESERVED_IN_TRANSLATOR : 0;

	if (addr->form == FORM_MAPPED)
		return ret | MISMATCH_MAPPED_PEER;
	if (addr->form == FORM_TRANSLATED)
		return ret | MISMATCH_TRANSLATED_PEER;
	/* Of 64:ff9b:1::/48, too, where nobody knows the place of the IPv4 address. */
	return addr->form != FORM_NATIVE ? ret | MISMATCH_EMBEDDED_IPV4 : ret;
}

void peer_init(struct peer *peer, const struct peer_texts *texts, const struct prefix *translators,
	size_t count)
{
	const char *live = texts->ip6_is_live && texts->ip6 != NULL ? texts->ip6 : texts->ip;
	const char *other = live == texts->ip ? texts->ip6 : texts->ip;
	struct ipaddr seen = {.family = FAMILY_NONE};

	*peer = (struct peer){.common_name = texts->common_name, .port = parse_port(texts->port)};
	/* Without a usable address the text as it arrived still goes into the log. */
	if (!parse_text(live, &seen) && (parse_text(other, &seen) || live == NULL))
		live = other;
	if (texts->ip != NULL && texts->ip6 != NULL)
		peer->mismatches |= MISMATCH_AMBIGUOUS_PEER;
	if (live != NULL)
		set_address(peer, live, strnlen(live, IPADDR_TEXT_MAX));
	form_classify(&seen, translators, count, &peer->addr);
	if (seen.family == FAMILY_IPV6)
		peer->listener = FAMILY_IPV6; /* it can have come in nowhere else */
	if (texts->socket != NULL && seen.family != FAMILY_NONE)
		use_socket_text(peer, texts->socket, translators, count);
	peer->mismatches |= form_mismatches(&peer->addr);
}

void peer_set_listener(struct peer *peer, enum family listener)
{
	if (listener == FAMILY_NONE)
		return;
	peer->listener = listener;
	if (listener == FAMILY_IPV6 && peer->addr.ip.family == FAMILY_IPV4 &&
		peer->addr.form == FORM_NATIVE) {
		peer->addr.form = FORM_MAPPED;
		peer->addr.embedded = peer->addr.ip;
	}
	peer->mismatches |= form_mismatches(&peer->addr);
}

void peer_set_client(
	struct peer *peer, const char *version, const char *platform, const char *protocol)
{
	peer->client_version = client_version_parse(version);
	peer->platform = platform;
	peer->dns_option = client_takes_dns_option(protocol);
}

void peer_set_tunnel(
	struct peer *peer, const char *ipv4, const char *ipv6, bool mapped, bool has_ipv4)
{
	struct ipaddr addr;

	peer->tunnel_known = true;
	peer->tunnel = 0;
	peer->tunnel_ipv4 = peer->tunnel_ipv6 = (struct ipaddr){.family = FAMILY_NONE};
	if (!mapped && parse_text(ipv4, &addr) && addr.family == FAMILY_IPV4)
		peer->tunnel_ipv4 = addr;
	if (mapped ? has_ipv4 : peer->tunnel_ipv4.family != FAMILY_NONE)
		peer->tunnel |= TUNNEL_IPV4;
	if (!mapped && parse_text(ipv6, &addr) && addr.family == FAMILY_IPV6) {
		mapped = ipaddr_is_mapped(&addr);
		if (!mapped)
			peer->tunnel_ipv6 = addr;
	}
	if (peer->tunnel_ipv6.family != FAMILY_NONE)
		peer->tunnel |= TUNNEL_IPV6;
	if (mapped)
		peer->mismatches |= MISMATCH_MAPPED_TUNNEL_ADDRESS;
	if (peer->addr.ip.family == FAMILY_IPV4 && peer->tunnel == TUNNEL_IPV6)
		peer->mismatches |= MISMATCH_TRANSPORT_ONLY_IPV4;
	if (peer->addr.ip.family == FAMILY_IPV6 && peer->tunnel == TUNNEL_IPV4)
		peer->mismatches |= MISMATCH_TRANSPORT_ONLY_IPV6;
}
