/* SPDX-License-Identifier: MIT */
/*
 * What CLIENT_CONNECT_V2 costs.
 *
 *   hooks plugin COUNT PLUGIN [ARGUMENT...]	COUNT clients through a plugin
 *   hooks script COUNT SCRIPT FOLDER		through a client-connect script, which OpenVPN
 *						starts and waits for
 *
 * Prints a line for all clients, and of a plugin one for those of a kind that has been seen before
 * and one for the others: NAME COUNT, then in nanoseconds median, 99th percentile and maximum by
 * the clock, then the same in time of processor (a script's: its processes' too).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include "../tests/host/library.h"
#include "clients.h"
#include "drive.h"

enum { SLEEP_US = 100, WARM = 2000 };

struct sample {
	struct took took;
	bool rare;
};

static int by_value(const void *a, const void *b)
{
	const int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;

	return (left > right) - (left < right);
}

static void print_times(int64_t *ns, size_t count)
{
	qsort(ns, count, sizeof(*ns), by_value);
	(void)printf(" %lld %lld %lld", (long long)ns[count / 2], (long long)ns[count * 99 / 100],
		(long long)ns[count - 1]);
}

/* Of the samples that are `rare` or are not, or of all. */
static void print_line(
	const char *name, const struct sample *samples, size_t count, bool rare, bool common)
{
	int64_t *ns = calloc(count, sizeof(*ns));
	size_t taken = 0;

	if (ns == NULL)
		die("no memory");
	for (size_t i = 0; i < count; i++)
		if (samples[i].rare ? rare : common)
			ns[taken++] = samples[i].took.wall_ns;
	(void)printf("%s %zu", name, taken);
	print_times(ns, taken);
	taken = 0;
	for (size_t i = 0; i < count; i++)
		if (samples[i].rare ? rare : common)
			ns[taken++] = samples[i].took.cpu_ns;
	print_times(ns, taken);
	(void)putchar('\n');
	free(ns);
}

static void log_trouble(openvpn_plugin_log_flags_t flags, const char *name, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
static void log_trouble(openvpn_plugin_log_flags_t flags, const char *name, const char *format, ...)
{
	va_list arguments;

	if (((unsigned)flags & (PLOG_ERR | PLOG_WARN)) == 0)
		return;
	va_start(arguments, format);
	(void)fprintf(stderr, "%s: ", name);
	(void)vfprintf(stderr, format, arguments);
	(void)fputc('\n', stderr);
	va_end(arguments);
}

static void run_plugin(
	struct host *host, struct sample *samples, size_t count, int argc, char **argv)
{
	struct life life;

	library_callbacks.plugin_log = log_trouble;
	drive_open(host, argc, argv);
	for (size_t i = 0; i < WARM + count; i++) {
		drive_life(host, i, SLEEP_US, &life);
		if (i >= WARM)
			samples[i - WARM] = (struct sample){life.connect, client_is_rare(i)};
	}
	drive_close(host);
	print_line("all", samples, count, true, true);
	print_line("known", samples, count, false, true);
	print_line("new", samples, count, true, false);
}

static int64_t children_ns(void)
{
	struct rusage usage;

	(void)getrusage(RUSAGE_CHILDREN, &usage); /* cannot fail with these arguments */
	return (int64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000000 +
	       (int64_t)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1000;
}

/* As openvpn_execve: fork, execve, waitpid. */
static void start_and_wait(const char *script, char *file, char **envp)
{
	char *argv[] = {(char *)(uintptr_t)script, file, NULL};
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		(void)execve(script, argv, envp);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0)
		die("%s: status %d", script, pid < 0 ? -1 : status);
}

/* As multi.c around a client-connect script: a file for the answer, which is read and removed. */
static size_t ask_script(const char *script, const char *folder, char **envp)
{
	char file[PATH_SIZE], text[65536];
	ssize_t len;
	int fd;

	(void)snprintf(file, sizeof(file), "%s/openvpn_cc_XXXXXX", folder);
	fd = mkstemp(file);
	if (fd < 0)
		die("cannot make %s", file);
	start_and_wait(script, file, envp);
	len = read(fd, text, sizeof(text));
	(void)close(fd);
	(void)unlink(file);
	return len > 0 ? (size_t)len : 0;
}

static struct took time_script(
	const struct instance *client, const char *script, const char *folder)
{
	char **envp = (char **)(uintptr_t)variables_array(&client->env);
	int64_t children = children_ns();
	struct took took = took_now();

	if (ask_script(script, folder, envp) == 0)
		die("%s gave %s nothing", script, client->common_name);
	took = took_since(took);
	took.cpu_ns += children_ns() - children;
	free(envp);
	return took;
}

static void run_script(struct host *host, struct sample *samples, size_t count, char **argv)
{
	struct instance *client = &host->clients[0];

	for (size_t i = 0; i < count; i++) {
		client_make(host, client, i);
		client_at_verify(host, client);
		client_at_connect(host, client, i);
		samples[i].took = time_script(client, argv[0], argv[1]);
		client_done(client);
	}
	print_line("all", samples, count, true, true);
}

int main(int argc, char **argv)
{
	size_t count = argc > 4 || (argc == 4 && strcmp(argv[1], "plugin") == 0)
			       ? strtoul(argv[2], NULL, 10)
			       : 0;
	struct sample *samples = calloc(count + 1, sizeof(*samples));
	struct host *host = calloc(1, sizeof(*host));

	if (count == 0)
		die("usage: hooks plugin COUNT PLUGIN [ARGUMENT...] | script COUNT SCRIPT FOLDER");
	if (samples == NULL || host == NULL)
		die("no memory");
	clients_begin(host);
	if (strcmp(argv[1], "plugin") == 0)
		run_plugin(host, samples, count, argc - 3, argv + 3);
	else
		run_script(host, samples, count, argv + 3);
	variables_clear(&host->server.env);
	free(samples);
	free(host);
	return EXIT_SUCCESS;
}
