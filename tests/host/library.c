/* SPDX-License-Identifier: MIT */
#include "library.h"

#include <dlfcn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "stand-in.h"

static void plugin_vlog(openvpn_plugin_log_flags_t flags, const char *name, const char *format,
	va_list arguments) __attribute__((format(printf, 3, 0)));
static void plugin_vlog(
	openvpn_plugin_log_flags_t flags, const char *name, const char *format, va_list arguments)
{
	unsigned level = (unsigned)flags;
	char text[1280]; /* OpenVPN's smallest buffer, in builds without PKCS#11 */

	memory_inside(false);
	(void)vsnprintf(text, sizeof(text), format, arguments);
	(void)printf("  log[%s] %s: ",
		level & PLOG_ERR    ? "ERR"
		: level & PLOG_WARN ? "WARN"
		: level & PLOG_NOTE ? "NOTE"
				    : "DEBUG",
		name);
	print_text(text);
	(void)putchar('\n');
	memory_inside(true);
}

static void plugin_log(openvpn_plugin_log_flags_t flags, const char *name, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
static void plugin_log(openvpn_plugin_log_flags_t flags, const char *name, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	plugin_vlog(flags, name, format, arguments);
	va_end(arguments);
}

struct openvpn_plugin_callbacks library_callbacks = {
	.plugin_log = plugin_log, .plugin_vlog = plugin_vlog};

/* Store the function `name` at `ret`, which points to a function pointer. */
static void find(const struct library *library, const char *name, bool required, void *ret)
{
	void *function = dlsym(library->object, name);

	if (function == NULL && required)
		die("the plugin has no %s", name);
	memcpy(ret, &function, sizeof(function));
}

struct library *library_load(const char *path)
{
	struct library *library = calloc(1, sizeof(*library));

	if (library == NULL)
		die("no memory");
	library->object = dlopen(path, RTLD_NOW);
	if (library->object == NULL)
		die("%s", dlerror());
#define FIND(name, required, member) find(library, "openvpn_plugin_" name, required, member)
	FIND("open_v3", true, &library->open);
	FIND("func_v3", true, &library->call);
	FIND("close_v1", true, &library->close);
	FIND("abort_v1", false, &library->abort);
	FIND("client_constructor_v1", false, &library->construct);
	FIND("client_destructor_v1", false, &library->destruct);
	FIND("min_version_required_v1", false, &library->min_version);
	FIND("select_initialization_point_v1", false, &library->initialization_point);
#undef FIND
	if (library->min_version != NULL && library->min_version() > OPENVPN_PLUGIN_VERSION)
		die("the plugin wants version %d of the interface", library->min_version());
	if (library->initialization_point != NULL &&
		library->initialization_point() != OPENVPN_PLUGIN_INIT_PRE_DAEMON)
		die("the plugin wants to be opened at point %d", library->initialization_point());
	return library;
}

void library_unload(struct library *library)
{
	(void)dlclose(library->object);
	free(library);
}

void library_free_list(struct openvpn_plugin_string_list *list)
{
	while (list != NULL) {
		struct openvpn_plugin_string_list *next = list->next;

		free(list->name);
		free(list->value);
		free(list);
		list = next;
	}
}
