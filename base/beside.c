/* SPDX-License-Identifier: Apache-2.0 */
#include "base/os.h"

#include <signal.h>
#include <sys/resource.h>

#define SMALL_STACK (256 << 10)

bool
memory_limited(void)
{
	struct rlimit memory;

	return getrlimit(RLIMIT_DATA, &memory) < 0 || memory.rlim_cur != RLIM_INFINITY;
}

static void *
start(void *arg)
{
	struct beside *b = arg;

	b->work(b->arg);
	return NULL;
}

void
beside_begin(struct beside *b, void (*work)(void *), void *arg)
{
	pthread_attr_t attr;
	sigset_t all, before;

	b->work = work;
	b->arg = arg;
	sigfillset(&all);
	(void)pthread_attr_init(&attr);
	if (memory_limited()) /* which stacks count against */
		(void)pthread_attr_setstacksize(&attr, SMALL_STACK);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	b->begun = pthread_create(&b->thread, &attr, start, b) == 0;
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	(void)pthread_attr_destroy(&attr);
}

void
beside_end(struct beside *b)
{
	if (b->begun)
		(void)pthread_join(b->thread, NULL);
	else
		b->work(b->arg);
}
