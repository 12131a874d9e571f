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
#include "watch.h"

/* Bytes of a batch of lines: room for at least 64 records. */
enum { WRITER_BATCH_SIZE = 64 * EVENT_LINE_MAX };

/* How a worker ends; anything else is an accident.  After both it is started again. */
enum { WORKER_DONE = 0, WORKER_CANNOT_START = 2, WORKER_RELOAD = 3 };

struct worker {
	struct ring *ring;
	struct journal *journal;
	struct audit audit;
	int server; /* pidfd of OpenVPN: readable when it has ended */
	unsigned server_pid;
	char run[RING_RUN_TEXT_SIZE];
	char host[256];
	bool shut_in;	    /* the sandbox is entered */
	bool walled_out;    /* the log's folder is another one than the sandbox is around */
	int64_t started_ms; /* monotonic */
	struct chain *chain;
	int key_file;		      /* -1: none */
	int checkpoint_file;	      /* -1: none */
	uint64_t checkpoint;	      /* sequence of the last one */
	int64_t checkpoint_ms;	      /* and when it was; monotonic */
	struct watch watch;	      /* of the policy */
	int64_t changed_ms;	      /* when it changed; 0: it has not */
	int64_t synced_ms, looked_ms; /* last sync, last look for a rotation; monotonic */
	char *lines;		      /* WRITER_BATCH_SIZE bytes where a batch is rendered */
};

int64_t monotonic_ms(void); /* CLOCK_MONOTONIC */

/* Write what waits, as often as this is called: for who keeps the worker busy with other things. */
void worker_meanwhile(struct worker *worker);

/* Runs until OpenVPN ends and all is written, or a reload is asked for; returns the status. */
int worker_run(struct worker *worker);

/* policy.c: the policy and the log that are meant, as the plugin was given them; "" for none. */
void journal_set_paths(struct journal *journal, const char *policy, const char *log);

/*
 * policy.c: read the policy and make it the one in force: its log, its generation, its image.
 * Whatever comes of it is recorded, and the plugin is told.  Returns 0 or a negative errno;
 * then what was in force still is, but a worker that is `shut_in` is so for the new one.
 */
int policy_adopt(struct worker *worker);
/* policy.c: say that the last worker died of it. */
void policy_reader_died(struct worker *worker);

/*
 * shut_in.c: open what is needed by name for the last time, become audit.user, enter the sandbox
 * around the log that is open as `log`.  Once is enough: the next call does nothing.  Returns 0,
 * or a negative errno with err filled in.
 */
int worker_shut_in(
	struct worker *worker, const struct audit_settings *audit, int log, struct err *err);

/* Bring key and log together once both are open.  Returns 0 or a negative errno. */
int worker_align_key(struct worker *worker);

/*
 * The log to stable storage.  Returns 0 or a negative errno: then the file is suspect and for a
 * while no record is said to be durable, since what was written may be gone.
 */
int worker_sync(struct worker *worker);

/* writer.c: write what waits now.  Returns 0, or a negative errno; nothing is lost then. */
int writer_flush(struct worker *worker);
/* Finish or undo what a killed worker was writing.  Returns 0 or a negative errno. */
int writer_resume(struct worker *worker);
/*
 * Queue a record of v4mapd's own, stamped now, and give it back for its texts.  When
 * JOURNAL_OWN_MAX wait already it takes the newest one's place.
 */
struct event *writer_own(struct worker *worker, enum event_action action);
/* The same before all that wait: the first record of a new file. */
struct event *writer_own_first(struct worker *worker, enum event_action action);

/*
 * rotation.c: is the log's name still the open file?  If it was renamed or deleted, begin a new
 * file; if it was truncated, say so in it.  Returns 0, or a negative errno: then nothing changed
 * and what would be written now would be lost.
 */
int rotation_follow(struct worker *worker);
/* Go on with this file; the one before is closed. */
void rotation_adopt(struct worker *worker, const struct audit *audit);
/*
 * In another worker's place: open the same log, whatever its name is now, and finish what was
 * begun.  Returns 0 or a negative errno.
 */
int rotation_resume(struct worker *worker);
/*
 * An error of fsync is permanent for its file (what was not written may be gone and a later
 * fsync says nothing): set it aside as `LOG.suspect-N` and begin a new one.
 */
int rotation_leave_suspect(struct worker *worker);

/*
 * checkpoint.c: say where the log ends, in it and outside of it, so that removing its newest
 * lines shows.  Only for what is on stable storage.
 */
void checkpoint_make(struct worker *worker);

#endif
