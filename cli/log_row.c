/* SPDX-License-Identifier: MIT */
#include "log_row.h"

#include <jansson.h>
#include <string.h>
#include "log_time.h"

enum { TEXT_SIZE = 16 * 1024 };

void log_add_time(struct strbuf *sb, int64_t time)
{
	char text[LOG_TIME_SIZE];

	log_time_print(time, text);
	strbuf_addf(sb, "%.10s %.12sZ", text, text[0] != '\0' ? text + 11 : text);
}

void log_add_duration(struct strbuf *sb, uint64_t seconds)
{
	unsigned long long days = seconds / 86400, hours = seconds / 3600 % 24,
			   minutes = seconds / 60 % 60, rest = seconds % 60;

	if (days != 0)
		strbuf_addf(sb, "%llud %02lluh", days, hours);
	else if (hours != 0)
		strbuf_addf(sb, "%lluh %02llum", hours, minutes);
	else if (minutes != 0)
		strbuf_addf(sb, "%llum %02llus", minutes, rest);
	else
		strbuf_addf(sb, "%llus", rest);
}

void log_add_bytes(struct strbuf *sb, uint64_t bytes)
{
	static const char *const UNITS[] = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
	size_t unit = 0;
	double value = (double)bytes;

	while (value >= 999.95 && unit + 1 < sizeof(UNITS) / sizeof(UNITS[0])) {
		value /= 1000;
		unit++;
	}
	strbuf_addf(sb, unit == 0 ? "%.0f %s" : "%.1f %s", value, UNITS[unit]);
}

void log_add_peer(struct strbuf *sb, const struct log_record *record)
{
	const struct ipaddr *ip = &record->peer.addr;
	bool bracket = ip->family == FAMILY_IPV6 && record->port != 0;

	if (ip->family == FAMILY_NONE || record->peer.len != family_bits((enum family)ip->family)) {
		strbuf_adds(sb, record->address != NULL ? record->address : "");
		return;
	}
	strbuf_adds(sb, bracket ? "[" : "");
	ipaddr_print(ip, sb);
	strbuf_adds(sb, bracket ? "]" : "");
	if (record->port != 0) {
		strbuf_addc(sb, ':');
		strbuf_addu(sb, record->port);
	}
}

void log_add_over(struct strbuf *sb, const char *transport, const char *listener, const char *form)
{
	const char *blank = "";

	if (transport != NULL && listener != NULL)
		strbuf_addf(sb, "%s%s", transport, strcmp(listener, "ipv6") == 0 ? "6" : "4");
	else if (transport != NULL || listener != NULL)
		strbuf_adds(sb, transport != NULL ? transport : listener);
	if (sb->len != 0)
		blank = " ";
	if (form != NULL && strcmp(form, "native") != 0)
		strbuf_addf(sb, "%s%s", blank, form);
}

/* "a, b, c" */
static void add_list(struct strbuf *sb, const json_t *list)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *text = json_string_value(json_array_get(list, i));

		strbuf_adds(sb, i == 0 ? "" : ", ");
		strbuf_adds(sb, text != NULL ? text : "?");
	}
}

static void add_authorised(struct strbuf *sb, const struct log_record *record)
{
	const json_t *rules = log_record_at(record, "v4map.rules");
	unsigned long long ipv4 = log_record_number(record, "v4map.routes.ipv4");
	unsigned long long ipv6 = log_record_number(record, "v4map.routes.ipv6");

	if (json_array_size(rules) == 0)
		strbuf_adds(sb, "no rule");
	else
		strbuf_adds(sb, json_array_size(rules) == 1 ? "rule " : "rules ");
	add_list(sb, rules);
	if (ipv4 != 0 || ipv6 != 0)
		strbuf_addf(sb, "; routes %llu IPv4, %llu IPv6", ipv4, ipv6);
	else
		strbuf_adds(sb, "; no routes");
}

static void add_refused(struct strbuf *sb, const struct log_record *record)
{
	const char *rule = log_record_text(record, "v4map.deny.rule");
	const char *text = log_record_text(record, "v4map.deny.text");

	if (rule != NULL)
		strbuf_addf(sb, "rule %s: %s", rule, text != NULL ? text : "");
	else if (record->reason != NULL)
		strbuf_adds(sb, record->reason);
}

static void add_disconnected(struct strbuf *sb, const struct log_record *record)
{
	if (log_record_at(record, "event.duration") == NULL)
		return;
	strbuf_adds(sb, "after ");
	log_add_duration(sb, log_record_number(record, "event.duration") / 1000000000);
	strbuf_adds(sb, ", ");
	log_add_bytes(sb, log_record_number(record, "source.bytes"));
	strbuf_adds(sb, " in, ");
	log_add_bytes(sb, log_record_number(record, "destination.bytes"));
	strbuf_adds(sb, " out");
}

static void add_text(struct strbuf *sb, const char *before, const char *text)
{
	if (text != NULL)
		strbuf_addf(sb, "%s%s", before, text);
}

/* v4mapd's own records. */
static void add_own(struct strbuf *sb, const struct log_record *record)
{
	const char *hash = log_record_text(record, "v4map.checkpoint.hash");
	unsigned long long first = log_record_number(record, "v4map.gap.first");
	unsigned long long last = log_record_number(record, "v4map.gap.last");

	add_text(sb, "OpenVPN ", log_record_text(record, "v4map.openvpn_version"));
	add_text(sb, "", log_record_text(record, "v4map.file"));
	add_text(sb, sb->len != 0 ? ": " : "", log_record_text(record, "v4map.message"));
	if (record->action == EVENT_GAP)
		strbuf_addf(sb,
			first == last ? "record %llu is missing"
				      : "records %llu to %llu are missing",
			first, last);
	else if (record->action == EVENT_ROTATED)
		strbuf_addf(sb, "goes on from line %llu",
			(unsigned long long)log_record_number(record, "v4map.previous.sequence"));
	else if (record->action == EVENT_CHECKPOINT)
		strbuf_addf(sb, "line %llu is %.16s...",
			(unsigned long long)log_record_number(record, "v4map.checkpoint.sequence"),
			hash != NULL ? hash : "?");
	else if (record->action == EVENT_RECOVERED)
		strbuf_addf(sb, "%llu bytes behind the last whole line were moved away",
			(unsigned long long)log_record_number(record, "v4map.torn_bytes"));
	add_text(sb, " of ", log_record_text(record, "v4map.previous.file"));
	add_text(sb, sb->len != 0 ? ", " : "", record->reason);
}

static void add_details(struct strbuf *sb, const struct log_record *record)
{
	const char *operation = log_record_text(record, "v4map.tunnel.operation");

	if (record->action == EVENT_AUTHORISED) {
		add_authorised(sb, record);
	} else if (record->action == EVENT_REFUSED) {
		add_refused(sb, record);
	} else if (record->action == EVENT_ADDRESS) {
		add_text(sb, "", record->tunnel);
		if (operation != NULL && strcmp(operation, "add") != 0)
			add_text(sb, ", ", operation);
	} else if (record->action == EVENT_DISCONNECTED) {
		add_disconnected(sb, record);
	} else if (record->session != NULL) {
		add_text(sb, "", record->reason);
	} else {
		add_own(sb, record);
	}
}

static enum colour colour_of(const struct log_record *record)
{
	static const enum colour COLOURS[EVENT_ACTION_COUNT] = {
		[EVENT_AUTHORISED] = COLOUR_GREEN,
		[EVENT_REFUSED] = COLOUR_RED,
		[EVENT_ADDRESS] = COLOUR_CYAN,
		[EVENT_ABANDONED] = COLOUR_YELLOW,
		[EVENT_MISMATCH] = COLOUR_YELLOW,
		[EVENT_GAP] = COLOUR_RED,
		[EVENT_POLICY_REJECTED] = COLOUR_RED,
		[EVENT_RECOVERED] = COLOUR_YELLOW,
	};

	return COLOURS[record->action];
}

struct table *log_rows_new(FILE *out, bool coloured)
{
	static const char *const TITLES[] = {"TIME", "EVENT", "WHO", "FROM", "OVER", "WHAT", NULL};

	return table_new(TITLES, out, coloured);
}

void log_row(struct table *table, const struct log_record *record)
{
	enum colour colour = colour_of(record);
	char data[TEXT_SIZE];
	struct strbuf sb;

	strbuf_init(&sb, data, sizeof(data));
	log_add_time(&sb, record->time);
	table_text(table, COLOUR_DIM, data);
	table_text(table, colour, record->action_name);
	table_text(table, COLOUR_NONE, record->name);
	strbuf_reset(&sb);
	log_add_peer(&sb, record);
	table_text(table, COLOUR_NONE, data);
	strbuf_reset(&sb);
	log_add_over(&sb, record->transport, record->listener, record->form);
	table_text(table, COLOUR_NONE, data);
	strbuf_reset(&sb);
	add_details(&sb, record);
	table_text(table, colour == COLOUR_RED ? colour : COLOUR_NONE, data);
	strbuf_reset(&sb);
	add_text(&sb, "! ", json_array_size(record->mismatches) != 0 ? "" : NULL);
	add_list(&sb, record->mismatches);
	table_text(table, COLOUR_YELLOW, data);
	table_end_row(table);
}
