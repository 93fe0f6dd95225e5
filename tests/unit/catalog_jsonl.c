/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include "tests/unit/catalog.h"

LEAK_SUITE(jsonl);

/* --- helpers ------------------------------------------------------------------------------------- */

static struct frame *
read_text(struct room *r, const char *text, const char *entry)
{
	const struct dataset *d = room_dataset(r, "jsonl", "t.jsonl", entry);
	struct read_opts o = room_opts(r);
	struct frame *f = NULL;

	room_put_text(r, "t.jsonl", text);
	return dataset_read_table(d, &o, &f, NULL, &r->e) == 0 ? f : NULL;
}

static void
expect_refused(const char *text, const char *entry, const char *message)
{
	struct room r;

	room_open(&r);
	cr_expect_null(read_text(&r, text, entry), "%s", text);
	cr_expect(strstr(r.e.msg, message), "%s: %s", text, r.e.msg);
	room_close(&r);
}

static void
expect_read(const char *text, const char *entry, const char *shown)
{
	struct frame *f;
	struct room r;

	room_open(&r);
	f = read_text(&r, text, entry);
	cr_assert(f, "%s: %s", text, r.e.msg);
	cr_expect_str_eq(room_show(&r, f), shown);
	frame_unref(f);
	room_close(&r);
}

/* --- tests --------------------------------------------------------------------------------------- */

Test(jsonl, types_are_inferred_and_missing_keys_are_null)
{
	expect_read("{\"a\":1,\"b\":\"x\"}\n\n{\"c\":true,\"a\":-2}\r\n{}\n", NULL,
		"a:int64,b:utf8,c:bool|1,x,NULL|-2,NULL,true|NULL,NULL,NULL");
	expect_read("\xEF\xBB\xBF{\"a\":1}\n{\"a\":0.5}", NULL, "a:float64|1|0.5");
	expect_read("{\"a\":\"NaN\"}\n{\"a\":2}", NULL, "a:float64|nan|2");
	expect_read("{\"a\":\"NaN\"}\n{\"a\":\"x\"}", NULL, "a:utf8|NaN|x");
	expect_read("{\"t\":\"1970-01-01T00:00:01Z\"}", NULL, "t:timestamp|1000000");
	expect_read("{\"a\":null}", NULL, "a:utf8|NULL");
	expect_read("{\"a\":9007199254740993}", NULL, "a:int64|9007199254740993");
}

Test(jsonl, declared_types_go_before_inferred_ones)
{
	expect_read("{\"a\":1}", "{load_args: {dtype: {a: float64, z: bool}}}",
		"a:float64,z:bool|1,NULL");
	expect_read("{\"a\":1}\n{\"a\":\"x\"}\n{\"a\":false}", "{load_args: {dtype: utf8}}",
		"a:utf8|1|x|false");
	expect_read("", "{load_args: {dtype: {a: int64}}}", "a:int64");
}

Test(jsonl, nested_values_are_refused_or_kept_as_text)
{
	expect_refused("{\"a\":[1, 2]}", NULL, "row 1, line 1: column `a`: `[1, 2]` is no single");
	expect_read("{\"a\":[1, 2]}\n{\"a\":\"x\"}\n{\"a\":{\"b\":{}}}",
		"{load_args: {nested: text}}", "a:utf8|[1, 2]|x|{\"b\":{}}");
}

Test(jsonl, bad_lines_are_named_with_their_place)
{
	expect_refused(
		"{\"a\":1}\n\n{\"a\":}\n", NULL, "row 2, line 3: the line is no JSON object");
	expect_refused("[1]", NULL, "no JSON object");
	expect_refused("{\"a\":1}{\"a\":2}", NULL, "no JSON object");
	expect_refused("{\"a\":1,\"a\":2}", NULL, "column `a` stands twice");
	expect_refused("{\"\":1}", NULL, "a key is empty");
	expect_refused(
		"{\"a\":1}\n{\"a\":\"x\"}", NULL, "row 1, line 1: column `a`: `1` is no text");
	expect_refused("{\"a\":92233720368547758080}", NULL, "is no whole number of 64 bits");
	expect_refused("{\"a\":\"x\"}", "{load_args: {dtype: {a: int64}}}", "is no whole number");
	expect_refused("{\"a\":1e999}", NULL, "is no number");
	expect_refused("", NULL, "the file has no column");
	expect_refused("{}\n{}\n", NULL, "the file has no column");
	expect_refused("{\"a\":\"\xFF\"}", NULL, "no JSON object");
}

Test(jsonl, a_key_that_is_new_behind_the_sample_is_an_error)
{
	struct str text = {0};

	for (int i = 0; i < 65536; i++)
		str_add(&text, "{\"a\":1}\n");
	str_add(&text, "{\"a\":1,\"b\":2}\n");
	expect_refused(text.s, NULL, "row 65537, line 65537: column `b` is new");
	str_fini(&text);
}

Test(jsonl, long_files_come_in_batches)
{
	struct room r;
	const struct dataset *d;
	struct read_opts o;
	struct str text = {0};
	struct reader *reader;
	struct frame *f;
	int64_t rows = 0;
	int n = 0, rc;

	room_open(&r);
	for (int i = 0; i < 150000; i++)
		str_addf(&text, "{\"a\":%d}\n", i);
	room_put_text(&r, "t.jsonl", text.s);
	str_fini(&text);
	d = room_dataset(&r, "jsonl", "t.jsonl", NULL);
	o = room_opts(&r);
	cr_assert_eq(dataset_open(d, &o, &reader, &r.e), 0, "%s", r.e.msg);
	for (; (rc = reader_next(reader, &f, &r.e)) == 1; n++) {
		cr_expect_eq(((const int64_t *)frame_column(f, 0)->data)[0], rows);
		rows += frame_rows(f);
		frame_unref(f);
	}
	cr_expect_eq(rc, 0, "%s", r.e.msg);
	cr_expect_eq(rows, 150000);
	cr_expect_eq(n, 3);
	reader_close(reader);
	room_close(&r);
}
