/* SPDX-License-Identifier: Apache-2.0
 * Staging tables, and random tables with everything that formats get wrong: nulls beside empty texts, NaN and infinities,
 * quotes, separators, line ends, texts beyond ASCII, what looks like another type. The same seed gives the same tables. */
#ifndef TESTS_UNIT_CATALOG_RANDOM_H
#define TESTS_UNIT_CATALOG_RANDOM_H

#include <math.h>
#include "tests/unit/catalog.h"

/* Stages the frames as one table, under a token of run and node; -1 and r->e if that fails. */
static inline int
stage_as(struct room *r, const struct dataset *d, const char *token, struct frame *const *frames,
	size_t n, struct staged *out)
{
	struct stage *s;

	cr_assert_eq(stage_begin(d, r->fd, token, &s, &r->e), 0, "%s", r->e.msg);
	for (size_t i = 0; i < n; i++)
		if (stage_table(s, frames[i], &r->e) < 0)
			goto bad;
	if (stage_end(s, out, &r->e) == 0)
		return 0;
bad:
	stage_abort(s);
	return -1;
}

static inline int
stage_all(struct room *r, const struct dataset *d, struct frame *const *frames, size_t n,
	struct staged *out)
{
	return stage_as(r, d, "1.w", frames, n, out);
}

static inline uint64_t
random_next(uint64_t *s)
{
	*s ^= *s << 13;
	*s ^= *s >> 7;
	*s ^= *s << 17;
	return *s;
}

static inline void
push_random_text(struct mlf_builder *b, int column, uint64_t *s)
{
	static const char *const bits[] = {"", " ", "\t", ",", ";", "\"", "\"\"", "\n", "\r",
		"\r\n", "x", "ab", "1", "true", "nan", "NULL", "ö", "\xF0\x9F\x90\xA7", "'", "\\",
		"\xEF\xBB\xBF", "null", "NaN", "2025-01-15", "{}", "[", "\x01\x7F", ":", "|", "-"};
	struct str text = {0};

	for (uint64_t n = random_next(s) % 4; n > 0; n--)
		str_add(&text, bits[random_next(s) % (sizeof(bits) / sizeof(bits[0]))]);
	if (random_next(s) % 5000 == 0)
		for (int i = 0; i < 700000; i++)
			str_addc(&text, i % 97 ? 'y' : '"');
	mlf_push_str(b, column, str_text(&text), (int64_t)text.len);
	str_fini(&text);
}

static inline void
push_random(struct mlf_builder *b, int column, enum mlf_type type, uint64_t *s)
{
	static const double special[] = {0, -0.0, NAN, INFINITY, -INFINITY, 5e-324,
		-2.2250738585072011e-308, 2.2250738585072014e-308, 1.7976931348623157e308, 0.1, 5,
		1e22, 9007199254740993.0, -1e15, 123456789012345.0, 1e300};
	static const int64_t whole[] = {0, -1, INT64_MAX, INT64_MIN, INT64_C(9007199254740993)};
	uint64_t bits = random_next(s);
	double v;

	if (random_next(s) % 6 == 0) {
		mlf_push_null(b, column);
	} else if (type == MLF_UTF8) {
		push_random_text(b, column, s);
	} else if (type == MLF_F64) {
		memcpy(&v, &bits, sizeof(v));
		if (bits % 3 == 0)
			v = special[bits / 3 % 16];
		else if (bits % 3 == 1)
			v = (double)(int64_t)(bits >> 32) / 100;
		mlf_push_f64(b, column, v);
	} else if (type == MLF_BOOL) {
		mlf_push_bool(b, column, bits & 1);
	} else {
		mlf_push_i64(
			b, column, bits % 4 ? (int64_t)bits >> bits % 60 : whole[bits / 4 % 5]);
	}
}

/* A table of columns of these types, of so many rows. The first names are as awkward as the values. */
static inline struct frame *
random_frame(struct scope *sc, const enum mlf_type *types, int columns, int64_t rows, uint64_t *s)
{
	static const char *const names[] = {"a", " b ", "c,c", "d\"d\"", "e\ne", "f;", "größe"};
	const int awkward = sizeof(names) / sizeof(names[0]);
	struct mlf_builder *b = scope_builder(sc);
	char plain[16];

	for (int i = 0; i < columns; i++) {
		(void)snprintf(plain, sizeof(plain), "n%d", i);
		(void)mlf_add_column(b, i < awkward ? names[i] : plain, types[i]);
	}
	for (int64_t row = 0; row < rows; row++)
		for (int i = 0; i < columns; i++)
			push_random(b, i, types[i], s);
	return frame_of(mlf_finish(b));
}

#endif
