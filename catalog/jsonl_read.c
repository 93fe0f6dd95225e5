/* SPDX-License-Identifier: Apache-2.0
 * Lines of JSON objects as batches of typed columns.
 *
 *	sample: up to 65,536 lines kept as text --> the columns: keys in the order in which they
 *	                                            first come, then what is expected or declared
 *	                                        --> the types: dtype, else what is expected, else
 *	                                            inferred
 *
 * Then each line, those of the sample first, goes into the batch. A column and a type that came of the
 * sample are a promise: a later key that is new, or a value that does not fit, is an error. */
#include "catalog/jsonl.h"

#include <limits.h>
#include <math.h>
#include <string.h>

#define SAMPLE_ROWS 65536
#define SAMPLE_BYTES ((size_t)64 << 20)

/* What the values of a column have been so far, as bits. */
enum looks {
	BOOL = 1,
	WHOLE = 2,
	LARGE = 4, /* a whole number beyond int64 */
	FLOAT = 8,
	SPECIAL = 16, /* "NaN" and the infinities */
	TIME = 32,
	TEXT = 64,
	NESTED = 128,
};

struct json_column {
	const char *name; /* arena */
	enum mlf_type type;
	bool inferred;
	unsigned looks;
	int64_t row; /* the last one that had a value for it */
};

/* Lines of the file, until the types are known. */
struct sample {
	struct str text;
	struct kept {
		size_t at, n;
		int64_t row, line;
	} * v; /* owned */
	size_t n, cap, used;
};

struct jsonl {
	struct mlf_dataset_host *h; /* borrowed */
	struct jsonl_options o;
	struct jsonl_lines *lines;
	struct json_column *columns; /* owned */
	size_t n, cap;
	struct map by_name; /* name -> place + 1 */
	struct sample sample;
	struct jsonl_line line; /* the one in hand */
	bool given;             /* there was a batch */
	struct arena mem;
};

/* What a line does with each of its values. Reports what it refuses. */
typedef int take_fn(struct jsonl *c, size_t column, struct jr *r, struct mlf_builder *b);

/* --- failures ------------------------------------------------------------------------------------ */

static int
fail_at(struct jsonl *c, int column, const char *text, const char *advice)
{
	struct mlf_data_fault fault = {.row = c->line.row,
		.line = c->line.line,
		.column = column,
		.text = text,
		.advice = advice};

	return mlf_data_fail(c->h, &fault);
}

/* The reader stopped at something that is no JSON object. */
static int
fail_syntax(struct jsonl *c, const char *why, int column)
{
	struct str text = {0};
	int rc;

	str_addf(&text, "the line is no JSON object: %s", why);
	rc = fail_at(c, column, text.s, "each line holds one object: {\"column\": value, ...}");
	str_fini(&text);
	return rc;
}

static int
fail_key(struct jsonl *c, const char *name, const char *what, const char *advice)
{
	struct str text = {0};
	int rc;

	str_add(&text, "column `");
	term_add_safe(&text, name);
	str_addf(&text, "` %s", what);
	rc = fail_at(c, 0, text.s, advice);
	str_fini(&text);
	return rc;
}

static const char *
is_none_of(enum mlf_type type)
{
	switch (type) {
	case MLF_BOOL: return "is neither true nor false";
	case MLF_I64: return "is no whole number of 64 bits (int64)";
	case MLF_F64: return "is no number (float64)";
	case MLF_TIMESTAMP: return "is no text with an ISO 8601 date or time (timestamp)";
	case MLF_UTF8: break;
	}
	return "is no text (utf8)";
}

static int
fail_value(struct jsonl *c, const struct json_column *col, const char *raw, size_t n)
{
	size_t shown = n < 40 ? n : 40;
	struct str text = {0}, advice = {0}, brief = {0};
	bool nested = *raw == '{' || *raw == '[';
	int rc;

	while (shown < n && shown > 0 && (raw[shown] & 0xC0) == 0x80)
		shown--;
	str_addn(&brief, raw, shown);
	str_addf(&text, "column `%s`: `", col->name);
	term_add_safe(&text, str_text(&brief));
	str_addf(&text, "%s` %s", shown < n ? "..." : "",
		nested && !c->o.nested ? "is no single value" : is_none_of(col->type));
	if (nested && !c->o.nested)
		str_add(&advice,
			"to keep objects and lists as their JSON text, add load_args: "
			"{nested: text}");
	else if (col->inferred)
		str_addf(&advice,
			"%s was inferred from other lines; declare the type in the catalog: "
			"load_args: {dtype: {%s: %s}}",
			type_name(col->type), col->name,
			col->type == MLF_I64 && *raw != '"' ? "float64" : "utf8");
	else
		str_addf(&advice, "the column is declared as %s: correct the value or the type",
			type_name(col->type));
	rc = fail_at(c, 0, text.s, advice.s);
	str_fini(&brief);
	str_fini(&text);
	str_fini(&advice);
	return rc;
}

/* --- columns ------------------------------------------------------------------------------------- */

static enum mlf_type
type_for(struct jsonl *c, const char *name)
{
	intptr_t declared = (intptr_t)map_get(&c->o.types, name);

	if (declared)
		return (enum mlf_type)declared;
	return c->o.every ? c->o.every : mlf_expected(c->h, name);
}

static void
add_column(struct jsonl *c, const char *name)
{
	struct json_column *col;

	if (map_has(&c->by_name, name))
		return;
	c->columns = mem_grow(c->columns, &c->cap, c->n + 1, sizeof(*c->columns));
	col = &c->columns[c->n++];
	*col = (struct json_column){.name = arena_strdup(&c->mem, name)};
	col->type = type_for(c, name);
	col->inferred = col->type == 0;
	map_put(&c->by_name, name, (void *)(uintptr_t)c->n);
}

/* The place of a key's column. Keys mostly come in the order of the columns, so `guess` is tried
 * first. Places begin with 1; 0: there is none. */
static size_t
place_of(const struct jsonl *c, const char *key, size_t guess)
{
	if (guess < c->n && str_eq(c->columns[guess].name, key))
		return guess + 1;
	return (size_t)(uintptr_t)map_get(&c->by_name, key);
}

/* --- lines --------------------------------------------------------------------------------------- */

/* The column of a key: made if it is new and the sample is being read (no builder yet). */
static int
key_column(struct jsonl *c, const char *key, size_t guess, bool sampling, size_t *out)
{
	size_t place = place_of(c, key, guess);

	if (!place && sampling && *key && c->n < JSONL_COLUMNS_MAX) {
		add_column(c, key);
		place = c->n;
	}
	if (!place && !*key)
		return fail_at(c, 0, "a key is empty", "each column needs a name");
	if (!place && sampling)
		return fail_at(c, 0, "the file has more than 4,096 columns", NULL);
	if (!place)
		return fail_key(c, key, "is new: no line before had it",
			"declare the column in the catalog, with load_args: {dtype: {NAME: TYPE}}");
	if (c->columns[place - 1].row == c->line.row)
		return fail_key(c, key, "stands twice in the object", NULL);
	c->columns[place - 1].row = c->line.row;
	*out = place - 1;
	return 0;
}

static int
each_value(struct jsonl *c, take_fn *take, struct mlf_builder *b)
{
	size_t guess = 0, column = 0;
	const char *key;
	struct err at = {0};
	struct jr r;
	int rc = 0;

	jr_init(&r, c->line.s, c->line.n);
	if (jr_object(&r))
		while (rc == 0 && jr_next(&r, &key)) {
			rc = key_column(c, key, guess, !b, &column);
			if (rc == 0)
				rc = take(c, column, &r, b);
			guess = column + 1;
		}
	if (rc < 0) {
		jr_fini(&r);
		return -1;
	}
	return jr_done(&r, &at) == 0 ? 0 : fail_syntax(c, r.bad, at.col);
}

/* --- looking at the sample ------------------------------------------------------------------------ */

static bool
is_special(const char *s, size_t n, double *out)
{
	static const struct {
		const char *text;
		double v;
	} all[] = {{"NaN", (double)NAN}, {"Infinity", (double)INFINITY},
		{"-Infinity", -(double)INFINITY}};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (n == strlen(all[i].text) && memcmp(s, all[i].text, n) == 0) {
			*out = all[i].v;
			return true;
		}
	return false;
}

static unsigned
look_at_number(const char *s, size_t n)
{
	int64_t whole;

	for (size_t i = 0; i < n; i++)
		if (strchr(".eE", s[i]))
			return FLOAT;
	return value_i64(s, n, &whole) ? WHOLE : LARGE;
}

static unsigned
look_at_text(const char *s, size_t n)
{
	int64_t micros;
	double v;

	if (is_special(s, n, &v))
		return SPECIAL;
	return value_timestamp(s, n, &micros) ? TIME : TEXT;
}

static int
look_at(struct jsonl *c, size_t column, struct jr *r, struct mlf_builder *b)
{
	unsigned *looks = &c->columns[column].looks;
	const char *s;
	size_t n;

	(void)b;
	switch (jr_peek(r)) {
	case J_NULL: jr_skip(r); break;
	case J_BOOL:
		jr_skip(r);
		*looks |= BOOL;
		break;
	case J_NUMBER:
		if ((s = jr_raw(r, &n)))
			*looks |= look_at_number(s, n);
		break;
	case J_STRING:
		if ((s = jr_strn(r, &n)))
			*looks |= look_at_text(s, n);
		break;
	case J_ARRAY:
	case J_OBJECT:
		jr_skip(r);
		*looks |= NESTED;
		break;
	}
	return 0;
}

/* The narrowest type that holds all; of values that go together in none, text, which then refuses
 * those that are none. A column without any value is text. */
static enum mlf_type
infer(unsigned looks)
{
	if (looks == BOOL)
		return MLF_BOOL;
	if (looks == TIME)
		return MLF_TIMESTAMP;
	if (looks && !(looks & ~(unsigned)(WHOLE | LARGE)))
		return MLF_I64;
	if ((looks & (FLOAT | WHOLE)) && !(looks & ~(unsigned)(FLOAT | WHOLE | LARGE | SPECIAL)))
		return MLF_F64;
	return MLF_UTF8;
}

static void
keep(struct jsonl *c)
{
	struct sample *s = &c->sample;

	s->v = mem_grow(s->v, &s->cap, s->n + 1, sizeof(*s->v));
	s->v[s->n++] = (struct kept){s->text.len, c->line.n, c->line.row, c->line.line};
	str_addn(&s->text, c->line.s, c->line.n);
}

static void
sample_fini(struct sample *s)
{
	str_fini(&s->text);
	free(s->v);
	*s = (struct sample){0};
}

static int
read_sample(struct jsonl *c)
{
	const char *name;
	int rc = 1;

	while (c->sample.n < SAMPLE_ROWS && c->sample.text.len < SAMPLE_BYTES) {
		rc = jsonl_lines_next(c->lines, &c->line);
		if (rc != 1)
			break;
		if (each_value(c, look_at, NULL) < 0)
			return -1;
		keep(c);
	}
	for (size_t i = 0; (name = mlf_expected_name(c->h, i)); i++)
		add_column(c, name);
	for (size_t i = 0; i < c->o.types.n; i++)
		add_column(c, c->o.types.keys[i]);
	if (rc >= 0 && c->n == 0)
		return fail_at(c, 0, "the file has no column",
			"declare its columns in the catalog, with load_args: {dtype: {NAME: "
			"TYPE}}");
	for (size_t i = 0; i < c->n; i++) {
		c->columns[i].row = 0;
		if (c->columns[i].inferred)
			c->columns[i].type = infer(c->columns[i].looks);
	}
	return rc < 0 ? -1 : 0;
}

/* --- values -------------------------------------------------------------------------------------- */

static bool
push_number(struct mlf_builder *b, int i, enum mlf_type type, const char *s, size_t n)
{
	int64_t whole;
	double v;

	if (type == MLF_I64 && value_i64(s, n, &whole)) {
		mlf_push_i64(b, i, whole);
		return true;
	}
	if (type != MLF_F64 || !value_f64(s, n, &v) || !isfinite(v))
		return false;
	mlf_push_f64(b, i, v);
	return true;
}

static bool
push_text(struct mlf_builder *b, int i, enum mlf_type type, const char *s, size_t n)
{
	int64_t micros;
	double v;

	if (type == MLF_UTF8) {
		mlf_push_str(b, i, s, (int64_t)n);
		return true;
	}
	if (type == MLF_TIMESTAMP && value_timestamp(s, n, &micros)) {
		mlf_push_i64(b, i, micros);
		return true;
	}
	if (type != MLF_F64 || !is_special(s, n, &v))
		return false;
	mlf_push_f64(b, i, v);
	return true;
}

/* A value that is no text goes into a column of text as its JSON: declared ones take scalars, and
 * `nested: text` says so of objects and lists. */
static bool
push_json(
	struct jsonl *c, size_t i, enum jtype what, const char *s, size_t n, struct mlf_builder *b)
{
	bool nested = what == J_ARRAY || what == J_OBJECT;

	if (c->columns[i].type != MLF_UTF8 || (nested ? !c->o.nested : c->columns[i].inferred))
		return false;
	mlf_push_str(b, (int)i, s, (int64_t)n);
	return true;
}

static int
push(struct jsonl *c, size_t i, struct jr *r, struct mlf_builder *b)
{
	const struct json_column *col = &c->columns[i];
	enum jtype what = jr_peek(r);
	struct jr text;
	const char *raw, *s;
	size_t n, len;
	bool ok;

	raw = jr_raw(r, &n);
	if (!raw) {
		mlf_push_null(b, (int)i); /* the object's reader holds the error */
		return 0;
	}
	if (what == J_NULL) {
		mlf_push_null(b, (int)i);
		return 0;
	}
	if (what == J_STRING) {
		jr_init(&text, raw, n);
		s = jr_strn(&text, &len);
		ok = s && push_text(b, (int)i, col->type, s, len);
		jr_fini(&text);
	} else if (what == J_BOOL && col->type == MLF_BOOL) {
		mlf_push_bool(b, (int)i, *raw == 't');
		ok = true;
	} else {
		ok = (what == J_NUMBER && push_number(b, (int)i, col->type, raw, n)) ||
			push_json(c, i, what, raw, n, b);
	}
	return ok ? 0 : fail_value(c, col, raw, n);
}

static int
push_row(struct jsonl *c, struct mlf_builder *b)
{
	if (each_value(c, push, b) < 0)
		return -1;
	for (size_t i = 0; i < c->n; i++)
		if (c->columns[i].row != c->line.row)
			mlf_push_null(b, (int)i);
	return 0;
}

/* The next line, of the sample or of the file: 1, 0 or -1. */
static int
next_line(struct jsonl *c)
{
	struct sample *s = &c->sample;
	const struct kept *k;

	if (s->used == s->n) {
		sample_fini(s);
		return jsonl_lines_next(c->lines, &c->line);
	}
	k = &s->v[s->used++];
	c->line = (struct jsonl_line){str_text(&s->text) + k->at, k->n, k->row, k->line};
	return 1;
}

/* --- the type's calls ------------------------------------------------------------------------------ */

void
jsonl_read_close(void *state)
{
	struct jsonl *c = state;

	jsonl_lines_free(c->lines);
	sample_fini(&c->sample);
	jsonl_options_fini(&c->o);
	map_fini(&c->by_name);
	free(c->columns);
	arena_fini(&c->mem);
	free(c);
}

int
jsonl_read_open(struct mlf_dataset_host *h, void **state)
{
	struct jsonl *c = mem_alloc(sizeof(*c));

	c->h = h;
	if (jsonl_options(h, &c->o) < 0) {
		free(c);
		return -1;
	}
	c->lines = jsonl_lines_new(h, JSONL_BLOCK);
	if (read_sample(c) < 0) {
		jsonl_read_close(c);
		return -1;
	}
	*state = c;
	return 0;
}

int
jsonl_read_next(struct mlf_dataset_host *h, void *state, struct mlf_frame **batch)
{
	struct mlf_builder *b = mlf_batch(h);
	int64_t rows = 0, bytes = 0;
	struct jsonl *c = state;
	int rc = 1;

	for (size_t i = 0; i < c->n; i++)
		(void)mlf_add_column(b, c->columns[i].name, c->columns[i].type);
	while (rows < h->batch_rows && bytes < h->batch_bytes) {
		rc = next_line(c);
		if (rc == 0)
			break;
		if (rc < 0 || push_row(c, b) < 0)
			return -1;
		rows++;
		bytes += (int64_t)c->line.n;
	}
	*batch = rows > 0 || !c->given ? mlf_finish(b) : NULL;
	c->given = true;
	return 0;
}
