/* SPDX-License-Identifier: MIT */
#include "reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool reader_next(struct reader *reader)
{
	if (reader->again) {
		reader->again = false;
		return true;
	}
	if (fgets(reader->line, sizeof(reader->line), stdin) == NULL)
		return false;
	reader->number++;
	reader->line[strcspn(reader->line, "\n")] = '\0';
	return true;
}

char *reader_expand(const struct reader *reader, const char *text)
{
	char *copy = NULL;
	size_t size;
	FILE *to = open_memstream(&copy, &size);

	if (to == NULL)
		die("no memory");
	while (*text != '\0') {
		if (strncmp(text, "@DIR@", 5) == 0)
			text += 5 * (fputs(reader->folder, to) >= 0);
		else if (strncmp(text, "@BUILD@", 7) == 0)
			text += 7 * (fputs(reader->build, to) >= 0);
		else
			(void)fputc(*text++, to);
	}
	(void)fclose(to);
	return copy;
}

void reader_write_file(struct reader *reader, const char *name, const char *first_line)
{
	char path[PATH_SIZE];
	char *text;
	FILE *to;

	(void)snprintf(path, sizeof(path), "%s/%s", reader->folder, name);
	to = fopen(path, "w");
	if (to == NULL)
		die("cannot write '%s'", path);
	text = reader_expand(reader, first_line);
	(void)fputs(text, to);
	free(text);
	while (reader_next(reader)) {
		size_t indent = reader->line[0] == '\t' ? 1 : 2;

		if (indent == 2 && strncmp(reader->line, "  ", 2) != 0) {
			reader->again = true;
			break;
		}
		text = reader_expand(reader, reader->line + indent);
		(void)fprintf(to, "%s\n", text);
		free(text);
	}
	(void)fclose(to);
}

static char read_escape(char **at)
{
	unsigned value;
	char c = *(*at)++;

	if (c == 'x' && sscanf(*at, "%2x", &value) == 1) {
		*at += 2;
		return (char)value;
	}
	return (char)(c == 'n' ? '\n' : c == 't' ? '\t' : c);
}

size_t reader_split(struct reader *reader, char *words[static WORDS_MAX])
{
	char *line = reader->line;
	size_t count = 0;
	char *to;

	for (;;) {
		bool quoted = false;

		line += strspn(line, " \t");
		if (*line == '\0')
			return count;
		if (count == WORDS_MAX)
			die("more than %d words", WORDS_MAX);
		words[count++] = to = line;
		for (; *line != '\0' && (quoted || strchr(" \t", *line) == NULL);) {
			char c = *line++;

			if (c == '"')
				quoted = !quoted;
			else
				*to++ = c == '\\' && quoted ? read_escape(&line) : c;
		}
		line += *line != '\0';
		*to = '\0';
	}
}

unsigned long reader_number(const char *text)
{
	char *end;
	unsigned long value = strtoul(text, &end, 0);

	if (end == text || *end != '\0')
		die("want a number, found '%s'", text);
	return value;
}
