/* SPDX-License-Identifier: MIT */
/*
 * The first step: YAML 1.1 to nodes with their places (libyaml).  What the subset leaves out
 * (aliases, anchors, tags, directives, a second document, tabs before a line) ends here.
 */
#include "policy_tree.h"

#include <errno.h>
#include <string.h>
#include <yaml.h>

struct reader {
	struct tree tree;
	unsigned documents;
};

static struct place place_of(yaml_mark_t mark)
{
	return (struct place){(unsigned)mark.line + 1, (unsigned)mark.column + 1};
}

static bool begins_character(char byte)
{
	return ((unsigned char)byte & 0xc0) != 0x80;
}

static int refuse(struct reader *reader, yaml_mark_t mark, const char *what)
{
	return draft_err(reader->tree.err, "not-in-subset", place_of(mark),
		"want plain mappings, lists and texts, found %s", what);
}

static int read_node(struct reader *reader, const yaml_event_t *event, const struct node *node,
	const yaml_char_t *anchor, const yaml_char_t *tag)
{
	if (anchor != NULL)
		return refuse(reader, event->start_mark, "an anchor (&)");
	if (tag != NULL)
		return refuse(reader, event->start_mark, "a tag (!)");
	return tree_node(&reader->tree, node);
}

static int read_scalar(struct reader *reader, const yaml_event_t *event)
{
	const struct place at = place_of(event->start_mark);
	const struct node node = {
		.kind = NODE_TEXT,
		.at = at,
		.scalar = {.text = (const char *)event->data.scalar.value,
			.len = event->data.scalar.length,
			.plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE,
			.at = at},
	};

	return read_node(reader, event, &node, event->data.scalar.anchor, event->data.scalar.tag);
}

static int read_document(struct reader *reader, const yaml_event_t *event)
{
	if (reader->documents++ != 0)
		return refuse(reader, event->start_mark, "a second document");
	if (event->data.document_start.version_directive != NULL ||
		event->data.document_start.tag_directives.start !=
			event->data.document_start.tag_directives.end)
		return refuse(reader, event->start_mark, "a directive (%)");
	return 0;
}

static int read_event(struct reader *reader, const yaml_event_t *event)
{
	struct node node = {.at = place_of(event->start_mark)};

	switch (event->type) {
	case YAML_DOCUMENT_START_EVENT:
		return read_document(reader, event);
	case YAML_ALIAS_EVENT:
		return refuse(reader, event->start_mark, "an alias (*)");
	case YAML_SCALAR_EVENT:
		return read_scalar(reader, event);
	case YAML_SEQUENCE_START_EVENT:
		node.kind = NODE_LIST;
		return read_node(reader, event, &node, event->data.sequence_start.anchor,
			event->data.sequence_start.tag);
	case YAML_MAPPING_START_EVENT:
		node.kind = NODE_MAPPING;
		return read_node(reader, event, &node, event->data.mapping_start.anchor,
			event->data.mapping_start.tag);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		return tree_close(&reader->tree);
	case YAML_NO_EVENT:
	case YAML_STREAM_START_EVENT:
	case YAML_STREAM_END_EVENT:
	case YAML_DOCUMENT_END_EVENT:
		break;
	}
	return 0;
}

static struct place place_at(const char *text, size_t offset)
{
	struct place at = {1, 1};

	for (size_t i = 0; i < offset; i++) {
		if (text[i] == '\n')
			at = (struct place){at.line + 1, 1};
		else if (begins_character(text[i]))
			at.column++;
	}
	return at;
}

/* libyaml takes tabs inside [ ] and { }, where they look like an indentation that counts. */
static int check_tabs(const char *text, size_t len, struct err *err)
{
	bool indentation = true;

	for (size_t i = 0; i < len; i++) {
		if (indentation && text[i] == '\t')
			return draft_err(err, "syntax", place_at(text, i),
				"want blanks before a line, found a tab");
		indentation = text[i] == '\n' || (indentation && text[i] == ' ');
	}
	return 0;
}

static int parse_error(const yaml_parser_t *parser, const char *text, size_t len, struct err *err)
{
	const char *context = parser->context != NULL ? parser->context : "";
	const size_t offset = parser->problem_offset < len ? parser->problem_offset : len;
	const struct place at = parser->error == YAML_READER_ERROR ? place_at(text, offset)
								   : place_of(parser->problem_mark);

	if (parser->error == YAML_MEMORY_ERROR)
		return err_set(err, -ENOMEM, "no memory");
	return draft_err(err, "syntax", at, "not YAML: %s%s%s", context,
		*context != '\0' ? ", " : "", parser->problem);
}

static int read_events(struct reader *reader, yaml_parser_t *parser, const char *text, size_t len)
{
	bool more = true;
	int rc = 0;

	while (more && rc == 0) {
		yaml_event_t event;

		if (!yaml_parser_parse(parser, &event))
			return parse_error(parser, text, len, reader->tree.err);
		rc = read_event(reader, &event);
		more = event.type != YAML_STREAM_END_EVENT;
		yaml_event_delete(&event);
	}
	return rc;
}

int draft_read(struct draft *draft, const char *text, size_t len, struct err *err)
{
	static const char BOM[] = "\xef\xbb\xbf";
	struct reader reader = {.tree = {.draft = draft, .err = err}};
	yaml_parser_t parser;
	int rc;

	if (len >= strlen(BOM) && memcmp(text, BOM, strlen(BOM)) == 0) {
		text += strlen(BOM);
		len -= strlen(BOM);
	}
	rc = check_tabs(text, len, err);
	if (rc != 0)
		return rc;
	if (!yaml_parser_initialize(&parser))
		return err_set(err, -ENOMEM, "no memory");
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, len);
	rc = read_events(&reader, &parser, text, len);
	yaml_parser_delete(&parser);
	return rc;
}
