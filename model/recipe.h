/* SPDX-License-Identifier: Apache-2.0
 * Private to model/: the parts of a recipe, the fitted feature steps that travel with a model.
 *
 *	steps      recipe_steps.c, recipe_spec.c   what the user wrote -> fitted ops
 *	ops        recipe_ops.c                    one column (or two) -> new columns
 *	table      recipe_table.c                  the columns at hand while ops run
 *	values     recipe_stats.c                  means, medians, quantiles, what is typical
 *	dict       recipe_dict.c                   categories and their numbers
 *	file       recipe_file.c                   struct recipe <-> recipe.json
 *	the rest   recipe.c                        life, which ops are needed, applying
 *
 * A step of the user becomes one op or several for each of its columns. Ops are a straight line: each
 * reads columns by id (a name has one id in a recipe) and gives columns, of which one may take the
 * place of what it read. While ops run every number is a double and NaN is what is missing. */
#ifndef MODEL_RECIPE_H
#define MODEL_RECIPE_H

#include "model/flavor.h"

#define RECIPE_FILE "recipe.json"
enum { RECIPE_FILE_CAP = 64 << 20, RECIPE_COLUMNS_MAX = 8192, RECIPE_OPS_MAX = 20000 };

/* ---- recipe_dict.c: categories, numbered from 0. Zero is empty. */

struct dict {
	enum mlf_type type; /* MLF_UTF8, or MLF_I64 (also booleans) */
	size_t n, cap, cap_rows;
	struct mlf_str *texts; /* owned; what they point to is in the arena */
	int64_t *ints;         /* owned */
	int64_t *rows;         /* owned; how often each was added */
	uint32_t *slots;       /* owned; number + 1 */
	size_t n_slots;
};
enum { DICT_MISSING = -1, DICT_UNSEEN = -2 };

int32_t dict_find_text(const struct dict *d, struct mlf_str s); /* or DICT_UNSEEN */
int32_t dict_find_int(const struct dict *d, int64_t v);
/* Counts one more of them, a new one if need be. */
int32_t dict_add_text(struct dict *d, struct arena *a, struct mlf_str s);
int32_t dict_add_int(struct dict *d, int64_t v);
/* The numbers of the categories by value, or by falling count and then by value. Owned by the caller. */
int32_t *dict_by_value(const struct dict *d);
int32_t *dict_by_count(const struct dict *d);
/* The text of a category, for names of columns and messages; `bools` are written out. */
void dict_label(const struct dict *d, int32_t i, bool bools, struct str *out);
void dict_fini(struct dict *d);

/* ---- ops */

enum op_kind {
	OP_FILL,    /* what is missing becomes `a`, or `text` */
	OP_MISSING, /* 1 where it is missing, 0 elsewhere */
	OP_SCALE,   /* (x - a) / b * c + d */
	OP_CLIP,    /* at least a, at most b; NaN: no limit */
	OP_ONE_HOT, /* category i: 1 in column values[i]; -1: in none */
	OP_MAP,     /* category i: values[i] */
	OP_BUCKET,  /* how many of `edges` are at most x */
	OP_LOG,
	OP_LOG1P,
	OP_RATIO,
	OP_PRODUCT,
	OP_DATE, /* a part of a time */
	OP_RENAME,
	OP_DROP,
	OP_KINDS,
};
extern const char *const op_names[OP_KINDS];
enum date_part {
	DATE_YEAR,
	DATE_QUARTER,
	DATE_MONTH,
	DATE_DAY,
	DATE_WEEKDAY, /* Monday is 0 */
	DATE_YEARDAY, /* from 1 */
	DATE_HOUR,
	DATE_MINUTE,
	DATE_WEEKEND,
	DATE_PARTS,
};
extern const char *const date_names[DATE_PARTS];

struct op {
	enum op_kind kind;
	int step;         /* of the user's list, from 1; */
	const char *name; /* and how it is called */
	int in[2];        /* ids */
	size_t n_in, n_out;
	int *out; /* arena: ids, and their types */
	enum mlf_type *types;
	double a, b, c, d;
	struct mlf_str text;
	struct dict dict; /* OP_ONE_HOT, OP_MAP */
	double *values;   /* arena; one per category */
	double other;     /* as values[i]: for what no category is */
	double missing;   /* OP_MAP: for what is missing */
	bool strict;      /* what no category is, is an error */
	double *edges;    /* arena, ascending */
	size_t n_edges;
	enum date_part part;
};
/* What may stand for one another: MLF_F64 for all numbers, and the other types for themselves. */
enum mlf_type type_class(enum mlf_type type);
/* The class that an op reads, or 0: any. */
enum mlf_type op_wants(const struct op *o);

/* ---- the recipe */

struct recipe_column {
	int id;
	enum mlf_type type;
	bool nulls;          /* it had some when the recipe was fitted */
	const char *example; /* arena; JSON of a typical value */
};
struct recipe {
	atomic_int refs;
	struct arena arena;
	struct map ids;     /* name -> id + 1 */
	const char **names; /* owned vector, by id */
	size_t n_names, cap_names;
	int target; /* id, or -1 */
	int64_t rows;
	struct recipe_column *inputs, *outputs; /* owned vectors */
	size_t n_inputs, n_outputs, cap_inputs, cap_outputs;
	struct op *ops; /* owned vector */
	size_t n_ops, cap_ops;
};
struct recipe *recipe_new(void);
int recipe_id(struct recipe *r, const char *name); /* made if need be */
struct op *recipe_add(struct recipe *r, const struct op *o);

/* The ops that some outputs need, and the columns that those read. Zero is empty. */
struct recipe_part {
	const struct recipe *recipe;         /* counted by who holds the part */
	const struct recipe_column *outputs; /* borrowed */
	size_t n_outputs;
	bool *op;   /* owned; one per op: it is needed */
	int *input; /* owned; of each of the recipe's inputs the op that first reads it, n_ops: it is
			 an output as it is; -1: not needed */
};
void part_init(struct recipe_part *p, const struct recipe *r, const struct recipe_column *outputs,
	size_t n);
void part_fini(struct recipe_part *p);
MUST_CHECK int part_run(const struct recipe_part *p, struct mlf_frame *f, struct scope *sc,
	struct mlf_frame **out, struct err *e);

/* ---- recipe_table.c: the columns while ops run, by id. */

struct rcol {
	bool there, empty; /* empty: all is missing, whatever the type */
	enum mlf_type type;
	int source;           /* column of the frame that it is, unchanged; -1: made by an op */
	const double *num;    /* NULL: not looked at yet */
	struct mlf_strs strs; /* text */
	struct mlf_str fill;  /* text: what stands for nulls, unless s is NULL */
};
struct rtable {
	struct mlf_frame *frame;
	int64_t n;
	struct rcol *cols; /* owned, one per id */
	size_t n_cols;
	void **bufs; /* owned */
	size_t n_bufs, cap_bufs;
};
void rtable_init(struct rtable *t, struct mlf_frame *f);
void rtable_fini(struct rtable *t);
void rtable_room(struct rtable *t, size_t ids);
void rtable_load(struct rtable *t, int id, int column); /* column of the frame */
void *rtable_buffer(struct rtable *t, size_t bytes);    /* not zeroed; lives as long as t */
const double *rtable_numbers(struct rtable *t, int id);
/* The number of each row's category, DICT_MISSING or DICT_UNSEEN. */
void rtable_codes(struct rtable *t, int id, const struct dict *d, int32_t *codes);
void rtable_count(struct rtable *t, int id, struct dict *d, struct arena *a);
int64_t rtable_missing(struct rtable *t, int id, double *flags); /* flags may be NULL */
/* Puts the column into the builder, as `type`. */
void rtable_emit(struct rtable *t, int id, const struct recipe_column *as, const char *name,
	struct mlf_builder *b);

/* ---- recipe_ops.c */

MUST_CHECK int op_run(const struct recipe *r, const struct op *o, struct rtable *t, struct err *e);

/* ---- recipe_stats.c: of values of which NaN is none. */

/* The values there are, in memory that the caller frees, and how many. */
double *values_of(const double *x, int64_t n, int64_t *found);
double value_quantile(double *v, int64_t n, double q); /* reorders; n > 0; linear between two */
double value_mode(double *v, int64_t n); /* reorders; the smallest of the most frequent; n > 0 */
/* JSON of a typical value of a column, or NULL: there is none. Made of many rows, it is nobody's. */
const char *typical_value(struct mlf_frame *f, int column, struct arena *a);

/* ---- recipe_fit.c: a recipe while it is fitted, and what the steps make of it. */

struct step_options {
	struct ynode *columns, *as, *value, *unknown, *categories, *edges, *range, *parts,
		*quantiles;
	const char *strategy, *of, *by;
	double smoothing, min, max;
	int64_t max_categories, folds;
	bool indicator, drop_first, clip, center, scale;
};
struct fitter {
	struct recipe *r;
	struct rtable t;
	int *order; /* owned; ids of the columns there are, in the order of the table */
	size_t n_order, cap_order;
	struct arena arena; /* of the spec */
	int step;           /* from 1 */
	const char *name;   /* of the step */
	struct step_options o;
	uint64_t seed;
	struct err *e;
};
/* A kind of step. It is called once for each of its columns, or once with the node of its options. */
struct step_kind {
	const char *name;
	const struct yfield *fields;
	unsigned types; /* a bit for each type of column that it takes */
	int (*column)(struct fitter *f, int id, const char *as);
	int (*whole)(struct fitter *f, const struct ynode *options);
};
enum { TYPES_NUMBER = 1u << MLF_F64 | 1u << MLF_I64 | 1u << MLF_BOOL };

/* Fails, naming the step. Returns -1. */
int step_fail(struct fitter *f, enum err_code code, const char *fmt, ...) PRINTF(3, 4);
/* The column of that name that is there and no target, or -1 and an error. */
int step_column(struct fitter *f, const char *name);
enum mlf_type step_type(const struct fitter *f, int id);
const char *step_column_name(const struct fitter *f, int id);
/* Adds an op of one or two inputs and runs it. Its outputs stand behind the first input, or take its
 * place if they are called the same; those of two inputs come last. */
MUST_CHECK int
step_add(struct fitter *f, struct op *o, const char *const *names, const enum mlf_type *types);
/* The same with one output. `as` NULL: in place of the input. */
MUST_CHECK int step_put(struct fitter *f, struct op *o, const char *as, enum mlf_type type);
MUST_CHECK int step_drop(struct fitter *f, int id);
bool step_is_target(const struct fitter *f, const char *name);
/* The numbers of a list, in the arena; n at least `least`. `option` is its name. */
MUST_CHECK int step_numbers(struct fitter *f, const struct ynode *list, const char *option,
	size_t least, double **out, size_t *n);

/* recipe_steps.c, recipe_encode.c */
extern const struct step_kind step_impute, step_standardize, step_minmax, step_clip, step_log,
	step_log1p, step_bucketise, step_ratio, step_interact, step_date_parts, step_drop_columns,
	step_keep, step_rename, step_one_hot, step_ordinal, step_target_encode;

#endif
