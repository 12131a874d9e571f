/* SPDX-License-Identifier: MIT */
#include "waiting.h"

#include <time.h>
#include "record.h"

bool waiting_refuses(const struct plugin *plugin)
{
	const struct companion *companion = plugin->companion;

	/* Room for this session's end, for its beginning, and for a gap before that. */
	const size_t need = record_reserve(plugin->reserved + 1) + 2;

	return companion->policy.header->refuse_on_failure != 0 &&
	       (companion_silent(companion) ||
		       atomic_load_explicit(
			       &companion->producer.ring->failing, memory_order_relaxed) ||
		       ring_is_full(companion->producer.ring, need - 1));
}

static bool durable(const struct plugin *plugin, const struct session *session)
{
	const struct ring *ring = plugin->companion->producer.ring;

	return atomic_load_explicit(&ring->durable, memory_order_acquire) >= session->record_at;
}

/* A disk that is fast answers before anyone notices; OpenVPN asks again only after a second. */
static bool durable_soon(struct plugin *plugin, const struct session *session)
{
	const struct timespec step = {.tv_nsec = WAIT_STEP_US * 1000L};

	companion_wake(plugin->companion);
	for (int waited = 0; waited < WAIT_HERE_US; waited += WAIT_STEP_US) {
		if (durable(plugin, session))
			return true;
		(void)nanosleep(&step, NULL);
	}
	return durable(plugin, session);
}

enum answer waiting_answer(struct plugin *plugin, const struct session *session)
{
	const struct image_header *policy = plugin->companion->policy.header;
	const enum answer at_last = policy->refuse_on_failure != 0 ? ANSWER_NO : ANSWER_YES;

	if (policy->wait_for_log == 0)
		return ANSWER_YES;
	if (session->record_at == 0) /* the ring had no room for it */
		return at_last;
	if (durable(plugin, session) || durable_soon(plugin, session))
		return ANSWER_YES;
	if (!plugin->can_defer || companion_now_ms() - session->recorded_ms >= WAIT_AT_ALL_MS)
		return at_last;
	return ANSWER_LATER;
}
