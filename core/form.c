/* SPDX-License-Identifier: MIT */
#include "v4map/form.h"

#include <errno.h>
#include <string.h>

static const char *const NAMES[FORM_COUNT] = {
	[FORM_NATIVE] = "native",
	[FORM_MAPPED] = "mapped",
	[FORM_TRANSLATED] = "translated",
	[FORM_NAT64] = "nat64",
	[FORM_6TO4] = "6to4",
	[FORM_TEREDO] = "teredo",
	[FORM_ISATAP] = "isatap",
	[FORM_V4_COMPATIBLE] = "v4-compatible",
	[FORM_V4_TRANSLATED] = "v4-translated",
};

const char *form_name(enum form form)
{
	return (unsigned)form < FORM_COUNT ? NAMES[form] : "unknown";
}

/* RFC 6052 2.2: byte 8 stays zero and is skipped. */
enum { U_BYTE = 8 };

int translator_check(const struct prefix *prefix, struct err *err)
{
	static const uint8_t LENGTHS[] = {32, 40, 48, 56, 64, 96};

	if (prefix->addr.family != FAMILY_IPV6)
		return err_set(err, -EINVAL, "a translator is an IPv6 block, found an IPv4 one");
	if (memchr(LENGTHS, prefix->len, sizeof(LENGTHS)) == NULL)
		return err_set(err, -EINVAL,
			"a translator's length is 32, 40, 48, 56, 64 or 96 (RFC 6052), found %u",
			prefix->len);
	if (prefix->addr.bytes[U_BYTE] != 0)
		return err_set(
			err, -EINVAL, "bits 64 to 71 of a translator must be zero (RFC 6052)");
	return 0;
}

/* The IPv4 address behind the prefix; false when byte 8 or the suffix is not zero. */
static bool extract(const struct prefix *translator, const struct ipaddr *seen, struct ipaddr *ret)
{
	size_t at = translator->len / 8;
	uint8_t ipv4[4];

	if (seen->bytes[U_BYTE] != 0)
		return false;
	for (size_t i = 0; i < sizeof(ipv4); i++) {
		if (at == U_BYTE)
			at++;
		ipv4[i] = seen->bytes[at++];
	}
	for (; at < sizeof(seen->bytes); at++)
		if (seen->bytes[at] != 0)
			return false;
	*ret = ipaddr_from_ipv4(ipv4);
	return true;
}

#define IPV4_BLOCK(length, ...)                                                                    \
	{                                                                                          \
		.addr = {.bytes = {__VA_ARGS__}, .family = FAMILY_IPV4}, .len = (length)           \
	}

/*
 * IPv4 that is not global: the well-known prefix must not carry it (RFC 6052 3.1).  No two of
 * these make one greater block, so a block lies in all of them together or in one of them.
 */
static const struct prefix NOT_GLOBAL[] = {
	IPV4_BLOCK(8, 0), IPV4_BLOCK(8, 10), IPV4_BLOCK(10, 100, 64), IPV4_BLOCK(8, 127),
	IPV4_BLOCK(16, 169, 254), IPV4_BLOCK(12, 172, 16), IPV4_BLOCK(24, 192, 0, 0),
	IPV4_BLOCK(16, 192, 168), IPV4_BLOCK(15, 198, 18), IPV4_BLOCK(3, 224), /* 224/4 and 240/4 */
};

bool form_is_global(const struct prefix *ipv4)
{
	for (size_t i = 0; i < sizeof(NOT_GLOBAL) / sizeof(NOT_GLOBAL[0]); i++)
		if (ipv4->len >= NOT_GLOBAL[i].len && prefix_contains(&NOT_GLOBAL[i], &ipv4->addr))
			return false;
	return true;
}

static bool is_global(const struct ipaddr *ipv4)
{
	const struct prefix host = {.addr = *ipv4, .len = 32};

	return form_is_global(&host);
}

static bool starts_with(const struct ipaddr *addr, const uint8_t *bytes, size_t len)
{
	return memcmp(addr->bytes, bytes, len) == 0;
}

static bool is_well_known(const struct ipaddr *addr)
{
	static const uint8_t NAT64[12] = {0x00, 0x64, 0xff, 0x9b};

	return starts_with(addr, NAT64, sizeof(NAT64));
}

static bool is_local_nat64(const struct ipaddr *addr) /* RFC 8215: a pool of prefixes */
{
	static const uint8_t LOCAL[6] = {0x00, 0x64, 0xff, 0x9b, 0x00, 0x01};

	return starts_with(addr, LOCAL, sizeof(LOCAL));
}

static bool is_isatap(const struct ipaddr *addr)
{
	static const uint8_t ISATAP[4] = {0x00, 0x00, 0x5e, 0xfe};

	return (addr->bytes[8] & ~0x02) == 0 && memcmp(addr->bytes + 9, ISATAP + 1, 3) == 0;
}

static bool is_teredo(const struct ipaddr *addr)
{
	static const uint8_t TEREDO[4] = {0x20, 0x01, 0x00, 0x00};

	return starts_with(addr, TEREDO, sizeof(TEREDO));
}

static bool is_v4_translated(const struct ipaddr *addr)
{
	static const uint8_t TRANSLATED[12] = {[8] = 0xff, [9] = 0xff};

	return starts_with(addr, TRANSLATED, sizeof(TRANSLATED));
}

/* ::/96 without :: and ::1, which only look like it. */
static bool is_v4_compatible(const struct ipaddr *addr)
{
	static const uint8_t ZERO[15] = {0};

	return starts_with(addr, ZERO, 12) &&
	       !(starts_with(addr, ZERO, 15) && addr->bytes[15] <= 1);
}

/* The forms that show in the address itself; only annotated, never trusted. */
static void annotate(const struct ipaddr *seen, struct classified *ret)
{
	static const uint8_t ONES[4] = {0xff, 0xff, 0xff, 0xff};
	uint8_t ipv4[4];

	memcpy(ipv4, seen->bytes + 12, sizeof(ipv4));
	if (is_well_known(seen)) {
		ret->form = FORM_NAT64;
	} else if (is_local_nat64(seen)) {
		ret->form = FORM_NAT64; /* where its IPv4 stands only the operator knows */
		return;
	} else if (seen->bytes[0] == 0x20 && seen->bytes[1] == 0x02) {
		ret->form = FORM_6TO4;
		memcpy(ipv4, seen->bytes + 2, sizeof(ipv4));
	} else if (is_teredo(seen)) {
		ret->form = FORM_TEREDO;
		for (int i = 0; i < 4; i++)
			ipv4[i] ^= ONES[i];
	} else if (is_isatap(seen)) {
		ret->form = FORM_ISATAP;
	} else if (is_v4_translated(seen)) {
		ret->form = FORM_V4_TRANSLATED;
	} else if (is_v4_compatible(seen)) {
		ret->form = FORM_V4_COMPATIBLE;
	} else {
		return;
	}
	ret->embedded = ipaddr_from_ipv4(ipv4);
	ret->reserved = ret->form == FORM_NAT64 && !is_global(&ret->embedded);
}

static const struct prefix *longest(
	const struct ipaddr *seen, const struct prefix *translators, size_t count)
{
	const struct prefix *best = NULL;

	for (size_t i = 0; i < count; i++)
		if (prefix_contains(&translators[i], seen) &&
			(best == NULL || translators[i].len > best->len))
			best = &translators[i];
	return best;
}

void form_classify(const struct ipaddr *seen, const struct prefix *translators, size_t count,
	struct classified *ret)
{
	const struct prefix *translator;
	struct ipaddr ipv4;

	*ret = (struct classified){.ip = *seen, .form = FORM_NATIVE};
	if (seen->family != FAMILY_IPV6)
		return;
	if (ipaddr_is_mapped(seen)) {
		ret->form = FORM_MAPPED;
		ret->ip = ret->embedded = ipaddr_from_ipv4(seen->bytes + 12);
		return;
	}
	translator = longest(seen, translators, count);
	if (translator != NULL && extract(translator, seen, &ipv4) &&
		(!is_well_known(seen) || is_global(&ipv4))) {
		ret->form = FORM_TRANSLATED;
		ret->ip = ret->embedded = ipv4;
		ret->translator = *translator;
		return;
	}
	annotate(seen, ret);
}
