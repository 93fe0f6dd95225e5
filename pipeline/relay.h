/* SPDX-License-Identifier: Apache-2.0
 * Batches from hand to hand between two threads: who has one waits until the other takes it. */
#ifndef PIPELINE_RELAY_H
#define PIPELINE_RELAY_H

#include <pthread.h>
#include "frame/frame.h"

struct relay {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct frame *batch; /* on its way; counted */
	bool closed;         /* nothing more comes, or is wanted */
};

void relay_init(struct relay *r);
void relay_fini(struct relay *r);
/* Gives away a count of the batch. False if it was closed: then nobody has taken it. */
bool relay_put(struct relay *r, struct frame *batch);
struct frame *relay_take(struct relay *r); /* counted; NULL: it was closed */
void relay_close(struct relay *r);         /* by either side */

#endif
