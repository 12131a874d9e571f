/* SPDX-License-Identifier: MIT */
#include "families.h"

#include <string.h>

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool read_key(const char *text, uint8_t key[FAMILIES_KEY_SIZE])
{
	for (size_t i = 0; i < FAMILIES_KEY_SIZE; i++, text += 3) {
		const int high = digit(text[0]), low = high < 0 ? -1 : digit(text[1]);

		if (low < 0 || text[2] != (i + 1 < FAMILIES_KEY_SIZE ? ':' : '\0'))
			return false;
		key[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

/* The entry of this certificate, or else one to take for it. */
static struct family_entry *pick(struct families *families, const uint8_t key[FAMILIES_KEY_SIZE])
{
	struct family_entry *oldest = &families->entry[0];

	for (size_t i = 0; i < FAMILIES_MAX; i++) {
		struct family_entry *entry = &families->entry[i];

		/* Taken one after the other and never given back: the rest is free, too. */
		if (entry->family == FAMILY_NONE)
			return entry;
		if (memcmp(entry->certificate, key, FAMILIES_KEY_SIZE) == 0)
			return entry;
		/* Stamps wrap; what counts is the distance to now. */
		if (families->stamp - entry->stamp > families->stamp - oldest->stamp)
			oldest = entry;
	}
	memset(oldest, 0, sizeof(*oldest));
	return oldest;
}

bool families_changed(struct families *families, const char *fingerprint, enum family now)
{
	uint8_t key[FAMILIES_KEY_SIZE];
	struct family_entry *entry;
	enum family before;

	if (fingerprint == NULL || !read_key(fingerprint, key))
		return false;
	entry = pick(families, key);
	before = entry->family;
	memcpy(entry->certificate, key, sizeof(key));
	entry->stamp = ++families->stamp;
	entry->family = now;
	return before != FAMILY_NONE && before != now;
}
