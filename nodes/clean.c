/* SPDX-License-Identifier: Apache-2.0
 * clean: puts a table in order, by parameters, in this sequence:
 *
 *	text -> casts -> rules -> duplicates -> outliers -> missing
 *
 * A row that has to go is marked with the first reason and leaves at the end; it counts for nothing that
 * comes after its mark. It works batch by batch unless a step needs to see all rows first: means, medians,
 * modes, quartiles, and `keep: last`. NaN counts as missing. */
#include <mlflow-c/keys.h>
#include <mlflow-c/rules.h>
#include <mlflow-c/stats.h>
#include <mlflow-c/texts.h>

enum { WHY_MAX = 120 };

struct clean {
	struct mlf_ctx *ctx;
	const struct mlf_value *text, *casts, *rules, *duplicates, *outliers, *missing;
	struct mlf_seen seen;
	struct mlf_labels reasons;
	int64_t rows, kept, filled, clipped, before; /* before: rows of earlier batches */
	int64_t dropped[6];                          /* by step */
};
enum step { CASTS, RULES, DUPLICATES, OUTLIERS, MISSING };
static const char *const counted[] = {"clean_bad_casts", "clean_broken_rules", "clean_duplicates",
	"clean_outliers", "clean_missing", "clean_rows_in", "clean_rows_out", "clean_filled",
	"clean_clipped"};

/* A batch on its way. */
struct batch {
	struct clean *c;
	struct mlf_frame *in, *f; /* as it came, and after text and casts */
	int64_t n;
	uint8_t *out; /* step + 1 of rows that go */
	int32_t *why; /* of those: which of the reasons */
};

static void
drop(struct batch *b, int64_t i, enum step step, const char *fmt, const char *a, const char *z)
{
	if (b->out[i])
		return;
	b->out[i] = (uint8_t)(step + 1);
	b->c->dropped[step]++;
	char text[WHY_MAX];
	int len = snprintf(text, sizeof(text), fmt, a, z);
	struct mlf_str s = {text, len < WHY_MAX ? len : WHY_MAX - 1};
	b->why[i] = (int32_t)mlf_label_text(&b->c->reasons, s, true);
}

/* ---- texts and types */

/* A view of a column that is not there fails the node, which then says which there are. */
static void
check_there(const struct mlf_value *map, struct mlf_frame *f)
{
	for (int64_t k = 0; k < map->n; k++)
		if (strcmp(map->items[k].key, "*") != 0 && mlf_find(f, map->items[k].key) < 0)
			(void)mlf_utf8(f, map->items[k].key);
}

static int
edit_texts(struct batch *b)
{
	struct mlf_builder *out = mlf_build_beside(b->c->ctx, b->in);
	const struct mlf_value *how;
	check_there(b->c->text, b->in);
	for (int k = 0; k < mlf_columns(b->in); k++) {
		const char *name = mlf_column_name(b->in, k);
		if (!(how = mlf_value_get(b->c->text, name)))
			mlf_graft(out, b->in, name, name);
		else if (mlf_edit_column(b->c->ctx, out, b->in, how) < 0)
			return -1;
	}
	b->f = mlf_finish(out);
	return 0;
}

static int
cast_column(struct batch *b, struct mlf_builder *out, const struct mlf_value *to, bool *bad)
{
	enum mlf_type type = mlf_type_named(to->text);
	if (!type)
		return mlf_fail(b->c->ctx, "casts.%s: there is no type `%s`", to->key, to->text);
	memset(bad, 0, (size_t)b->n + 1);
	mlf_graft(out, mlf_cast(b->c->ctx, b->f, to->key, type, bad), to->key, to->key);
	bool stay = strcmp(mlf_param_str(b->c->ctx, "bad_casts"), "null") == 0;
	for (int64_t i = 0; i < b->n && !stay; i++)
		if (bad[i])
			drop(b, i, CASTS, "%s is no %s", to->key, mlf_type_shown(type));
	return 0;
}

static int
cast_columns(struct batch *b)
{
	struct mlf_builder *out = mlf_build_beside(b->c->ctx, b->in);
	bool *bad = malloc((size_t)b->n + 1);
	const struct mlf_value *to;
	int rc = bad ? 0 : mlf_fail(b->c->ctx, "no memory for %lld rows", (long long)b->n);
	check_there(b->c->casts, b->f);
	for (int k = 0; rc == 0 && k < mlf_columns(b->f); k++) {
		const char *name = mlf_column_name(b->f, k);
		if ((to = mlf_value_get(b->c->casts, name)))
			rc = cast_column(b, out, to, bad);
		else
			mlf_graft(out, b->f, name, name);
	}
	free(bad);
	if (rc == 0)
		b->f = mlf_finish(out);
	return rc;
}

/* ---- rules: column, op, value */

static int
apply_rules(struct batch *b)
{
	const struct mlf_value *rules = b->c->rules;
	char what[40];
	for (int64_t k = 0; k < rules->n; k++) {
		const struct mlf_value *rule = &rules->items[k];
		const char *name = mlf_value_text(rule, "op", ""), *column;
		struct mlf_cells cells;
		if (mlf_value_keys(b->c->ctx, rule, "rules", "column op value") < 0)
			return -1;
		column = mlf_value_text(rule, "column", "");
		enum mlf_op op = mlf_op_named(name);
		if (mlf_cells_of(b->c->ctx, b->f, column, &cells) < 0 ||
			mlf_rule_check(b->c->ctx, rule, op, &cells) < 0)
			return -1;
		const struct mlf_value *v = mlf_value_get(rule, "value");
		(void)snprintf(what, sizeof(what), "%s %s", name, v ? v->n ? "..." : v->text : "");
		for (int64_t i = 0; i < b->n; i++)
			if (!b->out[i] && !mlf_rule_holds(&cells, i, op, v))
				drop(b, i, RULES, "not %s %s", column, what);
	}
	return 0;
}

/* ---- duplicates */

static int
find_duplicates(struct batch *b)
{
	const struct mlf_value *by = mlf_value_get(b->c->duplicates, "by");
	bool last = strcmp(mlf_value_text(b->c->duplicates, "keep", "first"), "last") == 0;
	struct mlf_cells *cells;
	int n = mlf_cells_by(b->c->ctx, b->f, by, &cells), fresh = n;
	uint64_t(*h)[2] = n < 0 ? NULL : mlf_hash_rows(cells, n, b->n);
	for (int64_t k = 0; h && k < b->n && fresh >= 0; k++) {
		int64_t i = last ? b->n - 1 - k : k;
		fresh = b->out[i] ? 1 : mlf_seen_add(&b->c->seen, h[i][0], h[i][1]);
		if (fresh == 0)
			drop(b, i, DUPLICATES, "%s row has the same key%s",
				last ? "a later" : "an earlier", "");
	}
	free(cells);
	free(h);
	return n < 0 ? -1 : !h || fresh < 0 ? mlf_fail(b->c->ctx, "no memory for the keys") : 0;
}

/* ---- outliers and missing values, column by column */

enum action { KEEP, CLIP, DROP, TO_NULL };
struct column {
	const char *name;
	struct mlf_cells cells;
	const struct mlf_value *outlier, *fill;
	double low, high; /* what lies outside is an outlier */
	enum action action;
	/* What takes the place of missing values, if anything does. */
	bool filled;
	double number;
	int64_t whole;
	struct mlf_str text;
};

static bool
is_number(const struct column *c)
{
	return c->cells.type == MLF_I64 || c->cells.type == MLF_F64;
}

static bool
is_missing(const struct column *c, int64_t i)
{
	return mlf_cell_null(&c->cells, i) ||
		(c->cells.type == MLF_F64 && isnan(mlf_cell_number(&c->cells, i)));
}

static bool
is_outside(const struct column *c, int64_t i)
{
	double x = c->action && !is_missing(c, i) ? mlf_cell_number(&c->cells, i) : NAN;
	return x < c->low || x > c->high;
}

/* True if it is missing, or an outlier that goes for nothing. */
static bool
is_gone(const struct column *c, int64_t i)
{
	return is_missing(c, i) || (c->action == TO_NULL && is_outside(c, i));
}

/* The value as outliers leave it; NaN: missing. */
static double
settled(const struct column *c, int64_t i)
{
	double x = is_gone(c, i) ? NAN : mlf_cell_number(&c->cells, i);
	return c->action != CLIP ? x : x < c->low ? c->low : x > c->high ? c->high : x;
}

/* The values of the rows that stay; infinite ones have no mean. NULL without memory. */
static double *
numbers_of(struct batch *b, const struct column *c, int64_t *n)
{
	double *v = malloc((size_t)(b->n + 1) * sizeof(*v)), x;
	*n = 0;
	for (int64_t i = 0; v && i < b->n; i++)
		if (!b->out[i] && isfinite(x = settled(c, i)))
			v[(*n)++] = x;
	return v ? v : (mlf_fail(b->c->ctx, "no memory for %lld values", (long long)b->n), NULL);
}

static int
find_bounds(struct batch *b, struct column *c)
{
	const struct mlf_value *o = c->outlier;
	const char *method = mlf_value_text(o, "method", "range"),
		   *act = mlf_value_text(o, "action", "clip");
	bool iqr = strcmp(method, "iqr") == 0, z = strcmp(method, "zscore") == 0;
	double k = mlf_value_number(o, "k", iqr ? 1.5 : 3);
	int64_t n = 0;
	if (mlf_value_keys(b->c->ctx, o, "outliers", "method min max k action") < 0)
		return -1;
	if (!iqr && !z && strcmp(method, "range") != 0)
		return mlf_fail(b->c->ctx, "outliers.%s: `%s` is none of range, iqr, zscore",
			c->name, method);
	if (!is_number(c))
		return mlf_fail(b->c->ctx, "outliers.%s: the column is %s, and not of numbers",
			c->name, mlf_type_shown(c->cells.type));
	c->low = mlf_value_number(o, "min", -INFINITY);
	c->high = mlf_value_number(o, "max", INFINITY);
	double *v = iqr || z ? numbers_of(b, c, &n) : NULL;
	if (iqr && v) {
		double q1 = mlf_quantile(v, n, 0.25), q3 = mlf_quantile(v, n, 0.75);
		c->low = fmax(c->low, q1 - k * (q3 - q1));
		c->high = fmin(c->high, q3 + k * (q3 - q1));
	} else if (v) {
		struct mlf_spread s = mlf_spread_of(v, n);
		c->low = fmax(c->low, s.mean - k * s.sd);
		c->high = fmin(c->high, s.mean + k * s.sd);
	}
	free(v);
	if (c->cells.type == MLF_I64) {
		c->low = ceil(c->low);
		c->high = floor(c->high);
	}
	c->action = strcmp(act, "drop") == 0 ? DROP : strcmp(act, "null") == 0 ? TO_NULL : CLIP;
	if (c->action == CLIP && strcmp(act, "clip") != 0)
		return mlf_fail(
			b->c->ctx, "outliers.%s: `%s` is none of clip, drop, null", c->name, act);
	return (iqr || z) && !v ? -1 : 0;
}

static void
take_cell(struct column *c, const struct mlf_cells *from, int64_t i)
{
	c->filled = true;
	if (from->type == MLF_UTF8)
		c->text = mlf_str_at(&from->strs, i);
	else
		c->number = mlf_cell_number(from, i);
	if (from->type == MLF_I64 || from->type == MLF_TIMESTAMP)
		c->whole = (int64_t)from->v[i];
}

/* A constant goes the way of any cast, so that it is read as the column's type. */
static int
take_constant(struct batch *b, struct column *c, const char *text)
{
	struct mlf_builder *one = mlf_build_beside(b->c->ctx, b->in);
	bool bad = false;
	mlf_push_str(one, mlf_add_column(one, c->name, MLF_UTF8), text, (int64_t)strlen(text));
	struct mlf_frame *f = mlf_cast(b->c->ctx, mlf_finish(one), c->name, c->cells.type, &bad);
	struct mlf_cells cell = mlf_cells_at(f, 0);
	if (bad || (mlf_cell_null(&cell, 0)))
		return mlf_fail(b->c->ctx, "missing.%s: `%s` is no %s", c->name, text,
			mlf_type_shown(c->cells.type));
	take_cell(c, &cell, 0);
	return 0;
}

/* Only nulls, NaN and outliers that become null need a value. */
static bool
has_missing(const struct batch *b, const struct column *c)
{
	int64_t i = c->cells.type == MLF_F64 || c->action == TO_NULL ? 0 : b->n;
	while (i < b->n && !is_gone(c, i))
		i++;
	return c->cells.nulls > 0 || i < b->n;
}

/* What missing values become. A column without any value stays as it is. */
static int
find_fill(struct batch *b, struct column *c)
{
	const struct mlf_value *given = mlf_value_get(c->fill, "fill");
	const char *how = c->fill->text;
	bool mean = strcmp(how, "mean") == 0, median = strcmp(how, "median") == 0;
	if (c->fill->kind == MLF_MAP)
		return mlf_value_keys(b->c->ctx, c->fill, "missing", "fill") < 0 || !given
			? mlf_fail(b->c->ctx, "missing.%s: a map has `fill`", c->name)
			: take_constant(b, c, given->text);
	if (strcmp(how, "mode") == 0) {
		int64_t row = has_missing(b, c) ? mlf_mode_row(&c->cells, b->out) : -1;
		if (row >= 0)
			take_cell(c, &c->cells, row);
		return 0;
	}
	if (!mean && !median)
		return mlf_fail(b->c->ctx,
			"missing.%s: `%s` is none of drop, mean, median, mode, {fill: VALUE}",
			c->name, how);
	if (!is_number(c))
		return mlf_fail(b->c->ctx, "missing.%s: the column is %s and has no %s", c->name,
			mlf_type_shown(c->cells.type), how);
	int64_t n = 0;
	double *v = has_missing(b, c) ? numbers_of(b, c, &n) : NULL;
	c->filled = n > 0;
	if (n > 0)
		c->number = mean ? mlf_spread_of(v, n).mean : mlf_quantile(v, n, 0.5);
	c->whole = c->filled ? (int64_t)rint(c->number) : 0;
	free(v);
	return 0;
}

static void
build_number(struct batch *b, struct mlf_builder *out, struct column *c)
{
	bool f64 = c->cells.type == MLF_F64;
	double *x = f64 ? mlf_new_f64(out, c->name, b->n) : NULL;
	int64_t *w = f64 ? NULL : mlf_new_i64(out, c->name, b->n);
	for (int64_t i = 0; i < b->n; i++) {
		double v = settled(c, i);
		bool missing = isnan(v);
		b->c->clipped += !b->out[i] && c->action == CLIP && is_outside(c, i);
		b->c->filled += !b->out[i] && missing && c->filled;
		if (missing && !c->filled)
			mlf_set_null(out, c->name, i);
		else if (f64)
			x[i] = missing ? c->number : v;
		else /* a whole number that nothing changed keeps all its digits */
			w[i] = missing             ? c->whole
				: is_outside(c, i) ? (int64_t)v
						   : (int64_t)c->cells.v[i];
	}
}

static void
build_other(struct batch *b, struct mlf_builder *out, const struct column *c)
{
	int column = mlf_add_column(out, c->name, c->cells.type);
	for (int64_t i = 0; i < b->n; i++) {
		bool null = mlf_cell_null(&c->cells, i);
		struct mlf_str s = c->text;
		b->c->filled += null && !b->out[i];
		if (c->cells.type == MLF_UTF8) {
			s = null ? s : mlf_str_at(&c->cells.strs, i);
			mlf_push_str(out, column, s.s, s.len);
		} else if (c->cells.type == MLF_BOOL) {
			mlf_push_bool(out, column,
				null ? c->number > 0 : mlf_bool_at(&c->cells.bools, i));
		} else {
			mlf_push_i64(out, column, null ? c->whole : (int64_t)c->cells.v[i]);
		}
	}
}

/* What a column is told to do, by its own name or by "*"; of outliers "*" means columns of numbers. */
static void
look(struct batch *b, struct column *c, int at)
{
	c->name = mlf_column_name(b->f, at);
	c->cells = mlf_cells_at(b->f, at);
	c->outlier = mlf_value_get(b->c->outliers, c->name);
	c->fill = mlf_value_get(b->c->missing, c->name);
	if (!c->outlier && is_number(c))
		c->outlier = mlf_value_get(b->c->outliers, "*");
	if (!c->fill)
		c->fill = mlf_value_get(b->c->missing, "*");
	if (c->fill && strcmp(c->fill->key, "*") == 0 && !is_number(c) &&
		(strcmp(c->fill->text, "mean") == 0 || strcmp(c->fill->text, "median") == 0))
		c->fill = NULL;
}

/* First the bounds of all columns, then the rows that go for them, then what fills the rest: so the order of
 * columns does not matter. */
static int
settle_columns(struct batch *b, struct column *cols, int n)
{
	check_there(b->c->outliers, b->f);
	check_there(b->c->missing, b->f);
	for (int k = 0; k < n; k++)
		look(b, &cols[k], k);
	for (int k = 0; k < n; k++)
		if (cols[k].outlier && find_bounds(b, &cols[k]) < 0)
			return -1;
	for (int k = 0; k < n; k++)
		for (int64_t i = 0; cols[k].action == DROP && i < b->n; i++)
			if (is_outside(&cols[k], i))
				drop(b, i, OUTLIERS, "%s is an outlier%s", cols[k].name, "");
	for (int k = 0; k < n; k++) {
		struct column *c = &cols[k];
		if (!c->fill || strcmp(c->fill->text, "drop") != 0)
			continue;
		for (int64_t i = 0; i < b->n; i++)
			if (is_gone(c, i))
				drop(b, i, MISSING, "%s is missing%s", c->name, "");
		c->fill = NULL;
	}
	for (int k = 0; k < n; k++)
		if (cols[k].fill && find_fill(b, &cols[k]) < 0)
			return -1;
	return 0;
}

static int
build_columns(struct batch *b)
{
	int n = mlf_columns(b->f);
	struct column *cols = calloc((size_t)n + 1, sizeof(*cols));
	struct mlf_builder *out = mlf_build_beside(b->c->ctx, b->in);
	int rc = cols ? settle_columns(b, cols, n) : mlf_fail(b->c->ctx, "no memory");
	for (int k = 0; rc == 0 && k < n; k++) {
		struct column *c = &cols[k];
		if (is_number(c) && (c->action == CLIP || c->action == TO_NULL || c->filled))
			build_number(b, out, c);
		else if (c->filled && c->cells.nulls)
			build_other(b, out, c);
		else
			mlf_graft(out, b->f, c->name, c->name);
	}
	free(cols);
	if (rc == 0)
		b->f = mlf_finish(out);
	return rc;
}

/* ---- the batches */

/* The rows that went, as they came, with their number and the reason. */
static int
give_rejects(struct batch *b, bool *keep)
{
	struct mlf_builder *out = mlf_build_beside(b->c->ctx, b->in);
	for (int64_t i = 0; i < b->n; i++)
		keep[i] = b->out[i];
	struct mlf_frame *f = mlf_filter(b->in, keep);
	int row = mlf_add_column(out, "_row", MLF_I64), why = mlf_add_column(out, "_why", MLF_UTF8);
	for (int64_t i = 0; i < b->n; i++)
		if (b->out[i]) {
			mlf_push_i64(out, row, b->c->before + i + 1);
			const char *text = b->why[i] < 0 ? "" : b->c->reasons.names[b->why[i]];
			mlf_push_str(out, why, text, (int64_t)strlen(text));
		}
	for (int k = 0; k < mlf_columns(f); k++)
		mlf_graft(out, f, mlf_column_name(f, k), mlf_column_name(f, k));
	return mlf_output_append(b->c->ctx, "rejects", mlf_finish(out));
}

static int
steps(struct batch *b, bool *keep)
{
	int64_t kept = 0;
	if (edit_texts(b) < 0 || cast_columns(b) < 0 || apply_rules(b) < 0 ||
		(b->c->duplicates->n && find_duplicates(b) < 0) || build_columns(b) < 0)
		return -1;
	if (give_rejects(b, keep) < 0)
		return -1;
	for (int64_t i = 0; i < b->n; i++)
		kept += keep[i] = !b->out[i];
	b->c->rows += b->n;
	b->c->kept += kept;
	b->c->before += b->n;
	return mlf_output_append(b->c->ctx, "table", kept < b->n ? mlf_filter(b->f, keep) : b->f);
}

static int
take(struct clean *c, struct mlf_frame *f)
{
	struct batch b = {.c = c, .in = f, .f = f, .n = mlf_rows(f)};
	size_t n = (size_t)b.n + 1;
	bool *keep = malloc(n);
	b.out = calloc(n, 1);
	b.why = calloc(n, sizeof(*b.why));
	int rc = keep && b.out && b.why
		? steps(&b, keep)
		: mlf_fail(c->ctx, "no memory for %lld rows", (long long)b.n);
	free(keep);
	free(b.out);
	free(b.why);
	return rc;
}

/* True if a step must see all rows before it can say anything of one. */
static bool
needs_all(const struct clean *c)
{
	static const char *const of_all[] = {"mean", "median", "mode"};
	bool all = strcmp(mlf_value_text(c->duplicates, "keep", ""), "last") == 0;
	for (int64_t i = 0; i < c->missing->n; i++)
		for (int k = 0; k < 3; k++)
			all |= strcmp(c->missing->items[i].text, of_all[k]) == 0;
	for (int64_t i = 0; i < c->outliers->n; i++)
		all |= strcmp(mlf_value_text(&c->outliers->items[i], "method", "range"), "range") !=
			0;
	return all;
}

static int
check(struct clean *c)
{
	const char *bad = mlf_param_str(c->ctx, "bad_casts");
	const char *keep = mlf_value_text(c->duplicates, "keep", "first");
	if ((strcmp(bad, "drop") != 0 && strcmp(bad, "null") != 0) ||
		(strcmp(keep, "first") != 0 && strcmp(keep, "last") != 0))
		return mlf_fail(c->ctx, "`bad_casts` is drop or null, and `keep` first or last");
	if (c->rules->kind != MLF_LIST)
		return mlf_fail(c->ctx, "`rules` must be a list of {column, op, value}");
	const struct mlf_value *maps[] = {c->text, c->casts, c->outliers, c->missing};
	static const char *const names[] = {"text", "casts", "outliers", "missing"};
	for (int k = 0; k < 4; k++)
		if (maps[k]->kind != MLF_MAP)
			return mlf_fail(c->ctx, "`%s` must be a map from columns", names[k]);
	return mlf_value_keys(c->ctx, c->duplicates, "duplicates", "by keep");
}

static int
run(struct mlf_ctx *ctx)
{
	struct clean c = {.ctx = ctx,
		.text = mlf_param_value(ctx, "text"),
		.casts = mlf_param_value(ctx, "casts"),
		.rules = mlf_param_value(ctx, "rules"),
		.duplicates = mlf_param_value(ctx, "duplicates"),
		.outliers = mlf_param_value(ctx, "outliers"),
		.missing = mlf_param_value(ctx, "missing")};
	int rc = check(&c);
	bool all = rc == 0 && needs_all(&c);
	if (all)
		rc = take(&c, mlf_input(ctx, "table"));
	for (struct mlf_frame *f; rc == 0 && !all && (f = mlf_input_next(ctx, "table"));)
		rc = take(&c, f);
	free(c.seen.v);
	mlf_labels_free(&c.reasons);
	if (rc != 0)
		return rc;
	const int64_t counts[] = {c.dropped[CASTS], c.dropped[RULES], c.dropped[DUPLICATES],
		c.dropped[OUTLIERS], c.dropped[MISSING], c.rows, c.kept, c.filled, c.clipped};
	for (size_t k = 0; k < sizeof(counts) / sizeof(counts[0]); k++)
		mlf_metric(ctx, counted[k], (double)counts[k], 0);
	mlf_log(ctx, "%lld rows in, %lld out, %lld values filled, %lld clipped", (long long)c.rows,
		(long long)c.kept, (long long)c.filled, (long long)c.clipped);
	return 0;
}

static const struct mlf_node nodes[] = {{
	.name = "clean",
	.help = "Puts a table in order: texts, types, rules, duplicates, outliers, missing values.",
	.inputs = (const struct mlf_port[]){{"table", MLF_TABLE, 0, "any table"}, {0}},
	.outputs = (const struct mlf_port[]){{"table", MLF_TABLE, 0, "the rows that stay"},
		{"rejects", MLF_TABLE, MLF_OPTIONAL, "those that go, with _row and _why"}, {0}},
	.params = (const struct mlf_param[]){{"text", MLF_ANY, "{}", 0, 0,
						     "column: trim, squeeze, lower, upper, "
						     "empty_to_null, or a list of them"},
		{"casts", MLF_ANY, "{}", 0, 0, "column: bool, int64, float64, utf8, timestamp"},
		{"bad_casts", MLF_STR, "drop", 0, 0,
			"what becomes of rows that do not convert: drop, null"},
		{"rules", MLF_ANY, "[]", 0, 0, "a list of {column, op, value}; other rows go"},
		{"duplicates", MLF_ANY, "{}", 0, 0,
			"{by: [columns] or \"*\", keep: first or last}"},
		{"outliers", MLF_ANY, "{}", 0, 0,
			"column: {method: range, iqr or zscore, min, max, k, action: clip, "
			"drop or null}"},
		{"missing", MLF_ANY, "{}", 0, 0,
			"column: drop, mean, median, mode or {fill: VALUE}"},
		{0}},
	.run = run,
}};
MLF_PLUGIN("clean", "1.0", nodes);
