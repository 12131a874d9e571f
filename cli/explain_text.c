/* SPDX-License-Identifier: MIT */
#include "explain.h"

#include <stdio.h>
#include <string.h>
#include "cli.h"
#include "printable.h"
#include "table.h"

/* A text from outside, fit for a terminal. */
static void print_safely(const char *text)
{
	char data[1024];
	struct strbuf sb;

	for (size_t len = strlen(text), step; len != 0; len -= step, text += step) {
		step = len < 64 ? len : 64;
		strbuf_init(&sb, data, sizeof(data));
		(void)printable_add(&sb, text, step);
		(void)fputs(data, stdout);
	}
}

static void print_coloured(enum colour colour, const char *text)
{
	const bool coloured = cli_coloured();

	(void)printf("%s%s%s", coloured ? colour_begin(colour) : "", text,
		coloured ? colour_end(colour) : "");
}

static const char *tunnel_name(const struct peer *peer)
{
	static const char *const NAMES[] = {
		[0] = "none",
		[TUNNEL_IPV4] = "ipv4",
		[TUNNEL_IPV6] = "ipv6",
		[TUNNEL_DUAL] = "dual",
	};

	return NAMES[peer->tunnel & TUNNEL_DUAL];
}

/* The canonical address. */
static void print_ip(const struct peer *peer)
{
	char data[IPADDR_TEXT_MAX + 1];
	struct strbuf sb;

	strbuf_init(&sb, data, sizeof(data));
	ipaddr_print(&peer->addr.ip, &sb);
	(void)fputs(data, stdout);
}

static void print_version(uint32_t version)
{
	if (version == CLIENT_VERSION_UNKNOWN)
		(void)fputs("unknown", stdout);
	else
		(void)printf("%u.%u.%u", version >> 16, version >> 8 & 255, version & 255);
}

static void print_peer(const struct peer *peer)
{
	(void)fputs("peer        ", stdout);
	print_ip(peer);
	(void)fputs(", as it arrived: ", stdout);
	print_safely(peer->address);
	(void)printf("\n            family %s, form %s, listener %s, tunnel %s, common name ",
		family_name((enum family)peer->addr.ip.family), form_name(peer->addr.form),
		family_name(peer->listener), tunnel_name(peer));
	print_safely(peer->common_name != NULL ? peer->common_name : "none");
	(void)fputs("\n            client version ", stdout);
	print_version(peer->client_version);
	(void)fputs(", platform ", stdout);
	print_safely(peer->platform != NULL ? peer->platform : "unknown");
	(void)fputs("\n", stdout);
}

static void print_excess(const struct explained *explained)
{
	(void)printf(": %s, ", explained_reason(explained));
	if (explained->excess == EXCESS_BLOCKS)
		(void)printf("more than %d blocks are left of its routes", POLICY_ROUTES_MAX);
	else if (explained->bytes != 0)
		(void)printf("%zu bytes of push lines, at most %d can be given", explained->bytes,
			PUSH_TEXT_MAX);
	else
		(void)printf("more than %d bytes of push lines", PUSH_TEXT_MAX);
}

static void print_verdict(const struct explained *explained)
{
	const struct policy *policy = explained->policy;

	(void)fputs("verdict     ", stdout);
	if (explained_allowed(explained)) {
		print_coloured(COLOUR_GREEN, "allowed");
		(void)fputs("\n", stdout);
		return;
	}
	print_coloured(COLOUR_RED, "refused");
	if (explained->excess != EXCESS_NONE) {
		print_excess(explained);
	} else {
		(void)printf(" by %s: ", policy_rule_name(policy, explained->decision.deny_rule));
		print_safely(explained_reason(explained));
	}
	(void)printf("\n            %s\n",
		explained->stage == STAGE_VERIFY
			? "at TLS_VERIFY: to the client a dead network, it tries again"
			: "at CLIENT_CONNECT: the client hears AUTH_FAILED and ends");
}

/* What the peer has where the rule wants something else. */
static void print_unmet(const struct peer *peer, enum condition condition)
{
	const char *has = "unknown";

	switch (condition) {
	case CONDITION_NONE: /* it will match; at TLS_VERIFY nobody knows */
		(void)fputs("not known yet", stdout);
		return;
	case CONDITION_FAMILY:
		has = family_name((enum family)peer->addr.ip.family);
		break;
	case CONDITION_FORM:
		has = form_name(peer->addr.form);
		break;
	case CONDITION_LISTENER:
		has = family_name(peer->listener);
		break;
	case CONDITION_TUNNEL:
		has = tunnel_name(peer);
		break;
	case CONDITION_PEER:
		(void)fputs("no, peer is ", stdout);
		print_ip(peer);
		return;
	case CONDITION_PEER_LIST:
		(void)fputs("no, not in the peer-list: ", stdout);
		print_ip(peer);
		return;
	case CONDITION_CLIENT_VERSION:
		(void)fputs("no, client-version is ", stdout);
		print_version(peer->client_version);
		return;
	case CONDITION_PLATFORM:
		has = peer->platform != NULL ? peer->platform : "unknown";
		break;
	case CONDITION_COMMON_NAME:
		has = peer->common_name != NULL ? peer->common_name : "none";
		break;
	}
	(void)printf("no, %s is ", condition_name(condition));
	print_safely(has);
}

static int longest_name(const struct policy *policy)
{
	size_t longest = 0;

	for (size_t i = 0; i < policy->rule_count; i++) {
		size_t len = strlen(policy_rule_name(policy, i));

		longest = len > longest ? len : longest;
	}
	return (int)longest;
}

static void print_rules(const struct explained *explained)
{
	const struct decision *decision = &explained->decision;
	const struct policy *policy = explained->policy;
	const size_t asked = explained_asked(explained);
	const int width = longest_name(policy);
	size_t next = 0;

	for (size_t i = 0; i < policy->rule_count; i++) {
		(void)printf("%s%-*s  ", i == 0 ? "rules       " : "            ", width,
			policy_rule_name(policy, i));
		if (next < decision->matched_count && decision->matched[next] == i) {
			print_coloured(COLOUR_GREEN, "matches");
			next++;
		} else if (i >= asked) {
			(void)printf("not asked: %s ends it", policy_rule_name(policy, asked - 1));
		} else {
			print_unmet(explained->peer, policy_unmet(policy, i, explained->peer));
		}
		(void)fputs("\n", stdout);
	}
}

static void print_config(const struct explained *explained)
{
	const char *line = explained->config;
	const char *title = "config      ";

	if (explained_allowed(explained) && *line == '\0')
		(void)printf("%snothing\n", title);
	for (size_t len; *line != '\0'; line += len + 1) {
		len = strcspn(line, "\n");
		(void)printf("%s%.*s\n", title, (int)len, line);
		title = "            ";
	}
}

static void print_block(const char *title, const struct prefix *block, const char *remark)
{
	char data[IPADDR_TEXT_MAX + 5];
	struct strbuf sb;

	strbuf_init(&sb, data, sizeof(data));
	prefix_print(block, &sb);
	(void)printf("%-12s%s%s\n", title, data, remark);
}

static void print_blocks(
	const char *title, const struct prefix *blocks, size_t count, const char *remark)
{
	for (size_t i = 0; i < count; i++)
		print_block(i == 0 ? title : "", &blocks[i], remark);
}

/* What was there before something was excluded. */
static void print_exclusion(const struct decision *decision)
{
	if (decision->excluded_count == 0)
		return;
	print_blocks("routes", decision->united, decision->united_count, "");
	print_blocks("without", decision->excluded, decision->excluded_count, "");
}

static void print_withheld(const struct decision *decision)
{
	const unsigned defaults = decision->default_withheld;

	print_blocks("withheld", decision->withheld,
		decision->withheld_ipv4 + decision->withheld_ipv6, "");
	print_blocks("withheld", decision->cutting, decision->cutting_count,
		" would cut this client off");
	print_blocks("withheld", decision->dns_withheld, decision->dns_withheld_count,
		" as a name server");
	if (defaults != 0)
		(void)printf("%-12sthe default route of %s\n", "withheld",
			defaults == IMAGE_IPV4	 ? "ipv4"
			: defaults == IMAGE_IPV6 ? "ipv6"
						 : "ipv4 and ipv6");
}

/* OpenVPN packs the options into messages of at most PUSH_BUNDLE_SIZE bytes. */
static void print_messages(const struct explained *explained)
{
	const unsigned messages = explained_messages(explained->config);

	if (messages > 1)
		(void)printf("%-12s%zu bytes, in %u control messages and what the server pushes "
			     "besides\n",
			"size", strlen(explained->config), messages);
}

struct sentence {
	enum mismatch mismatch;
	const char *text;
};

/* Those that can come of one peer and one policy. */
static const struct sentence SENTENCES[] = {
	{MISMATCH_MAPPED_PEER, "an IPv4 peer on an IPv6 socket"},
	{MISMATCH_TRANSLATED_PEER, "an IPv4 peer behind one of our translators"},
	{MISMATCH_EMBEDDED_IPV4, "an IPv4 address stands in its IPv6 address; it is not trusted"},
	{MISMATCH_RESERVED_IN_TRANSLATOR,
		"64:ff9b::/96 around an IPv4 address that is not global (RFC 6052)"},
	{MISMATCH_TUNNEL_LACKS_IPV4, "something of IPv4 is withheld: its tunnel has no IPv4"},
	{MISMATCH_TUNNEL_LACKS_IPV6, "something of IPv6 is withheld: its tunnel has no IPv6"},
	{MISMATCH_ROUTE_COVERS_SERVER,
		"its routes cover the server: a host route goes around the tunnel"},
	{MISMATCH_TOO_MANY_ROUTES,
		"more routes than such a client can take (2.3: 100 of a family, 3: 256 KiB)"},
	{MISMATCH_PROXIED, "it comes from one of our proxies; where from before is not known"},
	{MISMATCH_IPV6_LEAKS, "all its IPv4 goes into the tunnel, and its IPv6 around it"},
	{MISMATCH_TRANSPORT_ONLY_IPV4, "it comes over IPv4, and its tunnel is IPv6 only"},
	{MISMATCH_TRANSPORT_ONLY_IPV6, "it comes over IPv6, and its tunnel is IPv4 only"},
};

static void print_mismatches(uint32_t mismatches)
{
	const char *title = "mismatches  ";

	for (size_t i = 0; i < sizeof(SENTENCES) / sizeof(SENTENCES[0]); i++) {
		if ((mismatches & SENTENCES[i].mismatch) == 0)
			continue;
		(void)printf("%s%-24s %s\n", title, mismatch_name(SENTENCES[i].mismatch),
			SENTENCES[i].text);
		title = "            ";
	}
}

void explain_text(const struct explained *explained)
{
	print_peer(explained->peer);
	print_verdict(explained);
	print_rules(explained);
	print_exclusion(&explained->decision);
	print_config(explained);
	print_messages(explained);
	print_withheld(&explained->decision);
	print_mismatches(explained->decision.mismatches);
}
