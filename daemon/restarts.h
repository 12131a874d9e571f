/* SPDX-License-Identifier: MIT */
#ifndef V4MAP_RESTARTS_H
#define V4MAP_RESTARTS_H
/* How soon the supervisor replaces a worker that has died: at once, unless that goes on and on. */

#include <stdint.h>

enum { RESTARTS_AT_ONCE = 10, RESTART_PAUSE_MS = 1000, HEALTHY_MS = 60 * 1000 };

/*
 * Count the death of a worker that lived so long; `deaths` are those before it, which one that
 * lived for a healthy minute makes forgotten.  Returns how long to wait before the next.
 */
int restarts_pause_ms(unsigned *deaths, int64_t lived_ms);

#endif
