/* SPDX-License-Identifier: MIT */
#include "log_filter.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>
#include "log_time.h"
#include "v4map/policy.h"

/* MISMATCH_ALL has one bit for each. */
#define MISMATCH_COUNT ((unsigned)__builtin_popcount(MISMATCH_ALL))
enum { WORDS_IN_A_LINE = 4 };

void log_filter_init(struct log_filter *filter)
{
	*filter = (struct log_filter){.since = INT64_MIN, .until = INT64_MAX};
}

/* A closed vocabulary: the bit of `value`. */
static int set_word(uint32_t *bits, const char *(*word)(unsigned), unsigned first, unsigned end,
	const char *value, struct err *err)
{
	for (unsigned i = first; i < end; i++)
		if (strcmp(word(i), value) == 0) {
			*bits |= 1u << i;
			return 0;
		}
	return err_set(err, -EINVAL,
		"the log has no '%s'; `v4map log show --help` lists what it has", value);
}

static const char *action_word(unsigned action)
{
	return event_action_name((enum event_action)action);
}

static const char *mismatch_word(unsigned bit)
{
	return mismatch_name((enum mismatch)(1u << bit));
}

/* "Head a, b, c\n", a new line after WORDS_IN_A_LINE words. */
static void add_words(struct strbuf *sb, const char *head, const char *(*word)(unsigned),
	unsigned first, unsigned end)
{
	strbuf_adds(sb, head);
	for (unsigned i = first; i < end; i++)
		strbuf_addf(
			sb, "%s%s", (i - first) % WORDS_IN_A_LINE == 0 ? "\n  " : ", ", word(i));
	strbuf_addc(sb, '\n');
}

void log_filter_words(struct strbuf *sb)
{
	add_words(sb, "\nACTION is one of", action_word, EVENT_NONE + 1, EVENT_ACTION_COUNT);
	add_words(sb, "\nNAME is one of", mismatch_word, 0, MISMATCH_COUNT);
}

int log_filter_set(struct log_filter *filter, const char *key, const char *value, struct err *err)
{
	if (strcmp(key, "since") == 0)
		return log_time_parse(value, &filter->since, err);
	if (strcmp(key, "until") == 0)
		return log_time_parse(value, &filter->until, err);
	if (strcmp(key, "address") == 0)
		return prefix_parse(value, strlen(value), &filter->address, err);
	if (strcmp(key, "event") == 0)
		return set_word(&filter->actions, action_word, EVENT_NONE + 1, EVENT_ACTION_COUNT,
			value, err);
	if (strcmp(key, "mismatch") == 0)
		return set_word(&filter->mismatches, mismatch_word, 0, MISMATCH_COUNT, value, err);
	filter->name = value;
	return 0;
}

bool log_blocks_meet(const struct prefix *a, const struct prefix *b)
{
	return prefix_contains(a, &b->addr) || prefix_contains(b, &a->addr);
}

static bool match_address(const struct log_filter *filter, const struct log_record *record)
{
	struct prefix tunnel;
	struct err err;

	if (record->peer.addr.family != FAMILY_NONE &&
		log_blocks_meet(&filter->address, &record->peer))
		return true;
	return record->tunnel != NULL &&
	       prefix_parse(record->tunnel, strlen(record->tunnel), &tunnel, &err) == 0 &&
	       log_blocks_meet(&filter->address, &tunnel);
}

static bool match_mismatch(const struct log_filter *filter, const struct log_record *record)
{
	json_t *value;
	size_t i;

	json_array_foreach(record->mismatches, i, value)
	{
		const char *name = json_string_value(value);

		for (uint32_t bit = 1; name != NULL && bit <= filter->mismatches; bit <<= 1)
			if ((filter->mismatches & bit) != 0 &&
				strcmp(mismatch_name((enum mismatch)bit), name) == 0)
				return true;
	}
	return false;
}

static bool match_name(const struct log_filter *filter, const struct log_record *record)
{
	return (record->name != NULL && glob_match(filter->name, record->name)) ||
	       (record->common_name != NULL && glob_match(filter->name, record->common_name));
}

bool log_filter_may_match(const struct log_filter *filter, const char *line, size_t len)
{
	static const char KEY[] = "{\"@timestamp\":\"";
	char text[LOG_TIME_SIZE];
	int64_t time;
	struct err err;

	if (filter->since == INT64_MIN && filter->until == INT64_MAX)
		return true;
	if (len < sizeof(KEY) + sizeof(text) || memcmp(line, KEY, sizeof(KEY) - 1) != 0)
		return true;
	memcpy(text, line + sizeof(KEY) - 1, sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	return log_time_parse(text, &time, &err) != 0 ||
	       (time >= filter->since && time <= filter->until);
}

bool log_filter_match(const struct log_filter *filter, const struct log_record *record)
{
	if (record->time < filter->since || record->time > filter->until)
		return false;
	if (filter->actions != 0 && (filter->actions & 1u << record->action) == 0)
		return false;
	if (filter->name != NULL && !match_name(filter, record))
		return false;
	if (filter->address.addr.family != FAMILY_NONE && !match_address(filter, record))
		return false;
	return filter->mismatches == 0 || match_mismatch(filter, record);
}
