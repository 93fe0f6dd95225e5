/* SPDX-License-Identifier: Apache-2.0
 * Reading ahead and writing behind: while a node works with a batch, a thread reads and checks the next one, and
 * another checks and stores the one before.
 *
 *	read     |  3  |  4  |  5  |
 *	node           |  3  |  4  |  5  |
 *	write                |  3  |  4  |  5  |
 *
 * The first rows of a port go without, so that a small table costs no thread. A thread has the port,
 * its contract and its rejects or its stage to itself until it is closed; what the node sees, and in what
 * order, is the same, but that a batch which cannot be stored is told with the next one, or at the end. A
 * node with a memory limit has no batches on their way. */
#include "pipeline/ctx.h"
#include "pipeline/relay.h"

enum { ALONE = 50000 }; /* rows; a batch of a file has 65,536 */

struct overlap {
	struct ctx *c;
	struct in_state *in; /* or out */
	struct out_state *out;
	int64_t passed; /* rows without the thread */
	struct beside thread;
	struct relay relay;
	struct err e; /* the thread's until it closes the relay */
	int rc;
};

static struct overlap *
overlap_new(struct ctx *c, struct in_state *in, struct out_state *out)
{
	struct overlap *o = mem_alloc(sizeof(*o));

	*o = (struct overlap){.c = c, .in = in, .out = out};
	relay_init(&o->relay);
	return o;
}

/* Counts a batch that passed; after many rows there is a thread, if there can be one. */
static void
overlap_count(struct overlap *o, const struct frame *batch, void (*work)(void *))
{
	o->passed += frame_rows(batch);
	if (o->passed >= ALONE && !memory_limited() && processors() > 1)
		beside_begin(&o->thread, work, o);
}

/* The end of the thread, after which its rc and e are known. */
static void
overlap_end(struct overlap *o)
{
	if (!o->thread.begun)
		return;
	relay_close(&o->relay);
	beside_end(&o->thread);
	o->thread.begun = false;
}

static void
overlap_free(struct overlap *o)
{
	if (!o)
		return;
	overlap_end(o);
	relay_fini(&o->relay);
	free(o);
}

/* --- inputs -------------------------------------------------------------------------------------- */

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

static void
read_on(void *arg)
{
	struct overlap *o = arg;
	struct frame *batch = NULL;

	do
		o->rc = read_batch(o->c, o->in, &batch, &o->e);
	while (o->rc == 1 && relay_put(&o->relay, batch));
	relay_close(&o->relay);
}

int
ahead_next(struct ctx *c, struct in_state *in, struct frame **batch, struct err *e)
{
	struct overlap *o = in->ahead;
	int rc;

	if (!o)
		o = in->ahead = overlap_new(c, in, NULL);
	if (!o->thread.begun) {
		rc = read_batch(c, in, batch, e);
		if (rc == 1)
			overlap_count(o, *batch, read_on);
		return rc;
	}
	*batch = relay_take(&o->relay);
	if (*batch)
		return 1;
	if (o->rc < 0)
		*e = o->e;
	return o->rc;
}

void
ahead_close(struct in_state *in)
{
	overlap_free(in->ahead);
	in->ahead = NULL;
}

/* --- outputs ------------------------------------------------------------------------------------- */

static void
write_on(void *arg)
{
	struct overlap *o = arg;
	struct frame *batch;

	while (o->rc == 0 && (batch = relay_take(&o->relay))) {
		o->rc = ctx_put_table(o->c, o->out, batch, &o->e);
		frame_unref(batch);
	}
	relay_close(&o->relay);
}

int
behind_put(struct ctx *c, struct out_state *out, struct frame *batch, struct err *e)
{
	struct overlap *o = out->behind;

	if (!o)
		o = out->behind = overlap_new(c, NULL, out);
	if (!o->thread.begun)
		overlap_count(o, batch, write_on);
	if (!o->thread.begun)
		return ctx_put_table(c, out, batch, e);
	return relay_put(&o->relay, frame_ref(batch)) ? 0 : behind_end(out, e);
}

int
behind_end(struct out_state *out, struct err *e)
{
	struct overlap *o = out->behind;
	int rc;

	if (!o)
		return 0;
	overlap_end(o);
	rc = o->rc;
	if (rc < 0)
		*e = o->e;
	return rc;
}

void
behind_close(struct out_state *out)
{
	overlap_free(out->behind);
	out->behind = NULL;
}
