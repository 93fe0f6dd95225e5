/* SPDX-License-Identifier: Apache-2.0
 * famine: preloaded into a program, makes its n-th allocation fail, and all later ones if FAMINE_ALL is
 * set. FAMINE is n; 0 counts only. FAMINE_COUNT names a file that gets the number of allocations of the
 * process that was started first, when it ends. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t n);

static long count, at = -1;
static bool all;
static pid_t first;

__attribute__((constructor)) static void
begin(void)
{
	const char *n = getenv("FAMINE");
	at = n ? strtol(n, NULL, 10) : 0;
	all = getenv("FAMINE_ALL") != NULL;
	first = getpid();
}

__attribute__((destructor)) static void
end(void)
{
	char text[32];
	const char *path = getenv("FAMINE_COUNT");
	int fd = path && getpid() == first
		? open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)
		: -1;
	if (fd < 0)
		return;
	int n = snprintf(text, sizeof(text), "%ld\n", count);
	(void)!write(fd, text, (size_t)n);
	close(fd);
}

/* True if this allocation fails. Before begin() they are the loader's. */
static bool
fails(void)
{
	if (at < 0)
		return false;
	long n = __atomic_add_fetch(&count, 1, __ATOMIC_RELAXED);
	if (at == 0 || n < at || (n > at && !all))
		return false;
	errno = ENOMEM;
	return true;
}

void *
malloc(size_t n)
{
	return fails() ? NULL : __libc_malloc(n);
}

void *
calloc(size_t n, size_t size)
{
	return fails() ? NULL : __libc_calloc(n, size);
}

void *
realloc(void *p, size_t n)
{
	return fails() ? NULL : __libc_realloc(p, n);
}
