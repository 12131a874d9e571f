/* SPDX-License-Identifier: MIT */
#include "v4map/log_line.h"

#include <errno.h>
#include <jansson.h>

int log_line_end(
	const char *line, size_t len, uint64_t *sequence, uint8_t hash[static CHAIN_HASH_SIZE])
{
	json_t *root = json_loadb(line, len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
	json_t *number = json_object_get(json_object_get(root, "event"), "sequence");
	json_int_t value = json_is_integer(number) ? json_integer_value(number) : -1;

	json_decref(root);
	if (value <= 0 || chain_read(line, len, hash) != 0)
		return -EINVAL;
	*sequence = (uint64_t)value;
	return 0;
}
