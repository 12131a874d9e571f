/* SPDX-License-Identifier: MIT */
#include "explain.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "v4map/peer_json.h"

/* Room for POLICY_RULES_MAX names twice, and for lines and blocks. */
enum {
	NAMES_SIZE = POLICY_RULES_MAX * (POLICY_NAME_MAX + 24),
	OUTPUT_SIZE = 2 * NAMES_SIZE + 8 * PUSH_TEXT_MAX,
};

static void add_peer(struct json *json, const struct peer *peer)
{
	json_object_begin(json, "peer");
	json_text(json, "address", peer->address);
	peer_json_classified(json, &peer->addr);
	json_object_end(json);
}

static void add_rules(struct json *json, const struct explained *explained)
{
	json_array_begin(json, "rules");
	for (size_t i = 0; i < explained->decision.matched_count; i++)
		json_text(json, NULL,
			policy_rule_name(explained->policy, explained->decision.matched[i]));
	json_array_end(json);
}

static void add_config(struct json *json, const char *config)
{
	json_array_begin(json, "config");
	for (size_t len; *config != '\0'; config += len + 1) {
		len = strcspn(config, "\n");
		(void)json_bytes(json, NULL, config, len);
	}
	json_array_end(json);
}

static void add_blocks(
	struct json *json, const char *name, const struct prefix *blocks, size_t count)
{
	json_array_begin(json, name);
	for (size_t i = 0; i < count; i++)
		peer_json_prefix(json, NULL, &blocks[i]);
	json_array_end(json);
}

/* Null: it will match, but at TLS_VERIFY nobody knows. */
static const char *unmet_name(const struct explained *explained, size_t rule)
{
	const enum condition unmet = policy_unmet(explained->policy, rule, explained->peer);

	return unmet == CONDITION_NONE ? NULL : condition_name(unmet);
}

/* Why each rule that was asked does not match. */
static void add_unmet(struct json *json, const struct explained *explained)
{
	const struct decision *decision = &explained->decision;
	const size_t asked = explained_asked(explained);
	size_t next = 0;

	json_object_begin(json, "unmet");
	for (size_t i = 0; i < asked; i++) {
		if (next < decision->matched_count && decision->matched[next] == i)
			next++;
		else
			json_text(json, policy_rule_name(explained->policy, i),
				unmet_name(explained, i));
	}
	json_object_end(json);
}

static void add_withheld(struct json *json, const struct decision *decision)
{
	add_blocks(json, "withheld", decision->withheld,
		decision->withheld_ipv4 + decision->withheld_ipv6);
	add_blocks(json, "withheld_cutting", decision->cutting, decision->cutting_count);
	add_blocks(json, "withheld_dns", decision->dns_withheld, decision->dns_withheld_count);
	json_array_begin(json, "withheld_default");
	if ((decision->default_withheld & IMAGE_IPV4) != 0)
		json_text(json, NULL, "ipv4");
	if ((decision->default_withheld & IMAGE_IPV6) != 0)
		json_text(json, NULL, "ipv6");
	json_array_end(json);
}

static void add_excess(struct json *json, const struct explained *explained)
{
	if (explained->excess == EXCESS_NONE)
		return;
	json_object_begin(json, "limit");
	if (explained->excess == EXCESS_BLOCKS)
		json_uint(json, "blocks", POLICY_ROUTES_MAX);
	else
		json_uint(json, "bytes", PUSH_TEXT_MAX);
	if (explained->bytes != 0)
		json_uint(json, "found", explained->bytes);
	json_object_end(json);
}

static void add_answer(struct json *json, const struct explained *explained)
{
	const struct decision *decision = &explained->decision;

	json_object_begin(json, NULL);
	add_peer(json, explained->peer);
	json_text(json, "verdict", explained_allowed(explained) ? "allow" : "deny");
	json_text(json, "stage", explained->stage == STAGE_VERIFY ? "verify" : "connect");
	json_text(json, "reason", explained_reason(explained));
	add_excess(json, explained);
	add_rules(json, explained);
	add_unmet(json, explained);
	if (decision->excluded_count != 0) {
		add_blocks(json, "routes", decision->united, decision->united_count);
		add_blocks(json, "without", decision->excluded, decision->excluded_count);
	}
	add_config(json, explained->config);
	json_uint(json, "messages", explained_messages(explained->config));
	add_withheld(json, decision);
	peer_json_mismatches(json, decision->mismatches);
	json_object_end(json);
}

int explain_json(const struct explained *explained)
{
	char *data = malloc(OUTPUT_SIZE);
	struct strbuf sb;
	struct json json;
	int rc = 0;

	if (data == NULL)
		return -ENOMEM;
	strbuf_init(&sb, data, OUTPUT_SIZE);
	json_init(&json, &sb);
	add_answer(&json, explained);
	if (sb.full)
		rc = -ENOSPC;
	else
		(void)printf("%s\n", data); /* the caller looks at ferror */
	free(data);
	return rc;
}
