/* SPDX-License-Identifier: MIT */
#include "worker.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "link.h"
#include "v4map-paths.h"

/*
 * How often the ring is looked at: a record costs the plugin no wake-up, so v4mapd comes by
 * itself, often while there is something to do.
 */
enum { BUSY_POLL_MS = 5, IDLE_POLL_MS = 50, BUSY_FOR_MS = 1000 };
enum { FAILING_POLL_MS = 200, DRAIN_LIMIT_MS = 5000, ROTATION_LOOK_MS = 500, SETTLE_MS = 100 };
/* Longer than a client waits for its record (durability each). */
enum { DOUBT_MS = 11000 };
enum { AGAIN_MS = 1000 };
enum { CHECKPOINT_LINES = 1000, CHECKPOINT_MS = 5 * 60 * 1000 };

int64_t monotonic_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now); /* cannot fail with these arguments */
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* In another worker's place, before the first write. */
static int resume(struct worker *worker)
{
	int rc;

	if (worker->audit.fd >= 0)
		return 0;
	rc = rotation_resume(worker);
	if (rc != 0)
		audit_close(&worker->audit);
	return rc;
}

int worker_sync(struct worker *worker)
{
	int rc = audit_sync(&worker->audit);

	if (rc != 0) {
		worker->journal->suspect = true;
		worker->journal->doubt_until_ms = monotonic_ms() + DOUBT_MS;
	}
	return rc;
}

/* To stable storage; then everything written so far may be promised. */
static int sync_log(struct worker *worker, int64_t now_ms)
{
	int rc = worker_sync(worker);

	worker->synced_ms = now_ms;
	if (rc != 0)
		return rc;
	/* Only now: a key that is ahead of what a power cut leaves would look like lost lines. */
	return worker->journal->keyed && !worker->journal->reading
		       ? key_file_update(worker->key_file, &worker->journal->key)
		       : 0;
}

static bool sync_is_due(const struct worker *worker, int64_t now_ms)
{
	const struct audit_settings *audit = &worker->journal->audit;

	if (!worker->audit.dirty || audit->durability == DURABILITY_NONE)
		return false;
	return audit->durability == DURABILITY_EACH ||
	       now_ms - worker->synced_ms >= audit->sync_interval_ms;
}

static bool checkpoint_is_due(const struct worker *worker, int64_t now_ms)
{
	uint64_t lines = worker->journal->sequence - worker->checkpoint;

	return lines >= CHECKPOINT_LINES ||
	       (lines > 1 && now_ms - worker->checkpoint_ms >= CHECKPOINT_MS);
}

static int checkpoint(struct worker *worker, int64_t now_ms)
{
	int rc = worker->audit.dirty ? sync_log(worker, now_ms) : 0;

	if (rc != 0)
		return rc;
	checkpoint_make(worker);
	(void)worker_align_key(worker); /* cannot go back: the step is forward */
	worker->checkpoint = worker->journal->sequence;
	worker->checkpoint_ms = now_ms;
	return 0;
}

static int write_and_sync(struct worker *worker, int64_t now_ms)
{
	bool has_log = worker->audit.fd >= 0;
	int rc = resume(worker);
	struct err ignored;

	if (rc == 0 && !has_log && !worker->journal->reading)
		(void)worker_shut_in(worker, &worker->journal->audit, worker->audit.fd, &ignored);
	/* A disk that always fails must not leave a file for each record. */
	if (rc == 0 && worker->journal->suspect)
		rc = now_ms < worker->journal->doubt_until_ms - DOUBT_MS + AGAIN_MS
			     ? -EIO
			     : rotation_leave_suspect(worker);
	if (rc == 0 && now_ms - worker->looked_ms >= ROTATION_LOOK_MS) {
		worker->looked_ms = now_ms;
		rc = rotation_follow(worker);
	}
	if (rc == 0)
		rc = writer_flush(worker);
	if (rc == -ESTALE) { /* truncated since the last look */
		rc = rotation_follow(worker);
		if (rc == 0)
			rc = writer_flush(worker);
	}
	if (rc == 0 && sync_is_due(worker, now_ms))
		rc = sync_log(worker, now_ms);
	if (rc == 0 && !worker->journal->reading && checkpoint_is_due(worker, now_ms))
		rc = checkpoint(worker, now_ms);
	return rc;
}

/* One round of writing; keeps the plugin informed of whether records can be kept. */
static int write_round(struct worker *worker)
{
	int64_t now_ms = monotonic_ms();
	uint64_t tail;
	int rc = write_and_sync(worker, now_ms);

	tail = atomic_load(&worker->ring->tail);
	if (rc == 0 && !worker->audit.dirty && now_ms >= worker->journal->doubt_until_ms)
		atomic_store_explicit(&worker->ring->durable, tail, memory_order_release);
	atomic_store_explicit(&worker->ring->failing, rc != 0, memory_order_relaxed);
	atomic_store_explicit(&worker->ring->seen_ms, monotonic_ms(), memory_order_relaxed);
	return rc;
}

void worker_meanwhile(struct worker *worker)
{
	(void)poll(NULL, 0, write_round(worker) == 0 ? BUSY_POLL_MS : FAILING_POLL_MS);
}

/*
 * A changed policy is read once it has been left alone for a moment: a half-written one is only
 * refused, but twice the work and a false alarm.
 */
static void look_at_policy(struct worker *worker)
{
	if (watch_changed(&worker->watch))
		worker->changed_ms = monotonic_ms();
	else if (worker->changed_ms != 0 && monotonic_ms() - worker->changed_ms >= SETTLE_MS)
		worker->journal->reload = true;
}

/* Wait for the plugin, the policy, the server's end, or time.  False when the work ends. */
static bool wait_round(struct worker *worker, int timeout_ms)
{
	struct pollfd ready[3] = {{.fd = CONTROL_FD, .events = POLLIN},
		{.fd = worker->server, .events = POLLIN},
		{.fd = worker->watch.fd, .events = POLLIN}};
	struct control request;
	int kind;

	if (poll(ready, 3, timeout_ms) < 0)
		return true;
	look_at_policy(worker);
	if (ready[1].revents != 0)
		return false;
	if (ready[0].revents == 0)
		return true;
	kind = link_next_request(&request);
	if (kind == CONTROL_RELOAD) {
		journal_set_paths(worker->journal, request.text, request.log);
		worker->journal->reload = true;
	}
	return kind > 0 || kind == -EAGAIN;
}

/* Write all that waits.  False: the log could not be written until the deadline. */
static bool write_all(struct worker *worker, int64_t deadline_ms)
{
	while (write_round(worker) != 0) {
		if (monotonic_ms() >= deadline_ms)
			return false;
		(void)poll(NULL, 0, FAILING_POLL_MS);
	}
	return true;
}

/*
 * The server has gone: whatever is in the ring is all there will be.  A log that cannot be written
 * is not waited for longer than the next server's v4mapd waits for its lock.
 */
static void drain(struct worker *worker)
{
	const int64_t deadline_ms = monotonic_ms() + DRAIN_LIMIT_MS;

	if (!write_all(worker, deadline_ms))
		return;
	(void)writer_own(worker, EVENT_STOPPED);
	/* The last checkpoint also makes the end durable. */
	if (write_all(worker, deadline_ms) && checkpoint(worker, monotonic_ms()) == 0 &&
		writer_flush(worker) == 0)
		(void)sync_log(worker, monotonic_ms());
	audit_close(&worker->audit);
}

/* Returns 0, or how the worker ends; once the server has started a bad policy changes nothing. */
static int start(struct worker *worker)
{
	bool wanted = worker->journal->reload || !worker->journal->started;
	struct err ignored;

	worker->audit.fd = -1;
	/* Before the policy is read: a change while it is being read counts. */
	if (watch_open(&worker->watch) == 0)
		(void)watch_add(&worker->watch, worker->journal->policy_path);
	for (size_t i = 0; i < worker->journal->list_count; i++)
		(void)watch_add(&worker->watch, worker->journal->lists[i]);
	/* A reload that kills its worker is not tried again. */
	worker->journal->reload = false;
	if (worker->journal->started && resume(worker) == 0)
		(void)rotation_follow(worker); /* while the way there is open */
	if (worker->journal->reading)
		policy_reader_died(worker);
	if (wanted && policy_adopt(worker) != 0) {
		if (!worker->journal->started)
			return WORKER_CANNOT_START;
		if (worker->shut_in) /* for what is not in force */
			return WORKER_RELOAD;
	}
	worker->journal->started = true;
	/* Without its walls it would still be better than no log. */
	(void)worker_shut_in(worker, &worker->journal->audit, worker->audit.fd, &ignored);
	(void)worker_align_key(worker); /* cannot go back: the step is forward */
	worker->checkpoint = worker->journal->sequence;
	worker->checkpoint_ms = monotonic_ms();
	return 0;
}

/* A ring that fills up while it is emptied is looked at again at once. */
static int next_look(const struct worker *worker, int64_t busy_ms)
{
	if (ring_pending(worker->ring) >= RING_SLOTS / 8)
		return 0;
	return monotonic_ms() - busy_ms < BUSY_FOR_MS ? BUSY_POLL_MS : IDLE_POLL_MS;
}

int worker_run(struct worker *worker)
{
	int64_t busy_ms = 0;
	int timeout_ms = 0, rc;

	worker->started_ms = monotonic_ms();
	rc = start(worker);
	if (rc != 0)
		return rc;
	while (wait_round(worker, timeout_ms)) {
		uint64_t tail = atomic_load(&worker->ring->tail);

		if (worker->journal->reload)
			return WORKER_RELOAD;
		rc = write_round(worker);
		/* A new worker gets there before it shuts itself in; one a second is enough. */
		if (worker->walled_out && monotonic_ms() - worker->started_ms >= AGAIN_MS)
			return WORKER_RELOAD;
		if (rc != 0) {
			timeout_ms = FAILING_POLL_MS;
			continue;
		}
		if (atomic_load(&worker->ring->tail) != tail)
			busy_ms = monotonic_ms();
		timeout_ms = next_look(worker, busy_ms);
	}
	drain(worker);
	return WORKER_DONE;
}
