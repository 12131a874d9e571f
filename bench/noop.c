/* SPDX-License-Identifier: MIT */
/* A plugin that does nothing: what OpenVPN's call itself costs.  It says yes and gives no list. */
#include <openvpn-plugin.h>

#define EXPORT __attribute__((visibility("default")))

EXPORT int openvpn_plugin_open_v3(const int version, struct openvpn_plugin_args_open_in const *in,
	struct openvpn_plugin_args_open_return *ret)
{
	static char handle;

	(void)version;
	ret->type_mask = in->type_mask;
	ret->handle = (void *)&handle;
	return OPENVPN_PLUGIN_FUNC_SUCCESS;
}

EXPORT int openvpn_plugin_func_v3(const int version, struct openvpn_plugin_args_func_in const *in,
	struct openvpn_plugin_args_func_return *ret)
{
	(void)version;
	(void)in;
	(void)ret;
	return OPENVPN_PLUGIN_FUNC_SUCCESS;
}

EXPORT void openvpn_plugin_close_v1(openvpn_plugin_handle_t handle)
{
	(void)handle;
}
