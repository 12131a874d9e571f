/* SPDX-License-Identifier: MIT */
/* The keys in the policy's `audit`. */
#include "policy_draft.h"

#include <errno.h>
#include <string.h>

enum { SHOWN = 60 }; /* bytes of a text that an error repeats */
enum { INTERVAL_DIGITS_MAX = 5, INTERVAL_MAX_MS = 60 * 1000 };

static int set_path(const char *key, char ret[static AUDIT_PATH_MAX], const struct scalar *value,
	struct err *err)
{
	int rc = value_path(key, value, err);

	if (rc != 0)
		return rc;
	memcpy(ret, value->text, value->len + 1);
	return 0;
}

static int set_file(struct draft *draft, const struct scalar *value, struct err *err)
{
	return set_path("file", draft->audit.file, value, err);
}

static int set_key_file(struct draft *draft, const struct scalar *value, struct err *err)
{
	return set_path("key-file", draft->audit.key_file, value, err);
}

static int set_checkpoint_file(struct draft *draft, const struct scalar *value, struct err *err)
{
	return set_path("checkpoint-file", draft->audit.checkpoint_file, value, err);
}

static int set_user(struct draft *draft, const struct scalar *value, struct err *err)
{
	if (value->len == 0 || value->len > AUDIT_USER_MAX)
		return err_set(err, -EINVAL, "user: want a name of 1 to %d bytes, found '%.*s'",
			AUDIT_USER_MAX, SHOWN, value->text);
	memcpy(draft->audit.user, value->text, value->len + 1);
	return 0;
}

static int set_durability(struct draft *draft, const struct scalar *value, struct err *err)
{
	static const char *const NAMES[] = {[DURABILITY_INTERVAL] = "interval",
		[DURABILITY_NONE] = "none",
		[DURABILITY_EACH] = "each"};
	unsigned choice = 0;
	int rc = value_choice(value, NAMES, 3, &choice, err);

	if (rc == 0)
		draft->audit.durability = (enum durability)choice;
	return rc;
}

static int set_on_failure(struct draft *draft, const struct scalar *value, struct err *err)
{
	static const char *const NAMES[] = {
		[ON_FAILURE_ALLOW] = "allow", [ON_FAILURE_REFUSE] = "refuse"};
	unsigned choice = 0;
	int rc = value_choice(value, NAMES, 2, &choice, err);

	if (rc == 0)
		draft->audit.on_failure = (enum on_failure)choice;
	return rc;
}

static int set_peer_address(struct draft *draft, const struct scalar *value, struct err *err)
{
	static const char *const NAMES[] = {[PEER_ADDRESS_FULL] = "full",
		[PEER_ADDRESS_TRUNCATED] = "truncated",
		[PEER_ADDRESS_PSEUDONYM] = "pseudonym",
		[PEER_ADDRESS_NONE] = "none"};
	unsigned choice = 0;
	int rc = value_choice(value, NAMES, 4, &choice, err);

	if (rc == 0)
		draft->audit.peer_address = (enum peer_address)choice;
	return rc;
}

/* "200ms" or "1s": whole numbers only, and never without a unit. */
static int set_sync_interval(struct draft *draft, const struct scalar *value, struct err *err)
{
	size_t digits = strspn(value->text, "0123456789");
	const char *unit = value->text + digits;
	uint32_t amount = 0, scale = strcmp(unit, "s") == 0 ? 1000 : strcmp(unit, "ms") == 0;

	for (size_t i = 0; i < digits && digits <= INTERVAL_DIGITS_MAX; i++)
		amount = amount * 10 + (uint32_t)(value->text[i] - '0');
	if (scale == 0 || amount == 0 || digits > INTERVAL_DIGITS_MAX ||
		amount > INTERVAL_MAX_MS / scale)
		return err_set(err, -EINVAL,
			"sync-interval: want a time from 1ms to %ds, found '%.*s'",
			INTERVAL_MAX_MS / 1000, SHOWN, value->text);
	draft->audit.sync_interval_ms = amount * scale;
	return 0;
}

int audit_begin(struct draft *draft, struct place at, struct err *err)
{
	(void)err;
	draft->audit_at = at;
	return 0;
}

int audit_end(struct draft *draft, struct err *err)
{
	if (strcmp(draft->audit.file, draft->audit.key_file) == 0 ||
		strcmp(draft->audit.file, draft->audit.checkpoint_file) == 0)
		return draft_err(err, "conflict", draft->audit_at,
			"file: want a file for the log alone, found '%.*s' twice", SHOWN,
			draft->audit.file);
	if (draft->audit.peer_address == PEER_ADDRESS_PSEUDONYM && draft->audit.key_file[0] == '\0')
		return draft_err(err, "missing-key", draft->audit_at,
			"peer-address: pseudonym needs a key-file; make one by `v4map log keygen`");
	return 0;
}

const struct key AUDIT_KEYS[] = {
	{.name = "file", .kind = KEY_TEXT, .want = "a path", .set = set_file},
	{.name = "durability",
		.kind = KEY_TEXT,
		.want = "interval, none or each",
		.set = set_durability},
	{.name = "sync-interval",
		.kind = KEY_TEXT,
		.want = "a time such as 1s",
		.set = set_sync_interval},
	{.name = "on-failure", .kind = KEY_TEXT, .want = "allow or refuse", .set = set_on_failure},
	{.name = "peer-address",
		.kind = KEY_TEXT,
		.want = "full, truncated, pseudonym or none",
		.set = set_peer_address},
	{.name = "key-file", .kind = KEY_TEXT, .want = "a path", .set = set_key_file},
	{.name = "checkpoint-file", .kind = KEY_TEXT, .want = "a path", .set = set_checkpoint_file},
	{.name = "user", .kind = KEY_TEXT, .want = "a user's name", .set = set_user},
	{.name = NULL},
};
