/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/catalog_random.h"

LEAK_SUITE(parts);

static const char *const ids[] = {"2024", "a", "b.c", "\xC3\xA9"};
#define N_IDS 4

/* A random table with a column in front that says where each row belongs. */
static struct mlf_frame *
sorted_out(struct scope *sc, int64_t rows, uint64_t *s)
{
	static const enum mlf_type types[] = {MLF_UTF8, MLF_F64, MLF_I64, MLF_BOOL, MLF_TIMESTAMP};
	struct mlf_frame *f = scope_lend(sc, random_frame(sc, types, 5, rows, s));
	struct mlf_builder *b = scope_builder(sc);
	int column = mlf_add_column(b, "part", MLF_UTF8);

	for (int64_t i = 0; i < rows; i++) {
		const char *id = ids[random_next(s) % N_IDS];

		mlf_push_str(b, column, id, (int64_t)strlen(id));
	}
	for (int i = 0; i < mlf_columns(f); i++)
		mlf_graft(b, f, mlf_column_name(f, i), mlf_column_name(f, i));
	return mlf_finish(b);
}

/* The rows in the order in which they are read: partition after partition. */
static struct frame *
in_order(struct scope *sc, struct mlf_frame *f)
{
	struct mlf_strs part = mlf_utf8(f, "part");
	bool *keep = mem_alloc((size_t)part.n + 1);
	struct frame *frames[N_IDS];

	for (int k = 0; k < N_IDS; k++) {
		for (int64_t i = 0; i < part.n; i++) {
			struct mlf_str at = mlf_str_at(&part, i);

			keep[i] = (size_t)at.len == strlen(ids[k]) &&
				memcmp(at.s, ids[k], (size_t)at.len) == 0;
		}
		frames[k] = frame_of(mlf_filter(f, keep));
	}
	free(keep);
	return frame_of(scope_concat(sc, frames, N_IDS));
}

static void
check_round_trip(struct room *r, const struct dataset *d, struct scope *sc, uint64_t *s)
{
	struct mlf_frame *first = sorted_out(sc, (int64_t)(random_next(s) % 200), s);
	struct mlf_frame *second = sorted_out(sc, 50 + (int64_t)(random_next(s) % 200), s);
	struct frame *frames[] = {frame_of(first), frame_of(second)}, *back;
	struct mlf_frame *all = scope_concat(sc, frames, 2);
	struct read_opts o = room_opts(r);
	struct read_facts facts;
	struct schema known;
	struct staged st;

	cr_assert_eq(stage_all(r, d, frames, 2, &st), 0, "%s", r->e.msg);
	cr_assert_eq(schema_decode(&r->mem, st.schema, strlen(st.schema), &known, &r->e), 0);
	cr_assert_eq(file_replace(r->fd, st.path, st.target, &r->e), 0, "%s", r->e.msg);
	o.known_hash = st.hash;
	o.known = &known;
	cr_assert_eq(dataset_read_table(d, &o, &back, &facts, &r->e), 0, "%s", r->e.msg);
	cr_expect(frame_equal(in_order(sc, all), back));
	cr_expect_eq(st.rows, frame_rows(back));
	cr_expect_str_eq(st.hash, facts.hash);
	frame_unref(back);
	staged_fini(&st);
}

Test(parts, any_table_comes_back_partition_after_partition)
{
	static const char *const entries[] = {
		"{dataset: {type: csv}, filename_suffix: .csv, save_args: {partition_by: part, "
		"overwrite: true}}",
		"{dataset: {type: jsonl}, filename_suffix: .jsonl, save_args: {partition_by: part, "
		"overwrite: true}}",
		"{dataset: {type: csv}, filename_suffix: .csv.gz, save_args: {partition_by: part, "
		"overwrite: true}}",
		"{dataset: arrow, filename_suffix: .arrow, save_args: {partition_by: part, "
		"overwrite: true}}"};
	uint64_t s = 4711;
	struct room r;

	room_open(&r);
	for (int i = 0; i < 60; i++) {
		const struct dataset *d = room_dataset(&r, "partitions", "out", entries[i % 4]);
		struct scope *sc = scope_new(r.segs);

		check_round_trip(&r, d, sc, &s);
		scope_free(sc);
	}
	room_close(&r);
}

Test(parts, a_checkpoint_and_the_last_id_bound_what_is_read)
{
	static const char entry[] = "{dataset: csv, filename_suffix: .csv, incremental: true}";
	struct read_opts o;
	struct frame *f;
	const struct dataset *d;
	const char *last;
	struct room r;

	room_open(&r);
	d = room_dataset(&r, "partitions", "in", entry);
	for (int i = 1; i <= 5; i++)
		room_put_text(&r, arena_printf(&r.mem, "in/%d.csv", i),
			arena_printf(&r.mem, "n\n%d\n", i));
	room_put_text(&r, "in/.6.csv.stage", "n\n6\n");
	room_put_text(&r, dataset_checkpoint(&r.mem, d)->path, "2\n");
	cr_assert_eq(dataset_parts_last(d, r.fd, &r.mem, &last, &r.e), 0);
	cr_expect_str_eq(last, "5");
	o = room_opts(&r);
	o.upto = "4";
	cr_assert_eq(dataset_read_table(d, &o, &f, NULL, &r.e), 0, "%s", r.e.msg);
	cr_assert_eq(frame_rows(f), 2);
	cr_expect_eq(((const int64_t *)frame_column(f, 0)->data)[0], 3);
	frame_unref(f);
	o.upto = "2"; /* nothing new: the columns, and no row */
	cr_assert_eq(dataset_read_table(d, &o, &f, NULL, &r.e), 0, "%s", r.e.msg);
	cr_expect_eq(frame_rows(f), 0);
	cr_expect_eq(frame_columns(f), 1);
	frame_unref(f);
	room_close(&r);
}
