/* SPDX-License-Identifier: MIT */
#ifndef V4MAP_BENCH_DRIVE_H
#define V4MAP_BENCH_DRIVE_H
/*
 * A plugin under OpenVPN's hand, timed: by the clock and in time of processor, which a busy machine
 * hardly changes.
 */

#include "../tests/host/stand-in.h"

struct took {
	int64_t wall_ns, cpu_ns;
};

struct took took_now(void); /* CLOCK_MONOTONIC, and this thread's time */
struct took took_since(struct took begin);
void took_longer(struct took *longest, struct took took); /* each clock for itself */

/* Load and open `argv[0]` with the arguments behind it.  Never fails: what does ends the program.
 */
void drive_open(struct host *host, int argc, char **argv);
void drive_close(struct host *host);

/* What client `number` cost on its way; the oldest of ALIVE before it has gone for it. */
enum { ALIVE = 64 };
struct life {
	struct took connect; /* CLIENT_CONNECT_V2 */
	struct took longest; /* of all its hooks, whichever it was: each clock's own */
};

/* Before its CLIENT_CONNECT_V2 the program sleeps, as a server does until a client's key is there.
 */
void drive_life(struct host *host, uint64_t number, unsigned sleep_us, struct life *ret);

#endif
