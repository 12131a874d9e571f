/* SPDX-License-Identifier: MIT */
#include "v4map/ipaddr.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

enum { ZONE_MAX = 15 };

/* A zone is an interface's name or number: printable, not empty, and no second '%'. */
static bool zone_valid(const char *zone, size_t len)
{
	if (len == 0 || len > ZONE_MAX)
		return false;
	for (size_t i = 0; i < len; i++)
		if (zone[i] <= ' ' || zone[i] > '~' || zone[i] == '%' || zone[i] == '/')
			return false;
	return true;
}

int ipaddr_parse(const char *text, size_t len, struct ipaddr *ret)
{
	struct ipaddr addr = {.family = FAMILY_IPV6};
	char copy[IPADDR_TEXT_MAX + 1];
	const char *zone = memchr(text, '%', len);
	size_t addr_len = zone == NULL ? len : (size_t)(zone - text);

	if (len > IPADDR_TEXT_MAX || memchr(text, '\0', len) != NULL)
		return -EINVAL;
	memcpy(copy, text, addr_len);
	copy[addr_len] = '\0';
	if (memchr(copy, ':', addr_len) == NULL) {
		addr.family = FAMILY_IPV4;
		if (zone != NULL || inet_pton(AF_INET, copy, addr.bytes) != 1)
			return -EINVAL;
	} else if (inet_pton(AF_INET6, copy, addr.bytes) != 1) {
		return -EINVAL;
	}
	if (zone != NULL && (ipaddr_is_mapped(&addr) || !zone_valid(zone + 1, len - addr_len - 1)))
		return -EINVAL;
	*ret = addr;
	return 0;
}

static void print_ipv4(const uint8_t *bytes, struct strbuf *sb)
{
	for (int i = 0; i < 4; i++) {
		if (i != 0)
			strbuf_addc(sb, '.');
		strbuf_addu(sb, bytes[i]);
	}
}

/* The first of the longest runs of zero groups, at least two (RFC 5952 4.2). */
static void find_zeros(const uint16_t groups[static 8], int *first, int *count)
{
	*first = -1;
	*count = 1;
	for (int i = 0; i < 8; i++) {
		int end = i;

		while (end < 8 && groups[end] == 0)
			end++;
		if (end - i > *count) {
			*first = i;
			*count = end - i;
		}
		if (end > i)
			i = end - 1;
	}
}

static void print_group(uint16_t group, struct strbuf *sb)
{
	static const char HEX[] = "0123456789abcdef";
	char digits[4];
	size_t at = sizeof(digits);

	do {
		digits[--at] = HEX[group & 15];
		group = (uint16_t)(group >> 4);
	} while (group != 0);
	strbuf_add(sb, digits + at, sizeof(digits) - at);
}

static void print_ipv6(const uint8_t *bytes, struct strbuf *sb)
{
	uint16_t groups[8];
	int zeros, zero_count;

	for (size_t i = 0; i < 8; i++)
		groups[i] = (uint16_t)(bytes[2 * i] << 8 | bytes[2 * i + 1]);
	find_zeros(groups, &zeros, &zero_count);
	for (int i = 0; i < 8; i++) {
		if (i == zeros) {
			strbuf_adds(sb, "::");
			i += zero_count - 1;
			continue;
		}
		/* "::" is also the separator of the group behind it. */
		if (i != 0 && (zeros < 0 || i != zeros + zero_count))
			strbuf_addc(sb, ':');
		print_group(groups[i], sb);
	}
}

void ipaddr_print(const struct ipaddr *addr, struct strbuf *sb)
{
	if (addr->family == FAMILY_IPV4)
		print_ipv4(addr->bytes, sb);
	else if (addr->family == FAMILY_IPV6)
		print_ipv6(addr->bytes, sb);
}

bool ipaddr_equal(const struct ipaddr *a, const struct ipaddr *b)
{
	return ipaddr_compare(a, b) == 0;
}

struct ipaddr ipaddr_from_ipv4(const uint8_t bytes[static 4])
{
	struct ipaddr addr = {.family = FAMILY_IPV4};

	memcpy(addr.bytes, bytes, 4);
	return addr;
}

bool ipaddr_is_mapped(const struct ipaddr *addr)
{
	static const uint8_t MAPPED[12] = {[10] = 0xff, [11] = 0xff};

	return addr->family == FAMILY_IPV6 && memcmp(addr->bytes, MAPPED, sizeof(MAPPED)) == 0;
}

unsigned family_bits(enum family family)
{
	return family == FAMILY_IPV4 ? 32 : family == FAMILY_IPV6 ? 128 : 0;
}

const char *family_name(enum family family)
{
	return family == FAMILY_IPV4 ? "ipv4" : family == FAMILY_IPV6 ? "ipv6" : "none";
}
