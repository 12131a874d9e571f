/* SPDX-License-Identifier: MIT */
#include "log_session.h"

#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "log_row.h"

const char *session_end_name(enum session_end end)
{
	static const char *const NAMES[] = {
		[SESSION_OPEN] = "open",
		[SESSION_DISCONNECTED] = "disconnected",
		[SESSION_ABANDONED] = "abandoned",
		[SESSION_REFUSED] = "refused",
		[SESSION_SERVER_ENDED] = "server-ended",
		[SESSION_LOST] = "lost",
	};

	return NAMES[end];
}

static void free_session(struct log_session *session)
{
	if (session == NULL)
		return;
	free(session->tunnels);
	free(session->id);
	free(session->run);
	free(session->name);
	free(session->transport);
	free(session->listener);
	free(session->form);
	free(session->peer);
	free(session->moved);
	free(session->reason);
	free(session);
}

static void keep_node(void *session)
{
	(void)session; /* items own it */
}

void log_sessions_done(struct log_sessions *sessions)
{
	tdestroy(sessions->tree, keep_node);
	for (size_t i = 0; i < sessions->count; i++)
		free_session(sessions->items[i]);
	free(sessions->items);
	*sessions = (struct log_sessions){.count = 0};
}

static int by_id(const void *a, const void *b)
{
	const struct log_session *x = a, *y = b;

	return strcmp(x->id, y->id);
}

/* A copy, or NULL for NULL; *good becomes false without memory. */
static char *copy(const char *text, bool *good)
{
	char *ret = text != NULL ? strdup(text) : NULL;

	*good = *good && (text == NULL || ret != NULL);
	return ret;
}

static char *copy_peer(const struct log_record *record, bool *good)
{
	char data[1024];
	struct strbuf sb;

	strbuf_init(&sb, data, sizeof(data));
	log_add_peer(&sb, record);
	return copy(data, good);
}

static struct log_session *new_session(const struct log_record *record)
{
	struct log_session *session = calloc(1, sizeof(*session));
	bool good = true;
	struct err err;

	if (session == NULL)
		return NULL;
	session->id = copy(record->session, &good);
	session->run = copy(record->run, &good);
	session->name = copy(record->name != NULL ? record->name : record->common_name, &good);
	session->transport = copy(record->transport, &good);
	session->listener = copy(record->listener, &good);
	session->form = copy(record->form, &good);
	session->peer = copy_peer(record, &good);
	session->address = record->peer;
	if (record->address != NULL)
		(void)prefix_parse(record->address, strlen(record->address), &session->seen, &err);
	session->began = record->time;
	if (good)
		return session;
	free_session(session);
	return NULL;
}

/* NULL: no memory. */
static struct log_session *add(struct log_sessions *sessions, const struct log_record *record)
{
	size_t room = sessions->room != 0 ? 2 * sessions->room : 256;
	struct log_session *session, **items;

	if (sessions->count == sessions->room) {
		items = reallocarray(sessions->items, room, sizeof(struct log_session *));
		if (items == NULL)
			return NULL;
		sessions->items = items;
		sessions->room = room;
	}
	session = new_session(record);
	if (session == NULL || tsearch(session, &sessions->tree, by_id) == NULL) {
		free_session(session);
		return NULL;
	}
	sessions->items[sessions->count++] = session;
	return session;
}

static struct log_session *find(const struct log_sessions *sessions, const char *id)
{
	/* The tree compares ids only, and does not write to what it looks for. */
	struct log_session key = {.id = (char *)(uintptr_t)id};
	struct log_session **node = tfind(&key, &sessions->tree, by_id);

	return node != NULL ? *node : NULL;
}

static bool add_tunnel(struct log_session *session, const struct log_record *record)
{
	struct session_tunnel *tunnels, tunnel = {.since = record->time};
	struct err err;

	(void)snprintf(tunnel.text, sizeof(tunnel.text), "%s", record->tunnel);
	(void)prefix_parse(tunnel.text, strlen(tunnel.text), &tunnel.block, &err);
	for (size_t i = 0; i < session->tunnel_count; i++)
		if (strcmp(session->tunnels[i].text, tunnel.text) == 0)
			return true; /* learned again */
	tunnels = reallocarray(session->tunnels, session->tunnel_count + 1, sizeof(*tunnels));
	if (tunnels == NULL)
		return false;
	tunnels[session->tunnel_count++] = tunnel;
	session->tunnels = tunnels;
	return true;
}

static bool close_session(struct log_session *session, const struct log_record *record,
	enum session_end end, const char *reason)
{
	bool good = true;
	char *peer;

	session->end = end;
	session->ended = record->time;
	free(session->reason);
	session->reason = copy(reason, &good);
	if (end != SESSION_DISCONNECTED)
		return good;
	peer = copy_peer(record, &good);
	if (good && strcmp(peer, session->peer) != 0) {
		free(session->moved);
		session->moved = peer;
		peer = NULL;
	}
	free(peer);
	if (log_record_at(record, "event.duration") == NULL)
		return good;
	session->counted = true;
	session->duration_s = log_record_number(record, "event.duration") / 1000000000;
	session->bytes_in = log_record_number(record, "source.bytes");
	session->bytes_out = log_record_number(record, "destination.bytes");
	return good;
}

static bool take(struct log_sessions *sessions, const struct log_record *record)
{
	struct log_session *session = find(sessions, record->session);
	const char *rule = log_record_text(record, "v4map.deny.rule");
	bool is_new = session == NULL, good = true;

	if (is_new)
		session = add(sessions, record);
	if (session == NULL)
		return false;
	if (record->action == EVENT_ADDRESS && record->tunnel != NULL)
		good = add_tunnel(session, record);
	else if (record->action == EVENT_DISCONNECTED)
		good = close_session(session, record, SESSION_DISCONNECTED, record->reason);
	else if (record->action == EVENT_ABANDONED)
		good = close_session(session, record, SESSION_ABANDONED, record->reason);
	else if (record->action == EVENT_REFUSED && session->end == SESSION_OPEN)
		good = close_session(
			session, record, SESSION_REFUSED, rule != NULL ? rule : record->reason);
	/* Its beginning is in an older file; its end knows how long ago that was. */
	if (is_new && session->counted)
		session->began -= (int64_t)session->duration_s * 1000000;
	return good;
}

/* The run of the server is over, or another one has begun: so are its sessions. */
static void end_runs(struct log_sessions *sessions, const struct log_record *record)
{
	bool stopped = record->action == EVENT_STOPPED;

	for (size_t i = sessions->closed; i < sessions->count; i++) {
		struct log_session *session = sessions->items[i];

		if (session->end != SESSION_OPEN ||
			(strcmp(session->run, record->run) == 0) != stopped)
			continue;
		session->end = stopped ? SESSION_SERVER_ENDED : SESSION_LOST;
		session->ended = record->time;
	}
	while (sessions->closed < sessions->count &&
		sessions->items[sessions->closed]->end != SESSION_OPEN)
		sessions->closed++;
}

bool log_sessions_add(struct log_sessions *sessions, const struct log_record *record)
{
	if (sessions->first == 0)
		sessions->first = record->time;
	sessions->last = record->time;
	if (record->session != NULL)
		return take(sessions, record);
	if (record->action == EVENT_STOPPED || record->action == EVENT_STARTED)
		end_runs(sessions, record);
	return true;
}
