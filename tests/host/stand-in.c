/* SPDX-License-Identifier: MIT */
/*
 * The stand-in OpenVPN: openvpn-stand-in BUILD FOLDER < CASE
 *
 * Does to BUILD/v4map.so what an OpenVPN server does, and prints each call with what came back.
 * It needs no rights and no network.  A case is a page of such lines:
 *
 *	# words					a comment
 *	version 2.5.1				the OpenVPN it plays (default 2.6.14): what it
 *						offers, sets and forgets
 *	mask 0x7fff				... or just the hooks it offers,
 *	struct-version 3			... or the age of the interface's structs
 *	policy					the lines that follow, indented by a tab or
 *		rules: []			two blanks, are the policy; its `audit` is
 *						written for you
 *	file NAME				... or any other file of the folder
 *	open [ARGUMENT...]			the server starts; arguments of `plugin v4map.so`,
 *						else @DIR@/policy.yaml v4mapd=@BUILD@/v4mapd
 *
 *	client c1 udp6 198.51.100.11 53779	a client comes to that socket from there
 *	cert c1 CN [SERIAL [FINGERPRINT]]	its certificate (else its name); `nocert c1`: none
 *	tunnel c1 10.8.0.2 fd00:8::2/64	what the pool gives it; "" for none
 *	connect c1				all that follows, until the plugin says no:
 *	verify c1				TLS_VERIFY for the CA and the client
 *	ipchange c1				IPCHANGE
 *	admit c1				CLIENT_CONNECT_V2
 *	again c1				CLIENT_CONNECT_DEFER_V2 (not part of connect)
 *	learn c1				LEARN_ADDRESS for each tunnel address
 *	move c1 2001:db8::11 5000		a float: no hook is called
 *	disconnect c1				it ends, with CLIENT_DISCONNECT if it was admitted
 *	destroy c1				it ends, whatever was, without CLIENT_DISCONNECT
 *
 *	env c1 NAME=VALUE			as env_set does: the old one goes, the new is first
 *	unsetenv c1 NAME			(c1 may be `server`: what later clients begin with)
 *	raw c1 TEXT				an entry that may be anything
 *	fill c1 COUNT				so many other variables
 *	big c1 NAME BYTES			so long a value
 *	clearenv c1				nothing at all
 *	call c1 HOOK [ARGUMENT...]		that hook alone, with the variables as they are
 *
 *	sighup					all end, close, unload, load, open as before
 *	sigusr1					all end; the server's context is made again
 *	abort					a fatal error of OpenVPN's; nothing is closed
 *	die					SIGKILL: not even that
 *						The end of the case stops the server, if it runs.
 *	mark TEXT				prints it
 *	pause MILLISECONDS
 *	longest					prints of the hooks since the last `longest`: how
 *						many, how often one gave the processor away to
 *						wait, how long the longest took
 *	show-allocations			with each call, how many it made
 *	fail-allocation N			the Nth in the plugin from here on fails
 *
 * "..." keeps blanks together and knows \n, \t, \", \\ and \xHH.  @DIR@ is the case's folder,
 * @BUILD@ the build's.  Bytes that are not printable ASCII are printed as \xHH.
 */
#include "reader.h"

#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { OUTPUT_SIZE = 1 << 16 };

static struct host host;
static struct reader reader;

void die(const char *format, ...)
{
	va_list arguments;

	(void)fflush(stdout);
	(void)fprintf(stderr, "line %u: ", reader.number);
	va_start(arguments, format);
	(void)vfprintf(stderr, format, arguments);
	va_end(arguments);
	(void)fputc('\n', stderr);
	_exit(2);
}

void print_text(const char *text)
{
	for (; *text != '\0'; text++)
		if (*text >= ' ' && *text <= '~')
			(void)putchar(*text);
		else
			(void)printf("\\x%02x", (unsigned char)*text);
}

/* --- commands: words[0] is the command itself, `count` counts it too ---------------------- */

static void do_version(char **words, size_t count)
{
	(void)count;
	host_release(&host, words[1]);
}

static void do_mask(char **words, size_t count)
{
	(void)count;
	host.mask = (int)reader_number(words[1]);
}

static void do_struct_version(char **words, size_t count)
{
	(void)count;
	host.struct_version = (int)reader_number(words[1]);
}

static void do_policy(char **words, size_t count)
{
	(void)words, (void)count;
	reader_write_file(&reader, "policy.yaml", "audit: {file: @DIR@/log.jsonl}\n");
}

static void do_file(char **words, size_t count)
{
	(void)count;
	reader_write_file(&reader, words[1], "");
}

/* What OpenVPN knows of itself before and after it opens the plugin. */
static void start(void)
{
	struct variables *env = &host.server.env;

	variables_set(env, "config", "server.conf");
	variables_set(env, "verb", "3");
	variables_set(env, "local_port_1", "1194");
	variables_set(env, "remote_port_1", "1194");
	if (!host_open(&host))
		return;
	variables_set(env, "dev", "tun0");
	variables_set(env, "ifconfig_local", "10.8.0.1");
	variables_set(env, "ifconfig_ipv6_local", "fd00:8::1");
	host_construct(&host, &host.server);
}

static void do_open(char **words, size_t count)
{
	static const char *const DEFAULT[] = {"@DIR@/policy.yaml", "v4mapd=@BUILD@/v4mapd"};

	if (host.library != NULL)
		die("it is open already");
	for (size_t i = 0; i < ARGUMENTS_MAX && i < (count > 1 ? count - 1 : 2); i++)
		host.arguments[i] = reader_expand(&reader, count > 1 ? words[i + 1] : DEFAULT[i]);
	start();
}

static void do_client(char **words, size_t count)
{
	(void)count;
	client_new(&host, words[1], words[2], words[3], words[4]);
}

static void do_cert(char **words, size_t count)
{
	client_certificate(client_find(&host, words[1]), words[2], count > 3 ? words[3] : NULL,
		count > 4 ? words[4] : NULL);
}

static void do_nocert(char **words, size_t count)
{
	(void)count;
	client_certificate(client_find(&host, words[1]), NULL, NULL, NULL);
}

static void do_tunnel(char **words, size_t count)
{
	(void)count;
	client_tunnel(client_find(&host, words[1]), words[2], words[3]);
}

static void do_move(char **words, size_t count)
{
	(void)count;
	client_move(client_find(&host, words[1]), words[2], words[3]);
}

static struct variables *env_of(const char *name)
{
	return &client_find(&host, name)->env;
}

static void do_env(char **words, size_t count)
{
	char *equals = strchr(words[2], '=');

	(void)count;
	if (equals == NULL)
		die("want NAME=VALUE, found '%s'", words[2]);
	*equals = '\0';
	variables_set(env_of(words[1]), words[2], equals + 1);
}

static void do_unsetenv(char **words, size_t count)
{
	(void)count;
	variables_unset(env_of(words[1]), words[2]);
}

static void do_raw(char **words, size_t count)
{
	(void)count;
	variables_add(env_of(words[1]), words[2]);
}

static void do_fill(char **words, size_t count)
{
	char name[32];

	(void)count;
	for (unsigned long i = reader_number(words[2]); i > 0; i--) {
		(void)snprintf(name, sizeof(name), "filler_%lu", i);
		variables_set(env_of(words[1]), name, "trusted_ip=192.0.2.99");
	}
}

static void do_big(char **words, size_t count)
{
	size_t size = reader_number(words[3]);
	char *value = malloc(size + 1);

	(void)count;
	if (value == NULL)
		die("no memory");
	memset(value, 'x', size);
	value[size] = '\0';
	variables_set(env_of(words[1]), words[2], value);
	free(value);
}

static void do_clearenv(char **words, size_t count)
{
	(void)count;
	variables_clear(env_of(words[1]));
}

static void do_call(char **words, size_t count)
{
	(void)client_call(&host, client_find(&host, words[1]), words[2], count - 3, words + 3);
}

static void do_disconnect(char **words, size_t count)
{
	(void)count;
	client_disconnect(&host, client_find(&host, words[1]));
}

static void do_destroy(char **words, size_t count)
{
	struct instance *client = client_find(&host, words[1]);

	(void)count;
	client->connected = false;
	client_disconnect(&host, client);
}

static void end_clients(void)
{
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		if (host.clients[i].alive)
			client_disconnect(&host, &host.clients[i]);
}

static void stop(void)
{
	end_clients();
	host_destruct(&host, &host.server);
	host_close(&host);
}

static void do_sighup(char **words, size_t count)
{
	(void)words, (void)count;
	stop();
	start();
}

static void do_sigusr1(char **words, size_t count)
{
	(void)words, (void)count;
	end_clients();
	host_construct(&host, &host.server); /* and the old context is never destroyed */
}

static void do_abort(char **words, size_t count)
{
	(void)words, (void)count;
	host_abort(&host);
	(void)fflush(stdout);
	_exit(EXIT_FAILURE);
}

static void do_die(char **words, size_t count)
{
	(void)words, (void)count;
	(void)raise(SIGKILL);
}

static void do_mark(char **words, size_t count)
{
	for (size_t i = 1; i < count; i++)
		(void)printf("%s%s", i > 1 ? " " : "--- ", words[i]);
	(void)putchar('\n');
}

static void do_pause(char **words, size_t count)
{
	unsigned long ms = reader_number(words[1]);
	const struct timespec pause = {
		.tv_sec = (time_t)(ms / 1000), .tv_nsec = (long)(ms % 1000) * 1000000};

	(void)count;
	(void)nanosleep(&pause, NULL);
}

static void do_longest(char **words, size_t count)
{
	(void)words, (void)count;
	(void)printf("%" PRIu64 " hooks, %" PRIu64 " waits, the longest %" PRId64 " us\n",
		host.hooks, host.waits, host.longest_ns / 1000);
	host.hooks = host.waits = 0;
	host.longest_ns = 0;
}

static void do_show_allocations(char **words, size_t count)
{
	(void)words, (void)count;
	host.show_allocations = true;
}

static void do_fail_allocation(char **words, size_t count)
{
	(void)count;
	if (!memory_watched())
		die("the sanitizer's allocations do not fail");
	memory_fail((unsigned)reader_number(words[1]));
}

struct command {
	const char *name;
	size_t least, most; /* words behind the name */
	void (*run)(char **words, size_t count);
	bool (*step)(struct host *host, struct instance *client); /* instead: `name CLIENT` */
};

static const struct command COMMANDS[] = {
	{"version", 1, 1, do_version, NULL},
	{"mask", 1, 1, do_mask, NULL},
	{"struct-version", 1, 1, do_struct_version, NULL},
	{"policy", 0, 0, do_policy, NULL},
	{"file", 1, 1, do_file, NULL},
	{"open", 0, ARGUMENTS_MAX, do_open, NULL},
	{"client", 4, 4, do_client, NULL},
	{"cert", 2, 4, do_cert, NULL},
	{"nocert", 1, 1, do_nocert, NULL},
	{"tunnel", 3, 3, do_tunnel, NULL},
	{"connect", 1, 1, NULL, client_connect},
	{"verify", 1, 1, NULL, client_verify},
	{"ipchange", 1, 1, NULL, client_ipchange},
	{"admit", 1, 1, NULL, client_admit},
	{"again", 1, 1, NULL, client_admit_again},
	{"learn", 1, 1, NULL, client_learn},
	{"move", 3, 3, do_move, NULL},
	{"disconnect", 1, 1, do_disconnect, NULL},
	{"destroy", 1, 1, do_destroy, NULL},
	{"env", 2, 2, do_env, NULL},
	{"unsetenv", 2, 2, do_unsetenv, NULL},
	{"raw", 2, 2, do_raw, NULL},
	{"fill", 2, 2, do_fill, NULL},
	{"big", 3, 3, do_big, NULL},
	{"clearenv", 1, 1, do_clearenv, NULL},
	{"call", 2, ARGUMENTS_MAX, do_call, NULL},
	{"sighup", 0, 0, do_sighup, NULL},
	{"sigusr1", 0, 0, do_sigusr1, NULL},
	{"abort", 0, 0, do_abort, NULL},
	{"die", 0, 0, do_die, NULL},
	{"mark", 1, ARGUMENTS_MAX, do_mark, NULL},
	{"pause", 1, 1, do_pause, NULL},
	{"longest", 0, 0, do_longest, NULL},
	{"show-allocations", 0, 0, do_show_allocations, NULL},
	{"fail-allocation", 1, 1, do_fail_allocation, NULL},
};

static void run_line(char **words, size_t count)
{
	for (size_t i = 0; i < sizeof(COMMANDS) / sizeof(COMMANDS[0]); i++) {
		const struct command *command = &COMMANDS[i];

		if (strcmp(command->name, words[0]) != 0)
			continue;
		if (count - 1 < command->least || count - 1 > command->most)
			die("%s: want %zu to %zu words, found %zu", words[0], command->least,
				command->most, count - 1);
		if (command->step != NULL)
			(void)command->step(&host, client_find(&host, words[1]));
		else
			command->run(words, count);
		return;
	}
	die("'%s' is no command", words[0]);
}

int main(int argc, char **argv)
{
	static char output[OUTPUT_SIZE];
	char *words[WORDS_MAX];

	if (argc != 3) {
		(void)fprintf(stderr, "usage: openvpn-stand-in BUILD FOLDER < CASE\n");
		return 2;
	}
	(void)setvbuf(stdout, output, _IOFBF, sizeof(output));
	reader.build = argv[1];
	reader.folder = argv[2];
	(void)snprintf(host.library_path, sizeof(host.library_path), "%s/v4map.so", argv[1]);
	(void)snprintf(host.server.name, sizeof(host.server.name), "server");
	variables_set(&host.server.env, "proto_1", "udp6");
	host_release(&host, "2.6.14");
	while (reader_next(&reader)) {
		size_t count = reader.line[0] == '#' ? 0 : reader_split(&reader, words);

		if (count != 0)
			run_line(words, count);
		(void)fflush(stdout);
	}
	if (host.handle != NULL)
		stop();
	return 0;
}
