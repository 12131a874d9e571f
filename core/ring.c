/* SPDX-License-Identifier: MIT */
#include "v4map/ring.h"

#include <string.h>

_Static_assert((RING_SLOTS & (RING_SLOTS - 1)) == 0, "slot numbers wrap by masking");

void ring_init(struct ring *ring, const uint8_t run_id[static RING_RUN_ID_SIZE])
{
	ring->magic = RING_MAGIC;
	ring->version = RING_VERSION;
	ring->slots = RING_SLOTS;
	memcpy(ring->run_id, run_id, RING_RUN_ID_SIZE);
}

void ring_run_text(const struct ring *ring, char ret[static RING_RUN_TEXT_SIZE])
{
	struct strbuf sb;

	strbuf_init(&sb, ret, RING_RUN_TEXT_SIZE);
	for (size_t i = 0; i < RING_RUN_ID_SIZE; i++)
		strbuf_addf(&sb, "%02x", ring->run_id[i]);
}

bool ring_valid(const struct ring *ring)
{
	return ring->magic == RING_MAGIC && ring->version == RING_VERSION &&
	       ring->slots == RING_SLOTS;
}

void ring_producer_init(struct ring_producer *producer, struct ring *ring)
{
	*producer = (struct ring_producer){.ring = ring, .next_record = 1};
}

/* Bytes of a record that mean something; the rest of its slot keeps what it had. */
static size_t event_length(const struct event *event)
{
	size_t texts = event->texts_len <= EVENT_TEXTS_SIZE ? event->texts_len : EVENT_TEXTS_SIZE;

	return offsetof(struct event, texts) + texts;
}

static void put(struct ring *ring, const struct event *event)
{
	uint64_t head = atomic_load_explicit(&ring->head, memory_order_relaxed);

	memcpy(ring->slot[head & (RING_SLOTS - 1)], event, event_length(event));
	atomic_store_explicit(&ring->head, head + 1, memory_order_release);
}

static size_t room(const struct ring *ring)
{
	uint64_t head = atomic_load_explicit(&ring->head, memory_order_relaxed);
	uint64_t tail = atomic_load_explicit(&ring->tail, memory_order_acquire);
	uint64_t used = head - tail;

	/* A tail that ran ahead of us is nonsense; a full ring is the safe reading of it. */
	return used > RING_SLOTS ? 0 : RING_SLOTS - (size_t)used;
}

bool ring_is_full(const struct ring *ring, size_t reserve)
{
	return room(ring) <= reserve;
}

static void lose(struct ring_producer *producer, const struct event *event)
{
	if (producer->gap_first == 0) {
		producer->gap_first = event->record;
		producer->gap_time_ns = event->time_ns;
	}
	producer->gap_last = event->record;
	atomic_fetch_add_explicit(&producer->ring->lost, 1, memory_order_relaxed);
}

bool ring_put(struct ring_producer *producer, struct event *event, size_t reserve)
{
	size_t need = producer->gap_first != 0 ? 2 : 1;
	struct event gap;

	event->record = producer->next_record++;
	if (room(producer->ring) < need + reserve) {
		lose(producer, event);
		return false;
	}
	if (producer->gap_first != 0) {
		event_init(&gap, EVENT_GAP, producer->gap_time_ns);
		gap.reason = REASON_RING_FULL;
		gap.first = producer->gap_first;
		gap.last = producer->gap_last;
		producer->gap_first = 0;
		put(producer->ring, &gap);
	}
	put(producer->ring, event);
	return true;
}

size_t ring_pending(const struct ring *ring)
{
	uint64_t tail = atomic_load_explicit(&ring->tail, memory_order_relaxed);
	uint64_t head = atomic_load_explicit(&ring->head, memory_order_acquire);
	uint64_t pending = head - tail;

	return pending > RING_SLOTS ? RING_SLOTS : (size_t)pending;
}

void ring_peek(const struct ring *ring, size_t ahead, struct event *ret)
{
	uint64_t tail = atomic_load_explicit(&ring->tail, memory_order_relaxed);

	memcpy(ret, ring->slot[(tail + ahead) & (RING_SLOTS - 1)], sizeof(*ret));
}

void ring_release(struct ring *ring, uint64_t tail)
{
	atomic_store_explicit(&ring->tail, tail, memory_order_release);
}
