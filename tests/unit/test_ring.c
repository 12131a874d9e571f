/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include "v4map/ring.h"

static const uint8_t RUN_ID[RING_RUN_ID_SIZE] = {1, 2, 3};

static int setup(void **state)
{
	struct ring *ring = aligned_alloc(64, sizeof(*ring));

	if (ring == NULL)
		return -1;
	memset(ring, 0, sizeof(*ring));
	ring_init(ring, RUN_ID);
	*state = ring;
	return 0;
}

static int teardown(void **state)
{
	free(*state);
	return 0;
}

static bool put(struct ring_producer *producer, const char *text, size_t reserve)
{
	struct event event;

	event_init(&event, EVENT_AUTHORISED, 5);
	event_add_text(&event, TAG_COMMON_NAME, text);
	return ring_put(producer, &event, reserve);
}

static void fill(struct ring_producer *producer, size_t count)
{
	for (size_t i = 0; i < count; i++)
		assert_true(put(producer, "x", 0));
}

static void consume(struct ring *ring, size_t count)
{
	ring_release(ring, atomic_load(&ring->tail) + count);
}

static void new_ring_is_valid_and_empty(void **state)
{
	struct ring *ring = *state;

	assert_true(ring_valid(ring));
	assert_int_equal(ring_pending(ring), 0);
	ring->version++;
	assert_false(ring_valid(ring));
}

static void records_come_out_as_they_went_in(void **state)
{
	struct ring *ring = *state;
	struct ring_producer producer;
	struct event event;
	struct event_text text;
	size_t at = 0;

	ring_producer_init(&producer, ring);
	assert_true(put(&producer, "first", 0));
	assert_true(put(&producer, "second", 0));
	assert_int_equal(ring_pending(ring), 2);
	ring_peek(ring, 1, &event);
	assert_int_equal(event.record, 2);
	assert_true(event_next_text(&event, &at, &text));
	assert_int_equal(text.len, 6);
	assert_memory_equal(text.bytes, "second", 6);
	assert_false(event_next_text(&event, &at, &text));
	consume(ring, 2);
	assert_int_equal(ring_pending(ring), 0);
}

static void full_ring_loses_by_number_and_tells(void **state)
{
	struct ring *ring = *state;
	struct ring_producer producer;
	struct event event;

	ring_producer_init(&producer, ring);
	fill(&producer, RING_SLOTS);
	assert_false(put(&producer, "lost", 0));
	assert_false(put(&producer, "lost", 0));
	assert_int_equal(atomic_load(&ring->lost), 2);
	consume(ring, 1);
	assert_false(put(&producer, "no room for gap and record", 0));
	consume(ring, 1);
	assert_true(put(&producer, "back", 0));
	ring_peek(ring, RING_SLOTS - 2, &event);
	assert_int_equal(event.action, EVENT_GAP);
	assert_int_equal(event.reason, REASON_RING_FULL);
	assert_int_equal(event.first, RING_SLOTS + 1);
	assert_int_equal(event.last, RING_SLOTS + 3);
	assert_int_equal(event.time_ns, 5);
	ring_peek(ring, RING_SLOTS - 1, &event);
	assert_int_equal(event.record, RING_SLOTS + 4);
}

static void reserved_slots_are_kept_for_ends(void **state)
{
	struct ring_producer producer;

	ring_producer_init(&producer, *state);
	fill(&producer, RING_SLOTS - 2);
	assert_false(put(&producer, "a new session", 2));
	assert_true(put(&producer, "an end, with the gap before it", 0));
	assert_false(put(&producer, "nothing is left", 0));
}

static void numbers_go_on_over_many_turns(void **state)
{
	struct ring *ring = *state;
	struct ring_producer producer;
	struct event event;
	uint64_t next = 1;

	ring_producer_init(&producer, ring);
	atomic_store(&ring->head, UINT64_MAX - 10); /* the counters may wrap */
	atomic_store(&ring->tail, UINT64_MAX - 10);
	for (int turn = 0; turn < 5; turn++) {
		fill(&producer, RING_SLOTS - 1);
		for (size_t i = 0; i < RING_SLOTS - 1; i++) {
			ring_peek(ring, i, &event);
			assert_int_equal(event.record, next++);
		}
		consume(ring, RING_SLOTS - 1);
	}
}

static void nonsense_indices_are_survived(void **state)
{
	struct ring *ring = *state;
	struct ring_producer producer;

	ring_producer_init(&producer, ring);
	atomic_store(&ring->tail, 1000); /* ahead of the head */
	assert_false(put(&producer, "x", 0));
	assert_true(ring_pending(ring) <= RING_SLOTS);
	atomic_store(&ring->head, UINT64_MAX / 2);
	assert_int_equal(ring_pending(ring), RING_SLOTS);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(new_ring_is_valid_and_empty),
		TEST(records_come_out_as_they_went_in),
		TEST(full_ring_loses_by_number_and_tells),
		TEST(reserved_slots_are_kept_for_ends),
		TEST(numbers_go_on_over_many_turns),
		TEST(nonsense_indices_are_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
