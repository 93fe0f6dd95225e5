/* SPDX-License-Identifier: Apache-2.0
 * What is wrong with a CSV file: said with place and way out, or, where the entry tolerates it, given
 * away row by row with the reason. */
#include "catalog/csv_state.h"

#include <string.h>

/* The row of the grid that a message is about. */
static void
look_at(struct csv *c, size_t i)
{
	c->row = (struct csv_row){
		.row = c->grid.row + (int64_t)i, .line = csv_grid_line(&c->grid, i)};
}

/* --- failures ------------------------------------------------------------------------------------ */

int
csv_fail(struct csv *c, const char *text, const char *advice)
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

static void
say_value(struct csv *c, size_t i, const struct csv_column *col, struct str *to)
{
	const struct csv_cell *cell = &c->grid.cells[i * c->n + col->at];

	str_addf(to, "column `%s`: ", col->name);
	add_value(to, c->grid.text + cell->at, cell->n);
	str_addf(to, " %s", is_none_of(col->type));
}

int
csv_fail_value(struct csv *c, size_t i, const struct csv_column *col)
{
	const struct csv_cell *cell = &c->grid.cells[i * c->n + col->at];
	unsigned looks = col->looks | csv_looks_like(c->grid.text + cell->at, cell->n);
	struct str text = {0}, advice = {0};
	int rc;

	look_at(c, i);
	say_value(c, i, col, &text);
	if (col->type == MLF_UTF8)
		str_add(&advice, "if the file is Latin-1, say so: load_args: {encoding: latin-1}");
	else if (col->inferred)
		str_addf(&advice,
			"%s was inferred from the rows before; declare the type in the catalog: "
			"load_args: {dtype: {%s: %s}}",
			type_name(col->type), col->name, type_name(csv_infer(looks)));
	else
		str_addf(&advice, "the column is declared as %s: correct the value or the type",
			type_name(col->type));
	rc = csv_fail(c, text.s, advice.s);
	str_fini(&text);
	str_fini(&advice);
	return rc;
}

static void
say_ragged(struct csv *c, struct str *to)
{
	str_addf(to, "%zu field%s, but the header names %zu column%s", c->row.n,
		c->row.n == 1 ? "" : "s", c->n, c->n == 1 ? "" : "s");
}

int
csv_fail_ragged(struct csv *c)
{
	struct str text = {0};
	int rc;

	say_ragged(c, &text);
	rc = csv_fail(c, text.s,
		c->row.n > c->n ? "a field that holds the separator must be quoted" : NULL);
	str_fini(&text);
	return rc;
}

/* --- rows that cannot be read -------------------------------------------------------------------- */

/* Fields as a line, each quoted as any writer would quote it. */
static void
add_fields(struct csv *c, const struct csv_field *f, size_t n, struct str *to)
{
	const char must[] = {c->o.dialect.sep, c->o.dialect.quote, '\n', '\r'};

	for (size_t i = 0; i < n; i++) {
		bool quoted = f[i].s && f[i].n == 0;

		for (size_t k = 0; k < sizeof(must) && f[i].n > 0; k++)
			quoted |= memchr(f[i].s, must[k], f[i].n) != NULL;
		if (i > 0)
			str_addc(to, c->o.dialect.sep);
		if (quoted)
			str_addc(to, c->o.dialect.quote);
		for (size_t k = 0; k < f[i].n; k++) {
			if (quoted && f[i].s[k] == c->o.dialect.quote)
				str_addc(to, c->o.dialect.quote);
			str_addc(to, f[i].s[k]);
		}
		if (quoted)
			str_addc(to, c->o.dialect.quote);
	}
}

/* What is not UTF-8 is shown as Latin-1, so that a file of rejects is always a good one. */
static void
make_utf8(struct str *text)
{
	struct str wide = {0};

	if (value_is_utf8(str_text(text), text->len))
		return;
	for (size_t i = 0; i < text->len; i++) {
		unsigned char b = (unsigned char)text->s[i];

		if (b >= 0x80)
			str_addc(&wide, (char)(0xC0 | b >> 6));
		str_addc(&wide, (char)(b < 0x80 ? b : 0x80 | (b & 0x3F)));
	}
	str_fini(text);
	*text = wide;
}

/* Gives away the row that c->row stands for. */
static int
reject(struct csv *c, const char *why, const struct csv_field *f, size_t n)
{
	struct mlf_data_fault fault = {.row = c->row.row, .line = c->row.line, .text = why};
	struct str text = {0};
	int rc;

	add_fields(c, f, n, &text);
	make_utf8(&text);
	rc = mlf_reject(c->h, &fault, str_text(&text), text.len);
	str_fini(&text);
	return rc;
}

int
csv_reject_ragged(struct csv *c)
{
	struct str why = {0}, line = {0};
	int rc;

	if (c->row.bad) { /* the line as it is */
		struct mlf_data_fault fault = {
			.row = c->row.row, .line = c->row.line, .text = c->row.bad};

		str_addn(&line, c->row.v[0].s, c->row.v[0].n);
		make_utf8(&line);
		rc = mlf_reject(c->h, &fault, str_text(&line), line.len);
	} else {
		say_ragged(c, &why);
		rc = reject(c, why.s, c->row.v, c->row.n);
	}
	str_fini(&why);
	str_fini(&line);
	return rc;
}

int
csv_reject_value(struct csv *c, size_t i, const struct csv_column *col)
{
	const struct csv_cell *cell = &c->grid.cells[i * c->n];
	struct csv_field *fields = mem_alloc(c->n * sizeof(*fields));
	struct str why = {0};
	int rc;

	look_at(c, i);
	for (size_t k = 0; k < c->n; k++)
		if (cell[k].n != CSV_NULL)
			fields[k] = (struct csv_field){c->grid.text + cell[k].at, cell[k].n};
	say_value(c, i, col, &why);
	rc = reject(c, why.s, fields, c->n);
	str_fini(&why);
	free(fields);
	return rc;
}
