/* SPDX-License-Identifier: MIT */
#include "v4map/peer_json.h"

enum { PREFIX_TEXT_MAX = IPADDR_TEXT_MAX + 4 }; /* "/128" */

void peer_json_addr(struct json *json, const char *key, const struct ipaddr *addr)
{
	char data[IPADDR_TEXT_MAX + 1];
	struct strbuf text;

	strbuf_init(&text, data, sizeof(data));
	ipaddr_print(addr, &text);
	json_text(json, key, addr->family != FAMILY_NONE ? data : NULL);
}

void peer_json_prefix(struct json *json, const char *key, const struct prefix *prefix)
{
	char data[PREFIX_TEXT_MAX + 1];
	struct strbuf text;

	strbuf_init(&text, data, sizeof(data));
	prefix_print(prefix, &text);
	json_text(json, key, prefix->addr.family != FAMILY_NONE ? data : NULL);
}

void peer_json_classified(struct json *json, const struct classified *addr)
{
	peer_json_addr(json, "ip", &addr->ip);
	json_text(json, "family", family_name((enum family)addr->ip.family));
	json_text(json, "form", form_name(addr->form));
	peer_json_addr(json, "embedded", &addr->embedded);
	peer_json_prefix(json, "translator", &addr->translator);
}

void peer_json_mismatches(struct json *json, uint32_t mismatches)
{
	json_array_begin(json, "mismatches");
	for (uint32_t bit = 1; bit <= (mismatches & MISMATCH_ALL); bit <<= 1)
		if ((mismatches & bit) != 0)
			json_text(json, NULL, mismatch_name((enum mismatch)bit));
	json_array_end(json);
}
