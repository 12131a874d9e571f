/* SPDX-License-Identifier: MIT */
#include "rows.h"

#include <errno.h>
#include "v4map/prefixset.h"

/* tests/host/prefixset.t has thousands of random sets; here is what one can see at a glance. */

enum { SET_MAX = 16, RET_MAX = 160 };

/* "10.0.0.0/8 10.1.0.0/16" to blocks. */
static size_t read_set(const char *text, struct prefix *ret)
{
	size_t count = 0;

	while (*text != '\0') {
		size_t len = strcspn(text, " ");
		struct err err = {.text = ""};

		assert_true(count < SET_MAX);
		if (prefix_parse(text, len, &ret[count++], &err) != 0)
			fail_msg("%s", err.text);
		text += len + strspn(text + len, " ");
	}
	return count;
}

static void assert_set(const struct prefix *set, size_t count, const char *want)
{
	char data[4096];
	struct strbuf sb;

	strbuf_init(&sb, data, sizeof(data));
	for (size_t i = 0; i < count; i++) {
		if (i != 0)
			strbuf_addc(&sb, ' ');
		prefix_print(&set[i], &sb);
	}
	assert_string_equal(data, want);
}

struct canonical_row {
	const char *name, *set, *want;
};

static const struct canonical_row CANONICAL[] = {
	{"nothing", "", ""},
	{"one", "10.0.0.0/8", "10.0.0.0/8"},
	{"twice the same", "10.0.0.0/8 10.0.0.0/8", "10.0.0.0/8"},
	{"not sorted", "11.0.0.0/8 9.0.0.0/8", "9.0.0.0/8 11.0.0.0/8"},
	{"one in another", "10.0.0.0/8 10.1.0.0/16", "10.0.0.0/8"},
	{"one in another, the wrong way round", "10.1.0.0/16 10.0.0.0/8", "10.0.0.0/8"},
	{"one in another at its beginning", "10.0.0.0/16 10.0.0.0/8", "10.0.0.0/8"},
	{"one in another at its end", "10.255.255.255/32 10.0.0.0/8", "10.0.0.0/8"},
	{"two halves", "10.0.0.0/9 10.128.0.0/9", "10.0.0.0/8"},
	{"neighbours that are no halves", "10.128.0.0/9 11.0.0.0/9", "10.128.0.0/9 11.0.0.0/9"},
	{"neighbours of two lengths", "10.0.0.0/9 10.128.0.0/10", "10.0.0.0/9 10.128.0.0/10"},
	{"four quarters", "10.192.0.0/10 10.64.0.0/10 10.0.0.0/10 10.128.0.0/10", "10.0.0.0/8"},
	{"halves of halves", "10.0.0.0/9 10.128.0.0/10 10.192.0.0/11 10.224.0.0/11", "10.0.0.0/8"},
	{"halves, one of them with more in it", "10.0.0.0/9 10.128.0.0/9 10.129.0.0/16",
		"10.0.0.0/8"},
	{"all of IPv4", "0.0.0.0/1 128.0.0.0/1", "0.0.0.0/0"},
	{"all of IPv6", "8000::/1 ::/1", "::/0"},
	{"all of both", "::/0 0.0.0.0/0", "0.0.0.0/0 ::/0"},
	{"the last of IPv4 and the first of IPv6", "::/128 255.255.255.255/32",
		"255.255.255.255/32 ::/128"},
	{"two hosts", "192.0.2.1/32 192.0.2.0/32", "192.0.2.0/31"},
	{"around bit 64", "2001:db8:0:1::/64 2001:db8::/64", "2001:db8::/63"},
	{"behind bit 64", "2001:db8::8000:0:0:0/65 2001:db8::/65", "2001:db8::/64"},
	{"the last two of IPv6",
		"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128 "
		"ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe/128",
		"ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe/127"},
};

static void canonical(void **state)
{
	const struct canonical_row *row = *state;
	struct prefix set[SET_MAX];
	size_t count = read_set(row->set, set);

	count = prefixset_canonicalise(set, count);
	assert_set(set, count, row->want);
	count = prefixset_canonicalise(set, count);
	assert_set(set, count, row->want);
}

struct subtract_row {
	const char *name, *set, *remove, *want;
};

static const struct subtract_row SUBTRACT[] = {
	{"nothing from nothing", "", "", ""},
	{"something from nothing", "", "10.0.0.0/8", ""},
	{"nothing from something", "10.0.0.0/8 ::/0", "", "10.0.0.0/8 ::/0"},
	{"all of it", "10.0.0.0/8", "10.0.0.0/8", ""},
	{"more than all of it", "10.1.0.0/16 10.3.0.0/16", "10.0.0.0/8", ""},
	{"another", "10.0.0.0/8", "11.0.0.0/8", "10.0.0.0/8"},
	{"another family", "0.0.0.0/0", "::/0", "0.0.0.0/0"},
	{"the lower half", "10.0.0.0/8", "10.0.0.0/9", "10.128.0.0/9"},
	{"the upper half", "10.0.0.0/8", "10.128.0.0/9", "10.0.0.0/9"},
	{"the middle", "10.0.0.0/8", "10.64.0.0/10 10.128.0.0/10", "10.0.0.0/10 10.192.0.0/10"},
	{"from both families", "10.0.0.0/8 2001:db8::/32", "10.128.0.0/9 2001:db8:8000::/33",
		"10.0.0.0/9 2001:db8::/33"},
	{"the first host", "192.0.2.0/29", "192.0.2.0/32",
		"192.0.2.1/32 192.0.2.2/31 192.0.2.4/30"},
	{"the last host", "192.0.2.0/29", "192.0.2.7/32", "192.0.2.0/30 192.0.2.4/31 192.0.2.6/32"},
	{"a host from itself", "192.0.2.7/32", "192.0.2.7/32", ""},
	{"one that spans two", "10.0.0.0/9 10.192.0.0/10 12.0.0.0/8", "10.0.0.0/8", "12.0.0.0/8"},
};

static void subtract(void **state)
{
	const struct subtract_row *row = *state;
	struct prefix set[SET_MAX], remove[SET_MAX], ret[RET_MAX];
	size_t count = read_set(row->set, set), removes = read_set(row->remove, remove);
	long left = prefixset_subtract(set, count, remove, removes, ret, RET_MAX);

	assert_true(left >= 0);
	assert_set(ret, (size_t)left, row->want);
	assert_int_equal(prefixset_subtract(set, count, remove, removes, ret, (size_t)left), left);
	if (left > 0)
		assert_int_equal(
			prefixset_subtract(set, count, remove, removes, ret, (size_t)left - 1),
			-ENOSPC);
}

/* The most a single block can leave: a block for each bit. */
static void all_but_one_address(void **state)
{
	const struct prefix all = prefix("::/0"), one = prefix("2001:db8::5/128");
	struct prefix ret[RET_MAX];
	long left = prefixset_subtract(&all, 1, &one, 1, ret, RET_MAX);

	(void)state;
	assert_int_equal(left, 128);
	assert_false(prefixset_contains(ret, (size_t)left, &one.addr));
	for (unsigned bit = 0; bit < 128; bit++) {
		struct ipaddr other = one.addr;

		other.bytes[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
		assert_true(prefixset_contains(ret, (size_t)left, &other));
	}
	ret[left] = one;
	assert_int_equal(prefixset_canonicalise(ret, (size_t)left + 1), 1);
	assert_true(prefix_equal(&ret[0], &all));
}

#define SET "10.0.0.0/8 192.0.2.0/24 2001:db8::/32"

struct overlap_row {
	const char *set, *other;
	bool overlaps;
};

static const struct overlap_row OVERLAPS[] = {
	{SET, "10.0.0.0/8", true},
	{SET, "10.1.0.0/16", true},
	{SET, "0.0.0.0/0", true},
	{SET, "8.0.0.0/6", true},
	{SET, "9.0.0.0/8", false},
	{SET, "11.0.0.0/8", false},
	{SET, "10.255.255.255/32", true},
	{SET, "192.0.0.0/16", true},
	{SET, "192.0.2.255/32", true},
	{SET, "192.0.3.0/24", false},
	{SET, "192.0.1.255/32", false},
	{SET, "::/0", true},
	{SET, "2001:db9::/32", false},
	{SET, "2001:db8:ffff::/48", true},
	{"10.0.0.0/8", "::/0", false},
	{"::/0", "255.255.255.255/32", false},
	{"", "0.0.0.0/0", false},
};

static void overlaps(void **state)
{
	const struct overlap_row *row = *state;
	const struct prefix other = prefix(row->other);
	struct prefix set[SET_MAX];
	size_t count = read_set(row->set, set);

	assert_int_equal(prefixset_overlaps(set, count, &other), row->overlaps);
	if (other.len == family_bits((enum family)other.addr.family))
		assert_int_equal(prefixset_contains(set, count, &other.addr), row->overlaps);
}

int main(void)
{
	static struct CMUnitTest tests[COUNT(CANONICAL) + COUNT(SUBTRACT) + COUNT(OVERLAPS) + 1];
	size_t n = 0;

	for (size_t i = 0; i < COUNT(CANONICAL); i++)
		tests[n++] = TEST(CANONICAL[i].name, canonical, &CANONICAL[i]);
	for (size_t i = 0; i < COUNT(SUBTRACT); i++)
		tests[n++] = TEST(SUBTRACT[i].name, subtract, &SUBTRACT[i]);
	for (size_t i = 0; i < COUNT(OVERLAPS); i++)
		tests[n++] = TEST(OVERLAPS[i].other, overlaps, &OVERLAPS[i]);
	tests[n++] = TEST("all but one address", all_but_one_address, NULL);
	return _cmocka_run_group_tests("prefixset", tests, n, NULL, NULL);
}
