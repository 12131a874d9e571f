/* SPDX-License-Identifier: MIT */
#include "worker.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "link.h"

/*
 * How often the ring is looked at: a record costs the plugin no wake-up, so v4mapd comes by
 * itself, often while there is something to do.
 */
enum { BUSY_POLL_MS = 5, IDLE_POLL_MS = 50, BUSY_FOR_MS = 1000 };
enum { SYNC_INTERVAL_MS = 1000, FAILING_POLL_MS = 200, DRAIN_LIMIT_MS = 10000 };

static int64_t monotonic_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now); /* cannot fail with these arguments */
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* In another worker's place: open the same log and finish what was begun. */
static int resume(struct worker *worker)
{
	struct err err;
	int rc;

	if (worker->audit.fd >= 0)
		return 0;
	rc = audit_open(&worker->audit, worker->journal->audit_file, &err);
	if (rc == 0)
		rc = writer_resume(worker);
	if (rc != 0)
		audit_close(&worker->audit);
	return rc;
}

/* One round of writing; keeps the plugin informed of whether records can be kept. */
static int write_round(struct worker *worker, int64_t *synced_ms)
{
	uint64_t tail;
	int rc = resume(worker);

	if (rc == 0)
		rc = writer_flush(worker);
	tail = atomic_load(&worker->ring->tail);
	if (rc == 0 && worker->audit.dirty && monotonic_ms() - *synced_ms >= SYNC_INTERVAL_MS) {
		rc = audit_sync(&worker->audit);
		*synced_ms = monotonic_ms();
	}
	if (rc == 0 && !worker->audit.dirty)
		atomic_store_explicit(&worker->ring->durable, tail, memory_order_release);
	atomic_store_explicit(&worker->ring->failing, rc != 0, memory_order_relaxed);
	return rc;
}

/* Wait for the plugin, the server's end, or time.  Returns false when the work ends. */
static bool wait_round(struct worker *worker, int timeout_ms)
{
	struct pollfd ready[2] = {
		{.fd = CONTROL_FD, .events = POLLIN}, {.fd = worker->server, .events = POLLIN}};
	int kind;

	if (poll(ready, 2, timeout_ms) <= 0)
		return true;
	if (ready[1].revents != 0)
		return false;
	kind = link_next_request();
	if (kind == CONTROL_RELOAD)
		worker->journal->reload = true;
	return kind == CONTROL_RELOAD || kind == -EAGAIN;
}

/* The server has gone: whatever is in the ring is all there will be. */
static void drain(struct worker *worker)
{
	int64_t deadline = monotonic_ms() + DRAIN_LIMIT_MS, never = 0;

	(void)writer_own(worker, EVENT_STOPPED);
	while (write_round(worker, &never) != 0 && monotonic_ms() < deadline)
		(void)poll(NULL, 0, FAILING_POLL_MS);
	if (worker->audit.fd >= 0)
		(void)audit_sync(&worker->audit);
}

/* Returns false when the server cannot start; later a bad policy changes nothing. */
static bool start(struct worker *worker)
{
	bool wanted = worker->journal->reload || !worker->journal->started;

	worker->audit.fd = -1;
	/* A reload that kills its worker is not tried again. */
	worker->journal->reload = false;
	if (worker->journal->started)
		(void)resume(worker);
	if (wanted && policy_adopt(worker) != 0 && !worker->journal->started)
		return false;
	worker->journal->started = true;
	return true;
}

int worker_run(struct worker *worker)
{
	int64_t busy_ms = 0, synced_ms = 0;
	int timeout_ms = 0;

	if (!start(worker))
		return WORKER_CANNOT_START;
	while (wait_round(worker, timeout_ms)) {
		uint64_t tail = atomic_load(&worker->ring->tail);

		if (worker->journal->reload)
			return WORKER_RELOAD;
		if (write_round(worker, &synced_ms) != 0) {
			timeout_ms = FAILING_POLL_MS;
			continue;
		}
		if (atomic_load(&worker->ring->tail) != tail)
			busy_ms = monotonic_ms();
		timeout_ms = monotonic_ms() - busy_ms < BUSY_FOR_MS ? BUSY_POLL_MS : IDLE_POLL_MS;
	}
	drain(worker);
	return WORKER_DONE;
}
