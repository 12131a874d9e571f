/* SPDX-License-Identifier: MIT */
/*
 * Writes a connect log as v4mapd would, for the tests and the bench of `v4map log`:
 *
 *   make-log [-n LINES] [-r LINES] [-c LINES] [-k KEY-FILE] [-w RUN-LINES] [-gx] LOG
 *
 * -r: rotate after so many lines: LOG.1 is the oldest file, LOG the newest.  -c: a checkpoint
 * after so many lines, also in LOG.checkpoints.  -k: seal with a key file, which is not stepped,
 * from its sequence on.
 * -w: a new run of the server after so many lines.  -g: one record of each run is lost to a gap.
 * -x: clients with names that could hurt a reader.
 * The same arguments give the same bytes: one record a second from 2026-01-02T00:00:00Z on.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "v4map/chain.h"
#include "v4map/event_json.h"
#include "v4map/key_file.h"

#define START_NS (INT64_C(1767312000) * 1000000000)

struct writer {
	const char *path;
	FILE *file, *checkpoints;
	unsigned files;
	struct chain *chain;
	uint64_t sequence, record, in_file;
	uint64_t lines, rotate, checkpoint, run_lines;
	bool gap, hostile, sealed;
	struct chain_key key; /* sequence 0: none */
	unsigned run;
};

static void put(struct writer *writer, struct event *event)
{
	static char data[2 * EVENT_LINE_MAX];
	char run[17];
	struct event_context context = {
		.run = run, .sequence = ++writer->sequence, .host = "vpn1", .pid = 4711};
	struct strbuf sb;

	if (writer->sequence == writer->key.sequence) {
		chain_set_key(writer->chain, &writer->key);
		writer->sealed = true;
	}
	context.sealed = writer->sealed;
	(void)snprintf(run, sizeof(run), "%016x", 0xa0000000 + writer->run);
	event->time_ns = START_NS + (int64_t)writer->sequence * 1000000000 + 123456000;
	strbuf_init(&sb, data, sizeof(data));
	event_to_json(event, &context, &sb);
	if (chain_seal(writer->chain, sb.data, sb.len) != 0)
		errx(1, "cannot seal line %llu", (unsigned long long)writer->sequence);
	strbuf_addc(&sb, '\n');
	if (fwrite(sb.data, 1, sb.len, writer->file) != sb.len)
		err(1, "%s", writer->path);
	writer->in_file++;
}

static void add_last_hash(struct writer *writer, struct event *event, char digits[CHAIN_DIGITS + 1])
{
	uint8_t hash[CHAIN_HASH_SIZE];

	chain_get(writer->chain, hash);
	chain_print(hash, digits);
	event->first = writer->sequence;
	event_add_text(event, TAG_PREVIOUS_HASH, digits);
}

static void rotate(struct writer *writer)
{
	char name[4096], digits[CHAIN_DIGITS + 1];
	struct event event;

	(void)snprintf(name, sizeof(name), "%s.%u", writer->path, ++writer->files);
	if (fclose(writer->file) != 0 || rename(writer->path, name) != 0)
		err(1, "%s", name);
	writer->file = fopen(writer->path, "we");
	if (writer->file == NULL)
		err(1, "%s", writer->path);
	writer->in_file = 0;
	event_init(&event, EVENT_ROTATED, 0);
	event_add_text(&event, TAG_PREVIOUS_FILE, name);
	add_last_hash(writer, &event, digits);
	put(writer, &event);
}

static void checkpoint(struct writer *writer)
{
	char digits[CHAIN_DIGITS + 1];
	struct event event;

	event_init(&event, EVENT_CHECKPOINT, 0);
	add_last_hash(writer, &event, digits);
	(void)fprintf(writer->checkpoints, "2026-01-02T00:00:00Z v4map checkpoint %s %llu %s\n",
		writer->path, (unsigned long long)writer->sequence, digits);
	put(writer, &event);
}

struct who {
	const char *name, *address, *learned, *learned6, *version;
	enum family listener;
};

/* The sessions of a cycle: begun in this order, each with its own end below. */
static const struct who WHO[] = {
	{"alice", "198.51.100.11", "10.8.0.2", "fd00:8::1000", "2.6.14", FAMILY_IPV4},
	{"bob", "::ffff:126.10.13.2", "10.8.0.3", NULL, "2.5.1", FAMILY_IPV6},
	{"mallory", "2002:c000:204::1", NULL, NULL, "2.4.12", FAMILY_IPV6},
	{"dana", "64:ff9b::c000:221", NULL, "fd00:8::1001", "3.git::081bfebe:RelWithDebInfo",
		FAMILY_IPV6},
};

struct act {
	enum event_action action;
	unsigned who;
	bool ipv6; /* EVENT_ADDRESS: the IPv6 one */
};

static const struct act ACTS[] = {
	{EVENT_AUTHORISED, 0, false},
	{EVENT_ADDRESS, 0, false},
	{EVENT_ADDRESS, 0, true},
	{EVENT_AUTHORISED, 1, false},
	{EVENT_ADDRESS, 1, false},
	{EVENT_REFUSED, 2, false},
	{EVENT_AUTHORISED, 3, false},
	{EVENT_ADDRESS, 3, true},
	{EVENT_DISCONNECTED, 1, false},
	{EVENT_ABANDONED, 3, false},
	{EVENT_DISCONNECTED, 0, false},
};

enum { WHO_COUNT = sizeof(WHO) / sizeof(WHO[0]), ACT_COUNT = sizeof(ACTS) / sizeof(ACTS[0]) };

static const char *const HOSTILE[] = {
	"\033]0;title\a\033[2J",
	"a\"}}\n{\"@timestamp\":\"",
	("\302\233"
	 "31m"),
	"\342\200\256ecila",
	"\342\200\250two\342\200\251lines",
	"Jos\351",
	"\\u0041\\",
	"\177\001",
	"Jos\303\251",
	"\303\050",
};

static void add_peer(struct event *event, const struct who *who, const char *name, uint64_t cycle)
{
	static const char FINGERPRINT[] =
		"3e:8a:10:55:0c:5e:47:9e:61:3a:cf:0b:a5:c3:7d:f0:3e:8a:10:55:0c:5e:47:9e:61:3a:cf:"
		"0b:a5:c3:7d:f0";
	char port[16], subject[64];
	struct prefix ours;
	struct err err;
	struct peer peer;

	(void)snprintf(port, sizeof(port), "%u", 40000 + (unsigned)(cycle % 20000));
	(void)snprintf(subject, sizeof(subject), "O=Example, CN=%s", name);
	if (prefix_parse("64:ff9b::/96", 12, &ours, &err) != 0)
		errx(1, "%s", err.text);
	peer_init(&peer,
		&(struct peer_texts){.ip6 = who->address, .port = port, .common_name = name}, &ours,
		1);
	peer_set_listener(&peer, who->listener);
	event_set_peer(event, &peer);
	event_add_text(event, TAG_ADDRESS, who->address);
	event_add_text(event, TAG_COMMON_NAME, name);
	event_add_text(event, TAG_SUBJECT, subject);
	event_add_text(event, TAG_SERIAL, "1f:02");
	event_add_text(event, TAG_FINGERPRINT, FINGERPRINT);
	event_add_text(event, TAG_CLIENT_VERSION, who->version);
	event_add_text(event, TAG_CLIENT_PLATFORM, "linux");
	event_add_text(event, TAG_TRANSPORT, "udp");
}

enum { HOSTILE_COUNT = sizeof(HOSTILE) / sizeof(HOSTILE[0]) };

static void add_decision(struct event *event)
{
	if (event->action == EVENT_REFUSED) {
		event->reason = REASON_RULE;
		event_add_text(event, TAG_DENY_RULE, "no-transition-addresses");
		event_add_text(event, TAG_DENY_TEXT, "transition addresses are not accepted");
		event_add_text(event, TAG_RULE, "everyone");
	} else if (event->action == EVENT_AUTHORISED) {
		event->routes_ipv4 = 2;
		event->routes_ipv6 = 1;
		event_add_text(event, TAG_RULE, "everyone");
		event_add_text(event, TAG_RULE, "over-ipv4");
	} else if (event->action == EVENT_DISCONNECTED) {
		event->counters = 1;
		event->bytes_received = 123456789;
		event->bytes_sent = 4567;
		event->duration_s = 3723;
	} else if (event->action == EVENT_ABANDONED) {
		event->reason = REASON_NO_DISCONNECT_HOOK;
	}
}

static void act(struct writer *writer, uint64_t step)
{
	const struct act *now = &ACTS[step % ACT_COUNT];
	const struct who *who = &WHO[now->who];
	uint64_t cycle = step / ACT_COUNT;
	const char *name = writer->hostile ? HOSTILE[cycle % HOSTILE_COUNT] : who->name;
	struct event event;
	char session[64];

	event_init(&event, now->action, 0);
	event.record = ++writer->record;
	event.generation = 1;
	(void)snprintf(session, sizeof(session), "%016x-%llu", 0xa0000000 + writer->run,
		(unsigned long long)(cycle * WHO_COUNT + now->who + 1));
	event_add_text(&event, TAG_SESSION, session);
	add_peer(&event, who, name, cycle);
	add_decision(&event);
	if (now->action == EVENT_ADDRESS) {
		event_add_text(&event, TAG_LEARNED, now->ipv6 ? who->learned6 : who->learned);
		event_add_text(&event, TAG_OPERATION, "add");
	}
	put(writer, &event);
}

static void begin_run(struct writer *writer)
{
	struct event event;

	writer->run++;
	writer->record = 1;
	event_init(&event, EVENT_POLICY_LOADED, 0);
	event.generation = 1;
	event_add_text(&event, TAG_FILE, "/etc/openvpn/v4map.yaml");
	put(writer, &event);
	event_init(&event, EVENT_STARTED, 0);
	event.record = 1;
	event_add_text(&event, TAG_OPENVPN_VERSION, "2.6.14");
	put(writer, &event);
	if (!writer->gap)
		return;
	event_init(&event, EVENT_GAP, 0);
	event.reason = REASON_RING_FULL;
	event.first = event.last = ++writer->record;
	put(writer, &event);
}

static void end_run(struct writer *writer)
{
	struct event event;

	event_init(&event, EVENT_STOPPED, 0);
	put(writer, &event);
}

static void write_log(struct writer *writer)
{
	uint64_t step = 0, left = 0;

	while (writer->sequence < writer->lines) {
		if (writer->rotate != 0 && writer->in_file >= writer->rotate) {
			rotate(writer);
		} else if (writer->checkpoint != 0 && writer->sequence != 0 &&
			   writer->sequence % writer->checkpoint == 0) {
			checkpoint(writer);
		} else if (left == 0) {
			if (writer->run != 0)
				end_run(writer);
			begin_run(writer);
			step = 0;
			left = writer->run_lines != 0 ? writer->run_lines : writer->lines;
		} else {
			act(writer, step++);
			left--;
		}
	}
}

static void use_key(struct writer *writer, const char *path)
{
	struct key_file key;
	struct err err;

	if (key_file_read(path, &key, &err) != 0)
		errx(1, "%s", err.text);
	writer->key = key.chain;
}

int main(int argc, char **argv)
{
	static const uint8_t NOTHING[CHAIN_HASH_SIZE];
	struct writer writer = {.chain = chain_new(NOTHING), .lines = 30};
	char name[4096];
	int option;

	while ((option = getopt(argc, argv, "n:r:c:k:w:gx")) != -1) {
		uint64_t number = optarg != NULL ? strtoull(optarg, NULL, 10) : 0;

		if (option == 'n')
			writer.lines = number;
		else if (option == 'r')
			writer.rotate = number;
		else if (option == 'c')
			writer.checkpoint = number;
		else if (option == 'w')
			writer.run_lines = number;
		else if (option == 'k')
			use_key(&writer, optarg);
		else if (option == 'g')
			writer.gap = true;
		else if (option == 'x')
			writer.hostile = true;
		else
			return 2;
	}
	if (optind != argc - 1)
		errx(2, "want one log to write");
	writer.path = argv[optind];
	writer.file = fopen(writer.path, "we");
	(void)snprintf(name, sizeof(name), "%s.checkpoints", writer.path);
	writer.checkpoints = writer.checkpoint != 0 ? fopen(name, "we") : NULL;
	if (writer.file == NULL || (writer.checkpoint != 0 && writer.checkpoints == NULL))
		err(1, "%s", name);
	write_log(&writer);
	chain_free(writer.chain);
	if (fclose(writer.file) != 0 ||
		(writer.checkpoints != NULL && fclose(writer.checkpoints) != 0))
		err(1, "%s", writer.path);
	return 0;
}
