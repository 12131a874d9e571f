/* SPDX-License-Identifier: MIT */
#include "table.h"

#include <stdlib.h>
#include <string.h>
#include "printable.h"

enum { HELD_MAX = 200, CELL_MAX = 32768, GAP = 2 };

struct cell {
	char *text; /* NULL: empty */
	size_t width;
	enum colour colour;
};

struct row {
	struct cell cells[TABLE_COLUMNS_MAX];
	size_t count;
};

struct table {
	size_t columns;
	FILE *out;
	bool coloured;
	bool titled; /* the row of titles, the first one, is printed */
	size_t widths[TABLE_COLUMNS_MAX];
	size_t held;
	struct row rows[HELD_MAX];
	char text[CELL_MAX];
};

static const char *const CODES[COLOUR_COUNT] = {
	[COLOUR_NONE] = "",
	[COLOUR_BOLD] = "\033[1m",
	[COLOUR_DIM] = "\033[2m",
	[COLOUR_RED] = "\033[31m",
	[COLOUR_GREEN] = "\033[32m",
	[COLOUR_YELLOW] = "\033[33m",
	[COLOUR_CYAN] = "\033[36m",
};

const char *colour_begin(enum colour colour)
{
	return CODES[colour];
}

const char *colour_end(enum colour colour)
{
	return colour == COLOUR_NONE ? "" : "\033[0m";
}

void table_cell(struct table *table, enum colour colour, const char *bytes, size_t len)
{
	struct row *row = &table->rows[table->held];
	struct cell *cell = &row->cells[row->count];
	struct strbuf text;

	if (row->count == TABLE_COLUMNS_MAX)
		return;
	strbuf_init(&text, table->text, sizeof(table->text));
	cell->width = printable_add(&text, bytes, len);
	cell->text = strdup(table->text); /* without memory the cell stays empty */
	cell->colour = table->coloured ? colour : COLOUR_NONE;
	if (row->count + 1 < table->columns && cell->width > table->widths[row->count])
		table->widths[row->count] = cell->width;
	row->count++;
}

void table_text(struct table *table, enum colour colour, const char *text)
{
	table_cell(table, colour, text != NULL ? text : "", text != NULL ? strlen(text) : 0);
}

void table_end_row(struct table *table)
{
	if (++table->held == HELD_MAX)
		table_flush(table);
}

struct table *table_new(const char *const *titles, FILE *out, bool coloured)
{
	struct table *table = calloc(1, sizeof(*table));

	if (table == NULL)
		return NULL;
	table->out = out;
	table->coloured = coloured;
	while (titles[table->columns] != NULL)
		table->columns++;
	for (size_t i = 0; i < table->columns; i++)
		table_text(table, COLOUR_BOLD, titles[i]);
	table_end_row(table);
	return table;
}

/* No blanks behind the last cell that has something in it. */
static void print_row(const struct table *table, const struct row *row)
{
	size_t pad = 0;

	for (size_t i = 0; i < row->count; i++) {
		const struct cell *cell = &row->cells[i];

		if (cell->width != 0) {
			fprintf(table->out, "%*s%s%s%s", (int)pad, "", colour_begin(cell->colour),
				cell->text != NULL ? cell->text : "", colour_end(cell->colour));
			pad = 0;
		}
		if (i + 1 < table->columns)
			pad += table->widths[i] - cell->width + GAP;
		else if (cell->width != 0)
			pad = GAP;
	}
	fputc('\n', table->out);
}

static void free_row(struct row *row)
{
	for (size_t i = 0; i < row->count; i++)
		free(row->cells[i].text);
	*row = (struct row){.count = 0};
}

void table_flush(struct table *table)
{
	if (table->titled || table->held > 1) {
		for (size_t i = 0; i < table->held; i++) {
			print_row(table, &table->rows[i]);
			free_row(&table->rows[i]);
		}
		table->held = 0;
		table->titled = true;
	}
	(void)fflush(table->out); /* the exit status asks ferror */
}

void table_free(struct table *table)
{
	if (table == NULL)
		return;
	table_flush(table);
	free_row(&table->rows[0]);
	free(table);
}
