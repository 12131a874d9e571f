/* SPDX-License-Identifier: MIT */
#include "log_session_print.h"

#include <string.h>
#include "log_row.h"
#include "log_time.h"
#include "v4map/json.h"

enum { TEXT_SIZE = 16 * 1024, JSON_SIZE = 128 * 1024 };

struct table *session_rows_new(const char *why, FILE *out, bool coloured)
{
	static const char *const TITLES[] = {
		"WHO", "FROM", "OVER", "TUNNEL", "BEGAN", "LASTED", "IN", "OUT", "ENDED", NULL};
	const char *titles[TABLE_COLUMNS_MAX + 1];
	size_t count = 0;

	if (why != NULL)
		titles[count++] = why;
	for (size_t i = 0; i == 0 || TITLES[i - 1] != NULL; i++)
		titles[count++] = TITLES[i];
	return table_new(titles, out, coloured);
}

static void add_end(struct strbuf *sb, const struct log_session *session)
{
	strbuf_adds(sb, session_end_name(session->end));
	if (session->reason != NULL)
		strbuf_addf(sb, ": %s", session->reason);
	if (session->moved != NULL)
		strbuf_addf(sb, ", last at %s", session->moved);
}

static enum colour colour_of(const struct log_session *session)
{
	switch (session->end) {
	case SESSION_OPEN:
		return COLOUR_GREEN;
	case SESSION_REFUSED:
		return COLOUR_RED;
	case SESSION_ABANDONED:
	case SESSION_SERVER_ENDED:
	case SESSION_LOST:
		return COLOUR_YELLOW;
	case SESSION_DISCONNECTED:
		break;
	}
	return COLOUR_NONE;
}

static void add_lasted(struct strbuf *sb, const struct log_session *session)
{
	int64_t us = session->ended - session->began;

	if (session->end == SESSION_REFUSED)
		return;
	if (session->counted)
		log_add_duration(sb, session->duration_s);
	else if (us >= 0)
		log_add_duration(sb, (uint64_t)us / 1000000);
	if (session->end == SESSION_OPEN)
		strbuf_addc(sb, '+');
}

static void add_tunnels(struct strbuf *sb, const struct log_session *session)
{
	for (size_t i = 0; i < session->tunnel_count; i++)
		strbuf_addf(sb, "%s%s", i == 0 ? "" : ", ", session->tunnels[i].text);
}

void session_row(struct table *table, const char *why, const struct log_session *session)
{
	char data[TEXT_SIZE];
	struct strbuf sb;

	if (why != NULL)
		table_text(table, COLOUR_BOLD, why);
	table_text(table, COLOUR_NONE, session->name);
	table_text(table, COLOUR_NONE, session->peer);
	strbuf_init(&sb, data, sizeof(data));
	log_add_over(&sb, session->transport, session->listener, session->form);
	table_text(table, COLOUR_NONE, data);
	strbuf_reset(&sb);
	add_tunnels(&sb, session);
	table_text(table, COLOUR_CYAN, data);
	strbuf_reset(&sb);
	log_add_time(&sb, session->began);
	table_text(table, COLOUR_DIM, data);
	strbuf_reset(&sb);
	add_lasted(&sb, session);
	table_text(table, COLOUR_NONE, data);
	strbuf_reset(&sb);
	if (session->counted)
		log_add_bytes(&sb, session->bytes_in);
	table_text(table, COLOUR_NONE, data);
	strbuf_reset(&sb);
	if (session->counted)
		log_add_bytes(&sb, session->bytes_out);
	table_text(table, COLOUR_NONE, data);
	strbuf_reset(&sb);
	add_end(&sb, session);
	table_text(table, colour_of(session), data);
	table_end_row(table);
}

static void json_number(struct json *json, const char *key, bool known, uint64_t value)
{
	if (known)
		json_uint(json, key, value);
	else
		json_none(json, key);
}

static void add_json(struct json *json, const char *why, const struct log_session *session)
{
	char time[LOG_TIME_SIZE];

	json_object_begin(json, NULL);
	if (why != NULL)
		json_text(json, "matched", why);
	json_text(json, "session", session->id);
	json_text(json, "name", session->name);
	json_text(json, "peer", session->peer);
	json_text(json, "last_peer", session->moved != NULL ? session->moved : session->peer);
	json_text(json, "form", session->form);
	json_text(json, "transport", session->transport);
	json_text(json, "listener", session->listener);
	json_array_begin(json, "tunnel");
	for (size_t i = 0; i < session->tunnel_count; i++)
		json_text(json, NULL, session->tunnels[i].text);
	json_array_end(json);
	log_time_print(session->began, time);
	json_text(json, "began", time);
	log_time_print(session->ended, time);
	json_text(json, "ended", session->end != SESSION_OPEN ? time : NULL);
	json_text(json, "end", session_end_name(session->end));
	json_text(json, "reason", session->reason);
	json_number(json, "duration_s", session->counted, session->duration_s);
	json_number(json, "bytes_in", session->counted, session->bytes_in);
	json_number(json, "bytes_out", session->counted, session->bytes_out);
	json_object_end(json);
}

void session_json(FILE *out, const char *why, const struct log_session *session)
{
	char data[JSON_SIZE];
	struct strbuf sb;
	struct json json;

	strbuf_init(&sb, data, sizeof(data));
	json_init(&json, &sb);
	add_json(&json, why, session);
	(void)fprintf(out, "%s\n", data);
}
