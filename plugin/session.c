/* SPDX-License-Identifier: MIT */
#include "session.h"

#include <stdlib.h>
#include <string.h>
#include "record.h"
#include "waiting.h"

struct session *session_new(struct plugin *plugin)
{
	struct session *session = calloc(1, sizeof(*session));

	if (session == NULL)
		return NULL;
	session->number = ++plugin->companion->session_count;
	session->next = plugin->sessions;
	if (session->next != NULL)
		session->next->previous = session;
	plugin->sessions = session;
	return session;
}

void session_free(struct plugin *plugin, struct session *session)
{
	if (session == NULL)
		return;
	if (session->authorised)
		record_end(plugin, session, NULL);
	if (session->previous != NULL)
		session->previous->next = session->next;
	else
		plugin->sessions = session->next;
	if (session->next != NULL)
		session->next->previous = session->previous;
	free(session);
}

/* The peer as one pair of variables shows it. */
static void read_peer(const struct policy *policy, const struct env_address *address,
	const char *common_name, const char *socket, struct peer *peer)
{
	const struct peer_texts texts = {.ip = address->ip,
		.ip6 = address->ip6,
		.port = address->port,
		.ip6_is_live = address->ip6_is_live,
		.socket = socket,
		.common_name = common_name};
	const struct prefix *translators;
	size_t count;

	translators = policy_translators(policy, &count);
	peer_init(peer, &texts, translators, count);
}

/* Keep what later hooks and the session's end need; the environment goes when the hook does. */
static void keep_peer(struct session *session, const struct peer *peer)
{
	session->peer = *peer;
	session->peer.common_name = session->peer.platform = NULL;
	if (peer->common_name == NULL)
		return;
	(void)strncpy(session->name, peer->common_name, SESSION_NAME_MAX); /* last byte stays NUL */
	session->peer.common_name = session->name;
}

static void note_float(struct plugin *plugin, struct session *session, const struct env *env,
	const struct peer *peer)
{
	session->floated = true;
	session->peer.mismatches |= MISMATCH_FAMILY_CHANGED;
	/* What this session began over the table knows already. */
	(void)families_changed(
		&plugin->companion->families, env->fingerprint, peer->addr.ip.family);
}

/* A client that restarts where it floated to: the one sight of its new family before the end. */
static void note_family(struct plugin *plugin, struct session *session, const struct env *env,
	const struct peer *peer)
{
	if (!session->authorised || peer->addr.ip.family == FAMILY_NONE ||
		peer->addr.ip.family == session->peer.addr.ip.family || session->floated)
		return;
	note_float(plugin, session, env, peer);
	record_mismatch(plugin, session, env, peer);
}

enum answer session_verify(struct plugin *plugin, struct session *session, const struct env *env)
{
	const struct policy *policy = companion_policy(plugin->companion);
	struct decision decision;
	struct peer peer;

	/* OpenVPN 2.5 has no common_name here at first and the last client's later. */
	read_peer(policy, &env->untrusted, env->certificate_name, NULL, &peer);
	session->verify_ip = peer.addr.ip;
	note_family(plugin, session, env, &peer);
	policy_decide(policy, &peer, STAGE_VERIFY, plugin->companion->scratch.base, &decision);
	if (decision.verdict == VERDICT_ALLOW)
		return ANSWER_YES;
	record_refused(plugin, session, env, &peer, &decision, REASON_RULE);
	return ANSWER_NO;
}

void session_socket(struct plugin *plugin, const struct env *env, const char *socket)
{
	struct peer peer;

	read_peer(companion_policy(plugin->companion), &env->trusted, NULL, NULL, &peer);
	if (peer.addr.ip.family != FAMILY_NONE && socket_text_family(socket) != FAMILY_NONE)
		sockets_put(&plugin->sockets, &peer.addr.ip, peer.port, socket);
}

/* Without IPCHANGE the configuration may still tell, if there is but one listener (2.4 to 2.6). */
static void guess_listener(struct peer *peer, const struct env *env)
{
	if (peer->listener != FAMILY_NONE || env->proto == NULL || env->several_listeners)
		return;
	if (strcmp(env->proto, "udp6") == 0 || strcmp(env->proto, "tcp6-server") == 0)
		peer_set_listener(peer, FAMILY_IPV6);
	else if (strcmp(env->proto, "udp4") == 0 || strcmp(env->proto, "tcp4-server") == 0)
		peer_set_listener(peer, FAMILY_IPV4);
}

/* A v4-mapped pool overwrites the IPv4 variable (setenv_in6_addr); its length gives it away. */
static bool pool_is_mapped(const struct env *env)
{
	return env->pool_ipv4 != NULL && env->pool_ipv6 == NULL && env->pool_ipv6_netbits != NULL;
}

/* The peer at CLIENT_CONNECT: trusted_*, the socket that IPCHANGE told, and the tunnel. */
static void read_connecting_peer(struct plugin *plugin, const struct session *session,
	const struct policy *policy, const struct env *env, struct peer *peer)
{
	const char *name = env->common_name != NULL ? env->common_name : env->certificate_name;
	const char *socket;

	read_peer(policy, &env->trusted, name, NULL, peer);
	socket = sockets_find(&plugin->sockets, &peer->addr.ip, peer->port);
	if (socket != NULL)
		read_peer(policy, &env->trusted, name, socket, peer);
	guess_listener(peer, env);
	peer_set_client(peer, env->client_version, env->client_platform, env->client_protocol);
	peer_set_tunnel(peer, env->pool_ipv4, env->pool_ipv6, pool_is_mapped(env),
		env->server_ipv4 != NULL);
	if (session->verify_ip.family != FAMILY_NONE &&
		!ipaddr_equal(&session->verify_ip, &peer->addr.ip))
		peer->mismatches |= MISMATCH_VERIFY_CONNECT_DIFFER;
}

static enum answer refuse(struct plugin *plugin, struct session *session, const struct env *env,
	const struct peer *peer, const struct decision *decision, enum event_reason reason)
{
	record_refused(plugin, session, env, peer, decision, reason);
	return ANSWER_NO;
}

/* The text goes out with a yes only. */
static enum answer hand_over(enum answer answer, char *mine, char **text)
{
	if (answer == ANSWER_YES)
		*text = mine;
	else
		free(mine);
	return answer;
}

/* What the decision pushes, in memory of the caller's; NULL when that is nothing. */
static enum event_reason render(
	struct plugin *plugin, const struct peer *peer, struct decision *decision, char **text)
{
	const char *rendered;
	long len = text_cache_render(&plugin->texts, &plugin->companion->policy,
		plugin->companion->images, peer, decision, &rendered);

	*text = NULL;
	if (len < 0)
		return REASON_TEXT_TOO_LONG;
	if (len == 0)
		return REASON_NONE;
	*text = strdup(rendered);
	return *text != NULL ? REASON_NONE : REASON_INTERNAL;
}

enum answer session_connect(
	struct plugin *plugin, struct session *session, const struct env *env, char **text)
{
	const struct policy *policy = companion_policy(plugin->companion);
	struct decision decision = {.verdict = VERDICT_DENY};
	enum event_reason reason;
	enum answer answer;
	struct peer peer;
	char *mine;

	read_connecting_peer(plugin, session, policy, env, &peer);
	/* Without an address no rule about addresses can refuse, so nothing can be allowed. */
	if (peer.addr.ip.family == FAMILY_NONE)
		return refuse(plugin, session, env, &peer, &decision, REASON_NO_ADDRESS);
	policy_match(policy, &peer, STAGE_CONNECT, plugin->companion->scratch.base, &decision);
	if (decision.verdict != VERDICT_ALLOW)
		return refuse(plugin, session, env, &peer, &decision, REASON_RULE);
	if (!session->authorised && waiting_refuses(plugin))
		return refuse(plugin, session, env, &peer, &decision, REASON_LOG_FAILING);
	reason = render(plugin, &peer, &decision, &mine);
	if (reason != REASON_NONE)
		return refuse(plugin, session, env, &peer, &decision, reason);
	/* A further call for the same session asks once more: something was deferred. */
	if (!session->authorised) {
		if (families_changed(
			    &plugin->companion->families, env->fingerprint, peer.addr.ip.family))
			peer.mismatches |= MISMATCH_FAMILY_CHANGED;
		keep_peer(session, &peer);
		record_authorised(plugin, session, env, &peer, &decision);
	}
	answer = hand_over(waiting_answer(plugin, session), mine, text);
	if (answer == ANSWER_NO)
		record_refused(plugin, session, env, &peer, &decision, REASON_LOG_FAILING);
	return answer;
}

void session_connect_failed(struct plugin *plugin, struct session *session, const struct env *env)
{
	const struct decision decision = {.verdict = VERDICT_DENY};
	struct peer peer;

	read_connecting_peer(plugin, session, companion_policy(plugin->companion), env, &peer);
	record_refused(plugin, session, env, &peer, &decision, REASON_INTERNAL);
}

void session_address(struct plugin *plugin, struct session *session, const struct env *env,
	const char *operation, const char *address)
{
	session->learned = true;
	record_address(plugin, session, env, operation, address);
}

void session_disconnect(struct plugin *plugin, struct session *session, const struct env *env)
{
	struct peer peer;

	/* OpenVPN 2.6 also announces the end of a session that was refused. */
	if (!session->authorised)
		return;
	read_peer(companion_policy(plugin->companion), &env->trusted, NULL, NULL, &peer);
	if (peer.addr.ip.family != FAMILY_NONE) {
		/* A float calls no hook: only here does the other family show. */
		if (peer.addr.ip.family != session->peer.addr.ip.family)
			note_float(plugin, session, env, &peer);
		session->peer.mismatches |= peer.mismatches & MISMATCH_AMBIGUOUS_PEER;
	}
	/* Whatever came after us, a ccd file or a script, may have given another one. */
	if (pool_is_mapped(env))
		session->peer.mismatches |= MISMATCH_MAPPED_TUNNEL_ADDRESS;
	record_end(plugin, session, env);
}
