/* SPDX-License-Identifier: MIT */
#include "log_record.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>
#include "log_time.h"

json_t *log_record_at(const struct log_record *record, const char *path)
{
	json_t *at = record->root;
	char key[64];

	for (;;) {
		size_t len = strcspn(path, ".");

		if (len >= sizeof(key))
			return NULL;
		memcpy(key, path, len);
		key[len] = '\0';
		at = json_object_get(at, key);
		if (path[len] == '\0')
			return at;
		path += len + 1;
	}
}

const char *log_record_text(const struct log_record *record, const char *path)
{
	return json_string_value(log_record_at(record, path));
}

uint64_t log_record_number(const struct log_record *record, const char *path)
{
	json_int_t value = json_integer_value(log_record_at(record, path));

	return value > 0 ? (uint64_t)value : 0;
}

static enum event_action find_action(const char *name)
{
	for (int action = EVENT_NONE + 1; action < EVENT_ACTION_COUNT; action++)
		if (strcmp(event_action_name((enum event_action)action), name) == 0)
			return (enum event_action)action;
	return EVENT_NONE;
}

static void read_peer(struct log_record *record)
{
	const char *ip = log_record_text(record, "source.ip");
	struct err err;

	record->address = log_record_text(record, "source.address");
	if (record->address != NULL && strchr(record->address, '/') != NULL)
		ip = record->address; /* the policy's `peer-address: truncated` */
	if (ip != NULL)
		(void)prefix_parse(ip, strlen(ip), &record->peer, &err);
	record->port = log_record_number(record, "source.port");
	record->name = log_record_text(record, "user.name");
	record->common_name = log_record_text(record, "v4map.common_name");
	record->form = log_record_text(record, "v4map.form");
	record->listener = log_record_text(record, "v4map.listener");
	record->transport = log_record_text(record, "network.transport");
	record->session = log_record_text(record, "v4map.session");
	record->tunnel = log_record_text(record, "v4map.tunnel.address");
	record->mismatches = log_record_at(record, "v4map.mismatches");
}

int log_record_read(const char *line, size_t len, struct log_record *ret)
{
	struct log_record record = {
		.root = json_loadb(line, len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL)};
	const char *time = log_record_text(&record, "@timestamp");
	struct err err;

	record.sequence = log_record_number(&record, "event.sequence");
	record.action_name = log_record_text(&record, "event.action");
	record.run = log_record_text(&record, "v4map.run");
	if (time == NULL || log_time_parse(time, &record.time, &err) != 0 || record.sequence == 0 ||
		record.action_name == NULL || record.run == NULL) {
		json_decref(record.root);
		return -EINVAL;
	}
	record.action = find_action(record.action_name);
	record.reason = log_record_text(&record, "event.reason");
	read_peer(&record);
	*ret = record;
	return 0;
}

void log_record_done(struct log_record *record)
{
	json_decref(record->root);
	record->root = NULL;
}
