/* SPDX-License-Identifier: MIT */
#ifndef V4MAP_TESTS_ROWS_H
#define V4MAP_TESTS_ROWS_H
/* For tests that are tables of rows: cmocka, a test for each row, texts to values and back. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "v4map/prefix.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Rows are constant; cmocka takes them as void *. */
#define TEST(name, function, row)                                                                  \
	(struct CMUnitTest)                                                                        \
	{                                                                                          \
		name, function, NULL, NULL, (void *)(uintptr_t)(row)                               \
	}

static inline struct ipaddr address(const char *text)
{
	struct ipaddr ret = {.family = FAMILY_NONE};

	if (ipaddr_parse(text, strlen(text), &ret) != 0)
		fail_msg("'%s' is an address", text);
	return ret;
}

static inline struct prefix prefix(const char *text)
{
	struct prefix ret = {.len = 0};
	struct err err = {.text = ""};

	if (prefix_parse(text, strlen(text), &ret, &err) != 0)
		fail_msg("%s: %s", text, err.text);
	return ret;
}

/* Its text is `want`, "-" for none. */
static inline void assert_prints(const struct ipaddr *addr, const char *want)
{
	char data[64];
	struct strbuf sb;

	strbuf_init(&sb, data, sizeof(data));
	ipaddr_print(addr, &sb);
	assert_string_equal(addr->family == FAMILY_NONE ? "-" : data, want);
}

static inline void assert_holds(const char *text, const char *part)
{
	if (strstr(text, part) == NULL)
		fail_msg("no '%s' in '%s'", part, text);
}

#endif
