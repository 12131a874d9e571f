/* SPDX-License-Identifier: MIT */
/* Prefix lists: text files of address blocks, one a line, that rules ask for by name. */
#include "policy_draft.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "v4map/prefixset.h"

/* Room for a block and a remark behind it. */
enum { LINE_MAX_BYTES = 1024, FIRST_BLOCKS = 1024 };

static struct draft_list *find_list(struct draft *draft, uint32_t name)
{
	for (size_t i = 0; i < draft->list_count; i++)
		if (draft->lists[i].name == name)
			return &draft->lists[i];
	return NULL;
}

int list_set_name(struct draft *draft, const struct scalar *name, struct err *err)
{
	struct draft_list *list;
	uint32_t offset;
	int rc = value_name("prefix-lists", name, err);

	if (rc != 0)
		return rc;
	offset = draft_text(draft, name->text, name->len)->offset;
	list = find_list(draft, offset);
	if (list != NULL) {
		err->code = "duplicate-key";
		return err_set(
			err, -EINVAL, "%s is there already, on line %u", name->text, list->at.line);
	}
	if (draft->list_count == POLICY_LISTS_MAX) {
		err->code = "limit";
		return err_set(
			err, -EINVAL, "want at most %d prefix lists, found more", POLICY_LISTS_MAX);
	}
	draft->lists[draft->list_count++] = (struct draft_list){.name = offset, .at = name->at};
	return 0;
}

int list_set_path(struct draft *draft, const struct scalar *value, struct err *err)
{
	int rc = value_path("prefix-lists", value, err);

	if (rc == 0)
		draft->lists[draft->list_count - 1].path =
			draft_text(draft, value->text, value->len)->offset;
	return rc;
}

int lists_resolve(struct draft *draft, struct err *err)
{
	for (size_t i = 0; i < draft->reference_count; i++) {
		const struct draft_reference *reference = &draft->references[i];
		const struct draft_list *list = find_list(draft, reference->name);

		if (list == NULL)
			return draft_err(err, "unknown-list", reference->at,
				"peer-list: want a name under prefix-lists, found '%s'",
				draft->texts + reference->name);
		draft->rules[reference->rule].image.lists |= 1u << (list - draft->lists);
	}
	return 0;
}

void report_add(struct policy_report *report, const struct err *err)
{
	if (report->count < POLICY_FINDINGS_MAX)
		report->errs[report->count++] = *err;
	report->found++;
}

/* A file that is being read. */
struct list_file {
	struct draft *draft;
	struct policy_report *report;
	const char *path;
	unsigned line;
	size_t found; /* errors */
};

static void complain(struct list_file *file, struct err *err, size_t column)
{
	err->file = file->path;
	err->line = file->line;
	err->column = (unsigned)column + 1;
	if (err->code == NULL)
		err->code = "bad-value";
	report_add(file->report, err);
	file->found++;
}

static int add_block(struct draft *draft, const struct prefix *block)
{
	const size_t max =
		draft->list_block_max != 0 ? 2 * draft->list_block_max : (size_t)FIRST_BLOCKS;
	struct prefix *blocks;

	if (draft->list_block_count == draft->list_block_max) {
		blocks = reallocarray(draft->list_blocks, max, sizeof(*blocks));
		if (blocks == NULL)
			return -ENOMEM;
		draft->list_blocks = blocks;
		draft->list_block_max = max;
	}
	draft->list_blocks[draft->list_block_count++] = *block;
	return 0;
}

/* A block, or nothing, and perhaps a remark. */
static int read_line(struct list_file *file, const char *line, size_t len)
{
	static const char BLANKS[] = " \t\r\n";
	const size_t begin = strspn(line, BLANKS);
	size_t end = begin + strcspn(line + begin, " \t\r\n#");
	const size_t behind = end + strspn(line + end, BLANKS);
	struct err err = {.text = ""};
	struct prefix block;

	if (strlen(line) != len) {
		(void)err_set(&err, -EINVAL, "want a text, found a NUL in it");
		complain(file, &err, strlen(line));
	} else if (begin != end && prefix_parse(line + begin, end - begin, &block, &err) != 0) {
		complain(file, &err, begin);
	} else if (line[behind] != '\0' && line[behind] != '#') {
		(void)err_set(&err, -EINVAL, "want one block a line, found more behind it");
		complain(file, &err, behind);
	} else if (begin != end) {
		return add_block(file->draft, &block);
	}
	return 0;
}

static void skip_line(FILE *in)
{
	int byte;

	do
		byte = getc_unlocked(in);
	while (byte != '\n' && byte != EOF);
}

static int read_lines(struct list_file *file, FILE *in)
{
	static const char BOM[] = "\xef\xbb\xbf";
	char line[LINE_MAX_BYTES];
	int rc = 0;

	memset(line, 0, sizeof(line));
	/* The buffer is zero before each line, so that a NUL in it does not hide its end. */
	while (rc == 0 && fgets(line, sizeof(line), in) != NULL) {
		const char *newline = memchr(line, '\n', sizeof(line));
		size_t len = newline != NULL ? (size_t)(newline - line) + 1 : strlen(line);
		size_t bom =
			file->line == 0 && strncmp(line, BOM, strlen(BOM)) == 0 ? strlen(BOM) : 0;
		struct err err = {.text = ""};

		file->line++;
		if (newline == NULL && len == sizeof(line) - 1) {
			(void)err_set(&err, -EINVAL, "want lines of at most %d bytes",
				LINE_MAX_BYTES - 2);
			complain(file, &err, 0);
			skip_line(in);
		} else {
			rc = read_line(file, line + bom, len - bom);
		}
		memset(line, 0, len);
	}
	return rc != 0 ? rc : ferror(in) ? -errno : 0;
}

/* Sorted and without overlaps. */
static void settle(struct draft *draft, struct draft_list *list)
{
	list->blocks.count =
		(uint32_t)prefixset_canonicalise(draft->list_blocks + list->blocks.first,
			draft->list_block_count - list->blocks.first);
	draft->list_block_count = list->blocks.first + list->blocks.count;
}

static int read_file(struct list_file *file, struct draft_list *list, FILE *in)
{
	struct draft *draft = file->draft;
	struct err err = {.file = file->path};
	int rc;

	list->blocks.first = (uint32_t)draft->list_block_count;
	rc = read_lines(file, in);
	if (rc != 0) {
		err.code = "unreadable";
		(void)err_set(&err, rc, "cannot read: %s", strerror(-rc));
		report_add(file->report, &err);
		return rc;
	}
	if (file->found != 0)
		return -EINVAL;
	settle(draft, list);
	if (draft->list_block_count <= POLICY_LIST_BLOCKS_MAX)
		return 0;
	err.code = "limit";
	rc = err_set(&err, -EFBIG,
		"want at most %d blocks in all prefix lists, with this one there "
		"are %zu",
		POLICY_LIST_BLOCKS_MAX, draft->list_block_count);
	report_add(file->report, &err);
	return rc;
}

static int list_read(struct list_file *file, struct draft_list *list, bool trusted)
{
	struct err err = {.file = file->path};
	int fd = policy_open_file(file->path, trusted, &err), rc;
	FILE *in;

	if (fd < 0) {
		report_add(file->report, &err);
		return fd;
	}
	in = fdopen(fd, "r");
	if (in == NULL) {
		(void)close(fd); /* it was only read */
		return -ENOMEM;
	}
	rc = read_file(file, list, in);
	(void)fclose(in); /* it was only read */
	return rc;
}

int lists_read(struct draft *draft, bool trusted, struct policy_report *report)
{
	int rc = 0;

	/* The report keeps the paths, also for errors to point to. */
	for (size_t i = 0; i < draft->list_count; i++) {
		const char *path = draft->texts + draft->lists[i].path;

		memcpy(report->lists[i], path, strlen(path) + 1);
		report->list_count++;
	}
	for (size_t i = 0; i < draft->list_count && rc == 0; i++) {
		struct list_file file = {
			.draft = draft, .report = report, .path = report->lists[i]};

		rc = list_read(&file, &draft->lists[i], trusted);
	}
	return rc;
}
