/* SPDX-License-Identifier: Apache-2.0
 * Batches as one JSON object a line, which reads back as the same frame. Every line has every column,
 * in order, null where it is null; so a reader learns the columns from the first line. */
#include "catalog/jsonl.h"

#include <math.h>
#include <string.h>

#define BUFFER ((size_t)256 << 10)

union column_view {
	struct mlf_f64s f;
	struct mlf_i64s i;
	struct mlf_bools b;
	struct mlf_strs s;
};

struct write_column {
	struct str key; /* `"name":`, as JSON */
	enum mlf_type type;
	union column_view view;
	const uint8_t *valid;
	int64_t off;
};

struct writer {
	struct str out;
	struct write_column *columns; /* owned */
	size_t n;
	int64_t rows;
};

static int
fail(struct mlf_dataset_host *h, const struct writer *w, const char *text)
{
	struct mlf_data_fault fault = {.row = w->rows, .text = text};

	return mlf_data_fail(h, &fault);
}

static int
flush(struct mlf_dataset_host *h, struct writer *w)
{
	int rc = w->out.len ? mlf_write(h, w->out.s, w->out.len) : 0;

	str_reset(&w->out);
	return rc;
}

/* --- columns ------------------------------------------------------------------------------------- */

static void
add_text(struct str *out, const char *s, size_t n)
{
	struct jw w;

	jw_init(&w, out);
	jw_strn(&w, s, n);
}

static int
take_columns(struct mlf_dataset_host *h, struct writer *w, struct mlf_frame *f)
{
	w->n = (size_t)mlf_columns(f);
	if (w->n == 0 || w->n > JSONL_COLUMNS_MAX)
		return fail(h, w, "a jsonl file holds 1 to 4,096 columns");
	w->columns = mem_alloc(w->n * sizeof(*w->columns));
	for (size_t i = 0; i < w->n; i++) {
		const char *name = mlf_column_name(f, (int)i);

		if (!value_is_utf8(name, strlen(name)))
			return fail(h, w, "the name of a column is not UTF-8");
		str_addc(&w->columns[i].key, i ? ',' : '{');
		add_text(&w->columns[i].key, name, strlen(name));
		str_addc(&w->columns[i].key, ':');
	}
	return 0;
}

static void
view(struct write_column *c, struct mlf_frame *f, int i)
{
	const char *name = mlf_column_name(f, i);

	c->type = mlf_column_type(f, i);
	switch (c->type) {
	case MLF_BOOL:
		c->view.b = mlf_bool(f, name);
		c->valid = c->view.b.valid;
		c->off = c->view.b.off;
		break;
	case MLF_F64:
		c->view.f = mlf_f64(f, name);
		c->valid = c->view.f.valid;
		c->off = c->view.f.off;
		break;
	case MLF_UTF8:
		c->view.s = mlf_utf8(f, name);
		c->valid = c->view.s.valid;
		c->off = c->view.s.off;
		break;
	case MLF_I64:
	case MLF_TIMESTAMP:
		c->view.i = c->type == MLF_I64 ? mlf_i64(f, name) : mlf_timestamp(f, name);
		c->valid = c->view.i.valid;
		c->off = c->view.i.off;
		break;
	}
}

/* --- values -------------------------------------------------------------------------------------- */

static void
add_f64(struct str *out, double v)
{
	char text[VALUE_MAX];

	if (isfinite(v))
		str_addn(out, text, value_write_f64(text, v));
	else
		str_add(out, isnan(v) ? "\"NaN\"" : v > 0 ? "\"Infinity\"" : "\"-Infinity\"");
}

static int
add_value(struct mlf_dataset_host *h, struct writer *w, const struct write_column *c, int64_t i)
{
	char text[VALUE_MAX];
	struct mlf_str s;

	switch (c->type) {
	case MLF_BOOL: str_add(&w->out, mlf_bool_at(&c->view.b, i) ? "true" : "false"); break;
	case MLF_F64: add_f64(&w->out, c->view.f.v[i]); break;
	case MLF_I64: str_addn(&w->out, text, value_write_i64(text, c->view.i.v[i])); break;
	case MLF_TIMESTAMP:
		str_addc(&w->out, '"');
		str_addn(&w->out, text, value_write_timestamp(text, c->view.i.v[i]));
		str_addc(&w->out, '"');
		break;
	case MLF_UTF8:
		s = mlf_str_at(&c->view.s, i);
		if (!value_is_utf8(s.s, (size_t)s.len))
			return fail(h, w, "a text is not UTF-8, which JSON cannot hold");
		add_text(&w->out, s.len ? s.s : "", (size_t)s.len);
		break;
	}
	return 0;
}

static int
add_row(struct mlf_dataset_host *h, struct writer *w, int64_t row)
{
	size_t start = w->out.len;

	w->rows++;
	for (size_t i = 0; i < w->n; i++) {
		const struct write_column *c = &w->columns[i];

		str_addn(&w->out, c->key.s, c->key.len);
		if (mlf_is_null(c->valid, c->off, row))
			str_add(&w->out, "null");
		else if (add_value(h, w, c, row) < 0)
			return -1;
	}
	if (w->out.len - start > JSONL_LINE_MAX)
		return fail(h, w, "a line would be larger than 64 MiB and could not be read back");
	str_add(&w->out, "}\n");
	return w->out.len < BUFFER ? 0 : flush(h, w);
}

/* --- the type's calls ------------------------------------------------------------------------------ */

int
jsonl_write_open(struct mlf_dataset_host *h, void **state)
{
	(void)h;
	*state = mem_alloc(sizeof(struct writer));
	return 0;
}

int
jsonl_write_next(struct mlf_dataset_host *h, void *state, struct mlf_frame *batch)
{
	int64_t rows = mlf_rows(batch);
	struct writer *w = state;

	if (!w->columns && take_columns(h, w, batch) < 0)
		return -1;
	for (size_t i = 0; i < w->n; i++)
		view(&w->columns[i], batch, (int)i);
	for (int64_t i = 0; i < rows; i++)
		if (add_row(h, w, i) < 0)
			return -1;
	return 0;
}

int
jsonl_write_end(struct mlf_dataset_host *h, void *state, bool ok)
{
	struct writer *w = state;
	int rc = ok ? flush(h, w) : 0;

	for (size_t i = 0; w->columns && i < w->n; i++)
		str_fini(&w->columns[i].key);
	free(w->columns);
	str_fini(&w->out);
	free(w);
	return rc;
}
