/* SPDX-License-Identifier: Apache-2.0
 * Reading: batch after batch, in slices of as many rows as the host wants at once, with the types that
 * are expected.
 *
 * The file has its types. What is expected goes before them where no value is lost: whole numbers as
 * floats, and floats that are whole (as pandas makes them of integers with nulls) as whole numbers. Any
 * other column stays what it is, and whoever expected something else is told so by the contract. */
#include "catalog/arrow.h"

#include <math.h>

#define EXACT (INT64_C(1) << 53)

struct reader {
	struct arrow_file file;
	struct arrow_schema schema;
	enum mlf_type *types; /* owned: what the columns are read as */
	bool casts;           /* one of them is not what the file has */
	struct arrow_slicer *slicer;
	struct arrow_batch batch;
	int64_t used; /* rows of the batch that were given */
	int64_t rows; /* of the table, so far */
	bool begun;
};

/* --- opening ------------------------------------------------------------------------------------- */

static bool
is_number(enum mlf_type type)
{
	return type == MLF_I64 || type == MLF_F64;
}

static void
take_types(struct mlf_dataset_host *h, struct reader *r)
{
	r->types = mem_alloc(r->schema.n * sizeof(*r->types));
	for (size_t i = 0; i < r->schema.n; i++) {
		enum mlf_type has = r->schema.v[i].kind->type;
		enum mlf_type want = mlf_expected(h, r->schema.v[i].name);
		bool casts = want != has && is_number(want) && is_number(has);

		r->types[i] = casts ? want : has;
		r->casts |= casts;
	}
}

int
arrow_read_open(struct mlf_dataset_host *h, void **state)
{
	struct reader *r = mem_alloc(sizeof(*r));

	if (arrow_file_open(&r->file, h, &r->schema) < 0) {
		arrow_read_close(r);
		return -1;
	}
	take_types(h, r);
	r->slicer = arrow_slicer_new(&r->file, &r->schema);
	*state = r;
	return 0;
}

void
arrow_read_close(void *state)
{
	struct reader *r = state;

	arrow_slicer_free(r->slicer);
	arrow_batch_fini(&r->batch);
	free(r->types);
	arrow_schema_fini(&r->schema);
	arrow_file_fini(&r->file);
	free(r);
}

/* --- types that are expected --------------------------------------------------------------------- */

static int
unfit(struct reader *r, size_t i, int64_t row, const char *value)
{
	return arrow_fail(r->file.h, r->rows + row + 1,
		"correct the value, or what is expected of the column",
		"column `%s`: %s is expected, and %s is none exactly", r->schema.v[i].name,
		type_name(r->types[i]), value);
}

static int
as_f64(struct reader *r, size_t i, struct mlf_frame *f, struct mlf_builder *b)
{
	const char *name = r->schema.v[i].name;
	struct mlf_i64s from = mlf_i64(f, name);
	double *to = mlf_new_f64(b, name, from.n);
	struct str text = {0};
	int rc = 0;

	for (int64_t row = 0; rc == 0 && row < from.n; row++)
		if (mlf_is_null(from.valid, from.off, row)) {
			mlf_set_null(b, name, row);
		} else if (from.v[row] < -EXACT || from.v[row] > EXACT) {
			str_addf(&text, "%lld", (long long)from.v[row]);
			rc = unfit(r, i, row, str_text(&text));
		} else {
			to[row] = (double)from.v[row];
		}
	str_fini(&text);
	return rc;
}

/* Of 64 bits; so neither NaN nor an infinity. */
static bool
is_whole(double v)
{
	return v >= -0x1p63 && v < 0x1p63 && v == trunc(v);
}

static int
as_i64(struct reader *r, size_t i, struct mlf_frame *f, struct mlf_builder *b)
{
	const char *name = r->schema.v[i].name;
	struct mlf_f64s from = mlf_f64(f, name);
	int64_t *to = mlf_new_i64(b, name, from.n);
	struct str text = {0};
	int rc = 0;

	for (int64_t row = 0; rc == 0 && row < from.n; row++)
		if (mlf_is_null(from.valid, from.off, row)) {
			mlf_set_null(b, name, row);
		} else if (!is_whole(from.v[row])) {
			str_add_f64(&text, from.v[row]);
			rc = unfit(r, i, row, str_text(&text));
		} else {
			to[row] = (int64_t)from.v[row];
		}
	str_fini(&text);
	return rc;
}

/* The columns that are as expected are taken over, the others made anew. */
static int
cast(struct reader *r, struct mlf_frame *f, struct mlf_frame **out)
{
	struct mlf_builder *b = mlf_batch(r->file.h);

	for (size_t i = 0; i < r->schema.n; i++) {
		const struct arrow_column *c = &r->schema.v[i];
		int rc = 0;

		if (r->types[i] == c->kind->type)
			mlf_graft(b, f, c->name, c->name);
		else
			rc = r->types[i] == MLF_F64 ? as_f64(r, i, f, b) : as_i64(r, i, f, b);
		if (rc < 0)
			return -1;
	}
	*out = mlf_finish(b);
	return 0;
}

/* --- batches ------------------------------------------------------------------------------------- */

/* The next batch with rows: 1, 0 at the end, -1. */
static int
next_batch(struct reader *r)
{
	struct fb_table t;
	int rc;

	r->used = r->batch.rows = 0;
	while (r->batch.rows == 0) {
		rc = arrow_file_next(&r->file, &t);
		if (rc == 1 && arrow_batch_read(&r->file, &t, &r->schema, &r->batch) < 0)
			rc = -1;
		if (rc <= 0)
			return rc;
	}
	return 1;
}

int
arrow_read_next(struct mlf_dataset_host *h, void *state, struct mlf_frame **batch)
{
	struct reader *r = state;
	struct mlf_frame *f;
	int64_t n;
	int rc;

	*batch = NULL;
	if (r->used == r->batch.rows && (rc = next_batch(r)) <= 0) {
		r->batch.rows = 0;
		if (rc < 0 || r->begun)
			return rc;
	}
	if (!r->batch.places) /* of no rows */
		r->batch.places = mem_alloc(r->schema.n * sizeof(*r->batch.places));
	n = r->batch.rows - r->used < h->batch_rows ? r->batch.rows - r->used : h->batch_rows;
	if (arrow_slice(r->slicer, &r->batch, r->used, n, r->rows + 1, &f) < 0)
		return -1;
	n = mlf_rows(f);
	if (r->casts && cast(r, f, &f) < 0)
		return -1;
	r->begun = true;
	r->used += n;
	r->rows += n;
	*batch = f;
	return 0;
}
