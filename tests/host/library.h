/* SPDX-License-Identifier: MIT */
#ifndef V4MAP_LIBRARY_H
#define V4MAP_LIBRARY_H
/* The plugin as a loaded library, and what a host gives it to call. */

#define OPENVPN_PLUGIN_H /* we are the host: the functions are pointer types */
#include <openvpn-plugin.h>

struct library {
	void *object;
	openvpn_plugin_min_version_required_v1 min_version;
	openvpn_plugin_select_initialization_point_v1 initialization_point;
	openvpn_plugin_open_v3 open;
	openvpn_plugin_func_v3 call;
	openvpn_plugin_close_v1 close;
	openvpn_plugin_abort_v1 abort;
	openvpn_plugin_client_constructor_v1 construct;
	openvpn_plugin_client_destructor_v1 destruct;
};

/* Never NULL: what OpenVPN would not go on with ends the program. */
struct library *library_load(const char *path);
void library_unload(struct library *library);
/* What the plugin gave back: as openvpn_plugin_string_list_free. */
void library_free_list(struct openvpn_plugin_string_list *list);

extern struct openvpn_plugin_callbacks library_callbacks; /* plugin_log prints */

#endif
