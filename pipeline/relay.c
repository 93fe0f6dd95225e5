/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/relay.h"

void
relay_init(struct relay *r)
{
	*r = (struct relay){0};
	pthread_mutex_init(&r->lock, NULL);
	pthread_cond_init(&r->changed, NULL);
}

bool
relay_put(struct relay *r, struct frame *batch)
{
	bool taken;

	pthread_mutex_lock(&r->lock);
	r->batch = batch;
	pthread_cond_signal(&r->changed);
	while (r->batch && !r->closed)
		pthread_cond_wait(&r->changed, &r->lock);
	taken = !r->batch;
	r->batch = NULL;
	pthread_mutex_unlock(&r->lock);
	if (!taken)
		frame_unref(batch);
	return taken;
}

struct frame *
relay_take(struct relay *r)
{
	struct frame *batch;

	pthread_mutex_lock(&r->lock);
	while (!r->batch && !r->closed)
		pthread_cond_wait(&r->changed, &r->lock);
	batch = r->closed ? NULL : r->batch;
	if (batch)
		r->batch = NULL;
	pthread_cond_signal(&r->changed);
	pthread_mutex_unlock(&r->lock);
	return batch;
}

void
relay_close(struct relay *r)
{
	pthread_mutex_lock(&r->lock);
	r->closed = true;
	pthread_cond_signal(&r->changed);
	pthread_mutex_unlock(&r->lock);
}

void
relay_fini(struct relay *r)
{
	pthread_cond_destroy(&r->changed);
	pthread_mutex_destroy(&r->lock);
}
