/* SPDX-License-Identifier: MIT */
#include "v4map/policy.h"

/* Only the last `*` need ever take more bytes: what an earlier one took was enough to get there. */
bool glob_match(const char *glob, const char *text)
{
	const char *behind_star = NULL, *star_end = NULL;

	while (*text != '\0') {
		if (*glob == '*') {
			behind_star = ++glob;
			star_end = text;
		} else if (*glob == '?' || *glob == *text) {
			glob++;
			text++;
		} else if (behind_star != NULL) {
			glob = behind_star;
			do
				star_end++;
			while (*star_end != '\0' && *star_end != *glob && *glob != '?');
			text = star_end;
		} else {
			return false;
		}
	}
	while (*glob == '*')
		glob++;
	return *glob == '\0';
}

enum { NO_BYTE = 256, WILDCARD = 257 }; /* before the first byte and behind the last */

static void add_run(struct glob_runs *runs, const unsigned run[static 3])
{
	const uint32_t hash = run[0] * 2654435761u + run[1] * 2246822519u + run[2] * 3266489917u;

	if (run[0] != WILDCARD && run[1] != WILDCARD && run[2] != WILDCARD)
		runs->bits[hash >> 31] |= 1u << (hash >> 26 & 31);
}

struct glob_runs glob_find_runs(const char *text)
{
	unsigned run[3] = {WILDCARD, WILDCARD, NO_BYTE};
	struct glob_runs runs = {{0, 0}};

	for (;;) {
		run[0] = run[1];
		run[1] = run[2];
		run[2] = *text == '*' || *text == '?' ? WILDCARD
			 : *text == '\0'	      ? NO_BYTE
						      : (unsigned char)*text;
		add_run(&runs, run);
		if (*text++ == '\0')
			return runs;
	}
}
