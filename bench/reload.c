/* SPDX-License-Identifier: MIT */
/*
 * A server under load while its policy is replaced.
 *
 *   reload SLEEP_US PLUGIN [ARGUMENT...]
 *
 * Clients come and go, one each SLEEP_US, until standard input ends.  Prints what the plugin logs,
 * with the time of the longest hook of that client, which took the policy over; at the end how many
 * clients there were and how long the longest hook took, that of the first ones apart. Nanoseconds,
 * by the clock and of processor.
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

static void note(struct took *longest, struct took took)
{
	if (took.wall_ns > longest->wall_ns)
		longest->wall_ns = took.wall_ns;
	if (took.cpu_ns > longest->cpu_ns)
		longest->cpu_ns = took.cpu_ns;
}

static void print(const char *what, struct took took)
{
	(void)printf("%lld %lld %s\n", (long long)took.wall_ns, (long long)took.cpu_ns, what);
	(void)fflush(stdout);
}

int main(int argc, char **argv)
{
	struct host *host = calloc(1, sizeof(*host));
	struct took longest = {0, 0};
	struct life life;
	uint64_t number;
	char text[64];

	if (argc < 3)
		die("usage: reload SLEEP_US PLUGIN [ARGUMENT...]");
	if (host == NULL)
		die("no memory");
	clients_begin(host);
	library_callbacks.plugin_log = keep_log;
	drive_open(host, argc - 2, argv + 2);
	said[0] = '\0';
	for (number = 0; !input_ended(); number++) {
		drive_life(host, number, (unsigned)strtoul(argv[1], NULL, 10), &life);
		if (number >= WARM)
			note(&longest, life.longest);
		if (said[0] != '\0')
			print(said, life.longest);
		said[0] = '\0';
	}
	(void)snprintf(
		text, sizeof(text), "longest hook of %llu clients", (unsigned long long)number);
	print(text, longest);
	drive_close(host);
	variables_clear(&host->server.env);
	free(host);
	return EXIT_SUCCESS;
}
