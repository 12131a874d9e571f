/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <string.h>
#include "v4map/chain.h"

#define ZEROS "0000000000000000000000000000000000000000000000000000000000000000"
#define HEAD "{\"@timestamp\":\"2026-01-02T03:04:05.678901Z\",\"event\":{\"hash\":\""

static const uint8_t START[CHAIN_HASH_SIZE];
static const struct chain_key KEY = {.sequence = 7, .key = "0123456789abcdef0123456789abcde"};

/* Computed with Python's hashlib and hmac from the description in chain.h. */
static const char FIRST[] = HEAD ZEROS "\",\"sequence\":7}}";
static const char SECOND[] = HEAD ZEROS "\",\"sequence\":8}}";
static const char FIRST_PLAIN[] =
	"a0d24424f69f15447d47b35c654961df3419ecd8647329b0986d81ab95d4692a";
static const char SECOND_PLAIN[] =
	"05c25007a1f9b7865d9158f43ea5903e504194b84aa897193f90dcad33b0ba3b";
static const char FIRST_KEYED[] =
	"ff165756e0f5750ec3b3944514d8331bfd0723f02c61452546e70d7c300f7409";
static const char SECOND_KEYED[] =
	"6f97b6fefe147be1eee1673ebf1e2ba1bb06b6df1ff02d5ddd8b41c266f56ffc";

static void seal(struct chain *chain, char *line, const char *text, const char *digits)
{
	strcpy(line, text);
	assert_int_equal(chain_seal(chain, line, strlen(line)), 0);
	assert_memory_equal(line + CHAIN_DIGITS_AT, digits, CHAIN_DIGITS);
	assert_memory_equal(line, text, CHAIN_DIGITS_AT);
	assert_string_equal(
		line + CHAIN_DIGITS_AT + CHAIN_DIGITS, text + CHAIN_DIGITS_AT + CHAIN_DIGITS);
}

static void hash_is_as_described(void **state)
{
	struct chain *chain = chain_new(START);
	char line[200], second[200];

	(void)state;
	seal(chain, line, FIRST, FIRST_PLAIN);
	seal(chain, second, SECOND, SECOND_PLAIN);
	chain_set(chain, START);
	assert_true(chain_check(chain, line, strlen(line)));
	assert_true(chain_check(chain, second, strlen(second)));
	assert_false(chain_check(chain, second, strlen(second)));
	chain_free(chain);
}

static void keyed_hash_is_as_described(void **state)
{
	struct chain *chain = chain_new(START);
	struct chain_key key = {.sequence = 1};
	char line[200], second[200];

	(void)state;
	assert_false(chain_get_key(chain, &key));
	assert_int_equal(key.sequence, 1);
	chain_set_key(chain, &KEY);
	seal(chain, line, FIRST, FIRST_KEYED);
	seal(chain, second, SECOND, SECOND_KEYED);
	assert_true(chain_get_key(chain, &key));
	assert_int_equal(key.sequence, 9);
	chain_set(chain, START);
	chain_set_key(chain, &KEY);
	assert_true(chain_check(chain, line, strlen(line)));
	assert_true(chain_check(chain, second, strlen(second)));
	chain_free(chain);
}

/* What stays on the machine, the key of the next line, must not seal an earlier one. */
static void later_key_fails_earlier_line(void **state)
{
	struct chain *chain = chain_new(START);
	struct chain_key key;
	char line[200];

	(void)state;
	chain_set_key(chain, &KEY);
	seal(chain, line, FIRST, FIRST_KEYED);
	assert_true(chain_get_key(chain, &key));
	chain_set(chain, START);
	chain_set_key(chain, &key);
	assert_false(chain_check(chain, line, strlen(line)));
	chain_set_key(chain, NULL);
	assert_false(chain_check(chain, line, strlen(line)));
	assert_false(chain_get_key(chain, &key));
	chain_free(chain);
}

static void failed_check_moves_nothing(void **state)
{
	struct chain *chain = chain_new(START);
	struct chain_key key;
	uint8_t hash[CHAIN_HASH_SIZE];
	char line[200];

	(void)state;
	chain_set_key(chain, &KEY);
	strcpy(line, FIRST);
	assert_false(chain_check(chain, line, strlen(line)));
	chain_get(chain, hash);
	assert_memory_equal(hash, START, sizeof(hash));
	assert_true(chain_get_key(chain, &key));
	assert_memory_equal(&key, &KEY, sizeof(key));
	chain_free(chain);
}

static void every_bit_counts(void **state)
{
	struct chain *chain = chain_new(START);
	char line[200], bad[200];
	size_t len = strlen(FIRST);

	(void)state;
	seal(chain, line, FIRST, FIRST_PLAIN);
	for (size_t at = 0; at < len; at++)
		for (int bit = 0; bit < 8; bit++) {
			memcpy(bad, line, len);
			bad[at] = (char)(bad[at] ^ (1 << bit));
			chain_set(chain, START);
			assert_false(chain_check(chain, bad, len));
		}
	assert_false(chain_check(chain, line, len - 1));
	assert_true(chain_check(chain, line, len));
	chain_free(chain);
}

static void key_steps_forward_only(void **state)
{
	struct chain *chain = chain_new(START);
	struct chain_key key = KEY, next;
	char line[200];

	(void)state;
	chain_set_key(chain, &KEY);
	seal(chain, line, FIRST, FIRST_KEYED);
	assert_true(chain_get_key(chain, &next));
	assert_int_equal(chain_key_step_to(&key, 6), -EINVAL);
	assert_memory_equal(&key, &KEY, sizeof(key));
	assert_int_equal(chain_key_step_to(&key, 7), 0);
	assert_memory_equal(&key, &KEY, sizeof(key));
	assert_int_equal(chain_key_step_to(&key, 8), 0);
	assert_memory_equal(&key, &next, sizeof(key));
	chain_free(chain);
}

static void no_place_is_refused(void **state)
{
	struct chain *chain = chain_new(START);
	uint8_t hash[CHAIN_HASH_SIZE];
	char line[200];

	(void)state;
	memset(hash, 0x5a, sizeof(hash));
	strcpy(line, FIRST);
	/* The byte behind the digits is the last that is looked at. */
	assert_int_equal(chain_seal(chain, line, CHAIN_DIGITS_AT + CHAIN_DIGITS), -EINVAL);
	assert_string_equal(line, FIRST);
	assert_int_equal(chain_seal(chain, line, CHAIN_DIGITS_AT + CHAIN_DIGITS + 1), 0);
	line[CHAIN_DIGITS_AT] = 'A'; /* upper case has the same value but other bytes */
	assert_int_equal(chain_read(line, strlen(line), hash), -EINVAL);
	assert_int_equal(hash[0], 0x5a);
	chain_free(chain);
}

static void print_and_parse(void **state)
{
	uint8_t hash[CHAIN_HASH_SIZE];
	char digits[CHAIN_DIGITS + 1];

	(void)state;
	assert_int_equal(chain_parse(FIRST_PLAIN, hash), 0);
	chain_print(hash, digits);
	assert_string_equal(digits, FIRST_PLAIN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hash_is_as_described),
		cmocka_unit_test(keyed_hash_is_as_described),
		cmocka_unit_test(later_key_fails_earlier_line),
		cmocka_unit_test(failed_check_moves_nothing),
		cmocka_unit_test(every_bit_counts),
		cmocka_unit_test(key_steps_forward_only),
		cmocka_unit_test(no_place_is_refused),
		cmocka_unit_test(print_and_parse),
	};

	return cmocka_run_group_tests_name("chain", tests, NULL, NULL);
}
