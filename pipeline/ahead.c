/* SPDX-License-Identifier: Apache-2.0
 * Reading ahead: while a node works with a batch, a thread reads the next one and checks it.
 *
 *	node     | batch 1 |  batch 2  |   batch 3   |
 *	thread             |  3  |     |  4   |       (waits: one batch lies ready, never two)
 *
 * The first two batches are read by the node itself, so that a small table costs no thread. The thread has
 * the port's reader, its contract and its rejects to itself until it is closed; what the node sees, and when,
 * is the same. A node with a memory limit has no second batch. */
#include "pipeline/ctx.h"

#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>

struct ahead {
	struct ctx *c;
	struct in_state *in;
	int asked;
	bool started, ready, stop; /* the last two under the lock */
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct frame *batch; /* what was read: counted if rc is 1 */
	struct err e;
	int rc;
};

static int
read_batch(struct ctx *c, struct in_state *in, struct frame **batch, struct err *e)
{
	int rc = reader_next(in->reader, batch, e);

	if (rc == 1 && ctx_check(c, &in->check, batch, e) < 0) {
		frame_unref(*batch);
		*batch = NULL;
		return -1;
	}
	return rc;
}

static void *
read_on(void *state)
{
	struct ahead *a = state;
	int rc = 1;

	pthread_mutex_lock(&a->lock);
	while (rc == 1) {
		struct frame *batch = NULL;

		while (a->ready && !a->stop)
			pthread_cond_wait(&a->changed, &a->lock);
		if (a->stop)
			break;
		pthread_mutex_unlock(&a->lock);
		rc = read_batch(a->c, a->in, &batch, &a->e);
		pthread_mutex_lock(&a->lock);
		a->batch = batch;
		a->rc = rc;
		a->ready = true;
		pthread_cond_signal(&a->changed);
	}
	pthread_mutex_unlock(&a->lock);
	return NULL;
}

/* Signals stay with the node. Without a thread the node goes on reading itself. */
static void
start(struct ahead *a)
{
	sigset_t all, before;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	a->started = pthread_create(&a->thread, NULL, read_on, a) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static bool
has_room(void)
{
	struct rlimit memory;

	return getrlimit(RLIMIT_DATA, &memory) == 0 && memory.rlim_cur == RLIM_INFINITY;
}

static struct ahead *
ahead_new(struct ctx *c, struct in_state *in)
{
	struct ahead *a = mem_alloc(sizeof(*a));

	a->c = c;
	a->in = in;
	pthread_mutex_init(&a->lock, NULL);
	pthread_cond_init(&a->changed, NULL);
	return a;
}

int
ahead_next(struct ctx *c, struct in_state *in, struct frame **batch, struct err *e)
{
	struct ahead *a = in->ahead;
	int rc;

	if (!a)
		a = in->ahead = ahead_new(c, in);
	if (!a->started) {
		rc = read_batch(c, in, batch, e);
		if (rc == 1 && ++a->asked == 2 && has_room())
			start(a);
		return rc;
	}
	pthread_mutex_lock(&a->lock);
	while (!a->ready)
		pthread_cond_wait(&a->changed, &a->lock);
	rc = a->rc;
	*batch = a->batch;
	a->batch = NULL;
	if (rc < 0)
		*e = a->e;
	a->ready = rc != 1; /* an end stays one */
	pthread_cond_signal(&a->changed);
	pthread_mutex_unlock(&a->lock);
	return rc;
}

void
ahead_close(struct in_state *in)
{
	struct ahead *a = in->ahead;

	if (!a)
		return;
	if (a->started) {
		pthread_mutex_lock(&a->lock);
		a->stop = true;
		pthread_cond_signal(&a->changed);
		pthread_mutex_unlock(&a->lock);
		pthread_join(a->thread, NULL);
	}
	frame_unref(a->batch);
	pthread_cond_destroy(&a->changed);
	pthread_mutex_destroy(&a->lock);
	free(a);
	in->ahead = NULL;
}
