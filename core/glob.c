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
