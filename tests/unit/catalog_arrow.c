/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include "catalog/arrow.h"
#include "tests/unit/catalog_random.h"

LEAK_SUITE(arrow);

static const enum mlf_type all_types[] = {MLF_I64, MLF_F64, MLF_BOOL, MLF_UTF8, MLF_TIMESTAMP};
static const char *const formats[] = {
	"{save_args: {format: file}}", "{save_args: {format: stream}}"};

/* --- helpers ------------------------------------------------------------------------------------- */

static struct frame *
read_path(struct room *r, const char *path, const struct schema *wanted)
{
	const struct dataset *d = room_dataset(r, "arrow", path, NULL);
	struct read_opts o = room_opts(r);
	struct frame *f = NULL;

	o.schema = wanted;
	return dataset_read_table(d, &o, &f, NULL, &r->e) == 0 ? f : NULL;
}

/* What staging the frames makes, as bytes; in the arena. */
static const char *
file_of(struct room *r, const char *entry, struct frame *const *frames, size_t n, size_t *bytes)
{
	const struct dataset *d = room_dataset(r, "arrow", "out.arrow", entry);
	struct staged st;
	char *text;

	cr_assert_eq(stage_all(r, d, frames, n, &st), 0, "%s", r->e.msg);
	text = room_get(r, st.path);
	cr_assert(text);
	*bytes = st.bytes;
	staged_fini(&st);
	return text;
}

static struct frame *
read_bytes(struct room *r, const char *p, size_t n)
{
	room_put(r, "t.arrow", p, n);
	return read_path(r, "t.arrow", NULL);
}

static struct frame *
there_and_back(struct room *r, const char *entry, struct frame *const *frames, size_t n)
{
	size_t bytes;
	const char *p = file_of(r, entry, frames, n, &bytes);
	struct frame *back = read_bytes(r, p, bytes);

	cr_assert(back, "%s", r->e.msg);
	return back;
}

static struct frame *
joined(struct scope *sc, struct frame *const *frames, size_t n)
{
	return frame_of(scope_concat(sc, frames, n));
}

/* A frame of one column of each type and so many rows, all of them in the scope. */
static struct frame *
any_frame(struct scope *sc, int64_t rows, uint64_t *seed)
{
	return random_frame(sc, all_types, 5, rows, seed);
}

/* One column `a`. */
static struct frame *
whole_numbers(struct scope *sc, const int64_t *v, int64_t n)
{
	struct mlf_builder *b = scope_builder(sc);

	memcpy(mlf_new_i64(b, "a", n), v, (size_t)n * sizeof(*v));
	return frame_of(mlf_finish(b));
}

static struct frame *
floats(struct scope *sc, const double *v, int64_t n)
{
	struct mlf_builder *b = scope_builder(sc);

	memcpy(mlf_new_f64(b, "a", n), v, (size_t)n * sizeof(*v));
	return frame_of(mlf_finish(b));
}

/* --- round trips --------------------------------------------------------------------------------- */

Test(arrow, random_frames_come_back_as_they_were)
{
	uint64_t seed = 88172645463325252u;
	struct frame *f, *back;
	struct scope *sc;
	struct room r;

	room_open(&r);
	for (int64_t i = 0; i < 200; i++) {
		sc = scope_new(r.segs);
		f = any_frame(sc, i % 40, &seed);
		back = there_and_back(&r, formats[i % 2], &f, 1);
		cr_assert(frame_equal(f, back), "%s is not %s", room_show(&r, back),
			room_show(&r, f));
		frame_unref(back);
		scope_free(sc);
	}
	room_close(&r);
}

Test(arrow, every_bit_of_a_float_comes_back)
{
	const uint64_t bits[] = {0, UINT64_C(1) << 63, 1, UINT64_C(0x800FFFFFFFFFFFFF),
		UINT64_C(0x7FF8000000000001), UINT64_C(0x7FF0000000000000),
		UINT64_C(0xFFF0000000000000), UINT64_C(0x7FEFFFFFFFFFFFFF)};
	double v[8];
	struct scope *sc;
	struct frame *f, *back;
	struct room r;

	room_open(&r);
	sc = scope_new(r.segs);
	memcpy(v, bits, sizeof(v));
	f = floats(sc, v, 8);
	back = there_and_back(&r, NULL, &f, 1);
	cr_expect_arr_eq(frame_column(back, 0)->data, bits, sizeof(bits));
	frame_unref(back);
	scope_free(sc);
	room_close(&r);
}

Test(arrow, slices_are_written_from_their_first_row)
{
	uint64_t seed = 7;
	struct room r;
	struct scope *sc;
	struct mlf_frame *f;

	room_open(&r);
	sc = scope_new(r.segs);
	f = scope_lend(sc, any_frame(sc, 3000, &seed));
	for (int64_t from = 0; from < 70; from += 3)
		for (int64_t n = 0; n < 2900; n = n * 5 + 1) {
			struct frame *part = frame_of(mlf_slice(f, from, n)), *back;

			back = there_and_back(&r, formats[from % 2], &part, 1);
			cr_assert(frame_equal(part, back), "from %d, %d rows", (int)from, (int)n);
			frame_unref(back);
		}
	scope_free(sc);
	room_close(&r);
}

Test(arrow, batches_are_joined_and_empty_ones_left_out)
{
	static const int64_t rows[] = {0, 7, 0, 1, 2000, 0};
	struct frame *frames[6], *back;
	uint64_t seed = 3;
	struct scope *sc;
	struct room r;

	room_open(&r);
	sc = scope_new(r.segs);
	for (int i = 0; i < 6; i++)
		frames[i] = any_frame(sc, rows[i], &seed);
	for (int i = 0; i < 2; i++) {
		back = there_and_back(&r, formats[i], frames, 6);
		cr_expect(frame_equal(joined(sc, frames, 6), back));
		frame_unref(back);
	}
	scope_free(sc);
	room_close(&r);
}

Test(arrow, a_table_without_rows_keeps_its_columns)
{
	uint64_t seed = 1;
	struct scope *sc;
	struct frame *f, *back;
	struct room r;

	room_open(&r);
	sc = scope_new(r.segs);
	f = any_frame(sc, 0, &seed);
	for (int i = 0; i < 2; i++) {
		back = there_and_back(&r, formats[i], &f, 1);
		cr_expect_str_eq(room_show(&r, back),
			"a:int64, b :float64,c,c:bool,d\"d\":utf8,e\ne:timestamp");
		frame_unref(back);
	}
	scope_free(sc);
	room_close(&r);
}

Test(arrow, equal_tables_are_equal_files)
{
	struct frame *frames[2];
	const char *files[2];
	size_t bytes[2];
	struct scope *sc;
	struct room r;

	room_open(&r);
	sc = scope_new(r.segs);
	for (int i = 0; i < 2; i++) { /* what stands under a null differs */
		struct mlf_builder *b = scope_builder(sc);

		mlf_new_i64(b, "a", 3)[1] = i * 99;
		mlf_set_null(b, "a", 1);
		frames[i] = frame_of(mlf_finish(b));
		files[i] = file_of(&r, NULL, &frames[i], 1, &bytes[i]);
	}
	cr_assert_eq(bytes[0], bytes[1]);
	cr_expect_arr_eq(files[0], files[1], bytes[0]);
	scope_free(sc);
	room_close(&r);
}

Test(arrow, buffers_stand_at_multiples_of_64)
{
	uint64_t seed = 5;
	struct mlf_dataset_host *h;
	struct arrow_schema schema;
	struct arrow_batch batch = {0};
	struct arrow_file file;
	struct fb_table t;
	struct host host;
	struct scope *sc;
	struct frame *f;
	struct room r;
	size_t bytes;
	const char *p;

	room_open(&r);
	sc = scope_new(r.segs);
	f = any_frame(sc, 77, &seed);
	for (int i = 0; i < 2; i++) {
		p = file_of(&r, formats[i], &f, 1, &bytes);
		room_put(&r, "t.arrow", p, bytes);
		host_init(&host, room_dataset(&r, "arrow", "t.arrow", NULL),
			openat(r.fd, "t.arrow", O_RDONLY));
		host.e = &r.e;
		h = &host.pub;
		cr_assert_eq(arrow_file_open(&file, h, &schema), 0, "%s", r.e.msg);
		cr_expect_eq(file.stream, i == 1);
		cr_assert_eq(arrow_file_next(&file, &t), 1);
		cr_assert_eq(arrow_batch_read(&file, &t, &schema, &batch), 0);
		for (size_t c = 0; c < schema.n; c++)
			for (int part = 0; part < ARROW_PARTS; part++)
				cr_expect_eq(batch.places[c].part[part].at % 64, 0);
		cr_expect_eq(arrow_file_next(&file, &t), 0);
		arrow_schema_fini(&schema);
		arrow_file_fini(&file);
		host_fini(&host);
	}
	free(batch.places);
	scope_free(sc);
	room_close(&r);
}

Test(arrow, large_batches_are_read_in_slices)
{
	struct read_opts o;
	struct reader *reader;
	int64_t rows = 0;
	uint64_t seed = 9;
	struct scope *sc;
	struct mlf_frame *whole;
	struct frame *f;
	struct room r;
	size_t bytes;
	const char *p;
	int n = 0, rc;

	room_open(&r);
	sc = scope_new(r.segs);
	f = any_frame(sc, 150001, &seed);
	whole = scope_lend(sc, f);
	p = file_of(&r, NULL, &f, 1, &bytes);
	room_put(&r, "t.arrow", p, bytes);
	o = room_opts(&r);
	rc = dataset_open(room_dataset(&r, "arrow", "t.arrow", NULL), &o, &reader, &r.e);
	cr_assert_eq(rc, 0, "%s", r.e.msg);
	for (; (rc = reader_next(reader, &f, &r.e)) == 1; n++) {
		cr_assert_leq(frame_rows(f), BATCH_ROWS);
		cr_assert(frame_equal(f, frame_of(mlf_slice(whole, rows, frame_rows(f)))), "%d", n);
		rows += frame_rows(f);
		frame_unref(f);
	}
	cr_expect_eq(rc, 0, "%s", r.e.msg);
	cr_expect_eq(rows, 150001);
	cr_expect_geq(n, 3);
	reader_close(reader);
	scope_free(sc);
	room_close(&r);
}

/* --- types that are expected ---------------------------------------------------------------------- */

static struct frame *
read_expecting(struct room *r, struct frame *f, enum mlf_type type)
{
	struct schema_column column = {"a", type};
	struct schema wanted = {1, &column};
	size_t bytes;
	const char *p = file_of(r, NULL, &f, 1, &bytes);

	room_put(r, "t.arrow", p, bytes);
	return read_path(r, "t.arrow", &wanted);
}

static void
expect_cast(struct frame *f, enum mlf_type type, const char *shown, const char *message)
{
	struct frame *back;
	struct room r;

	room_open(&r);
	back = read_expecting(&r, f, type);
	if (shown) {
		cr_assert(back, "%s", r.e.msg);
		cr_expect_str_eq(room_show(&r, back), shown);
	} else {
		cr_expect_null(back);
		cr_expect(strstr(r.e.msg, message), "%s", r.e.msg);
		cr_expect_eq(r.e.code, MLC_DATA);
	}
	frame_unref(back);
	room_close(&r);
}

Test(arrow, numbers_become_what_is_expected_if_nothing_is_lost)
{
	struct segs *segs = segs_new(SEGS_PRIVATE, 1);
	struct scope *sc = scope_new(segs);

	expect_cast(whole_numbers(sc, (int64_t[]){1, -2}, 2), MLF_F64, "a:float64|1|-2", NULL);
	expect_cast(floats(sc, (double[]){1, -0x1p63}, 2), MLF_I64,
		"a:int64|1|-9223372036854775808", NULL);
	expect_cast(whole_numbers(sc, (int64_t[]){1, (INT64_C(1) << 53) + 1}, 2), MLF_F64, NULL,
		"row 2: column `a`: float64 is expected, and 9007199254740993 is none exactly");
	expect_cast(floats(sc, (double[]){0.5}, 1), MLF_I64, NULL, "row 1: column `a`: int64");
	expect_cast(floats(sc, (double[]){0x1p63}, 1), MLF_I64, NULL, "row 1");
	expect_cast(floats(sc, (double[]){(double)NAN}, 1), MLF_I64, NULL, "nan is none");
	expect_cast(floats(sc, (double[]){1}, 1), MLF_UTF8, "a:float64|1", NULL);
	scope_free(sc);
	segs_free(segs);
}

/* --- what is refused ------------------------------------------------------------------------------ */

static void
expect_refused(const void *p, size_t n, const char *message)
{
	struct room r;

	room_open(&r);
	cr_expect_null(read_bytes(&r, p, n));
	cr_expect(strstr(r.e.msg, message), "%s", r.e.msg);
	cr_expect_eq(r.e.code, MLC_DATA);
	room_close(&r);
}

Test(arrow, other_files_are_called_by_their_name)
{
	expect_refused("", 0, "empty");
	expect_refused("a,b\n1,2\n", 8, "no Arrow file");
	expect_refused("FEA1....", 8, "first version of Feather");
	expect_refused("PAR1....", 8, "Parquet");
	expect_refused("\x1F\x8B\x08\x00", 4, "gzip");
	expect_refused("ARROW1\0\0", 8, "cut off");
	expect_refused("ARROW1\0\0ARROW1....", 18, "cut off");
	expect_refused("\xFF\xFF\xFF\xFF\0\0\0\0", 8, "does not begin with a schema");
	expect_refused("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x7F", 8, "cut off");
}

Test(arrow, text_that_is_not_utf8_is_neither_written_nor_read)
{
	const struct dataset *d;
	struct mlf_builder *b;
	struct staged st;
	struct scope *sc;
	struct frame *f;
	struct room r;
	size_t bytes;
	char *p;

	room_open(&r);
	sc = scope_new(r.segs);
	d = room_dataset(&r, "arrow", "out.arrow", NULL);
	for (int i = 0; i < 2; i++) { /* the second is one character in two rows */
		b = scope_builder(sc);
		mlf_add_column(b, "a", MLF_UTF8);
		mlf_push_str(b, 0, "ok", 2);
		mlf_push_str(b, 0, i ? "\xC3" : "\xFF", 1);
		mlf_push_str(b, 0, i ? "\xA4" : "x", 1);
		f = frame_of(mlf_finish(b));
		cr_expect_eq(stage_all(&r, d, &f, 1, &st), -1);
		cr_expect(strstr(r.e.msg, "row 2: column `a`"), "%s", r.e.msg);
	}
	b = scope_builder(sc);
	mlf_add_column(b, "a", MLF_UTF8);
	mlf_push_null(b, 0);
	mlf_push_str(b, 0, "FINDME", 6);
	f = frame_of(mlf_finish(b));
	p = (char *)(uintptr_t)file_of(&r, NULL, &f, 1, &bytes);
	((char *)memmem(p, bytes, "FINDME", 6))[3] = (char)0xFF;
	cr_expect_null(read_bytes(&r, p, bytes));
	cr_expect(strstr(r.e.msg, "row 2: column `a`: the text is not UTF-8"), "%s", r.e.msg);
	scope_free(sc);
	room_close(&r);
}

Test(arrow, bytes_behind_a_stream_are_refused)
{
	struct scope *sc;
	struct frame *f, *back;
	struct room r;
	size_t bytes;
	const char *p;
	char *more;

	room_open(&r);
	sc = scope_new(r.segs);
	f = whole_numbers(sc, (int64_t[]){1, 2}, 2);
	p = file_of(&r, formats[1], &f, 1, &bytes);
	more = arena_alloc(&r.mem, bytes + 3);
	memcpy(more, p, bytes);
	cr_expect_null(read_bytes(&r, more, bytes + 3));
	cr_expect(strstr(r.e.msg, "3 bytes stand behind the end"), "%s", r.e.msg);
	back = read_bytes(&r, p, bytes - 8); /* a stream may just stop */
	cr_expect(back && frame_equal(f, back));
	frame_unref(back);
	scope_free(sc);
	room_close(&r);
}

/* --- hostile files -------------------------------------------------------------------------------- */

/* A table, or a message: whatever else happens is found by the sanitizers. */
static bool
either(struct room *r, const char *p, size_t n)
{
	struct frame *f;

	r->e = (struct err){0};
	f = read_bytes(r, p, n);
	cr_assert(f || (r->e.code && *r->e.msg));
	frame_unref(f);
	return f != NULL;
}

static void
maim(struct room *r, const char *p, size_t n, bool stream)
{
	char *copy = mem_resize(NULL, n);
	uint64_t seed = 11;

	for (size_t i = 0; i < n; i++)
		cr_expect(!either(r, p, i) || stream, "cut off after %zu bytes", i);
	for (size_t i = 0; i < n; i++) {
		memcpy(copy, p, n);
		copy[i] = (char)(copy[i] ^ 1 << (random_next(&seed) % 8));
		(void)either(r, copy, n);
		copy[i] = (char)0xFF;
		(void)either(r, copy, n);
		copy[i] = (char)random_next(&seed);
		copy[random_next(&seed) % n] = (char)random_next(&seed);
		(void)either(r, copy, n);
	}
	free(copy);
}

Test(arrow, files_cut_off_anywhere_or_with_any_byte_changed_do_no_harm)
{
	struct frame *frames[2];
	uint64_t seed = 13;
	struct scope *sc;
	struct room r;
	size_t bytes;
	const char *p;

	room_open(&r);
	sc = scope_new(r.segs);
	frames[0] = any_frame(sc, 9, &seed);
	frames[1] = any_frame(sc, 2, &seed);
	for (int i = 0; i < 2; i++) {
		p = file_of(&r, formats[i], frames, 2, &bytes);
		maim(&r, p, bytes, i == 1);
	}
	scope_free(sc);
	room_close(&r);
}

/* A seed of the fuzz target, whose first byte is not part of the file. */
static char *
seed_file(const char *name, size_t *n)
{
	struct str path = {0}, text = {0};
	struct err e = {0};
	char *p;

	str_addf(&path, "tests/fuzz/arrow/%s", name);
	cr_assert_eq(file_read(AT_FDCWD, path.s, false, &text, &e), 0, "%s", e.msg);
	*n = text.len - 1;
	p = mem_resize(NULL, *n);
	memcpy(p, text.s + 1, *n);
	str_fini(&path);
	str_fini(&text);
	return p;
}

Test(arrow, compressed_batches_are_those_that_were_packed_and_damaged_ones_do_no_harm)
{
	static const char *const names[] = {"feather", "lz4_all", "zstd_all"};
	struct frame *plain = NULL, *f;
	struct room r;
	size_t n;

	room_open(&r);
	for (int i = 0; i < 3; i++) {
		char *p = seed_file(names[i], &n);

		f = read_bytes(&r, p, n);
		cr_assert_not_null(f, "%s: %s", names[i], r.e.msg);
		plain = plain ? plain : frame_ref(f);
		cr_expect(frame_equal(plain, f), "%s", names[i]);
		frame_unref(f);
		if (i > 0)
			maim(&r, p, n, i == 2);
		free(p);
	}
	frame_unref(plain);
	room_close(&r);
}
