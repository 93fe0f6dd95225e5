/* SPDX-License-Identifier: Apache-2.0
 * The bytes of a CSV file as rows of fields, and where each row stands.
 *
 *	block   |-- line --|-- line --|-- li...      a line ends with CR, LF or CRLF
 *	                        |          |
 *	    no quotes in it, or only     anything else: fed to libcsv, and so are the lines
 *	    around whole fields: split   after it, until libcsv says that the row has ended
 *
 * libcsv tells no positions, so it is fed line by line; since it ends a row only at the end of a
 * line, at most one row comes of a line. What a line means is plain if its quotes, if any, enclose
 * whole fields: it is split here, several times as fast, and the same by tests/fuzz/csv.c.
 *
 * Latin-1 becomes UTF-8 as it is read. Memory: a block, the fields of one row, and what libcsv holds of
 * one field. */
#include "catalog/csv.h"

#include <csv.h>
#include <limits.h>
#include <string.h>

#define NO_ROW (-1)

struct csv_rows {
	struct mlf_dataset_host *h; /* borrowed */
	struct csv_dialect dialect;
	char *block; /* owned; larger than its size: limit, a Latin-1 character, CSV_SLACK */
	size_t size;
	size_t at, end; /* what is left of the block */
	size_t cr, lf, quote,
		nul; /* the first of them not before `at` when last looked; `end`: none */
	bool begun, eof;
	bool discards;  /* the rest of this line */
	int64_t skip;   /* so many lines are left before the header */
	int64_t line;   /* of block[at] */
	int64_t row;    /* the last one begun; NO_ROW: none */
	size_t columns; /* of the header; 0: not known yet */
	int64_t row_line;

	struct csv_field *fields; /* of the row */
	size_t n, cap;
	int64_t row_bytes;

	struct csv_parser lib;
	bool in_lib;     /* a row was begun in libcsv */
	bool lib_ended;  /* and ended */
	bool too_large;  /* a field that came of it */
	const char *bad; /* what is wrong with the row, if that is tolerated */
	int64_t quote_line;
	struct str text; /* the bytes of its fields */
	size_t *starts;  /* of each in text */
	size_t starts_cap;
};

/* --- failures ------------------------------------------------------------------------------------ */

static int
fail_at(struct csv_rows *r, int64_t line, size_t column, const char *text, const char *advice)
{
	struct mlf_data_fault fault = {
		.row = r->row > 0 ? r->row : 0,
		.line = line,
		.column = column < INT_MAX ? (int)column : 0,
		.text = text,
		.advice = advice,
	};

	return mlf_data_fail(r->h, &fault);
}

static int
fail(struct csv_rows *r, const char *text, const char *advice)
{
	return fail_at(r, r->row_line, 0, text, advice);
}

static int
check_row(struct csv_rows *r)
{
	if (r->too_large)
		return fail_at(r, r->in_lib ? r->quote_line : r->line, 0,
			"a field is larger than 1 MiB",
			"a field in quotes goes on over lines: is a quote missing, or one too "
			"many?");
	if (r->n > CSV_COLUMNS_MAX)
		return fail(r, "a row has more than 4,096 fields", NULL);
	if (r->row_bytes > CSV_ROW_MAX)
		return fail(r, "a row is larger than 64 MiB", NULL);
	return 0;
}

/* A place in a line, in characters. */
static size_t
column_of(const char *line, size_t bytes)
{
	size_t n = 1;

	for (size_t i = 0; i < bytes; i++)
		n += (line[i] & 0xC0) != 0x80;
	return n;
}

/* --- the block ----------------------------------------------------------------------------------- */

/* The first c at or behind `at`. */
static size_t
find(const struct csv_rows *r, char c)
{
	const char *hit = memchr(r->block + r->at, c, r->end - r->at);

	return hit ? (size_t)(hit - r->block) : r->end;
}

/* Brings a remembered place up to date. Each byte is looked at once for each character. */
static size_t
next(const struct csv_rows *r, size_t *place, char c)
{
	if (*place < r->at)
		*place = find(r, c);
	return *place;
}

static void
find_places(struct csv_rows *r)
{
	r->cr = find(r, '\r');
	r->lf = find(r, '\n');
	r->quote = find(r, r->dialect.quote);
	r->nul = find(r, 0);
}

/* The marks of UTF-8 (not part of the text) and of UTF-16 (not readable). */
static int
begin(struct csv_rows *r)
{
	r->begun = true;
	r->skip = r->dialect.skip;
	r->line = 1;
	r->row_line = 1;
	if (r->end >= 3 && memcmp(r->block, "\xEF\xBB\xBF", 3) == 0)
		r->at = 3;
	if (r->end >= 2 &&
		(memcmp(r->block, "\xFF\xFE", 2) == 0 || memcmp(r->block, "\xFE\xFF", 2) == 0))
		return fail(r, "the file is UTF-16", "convert it: iconv -f UTF-16 -t UTF-8");
	return 0;
}

/* How far the block can be filled: the last byte is for what follows a CR, which may be an LF. */
static size_t
limit(const struct csv_rows *r)
{
	return r->size + (r->end > 0 && r->block[r->end - 1] == '\r');
}

/* Latin-1, n bytes of which `high` are no ASCII, becomes UTF-8 where it is. */
static void
widen(char *s, size_t n, size_t high)
{
	while (high > 0) {
		unsigned char c = (unsigned char)s[--n];

		if (c < 0x80) {
			s[n + high] = (char)c;
			continue;
		}
		s[n + high] = (char)(0x80 | (c & 0x3F));
		s[n + --high] = (char)(0xC0 | c >> 6);
	}
}

/* Reads up to n bytes; if n is 1 it may be 2. */
static int64_t
read_some(struct csv_rows *r, char *to, size_t n)
{
	int64_t got;
	size_t high = 0;

	if (!r->dialect.latin1)
		return mlf_read(r->h, to, n);
	got = mlf_read(r->h, to, n < 2 ? 1 : n / 2);
	for (int64_t i = 0; i < got; i++)
		high += (unsigned char)to[i] >> 7;
	if (high > 0)
		widen(to, (size_t)got, high);
	return got + (int64_t)high;
}

/* Moves what is left to the front and reads behind it, a bit or more unless the file has ended. */
static int
refill(struct csv_rows *r)
{
	int64_t n;

	memmove(r->block, r->block + r->at, r->end - r->at);
	r->end -= r->at;
	r->at = 0;
	do {
		n = read_some(r, r->block + r->end, limit(r) - r->end);
		if (n < 0)
			return -1;
		r->eof = n == 0;
		r->end += (size_t)n;
	} while (!r->begun && !r->eof && r->end < 3);
	if (!r->begun && begin(r) < 0)
		return -1;
	find_places(r);
	return 0;
}

/* The end of the line at `at`, without and with what ends it. Of a line that is longer than the block
 * it is the end of the block, twice. */
static int
find_line(struct csv_rows *r, size_t *end, size_t *after)
{
	size_t lf = next(r, &r->lf, '\n'), cr = next(r, &r->cr, '\r');

	while (lf == r->end && cr + 1 >= r->end && !r->eof && r->end - r->at < limit(r)) {
		if (refill(r) < 0)
			return -1;
		lf = r->lf;
		cr = r->cr;
	}
	*end = lf < cr ? lf : cr;
	*after = *end;
	if (*end < r->end)
		*after += lf < r->end && cr + 1 == lf ? 2 : 1;
	if (next(r, &r->nul, 0) >= *after)
		return 0;
	r->row += !r->in_lib;
	return fail_at(r, r->line, column_of(r->block + r->at, r->nul - r->at),
		"a NUL byte stands in the text", "the file is damaged, or no UTF-8 text");
}

/* --- rows without a quote ------------------------------------------------------------------------ */

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static void
add_as_is(struct csv_rows *r, const char *s, const char *end)
{
	struct csv_field *f;

	if (r->n == r->cap)
		r->fields = mem_grow(r->fields, &r->cap, r->n + 1, sizeof(*r->fields));
	f = &r->fields[r->n++];
	f->s = s;
	f->n = (size_t)(end - s);
	r->too_large |= f->n > CSV_FIELD_MAX;
}

static void
add_field(struct csv_rows *r, const char *s, const char *end)
{
	while (s < end && is_blank(*s))
		s++;
	while (s < end && is_blank(end[-1]))
		end--;
	add_as_is(r, s < end ? s : NULL, s < end ? end : NULL);
}

static void
split(struct csv_rows *r, const char *s, const char *end)
{
	const char *hit;

	while (r->n <= CSV_COLUMNS_MAX && (hit = memchr(s, r->dialect.sep, (size_t)(end - s)))) {
		add_field(r, s, hit);
		s = hit + 1;
	}
	add_field(r, s, end);
}

/* A line whose quotes stand at both ends of fields and nowhere else. False if it has others: doubled
 * ones, ones with blanks around, one that is not closed in this line, or misplaced ones. */
static bool
split_quoted(struct csv_rows *r, const char *s, const char *end)
{
	const char quote = r->dialect.quote, *hit;

	for (; r->n <= CSV_COLUMNS_MAX; s = hit + 1) {
		bool quoted = s < end && *s == quote;

		s += quoted;
		hit = memchr(s, quoted ? quote : r->dialect.sep, (size_t)(end - s));
		if (!quoted) {
			if (memchr(s, quote, (size_t)((hit ? hit : end) - s)))
				return false;
			add_field(r, s, hit ? hit : end);
		} else {
			if (!hit || (hit + 1 < end && hit[1] != r->dialect.sep))
				return false;
			add_as_is(r, s, hit);
			hit = hit + 1 < end ? hit + 1 : NULL;
		}
		if (!hit)
			return true;
	}
	return true;
}

/* --- rows with quotes ---------------------------------------------------------------------------- */

static void
on_field(void *s, size_t n, void *arg)
{
	struct csv_rows *r = arg;

	r->too_large |= n > CSV_FIELD_MAX;
	r->row_bytes += (int64_t)n;
	if (r->n > CSV_COLUMNS_MAX || r->too_large || r->row_bytes > CSV_ROW_MAX)
		return;
	if (r->n == r->cap)
		r->fields = mem_grow(r->fields, &r->cap, r->n + 1, sizeof(*r->fields));
	if (r->cap > r->starts_cap)
		r->starts = mem_grow(r->starts, &r->starts_cap, r->cap, sizeof(*r->starts));
	r->starts[r->n] = r->text.len;
	r->fields[r->n++] = (struct csv_field){.s = s, .n = n};
	str_addn(&r->text, s ? s : "", n);
}

static void
on_row(int c, void *arg)
{
	struct csv_rows *r = arg;

	(void)c;
	r->lib_ended = true;
}

/* The text has stopped moving: points the fields into it. */
static void
settle(struct csv_rows *r)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->fields[i].s)
			r->fields[i].s = str_text(&r->text) + r->starts[i];
	r->in_lib = false;
	r->lib_ended = false;
}

static int
fail_quote(struct csv_rows *r, const char *line, size_t bytes)
{
	const char *text = r->lib.quoted ? "text stands behind the closing quote of a field"
					 : "a quote stands inside a field that is not quoted";

	if (csv_error(&r->lib) != CSV_EPARSE)
		mem_exhausted();
	if (r->dialect.lenient) {
		r->bad = text;
		return 0;
	}
	return fail_at(r, r->line, column_of(line, bytes), text,
		"put the whole field in quotes, and write each quote in it twice");
}

static void
lib_begin(struct csv_rows *r)
{
	if (csv_init(&r->lib, CSV_STRICT | CSV_STRICT_FINI | CSV_EMPTY_IS_NULL) != 0)
		mem_exhausted();
	csv_set_delim(&r->lib, (unsigned char)r->dialect.sep);
	csv_set_quote(&r->lib, (unsigned char)r->dialect.quote);
	csv_set_blk_size(&r->lib, 4096);
}

/* A line that is no row is handed out as it is; libcsv begins anew behind it. */
static int
take_bad(struct csv_rows *r, const char *s, size_t end, size_t after)
{
	csv_free(&r->lib);
	lib_begin(r);
	r->in_lib = r->lib_ended = false;
	r->n = 0;
	add_as_is(r, s, r->block + end);
	r->discards = after == end;
	return 1;
}

/* Feeds a line, or a part of one. */
static int
feed(struct csv_rows *r, const char *s, size_t n)
{
	size_t before = r->n, took = csv_parse(&r->lib, s, n, on_field, on_row, r);

	if (took < n || csv_error(&r->lib) != CSV_SUCCESS)
		return fail_quote(r, s, took);
	if (r->bad)
		return 0;
	/* the field that goes on was begun in this line */
	if (!r->in_lib || r->n != before)
		r->quote_line = r->line;
	r->in_lib = true;
	r->too_large |= r->lib.entry_pos > CSV_FIELD_MAX;
	return check_row(r);
}

/* A line without anything: a row in a table of one column. */
static int
take_empty(struct csv_rows *r)
{
	r->n = 0;
	add_field(r, "", "");
	r->row += r->columns == 1;
	return r->columns == 1;
}

/* So many blanks that they were taken for the beginning of a row. */
static int
take_blanks(struct csv_rows *r)
{
	r->in_lib = false;
	r->row--;
	return take_empty(r);
}

/* The file has ended within a row: 1, or 0 if it was none. */
static int
feed_end(struct csv_rows *r)
{
	if (csv_fini(&r->lib, on_field, on_row, r) != 0) {
		if (csv_error(&r->lib) != CSV_EPARSE)
			mem_exhausted();
		return fail_at(r, r->quote_line, 0,
			"the file ends within a quoted field that begins in this line",
			"close the quote; a quote inside a quoted field is written twice");
	}
	r->in_lib = false;
	if (!r->lib_ended)
		return take_blanks(r);
	settle(r);
	return check_row(r) < 0 ? -1 : 1;
}

/* --- one after the other ------------------------------------------------------------------------- */

static void
begin_row(struct csv_rows *r)
{
	r->n = 0;
	r->row_bytes = 0;
	r->too_large = false;
	r->bad = NULL;
	r->row_line = r->line;
	str_reset(&r->text);
	/* what libcsv keeps for an enormous field need not last */
	if (r->text.cap > CSV_FIELD_MAX)
		str_fini(&r->text);
}

/* Splits a whole line that begins a row: 1 if it is one, 0 if there is nothing in it, -1 after a
 * failure; 2 if only libcsv knows. */
static int
split_line(struct csv_rows *r, const char *s, const char *end)
{
	if (next(r, &r->quote, r->dialect.quote) >= (size_t)(end - r->block)) {
		split(r, s, end);
		if (r->n == 1 && !r->fields[0].s)
			return take_empty(r);
	} else if (!split_quoted(r, s, end)) {
		r->n = 0;
		return 2;
	}
	r->row++;
	return check_row(r) < 0 ? -1 : 1;
}

/* The line, or what the block has of it, becomes a row (1) or part of one (0). */
static int
take_line(struct csv_rows *r, size_t end, size_t after)
{
	const char *s = r->block + r->at;
	int rc;

	if (!r->in_lib) {
		begin_row(r);
		rc = after > end || r->eof ? split_line(r, s, r->block + end) : 2;
		if (rc != 2)
			return rc;
		r->row++;
	}
	if (feed(r, s, after - r->at) < 0)
		return -1;
	if (r->bad)
		return take_bad(r, s, end, after);
	if (r->lib_ended) {
		settle(r);
		return 1;
	}
	if (after == end || r->lib.quoted)
		return 0;
	return take_blanks(r);
}

/* A line that does not count, or a part of it. */
static void
pass_line(struct csv_rows *r, bool ended)
{
	if (r->discards)
		r->discards = !ended;
	else
		r->skip -= ended;
}

int
csv_rows_next(struct csv_rows *r, struct csv_row *row)
{
	size_t end, after;
	int rc = 0;

	while (rc == 0) {
		while (r->at == r->end && !r->eof)
			if (refill(r) < 0)
				return -1;
		if (r->at == r->end) {
			if (!r->in_lib)
				return 0;
			rc = feed_end(r);
			break;
		}
		if (find_line(r, &end, &after) < 0)
			return -1;
		if (r->skip > 0 || r->discards)
			pass_line(r, after > end);
		else
			rc = take_line(r, end, after);
		r->at = after;
		r->line += after > end;
	}
	if (rc == 1 && r->columns == 0)
		r->columns = r->n;
	*row = (struct csv_row){.v = r->fields,
		.n = r->n,
		.row = r->row,
		.line = r->row_line,
		.bad = rc == 1 ? r->bad : NULL};
	return rc;
}

/* --- for those who split rows themselves --------------------------------------------------------- */

struct csv_at
csv_rows_peek(const struct csv_rows *r)
{
	size_t n = r->discards ? 0 : r->end - r->at;

	return (struct csv_at){r->block + r->at, n, r->line, r->row};
}

int
csv_rows_more(struct csv_rows *r)
{
	size_t had = r->end - r->at;

	if (r->eof || r->discards || had >= limit(r))
		return 0;
	if (refill(r) < 0)
		return -1;
	return r->end > had;
}

void
csv_rows_take(struct csv_rows *r, size_t bytes, int64_t rows, int64_t lines)
{
	r->at += bytes;
	r->row += rows;
	r->line += lines;
}

struct csv_rows *
csv_rows_new(struct mlf_dataset_host *h, const struct csv_dialect *dialect, size_t block)
{
	struct csv_rows *r = mem_alloc(sizeof(*r));

	r->h = h;
	r->dialect = *dialect;
	r->row = NO_ROW;
	r->size = block;
	r->block = mem_alloc(block + 2 + CSV_SLACK);
	lib_begin(r);
	return r;
}

void
csv_rows_free(struct csv_rows *r)
{
	if (!r)
		return;
	csv_free(&r->lib);
	free(r->block);
	free(r->fields);
	free(r->starts);
	str_fini(&r->text);
	free(r);
}
