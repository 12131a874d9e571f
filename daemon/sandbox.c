/* SPDX-License-Identifier: MIT */
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Rights by Landlock ABI; the header of an older system may not name the later one. */
#define ACCESS_ABI1 ((UINT64_C(1) << 13) - 1)
#define ACCESS_REFER (UINT64_C(1) << 13)
#define ACCESS_TRUNCATE (UINT64_C(1) << 14)

static const uint64_t LOG_ACCESS = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE |
				   LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |
				   LANDLOCK_ACCESS_FS_REMOVE_FILE;

static int enter_landlock(const char *folder)
{
	struct landlock_ruleset_attr attr = {.handled_access_fs = ACCESS_ABI1};
	struct landlock_path_beneath_attr rule = {.allowed_access = LOG_ACCESS};
	long abi = syscall(
		SYS_landlock_create_ruleset, NULL, (size_t)0, LANDLOCK_CREATE_RULESET_VERSION);
	int ruleset, rc = -1;

	if (abi < 1)
		return 0;
	if (abi >= 2)
		attr.handled_access_fs |= ACCESS_REFER;
	if (abi >= 3) {
		attr.handled_access_fs |= ACCESS_TRUNCATE;
		rule.allowed_access |= ACCESS_TRUNCATE;
	}
	ruleset = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);
	if (ruleset < 0)
		return -errno;
	rule.parent_fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (rule.parent_fd >= 0)
		rc = (int)syscall(
			SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
	if (rc == 0)
		rc = (int)syscall(SYS_landlock_restrict_self, ruleset, 0);
	rc = rc == 0 ? 0 : -errno;
	if (rule.parent_fd >= 0)
		(void)close(rule.parent_fd);
	(void)close(ruleset);
	return rc;
}

/* What writing, syncing and rotating a log takes, and what libc does beside it. */
/* clang-format off */
static const char *const ALLOWED[] = {
	"read", "pread64", "write", "pwrite64", "lseek", "openat", "close", "fstat", "stat",
	"lstat", "newfstatat", "statx", "fstatfs", "statfs", "ftruncate", "fallocate", "fsync",
	"fdatasync", "flock", "fcntl", "getdents64", "mkdir", "mkdirat", "rename", "renameat",
	"renameat2", "readlink", "readlinkat", "poll", "ppoll", "recvfrom", "recvmsg", "sendto",
	"sendmsg", "connect", "clock_gettime", "clock_nanosleep", "nanosleep", "munmap", "mremap",
	"madvise", "brk", "futex", "memfd_create", "getpid", "gettid", "getrandom", "exit",
	"exit_group", "rt_sigreturn", "rt_sigprocmask", "restart_syscall",
};
/* clang-format on */

static int enter_seccomp(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	int rc = filter != NULL ? 0 : -ENOMEM;

	for (size_t i = 0; rc == 0 && i < sizeof(ALLOWED) / sizeof(ALLOWED[0]); i++) {
		int number = seccomp_syscall_resolve_name(ALLOWED[i]);

		if (number != __NR_SCMP_ERROR)
			rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, number, 0);
	}
	/* Memory that is not code, and sockets for syslog only. */
	if (rc == 0)
		rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1,
			SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	if (rc == 0)
		rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
			SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	if (rc == 0)
		rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(socket), 1,
			SCMP_A0(SCMP_CMP_EQ, AF_UNIX, 0));
	if (rc == 0)
		rc = seccomp_load(filter);
	seccomp_release(filter);
	return rc;
}

int sandbox_enter(const char *folder, struct err *err)
{
	int rc;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return err_set(err, -errno, "no-new-privs: %s", strerror(errno));
	rc = enter_landlock(folder);
	if (rc != 0)
		return err_set(err, rc, "Landlock on '%s': %s", folder, strerror(-rc));
#ifndef __SANITIZE_ADDRESS__ /* the sanitizer's own calls are not in the list */
	rc = enter_seccomp();
#endif
	return rc == 0 ? 0 : err_set(err, rc, "seccomp: %s", strerror(-rc));
}
