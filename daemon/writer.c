/* SPDX-License-Identifier: MIT */
#include "worker.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "v4map/event_json.h"

/* Make an empty record of place `index`, now. */
static struct event *begin_own(struct worker *worker, uint64_t index, enum event_action action)
{
	struct event *event = &worker->journal->own[index % JOURNAL_OWN_MAX];
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now); /* cannot fail with these arguments */
	event_init(event, action, (int64_t)now.tv_sec * 1000000000 + now.tv_nsec);
	event->generation = worker->journal->generation;
	return event;
}

/* The newest gives way: so many wait only when the log has been failing for long. */
static void make_room(struct journal *journal)
{
	if (journal->own_head - journal->own_tail == JOURNAL_OWN_MAX)
		journal->own_head--;
}

struct event *writer_own(struct worker *worker, enum event_action action)
{
	make_room(worker->journal);
	return begin_own(worker, worker->journal->own_head++, action);
}

struct event *writer_own_first(struct worker *worker, enum event_action action)
{
	make_room(worker->journal);
	return begin_own(worker, --worker->journal->own_tail, action);
}

static void add_line(
	struct worker *worker, const struct event *event, uint64_t sequence, struct strbuf *lines)
{
	const struct event_context context = {.run = worker->run,
		.sequence = sequence,
		.host = worker->host,
		.pid = worker->server_pid,
		.peer_address = worker->journal->audit.peer_address,
		.pseudonym_key = worker->journal->key.pseudonym,
		.sealed = worker->journal->keyed};
	size_t begin = lines->len;

	event_to_json(event, &context, lines);
	(void)chain_seal(worker->chain, lines->data + begin, lines->len - begin);
	strbuf_addc(lines, '\n');
}

/* Render as many waiting records as a batch holds; says in `intent` which they are. */
static void render(struct worker *worker, struct strbuf *lines, struct intent *intent)
{
	const struct journal *journal = worker->journal;
	size_t pending = ring_pending(worker->ring), taken = 0;
	struct event event;

	chain_set(worker->chain, journal->hash);
	chain_set_key(worker->chain, journal->keyed ? &journal->key.chain : NULL);
	intent->next_sequence = journal->sequence;
	intent->next_own_tail = journal->own_tail;
	while (intent->next_own_tail < journal->own_head)
		add_line(worker, &journal->own[intent->next_own_tail++ % JOURNAL_OWN_MAX],
			++intent->next_sequence, lines);
	while (taken < pending && lines->size - lines->len > EVENT_LINE_MAX) {
		ring_peek(worker->ring, taken++, &event);
		add_line(worker, &event, ++intent->next_sequence, lines);
	}
	chain_get(worker->chain, intent->next_hash);
	(void)chain_get_key(
		worker->chain, &intent->next_key); /* there is none without a key file */
	intent->next_tail = atomic_load(&worker->ring->tail) + taken;
	intent->bytes = lines->len;
}

/* The write has happened: give its slots back.  Doing it twice changes nothing. */
static void commit(struct worker *worker)
{
	struct journal *journal = worker->journal;

	journal->sequence = journal->intent.next_sequence;
	memcpy(journal->hash, journal->intent.next_hash, sizeof(journal->hash));
	journal->own_tail = journal->intent.next_own_tail;
	if (journal->keyed)
		journal->key.chain = journal->intent.next_key;
	ring_release(worker->ring, journal->intent.next_tail);
	journal->intent.pending = false;
}

static bool own_waits(const struct worker *worker)
{
	return worker->journal->own_head != worker->journal->own_tail;
}

/* What comes while it writes is left to the next call: between them the log is synced. */
int writer_flush(struct worker *worker)
{
	struct intent *intent = &worker->journal->intent;
	const uint64_t end = atomic_load(&worker->ring->tail) + ring_pending(worker->ring);
	struct strbuf lines;
	int rc;

	if (worker->audit.fd < 0)
		return -EBADF;
	while (own_waits(worker) || atomic_load(&worker->ring->tail) < end) {
		strbuf_init(&lines, worker->lines, WRITER_BATCH_SIZE);
		*intent = (struct intent){.offset = worker->audit.size};
		render(worker, &lines, intent);
		atomic_signal_fence(memory_order_seq_cst); /* the whole intent before the word */
		intent->pending = true;
		rc = audit_append(&worker->audit, lines.data, lines.len);
		if (rc != 0) {
			intent->pending = false;
			return rc;
		}
		commit(worker);
	}
	return 0;
}

int writer_resume(struct worker *worker)
{
	struct intent *intent = &worker->journal->intent;

	if (!intent->pending)
		return 0;
	if (worker->audit.size >= intent->offset + (off_t)intent->bytes) {
		commit(worker);
		return 0;
	}
	if (worker->audit.size > intent->offset) {
		if (ftruncate(worker->audit.fd, intent->offset) != 0)
			return -errno;
		worker->audit.size = intent->offset;
	}
	intent->pending = false;
	return 0;
}
