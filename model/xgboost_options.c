/* SPDX-License-Identifier: Apache-2.0
 * The options of the flavor `xgboost`: names, defaults, ranges. They have the library's names, and those
 * of its Python classes.
 *
 *	objective              one of the names below
 *	nthread                part of what a model is: the same seed and threads give the same bytes
 *	early_stopping_rounds  0: none; else the rounds after the best one are dropped, judged by
 *	validation_share       this share of the rows, drawn by the seed and not trained on
 *	scale_pos_weight       how much rows of the larger class value weigh (two classes)
 *	class_weight           "balanced": rows weigh so that all classes weigh the same */
#include "model/xgboost.h"

#include <stddef.h>

static const struct xgb_options defaults = {
	.n_estimators = 100,
	.max_depth = 6,
	.max_bin = 256,
	.nthread = 1,
	.eta = 0.3,
	.subsample = 1,
	.colsample = 1,
	.lambda = 1,
	.min_child_weight = 1,
	.validation_share = 0.1,
	.scale_pos_weight = 1,
};

static const struct {
	const char *name, *metric;
} objectives[] = {
	[XGB_BINARY] = {"binary:logistic", "logloss"},
	[XGB_NUMBER] = {"reg:squarederror", "rmse"},
	[XGB_SHARE] = {"reg:logistic", "rmse"},
	[XGB_PROBABILITIES] = {"multi:softprob", "mlogloss"},
	[XGB_CLASS] = {"multi:softmax", "mlogloss"},
};

/* Numbers: `param` is the library's name, NULL if it has nothing to do with it. */
static const struct number_option {
	const char *name, *other, *param;
	size_t offset;
	bool whole;
	double min, max;
} numbers[] = {
	{"n_estimators", "num_boost_round", NULL, offsetof(struct xgb_options, n_estimators), true,
		1, 100000},
	{"max_depth", NULL, "max_depth", offsetof(struct xgb_options, max_depth), true, 1, 30},
	{"learning_rate", "eta", "eta", offsetof(struct xgb_options, eta), false, 0, 1},
	{"subsample", NULL, "subsample", offsetof(struct xgb_options, subsample), false, 1e-6, 1},
	{"colsample_bytree", NULL, "colsample_bytree", offsetof(struct xgb_options, colsample),
		false, 1e-6, 1},
	{"lambda", "reg_lambda", "lambda", offsetof(struct xgb_options, lambda), false, 0, 1e15},
	{"alpha", "reg_alpha", "alpha", offsetof(struct xgb_options, alpha), false, 0, 1e15},
	{"min_child_weight", NULL, "min_child_weight",
		offsetof(struct xgb_options, min_child_weight), false, 0, 1e15},
	{"gamma", "min_split_loss", "gamma", offsetof(struct xgb_options, gamma), false, 0, 1e15},
	{"max_bin", NULL, "max_bin", offsetof(struct xgb_options, max_bin), true, 2, 65536},
	{"scale_pos_weight", NULL, "scale_pos_weight",
		offsetof(struct xgb_options, scale_pos_weight), false, 1e-9, 1e9},
	{"nthread", "n_jobs", "nthread", offsetof(struct xgb_options, nthread), true, 1, 1024},
	{"seed", "random_state", "seed", offsetof(struct xgb_options, seed), true, 0, 2147483647},
	{"early_stopping_rounds", NULL, NULL, offsetof(struct xgb_options, patience), true, 0,
		100000},
	{"validation_share", NULL, NULL, offsetof(struct xgb_options, validation_share), false,
		0.001, 0.9},
};

enum {
	NUMBERS = sizeof(numbers) / sizeof(numbers[0]),
	OBJECTIVES = sizeof(objectives) / sizeof(objectives[0])
};

const char *
xgb_objective(enum xgb_task task)
{
	return objectives[task].name;
}

int
xgb_task_of(const char *objective)
{
	for (int i = 0; i < OBJECTIVES; i++)
		if (str_eq(objectives[i].name, objective))
			return i;
	return -1;
}

bool
xgb_has_classes(enum xgb_task task)
{
	return task != XGB_NUMBER && task != XGB_SHARE;
}

/* ---- reading */

static int
read_number(struct jr *r, const struct number_option *n, struct xgb_options *o, struct err *e)
{
	char *at = (char *)o + n->offset;
	double v = n->whole ? (double)jr_i64(r) : jr_f64(r);
	if (r->bad)
		return 0; /* jr_done tells */
	if (!(v >= n->min && v <= n->max))
		return err_set(e, MLC_MODEL, "option `%s` must lie between %.10g and %.10g",
			n->name, n->min, n->max);
	if (n->whole)
		*(int64_t *)(void *)at = (int64_t)v;
	else
		*(double *)(void *)at = v;
	return 0;
}

static int
read_objective(struct jr *r, struct xgb_options *o, struct err *e)
{
	const char *name = jr_str(r);
	int task = xgb_task_of(name);
	if (task >= 0)
		o->task = (enum xgb_task)task;
	else if (!r->bad) {
		struct str known = {0};
		for (int i = 0; i < OBJECTIVES; i++)
			str_addf(&known, "%s%s", i ? ", " : "", objectives[i].name);
		err_set(e, MLC_MODEL, "option `objective` cannot be \"%s\"", name ? name : "null");
		err_help(e, "it is one of %s", str_text(&known));
		str_fini(&known);
		return -1;
	}
	return 0;
}

/* The option has one value that there is. */
static int
read_word(struct jr *r, const char *option, const char *word, struct err *e)
{
	const char *v = jr_str(r);
	if (r->bad || str_eq(v, word))
		return 0;
	return err_set(e, MLC_MODEL, "option `%s` is \"%s\" or left out", option, word);
}

static int
complain_unknown(const char *key, struct err *e)
{
	struct map names = {0};
	static const char *const texts[] = {"objective", "class_weight", "tree_method"};
	for (size_t i = 0; i < NUMBERS; i++) {
		map_put(&names, numbers[i].name, &names);
		if (numbers[i].other)
			map_put(&names, numbers[i].other, &names);
	}
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		map_put(&names, texts[i], &names);
	const char *near = map_near(&names, key);
	err_set(e, MLC_MODEL, "flavor `xgboost` has no option `%s`", key);
	if (near)
		err_help(e, "did you mean `%s`?", near);
	else
		err_help(e,
			"it has objective, n_estimators, max_depth, learning_rate, subsample, "
			"colsample_bytree, lambda, alpha, min_child_weight, gamma, max_bin, "
			"tree_method, early_stopping_rounds, validation_share, nthread, seed, "
			"scale_pos_weight and class_weight");
	map_fini(&names);
	return -1;
}

static int
read_option(struct jr *r, const char *key, struct xgb_options *o, struct err *e)
{
	for (size_t i = 0; i < NUMBERS; i++)
		if (str_eq(numbers[i].name, key) || str_eq(numbers[i].other, key))
			return read_number(r, &numbers[i], o, e);
	if (str_eq(key, "objective"))
		return read_objective(r, o, e);
	if (str_eq(key, "tree_method"))
		return read_word(r, "tree_method", "hist", e);
	if (str_eq(key, "class_weight")) {
		o->balanced = jr_peek(r) == J_STRING;
		return o->balanced ? read_word(r, "class_weight", "balanced", e) : (jr_skip(r), 0);
	}
	return complain_unknown(key, e);
}

static int
check_together(const struct xgb_options *o, struct err *e)
{
	if (o->scale_pos_weight != 1 && o->task != XGB_BINARY)
		return err_set(e, MLC_MODEL, "option `scale_pos_weight` is for two classes");
	if (o->balanced && !xgb_has_classes(o->task))
		return err_set(e, MLC_MODEL, "option `class_weight` is for classes");
	if (o->balanced && o->scale_pos_weight != 1)
		return err_set(e, MLC_MODEL,
			"options `class_weight` and `scale_pos_weight` exclude each other");
	return 0;
}

int
xgb_options_read(const char *json, uint64_t seed, struct xgb_options *out, struct err *e)
{
	struct jr r;
	const char *key;
	*out = defaults;
	out->seed = (int64_t)(seed & 0x7fffffff);
	if (!json)
		return 0;
	jr_init(&r, json, strlen(json));
	if (jr_object(&r))
		while (jr_next(&r, &key))
			if (read_option(&r, key, out, e) < 0) {
				jr_fini(&r);
				return -1;
			}
	if (jr_done(&r, e) < 0)
		return err_wrap(e, "the flavor's options");
	return check_together(out, e);
}

/* ---- for the library */

const char *const *
xgb_params(const struct xgb_options *o, size_t n_classes, struct arena *a)
{
	const char **list = arena_alloc(a, (NUMBERS + 6) * 2 * sizeof(*list)), **p = list;
	bool multi = o->task == XGB_PROBABILITIES || o->task == XGB_CLASS;
	*p++ = "objective";
	*p++ = objectives[o->task].name;
	*p++ = "eval_metric";
	*p++ = objectives[o->task].metric;
	*p++ = "tree_method";
	*p++ = "hist";
	*p++ = "verbosity";
	*p++ = "0";
	if (multi) {
		*p++ = "num_class";
		*p++ = arena_printf(a, "%zu", n_classes);
	}
	for (size_t i = 0; i < NUMBERS; i++) {
		const char *at = (const char *)o + numbers[i].offset;
		if (!numbers[i].param || (multi && str_eq(numbers[i].param, "scale_pos_weight")))
			continue;
		*p++ = numbers[i].param;
		*p++ = numbers[i].whole
			? arena_printf(a, "%lld", (long long)*(const int64_t *)(const void *)at)
			: arena_printf(a, "%.17g", *(const double *)(const void *)at);
	}
	return list;
}
