/* SPDX-License-Identifier: MIT */
#include "policy_draft.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "v4map-paths.h"

static const struct audit_settings AUDIT_DEFAULTS = {
	.file = V4MAP_AUDIT_DEFAULT,
	.sync_interval_ms = 1000,
};

static const char DEFAULTS[] = "rules: []\n";

/* A write that failed may leave nothing, and nothing would admit everybody. */
static int check_keys(const struct draft *draft, struct err *err)
{
	if (draft->has_keys)
		return 0;
	err->code = "empty";
	return err_set(err, -EINVAL,
		"want a key at least, found none: was the file cut off? `rules: []` is a policy "
		"that admits everybody");
}

/* The steps from a text to an image. */
static int make(struct draft *draft, const char *text, size_t len, bool trusted,
	struct policy_file *file, struct policy_report *report)
{
	struct err *err = &report->errs[0];
	int rc = draft_read(draft, text, len, err);

	if (rc == 0)
		rc = check_keys(draft, err);
	if (rc == 0)
		rc = lists_resolve(draft, err);
	if (rc == 0)
		rc = lists_read(draft, trusted, report);
	if (rc == -ENOMEM && report->count == 0)
		rc = err_set(err, rc, "no memory");
	if (rc == 0)
		rc = draft_compile(draft, &file->image, &file->image_size, err);
	if (rc == 0)
		draft_warn(draft, report);
	return rc;
}

static int compile(const char *text, size_t len, bool trusted, struct policy_file *ret,
	struct policy_report *report)
{
	struct policy_file file = {.is_default = false};
	struct draft *draft = draft_new(len);
	int rc;

	if (draft == NULL)
		return err_set(&report->errs[0], -ENOMEM, "no memory");
	draft->audit = AUDIT_DEFAULTS;
	rc = make(draft, text, len, trusted, &file, report);
	if (rc == 0) {
		file.audit = draft->audit;
		digest_text(text, len, file.sha256);
		*ret = file;
	}
	draft_free(draft);
	return rc;
}

static int too_large(struct err *err)
{
	err->code = "limit";
	return err_set(err, -EFBIG, "want at most %d bytes, found more", POLICY_TEXT_MAX);
}

static void report_init(struct policy_report *report, const char *file)
{
	report->count = report->found = report->list_count = 0;
	report->errs[0] = (struct err){.file = file};
}

/* An error that is not in the report's count yet is its first, and only one. */
static int finish(struct policy_report *report, int rc)
{
	if (rc != 0 && report->count == 0)
		report->count = report->found = 1;
	return rc;
}

int policy_text_load(const char *text, size_t len, const char *name, struct policy_file *ret,
	struct policy_report *report)
{
	report_init(report, name);
	return finish(report, len > POLICY_TEXT_MAX ? too_large(&report->errs[0])
						    : compile(text, len, false, ret, report));
}

/* Read what fits; *len says how much there was of it. */
static int read_all(int fd, char *text, size_t size, size_t *len, struct err *err)
{
	size_t done = 0;

	while (done < size) {
		ssize_t count = read(fd, text + done, size - done);

		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0)
			return policy_unreadable(err, errno);
		if (count == 0)
			break;
		done += (size_t)count;
	}
	*len = done;
	return 0;
}

static int load_fd(int fd, bool trusted, struct policy_file *ret, struct policy_report *report)
{
	const size_t size = POLICY_TEXT_MAX + 1;
	struct err *err = &report->errs[0];
	size_t len = 0;
	char *text = malloc(size);
	int rc;

	if (text == NULL)
		return err_set(err, -ENOMEM, "no memory");
	rc = read_all(fd, text, size, &len, err);
	if (rc == 0)
		rc = len == size ? too_large(err) : compile(text, len, trusted, ret, report);
	free(text);
	return rc;
}

/* A link that leads nowhere is not "no file". */
static bool is_missing(const char *path)
{
	struct stat st;

	return lstat(path, &st) != 0 && errno == ENOENT;
}

int policy_file_load(
	const char *path, bool trusted, struct policy_file *ret, struct policy_report *report)
{
	const char *name = path != NULL ? path : V4MAP_POLICY_DEFAULT;
	int fd, rc;

	report_init(report, name);
	fd = policy_open_file(name, trusted, &report->errs[0]);
	if (fd >= 0) {
		rc = load_fd(fd, trusted, ret, report);
		(void)close(fd); /* it was only read */
		return finish(report, rc);
	}
	if (path != NULL || fd != -ENOENT || !is_missing(name))
		return finish(report, fd);
	report_init(report, name);
	rc = compile(DEFAULTS, strlen(DEFAULTS), trusted, ret, report);
	if (rc == 0)
		ret->is_default = true;
	return finish(report, rc);
}

void policy_file_done(struct policy_file *file)
{
	free(file->image);
	*file = (struct policy_file){.image = NULL};
}
