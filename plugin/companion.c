/* SPDX-License-Identifier: MIT */
#include "companion.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "v4map/control.h"

enum { AT_ONCE_MAX = 200 }; /* of messages; more than there is room for */
enum { START_TIMEOUT_MS = 15000, RELOAD_TIMEOUT_MS = 4000, FIRST_SAFE_FD = 10 };

/*
 * The one variable of this library: companions between a close and the next open.  OpenVPN
 * closes and reopens a plugin in the same process at SIGHUP and gives it nothing to carry over;
 * the library stays loaded (-z nodelete).
 */
static struct companion *parked;

/*
 * The one with these arguments; else the one that was closed first: lines of server.conf come in
 * their order, so it is the same line with other arguments.
 */
static struct companion *unpark(const struct companion_arguments *arguments)
{
	struct companion **found = &parked, *ret;

	for (struct companion **at = &parked; *at != NULL; at = &(*at)->next) {
		if (strcmp((*at)->daemon_path, arguments->daemon) == 0 &&
			strcmp((*at)->policy_path, arguments->policy) == 0 &&
			strcmp((*at)->log_path, arguments->log) == 0) {
			found = at;
			break;
		}
	}
	ret = *found;
	if (ret == NULL)
		return NULL;
	*found = ret->next;
	ret->next = NULL;
	return ret;
}

static void companion_free(struct companion *companion)
{
	if (companion == NULL)
		return;
	if (companion->producer.ring != NULL)
		(void)munmap(companion->producer.ring, sizeof(struct ring));
	image_let_go(&companion->used, true, companion->control);
	image_let_go(&companion->image, true, companion->control);
	if (companion->control >= 0)
		(void)close(companion->control);
	free(companion->scratch.base);
	free(companion->daemon_path);
	free(companion);
}

/* Takes `fd` over. */
static int adopt_image(struct companion *companion, int fd, uint32_t generation, struct err *err)
{
	struct image image;
	struct policy policy;
	int rc = image_open(fd, &image, &policy, err);

	if (rc != 0)
		return rc;
	if (!scratch_fit(&companion->scratch, &policy)) {
		image_let_go(&image, true, companion->control);
		return err_set(err, -ENOMEM, "no memory for the policy");
	}
	image_let_go(&companion->used, true, companion->control);
	companion->used = companion->image;
	companion->image = image;
	companion->policy = policy;
	companion->generation = generation;
	companion->images++;
	return 0;
}

/* One message, without waiting; returns bytes, 0 when v4mapd has gone, or a negative errno. */
static ssize_t receive(int control, struct control *message, int *fd)
{
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int))];
	} ancillary;
	struct iovec part = {.iov_base = message, .iov_len = sizeof(*message)};
	struct msghdr header = {.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &ancillary,
		.msg_controllen = sizeof(ancillary)};
	struct cmsghdr *first;
	ssize_t len;

	*fd = -1;
	len = recvmsg(control, &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	if (len < 0)
		return -errno;
	first = CMSG_FIRSTHDR(&header);
	if (first != NULL && first->cmsg_type == SCM_RIGHTS &&
		first->cmsg_len == CMSG_LEN(sizeof(int)))
		memcpy(fd, CMSG_DATA(first), sizeof(int));
	message->text[sizeof(message->text) - 1] = '\0';
	return len == 0 ? 0 : len == (ssize_t)sizeof(*message) ? len : -EPROTO;
}

/*
 * Take one message and act on it.  Returns the kind, 0 when v4mapd has gone, or a negative errno
 * with err filled in; the text of a refusal comes in `err`.
 */
static int take_message(struct companion *companion, struct err *err)
{
	struct control message;
	int fd, rc = 0;
	ssize_t len = receive(companion->control, &message, &fd);

	if (len == -EAGAIN || len == -EINTR)
		return -EAGAIN;
	if (len <= 0)
		return len == 0 ? 0 : err_set(err, (int)len, "v4mapd sent nonsense");
	if (message.kind == CONTROL_POLICY)
		rc = adopt_image(companion, fd, message.generation, err);
	else
		(void)err_set(err, 0, "%s", message.text);
	if (fd >= 0 && message.kind != CONTROL_POLICY)
		(void)close(fd);
	return rc != 0 ? rc : (int)message.kind;
}

/* For OpenVPN's log: what is no new policy is for the admin. */
static void note_news(struct companion *companion, int kind, const struct err *err)
{
	if (kind == CONTROL_POLICY)
		(void)snprintf(companion->notice, sizeof(companion->notice),
			"policy generation %u is in force", companion->generation);
	else if (err->text[0] != '\0')
		memcpy(companion->notice, err->text, sizeof(err->text));
}

/*
 * Take all that waits; false: there was nothing.  The count only says that there is something:
 * v4mapd may have died before it could count, or taken back what it had sent.
 */
static bool take_waiting(struct companion *companion)
{
	const uint32_t messages =
		atomic_load_explicit(&companion->producer.ring->messages, memory_order_acquire);
	struct err err = {.text = ""};

	if (messages == companion->messages)
		return false;
	companion->messages = messages;
	for (int i = 0; i < AT_ONCE_MAX; i++) {
		int kind = take_message(companion, &err);

		if (kind == 0 || kind == -EAGAIN)
			break;
		note_news(companion, kind, &err);
	}
	return true;
}

int64_t companion_now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now); /* cannot fail with these arguments */
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Wait for v4mapd's answer; returns as take_message. */
static int wait_for_answer(struct companion *companion, int timeout_ms, struct err *err)
{
	int64_t deadline = companion_now_ms() + timeout_ms;

	for (;;) {
		struct pollfd ready = {.fd = companion->control, .events = POLLIN};
		int64_t left = deadline - companion_now_ms();
		int kind;

		if (left <= 0)
			return err_set(err, -ETIMEDOUT, "v4mapd did not answer in %d s",
				timeout_ms / 1000);
		if (poll(&ready, 1, (int)left) < 0 && errno != EINTR)
			return err_set(err, -errno, "poll: %s", strerror(errno));
		kind = take_message(companion, err);
		if (kind != -EAGAIN)
			return kind;
	}
}

static int make_ring(struct companion *companion, int *ret_fd, struct err *err)
{
	uint8_t run_id[RING_RUN_ID_SIZE];
	struct ring *ring = MAP_FAILED;
	int fd = memfd_create("v4map-ring", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd < 0 || getrandom(run_id, sizeof(run_id), 0) != (ssize_t)sizeof(run_id) ||
		ftruncate(fd, (off_t)sizeof(*ring)) != 0 ||
		fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0)
		goto fail;
	ring = mmap(NULL, sizeof(*ring), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, 0);
	if (ring == MAP_FAILED)
		goto fail;
	ring_init(ring, run_id);
	ring_producer_init(&companion->producer, ring);
	ring_run_text(ring, companion->run);
	*ret_fd = fd;
	return 0;
fail:
	(void)err_set(err, 0, "cannot make the record ring of %zu MiB: %s", sizeof(*ring) >> 20,
		strerror(errno));
	if (fd >= 0)
		(void)close(fd);
	return -ENOMEM;
}

/* Descriptors come above those v4mapd expects, so that moving one cannot hit another. */
static int move_up(int fd)
{
	int moved = fcntl(fd, F_DUPFD_CLOEXEC, FIRST_SAFE_FD);

	(void)close(fd);
	return moved;
}

static int spawn(struct companion *companion, int control, int ring, pid_t *ret_pid)
{
	char *argv[] = {companion->daemon_path, companion->policy_path, companion->log_path, NULL};
	char *envp[] = {NULL};
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	sigset_t none, all;
	int rc;

	(void)sigemptyset(&none);
	(void)sigfillset(&all);
	(void)posix_spawn_file_actions_init(&actions);
	(void)posix_spawnattr_init(&attr);
	(void)posix_spawnattr_setsigmask(&attr, &none);
	(void)posix_spawnattr_setsigdefault(&attr, &all);
	(void)posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	rc = posix_spawn_file_actions_adddup2(&actions, control, CONTROL_FD);
	if (rc == 0)
		rc = posix_spawn_file_actions_adddup2(&actions, ring, RING_FD);
	if (rc == 0)
		rc = posix_spawn_file_actions_adddup2(&actions, companion->control, PLUGIN_FD);
	if (rc == 0)
		rc = posix_spawn(ret_pid, companion->daemon_path, &actions, &attr, argv, envp);
	(void)posix_spawn_file_actions_destroy(&actions);
	(void)posix_spawnattr_destroy(&attr);
	return -rc;
}

/* v4mapd's first process only starts the others and ends; collect it, so that no zombie stays. */
static void reap(pid_t pid, struct err *err)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (err == NULL)
		return;
	if (WIFSIGNALED(status))
		(void)err_set(
			err, 0, "v4mapd died of signal %d before it was ready", WTERMSIG(status));
	else
		(void)err_set(err, 0, "v4mapd ended before it was ready (status %d)",
			WEXITSTATUS(status));
}

static int start(struct companion *companion, struct err *err)
{
	int pair[2] = {-1, -1}, ring = -1, kind, rc;
	pid_t pid = 0;

	rc = make_ring(companion, &ring, err);
	if (rc != 0)
		return rc;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) {
		(void)close(ring);
		return err_set(err, -errno, "socketpair: %s", strerror(errno));
	}
	companion->control = move_up(pair[0]);
	pair[1] = move_up(pair[1]);
	ring = move_up(ring);
	rc = spawn(companion, pair[1], ring, &pid);
	(void)close(pair[1]);
	(void)close(ring);
	if (rc != 0)
		return err_set(err, rc,
			"cannot start '%s': %s; install v4mapd or say v4mapd=/path behind the "
			"policy",
			companion->daemon_path, strerror(-rc));
	kind = wait_for_answer(companion, START_TIMEOUT_MS, err);
	if (kind == -ETIMEDOUT)
		return kind; /* it may hang for ever: do not wait for it */
	reap(pid, kind == 0 ? err : NULL);
	atomic_store(&companion->producer.ring->seen_ms, companion_now_ms());
	return kind == CONTROL_POLICY ? 0 : kind < 0 ? kind : -EINVAL;
}

static void set_paths(struct companion *companion, const struct companion_arguments *arguments)
{
	struct strbuf sb;

	strbuf_init(&sb, companion->policy_path, sizeof(companion->policy_path));
	strbuf_adds(&sb, arguments->policy);
	strbuf_init(&sb, companion->log_path, sizeof(companion->log_path));
	strbuf_adds(&sb, arguments->log);
}

static struct companion *companion_new(const struct companion_arguments *arguments)
{
	struct companion *companion = calloc(1, sizeof(*companion));

	if (companion == NULL)
		return NULL;
	companion->control = -1;
	set_paths(companion, arguments);
	companion->daemon_path = strdup(arguments->daemon);
	if (companion->daemon_path != NULL)
		return companion;
	companion_free(companion);
	return NULL;
}

/*
 * Have a parked one read the policy again.  Whatever the policy looks like now it goes on: a
 * SIGHUP must not cost the server.  Returns false when v4mapd is not there any more.
 */
static bool reread_policy(struct companion *companion, struct err *warning)
{
	struct control message = {.kind = CONTROL_RELOAD};

	memcpy(message.text, companion->policy_path, sizeof(message.text));
	memcpy(message.log, companion->log_path, sizeof(message.log));
	(void)take_waiting(companion); /* older news is no answer */
	if (send(companion->control, &message, sizeof(message), MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		return errno == EAGAIN;
	return wait_for_answer(companion, RELOAD_TIMEOUT_MS, warning) != 0;
}

static int open_new(
	const struct companion_arguments *arguments, struct companion **ret, struct err *err)
{
	struct companion *companion = companion_new(arguments);
	int rc;

	if (companion == NULL)
		return err_set(err, -ENOMEM, "no memory to start v4mapd");
	rc = start(companion, err);
	if (rc != 0) {
		companion_free(companion);
		return rc;
	}
	*ret = companion;
	return 0;
}

int companion_open(const struct companion_arguments *arguments, struct companion **ret,
	struct err *warning, struct err *err)
{
	struct companion *old = unpark(arguments);
	struct err why;

	if (old == NULL)
		return open_new(arguments, ret, err);
	set_paths(old, arguments);
	if (reread_policy(old, warning)) {
		*ret = old;
		return 0;
	}
	if (open_new(arguments, ret, &why) == 0) {
		companion_free(old);
		return 0;
	}
	(void)err_set(warning, 0, "v4mapd has gone and nothing is recorded; starting it again: %s",
		why.text);
	*ret = old;
	return 0;
}

void companion_park(struct companion *companion)
{
	struct companion **end = &parked;

	while (*end != NULL)
		end = &(*end)->next;
	companion->next = NULL;
	*end = companion;
}

bool companion_silent(const struct companion *companion)
{
	const struct ring *ring = companion->producer.ring;
	int64_t seen_ms = atomic_load_explicit(&ring->seen_ms, memory_order_relaxed);

	return companion_now_ms() - seen_ms >= SILENT_MS;
}

/* Once each time: records wait in memory, and nobody but OpenVPN's log can say so. */
static void note_silence(struct companion *companion)
{
	bool silent = companion_silent(companion);

	if (silent == companion->silent)
		return;
	companion->silent = silent;
	(void)snprintf(companion->notice, sizeof(companion->notice),
		silent ? "v4mapd has not come by for %d s: records wait in memory"
		       : "v4mapd is back after more than %d s",
		SILENT_MS / 1000);
}

const struct policy *companion_policy(struct companion *companion)
{
	if (!take_waiting(companion))
		image_let_go(&companion->used, false, companion->control);
	note_silence(companion);
	return &companion->policy;
}

void companion_wake(struct companion *companion)
{
	const struct control message = {.kind = CONTROL_WAKE};

	/* If its queue is full it is awake. */
	(void)send(companion->control, &message, sizeof(message), MSG_DONTWAIT | MSG_NOSIGNAL);
}
