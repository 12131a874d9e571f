/* SPDX-License-Identifier: MIT */
#include "drive.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>
#include "../tests/host/client_variables.h"
#include "../tests/host/library.h"
#include "clients.h"

/* --- what library.c and the like want from their program -------------------------------------- */

void die(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	(void)vfprintf(stderr, format, arguments);
	va_end(arguments);
	(void)fputc('\n', stderr);
	_exit(2);
}

void print_text(const char *text)
{
	(void)fputs(text, stdout);
}

void memory_inside(bool inside)
{
	(void)inside;
}

/* --- time --------------------------------------------------------------------------------------
 */

static int64_t now_ns(clockid_t clock)
{
	struct timespec now;

	(void)clock_gettime(clock, &now); /* cannot fail with these arguments */
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

struct took took_now(void)
{
	struct took now;

	now.cpu_ns = now_ns(CLOCK_THREAD_CPUTIME_ID); /* a system call: outside of the other */
	now.wall_ns = now_ns(CLOCK_MONOTONIC);
	return now;
}

struct took took_since(struct took begin)
{
	struct took took;

	took.wall_ns = now_ns(CLOCK_MONOTONIC) - begin.wall_ns;
	took.cpu_ns = now_ns(CLOCK_THREAD_CPUTIME_ID) - begin.cpu_ns;
	/* Asking for it costs more than a short hook. */
	if (took.cpu_ns > took.wall_ns)
		took.cpu_ns = took.wall_ns;
	return took;
}

void took_longer(struct took *longest, struct took took)
{
	if (took.wall_ns > longest->wall_ns)
		longest->wall_ns = took.wall_ns;
	if (took.cpu_ns > longest->cpu_ns)
		longest->cpu_ns = took.cpu_ns;
}

/* --- the plugin --------------------------------------------------------------------------------
 */

void drive_open(struct host *host, int argc, char **argv)
{
	struct openvpn_plugin_args_open_return ret = {.type_mask = 0};
	const char **envp = variables_array(&host->server.env);
	const char *arguments[ARGUMENTS_MAX + 1] = {NULL};
	const struct openvpn_plugin_args_open_in in = {.type_mask = 0xffff,
		.argv = arguments,
		.envp = envp,
		.callbacks = &library_callbacks,
		.ssl_api = SSLAPI_OPENSSL,
		.ovpn_version = "2.6.14",
		.ovpn_version_major = 2,
		.ovpn_version_minor = 6,
		.ovpn_version_patch = ".14"};

	/* v4mapd goes when its server does, and the server when who started it does. */
	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
	for (int i = 0; i < argc && i < ARGUMENTS_MAX; i++)
		arguments[i] = argv[i];
	host->library = library_load(argv[0]);
	if (host->library->open(OPENVPN_PLUGINv3_STRUCTVER, &in, &ret) !=
		OPENVPN_PLUGIN_FUNC_SUCCESS)
		die("%s cannot be opened", argv[0]);
	host->handle = ret.handle;
	host->wanted = ret.type_mask;
	free(envp);
}

void drive_close(struct host *host)
{
	host->library->close(host->handle);
	library_unload(host->library);
}

static struct took call(struct host *host, struct instance *client, int hook,
	const char *const *arguments, bool *ret)
{
	const char *argv[ARGUMENTS_MAX + 1] = {"plugin"}, **envp = variables_array(&client->env);
	struct openvpn_plugin_string_list *list = NULL;
	struct openvpn_plugin_args_func_return result = {.return_list = &list};
	const struct openvpn_plugin_args_func_in in = {.type = hook,
		.argv = argv,
		.envp = envp,
		.handle = host->handle,
		.per_client_context = client->context,
		.current_cert_depth = 0};
	struct took took;

	for (size_t i = 0; arguments[i] != NULL; i++)
		argv[i + 1] = arguments[i];
	took = took_now();
	*ret = host->library->call(OPENVPN_PLUGINv3_STRUCTVER, &in, &result) ==
	       OPENVPN_PLUGIN_FUNC_SUCCESS;
	took = took_since(took);
	library_free_list(list);
	free(envp);
	return took;
}

/* --- a client ----------------------------------------------------------------------------------
 */

#define CALL(hook, ...)                                                                            \
	call(host, client, OPENVPN_PLUGIN_##hook, (const char *const[]){__VA_ARGS__, NULL}, &yes)

static void leave(struct host *host, struct instance *client, struct life *ret)
{
	bool yes;

	if (!client->alive)
		return;
	variables_set(&client->env, "bytes_received", "3100");
	variables_set(&client->env, "bytes_sent", "4200");
	variables_set(&client->env, "time_duration", "60");
	if (client->connected)
		took_longer(&ret->longest, CALL(CLIENT_DISCONNECT, NULL));
	if (host->library->destruct != NULL)
		host->library->destruct(host->handle, client->context);
	client_done(client);
}

static void verify(struct host *host, struct instance *client, struct life *ret)
{
	char subject[128], socket[128];
	bool yes;

	client_at_verify(host, client);
	(void)snprintf(subject, sizeof(subject), "CN=%s", client->common_name);
	took_longer(&ret->longest, CALL(TLS_VERIFY, "0", subject));
	client_set_address(host, client, "trusted");
	(void)snprintf(socket, sizeof(socket), "[AF_INET%s]%s%s %s", client->ipv6_socket ? "6" : "",
		client->ipv6_socket && !address_is_ipv6(client->address) ? "::ffff:" : "",
		client->address, client->port);
	took_longer(&ret->longest, CALL(IPCHANGE, socket));
}

void drive_life(struct host *host, uint64_t number, unsigned sleep_us, struct life *ret)
{
	struct instance *client = &host->clients[number % ALIVE];
	bool yes;

	*ret = (struct life){.longest = {.wall_ns = 0}};
	leave(host, client, ret);
	client_make(host, client, number);
	if (host->library->construct != NULL)
		client->context = host->library->construct(host->handle);
	verify(host, client, ret);
	client_at_connect(host, client, number);
	(void)usleep(sleep_us);
	ret->connect = CALL(CLIENT_CONNECT_V2, NULL);
	client->connected = yes;
	took_longer(&ret->longest, ret->connect);
	if (!yes)
		return;
	took_longer(&ret->longest,
		CALL(LEARN_ADDRESS, "add", client->tunnel_ipv4, client->common_name));
	if (client->tunnel_ipv6[0] != '\0')
		took_longer(&ret->longest,
			CALL(LEARN_ADDRESS, "add", client->tunnel_ipv6, client->common_name));
}
