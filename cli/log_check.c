/* SPDX-License-Identifier: MIT */
#include "log_check.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "log_record.h"
#include "log_runs.h"

enum { TIME_AT = 15, TIME_LEN = 27 }; /* the text of @timestamp; chain.h */
/* A step of the key costs 0.1 us: a forged sequence must not keep us for hours. */
enum { KEY_STEPS_MAX = 100 * 1000 * 1000, LINE_COPY_MAX = 64 * 1024 };

/* What the next line may be: its sequence and the hash that it goes on from. */
struct place {
	uint64_t sequence; /* 0: no such place */
	bool known;	   /* the hash is */
	uint8_t hash[CHAIN_HASH_SIZE];
};

struct log_check {
	struct chain *chain;
	struct log_runs *runs;
	log_finding *finding;
	void *context;
	const char *path;
	const struct log_text *line;
	bool head;		  /* the line is its file's first */
	bool begun;		  /* there was a record */
	bool bad, was_bad;	  /* this line, the line before it */
	bool sealed;		  /* the line before it is, with a key that was not given */
	struct place next, other; /* other: only behind a bad line */
	struct chain_key key;	  /* as given; sequence 0: none */
	uint64_t key_at;	  /* line whose key the chain has; 0: none */
	struct log_totals totals;
};

struct log_check *log_check_new(
	uint64_t first, const struct chain_key *key, log_finding *finding, void *context)
{
	static const uint8_t START[CHAIN_HASH_SIZE];
	struct log_check *check = calloc(1, sizeof(*check));

	if (check == NULL)
		return NULL;
	check->chain = chain_new(START);
	check->runs = log_runs_new();
	check->next = (struct place){.sequence = first, .known = first == 1};
	check->finding = finding;
	check->context = context;
	if (key != NULL)
		check->key = *key;
	if (check->chain != NULL && check->runs != NULL)
		return check;
	log_check_free(check);
	return NULL;
}

void log_check_free(struct log_check *check)
{
	if (check == NULL)
		return;
	chain_free(check->chain);
	log_runs_free(check->runs);
	chain_key_wipe(&check->key);
	free(check);
}

void log_check_file(struct log_check *check, const char *path)
{
	check->path = path;
	check->head = true;
}

static void __attribute__((format(printf, 2, 3)))
report(struct log_check *check, const char *format, ...)
{
	char text[256];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	check->bad = true;
	check->finding(check->context, check->path, check->line->number, text);
}

/* Give the chain the key of this line.  False: it is out of reach. */
static bool use_key(struct log_check *check, uint64_t sequence)
{
	struct chain_key key = check->key;
	bool good;

	if (key.sequence == 0 || sequence < key.sequence) {
		chain_set_key(check->chain, NULL);
		check->key_at = 0;
		return true;
	}
	if (check->key_at == sequence)
		return true;
	if (check->key_at != 0 && check->key_at < sequence)
		(void)chain_get_key(check->chain, &key);
	good = sequence - key.sequence <= KEY_STEPS_MAX && chain_key_step_to(&key, sequence) == 0;
	if (good) {
		chain_set_key(check->chain, &key);
		check->key_at = sequence;
	}
	chain_key_wipe(&key);
	return good;
}

/* Is this the line that follows the line with this hash? */
static bool prove(
	struct log_check *check, uint64_t sequence, const uint8_t previous[static CHAIN_HASH_SIZE])
{
	if (!use_key(check, sequence))
		return false;
	chain_set(check->chain, previous);
	if (!chain_check(check->chain, check->line->bytes, check->line->len))
		return false;
	if (check->key_at != 0) {
		check->key_at++;
		check->totals.keyed++;
	}
	return true;
}

/* The hash that the line should carry, in case only its digits were changed. */
static void compute_hash(struct log_check *check, uint64_t sequence,
	const uint8_t previous[static CHAIN_HASH_SIZE], struct place *ret)
{
	size_t len = check->line->len;
	char copy[LINE_COPY_MAX];

	if (len > sizeof(copy) || !use_key(check, sequence))
		return;
	memcpy(copy, check->line->bytes, len);
	chain_set(check->chain, previous);
	if (chain_seal(check->chain, copy, len) != 0)
		return;
	check->key_at += check->key_at != 0;
	*ret = (struct place){.sequence = sequence + 1, .known = true};
	chain_get(check->chain, ret->hash);
}

static void go_on_from(struct place *place, uint64_t sequence, const struct log_checked *line)
{
	*place = (struct place){.sequence = sequence + 1, .known = true};
	memcpy(place->hash, line->hash, sizeof(place->hash));
}

/*
 * With a key that was not given, as v4mapd says in its own records; whoever writes it into another
 * log's only makes that unproven.
 */
static bool is_sealed(struct log_check *check)
{
	static const char SAYS_SO[] = "\"sealed\":true";

	if (check->key_at != 0)
		return false;
	return check->sealed ||
	       memmem(check->line->bytes, check->line->len, SAYS_SO, sizeof(SAYS_SO) - 1) != NULL;
}

static void count_sealed(struct log_check *check)
{
	check->sealed = true;
	if (check->totals.sealed++ != 0)
		return;
	check->totals.sealed_file = check->path;
	check->totals.sealed_line = check->line->number;
}

/* A line that has its right sequence; its hash remains to be proven. */
static void check_hash(
	struct log_check *check, const struct place *place, const struct log_checked *line)
{
	struct place other = {.sequence = 0};

	if (!place->known || prove(check, line->sequence, place->hash)) {
		check->sealed = false;
	} else if (is_sealed(check)) {
		count_sealed(check);
	} else {
		report(check, "edited: its hash does not fit%s",
			check->key_at != 0 ? ", or it was sealed without the key" : "");
		compute_hash(check, line->sequence, place->hash, &other);
	}
	go_on_from(&check->next, line->sequence, line);
	check->other = other;
}

static void report_missing(struct log_check *check, uint64_t first, uint64_t last)
{
	if (first == last)
		report(check, "missing before it: the line with sequence %" PRIu64, first);
	else
		report(check, "missing before it: the lines with sequences %" PRIu64 " to %" PRIu64,
			first, last);
}

/* A line with a sequence that nothing led to. */
static void check_stranger(struct log_check *check, const struct log_checked *line)
{
	uint64_t expected = check->next.sequence;

	if (line->sequence > expected) {
		report_missing(check, expected, line->sequence - 1);
		/* The next line also tells whether only this one's number was changed. */
		go_on_from(&check->next, line->sequence, line);
		go_on_from(&check->other, expected, line);
	} else if (check->head && line->sequence == 1) {
		report(check, "a log begins here anew, or this is a copy of a file read before");
		go_on_from(&check->next, line->sequence, line);
		check->other.sequence = 0;
	} else {
		report(check,
			"out of order: it has sequence %" PRIu64 " where %" PRIu64 " should stand",
			line->sequence, expected);
		go_on_from(&check->other, line->sequence, line);
	}
}

/* What the first line of a rotated file says of the line before it. */
static bool read_previous(const struct log_text *line, struct place *ret)
{
	struct log_record record;
	const char *digits;
	bool good;

	if (log_record_read(line->bytes, line->len, &record) != 0)
		return false;
	digits = log_record_text(&record, "v4map.previous.hash");
	*ret = (struct place){.sequence = log_record_number(&record, "v4map.previous.sequence") + 1,
		.known = true};
	good = digits != NULL && strlen(digits) == CHAIN_DIGITS &&
	       chain_parse(digits, ret->hash) == 0;
	log_record_done(&record);
	return good;
}

/* The first record: the log begins here, or what was before it is in a file not given. */
static void begin(struct log_check *check, const struct log_checked *line)
{
	check->begun = true;
	if (check->next.sequence == 0 || line->sequence < check->next.sequence)
		check->next =
			(struct place){.sequence = line->sequence, .known = line->sequence == 1};
	if (line->sequence != check->next.sequence || line->sequence == 1)
		return;
	if (!read_previous(check->line, &check->next))
		report(check, "missing before it: everything up to sequence %" PRIu64,
			line->sequence - 1);
	else if (check->next.sequence != line->sequence)
		report(check, "edited: it has sequence %" PRIu64 " and goes on from %" PRIu64,
			line->sequence, check->next.sequence - 1);
	check->next.sequence = line->sequence;
	check->next.known = !check->bad;
}

/* The link between two files holds when its hash does; it must also say so. */
static void check_link(struct log_check *check, const struct place *place)
{
	struct place said;

	if (!check->bad && place->known && read_previous(check->line, &said) &&
		(said.sequence != place->sequence ||
			memcmp(said.hash, place->hash, sizeof(said.hash)) != 0))
		report(check, "it says that it goes on from another line than the one before it");
}

static void check_place(struct log_check *check, const struct log_checked *line)
{
	bool next, other;
	struct place place;

	if (!check->begun)
		begin(check, line);
	next = line->sequence == check->next.sequence;
	other = line->sequence == check->other.sequence;
	place = next ? check->next : check->other;
	if (!next && !other) {
		check_stranger(check, line);
	} else if (next && other && prove(check, line->sequence, check->other.hash)) {
		go_on_from(&check->next, line->sequence, line);
		check->other.sequence = 0;
	} else {
		check_hash(check, &place, line);
		if (check->head)
			check_link(check, &place);
	}
}

static void check_run(struct log_check *check)
{
	struct log_place place;
	uint64_t expected;

	if (!log_place_find(check->line->bytes, check->line->len, &place)) {
		report(check, "not a record");
		return;
	}
	expected = log_runs_next(check->runs, &place, check->bad || check->was_bad);
	if (expected != 0)
		report(check, "record %" PRIu64 " of run %.*s should be here, this is %" PRIu64,
			expected, (int)place.run_len, place.run,
			place.gap_first != 0 ? place.gap_first : place.record);
	if (place.gap_first == 0)
		return;
	check->totals.gaps++;
	check->totals.lost += place.gap_last - place.gap_first + 1;
}

static void no_record(struct log_check *check)
{
	report(check, "%s", check->line->whole ? "not a record" : "a torn end: not a whole line");
	/* It stands in a line's place or between two lines. */
	if (check->next.sequence != 0)
		check->other = (struct place){.sequence = check->next.sequence + 1};
}

static void count(
	struct log_totals *totals, const struct log_text *line, const struct log_checked *checked)
{
	if (totals->first == 0) {
		totals->first = checked->sequence;
		memcpy(totals->first_time, line->bytes + TIME_AT, TIME_LEN);
	}
	totals->last = checked->sequence;
	memcpy(totals->last_time, line->bytes + TIME_AT, TIME_LEN);
	memcpy(totals->last_hash, checked->hash, sizeof(totals->last_hash));
}

void log_check_line(struct log_check *check, const struct log_text *line, struct log_checked *ret)
{
	check->line = line;
	check->was_bad = check->bad;
	check->bad = false;
	check->totals.lines++;
	ret->sequence = line->whole ? log_sequence(line->bytes, line->len) : 0;
	if (ret->sequence == 0 || chain_read(line->bytes, line->len, ret->hash) != 0) {
		ret->sequence = 0;
		no_record(check);
	} else {
		check_place(check, ret);
		check_run(check);
		count(&check->totals, line, ret);
	}
	check->head = false;
}

const struct log_totals *log_check_totals(struct log_check *check)
{
	check->totals.runs = log_runs_count(check->runs);
	return &check->totals;
}
