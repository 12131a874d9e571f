/* SPDX-License-Identifier: MIT */
#include "log_checkpoints.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum state { UNSEEN = 0, DIFFERS, AGREES };

struct checkpoint {
	uint64_t sequence;
	uint8_t hash[CHAIN_HASH_SIZE];
	size_t log;	 /* index into logs */
	uint64_t number; /* line of the text */
	enum state state;
};

/* A log whose checkpoints the text has. */
struct other_log {
	char *name;
	bool ours;
};

struct log_checkpoints {
	const char *path;
	struct checkpoint *items; /* by sequence */
	size_t count, room;
	struct other_log *logs;
	size_t log_count;
	size_t at; /* the first item that is not before the last line */
	uint64_t last;
};

void log_checkpoints_free(struct log_checkpoints *checkpoints)
{
	if (checkpoints == NULL)
		return;
	for (size_t i = 0; i < checkpoints->log_count; i++)
		free(checkpoints->logs[i].name);
	free(checkpoints->logs);
	free(checkpoints->items);
	free(checkpoints);
}

/* The index of the log's name, which is added when it is new; -ENOMEM. */
static long find_log(struct log_checkpoints *checkpoints, const char *name, size_t len)
{
	size_t count = checkpoints->log_count;
	struct other_log *logs;

	for (size_t i = 0; i < count; i++)
		if (strncmp(checkpoints->logs[i].name, name, len) == 0 &&
			checkpoints->logs[i].name[len] == '\0')
			return (long)i;
	logs = reallocarray(checkpoints->logs, count + 1, sizeof(*logs));
	if (logs == NULL)
		return -ENOMEM;
	checkpoints->logs = logs;
	logs[count] = (struct other_log){.name = strndup(name, len)};
	if (logs[count].name == NULL)
		return -ENOMEM;
	checkpoints->log_count++;
	return (long)count;
}

static int add(struct log_checkpoints *checkpoints, const struct checkpoint *item)
{
	size_t room = checkpoints->room != 0 ? 2 * checkpoints->room : 64;
	struct checkpoint *items;

	if (checkpoints->count == checkpoints->room) {
		items = reallocarray(checkpoints->items, room, sizeof(*items));
		if (items == NULL)
			return -ENOMEM;
		checkpoints->items = items;
		checkpoints->room = room;
	}
	checkpoints->items[checkpoints->count++] = *item;
	return 0;
}

/* "LOG SEQUENCE HASH", read from its end since LOG may have blanks; returns LOG's length or 0. */
static size_t parse(const char *text, size_t len, struct checkpoint *ret)
{
	uint64_t unit = 1;
	size_t at;

	while (len > 0 && (text[len - 1] == ' ' || text[len - 1] == '\r'))
		len--;
	if (len < CHAIN_DIGITS + 4 || chain_parse(text + len - CHAIN_DIGITS, ret->hash) != 0 ||
		text[len - CHAIN_DIGITS - 1] != ' ')
		return 0;
	at = len - CHAIN_DIGITS - 1;
	ret->sequence = 0;
	for (; at > 0 && text[at - 1] >= '0' && text[at - 1] <= '9'; at--, unit *= 10)
		ret->sequence += unit * (uint64_t)(text[at - 1] - '0');
	if (ret->sequence == 0 || at < 2 || text[at - 1] != ' ')
		return 0;
	return at - 1;
}

/* 0 also for a line that is about something else. */
static int take_line(struct log_checkpoints *checkpoints, const struct log_text *line)
{
	static const char WORDS[] = "v4map checkpoint ";
	const char *at = memmem(line->bytes, line->len, WORDS, sizeof(WORDS) - 1);
	struct checkpoint item = {.number = line->number};
	size_t len;
	long log;

	if (at == NULL)
		return 0;
	at += sizeof(WORDS) - 1;
	len = parse(at, (size_t)(line->bytes + line->len - at), &item);
	if (len == 0)
		return 0;
	log = find_log(checkpoints, at, len);
	if (log < 0)
		return (int)log;
	item.log = (size_t)log;
	return add(checkpoints, &item);
}

static int by_sequence(const void *a, const void *b)
{
	const struct checkpoint *x = a, *y = b;

	return x->sequence < y->sequence ? -1 : x->sequence > y->sequence;
}

int log_checkpoints_read(const char *path, struct log_checkpoints **ret, struct err *err)
{
	struct log_checkpoints *checkpoints = calloc(1, sizeof(*checkpoints));
	struct log_file *file = NULL;
	struct log_text line;
	int rc;

	if (checkpoints == NULL)
		return err_set(err, -ENOMEM, "no memory");
	checkpoints->path = path;
	rc = log_file_open(path, &file, err);
	if (rc != 0)
		goto out;
	while ((rc = log_file_next(file, &line, err)) == 1)
		if (take_line(checkpoints, &line) != 0) {
			rc = err_set(err, -ENOMEM, "no memory for the checkpoints of '%s'", path);
			break;
		}
	if (rc != 0)
		goto out;
	if (checkpoints->count != 0)
		qsort(checkpoints->items, checkpoints->count, sizeof(checkpoints->items[0]),
			by_sequence);
	*ret = checkpoints;
	checkpoints = NULL;
out:
	log_file_close(file);
	log_checkpoints_free(checkpoints);
	return rc;
}

void log_checkpoints_line(struct log_checkpoints *checkpoints, const struct log_checked *line)
{
	size_t i;

	if (line->sequence < checkpoints->last)
		checkpoints->at = 0; /* a line out of order */
	checkpoints->last = line->sequence;
	while (checkpoints->at < checkpoints->count &&
		checkpoints->items[checkpoints->at].sequence < line->sequence)
		checkpoints->at++;
	for (i = checkpoints->at; i < checkpoints->count; i++) {
		struct checkpoint *item = &checkpoints->items[i];

		if (item->sequence != line->sequence)
			break;
		if (memcmp(item->hash, line->hash, sizeof(item->hash)) == 0)
			item->state = AGREES;
		else if (item->state == UNSEEN)
			item->state = DIFFERS;
	}
}

/* LOG, LOG.1, LOG.2.gz, LOG-20260102: all files of one log. */
static bool is_file_of(const char *path, const char *log)
{
	size_t len = strlen(log);

	return strncmp(path, log, len) == 0 &&
	       (path[len] == '\0' || path[len] == '.' || path[len] == '-');
}

static void find_ours(struct log_checkpoints *checkpoints, char *const *paths, size_t count)
{
	for (size_t i = 0; i < checkpoints->count; i++)
		if (checkpoints->items[i].state == AGREES)
			checkpoints->logs[checkpoints->items[i].log].ours = true;
	for (size_t i = 0; i < count; i++) {
		char *whole = realpath(paths[i], NULL);

		for (size_t j = 0; j < checkpoints->log_count; j++)
			if (is_file_of(paths[i], checkpoints->logs[j].name) ||
				(whole != NULL && is_file_of(whole, checkpoints->logs[j].name)))
				checkpoints->logs[j].ours = true;
		free(whole);
	}
}

size_t log_checkpoints_end(struct log_checkpoints *checkpoints, char *const *paths, size_t count,
	const struct log_totals *totals, log_finding *finding, void *context)
{
	const struct checkpoint *beyond = NULL;
	size_t agree = 0, ours = 0;
	char text[160];

	find_ours(checkpoints, paths, count);
	for (size_t i = 0; i < checkpoints->count; i++) {
		const struct checkpoint *item = &checkpoints->items[i];

		if (!checkpoints->logs[item->log].ours)
			continue;
		ours++;
		agree += item->state == AGREES;
		if (item->sequence > totals->last)
			beyond = item;
		if (item->state != DIFFERS)
			continue;
		(void)snprintf(text, sizeof(text),
			"the line with sequence %" PRIu64 " has another hash than this checkpoint",
			item->sequence);
		finding(context, checkpoints->path, item->number, text);
	}
	if (beyond != NULL) {
		(void)snprintf(text, sizeof(text),
			"the log ends with sequence %" PRIu64 ", this checkpoint is of %" PRIu64
			": its newest lines were removed",
			totals->last, beyond->sequence);
		finding(context, checkpoints->path, beyond->number, text);
	}
	if (ours == 0)
		finding(context, checkpoints->path, 0, "no checkpoint of this log is in it");
	return agree;
}
