/* SPDX-License-Identifier: MIT */
#include "restarts.h"

int restarts_pause_ms(unsigned *deaths, int64_t lived_ms)
{
	if (lived_ms >= HEALTHY_MS)
		*deaths = 0;
	if (*deaths >= RESTARTS_AT_ONCE)
		return RESTART_PAUSE_MS;
	++*deaths;
	return 0;
}
