/* SPDX-License-Identifier: Apache-2.0
 * mlflow-c: rules of a column, an operator and a value, as parameters hold them. Null and NaN break
 * no rule but not_null: what is missing is another matter. Points in time are compared as ISO 8601, as far as the value goes: >= 2024-06. */
#ifndef MLFLOW_C_RULES_H
#define MLFLOW_C_RULES_H

#include <math.h>
#include <mlflow-c/labels.h>

enum mlf_op {
	MLF_EQ,
	MLF_NE,
	MLF_LT,
	MLF_LE,
	MLF_GT,
	MLF_GE,
	MLF_IN,
	MLF_NOT_IN,
	MLF_IS_NULL,
	MLF_NOT_NULL,
	MLF_STARTS,
	MLF_ENDS,
	MLF_CONTAINS,
	MLF_OPS
};

static inline bool
mlf_op_orders(enum mlf_op op, int order)
{
	return op == MLF_EQ    ? order == 0
		: op == MLF_NE ? order != 0
		: op == MLF_LT ? order < 0
		: op == MLF_LE ? order <= 0
		: op == MLF_GT ? order > 0
			       : order >= 0;
}

static inline bool
mlf_op_text(enum mlf_op op, struct mlf_str s, const char *value)
{
	int64_t len = (int64_t)strlen(value), shorter = s.len < len ? s.len : len;
	if (op == MLF_STARTS)
		return s.len >= len && memcmp(s.s, value, (size_t)len) == 0;
	if (op == MLF_ENDS)
		return s.len >= len && memcmp(s.s + s.len - len, value, (size_t)len) == 0;
	for (int64_t i = 0; op == MLF_CONTAINS && i + len <= s.len; i++)
		if (memcmp(s.s + i, value, (size_t)len) == 0)
			return true;
	if (op == MLF_CONTAINS)
		return false;
	int order = memcmp(s.s, value, (size_t)shorter);
	order = order ? order : (s.len > len) - (s.len < len);
	return mlf_op_orders(op, order);
}

static inline bool
mlf_op_holds(const struct mlf_cells *c, int64_t i, enum mlf_op op, const struct mlf_value *v)
{
	char shown[40];
	if (c->type == MLF_UTF8)
		return mlf_op_text(op, mlf_str_at(&c->strs, i), v->text);
	if (c->type == MLF_TIMESTAMP) { /* ISO 8601 sorts as time does */
		struct mlf_str s = {shown, mlf_cell_show(c, i, shown)};
		int64_t len = (int64_t)strlen(v->text);
		s.len = op != MLF_EQ && op != MLF_NE && len < s.len ? len : s.len;
		return mlf_op_text(op, s, v->text);
	}
	double x = mlf_cell_number(c, i);
	if (isnan(x))
		return true;
	return mlf_op_orders(op, (x > v->number) - (x < v->number));
}

static inline bool
mlf_rule_holds(const struct mlf_cells *c, int64_t i, enum mlf_op op, const struct mlf_value *v)
{
	bool null = mlf_cell_null(c, i), found = false;
	if (op == MLF_IS_NULL || op == MLF_NOT_NULL)
		return null == (op == MLF_IS_NULL);
	if (null)
		return true;
	if (op != MLF_IN && op != MLF_NOT_IN)
		return mlf_op_holds(c, i, op, v);
	for (int64_t k = 0; k < v->n && !found; k++)
		found = mlf_op_holds(c, i, MLF_EQ, &v->items[k]);
	return found == (op == MLF_IN);
}

/* A value must be of the column's kind; texts have operators of their own. */
static inline int
mlf_rule_check(struct mlf_ctx *ctx, const struct mlf_value *rule, enum mlf_op op,
	const struct mlf_cells *c)
{
	const struct mlf_value *v = mlf_value_get(rule, "value");
	bool list = op == MLF_IN || op == MLF_NOT_IN,
	     text = c->type == MLF_UTF8 || c->type == MLF_TIMESTAMP;
	if (op == MLF_IS_NULL || op == MLF_NOT_NULL)
		return 0;
	if (op == MLF_OPS || !v || (v->kind == MLF_LIST) != list ||
		(op >= MLF_STARTS && c->type != MLF_UTF8))
		return mlf_fail(ctx,
			"rules: `%s %s`: an operator of == != < <= > >= in not_in is_null "
			"not_null, of "
			"texts also starts_with ends_with contains; and a value, a list with in",
			mlf_value_text(rule, "column", ""), mlf_value_text(rule, "op", ""));
	for (int64_t k = 0; k < (list ? v->n : 1); k++) {
		const struct mlf_value *one = list ? &v->items[k] : v;
		if ((one->kind == MLF_WORD) != text)
			return mlf_fail(ctx, "rules: column `%s` is %s, and `%s` is not",
				mlf_value_text(rule, "column", ""), mlf_type_shown(c->type),
				one->text);
	}
	return 0;
}

/* The operator of a name; MLF_OPS: there is none. */
static inline enum mlf_op
mlf_op_named(const char *name)
{
	static const char *const names[] = {"==", "!=", "<", "<=", ">", ">=", "in", "not_in",
		"is_null", "not_null", "starts_with", "ends_with", "contains"};
	int op = 0;
	while (op < MLF_OPS && strcmp(names[op], name) != 0)
		op++;
	return (enum mlf_op)op;
}

#endif
