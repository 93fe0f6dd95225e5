/* SPDX-License-Identifier: Apache-2.0 */
#include "base/os.h"

#include <signal.h>
#include <stdatomic.h>
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

struct shares {
	void (*work)(void *arg, size_t i);
	void *arg;
	size_t n;
	atomic_size_t next;
};

static void
take_shares(void *arg)
{
	struct shares *s = arg;
	size_t i;

	while ((i = atomic_fetch_add(&s->next, 1)) < s->n)
		s->work(s->arg, i);
}

void
share_out(size_t n, bool much, void (*work)(void *arg, size_t i), void *arg)
{
	struct shares s = {work, arg, n, 0};
	bool two = much && n > 1 && processors() > 1;
	struct beside other;

	if (two)
		beside_begin(&other, take_shares, &s);
	take_shares(&s);
	if (two)
		beside_end(&other);
}
