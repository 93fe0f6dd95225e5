/* SPDX-License-Identifier: Apache-2.0
 * Export through Arrow's C Data Interface: a struct array whose children point into the frame.
 *
 * The consumer may take children out of their parent and release them later, so each child counts
 * the frame for itself; a parent releases the children that are still in it. */
#include "frame/inside.h"

#include <stdlib.h>

/* What a child keeps. */
struct child_data {
	struct frame *frame; /* counted */
	const void *buffers[PARTS];
};

static const char *
format_of(enum mlf_type type)
{
	static const char *const formats[] = {
		[MLF_BOOL] = "b",
		[MLF_I64] = "l",
		[MLF_F64] = "g",
		[MLF_UTF8] = "u",
		[MLF_TIMESTAMP] = "tsu:UTC",
	};

	return formats[type];
}

/* --- schemas ------------------------------------------------------------------------------------- */

static void
schema_release(struct ArrowSchema *s)
{
	for (int64_t i = 0; i < s->n_children; i++) {
		if (s->children[i]->release)
			s->children[i]->release(s->children[i]);
		free(s->children[i]);
	}
	free(s->children);
	free(s->private_data);
	s->release = NULL;
}

/* private_data is the name: the one thing that is not constant. */
static void
schema_fill(struct ArrowSchema *s, const char *format, const char *name, int64_t flags)
{
	char *copy = mem_strdup(name);

	*s = (struct ArrowSchema){.format = format,
		.name = copy,
		.flags = flags,
		.release = schema_release,
		.private_data = copy};
}

static void
schema_export(const struct frame *f, struct ArrowSchema *s)
{
	schema_fill(s, "+s", "", 0);
	s->n_children = f->n;
	s->children = mem_alloc((size_t)f->n * sizeof(*s->children));
	for (int i = 0; i < f->n; i++) {
		const struct column *c = &f->cols[i].c;

		s->children[i] = mem_alloc(sizeof(*s->children[i]));
		schema_fill(s->children[i], format_of(c->type), c->name, ARROW_FLAG_NULLABLE);
	}
}

/* --- arrays -------------------------------------------------------------------------------------- */

static void
child_release(struct ArrowArray *a)
{
	struct child_data *d = a->private_data;

	frame_unref(d->frame);
	free(d);
	a->release = NULL;
}

static void
child_fill(struct ArrowArray *a, struct frame *f, const struct column *c)
{
	struct child_data *d = mem_alloc(sizeof(*d));

	d->frame = frame_ref(f);
	d->buffers[VALID] = c->valid;
	d->buffers[DATA] = c->data;
	d->buffers[BYTES] = c->bytes;
	*a = (struct ArrowArray){.length = c->n,
		.null_count = c->nulls,
		.offset = c->off,
		.n_buffers = c->type == MLF_UTF8 ? 3 : 2,
		.buffers = d->buffers,
		.release = child_release,
		.private_data = d};
}

static void
parent_release(struct ArrowArray *a)
{
	for (int64_t i = 0; i < a->n_children; i++) {
		if (a->children[i]->release)
			a->children[i]->release(a->children[i]);
		free(a->children[i]);
	}
	free(a->children);
	free(a->private_data);
	a->release = NULL;
}

/* The parent's one buffer, its validity bitmap, is absent. */
static void
array_export(struct frame *f, struct ArrowArray *a)
{
	const void **buffers = mem_alloc(sizeof(*buffers));

	*a = (struct ArrowArray){.length = f->rows,
		.n_buffers = 1,
		.n_children = f->n,
		.buffers = buffers,
		.release = parent_release,
		.private_data = buffers};
	a->children = mem_alloc((size_t)f->n * sizeof(*a->children));
	for (int i = 0; i < f->n; i++) {
		a->children[i] = mem_alloc(sizeof(*a->children[i]));
		child_fill(a->children[i], f, frame_column(f, i));
	}
}

void
arrow_export(struct mlf_frame *mf, struct ArrowSchema *schema, struct ArrowArray *array)
{
	struct frame *f = frame_of(mf);

	schema_export(f, schema);
	array_export(f, array);
}
