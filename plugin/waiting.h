/* SPDX-License-Identifier: MIT */
#ifndef V4MAP_WAITING_H
#define V4MAP_WAITING_H
/* When a new session depends on its record: the policy's `durability: each` and `on-failure`. */

#include "session.h"

/* Does the policy refuse new sessions now, since records cannot be kept? */
bool waiting_refuses(const struct plugin *plugin);

/* May this recorded session go on?  Waits at most WAIT_HERE_US, and only with `each`. */
enum answer waiting_answer(struct plugin *plugin, const struct session *session);

#endif
