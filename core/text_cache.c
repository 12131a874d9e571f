/* SPDX-License-Identifier: MIT */
#include "v4map/text_cache.h"

#include <errno.h>
#include <string.h>
#include "v4map/fnv.h"

static void clear(struct text_cache *cache, uint32_t generation)
{
	cache->generation = generation;
	cache->count = 0;
	cache->used = 0;
}

static struct text_key make_key(const struct peer *peer, const struct decision *decision)
{
	struct text_key key;

	memset(&key, 0, sizeof(key)); /* it is compared as bytes */
	key.client_version = peer->client_version;
	key.matched_count = (uint32_t)decision->matched_count;
	key.family = (uint8_t)peer->addr.ip.family;
	key.tunnel = (uint8_t)peer->tunnel;
	key.tunnel_known = peer->tunnel_known;
	key.dns_option = peer->dns_option;
	return key;
}

static size_t matched_size(const struct decision *decision)
{
	return decision->matched_count * sizeof(decision->matched[0]);
}

static const struct text_entry *find(const struct text_cache *cache, const struct text_key *key,
	uint32_t hash, const struct decision *decision)
{
	for (uint32_t i = 0; i < cache->count; i++) {
		const struct text_entry *entry = &cache->entries[i];

		if (cache->hashes[i] == hash && memcmp(&entry->key, key, sizeof(*key)) == 0 &&
			memcmp(cache->bytes + entry->matched, decision->matched,
				matched_size(decision)) == 0)
			return entry;
	}
	return NULL;
}

/* Decide and render into what room there is; NULL: not to be rendered at all. */
static const struct text_entry *add(struct text_cache *cache, const struct policy *policy,
	const struct text_key *key, uint32_t hash, const struct peer *peer,
	struct decision *decision)
{
	const size_t text = cache->used + matched_size(decision);
	struct text_entry *entry = &cache->entries[cache->count];
	struct strbuf sb;

	policy_route(policy, peer, decision);
	strbuf_init(&sb, cache->bytes + text, PUSH_TEXT_MAX + 1);
	if (push_render(policy, decision, &sb) != 0)
		return NULL;
	memcpy(cache->bytes + cache->used, decision->matched, matched_size(decision));
	*entry = (struct text_entry){.key = *key,
		.matched = (uint32_t)cache->used,
		.text = (uint32_t)text,
		.text_len = (uint32_t)sb.len,
		.mismatches = decision->mismatches,
		.ipv4_count = (uint32_t)decision->ipv4_count,
		.ipv6_count = (uint32_t)decision->ipv6_count};
	cache->hashes[cache->count++] = hash;
	cache->used = (text + sb.len + 2) / 2 * 2;
	return entry;
}

_Static_assert(TEXT_CACHE_BYTES > PUSH_TEXT_MAX + 1 + 2 * POLICY_RULES_MAX, "room for any one");

long text_cache_render(struct text_cache *cache, const struct policy *policy, uint32_t generation,
	const struct peer *peer, struct decision *decision, const char **ret)
{
	const struct text_key key = make_key(peer, decision);
	const uint32_t known = decision->mismatches;
	const uint32_t hash = fnv_add(
		fnv_add(FNV_START, &key, sizeof(key)), decision->matched, matched_size(decision));
	const struct text_entry *entry;

	if (cache->generation != generation || cache->count == TEXT_CACHE_ENTRIES ||
		cache->used + matched_size(decision) + PUSH_TEXT_MAX + 1 > TEXT_CACHE_BYTES)
		clear(cache, generation);
	decision->mismatches = 0;
	entry = find(cache, &key, hash, decision);
	if (entry == NULL)
		entry = add(cache, policy, &key, hash, peer, decision);
	if (entry == NULL) {
		decision->mismatches |= known;
		return -ENOSPC;
	}
	decision->mismatches = known | entry->mismatches;
	decision->ipv4_count = entry->ipv4_count;
	decision->ipv6_count = entry->ipv6_count;
	*ret = cache->bytes + entry->text;
	return (long)entry->text_len;
}
