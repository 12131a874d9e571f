/* SPDX-License-Identifier: MIT */
/* What a worker that has shut itself in can do, and what ends it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "../../daemon/sandbox.h"
#include "../unit/rows.h"

enum { KILLED = -1, PAGE = 4096, X32_BIT = 0x40000000 };

static char folder[] = "/tmp/v4map-sandbox-XXXXXX";

/* The folder is where we are, for all who use a name in it. */
static long open_inside(void)
{
	return open("new", O_RDWR | O_CREAT, 0600);
}

static long open_passwd(void)
{
	return open("/etc/passwd", O_RDONLY);
}

static long open_outside(void)
{
	return open("/tmp/v4map-sandbox-outside", O_WRONLY | O_CREAT, 0600);
}

static long open_memory(void)
{
	return open("/proc/self/mem", O_RDWR);
}

static long rename_inside(void)
{
	return rename("there", "renamed");
}

static long rename_outside(void)
{
	return rename("new", "/tmp/v4map-sandbox-outside");
}

static long make_folder(void)
{
	return mkdir("folder", 0700);
}

static long remove_file(void)
{
	return unlink("there");
}

static long make_link(void)
{
	return symlink("/etc/passwd", "link");
}

static long change_mode(void)
{
	return chmod("there", 04755);
}

static long run_program(void)
{
	return execl("/bin/true", "true", (char *)NULL);
}

static long socket_unix(void)
{
	return socket(AF_UNIX, SOCK_DGRAM, 0);
}

static long socket_inet(void)
{
	return socket(AF_INET, SOCK_STREAM, 0);
}

static long socket_inet6(void)
{
	return socket(AF_INET6, SOCK_DGRAM, 0);
}

static long trace(void)
{
	return ptrace(PTRACE_TRACEME, 0, NULL, NULL);
}

static long map_data(void)
{
	return mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
			       MAP_FAILED
		       ? -1
		       : 0;
}

static long map_code(void)
{
	return mmap(NULL, PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
			       MAP_FAILED
		       ? -1
		       : 0;
}

static long make_code(void)
{
	void *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return mprotect(page, PAGE, PROT_READ | PROT_EXEC);
}

static long fork_child(void)
{
	return fork();
}

static long kill_other(void)
{
	return kill(getppid(), 0);
}

static long become_root(void)
{
	return setresuid(0, 0, 0);
}

static long by_number(void)
{
	return syscall(SYS_io_uring_setup, 1, NULL);
}

static long by_other_abi(void)
{
	return syscall(X32_BIT | SYS_getpid);
}

struct deed {
	const char *name;
	long (*function)(void);
	int want; /* KILLED, 0, or the errno */
};

/* In a child: 0 or the errno, as its exit status. */
static void child(const struct deed *deed)
{
	const struct rlimit no_core = {0, 0};
	struct err err;

	(void)setrlimit(RLIMIT_CORE, &no_core);
	if (chdir(folder) != 0 || sandbox_enter(folder, &err) != 0)
		_exit(99);
	errno = 0;
	_exit(deed->function() >= 0 ? 0 : errno);
}

static void row(void **state)
{
	const struct deed *deed = *state;
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0)
		child(deed);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (deed->want == KILLED) {
		assert_true(WIFSIGNALED(status));
		assert_int_equal(WTERMSIG(status), SIGSYS);
		return;
	}
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), deed->want);
}

static int set_up(void **state)
{
	char name[64];
	int fd;

	(void)state;
	if (mkdtemp(folder) == NULL)
		return -1;
	(void)snprintf(name, sizeof(name), "%s/there", folder);
	fd = open(name, O_WRONLY | O_CREAT, 0600);
	return fd < 0 ? -1 : close(fd);
}

static int tear_down(void **state)
{
	static const char *const NAMES[] = {"there", "new", "renamed", "link"};
	char name[64];

	(void)state;
	for (size_t i = 0; i < COUNT(NAMES); i++) {
		(void)snprintf(name, sizeof(name), "%s/%s", folder, NAMES[i]);
		(void)unlink(name);
	}
	return rmdir(folder);
}

int main(void)
{
	/* Landlock's answers are the last ones: not every kernel has it. */
	static const struct deed DEEDS[] = {
		{"a new file in the log's folder", open_inside, 0},
		{"a rename in the log's folder", rename_inside, 0},
		{"a socket for syslog", socket_unix, 0},
		{"memory for data", map_data, 0},
		{"another program", run_program, KILLED},
		{"an IPv4 socket", socket_inet, KILLED},
		{"an IPv6 socket", socket_inet6, KILLED},
		{"ptrace", trace, KILLED},
		{"memory for code", map_code, KILLED},
		{"data made code", make_code, KILLED},
		{"another process", fork_child, KILLED},
		{"a signal for another process", kill_other, KILLED},
		{"another user", become_root, KILLED},
		{"a file removed", remove_file, KILLED},
		{"a symbolic link", make_link, KILLED},
		{"another mode", change_mode, KILLED},
		{"a call that is new", by_number, KILLED},
		{"a call by the x32 ABI", by_other_abi, KILLED},
		{"/etc/passwd", open_passwd, EACCES},
		{"a new file outside of the log's folder", open_outside, EACCES},
		{"its own memory as a file", open_memory, EACCES},
		{"a rename out of the log's folder", rename_outside, EACCES},
		{"a new folder", make_folder, EACCES},
	};
	bool has_landlock = syscall(SYS_landlock_create_ruleset, NULL, (size_t)0, 1u) >= 1;
	struct CMUnitTest tests[COUNT(DEEDS)];

	for (size_t i = 0; i < COUNT(DEEDS); i++)
		tests[i] = TEST(DEEDS[i].name, row, &DEEDS[i]);
	return _cmocka_run_group_tests("sandbox", tests,
		has_landlock ? COUNT(DEEDS) : COUNT(DEEDS) - 5, set_up, tear_down);
}
