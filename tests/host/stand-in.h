/* SPDX-License-Identifier: MIT */
#ifndef V4MAP_STAND_IN_H
#define V4MAP_STAND_IN_H
/*
 * The stand-in OpenVPN: loads the real v4map.so, calls it as OpenVPN does, prints what comes
 * back.  stand-in.c knows the words of a case, client.c what OpenVPN does with a client, host.c
 * the plugin interface, config.c what OpenVPN makes of a client's configuration.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* OpenVPN's env_set: "NAME=value" texts, the newest last here and first in the array. */
struct variables {
	char **text;
	size_t count, capacity;
};

void variables_set(struct variables *variables, const char *name, const char *value);
void variables_unset(struct variables *variables, const char *name);
void variables_add(struct variables *variables, const char *text); /* whatever it is */
void variables_copy(struct variables *variables, const struct variables *from);
void variables_clear(struct variables *variables);
/* The envp of a plugin call; free() it, its texts stay with `variables`. */
const char **variables_array(const struct variables *variables);

/* A client, or the server's own context, which OpenVPN makes like a client's. */
struct instance {
	char name[32];
	char address[64], port[8]; /* as the peer has it; an IPv4 address has no ':' */
	bool tcp, ipv6_socket;
	char *common_name, *serial, *fingerprint; /* common_name NULL: no certificate */
	char tunnel_ipv4[64], tunnel_ipv6[64], tunnel_bits[8]; /* addresses "": none */
	struct variables env;
	void *context;
	bool alive, connected;
};

enum { CLIENTS_MAX = 8192, ARGUMENTS_MAX = 16, PATH_SIZE = 4096 };

struct host {
	char library_path[PATH_SIZE];
	unsigned minor, patch; /* OpenVPN 2.minor.patch */
	int mask, struct_version;
	struct instance server, clients[CLIENTS_MAX];
	char *arguments[ARGUMENTS_MAX + 1]; /* of the last open */
	struct library *library;	    /* NULL: not loaded */
	void *handle;			    /* NULL: not open */
	int wanted;			    /* the hooks the plugin asked for */
	bool show_allocations;
	/* Since the last `longest`. */
	uint64_t hooks, waits;
	int64_t longest_ns;
};

/* One hook. */
struct call {
	const char *who; /* for the output */
	int hook;
	const char *arguments[ARGUMENTS_MAX + 1]; /* behind argv[0]; ends with NULL */
	const struct variables *env;
	void *context;
};

/* host.c: each call prints itself and what came back. */
void host_release(struct host *host, const char *version); /* act as this OpenVPN: "2.6.14" */
bool host_at_least(const struct host *host, unsigned minor, unsigned patch);
bool host_open(struct host *host);
void host_close(struct host *host); /* and unload */
void host_abort(struct host *host);
void host_construct(struct host *host, struct instance *instance);
void host_destruct(struct host *host, struct instance *instance);
bool host_call(struct host *host, const struct call *call); /* did the plugin say yes? */
int hook_number(const char *name);			    /* -1: no such hook */

/* config.c: import the text of a "config" node, which is only printed. */
void config_import(const char *text);

/* client.c: the steps of a client's life; true: the plugin said yes. */
struct instance *client_find(struct host *host, const char *name); /* "server" is one as well */
void client_new(struct host *host, const char *name, const char *socket, const char *address,
	const char *port);
void client_move(struct instance *client, const char *address, const char *port);
void client_tunnel(struct instance *client, const char *ipv4, const char *ipv6);
void client_certificate(struct instance *client, const char *common_name, const char *serial,
	const char *fingerprint);
bool client_verify(struct host *host, struct instance *client);
bool client_ipchange(struct host *host, struct instance *client);
bool client_admit(struct host *host, struct instance *client);
bool client_admit_again(struct host *host, struct instance *client);
bool client_learn(struct host *host, struct instance *client);
bool client_connect(struct host *host, struct instance *client); /* all of these in order */
void client_disconnect(struct host *host, struct instance *client);
bool client_call(struct host *host, struct instance *client, const char *hook, size_t count,
	char *const *arguments);
void client_forget(struct instance *client);

/* memory.c: the allocations made inside the plugin. */
bool memory_watched(void);	 /* false under a sanitizer, which brings its own malloc */
void memory_inside(bool inside); /* from now on they count, or do not */
unsigned memory_taken(void);	 /* how many since it was last asked */
void memory_fail(unsigned nth);	 /* the nth from now fails */

/* Bytes that are not printable ASCII are printed as \xHH. */
void print_text(const char *text);
/* The case is wrong: says so and ends the program. */
void die(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

#endif
