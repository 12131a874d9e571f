/* SPDX-License-Identifier: MIT */
#include "rows.h"

#include <errno.h>
#include <stdlib.h>

static const char *text_of(const struct prefix *block, char *data, size_t size)
{
	struct strbuf sb;

	strbuf_init(&sb, data, size);
	prefix_print(block, &sb);
	return data;
}

struct parse_row {
	const char *text, *want; /* want NULL: refused */
	const char *message;	 /* what the refusal says, among others */
};

static const struct parse_row PARSES[] = {
	{"10.0.0.0/8", "10.0.0.0/8", NULL},
	{"0.0.0.0/0", "0.0.0.0/0", NULL},
	{"192.0.2.1/32", "192.0.2.1/32", NULL},
	{"192.0.2.1", "192.0.2.1/32", NULL},
	{"::/0", "::/0", NULL},
	{"2001:DB8::/32", "2001:db8::/32", NULL},
	{"2001:db8::1/128", "2001:db8::1/128", NULL},
	{"2001:db8::1", "2001:db8::1/128", NULL},
	{"192.0.2.128/25", "192.0.2.128/25", NULL},
	{"192.0.2.254/31", "192.0.2.254/31", NULL},
	{"2001:db8:0:0:8000::/65", "2001:db8:0:0:8000::/65", NULL},
	{"::ffff:10.0.0.0/104", "10.0.0.0/8", NULL},
	{"::ffff:0:0/96", "0.0.0.0/0", NULL},
	{"::ffff:192.0.2.1/128", "192.0.2.1/32", NULL},
	{"::ffff:192.0.2.1", "192.0.2.1/32", NULL},
	{"::ffff:0:0/95", NULL, "/96 or longer"},
	{"::ffff:0:0/0", NULL, "/96 or longer"},
	{"::fffe:0:0/95", "::fffe:0:0/95", NULL},
	{"::ffff:10.0.0.1/104", NULL, "10.0.0.0/8"},
	{"10.0.0.1/8", NULL, "did you mean 10.0.0.0/8?"},
	{"192.0.2.129/25", NULL, "did you mean 192.0.2.128/25?"},
	{"0.0.0.1/0", NULL, "did you mean 0.0.0.0/0?"},
	{"2001:db8::1/127", NULL, "did you mean 2001:db8::/127?"},
	{"2001:db8:8000::/32", NULL, "did you mean 2001:db8::/32?"},
	{"10.0.0.0/33", NULL, "0 to 32"},
	{"2001:db8::/129", NULL, "0 to 128"},
	{"10.0.0.0/", NULL, "0 to 32"},
	{"10.0.0.0/-1", NULL, "0 to 32"},
	{"10.0.0.0/+8", NULL, "0 to 32"},
	{"10.0.0.0/08", NULL, "0 to 32"},
	{"10.0.0.0/00", NULL, "0 to 32"},
	{"10.0.0.0/8 ", NULL, "0 to 32"},
	{"10.0.0.0/ 8", NULL, "0 to 32"},
	{"10.0.0.0/8/8", NULL, "0 to 32"},
	{"10.0.0.0/8x", NULL, "0 to 32"},
	{"10.0.0.0/0x8", NULL, "0 to 32"},
	{"10.0.0.0/4294967304", NULL, "0 to 32"},
	{"10.0.0.0/255.0.0.0", NULL, "0 to 32"},
	{"", NULL, "want an address block"},
	{"/8", NULL, "want an address block"},
	{"10.0.0/8", NULL, "want an address block"},
	{"010.0.0.0/8", NULL, "want an address block"},
	{" 10.0.0.0/8", NULL, "want an address block"},
	{"10.0.0.0 /8", NULL, "want an address block"},
	{"fe80::%eth0/64", NULL, "want an address block"},
	{"fe80::1%eth0", NULL, "want an address block"},
	{"[2001:db8::]/32", NULL, "want an address block"},
	{"example.org", NULL, "found 'example.org'"},
};

static void parses(void **state)
{
	static const struct prefix BEFORE = {.addr.bytes = {1, 2, 3}, .len = 7};
	const struct parse_row *row = *state;
	struct err err = {.text = ""};
	struct prefix ret = BEFORE;
	char data[64];

	if (row->want != NULL) {
		assert_int_equal(prefix_parse(row->text, strlen(row->text), &ret, &err), 0);
		assert_string_equal(text_of(&ret, data, sizeof(data)), row->want);
		return;
	}
	assert_int_equal(prefix_parse(row->text, strlen(row->text), &ret, &err), -EINVAL);
	assert_memory_equal(&ret, &BEFORE, sizeof(ret));
	assert_holds(err.text, row->message);
}

/* Only `len` bytes count, and a message about a long text is whole. */
static void parse_looks_at_its_bytes(void **state)
{
	struct err err = {.text = ""};
	struct prefix ret;
	char data[4096];

	(void)state;
	assert_int_equal(prefix_parse("10.0.0.0/24", 10, &ret, &err), -EINVAL);
	assert_int_equal(prefix_parse("10.2.0.0/16", 11, &ret, &err), 0);
	assert_int_equal(ret.len, 16);
	assert_int_equal(prefix_parse("10.2.0.0/16", 8, &ret, &err), 0);
	assert_int_equal(ret.len, 32);
	assert_int_equal(prefix_parse("10.2.0.0\0/16", 12, &ret, &err), -EINVAL);
	memset(data, 'x', sizeof(data));
	assert_int_equal(prefix_parse(data, sizeof(data), &ret, &err), -EINVAL);
	assert_int_equal(err.text[strlen(err.text) - 1], '\'');
}

struct range_row {
	const char *block, *first, *last, *netmask; /* netmask NULL: an IPv6 block */
};

static const struct range_row RANGES[] = {
	{"0.0.0.0/0", "0.0.0.0", "255.255.255.255", "0.0.0.0"},
	{"128.0.0.0/1", "128.0.0.0", "255.255.255.255", "128.0.0.0"},
	{"10.0.0.0/8", "10.0.0.0", "10.255.255.255", "255.0.0.0"},
	{"10.32.0.0/11", "10.32.0.0", "10.63.255.255", "255.224.0.0"},
	{"192.0.2.0/23", NULL, NULL, "255.255.254.0"},
	{"192.0.2.254/31", "192.0.2.254", "192.0.2.255", "255.255.255.254"},
	{"192.0.2.1/32", "192.0.2.1", "192.0.2.1", "255.255.255.255"},
	{"::/0", "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NULL},
	{"2001:db8::/63", "2001:db8::", "2001:db8:0:1:ffff:ffff:ffff:ffff", NULL},
	{"2001:db8::/64", "2001:db8::", "2001:db8::ffff:ffff:ffff:ffff", NULL},
	{"2001:db8::/65", "2001:db8::", "2001:db8::7fff:ffff:ffff:ffff", NULL},
	{"2001:db8::1/128", "2001:db8::1", "2001:db8::1", NULL},
};

static void ranges(void **state)
{
	const struct range_row *row = *state;
	struct prefix block = prefix(row->block);
	struct ipaddr first = prefix_first(&block), last = prefix_last(&block), netmask;

	if (row->first != NULL) {
		assert_prints(&first, row->first);
		assert_prints(&last, row->last);
	}
	if (row->netmask == NULL)
		return;
	netmask = prefix_netmask(&block);
	assert_prints(&netmask, row->netmask);
}

struct contains_row {
	const char *block, *addr;
	bool contains;
};

static const struct contains_row CONTAINS[] = {
	{"0.0.0.0/0", "0.0.0.0", true},
	{"0.0.0.0/0", "255.255.255.255", true},
	{"0.0.0.0/0", "::", false},
	{"::/0", "ffff::", true},
	{"::/0", "0.0.0.0", false},
	{"10.0.0.0/8", "9.255.255.255", false},
	{"10.0.0.0/8", "10.0.0.0", true},
	{"10.0.0.0/8", "10.255.255.255", true},
	{"10.0.0.0/8", "11.0.0.0", false},
	{"192.0.2.128/25", "192.0.2.127", false},
	{"192.0.2.128/25", "192.0.2.128", true},
	{"192.0.2.1/32", "192.0.2.1", true},
	{"192.0.2.1/32", "192.0.2.0", false},
	{"2001:db8::/63", "2001:db8:0:1:ffff::", true},
	{"2001:db8::/63", "2001:db8:0:2::", false},
	{"2001:db8::/64", "2001:db8::ffff:0:0:0", true},
	{"2001:db8::/64", "2001:db8:0:1::", false},
	{"2001:db8::/65", "2001:db8::7fff:0:0:0", true},
	{"2001:db8::/65", "2001:db8::8000:0:0:0", false},
	{"2001:db8::/65", "2001:db9::7fff:0:0:0", false},
	{"2001:db8::1/128", "2001:db8::1", true},
	{"2001:db8::1/128", "2001:db8::", false},
	{"2001:db8::1/128", "2001:db8:0:0:8000::1", false},
};

static void contains(void **state)
{
	const struct contains_row *row = *state;
	struct prefix block = prefix(row->block);
	struct ipaddr addr = address(row->addr);

	assert_int_equal(prefix_contains(&block, &addr), row->contains);
}

static void nothing_contains_nothing(void **state)
{
	static const struct prefix NONE = {.len = 0};
	const struct ipaddr ipv4 = address("0.0.0.0"), none = {.family = FAMILY_NONE};
	const struct prefix all = prefix("0.0.0.0/0");

	(void)state;
	assert_false(prefix_contains(&NONE, &none));
	assert_false(prefix_contains(&NONE, &ipv4));
	assert_false(prefix_contains(&all, &none));
}

/* first and last are in the block, their neighbours are not; print and parse is the same. */
static void random_blocks(void **state)
{
	unsigned seed = 4632;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		struct prefix block = {.addr.family = round % 2 ? FAMILY_IPV4 : FAMILY_IPV6}, ret;
		unsigned bits = family_bits((enum family)block.addr.family);
		struct ipaddr first, last;
		char data[64];

		for (size_t i = 0; i < bits / 8; i++)
			block.addr.bytes[i] = (uint8_t)(rand_r(&seed) >> 7);
		block.len = (uint8_t)((unsigned)rand_r(&seed) % (bits + 1));
		block.addr = first = prefix_first(&block);
		last = prefix_last(&block);
		assert_true(prefix_contains(&block, &first));
		assert_true(prefix_contains(&block, &last));
		for (unsigned bit = 0; bit < bits; bit++) {
			struct ipaddr other = first;

			other.bytes[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
			assert_int_equal(prefix_contains(&block, &other), bit >= block.len);
		}
		ret = prefix(text_of(&block, data, sizeof(data)));
		if (ipaddr_is_mapped(&block.addr))
			continue;
		assert_true(prefix_equal(&block, &ret));
	}
}

static void order(void **state)
{
	static const char *const ASCENDING[] = {"0.0.0.0/0", "0.0.0.0/1", "10.0.0.0/8",
		"10.0.0.0/32", "10.0.0.1/32", "255.255.255.255/32", "::/0", "::/128", "::1/128",
		"8000::/1"};

	(void)state;
	for (size_t i = 0; i < COUNT(ASCENDING); i++)
		for (size_t j = 0; j < COUNT(ASCENDING); j++) {
			struct prefix a = prefix(ASCENDING[i]), b = prefix(ASCENDING[j]);
			int got = prefix_compare(&a, &b);

			assert_int_equal((got > 0) - (got < 0), (i > j) - (i < j));
			assert_int_equal(prefix_equal(&a, &b), i == j);
		}
}

int main(void)
{
	static struct CMUnitTest tests[COUNT(PARSES) + COUNT(RANGES) + COUNT(CONTAINS) + 4];
	static char names[COUNT(CONTAINS)][96];
	size_t n = 0;

	for (size_t i = 0; i < COUNT(PARSES); i++)
		tests[n++] = TEST(PARSES[i].text, parses, &PARSES[i]);
	for (size_t i = 0; i < COUNT(RANGES); i++)
		tests[n++] = TEST(RANGES[i].block, ranges, &RANGES[i]);
	for (size_t i = 0; i < COUNT(CONTAINS); i++) {
		struct strbuf name;

		strbuf_init(&name, names[i], sizeof(names[i]));
		strbuf_addf(&name, "%s in %s", CONTAINS[i].addr, CONTAINS[i].block);
		tests[n++] = TEST(names[i], contains, &CONTAINS[i]);
	}
	tests[n++] = TEST("parse looks at its bytes", parse_looks_at_its_bytes, NULL);
	tests[n++] = TEST("nothing contains nothing", nothing_contains_nothing, NULL);
	tests[n++] = TEST("random blocks", random_blocks, NULL);
	tests[n++] = TEST("the order of blocks", order, NULL);
	return _cmocka_run_group_tests("prefix", tests, n, NULL, NULL);
}
