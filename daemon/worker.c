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

static int open_audit(const char *path, struct audit *audit, struct audit_end *end, struct err *err)
{
	int rc = audit_open(audit, path, err);

	if (rc != 0)
		return rc;
	rc = audit_recover(audit, path, end, err);
	if (rc != 0)
		audit_close(audit);
	return rc;
}

/* Go on with another log; what was meant for the old one goes there first. */
static void switch_audit(struct worker *worker, const char path[static POLICY_PATH_MAX],
	const struct audit *audit, const struct audit_end *end)
{
	struct journal *journal = worker->journal;
	struct event *event;

	(void)writer_flush(worker);
	audit_close(&worker->audit);
	worker->audit = *audit;
	journal->sequence = end->sequence;
	memcpy(journal->hash, end->hash, sizeof(journal->hash));
	memcpy(journal->audit_file, path, sizeof(journal->audit_file));
	if (end->torn == 0)
		return;
	event = writer_own(worker, EVENT_RECOVERED);
	event->reason = REASON_TORN_TAIL;
	event->first = (uint64_t)end->torn;
}

/* Make `file` the policy in force: log, generation, image.  On failure nothing has changed. */
static int adopt_policy(struct worker *worker, const struct policy_file *file, struct err *err)
{
	struct journal *journal = worker->journal;
	struct audit audit = {.fd = -1};
	struct audit_end end;
	int rc;

	if (strcmp(journal->audit_file, file->audit_file) != 0) {
		rc = open_audit(file->audit_file, &audit, &end, err);
		if (rc != 0)
			return rc;
	}
	rc = link_offer_policy(journal->generation + 1, file->image, file->image_size);
	if (rc != 0) {
		audit_close(&audit);
		return err_set(err, rc, "cannot hand the policy over: %s", strerror(-rc));
	}
	journal->generation++;
	atomic_store_explicit(&worker->ring->generation, journal->generation, memory_order_release);
	if (audit.fd >= 0)
		switch_audit(worker, file->audit_file, &audit, &end);
	return 0;
}

static const char *policy_name(const struct worker *worker)
{
	return worker->policy_path != NULL ? worker->policy_path : V4MAP_POLICY_DEFAULT;
}

/* Read the policy and adopt it; the plugin is told either way.  Returns 0 or a negative errno. */
static int load_policy(struct worker *worker, enum control_kind on_error)
{
	struct err err = {.text = ""};
	struct policy_file file;
	char text[sizeof(((struct control *)NULL)->text)];
	struct event *event;
	int rc = policy_file_load(worker->policy_path, true, &file, &err);

	if (rc == 0) {
		rc = adopt_policy(worker, &file, &err);
		if (rc == 0) {
			event = writer_own(worker, EVENT_POLICY_LOADED);
			event_add_text(
				event, TAG_FILE, file.is_default ? NULL : policy_name(worker));
		}
		policy_file_done(&file);
	}
	if (rc == 0)
		return 0;
	err_format(&err, text, sizeof(text));
	event = writer_own(worker, EVENT_POLICY_REJECTED);
	event_add_text(event, TAG_FILE, policy_name(worker));
	event_add_text(event, TAG_MESSAGE, text);
	(void)link_say(on_error, worker->journal->generation, text);
	return rc;
}

/* A worker in a killed one's place: open the same log and finish what was begun. */
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
		(void)load_policy(worker, CONTROL_REJECTED);
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

int worker_run(struct worker *worker)
{
	int64_t busy_ms = 0, synced_ms = 0;
	int timeout_ms = 0;

	worker->audit.fd = -1;
	if (!worker->journal->started && load_policy(worker, CONTROL_FAILED) != 0)
		return WORKER_CANNOT_START;
	worker->journal->started = true;
	while (wait_round(worker, timeout_ms)) {
		uint64_t tail = atomic_load(&worker->ring->tail);

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
