/* SPDX-License-Identifier: MIT */
/*
 * Each event as a whole line, against tests/data/event-lines.tsv (UPDATE=1 writes it anew, to be
 * read by eye); and what those lines call things, against tests/data/ecs-8.11.txt.  What
 * hostile texts do is in test_event_text.c.
 */
#include "rows.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include "v4map/chain.h"
#include "v4map/event_json.h"
#include "v4map/peer.h"
#include "v4map-paths.h"

#define LINES "tests/data/event-lines.tsv"
#define SCHEMA "tests/data/ecs-8.11.txt"
#define DIGITS "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const uint8_t KEY[CHAIN_KEY_SIZE] = "a key for pseudonyms, 32 bytes.";

struct row {
	const char *name;
	enum event_action action;
	void (*fill)(struct event *event);
	enum peer_address peer_address;
};

static void add_peer(struct event *event, const char *address, enum family listener)
{
	struct prefix ours = prefix("64:ff9b::/96");
	struct peer peer;

	peer_init(&peer, &(struct peer_texts){.ip6 = address, .port = "53779"}, &ours, 1);
	peer_set_listener(&peer, listener);
	event_set_peer(event, &peer);
	event->record = 7;
	event->generation = 2;
	event_add_text(event, TAG_ADDRESS, address);
	event_add_text(event, TAG_SESSION, "00000000a0000001-3");
	event_add_text(event, TAG_COMMON_NAME, "alice");
	event_add_text(event, TAG_SUBJECT, "O=Example, CN=alice");
	event_add_text(event, TAG_SERIAL, "1f:02");
	event_add_text(event, TAG_FINGERPRINT,
		"3e:8a:10:55:0c:5e:47:9e:61:3a:cf:0b:a5:c3:7d:f0:3e:"
		"8a:10:55:0c:5e:47:9e:61:3a:cf:0b:a5:c3:7d:f0");
	event_add_text(event, TAG_CLIENT_VERSION, "2.6.14");
	event_add_text(event, TAG_CLIENT_PLATFORM, "linux");
	event_add_text(event, TAG_TRANSPORT, "udp");
}

static void started(struct event *event)
{
	event->record = 1;
	event_add_text(event, TAG_OPENVPN_VERSION, "2.6.14");
}

static void policy_loaded(struct event *event)
{
	event->generation = 1;
	event_add_text(event, TAG_FILE, "/etc/openvpn/v4map.yaml");
	event_add_text(event, TAG_SHA256, DIGITS);
}

static void policy_rejected(struct event *event)
{
	event->generation = 1;
	event_add_text(event, TAG_FILE, "/etc/openvpn/v4map.yaml");
	event_add_text(event, TAG_MESSAGE, "12:5: no key 'rout'");
}

static void authorised(struct event *event)
{
	add_peer(event, "64:ff9b::c000:221", FAMILY_IPV6);
	event_add_text(event, TAG_USER, "alice@example.org");
	event_add_text(event, TAG_RULE, "everyone");
	event_add_text(event, TAG_RULE, "over-ipv4");
	event->routes_ipv4 = 2;
	event->routes_ipv6 = 1;
}

static void refused(struct event *event)
{
	add_peer(event, "2002:c000:204::1", FAMILY_IPV6);
	event->reason = REASON_RULE;
	event_add_text(event, TAG_DENY_RULE, "no-transition-addresses");
	event_add_text(event, TAG_DENY_TEXT, "transition addresses are not accepted");
}

static void refused_without_address(struct event *event)
{
	event->record = 8;
	event->reason = REASON_NO_ADDRESS;
	event_add_text(event, TAG_SESSION, "00000000a0000001-4");
	event_add_text(event, TAG_ADDRESS, "not an address");
}

static void learned(struct event *event)
{
	add_peer(event, "2001:db8::1", FAMILY_IPV6);
	event_add_text(event, TAG_LEARNED, "10.8.0.2");
	event_add_text(event, TAG_OPERATION, "add");
}

static void disconnected(struct event *event)
{
	add_peer(event, "::ffff:126.10.13.2", FAMILY_IPV6);
	event->counters = 1;
	event->bytes_received = 123456789;
	event->bytes_sent = 4567;
	event->duration_s = 3723;
}

static void abandoned(struct event *event)
{
	add_peer(event, "2001:db8::1", FAMILY_IPV6);
	event->reason = REASON_NO_DISCONNECT_HOOK;
}

static void mismatch(struct event *event)
{
	add_peer(event, "2001:db8::1", FAMILY_IPV6);
	event->mismatches = MISMATCH_ALL;
}

static void gap(struct event *event)
{
	event->reason = REASON_RING_FULL;
	event->first = 9;
	event->last = 12;
}

static void recovered(struct event *event)
{
	event->reason = REASON_TORN_TAIL;
	event->first = 77;
	event_add_text(event, TAG_FILE, "/var/log/openvpn/v4map.jsonl.torn-1");
}

static void rotated(struct event *event)
{
	event->first = 41;
	event_add_text(event, TAG_PREVIOUS_FILE, "/var/log/openvpn/v4map.jsonl.1");
	event_add_text(event, TAG_PREVIOUS_HASH, DIGITS);
}

static void checkpoint(struct event *event)
{
	event->first = 41;
	event_add_text(event, TAG_PREVIOUS_HASH, DIGITS);
}

static void nothing(struct event *event)
{
	(void)event;
}

/* What a clock, a counter and a ring can hold at most. */
static void at_its_limits(struct event *event)
{
	disconnected(event);
	event->time_ns = INT64_MAX;
	event->bytes_received = event->bytes_sent = event->duration_s = event->record = UINT64_MAX;
	event->port = UINT16_MAX;
	event->generation = UINT32_MAX;
	event->form = event->reason = UINT8_MAX;
	event->mismatches = UINT32_MAX;
}

static const struct row ROWS[] = {
	{"started", EVENT_STARTED, started, PEER_ADDRESS_FULL},
	{"stopped", EVENT_STOPPED, nothing, PEER_ADDRESS_FULL},
	{"policy-loaded", EVENT_POLICY_LOADED, policy_loaded, PEER_ADDRESS_FULL},
	{"policy-rejected", EVENT_POLICY_REJECTED, policy_rejected, PEER_ADDRESS_FULL},
	{"authorised", EVENT_AUTHORISED, authorised, PEER_ADDRESS_FULL},
	{"refused", EVENT_REFUSED, refused, PEER_ADDRESS_FULL},
	{"refused, no address", EVENT_REFUSED, refused_without_address, PEER_ADDRESS_FULL},
	{"address", EVENT_ADDRESS, learned, PEER_ADDRESS_FULL},
	{"disconnected", EVENT_DISCONNECTED, disconnected, PEER_ADDRESS_FULL},
	{"abandoned", EVENT_ABANDONED, abandoned, PEER_ADDRESS_FULL},
	{"mismatch", EVENT_MISMATCH, mismatch, PEER_ADDRESS_FULL},
	{"gap", EVENT_GAP, gap, PEER_ADDRESS_FULL},
	{"recovered", EVENT_RECOVERED, recovered, PEER_ADDRESS_FULL},
	{"rotated", EVENT_ROTATED, rotated, PEER_ADDRESS_FULL},
	{"checkpoint", EVENT_CHECKPOINT, checkpoint, PEER_ADDRESS_FULL},
	{"at its limits", EVENT_DISCONNECTED, at_its_limits, PEER_ADDRESS_FULL},
	{"truncated, translated", EVENT_AUTHORISED, authorised, PEER_ADDRESS_TRUNCATED},
	{"truncated, mapped", EVENT_DISCONNECTED, disconnected, PEER_ADDRESS_TRUNCATED},
	{"truncated, 6to4", EVENT_REFUSED, refused, PEER_ADDRESS_TRUNCATED},
	{"truncated, no address", EVENT_REFUSED, refused_without_address, PEER_ADDRESS_TRUNCATED},
	{"pseudonym, translated", EVENT_AUTHORISED, authorised, PEER_ADDRESS_PSEUDONYM},
	{"pseudonym, mapped", EVENT_DISCONNECTED, disconnected, PEER_ADDRESS_PSEUDONYM},
	{"pseudonym, 6to4", EVENT_REFUSED, refused, PEER_ADDRESS_PSEUDONYM},
	{"none, translated", EVENT_AUTHORISED, authorised, PEER_ADDRESS_NONE},
	{"none, mapped", EVENT_DISCONNECTED, disconnected, PEER_ADDRESS_NONE},
	{"none, 6to4", EVENT_REFUSED, refused, PEER_ADDRESS_NONE},
};

static void render(const struct row *row, char line[static EVENT_LINE_MAX])
{
	struct event_context context = {.run = "00000000a0000001",
		.sequence = 42,
		.host = "vpn1",
		.pid = 4711,
		.peer_address = row->peer_address,
		.pseudonym_key = KEY};
	struct event event;
	struct strbuf sb;

	event_init(&event, row->action, INT64_C(1767323045678901234));
	row->fill(&event);
	strbuf_init(&sb, line, EVENT_LINE_MAX);
	event_to_json(&event, &context, &sb);
	assert_false(sb.full);
}

/* --- whole lines -------------------------------------------------------------------------- */

/* The line of that name, our version in the place of VERSION. */
static void read_want(const char *name, char want[static EVENT_LINE_MAX])
{
	FILE *file = fopen(LINES, "re");
	char line[EVENT_LINE_MAX], *text, *version;
	struct strbuf sb;

	strbuf_init(&sb, want, EVENT_LINE_MAX);
	while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		text = line;
		version = strstr(line, "VERSION");
		if (strcmp(strsep(&text, "\t"), name) != 0 || version == NULL)
			continue;
		strbuf_addf(&sb, "%.*s" V4MAP_VERSION "%s", (int)(version - text), text,
			version + strlen("VERSION"));
	}
	if (file != NULL)
		(void)fclose(file);
}

static void line_is_as_wanted(void **state)
{
	const struct row *row = *state;
	char line[EVENT_LINE_MAX], want[EVENT_LINE_MAX];

	render(row, line);
	read_want(row->name, want);
	assert_string_equal(line, want);
}

static void update(void)
{
	static const char KEY_TEXT[] = "\"product\":\"v4map\",\"version\":\"";
	FILE *file = fopen(LINES, "we");

	for (size_t i = 0; file != NULL && i < COUNT(ROWS); i++) {
		char line[EVENT_LINE_MAX], *version;

		render(&ROWS[i], line);
		version = strstr(line, KEY_TEXT) + sizeof(KEY_TEXT) - 1;
		(void)fprintf(file, "%s\t%.*sVERSION%s\n", ROWS[i].name, (int)(version - line),
			line, version + strlen(V4MAP_VERSION));
	}
	if (file != NULL)
		(void)fclose(file);
}

/* What is not to be told stands nowhere in the line, in whatever form. */
static void address_is_not_told(void **state)
{
	static const char *const ADDRESSES[] = {"64:ff9b::c000:221", "192.0.2.33",
		"::ffff:126.10.13.2", "126.10.13.2", "2002:c000:204::1", "192.0.2.4", "53779",
		"not an address"};
	const struct row *row = *state;
	char line[EVENT_LINE_MAX];

	render(row, line);
	for (size_t i = 0; i < COUNT(ADDRESSES); i++)
		if (strstr(line, ADDRESSES[i]) != NULL)
			fail_msg("'%s' in %s", ADDRESSES[i], line);
}

/* --- names of the Elastic Common Schema ----------------------------------------------------- */

enum { SCHEMA_MAX = 128 };

/* "field NAME TYPE", "list NAME", "value NAME VALUE", "types CATEGORY TYPE" */
static struct statement {
	char kind[8], name[40], what[16];
} schema[SCHEMA_MAX];
static size_t schema_count;

static void read_schema(void)
{
	FILE *file = fopen(SCHEMA, "re");
	char line[200];

	while (file != NULL && schema_count < SCHEMA_MAX &&
		fgets(line, sizeof(line), file) != NULL) {
		struct statement *next = &schema[schema_count];

		if (line[0] != '#')
			schema_count += sscanf(line, "%7s %39s %15s", next->kind, next->name,
						next->what) >= 2;
	}
	if (file != NULL)
		(void)fclose(file);
}

/* `what` NULL: any. */
static bool says(const char *kind, const char *name, const char *what)
{
	for (size_t i = 0; i < schema_count; i++)
		if (strcmp(schema[i].kind, kind) == 0 && strcmp(schema[i].name, name) == 0 &&
			(what == NULL || strcmp(schema[i].what, what) == 0))
			return true;
	return false;
}

static json_t *parse(const struct row *row)
{
	char line[EVENT_LINE_MAX];
	json_error_t error;
	json_t *root;

	render(row, line);
	root = json_loads(line, JSON_REJECT_DUPLICATES, &error);
	if (root == NULL)
		fail_msg("%s: %s: %s", row->name, error.text, line);
	return root;
}

static json_t *at(json_t *root, const char *path)
{
	char copy[100], *rest = copy, *key;

	(void)snprintf(copy, sizeof(copy), "%s", path);
	while ((key = strsep(&rest, ".")) != NULL)
		root = json_object_get(root, key);
	return root;
}

static void check_value(const struct statement *field, const json_t *value)
{
	const char *text = json_string_value(value);
	struct ipaddr ip;

	if (strcmp(field->what, "long") == 0) {
		assert_true(json_is_integer(value) && json_integer_value(value) >= 0);
		return;
	}
	assert_non_null(text);
	if (strcmp(field->what, "ip") == 0)
		assert_int_equal(ipaddr_parse(text, strlen(text), &ip), 0);
	else if (strcmp(field->what, "date") == 0)
		assert_int_equal(strlen(text), strlen("2026-01-02T03:04:05.678901Z"));
	else
		assert_string_equal(field->what, "keyword");
	if (says("value", field->name, NULL) && !says("value", field->name, text))
		fail_msg("%s: ECS has no '%s'", field->name, text);
}

/* Wherever it is used it has ECS's type and one of ECS's values; and it is used. */
static void field_is_as_ecs_wants(void **state)
{
	const struct statement *field = *state;
	bool list = says("list", field->name, NULL);
	size_t used = 0, index;
	json_t *item;

	for (size_t i = 0; i < COUNT(ROWS); i++) {
		json_t *root = parse(&ROWS[i]), *value = at(root, field->name);

		used += value != NULL;
		if (value != NULL && list) {
			assert_true(json_array_size(value) > 0);
			json_array_foreach(value, index, item) check_value(field, item);
		} else if (value != NULL) {
			check_value(field, value);
		}
		json_decref(root);
	}
	assert_int_not_equal(used, 0);
}

static void remove_at(json_t *root, const char *path)
{
	char copy[100], *rest = copy, *key;

	(void)snprintf(copy, sizeof(copy), "%s", path);
	while ((key = strsep(&rest, ".")) != NULL && rest != NULL)
		root = json_object_get(root, key);
	(void)json_object_del(root, key);
}

/* Without "v4map" and the fields of the schema, nothing is left but empty objects. */
static void names_are_ecs(void **state)
{
	json_t *root = parse(*state);
	char *left;

	(void)json_object_del(root, "v4map");
	for (size_t i = 0; i < schema_count; i++)
		if (strcmp(schema[i].kind, "field") == 0)
			remove_at(root, schema[i].name);
	left = json_dumps(root, JSON_COMPACT);
	assert_non_null(left);
	for (const char *colon = left; (colon = strchr(colon, ':')) != NULL; colon++)
		if (colon[1] != '{')
			fail_msg("not in ECS: %s", left);
	free(left);
	json_decref(root);
}

/* Every event.type is one that ECS expects with one of the categories. */
static void type_fits_category(void **state)
{
	json_t *root = parse(*state), *category, *type;
	size_t i, j;

	json_array_foreach(at(root, "event.type"), i, type)
	{
		bool good = false;

		json_array_foreach(at(root, "event.category"), j, category)
		{
			good = good ||
			       says("types", json_string_value(category), json_string_value(type));
		}
		assert_true(good);
	}
	json_decref(root);
}

/* v4mapd's own records say that they are sealed with a key, the plugin's do not. */
static void mark_of_sealed(void **state)
{
	static const char MARK[] = "\"sealed\":true";
	struct event_context context = {.run = "00000000a0000001", .sequence = 42};
	char line[EVENT_LINE_MAX];
	struct event event;
	struct strbuf sb;

	(void)state;
	for (int i = 0; i < 4; i++) {
		bool own = (i & 1) != 0;

		context.sealed = (i & 2) != 0;
		event_init(&event, EVENT_ROTATED, 1);
		event.record = own ? 0 : 7;
		strbuf_init(&sb, line, sizeof(line));
		event_to_json(&event, &context, &sb);
		assert_int_equal(strstr(line, MARK) != NULL, own && context.sealed);
	}
}

int main(void)
{
	enum { KINDS = 4 };
	static struct CMUnitTest tests[KINDS * COUNT(ROWS) + SCHEMA_MAX + 1];
	static char names[KINDS][COUNT(ROWS)][80];
	size_t count = 0;

	if (getenv("UPDATE") != NULL)
		update();
	read_schema();
	for (size_t i = 0; i < COUNT(ROWS); i++) {
		static const struct {
			const char *what;
			CMUnitTestFunction function;
		} KIND[KINDS] = {
			{"line", line_is_as_wanted},
			{"ECS names", names_are_ecs},
			{"event.type fits event.category", type_fits_category},
			{"address not told", address_is_not_told},
		};

		for (size_t j = 0; j < KINDS; j++) {
			if (KIND[j].function == address_is_not_told &&
				ROWS[i].peer_address == PEER_ADDRESS_FULL)
				continue;
			(void)snprintf(names[j][i], sizeof(names[0][0]), "%s: %s", ROWS[i].name,
				KIND[j].what);
			tests[count++] = TEST(names[j][i], KIND[j].function, &ROWS[i]);
		}
	}
	for (size_t i = 0; i < schema_count; i++)
		if (strcmp(schema[i].kind, "field") == 0)
			tests[count++] = TEST(schema[i].name, field_is_as_ecs_wants, &schema[i]);
	tests[count++] = TEST("mark of what is sealed", mark_of_sealed, NULL);
	return _cmocka_run_group_tests("event_json", tests, count, NULL, NULL);
}
