/* SPDX-License-Identifier: Apache-2.0
 * Rows of a CSV file as batches of typed columns.
 *
 *	header --> each column has a type (dtype, else what is expected) ---------------.
 *	             |  one has none                                                    |
 *	             v                                                                  v
 *	           sample: up to 65,536 rows kept as text --> inferred --> converted, and so is
 *	                                                                   each later row
 *
 * A type that was inferred is a promise too: a later value that does not fit is an error, never a
 * silent change of type. */
#include "catalog/csv.h"

#include <string.h>

#define SAMPLE_ROWS 65536
#define SAMPLE_BYTES (INT64_C(64) << 20)
#define CELL_NULL UINT32_MAX

struct csv_column {
	const char *name; /* arena */
	enum mlf_type type;
	bool inferred;
	unsigned looks;
};

struct cell {
	uint32_t at, n; /* in text; n CELL_NULL: null */
};

/* Rows as text, until the types are known. */
struct sample {
	struct str text;
	struct cell *cells; /* owned; row by row */
	size_t n, cells_cap;
	int64_t *lines; /* owned; where each row begins */
	size_t rows, lines_cap;
	size_t used; /* rows converted so far */
};

struct csv {
	struct mlf_dataset_host *h; /* borrowed */
	struct csv_options o;
	struct csv_rows *rows;
	struct csv_column *columns; /* arena */
	size_t n;
	struct sample sample;
	struct csv_field *fields; /* arena: one row of the sample */
	struct csv_row row;       /* the one in hand */
	bool given;               /* there was a batch */
	struct arena mem;
};

/* Bytes of a row, for the limits: its text, and what the columns take. */
static int64_t
row_bytes(const struct csv_row *row)
{
	int64_t n = 0;

	for (size_t i = 0; i < row->n; i++)
		n += (int64_t)row->v[i].n;
	return n + 8 * (int64_t)row->n;
}

/* --- failures ------------------------------------------------------------------------------------ */

static int
fail(struct csv *c, const char *text, const char *advice)
{
	struct mlf_data_fault fault = {
		.row = c->row.row,
		.line = c->row.line,
		.text = text,
		.advice = advice,
	};

	return mlf_data_fail(c->h, &fault);
}

/* A value as a message shows it: not too long, and never half a character. */
static void
add_value(struct str *to, const char *s, size_t n)
{
	size_t shown = n < 40 ? n : 40;
	struct str brief = {0};

	while (shown < n && shown > 0 && (s[shown] & 0xC0) == 0x80)
		shown--;
	str_addn(&brief, s, shown);
	str_addc(to, '`');
	term_add_safe(to, str_text(&brief));
	str_add(to, shown < n ? "...`" : "`");
	str_fini(&brief);
}

static const char *
is_none_of(enum mlf_type type)
{
	switch (type) {
	case MLF_BOOL: return "is neither true nor false";
	case MLF_I64: return "is no whole number of 64 bits (int64)";
	case MLF_F64: return "is no number (float64)";
	case MLF_TIMESTAMP: return "is no ISO 8601 date or time (timestamp)";
	case MLF_UTF8: break;
	}
	return "is not UTF-8";
}

static int
fail_value(struct csv *c, const struct csv_column *col, const struct csv_field *f)
{
	struct str text = {0}, advice = {0};
	enum mlf_type wider = csv_infer(col->looks | csv_looks_like(f->s, f->n));
	int rc;

	str_addf(&text, "column `%s`: ", col->name);
	add_value(&text, f->s, f->n);
	str_addf(&text, " %s", is_none_of(col->type));
	if (col->type == MLF_UTF8)
		str_add(&advice, "convert the file, from Latin-1 with: iconv -f LATIN1 -t UTF-8");
	else if (col->inferred)
		str_addf(&advice,
			"%s was inferred from the rows before; declare the type in the catalog: "
			"load_args: {dtype: {%s: %s}}",
			type_name(col->type), col->name, type_name(wider));
	else
		str_addf(&advice, "the column is declared as %s: correct the value or the type",
			type_name(col->type));
	rc = fail(c, text.s, advice.s);
	str_fini(&text);
	str_fini(&advice);
	return rc;
}

static int
fail_ragged(struct csv *c)
{
	struct str text = {0};
	int rc;

	str_addf(&text, "%zu field%s, but the header names %zu column%s", c->row.n,
		c->row.n == 1 ? "" : "s", c->n, c->n == 1 ? "" : "s");
	rc = fail(c, text.s,
		c->row.n > c->n ? "a field that holds the separator must be quoted" : NULL);
	str_fini(&text);
	return rc;
}

/* --- the header ---------------------------------------------------------------------------------- */

static int
fail_name(struct csv *c, size_t i, const char *what)
{
	struct str text = {0};
	int rc;

	str_addf(&text, "column %zu of the header %s", i + 1, what);
	rc = fail(c, text.s, "each column needs a name of its own in the first line");
	str_fini(&text);
	return rc;
}

static enum mlf_type
type_for(struct csv *c, const char *name)
{
	intptr_t declared = (intptr_t)map_get(&c->o.types, name);

	if (declared)
		return (enum mlf_type)declared;
	return c->o.every ? c->o.every : mlf_expected(c->h, name);
}

static int
take_name(struct csv *c, struct map *seen, size_t i)
{
	const struct csv_field *f = &c->row.v[i];
	struct csv_column *col = &c->columns[i];
	struct str what = {0};
	int rc;

	if (!f->s || f->n == 0)
		return fail_name(c, i, "has no name");
	if (!value_is_utf8(f->s, f->n))
		return fail_name(c, i, "is not UTF-8");
	col->name = arena_strndup(&c->mem, f->s, f->n);
	if (map_has(seen, col->name)) {
		const struct csv_column *first = map_get(seen, col->name);

		str_addf(&what, "is called `%s`, like column %zu", col->name,
			(size_t)(first - c->columns) + 1);
		rc = fail_name(c, i, what.s);
		str_fini(&what);
		return rc;
	}
	map_put(seen, col->name, col);
	col->type = type_for(c, col->name);
	col->inferred = col->type == 0;
	return 0;
}

/* A type for a column that is not there is a mistake in the catalog. */
static int
check_dtype(struct csv *c, const struct map *seen)
{
	struct str text = {0}, advice = {0};
	int rc = 0;

	for (size_t i = 0; i < c->o.types.n && rc == 0; i++) {
		const char *name = c->o.types.keys[i], *near;

		if (map_has(seen, name))
			continue;
		near = map_near(seen, name);
		str_addf(&text, "`dtype` names column `%s`, which the file has not", name);
		if (near)
			str_addf(&advice, "did you mean `%s`?", near);
		rc = mlf_option_fail(c->h, "load_args", "dtype", text.s, advice.s);
	}
	str_fini(&text);
	str_fini(&advice);
	return rc;
}

static int
read_header(struct csv *c)
{
	struct map seen = {0};
	int rc = csv_rows_next(c->rows, &c->row);

	if (rc == 0)
		return fail(c, "the file is empty: it has not even a header",
			"write the names of the columns into the first line");
	if (rc < 0)
		return -1;
	c->n = c->row.n;
	c->columns = arena_alloc(&c->mem, c->n * sizeof(*c->columns));
	c->fields = arena_alloc(&c->mem, c->n * sizeof(*c->fields));
	rc = 0;
	for (size_t i = 0; i < c->n && rc == 0; i++)
		rc = take_name(c, &seen, i);
	if (rc == 0)
		rc = check_dtype(c, &seen);
	map_fini(&seen);
	return rc;
}

/* --- rows ---------------------------------------------------------------------------------------- */

/* Texts that stand for null become it. */
static void
apply_na(struct csv *c, struct csv_field *fields)
{
	struct str key = {0};

	for (size_t i = 0; i < c->n; i++) {
		fields[i] = c->row.v[i];
		if (!fields[i].s)
			continue;
		str_reset(&key);
		str_addn(&key, fields[i].s, fields[i].n);
		if (map_has(&c->o.na, str_text(&key)))
			fields[i] = (struct csv_field){0};
	}
	str_fini(&key);
	c->row.v = fields;
}

/* The next row of the file: 1, 0 or -1. */
static int
next_row(struct csv *c)
{
	int rc = csv_rows_next(c->rows, &c->row);

	if (rc != 1)
		return rc;
	if (c->row.n != c->n)
		return fail_ragged(c);
	if (c->o.na.n)
		apply_na(c, c->fields);
	return 1;
}

static void
keep(struct csv *c)
{
	struct sample *s = &c->sample;

	s->cells = mem_grow(s->cells, &s->cells_cap, s->n + c->n, sizeof(*s->cells));
	s->lines = mem_grow(s->lines, &s->lines_cap, s->rows + 1, sizeof(*s->lines));
	s->lines[s->rows++] = c->row.line;
	for (size_t i = 0; i < c->n; i++) {
		const struct csv_field *f = &c->row.v[i];
		struct csv_column *col = &c->columns[i];

		s->cells[s->n].at = (uint32_t)s->text.len;
		s->cells[s->n++].n = f->s ? (uint32_t)f->n : CELL_NULL;
		if (!f->s)
			continue;
		str_addn(&s->text, f->s, f->n);
		if (col->inferred)
			col->looks |= csv_looks_like(f->s, f->n);
	}
}

static int
infer(struct csv *c)
{
	int64_t bytes = 0;
	bool all = true;
	int rc = 1;

	for (size_t i = 0; i < c->n; i++)
		all &= !c->columns[i].inferred;
	while (!all && c->sample.rows < SAMPLE_ROWS && bytes < SAMPLE_BYTES) {
		rc = next_row(c);
		if (rc != 1)
			break;
		keep(c);
		bytes += row_bytes(&c->row);
	}
	for (size_t i = 0; i < c->n; i++)
		if (c->columns[i].inferred)
			c->columns[i].type = csv_infer(c->columns[i].looks);
	return rc < 0 ? -1 : 0;
}

/* The next row of the sample, as if it were read now. False after the last. */
static bool
next_kept(struct csv *c)
{
	struct sample *s = &c->sample;
	const struct cell *cells;

	if (s->used == s->rows)
		return false;
	cells = s->cells + s->used * c->n;
	for (size_t i = 0; i < c->n; i++)
		if (cells[i].n == CELL_NULL)
			c->fields[i] = (struct csv_field){0};
		else
			c->fields[i] =
				(struct csv_field){str_text(&s->text) + cells[i].at, cells[i].n};
	c->row.v = c->fields;
	c->row.n = c->n;
	c->row.line = s->lines[s->used++];
	c->row.row = (int64_t)s->used;
	return true;
}

static void
sample_fini(struct sample *s)
{
	str_fini(&s->text);
	free(s->cells);
	free(s->lines);
	*s = (struct sample){0};
}

/* --- values -------------------------------------------------------------------------------------- */

static bool
push_bool(struct mlf_builder *b, int i, const struct csv_field *f)
{
	bool yes = f->n == 4 && memcmp(f->s, "true", 4) == 0;

	if (!yes && !(f->n == 5 && memcmp(f->s, "false", 5) == 0))
		return false;
	mlf_push_bool(b, i, yes);
	return true;
}

/* 22.0 in a column that was declared to hold whole numbers: programs that have no nulls for integers
 * write them so. What a double holds exactly, and no fraction. */
static bool
whole_float(const struct csv_field *f, int64_t *out)
{
	const double limit = 9007199254740992.0; /* 2^53 */
	double v;

	if (!value_f64(f->s, f->n, &v) || !(v > -limit && v < limit))
		return false;
	*out = (int64_t)v;
	return (double)*out == v;
}

/* False if the value does not fit. */
static bool
push(struct mlf_builder *b, int i, const struct csv_column *col, const struct csv_field *f)
{
	int64_t whole;
	double number;

	switch (col->type) {
	case MLF_BOOL: return push_bool(b, i, f);
	case MLF_I64:
		if (!value_i64(f->s, f->n, &whole) && (col->inferred || !whole_float(f, &whole)))
			return false;
		if (col->inferred && csv_is_label(f->s, f->n))
			return false;
		mlf_push_i64(b, i, whole);
		return true;
	case MLF_F64:
		if (!value_f64(f->s, f->n, &number) || (col->inferred && csv_is_label(f->s, f->n)))
			return false;
		mlf_push_f64(b, i, number);
		return true;
	case MLF_TIMESTAMP:
		if (!value_timestamp(f->s, f->n, &whole))
			return false;
		mlf_push_i64(b, i, whole);
		return true;
	case MLF_UTF8: break;
	}
	if (!value_is_utf8(f->s, f->n))
		return false;
	mlf_push_str(b, i, f->s, (int64_t)f->n);
	return true;
}

static int
push_row(struct csv *c, struct mlf_builder *b)
{
	for (size_t i = 0; i < c->n; i++) {
		const struct csv_field *f = &c->row.v[i];

		if (!f->s)
			mlf_push_null(b, (int)i);
		else if (!push(b, (int)i, &c->columns[i], f))
			return fail_value(c, &c->columns[i], f);
	}
	return 0;
}

/* Rows into the builder, up to the limits of a batch: how many, or -1. */
static int64_t
fill(struct csv *c, struct mlf_builder *b)
{
	int64_t rows = 0, bytes = 0;
	int rc;

	while (rows < c->h->batch_rows && bytes < c->h->batch_bytes) {
		rc = next_kept(c) ? 1 : next_row(c);
		if (rc == 0)
			break;
		if (rc < 0 || push_row(c, b) < 0)
			return -1;
		rows++;
		bytes += row_bytes(&c->row);
	}
	if (c->sample.used == c->sample.rows)
		sample_fini(&c->sample);
	return rows;
}

/* --- the type's calls ------------------------------------------------------------------------------ */

void
csv_read_close(void *state)
{
	struct csv *c = state;

	csv_rows_free(c->rows);
	sample_fini(&c->sample);
	csv_options_fini(&c->o);
	arena_fini(&c->mem);
	free(c);
}

int
csv_read_open(struct mlf_dataset_host *h, void **state)
{
	struct csv *c = mem_alloc(sizeof(*c));

	c->h = h;
	if (csv_options(h, &c->o) < 0) {
		free(c);
		return -1;
	}
	c->rows = csv_rows_new(h, c->o.sep, CSV_BLOCK);
	if (read_header(c) < 0 || infer(c) < 0) {
		csv_read_close(c);
		return -1;
	}
	*state = c;
	return 0;
}

int
csv_read_next(struct mlf_dataset_host *h, void *state, struct mlf_frame **batch)
{
	struct mlf_builder *b = mlf_batch(h);
	struct csv *c = state;
	int64_t rows;

	for (size_t i = 0; i < c->n; i++)
		(void)mlf_add_column(b, c->columns[i].name, c->columns[i].type);
	rows = fill(c, b);
	if (rows < 0)
		return -1;
	*batch = rows > 0 || !c->given ? mlf_finish(b) : NULL;
	c->given = true;
	return 0;
}
