/* SPDX-License-Identifier: MIT */
#include "v4map/log_line.h"

#include <errno.h>
#include <jansson.h>

int log_line_sequence(const char *line, size_t len, uint64_t *ret)
{
	json_t *root = json_loadb(line, len, JSON_REJECT_DUPLICATES, NULL);
	json_t *sequence = json_object_get(json_object_get(root, "event"), "sequence");
	json_int_t value = json_is_integer(sequence) ? json_integer_value(sequence) : -1;

	json_decref(root);
	if (value <= 0)
		return -EINVAL;
	*ret = (uint64_t)value;
	return 0;
}
