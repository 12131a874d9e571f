/* SPDX-License-Identifier: MIT */
/* A text is computed once, and never given to a client it is not for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include "policy_fixture.h"
#include "v4map/text_cache.h"

static const char POLICY[] = "rules:\n"
			     "- {name: all, routes: [10.20.0.0/16, '2001:db8:20::/48']}\n"
			     "- {name: full, when: {common-name: full}, default-route: ipv6}\n"
			     "- {name: resolved, when: {common-name: resolved}, dns: 10.0.0.53}\n"
			     "- {name: named, when: {common-name: 'n-*'}, push: [a]}\n";

struct client {
	const char *name, *address, *common_name, *version, *protocol;
	unsigned tunnel;
	const char *line; /* in its text, and not in the text of `everybody` */
};

static const struct client EVERYBODY = {
	"everybody", "198.51.100.11", "a", "2.6", NULL, TUNNEL_DUAL, NULL};

static const struct client OTHERS[] = {
	{"another rule", "198.51.100.11", "n-1", "2.6", NULL, TUNNEL_DUAL, "push \"a\"\n"},
	{"another version", "198.51.100.11", "full", "2.3", NULL, TUNNEL_DUAL,
		"push \"route-ipv6 ::/1\"\n"},
	{"as another version", "198.51.100.11", "full", "2.6", NULL, TUNNEL_DUAL,
		"redirect-gateway ipv6"},
	{"announced", "198.51.100.11", "resolved", "2.6", "2048", TUNNEL_DUAL, "dns server"},
	{"not announced", "198.51.100.11", "resolved", "2.6", NULL, TUNNEL_DUAL, "dhcp-option"},
};

static struct text_cache cache;

static void make_peer(const struct client *client, struct peer *ret)
{
	const struct peer_texts texts = {
		.ip6 = client->address, .common_name = client->common_name};

	peer_init(ret, &texts, NULL, 0);
	peer_set_client(ret, client->version, NULL, client->protocol);
	peer_set_tunnel(ret, (client->tunnel & TUNNEL_IPV4) != 0 ? "10.8.0.2" : NULL,
		(client->tunnel & TUNNEL_IPV6) != 0 ? "fd00:8::2" : NULL, false, false);
}

/* As the plugin asks; checked against what it would be without the cache. */
static const char *ask(const struct fixture *fixture, uint32_t generation,
	const struct client *client, struct decision *decision)
{
	static char plain[PUSH_TEXT_MAX + 1];
	struct decision whole;
	const char *text = NULL;
	struct strbuf sb;
	struct peer peer;
	long len;

	make_peer(client, &peer);
	policy_match(&fixture->policy, &peer, STAGE_CONNECT, fixture->scratch, decision);
	len = text_cache_render(&cache, &fixture->policy, generation, &peer, decision, &text);
	assert_int_equal(len, text != NULL ? (long)strlen(text) : -ENOSPC);
	strbuf_init(&sb, plain, sizeof(plain));
	policy_decide(&fixture->policy, &peer, STAGE_CONNECT, fixture->scratch, &whole);
	if (push_render(&fixture->policy, &whole, &sb) == 0) {
		assert_string_equal(text, plain);
		assert_int_equal(decision->ipv4_count, whole.ipv4_count);
		assert_int_equal(decision->ipv6_count, whole.ipv6_count);
	}
	assert_int_equal(decision->mismatches, whole.mismatches);
	return text;
}

static int empty(void **state)
{
	(void)state;
	memset(&cache, 0, sizeof(cache));
	return 0;
}

static void second_time_is_the_first(void **state)
{
	struct fixture fixture;
	struct decision decision;
	const char *first;

	(void)state;
	fixture_load(&fixture, POLICY);
	first = ask(&fixture, 1, &EVERYBODY, &decision);
	assert_ptr_equal(ask(&fixture, 1, &EVERYBODY, &decision), first);
	assert_int_equal(cache.count, 1);
	fixture_done(&fixture);
}

static void texts_are_kept_apart(void **state)
{
	struct fixture fixture;
	struct decision decision;

	(void)state;
	fixture_load(&fixture, POLICY);
	for (int round = 0; round < 2; round++) {
		assert_null(strstr(ask(&fixture, 1, &EVERYBODY, &decision), "redirect"));
		for (size_t i = 0; i < COUNT(OTHERS); i++)
			if (strstr(ask(&fixture, 1, &OTHERS[i], &decision), OTHERS[i].line) == NULL)
				fail_msg("%s: no '%s'", OTHERS[i].name, OTHERS[i].line);
	}
	assert_int_equal(cache.count, 1 + COUNT(OTHERS));
	fixture_done(&fixture);
}

static void tunnels_and_families_are_kept_apart(void **state)
{
	struct client client = EVERYBODY;
	struct fixture fixture;
	struct decision decision;
	uint32_t texts = 0;

	(void)state;
	fixture_load(&fixture, POLICY);
	for (client.tunnel = 0; client.tunnel <= TUNNEL_DUAL; client.tunnel++) {
		client.address = "198.51.100.11";
		(void)ask(&fixture, 1, &client, &decision);
		client.address = "2001:db8:2::11";
		(void)ask(&fixture, 1, &client, &decision);
		texts += 2;
	}
	assert_int_equal(cache.count, texts);
	fixture_done(&fixture);
}

/* The mismatches of one client are not another's. */
static void mismatches_are_ones_own(void **state)
{
	struct client client = EVERYBODY;
	struct decision decision;
	struct fixture fixture;

	(void)state;
	fixture_load(&fixture, "proxies: [198.51.100.11]\nrules: []\n");
	(void)ask(&fixture, 1, &client, &decision);
	assert_int_equal(decision.mismatches, MISMATCH_PROXIED);
	client.address = "198.51.100.12";
	(void)ask(&fixture, 1, &client, &decision);
	assert_int_equal(decision.mismatches, 0);
	assert_int_equal(cache.count, 1);
	fixture_done(&fixture);
}

static void new_policy_has_new_texts(void **state)
{
	struct fixture old, new;
	struct decision decision;

	(void)state;
	fixture_load(&old, POLICY);
	fixture_load(&new, "rules: [{name: all, routes: [10.30.0.0/16]}]");
	(void)ask(&old, 1, &EVERYBODY, &decision);
	assert_string_equal(
		ask(&new, 2, &EVERYBODY, &decision), "push \"route 10.30.0.0 255.255.0.0\"\n");
	assert_int_equal(cache.count, 1);
	fixture_done(&old);
	fixture_done(&new);
}

/* More kinds of clients than there are entries; more bytes than there is room for. */
static void full_cache_begins_anew(void **state)
{
	struct client client = EVERYBODY;
	struct decision decision;
	struct fixture fixture;
	char version[16];

	(void)state;
	fixture_load(&fixture, POLICY);
	client.version = version;
	for (unsigned i = 0; i < TEXT_CACHE_ENTRIES + 2; i++) {
		(void)snprintf(version, sizeof(version), "2.%u.%u", 4 + i / 250, i % 250);
		(void)ask(&fixture, 1, &client, &decision);
	}
	assert_int_equal(cache.count, 2);
	fixture_done(&fixture);
}

static void long_texts_fill_it(void **state)
{
	enum { ROUTES = 5000 };
	const size_t size = ROUTES * 20;
	char *yaml = malloc(size), version[16];
	struct client client = EVERYBODY;
	struct decision decision;
	struct fixture fixture;
	struct strbuf sb;

	(void)state;
	assert_non_null(yaml);
	strbuf_init(&sb, yaml, size);
	strbuf_adds(&sb, "rules:\n- name: a\n  routes: [");
	for (unsigned i = 0; i < ROUTES; i++)
		strbuf_addf(&sb, "10.%u.%u.%u,", 100 + i / 2500, 100 + i / 25 % 100, i % 25 * 4);
	strbuf_adds(&sb, "]\n");
	fixture_load(&fixture, yaml);
	free(yaml);
	client.version = version;
	for (unsigned i = 0; i < 20; i++) {
		(void)snprintf(version, sizeof(version), "2.6.%u", i);
		(void)ask(&fixture, 1, &client, &decision);
		assert_true(cache.used <= TEXT_CACHE_BYTES);
	}
	assert_true(cache.count < 5);
	fixture_done(&fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(second_time_is_the_first, empty),
		cmocka_unit_test_setup(texts_are_kept_apart, empty),
		cmocka_unit_test_setup(tunnels_and_families_are_kept_apart, empty),
		cmocka_unit_test_setup(mismatches_are_ones_own, empty),
		cmocka_unit_test_setup(new_policy_has_new_texts, empty),
		cmocka_unit_test_setup(full_cache_begins_anew, empty),
		cmocka_unit_test_setup(long_texts_fill_it, empty),
	};

	return cmocka_run_group_tests_name("text_cache", tests, NULL, NULL);
}
