/* SPDX-License-Identifier: Apache-2.0
 * Batches into the stage (postgres.h draws it): rows in the server's own binary form, so that a commit
 * only passes them on. */
#include "datasets/postgres/postgres.h"

#include <stdlib.h>
#include <string.h>

#define FULL 65536

struct view {
	enum mlf_type type;
	struct mlf_f64s f;
	struct mlf_i64s i;
	struct mlf_bools b;
	struct mlf_strs s;
	const uint8_t *valid;
	int64_t off;
	const char *name;
};

struct writer {
	struct options o;
	struct text out;      /* what is not yet with the host */
	struct view *columns; /* owned */
	int n;
	int64_t rows;
};

/* --- bytes --------------------------------------------------------------------------------------- */

static void
add_number(struct text *t, uint64_t v, int n)
{
	char bytes[8];

	for (int i = 0; i < n; i++)
		bytes[i] = (char)(v >> 8 * (n - 1 - i));
	text_addn(t, bytes, (size_t)n);
}

static void
add_counted(struct text *t, const char *s)
{
	add_number(t, strlen(s), 4);
	text_add(t, s);
}

static int
flush(struct mlf_dataset_host *h, struct writer *w)
{
	int rc = mlf_write(h, w->out.s, w->out.n);

	w->out.n = 0;
	return rc;
}

/* --- the head ------------------------------------------------------------------------------------ */

static void
add_list(struct text *t, const char *name, const char *more)
{
	text_add(t, t->n ? ", " : "");
	text_add_name(t, name);
	text_add(t, more);
}

static int
check_columns(struct mlf_dataset_host *h, const struct writer *w, struct mlf_frame *f)
{
	struct text text = {0};
	size_t found = 0;
	int rc;

	for (int i = 0; i < w->n && !text.n; i++) {
		const char *name = mlf_column_name(f, i);

		found += texts_have(&w->o.key, name);
		if (!*name || strlen(name) > NAME_BYTES)
			text_addf(&text,
				"the server takes no column called `%s`: names have 1 to 63 bytes",
				name);
	}
	if (!w->n)
		text_add(&text, "a table without columns cannot be written");
	if (!text.n && found == w->o.key.n)
		return 0;
	if (!text.n)
		text_add(&text, "`key` names a column that is not written");
	rc = say(h, 0, text.s, "rename it in the node, or correct `save_args`");
	text_fini(&text);
	return rc;
}

static int
begin(struct mlf_dataset_host *h, struct writer *w, struct mlf_frame *f)
{
	struct text keys = {0}, columns = {0}, decls = {0}, decl = {0};

	w->n = mlf_columns(f);
	if (check_columns(h, w, f) < 0)
		return -1;
	w->columns = get_memory((size_t)w->n * sizeof(*w->columns));
	for (size_t i = 0; i < w->o.key.n; i++)
		add_list(&keys, w->o.key.v[i], "");
	for (int i = 0; i < w->n; i++) {
		const char *name = mlf_column_name(f, i);

		decl.n = 0;
		text_addf(&decl, " %s%s", type_decl(mlf_column_type(f, i)),
			texts_have(&w->o.key, name) ? " NOT NULL" : "");
		add_list(&columns, name, "");
		add_list(&decls, name, decl.s);
	}
	const char *const fields[] = {
		w->o.schema, w->o.table, w->o.mode, text_of(&keys), columns.s, decls.s};

	text_add(&w->out, STAGE_MAGIC);
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		add_counted(&w->out, fields[i]);
	add_number(&w->out, (uint64_t)w->n, 4);
	for (int i = 0; i < w->n; i++) {
		add_counted(&w->out, mlf_column_name(f, i));
		add_number(&w->out, type_oid(mlf_column_type(f, i)), 4);
		add_number(&w->out, texts_have(&w->o.key, mlf_column_name(f, i)), 4);
	}
	text_addn(&w->out, "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", 19);
	text_fini(&keys);
	text_fini(&columns);
	text_fini(&decls);
	text_fini(&decl);
	return 0;
}

/* --- rows ---------------------------------------------------------------------------------------- */

static void
look_at(struct view *c, struct mlf_frame *f, int i)
{
	c->name = mlf_column_name(f, i);
	c->type = mlf_column_type(f, i);
	switch (c->type) {
	case MLF_BOOL:
		c->b = mlf_bool(f, c->name);
		c->valid = c->b.valid;
		c->off = c->b.off;
		break;
	case MLF_F64:
		c->f = mlf_f64(f, c->name);
		c->valid = c->f.valid;
		c->off = c->f.off;
		break;
	case MLF_UTF8:
		c->s = mlf_utf8(f, c->name);
		c->valid = c->s.valid;
		c->off = c->s.off;
		break;
	case MLF_I64:
	case MLF_TIMESTAMP:
		c->i = c->type == MLF_I64 ? mlf_i64(f, c->name) : mlf_timestamp(f, c->name);
		c->valid = c->i.valid;
		c->off = c->i.off;
		break;
	}
}

static int
unfit(struct mlf_dataset_host *h, const struct writer *w, const struct view *c, const char *why)
{
	struct text text = {0};
	int rc;

	text_addf(&text, "column `%s`: %s", c->name, why);
	rc = say(h, w->rows, text.s, "correct the value in the node that writes it");
	text_fini(&text);
	return rc;
}

static int
add_value(struct mlf_dataset_host *h, struct writer *w, const struct view *c, int64_t row)
{
	struct text *t = &w->out;
	struct mlf_str s;
	uint64_t bits;
	int64_t v;

	if (mlf_is_null(c->valid, c->off, row)) {
		add_number(t, UINT32_MAX, 4);
		return 0;
	}
	switch (c->type) {
	case MLF_BOOL:
		add_number(t, 1, 4);
		add_number(t, mlf_bool_at(&c->b, row), 1);
		return 0;
	case MLF_F64:
		memcpy(&bits, &c->f.v[row], sizeof(bits));
		add_number(t, 8, 4);
		add_number(t, bits, 8);
		return 0;
	case MLF_I64:
	case MLF_TIMESTAMP:
		v = c->i.v[row];
		if (c->type == MLF_TIMESTAMP && __builtin_sub_overflow(v, EPOCH_US, &v))
			return unfit(h, w, c, "the server's time does not reach back so far");
		add_number(t, 8, 4);
		add_number(t, (uint64_t)v, 8);
		return 0;
	case MLF_UTF8: break;
	}
	s = mlf_str_at(&c->s, row);
	if (s.len && memchr(s.s, 0, (size_t)s.len))
		return unfit(h, w, c, "a text of the server cannot have a NUL in it");
	add_number(t, (uint64_t)s.len, 4);
	text_addn(t, s.s, (size_t)s.len);
	return 0;
}

static int
add_row(struct mlf_dataset_host *h, struct writer *w, int64_t row)
{
	w->rows++;
	add_number(&w->out, (uint64_t)w->n, 2);
	for (int i = 0; i < w->n; i++)
		if (add_value(h, w, &w->columns[i], row) < 0)
			return -1;
	return w->out.n < FULL ? 0 : flush(h, w);
}

/* --- the type's calls ------------------------------------------------------------------------------ */

static void
writer_free(struct writer *w)
{
	options_fini(&w->o);
	text_fini(&w->out);
	free(w->columns);
	free(w);
}

int
pg_write_open(struct mlf_dataset_host *h, void **state)
{
	struct writer *w = get_memory(sizeof(*w));

	if (options_get(h, &w->o) < 0)
		goto bad;
	if (w->o.table) {
		*state = w;
		return 0;
	}
	(void)mlf_option_fail(h, "", "query", "a query is read, never written",
		"give the dataset a `table` instead");
bad:
	writer_free(w);
	return -1;
}

int
pg_write_next(struct mlf_dataset_host *h, void *state, struct mlf_frame *batch)
{
	struct writer *w = state;
	int64_t rows = mlf_rows(batch);

	if (!w->columns && begin(h, w, batch) < 0)
		return -1;
	for (int i = 0; i < w->n; i++)
		look_at(&w->columns[i], batch, i);
	for (int64_t row = 0; row < rows; row++)
		if (add_row(h, w, row) < 0)
			return -1;
	return 0;
}

int
pg_write_end(struct mlf_dataset_host *h, void *state, bool ok)
{
	struct writer *w = state;
	int rc = 0;

	if (ok) {
		add_number(&w->out, UINT16_MAX, 2);
		rc = flush(h, w);
	}
	writer_free(w);
	return rc;
}
