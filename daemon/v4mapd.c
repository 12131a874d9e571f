/* SPDX-License-Identifier: MIT */
/*
 * v4mapd: started by v4map.so, one for each server.  Its first process checks what it was given
 * and ends, so that OpenVPN has nobody to collect; the supervisor it leaves behind keeps the ring
 * and the journal mapped and replaces a worker that dies.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "link.h"
#include "restarts.h"
#include "v4map-paths.h"
#include "worker.h"

enum { FIRST_OTHER_FD = 6 };

static const char USAGE[] =
	"usage: v4mapd POLICY LOG\n"
	"\n"
	"v4mapd reads the policy and writes the connect log of one OpenVPN server.  The plugin\n"
	"starts it (`plugin v4map.so [POLICY] [log=/path] [v4mapd=/path]` in server.conf) and it\n"
	"ends when the server ends; there is no need to start it by hand.  See v4mapd(8).\n";

/* The ring comes from the plugin at RING_FD, its size sealed. */
static struct ring *map_ring(void)
{
	struct ring *ring;
	struct stat st;

	if (fstat(CONTROL_FD, &st) != 0 || !S_ISSOCK(st.st_mode))
		return NULL;
	if (fstat(PLUGIN_FD, &st) != 0 || !S_ISSOCK(st.st_mode))
		return NULL;
	if (fstat(RING_FD, &st) != 0 || st.st_size != (off_t)sizeof(*ring))
		return NULL;
	if ((fcntl(RING_FD, F_GET_SEALS) & F_SEAL_SHRINK) == 0)
		return NULL;
	ring = mmap(NULL, sizeof(*ring), PROT_READ | PROT_WRITE, MAP_SHARED, RING_FD, 0);
	if (ring == MAP_FAILED || !ring_valid(ring))
		return NULL;
	(void)close(RING_FD);
	return ring;
}

/* The server decides when the work ends, not a terminal and not the init system's SIGTERM. */
static void ignore_signals(void)
{
	static const int IGNORED[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGXFSZ};

	for (size_t i = 0; i < sizeof(IGNORED) / sizeof(IGNORED[0]); i++)
		(void)signal(IGNORED[i], SIG_IGN);
}

static void close_stdio(void)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (int i = 0; fd >= 0 && i < 3; i++)
		(void)dup2(fd, i);
	if (fd > 2)
		(void)close(fd);
}

static int fail(const char *what)
{
	char text[256];

	(void)snprintf(text, sizeof(text), "v4mapd cannot start: %s: %s", what, strerror(errno));
	(void)link_say(NULL, CONTROL_FAILED, 0, text);
	return EXIT_FAILURE;
}

static int died(int signal)
{
	char text[64];

	(void)snprintf(
		text, sizeof(text), "v4mapd cannot start: its worker died of signal %d", signal);
	(void)link_say(NULL, CONTROL_FAILED, 0, text);
	return EXIT_FAILURE;
}

/* Let time pass before a worker that died is replaced.  False: there is nobody left to work for. */
static bool wait_for_next(const struct worker *worker, int pause_ms)
{
	struct pollfd server = {.fd = worker->server, .events = POLLIN};

	if (pause_ms == 0)
		return true;
	(void)poll(NULL, 0, pause_ms);
	return poll(&server, 1, 0) == 0;
}

/* Run workers until one is done.  `worker` is as each of them finds it. */
static int supervise(struct worker *worker)
{
	unsigned deaths = 0;
	int64_t begun_ms;
	int status;
	pid_t pid;

	for (;;) {
		begun_ms = monotonic_ms();
		pid = fork();
		if (pid == 0)
			_exit(worker_run(worker));
		if (pid < 0 || waitpid(pid, &status, 0) != pid)
			return fail("the worker");
		if (WIFEXITED(status) && WEXITSTATUS(status) == WORKER_RELOAD)
			continue;
		if (WIFEXITED(status))
			return WEXITSTATUS(status);
		if (!worker->journal->started)
			return died(WTERMSIG(status));
		if (!wait_for_next(worker, restarts_pause_ms(&deaths, monotonic_ms() - begun_ms)))
			return EXIT_FAILURE;
	}
}

static int supervisor(struct ring *ring, char **paths, int server, unsigned server_pid)
{
	static struct worker worker;

	worker.ring = ring;
	worker.server = server;
	worker.server_pid = server_pid;
	worker.checkpoint_file = worker.key_file = -1;
	worker.lines = malloc(WRITER_BATCH_SIZE);
	worker.chain = chain_new((uint8_t[CHAIN_HASH_SIZE]){0});
	worker.journal = mmap(NULL, sizeof(*worker.journal), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (worker.lines == NULL || worker.chain == NULL || worker.journal == MAP_FAILED)
		return fail("memory");
	if (getcwd(worker.journal->folder, sizeof(worker.journal->folder)) == NULL)
		return fail("the working folder");
	journal_set_paths(worker.journal, paths[0], paths[1]);
	worker.journal->own_head = worker.journal->own_tail = JOURNAL_OWN_START;
	ring_run_text(ring, worker.run);
	(void)gethostname(worker.host, sizeof(worker.host) - 1); /* else it stays empty */
	close_stdio();
	(void)umask(027);
	if (chdir("/") != 0)
		return fail("chdir /");
	return supervise(&worker);
}

/*
 * A pidfd of the server, who made the socket pair.  A server that has ended already is nobody's
 * parent any more, and since we hold its end of the pair ours will not tell.
 */
static int open_server(pid_t parent)
{
	struct ucred maker = {.pid = 0};
	socklen_t size = sizeof(maker);
	int server = (int)syscall(SYS_pidfd_open, parent, 0);

	if (server < 0)
		return server;
	if (getsockopt(CONTROL_FD, SOL_SOCKET, SO_PEERCRED, &maker, &size) == 0 &&
		maker.pid == parent && getppid() == parent)
		return server;
	errno = ESRCH;
	return -1;
}

int main(int argc, char **argv)
{
	pid_t parent = getppid(), pid;
	struct ring *ring;
	int server;

	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		(void)puts("v4mapd " V4MAP_VERSION);
		return EXIT_SUCCESS;
	}
	if (argc == 2 && strcmp(argv[1], "--help") == 0) {
		(void)fputs(USAGE, stdout);
		return EXIT_SUCCESS;
	}
	ring = argc == 3 ? map_ring() : NULL;
	if (ring == NULL) {
		(void)fputs(USAGE, stderr);
		return 2;
	}
	(void)close_range(FIRST_OTHER_FD, ~0U, 0);
	ignore_signals();
	(void)fcntl(CONTROL_FD, F_SETFD, FD_CLOEXEC);
	(void)fcntl(PLUGIN_FD, F_SETFD, FD_CLOEXEC);
	server = open_server(parent);
	if (server < 0)
		return fail("pidfd_open (Linux 5.3 or newer is needed)");
	pid = fork();
	if (pid < 0)
		return fail("fork");
	if (pid > 0)
		return EXIT_SUCCESS;
	return supervisor(ring, argv + 1, server, (unsigned)parent);
}
