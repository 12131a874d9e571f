/* SPDX-License-Identifier: MIT */
#include "worker.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "sandbox.h"

enum { KEY_WAIT_MS = 1000 }; /* whoever left the log leaves its key in a moment */

static int open_checkpoint_file(struct worker *worker, const char *path, struct err *err)
{
	const int flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW;

	worker->checkpoint_file = -1;
	if (path[0] == '\0')
		return 0;
	worker->checkpoint_file = open(path, flags, 0640);
	if (worker->checkpoint_file >= 0)
		return 0;
	return err_set(
		err, -errno, "cannot open the checkpoint file '%s': %s", path, strerror(errno));
}

/* An attempt that failed later has left it open, and locked. */
static void close_key_file(struct worker *worker)
{
	if (worker->key_file >= 0)
		(void)close(worker->key_file);
	worker->key_file = -1;
}

/*
 * The key goes on where the last worker left it, else where the file says; a key that lies
 * behind the log is stepped to it, and a log that lies behind its key has lost lines, which the
 * numbers then show.
 */
static int open_key_file(struct worker *worker, const char *path, struct err *err)
{
	struct journal *journal = worker->journal;
	struct key_file key;

	close_key_file(worker);
	if (path[0] == '\0') {
		journal->keyed = false;
		return 0;
	}
	worker->key_file = key_file_open(path, true, &key, err);
	if (worker->key_file < 0)
		return worker->key_file;
	if (!audit_lock(worker->key_file, KEY_WAIT_MS)) {
		key_file_wipe(&key);
		close_key_file(worker);
		return err_set(err, -EBUSY,
			"the key file '%s' belongs to another server's v4mapd: give each server "
			"its own policy with a key file",
			path);
	}
	if (!journal->keyed)
		journal->key = key;
	key_file_wipe(&key);
	return 0;
}

/* The log goes with us: its new owner must be able to go on with it. */
static int become_user(const char *name, int log, struct err *err)
{
	struct passwd *user;
	struct stat st;

	if (name[0] == '\0')
		return 0;
	errno = 0;
	user = getpwnam(name);
	if (user == NULL)
		return err_set(err, errno != 0 ? -errno : -ENOENT,
			"audit.user: there is no user '%s'", name);
	if (geteuid() == user->pw_uid)
		return 0;
	/* Under a unit without CAP_CHOWN the log can be made the user's beforehand. */
	if (fstat(log, &st) != 0 ||
		(st.st_uid != user->pw_uid && fchown(log, user->pw_uid, user->pw_gid) != 0) ||
		setgroups(1, &user->pw_gid) != 0 ||
		setresgid(user->pw_gid, user->pw_gid, user->pw_gid) != 0 ||
		setresuid(user->pw_uid, user->pw_uid, user->pw_uid) != 0)
		return err_set(
			err, -errno, "audit.user: cannot become '%s': %s", name, strerror(errno));
	return 0;
}

int worker_shut_in(
	struct worker *worker, const struct audit_settings *audit, int log, struct err *err)
{
	char folder[AUDIT_PATH_MAX];
	char *slash;
	int rc;

	if (worker->shut_in)
		return 0;
	rc = open_checkpoint_file(worker, audit->checkpoint_file, err);
	if (rc == 0)
		rc = open_key_file(worker, audit->key_file, err);
	if (rc == 0)
		rc = become_user(audit->user, log, err);
	if (rc != 0)
		return rc;
	memcpy(folder, audit->file, sizeof(folder)); /* absolute: it has a slash */
	slash = strrchr(folder, '/');
	slash[slash == folder ? 1 : 0] = '\0';
	rc = sandbox_enter(folder, err);
	worker->shut_in = rc == 0;
	return rc;
}

int worker_align_key(struct worker *worker)
{
	struct journal *journal = worker->journal;

	if (worker->key_file < 0)
		return 0;
	if (journal->key.chain.sequence > journal->sequence + 1)
		journal->sequence = journal->key.chain.sequence - 1;
	journal->keyed = true;
	return chain_key_step_to(&journal->key.chain, journal->sequence + 1);
}
