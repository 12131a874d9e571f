/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include <time.h>
#include "v4map/policy.h"

struct row {
	const char *name, *glob, *text;
	bool matches;
};

static const struct row ROWS[] = {
	{"the same", "alice", "alice", true},
	{"shorter", "alice", "alic", false},
	{"longer", "alice", "alicex", false},
	{"another letter", "alice", "alicf", false},
	{"upper case is another letter", "alice", "Alice", false},
	{"nothing and nothing", "", "", true},
	{"nothing and something", "", "a", false},
	{"something and nothing", "a", "", false},
	{"a star takes nothing", "*", "", true},
	{"a star takes all", "*", "anything at all", true},
	{"a star in front", "*.example.org", "a.laptop.example.org", true},
	{"a star in front, not the end", "*.example.org", "a.example.org.evil", false},
	{"a star behind", "partner-*", "partner-7", true},
	{"a star behind takes nothing", "partner-*", "partner-", true},
	{"a star behind, not the front", "partner-*", "xpartner-7", false},
	{"a star between", "a*c", "abbbc", true},
	{"a star between takes nothing", "a*c", "ac", true},
	{"a star goes back", "*ab", "aab", true},
	{"a star goes back twice", "*aab*c", "aaaaabxxcxc", true},
	{"two stars in a row", "a**c", "abc", true},
	{"stars at the end", "a***", "a", true},
	{"eight stars", "*a*b*c*d*e*f*g*", "xaxbxcxdxexfxgx", true},
	{"eight stars, one letter missing", "*a*b*c*d*e*f*g*", "xaxbxcxdxexfx", false},
	{"a question mark", "p?", "p7", true},
	{"a question mark takes no nothing", "p?", "p", false},
	{"a question mark takes one byte", "p?", "p77", false},
	{"a question mark takes a star", "p?", "p*", true},
	{"a question mark behind a star", "*?", "", false},
	{"a question mark behind a star goes back", "*?b", "aab", true},
	{"a star in the text is text", "a", "*", false},
	{"a bracket is text", "[ab]", "a", false},
	{"a bracket matches itself", "[ab]", "[ab]", true},
	{"a backslash is text", "\\*", "\\x", true},
	{"bytes beyond ASCII", "m\xc3\xbcller-*", "m\xc3\xbcller-1", true},
	{"a question mark takes half a letter", "m?ller", "m\xc3\xbcller", false},
};

static void matches(void **state)
{
	const struct row *row = *state;

	assert_int_equal(glob_match(row->glob, row->text), row->matches);
	if (row->matches)
		assert_true(glob_may_match(glob_find_runs(row->glob), glob_find_runs(row->text)));
}

struct told_row {
	const char *name, *glob, *text;
	bool may_match;
};

/* What is told without a look at the text; a wrong true costs time only. */
static const struct told_row TOLD[] = {
	{"another site", "site-012-*", "site-013-x", false},
	{"another domain", "*.berlin.example.org", "a.paris.example.org", false},
	{"another name", "alice", "bob", false},
	{"another begin", "alice*", "malice", false},
	{"another end", "*alice", "alicex", false},
	{"a part between", "*-dept-012-*", "site-999-dept-013-x", false},
	{"one byte", "a", "b", false},
	{"runs that are too short tell nothing", "*ab*c?", "xyz", true},
	{"each part somewhere", "*abc*def*", "xdefabcx", true},
};

static void told(void **state)
{
	const struct told_row *row = *state;

	assert_int_equal(glob_may_match(glob_find_runs(row->glob), glob_find_runs(row->text)),
		row->may_match);
}

/* A naive matcher would take 2^n steps for this. */
static void stars_cost_little(void **state)
{
	static const char GLOB[] = "*a*a*a*a*a*a*a*b";
	struct timespec begin, end;
	char text[4097];

	(void)state;
	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	(void)clock_gettime(CLOCK_MONOTONIC, &begin);
	assert_false(glob_match(GLOB, text));
	(void)clock_gettime(CLOCK_MONOTONIC, &end);
	assert_true(end.tv_sec - begin.tv_sec <= 1);
}

int main(void)
{
	enum { ROW_COUNT = sizeof(ROWS) / sizeof(ROWS[0]) };
	enum { TOLD_COUNT = sizeof(TOLD) / sizeof(TOLD[0]) };
	struct CMUnitTest tests[ROW_COUNT + 1 + TOLD_COUNT] = {{0}};

	for (size_t i = 0; i < ROW_COUNT; i++)
		tests[i] = (struct CMUnitTest){
			ROWS[i].name, matches, NULL, NULL, (void *)(uintptr_t)&ROWS[i]};
	tests[ROW_COUNT] =
		(struct CMUnitTest){"many stars cost little", stars_cost_little, NULL, NULL, NULL};
	for (size_t i = 0; i < TOLD_COUNT; i++)
		tests[ROW_COUNT + 1 + i] = (struct CMUnitTest){
			TOLD[i].name, told, NULL, NULL, (void *)(uintptr_t)&TOLD[i]};
	return cmocka_run_group_tests_name("glob", tests, NULL, NULL);
}
