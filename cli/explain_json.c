/* SPDX-License-Identifier: MIT */
#include "explain.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "v4map/peer_json.h"

/* Room for POLICY_RULES_MAX names and PUSH_TEXT_MAX bytes of lines, twice over. */
enum { OUTPUT_SIZE = 2 * (POLICY_RULES_MAX * (POLICY_NAME_MAX + 3) + 2 * PUSH_TEXT_MAX) };

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

static void add_withheld(struct json *json, const struct decision *decision)
{
	json_array_begin(json, "withheld");
	for (size_t i = 0; i < decision->withheld_ipv4 + decision->withheld_ipv6; i++)
		peer_json_prefix(json, NULL, &decision->withheld[i]);
	json_array_end(json);
}

static void add_answer(struct json *json, const struct explained *explained)
{
	const struct decision *decision = &explained->decision;
	const bool allowed = decision->verdict == VERDICT_ALLOW;
	const struct policy *policy = explained->policy;

	json_object_begin(json, NULL);
	add_peer(json, explained->peer);
	json_text(json, "verdict", allowed ? "allow" : "deny");
	json_text(json, "stage", explained->stage == STAGE_VERIFY ? "verify" : "connect");
	json_text(json, "reason",
		allowed ? NULL : policy_text(policy, policy->rules[decision->deny_rule].deny));
	add_rules(json, explained);
	add_config(json, explained->config);
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
