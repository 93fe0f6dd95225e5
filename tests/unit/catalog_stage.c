/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/catalog.h"

LEAK_SUITE(stage);

/* A frame with one int64 column of n rows. */
static struct frame *
numbers(struct room *r, const char *name, int n)
{
	struct scope *sc = scope_new(r->segs);
	struct mlf_builder *b = scope_builder(sc);
	int column = mlf_add_column(b, name, MLF_I64);
	struct frame *f;

	for (int i = 0; i < n; i++)
		if (i % 3 == 2)
			mlf_push_null(b, column);
		else
			mlf_push_i64(b, column, i);
	f = frame_ref(frame_of(mlf_finish(b)));
	scope_free(sc);
	return f;
}

static struct stage *
begin(struct room *r, const struct dataset *d)
{
	struct stage *s = NULL;

	cr_assert_eq(stage_begin(d, r->fd, "1.w", &s, &r->e), 0, "%s", r->e.msg);
	return s;
}

Test(stage, a_table_is_staged_beside_its_target_with_all_its_facts)
{
	const struct dataset *d;
	struct frame *f;
	struct staged st;
	struct stage *s;
	struct room r;
	char hash[HASH_XXH_HEX], *text;

	room_open(&r);
	d = room_dataset(&r, "csv", "data/06/x.csv", NULL);
	f = numbers(&r, "a", 5);
	s = begin(&r, d);
	cr_expect_str_eq(stage_path(s), "data/06/.x.csv.1.w.stage");
	cr_assert_eq(stage_table(s, f, &r.e), 0);
	cr_assert_eq(stage_table(s, f, &r.e), 0);
	cr_assert_eq(stage_end(s, &st, &r.e), 0, "%s", r.e.msg);
	text = room_get(&r, "data/06/.x.csv.1.w.stage");
	cr_expect_str_eq(text, "a\n0\n1\n\n3\n4\n0\n1\n\n3\n4\n");
	hash_xxh3(text, strlen(text), hash);
	cr_expect_str_eq(st.hash, hash);
	cr_expect_eq(st.bytes, strlen(text));
	cr_expect_eq(st.rows, 10);
	cr_expect_str_eq(st.path, "data/06/.x.csv.1.w.stage");
	cr_expect_str_eq(st.target, "data/06/x.csv");
	cr_expect_str_eq(st.schema, "[{\"name\":\"a\",\"type\":\"int64\",\"nulls\":2}]");
	cr_expect_not(st.folder);
	cr_expect_not(dataset_exists(d, r.fd), "the target is not touched");
	frame_unref(f);
	staged_fini(&st);
	room_close(&r);
}

Test(stage, what_a_dead_attempt_left_is_replaced)
{
	const struct dataset *d;
	struct staged st;
	struct stage *s;
	struct room r;

	room_open(&r);
	d = room_dataset(&r, "bytes", "x.bin", NULL);
	room_put_text(&r, ".x.bin.1.w.stage", "old and longer");
	s = begin(&r, d);
	cr_assert_eq(stage_bytes(s, "new", 3, &r.e), 0);
	cr_assert_eq(stage_end(s, &st, &r.e), 0);
	cr_expect_str_eq(room_get(&r, st.path), "new");
	cr_expect_eq(st.rows, -1);
	cr_expect_null(st.schema);
	staged_fini(&st);
	room_close(&r);
}

Test(stage, aborting_and_discarding_leave_nothing)
{
	const struct dataset *d;
	struct frame *f;
	struct stage *s;
	struct room r;

	room_open(&r);
	room_put_text(&r, "x.csv", "old");
	d = room_dataset(&r, "csv", "x.csv", NULL);
	f = numbers(&r, "a", 100000);
	stage_abort(begin(&r, d));
	s = begin(&r, d);
	cr_assert_eq(stage_table(s, f, &r.e), 0);
	stage_abort(s);
	cr_expect_eq(room_count(&r, "."), 1);
	room_put_text(&r, ".x.csv.1.w.stage", "left over");
	stage_discard(d, r.fd, "2.w");
	cr_expect_eq(room_count(&r, "."), 2, "another token");
	stage_discard(d, r.fd, "1.w");
	cr_expect_eq(room_count(&r, "."), 1);
	cr_expect_str_eq(room_get(&r, "x.csv"), "old");
	frame_unref(f);
	room_close(&r);
}

Test(stage, batches_of_other_columns_are_refused)
{
	const struct dataset *d;
	struct frame *a, *b;
	struct stage *s;
	struct room r;

	room_open(&r);
	d = room_dataset(&r, "csv", "x.csv", NULL);
	a = numbers(&r, "a", 2);
	b = numbers(&r, "b", 2);
	s = begin(&r, d);
	cr_assert_eq(stage_table(s, a, &r.e), 0);
	cr_expect_eq(stage_table(s, b, &r.e), -1);
	cr_expect(strstr(r.e.msg,
			  "column 1 of a batch is `b` (int64), in the first batch it was `a`"),
		"%s", r.e.msg);
	stage_abort(s);
	frame_unref(a);
	frame_unref(b);
	room_close(&r);
}

Test(stage, nothing_written_is_an_error)
{
	const struct dataset *d;
	struct staged st;
	struct stage *s;
	struct room r;

	room_open(&r);
	d = room_dataset(&r, "csv", "x.csv", NULL);
	s = begin(&r, d);
	cr_expect_eq(stage_end(s, &st, &r.e), -1);
	cr_expect_eq(r.e.code, MLC_NODE_OUTPUT);
	cr_expect(strstr(r.e.msg, "nothing was written"), "%s", r.e.msg);
	stage_abort(s);
	room_close(&r);
}

Test(stage, an_empty_content_is_a_content)
{
	const struct dataset *d;
	struct staged st;
	struct stage *s;
	struct room r;

	room_open(&r);
	d = room_dataset(&r, "bytes", "x.bin", NULL);
	s = begin(&r, d);
	cr_assert_eq(stage_bytes(s, "", 0, &r.e), 0);
	cr_assert_eq(stage_end(s, &st, &r.e), 0);
	cr_expect_eq(st.bytes, 0);
	staged_fini(&st);
	room_close(&r);
}

Test(stage, json_and_text_are_checked_whole)
{
	static const struct {
		const char *type, *a, *b, *msg;
	} cases[] = {
		{"json", "{\"a\":", " 1}", NULL},
		{"json", "{\"a\":", "", "x: "},
		{"json", "", "", "x: "},
		{"json", "1", " 2", "x: "},
		{"text", "gr\xC3",
			"\xB6\xC3\x9F"
			"e",
			NULL},
		{"text", "gr\xC3", "", "is not UTF-8"},
		{"bytes", "gr\xC3", "", NULL},
	};
	struct room r;

	room_open(&r);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct dataset *d = room_dataset(&r, cases[i].type, "x", NULL);
		struct stage *s = begin(&r, d);
		struct staged st;
		int rc;

		cr_assert_eq(stage_bytes(s, cases[i].a, strlen(cases[i].a), &r.e), 0);
		cr_assert_eq(stage_bytes(s, cases[i].b, strlen(cases[i].b), &r.e), 0);
		rc = stage_end(s, &st, &r.e);
		cr_expect_eq(rc, cases[i].msg ? -1 : 0, "%zu: %s", i, r.e.msg);
		if (rc < 0) {
			cr_expect_eq(r.e.code, MLC_DATA);
			stage_abort(s);
			continue;
		}
		cr_expect_str_eq(room_get(&r, st.path),
			arena_printf(&r.mem, "%s%s", cases[i].a, cases[i].b));
		staged_fini(&st);
	}
	room_close(&r);
}

Test(stage, what_the_caller_wrote_by_path_is_hashed_as_it_is)
{
	const struct dataset *d;
	struct staged st;
	struct stage *s;
	struct room r;
	char hash[HASH_SHA_HEX];
	uint64_t bytes;

	room_open(&r);
	d = room_dataset(&r, "model", "m/model", NULL);
	s = begin(&r, d);
	room_put_text(&r, "m/.model.1.w.stage/MLmodel", "flavors:\n");
	room_put_text(&r, "m/.model.1.w.stage/deep/weights", "12");
	cr_assert_eq(hash_tree(r.fd, "m/.model.1.w.stage", hash, &bytes, &r.e), 0);
	cr_assert_eq(stage_end(s, &st, &r.e), 0, "%s", r.e.msg);
	cr_expect(st.folder);
	cr_expect_str_eq(st.hash, hash);
	cr_expect_eq(st.bytes, 11);
	cr_expect_eq(st.rows, -1);
	staged_fini(&st);
	d = room_dataset(&r, "json", "x.json", NULL);
	s = begin(&r, d);
	room_put_text(&r, ".x.json.1.w.stage", "{}");
	cr_assert_eq(stage_end(s, &st, &r.e), 0, "%s", r.e.msg);
	hash_xxh3("{}", 2, hash);
	cr_expect_str_eq(st.hash, hash);
	cr_expect_eq(st.bytes, 2);
	cr_expect_not(st.folder);
	staged_fini(&st);
	s = begin(&r, d);
	room_put_text(&r, ".x.json.1.w.stage", "{");
	cr_expect_eq(stage_end(s, &st, &r.e), -1, "bad JSON by path");
	stage_abort(s);
	room_close(&r);
}

Test(stage, the_permissions_of_the_old_file_stay)
{
	const struct dataset *d;
	struct staged st;
	struct stage *s;
	struct stat sb;
	struct room r;

	room_open(&r);
	d = room_dataset(&r, "bytes", "x", NULL);
	room_put_text(&r, "x", "old");
	cr_assert_eq(fchmodat(r.fd, "x", 0640, 0), 0);
	s = begin(&r, d);
	cr_assert_eq(stage_bytes(s, "new", 3, &r.e), 0);
	cr_assert_eq(stage_end(s, &st, &r.e), 0);
	cr_assert_eq(fstatat(r.fd, st.path, &sb, 0), 0);
	cr_expect_eq(sb.st_mode & 0777, 0640);
	staged_fini(&st);
	room_close(&r);
}

Test(stage, only_who_may_leaves_the_root)
{
	const struct dataset *d;
	struct dataset may;
	struct staged st;
	struct stage *s;
	struct room r;
	int inner;

	room_open(&r);
	room_put_text(&r, "project/conf", "");
	room_put_text(&r, "out/keep", "");
	cr_assert_eq(symlinkat("../out", r.fd, "project/data"), 0);
	inner = openat(r.fd, "project", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	d = room_dataset(&r, "bytes", "data/x", NULL);
	cr_expect_eq(stage_begin(d, inner, "1.w", &s, &r.e), -1);
	cr_expect_eq(r.e.code, MLC_OUTSIDE, "%s", r.e.msg);
	may = *d;
	may.outside = true;
	cr_assert_eq(stage_begin(&may, inner, "1.w", &s, &r.e), 0, "%s", r.e.msg);
	cr_assert_eq(stage_bytes(s, "new", 3, &r.e), 0);
	cr_assert_eq(stage_end(s, &st, &r.e), 0, "%s", r.e.msg);
	cr_expect(st.outside);
	cr_expect_str_eq(room_get(&r, "out/.x.1.w.stage"), "new");
	{
		struct publish_item item = {
			st.path, st.target, st.hash, false, st.outside, NULL, NULL};

		cr_expect_eq(publish_all(inner, &item, 1, &r.e), 0, "%s", r.e.msg);
	}
	cr_expect_str_eq(room_get(&r, "out/x"), "new");
	cr_expect(dataset_exists(&may, inner));
	cr_expect_not(dataset_exists(d, inner));
	staged_fini(&st);
	close(inner);
	room_close(&r);
}

Test(stage, impossible_names_and_folders_are_refused)
{
	const struct dataset *d;
	struct stage *s;
	struct room r;
	char *name;

	room_open(&r);
	name = arena_alloc(&r.mem, 260);
	memset(name, 'x', 250);
	d = room_dataset(&r, "bytes", name, NULL);
	cr_expect_eq(stage_begin(d, r.fd, "1.w", &s, &r.e), -1);
	cr_expect(strstr(r.e.help, "shorter"), "%s", r.e.help);
	d = room_dataset(&r, "bytes", "x", NULL);
	cr_expect_eq(stage_begin(d, r.fd, "../1", &s, &r.e), -1);
	room_put_text(&r, "file", "");
	d = room_dataset(&r, "bytes", "file/x", NULL);
	cr_expect_eq(stage_begin(d, r.fd, "1.w", &s, &r.e), -1);
	cr_expect(strstr(r.e.msg, "dataset `people`"), "%s", r.e.msg);
	d = room_dataset(&r, "memory", NULL, NULL);
	cr_expect_eq(stage_begin(d, r.fd, "1.w", &s, &r.e), -1);
	room_close(&r);
}

Test(stage, a_file_does_not_take_the_place_of_a_folder_nor_the_other_way_round)
{
	const struct dataset *d;
	struct staged st;
	struct stage *s;
	struct room r;

	room_open(&r);
	room_put_text(&r, "data/inside", "dear");
	d = room_dataset(&r, "bytes", "data", NULL);
	s = begin(&r, d);
	cr_assert_eq(stage_bytes(s, "new", 3, &r.e), 0);
	cr_expect_eq(stage_end(s, &st, &r.e), -1);
	cr_expect(r.e.code == MLC_PUBLISH);
	stage_abort(s);
	d = room_dataset(&r, "model", "data/inside", NULL);
	s = begin(&r, d);
	room_put_text(&r, "data/.inside.1.w.stage/MLmodel", "flavors:\n");
	cr_expect_eq(stage_end(s, &st, &r.e), -1);
	stage_abort(s);
	cr_expect_str_eq(room_get(&r, "data/inside"), "dear");
	room_close(&r);
}

Test(stage, what_a_dead_run_left_is_swept_and_nothing_else)
{
	static const char id[] = "0190a0a0a0a07000800000000000abcd";
	char token[300];
	struct room r;

	room_open(&r);
	stage_token(id, "clean", token);
	cr_expect_str_eq(token, "00000000abcd.clean");
	room_put_text(&r, "d/x.csv", "1");
	room_put_text(&r, "d/.x.csv.00000000abcd.clean.stage", "1");
	room_put_text(&r, "d/.x.csv.00000000abcd.other.stage/deep", "1");
	room_put_text(&r, "d/.x.csv.00000000abce.clean.stage", "1");
	room_put_text(&r, "d/.y.csv.00000000abcd.clean.stage", "1");
	room_put_text(&r, "d/.x.csv.00000000abcd.clean", "1");
	stage_sweep(r.fd, "d/x.csv", id);
	cr_expect_eq(room_count(&r, "d"), 4);
	cr_expect(file_exists(r.fd, "d/x.csv"));
	cr_expect(file_exists(r.fd, "d/.x.csv.00000000abce.clean.stage"));
	stage_sweep(r.fd, "none/x.csv", id);
	room_close(&r);
}
