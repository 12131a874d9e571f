/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include "policy_fixture.h"
#include "v4map/push.h"

#define A10 "aaaaaaaaaa"
#define A100 A10 A10 A10 A10 A10 A10 A10 A10 A10 A10

struct option_row {
	const char *name, *option, *message; /* message NULL: fine */
};

static const struct option_row OPTIONS[] = {
	{"an option", "dhcp-option DOMAIN example.org", NULL},
	{"one word", "block-ipv6", NULL},
	{"two blanks between", "ping  10", NULL},
	{"all that ASCII has", "x !#$%&()*+-./:;<=>?@[]^_`{|}~", NULL},
	{"a hash inside a word", "echo a#b", NULL},
	{"nothing", "", "without blanks"},
	{"a blank", " ", "without blanks"},
	{"a blank in front", " ping 10", "without blanks"},
	{"a blank behind", "ping 10 ", "without blanks"},
	{"a double quote", "echo \"a", "misread the \""},
	{"a single quote", "echo it's", "misread the '"},
	{"a backslash", "echo a\\b", "misread the \\"},
	{"a comma", "echo a,b", "misread the ,"},
	{"a line end", "ping 10\nping 20", "byte 0x0a"},
	{"a tab", "ping\t10", "byte 0x09"},
	{"DEL", "echo \x7f", "byte 0x7f"},
	{"beyond ASCII", "echo \xc3\xbc", "byte 0xc3"},
	{"a hash begins a word", "echo #a", "comment"},
	{"a semicolon begins a word", "echo a ;b", "comment"},
	{"a hash begins all", "#echo", "comment"},
	{"16 words", "a b c d e f g h i j k l m n o p", NULL},
	{"17 words", "a b c d e f g h i j k l m n o p q", "at most 16 words, found 17"},
	{"a line of 255", A100 A100 A10 A10 A10 A10 "aaaaaaaa", NULL},
	{"a line of 256", A100 A100 A10 A10 A10 A10 "aaaaaaaaa", "would have 256"},
};

static void option_is_checked(void **state)
{
	const struct option_row *row = *state;
	struct err err = {.text = ""};
	int rc = push_option_check(row->option, strlen(row->option), &err);

	assert_int_equal(rc, row->message == NULL ? 0 : -EINVAL);
	if (row->message != NULL && strstr(err.text, row->message) == NULL)
		fail_msg("no '%s' in '%s'", row->message, err.text);
}

struct route_row {
	const char *prefix, *line;
};

static const struct route_row ROUTES[] = {
	{"10.20.0.0/16", "push \"route 10.20.0.0 255.255.0.0\"\n"},
	{"0.0.0.0/0", "push \"route 0.0.0.0 128.0.0.0\"\n"
		      "push \"route 128.0.0.0 128.0.0.0\"\n"},
	{"128.0.0.0/1", "push \"route 128.0.0.0 128.0.0.0\"\n"},
	{"192.0.2.7/32", "push \"route 192.0.2.7 255.255.255.255\"\n"},
	{"192.0.2.6/31", "push \"route 192.0.2.6 255.255.255.254\"\n"},
	{"::ffff:10.0.0.0/104", "push \"route 10.0.0.0 255.0.0.0\"\n"},
	{"::/0", "push \"route-ipv6 ::/1\"\n"
		 "push \"route-ipv6 8000::/1\"\n"},
	{"2001:db8:20::/48", "push \"route-ipv6 2001:db8:20::/48\"\n"},
	{"2001:db8::7/128", "push \"route-ipv6 2001:db8::7/128\"\n"},
};

static void route_is_written(void **state)
{
	const struct route_row *row = *state;
	struct err err = {.text = ""};
	struct prefix prefix;
	char data[PUSH_LINE_MAX + 1];
	struct strbuf sb;

	assert_int_equal(prefix_parse(row->prefix, strlen(row->prefix), &prefix, &err), 0);
	strbuf_init(&sb, data, sizeof(data));
	push_route(&prefix, &sb);
	assert_string_equal(data, row->line);
}

struct render_row {
	const char *name, *yaml, *text;
};

#define BYPASS "push \"route remote_host 255.255.255.255 net_gateway\"\n"
#define REMOVES "push-remove \"route \"\npush-remove \"route-ipv6 \"\n"

static const struct render_row RENDERED[] = {
	{"nothing", "rules: []", ""},
	{"only push-remove", "replace-pushed-routes: true", REMOVES},
	{"every kind, in order",
		"replace-pushed-routes: true\n"
		"bypass: always\n"
		"rules:\n"
		"  - {name: a, push: [ping 10, block-ipv6]}\n"
		"  - {name: b, routes: ['2001:db8:20::/48', 10.20.0.0/16]}\n",
		REMOVES BYPASS "push \"route 10.20.0.0 255.255.0.0\"\n"
			       "push \"route-ipv6 2001:db8:20::/48\"\n"
			       "push \"ping 10\"\npush \"block-ipv6\"\n"},
	{"the bypass comes first", "bypass: always\nrules: [{name: a, routes: [10.0.0.0/8]}]",
		BYPASS "push \"route 10.0.0.0 255.0.0.0\"\n"},
	{"an option once",
		"rules:\n"
		"  - {name: a, push: [ping 10, ping 20, ping 10]}\n"
		"  - {name: b, push: [ping 1, ping 20]}\n"
		"  - {name: c, push: [ping 10, ping 1, ping 2]}\n",
		"push \"ping 10\"\npush \"ping 20\"\npush \"ping 1\"\npush \"ping 2\"\n"},
	{"what does not match is not there",
		"rules:\n"
		"  - {name: a, push: [ping 10], when: {family: ipv6}}\n"
		"  - {name: b, push: [ping 20]}\n",
		"push \"ping 20\"\n"},
	{"a refusal",
		"replace-pushed-routes: true\n"
		"rules:\n"
		"  - {name: a, push: [ping 10], routes: [10.0.0.0/8]}\n"
		"  - {name: b, deny: no}\n",
		""},
};

static void decide(struct fixture *fixture, const char *yaml, struct decision *decision)
{
	const struct peer_texts texts = {.ip = "198.51.100.11"};
	struct peer peer;

	fixture_load(fixture, yaml);
	peer_init(&peer, &texts, NULL, 0);
	policy_decide(&fixture->policy, &peer, STAGE_CONNECT, fixture->scratch, decision);
}

static void decision_is_rendered(void **state)
{
	const struct render_row *row = *state;
	struct fixture fixture;
	struct decision decision;
	char data[1024];
	struct strbuf sb;

	decide(&fixture, row->yaml, &decision);
	for (int twice = 0; twice < 2; twice++) {
		strbuf_init(&sb, data, sizeof(data));
		assert_int_equal(push_render(&fixture.policy, &decision, &sb), 0);
		assert_string_equal(data, row->text);
	}
	fixture_done(&fixture);
}

static void text_without_room_is_an_error(void **state)
{
	static const char LINE[] = "push \"route 10.0.0.0 255.0.0.0\"\n";
	struct fixture fixture;
	struct decision decision;
	char data[sizeof(LINE)];
	struct strbuf sb;

	(void)state;
	decide(&fixture, "rules: [{name: a, routes: [10.0.0.0/8]}]", &decision);
	strbuf_init(&sb, data, sizeof(LINE));
	assert_int_equal(push_render(&fixture.policy, &decision, &sb), 0);
	assert_string_equal(data, LINE);
	strbuf_init(&sb, data, sizeof(LINE) - 1);
	assert_int_equal(push_render(&fixture.policy, &decision, &sb), -ENOSPC);
	fixture_done(&fixture);
}

int main(void)
{
	struct CMUnitTest tests[COUNT(OPTIONS) + COUNT(ROUTES) + COUNT(RENDERED) + 1] = {{0}};
	size_t count = 0;

	for (size_t i = 0; i < COUNT(OPTIONS); i++)
		tests[count++] = ROW_TEST(OPTIONS[i].name, option_is_checked, &OPTIONS[i]);
	for (size_t i = 0; i < COUNT(ROUTES); i++)
		tests[count++] = ROW_TEST(ROUTES[i].prefix, route_is_written, &ROUTES[i]);
	for (size_t i = 0; i < COUNT(RENDERED); i++)
		tests[count++] = ROW_TEST(RENDERED[i].name, decision_is_rendered, &RENDERED[i]);
	tests[count++] = ROW_TEST("no room", text_without_room_is_an_error, NULL);
	return cmocka_run_group_tests_name("push", tests, NULL, NULL);
}
