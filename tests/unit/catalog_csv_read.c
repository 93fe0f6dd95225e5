/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/catalog.h"

LEAK_SUITE(csv_read);

#define TEXT(s) s, sizeof(s) - 1

/* Each file, and the table it means. */
static const struct {
	const char *what, *file;
	size_t n;
	const char *entry, *table;
} good[] = {
	{"plain", TEXT("a,b\n1,x\n2,y\n"), NULL, "a:int64,b:utf8|1,x|2,y"},
	{"no final newline", TEXT("a,b\n1,x\n2,y"), NULL, "a:int64,b:utf8|1,x|2,y"},
	{"CRLF", TEXT("a,b\r\n1,x\r\n2,y\r\n"), NULL, "a:int64,b:utf8|1,x|2,y"},
	{"CR alone", TEXT("a,b\r1,x\r2,y\r"), NULL, "a:int64,b:utf8|1,x|2,y"},
	{"CR alone, none at the end", TEXT("a,b\r1,x\r2,y"), NULL, "a:int64,b:utf8|1,x|2,y"},
	{"mixed ends", TEXT("a,b\n1,x\r\n2,y\r3,z\n"), NULL, "a:int64,b:utf8|1,x|2,y|3,z"},
	{"BOM",
		TEXT("\xEF\xBB\xBF"
		     "a,b\n1,x\n"),
		NULL, "a:int64,b:utf8|1,x"},
	{"BOM before a quote", TEXT("\xEF\xBB\xBF\"a\",b\n1,x\n"), NULL, "a:int64,b:utf8|1,x"},
	{"header only", TEXT("a,b\n"), NULL, "a:utf8,b:utf8"},
	{"header only, unended", TEXT("a,b"), NULL, "a:utf8,b:utf8"},
	{"one column", TEXT("a\n1\n"), NULL, "a:int64|1"},
	{"one column with nulls", TEXT("a\n1\n\n2\n"), NULL, "a:int64|1|NULL|2"},
	{"one column, null in CRLF", TEXT("a\r\n1\r\n\r\n2\r\n"), NULL, "a:int64|1|NULL|2"},
	{"one column, quoted empty", TEXT("a\n\"\"\n\nx\n"), NULL, "a:utf8||NULL|x"},
	{"empty lines", TEXT("\n\na,b\n\n1,x\n\r\n \t\n2,y\n\n"), NULL, "a:int64,b:utf8|1,x|2,y"},
	{"null and empty", TEXT("a,b\n,\"\"\n,\n"), NULL, "a:utf8,b:utf8|NULL,|NULL,NULL"},
	{"blanks", TEXT("a , b\n 1\t,  x y  \n2, \n"), NULL, "a:int64,b:utf8|1,x y|2,NULL"},
	{"blanks in quotes", TEXT("a,b\n1,\" x \"\n"), NULL, "a:int64,b:utf8|1, x "},
	{"blanks around quotes", TEXT("a,b\n1, \"x\" \n"), NULL, "a:int64,b:utf8|1,x"},
	{"separator in quotes", TEXT("a,b\n1,\"x,y\"\n"), NULL, "a:int64,b:utf8|1,x,y"},
	{"quotes in quotes", TEXT("a,b\n1,\"x\"\"y\"\"\"\n"), NULL, "a:int64,b:utf8|1,x\"y\""},
	{"line ends in quotes", TEXT("a,b\n1,\"x\ny\r\nz\"\n2,w\n"), NULL,
		"a:int64,b:utf8|1,x\ny\r\nz|2,w"},
	{"quoted header", TEXT("\"a\nb\",c\n1,2\n"), NULL, "a\nb:int64,c:int64|1,2"},
	{"unended quoted field", TEXT("a,b\n1,\"x\""), NULL, "a:int64,b:utf8|1,x"},
	{"UTF-8", TEXT("größe,b\n1,\xF0\x9F\x90\xA7\n"), NULL,
		"größe:int64,b:utf8|1,\xF0\x9F\x90\xA7"},
	/* inference */
	{"bool", TEXT("a\ntrue\nfalse\n\n"), NULL, "a:bool|true|false|NULL"},
	{"not bool", TEXT("a\ntrue\nTrue\n"), NULL, "a:utf8|true|True"},
	{"bool and number", TEXT("a\ntrue\n1\n"), NULL, "a:utf8|true|1"},
	{"int64 limits", TEXT("a\n9223372036854775807\n-9223372036854775808\n"), NULL,
		"a:int64|9223372036854775807|-9223372036854775808"},
	{"beyond int64", TEXT("a\n9223372036854775808\n1\n"), NULL, "a:utf8|9223372036854775808|1"},
	{"floats", TEXT("a\n1\n0.5\n-2e3\ninf\nnan\n"), NULL, "a:float64|1|0.5|-2000|inf|nan"},
	{"labels", TEXT("a,b\n007,+49\n12,1\n"), NULL, "a:utf8,b:utf8|007,+49|12,1"},
	{"zeros", TEXT("a,b\n0,0.5\n-0,-0.5\n"), NULL, "a:int64,b:float64|0,0.5|0,-0.5"},
	{"hex is text", TEXT("a\n0x10\n"), NULL, "a:utf8|0x10"},
	{"dates", TEXT("a\n1970-01-01\n1970-01-02T00:00:01Z\n"), NULL, "a:timestamp|0|86401000000"},
	{"date and number", TEXT("a\n1970-01-01\n7\n"), NULL, "a:utf8|1970-01-01|7"},
	{"no date", TEXT("a\n2023-02-29\n"), NULL, "a:utf8|2023-02-29"},
	{"quoted numbers", TEXT("a\n\"1\"\n\"2\"\n"), NULL, "a:int64|1|2"},
	{"all null", TEXT("a,b\n,1\n,2\n"), NULL, "a:utf8,b:int64|NULL,1|NULL,2"},
	/* options */
	{"sep", TEXT("a;b\n1;x,y\n"), "{load_args: {sep: ';'}}", "a:int64,b:utf8|1,x,y"},
	{"tab", TEXT("a\tb\n1\t x \n\ty\n"), "{load_args: {sep: \"\\t\"}}",
		"a:int64,b:utf8|1,x|NULL,y"},
	{"blank as sep", TEXT("a b\n1 x\n 2\n"), "{load_args: {sep: ' '}}",
		"a:int64,b:utf8|1,x|NULL,2"},
	{"na_values", TEXT("a,b\n1,NA\n-,x\n\"NA\",-1\n"),
		"{load_args: {na_values: [NA, '-', -1]}}",
		"a:int64,b:utf8|1,NULL|NULL,x|NULL,NULL"},
	{"one na_value", TEXT("a\nNA\n1\n"), "{load_args: {na_values: NA}}", "a:int64|NULL|1"},
	{"dtype", TEXT("a,b\n007,1\n"), "{load_args: {dtype: {a: utf8, b: float}}}",
		"a:utf8,b:float64|007,1"},
	{"dtype int of a label", TEXT("a\n007\n"), "{load_args: {dtype: {a: int64}}}", "a:int64|7"},
	{"dtype of all", TEXT("a,b\n1,true\n"), "{load_args: {dtype: str}}",
		"a:utf8,b:utf8|1,true"},
};

Test(csv_read, files_mean_what_the_table_says)
{
	struct room r;

	room_open(&r);
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct frame *f = room_read(&r, good[i].file, good[i].n, good[i].entry);

		cr_expect(f, "%s: %s", good[i].what, r.e.msg);
		if (f)
			cr_expect_str_eq(room_show(&r, f), good[i].table, "%s: %s", good[i].what,
				room_show(&r, f));
		frame_unref(f);
	}
	room_close(&r);
}

/* Each file, and what its error must say. */
static const struct {
	const char *what, *file;
	size_t n;
	const char *entry;
	int line, col;
	const char *msg, *help;
} bad[] = {
	{"empty", TEXT(""), NULL, 0, 0, "the file is empty", "names of the columns"},
	{"blank lines only", TEXT("\n\r\n  \n"), NULL, 0, 0, "the file is empty", ""},
	{"BOM only", TEXT("\xEF\xBB\xBF"), NULL, 0, 0, "the file is empty", ""},
	{"too few", TEXT("a,b\n1,2\n\n3\n"), NULL, 4, 0,
		"row 2, line 4: 1 field, but the header names 2 columns", ""},
	{"too many", TEXT("a,b\n1,2,3\n"), NULL, 2, 0,
		"row 1, line 2: 3 fields, but the header names 2 columns", "quoted"},
	{"too many for one", TEXT("a\n1,2\n"), NULL, 2, 0,
		"2 fields, but the header names 1 column", ""},
	{"ragged behind a field of lines", TEXT("a,b\n\"x\n\n\",2\n3\n"), NULL, 5, 0,
		"row 2, line 5:", ""},
	{"ragged and quoted", TEXT("a,b\n\"x\"\n"), NULL, 2, 0, "row 1, line 2: 1 field", ""},
	{"duplicate name", TEXT("a,b,a\n"), NULL, 1, 0,
		"column 3 of the header is called `a`, like column 1", "name of its own"},
	{"no name", TEXT("a,,b\n"), NULL, 1, 0, "column 2 of the header has no name", ""},
	{"no name at the end", TEXT("a,b,\n"), NULL, 1, 0, "column 3 of the header has no name",
		""},
	{"quoted no name", TEXT("a,\"\"\n"), NULL, 1, 0, "column 2 of the header has no name", ""},
	{"NUL", TEXT("a,b\n1,x\n2,y\0z\n"), NULL, 3, 4, "row 2, line 3: a NUL byte", "damaged"},
	{"NUL in quotes", TEXT("a,b\n1,\"x\ny\0\"\n"), NULL, 3, 2, "row 1, line 3: a NUL byte", ""},
	{"NUL in the header", TEXT("a\0,b\n"), NULL, 1, 2, "line 1: a NUL byte", ""},
	{"unterminated quote", TEXT("a,b\n1,2\n3,\"x\ny\n"), NULL, 3, 0,
		"row 2, line 3: the file ends within a quoted field", "close the quote"},
	{"unterminated on a later line", TEXT("a,b\n\"x\ny\",\"z\nw"), NULL, 3, 0,
		"line 3: the file ends within a quoted field", ""},
	{"quote inside", TEXT("a,b\n1,x\"y\n"), NULL, 2, 4, "a quote stands inside a field",
		"twice"},
	{"quote after a quote", TEXT("a,b\n1,\"x\"y\n"), NULL, 2, 6,
		"text stands behind the closing quote", "twice"},
	{"quote and blanks", TEXT("a,b\n1,\"x\" \"\n"), NULL, 2, 7, "behind the closing quote", ""},
	{"column in characters", TEXT("a,b\nöö,x\"y\n"), NULL, 2, 5, "a quote stands inside", ""},
	{"Latin-1",
		TEXT("a,b\n1,Stra\xDF"
		     "e\n"),
		NULL, 2, 0, "column `b`: `Stra", "latin-1"},
	{"Latin-1 header",
		TEXT("a,gr\xF6\xDF"
		     "e\n"),
		NULL, 1, 0, "column 2 of the header is not UTF-8", ""},
	{"UTF-16",
		TEXT("\xFF\xFE"
		     "a\0"),
		NULL, 1, 0, "the file is UTF-16", "iconv"},
	{"declared int64", TEXT("a\n1\nx\n"), "{load_args: {dtype: {a: int64}}}", 3, 0,
		"row 2, line 3: column `a`: `x` is no whole number", "declared as int64"},
	{"declared bool", TEXT("a\n1\n"), "{load_args: {dtype: bool}}", 2, 0,
		"`1` is neither true nor false", ""},
	{"declared timestamp", TEXT("a\n2023-02-30\n"), "{load_args: {dtype: timestamp}}", 2, 0,
		"`2023-02-30` is no ISO 8601", ""},
	{"declared, empty text", TEXT("a,b\n\"\",1\n"), "{load_args: {dtype: {a: float64}}}", 2, 0,
		"`` is no number", ""},
	{"dtype of no column", TEXT("age,b\n1,2\n"), "{load_args: {dtype: {agee: utf8}}}", 1, 21,
		"`dtype` names column `agee`", "did you mean `age`?"},
	{"control characters are shown", TEXT("a\n1\x1b[2J\n"), "{load_args: {dtype: int64}}", 2, 0,
		"`1\\x1b[2J` is no whole number", ""},
};

Test(csv_read, bad_files_are_refused_with_place_and_way_out)
{
	struct room r;

	room_open(&r);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct frame *f = room_read(&r, bad[i].file, bad[i].n, bad[i].entry);

		cr_expect_null(f, "%s was read", bad[i].what);
		cr_expect(strstr(r.e.msg, bad[i].msg), "%s: %s", bad[i].what, r.e.msg);
		cr_expect(strstr(r.e.help, bad[i].help), "%s: help: %s", bad[i].what, r.e.help);
		cr_expect_eq(r.e.line, bad[i].line, "%s: line %d", bad[i].what, r.e.line);
		cr_expect_eq(r.e.col, bad[i].col, "%s: column %d", bad[i].what, r.e.col);
		if (r.e.code == MLC_DATA)
			cr_expect(strstr(r.e.msg, "`t.csv`"), "%s: %s", bad[i].what, r.e.msg);
		frame_unref(f);
	}
	room_close(&r);
}

/* n times `part` behind `head`, then `tail`; in the arena. */
static char *
repeat(struct room *r, const char *head, const char *part, size_t n, const char *tail)
{
	struct str s = {0};
	char *kept;

	str_add(&s, head);
	for (size_t i = 0; i < n; i++)
		str_add(&s, part);
	str_add(&s, tail);
	kept = arena_strdup(&r->mem, s.s);
	str_fini(&s);
	return kept;
}

Test(csv_read, fields_and_columns_have_limits)
{
	struct room r;
	struct frame *f;
	char *text;

	room_open(&r);
	text = repeat(&r, "a,b\n1,\"", "x", 1 << 20, "\"\n");
	f = room_read(&r, text, strlen(text), NULL);
	cr_expect(f, "1 MiB: %s", r.e.msg);
	frame_unref(f);
	text = repeat(&r, "a,b\n1,", "x", 1 << 20, "\n2,y\n");
	f = room_read(&r, text, strlen(text), NULL);
	cr_expect(f, "1 MiB without quotes: %s", r.e.msg);
	frame_unref(f);
	text = repeat(&r, "a,b\n1,\"", "x", (1 << 20) + 1, "\"\n");
	cr_expect_null(room_read(&r, text, strlen(text), NULL));
	cr_expect(strstr(r.e.msg, "row 1, line 2: a field is larger than 1 MiB"), "%s", r.e.msg);
	text = repeat(&r, "a,b\n1,\"", "\n", 40 << 20, "\n");
	cr_expect_null(room_read(&r, text, strlen(text), NULL));
	cr_expect(strstr(r.e.msg, "row 1, line 2: a field is larger than 1 MiB"), "%s", r.e.msg);
	text = repeat(&r, "a", ",", 4096, "\n");
	cr_expect_null(room_read(&r, text, strlen(text), NULL));
	cr_expect(strstr(r.e.msg, "more than 4,096 fields"), "%s", r.e.msg);
	text = repeat(&r, "\"a\"", ",", 1 << 20, "\n");
	cr_expect_null(room_read(&r, text, strlen(text), NULL));
	cr_expect(strstr(r.e.msg, "more than 4,096 fields"), "%s", r.e.msg);
	room_close(&r);
}

Test(csv_read, four_thousand_and_ninety_six_columns_are_fine)
{
	struct str s = {0};
	struct room r;
	struct frame *f;

	room_open(&r);
	for (int i = 0; i < 4096; i++)
		str_addf(&s, "%sc%d", i ? "," : "", i);
	str_addc(&s, '\n');
	for (int i = 0; i < 4096; i++)
		str_addf(&s, "%s%d", i ? "," : "", i);
	f = room_read(&r, s.s, s.len, NULL);
	cr_assert(f, "%s", r.e.msg);
	cr_expect_eq(frame_columns(f), 4096);
	cr_expect_eq(frame_rows(f), 1);
	frame_unref(f);
	str_fini(&s);
	room_close(&r);
}

/* A file of n rows "i,x"; `odd` is the value of column a in row `at`. */
static void
put_rows(struct room *r, int n, int at, const char *odd)
{
	struct str s = {0};

	str_add(&s, "a,b\n");
	for (int i = 1; i <= n; i++)
		if (i == at)
			str_addf(&s, "%s,x\n", odd);
		else
			str_addf(&s, "%d,x\n", i);
	room_put(r, "t.csv", s.s, s.len);
	str_fini(&s);
}

Test(csv_read, a_value_behind_the_sample_must_fit_the_inferred_type)
{
	const struct dataset *d;
	struct read_opts o;
	struct frame *f;
	struct room r;

	room_open(&r);
	o = room_opts(&r);
	d = room_dataset(&r, "csv", "t.csv", NULL);
	put_rows(&r, 70000, 65537, "3.5");
	cr_expect_eq(dataset_read_table(d, &o, &f, NULL, &r.e), -1);
	cr_expect(strstr(r.e.msg, "row 65537, line 65538: column `a`: `3.5`"), "%s", r.e.msg);
	cr_expect(strstr(r.e.help, "dtype: {a: float64}"), "%s", r.e.help);
	put_rows(&r, 70000, 65537, "007");
	cr_expect_eq(dataset_read_table(d, &o, &f, NULL, &r.e), -1);
	cr_expect(strstr(r.e.help, "dtype: {a: utf8}"), "%s", r.e.help);
	put_rows(&r, 70000, 65536, "3.5");
	cr_assert_eq(dataset_read_table(d, &o, &f, NULL, &r.e), 0, "%s", r.e.msg);
	cr_expect_eq(frame_column(f, 0)->type, MLF_F64);
	frame_unref(f);
	room_close(&r);
}

Test(csv_read, batches_have_65536_rows_and_facts_come_at_the_end)
{
	int64_t sizes[] = {65536, 65536, 3};
	const struct dataset *d;
	struct read_facts facts;
	struct read_opts o;
	struct reader *reader;
	struct frame *f;
	struct room r;
	char hash[HASH_XXH_HEX], *text;

	room_open(&r);
	put_rows(&r, 2 * 65536 + 3, 0, NULL);
	text = room_get(&r, "t.csv");
	hash_xxh3(text, strlen(text), hash);
	d = room_dataset(&r, "csv", "t.csv", NULL);
	o = room_opts(&r);
	cr_assert_eq(dataset_open(d, &o, &reader, &r.e), 0);
	for (int i = 0; i < 3; i++) {
		cr_assert_eq(reader_next(reader, &f, &r.e), 1);
		cr_expect_eq(frame_rows(f), sizes[i]);
		frame_unref(f);
	}
	cr_expect_eq(reader_next(reader, &f, &r.e), 0);
	cr_expect_eq(reader_next(reader, &f, &r.e), 0);
	reader_facts(reader, &facts);
	cr_expect_str_eq(facts.hash, hash);
	cr_expect_eq(facts.bytes, strlen(text));
	reader_close(reader);
	room_close(&r);
}

Test(csv_read, a_table_without_rows_is_one_batch_with_its_columns)
{
	const struct dataset *d;
	struct read_opts o;
	struct reader *reader;
	struct frame *f;
	struct room r;

	room_open(&r);
	room_put_text(&r, "t.csv", "a,b\n");
	d = room_dataset(&r, "csv", "t.csv", NULL);
	o = room_opts(&r);
	cr_assert_eq(dataset_open(d, &o, &reader, &r.e), 0);
	cr_assert_eq(reader_next(reader, &f, &r.e), 1);
	cr_expect_eq(frame_rows(f), 0);
	cr_expect_eq(frame_columns(f), 2);
	frame_unref(f);
	cr_expect_eq(reader_next(reader, &f, &r.e), 0);
	reader_close(reader);
	room_close(&r);
}

Test(csv_read, long_rows_end_a_batch_early_so_that_memory_stays_flat)
{
	const struct dataset *d;
	struct read_opts o;
	struct reader *reader;
	struct frame *f;
	struct room r;
	int64_t rows = 0, batches = 0;
	char *line, *text;

	room_open(&r);
	line = repeat(&r, "1,", "y", 1000000, "\n");
	text = repeat(&r, "a,b\n", line, 100, "");
	room_put_text(&r, "t.csv", text);
	d = room_dataset(&r, "csv", "t.csv", NULL);
	o = room_opts(&r);
	cr_assert_eq(dataset_open(d, &o, &reader, &r.e), 0, "%s", r.e.msg);
	for (; reader_next(reader, &f, &r.e) == 1; batches++) {
		cr_expect_leq(frame_rows(f), 68);
		rows += frame_rows(f);
		frame_unref(f);
	}
	cr_expect_eq(rows, 100);
	cr_expect_eq(batches, 2);
	reader_close(reader);
	room_close(&r);
}
