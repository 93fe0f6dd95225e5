/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/catalog.h"

LEAK_SUITE(read);

static struct schema
schema_of(struct room *r, const char *json)
{
	struct schema s = {0};

	cr_assert_eq(schema_decode(&r->mem, json, strlen(json), &s, &r->e), 0, "%s", r->e.msg);
	return s;
}

static const char *
read_with(struct room *r, const struct dataset *d, const struct read_opts *o)
{
	struct frame *f;
	const char *shown;

	if (dataset_read_table(d, o, &f, NULL, &r->e) < 0)
		return r->e.msg;
	shown = room_show(r, f);
	frame_unref(f);
	return shown;
}

Test(read, types_come_from_dtype_then_the_known_schema_then_the_wanted_one)
{
	struct schema known, wanted;
	struct read_opts o;
	struct room r;
	char hash[HASH_XXH_HEX];

	room_open(&r);
	room_put_text(&r, "x.csv", "a,b\n1,1\n");
	hash_xxh3("a,b\n1,1\n", 8, hash);
	known = schema_of(&r, "[{\"name\":\"a\",\"type\":\"utf8\"}]");
	wanted = schema_of(&r,
		"[{\"name\":\"a\",\"type\":\"float64\"},{\"name\":\"absent\",\"type\":\"utf8\"}]");
	o = room_opts(&r);
	o.schema = &wanted;
	cr_expect_str_eq(
		read_with(&r, room_dataset(&r, "csv", "x.csv", NULL), &o), "a:float64,b:int64|1,1");
	o.known = &known;
	o.known_hash = hash;
	cr_expect_str_eq(
		read_with(&r, room_dataset(&r, "csv", "x.csv", NULL), &o), "a:utf8,b:int64|1,1");
	o.known_hash = "00000000000000000000000000000000";
	cr_expect_str_eq(read_with(&r, room_dataset(&r, "csv", "x.csv", NULL), &o),
		"a:float64,b:int64|1,1", "the file is another one");
	o.known_hash = hash;
	cr_expect_str_eq(read_with(&r,
				 room_dataset(&r, "csv", "x.csv",
					 "{load_args: {dtype: {a: int64, b: utf8}}}"),
				 &o),
		"a:int64,b:utf8|1,1");
	room_close(&r);
}

Test(read, what_is_not_there_or_no_file_is_said_so)
{
	struct read_opts o;
	struct room r;
	struct str text = {0};
	const struct dataset *d;

	room_open(&r);
	o = room_opts(&r);
	d = room_dataset(&r, "csv", "data/x.csv", NULL);
	cr_expect_str_eq(
		read_with(&r, d, &o), "dataset `people` does not exist: there is no `data/x.csv`");
	cr_expect_eq(r.e.code, MLC_DATA_MISSING);
	cr_expect(strstr(r.e.help, "conf/base/catalog.yml:3"), "%s", r.e.help);
	cr_expect_not(dataset_exists(d, r.fd));
	room_put_text(&r, "data/x.csv/y", "");
	cr_expect_str_eq(read_with(&r, d, &o), "dataset `people`: `data/x.csv` is a folder");
	cr_expect(dataset_exists(d, r.fd));
	cr_assert_eq(mkfifoat(r.fd, "pipe", 0600), 0);
	d = room_dataset(&r, "text", "pipe", NULL);
	cr_expect_eq(dataset_read_bytes(d, r.fd, &text, &r.e), -1);
	cr_expect_str_eq(r.e.msg, "dataset `people`: `pipe` is no regular file");
	cr_assert_eq(symlinkat("/etc/passwd", r.fd, "link"), 0);
	d = room_dataset(&r, "text", "link", NULL);
	cr_expect_eq(dataset_read_bytes(d, r.fd, &text, &r.e), -1);
	cr_expect_eq(r.e.code, MLC_OUTSIDE);
	d = room_dataset(&r, "memory", NULL, NULL);
	cr_expect_eq(dataset_read_bytes(d, r.fd, &text, &r.e), -1);
	cr_expect_not(dataset_exists(d, r.fd));
	cr_expect(strstr(read_with(&r, d, &o), "cannot be read"));
	str_fini(&text);
	room_close(&r);
}

Test(read, contents_are_given_whole_and_checked)
{
	static const struct {
		const char *type, *content;
		size_t n;
		const char *msg;
	} cases[] = {
		{"json", " {\"a\": [1]}\n", 12, NULL},
		{"json", "{\"a\": [1}", 9, "`x`: "},
		{"json", "", 0, "`x`: "},
		{"text",
			"gr\xC3\xB6\xC3\x9F"
			"e",
			7, NULL},
		{"text", "", 0, NULL},
		{"text", "gr\xF6", 3, "`x` is not UTF-8"},
		{"bytes", "\0\xFF\0", 3, NULL},
	};
	struct room r;

	room_open(&r);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct dataset *d = room_dataset(&r, cases[i].type, "x", NULL);
		struct str text = {0};
		int rc;

		room_put(&r, "x", cases[i].content, cases[i].n);
		rc = dataset_read_bytes(d, r.fd, &text, &r.e);
		cr_expect_eq(rc, cases[i].msg ? -1 : 0, "%zu: %s", i, r.e.msg);
		if (rc == 0) {
			cr_expect_eq(text.len, cases[i].n);
			cr_expect_eq(memcmp(str_text(&text), cases[i].content, text.len), 0);
		} else {
			cr_expect(strstr(r.e.msg, cases[i].msg), "%s", r.e.msg);
			cr_expect_eq(r.e.code, MLC_DATA);
		}
		str_fini(&text);
	}
	room_close(&r);
}

/* --- a type of somebody else's ------------------------------------------------------------------- */

/* Each byte of the file is a row; batches of 2; reads through the descriptor. */
static int
bytes_open(struct mlf_dataset_host *h, void **state)
{
	int fd = mlf_data_fd(h);
	off_t size = lseek(fd, 0, SEEK_END);
	int *at = calloc(1, sizeof(*at));

	*state = at;
	if (size != 13)
		return 0;
	free(at);
	return mlf_data_fail(h, &(struct mlf_data_fault){.text = "13 is an unlucky size"});
}

static int
bytes_next(struct mlf_dataset_host *h, void *state, struct mlf_frame **batch)
{
	struct mlf_builder *b = mlf_batch(h);
	int *at = state, n = mlf_add_column(b, "byte", MLF_I64), rows = 0;
	unsigned char c;

	for (; rows < 2 && pread(mlf_data_fd(h), &c, 1, *at) == 1; rows++, (*at)++) {
		if (c == '!')
			mlf_push_str(b, n, "a mistake", 9);
		mlf_push_i64(b, n, c);
	}
	if (rows)
		*batch = mlf_finish(b);
	return 0;
}

static const struct mlf_dataset_type bytes_table = {
	.size = sizeof(bytes_table),
	.abi_major = 1,
	.name = "bytes_table",
	.kind = MLF_TABLE,
	.read_open = bytes_open,
	.read_next = bytes_next,
	.read_close = free,
};

Test(read, a_type_that_seeks_makes_small_batches_or_mistakes_works_too)
{
	struct dataset d;
	struct read_facts facts;
	struct read_opts o;
	struct frame *f;
	struct room r;
	char hash[HASH_XXH_HEX];

	room_open(&r);
	d = *room_dataset(&r, "csv", "x", NULL);
	d.type = &bytes_table;
	o = room_opts(&r);
	room_put_text(&r, "x", "abcde");
	cr_assert_eq(dataset_read_table(&d, &o, &f, &facts, &r.e), 0, "%s", r.e.msg);
	cr_expect_str_eq(room_show(&r, f), "byte:int64|97|98|99|100|101");
	hash_xxh3("abcde", 5, hash);
	cr_expect_str_eq(facts.hash, hash);
	cr_expect_eq(facts.bytes, 5);
	frame_unref(f);
	room_put_text(&r, "x", "abc!e");
	cr_expect_eq(dataset_read_table(&d, &o, &f, NULL, &r.e), -1);
	cr_expect_eq(r.e.code, MLC_FRAME, "%s", r.e.msg);
	room_put_text(&r, "x", "");
	cr_expect_eq(dataset_read_table(&d, &o, &f, NULL, &r.e), -1);
	cr_expect(strstr(r.e.msg, "read no table"), "%s", r.e.msg);
	room_put_text(&r, "x", "1234567890123");
	cr_expect_eq(dataset_read_table(&d, &o, &f, NULL, &r.e), -1);
	cr_expect_str_eq(r.e.msg, "`x`: 13 is an unlucky size");
	room_close(&r);
}

Test(read, a_reader_can_be_closed_at_any_time)
{
	struct reader *reader;
	struct read_opts o;
	struct frame *f;
	struct room r;

	room_open(&r);
	room_put_text(&r, "x.csv", "a\n1\nx\n");
	o = room_opts(&r);
	cr_assert_eq(dataset_open(room_dataset(&r, "csv", "x.csv", NULL), &o, &reader, &r.e), 0);
	reader_close(reader);
	cr_assert_eq(dataset_open(room_dataset(&r, "csv", "x.csv", "{load_args: {dtype: int64}}"),
			     &o, &reader, &r.e),
		0);
	cr_expect_eq(reader_next(reader, &f, &r.e), -1);
	cr_expect_eq(reader_next(reader, &f, &r.e), 0, "after a failure it has ended");
	reader_close(reader);
	reader_close(NULL);
	room_close(&r);
}
