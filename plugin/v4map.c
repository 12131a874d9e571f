/* SPDX-License-Identifier: MIT */
/*
 * The plugin's face towards OpenVPN (plugin API v3, struct versions 1 to 5, OpenVPN 2.3 to 2.7):
 * arguments in, return codes out.  What a hook does is in session.c.
 */
#include <openvpn-plugin.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "record.h"
#include "v4map/control.h"
#include "v4map-paths.h"

/* Struct versions that brought a member we read (openvpn-plugin.h). */
enum { STRUCTVER_OPENVPN_VERSION = 3 };

#define EXPORT __attribute__((visibility("default")))

static const int WANT = OPENVPN_PLUGIN_MASK(OPENVPN_PLUGIN_TLS_VERIFY) |
			OPENVPN_PLUGIN_MASK(OPENVPN_PLUGIN_IPCHANGE) |
			OPENVPN_PLUGIN_MASK(OPENVPN_PLUGIN_CLIENT_CONNECT_V2) |
			OPENVPN_PLUGIN_MASK(OPENVPN_PLUGIN_CLIENT_CONNECT_DEFER_V2) |
			OPENVPN_PLUGIN_MASK(OPENVPN_PLUGIN_LEARN_ADDRESS) |
			OPENVPN_PLUGIN_MASK(OPENVPN_PLUGIN_CLIENT_DISCONNECT);

/* The one place where our answer becomes OpenVPN's; whatever is not a yes is a no. */
static int to_openvpn(enum answer answer)
{
	if (answer == ANSWER_YES)
		return OPENVPN_PLUGIN_FUNC_SUCCESS;
	return answer == ANSWER_LATER ? OPENVPN_PLUGIN_FUNC_DEFERRED : OPENVPN_PLUGIN_FUNC_ERROR;
}

/* What OpenVPN holds; hooks see the plugin in it only. */
struct handle {
	struct plugin plugin;
	plugin_log_t log;
};

static int check_arguments(const struct companion_arguments *arguments, struct err *err)
{
	if (strlen(arguments->policy) >= CONTROL_TEXT_MAX)
		return err_set(err, -EINVAL, "the policy's path is longer than %d bytes",
			CONTROL_TEXT_MAX - 1);
	if (strlen(arguments->log) >= CONTROL_TEXT_MAX)
		return err_set(err, -EINVAL, "log=: the path is longer than %d bytes",
			CONTROL_TEXT_MAX - 1);
	if (arguments->log[0] != '\0' && arguments->log[0] != '/')
		return err_set(
			err, -EINVAL, "log=: want an absolute path, found '%s'", arguments->log);
	if (arguments->daemon[0] != '/')
		return err_set(err, -EINVAL, "v4mapd=: want an absolute path, found '%s'",
			arguments->daemon);
	return 0;
}

/* plugin v4map.so [POLICY] [log=/path] [v4mapd=/path] */
static int read_arguments(const char **argv, struct companion_arguments *ret, struct err *err)
{
	struct companion_arguments arguments = {
		.policy = "", .log = "", .daemon = V4MAP_DAEMON_PATH};
	int rc;

	for (size_t i = 1; argv != NULL && argv[0] != NULL && argv[i] != NULL; i++) {
		if (strncmp(argv[i], "v4mapd=", 7) == 0)
			arguments.daemon = argv[i] + 7;
		else if (strncmp(argv[i], "log=", 4) == 0)
			arguments.log = argv[i] + 4;
		else if (arguments.policy[0] == '\0' && argv[i][0] != '\0')
			arguments.policy = argv[i];
		else
			return err_set(err, -EINVAL,
				"want [POLICY] [log=/path] [v4mapd=/path], found '%s' too",
				argv[i]);
	}
	rc = check_arguments(&arguments, err);
	if (rc == 0)
		*ret = arguments;
	return rc;
}

static int open_handle(const struct openvpn_plugin_args_open_in *in, struct handle **ret,
	struct err *warning, struct err *err)
{
	struct companion_arguments arguments = {0};
	struct handle *handle;
	struct env env;
	int rc;

	env_read(&env, in->envp);
	if (env.remote != NULL)
		return err_set(err, -EINVAL, "v4map is for servers; this is a client ('remote %s')",
			env.remote);
	rc = read_arguments(in->argv, &arguments, err);
	if (rc != 0)
		return rc;
	handle = calloc(1, sizeof(*handle));
	if (handle == NULL)
		return err_set(err, -ENOMEM, "no memory");
	rc = companion_open(&arguments, &handle->plugin.companion, warning, err);
	if (rc != 0) {
		free(handle);
		return rc;
	}
	*ret = handle;
	return 0;
}

EXPORT int openvpn_plugin_min_version_required_v1(void)
{
	return 3;
}

EXPORT int openvpn_plugin_open_v3(const int version, struct openvpn_plugin_args_open_in const *in,
	struct openvpn_plugin_args_open_return *ret)
{
	const plugin_log_t log = in->callbacks->plugin_log;
	struct err warning = {.text = ""}, err = {.text = ""};
	struct handle *handle = NULL;
	struct plugin *plugin;

	if (open_handle(in, &handle, &warning, &err) != 0 || handle == NULL) {
		log(PLOG_ERR, "v4map", "%s", err.text);
		return OPENVPN_PLUGIN_FUNC_ERROR;
	}
	handle->log = log;
	plugin = &handle->plugin;
	if (warning.text[0] != '\0')
		log(PLOG_ERR, "v4map", "%s", warning.text);
	log(PLOG_NOTE, "v4map", "v4map " V4MAP_VERSION ", policy generation %u, %zu rules",
		plugin->companion->generation, plugin->companion->policy.rule_count);
	record_started(plugin, version >= STRUCTVER_OPENVPN_VERSION ? in->ovpn_version : NULL);
	ret->type_mask = WANT & in->type_mask;
	plugin->can_defer =
		(ret->type_mask & OPENVPN_PLUGIN_MASK(OPENVPN_PLUGIN_CLIENT_CONNECT_DEFER_V2)) != 0;
	ret->handle = handle;
	return OPENVPN_PLUGIN_FUNC_SUCCESS;
}

EXPORT void *openvpn_plugin_client_constructor_v1(openvpn_plugin_handle_t handle)
{
	return session_new(&((struct handle *)handle)->plugin);
}

EXPORT void openvpn_plugin_client_destructor_v1(
	openvpn_plugin_handle_t handle, void *per_client_context)
{
	session_free(&((struct handle *)handle)->plugin, per_client_context);
}

/*
 * CLIENT_CONNECT_V2's answer: at most one "config" node, which OpenVPN frees with its texts.  It
 * is there before anything is decided, so that nothing can fail once a decision is recorded.
 */
static int on_connect(struct plugin *plugin, struct session *session, const struct env *env,
	struct openvpn_plugin_args_func_return *ret)
{
	struct openvpn_plugin_string_list *node = calloc(1, sizeof(*node));
	char *name = strdup("config");
	enum answer answer = ANSWER_NO;

	if (node != NULL && name != NULL && ret != NULL && ret->return_list != NULL)
		answer = session_connect(plugin, session, env, &node->value);
	else
		session_connect_failed(plugin, session, env);
	if (answer == ANSWER_YES && node->value != NULL) {
		node->name = name;
		*ret->return_list = node;
	} else {
		free(name);
		free(node);
	}
	return to_openvpn(answer);
}

static const char *argument(const struct openvpn_plugin_args_func_in *in, size_t index)
{
	for (size_t i = 0; in->argv != NULL && in->argv[i] != NULL; i++)
		if (i == index)
			return in->argv[i];
	return NULL;
}

static int on_learn_address(struct plugin *plugin, struct session *session, const struct env *env,
	const struct openvpn_plugin_args_func_in *in)
{
	const char *operation = argument(in, 1), *address = argument(in, 2);

	/* "delete" comes with the server's context and nothing in the environment. */
	if (operation != NULL && address != NULL && strcmp(operation, "delete") != 0)
		session_address(plugin, session, env, operation, address);
	return OPENVPN_PLUGIN_FUNC_SUCCESS;
}

static int on_hook(struct plugin *plugin, const struct openvpn_plugin_args_func_in *in,
	struct openvpn_plugin_args_func_return *ret)
{
	struct session *session = in->per_client_context;
	const char *depth;
	struct env env;

	env_read(&env, in->envp);
	if (in->type == OPENVPN_PLUGIN_IPCHANGE) {
		if (argument(in, 1) != NULL)
			session_socket(plugin, &env, argument(in, 1));
		return OPENVPN_PLUGIN_FUNC_SUCCESS;
	}
	if (session == NULL) /* its constructor found no memory */
		return OPENVPN_PLUGIN_FUNC_ERROR;
	switch (in->type) {
	case OPENVPN_PLUGIN_TLS_VERIFY:
		depth = argument(in, 1);
		if (depth == NULL || strcmp(depth, "0") != 0)
			return OPENVPN_PLUGIN_FUNC_SUCCESS;
		return to_openvpn(session_verify(plugin, session, &env));
	case OPENVPN_PLUGIN_CLIENT_CONNECT_V2:
	case OPENVPN_PLUGIN_CLIENT_CONNECT_DEFER_V2:
		return on_connect(plugin, session, &env, ret);
	case OPENVPN_PLUGIN_LEARN_ADDRESS:
		return on_learn_address(plugin, session, &env, in);
	case OPENVPN_PLUGIN_CLIENT_DISCONNECT:
		session_disconnect(plugin, session, &env);
		return OPENVPN_PLUGIN_FUNC_SUCCESS;
	default:
		return OPENVPN_PLUGIN_FUNC_ERROR; /* not one we asked for */
	}
}

EXPORT int openvpn_plugin_func_v3(const int version, struct openvpn_plugin_args_func_in const *in,
	struct openvpn_plugin_args_func_return *ret)
{
	struct handle *handle = in->handle;
	struct companion *companion = handle->plugin.companion;
	int rc = on_hook(&handle->plugin, in, ret);

	(void)version; /* every member we read is in version 1 */
	if (companion->notice[0] != '\0') {
		handle->log(PLOG_NOTE, "v4map", "%s", companion->notice);
		companion->notice[0] = '\0';
	}
	return rc;
}

EXPORT void openvpn_plugin_close_v1(openvpn_plugin_handle_t handle)
{
	struct plugin *plugin = &((struct handle *)handle)->plugin;

	/* SIGUSR1 makes the server's own context anew and never destroys the old one. */
	while (plugin->sessions != NULL)
		session_free(plugin, plugin->sessions);
	companion_park(plugin->companion);
	free(handle);
}

/* OpenVPN is dying: v4mapd sees that and writes what is in the ring. */
EXPORT void openvpn_plugin_abort_v1(openvpn_plugin_handle_t handle)
{
	(void)handle;
}
