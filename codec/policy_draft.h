/* SPDX-License-Identifier: MIT */
#ifndef V4MAP_POLICY_DRAFT_H
#define V4MAP_POLICY_DRAFT_H
/*
 * The policy between its YAML and its image: what the keys' setters fill in and the compiler
 * writes out.  Private to codec/policy_*.c.
 */

#include "v4map/policy.h"
#include "v4map/policy_yaml.h"

struct place {
	unsigned line, column; /* from 1 */
};

struct scalar {
	const char *text; /* terminated, without NUL inside */
	size_t len;
	bool plain; /* written without quotes */
	struct place at;
};

/* What a client that matched some rules would be given at most. */
struct burden {
	bool overflow;	   /* more than POLICY_ROUTES_MAX blocks are left; no routes are counted */
	size_t ipv4, ipv6; /* lines of routes, the bypass and the guard among them */
	size_t bytes;	   /* of all lines */
};

struct draft_rule {
	struct image_rule image; /* its spans lie in the draft's arrays */
	struct burden alone;
	bool named;
	struct place at, deny, deny_at; /* where they stand; line 0: nowhere */
};

/* A prefix list that is declared; its blocks come from its file. */
struct draft_list {
	uint32_t name, path; /* offsets in texts */
	struct place at;
	struct image_span blocks; /* in list_blocks */
};

/* A rule that asks for a prefix list, which may be declared further down. */
struct draft_reference {
	size_t rule;
	uint32_t name; /* offset in texts */
	struct place at;
};

/* Each text is kept once; the table finds it again. */
struct draft_text {
	uint32_t offset;
	bool used;
	unsigned name_line; /* of the rule with this name; 0: there is none */
};

/* All arrays are made once, large enough for a file of its length. */
struct draft {
	bool has_keys; /* any at all */
	struct audit_settings audit;
	struct place audit_at;	    /* where `audit` stands */
	struct image_header header; /* settings; servers and translators lie in `prefixes` */
	struct draft_rule *rules;
	struct burden together; /* of all rules */
	struct prefix *prefixes;
	uint32_t *strings;
	char *texts;
	struct draft_text *table;
	struct version_range *ranges;
	struct draft_reference *references;
	struct draft_list lists[POLICY_LISTS_MAX];
	struct prefix *list_blocks; /* grows */
	size_t rule_count, prefix_count, string_count, text_len, range_count, reference_count;
	size_t list_count, list_block_count, list_block_max;
	size_t item_max, text_max, table_size;
};

/* For `len` bytes of YAML.  Returns NULL when there is no memory. */
struct draft *draft_new(size_t len);
void draft_free(struct draft *draft);

/* The rule that is being read. */
struct draft_rule *draft_rule(struct draft *draft);

/* The one entry of this text. */
struct draft_text *draft_text(struct draft *draft, const char *text, size_t len);

/* Add to the list that is being read; a list begins with its first element. */
void draft_add_prefix(struct draft *draft, struct image_span *list, const struct prefix *prefix);
void draft_add_string(struct draft *draft, struct image_span *list, const struct scalar *value);
void draft_add_range(
	struct draft *draft, struct image_span *list, const struct version_range *range);

/* Word an error of a kind; gives -EINVAL back. */
int draft_err(struct err *err, const char *code, struct place at, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/*
 * A key of a mapping.  The reader sees to its type; `set` takes one text at a time and leaves
 * the error's place to the reader.
 */
enum key_kind {
	KEY_TEXT,
	KEY_LIST,	  /* of texts */
	KEY_TEXT_OR_LIST, /* one text is a list of one */
	KEY_MAPPING,
	KEY_MAPPINGS,	   /* a list of mappings */
	KEY_TEXTS_BY_NAME, /* a mapping of names of the admin's own to texts */
};

enum { KEYS_MAX = 16 };

struct key {
	const char *name;
	enum key_kind kind;
	const char *want; /* what a value is called in an error */
	int (*set)(struct draft *draft, const struct scalar *value, struct err *err);
	const struct key *keys; /* of a mapping; ends with a row without name */
	/* KEY_TEXTS_BY_NAME: the name of the text that `set` gets next */
	int (*set_name)(struct draft *draft, const struct scalar *name, struct err *err);
	int (*begin)(
		struct draft *draft, struct place at, struct err *err); /* a mapping; or NULL */
	int (*end)(struct draft *draft, struct err *err);
};

/* The whole file as the value of a key. */
extern const struct key POLICY_KEY;

/* Of a rule. */
extern const struct key AUDIT_KEYS[];
int audit_begin(struct draft *draft, struct place at, struct err *err);
int audit_end(struct draft *draft, struct err *err);

extern const struct key RULE_KEYS[];
int rule_begin(struct draft *draft, struct place at, struct err *err);
int rule_end(struct draft *draft, struct err *err);

/* policy_list.c: `prefix-lists`, and what they hold. */
int list_set_name(struct draft *draft, const struct scalar *name, struct err *err);
int list_set_path(struct draft *draft, const struct scalar *value, struct err *err);
/* Read all of them; of the first file with errors these are reported. */
int lists_read(struct draft *draft, bool trusted, struct policy_report *report);
/* Give the rules their bits. */
int lists_resolve(struct draft *draft, struct err *err);

/* A further error or warning. */
void report_add(struct policy_report *report, const struct err *err);

/* policy_read.c: open a file that others cannot change (`trusted`).  Returns a descriptor. */
int policy_open_file(const char *path, bool trusted, struct err *err);
int policy_unreadable(struct err *err, int errnum); /* gives -errnum back */

/*
 * policy_limits.c: count what each rule gives, and all of them together; what one rule alone gives
 * must be a text.  Returns 0, -ENOMEM, or -EINVAL.
 */
int draft_check_limits(struct draft *draft, struct err *err);

/* policy_warn.c: what is right and still not what anybody wants. */
void draft_warn(const struct draft *draft, struct policy_report *report);

/* Values that several keys have; *ret and *list are untouched on failure. */
int value_bool(const struct scalar *value, bool *ret, struct err *err);
int value_choice(const struct scalar *value, const char *const *names, size_t count, unsigned *ret,
	struct err *err);
int value_prefix(
	struct draft *draft, const struct scalar *value, struct image_span *list, struct err *err);
/* `key` is named in the error. */
int value_address(struct draft *draft, const char *key, const struct scalar *value,
	struct image_span *list, struct err *err);
/* A name of the admin's own: a rule's, a list's. */
int value_name(const char *key, const struct scalar *value, struct err *err);
int value_path(const char *key, const struct scalar *value, struct err *err);

/* Read the YAML into the draft. */
int draft_read(struct draft *draft, const char *text, size_t len, struct err *err);

/*
 * Write the image; *ret is malloc'ed.  Returns 0, -ENOMEM, or -EINVAL when the whole passes a
 * limit.
 */
int draft_compile(struct draft *draft, void **ret, size_t *size, struct err *err);

#endif
