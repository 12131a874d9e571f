/* SPDX-License-Identifier: MIT */
#include "v4map/event.h"

#include <string.h>

static const char *const ACTION_NAMES[EVENT_ACTION_COUNT] = {
	[EVENT_NONE] = "none",
	[EVENT_STARTED] = "started",
	[EVENT_STOPPED] = "stopped",
	[EVENT_POLICY_LOADED] = "policy-loaded",
	[EVENT_POLICY_REJECTED] = "policy-rejected",
	[EVENT_AUTHORISED] = "authorised",
	[EVENT_REFUSED] = "refused",
	[EVENT_ADDRESS] = "address",
	[EVENT_DISCONNECTED] = "disconnected",
	[EVENT_ABANDONED] = "abandoned",
	[EVENT_MISMATCH] = "mismatch",
	[EVENT_GAP] = "gap",
	[EVENT_RECOVERED] = "recovered",
	[EVENT_ROTATED] = "rotated",
	[EVENT_CHECKPOINT] = "checkpoint",
};

static const char *const REASON_NAMES[EVENT_REASON_COUNT] = {
	[REASON_RULE] = "rule",
	[REASON_NO_ADDRESS] = "no-address",
	[REASON_RING_FULL] = "ring-full",
	[REASON_INTERNAL] = "internal-error",
	[REASON_TEXT_TOO_LONG] = "text-too-long",
	[REASON_NO_DISCONNECT_HOOK] = "no-disconnect-hook",
	[REASON_NOT_ADMITTED] = "not-admitted",
	[REASON_TORN_TAIL] = "torn-tail",
	[REASON_TRUNCATED] = "truncated",
	[REASON_IO_ERROR] = "io-error",
	[REASON_LOG_FAILING] = "log-failing",
};

const char *event_action_name(enum event_action action)
{
	return (unsigned)action < EVENT_ACTION_COUNT ? ACTION_NAMES[action] : "unknown";
}

const char *event_reason_name(enum event_reason reason)
{
	return (unsigned)reason < EVENT_REASON_COUNT ? REASON_NAMES[reason] : "unknown";
}

void event_init(struct event *event, enum event_action action, int64_t time_ns)
{
	memset(event, 0, offsetof(struct event, texts));
	event->action = (uint8_t)action;
	event->time_ns = time_ns;
}

static struct event_address to_event_address(const struct ipaddr *addr)
{
	struct event_address ret = {.family = addr->family};

	memcpy(ret.bytes, addr->bytes, sizeof(ret.bytes));
	return ret;
}

void event_set_peer(struct event *event, const struct peer *peer)
{
	event->ip = to_event_address(&peer->addr.ip);
	event->embedded = to_event_address(&peer->addr.embedded);
	event->translator = to_event_address(&peer->addr.translator.addr);
	event->translator_len = peer->addr.translator.len;
	event->port = peer->port;
	event->form = (uint8_t)peer->addr.form;
	event->listener = (uint8_t)peer->listener;
	event->mismatches |= peer->mismatches;
}

void event_add_text(struct event *event, enum event_tag tag, const char *text)
{
	size_t used = event->texts_len, room, len;

	if (text == NULL)
		return;
	room = EVENT_TEXTS_SIZE - used;
	len = strnlen(text, EVENT_TEXT_MAX + 1);
	if (len > EVENT_TEXT_MAX || len + 3 > room) {
		event->texts_cut++;
		if (room <= 3)
			return;
		len = len > EVENT_TEXT_MAX ? EVENT_TEXT_MAX : len;
		len = len + 3 > room ? room - 3 : len;
	}
	event->texts[used] = (uint8_t)tag;
	event->texts[used + 1] = (uint8_t)(len & 0xff);
	event->texts[used + 2] = (uint8_t)(len >> 8);
	memcpy(event->texts + used + 3, text, len);
	event->texts_len = (uint16_t)(used + 3 + len);
}

bool event_next_text(const struct event *event, size_t *at, struct event_text *ret)
{
	size_t end = event->texts_len, len;

	if (end > EVENT_TEXTS_SIZE || *at > end || end - *at < 3)
		return false;
	len = event->texts[*at + 1] + ((size_t)event->texts[*at + 2] << 8);
	if (len > end - *at - 3)
		return false;
	ret->tag =
		event->texts[*at] < EVENT_TAG_COUNT ? (enum event_tag)event->texts[*at] : TAG_END;
	ret->bytes = event->texts + *at + 3;
	ret->len = len;
	*at += 3 + len;
	return true;
}
