/* SPDX-License-Identifier: Apache-2.0
 * ingest: takes a table in, whatever its columns are, and drops rows that are exact copies of an
 * earlier row. Records how many rows came and went; a table with too few rows fails the run. */
#include <mlflow-c/node.h>

#include <stdlib.h>
#include <string.h>

static uint64_t
mix(uint64_t h, uint64_t v)
{
	h = (h ^ v) * 0x9e3779b97f4a7c15u;
	return h ^ h >> 29;
}

static uint64_t
text_hash(struct mlf_str s)
{
	uint64_t h = (uint64_t)s.len, word;
	for (; s.len >= 8; s.s += 8, s.len -= 8) {
		memcpy(&word, s.s, 8);
		h = mix(h, word);
	}
	word = 0;
	if (s.len > 0)
		memcpy(&word, s.s, (size_t)s.len);
	return mix(h, word);
}

/* A column of any type: numbers and times by their bits, or one of the other two views. */
struct any {
	enum mlf_type type;
	const uint64_t *v;
	struct mlf_bools bools;
	struct mlf_strs strs;
	const uint8_t *valid;
	int64_t off;
};

static struct any
look(struct mlf_frame *f, int column)
{
	const char *name = mlf_column_name(f, column);
	enum mlf_type type = mlf_column_type(f, column);
	if (type == MLF_BOOL) {
		struct mlf_bools c = mlf_bool(f, name);
		return (struct any){.type = type, .bools = c, .valid = c.valid, .off = c.off};
	}
	if (type == MLF_UTF8) {
		struct mlf_strs c = mlf_utf8(f, name);
		return (struct any){.type = type, .strs = c, .valid = c.valid, .off = c.off};
	}
	if (type == MLF_F64) {
		struct mlf_f64s c = mlf_f64(f, name);
		return (struct any){type, (const void *)c.v, .valid = c.valid, .off = c.off};
	}
	struct mlf_i64s c = type == MLF_I64 ? mlf_i64(f, name) : mlf_timestamp(f, name);
	return (struct any){type, (const void *)c.v, .valid = c.valid, .off = c.off};
}

/* 64 bits that are equal for equal values; for null as good as any. */
static uint64_t
bits_at(const struct any *c, int64_t i)
{
	if (mlf_is_null(c->valid, c->off, i))
		return 0x6e756c6c;
	if (c->type == MLF_UTF8)
		return text_hash(mlf_str_at(&c->strs, i));
	return c->type == MLF_BOOL ? mlf_bool_at(&c->bools, i) : c->v[i];
}

static bool
rows_equal(const struct any *columns, int n, int64_t a, int64_t b)
{
	for (int c = 0; c < n; c++) {
		const struct any *x = &columns[c];
		bool null = mlf_is_null(x->valid, x->off, a);
		if (null != mlf_is_null(x->valid, x->off, b))
			return false;
		if (null)
			continue;
		if (x->type != MLF_UTF8) {
			if (bits_at(x, a) != bits_at(x, b))
				return false;
			continue;
		}
		struct mlf_str s = mlf_str_at(&x->strs, a), t = mlf_str_at(&x->strs, b);
		if (s.len != t.len || memcmp(s.s, t.s, (size_t)s.len) != 0)
			return false;
	}
	return true;
}

/* What finding copies takes. Slots hold row + 1. */
struct work {
	struct any *columns;
	uint64_t *hashes;
	int64_t *slots;
	bool *keep;
	uint64_t mask;
};

/* Marks the first of each kind of row in keep; returns how many those are. */
static int64_t
mark_first(struct work *w, int columns, int64_t rows)
{
	int64_t kept = 0;
	for (int c = 0; c < columns; c++)
		for (int64_t i = 0; i < rows; i++)
			w->hashes[i] = mix(w->hashes[i], bits_at(&w->columns[c], i));
	for (int64_t i = 0; i < rows; i++) {
		uint64_t at = w->hashes[i] & w->mask;
		while (w->slots[at] &&
			(w->hashes[w->slots[at] - 1] != w->hashes[i] ||
				!rows_equal(w->columns, columns, w->slots[at] - 1, i)))
			at = (at + 1) & w->mask;
		w->keep[i] = !w->slots[at];
		if (w->keep[i]) {
			w->slots[at] = i + 1;
			kept++;
		}
	}
	return kept;
}

static int
drop_copies(struct mlf_ctx *ctx, struct mlf_frame **table, int64_t rows)
{
	int columns = mlf_columns(*table), rc = 0;
	uint64_t slots = 16;
	while (slots < 2 * (uint64_t)rows)
		slots *= 2;
	struct work w = {calloc((size_t)columns + 1, sizeof(struct any)),
		calloc((size_t)rows + 1, sizeof(uint64_t)), calloc(slots, sizeof(int64_t)),
		calloc((size_t)rows + 1, sizeof(bool)), slots - 1};
	if (!w.columns || !w.hashes || !w.slots || !w.keep) {
		rc = mlf_fail(ctx, "no memory to compare %lld rows", (long long)rows);
	} else {
		for (int c = 0; c < columns; c++)
			w.columns[c] = look(*table, c);
		if (mark_first(&w, columns, rows) < rows)
			*table = mlf_filter(*table, w.keep);
	}
	free(w.columns);
	free(w.hashes);
	free(w.slots);
	free(w.keep);
	return rc;
}

static int
run(struct mlf_ctx *ctx)
{
	struct mlf_frame *table = mlf_input(ctx, "source");
	int64_t rows = mlf_rows(table), least = mlf_param_i64(ctx, "min_rows");
	if (rows < least)
		return mlf_fail(ctx, "the source has %lld rows, and at least %lld are expected",
			(long long)rows, (long long)least);
	int rc = mlf_param_bool(ctx, "drop_duplicates") ? drop_copies(ctx, &table, rows) : 0;
	if (rc != 0)
		return rc;
	mlf_metric(ctx, "ingested_rows", (double)rows, 0);
	mlf_metric(ctx, "duplicate_rows", (double)(rows - mlf_rows(table)), 0);
	mlf_log(ctx, "%lld rows, %lld of them copies", (long long)rows,
		(long long)(rows - mlf_rows(table)));
	return mlf_output(ctx, "table", table);
}

static const struct mlf_node nodes[] = {{
	.name = "ingest",
	.help = "Takes a table in and drops exact copies of rows.",
	.inputs = (const struct mlf_port[]){{"source", MLF_TABLE, 0, "any table"}, {0}},
	.outputs =
		(const struct mlf_port[]){{"table", MLF_TABLE, 0, "the same, each row once"}, {0}},
	.params = (const struct mlf_param[]){{"min_rows", MLF_INT, "1", 0, 1e15,
						     "fewer rows are a failure"},
		{"drop_duplicates", MLF_BOOLEAN, "true", 0, 0, "drop exact copies of rows"}, {0}},
	.run = run,
}};
MLF_PLUGIN("ingest", "1.0", nodes);
