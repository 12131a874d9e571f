/* SPDX-License-Identifier: MIT */
#ifndef V4MAP_BENCH_CLIENTS_H
#define V4MAP_BENCH_CLIENTS_H
/*
 * A large site's clients, always the same ones: client N from a random address, in every form; in
 * its name the numbers of a site, a team, a department and a machine that policy.sh has rules for.
 */

#include <stdint.h>
#include "../tests/host/stand-in.h"

/* One in RARE_ONE_IN is of a kind that is hardly ever seen, the others of a few dozen kinds. */
enum { RARE_ONE_IN = 8 };

/* The release and the variables of a server. */
void clients_begin(struct host *host);

bool client_is_rare(uint64_t number);
/* Who it is; its environment is the server's. */
void client_make(const struct host *host, struct instance *client, uint64_t number);
/* Its environment at the hook. */
void client_at_verify(const struct host *host, struct instance *client);
void client_at_connect(const struct host *host, struct instance *client, uint64_t number);
void client_done(struct instance *client);

#endif
