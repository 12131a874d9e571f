/* SPDX-License-Identifier: MIT */
#include "policy_tree.h"

#include <string.h>

enum { SHOWN = 40 }; /* bytes of a text that an error repeats */

/* Bytes to change, add or remove to come from a to b; long ones are far from everything. */
static unsigned distance(const char *a, const char *b)
{
	unsigned row[SHOWN + 1], length = (unsigned)strlen(b);

	if (length > SHOWN)
		return SHOWN;
	for (unsigned j = 0; j <= length; j++)
		row[j] = j;
	for (unsigned i = 0; a[i] != '\0'; i++) {
		unsigned diagonal = row[0];

		row[0] = i + 1;
		for (unsigned j = 0; j < length; j++) {
			unsigned change = diagonal + (a[i] != b[j]);
			unsigned other = (row[j] < row[j + 1] ? row[j] : row[j + 1]) + 1;

			diagonal = row[j + 1];
			row[j + 1] = change < other ? change : other;
		}
	}
	return row[length];
}

/* The key that was probably meant: at least half of it is there. */
static const char *nearest(const struct key *keys, const char *name)
{
	const char *found = NULL;
	unsigned best = SHOWN;

	for (; keys->name != NULL; keys++) {
		unsigned far = distance(keys->name, name);

		if (far < best && far <= strlen(keys->name) / 2) {
			best = far;
			found = keys->name;
		}
	}
	return found;
}

static int unknown_key(struct tree *tree, const struct key *keys, const struct scalar *name)
{
	const char *meant = nearest(keys, name->text);

	if (meant != NULL)
		return draft_err(tree->err, "unknown-key", name->at,
			"no such key here: '%.*s'; did you mean %s?", SHOWN, name->text, meant);
	return draft_err(
		tree->err, "unknown-key", name->at, "no such key here: '%.*s'", SHOWN, name->text);
}

/* A setter says what is wrong; where, is known here. */
static int read_text(struct tree *tree,
	int (*set)(struct draft *draft, const struct scalar *value, struct err *err),
	const struct scalar *scalar)
{
	int rc = set(tree->draft, scalar, tree->err);

	if (rc == 0)
		return 0;
	tree->err->line = scalar->at.line;
	tree->err->column = scalar->at.column;
	if (tree->err->code == NULL)
		tree->err->code = "bad-value";
	return rc;
}

static int read_key(struct tree *tree, struct branch *mapping, const struct node *node)
{
	const struct key *keys = mapping->key->keys;
	const struct scalar *name = &node->scalar;
	size_t i = 0;

	if (node->kind != NODE_TEXT)
		return draft_err(tree->err, "wrong-type", node->at, "want a key, found a %s",
			node->kind == NODE_LIST ? "list" : "mapping");
	if (mapping->key->kind == KEY_TEXTS_BY_NAME) {
		mapping->next = mapping->key;
		return read_text(tree, mapping->key->set_name, name);
	}
	while (keys[i].name != NULL && strcmp(keys[i].name, name->text) != 0)
		i++;
	if (keys[i].name == NULL)
		return unknown_key(tree, keys, name);
	if (mapping->line_of[i] != 0)
		return draft_err(tree->err, "duplicate-key", name->at,
			"%s is there already, on line %u", name->text, mapping->line_of[i]);
	mapping->line_of[i] = name->at.line;
	tree->draft->has_keys = true;
	mapping->next = &keys[i];
	return 0;
}

static bool is_nothing(const struct node *node)
{
	return node->kind == NODE_TEXT && node->scalar.plain && node->scalar.len == 0;
}

static int wrong_type(
	struct tree *tree, const struct key *key, bool inside, const struct node *node)
{
	const bool list = !inside && (key->kind == KEY_LIST || key->kind == KEY_MAPPINGS);
	const char *of = list ? "a list of " : "";

	if (node->kind == NODE_TEXT && !is_nothing(node))
		return draft_err(tree->err, "wrong-type", node->at, "%s: want %s%s, found '%.*s'",
			key->name, of, key->want, SHOWN, node->scalar.text);
	return draft_err(tree->err, "wrong-type", node->at, "%s: want %s%s, found %s", key->name,
		of, key->want,
		node->kind == NODE_TEXT	  ? "nothing"
		: node->kind == NODE_LIST ? "a list"
					  : "a mapping");
}

static bool fits(const struct key *key, bool inside, enum node_kind kind)
{
	switch (key->kind) {
	case KEY_TEXT:
		return kind == NODE_TEXT;
	case KEY_LIST:
		return kind == (inside ? NODE_TEXT : NODE_LIST);
	case KEY_TEXT_OR_LIST:
		return kind == NODE_TEXT || (kind == NODE_LIST && !inside);
	case KEY_MAPPING:
		return kind == NODE_MAPPING;
	case KEY_MAPPINGS:
		return kind == (inside ? NODE_MAPPING : NODE_LIST);
	case KEY_TEXTS_BY_NAME:
		return kind == (inside ? NODE_TEXT : NODE_MAPPING);
	}
	return false;
}

static int open_branch(struct tree *tree, const struct key *key, const struct node *node)
{
	const bool list = node->kind == NODE_LIST;

	if (tree->depth == TREE_DEPTH_MAX)
		return draft_err(tree->err, "limit", node->at, "want at most %d levels of nesting",
			TREE_DEPTH_MAX);
	tree->branches[tree->depth++] = (struct branch){
		.key = key, .next = list ? key : NULL, .list = list, .at = node->at};
	if (!list && key->begin != NULL)
		return key->begin(tree->draft, node->at, tree->err);
	return 0;
}

static int read_value(
	struct tree *tree, const struct key *key, bool inside, const struct node *node)
{
	if (tree->depth == 0 && is_nothing(node))
		return 0; /* a document of nothing */
	if (is_nothing(node) || !fits(key, inside, node->kind))
		return wrong_type(tree, key, inside, node);
	if (node->kind == NODE_TEXT)
		return read_text(tree, key->set, &node->scalar);
	return open_branch(tree, key, node);
}

int tree_node(struct tree *tree, const struct node *node)
{
	struct branch *top = tree->depth != 0 ? &tree->branches[tree->depth - 1] : NULL;
	const struct key *key;

	if (node->kind == NODE_TEXT && strlen(node->scalar.text) != node->scalar.len)
		return draft_err(
			tree->err, "bad-value", node->at, "want a text, found a NUL in it");
	if (top == NULL)
		return read_value(tree, &POLICY_KEY, false, node);
	if (top->next == NULL)
		return read_key(tree, top, node);
	key = top->next;
	top->items++;
	if (!top->list)
		top->next = NULL;
	return read_value(tree, key, top->list || key == top->key, node);
}

int tree_close(struct tree *tree)
{
	const struct branch *branch = &tree->branches[--tree->depth];
	const struct key *key = branch->key;

	/* No rules at all mean one thing; a condition of nothing might mean all or none. */
	if (branch->list && branch->items == 0 && key->kind != KEY_MAPPINGS)
		return draft_err(tree->err, "empty-list", branch->at,
			"%s: want at least one of %s, found an empty list", key->name, key->want);
	if (!branch->list && key->end != NULL)
		return key->end(tree->draft, tree->err);
	return 0;
}
