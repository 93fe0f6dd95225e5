/* SPDX-License-Identifier: Apache-2.0
 * mlflow-c: a node's work by two threads.
 *
 * Both may read what views point at and fill columns that were made before, each its own. All other calls of the
 * host are for the thread that the node was called on: so make the columns first, and report what went wrong
 * afterwards. */
#ifndef MLFLOW_C_SHARE_H
#define MLFLOW_C_SHARE_H

#include <pthread.h>
#include <stdbool.h>
#include <unistd.h>

struct mlf_share {
	void (*work)(void *arg, int i);
	void *arg;
	int n, next;
};

static inline void *
mlf_share_take(void *share)
{
	struct mlf_share *s = share;
	int i;
	while ((i = __atomic_fetch_add(&s->next, 1, __ATOMIC_RELAXED)) < s->n)
		s->work(s->arg, i);
	return NULL;
}

/* work(arg, i) for each i below n, none of which needs another; by two threads if it is much (milliseconds) and
 * there are two processors. */
static inline void
mlf_share(int n, bool much, void (*work)(void *arg, int i), void *arg)
{
	struct mlf_share s = {work, arg, n, 0};
	pthread_t other;
	bool two = much && n > 1 && sysconf(_SC_NPROCESSORS_ONLN) > 1 &&
		pthread_create(&other, NULL, mlf_share_take, &s) == 0;
	mlf_share_take(&s);
	if (two)
		pthread_join(other, NULL);
}

#endif
