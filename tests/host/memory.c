/* SPDX-License-Identifier: MIT */
/*
 * malloc, calloc and realloc in front of libc's: what is allocated inside the plugin is counted,
 * and can be made to fail.  free is libc's own.
 */
#include "stand-in.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#endif

static struct {
	bool inside;
	unsigned count, fail_in; /* fail_in 0: none */
} memory;

void memory_inside(bool inside)
{
	memory.inside = inside;
}

unsigned memory_taken(void)
{
	unsigned count = memory.count;

	memory.count = 0;
	return count;
}

void memory_fail(unsigned nth)
{
	memory.fail_in = nth;
}

#ifdef SANITIZED
bool memory_watched(void)
{
	return false;
}
#else
bool memory_watched(void)
{
	return true;
}

#define EXPORT __attribute__((visibility("default")))

/* Is this the allocation that is to fail? */
static bool refuse(void)
{
	if (!memory.inside)
		return false;
	memory.count++;
	if (memory.fail_in == 0 || --memory.fail_in != 0)
		return false;
	errno = ENOMEM;
	return true;
}

/* libc's function of that name; dlsym itself allocates nothing when it finds one. */
static void find(const char *name, void *function)
{
	void **at = function;

	if (*at == NULL)
		*at = dlsym(RTLD_NEXT, name);
}

EXPORT void *malloc(size_t size)
{
	static void *(*real)(size_t);

	find("malloc", &real);
	return refuse() ? NULL : real(size);
}

EXPORT void *calloc(size_t count, size_t size)
{
	static void *(*real)(size_t, size_t);

	find("calloc", &real);
	return refuse() ? NULL : real(count, size);
}

EXPORT void *realloc(void *old, size_t size)
{
	static void *(*real)(void *, size_t);

	find("realloc", &real);
	return refuse() ? NULL : real(old, size);
}
#endif
