/* SPDX-License-Identifier: MIT */
/*
 * Changes a log of several files in every way that is one change, and asks the verifier:
 *
 *   mutate-log CHECKPOINTS FILE...      oldest file first; CHECKPOINTS as make-log wrote it
 *
 * Each change must be found, and the first finding must name the first bad line.  TAP.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "../../cli/log_checkpoints.h"

/* Where all places would take long, every seventh: no length of the lines' parts goes into it. */
enum { SOME = 7 };
enum { FILES_MAX = 8, LINES_MAX = 100, FILE_SIZE_MAX = 256 * 1024 };

struct text {
	char bytes[FILE_SIZE_MAX];
	size_t len;
};

static struct text originals[FILES_MAX];
static size_t starts[FILES_MAX][LINES_MAX + 1], line_counts[FILES_MAX];
static char paths[FILES_MAX][64];
static size_t file_count;
static const char *checkpoint_path;
static char folder[32];

struct found {
	size_t count;
	char file[64], text[256];
	uint64_t line;
};

static void note(void *context, const char *file, uint64_t line, const char *text)
{
	struct found *found = context;

	if (found->count++ != 0)
		return;
	(void)snprintf(found->file, sizeof(found->file), "%s", file);
	(void)snprintf(found->text, sizeof(found->text), "%s", text);
	found->line = line;
}

static void check_file(struct log_check *check, const char *path, struct log_checkpoints *marks)
{
	struct log_checked checked;
	struct log_file *file;
	struct log_text line;
	struct err error;

	if (log_file_open(path, &file, &error) != 0)
		errx(1, "%s", error.text);
	log_check_file(check, path);
	while (log_file_next(file, &line, &error) == 1) {
		log_check_line(check, &line, &checked);
		if (marks != NULL && checked.sequence != 0)
			log_checkpoints_line(marks, &checked);
	}
	log_file_close(file);
}

/* As `log verify` does; the files in an order that is not theirs. */
static struct found verify(bool with_checkpoints)
{
	struct found found = {.count = 0};
	struct log_checkpoints *marks = NULL;
	struct log_check *check;
	char *list[FILES_MAX];
	struct err error;
	uint64_t first = 0;

	for (size_t i = 0; i < file_count; i++)
		list[i] = paths[file_count - 1 - i];
	if (with_checkpoints && log_checkpoints_read(checkpoint_path, &marks, &error) != 0)
		errx(1, "%s", error.text);
	if (log_files_sort(list, file_count, &first, &error) != 0)
		errx(1, "%s", error.text);
	check = log_check_new(first, NULL, note, &found);
	if (check == NULL)
		errx(1, "no memory");
	for (size_t i = 0; i < file_count; i++)
		check_file(check, list[i], marks);
	if (marks != NULL)
		(void)log_checkpoints_end(
			marks, list, file_count, log_check_totals(check), note, &found);
	log_check_free(check);
	log_checkpoints_free(marks);
	return found;
}

static void write_file(size_t file, const struct text *text)
{
	FILE *out = fopen(paths[file], "we");

	if (out == NULL || fwrite(text->bytes, 1, text->len, out) != text->len || fclose(out) != 0)
		err(1, "%s", paths[file]);
}

static void restore(size_t file)
{
	write_file(file, &originals[file]);
}

static void add_line(struct text *text, size_t file, size_t line)
{
	size_t len = starts[file][line + 1] - starts[file][line];

	memcpy(text->bytes + text->len, originals[file].bytes + starts[file][line], len);
	text->len += len;
}

/* One kind of change: how many were made, how many were found where they are. */
static size_t made, right, test_number;

static void expect(const struct found *found, size_t file, size_t line, const char *what)
{
	made++;
	if (found->count != 0 && strcmp(found->file, paths[file]) == 0 && found->line == line + 1)
		right++;
	else if (made - right < 10)
		printf("# %s: want %s:%zu, found %s:%llu: %s\n", what, paths[file], line + 1,
			found->file, (unsigned long long)found->line, found->text);
}

static void conclude(const char *name)
{
	printf("%s %zu - %s: %zu of %zu\n", right == made && made != 0 ? "ok" : "not ok",
		++test_number, name, right, made);
	made = right = 0;
}

static size_t line_of(size_t file, size_t at)
{
	size_t line = 0;

	while (starts[file][line + 1] <= at)
		line++;
	return line;
}

static void change_bytes(const char *name, size_t step, char and_mask, char xor_mask)
{
	static struct text text;
	struct found found;

	for (size_t file = 0; file < file_count; file++) {
		for (size_t at = 0; at < originals[file].len; at += step) {
			char was = originals[file].bytes[at];
			char now = (char)((was & and_mask) ^ xor_mask);

			if (was == now)
				continue;
			text = originals[file];
			text.bytes[at] = now;
			write_file(file, &text);
			found = verify(false);
			expect(&found, file, line_of(file, at), name);
		}
		restore(file);
	}
	conclude(name);
}

/* The file with its lines in the order that `order` says. */
static struct found with_order(size_t file, const size_t *order, size_t count, bool checkpoints)
{
	static struct text text;
	struct found found;

	text.len = 0;
	for (size_t i = 0; i < count; i++)
		add_line(&text, file, order[i]);
	write_file(file, &text);
	found = verify(checkpoints);
	restore(file);
	return found;
}

static void delete_lines(void)
{
	size_t order[LINES_MAX], count;
	struct found found;

	for (size_t file = 0; file < file_count; file++)
		for (size_t line = 0; line < line_counts[file]; line++) {
			bool last = line + 1 == line_counts[file];

			if (last && file + 1 == file_count)
				continue; /* the newest: cut_newest */
			count = 0;
			for (size_t i = 0; i < line_counts[file]; i++)
				if (i != line)
					order[count++] = i;
			found = with_order(file, order, count, false);
			expect(&found, last ? file + 1 : file, last ? 0 : line, "deleted");
		}
	conclude("a line deleted");
}

static void duplicate_lines(void)
{
	size_t order[LINES_MAX], count;
	struct found found;

	for (size_t file = 0; file < file_count; file++)
		for (size_t line = 0; line < line_counts[file]; line++) {
			count = 0;
			for (size_t i = 0; i < line_counts[file]; i++) {
				order[count++] = i;
				if (i == line)
					order[count++] = i;
			}
			found = with_order(file, order, count, false);
			expect(&found, file, line + 1, "duplicated");
		}
	conclude("a line duplicated");
}

/* Every line to every other place of its file. */
static void move_lines(void)
{
	size_t order[LINES_MAX];
	struct found found;

	for (size_t file = 0; file < file_count; file++)
		for (size_t from = 0; from < line_counts[file]; from++)
			for (size_t to = 0; to < line_counts[file]; to++) {
				size_t count = 0;

				if (from == to)
					continue;
				for (size_t i = 0; i < line_counts[file]; i++)
					if (i != from)
						order[count++] = i;
				memmove(order + to + 1, order + to,
					(count - to) * sizeof(order[0]));
				order[to] = from;
				found = with_order(file, order, count + 1, false);
				expect(&found, file, from < to ? from : to, "moved");
			}
	conclude("a line moved within its file");
}

/* The file with another file's line in the place of one of its own. */
static void write_swapped(size_t file, size_t line, size_t other, size_t other_line)
{
	static struct text text;

	text.len = 0;
	for (size_t i = 0; i < line_counts[file]; i++)
		if (i == line)
			add_line(&text, other, other_line);
		else
			add_line(&text, file, i);
	write_file(file, &text);
}

static void swap_across_files(void)
{
	struct found found;

	for (size_t a = 0; a < file_count; a++)
		for (size_t b = a + 1; b < file_count; b++) {
			for (size_t i = 0; i < line_counts[a]; i++)
				for (size_t j = 0; j < line_counts[b]; j++) {
					write_swapped(a, i, b, j);
					write_swapped(b, j, a, i);
					found = verify(false);
					expect(&found, a, i, "swapped");
				}
			restore(a);
			restore(b);
		}
	conclude("two lines swapped across files");
}

/* The file ends earlier, in the middle of a line. */
static void cut_anywhere(void)
{
	static struct text text;
	struct found found;

	for (size_t file = 0; file < file_count; file++) {
		for (size_t len = 1; len < originals[file].len; len += SOME) {
			size_t line = line_of(file, len - 1);

			if (starts[file][line + 1] == len)
				continue; /* a whole line: cut_newest, delete_lines */
			text = originals[file];
			text.len = len;
			write_file(file, &text);
			found = verify(false);
			expect(&found, file, line, "cut");
		}
		restore(file);
	}
	conclude("a file cut in the middle of a line");
}

static size_t last_checkpoint_line(void)
{
	FILE *in = fopen(checkpoint_path, "re");
	char line[4096];
	size_t count = 0;

	while (in != NULL && fgets(line, sizeof(line), in) != NULL)
		count++;
	if (in != NULL)
		(void)fclose(in);
	return count;
}

/* `protected` lines of the last file end with the newest checkpoint's. */
static void cut_newest(size_t protected)
{
	size_t order[LINES_MAX], last = file_count - 1, where = last_checkpoint_line();
	struct found found;

	for (size_t count = 0; count < line_counts[last]; count++) {
		for (size_t i = 0; i < count; i++)
			order[i] = i;
		found = with_order(last, order, count, true);
		made++;
		if (count >= protected)
			right += found.count == 0;
		else
			right += found.count == 1 && found.line == where &&
				 strcmp(found.file, checkpoint_path) == 0;
	}
	conclude("the newest lines removed, with checkpoints");
}

/* The last line that is in a checkpoint: the one before the log's last checkpoint record. */
static size_t count_protected(void)
{
	size_t last = file_count - 1;

	for (size_t line = line_counts[last]; line > 0; line--)
		if (memmem(originals[last].bytes + starts[last][line - 1], 400,
			    "\"action\":\"checkpoint\"", 21) != NULL)
			return line - 1;
	return 0;
}

static void read_original(size_t file, const char *path)
{
	struct text *text = &originals[file];
	FILE *in = fopen(path, "re");
	size_t count = 0;

	if (in == NULL)
		err(1, "%s", path);
	text->len = fread(text->bytes, 1, sizeof(text->bytes), in);
	(void)fclose(in);
	for (size_t at = 0; at < text->len; at++)
		if (text->bytes[at] == '\n' && ++count <= LINES_MAX)
			starts[file][count] = at + 1;
	if (count > LINES_MAX || count == 0 || starts[file][count] != text->len)
		errx(1, "%s: want 1 to %d whole lines", path, LINES_MAX);
	line_counts[file] = count;
	(void)snprintf(paths[file], sizeof(paths[file]), "%s/log.%zu", folder, file);
	restore(file);
}

static void untouched(void)
{
	struct found found = verify(true);

	made = 1;
	right = found.count == 0;
	conclude("nothing changed");
}

int main(int argc, char **argv)
{
	if (argc < 3 || argc - 2 > FILES_MAX)
		errx(2, "usage: mutate-log CHECKPOINTS FILE...");
	/* Tens of thousands of small files: in memory where there is such a place. */
	(void)snprintf(folder, sizeof(folder), "%s/v4map-mutate-XXXXXX",
		access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	if (mkdtemp(folder) == NULL)
		err(1, "%s", folder);
	checkpoint_path = argv[1];
	file_count = (size_t)argc - 2;
	for (size_t i = 0; i < file_count; i++)
		read_original(i, argv[2 + i]);
	untouched();
	change_bytes("a bit of a byte changed", 1, (char)0xff, 1);
	change_bytes("a byte turned into a line end", SOME, 0, '\n');
	delete_lines();
	duplicate_lines();
	move_lines();
	swap_across_files();
	cut_anywhere();
	cut_newest(count_protected());
	printf("1..%zu\n", test_number);
	for (size_t i = 0; i < file_count; i++)
		(void)unlink(paths[i]);
	(void)rmdir(folder);
	return 0;
}
