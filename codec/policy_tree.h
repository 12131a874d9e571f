/* SPDX-License-Identifier: MIT */
#ifndef V4MAP_POLICY_TREE_H
#define V4MAP_POLICY_TREE_H
/*
 * The second step: what the file holds, node by node, against the table of keys.  Knows types,
 * nesting, and which keys are there; nothing of YAML.
 */

#include "policy_draft.h"

enum { TREE_DEPTH_MAX = 6 };

enum node_kind { NODE_TEXT, NODE_LIST, NODE_MAPPING };

struct node {
	enum node_kind kind;
	struct place at;
	struct scalar scalar; /* of NODE_TEXT */
};

/* A collection that is still open. */
struct branch {
	const struct key *key;	/* whose value it is */
	const struct key *next; /* a mapping's key that has no value yet; a list's own key */
	bool list;
	size_t items;
	struct place at;
	unsigned line_of[KEYS_MAX]; /* of the mapping's keys; 0: not there */
};

struct tree {
	struct draft *draft;
	struct err *err;
	size_t depth;
	struct branch branches[TREE_DEPTH_MAX];
};

/* The next text, or the begin of a list or mapping, and the end of the innermost one. */
int tree_node(struct tree *tree, const struct node *node);
int tree_close(struct tree *tree);

#endif
