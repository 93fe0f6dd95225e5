/* SPDX-License-Identifier: Apache-2.0
 * ingest: takes a table in, from wherever the catalog has it: keeps and renames columns, gives them their
 * types, and drops rows that are exact copies of an earlier row. Records how many rows came and went; a table
 * with too few rows fails the run. It works batch by batch. */
#include <mlflow-c/keys.h>

enum bad_rows { FAIL, DROP, TO_NULL };

struct ingest {
	struct mlf_ctx *ctx;
	const struct mlf_value *columns, *rename, *types;
	enum bad_rows bad_rows;
	bool once; /* each row once */
	struct mlf_seen seen;
	int64_t rows, copies, bad;
};

/* The new name of a column of the source. */
static const char *
name_of(const struct ingest *g, const char *from)
{
	return mlf_value_text(g->rename, from, from);
}

/* The columns that stay, under their new names. What is not there fails the node by itself. */
static struct mlf_frame *
choose(struct ingest *g, struct mlf_frame *in)
{
	struct mlf_builder *b = mlf_build_beside(g->ctx, in);
	if (!g->columns->n && !g->rename->n)
		return in;
	for (int64_t k = 0; k < g->rename->n; k++)
		if (mlf_find(in, g->rename->items[k].key) < 0)
			(void)mlf_f64(in, g->rename->items[k].key);
	for (int64_t k = 0; k < g->columns->n; k++)
		mlf_graft(b, in, g->columns->items[k].text, name_of(g, g->columns->items[k].text));
	for (int k = 0; !g->columns->n && k < mlf_columns(in); k++)
		mlf_graft(b, in, mlf_column_name(in, k), name_of(g, mlf_column_name(in, k)));
	return mlf_finish(b);
}

/* Marks rows in `out` that do not convert, with the first column of which it is true. */
static int
cast_column(struct ingest *g, struct mlf_frame *f, const struct mlf_value *to,
	const struct mlf_value **out, struct mlf_builder *b)
{
	enum mlf_type type = mlf_type_named(to->text);
	int64_t n = mlf_rows(f), first = -1;
	bool *bad = calloc((size_t)n + 1, sizeof(*bad));
	if (!bad || !type) {
		free(bad);
		return type
			? mlf_fail(g->ctx, "no memory for %lld rows", (long long)n)
			: mlf_fail(g->ctx,
				  "types.%s: `%s` is none of bool, int64, float64, utf8, timestamp",
				  to->key, to->text);
	}
	mlf_graft(b, mlf_cast(g->ctx, f, to->key, type, bad), to->key, to->key);
	for (int64_t i = 0; i < n; i++)
		if (bad[i]) {
			first = first < 0 ? i : first;
			out[i] = out[i] ? out[i] : to;
		}
	free(bad);
	if (first >= 0 && g->bad_rows == FAIL)
		return mlf_fail(g->ctx,
			"row %lld: the value of `%s` is no %s; `bad_rows` may be reject or null",
			(long long)(g->rows + first + 1), to->key, mlf_type_shown(type));
	return 0;
}

static int
cast_all(struct ingest *g, struct mlf_frame **f, const struct mlf_value **out)
{
	struct mlf_builder *b = mlf_build_beside(g->ctx, *f);
	const struct mlf_value *to;
	for (int64_t k = 0; k < g->types->n; k++)
		if (mlf_find(*f, g->types->items[k].key) < 0)
			(void)mlf_f64(*f, g->types->items[k].key);
	for (int k = 0; k < mlf_columns(*f); k++) {
		const char *name = mlf_column_name(*f, k);
		if (!(to = mlf_value_get(g->types, name)))
			mlf_graft(b, *f, name, name);
		else if (cast_column(g, *f, to, out, b) < 0)
			return -1;
	}
	*f = mlf_finish(b);
	return 0;
}

static int
mark_copies(struct ingest *g, struct mlf_frame *f, bool *keep)
{
	struct mlf_cells *cells;
	int n = mlf_cells_by(g->ctx, f, NULL, &cells), fresh = n;
	int64_t rows = mlf_rows(f);
	uint64_t(*h)[2] = n < 0 ? NULL : mlf_hash_rows(cells, n, rows);
	for (int64_t i = 0; h && i < rows && fresh >= 0; i++) {
		mlf_seen_expect(&g->seen, h, rows, i);
		fresh = keep[i] ? mlf_seen_add(&g->seen, h[i][0], h[i][1]) : 1;
		if (fresh == 0) {
			keep[i] = false;
			g->copies++;
		}
	}
	free(cells);
	free(h);
	return n < 0 ? -1 : !h || fresh < 0 ? mlf_fail(g->ctx, "no memory to compare rows") : 0;
}

/* Rows that do not convert, as they came, with their number and the column. */
static int
give_rejects(struct ingest *g, struct mlf_frame *in, const struct mlf_value **out, bool *keep)
{
	struct mlf_builder *b = mlf_build_beside(g->ctx, in);
	char why[200];
	for (int64_t i = 0; i < mlf_rows(in); i++)
		keep[i] = out[i] && g->bad_rows == DROP;
	struct mlf_frame *f = mlf_filter(in, keep);
	int row = mlf_add_column(b, "_row", MLF_I64), text = mlf_add_column(b, "_why", MLF_UTF8);
	for (int64_t i = 0; i < mlf_rows(in); i++) {
		if (!keep[i])
			continue;
		int len = snprintf(why, sizeof(why), "%.100s is no %s", out[i]->key,
			mlf_type_shown(mlf_type_named(out[i]->text)));
		mlf_push_i64(b, row, g->rows + i + 1);
		mlf_push_str(b, text, why, len);
		g->bad++;
	}
	for (int k = 0; k < mlf_columns(f); k++)
		mlf_graft(b, f, mlf_column_name(f, k), mlf_column_name(f, k));
	return mlf_output_append(g->ctx, "rejects", mlf_finish(b));
}

static int
take(struct ingest *g, struct mlf_frame *in)
{
	int64_t n = mlf_rows(in), kept = 0;
	const struct mlf_value **out = calloc((size_t)n + 1, sizeof(struct mlf_value *));
	bool *keep = calloc((size_t)n + 1, sizeof(*keep));
	struct mlf_frame *chosen = choose(g, in), *f = chosen;
	int rc = out && keep ? 0 : mlf_fail(g->ctx, "no memory for %lld rows", (long long)n);
	if (rc == 0 && g->types->n)
		rc = cast_all(g, &f, out);
	if (rc == 0)
		rc = give_rejects(g, chosen, out, keep);
	for (int64_t i = 0; rc == 0 && i < n; i++)
		keep[i] = !keep[i];
	if (rc == 0 && g->once)
		rc = mark_copies(g, f, keep);
	for (int64_t i = 0; rc == 0 && i < n; i++)
		kept += keep[i];
	g->rows += n;
	if (rc == 0)
		rc = mlf_output_append(g->ctx, "table", kept < n ? mlf_filter(f, keep) : f);
	free(out);
	free(keep);
	return rc;
}

static int
check(struct ingest *g)
{
	const char *bad = mlf_param_str(g->ctx, "bad_rows");
	g->bad_rows = strcmp(bad, "reject") == 0 ? DROP : strcmp(bad, "null") == 0 ? TO_NULL : FAIL;
	if (g->bad_rows == FAIL && strcmp(bad, "fail") != 0)
		return mlf_fail(g->ctx, "`bad_rows` is `%s`; it must be fail, reject or null", bad);
	if (g->columns->kind != MLF_LIST)
		return mlf_fail(g->ctx, "`columns` must be a list of columns");
	if (g->rename->kind != MLF_MAP || g->types->kind != MLF_MAP)
		return mlf_fail(g->ctx, "`rename` and `types` must be maps from columns");
	return 0;
}

static int
run(struct mlf_ctx *ctx)
{
	struct ingest g = {.ctx = ctx,
		.columns = mlf_param_value(ctx, "columns"),
		.rename = mlf_param_value(ctx, "rename"),
		.types = mlf_param_value(ctx, "types"),
		.once = mlf_param_bool(ctx, "drop_duplicates")};
	int64_t least = mlf_param_i64(ctx, "min_rows");
	int rc = check(&g);
	for (struct mlf_frame *f; rc == 0 && (f = mlf_input_next(ctx, "source"));)
		rc = take(&g, f);
	free(g.seen.v);
	if (rc == 0 && g.rows < least)
		rc = mlf_fail(ctx, "the source has %lld rows, and at least %lld are expected",
			(long long)g.rows, (long long)least);
	if (rc != 0)
		return rc;
	mlf_metric(ctx, "ingested_rows", (double)g.rows, 0);
	mlf_metric(ctx, "duplicate_rows", (double)g.copies, 0);
	if (g.types->n)
		mlf_metric(ctx, "rejected_rows", (double)g.bad, 0);
	mlf_log(ctx, "%lld rows, %lld of them copies", (long long)g.rows, (long long)g.copies);
	return 0;
}

static const struct mlf_node nodes[] = {{
	.name = "ingest",
	.help = "Takes a table in: columns, names, types, and each row once.",
	.inputs = (const struct mlf_port[]){{"source", MLF_TABLE, 0, "any table"}, {0}},
	.outputs = (const struct mlf_port[]){{"table", MLF_TABLE, 0, "the same, each row once"},
		{"rejects", MLF_TABLE, MLF_OPTIONAL,
			"rows that do not convert, with _row and _why"},
		{0}},
	.params =
		(const struct mlf_param[]){
			{"min_rows", MLF_INT, "1", 0, 1e15, "fewer rows are a failure"},
			{"drop_duplicates", MLF_BOOLEAN, "true", 0, 0, "drop exact copies of rows"},
			{"columns", MLF_ANY, "[]", 0, 0, "those to keep, in this order; none: all"},
			{"rename", MLF_ANY, "{}", 0, 0, "column: its new name"},
			{"types", MLF_ANY, "{}", 0, 0,
				"column (its new name): bool, int64, float64, utf8, timestamp"},
			{"bad_rows", MLF_STR, "fail", 0, 0,
				"what becomes of rows that do not convert: fail, reject, null"},
			{0}},
	.run = run,
}};
MLF_PLUGIN("ingest", "2.0", nodes);
