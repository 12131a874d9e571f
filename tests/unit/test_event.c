/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "v4map/event.h"

static void texts_are_read_in_order(void **state)
{
	struct event event;
	struct event_text text;
	size_t at = 0;

	(void)state;
	event_init(&event, EVENT_REFUSED, 1);
	event_add_text(&event, TAG_SESSION, "s");
	event_add_text(&event, TAG_USER, NULL);
	event_add_text(&event, TAG_RULE, "");
	event_add_text(&event, TAG_RULE, "everyone");
	assert_true(event_next_text(&event, &at, &text));
	assert_int_equal(text.tag, TAG_SESSION);
	assert_true(event_next_text(&event, &at, &text));
	assert_int_equal(text.tag, TAG_RULE);
	assert_int_equal(text.len, 0);
	assert_true(event_next_text(&event, &at, &text));
	assert_int_equal(text.len, 8);
	assert_false(event_next_text(&event, &at, &text));
	assert_int_equal(event.texts_cut, 0);
}

static void long_texts_are_cut_and_counted(void **state)
{
	char text[EVENT_TEXT_MAX + 2];
	struct event event;
	struct event_text found;
	size_t at = 0;

	(void)state;
	memset(text, 'a', sizeof(text));
	text[EVENT_TEXT_MAX] = '\0';
	event_init(&event, EVENT_REFUSED, 1);
	event_add_text(&event, TAG_USER, text);
	assert_int_equal(event.texts_cut, 0);
	text[EVENT_TEXT_MAX] = 'a';
	text[EVENT_TEXT_MAX + 1] = '\0';
	event_add_text(&event, TAG_SUBJECT, text);
	assert_int_equal(event.texts_cut, 1);
	assert_true(event_next_text(&event, &at, &found));
	assert_true(event_next_text(&event, &at, &found));
	assert_int_equal(found.len, EVENT_TEXT_MAX);
}

static void a_full_record_cuts_and_never_overflows(void **state)
{
	struct {
		struct event event;
		uint8_t guard[16];
	} box;
	struct event_text text;
	char long_text[EVENT_TEXT_MAX + 1];
	size_t at = 0, total = 0;

	(void)state;
	memset(&box, 0x5a, sizeof(box));
	memset(long_text, 'b', EVENT_TEXT_MAX);
	long_text[EVENT_TEXT_MAX] = '\0';
	event_init(&box.event, EVENT_REFUSED, 1);
	for (int i = 0; i < 20; i++)
		event_add_text(&box.event, TAG_RULE, long_text);
	for (size_t i = 0; i < sizeof(box.guard); i++)
		assert_int_equal(box.guard[i], 0x5a);
	while (event_next_text(&box.event, &at, &text))
		total += text.len + 3;
	assert_int_equal(total, box.event.texts_len);
	assert_true(box.event.texts_len <= EVENT_TEXTS_SIZE);
	assert_int_equal(box.event.texts_cut, 20 - EVENT_TEXTS_SIZE / (EVENT_TEXT_MAX + 3));
}

static void lying_lengths_end_the_walk(void **state)
{
	struct event event;
	struct event_text text;
	size_t at = 0;

	(void)state;
	event_init(&event, EVENT_REFUSED, 1);
	event_add_text(&event, TAG_USER, "abc");
	event.texts[1] = 0xff;
	assert_false(event_next_text(&event, &at, &text));
	event.texts[1] = 3;
	event.texts_len = 0xffff;
	assert_false(event_next_text(&event, &at, &text));
	event.texts_len = 5;
	assert_false(event_next_text(&event, &at, &text));
}

static void names_are_closed_lists(void **state)
{
	(void)state;
	assert_string_equal(event_action_name(EVENT_AUTHORISED), "authorised");
	assert_string_equal(event_action_name((enum event_action)200), "unknown");
	assert_null(event_reason_name(REASON_NONE));
	for (int i = 1; i < EVENT_REASON_COUNT; i++)
		assert_non_null(event_reason_name((enum event_reason)i));
	for (int i = 0; i < EVENT_ACTION_COUNT; i++)
		assert_non_null(event_action_name((enum event_action)i));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_are_read_in_order),
		cmocka_unit_test(long_texts_are_cut_and_counted),
		cmocka_unit_test(a_full_record_cuts_and_never_overflows),
		cmocka_unit_test(lying_lengths_end_the_walk),
		cmocka_unit_test(names_are_closed_lists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
