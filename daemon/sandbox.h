/* SPDX-License-Identifier: MIT */
#ifndef V4MAP_SANDBOX_H
#define V4MAP_SANDBOX_H
/*
 * The worker shuts itself in once it has read the policy and opened its files: no new
 * privileges, no file outside the log's folder (Landlock, where the kernel has it), no system
 * call that writing a log does not need (seccomp; any other one ends the process).
 */

#include "v4map/err.h"

/*
 * `folder` is where the log lives.  Returns 0, or a negative errno with err filled in; a kernel
 * without Landlock is no error.
 */
int sandbox_enter(const char *folder, struct err *err);

#endif
