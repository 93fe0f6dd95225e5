/* SPDX-License-Identifier: Apache-2.0
 * Tables of chance, and whether two tables are one: for sessions that write one somewhere and read it
 * again. The values are what stores get wrong: nulls beside empty texts, NaN and infinities, subnormals,
 * quotes, line ends, texts beyond ASCII. The same seed gives the same table. */
#include <mlflow-c/node.h>

#include <math.h>
#include <string.h>

enum { COLUMNS_MAX = 12 };

static uint64_t
chance(uint64_t *s)
{
	*s ^= *s << 13;
	*s ^= *s >> 7;
	*s ^= *s << 17;
	return *s;
}

static void
push_text(struct mlf_builder *b, int column, uint64_t *s)
{
	static const char *const bits[] = {"", " ", "\t", ",", ";", "\"", "\"\"", "\n", "\r",
		"\r\n", "x", "ab", "1", "true", "nan", "NULL", "ö", "\xF0\x9F\x90\xA7", "'", "\\",
		"\\N", "\\.", "\xEF\xBB\xBF", "null", "2025-01-15", "{}", "[", "\x01\x7F", ":", "|",
		"-"};
	char text[64];
	size_t n = 0;

	for (uint64_t left = chance(s) % 4; left > 0; left--) {
		const char *bit = bits[chance(s) % (sizeof(bits) / sizeof(bits[0]))];

		memcpy(text + n, bit, strlen(bit));
		n += strlen(bit);
	}
	mlf_push_str(b, column, text, (int64_t)n);
}

static double
a_double(uint64_t bits)
{
	static const double special[] = {0, -0.0, NAN, INFINITY, -INFINITY, 5e-324, 0.1, 5, 1e22,
		-2.2250738585072011e-308, 2.2250738585072014e-308, 1.7976931348623157e308, 1e300};
	double v;

	memcpy(&v, &bits, sizeof(v));
	if (bits % 3 == 0)
		return special[bits / 3 % (sizeof(special) / sizeof(special[0]))];
	return bits % 3 == 1 ? (double)(int64_t)(bits >> 32) / 100 : v;
}

static void
push(struct mlf_builder *b, int column, enum mlf_type type, uint64_t *s)
{
	static const int64_t whole[] = {0, -1, INT64_MAX, INT64_MIN, INT64_C(9007199254740993)};
	const int64_t years = INT64_C(31556952000000);
	uint64_t bits = chance(s);

	if (chance(s) % 6 == 0)
		mlf_push_null(b, column);
	else if (type == MLF_UTF8)
		push_text(b, column, s);
	else if (type == MLF_F64)
		mlf_push_f64(b, column, a_double(bits));
	else if (type == MLF_BOOL)
		mlf_push_bool(b, column, bits & 1);
	else if (type == MLF_TIMESTAMP) /* from the year 1 to 9999, which all stores can write */
		mlf_push_i64(b, column, (int64_t)(bits % (uint64_t)(9990 * years)) - 1960 * years);
	else
		mlf_push_i64(
			b, column, bits % 4 ? (int64_t)bits >> bits % 60 : whole[bits / 4 % 5]);
}

static int
table(struct mlf_ctx *ctx)
{
	static const char *const names[COLUMNS_MAX] = {
		"a", " b ", "c,c", "d\"d\"", "e\ne", "f;", "größe", "SELECT", "i", "j", "k", "l"};
	struct mlf_builder *b = mlf_build(ctx);
	uint64_t s = (uint64_t)mlf_param_i64(ctx, "seed") * UINT64_C(0x9e3779b97f4a7c15);
	int columns = 1 + (int)(chance(&s) % COLUMNS_MAX);
	uint64_t rows = chance(&s) % 4 == 0 ? chance(&s) % 3 : chance(&s) % 500;
	enum mlf_type types[COLUMNS_MAX];

	for (int i = 0; i < columns; i++) {
		types[i] = MLF_BOOL + chance(&s) % 5;
		(void)mlf_add_column(b, names[i], types[i]);
	}
	for (; rows > 0; rows--)
		for (int i = 0; i < columns; i++)
			push(b, i, types[i], &s);
	return mlf_output(ctx, "table", mlf_finish(b));
}

/* --- two tables ---------------------------------------------------------------------------------- */

/* Any NaN is NaN; zeros have signs. */
static bool
same_f64(double a, double b)
{
	return isnan(a) ? isnan(b) != 0 : memcmp(&a, &b, sizeof(a)) == 0;
}

static bool
same_str(struct mlf_str a, struct mlf_str b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.s, b.s, (size_t)a.len) == 0);
}

/* The first row in which the columns differ, or -1. */
#define DIFFERS(view, get, same)                                                          \
	do {                                                                              \
		struct view a = get(x, name), b = get(y, name);                           \
		for (int64_t i = 0; i < a.n; i++) {                                       \
			bool null = mlf_is_null(a.valid, a.off, i);                       \
			if (null != mlf_is_null(b.valid, b.off, i) || (!null && !(same))) \
				return i;                                                 \
		}                                                                         \
		return -1;                                                                \
	} while (0)

static int64_t
differs(struct mlf_frame *x, struct mlf_frame *y, const char *name, enum mlf_type type)
{
	switch (type) {
	case MLF_BOOL: DIFFERS(mlf_bools, mlf_bool, mlf_bool_at(&a, i) == mlf_bool_at(&b, i));
	case MLF_I64: DIFFERS(mlf_i64s, mlf_i64, a.v[i] == b.v[i]);
	case MLF_TIMESTAMP: DIFFERS(mlf_i64s, mlf_timestamp, a.v[i] == b.v[i]);
	case MLF_F64: DIFFERS(mlf_f64s, mlf_f64, same_f64(a.v[i], b.v[i]));
	case MLF_UTF8: DIFFERS(mlf_strs, mlf_utf8, same_str(mlf_str_at(&a, i), mlf_str_at(&b, i)));
	}
	return 0;
}

static int
same(struct mlf_ctx *ctx)
{
	struct mlf_frame *x = mlf_input(ctx, "a"), *y = mlf_input(ctx, "b");

	if (mlf_rows(x) != mlf_rows(y) || mlf_columns(x) != mlf_columns(y))
		return mlf_fail(ctx, "%lld rows and %d columns, and %lld and %d",
			(long long)mlf_rows(x), mlf_columns(x), (long long)mlf_rows(y),
			mlf_columns(y));
	for (int i = 0; i < mlf_columns(x); i++) {
		const char *name = mlf_column_name(x, i);
		enum mlf_type type = mlf_column_type(x, i);
		int64_t row;

		if (strcmp(name, mlf_column_name(y, i)) != 0 || type != mlf_column_type(y, i))
			return mlf_fail(ctx, "column %d: `%s` of type %d, and `%s` of type %d",
				i + 1, name, type, mlf_column_name(y, i), mlf_column_type(y, i));
		row = differs(x, y, name, type);
		if (row >= 0)
			return mlf_fail(ctx, "column `%s` of type %d: row %lld", name, type,
				(long long)row + 1);
	}
	mlf_metric(ctx, "cells", (double)(mlf_rows(x) * mlf_columns(x)), 0);
	return 0;
}

static const struct mlf_node nodes[] = {
	{
		.name = "table",
		.help = "Makes a table of chance.",
		.inputs = (const struct mlf_port[]){{0}},
		.outputs = (const struct mlf_port[]){{"table", MLF_TABLE, 0, "the table"}, {0}},
		.params = (const struct mlf_param[]){{"seed", MLF_INT, "1", 1, 1e9, "which one"},
			{0}},
		.run = table,
	},
	{
		.name = "same",
		.help = "Fails unless two tables are equal.",
		.inputs = (const struct mlf_port[]){{"a", MLF_TABLE, 0, "one"},
			{"b", MLF_TABLE, 0, "the other"}, {0}},
		.outputs = (const struct mlf_port[]){{0}},
		.params = (const struct mlf_param[]){{0}},
		.run = same,
	},
};
MLF_PLUGIN("chance", "1.0", nodes);
