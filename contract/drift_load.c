/* SPDX-License-Identifier: Apache-2.0
 * What a distribution is compared with: a column of another dataset, or shares in the contract itself.
 *
 *	{check: psi, reference: loans_2024.age, mustBeLessThan: 0.2}
 *	{check: psi, edges: [30, 50], shares: [25, 50, 25], mustBeLessThan: 0.2}
 *	{check: psi, values: [open, done], shares: [60, 40], mustBeLessThan: 0.2}
 *	{check: ks, reference: loans_2024.age, mustBeLessThan: 0.1}
 *
 * Shares are percentages; with values, what is missing to 100 is that of all others. */
#include "contract/rules.h"

#include <math.h>

static int
read_numbers(struct loader *l, const struct ynode *n, const char *what, double **out, size_t *count)
{
	struct ynode **items;

	*count = load_list(l, n, "a list of numbers", &items);
	*out = arena_alloc(l->arena, (*count + 2) * sizeof(**out));
	for (size_t i = 0; i < *count; i++) {
		if (items[i]->kind == Y_INT)
			(*out)[i] = (double)items[i]->v.i;
		else if (items[i]->kind == Y_FLOAT && !isnan(items[i]->v.f))
			(*out)[i] = items[i]->v.f;
		else
			return loader_fail(
				l, &items[i]->at, NULL, "`%s` is a list of numbers", what);
	}
	return 0;
}

/* The percentages as parts of 1; `rest` adds one for what is missing to 100. */
static int
read_shares(struct loader *l, const struct ynode *n, size_t want, bool rest, struct shares *out)
{
	double *v = NULL, sum = 0.0;
	size_t count = 0;

	if (read_numbers(l, n, "shares", &v, &count) != 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		if (v[i] < 0.0)
			return loader_fail(l, &n->at, NULL, "no share is below 0 percent");
		sum += v[i];
	}
	if (count != want)
		return loader_fail(
			l, &n->at, NULL, "%zu shares are wanted here, not %zu", want, count);
	if (sum > 100.5 || (!rest && sum < 99.5))
		return loader_fail(l, &n->at, "shares are percentages",
			"the shares sum up to %g, not to 100", sum);
	if (rest)
		v[count++] = sum < 100.0 ? 100.0 - sum : 0.0;
	sum = sum < 100.0 && rest ? 100.0 : sum;
	for (size_t i = 0; i < count; i++)
		v[i] /= sum;
	out->v = v;
	out->n = count;
	return 0;
}

static int
read_edges(struct loader *l, const struct ynode *n, struct shares *out, size_t *count)
{
	double *v = NULL;

	if (read_numbers(l, n, "edges", &v, count) != 0)
		return -1;
	if (!*count)
		return loader_fail(l, &n->at, NULL, "there are no edges");
	for (size_t i = 1; i < *count; i++)
		if (v[i] <= v[i - 1])
			return loader_fail(l, &n->at, NULL, "edges grow from one to the next");
	out->edges = v;
	return 0;
}

/* Where the i-th value of the list stands among the sorted ones. */
static int64_t
place_of_value(const struct values *v, const struct ynode *n, size_t i)
{
	int64_t us;

	switch (v->type) {
	case MLF_UTF8: return values_place_text(v, yaml_str(n), strlen(yaml_str(n)));
	case MLF_F64: return values_place_f64(v, n->kind == Y_INT ? (double)n->v.i : n->v.f);
	case MLF_BOOL: return values_place_i64(v, n->v.b);
	case MLF_I64: return values_place_i64(v, n->kind == Y_FLOAT ? (int64_t)n->v.f : n->v.i);
	case MLF_TIMESTAMP:
		return when_parse(yaml_str(n), &us) == 0 ? values_place_i64(v, us) : (int64_t)i;
	}
	return (int64_t)i;
}

static int
read_values(struct loader *l, const struct ynode *n, enum mlf_type type, struct shares *out)
{
	const struct values *v = values_load(l, n, type);
	size_t *of_value;
	bool *taken;

	if (!v)
		return -1;
	if (v->null)
		return loader_fail(l, &n->at, "say how many nulls there may be with nullValues",
			"nulls are left out of a distribution");
	of_value = arena_alloc(l->arena, (n->n + 1) * sizeof(*of_value));
	taken = arena_alloc(l->arena, (n->n + 1) * sizeof(*taken));
	for (size_t i = 0; i < n->n; i++) {
		int64_t at = place_of_value(v, n->u.items[i], i);

		if (at < 0 || taken[at])
			return loader_fail(l, &n->u.items[i]->at, NULL, "the value stands twice");
		taken[at] = true;
		of_value[at] = i;
	}
	out->values = v;
	out->of_value = of_value;
	return 0;
}

static const struct shares *
load_shares(struct loader *l, const struct ynode *args, const struct about *about)
{
	const struct ynode *edges = yaml_get(args, "edges"), *values = yaml_get(args, "values");
	const struct ynode *shares = yaml_get(args, "shares");
	struct shares *out = arena_alloc(l->arena, sizeof(*out));
	size_t n = 0;

	if (!shares || !edges == !values) {
		loader_fail(l, &args->at,
			"write `reference: DATASET.COLUMN`, or `shares` with `edges` or `values`",
			"the distribution has nothing to be compared with");
		return NULL;
	}
	if (edges && (about->type != MLF_F64 && about->type != MLF_I64)) {
		loader_fail(l, &edges->at, "write `values`", "only numbers lie between edges");
		return NULL;
	}
	if (edges && read_edges(l, edges, out, &n) == 0 &&
		read_shares(l, shares, n + 1, false, out) == 0)
		return out;
	if (values && read_values(l, values, about->type, out) == 0 &&
		read_shares(l, shares, values->n, true, out) == 0)
		return out;
	return NULL;
}

/* A reference excludes shares; ks has no shares. */
static int
check_reference(struct loader *l, const struct ynode *args, enum drift drift)
{
	static const char *const keys[] = {"edges", "values", "shares"};
	const struct ynode *ref = yaml_get(args, "reference");

	if (!ref && drift == DRIFT_KS)
		return loader_fail(l, &args->at, "write `reference: DATASET.COLUMN`",
			"`ks` compares with a column of another dataset");
	for (size_t i = 0; ref && i < 3; i++)
		if (yaml_pair(args, keys[i]))
			return loader_fail(l, &yaml_pair(args, keys[i])->at, "keep one of them",
				"`reference` and `%s` exclude each other", keys[i]);
	return 0;
}

static int
read_min_rows(struct loader *l, const struct ynode *args, int64_t *out)
{
	const struct ynode *n = yaml_get(args, "minRows");

	if (n && (n->kind != Y_INT || n->v.i < 0))
		return loader_fail(l, &n->at, NULL, "minRows is a number of rows");
	*out = n ? n->v.i : 0;
	return 0;
}

struct rule *
load_drift(struct loader *l, const struct ynode *rule, const struct ynode *args,
	const struct about *about, const char *name)
{
	enum drift drift = str_eq(name, "ks") ? DRIFT_KS : DRIFT_PSI;
	const struct ynode *ref = yaml_get(args, "reference");
	const struct other *other = NULL;
	const struct shares *shares = NULL;
	int64_t min_rows = 0;
	struct rule *r;

	if (drift == DRIFT_KS && !type_has_order(about->type)) {
		loader_fail(l, &args->at, "write `check: psi`",
			"`ks` is about a column of numbers or timestamps");
		return NULL;
	}
	if (check_reference(l, args, drift) != 0 || read_min_rows(l, args, &min_rows) != 0)
		return NULL;
	if (ref)
		other = load_other(l, ref);
	else
		shares = load_shares(l, args, about);
	if (other && (!other->dataset || other->n != 1)) {
		loader_fail(l, &ref->at, "write DATASET.COLUMN",
			"a reference is one column of another dataset");
		return NULL;
	}
	if (!other && !shares)
		return NULL;
	r = loader_rule(l, RULE_DRIFT, name, about, &rule->at);
	r->drift = drift;
	r->other = other;
	r->shares = shares;
	r->min_rows = min_rows;
	r->whole = true;
	return r;
}
