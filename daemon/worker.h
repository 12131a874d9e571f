/* SPDX-License-Identifier: MIT */
#ifndef V4MAP_WORKER_H
#define V4MAP_WORKER_H
/*
 * The worker: takes records from the ring, writes the log, reads the policy.  Everything that
 * can block or fail is here; a killed one is replaced by its supervisor.  It reads the policy
 * only at its start, before it shuts itself in; to read it again it makes way for a new worker.
 */

#include "audit.h"
#include "journal.h"
#include "v4map/event_json.h"
#include "v4map/ring.h"

/* Bytes of a batch of lines: room for at least 64 records. */
enum { WRITER_BATCH_SIZE = 64 * EVENT_LINE_MAX };

/* How a worker ends; anything else is an accident.  After both it is started again. */
enum { WORKER_DONE = 0, WORKER_CANNOT_START = 2, WORKER_RELOAD = 3 };

struct worker {
	struct ring *ring;
	struct journal *journal;
	struct audit audit;
	const char *policy_path; /* absolute; NULL: the default place */
	int server;		 /* pidfd of OpenVPN: readable when it has ended */
	unsigned server_pid;
	char run[2 * RING_RUN_ID_SIZE + 1];
	char host[256];
	struct chain *chain;
	char *lines; /* WRITER_BATCH_SIZE bytes where a batch is rendered */
};

/* Runs until OpenVPN ends and all is written, or a reload is asked for; returns the status. */
int worker_run(struct worker *worker);

/*
 * policy.c: read the policy and make it the one in force: its log, its generation, its image.
 * Whatever comes of it is recorded, and the plugin is told.  Returns 0 or a negative errno;
 * then what was in force still is.
 */
int policy_adopt(struct worker *worker);

/* writer.c: write what waits.  Returns 0, or a negative errno; nothing is lost then. */
int writer_flush(struct worker *worker);
/* Finish or undo what a killed worker was writing.  Returns 0 or a negative errno. */
int writer_resume(struct worker *worker);
/*
 * Queue a record of v4mapd's own, stamped now, and give it back for its texts.  When
 * JOURNAL_OWN_MAX wait already it takes the newest one's place.
 */
struct event *writer_own(struct worker *worker, enum event_action action);

#endif
