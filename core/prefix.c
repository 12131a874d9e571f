/* SPDX-License-Identifier: MIT */
#include "v4map/prefix.h"

#include <errno.h>
#include <string.h>

enum { MAPPED_LEN = 96 };

/* Clear (or set) every bit behind the first `len`. */
static struct ipaddr fill_host(const struct prefix *prefix, bool ones)
{
	struct ipaddr addr = prefix->addr;
	const unsigned size = family_bits((enum family)addr.family) / 8;
	uint8_t mask = (uint8_t)(0xff >> prefix->len % 8);

	for (unsigned i = prefix->len / 8; i < size; i++) {
		if (ones)
			addr.bytes[i] |= mask;
		else
			addr.bytes[i] &= (uint8_t)~mask;
		mask = 0xff;
	}
	return addr;
}

struct ipaddr prefix_first(const struct prefix *prefix)
{
	return fill_host(prefix, false);
}

struct ipaddr prefix_last(const struct prefix *prefix)
{
	return fill_host(prefix, true);
}

struct ipaddr prefix_netmask(const struct prefix *prefix)
{
	const struct prefix all = {.addr = {.family = FAMILY_IPV4}, .len = prefix->len};
	struct ipaddr mask = prefix_last(&all);

	for (int i = 0; i < 4; i++)
		mask.bytes[i] = (uint8_t)~mask.bytes[i];
	return mask;
}

/* Whole decimal number up to `max`, no sign and no leading zero. */
static int parse_len(const char *text, size_t len, unsigned max, unsigned *ret)
{
	unsigned value = 0;

	if (len == 0 || len > 3 || (len > 1 && text[0] == '0'))
		return -EINVAL;
	for (size_t i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -EINVAL;
		value = value * 10 + (unsigned)(text[i] - '0');
	}
	if (value > max)
		return -EINVAL;
	*ret = value;
	return 0;
}

static int check_host_bits(const struct prefix *prefix, struct err *err)
{
	struct prefix meant = {.addr = prefix_first(prefix), .len = prefix->len};
	char data[64];
	struct strbuf text;

	if (ipaddr_equal(&meant.addr, &prefix->addr))
		return 0;
	strbuf_init(&text, data, sizeof(data));
	prefix_print(&meant, &text);
	return err_set(err, -EINVAL, "host bits are set; did you mean %s?", data);
}

int prefix_parse(const char *text, size_t len, struct prefix *ret, struct err *err)
{
	const char *slash = memchr(text, '/', len);
	size_t addr_len = slash == NULL ? len : (size_t)(slash - text);
	struct prefix prefix = {.len = 0};
	unsigned bits, given;
	int shown = len > 80 ? 80 : (int)len, rc;

	if (memchr(text, '%', addr_len) != NULL || ipaddr_parse(text, addr_len, &prefix.addr) != 0)
		return err_set(err, -EINVAL,
			"want an address block such as 10.0.0.0/8, found '%.*s'", shown, text);
	bits = family_bits((enum family)prefix.addr.family);
	given = bits;
	if (slash != NULL && parse_len(slash + 1, len - addr_len - 1, bits, &given) != 0)
		return err_set(err, -EINVAL, "want a length from 0 to %u behind '/', found '%.*s'",
			bits, shown, text);
	if (ipaddr_is_mapped(&prefix.addr)) {
		if (given < MAPPED_LEN)
			return err_set(err, -EINVAL,
				"a v4-mapped block is /96 or longer, found '%.*s'", shown, text);
		prefix.addr = ipaddr_from_ipv4(prefix.addr.bytes + 12);
		given -= MAPPED_LEN;
	}
	prefix.len = (uint8_t)given;
	rc = check_host_bits(&prefix, err);
	if (rc == 0)
		*ret = prefix;
	return rc;
}

void prefix_print(const struct prefix *prefix, struct strbuf *sb)
{
	ipaddr_print(&prefix->addr, sb);
	strbuf_addc(sb, '/');
	strbuf_addu(sb, prefix->len);
}

bool prefix_contains(const struct prefix *prefix, const struct ipaddr *addr)
{
	const uint64_t high = ipaddr_high(&prefix->addr) ^ ipaddr_high(addr);
	const unsigned len = prefix->len;

	if (prefix->addr.family != addr->family || addr->family == FAMILY_NONE)
		return false;
	if (len <= 64)
		return len == 0 || high >> (64 - len) == 0;
	/* A prefix list in an image is searched as it is, so a length may be anything. */
	return len <= 128 && high == 0 &&
	       (ipaddr_low(&prefix->addr) ^ ipaddr_low(addr)) >> (128 - len) == 0;
}

int prefix_compare(const struct prefix *a, const struct prefix *b)
{
	int order = ipaddr_compare(&a->addr, &b->addr);

	return order != 0 ? order : (int)a->len - (int)b->len;
}

bool prefix_equal(const struct prefix *a, const struct prefix *b)
{
	return prefix_compare(a, b) == 0;
}
