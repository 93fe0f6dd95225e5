/* SPDX-License-Identifier: Apache-2.0
 * Counted frames: equality, sizes, schemas, types, and threads that share them. */
#include <pthread.h>
#include "tests/unit/frame_kit.h"

LEAK_SUITE(frame);

Test(frame, types_have_names_and_back)
{
	for (enum mlf_type t = MLF_BOOL; t <= MLF_TIMESTAMP; t++)
		cr_expect(type_of_name(type_name(t)) == t);
	cr_expect_str_eq(type_name(MLF_F64), "float64");
	cr_expect_str_eq(type_name((enum mlf_type)0), "unknown");
	cr_expect_str_eq(type_name((enum mlf_type)77), "unknown");
	cr_expect(type_of_name("double") == 0 && type_of_name(NULL) == 0);
}

Test(frame, equality_looks_at_values_not_memory)
{
	struct kit k = kit_open(SEGS_SHARED);
	struct mlf_frame *f = make_rows(k.sc, 0, 100);

	cr_expect(frame_equal(frame_of(f), frame_of(make_rows(k.sc, 0, 100))));
	cr_expect(frame_equal(frame_of(mlf_slice(f, 13, 50)), frame_of(make_rows(k.sc, 13, 50))));
	cr_expect(!frame_equal(frame_of(f), frame_of(make_rows(k.sc, 1, 100))));
	cr_expect(!frame_equal(frame_of(f), frame_of(make_rows(k.sc, 0, 99))));
	kit_close(&k);
}

static struct frame *
two(struct scope *sc, const char *name, double a, double b, int null)
{
	struct mlf_builder *m = scope_builder(sc);
	double *v = mlf_new_f64(m, name, 2);

	v[0] = a;
	v[1] = b;
	if (null >= 0)
		mlf_set_null(m, name, null);
	return frame_of(mlf_finish(m));
}

Test(frame, equality_of_nans_nulls_and_names)
{
	struct kit k = kit_open(SEGS_SHARED);
	struct frame *f = two(k.sc, "x", NAN, 1, -1);

	cr_expect(frame_equal(f, two(k.sc, "x", NAN, 1, -1)));
	cr_expect(!frame_equal(f, two(k.sc, "x", NAN, 2, -1)));
	cr_expect(!frame_equal(f, two(k.sc, "x", 0, 1, -1)));
	cr_expect(!frame_equal(f, two(k.sc, "y", NAN, 1, -1)));
	cr_expect(!frame_equal(f, two(k.sc, "x", NAN, 1, 0)));
	cr_expect(!frame_equal(two(k.sc, "x", 5, 5, 0), two(k.sc, "x", 5, 5, 1)));
	cr_expect(frame_equal(two(k.sc, "x", 5, 1, 0), two(k.sc, "x", 6, 1, 0)),
		"what is behind a null does not count");
	kit_close(&k);
}

Test(frame, bytes_are_those_of_the_rows)
{
	struct kit k = kit_open(SEGS_SHARED);
	struct mlf_builder *b = scope_builder(k.sc);
	int c;

	mlf_new_f64(b, "x", 80);
	mlf_set_null(b, "x", 1);
	c = mlf_add_column(b, "s", MLF_UTF8);
	for (int i = 0; i < 80; i++)
		mlf_push_str(b, c, "abc", 3);
	c = mlf_add_column(b, "b", MLF_BOOL);
	for (int i = 0; i < 80; i++)
		mlf_push_bool(b, c, true);
	cr_expect(frame_bytes(frame_of(mlf_finish(b))) == 640 + 10 + 81 * 4 + 240 + 10);
	cr_expect(frame_bytes(frame_of(make_rows(k.sc, 0, 0))) == 0);
	cr_expect(frame_bytes(frame_of(scope_nothing(k.sc, 9))) == 0);
	kit_close(&k);
}

Test(frame, schema_is_json)
{
	struct kit k = kit_open(SEGS_SHARED);
	struct mlf_builder *b = scope_builder(k.sc);
	struct str out = {0};
	struct jw w;

	mlf_new_f64(b, "say \"x\"", 3);
	mlf_set_null(b, "say \"x\"", 1);
	mlf_push_str(b, mlf_add_column(b, "s", MLF_UTF8), "", 0);
	mlf_push_str(b, 1, "a", 1);
	mlf_push_str(b, 1, "b", 1);
	jw_init(&w, &out);
	frame_schema_json(frame_of(mlf_finish(b)), &w);
	cr_expect_str_eq(str_text(&out),
		"[{\"name\":\"say \\\"x\\\"\",\"type\":\"float64\",\"nulls\":1},"
		"{\"name\":\"s\",\"type\":\"utf8\",\"nulls\":0}]");
	str_fini(&out);
	kit_close(&k);
}

/* --- threads ------------------------------------------------------------------------------------- */

struct worker {
	pthread_t thread;
	struct segs *segs;
	struct frame *shared;
	int64_t sum;
	bool fine;
};

/* Reads a shared frame, builds frames of its own in the same segs, and passes references about. */
static void *
work(void *arg)
{
	struct worker *w = arg;

	w->fine = true;
	for (int round = 0; round < 30; round++) {
		struct scope *sc = scope_new(w->segs);
		struct mlf_frame *f = scope_lend(sc, w->shared);
		struct mlf_builder *b = scope_builder(sc);
		struct mlf_i64s id = mlf_i64(mlf_slice(f, round, 1000), "id");
		int64_t *doubled = mlf_new_i64(b, "doubled", 2000);

		for (int i = 0; i < 1000; i++)
			w->sum += id.v[i];
		for (int i = 0; i < 2000; i++) {
			w->fine &= doubled[i] == 0;
			doubled[i] = mlf_i64(f, "id").v[i] * 2;
		}
		mlf_graft(b, f, "text", "text");
		f = mlf_finish(b);
		for (int i = 0; i < 2000; i++)
			w->fine &= mlf_i64(f, "doubled").v[i] == 6 * i;
		w->fine &= mlf_utf8(f, "text").n == 2000 && !scope_error(sc);
		scope_free(sc);
	}
	frame_unref(w->shared);
	return NULL;
}

static void
check_threads(struct segs *segs, struct frame *shared)
{
	struct worker w[4];

	for (int i = 0; i < 4; i++) {
		w[i] = (struct worker){.segs = segs, .shared = frame_ref(shared)};
		cr_assert(pthread_create(&w[i].thread, NULL, work, &w[i]) == 0);
	}
	frame_unref(shared);
	for (int i = 0; i < 4; i++) {
		pthread_join(w[i].thread, NULL);
		cr_expect(w[i].fine);
		cr_expect(w[i].sum == 30 * (3 * 499500) + 3 * 1000 * 435, "%lld",
			(long long)w[i].sum);
	}
}

Test(frame, threads_share_frames_and_segments)
{
	struct kit k = kit_open(SEGS_PRIVATE);
	struct frame *f = frame_ref(frame_of(make_rows(k.sc, 0, 2000)));

	scope_free(k.sc);
	k.sc = NULL;
	check_threads(k.segs, f);
	kit_close(&k);
}

Test(frame, threads_map_a_handed_over_frame_together)
{
	struct kit k = kit_open(SEGS_SHARED);
	struct str out = {0};
	struct err e = {0};
	struct frame *f;
	struct jw w;

	jw_init(&w, &out);
	frame_encode(frame_of(make_rows(k.sc, 0, 2000)), &w);
	for (int round = 0; round < 5; round++) {
		cr_assert(frame_decode(k.segs, out.s, out.len, &f, &e) == 0, "%s", e.msg);
		check_threads(k.segs, f);
	}
	str_fini(&out);
	kit_close(&k);
}

Test(frame, texts_are_the_same_if_no_byte_differs)
{
	char a[64], b[64];

	for (int n = 0; n < 40; n++)
		for (int at = -1; at < n; at++) {
			memset(a, 'x', sizeof(a));
			memset(b, 'x', sizeof(b));
			b[n] = '!'; /* behind the end */
			if (at >= 0)
				b[at] = 'y';
			cr_expect(mlf_str_same((struct mlf_str){a, n}, (struct mlf_str){b, n}) ==
					(at < 0),
				"%d bytes, the difference in %d", n, at);
			cr_expect(
				!mlf_str_same((struct mlf_str){a, n}, (struct mlf_str){a, n + 1}));
		}
}
