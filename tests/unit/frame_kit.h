/* SPDX-License-Identifier: Apache-2.0
 * What the tests of frame/ share: a table of all five types, whose every value can be computed from
 * its row, with nulls in all columns but one. */
#ifndef TESTS_UNIT_FRAME_KIT_H
#define TESTS_UNIT_FRAME_KIT_H

#include "tests/unit/unit.h"
#include "frame/frame.h"

struct kit {
	struct segs *segs;
	struct scope *sc;
};

static inline struct kit
kit_open(enum segs_kind kind)
{
	struct kit k;

	k.segs = segs_new(kind, 1);
	k.sc = scope_new(k.segs);
	return k;
}

static inline void
kit_close(struct kit *k)
{
	scope_free(k->sc);
	segs_free(k->segs);
}

static inline const char *
kit_mistake(const struct scope *sc)
{
	return scope_error(sc) ? scope_error(sc)->msg : "(no mistake)";
}

/* Fails unless the scope's mistake contains the text. */
static inline void
expect_mistake(const struct scope *sc, const char *text)
{
	cr_expect(strstr(kit_mistake(sc), text), "want: %s\n got: %s", text, kit_mistake(sc));
}

static inline void
expect_fine(const struct scope *sc)
{
	cr_expect(!scope_error(sc), "%s", kit_mistake(sc));
}

/* Row i's text: empty in every fourth row. Returns its length. */
static inline int
row_text(int64_t i, char buf[static 32])
{
	buf[0] = '\0';
	return i % 4 ? snprintf(buf, 32, "row %lld", (long long)i) : 0;
}

static inline void
push_row(struct mlf_builder *b, int64_t i)
{
	char text[32];
	int len = row_text(i, text);

	mlf_push_i64(b, 0, i * 3);
	if (i % 5 == 2)
		mlf_push_null(b, 1);
	else
		mlf_push_f64(b, 1, (double)i / 2);
	if (i % 7 == 3)
		mlf_push_null(b, 2);
	else
		mlf_push_str(b, 2, text, len);
	if (i % 3 == 1)
		mlf_push_null(b, 3);
	else
		mlf_push_bool(b, 3, i % 2);
	if (i % 11 == 5)
		mlf_push_null(b, 4);
	else
		mlf_push_i64(b, 4, i * 1000000);
}

static inline void
add_columns(struct mlf_builder *b)
{
	mlf_add_column(b, "id", MLF_I64);
	mlf_add_column(b, "half", MLF_F64);
	mlf_add_column(b, "text", MLF_UTF8);
	mlf_add_column(b, "odd", MLF_BOOL);
	mlf_add_column(b, "when", MLF_TIMESTAMP);
}

/* The rows from..from+n of the table. */
static inline struct mlf_frame *
make_rows(struct scope *sc, int64_t from, int64_t n)
{
	struct mlf_builder *b = scope_builder(sc);

	add_columns(b);
	for (int64_t i = from; i < from + n; i++)
		push_row(b, i);
	return mlf_finish(b);
}

/* Fails unless row r of the frame is row i of the table. */
static inline void
expect_row(struct mlf_frame *f, int64_t r, int64_t i)
{
	struct mlf_i64s id = mlf_i64(f, "id"), when = mlf_timestamp(f, "when");
	struct mlf_f64s half = mlf_f64(f, "half");
	struct mlf_strs text = mlf_utf8(f, "text");
	struct mlf_bools odd = mlf_bool(f, "odd");
	struct mlf_str s = mlf_str_at(&text, r);
	char want[32];
	int len = row_text(i, want);

	cr_assert(id.v[r] == i * 3 && !mlf_is_null(id.valid, id.off, r));
	cr_assert(mlf_is_null(half.valid, half.off, r) == (i % 5 == 2));
	cr_assert(i % 5 == 2 || half.v[r] == (double)i / 2);
	cr_assert(mlf_is_null(text.valid, text.off, r) == (i % 7 == 3));
	cr_assert(i % 7 == 3 || (s.len == len && memcmp(s.s, want, (size_t)len) == 0));
	cr_assert(mlf_is_null(odd.valid, odd.off, r) == (i % 3 == 1));
	cr_assert(i % 3 == 1 || mlf_bool_at(&odd, r) == (i % 2));
	cr_assert(mlf_is_null(when.valid, when.off, r) == (i % 11 == 5));
	cr_assert(i % 11 == 5 || when.v[r] == i * 1000000);
}

static inline void
expect_rows(struct mlf_frame *f, int64_t from, int64_t n)
{
	cr_assert(mlf_rows(f) == n, "%lld rows, want %lld", (long long)mlf_rows(f), (long long)n);
	for (int64_t r = 0; r < n; r++)
		expect_row(f, r, from + r);
}

/* Fails unless each column's null count is what its bitmap says. */
static inline void
expect_null_counts(struct frame *f)
{
	for (int i = 0; i < frame_columns(f); i++) {
		const struct column *c = frame_column(f, i);
		int64_t nulls = 0;

		for (int64_t r = 0; r < c->n; r++)
			nulls += column_null(c, r);
		cr_expect(nulls == c->nulls, "%s: %lld nulls, counted %lld", c->name,
			(long long)c->nulls, (long long)nulls);
		cr_expect(c->nulls > 0 || !c->valid);
	}
}

#endif
