/* SPDX-License-Identifier: MIT */
/* Default routes, their guards, exclusion, name servers: what is pushed to whom. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include "policy_fixture.h"
#include "v4map/push.h"

#define RULE "rules: [{name: a, "
#define P(option) "push \"" option "\"\n"
#define V4 "198.51.100.11"
#define V6 "2001:db8:2::12"
#define LACKS4 MISMATCH_TUNNEL_LACKS_IPV4
#define LACKS6 MISMATCH_TUNNEL_LACKS_IPV6
#define ONLY4 MISMATCH_TRANSPORT_ONLY_IPV4
#define ONLY6 MISMATCH_TRANSPORT_ONLY_IPV6
#define LEAKS MISMATCH_IPV6_LEAKS
#define COVERS MISMATCH_ROUTE_COVERS_SERVER
#define TOO_MANY MISMATCH_TOO_MANY_ROUTES
#define SERVERS "server-addresses: [192.0.2.1, '2001:db8:1::1']\n"
#define BYPASS P("route remote_host 255.255.255.255 net_gateway")
#define BLOCK_ROUTES                                                                               \
	P("route-ipv6 ::/3")                                                                       \
	P("route-ipv6 2000::/4") P("route-ipv6 3000::/4") P("route-ipv6 fc00::/7")
#define NAT64_HALVES P("route-ipv6 64:ff9b::/97") P("route-ipv6 64:ff9b::8000:0/97")
#define BLOCK_ADDRESS P("ifconfig-ipv6 fd15:53b6:dead::2/64 fd15:53b6:dead::1")

struct row {
	const char *name, *yaml, *address, *version, *protocol;
	unsigned tunnel;
	const char *text; /* NULL: it cannot be rendered */
	uint32_t mismatches;
};

static const struct row ROWS[] = {
	/* the client's version */
	{"full, dual, 2.6", RULE "default-route: [ipv4, ipv6]}]", V4, "2.6.14", NULL, TUNNEL_DUAL,
		P("redirect-gateway def1 ipv6"), 0},
	{"full, dual, 2.4", RULE "default-route: [ipv4, ipv6]}]", V4, "2.4.0", NULL, TUNNEL_DUAL,
		P("redirect-gateway def1 ipv6"), 0},
	{"full, dual, 3", RULE "default-route: [ipv4, ipv6]}]", V4, "3.git", NULL, TUNNEL_DUAL,
		P("redirect-gateway def1 ipv6"), 0},
	{"full, dual, 2.3", RULE "default-route: [ipv4, ipv6]}]", V4, "2.3.18", NULL, TUNNEL_DUAL,
		P("redirect-gateway def1") P("route-ipv6 ::/1") P("route-ipv6 8000::/1"), 0},
	{"full, dual, unknown", RULE "default-route: [ipv4, ipv6]}]", V4, NULL, NULL, TUNNEL_DUAL,
		P("redirect-gateway def1") P("route-ipv6 ::/1") P("route-ipv6 8000::/1"), 0},
	{"full, over IPv6, 2.3", RULE "default-route: [ipv4, ipv6]}]", V6, "2.3.18", NULL,
		TUNNEL_DUAL, P("redirect-gateway def1"), COVERS},
	{"full, over IPv6, 2.6", RULE "default-route: [ipv4, ipv6]}]", V6, "2.6", NULL, TUNNEL_DUAL,
		P("redirect-gateway def1 ipv6"), 0},
	{"IPv6 only of a dual tunnel", RULE "default-route: ipv6}]", V4, "2.6", NULL, TUNNEL_DUAL,
		P("redirect-gateway ipv6 !ipv4"), 0},
	{"IPv4 only of a dual tunnel", RULE "default-route: ipv4}]", V4, "2.6", NULL, TUNNEL_DUAL,
		P("redirect-gateway def1"), 0},
	{"IPv6 tunnel", RULE "default-route: [ipv4, ipv6]}]", V4, "2.6", NULL, TUNNEL_IPV6,
		P("redirect-gateway ipv6 !ipv4"), LACKS4 | ONLY4},
	{"two rules", RULE "default-route: ipv4}, {name: b, default-route: ipv6}]", V4, "2.6", NULL,
		TUNNEL_DUAL, P("redirect-gateway def1 ipv6"), 0},
	/* with redirect-gateway the client makes its own way around */
	{"no bypass beside it", SERVERS RULE "default-route: ipv4, routes: [192.0.2.0/24]}]", V4,
		"2.6", NULL, TUNNEL_DUAL,
		P("redirect-gateway def1") P("route 192.0.2.0 255.255.255.0"), 0},
	/* the leak guard */
	{"leak, 2.7", RULE "default-route: ipv4}]", V4, "2.7_beta1", NULL, TUNNEL_IPV4,
		P("redirect-gateway def1") P("block-ipv6") BLOCK_ROUTES, 0},
	{"leak, 3", RULE "default-route: ipv4}]", V4, "3.8", NULL, TUNNEL_IPV4,
		P("redirect-gateway def1 ipv6") BLOCK_ADDRESS P("block-ipv6"), 0},
	{"leak, 2.6", RULE "default-route: ipv4}]", V4, "2.6.14", NULL, TUNNEL_IPV4,
		P("redirect-gateway def1") P("block-ipv6") BLOCK_ROUTES, 0},
	{"leak, 2.5", RULE "default-route: ipv4}]", V4, "2.5.0", NULL, TUNNEL_IPV4,
		P("redirect-gateway def1") P("block-ipv6") BLOCK_ROUTES, 0},
	{"leak, 2.4", RULE "default-route: ipv4}]", V4, "2.4.12", NULL, TUNNEL_IPV4,
		P("redirect-gateway def1") BLOCK_ROUTES, 0},
	{"leak, 2.3", RULE "default-route: ipv4}]", V4, "2.3.18", NULL, TUNNEL_IPV4,
		P("redirect-gateway def1"), LEAKS},
	{"leak, over IPv6", RULE "default-route: ipv4}]", V6, "2.6", NULL, TUNNEL_IPV4,
		P("redirect-gateway def1"), LEAKS | ONLY6},
	{"leak, over IPv6, always", "leak-guard: always\n" RULE "default-route: ipv4}]", V6, "2.6",
		NULL, TUNNEL_IPV4, P("redirect-gateway def1") P("block-ipv6") BLOCK_ROUTES, ONLY6},
	{"leak, never", "leak-guard: never\n" RULE "default-route: ipv4}]", V4, "2.6", NULL,
		TUNNEL_IPV4, P("redirect-gateway def1"), LEAKS},
	{"no leak of a tunnel for some", RULE "routes: [10.20.0.0/16]}]", V4, "2.6", NULL,
		TUNNEL_IPV4, P("route 10.20.0.0 255.255.0.0"), 0},
	{"leak where both are wanted", RULE "default-route: [ipv4, ipv6]}]", V4, "2.6", NULL,
		TUNNEL_IPV4, P("redirect-gateway def1") P("block-ipv6") BLOCK_ROUTES, LACKS6},
	{"leak beside an exclusion", SERVERS RULE "default-route: ipv4, exclude: [128.0.0.0/1]}]",
		V4, "2.6", NULL, TUNNEL_IPV4,
		P("block-ipv6") BLOCK_ROUTES P("route 0.0.0.0 128.0.0.0"), 0},
	/* NAT64 */
	{"nat64 guard", "nat64-guard: true\n" RULE "default-route: ipv6}]", V4, "2.6", NULL,
		TUNNEL_DUAL, P("redirect-gateway ipv6 !ipv4") NAT64_HALVES, 0},
	{"nat64 guard, no full tunnel", "nat64-guard: true\n" RULE "routes: ['2001:db8::/32']}]",
		V4, "2.6", NULL, TUNNEL_DUAL, P("route-ipv6 2001:db8::/32"), 0},
	{"nat64 guard, no IPv6",
		"nat64-guard: true\nleak-guard: never\n" RULE "default-route: "
		"[ipv4, ipv6]}]",
		V4, "2.6", NULL, TUNNEL_IPV4, P("redirect-gateway def1"), LACKS6 | LEAKS},
	{"nat64 guard beside the whole",
		"nat64-guard: true\n" RULE "default-route: ipv6, routes: ['64:ff9b::/96']}]", V4,
		"2.6", NULL, TUNNEL_DUAL,
		P("redirect-gateway ipv6 !ipv4") P("route-ipv6 64:ff9b::/96") NAT64_HALVES, 0},
	{"nat64 guard, excluded",
		"nat64-guard: true\n" RULE "default-route: ipv6, exclude: ['::/1']}]", V4, "2.6",
		NULL, TUNNEL_DUAL, P("route-ipv6 8000::/1"), 0},
	{"nat64 guard, not excluded",
		"nat64-guard: true\n" RULE "default-route: ipv6, exclude: ['8000::/1']}]", V4,
		"2.6", NULL, TUNNEL_DUAL, P("route-ipv6 ::/1") NAT64_HALVES, 0},
	{"nat64 guard, 2.3 over IPv6", "nat64-guard: true\n" RULE "default-route: ipv6}]", V6,
		"2.3.0", NULL, TUNNEL_DUAL, "", COVERS},
	/* exclusion */
	{"excluded", RULE "routes: [10.20.0.0/16], exclude: [10.20.0.0/18]}]", V4, "2.6", NULL,
		TUNNEL_DUAL,
		P("route 10.20.64.0 255.255.192.0") P("route 10.20.128.0 255.255.128.0"), 0},
	{"excluded by another rule",
		RULE "exclude: [10.20.128.0/17]}, {name: b, routes: [10.20.0.0/16]}]", V4, "2.6",
		NULL, TUNNEL_DUAL, P("route 10.20.0.0 255.255.128.0"), 0},
	{"excluded, all of it", RULE "routes: [10.20.0.0/16], exclude: [10.0.0.0/8]}]", V4, "2.6",
		NULL, TUNNEL_DUAL, "", 0},
	{"excluded, nothing of it", RULE "routes: [10.20.0.0/16], exclude: [10.30.0.0/16]}]", V4,
		"2.6", NULL, TUNNEL_DUAL, P("route 10.20.0.0 255.255.0.0"), 0},
	{"excluded by a rule that does not match",
		RULE "routes: [10.20.0.0/16]}, {name: b, when: {family: ipv6}, exclude: "
		     "[10.20.0.0/16]}]",
		V4, "2.6", NULL, TUNNEL_DUAL, P("route 10.20.0.0 255.255.0.0"), 0},
	{"from the default route", RULE "default-route: [ipv4, ipv6], exclude: [128.0.0.0/2]}]", V4,
		"2.6", NULL, TUNNEL_DUAL,
		BYPASS P("redirect-gateway ipv6 !ipv4") P("route 0.0.0.0 128.0.0.0")
			P("route 192.0.0.0 192.0.0.0"),
		COVERS},
	{"from the IPv6 default route", RULE "default-route: ipv6, exclude: ['8000::/1']}]", V4,
		"2.6", NULL, TUNNEL_DUAL, P("route-ipv6 ::/1"), 0},
	{"0.0.0.0/0 without", SERVERS RULE "routes: [0.0.0.0/0], exclude: [0.0.0.0/1]}]", V4, "2.6",
		NULL, TUNNEL_DUAL, BYPASS P("route 128.0.0.0 128.0.0.0"), COVERS},
	{"the server is excluded", SERVERS RULE "routes: [192.0.2.0/31], exclude: [192.0.2.1]}]",
		V4, "2.6", NULL, TUNNEL_DUAL, P("route 192.0.2.0 255.255.255.255"), 0},
	/* a client that does not protect itself over IPv6 either */
	{"covers the server, 2.3 over IPv6",
		SERVERS RULE "routes: ['2001:db8:1::/48', '2001:db8:20::/48']}]", V6, "2.3.2", NULL,
		TUNNEL_DUAL, P("route-ipv6 2001:db8:20::/48"), COVERS},
	{"covers the server, 2.3 over IPv4", SERVERS RULE "routes: ['2001:db8:1::/48']}]", V4,
		"2.3.2", NULL, TUNNEL_DUAL, P("route-ipv6 2001:db8:1::/48"), 0},
	/* name servers */
	{"dns", RULE "dns: [10.0.0.53, '2001:db8::53']}]", V4, "2.6", "990", TUNNEL_DUAL,
		P("dhcp-option DNS 10.0.0.53") P("dhcp-option DNS6 2001:db8::53"), 0},
	{"dns, announced", RULE "dns: [10.0.0.53, '2001:db8::53']}]", V4, "2.7", "8094",
		TUNNEL_DUAL,
		P("dns server 0 address 10.0.0.53") P("dns server 0 address 2001:db8::53"), 0},
	{"dns of two rules",
		RULE "dns: [10.0.0.54, 10.0.0.53]}, {name: b, dns: [10.0.0.53, 10.0.0.52]}]", V4,
		"2.6", NULL, TUNNEL_DUAL,
		P("dhcp-option DNS 10.0.0.54") P("dhcp-option DNS 10.0.0.53")
			P("dhcp-option DNS 10.0.0.52"),
		0},
	{"dns without IPv6", RULE "dns: ['2001:db8::53', 10.0.0.53]}]", V4, "2.6", NULL,
		TUNNEL_IPV4, P("dhcp-option DNS 10.0.0.53"), LACKS6},
	{"dns without IPv4", RULE "dns: [10.0.0.53]}]", V6, "2.6", NULL, TUNNEL_IPV6, "", LACKS4},
	/* what the client says */
	{"version matches", "rules: [{name: a, when: {client-version: '<2.5'}, push: [a]}]", V4,
		"2.4.9", NULL, TUNNEL_DUAL, P("a"), 0},
	{"version does not", "rules: [{name: a, when: {client-version: '<2.5'}, push: [a]}]", V4,
		"2.5", NULL, TUNNEL_DUAL, "", 0},
	{"version unknown", "rules: [{name: a, when: {client-version: '<2.5'}, push: [a]}]", V4,
		"v2", NULL, TUNNEL_DUAL, "", 0},
	{"platform", "rules: [{name: a, when: {platform: [lin*, win]}, push: [a]}]", V4, "2.6",
		NULL, TUNNEL_DUAL, P("a"), 0},
	{"another platform", "rules: [{name: a, when: {platform: win}, push: [a]}]", V4, "2.6",
		NULL, TUNNEL_DUAL, "", 0},
	/* proxies */
	{"proxied", "proxies: [198.51.100.0/28]\nrules: []", V4, "2.6", NULL, TUNNEL_DUAL, "",
		MISMATCH_PROXIED},
	{"not proxied", "proxies: [198.51.100.12]\nrules: []", V4, "2.6", NULL, TUNNEL_DUAL, "", 0},
};

static void render(const struct fixture *fixture, const struct peer *peer, char *text, size_t size,
	struct decision *decision, int *rc)
{
	struct strbuf sb;

	strbuf_init(&sb, text, size);
	policy_decide(&fixture->policy, peer, STAGE_CONNECT, fixture->scratch, decision);
	*rc = push_render(&fixture->policy, decision, &sb);
}

static void make_peer(const struct row *row, struct peer *ret)
{
	const struct peer_texts texts = {.ip6 = row->address};

	peer_init(ret, &texts, NULL, 0);
	peer_set_listener(ret, strchr(row->address, ':') != NULL ? FAMILY_IPV6 : FAMILY_IPV4);
	peer_set_client(ret, row->version, "linux", row->protocol);
	peer_set_tunnel(ret, (row->tunnel & TUNNEL_IPV4) != 0 ? "10.8.0.2" : NULL,
		(row->tunnel & TUNNEL_IPV6) != 0 ? "fd00:8::2" : NULL, false, false);
}

static void is_pushed(void **state)
{
	const struct row *row = *state;
	struct decision decision;
	struct fixture fixture;
	struct peer peer;
	char text[4096];
	int rc;

	fixture_load(&fixture, row->yaml);
	make_peer(row, &peer);
	render(&fixture, &peer, text, sizeof(text), &decision, &rc);
	assert_int_equal(rc, 0);
	assert_string_equal(text, row->text);
	for (uint32_t bit = 1; bit < MISMATCH_ALL; bit <<= 1)
		if (((decision.mismatches ^ row->mismatches) & bit) != 0)
			fail_msg("%s: %s", mismatch_name((enum mismatch)bit),
				(row->mismatches & bit) != 0 ? "missing" : "unexpected");
	fixture_done(&fixture);
}

/* Of so many single addresses, none of which is another's neighbour. */
static void load_addresses(struct fixture *fixture, unsigned count, const char *more)
{
	char *yaml = malloc(64 + (size_t)count * 20);
	struct strbuf sb;

	assert_non_null(yaml);
	strbuf_init(&sb, yaml, 64 + (size_t)count * 20);
	strbuf_adds(&sb, "rules:\n- name: a\n  routes: [");
	for (unsigned i = 0; i < count; i++)
		strbuf_addf(&sb, "10.%u.%u.0,", i / 256, i % 256);
	strbuf_addf(&sb, "%s]\n", more);
	fixture_load(fixture, yaml);
	free(yaml);
}

/* The way around the tunnel is one of its 100 routes. */
static void bypass_is_a_route(void **state)
{
	static const struct row OLD = {.address = V4, .version = "2.3.18", .tunnel = TUNNEL_DUAL};
	struct decision decision;
	struct fixture fixture;
	struct peer peer;

	(void)state;
	make_peer(&OLD, &peer);
	load_addresses(&fixture, 99, "11.0.0.0");
	policy_decide(&fixture.policy, &peer, STAGE_CONNECT, fixture.scratch, &decision);
	assert_true(decision.bypass); /* for 11.0.0.0 */
	assert_int_equal(decision.mismatches & TOO_MANY, TOO_MANY);
	fixture_done(&fixture);
	load_addresses(&fixture, 98, "11.0.0.0");
	policy_decide(&fixture.policy, &peer, STAGE_CONNECT, fixture.scratch, &decision);
	assert_true(decision.bypass);
	assert_int_equal(decision.mismatches & TOO_MANY, 0);
	fixture_done(&fixture);
}

static void old_client_takes_100_routes(void **state)
{
	static const struct row OLD = {.address = V4, .version = "2.3.18", .tunnel = TUNNEL_DUAL};
	static const struct row NEW = {.address = V4, .version = "2.4.0", .tunnel = TUNNEL_DUAL};
	struct decision decision;
	struct fixture fixture;
	struct peer peer;

	(void)state;
	load_addresses(&fixture, 100, "'2001:db8::1'");
	make_peer(&OLD, &peer);
	policy_decide(&fixture.policy, &peer, STAGE_CONNECT, fixture.scratch, &decision);
	assert_int_equal(decision.mismatches & TOO_MANY, 0);
	fixture_done(&fixture);
	load_addresses(&fixture, 101, "'2001:db8::1'");
	policy_decide(&fixture.policy, &peer, STAGE_CONNECT, fixture.scratch, &decision);
	assert_int_equal(decision.mismatches & TOO_MANY, TOO_MANY);
	assert_int_equal(decision.ipv4_count, 101); /* named, never cut */
	make_peer(&NEW, &peer);
	policy_decide(&fixture.policy, &peer, STAGE_CONNECT, fixture.scratch, &decision);
	assert_int_equal(decision.mismatches & TOO_MANY, 0);
	fixture_done(&fixture);
}

static bool too_many(const struct fixture *fixture, const char *version)
{
	const struct row row = {.address = V4, .version = version, .tunnel = TUNNEL_DUAL};
	struct decision decision;
	struct peer peer;

	make_peer(&row, &peer);
	policy_decide(&fixture->policy, &peer, STAGE_CONNECT, fixture->scratch, &decision);
	return (decision.mismatches & TOO_MANY) != 0;
}

/* 149 bytes each of 262144. */
static void openvpn_3_takes_256_kib(void **state)
{
	struct fixture fixture;

	(void)state;
	load_addresses(&fixture, 1759, "");
	assert_false(too_many(&fixture, "3.8"));
	fixture_done(&fixture);
	load_addresses(&fixture, 1760, "");
	assert_true(too_many(&fixture, "3.8"));
	assert_false(too_many(&fixture, "2.7"));
	fixture_done(&fixture);
	load_addresses(&fixture, 1758, "'2001:db8::1'");
	assert_false(too_many(&fixture, "3.0"));
	fixture_done(&fixture);
	load_addresses(&fixture, 1758, "'2001:db8::1', '2001:db8::3'");
	assert_true(too_many(&fixture, "3.0"));
	fixture_done(&fixture);
}

/* Rules that are fine alone and leave too much together: nothing is rendered, nothing is cut. */
static void overflow_renders_nothing(void **state)
{
	static const struct row ROW = {.address = V4, .version = "2.6", .tunnel = TUNNEL_DUAL};
	const size_t size = 256 * 1024;
	char *yaml = malloc(size), text[1024];
	struct decision decision;
	struct fixture fixture;
	struct strbuf sb;
	struct peer peer;
	int rc;

	(void)state;
	assert_non_null(yaml);
	strbuf_init(&sb, yaml, size);
	strbuf_adds(&sb, "rules:\n- {name: a, routes: [10.0.0.0/18, 10.1.0.0]}\n- name: b\n"
			 "  exclude: [");
	for (unsigned i = 0; i < POLICY_ROUTES_MAX; i++)
		strbuf_addf(&sb, "10.0.%u.%u,", i / 128, i % 128 * 2);
	strbuf_adds(&sb, "]\n");
	fixture_load(&fixture, yaml);
	make_peer(&ROW, &peer);
	render(&fixture, &peer, text, sizeof(text), &decision, &rc);
	assert_int_equal(rc, -ENOSPC);
	assert_string_equal(text, "");
	assert_int_equal(decision.mismatches, TOO_MANY);
	fixture_done(&fixture);
	free(yaml);
}

int main(void)
{
	struct CMUnitTest tests[COUNT(ROWS) + 4] = {{0}};
	size_t count = 0;

	for (size_t i = 0; i < COUNT(ROWS); i++)
		tests[count++] = ROW_TEST(ROWS[i].name, is_pushed, &ROWS[i]);
	tests[count++] = ROW_TEST("100 routes", old_client_takes_100_routes, NULL);
	tests[count++] = ROW_TEST("the bypass is a route", bypass_is_a_route, NULL);
	tests[count++] = ROW_TEST("256 KiB", openvpn_3_takes_256_kib, NULL);
	tests[count++] = ROW_TEST("overflow", overflow_renders_nothing, NULL);
	return cmocka_run_group_tests_name("policy_gateway", tests, NULL, NULL);
}
