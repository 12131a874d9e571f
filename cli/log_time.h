/* SPDX-License-Identifier: MIT */
#ifndef V4MAP_LOG_TIME_H
#define V4MAP_LOG_TIME_H
/* Times of the connect log: microseconds since 1970, UTC. */

#include <stdint.h>
#include "v4map/err.h"

/*
 * RFC 3339, or "YYYY-MM-DD[ HH:MM[:SS[.FRACTION]]]" in UTC.  Returns 0, or -EINVAL with err
 * filled in and *ret untouched.
 */
int log_time_parse(const char *text, int64_t *ret, struct err *err);

enum { LOG_TIME_SIZE = sizeof("2026-01-02T03:04:05.678901Z") };
void log_time_print(int64_t time, char ret[static LOG_TIME_SIZE]);

#endif
