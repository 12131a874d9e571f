/* SPDX-License-Identifier: MIT */
#include "log_runs.h"

#include <stdlib.h>
#include <string.h>
#include "log_record.h"

enum { RUN_NAME_MAX = 64 };

struct run {
	char name[RUN_NAME_MAX];
	size_t len;
	uint64_t next; /* record; 0: not known */
};

struct log_runs {
	struct run *runs;
	size_t count, room;
	struct run *current; /* nearly always the next line's too */
};

/* Go on behind `text` when it stands at *at. */
static bool skip(const char **at, const char *end, const char *text)
{
	size_t len = strlen(text);

	if ((size_t)(end - *at) < len || memcmp(*at, text, len) != 0)
		return false;
	*at += len;
	return true;
}

static uint64_t take_number(const char **at, const char *end)
{
	uint64_t value = 0;

	for (; *at < end && **at >= '0' && **at <= '9'; (*at)++)
		value = value * 10 + (uint64_t)(**at - '0');
	return value;
}

/*
 * `"v4map":{"schema":"1.0","run":"...","record":N`, as event_json writes it.  The quotes of a
 * text are escaped, so this cannot stand inside of one.
 */
static bool find_quickly(const char *line, size_t len, struct log_place *ret)
{
	static const char KEY[] = ",\"v4map\":{\"schema\":\"1.0\",\"run\":\"";
	const char *at = memmem(line, len, KEY, sizeof(KEY) - 1), *end = line + len, *quote;

	if (at == NULL)
		return false;
	at += sizeof(KEY) - 1;
	quote = memchr(at, '"', (size_t)(end - at));
	if (quote == NULL)
		return false;
	*ret = (struct log_place){.run = at, .run_len = (size_t)(quote - at)};
	at = quote + 1;
	if (!skip(&at, end, ",\"record\":"))
		return false;
	ret->record = take_number(&at, end);
	return ret->record != 0;
}

static bool read_slowly(const char *line, size_t len, struct log_place *ret)
{
	struct log_record record;
	const char *run;

	if (log_record_read(line, len, &record) != 0)
		return false;
	run = memmem(line, len, record.run, strlen(record.run));
	*ret = (struct log_place){.run = run,
		.run_len = run != NULL ? strlen(record.run) : 0,
		.record = log_record_number(&record, "v4map.record")};
	if (record.action == EVENT_GAP) {
		ret->gap_first = log_record_number(&record, "v4map.gap.first");
		ret->gap_last = log_record_number(&record, "v4map.gap.last");
	}
	log_record_done(&record);
	return run != NULL;
}

bool log_place_find(const char *line, size_t len, struct log_place *ret)
{
	return find_quickly(line, len, ret) || read_slowly(line, len, ret);
}

struct log_runs *log_runs_new(void)
{
	return calloc(1, sizeof(struct log_runs));
}

void log_runs_free(struct log_runs *runs)
{
	if (runs == NULL)
		return;
	free(runs->runs);
	free(runs);
}

size_t log_runs_count(const struct log_runs *runs)
{
	return runs->count;
}

static bool is(const struct run *run, const struct log_place *place)
{
	return run->len == place->run_len && memcmp(run->name, place->run, run->len) == 0;
}

/* NULL: no memory, or a name that is none. */
static struct run *add(struct log_runs *runs, const struct log_place *place)
{
	size_t room = runs->room != 0 ? 2 * runs->room : 16;
	struct run *run;

	if (place->run_len > RUN_NAME_MAX)
		return NULL;
	if (runs->count == runs->room) {
		run = reallocarray(runs->runs, room, sizeof(*run));
		if (run == NULL)
			return NULL;
		runs->runs = run;
		runs->room = room;
	}
	run = &runs->runs[runs->count];
	/* The log's first line may be of a run whose beginning is in an older file. */
	*run = (struct run){.len = place->run_len, .next = runs->count == 0 ? 0 : 1};
	memcpy(run->name, place->run, place->run_len);
	runs->count++;
	return run;
}

static struct run *find(struct log_runs *runs, const struct log_place *place)
{
	if (runs->current != NULL && is(runs->current, place))
		return runs->current;
	for (size_t i = runs->count; i > 0; i--)
		if (is(&runs->runs[i - 1], place))
			return &runs->runs[i - 1];
	return add(runs, place);
}

uint64_t log_runs_next(struct log_runs *runs, const struct log_place *place, bool unsure)
{
	uint64_t expected, first = place->gap_first != 0 ? place->gap_first : place->record;

	runs->current = find(runs, place);
	if (first == 0 || runs->current == NULL)
		return 0;
	expected = runs->current->next;
	runs->current->next = (place->gap_first != 0 ? place->gap_last : place->record) + 1;
	return expected == 0 || unsure || expected == first ? 0 : expected;
}
