/* SPDX-License-Identifier: MIT */
/*
 * The server under load, without OpenVPN: starts v4mapd as the plugin does and puts records of
 * sessions into the ring.
 *
 *   load [-r RATE] [-o SESSIONS] [-s STATE] [-h] COUNT V4MAPD POLICY
 *
 * -r: so many records a second, whether or not the ring has room; without it, as many as the ring
 * takes.  -o: so many sessions at a time (8).  -h: when all is put, stay until killed.  -s: a file
 * of three 64-bit numbers that outlives us: records put, records that found no room, records known
 * to be durable.  The first line of output names the run; the last ones say how long a record took,
 * and with -r how often putting one gave the processor away to wait.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>
#include "../../plugin/companion.h"

enum { SESSIONS_MAX = 8192, STEP_NS = 100, STEPS = 20000, WAIT_NS = 200 * 1000 };

/* What there is to know after a SIGKILL. */
struct state {
	uint64_t put, lost, durable;
};

struct session {
	uint64_t number;
	unsigned step; /* of its life; 0: not begun */
	struct peer peer;
	const char *name;
};

struct load {
	struct companion *companion;
	struct state *state;
	struct session sessions[SESSIONS_MAX];
	uint64_t begun, count, put; /* sessions, records wanted, records put or lost */
	size_t at_a_time, authorised;
	unsigned rate;
	uint32_t took[STEPS]; /* how many records took so many STEP_NS */
	int64_t longest_ns;
	long waits;
};

static int64_t now_ns(clockid_t clock)
{
	struct timespec now;

	(void)clock_gettime(clock, &now); /* cannot fail with these arguments */
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void begin_session(struct load *load, struct session *session)
{
	static const char *const NAMES[] = {"alice", "bob.laptop.example.org", "x",
		"a-name-as-long-as-a-common-name-can-be-which-is-sixty-four-bytes",
		"G\xc3\xbcnter \"quoted\" \\ M\xc3\xbcller", "bad\xff\xfe utf8\x9b",
		"\xe2\x80\xae\xe2\x80\xa8</script>"};
	static const char *const ADDRESSES[] = {
		"198.51.100.7", "2001:db8::7:1", "203.0.113.255", "64:ff9b::c633:6407"};
	struct peer_texts texts = {
		.port = "49152", .socket = "[AF_INET6]::ffff:198.51.100.7 49152"};
	const char *address;

	session->number = ++load->begun;
	address = ADDRESSES[session->number % 4];
	if (strchr(address, ':') != NULL)
		texts.ip6 = address;
	else
		texts.ip = address;
	session->name = NAMES[session->number % (sizeof(NAMES) / sizeof(NAMES[0]))];
	peer_init(&session->peer, &texts, NULL, 0);
}

static void make_event(struct load *load, const struct session *session, struct event *event)
{
	static const enum event_action LIFE[] = {
		EVENT_AUTHORISED, EVENT_ADDRESS, EVENT_ADDRESS, EVENT_DISCONNECTED};
	char text[128];

	event_init(event, LIFE[session->step], now_ns(CLOCK_REALTIME));
	(void)snprintf(text, sizeof(text), "%s-%llu", load->companion->run,
		(unsigned long long)session->number);
	event_add_text(event, TAG_SESSION, text);
	event_add_text(event, TAG_COMMON_NAME, session->name);
	event_set_peer(event, &session->peer);
	event_add_text(event, TAG_ADDRESS, session->peer.address);
	if (LIFE[session->step] == EVENT_ADDRESS) {
		event_add_text(event, TAG_OPERATION, "add");
		event_add_text(
			event, TAG_LEARNED, session->step == 1 ? "10.8.0.2" : "fd00:8::1000");
	}
	event->counters = LIFE[session->step] == EVENT_DISCONNECTED;
	event->bytes_sent = session->number * 1000;
	event_add_text(event, TAG_SERIAL, "0a:1b:2c:3d:4e:5f:60:71:82:93");
	event_add_text(event, TAG_FINGERPRINT,
		"00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff:"
		"00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff");
	(void)snprintf(text, sizeof(text), "C=XX, O=Example, CN=%s", session->name);
	event_add_text(event, TAG_SUBJECT, text);
	event_add_text(event, TAG_CLIENT_VERSION, "2.6.14");
	event_add_text(event, TAG_CLIENT_PLATFORM, "linux");
}

/* One step of one session, as a hook does it. */
static void put_record(struct load *load, struct session *session)
{
	struct event event;
	bool is_end = session->step == 3;

	(void)companion_policy(load->companion);
	if (session->step == 0)
		begin_session(load, session);
	make_event(load, session, &event);
	load->authorised += session->step == 0;
	load->authorised -= is_end;
	if (ring_put(&load->companion->producer, &event, is_end ? 0 : load->authorised))
		load->state->put++;
	else
		load->state->lost++;
	session->step = is_end ? 0 : session->step + 1;
}

/* How often this thread has waited: it was not merely another's turn. */
static long waits(const struct load *load)
{
	struct rusage usage = {.ru_nvcsw = 0};

	if (load->rate != 0)
		(void)getrusage(RUSAGE_THREAD, &usage); /* cannot fail with these arguments */
	return usage.ru_nvcsw;
}

static void put_timed(struct load *load)
{
	struct ring *ring = load->companion->producer.ring;
	long waited = waits(load);
	int64_t begun_ns = now_ns(CLOCK_MONOTONIC), took_ns;

	put_record(load, &load->sessions[load->put++ % load->at_a_time]);
	took_ns = now_ns(CLOCK_MONOTONIC) - begun_ns;
	load->waits += waits(load) - waited;
	if (took_ns > load->longest_ns)
		load->longest_ns = took_ns;
	load->took[took_ns / STEP_NS < STEPS ? took_ns / STEP_NS : STEPS - 1]++;
	load->state->durable = atomic_load_explicit(&ring->durable, memory_order_acquire);
}

/* Until the next record's time has come, or until the ring has room for it. */
static void wait_for_turn(const struct load *load, int64_t begun_ns)
{
	struct timespec pause = {.tv_nsec = WAIT_NS};
	const struct ring *ring = load->companion->producer.ring;
	int64_t ahead_ns;

	if (load->rate == 0) {
		while (ring_is_full(ring, load->authorised + 2))
			(void)nanosleep(&pause, NULL);
		return;
	}
	ahead_ns = (int64_t)(load->put * 1000000000 / load->rate) -
		   (now_ns(CLOCK_MONOTONIC) - begun_ns);
	pause = (struct timespec){ahead_ns / 1000000000, ahead_ns % 1000000000};
	if (ahead_ns > WAIT_NS / 4)
		(void)nanosleep(&pause, NULL);
}

static uint64_t resident_kib(void)
{
	FILE *statm = fopen("/proc/self/statm", "re");
	unsigned long pages = 0;

	if (statm == NULL || fscanf(statm, "%*u %lu", &pages) != 1)
		err(1, "/proc/self/statm");
	(void)fclose(statm);
	return pages * (uint64_t)sysconf(_SC_PAGESIZE) / 1024;
}

static void run(struct load *load)
{
	int64_t begun_ns = now_ns(CLOCK_MONOTONIC);
	uint64_t below = 0;
	size_t step;

	while (load->put < load->count) {
		wait_for_turn(load, begun_ns);
		put_timed(load);
		if (load->put == load->count / 100 || load->put == load->count)
			(void)printf("at %llu resident %llu KiB\n", (unsigned long long)load->put,
				(unsigned long long)resident_kib());
	}
	for (step = 0; step < STEPS && below * 100 < load->count * 99; step++)
		below += load->took[step];
	(void)printf("a record took %llu us at 99 %%, at most %lld us\n",
		(unsigned long long)step * STEP_NS / 1000, (long long)load->longest_ns / 1000);
	if (load->rate != 0)
		(void)printf("waited %ld times\n", load->waits);
	(void)fflush(stdout);
}

/* Zeroes without a file: nobody wants to know. */
static struct state *map_state(const char *path)
{
	int fd = path != NULL ? open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600) : -1;
	struct state *state;

	if (path != NULL && (fd < 0 || ftruncate(fd, sizeof(*state)) != 0))
		err(1, "%s", path);
	state = mmap(NULL, sizeof(*state), PROT_READ | PROT_WRITE,
		MAP_SHARED | (fd < 0 ? MAP_ANONYMOUS : 0), fd, 0);
	if (state == MAP_FAILED)
		err(1, "mmap");
	*state = (struct state){.put = 0};
	return state;
}

int main(int argc, char **argv)
{
	static struct load load = {.at_a_time = 8};
	struct companion_arguments arguments = {.log = ""};
	const char *state = NULL;
	struct err warning, err = {.text = ""};
	bool hold = false;
	int option;

	while ((option = getopt(argc, argv, "r:o:s:h")) != -1) {
		if (option == 'r')
			load.rate = (unsigned)strtoul(optarg, NULL, 10);
		else if (option == 'o')
			load.at_a_time = strtoul(optarg, NULL, 10);
		else if (option == 's')
			state = optarg;
		else if (option == 'h')
			hold = true;
		else
			return 2;
	}
	if (argc - optind != 3 || load.at_a_time == 0 || load.at_a_time > SESSIONS_MAX)
		errx(2, "usage: load [-r RATE] [-o SESSIONS] [-s STATE] [-h] COUNT V4MAPD POLICY");
	load.count = strtoull(argv[optind], NULL, 10);
	load.state = map_state(state);
	arguments.daemon = argv[optind + 1];
	arguments.policy = argv[optind + 2];
	if (companion_open(&arguments, &load.companion, &warning, &err) != 0)
		errx(1, "%s", err.text);
	(void)printf("run %s\n", load.companion->run);
	(void)fflush(stdout);
	run(&load);
	while (hold) {
		(void)nanosleep(&(struct timespec){.tv_nsec = WAIT_NS}, NULL);
		load.state->durable = atomic_load(&load.companion->producer.ring->durable);
	}
	return 0;
}
