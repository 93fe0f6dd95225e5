/* SPDX-License-Identifier: Apache-2.0
 * What `contract infer` sees of a table in one pass by batches. Kept are: of a text column its first 21
 * different values; of integers and texts 8 bytes a row, up to a million rows, to see whether they are
 * unique; and of numbers 8 bytes a row if their distribution is asked for. */
#include "cmd/infer.h"

#include <math.h>

static void
note_key(struct column_facts *f, uint64_t key)
{
	if (f->n_keys > KEY_ROWS)
		return;
	f->keys = mem_grow(f->keys, &f->cap_keys, f->n_keys + 1, sizeof(*f->keys));
	f->keys[f->n_keys++] = key;
}

static void
note_member(struct column_facts *f, const char *s)
{
	size_t i = 0;

	while (i < f->n_set && !str_eq(f->set[i], s))
		i++;
	if (i == f->n_set && i <= SET_MAX)
		f->set[f->n_set++] = mem_strdup(s);
	if (i <= SET_MAX)
		f->set_rows[i]++;
}

static void
note_text(struct column_facts *f, const char *s)
{
	int64_t chars = 0;
	uint64_t hash = 1469598103934665603u; /* FNV-1a */

	for (const char *c = s; *c; c++) {
		chars += ((unsigned char)*c & 0xC0) != 0x80;
		hash = (hash ^ (unsigned char)*c) * 1099511628211u;
	}
	f->longest = chars > f->longest ? chars : f->longest;
	note_key(f, hash);
	note_member(f, s);
}

static void
note_value(const struct facts *all, struct column_facts *f, double v)
{
	if (!all->distribution)
		return;
	f->values = mem_grow(f->values, &f->cap_values, f->n_values + 1, sizeof(*f->values));
	f->values[f->n_values++] = v;
}

/* How many decimals the value needs, if more than those before it did. */
static void
note_decimals(struct column_facts *f, double v)
{
	static const double tens[] = {1, 10, 100, 1000, 10000};

	for (; f->decimals <= 4; f->decimals++) {
		double x = v * tens[f->decimals];

		if (fabs(x - nearbyint(x)) <= 1e-9 * (fabs(x) > 1.0 ? fabs(x) : 1.0))
			return;
	}
}

static void
note_number(const struct facts *all, struct column_facts *f, double v)
{
	if (isnan(v))
		return;
	f->min_f = !f->any || v < f->min_f ? v : f->min_f;
	f->max_f = !f->any || v > f->max_f ? v : f->max_f;
	f->whole = (!f->any || f->whole) && v == floor(v) && fabs(v) < 1e15;
	f->any = true;
	note_decimals(f, v);
	note_value(all, f, v);
}

static void
note_integer(const struct facts *all, struct column_facts *f, int64_t v)
{
	uint64_t x = v < 0 ? 0 - (uint64_t)v : (uint64_t)v, y = f->step;

	f->min_i = !f->any || v < f->min_i ? v : f->min_i;
	f->max_i = !f->any || v > f->max_i ? v : f->max_i;
	f->days = (!f->any || f->days) && v % INT64_C(86400000000) == 0;
	f->any = true;
	while (y) { /* Euclid's */
		uint64_t rest = x % y;

		x = y;
		y = rest;
	}
	f->step = x;
	note_key(f, (uint64_t)v);
	if (f->type == MLF_I64)
		note_value(all, f, (double)v);
}

static void
note_column(const struct facts *all, struct column_facts *f, const struct column *c)
{
	struct str text = {0};

	f->type = c->type;
	for (int64_t i = 0; i < c->n; i++) {
		if (column_null(c, i)) {
			f->nulls++;
		} else if (c->type == MLF_F64) {
			note_number(all, f, ((const double *)c->data)[c->off + i]);
		} else if (c->type == MLF_I64 || c->type == MLF_TIMESTAMP) {
			note_integer(all, f, ((const int64_t *)c->data)[c->off + i]);
		} else {
			str_reset(&text);
			(void)column_show(c, i, &text);
			if (c->type == MLF_UTF8)
				note_text(f, str_text(&text));
			else
				note_member(f, str_text(&text));
		}
	}
	f->n += c->n;
	str_fini(&text);
}

static void
note_batch(void *arg, const struct frame *batch)
{
	struct facts *all = arg;

	if (!all->v) {
		all->n = frame_columns(batch);
		all->v = mem_alloc(((size_t)all->n + 1) * sizeof(*all->v));
		for (int i = 0; i < all->n; i++)
			all->v[i].name = mem_strdup(frame_column(batch, i)->name);
	}
	for (int i = 0; i < all->n; i++)
		note_column(all, &all->v[i], frame_column(batch, i));
	all->rows += frame_rows(batch);
}

static int
by_key(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* Texts of which two hashes are equal are not proposed as keys: that is as good as never. */
static void
find_unique(struct column_facts *f)
{
	bool whole = f->type == MLF_I64 || f->type == MLF_UTF8;

	if (!whole || f->nulls || f->n_keys < SET_ROWS || f->n_keys > KEY_ROWS)
		return;
	qsort(f->keys, f->n_keys, sizeof(*f->keys), by_key);
	f->unique = true;
	for (size_t i = 1; i < f->n_keys && f->unique; i++)
		f->unique = f->keys[i] != f->keys[i - 1];
}

int
each_batch(struct app *a, const struct judged *one,
	void (*see)(void *arg, const struct frame *batch), void *arg, struct err *e)
{
	struct segs *segs = segs_new(SEGS_PRIVATE, 1);
	struct arena arena = {0};
	struct reader *r = NULL;
	struct frame *batch;
	int rc = table_open(a, one, segs, &arena, &r, e);

	if (rc == 0)
		while ((rc = reader_next(r, &batch, e)) == 1) {
			see(arg, batch);
			frame_unref(batch);
		}
	reader_close(r);
	segs_free(segs);
	arena_fini(&arena);
	return rc;
}

int
facts_read(struct app *a, const struct dataset *d, struct facts *out, struct err *e)
{
	const struct judged one = {.d = d};

	if (app_store(a, STORE_READ, e) < 0 || each_batch(a, &one, note_batch, out, e) < 0)
		return -1;
	for (int i = 0; i < out->n; i++)
		find_unique(&out->v[i]);
	return 0;
}

void
facts_fini(struct facts *all)
{
	for (int i = 0; i < all->n; i++) {
		free(all->v[i].name);
		free(all->v[i].keys);
		free(all->v[i].values);
		for (size_t k = 0; k < all->v[i].n_set; k++)
			free(all->v[i].set[k]);
	}
	free(all->v);
	arena_fini(&all->arena);
}
