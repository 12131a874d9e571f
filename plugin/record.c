/* SPDX-License-Identifier: MIT */
#include "record.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* From the vDSO: no system call. */
static int64_t now_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now); /* cannot fail with these arguments */
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

size_t record_reserve(size_t sessions)
{
	const size_t slots = 2 * sessions; /* the end, and a gap that may have to stand before it */

	return slots < RING_SLOTS / 2 ? slots : RING_SLOTS / 2;
}

static bool put(struct plugin *plugin, struct event *event, size_t reserve)
{
	return ring_put(&plugin->companion->producer, event, reserve);
}

/* What is no end of a session leaves the room that is kept for those. */
static bool put_other(struct plugin *plugin, struct event *event)
{
	return put(plugin, event, record_reserve(plugin->reserved));
}

static void add_session(struct event *event, const struct plugin *plugin,
	const struct session *session, const char *common_name)
{
	char data[64];
	struct strbuf id;

	strbuf_init(&id, data, sizeof(data));
	strbuf_adds(&id, plugin->companion->run);
	strbuf_addc(&id, '-');
	strbuf_addu(&id, session->number);
	event_add_text(event, TAG_SESSION, data);
	event_add_text(event, TAG_COMMON_NAME, common_name);
}

/* NULL where the listeners differ and nobody says which one it was. */
static const char *transport_of(const struct env *env)
{
	if (env->proto == NULL || env->mixed_transports)
		return NULL;
	return strncmp(env->proto, "tcp", 3) == 0 ? "tcp" : "udp";
}

/* Who: the certificate, since names can be equal or cut at a NUL. */
static void add_identity(struct event *event, const struct env *env)
{
	/* With auth-user-pass-optional OpenVPN sets an empty one for who gave none. */
	if (env->username != NULL && env->username[0] != '\0')
		event_add_text(event, TAG_USER, env->username);
	event_add_text(event, TAG_SERIAL, env->serial);
	event_add_text(event, TAG_FINGERPRINT, env->fingerprint);
	event_add_text(event, TAG_SUBJECT, env->subject);
	event_add_text(event, TAG_CLIENT_VERSION, env->client_version);
	event_add_text(event, TAG_CLIENT_PLATFORM, env->client_platform);
	event_add_text(event, TAG_TRANSPORT, transport_of(env));
}

/* Half a serial number would be somebody else's: what is too long is left out. */
static void keep(char *to, size_t size, const char *text)
{
	size_t len = text != NULL ? strlen(text) : size;

	if (len < size)
		memcpy(to, text, len + 1);
}

static void keep_identity(struct kept_identity *kept, const struct env *env)
{
	keep(kept->user, sizeof(kept->user), env->username);
	keep(kept->serial, sizeof(kept->serial), env->serial);
	keep(kept->fingerprint, sizeof(kept->fingerprint), env->fingerprint);
	kept->transport = transport_of(env);
}

static void add_kept_identity(struct event *event, const struct kept_identity *kept)
{
	const struct env env = {.username = kept->user,
		.serial = kept->serial[0] != '\0' ? kept->serial : NULL,
		.fingerprint = kept->fingerprint[0] != '\0' ? kept->fingerprint : NULL,
		.proto = kept->transport};

	add_identity(event, &env);
}

static void add_peer(struct event *event, const struct peer *peer)
{
	event_set_peer(event, peer);
	if (peer->address[0] != '\0')
		event_add_text(event, TAG_ADDRESS, peer->address);
}

static void add_rules(
	struct event *event, const struct policy *policy, const struct decision *decision)
{
	for (size_t i = 0; i < decision->matched_count; i++)
		event_add_text(event, TAG_RULE, policy_rule_name(policy, decision->matched[i]));
}

void record_started(struct plugin *plugin, const char *openvpn_version)
{
	struct event event;

	event_init(&event, EVENT_STARTED, now_ns());
	event_add_text(&event, TAG_OPENVPN_VERSION, openvpn_version);
	(void)put_other(plugin, &event);
}

void record_refused(struct plugin *plugin, const struct session *session, const struct env *env,
	const struct peer *peer, const struct decision *decision, enum event_reason reason)
{
	const struct policy *policy = &plugin->companion->policy;
	struct event event;

	event_init(&event, EVENT_REFUSED, now_ns());
	event.reason = (uint8_t)reason;
	event.generation = plugin->companion->generation;
	add_session(&event, plugin, session, peer->common_name);
	add_peer(&event, peer);
	event.mismatches |= decision->mismatches;
	if (reason == REASON_RULE) {
		const struct image_rule *rule = &policy->rules[decision->deny_rule];

		event_add_text(&event, TAG_DENY_RULE, policy_text(policy, rule->name));
		event_add_text(&event, TAG_DENY_TEXT, policy_text(policy, rule->deny));
	}
	add_identity(&event, env);
	add_rules(&event, policy, decision);
	(void)put_other(plugin, &event);
}

void record_authorised(struct plugin *plugin, struct session *session, const struct env *env,
	const struct peer *peer, const struct decision *decision)
{
	struct event event;

	event_init(&event, EVENT_AUTHORISED, now_ns());
	event.generation = plugin->companion->generation;
	event.routes_ipv4 = (uint32_t)decision->ipv4_count;
	event.routes_ipv6 = (uint32_t)decision->ipv6_count;
	add_session(&event, plugin, session, peer->common_name);
	add_peer(&event, peer);
	event.mismatches |= decision->mismatches;
	add_identity(&event, env);
	add_rules(&event, &plugin->companion->policy, decision);
	session->authorised = true;
	keep_identity(&session->identity, env);
	session->peer.mismatches |= decision->mismatches;
	plugin->reserved++;
	session->recorded_ms = companion_now_ms();
	session->record_at = put_other(plugin, &event)
				     ? atomic_load(&plugin->companion->producer.ring->head)
				     : 0;
	if (session->record_at == 0)
		plugin->reserved--;
}

void record_address(struct plugin *plugin, const struct session *session, const struct env *env,
	const char *operation, const char *address)
{
	struct event event;

	event_init(&event, EVENT_ADDRESS, now_ns());
	add_session(&event, plugin, session, session->peer.common_name);
	add_peer(&event, &session->peer);
	event_add_text(&event, TAG_OPERATION, operation);
	event_add_text(&event, TAG_LEARNED, address);
	add_identity(&event, env);
	(void)put_other(plugin, &event);
}

void record_mismatch(struct plugin *plugin, const struct session *session, const struct env *env,
	const struct peer *peer)
{
	struct event event;

	event_init(&event, EVENT_MISMATCH, now_ns());
	add_session(&event, plugin, session, session->peer.common_name);
	add_peer(&event, peer);
	event.mismatches |= MISMATCH_FAMILY_CHANGED;
	add_identity(&event, env);
	(void)put_other(plugin, &event);
}

static uint64_t to_number(const char *text)
{
	return text != NULL && text[0] >= '0' && text[0] <= '9' ? strtoull(text, NULL, 10) : 0;
}

void record_end(struct plugin *plugin, struct session *session, const struct env *env)
{
	struct event event;

	event_init(&event, env != NULL ? EVENT_DISCONNECTED : EVENT_ABANDONED, now_ns());
	add_session(&event, plugin, session, session->peer.common_name);
	add_peer(&event, &session->peer);
	if (env != NULL) {
		event.counters = env->duration != NULL;
		event.bytes_received = to_number(env->bytes_received);
		event.bytes_sent = to_number(env->bytes_sent);
		event.duration_s = to_number(env->duration);
		add_identity(&event, env);
	} else {
		event.reason = session->learned ? REASON_NO_DISCONNECT_HOOK : REASON_NOT_ADMITTED;
		add_kept_identity(&event, &session->identity);
	}
	session->authorised = false;
	if (session->record_at == 0) { /* no room could be kept for it */
		(void)put_other(plugin, &event);
		return;
	}
	plugin->reserved--;
	(void)put(plugin, &event, 0);
}
