/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "policy_fixture.h"

/* Who asks; listener 0: unknown, tunnel 0: not known yet (NO_TUNNEL: known, and there is none). */
enum { NO_TUNNEL = 8 };

struct who {
	const char *address, *common_name;
	enum family listener;
	unsigned tunnel;
};

static const struct who V4 = {.address = "198.51.100.11", .listener = FAMILY_IPV4, .tunnel = 3};
static const struct who MAPPED = {.address = "198.51.100.11", .listener = 6, .tunnel = 3};
static const struct who V6 = {.address = "2001:db8:2::12", .listener = 6, .tunnel = 3};

static void who_peer(const struct who *who, const struct policy *policy, struct peer *ret)
{
	const struct peer_texts texts = {.ip6 = who->address, .common_name = who->common_name};
	size_t count;
	const struct prefix *translators = policy_translators(policy, &count);

	peer_init(ret, &texts, translators, count);
	peer_set_listener(ret, who->listener);
	peer_set_client(ret, "2.6.14", NULL, NULL);
	if (who->tunnel != 0)
		peer_set_tunnel(ret, (who->tunnel & TUNNEL_IPV4) != 0 ? "10.8.0.2" : NULL,
			(who->tunnel & TUNNEL_IPV6) != 0 ? "fd00:8::2" : NULL, false, false);
}

static void decide(struct fixture *fixture, const char *yaml, const struct who *who,
	enum stage stage, struct decision *ret)
{
	struct peer peer;

	fixture_load(fixture, yaml);
	who_peer(who, &fixture->policy, &peer);
	policy_decide(&fixture->policy, &peer, stage, fixture->scratch, ret);
}

static void print_blocks(const struct prefix *blocks, size_t count, char *data, size_t size)
{
	struct strbuf sb;

	strbuf_init(&sb, data, size);
	for (size_t i = 0; i < count; i++) {
		strbuf_adds(&sb, i != 0 ? " " : "");
		prefix_print(&blocks[i], &sb);
	}
	assert_false(sb.full);
}

static void print_matched(
	const struct policy *policy, const struct decision *decision, char *data, size_t size)
{
	struct strbuf sb;

	strbuf_init(&sb, data, size);
	for (size_t i = 0; i < decision->matched_count; i++) {
		strbuf_adds(&sb, i != 0 ? " " : "");
		strbuf_adds(&sb, policy_rule_name(policy, decision->matched[i]));
	}
	assert_false(sb.full);
}

/* One condition, one peer: does the rule match, what is unmet, and what is known at TLS_VERIFY? */
enum early { EARLY_NO, EARLY_MAYBE, EARLY_YES };

struct when_row {
	const char *name, *when;
	struct who who;
	enum condition unmet; /* CONDITION_NONE: it matches at CLIENT_CONNECT */
	enum early early;
};

#define NATIVE4                                                                                    \
	{                                                                                          \
		.address = "198.51.100.11", .listener = FAMILY_IPV4                                \
	}
#define MAPPED4                                                                                    \
	{                                                                                          \
		.address = "198.51.100.11", .listener = FAMILY_IPV6                                \
	}
#define NATIVE6                                                                                    \
	{                                                                                          \
		.address = "2001:db8:2::12", .listener = FAMILY_IPV6                               \
	}
#define UNHEARD4                                                                                   \
	{                                                                                          \
		.address = "198.51.100.11"                                                         \
	}
#define NOBODY                                                                                     \
	{                                                                                          \
		.address = NULL                                                                    \
	}
#define NAMED(name)                                                                                \
	{                                                                                          \
		.address = "198.51.100.11", .common_name = (name)                                  \
	}
#define TUNNEL(bits)                                                                               \
	{                                                                                          \
		.address = "198.51.100.11", .tunnel = (bits)                                       \
	}

static const struct when_row WHEN[] = {
	{"nothing asked", "{}", NATIVE4, CONDITION_NONE, EARLY_YES},
	{"nothing asked of nobody", "{}", NOBODY, CONDITION_NONE, EARLY_YES},
	{"ipv4 of ipv4", "{family: ipv4}", NATIVE4, CONDITION_NONE, EARLY_YES},
	{"ipv4 of mapped", "{family: ipv4}", MAPPED4, CONDITION_NONE, EARLY_YES},
	{"ipv4 of ipv6", "{family: ipv4}", NATIVE6, CONDITION_FAMILY, EARLY_NO},
	{"ipv6 of ipv6", "{family: ipv6}", NATIVE6, CONDITION_NONE, EARLY_YES},
	{"either family", "{family: [ipv4, ipv6]}", NATIVE6, CONDITION_NONE, EARLY_YES},
	{"either family of nobody", "{family: [ipv4, ipv6]}", NOBODY, CONDITION_FAMILY, EARLY_NO},
	{"native of ipv4", "{form: native}", NATIVE4, CONDITION_NONE, EARLY_MAYBE},
	{"native of mapped", "{form: native}", MAPPED4, CONDITION_FORM, EARLY_MAYBE},
	{"native of ipv6", "{form: native}", NATIVE6, CONDITION_NONE, EARLY_YES},
	{"native of nobody", "{form: native}", NOBODY, CONDITION_FORM, EARLY_NO},
	{"mapped of ipv4", "{form: mapped}", NATIVE4, CONDITION_FORM, EARLY_MAYBE},
	{"mapped of mapped", "{form: mapped}", MAPPED4, CONDITION_NONE, EARLY_MAYBE},
	{"mapped of ipv6", "{form: mapped}", NATIVE6, CONDITION_FORM, EARLY_NO},
	{"mapped, as OpenVPN 2.3 shows it", "{form: mapped}", {.address = "::ffff:192.0.2.1"},
		CONDITION_NONE, EARLY_MAYBE},
	{"native or mapped of mapped", "{form: [native, mapped]}", MAPPED4, CONDITION_NONE,
		EARLY_YES},
	{"6to4 of ipv4", "{form: 6to4}", NATIVE4, CONDITION_FORM, EARLY_NO},
	{"6to4 of 6to4", "{form: 6to4}", {.address = "2002:c633:640c::1"}, CONDITION_NONE,
		EARLY_YES},
	{"translated of translated", "{form: translated, family: ipv4}",
		{.address = "2001:db8:64::c633:640b"}, CONDITION_NONE, EARLY_YES},
	{"listener ipv6 of mapped", "{listener: ipv6}", MAPPED4, CONDITION_NONE, EARLY_MAYBE},
	{"listener ipv6 of ipv4", "{listener: ipv6}", NATIVE4, CONDITION_LISTENER, EARLY_MAYBE},
	{"listener unknown", "{listener: [ipv4, ipv6]}", UNHEARD4, CONDITION_LISTENER, EARLY_MAYBE},
	{"tunnel unknown", "{tunnel: [ipv4, ipv6, dual]}", UNHEARD4, CONDITION_TUNNEL, EARLY_MAYBE},
	{"tunnel none", "{tunnel: [ipv4, ipv6, dual]}", TUNNEL(NO_TUNNEL), CONDITION_TUNNEL,
		EARLY_MAYBE},
	{"tunnel dual of dual", "{tunnel: dual}", TUNNEL(TUNNEL_DUAL), CONDITION_NONE, EARLY_MAYBE},
	{"tunnel dual of ipv4", "{tunnel: dual}", TUNNEL(TUNNEL_IPV4), CONDITION_TUNNEL,
		EARLY_MAYBE},
	{"tunnel ipv4 of dual", "{tunnel: ipv4}", TUNNEL(TUNNEL_DUAL), CONDITION_TUNNEL,
		EARLY_MAYBE},
	{"tunnel ipv6 of ipv6", "{tunnel: [ipv6]}", TUNNEL(TUNNEL_IPV6), CONDITION_NONE,
		EARLY_MAYBE},
	{"peer inside", "{peer: 198.51.100.0/24}", NATIVE4, CONDITION_NONE, EARLY_YES},
	{"peer outside", "{peer: [198.51.101.0/24, '::/0']}", NATIVE4, CONDITION_PEER, EARLY_NO},
	{"peer mapped, block mapped", "{peer: '::ffff:198.51.100.0/120'}", MAPPED4, CONDITION_NONE,
		EARLY_YES},
	{"peer of nobody", "{peer: [0.0.0.0/0, '::/0']}", NOBODY, CONDITION_PEER, EARLY_NO},
	{"name", "{common-name: [x, 'partner-*']}", NAMED("partner-7"), CONDITION_NONE, EARLY_YES},
	{"another name", "{common-name: [x, 'partner-*']}", NAMED("alice"), CONDITION_COMMON_NAME,
		EARLY_NO},
	{"no name", "{common-name: '*'}", NAMED(NULL), CONDITION_COMMON_NAME, EARLY_NO},
	{"an empty name", "{common-name: '*'}", NAMED(""), CONDITION_NONE, EARLY_YES},
	{"two conditions, the second unmet", "{peer: 198.51.100.0/24, common-name: x}",
		NAMED("alice"), CONDITION_COMMON_NAME, EARLY_NO},
	{"two unmet: the first in order", "{common-name: x, family: ipv6}", NAMED("alice"),
		CONDITION_FAMILY, EARLY_NO},
	{"unknown and unmet", "{tunnel: dual, common-name: x}", NAMED("alice"), CONDITION_TUNNEL,
		EARLY_NO},
};

#define WHEN_POLICY                                                                                \
	"translators: ['2001:db8:64::/96']\n"                                                      \
	"rules:\n- {name: asked, when: %s}\n- {name: end, last: true}\n"

static void condition_is_asked(void **state)
{
	const struct when_row *row = *state;
	struct fixture fixture;
	struct decision decision;
	struct peer peer;
	char yaml[512];
	struct strbuf sb;

	strbuf_init(&sb, yaml, sizeof(yaml));
	strbuf_addf(&sb, WHEN_POLICY, row->when);
	decide(&fixture, yaml, &row->who, STAGE_CONNECT, &decision);
	assert_int_equal(decision.matched_count, row->unmet == CONDITION_NONE ? 2 : 1);
	who_peer(&row->who, &fixture.policy, &peer);
	assert_string_equal(condition_name(policy_unmet(&fixture.policy, 0, &peer)),
		condition_name(row->unmet));
	fixture_done(&fixture);
}

#define EARLY_POLICY                                                                               \
	"translators: ['2001:db8:64::/96']\n"                                                      \
	"rules:\n- {name: asked, last: true, when: %s}\n- {name: x, deny: no, deny-at: verify}\n"

/* YES ends with the rule, NO goes on to the refusal, MAYBE leaves it to CLIENT_CONNECT. */
static void condition_is_asked_early(void **state)
{
	const struct when_row *row = *state;
	struct fixture fixture;
	struct decision decision;
	char yaml[512];
	struct strbuf sb;

	strbuf_init(&sb, yaml, sizeof(yaml));
	strbuf_addf(&sb, EARLY_POLICY, row->when);
	decide(&fixture, yaml, &row->who, STAGE_VERIFY, &decision);
	assert_int_equal(decision.verdict, row->early == EARLY_NO ? VERDICT_DENY : VERDICT_ALLOW);
	assert_int_equal(decision.matched_count, row->early == EARLY_MAYBE ? 0 : 1);
	fixture_done(&fixture);
}

/* The order of rules. */
struct order_row {
	const char *name, *rules;
	enum stage stage;
	enum verdict verdict;
	unsigned deny_rule;
	const char *matched;
};

static const struct order_row ORDER[] = {
	{"every match adds", "[{name: a}, {name: b, when: {family: ipv6}}, {name: c}]",
		STAGE_CONNECT, VERDICT_ALLOW, 0, "a c"},
	{"no rules", "[]", STAGE_CONNECT, VERDICT_ALLOW, 0, ""},
	{"last ends", "[{name: a, last: true}, {name: b, deny: no}]", STAGE_CONNECT, VERDICT_ALLOW,
		0, "a"},
	{"last that does not match", "[{name: a, last: true, when: {family: ipv6}}, {name: b}]",
		STAGE_CONNECT, VERDICT_ALLOW, 0, "b"},
	{"deny ends", "[{name: a}, {name: b, deny: no}, {name: c, deny: no}]", STAGE_CONNECT,
		VERDICT_DENY, 1, "a b"},
	{"deny at verify, asked at connect", "[{name: a, deny: no, deny-at: verify}]",
		STAGE_CONNECT, VERDICT_DENY, 0, "a"},
	{"deny at verify", "[{name: a}, {name: b, deny: no, deny-at: verify}]", STAGE_VERIFY,
		VERDICT_DENY, 1, "a b"},
	{"deny at connect waits", "[{name: a, deny: no}, {name: b, deny: no, deny-at: verify}]",
		STAGE_VERIFY, VERDICT_ALLOW, 0, "a"},
	{"last before deny at verify",
		"[{name: a, last: true}, {name: b, deny: no, deny-at: verify}]", STAGE_VERIFY,
		VERDICT_ALLOW, 0, "a"},
	{"an undecided last leaves it open",
		"[{name: a, last: true, when: {tunnel: dual}}, {name: b, deny: no, deny-at: "
		"verify}]",
		STAGE_VERIFY, VERDICT_ALLOW, 0, ""},
	{"an undecided deny leaves it open",
		"[{name: a, deny: no, when: {form: mapped}}, {name: b, deny: no, deny-at: verify}]",
		STAGE_VERIFY, VERDICT_ALLOW, 0, ""},
	{"an undecided rule that only adds does not",
		"[{name: a, when: {tunnel: dual}}, {name: b, deny: no, deny-at: verify}]",
		STAGE_VERIFY, VERDICT_DENY, 1, "b"},
};

static void rules_are_read_in_order(void **state)
{
	const struct order_row *row = *state;
	struct fixture fixture;
	struct decision decision;
	char yaml[512], matched[128];
	struct strbuf sb;

	strbuf_init(&sb, yaml, sizeof(yaml));
	strbuf_addf(&sb, "rules: %s", row->rules);
	decide(&fixture, yaml, &V4, row->stage, &decision);
	assert_int_equal(decision.verdict, row->verdict);
	assert_int_equal(decision.deny_rule, row->deny_rule);
	print_matched(&fixture.policy, &decision, matched, sizeof(matched));
	assert_string_equal(matched, row->matched);
	assert_int_equal(decision.ipv4_count + decision.ipv6_count, 0);
	fixture_done(&fixture);
}

/* What is pushed. */
struct routes_row {
	const char *name, *settings,
		*routes; /* routes: of two rules, behind a | those of the second */
	const struct who *who;
	const char *pushed, *withheld;
	bool bypass;
	uint32_t mismatches;
};

static const struct who ONLY4 = {.address = "198.51.100.11", .tunnel = TUNNEL_IPV4};
static const struct who ONLY6 = {.address = "198.51.100.11", .tunnel = TUNNEL_IPV6};
static const struct who NONE = {.address = "198.51.100.11", .tunnel = NO_TUNNEL};
static const struct who UNKNOWN = {.address = "198.51.100.11"};
static const struct who TRANSLATED = {.address = "64:ff9b::c633:640b", .tunnel = TUNNEL_DUAL};

#define COVERS MISMATCH_ROUTE_COVERS_SERVER
#define SERVERS "server-addresses: [192.0.2.1, 192.0.2.2, '2001:db8:1::1']\n"

static const struct routes_row ROUTES[] = {
	{"none", "", "", &V4, "", "", false, 0},
	{"both families", "", "'2001:db8:20::/48', 10.20.0.0/16", &V4,
		"10.20.0.0/16 2001:db8:20::/48", "", false, 0},
	{"two rules' make one block", "", "10.20.0.0/17|10.20.128.0/17", &V4, "10.20.0.0/16", "",
		false, 0},
	{"one rule's lies in the other's", "", "10.20.3.0/24|10.20.0.0/16, 10.1.0.0/16", &V4,
		"10.1.0.0/16 10.20.0.0/16", "", false, 0},
	{"mapped is IPv4", "", "'::ffff:10.20.0.0/112'|10.20.0.0/16", &V4, "10.20.0.0/16", "",
		false, 0},
	{"tunnel lacks ipv6", "", "10.20.0.0/16, '2001:db8:20::/48', 'fd00::/8'", &ONLY4,
		"10.20.0.0/16", "2001:db8:20::/48 fd00::/8", false, MISMATCH_TUNNEL_LACKS_IPV6},
	{"tunnel lacks ipv6, nothing to withhold", "", "10.20.0.0/16", &ONLY4, "10.20.0.0/16", "",
		false, 0},
	{"tunnel lacks ipv4", "", "10.20.0.0/16, '2001:db8:20::/48'", &ONLY6, "2001:db8:20::/48",
		"10.20.0.0/16", false, MISMATCH_TUNNEL_LACKS_IPV4 | MISMATCH_TRANSPORT_ONLY_IPV4},
	{"tunnel lacks both", "", "10.20.0.0/16, '2001:db8:20::/48'", &NONE, "",
		"10.20.0.0/16 2001:db8:20::/48", false,
		MISMATCH_TUNNEL_LACKS_IPV4 | MISMATCH_TUNNEL_LACKS_IPV6},
	{"tunnel unknown", "", "10.20.0.0/16, '2001:db8:20::/48'", &UNKNOWN,
		"10.20.0.0/16 2001:db8:20::/48", "", false, 0},
	/* auto, server addresses known */
	{"covers the server", SERVERS, "192.0.2.0/24", &V4, "192.0.2.0/24", "", true, COVERS},
	{"covers the second server", SERVERS, "192.0.2.2/31", &V4, "192.0.2.2/31", "", true,
		COVERS},
	{"beside the server", SERVERS, "192.0.2.4/30", &V4, "192.0.2.4/30", "", false, 0},
	{"two halves cover it", SERVERS, "0.0.0.0/1|128.0.0.0/1", &V4, "0.0.0.0/0", "", true,
		COVERS},
	{"is the server", SERVERS, "10.20.0.0/16, 192.0.2.1, 192.0.3.1, '2001:db8:20::/48'", &V4,
		"10.20.0.0/16 192.0.3.1/32 2001:db8:20::/48", "", true, COVERS},
	{"is the server alone", SERVERS, "192.0.2.1", &V4, "", "", true, COVERS},
	{"covers it for a mapped peer", SERVERS, "192.0.2.0/24", &MAPPED, "192.0.2.0/24", "", true,
		COVERS | MISMATCH_MAPPED_PEER},
	{"covers it for a translated peer", SERVERS "translators: ['64:ff9b::/96']\n",
		"192.0.2.0/24", &TRANSLATED, "192.0.2.0/24", "", true,
		COVERS | MISMATCH_TRANSLATED_PEER},
	{"an IPv6 peer protects itself", SERVERS, "192.0.2.0/24, '2001:db8:1::/64', 192.0.2.1", &V6,
		"192.0.2.0/24 2001:db8:1::/64", "", false, 0},
	{"is the server, to an IPv6 peer", SERVERS, "192.0.2.1", &V6, "192.0.2.1/32", "", false, 0},
	{"covers it, but is withheld", SERVERS, "192.0.2.0/24", &ONLY6, "", "192.0.2.0/24", false,
		MISMATCH_TUNNEL_LACKS_IPV4 | MISMATCH_TRANSPORT_ONLY_IPV4},
	{"global, but not the server", SERVERS, "8.8.8.0/24", &V4, "8.8.8.0/24", "", false, 0},
	/* auto, no IPv4 server address known */
	{"unknown server, global", "", "8.8.8.8", &V4, "8.8.8.8/32", "", true, COVERS},
	{"only an IPv6 server, global", "server-addresses: ['2001:db8:1::1']\n", "8.8.8.0/24", &V4,
		"8.8.8.0/24", "", true, COVERS},
	{"unknown server, private", "",
		"0.0.0.0/8, 10.0.0.0/8, 100.64.0.0/10, 127.0.0.0/8, 169.254.0.0/16, 172.16.0.0/12, "
		"192.0.0.0/24, 192.168.0.0/16, 198.18.0.0/15, 224.0.0.0/4, 240.0.0.0/4",
		&V4,
		"0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 "
		"192.0.0.0/24 192.168.0.0/16 198.18.0.0/15 224.0.0.0/3",
		"", false, 0},
	{"unknown server, more than 172.16/12", "", "172.0.0.0/11", &V4, "172.0.0.0/11", "", true,
		COVERS},
	{"unknown server, more than 10/8", "", "10.0.0.0/7", &V4, "10.0.0.0/7", "", true, COVERS},
	{"unknown server, more than 192.0.0/24", "", "192.0.0.0/23", &V4, "192.0.0.0/23", "", true,
		COVERS},
	/* always and never */
	{"always", "bypass: always\n", "10.20.0.0/16", &V4, "10.20.0.0/16", "", true, 0},
	{"always, and covers", "bypass: always\n" SERVERS, "192.0.2.0/24", &V4, "192.0.2.0/24", "",
		true, COVERS},
	{"always, no IPv4 route", "bypass: always\n", "'2001:db8:20::/48'", &V4, "2001:db8:20::/48",
		"", false, 0},
	{"always, an IPv6 peer", "bypass: always\n", "10.20.0.0/16", &V6, "10.20.0.0/16", "", false,
		0},
	{"never", "bypass: never\n" SERVERS, "192.0.2.0/24, 192.0.2.1", &V4, "192.0.2.0/24", "",
		false, 0},
};

static void write_routes_policy(const struct routes_row *row, struct strbuf *sb)
{
	const char *second = strchr(row->routes, '|');
	const size_t first_len = strcspn(row->routes, "|");

	strbuf_adds(sb, row->settings);
	strbuf_adds(sb, "rules:\n- {name: none}\n");
	if (first_len != 0)
		strbuf_addf(sb, "- {name: a, routes: [%.*s]}\n", (int)first_len, row->routes);
	if (second != NULL)
		strbuf_addf(sb, "- {name: b, routes: [%s]}\n", second + 1);
}

static void routes_are_decided(void **state)
{
	const struct routes_row *row = *state;
	struct fixture fixture;
	struct decision decision;
	char yaml[1024], text[512];
	struct strbuf sb;

	strbuf_init(&sb, yaml, sizeof(yaml));
	write_routes_policy(row, &sb);
	decide(&fixture, yaml, row->who, STAGE_CONNECT, &decision);
	print_blocks(
		decision.routes, decision.ipv4_count + decision.ipv6_count, text, sizeof(text));
	assert_string_equal(text, row->pushed);
	for (size_t i = 0; i < decision.ipv4_count + decision.ipv6_count; i++)
		assert_int_equal(decision.routes[i].addr.family,
			i < decision.ipv4_count ? FAMILY_IPV4 : FAMILY_IPV6);
	print_blocks(decision.withheld, decision.withheld_ipv4 + decision.withheld_ipv6, text,
		sizeof(text));
	assert_string_equal(text, row->withheld);
	assert_int_equal(decision.bypass, row->bypass);
	assert_int_equal(decision.mismatches, row->mismatches);
	fixture_done(&fixture);
}

static void same_question_same_answer(void **state)
{
	struct fixture fixture;
	struct decision first, second;
	struct peer peer;

	(void)state;
	decide(&fixture, SERVERS "rules: [{name: a, routes: [192.0.2.0/24]}]", &V4, STAGE_CONNECT,
		&first);
	who_peer(&V4, &fixture.policy, &peer);
	policy_decide(&fixture.policy, &peer, STAGE_CONNECT, fixture.scratch, &second);
	assert_memory_equal(&first, &second, sizeof(first));
	fixture_done(&fixture);
}

int main(void)
{
	struct CMUnitTest tests[2 * COUNT(WHEN) + COUNT(ORDER) + COUNT(ROUTES) + 1] = {{0}};
	size_t count = 0;

	for (size_t i = 0; i < COUNT(WHEN); i++) {
		tests[count++] = ROW_TEST(WHEN[i].name, condition_is_asked, &WHEN[i]);
		tests[count++] = ROW_TEST(WHEN[i].name, condition_is_asked_early, &WHEN[i]);
	}
	for (size_t i = 0; i < COUNT(ORDER); i++)
		tests[count++] = ROW_TEST(ORDER[i].name, rules_are_read_in_order, &ORDER[i]);
	for (size_t i = 0; i < COUNT(ROUTES); i++)
		tests[count++] = ROW_TEST(ROUTES[i].name, routes_are_decided, &ROUTES[i]);
	tests[count++] = ROW_TEST("the same question", same_question_same_answer, NULL);
	return cmocka_run_group_tests_name("policy", tests, NULL, NULL);
}
