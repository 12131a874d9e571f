/* SPDX-License-Identifier: MIT */
/* How soon the supervisor replaces a worker that has died. */
#include <stdio.h>
#include "../../daemon/restarts.h"
#include "../unit/rows.h"

struct row {
	const char *name;
	int quick;	  /* so many workers have died at once */
	int64_t lived_ms; /* then one that lived so long */
	int pause_ms;
	int more; /* and so many after it may die at once before there is a pause */
};

static void deaths(void **state)
{
	const struct row *row = *state;
	unsigned count = 0;

	for (int i = 0; i < row->quick; i++)
		(void)restarts_pause_ms(&count, 0);
	assert_int_equal(restarts_pause_ms(&count, row->lived_ms), row->pause_ms);
	for (int i = 0; i < row->more; i++)
		assert_int_equal(restarts_pause_ms(&count, HEALTHY_MS - 1), 0);
	assert_int_equal(restarts_pause_ms(&count, 0), RESTART_PAUSE_MS);
}

int main(void)
{
	static const struct row ROWS[] = {
		{"the first", 0, 0, 0, 9},
		{"the tenth", 9, 0, 0, 0},
		{"the eleventh", 10, 0, RESTART_PAUSE_MS, 0},
		{"the thousandth", 999, 0, RESTART_PAUSE_MS, 0},
		{"nearly a minute is not healthy", 10, HEALTHY_MS - 1, RESTART_PAUSE_MS, 0},
		{"a minute is", 10, HEALTHY_MS, 0, 9},
		{"a healthy one after few", 5, HEALTHY_MS, 0, 9},
		{"a healthy one after very many", 999, INT64_MAX, 0, 9},
	};
	struct CMUnitTest tests[COUNT(ROWS)];

	for (size_t i = 0; i < COUNT(ROWS); i++)
		tests[i] = TEST(ROWS[i].name, deaths, &ROWS[i]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
