/* SPDX-License-Identifier: MIT */
#ifndef V4MAP_RING_H
#define V4MAP_RING_H
/*
 * The records' way from the plugin to v4mapd: one producer, one consumer, fixed slots in shared
 * memory that outlives either.  Neither side ever waits; neither trusts an index the other wrote.
 */

#include <stdatomic.h>
#include "v4map/event.h"

enum {
	RING_VERSION = 1,
	RING_SLOTS = 4096,    /* a power of two; 8 MiB */
	RING_RUN_ID_SIZE = 8, /* random bytes that name this run of the server */
};

#define RING_MAGIC UINT64_C(0x763430616d417031)

/* Shared; each side's words on a cache line of its own. */
struct ring {
	uint64_t magic;
	uint32_t version, slots;
	uint8_t run_id[RING_RUN_ID_SIZE];
	_Alignas(64) _Atomic uint64_t head; /* the plugin's: records put in, ever */
	_Atomic uint64_t lost;		    /* the plugin's: records that found no room, ever */
	_Alignas(64) _Atomic uint64_t tail; /* v4mapd's: records taken out, ever */
	_Atomic uint64_t durable;	    /* v4mapd's: records known to be on stable storage */
	_Atomic uint32_t messages; /* v4mapd's: control messages sent to the plugin, ever */
	_Atomic int64_t seen_ms;   /* v4mapd's: when it last came by, CLOCK_MONOTONIC */
	_Atomic uint32_t failing;  /* v4mapd's: 1 while records cannot be written */
	_Alignas(64) uint8_t slot[RING_SLOTS][EVENT_SIZE];
};

/* Lay out an empty ring in zeroed memory. */
void ring_init(struct ring *ring, const uint8_t run_id[static RING_RUN_ID_SIZE]);
/* The run's name as text: RING_RUN_ID_SIZE bytes in hexadecimal. */
enum { RING_RUN_TEXT_SIZE = 2 * RING_RUN_ID_SIZE + 1 };
void ring_run_text(const struct ring *ring, char ret[static RING_RUN_TEXT_SIZE]);

/* Is this memory a ring of this build? */
bool ring_valid(const struct ring *ring);

/*
 * Producer.  Number the record (event->record) and copy it in.  When the ring is full the record
 * is counted as lost, and the first record that fits again is preceded by an EVENT_GAP that
 * names what is missing.  `reserve` slots are kept free for others: 0 for the end of a session,
 * the number of sessions whose end is still to come for anything else.  Returns true when it was
 * put in.
 */
struct ring_producer {
	struct ring *ring;
	uint64_t next_record;	      /* number of the next record, from 1 */
	uint64_t gap_first, gap_last; /* 0: nothing is missing */
	int64_t gap_time_ns;
};

void ring_producer_init(struct ring_producer *producer, struct ring *ring);
bool ring_put(struct ring_producer *producer, struct event *event, size_t reserve);

/* Would a record that leaves `reserve` slots free find no room? */
bool ring_is_full(const struct ring *ring, size_t reserve);

/* Consumer: records that wait, at most RING_SLOTS whatever the producer claims. */
size_t ring_pending(const struct ring *ring);
/* Copy the record `ahead` places behind the tail; `ahead` is below ring_pending. */
void ring_peek(const struct ring *ring, size_t ahead, struct event *ret);
/* Give the slots below `tail` back: records taken out, ever. */
void ring_release(struct ring *ring, uint64_t tail);

#endif
