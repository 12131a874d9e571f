/* SPDX-License-Identifier: MIT */
#include "policy_draft.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "v4map/fnv.h"

static size_t power_of_two(size_t at_least)
{
	size_t power = 16;

	while (power < at_least)
		power *= 2;
	return power;
}

/*
 * Two scalars have a byte between them, so `len` bytes hold at most len / 2 + 1.  Of escapes the
 * densest are \L and \P, three bytes from two.
 */
struct draft *draft_new(size_t len)
{
	struct draft *draft = calloc(1, sizeof(*draft));

	if (draft == NULL)
		return NULL;
	draft->item_max = len / 2 + 1;
	draft->text_max = 2 * len + 2;
	draft->table_size = power_of_two(2 * draft->item_max);
	draft->rules =
		calloc(draft->item_max < POLICY_RULES_MAX ? draft->item_max : POLICY_RULES_MAX,
			sizeof(*draft->rules));
	draft->prefixes = calloc(draft->item_max, sizeof(*draft->prefixes));
	draft->strings = calloc(draft->item_max, sizeof(*draft->strings));
	draft->texts = calloc(draft->text_max, 1);
	draft->table = calloc(draft->table_size, sizeof(*draft->table));
	draft->ranges = calloc(draft->item_max, sizeof(*draft->ranges));
	draft->references = calloc(draft->item_max, sizeof(*draft->references));
	if (draft->ranges == NULL || draft->references == NULL || draft->rules == NULL ||
		draft->prefixes == NULL || draft->strings == NULL || draft->texts == NULL ||
		draft->table == NULL) {
		draft_free(draft);
		return NULL;
	}
	return draft;
}

void draft_free(struct draft *draft)
{
	if (draft == NULL)
		return;
	free(draft->rules);
	free(draft->prefixes);
	free(draft->strings);
	free(draft->texts);
	free(draft->table);
	free(draft->ranges);
	free(draft->references);
	free(draft->list_blocks);
	free(draft);
}

struct draft_rule *draft_rule(struct draft *draft)
{
	return &draft->rules[draft->rule_count - 1];
}

struct draft_text *draft_text(struct draft *draft, const char *text, size_t len)
{
	const size_t mask = draft->table_size - 1;
	size_t at = fnv_add(FNV_START, text, len) & mask;

	while (draft->table[at].used && strcmp(draft->texts + draft->table[at].offset, text) != 0)
		at = (at + 1) & mask;
	if (!draft->table[at].used) {
		draft->table[at] =
			(struct draft_text){.offset = (uint32_t)draft->text_len, .used = true};
		memcpy(draft->texts + draft->text_len, text, len); /* the NUL is there */
		draft->text_len += len + 1;
	}
	return &draft->table[at];
}

void draft_add_prefix(struct draft *draft, struct image_span *list, const struct prefix *prefix)
{
	if (list->count++ == 0)
		list->first = (uint32_t)draft->prefix_count;
	draft->prefixes[draft->prefix_count++] = *prefix;
}

void draft_add_string(struct draft *draft, struct image_span *list, const struct scalar *value)
{
	if (list->count++ == 0)
		list->first = (uint32_t)draft->string_count;
	draft->strings[draft->string_count++] = draft_text(draft, value->text, value->len)->offset;
}

void draft_add_range(
	struct draft *draft, struct image_span *list, const struct version_range *range)
{
	if (list->count++ == 0)
		list->first = (uint32_t)draft->range_count;
	draft->ranges[draft->range_count++] = *range;
}

int draft_err(struct err *err, const char *code, struct place at, const char *fmt, ...)
{
	va_list args;

	err->code = code;
	err->line = at.line;
	err->column = at.column;
	va_start(args, fmt);
	(void)vsnprintf(err->text, sizeof(err->text), fmt, args); /* a long one is cut */
	va_end(args);
	return -EINVAL;
}
