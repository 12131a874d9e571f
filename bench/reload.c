/* SPDX-License-Identifier: MIT */
/*
 * A server under load while its policy is replaced.
 *
 *   reload SLEEP_US PLUGIN [ARGUMENT...]
 *
 * Clients come and go, one each SLEEP_US, until standard input ends.  Prints what the plugin logs,
 * and before each such line, and at the end, how long the longest hook took since the last one (the
 * first clients apart) and of how many clients: WALL CPU CLIENTS, in nanoseconds.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "../tests/host/library.h"
#include "clients.h"
#include "drive.h"

enum { WARM = 500 };

/* What the plugin said in the last hook. */
static char said[1024];

static void keep_log(openvpn_plugin_log_flags_t flags, const char *name, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
static void keep_log(openvpn_plugin_log_flags_t flags, const char *name, const char *format, ...)
{
	va_list arguments;

	(void)flags;
	(void)name;
	va_start(arguments, format);
	(void)vsnprintf(said, sizeof(said), format, arguments);
	va_end(arguments);
}

static bool input_ended(void)
{
	struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};

	return poll(&input, 1, 0) != 0;
}

/* Since the last time. */
struct stretch {
	struct took longest;
	unsigned long clients;
};

static void print(struct stretch *stretch, const char *what)
{
	(void)printf("%lld %lld %lu\n%s\n", (long long)stretch->longest.wall_ns,
		(long long)stretch->longest.cpu_ns, stretch->clients, what);
	(void)fflush(stdout);
	*stretch = (struct stretch){.clients = 0};
}

int main(int argc, char **argv)
{
	struct host *host = calloc(1, sizeof(*host));
	struct stretch stretch = {.clients = 0};
	struct life life;

	if (argc < 3)
		die("usage: reload SLEEP_US PLUGIN [ARGUMENT...]");
	if (host == NULL)
		die("no memory");
	clients_begin(host);
	library_callbacks.plugin_log = keep_log;
	drive_open(host, argc - 2, argv + 2);
	said[0] = '\0';
	for (uint64_t number = 0; !input_ended(); number++) {
		drive_life(host, number, (unsigned)strtoul(argv[1], NULL, 10), &life);
		if (said[0] != '\0')
			print(&stretch, said);
		said[0] = '\0';
		if (number < WARM)
			continue;
		took_longer(&stretch.longest, life.longest);
		stretch.clients++;
	}
	print(&stretch, "end");
	drive_close(host);
	variables_clear(&host->server.env);
	free(host);
	return EXIT_SUCCESS;
}
