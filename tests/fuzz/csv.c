/* SPDX-License-Identifier: Apache-2.0
 * Fuzz target for the csv type. The first two bytes choose separator, block and how much a read gives;
 * the rest is the file. Six promises:
 *
 *	1. rows are those of a plain libcsv walk over the whole file, and what libcsv refuses we refuse
 *	   (rows that are one null are ours: lines without anything in a table of one column);
 *	2. rows, lines and failures do not depend on where blocks end;
 *	3. what is refused has a message, with the line if it is about one;
 *	4. a file that is read as a frame is written and read again as the same frame;
 *	5. a table of texts has the fields of those rows, however the file was split;
 *	6. each kind of processor finds the same ends of fields. */
#include <csv.h>
#include <string.h>
#include "catalog/csv.h"
#include "tests/unit/catalog_scans.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "broken promise: %s\n", what);
	abort();
}

/* --- a host in memory ---------------------------------------------------------------------------- */

struct memory {
	struct mlf_dataset_host pub;
	const char *p;
	size_t n, at, step; /* the file, and the most that a read gives */
	struct str out;
	char sep[2];
	struct scope *scope;
	struct frame *schema; /* types to read as; may be NULL */
	bool texts;           /* all columns are text */
	char text[256];       /* of the failure */
	int64_t row, line;
};

static struct memory *
memory_of(struct mlf_dataset_host *h)
{
	return (struct memory *)h;
}

static const char *
option(struct mlf_dataset_host *h, const char *where, const char *key, const char *def)
{
	if (memory_of(h)->texts && str_eq(key, "dtype"))
		return "\"utf8\"";
	return str_eq(key, "sep") && str_eq(where, "load_args") ? memory_of(h)->sep : def;
}

static enum mlf_type
expected(struct mlf_dataset_host *h, const char *column)
{
	struct frame *f = memory_of(h)->schema;
	int i = f ? frame_find(f, column) : -1;

	return i >= 0 ? frame_column(f, i)->type : 0;
}

static struct mlf_builder *
build(struct mlf_dataset_host *h)
{
	return scope_builder(memory_of(h)->scope);
}

static int64_t
give(struct mlf_dataset_host *h, void *into, size_t n)
{
	struct memory *m = memory_of(h);

	n = n < m->step ? n : m->step;
	n = n < m->n - m->at ? n : m->n - m->at;
	memcpy(into, m->p + m->at, n);
	m->at += n;
	return (int64_t)n;
}

static int
take(struct mlf_dataset_host *h, const void *p, size_t n)
{
	str_addn(&memory_of(h)->out, p, n);
	return 0;
}

static int
data_fail(struct mlf_dataset_host *h, const struct mlf_data_fault *f)
{
	struct memory *m = memory_of(h);

	must(!*m->text && *f->text, "one message");
	snprintf(m->text, sizeof(m->text), "%s", f->text);
	m->row = f->row;
	m->line = f->line;
	return -1;
}

static int
option_fail(struct mlf_dataset_host *h, const char *where, const char *key, const char *text,
	const char *advice)
{
	(void)h, (void)where, (void)key, (void)text, (void)advice;
	must(false, "options are good");
	return -1;
}

static struct memory
memory(const char *p, size_t n, size_t step, char sep)
{
	return (struct memory){
		.pub = {.size = sizeof(struct mlf_dataset_host),
			.batch_rows = INT64_MAX,
			.batch_bytes = INT64_MAX,
			.option = option,
			.expected = expected,
			.build = build,
			.read = give,
			.write = take,
			.data_fail = data_fail,
			.option_fail = option_fail},
		.p = p,
		.n = n,
		.step = step,
		.sep = {sep, 0},
	};
}

/* --- rows as text, for comparing ------------------------------------------------------------------ */

static void
add_field(struct str *to, const void *s, size_t n)
{
	str_addf(to, s ? "(%zu " : "(null", n);
	str_addn(to, s ? s : "", n);
	str_addc(to, ')');
}

/* Our rows; 0, or -1 after a failure. */
static int
our_rows(struct memory *m, size_t block, bool lines, struct str *to)
{
	struct csv_rows *r = csv_rows_new(
		&m->pub, &(struct csv_dialect){.sep = m->sep[0], .quote = 0x22}, block);
	struct csv_row row;
	int64_t next = 0, line = 0;
	int rc;

	while ((rc = csv_rows_next(r, &row)) == 1) {
		must(row.row == next++ && row.line > line, "rows are counted");
		line = row.line;
		must(row.n > 0, "a row has a field");
		if (!lines && row.n == 1 && !row.v[0].s)
			continue;
		if (lines)
			str_addf(to, "%lld:", (long long)row.line);
		for (size_t i = 0; i < row.n; i++)
			add_field(to, row.v[i].s, row.v[i].n);
		str_addc(to, '|');
	}
	csv_rows_free(r);
	return rc;
}

static void
on_field(void *s, size_t n, void *to)
{
	add_field(to, s, n);
}

static void
on_row(int c, void *to)
{
	(void)c;
	str_addc(to, '|');
}

/* libcsv's rows. */
static int
their_rows(const char *p, size_t n, char sep, struct str *to)
{
	struct csv_parser lib;
	int rc = 0;

	if (n >= 3 && memcmp(p, "\xEF\xBB\xBF", 3) == 0) {
		p += 3;
		n -= 3;
	}
	must(csv_init(&lib, CSV_STRICT | CSV_STRICT_FINI | CSV_EMPTY_IS_NULL) == 0, "libcsv");
	csv_set_delim(&lib, (unsigned char)sep);
	if (csv_parse(&lib, p, n, on_field, on_row, to) != n ||
		csv_fini(&lib, on_field, on_row, to) != 0)
		rc = -1;
	csv_free(&lib);
	return rc;
}

static bool
is_utf16(const char *p, size_t n)
{
	return n >= 2 && (memcmp(p, "\xFF\xFE", 2) == 0 || memcmp(p, "\xFE\xFF", 2) == 0);
}

static void
check_rows(const char *p, size_t n, char sep, size_t block, size_t step)
{
	struct memory small = memory(p, n, step, sep), large = memory(p, n, SIZE_MAX, sep);
	struct memory plain = memory(p, n, SIZE_MAX, sep);
	struct str a = {0}, b = {0}, c = {0}, lib = {0};
	int rc = our_rows(&small, block, true, &a);

	must(our_rows(&large, CSV_BLOCK, true, &b) == rc, "blocks do not decide on failures");
	must(small.line == large.line && small.row == large.row, "blocks do not change places");
	must(str_eq(small.text, large.text) || memchr(p, 0, n),
		"blocks do not change the message, but of two mistakes before and behind a NUL");
	must(a.len == b.len && (a.len == 0 || memcmp(a.s, b.s, a.len) == 0),
		"blocks do not change rows");
	must(rc == 0 || (*small.text && small.line > 0), "a failure has a message and a line");
	(void)our_rows(&plain, CSV_BLOCK, false, &c);
	if (their_rows(p, n, sep, &lib) != 0)
		must(rc < 0, "what libcsv refuses is refused");
	else if (rc < 0)
		must(memchr(p, 0, n) || is_utf16(p, n) || n > CSV_COLUMNS_MAX,
			"what libcsv takes is taken");
	else
		must(lib.len == c.len && (c.len == 0 || memcmp(lib.s, c.s, c.len) == 0),
			"rows are libcsv's");
	str_fini(&a);
	str_fini(&b);
	str_fini(&c);
	str_fini(&lib);
}

/* --- frames -------------------------------------------------------------------------------------- */

/* The file as one frame, counted; NULL if it is refused. */
static struct frame *
read_frame(struct memory *m, struct segs *segs)
{
	struct mlf_frame *f = NULL;
	struct frame *kept = NULL;
	void *state;

	m->scope = scope_new(segs);
	if (csv_type.read_open(&m->pub, &state) == 0) {
		if (csv_type.read_next(&m->pub, state, &f) == 0) {
			must(f && !scope_error(m->scope), "a frame comes of it");
			kept = frame_ref(frame_of(f));
		}
		csv_type.read_close(state);
	}
	must((kept != NULL) == !*m->text, "a frame or a message");
	scope_free(m->scope);
	return kept;
}

static void
check_frame(const char *p, size_t n, char sep, struct segs *segs)
{
	struct memory in = memory(p, n, SIZE_MAX, sep), out = memory("", 0, 1, sep), again;
	struct frame *f = read_frame(&in, segs), *back;
	struct scope *sc;
	void *state;

	if (!f)
		return;
	sc = scope_new(segs);
	must(csv_type.write_open(&out.pub, &state) == 0, "writing begins");
	must(csv_type.write_next(&out.pub, state, scope_lend(sc, f)) == 0, "it can be written");
	must(csv_type.write_end(&out.pub, state, true) == 0, "writing ends");
	again = memory(out.out.s, out.out.len, SIZE_MAX, sep);
	again.schema = f;
	back = read_frame(&again, segs);
	must(back != NULL, "it can be read again");
	must(frame_equal(f, back), "it is the same frame");
	scope_free(sc);
	frame_unref(f);
	frame_unref(back);
	str_fini(&out.out);
}

static bool
same_cell(const struct csv_field *f, const struct column *c, int64_t i)
{
	const int32_t *ends = (const int32_t *)c->data + c->off;

	if (!f->s || column_null(c, i))
		return !f->s && column_null(c, i);
	return (int64_t)f->n == ends[i + 1] - ends[i] &&
		(f->n == 0 || memcmp(f->s, c->bytes + ends[i], f->n) == 0);
}

static void
check_texts(const char *p, size_t n, char sep, size_t step, struct segs *segs)
{
	struct memory in = memory(p, n, step, sep), again = memory(p, n, SIZE_MAX, sep);
	struct csv_dialect dialect = {.sep = sep, .quote = '"'};
	struct csv_rows *r;
	struct csv_row row;
	struct frame *f;
	int64_t i = 0;

	in.texts = true;
	f = read_frame(&in, segs);
	if (!f)
		return;
	r = csv_rows_new(&again.pub, &dialect, CSV_BLOCK);
	must(csv_rows_next(r, &row) == 1, "there is a header");
	for (; csv_rows_next(r, &row) == 1; i++) {
		must(i < frame_rows(f) && (int)row.n == frame_columns(f), "all rows are there");
		for (size_t k = 0; k < row.n; k++)
			must(same_cell(&row.v[k], frame_column(f, (int)k), i), "fields are equal");
	}
	must(i == frame_rows(f) && !*again.text, "no row is made up");
	csv_rows_free(r);
	frame_unref(f);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char seps[] = {',', ';', '\t', ' ', '|', ':'};
	static const size_t blocks[] = {4, 5, 7, 16, 64, 300};
	struct segs *segs;
	char sep;

	if (size < 2)
		return 0;
	sep = seps[data[0] % sizeof(seps)];
	check_rows((const char *)data + 2, size - 2, sep, blocks[data[1] % 6], 1 + data[1] / 6 % 9);
	must(!scans_differ((const char *)data + 2, size - 2, sep), "processors agree");
	segs = segs_new(SEGS_PRIVATE, 1);
	check_frame((const char *)data + 2, size - 2, sep, segs);
	check_texts((const char *)data + 2, size - 2, sep, SIZE_MAX, segs);
	check_texts((const char *)data + 2, size - 2, sep, 1 + data[1] / 6 % 9, segs);
	segs_free(segs);
	return 0;
}
