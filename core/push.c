/* SPDX-License-Identifier: MIT */
#include "v4map/push.h"

#include <errno.h>
#include <string.h>

#define PUSH_OPEN "push \""
#define PUSH_CLOSE "\""

static void add_block(const struct prefix *prefix, struct strbuf *sb)
{
	struct ipaddr mask;

	if (prefix->addr.family == FAMILY_IPV4) {
		mask = prefix_netmask(prefix);
		strbuf_adds(sb, PUSH_OPEN "route ");
		ipaddr_print(&prefix->addr, sb);
		strbuf_addc(sb, ' ');
		ipaddr_print(&mask, sb);
	} else {
		strbuf_adds(sb, PUSH_OPEN "route-ipv6 ");
		prefix_print(prefix, sb);
	}
	strbuf_adds(sb, PUSH_CLOSE "\n");
}

void push_route(const struct prefix *prefix, struct strbuf *sb)
{
	struct prefix half = {.addr = prefix->addr, .len = 1};

	if (prefix->len != 0) {
		add_block(prefix, sb);
		return;
	}
	add_block(&half, sb);
	half.addr.bytes[0] = 0x80;
	add_block(&half, sb);
}

static int check_bytes(const char *option, size_t len, struct err *err)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char byte = (unsigned char)option[i];

		if (byte < ' ' || byte > '~')
			return err_set(err, -EINVAL,
				"OpenVPN takes printable ASCII only, found byte 0x%02x", byte);
		if (strchr("\"'\\,", byte) != NULL)
			return err_set(err, -EINVAL,
				"OpenVPN would misread the %c in a push option", byte);
	}
	return 0;
}

/* As the client splits the option into words: at blanks; a word with # or ; first is a comment. */
static int check_words(const char *option, size_t len, struct err *err)
{
	unsigned words = 0;

	if (len == 0 || option[0] == ' ' || option[len - 1] == ' ')
		return err_set(err, -EINVAL, "want an option without blanks around it");
	for (size_t i = 0; i < len; i++) {
		if (option[i] == ' ' || (i != 0 && option[i - 1] != ' '))
			continue;
		words++;
		if (option[i] == '#' || option[i] == ';')
			return err_set(err, -EINVAL,
				"a word that begins with %c is a comment to OpenVPN", option[i]);
	}
	if (words > PUSH_TOKENS_MAX)
		return err_set(err, -EINVAL, "OpenVPN reads at most %d words, found %u",
			PUSH_TOKENS_MAX, words);
	return 0;
}

int push_option_check(const char *option, size_t len, struct err *err)
{
	size_t line = len + strlen(PUSH_OPEN PUSH_CLOSE);
	int rc = check_bytes(option, len, err);

	if (rc == 0)
		rc = check_words(option, len, err);
	if (rc == 0 && line > PUSH_LINE_MAX)
		rc = err_set(err, -EINVAL,
			"OpenVPN reads lines of at most %d bytes; push \"...\" would have %zu",
			PUSH_LINE_MAX, line);
	return rc;
}

/*
 * push-remove takes away whatever begins with its text, so `route` alone would take
 * route-gateway, too.
 */
static void add_removes(const struct policy *policy, struct strbuf *sb)
{
	if (policy->header->replace_pushed_routes != 0)
		strbuf_adds(sb, "push-remove \"route \"\n"
				"push-remove \"route-ipv6 \"\n");
}

/* `remote_host` is the address this client really dialled, whatever we think it is. */
static void add_bypass(const struct decision *decision, struct strbuf *sb)
{
	if (decision->bypass)
		strbuf_adds(sb,
			PUSH_OPEN "route remote_host 255.255.255.255 net_gateway" PUSH_CLOSE "\n");
}

/*
 * An OpenVPN client answers IPv6 itself with `block-ipv6`; but what it blocks must first be led
 * into its tunnel.  The address is that of openvpn(8)'s own example.
 */
static void add_leak_guard(const struct decision *decision, struct strbuf *sb)
{
	if (decision->block_address)
		strbuf_adds(sb, PUSH_OPEN "ifconfig-ipv6 fd15:53b6:dead::2/64 "
					  "fd15:53b6:dead::1" PUSH_CLOSE "\n");
	if (decision->block_ipv6)
		strbuf_adds(sb, PUSH_OPEN "block-ipv6" PUSH_CLOSE "\n");
	if (!decision->block_routes)
		return;
	/* As redirect-gateway divides it: some networks have 2000::/3 for a default route. */
	strbuf_adds(sb, PUSH_OPEN "route-ipv6 ::/3" PUSH_CLOSE "\n");
	strbuf_adds(sb, PUSH_OPEN "route-ipv6 2000::/4" PUSH_CLOSE "\n");
	strbuf_adds(sb, PUSH_OPEN "route-ipv6 3000::/4" PUSH_CLOSE "\n");
	strbuf_adds(sb, PUSH_OPEN "route-ipv6 fc00::/7" PUSH_CLOSE "\n");
}

static void add_gateway(const struct decision *decision, struct strbuf *sb)
{
	static const char *const FLAGS[] = {
		[IMAGE_IPV4] = "def1",
		[IMAGE_IPV6] = "ipv6 !ipv4",
		[IMAGE_IPV4 | IMAGE_IPV6] = "def1 ipv6",
	};

	if (decision->redirect != 0) {
		strbuf_adds(sb, PUSH_OPEN "redirect-gateway ");
		strbuf_adds(sb, FLAGS[decision->redirect & (IMAGE_IPV4 | IMAGE_IPV6)]);
		strbuf_adds(sb, PUSH_CLOSE "\n");
	}
}

/*
 * The client's network may have a route for what DNS64 makes.  Halves win over it, whatever its
 * metric is.
 */
static void add_routes(const struct decision *decision, struct strbuf *sb)
{
	for (size_t i = 0; i < decision->ipv4_count + decision->ipv6_count; i++)
		push_route(&decision->routes[i], sb);
	if (!decision->nat64_guard)
		return;
	strbuf_adds(sb, PUSH_OPEN "route-ipv6 64:ff9b::/97" PUSH_CLOSE "\n");
	strbuf_adds(sb, PUSH_OPEN "route-ipv6 64:ff9b::8000:0/97" PUSH_CLOSE "\n");
}

static void add_dns(const struct decision *decision, struct strbuf *sb)
{
	for (size_t i = 0; i < decision->dns_count; i++) {
		const struct ipaddr *server = &decision->dns[i].addr;

		strbuf_adds(sb, decision->dns_option		? PUSH_OPEN "dns server 0 address "
				: server->family == FAMILY_IPV4 ? PUSH_OPEN "dhcp-option DNS "
								: PUSH_OPEN "dhcp-option DNS6 ");
		ipaddr_print(server, sb);
		strbuf_adds(sb, PUSH_CLOSE "\n");
	}
}

/* Equal options have one offset: the compiler keeps each text once. */
static bool first_time(const struct decision *decision, uint32_t text)
{
	uint8_t bit = (uint8_t)(1u << text % 8);
	bool seen = (decision->rendered[text / 8] & bit) != 0;

	decision->rendered[text / 8] |= bit;
	return !seen;
}

static void add_options(const struct policy *policy, const struct image_rule *rule,
	const struct decision *decision, struct strbuf *sb)
{
	for (uint32_t i = 0; i < rule->push.count; i++) {
		uint32_t text = policy->strings[rule->push.first + i];

		if (!first_time(decision, text))
			continue;
		strbuf_adds(sb, PUSH_OPEN);
		strbuf_adds(sb, policy_text(policy, text));
		strbuf_adds(sb, PUSH_CLOSE "\n");
	}
}

int push_render(const struct policy *policy, const struct decision *decision, struct strbuf *sb)
{
	if (decision->verdict != VERDICT_ALLOW)
		return 0;
	if (decision->overflow)
		return -ENOSPC;
	add_removes(policy, sb);
	add_bypass(decision, sb);
	add_gateway(decision, sb);
	add_leak_guard(decision, sb);
	add_routes(decision, sb);
	add_dns(decision, sb);
	memset(decision->rendered, 0, policy->text_size / 8 + 1);
	for (size_t i = 0; i < decision->matched_count; i++)
		add_options(policy, &policy->rules[decision->matched[i]], decision, sb);
	return sb->full ? -ENOSPC : 0;
}
