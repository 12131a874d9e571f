/* SPDX-License-Identifier: MIT */
#include "stand-in.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_called(const char *text, const char *name)
{
	size_t len = strlen(name);

	return strncmp(text, name, len) == 0 && text[len] == '=';
}

void variables_unset(struct variables *variables, const char *name)
{
	size_t kept = 0;

	for (size_t i = 0; i < variables->count; i++) {
		if (is_called(variables->text[i], name))
			free(variables->text[i]);
		else
			variables->text[kept++] = variables->text[i];
	}
	variables->count = kept;
}

/* Takes ownership of `text`. */
static void append(struct variables *variables, char *text)
{
	if (text == NULL)
		die("no memory");
	if (variables->count == variables->capacity) {
		variables->capacity = variables->capacity * 2 + 32;
		variables->text = reallocarray(
			variables->text, variables->capacity, sizeof(*variables->text));
		if (variables->text == NULL)
			die("no memory");
	}
	variables->text[variables->count++] = text;
}

void variables_add(struct variables *variables, const char *text)
{
	append(variables, strdup(text));
}

void variables_set(struct variables *variables, const char *name, const char *value)
{
	char *text;

	variables_unset(variables, name);
	append(variables, asprintf(&text, "%s=%s", name, value) >= 0 ? text : NULL);
}

void variables_clear(struct variables *variables)
{
	for (size_t i = 0; i < variables->count; i++)
		free(variables->text[i]);
	free(variables->text);
	*variables = (struct variables){.text = NULL};
}

void variables_copy(struct variables *variables, const struct variables *from)
{
	variables_clear(variables);
	for (size_t i = 0; i < from->count; i++)
		variables_add(variables, from->text[i]);
}

const char **variables_array(const struct variables *variables)
{
	const char **array = calloc(variables->count + 1, sizeof(*array));

	if (array == NULL)
		die("no memory");
	for (size_t i = 0; i < variables->count; i++)
		array[i] = variables->text[variables->count - 1 - i];
	return array;
}
