/* SPDX-License-Identifier: MIT */
#include "rows.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static const struct ipaddr BEFORE = {.bytes = {1, 2, 3}, .family = FAMILY_IPV4};

/* --- texts -------------------------------------------------------------------------------- */

struct text_row {
	const char *name, *text;
	size_t len;
	bool valid;
};

#define TEXT(string) string, sizeof(string) - 1

static const struct text_row TEXTS[] = {
	{"a NUL behind", TEXT("192.0.2.1\0"), false},
	{"a NUL between", TEXT("2001:db8\0::1"), false},
	{"a NUL in the zone", TEXT("fe80::1%et\0h0"), false},
	{"only what counts", "192.0.2.17", 9, true},
	{"nothing counts", "192.0.2.17", 0, false},
	{"a line end", TEXT("192.0.2.1\n"), false},
	{"a carriage return", TEXT("192.0.2.1\r"), false},
	{"a blank in front", TEXT(" ::1"), false},
	{"a zone behind IPv4", TEXT("192.0.2.1%eth0"), false},
	{"a zone behind a mapped address", TEXT("::ffff:192.0.2.1%eth0"), false},
	{"a zone behind a mapped address in groups", TEXT("::ffff:c000:201%eth0"), false},
	{"a zone that is empty", TEXT("fe80::1%"), false},
	{"a zone of one byte", TEXT("fe80::1%x"), true},
	{"a zone of 15", TEXT("fe80::1%abcdefghijklmno"), true},
	{"a zone of 16", TEXT("fe80::1%abcdefghijklmnop"), false},
	{"a zone with a blank", TEXT("fe80::1%et 0"), false},
	{"a zone with a slash", TEXT("fe80::1%et/0"), false},
	{"a zone with a control byte", TEXT("fe80::1%et\x1b"), false},
	{"a zone with DEL", TEXT("fe80::1%et\x7f"), false},
	{"a zone with a byte beyond ASCII", TEXT("fe80::1%et\xe9"), false},
	{"two zones", TEXT("fe80::1%eth0%eth1"), false},
	{"only a zone", TEXT("%eth0"), false},
	{"the longest there is",
		TEXT("ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255%abcdefghijklmno"), true},
	{"one longer", TEXT("ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255%abcdefghijklmnop"),
		false},
	{"a group of five digits", TEXT("::00001"), false},
	{"nine groups", TEXT("1:2:3:4:5:6:7:8:9"), false},
	{"seven groups", TEXT("1:2:3:4:5:6:7"), false},
	{":: for nothing", TEXT("1:2:3:4::5:6:7:8"), false},
	{"a colon behind", TEXT("1:2:3:4:5:6:7:"), false},
	{"a colon in front", TEXT(":1:2:3:4:5:6:7"), false},
	{"IPv4 in front", TEXT("192.0.2.1::"), false},
	{"five numbers", TEXT("1.2.3.4.5"), false},
	{"a dot behind", TEXT("1.2.3.4."), false},
	{"a sign", TEXT("+1.2.3.4"), false},
};

static void text_is_strict(void **state)
{
	const struct text_row *row = *state;
	struct ipaddr ret = BEFORE;

	assert_int_equal(ipaddr_parse(row->text, row->len, &ret), row->valid ? 0 : -EINVAL);
	if (!row->valid)
		assert_memory_equal(&ret, &BEFORE, sizeof(ret));
}

/* Each line is the text, blanks and all. */
static void no_address_in_file(void **state)
{
	FILE *file = fopen("tests/data/not-addresses.txt", "r");
	size_t size = 0, lines = 0;
	char *line = NULL;
	ssize_t len;

	(void)state;
	assert_non_null(file);
	while ((len = getline(&line, &size, file)) > 0) {
		struct ipaddr ret = BEFORE;

		assert_int_equal(line[len - 1], '\n');
		line[len - 1] = '\0';
		if (ipaddr_parse(line, (size_t)len - 1, &ret) != -EINVAL)
			fail_msg("'%s' is no address", line);
		assert_memory_equal(&ret, &BEFORE, sizeof(ret));
		lines++;
	}
	assert_true(lines > 20);
	free(line);
	(void)fclose(file);
}

/*
 * inet_pton is the law: texts made of what addresses are made of are addresses where it says so,
 * and the same ones.
 */
static void texts_as_inet_pton(void **state)
{
	static const char *const PARTS[] = {":", "::", ".", "0", "1", "25", "255", "256", "ffff",
		"FF", "db8", "2001", "00", "0000", "1.2.3.4", "::ffff:", "x", "g", "12345"};
	unsigned seed = 4291, valid = 0;

	(void)state;
	for (int round = 0; round < 400000; round++) {
		struct ipaddr want = {.family = FAMILY_NONE}, ret = BEFORE;
		char text[128] = "";
		int rc;

		for (int parts = 1 + rand_r(&seed) % 16; parts > 0; parts--)
			strcat(text, PARTS[(size_t)rand_r(&seed) % (parts % 2 ? 5 : COUNT(PARTS))]);
		if (inet_pton(AF_INET, text, want.bytes) == 1)
			want.family = FAMILY_IPV4;
		else if (inet_pton(AF_INET6, text, want.bytes) == 1)
			want.family = FAMILY_IPV6;
		rc = ipaddr_parse(text, strlen(text), &ret);
		if ((rc == 0) != (want.family != FAMILY_NONE) ||
			!ipaddr_equal(&ret, rc == 0 ? &want : &BEFORE))
			fail_msg("'%s'", text);
		valid += rc == 0;
	}
	assert_true(valid > 1000);
}

/* --- print -------------------------------------------------------------------------------- */

struct print_row {
	const char *text, *want;
};

static const struct print_row PRINTS[] = {
	{"0.0.0.0", "0.0.0.0"},
	{"255.255.255.255", "255.255.255.255"},
	{"10.0.200.9", "10.0.200.9"},
	{"::", "::"},
	{"::1", "::1"},
	{"1::", "1::"},
	{"0:0:0:0:0:0:0:0", "::"},
	{"1:0:0:0:0:0:0:0", "1::"},
	{"0:0:0:0:0:0:0:1", "::1"},
	{"0:1:0:1:0:1:0:1", "0:1:0:1:0:1:0:1"},
	{"1:0:1:0:1:0:1:0", "1:0:1:0:1:0:1:0"},
	{"0:0:1:0:0:0:1:1", "0:0:1::1:1"},
	{"0:0:0:1:0:0:1:1", "::1:0:0:1:1"},
	{"1:0:0:1:0:0:0:1", "1:0:0:1::1"},
	{"1:1:0:0:1:1:0:0", "1:1::1:1:0:0"},
	{"0:0:1:1:1:1:0:0", "::1:1:1:1:0:0"},
	{"1:1:1:1:1:1:0:0", "1:1:1:1:1:1::"},
	{"1:1:1:1:1:1:1:0", "1:1:1:1:1:1:1:0"},
	{"0:1:1:1:1:1:1:1", "0:1:1:1:1:1:1:1"},
	{"ABCD:EF01:0234:0056:0007:8:9:A", "abcd:ef01:234:56:7:8:9:a"},
	{"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
	{"1000:100:10:1:1000:100:10:1", "1000:100:10:1:1000:100:10:1"},
	{"::ffff:192.0.2.1", "::ffff:c000:201"},
	{"::192.0.2.1", "::c000:201"},
	{"64:ff9b::192.0.2.1", "64:ff9b::c000:201"},
};

static void prints(void **state)
{
	const struct print_row *row = *state;
	struct ipaddr addr = address(row->text);

	assert_prints(&addr, row->want);
}

static void nothing_prints_nothing(void **state)
{
	static const struct ipaddr NONE = {.family = FAMILY_NONE};
	char data[4] = "###";
	struct strbuf sb;

	(void)state;
	strbuf_init(&sb, data, sizeof(data));
	ipaddr_print(&NONE, &sb);
	assert_int_equal(sb.len, 0);
}

/* The longest text of a family, one byte too few for it, and just enough. */
static void print_needs_its_room(void **state)
{
	struct ipaddr addr = address("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
	char data[40];
	struct strbuf sb;

	(void)state;
	strbuf_init(&sb, data, 39);
	ipaddr_print(&addr, &sb);
	assert_true(sb.full);
	strbuf_init(&sb, data, 40);
	ipaddr_print(&addr, &sb);
	assert_false(sb.full);
	assert_int_equal(sb.len, 39);
}

/* Groups that are often zero, so that every shape of "::" comes up. */
static struct ipaddr random_address(unsigned *seed)
{
	struct ipaddr addr = {.family = rand_r(seed) & 64 ? FAMILY_IPV4 : FAMILY_IPV6};

	for (size_t i = 0; i < family_bits((enum family)addr.family) / 8; i++)
		if (rand_r(seed) & 64)
			addr.bytes[i] = (uint8_t)(rand_r(seed) >> 7 >> rand_r(seed) % 8);
	return addr;
}

static void print_and_parse_is_the_same(void **state)
{
	unsigned seed = 5952;

	(void)state;
	for (int round = 0; round < 200000; round++) {
		struct ipaddr addr = random_address(&seed), ret = BEFORE;
		char data[64];
		struct strbuf sb;

		strbuf_init(&sb, data, sizeof(data));
		ipaddr_print(&addr, &sb);
		assert_int_equal(ipaddr_parse(data, sb.len, &ret), 0);
		assert_true(ipaddr_equal(&addr, &ret));
	}
}

/* --- compare ------------------------------------------------------------------------------ */

static int sign(int value)
{
	return (value > 0) - (value < 0);
}

static void compare_is_by_family_then_bytes(void **state)
{
	static const char *const ASCENDING[] = {"0.0.0.0", "0.0.0.1", "0.0.1.0", "127.255.255.255",
		"128.0.0.0", "255.255.255.255", "::", "::1", "::ff", "::1:0:0:0",
		"0:0:0:1::", "0:0:0:1::1",
		"7fff::", "8000::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"};

	(void)state;
	for (size_t i = 0; i < COUNT(ASCENDING); i++)
		for (size_t j = 0; j < COUNT(ASCENDING); j++) {
			struct ipaddr a = address(ASCENDING[i]), b = address(ASCENDING[j]);

			assert_int_equal(sign(ipaddr_compare(&a, &b)), (i > j) - (i < j));
			assert_int_equal(ipaddr_equal(&a, &b), i == j);
		}
}

static void names_and_bits(void **state)
{
	static const uint8_t BYTES[4] = {192, 0, 2, 1};
	struct ipaddr ipv4 = ipaddr_from_ipv4(BYTES), mapped = address("::ffff:192.0.2.1"),
		      other = address("::fffe:192.0.2.1");

	(void)state;
	assert_prints(&ipv4, "192.0.2.1");
	assert_true(ipaddr_is_mapped(&mapped));
	assert_false(ipaddr_is_mapped(&other));
	assert_false(ipaddr_is_mapped(&ipv4));
	assert_int_equal(family_bits(FAMILY_IPV4), 32);
	assert_int_equal(family_bits(FAMILY_IPV6), 128);
	assert_int_equal(family_bits(FAMILY_NONE), 0);
	assert_string_equal(family_name(FAMILY_IPV4), "ipv4");
	assert_string_equal(family_name(FAMILY_IPV6), "ipv6");
	assert_string_equal(family_name(FAMILY_NONE), "none");
}

int main(void)
{
	static struct CMUnitTest tests[COUNT(TEXTS) + COUNT(PRINTS) + 7];
	size_t n = 0;

	for (size_t i = 0; i < COUNT(TEXTS); i++)
		tests[n++] = TEST(TEXTS[i].name, text_is_strict, &TEXTS[i]);
	for (size_t i = 0; i < COUNT(PRINTS); i++)
		tests[n++] = TEST(PRINTS[i].text, prints, &PRINTS[i]);
	tests[n++] = TEST("the file of texts that are none", no_address_in_file, NULL);
	tests[n++] = TEST("texts as inet_pton reads them", texts_as_inet_pton, NULL);
	tests[n++] = TEST("nothing prints nothing", nothing_prints_nothing, NULL);
	tests[n++] = TEST("print needs its room", print_needs_its_room, NULL);
	tests[n++] = TEST("print and parse", print_and_parse_is_the_same, NULL);
	tests[n++] = TEST("the order of addresses", compare_is_by_family_then_bytes, NULL);
	tests[n++] = TEST("names and bits", names_and_bits, NULL);
	return _cmocka_run_group_tests("ipaddr", tests, n, NULL, NULL);
}
