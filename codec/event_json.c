/* SPDX-License-Identifier: MIT */
#include "v4map/event_json.h"

#include <string.h>
#include <time.h>
#include "v4map/peer_json.h"
#include "v4map/pseudonym.h"
#include "v4map-paths.h"

#define SECOND_NS UINT64_C(1000000000)

/* The place of the hash, which chain_seal fills in; time and hash have a fixed length (chain.h). */
static const char NO_HASH[] = "0000000000000000000000000000000000000000000000000000000000000000";

/* ECS: event.category and event.type come from closed lists of their own. */
struct kind {
	const char *category[2];
	const char *type[2];
	const char *outcome;
};

static const struct kind KINDS[EVENT_ACTION_COUNT] = {
	[EVENT_STARTED] = {{"process"}, {"start"}, "success"},
	[EVENT_STOPPED] = {{"process"}, {"end"}, "success"},
	[EVENT_POLICY_LOADED] = {{"configuration"}, {"change"}, "success"},
	[EVENT_POLICY_REJECTED] = {{"configuration"}, {"change"}, "failure"},
	[EVENT_AUTHORISED] = {{"network", "session"}, {"start", "allowed"}, "success"},
	[EVENT_REFUSED] = {{"network", "session"}, {"start", "denied"}, "failure"},
	[EVENT_ADDRESS] = {{"network", "session"}, {"info"}, "success"},
	[EVENT_DISCONNECTED] = {{"network", "session"}, {"end"}, "success"},
	[EVENT_ABANDONED] = {{"network", "session"}, {"end"}, "unknown"},
	[EVENT_MISMATCH] = {{"network", "session"}, {"info"}, "unknown"},
	[EVENT_GAP] = {{"process"}, {"info"}, "failure"},
	[EVENT_RECOVERED] = {{"process"}, {"change"}, "success"},
	[EVENT_ROTATED] = {{"process"}, {"change"}, "success"},
	[EVENT_CHECKPOINT] = {{"process"}, {"info"}, "success"},
};

/* One rendering; texts longer than text_max bytes are cut so that the line keeps its limit. */
struct line {
	const struct event *event;
	const struct event_context *context;
	struct json json;
	size_t text_max;
	unsigned cut;
};

static bool find_text(const struct event *event, enum event_tag tag, struct event_text *ret)
{
	size_t at = 0;

	while (event_next_text(event, &at, ret))
		if (ret->tag == tag)
			return true;
	return false;
}

/* The bytes as text, and beside it as hexadecimal when they were not valid UTF-8. */
static void add_bytes(struct line *line, const char *key, const struct event_text *text)
{
	static const char HEX[] = "0123456789abcdef";
	char hex[2 * EVENT_TEXT_MAX + 1], hex_key[64];
	size_t len = text->len, i;
	struct strbuf name;

	if (len > line->text_max) {
		len = line->text_max;
		line->cut++;
	}
	if (json_bytes(&line->json, key, text->bytes, len))
		return;
	for (i = 0; i < len; i++) {
		hex[2 * i] = HEX[text->bytes[i] >> 4];
		hex[2 * i + 1] = HEX[text->bytes[i] & 15];
	}
	hex[2 * len] = '\0';
	strbuf_init(&name, hex_key, sizeof(hex_key));
	strbuf_addf(&name, "%s_hex", key);
	json_text(&line->json, hex_key, hex);
}

static bool add_tag(struct line *line, const char *key, enum event_tag tag)
{
	struct event_text text;

	if (!find_text(line->event, tag, &text))
		return false;
	add_bytes(line, key, &text);
	return true;
}

/* OpenVPN prints "ab:cd:…"; ECS wants "ABCD…". */
static void add_hexadecimal(struct line *line, const char *key, enum event_tag tag)
{
	struct event_text text;
	char digits[EVENT_TEXT_MAX + 1];
	size_t len = 0, i;

	if (!find_text(line->event, tag, &text) || text.len > EVENT_TEXT_MAX)
		return;
	for (i = 0; i < text.len; i++) {
		char c = (char)text.bytes[i];

		if (c >= 'a' && c <= 'f')
			c = (char)(c - 'a' + 'A');
		if (c != ':')
			digits[len++] = c;
	}
	(void)json_bytes(&line->json, key, digits, len);
}

static void add_address(
	struct line *line, const char *key, const struct event_address *addr, int prefix_len)
{
	struct ipaddr ip = {.family = addr->family};
	char data[64];
	struct strbuf text;

	if (addr->family != FAMILY_IPV4 && addr->family != FAMILY_IPV6)
		return;
	memcpy(ip.bytes, addr->bytes, sizeof(ip.bytes));
	strbuf_init(&text, data, sizeof(data));
	ipaddr_print(&ip, &text);
	if (prefix_len >= 0)
		strbuf_addf(&text, "/%d", prefix_len);
	json_text(&line->json, key, data);
}

/* ECS's `long` is signed. */
static void add_number(struct line *line, const char *key, uint64_t value)
{
	json_uint(&line->json, key, value < INT64_MAX ? value : INT64_MAX);
}

static void add_time(struct line *line)
{
	/* A clock before 1970 is wrong anyway; the text must keep its length. */
	int64_t ns = line->event->time_ns > 0 ? line->event->time_ns : 0;
	time_t seconds = (time_t)(ns / 1000000000);
	char data[64];
	struct strbuf text;
	struct tm tm;

	strbuf_init(&text, data, sizeof(data));
	if (gmtime_r(&seconds, &tm) != NULL) {
		text.len = strftime(data, sizeof(data), "%Y-%m-%dT%H:%M:%S", &tm);
		strbuf_addf(&text, ".%06dZ", (int)(ns % 1000000000 / 1000));
	}
	json_text(&line->json, "@timestamp", data);
}

static void add_list(struct line *line, const char *key, const char *const list[2])
{
	json_array_begin(&line->json, key);
	for (int i = 0; i < 2; i++)
		if (list[i] != NULL)
			json_text(&line->json, NULL, list[i]);
	json_array_end(&line->json);
}

static void add_event(struct line *line)
{
	const struct event *event = line->event;
	const char *reason = event_reason_name((enum event_reason)event->reason);
	const struct kind *kind =
		&KINDS[event->action < EVENT_ACTION_COUNT ? event->action : EVENT_NONE];

	json_object_begin(&line->json, "event");
	json_text(&line->json, "hash", NO_HASH);
	json_uint(&line->json, "sequence", line->context->sequence);
	json_text(&line->json, "kind", "event");
	add_list(line, "category", kind->category);
	add_list(line, "type", kind->type);
	json_text(&line->json, "action", event_action_name((enum event_action)event->action));
	json_text(&line->json, "outcome", kind->outcome != NULL ? kind->outcome : "unknown");
	if (reason != NULL)
		json_text(&line->json, "reason", reason);
	if (event->counters)
		add_number(line, "duration",
			event->duration_s < INT64_MAX / SECOND_NS ? event->duration_s * SECOND_NS
								  : INT64_MAX);
	json_object_end(&line->json);
}

/* The network the peer comes from: enough to see a provider or a country, too little for a person.
 */
static void add_truncated(struct line *line)
{
	const struct event *event = line->event;
	struct prefix network = {.addr = {.family = event->ip.family},
		.len = event->ip.family == FAMILY_IPV4 ? TRUNCATED_IPV4 : TRUNCATED_IPV6};
	char data[64];
	struct strbuf text;

	memcpy(network.addr.bytes, event->ip.bytes, sizeof(event->ip.bytes));
	network.addr = prefix_first(&network);
	strbuf_init(&text, data, sizeof(data));
	prefix_print(&network, &text);
	json_text(&line->json, "address", data);
	strbuf_reset(&text);
	ipaddr_print(&network.addr, &text);
	json_text(&line->json, "ip", data);
}

static void add_pseudonym(struct line *line)
{
	struct ipaddr addr = {.family = line->event->ip.family};
	char name[PSEUDONYM_SIZE];

	memcpy(addr.bytes, line->event->ip.bytes, sizeof(addr.bytes));
	if (pseudonym_make(line->context->pseudonym_key, &addr, name) == 0)
		json_text(&line->json, "address", name);
}

/* As much of the peer's address as the policy's peer-address lets out. */
static void add_source_address(struct line *line)
{
	const struct event *event = line->event;
	bool has_ip = event->ip.family == FAMILY_IPV4 || event->ip.family == FAMILY_IPV6;

	switch (line->context->peer_address) {
	case PEER_ADDRESS_FULL:
		add_tag(line, "address", TAG_ADDRESS);
		add_address(line, "ip", &event->ip, -1);
		if (event->port != 0)
			json_uint(&line->json, "port", event->port);
		break;
	case PEER_ADDRESS_TRUNCATED:
		if (has_ip)
			add_truncated(line);
		break;
	case PEER_ADDRESS_PSEUDONYM:
		if (has_ip)
			add_pseudonym(line);
		break;
	case PEER_ADDRESS_NONE:
		break;
	}
}

static void add_source(struct line *line)
{
	const struct event *event = line->event;
	struct event_text text;

	if (event->ip.family == FAMILY_NONE && !find_text(event, TAG_ADDRESS, &text))
		return;
	json_object_begin(&line->json, "source");
	add_source_address(line);
	if (event->counters)
		add_number(line, "bytes", event->bytes_received);
	json_object_end(&line->json);
	if (event->counters) {
		json_object_begin(&line->json, "destination");
		add_number(line, "bytes", event->bytes_sent);
		json_object_end(&line->json);
	}
	json_object_begin(&line->json, "network");
	if (event->ip.family != FAMILY_NONE)
		json_text(&line->json, "type", family_name((enum family)event->ip.family));
	add_tag(line, "transport", TAG_TRANSPORT);
	json_object_end(&line->json);
}

static void add_identity(struct line *line)
{
	struct event_text text;

	if (find_text(line->event, TAG_USER, &text) ||
		find_text(line->event, TAG_COMMON_NAME, &text)) {
		json_object_begin(&line->json, "user");
		add_bytes(line, "name", &text);
		json_object_end(&line->json);
	}
	if (!find_text(line->event, TAG_SUBJECT, &text) &&
		!find_text(line->event, TAG_FINGERPRINT, &text) &&
		!find_text(line->event, TAG_SERIAL, &text))
		return;
	json_object_begin(&line->json, "tls");
	json_object_begin(&line->json, "client");
	add_tag(line, "subject", TAG_SUBJECT);
	json_object_begin(&line->json, "hash");
	add_hexadecimal(line, "sha256", TAG_FINGERPRINT);
	json_object_end(&line->json);
	json_object_begin(&line->json, "x509");
	add_hexadecimal(line, "serial_number", TAG_SERIAL);
	json_object_end(&line->json);
	json_object_end(&line->json);
	json_object_end(&line->json);
}

static void add_rules(struct line *line)
{
	struct event_text text;
	size_t at = 0;

	json_array_begin(&line->json, "rules");
	while (event_next_text(line->event, &at, &text)) {
		if (text.tag != TAG_RULE)
			continue;
		if (text.len > line->text_max)
			line->cut++;
		else
			(void)json_bytes(&line->json, NULL, text.bytes, text.len);
	}
	json_array_end(&line->json);
}

/* What was decided: the rules that matched, what was pushed, what disagrees. */
static void add_decision(struct line *line)
{
	const struct event *event = line->event;
	struct event_text text;

	peer_json_mismatches(&line->json, event->mismatches);
	if (event->action != EVENT_AUTHORISED && event->action != EVENT_REFUSED)
		return;
	add_rules(line);
	if (event->action == EVENT_AUTHORISED) {
		json_object_begin(&line->json, "routes");
		json_uint(&line->json, "ipv4", event->routes_ipv4);
		json_uint(&line->json, "ipv6", event->routes_ipv6);
		json_object_end(&line->json);
	} else if (find_text(event, TAG_DENY_RULE, &text)) {
		json_object_begin(&line->json, "deny");
		add_tag(line, "rule", TAG_DENY_RULE);
		add_tag(line, "text", TAG_DENY_TEXT);
		json_object_end(&line->json);
	}
}

/* Only its socket tells a mapped IPv4 peer from a native one, and TLS_VERIFY shows no socket. */
static bool form_is_known(const struct event *event)
{
	return event->ip.family != FAMILY_IPV4 || event->form != FORM_NATIVE ||
	       event->listener != FAMILY_NONE;
}

static void add_peer(struct line *line)
{
	const struct event *event = line->event;
	struct event_text text;

	if (event->ip.family != FAMILY_NONE) {
		if (form_is_known(event))
			json_text(&line->json, "form", form_name((enum form)event->form));
		if (line->context->peer_address == PEER_ADDRESS_FULL)
			add_address(line, "embedded", &event->embedded, -1);
		add_address(line, "translator", &event->translator, event->translator_len);
		if (event->listener != FAMILY_NONE)
			json_text(
				&line->json, "listener", family_name((enum family)event->listener));
	}
	add_tag(line, "session", TAG_SESSION);
	add_tag(line, "common_name", TAG_COMMON_NAME);
	if (find_text(event, TAG_SESSION, &text))
		add_decision(line);
	if (find_text(event, TAG_LEARNED, &text)) {
		json_object_begin(&line->json, "tunnel");
		add_tag(line, "address", TAG_LEARNED);
		add_tag(line, "operation", TAG_OPERATION);
		json_object_end(&line->json);
	}
	if (find_text(event, TAG_CLIENT_VERSION, &text) ||
		find_text(event, TAG_CLIENT_PLATFORM, &text)) {
		json_object_begin(&line->json, "client");
		add_tag(line, "version", TAG_CLIENT_VERSION);
		add_tag(line, "platform", TAG_CLIENT_PLATFORM);
		json_object_end(&line->json);
	}
}

/* What `first` and `last` mean depends on the action. */
static void add_range(struct line *line)
{
	const struct event *event = line->event;

	if (event->action == EVENT_GAP) {
		json_object_begin(&line->json, "gap");
		add_number(line, "first", event->first);
		add_number(line, "last", event->last);
		json_object_end(&line->json);
	} else if (event->action == EVENT_ROTATED || event->action == EVENT_CHECKPOINT) {
		json_object_begin(
			&line->json, event->action == EVENT_ROTATED ? "previous" : "checkpoint");
		add_tag(line, "file", TAG_PREVIOUS_FILE);
		add_number(line, "sequence", event->first);
		add_tag(line, "hash", TAG_PREVIOUS_HASH);
		json_object_end(&line->json);
	} else if (event->action == EVENT_RECOVERED) {
		add_number(line, "torn_bytes", event->first);
	}
}

static void add_v4map(struct line *line)
{
	const struct event *event = line->event;
	unsigned cut;

	json_object_begin(&line->json, "v4map");
	json_text(&line->json, "schema", V4MAP_LOG_SCHEMA);
	json_text(&line->json, "run", line->context->run);
	if (event->record != 0)
		add_number(line, "record", event->record);
	else if (line->context->sealed)
		json_bool(&line->json, "sealed", true);
	add_peer(line);
	if (event->generation != 0)
		json_uint(&line->json, "generation", event->generation);
	add_tag(line, "file", TAG_FILE);
	add_tag(line, "sha256", TAG_SHA256);
	add_tag(line, "message", TAG_MESSAGE);
	add_tag(line, "openvpn_version", TAG_OPENVPN_VERSION);
	add_range(line);
	cut = event->texts_cut + line->cut;
	if (cut != 0)
		json_uint(&line->json, "texts_cut", cut);
	json_object_end(&line->json);
}

static void add_all(struct line *line)
{
	json_object_begin(&line->json, NULL);
	add_time(line);
	add_event(line);
	json_object_begin(&line->json, "ecs");
	json_text(&line->json, "version", V4MAP_ECS_VERSION);
	json_object_end(&line->json);
	json_object_begin(&line->json, "host");
	json_text(&line->json, "name", line->context->host != NULL ? line->context->host : "");
	json_object_end(&line->json);
	json_object_begin(&line->json, "process");
	json_uint(&line->json, "pid", line->context->pid);
	json_object_end(&line->json);
	json_object_begin(&line->json, "observer");
	json_text(&line->json, "product", "v4map");
	json_text(&line->json, "version", V4MAP_VERSION);
	json_object_end(&line->json);
	add_source(line);
	add_identity(line);
	add_v4map(line);
	json_object_end(&line->json);
}

void event_to_json(
	const struct event *event, const struct event_context *context, struct strbuf *sb)
{
	/* Hostile bytes grow eightfold: a smaller limit is tried when a line got too long. */
	static const size_t LIMITS[] = {EVENT_TEXT_MAX, 160, 64, 16, 0};
	struct strbuf before = *sb;

	for (size_t i = 0; i < sizeof(LIMITS) / sizeof(LIMITS[0]); i++) {
		struct line line = {.event = event, .context = context, .text_max = LIMITS[i]};

		*sb = before;
		json_init(&line.json, sb);
		add_all(&line);
		if (!sb->full && sb->len - before.len < EVENT_LINE_MAX)
			return;
	}
}
