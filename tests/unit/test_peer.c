/* SPDX-License-Identifier: MIT */
#include "rows.h"

#include "v4map/peer.h"

enum { NONE = FAMILY_NONE, V4 = FAMILY_IPV4, V6 = FAMILY_IPV6 };

struct init_row {
	const char *name;
	struct peer_texts texts;
	const char *ip, *address, *embedded;
	enum form form;
	int listener;
	uint32_t mismatches;
};

#define IP "192.0.2.1"
#define IP6 "2001:db8::1"
#define MAPPED_IP "::ffff:192.0.2.1"

static const struct init_row INITS[] = {
	{"nothing", {.ip = NULL}, "-", "", "-", FORM_NATIVE, NONE, 0},
	{"IPv4", {.ip = IP}, IP, IP, "-", FORM_NATIVE, NONE, 0},
	{"IPv6", {.ip6 = IP6}, IP6, IP6, "-", FORM_NATIVE, V6, 0},
	{"IPv6, not as we print it", {.ip6 = "2001:DB8:0::1"}, IP6, "2001:DB8:0::1", "-",
		FORM_NATIVE, V6, 0},
	{"a zone", {.ip6 = "fe80::1%eth0"}, "fe80::1", "fe80::1%eth0", "-", FORM_NATIVE, V6, 0},
	{"mapped in ip6, as 2.3 has it", {.ip6 = MAPPED_IP}, IP, MAPPED_IP, IP, FORM_MAPPED, V6,
		MISMATCH_MAPPED_PEER},
	{"mapped in ip", {.ip = MAPPED_IP}, IP, MAPPED_IP, IP, FORM_MAPPED, V6,
		MISMATCH_MAPPED_PEER},
	{"IPv6 in ip", {.ip = IP6}, IP6, IP6, "-", FORM_NATIVE, V6, 0},
	{"translated", {.ip6 = "64:ff9b::c000:201"}, IP, "64:ff9b::c000:201", IP, FORM_TRANSLATED,
		V6, MISMATCH_TRANSLATED_PEER},
	{"reserved in a translator", {.ip6 = "64:ff9b::10.0.0.1"}, "64:ff9b::a00:1",
		"64:ff9b::10.0.0.1", "10.0.0.1", FORM_NAT64, V6,
		MISMATCH_EMBEDDED_IPV4 | MISMATCH_RESERVED_IN_TRANSLATOR},
	{"6to4", {.ip6 = "2002:c000:201::1"}, "2002:c000:201::1", "2002:c000:201::1", IP, FORM_6TO4,
		V6, MISMATCH_EMBEDDED_IPV4},
	{"a NAT64 whose IPv4 nobody knows", {.ip6 = "64:ff9b:1::1"}, "64:ff9b:1::1", "64:ff9b:1::1",
		"-", FORM_NAT64, V6, MISMATCH_EMBEDDED_IPV4},

	{"both, IPv4 lives", {.ip = IP, .ip6 = IP6}, IP, IP, "-", FORM_NATIVE, NONE,
		MISMATCH_AMBIGUOUS_PEER},
	{"both, IPv6 lives", {.ip = IP, .ip6 = IP6, .ip6_is_live = true}, IP6, IP6, "-",
		FORM_NATIVE, V6, MISMATCH_AMBIGUOUS_PEER},
	{"only IPv4, though IPv6 is said to live", {.ip = IP, .ip6_is_live = true}, IP, IP, "-",
		FORM_NATIVE, NONE, 0},
	{"only IPv6, though IPv4 is said to live", {.ip6 = IP6}, IP6, IP6, "-", FORM_NATIVE, V6, 0},
	{"both, the living one is no address", {.ip = "nonsense", .ip6 = IP6}, IP6, IP6, "-",
		FORM_NATIVE, V6, MISMATCH_AMBIGUOUS_PEER},
	{"both, the living one is empty", {.ip = IP, .ip6 = "", .ip6_is_live = true}, IP, IP, "-",
		FORM_NATIVE, NONE, MISMATCH_AMBIGUOUS_PEER},
	{"both, the other is no address", {.ip = IP, .ip6 = "nonsense"}, IP, IP, "-", FORM_NATIVE,
		NONE, MISMATCH_AMBIGUOUS_PEER},
	{"both are no addresses", {.ip = "x", .ip6 = "y", .ip6_is_live = true}, "-", "y", "-",
		FORM_NATIVE, NONE, MISMATCH_AMBIGUOUS_PEER},
	{"no address", {.ip = "192.0.2.256"}, "-", "192.0.2.256", "-", FORM_NATIVE, NONE, 0},
	{"no address in ip6", {.ip6 = "g::1"}, "-", "g::1", "-", FORM_NATIVE, NONE, 0},
	{"a text longer than any address",
		{.ip = "0123456789012345678901234567890123456789012345678901234567890123456789"},
		"-", "0123456789012345678901234567890123456789012345678901234567890", "-",
		FORM_NATIVE, NONE, 0},

	{"a socket of IPv4", {.ip = IP, .socket = "[AF_INET]192.0.2.1:53779"}, IP, IP, "-",
		FORM_NATIVE, NONE, 0},
	{"a socket of IPv4, 2.4", {.ip = IP, .socket = "[AF_INET]192.0.2.1 53779"}, IP, IP, "-",
		FORM_NATIVE, V4, 0},
	{"a socket of IPv6", {.ip6 = IP6, .socket = "[AF_INET6]2001:db8:0::1 53779"}, IP6,
		"2001:db8:0::1", "-", FORM_NATIVE, V6, 0},
	{"a mapped socket", {.ip = IP, .socket = "[AF_INET6]::ffff:192.0.2.1 53779"}, IP, MAPPED_IP,
		IP, FORM_MAPPED, V6, MISMATCH_MAPPED_PEER},
	{"a mapped socket without a port, 2.3",
		{.ip6 = MAPPED_IP, .socket = "[AF_INET6]::ffff:c000:201"}, IP, "::ffff:c000:201",
		IP, FORM_MAPPED, V6, MISMATCH_MAPPED_PEER},
	{"a translated socket",
		{.ip6 = "64:ff9b::c000:201", .socket = "[AF_INET6]64:ff9b::192.0.2.1 53779"}, IP,
		"64:ff9b::192.0.2.1", IP, FORM_TRANSLATED, V6, MISMATCH_TRANSLATED_PEER},
	{"somebody else's socket", {.ip = IP, .socket = "[AF_INET6]::ffff:192.0.2.2 53779"}, IP, IP,
		"-", FORM_NATIVE, NONE, 0},
	{"somebody else's socket, IPv6", {.ip6 = IP6, .socket = "[AF_INET6]2001:db8::2 53779"}, IP6,
		IP6, "-", FORM_NATIVE, V6, 0},
	{"a socket without a tag", {.ip = IP, .socket = "::ffff:192.0.2.1 53779"}, IP, IP, "-",
		FORM_NATIVE, NONE, 0},
	{"a socket without an address", {.ip = IP, .socket = "[AF_INET6]"}, IP, IP, "-",
		FORM_NATIVE, NONE, 0},
	{"a socket of nonsense", {.ip = IP, .socket = "[AF_INET6]nonsense 1"}, IP, IP, "-",
		FORM_NATIVE, NONE, 0},
	{"an empty socket", {.ip = IP, .socket = ""}, IP, IP, "-", FORM_NATIVE, NONE, 0},
	{"only a socket", {.socket = "[AF_INET6]::ffff:192.0.2.1 53779"}, "-", "", "-", FORM_NATIVE,
		NONE, 0},
};

static void init(void **state)
{
	const struct prefix ours = prefix("64:ff9b::/96");
	const struct init_row *row = *state;
	struct peer peer;

	memset(&peer, 0x5a, sizeof(peer));
	peer_init(&peer, &row->texts, &ours, 1);
	assert_prints(&peer.addr.ip, row->ip);
	assert_string_equal(peer.address, row->address);
	assert_prints(&peer.addr.embedded, row->embedded);
	assert_string_equal(form_name(peer.addr.form), form_name(row->form));
	assert_int_equal(peer.listener, row->listener);
	assert_int_equal(peer.mismatches, row->mismatches);
	assert_int_equal(peer.port, 0);
	assert_false(peer.tunnel_known);
	assert_int_equal(peer.tunnel, 0);
	assert_null(peer.common_name);
}

struct port_row {
	const char *text;
	uint16_t port;
};

static const struct port_row PORTS[] = {
	{"1", 1},
	{"1194", 1194},
	{"65535", 65535},
	{"0", 0},
	{"65536", 0},
	{"99999", 0},
	{"001194", 0},
	{"4294968490", 0}, /* 2^32 + 1194 */
	{"", 0},
	{"-1", 0},
	{"+1", 0},
	{" 1", 0},
	{"1 ", 0},
	{"0x1", 0},
	{"1194a", 0},
};

static void ports(void **state)
{
	const struct port_row *row = *state;
	const struct peer_texts texts = {.ip = IP, .port = row->text, .common_name = "name"};
	struct peer peer;

	peer_init(&peer, &texts, NULL, 0);
	assert_int_equal(peer.port, row->port);
	assert_ptr_equal(peer.common_name, texts.common_name);
}

struct listener_row {
	const char *name;
	const char *address;
	int listener;
	enum form form;
	int want;
	uint32_t mismatches;
};

static const struct listener_row LISTENERS[] = {
	{"IPv4 on IPv4", IP, V4, FORM_NATIVE, V4, 0},
	{"IPv4 on IPv6", IP, V6, FORM_MAPPED, V6, MISMATCH_MAPPED_PEER},
	{"IPv4, unknown", IP, NONE, FORM_NATIVE, NONE, 0},
	{"IPv6 on IPv6", IP6, V6, FORM_NATIVE, V6, 0},
	{"IPv6, unknown", IP6, NONE, FORM_NATIVE, V6, 0},
	{"mapped on IPv6", MAPPED_IP, V6, FORM_MAPPED, V6, MISMATCH_MAPPED_PEER},
	{"translated on IPv6", "64:ff9b::c000:201", V6, FORM_TRANSLATED, V6,
		MISMATCH_TRANSLATED_PEER},
	{"no address on IPv6", "nonsense", V6, FORM_NATIVE, V6, 0},
};

static void listeners(void **state)
{
	const struct prefix ours = prefix("64:ff9b::/96");
	const struct listener_row *row = *state;
	const struct peer_texts texts = {.ip = row->address};
	struct peer peer;

	peer_init(&peer, &texts, &ours, 1);
	peer_set_listener(&peer, (enum family)row->listener);
	assert_int_equal(peer.listener, row->want);
	assert_string_equal(form_name(peer.addr.form), form_name(row->form));
	assert_int_equal(peer.mismatches, row->mismatches);
	if (peer.addr.form == FORM_MAPPED)
		assert_prints(&peer.addr.embedded, IP);
}

struct tunnel_row {
	const char *name, *peer, *ipv4, *ipv6;
	bool mapped, has_ipv4;
	unsigned tunnel;
	const char *want_ipv4, *want_ipv6;
	uint32_t mismatches;
};

#define T4 "10.8.0.2"
#define T6 "fd00::2"

static const struct tunnel_row TUNNELS[] = {
	{"IPv4 only", IP, T4, NULL, false, false, TUNNEL_IPV4, T4, "-", 0},
	{"IPv6 only", IP6, NULL, T6, false, false, TUNNEL_IPV6, "-", T6, 0},
	{"both", IP, T4, T6, false, false, TUNNEL_DUAL, T4, T6, 0},
	{"both, IPv6 peer", IP6, T4, T6, false, false, TUNNEL_DUAL, T4, T6, 0},
	{"neither", IP, NULL, NULL, false, false, 0, "-", "-", 0},
	{"IPv4 peer, IPv6 only", IP, NULL, T6, false, false, TUNNEL_IPV6, "-", T6,
		MISMATCH_TRANSPORT_ONLY_IPV4},
	{"IPv6 peer, IPv4 only", IP6, T4, NULL, false, false, TUNNEL_IPV4, T4, "-",
		MISMATCH_TRANSPORT_ONLY_IPV6},
	{"mapped peer, IPv6 only", MAPPED_IP, NULL, T6, false, false, TUNNEL_IPV6, "-", T6,
		MISMATCH_MAPPED_PEER | MISMATCH_TRANSPORT_ONLY_IPV4},
	{"no peer address, IPv6 only", "nonsense", NULL, T6, false, false, TUNNEL_IPV6, "-", T6, 0},
	{"has_ipv4 says nothing when not mapped", IP, NULL, NULL, false, true, 0, "-", "-", 0},
	{"no addresses", IP, "x", "y", false, false, 0, "-", "-", 0},
	{"in each other's place", IP, T6, T4, false, false, 0, "-", "-", 0},
	{"a mapped pool, IPv4 beside it", IP, "0.0.0.2", NULL, true, true, TUNNEL_IPV4, "-", "-",
		MISMATCH_MAPPED_TUNNEL_ADDRESS},
	{"a mapped pool, no IPv4", IP, "0.0.0.2", NULL, true, false, 0, "-", "-",
		MISMATCH_MAPPED_TUNNEL_ADDRESS},
	{"a mapped pool, IPv6 peer", IP6, "0.0.0.2", NULL, true, true, TUNNEL_IPV4, "-", "-",
		MISMATCH_MAPPED_TUNNEL_ADDRESS | MISMATCH_TRANSPORT_ONLY_IPV6},
	{"a mapped pool has no IPv6", IP, "0.0.0.2", T6, true, true, TUNNEL_IPV4, "-", "-",
		MISMATCH_MAPPED_TUNNEL_ADDRESS},
	{"a mapped address in IPv6's place, 2.3", IP, T4, "::ffff:10.8.0.2", false, false,
		TUNNEL_IPV4, T4, "-", MISMATCH_MAPPED_TUNNEL_ADDRESS},
	{"only a mapped address in IPv6's place", IP6, NULL, "::ffff:10.8.0.2", false, false, 0,
		"-", "-", MISMATCH_MAPPED_TUNNEL_ADDRESS},
};

static void tunnels(void **state)
{
	const struct tunnel_row *row = *state;
	const struct peer_texts texts = {.ip = row->peer};
	struct peer peer;

	peer_init(&peer, &texts, NULL, 0);
	peer_set_tunnel(&peer, row->ipv4, row->ipv6, row->mapped, row->has_ipv4);
	assert_true(peer.tunnel_known);
	assert_int_equal(peer.tunnel, row->tunnel);
	assert_prints(&peer.tunnel_ipv4, row->want_ipv4);
	assert_prints(&peer.tunnel_ipv6, row->want_ipv6);
	assert_int_equal(peer.mismatches, row->mismatches);
}

static void socket_families(void **state)
{
	(void)state;
	assert_int_equal(socket_text_family("[AF_INET]192.0.2.1 5"), FAMILY_IPV4);
	assert_int_equal(socket_text_family("[AF_INET6]::1"), FAMILY_IPV6);
	assert_int_equal(socket_text_family("[AF_INET7]::1"), FAMILY_NONE);
	assert_int_equal(socket_text_family("AF_INET"), FAMILY_NONE);
	assert_int_equal(socket_text_family("[AF_INET"), FAMILY_NONE);
	assert_int_equal(socket_text_family(""), FAMILY_NONE);
}

static void every_mismatch_has_its_name(void **state)
{
	static const char *const NAMES[] = {"mapped-peer", "translated-peer", "embedded-ipv4",
		"ambiguous-peer", "verify-connect-differ", "family-changed", "tunnel-lacks-ipv4",
		"tunnel-lacks-ipv6", "mapped-tunnel-address", "route-covers-server",
		"transport-only-ipv4", "transport-only-ipv6", "reserved-in-translator",
		"too-many-routes", "proxied", "ipv6-leaks"};

	(void)state;
	for (size_t i = 0; i < COUNT(NAMES); i++)
		assert_string_equal(mismatch_name((enum mismatch)(1u << i)), NAMES[i]);
	assert_int_equal(MISMATCH_ALL, (1u << COUNT(NAMES)) - 1);
	assert_string_equal(mismatch_name((enum mismatch)0), "unknown");
	assert_string_equal(mismatch_name((enum mismatch)(1u << COUNT(NAMES))), "unknown");
	assert_string_equal(mismatch_name((enum mismatch)3), "unknown");
}

int main(void)
{
	static struct CMUnitTest
		tests[COUNT(INITS) + COUNT(PORTS) + COUNT(LISTENERS) + COUNT(TUNNELS) + 2];
	size_t n = 0;

	for (size_t i = 0; i < COUNT(INITS); i++)
		tests[n++] = TEST(INITS[i].name, init, &INITS[i]);
	for (size_t i = 0; i < COUNT(PORTS); i++)
		tests[n++] = TEST(PORTS[i].text, ports, &PORTS[i]);
	for (size_t i = 0; i < COUNT(LISTENERS); i++)
		tests[n++] = TEST(LISTENERS[i].name, listeners, &LISTENERS[i]);
	for (size_t i = 0; i < COUNT(TUNNELS); i++)
		tests[n++] = TEST(TUNNELS[i].name, tunnels, &TUNNELS[i]);
	tests[n++] = TEST("the family of a socket's text", socket_families, NULL);
	tests[n++] = TEST("every mismatch has its name", every_mismatch_has_its_name, NULL);
	return _cmocka_run_group_tests("peer", tests, n, NULL, NULL);
}
