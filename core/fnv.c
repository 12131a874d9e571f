/* SPDX-License-Identifier: MIT */
#include "v4map/fnv.h"

uint32_t fnv_add(uint32_t hash, const void *bytes, size_t len)
{
	const uint8_t *at = bytes;

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ at[i]) * 16777619u;
	return hash;
}
