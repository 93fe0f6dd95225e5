/* SPDX-License-Identifier: Apache-2.0
 * The options of the flavor `linear`: names, defaults, ranges.
 *
 *	objective    "logistic" | "squared"
 *	l2           weight of half the squared coefficients; 1 / C of scikit-learn's logistic
 *	             regression, alpha of its Ridge. The intercept is free.
 *	standardize  whether l2 looks at coefficients of standardised columns (true) or of raw ones
 *	max_iter     Newton steps
 *	tol          the largest gradient component, per row, at which the search ends */
#include "model/linear.h"

static const struct linear_options defaults = {
	.loss = LOSS_LOGISTIC,
	.l2 = 1,
	.tol = 1e-10,
	.max_iter = 100,
	.standardize = true,
};

static const char *const loss_names[] = {
	[LOSS_LOGISTIC] = "logistic",
	[LOSS_SQUARED] = "squared",
};

const char *
loss_name(enum loss loss)
{
	return loss_names[loss];
}

int
loss_of_name(const char *name, enum loss *out)
{
	for (size_t i = 0; i < sizeof(loss_names) / sizeof(loss_names[0]); i++)
		if (str_eq(name, loss_names[i])) {
			*out = (enum loss)i;
			return 0;
		}
	return -1;
}

static int
read_option(struct jr *r, const char *key, struct linear_options *o, struct err *e)
{
	if (str_eq(key, "objective")) {
		if (loss_of_name(jr_str(r), &o->loss) < 0 && !r->bad)
			return err_set(
				e, MLC_MODEL, "option `objective` is \"logistic\" or \"squared\"");
	} else if (str_eq(key, "l2")) {
		o->l2 = jr_f64(r);
	} else if (str_eq(key, "tol")) {
		o->tol = jr_f64(r);
	} else if (str_eq(key, "max_iter")) {
		int64_t v = jr_i64(r);
		if (!r->bad && (v < 1 || v > 100000))
			return err_set(
				e, MLC_MODEL, "option `max_iter` must lie between 1 and 100000");
		o->max_iter = (int)v;
	} else if (str_eq(key, "standardize")) {
		o->standardize = jr_bool(r);
	} else {
		err_set(e, MLC_MODEL, "flavor `linear` has no option `%s`", key);
		return err_help(e, "it has objective, l2, max_iter, tol and standardize");
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
	return 0;
}

int
linear_options_read(const char *json, struct linear_options *out, struct err *e)
{
	struct jr r;
	const char *key;
	*out = defaults;
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
	return check_ranges(out, e);
}
