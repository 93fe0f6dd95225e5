/* SPDX-License-Identifier: Apache-2.0
 * mlflow-c: what general nodes need beyond node.h: parameters that are lists and maps, columns of a type
 * that only the data tells, casts, and frames that go as soon as they are no longer needed.
 *
 *	const struct mlf_value *rules = mlf_param_value(ctx, "rules");
 *	for (int64_t i = 0; i < rules->n; i++)
 *		... mlf_value_text(&rules->items[i], "column", NULL) ...
 *
 * All of it is there since minor 2. */
#ifndef MLFLOW_C_TOOLS_H
#define MLFLOW_C_TOOLS_H

#include <mlflow-c/node.h>
#include <mlflow-c/quality.h>
#include <string.h>

enum mlf_value_kind { MLF_NOTHING, MLF_TRUTH, MLF_NUMBER, MLF_WORD, MLF_LIST, MLF_MAP };

/* A parameter as a tree. Belongs to the host. */
struct mlf_value {
	enum mlf_value_kind kind;
	const char *key;  /* in a map; else NULL */
	const char *text; /* of numbers and booleans as JSON writes them; "" of lists and maps */
	double number;    /* booleans: 0 or 1 */
	const char *json; /* all of it as JSON */
	int64_t n;        /* of lists and maps */
	const struct mlf_value *items;
};

/* A version of a registered model; texts may be NULL. */
struct mlf_version {
	const char *name;
	int64_t version; /* 0: it is not a registered version */
	const char *run_id;
};

/* What the host offers. Plugins never name these; the wrappers below do. */
struct mlf_tools {
	uint32_t size;
	const struct mlf_value *(*value)(struct mlf_ctx *, const char *key);
	struct mlf_builder *(*build_beside)(struct mlf_ctx *, struct mlf_frame *);
	struct mlf_frame *(*scratch)(struct mlf_ctx *, struct mlf_frame *);
	struct mlf_frame *(*cast)(struct mlf_ctx *, struct mlf_frame *, const char *column,
		enum mlf_type to, bool *bad);
	void (*version)(struct mlf_ctx *, const char *port, struct mlf_version *);
	const struct mlf_verdict *(*judge)(struct mlf_ctx *, const struct mlf_judged *);
	const char *(*draw)(
		struct mlf_ctx *, const struct mlf_page *, const char *what, size_t *len);
	struct mlf_frame *(*verdict_table)(
		struct mlf_ctx *, const struct mlf_verdict *, const char *what);
	int64_t (*rounds)(struct mlf_ctx *, const struct mlf_model *);
};

/* A parameter of type MLF_ANY as a tree; never NULL. */
static inline const struct mlf_value *
mlf_param_value(struct mlf_ctx *ctx, const char *key)
{
	return ctx->host->tools->value(ctx, key);
}
/* Begins a table that lives as long as `f` does: for what is made of a batch, so that memory stays flat. */
static inline struct mlf_builder *
mlf_build_beside(struct mlf_ctx *ctx, struct mlf_frame *f)
{
	return ctx->host->tools->build_beside(ctx, f);
}
/* The same table to work on for a while: what is cut, built or predicted from it is gone at the next
 * mlf_scratch. */
static inline struct mlf_frame *
mlf_scratch(struct mlf_ctx *ctx, struct mlf_frame *f)
{
	return ctx->host->tools->scratch(ctx, f);
}
/* One column as another type, alone in a frame that lives as long as `f`. What does not convert is null
 * there, and true in `bad`; texts are read as the catalog reads them, blanks around them apart. */
static inline struct mlf_frame *
mlf_cast(struct mlf_ctx *ctx, struct mlf_frame *f, const char *column, enum mlf_type to, bool *bad)
{
	return ctx->host->tools->cast(ctx, f, column, to, bad);
}
/* Which version of which model arrives at an input port, as far as it is known. */
static inline void
mlf_model_version(struct mlf_ctx *ctx, const char *port, struct mlf_version *out)
{
	ctx->host->tools->version(ctx, port, out);
}
/* How many rounds a model has that learns in rounds and may have stopped early; 0: others. */
static inline int64_t
mlf_model_rounds(struct mlf_ctx *ctx, const struct mlf_model *m)
{
	return ctx->host->tools->rounds(ctx, m);
}
/* Judges what a model said; NULL after a mistake. */
static inline const struct mlf_verdict *
mlf_judge(struct mlf_ctx *ctx, const struct mlf_judged *j)
{
	return ctx->host->tools->judge(ctx, j);
}
/* Shows a verdict: "roc", "pr", "calibration", "confusion" or "numbers" as SVG, "page" as HTML, "json"; NULL
 * if it has nothing of the kind. */
static inline const char *
mlf_draw(struct mlf_ctx *ctx, const struct mlf_page *page, const char *what, size_t *len)
{
	return ctx->host->tools->draw(ctx, page, what, len);
}

/* A part of a verdict as a table: "curves" (curve, x, y, threshold, rows) or "confusion" (truth, said,
 * rows). */
static inline struct mlf_frame *
mlf_verdict_table(struct mlf_ctx *ctx, const struct mlf_verdict *v, const char *what)
{
	return ctx->host->tools->verdict_table(ctx, v, what);
}

/* The value of a key of a map, or NULL. */
static inline const struct mlf_value *
mlf_value_get(const struct mlf_value *map, const char *key)
{
	for (int64_t i = 0; map && map->kind == MLF_MAP && i < map->n; i++)
		if (strcmp(map->items[i].key, key) == 0)
			return &map->items[i];
	return NULL;
}
/* The text of a key of a map, or `def`. */
static inline const char *
mlf_value_text(const struct mlf_value *map, const char *key, const char *def)
{
	const struct mlf_value *v = mlf_value_get(map, key);
	return v && v->kind != MLF_NOTHING ? v->text : def;
}
/* The number of a key of a map, or `def`. */
static inline double
mlf_value_number(const struct mlf_value *map, const char *key, double def)
{
	const struct mlf_value *v = mlf_value_get(map, key);
	return v && (v->kind == MLF_NUMBER || v->kind == MLF_TRUTH) ? v->number : def;
}
/* Fails the node unless all keys of a map are among `known`, which are parted by blanks: 0 or -1. */
static inline int
mlf_value_keys(
	struct mlf_ctx *ctx, const struct mlf_value *map, const char *what, const char *known)
{
	if (map->kind != MLF_MAP)
		return mlf_fail(ctx, "`%s` must be a map with: %s", what, known);
	for (int64_t i = 0; i < map->n; i++) {
		size_t len = strlen(map->items[i].key);
		const char *at = known;
		while ((at = strstr(at, map->items[i].key)) != NULL &&
			((at > known && at[-1] != ' ') || (at[len] && at[len] != ' ')))
			at += len;
		if (!at || !len)
			return mlf_fail(ctx, "`%s` has no key `%s`; it has: %s", what,
				map->items[i].key, known);
	}
	return 0;
}
/* The type that a name stands for; 0: none. */
static inline enum mlf_type
mlf_type_named(const char *name)
{
	static const struct {
		const char *name;
		enum mlf_type type;
	} types[] = {{"bool", MLF_BOOL}, {"boolean", MLF_BOOL}, {"int64", MLF_I64},
		{"int", MLF_I64}, {"float64", MLF_F64}, {"float", MLF_F64}, {"utf8", MLF_UTF8},
		{"text", MLF_UTF8}, {"str", MLF_UTF8}, {"string", MLF_UTF8},
		{"timestamp", MLF_TIMESTAMP}};
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(types[i].name, name) == 0)
			return types[i].type;
	return (enum mlf_type)0;
}
static inline const char *
mlf_type_shown(enum mlf_type type)
{
	static const char *const names[] = {
		"nothing", "bool", "int64", "float64", "utf8", "timestamp"};
	return names[type <= MLF_TIMESTAMP ? type : 0];
}
/* True if a text stands in a list, or is the one text given instead of a list. */
static inline bool
mlf_value_has(const struct mlf_value *list, const char *text)
{
	for (int64_t i = 0; list && list->kind == MLF_LIST && i < list->n; i++)
		if (strcmp(list->items[i].text, text) == 0)
			return true;
	return list && list->kind == MLF_WORD && strcmp(list->text, text) == 0;
}

/* True of figures that are the better the lower they are. */
static inline bool
mlf_lower_is_better(const char *metric)
{
	static const char *const lower[] = {
		"log_loss", "brier", "ece", "rmse", "mae", "median_ae", "max_error", "mape"};
	for (size_t k = 0; k < sizeof(lower) / sizeof(lower[0]); k++)
		if (strcmp(metric, lower[k]) == 0)
			return true;
	return false;
}

/* A column of whatever type. */
struct mlf_cells {
	enum mlf_type type;
	const uint64_t *v; /* int64, float64 and timestamps, by their bits */
	struct mlf_bools bools;
	struct mlf_strs strs;
	const uint8_t *valid;
	int64_t off, n, nulls;
};

/* The i-th column of a frame. */
static inline struct mlf_cells
mlf_cells_at(struct mlf_frame *f, int column)
{
	const char *name = mlf_column_name(f, column);
	struct mlf_cells c = {.type = mlf_column_type(f, column)};
	if (c.type == MLF_BOOL) {
		c.bools = mlf_bool(f, name);
		c.valid = c.bools.valid, c.off = c.bools.off, c.n = c.bools.n;
		c.nulls = c.bools.nulls;
	} else if (c.type == MLF_UTF8) {
		c.strs = mlf_utf8(f, name);
		c.valid = c.strs.valid, c.off = c.strs.off, c.n = c.strs.n;
		c.nulls = c.strs.nulls;
	} else if (c.type == MLF_F64) {
		struct mlf_f64s x = mlf_f64(f, name);
		c.v = (const void *)x.v, c.valid = x.valid, c.off = x.off, c.n = x.n;
		c.nulls = x.nulls;
	} else {
		struct mlf_i64s x = c.type == MLF_I64 ? mlf_i64(f, name) : mlf_timestamp(f, name);
		c.v = (const void *)x.v, c.valid = x.valid, c.off = x.off, c.n = x.n;
		c.nulls = x.nulls;
	}
	return c;
}
/* The column called `name`. Without one it gives -1, and the node fails and tells which there are. */
static inline int
mlf_cells_of(struct mlf_ctx *ctx, struct mlf_frame *f, const char *name, struct mlf_cells *out)
{
	int at = mlf_find(f, name);
	(void)ctx;
	if (at < 0) {
		(void)mlf_f64(f, name); /* says which columns there are */
		return -1;
	}
	*out = mlf_cells_at(f, at);
	return 0;
}
static inline bool
mlf_cell_null(const struct mlf_cells *c, int64_t i)
{
	return mlf_is_null(c->valid, c->off, i);
}
/* A number of an int64, float64, boolean or timestamp cell. */
static inline double
mlf_cell_number(const struct mlf_cells *c, int64_t i)
{
	double x;
	if (c->type == MLF_BOOL)
		return mlf_bool_at(&c->bools, i);
	if (c->type != MLF_F64)
		return (double)(int64_t)c->v[i];
	memcpy(&x, &c->v[i], sizeof(x));
	return x;
}
/* Mixes 64 bits into a hash. */
static inline uint64_t
mlf_mix(uint64_t h, uint64_t v)
{
	h = (h ^ v) * 0x9e3779b97f4a7c15u;
	return h ^ h >> 29;
}
static inline uint64_t
mlf_text_hash(struct mlf_str s)
{
	uint64_t h = (uint64_t)s.len, word;
	for (; s.len >= 8; s.s += 8, s.len -= 8) {
		memcpy(&word, s.s, 8);
		h = mlf_mix(h, word);
	}
	word = 0;
	if (s.len > 0)
		memcpy(&word, s.s, (size_t)s.len);
	return mlf_mix(h, word);
}
/* 64 bits that are equal for equal cells; for null as good as any. */
static inline uint64_t
mlf_cell_bits(const struct mlf_cells *c, int64_t i)
{
	if (mlf_cell_null(c, i))
		return 0x6e756c6c;
	if (c->type == MLF_UTF8)
		return mlf_text_hash(mlf_str_at(&c->strs, i));
	return c->type == MLF_BOOL ? mlf_bool_at(&c->bools, i) : c->v[i];
}
/* A number that looks random and is the same for the same seed and row (splitmix64). */
static inline uint64_t
mlf_scatter(uint64_t seed, uint64_t row)
{
	uint64_t z = seed * 0xd1342543de82ef95u + row * 0x9e3779b97f4a7c15u;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

#endif
