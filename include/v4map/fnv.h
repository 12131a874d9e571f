/* SPDX-License-Identifier: MIT */
#ifndef V4MAP_FNV_H
#define V4MAP_FNV_H
/* FNV-1a, 32 bits: quick, for tables of our own; anybody can make two texts of one hash. */

#include <stddef.h>
#include <stdint.h>

#define FNV_START 2166136261u

/* Go on from `hash`, which is FNV_START at first. */
uint32_t fnv_add(uint32_t hash, const void *bytes, size_t len);

#endif
