/* SPDX-License-Identifier: MIT */
#include "worker.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include "link.h"
#include "v4map/policy_yaml.h"
#include "v4map-paths.h"

/* Longer than the last run's v4mapd tries to write its end, shorter than the plugin waits. */
enum { LOCK_WAIT_MS = 11000 };

/* Go on with another log; what was meant for the old one goes there first. */
static void switch_audit(
	struct worker *worker, const struct audit *audit, const struct audit_end *end)
{
	struct journal *journal = worker->journal;
	struct event *event;

	(void)writer_flush(worker);
	if (worker->audit.fd >= 0)
		(void)worker_sync(worker); /* whatever it says, nothing more goes there */
	rotation_adopt(worker, audit);
	journal->sequence = end->sequence;
	memcpy(journal->hash, end->hash, sizeof(journal->hash));
	if (end->torn == 0)
		return;
	event = writer_own(worker, EVENT_RECOVERED);
	event->reason = REASON_TORN_TAIL;
	event->first = (uint64_t)end->torn;
}

/*
 * Uses the image up.  Its memory goes before it is handed over: freeing much of it holds up the
 * other processors as well, and one of them is about to take the policy over in a hook.
 */
static int offer(struct worker *worker, struct policy_file *file, struct err *err)
{
	int rc = link_image_file(file->image, file->image_size);

	free(file->image);
	file->image = NULL;
	/* First the number: whoever dies in between must not give it to another policy. */
	worker->journal->generation++;
	if (rc >= 0)
		rc = link_offer_policy(worker->ring, worker->journal->generation, rc);
	if (rc != 0)
		worker->journal->generation--;
	return rc == 0 ? 0 : err_set(err, rc, "cannot hand the policy over: %s", strerror(-rc));
}

/* The log of this server instead of the one of all that share the policy. */
static int use_own_log(const struct journal *journal, struct audit_settings *audit, struct err *err)
{
	struct strbuf path;

	if (journal->log[0] == '\0')
		return 0;
	if (strcmp(journal->log, audit->key_file) == 0 ||
		strcmp(journal->log, audit->checkpoint_file) == 0)
		return err_set(err, -EINVAL,
			"log=: '%s' is also the policy's key-file or checkpoint-file",
			journal->log);
	strbuf_init(&path, audit->file, sizeof(audit->file));
	strbuf_adds(&path, journal->log);
	return 0;
}

/* A chain of seals goes on with the key it has, and so do pseudonyms. */
static int keeps_key(
	const struct journal *journal, const struct audit_settings *audit, struct err *err)
{
	const char *now = journal->audit.key_file;

	if (!journal->keyed || strcmp(now, audit->key_file) == 0)
		return 0;
	return err_set(err, -EINVAL,
		"audit.key-file: want '%s' while the server runs, found '%s'; for another key "
		"restart the server",
		now, audit->key_file);
}

static int put_in_force(struct worker *worker, struct policy_file *file, struct err *err)
{
	struct journal *journal = worker->journal;
	struct audit audit = {.fd = -1};
	struct audit_end end;
	int rc = keeps_key(journal, &file->audit, err);

	if (rc != 0)
		return rc;
	if (strcmp(journal->audit.file, file->audit.file) != 0) {
		rc = audit_open_whole(&audit, file->audit.file, LOCK_WAIT_MS, &end, err);
		if (rc != 0)
			return rc;
	}
	rc = worker_shut_in(worker, &file->audit, audit.fd >= 0 ? audit.fd : worker->audit.fd, err);
	if (rc == 0)
		rc = offer(worker, file, err);
	if (rc != 0) {
		audit_close(&audit);
		return rc;
	}
	if (audit.fd >= 0)
		switch_audit(worker, &audit, &end);
	journal->audit = file->audit;
	return 0;
}

void journal_set_paths(struct journal *journal, const char *policy, const char *log)
{
	struct strbuf path;

	strbuf_init(&path, journal->log, sizeof(journal->log));
	strbuf_adds(&path, log);
	strbuf_init(&path, journal->policy, sizeof(journal->policy));
	strbuf_adds(&path, policy);
	strbuf_init(&path, journal->policy_path, sizeof(journal->policy_path));
	if (policy[0] == '\0')
		policy = V4MAP_POLICY_DEFAULT;
	if (policy[0] != '/')
		strbuf_addf(&path, "%s/", journal->folder);
	strbuf_adds(&path, policy);
}

/* Those of a policy that is wrong, too: it may be the list that is put right next. */
static void watch_lists(struct worker *worker, const struct policy_report *report)
{
	struct journal *journal = worker->journal;

	if (report->list_count == 0)
		return;
	journal->list_count = report->list_count;
	memcpy(journal->lists, report->lists, sizeof(journal->lists));
	for (size_t i = 0; i < journal->list_count; i++)
		(void)watch_add(&worker->watch, journal->lists[i]); /* that it changes, then */
}

struct load {
	const char *path;
	struct policy_file file;
	struct policy_report report;
	int rc;
	atomic_bool done;
};

static void *run_load(void *argument)
{
	struct load *load = argument;

	load->rc = policy_file_load(load->path, true, &load->file, &load->report);
	atomic_store(&load->done, true);
	return NULL;
}

/* A million blocks take a second, and clients come meanwhile. */
static int load_policy(struct worker *worker, struct load *load)
{
	pthread_t thread;

	if (worker->audit.fd < 0 || pthread_create(&thread, NULL, run_load, load) != 0) {
		(void)run_load(load);
		return load->rc;
	}
	while (!atomic_load(&load->done))
		worker_meanwhile(worker);
	(void)pthread_join(thread, NULL); /* it has ended, or is about to */
	return load->rc;
}

static void reject(struct worker *worker, const char *why)
{
	const struct journal *journal = worker->journal;
	struct event *event = writer_own(worker, EVENT_POLICY_REJECTED);

	event_add_text(event, TAG_FILE, journal->policy_path);
	event_add_text(event, TAG_MESSAGE, why);
	(void)link_say(worker->ring, journal->started ? CONTROL_REJECTED : CONTROL_FAILED,
		journal->generation, why);
}

int policy_adopt(struct worker *worker)
{
	const char *name = worker->journal->policy_path;
	char text[sizeof(((struct control *)NULL)->text)];
	struct load load = {.path = worker->journal->policy[0] != '\0' ? name : NULL};
	struct err *err = &load.report.errs[0];
	struct event *event;
	int rc;

	worker->journal->reading = true;
	rc = load_policy(worker, &load);
	watch_lists(worker, &load.report);
	if (rc == 0) {
		rc = use_own_log(worker->journal, &load.file.audit, err);
		if (rc == 0)
			rc = put_in_force(worker, &load.file, err);
		if (rc == 0) {
			event = writer_own(worker, EVENT_POLICY_LOADED);
			event_add_text(event, TAG_FILE, load.file.is_default ? NULL : name);
			event_add_text(
				event, TAG_SHA256, load.file.is_default ? NULL : load.file.sha256);
		}
		policy_file_done(&load.file);
	}
	worker->journal->reading = false;
	if (rc == 0)
		return 0;
	err_format(err, text, sizeof(text));
	reject(worker, text);
	return rc;
}

void policy_reader_died(struct worker *worker)
{
	worker->journal->reading = false;
	reject(worker, "v4mapd died while it read the policy; the one before stays in force");
}
