/* SPDX-License-Identifier: MIT */
/* The plugin interface as OpenVPN's plugin.c uses it (2.3 to 2.7). */
#include "stand-in.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include "library.h"

static const char *const HOOKS[OPENVPN_PLUGIN_N] = {
	[OPENVPN_PLUGIN_UP] = "UP",
	[OPENVPN_PLUGIN_DOWN] = "DOWN",
	[OPENVPN_PLUGIN_ROUTE_UP] = "ROUTE_UP",
	[OPENVPN_PLUGIN_IPCHANGE] = "IPCHANGE",
	[OPENVPN_PLUGIN_TLS_VERIFY] = "TLS_VERIFY",
	[OPENVPN_PLUGIN_AUTH_USER_PASS_VERIFY] = "AUTH_USER_PASS_VERIFY",
	[OPENVPN_PLUGIN_CLIENT_CONNECT] = "CLIENT_CONNECT",
	[OPENVPN_PLUGIN_CLIENT_DISCONNECT] = "CLIENT_DISCONNECT",
	[OPENVPN_PLUGIN_LEARN_ADDRESS] = "LEARN_ADDRESS",
	[OPENVPN_PLUGIN_CLIENT_CONNECT_V2] = "CLIENT_CONNECT_V2",
	[OPENVPN_PLUGIN_TLS_FINAL] = "TLS_FINAL",
	[OPENVPN_PLUGIN_ROUTE_PREDOWN] = "ROUTE_PREDOWN",
	[OPENVPN_PLUGIN_CLIENT_CONNECT_DEFER] = "CLIENT_CONNECT_DEFER",
	[OPENVPN_PLUGIN_CLIENT_CONNECT_DEFER_V2] = "CLIENT_CONNECT_DEFER_V2",
	[OPENVPN_PLUGIN_CLIENT_CRRESPONSE] = "CLIENT_CRRESPONSE",
};

int hook_number(const char *name)
{
	for (int i = 0; i < OPENVPN_PLUGIN_N; i++)
		if (HOOKS[i] != NULL && strcmp(HOOKS[i], name) == 0)
			return i;
	return -1;
}

/* What each release offers (openvpn-plugin.h of its time). */
void host_release(struct host *host, const char *version)
{
	if (sscanf(version, "2.%u.%u", &host->minor, &host->patch) != 2)
		die("version: want 2.MINOR.PATCH, found '%s'", version);
	host->mask = host->minor < 5 ? 0x1fff : host->minor == 5 ? 0x7fff : 0xffff;
	if (host->minor < 4)
		host->struct_version = host->patch < 3 ? 1 : 2;
	else if (host->minor == 4 && host->patch < 7)
		host->struct_version = host->patch < 3 ? 3 : 4;
	else
		host->struct_version = OPENVPN_PLUGINv3_STRUCTVER;
}

bool host_at_least(const struct host *host, unsigned minor, unsigned patch)
{
	return host->minor > minor || (host->minor == minor && host->patch >= patch);
}

static void enter(void)
{
	(void)memory_taken();
	memory_inside(true);
}

static void show_allocations(const struct host *host)
{
	if (host->show_allocations)
		(void)printf("  allocations: %u\n", memory_taken());
}

static void print_wanted(int mask)
{
	for (int i = 0; i < OPENVPN_PLUGIN_N; i++)
		if (mask & OPENVPN_PLUGIN_MASK(i))
			(void)printf(" %s", HOOKS[i] != NULL ? HOOKS[i] : "?");
	(void)putchar('\n');
}

/* A member that this struct version does not have yet: reading it crashes. */
static const char *const NOT_THERE = (const char *)(uintptr_t)8;

static int call_open(
	struct host *host, const char **envp, struct openvpn_plugin_args_open_return *ret)
{
	const char *argv[ARGUMENTS_MAX + 2] = {host->library_path};
	bool tells_version = host->struct_version >= 3;
	char version[32], patch[16];
	int result;

	for (size_t i = 0; host->arguments[i] != NULL; i++)
		argv[i + 1] = host->arguments[i];
	(void)snprintf(version, sizeof(version), "2.%u.%u", host->minor, host->patch);
	(void)snprintf(patch, sizeof(patch), ".%u", host->patch);
	const struct openvpn_plugin_args_open_in in = {.type_mask = host->mask,
		.argv = argv,
		.envp = envp,
		.callbacks = &library_callbacks,
		.ssl_api = SSLAPI_OPENSSL,
		.ovpn_version = tells_version ? version : NOT_THERE,
		.ovpn_version_major = 2,
		.ovpn_version_minor = host->minor,
		.ovpn_version_patch = tells_version ? patch : NOT_THERE};
	enter();
	result = host->library->open(host->struct_version, &in, ret);
	memory_inside(false);
	return result;
}

bool host_open(struct host *host)
{
	struct openvpn_plugin_args_open_return ret = {.type_mask = 0};
	const char **envp = variables_array(&host->server.env);
	int result;

	host->library = library_load(host->library_path);
	result = call_open(host, envp, &ret);
	free(envp);
	(void)printf("open: %s\n", result == OPENVPN_PLUGIN_FUNC_SUCCESS ? "SUCCESS" : "ERROR");
	show_allocations(host);
	if (result != OPENVPN_PLUGIN_FUNC_SUCCESS || ret.handle == NULL) {
		host_abort(host);
		return false;
	}
	(void)printf("  wants");
	print_wanted(ret.type_mask);
	if (ret.type_mask & ~host->mask)
		die("FATAL: plugin expressed interest in unsupported plugin types");
	host->handle = ret.handle;
	host->wanted = ret.type_mask;
	return true;
}

void host_close(struct host *host)
{
	enter();
	host->library->close(host->handle);
	memory_inside(false);
	(void)printf("close\n");
	host->handle = NULL;
	library_unload(host->library);
	host->library = NULL;
}

void host_abort(struct host *host)
{
	if (host->library->abort != NULL)
		host->library->abort(host->handle);
	(void)printf("abort\n");
	host->handle = NULL;
}

void host_construct(struct host *host, struct instance *instance)
{
	instance->context = NULL;
	instance->alive = true;
	if (host->library->construct == NULL)
		return;
	enter();
	instance->context = host->library->construct(host->handle);
	memory_inside(false);
	(void)printf("%s constructor%s\n", instance->name,
		instance->context == NULL ? ": no context" : "");
	show_allocations(host);
}

void host_destruct(struct host *host, struct instance *instance)
{
	instance->alive = instance->connected = false;
	if (host->library->destruct == NULL || instance->context == NULL)
		return;
	enter();
	host->library->destruct(host->handle, instance->context);
	memory_inside(false);
	instance->context = NULL;
	(void)printf("%s destructor\n", instance->name);
}

/* As plugin_return_free: all of it is ours now. */
static void take_list(struct openvpn_plugin_string_list *list)
{
	for (const struct openvpn_plugin_string_list *node = list; node != NULL; node = node->next)
		if (node->name != NULL && strcmp(node->name, "config") == 0 && node->value != NULL)
			config_import(node->value);
		else
			(void)printf("  !! a node that is no config\n");
	library_free_list(list);
}

static void print_call(const struct call *call, int result)
{
	static const char *const RESULTS[] = {"SUCCESS", "ERROR", "DEFERRED"};

	(void)printf("%s %s", call->who, HOOKS[call->hook]);
	for (size_t i = 0; call->arguments[i] != NULL; i++) {
		(void)putchar(' ');
		print_text(call->arguments[i]);
	}
	(void)printf(": %s\n", result >= 0 && result <= 2 ? RESULTS[result] : "?");
}

static int64_t now_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now); /* cannot fail with these arguments */
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* How often this thread gave the processor away to wait for something. */
static uint64_t waits(void)
{
	struct rusage usage;

	(void)getrusage(RUSAGE_THREAD, &usage); /* cannot fail with these arguments */
	return (uint64_t)usage.ru_nvcsw;
}

bool host_call(struct host *host, const struct call *call)
{
	const char *argv[ARGUMENTS_MAX + 2] = {host->library_path}, *hook = HOOKS[call->hook];
	const char **envp = variables_array(call->env);
	struct openvpn_plugin_string_list *list = NULL;
	struct openvpn_plugin_args_func_return ret = {
		.return_list = strstr(hook, "_V2") != NULL ? &list : NULL};
	int result;

	if ((host->wanted & OPENVPN_PLUGIN_MASK(call->hook)) == 0) {
		free(envp);
		return true;
	}
	memcpy(argv + 1, call->arguments, sizeof(call->arguments));
	const struct openvpn_plugin_args_func_in in = {.type = call->hook,
		.argv = argv,
		.envp = envp,
		.handle = host->handle,
		.per_client_context = call->context,
		.current_cert_depth = -1};
	const uint64_t waited = waits();
	int64_t ns;

	enter();
	(void)syscall(SYS_getppid); /* for strace: between these two the plugin is at work */
	ns = -now_ns();
	result = host->library->call(host->struct_version, &in, &ret);
	ns += now_ns();
	(void)syscall(SYS_getppid);
	memory_inside(false);
	host->hooks++;
	host->waits += waits() - waited;
	if (ns > host->longest_ns)
		host->longest_ns = ns;
	print_call(call, result);
	show_allocations(host);
	take_list(list);
	free(envp);
	return result == OPENVPN_PLUGIN_FUNC_SUCCESS;
}
