/* SPDX-License-Identifier: Apache-2.0
 * The options of the flavor `linear`: names, defaults, ranges.
 *
 *	objective      "logistic" (two classes or more) | "squared" (a number)
 *	l2             weight of half the squared coefficients; 1 / C of scikit-learn's logistic
 *	               regression, alpha of its Ridge. The intercept is free.
 *	standardize    whether l2 looks at coefficients of standardised columns (true) or of raw ones
 *	fit_intercept  false: the linear term is 0 where all columns are
 *	class_weight   null | "balanced" | {"LABEL": weight, ...}: how much rows of a class count
 *	solver         "auto" | "newton" | "lbfgs"; auto: newton up to LINEAR_NEWTON_MAX unknowns
 *	max_iter       Newton steps; lbfgs may take 50 times as many, each costing a fraction of one
 *	tol            the largest gradient component, per row, at which the search ends
 *
 * And of an update: max_iter, tol, and
 *
 *	decay          what the rows of before count from now on: 1 all, 0.5 half */
#include "model/linear.h"

static const struct linear_options defaults = {
	.loss = LOSS_LOGISTIC,
	.l2 = 1,
	.tol = 1e-10,
	.max_iter = 100,
	.standardize = true,
	.intercept = true,
	.decay = 1,
};

static const char *const loss_names[] = {
	[LOSS_LOGISTIC] = "logistic",
	[LOSS_SQUARED] = "squared",
	[LOSS_SOFTMAX] = "softmax",
};

static const char *const solver_names[] = {
	[SOLVER_AUTO] = "auto",
	[SOLVER_NEWTON] = "newton",
	[SOLVER_LBFGS] = "lbfgs",
};

static int
find_name(const char *name, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(name, names[i]))
			return (int)i;
	return -1;
}

const char *
loss_name(enum loss loss)
{
	return loss_names[loss];
}

int
loss_of_name(const char *name, enum loss *out)
{
	int i = find_name(name, loss_names, sizeof(loss_names) / sizeof(loss_names[0]));
	*out = i < 0 ? LOSS_LOGISTIC : (enum loss)i;
	return i < 0 ? -1 : 0;
}

const char *
solver_name(enum linear_solver solver)
{
	return solver_names[solver];
}

int
solver_of_name(const char *name, enum linear_solver *out)
{
	int i = find_name(name, solver_names, sizeof(solver_names) / sizeof(solver_names[0]));
	*out = i < 0 ? SOLVER_AUTO : (enum linear_solver)i;
	return i < 0 ? -1 : 0;
}

/* ---- reading; what the reader itself refuses, jr_done tells */

static int
read_objective(struct jr *r, struct linear_options *o, struct err *e)
{
	const char *name = jr_str(r);
	if (r->bad || (loss_of_name(name, &o->loss) == 0 && o->loss != LOSS_SOFTMAX))
		return 0;
	err_set(e, MLC_MODEL, "option `objective` is \"logistic\" or \"squared\"");
	return err_help(e, "\"logistic\" is also for more than two classes");
}

static int
read_solver(struct jr *r, struct linear_options *o, struct err *e)
{
	if (solver_of_name(jr_str(r), &o->solver) == 0 || r->bad)
		return 0;
	return err_set(e, MLC_MODEL, "option `solver` is \"auto\", \"newton\" or \"lbfgs\"");
}

static int
read_weight(struct jr *r, struct class_weight *w, struct err *e)
{
	size_t len;
	const char *raw;
	switch (jr_peek(r)) {
	case J_NULL: jr_skip(r); return 0;
	case J_STRING:
		w->balanced = str_eq(jr_str(r), "balanced");
		if (w->balanced || r->bad)
			return 0;
		break;
	case J_OBJECT:
		raw = jr_raw(r, &len);
		str_reset(&w->map);
		if (raw)
			str_addn(&w->map, raw, len);
		return 0;
	default: break;
	}
	return err_set(e, MLC_MODEL,
		"option `class_weight` is \"balanced\" or a map from classes to weights");
}

static int
read_steps(struct jr *r, struct linear_options *o, struct err *e)
{
	int64_t v = jr_i64(r);
	if (!r->bad && (v < 1 || v > 100000))
		return err_set(e, MLC_MODEL, "option `max_iter` must lie between 1 and 100000");
	o->max_iter = (int)v;
	return 0;
}

static int
read_option(struct jr *r, const char *key, struct linear_options *o, struct err *e)
{
	if (str_eq(key, "objective"))
		return read_objective(r, o, e);
	if (str_eq(key, "solver"))
		return read_solver(r, o, e);
	if (str_eq(key, "class_weight"))
		return read_weight(r, &o->weight, e);
	if (str_eq(key, "max_iter"))
		return read_steps(r, o, e);
	if (str_eq(key, "l2"))
		o->l2 = jr_f64(r);
	else if (str_eq(key, "tol"))
		o->tol = jr_f64(r);
	else if (str_eq(key, "standardize"))
		o->standardize = jr_bool(r);
	else if (str_eq(key, "fit_intercept"))
		o->intercept = jr_bool(r);
	else {
		err_set(e, MLC_MODEL, "flavor `linear` has no option `%s`", key);
		return err_help(e,
			"it has objective, l2, standardize, fit_intercept, class_weight, solver, "
			"max_iter and tol");
	}
	return 0;
}

static int
read_update_option(struct jr *r, const char *key, struct linear_options *o, struct err *e)
{
	if (str_eq(key, "max_iter"))
		return read_steps(r, o, e);
	if (str_eq(key, "tol"))
		o->tol = jr_f64(r);
	else if (str_eq(key, "decay"))
		o->decay = jr_f64(r);
	else {
		err_set(e, MLC_MODEL, "an update of flavor `linear` has no option `%s`", key);
		return err_help(e, "it has decay, max_iter and tol");
	}
	return 0;
}

static int
check_ranges(const struct linear_options *o, struct err *e)
{
	if (!(o->l2 >= 0 && o->l2 <= 1e15))
		return err_set(e, MLC_MODEL, "option `l2` must lie between 0 and 1e15");
	if (!(o->tol >= 1e-15 && o->tol <= 0.01))
		return err_set(e, MLC_MODEL, "option `tol` must lie between 1e-15 and 0.01");
	if (!(o->decay > 0 && o->decay <= 1))
		return err_set(e, MLC_MODEL, "option `decay` must lie above 0 and be at most 1");
	if (o->loss == LOSS_SQUARED && (o->weight.balanced || o->weight.map.len))
		return err_set(e, MLC_MODEL, "option `class_weight` is for classes");
	return 0;
}

typedef int option_reader(struct jr *, const char *key, struct linear_options *, struct err *);

static int
read_all(const char *json, option_reader *read, struct linear_options *out, struct err *e)
{
	struct jr r;
	const char *key;
	*out = defaults;
	if (!json)
		return 0;
	jr_init(&r, json, strlen(json));
	if (jr_object(&r))
		while (jr_next(&r, &key))
			if (read(&r, key, out, e) < 0) {
				jr_fini(&r);
				return -1;
			}
	if (jr_done(&r, e) < 0)
		return err_wrap(e, "the flavor's options");
	return check_ranges(out, e);
}

int
linear_options_read(const char *json, struct linear_options *out, struct err *e)
{
	return read_all(json, read_option, out, e);
}

int
linear_update_options_read(const char *json, struct linear_options *out, struct err *e)
{
	return read_all(json, read_update_option, out, e);
}

void
linear_options_fini(struct linear_options *o)
{
	str_fini(&o->weight.map);
}
