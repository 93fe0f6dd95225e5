/* SPDX-License-Identifier: Apache-2.0
 * Batches as the text of a CSV file that reads back as the same frame.
 *
 * A field is quoted only where it must be: around the separator, a quote, a line end, a blank at
 * either end (which reading would cut off), and around empty text, because an empty field without
 * quotes is null. The quote and the encoding are those of reading. What could not be read back is
 * refused instead of written.
 *
 * Rows become text in pens. If there are two processors, a second pen is filled by a thread of its own while
 * the first is filled and written, in turns:
 *
 *	rows     |-- here --|-- there --|-- here --|-- there --| ...
 *	written  one after the other, by the thread that was asked to write */
#include "catalog/csv.h"

#include <string.h>

#define VALUES_HERE 24576 /* in a pen at once; the thread that writes has less time for filling */
#define VALUES_THERE 40960
#define BUFFER (256 << 10) /* so much is kept before it is written */

/* What a byte asks for. */
enum { QUOTES = 1, NUL = 2, WIDE = 4 };

union column_view {
	struct mlf_f64s f;
	struct mlf_i64s i;
	struct mlf_bools b;
	struct mlf_strs s;
};

struct write_column {
	const char *name; /* of the batch */
	enum mlf_type type;
	union column_view view;
	const uint8_t *valid;
	int64_t off;
};

struct pen {
	const struct writer *w;
	char *buf; /* owned */
	size_t n, cap;
	int64_t from, to;  /* the rows that it is filled with */
	struct str narrow; /* a text as Latin-1 */
	/* what went wrong, and ended it; static but for the name of the column */
	const char *column, *what, *advice;
	int64_t row;
	struct beside filling;
};

struct writer {
	struct mlf_dataset_host *h; /* borrowed */
	struct csv_options o;
	struct pen here, there[2];
	bool alone;   /* there is one processor */
	int64_t rows; /* before the batch */
	bool headed;
	struct write_column *columns; /* owned; of the batch */
	size_t n_columns, columns_cap;
	unsigned char asks[256];
};

/* --- pens ---------------------------------------------------------------------------------------- */

/* Room for n more bytes. */
static inline char *
room(struct pen *p, size_t n)
{
	if (n > p->cap - p->n)
		p->buf = mem_grow(p->buf, &p->cap, p->n + n, 1);
	return p->buf + p->n;
}

static void
put_char(struct pen *p, char c)
{
	*room(p, 1) = c;
	p->n++;
}

/* --- failures ------------------------------------------------------------------------------------ */

static int
fail(struct pen *p, const char *column, const char *what, const char *advice)
{
	p->column = column;
	p->what = what;
	p->advice = advice;
	return -1;
}

/* Says what ended the pen. */
static int
report(struct writer *w, const struct pen *p)
{
	struct str text = {0};
	struct mlf_data_fault fault = {.row = p->row, .advice = p->advice};
	int rc;

	str_addf(&text, "column `%s`: %s", p->column, p->what);
	fault.text = text.s;
	rc = mlf_data_fail(w->h, &fault);
	str_fini(&text);
	return rc;
}

/* Writes what it was filled with, and says what ended it. */
static int
flush(struct writer *w, struct pen *p)
{
	size_t n = p->n;

	p->n = 0;
	if (n && mlf_write(w->h, p->buf, n) < 0)
		return -1;
	return p->what ? report(w, p) : 0;
}

/* --- values -------------------------------------------------------------------------------------- */

static void
put_quoted(struct pen *p, const char *s, size_t n)
{
	const char quote = p->w->o.dialect.quote;
	char *begin = room(p, 2 * n + 2), *to = begin;

	*to++ = quote;
	for (size_t i = 0; i < n; i++) {
		*to = s[i];
		to += s[i] == quote;
		*to++ = s[i];
	}
	*to++ = quote;
	p->n += (size_t)(to - begin);
}

static void
put_plain(struct pen *p, const char *s, size_t n)
{
	memcpy(room(p, n), s, n);
	p->n += n;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Text that is none of na_values. */
static bool
is_safe(const struct writer *w, const char *s, size_t n)
{
	struct str key = {0};
	bool safe;

	if (w->o.na.n == 0)
		return true;
	str_addn(&key, s, n);
	safe = !map_has(&w->o.na, str_text(&key));
	str_fini(&key);
	return safe;
}

/* The text as Latin-1; false if it has other characters. */
static bool
narrow(struct str *to, const char *s, size_t n)
{
	str_reset(to);
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c > 0xC3)
			return false;
		if (c >= 0x80)
			c = (unsigned char)(c << 6 | ((unsigned char)s[++i] & 0x3F));
		str_addc(to, (char)c);
	}
	return true;
}

/* What cannot be written as it is, or not at all. */
static int
check_text(struct pen *p, const char *column, const char *s, size_t n, unsigned asks)
{
	const struct writer *w = p->w;

	if (n > CSV_FIELD_MAX)
		return fail(p, column, "the text is larger than 1 MiB",
			"a csv file cannot hold it: shorten it, or use another dataset type");
	if (asks & NUL)
		return fail(p, column, "the text holds a NUL byte", "a csv file cannot hold it");
	if ((asks & WIDE) && !value_is_utf8(s, n))
		return fail(p, column, "the text is not UTF-8", NULL);
	if (!is_safe(w, s, n))
		return fail(p, column, "the text would read back as null",
			"`na_values` of the catalog entry names it");
	if ((asks & WIDE) && w->o.dialect.latin1 && !narrow(&p->narrow, s, n))
		return fail(p, column, "the text has characters that Latin-1 has not",
			"`encoding` of the catalog entry says latin-1: write utf-8");
	return 0;
}

static int
put_text(struct pen *p, const char *column, const char *s, size_t n, bool quote)
{
	const struct writer *w = p->w;
	unsigned asks = 0;

	for (size_t i = 0; i < n; i++)
		asks |= w->asks[(unsigned char)s[i]];
	if ((asks & (NUL | WIDE) || n > CSV_FIELD_MAX || w->o.na.n) &&
		check_text(p, column, s, n, asks) < 0)
		return -1;
	if ((asks & WIDE) && w->o.dialect.latin1) {
		s = p->narrow.s;
		n = p->narrow.len;
	}
	if (quote || n == 0 || asks & QUOTES || is_blank(s[0]) || is_blank(s[n - 1]))
		put_quoted(p, s, n);
	else
		put_plain(p, s, n);
	return 0;
}

static int
put_value(struct pen *p, const struct write_column *c, int64_t i)
{
	const struct writer *w = p->w;
	char text[VALUE_MAX];
	struct mlf_str s;
	size_t n = 0;

	switch (c->type) {
	case MLF_BOOL:
		n = mlf_bool_at(&c->view.b, i) ? 4 : 5;
		memcpy(text, n == 4 ? "true " : "false", 5);
		break;
	case MLF_I64: n = value_write_i64(text, c->view.i.v[i]); break;
	case MLF_F64: n = value_write_f64(text, c->view.f.v[i]); break;
	case MLF_TIMESTAMP: n = value_write_timestamp(text, c->view.i.v[i]); break;
	case MLF_UTF8:
		s = mlf_str_at(&c->view.s, i);
		return put_text(p, c->name, s.s, (size_t)s.len, false);
	}
	if (w->o.na.n || (c->type == MLF_TIMESTAMP && w->asks[':']))
		return put_text(p, c->name, text, n, false);
	put_plain(p, text, n);
	return 0;
}

/* --- tables -------------------------------------------------------------------------------------- */

static void
view(struct write_column *c, struct mlf_frame *f, int i)
{
	c->name = mlf_column_name(f, i);
	c->type = mlf_column_type(f, i);
	switch (c->type) {
	case MLF_BOOL:
		c->view.b = mlf_bool(f, c->name);
		c->valid = c->view.b.valid;
		c->off = c->view.b.off;
		break;
	case MLF_F64:
		c->view.f = mlf_f64(f, c->name);
		c->valid = c->view.f.valid;
		c->off = c->view.f.off;
		break;
	case MLF_UTF8:
		c->view.s = mlf_utf8(f, c->name);
		c->valid = c->view.s.valid;
		c->off = c->view.s.off;
		break;
	case MLF_I64:
	case MLF_TIMESTAMP:
		c->view.i = c->type == MLF_I64 ? mlf_i64(f, c->name) : mlf_timestamp(f, c->name);
		c->valid = c->view.i.valid;
		c->off = c->view.i.off;
		break;
	}
}

static int
put_names(struct pen *p)
{
	static const char mark[] = "\xEF\xBB\xBF"; /* reading would take it off the file */
	const struct writer *w = p->w;

	p->row = 0;
	for (size_t i = 0; i < w->n_columns; i++) {
		const char *name = w->columns[i].name;

		if (!*name)
			return fail(p, "", "a column has no name", "give it one");
		if (i > 0)
			put_char(p, w->o.dialect.sep);
		if (put_text(p, name, name, strlen(name), str_starts(name, mark)) < 0)
			return -1;
	}
	put_char(p, '\n');
	return 0;
}

static int
put_header(struct writer *w)
{
	w->headed = true;
	if (w->n_columns == 0 || w->n_columns > CSV_COLUMNS_MAX) {
		struct mlf_data_fault fault = {.text = "a csv file holds 1 to 4,096 columns"};

		return mlf_data_fail(w->h, &fault);
	}
	return put_names(&w->here) < 0 ? report(w, &w->here) : 0;
}

static int
put_row(struct pen *p, int64_t row)
{
	const struct writer *w = p->w;

	p->row = w->rows + row + 1;
	for (size_t i = 0; i < w->n_columns; i++) {
		const struct write_column *c = &w->columns[i];

		if (i > 0)
			put_char(p, w->o.dialect.sep);
		if (!mlf_is_null(c->valid, c->off, row) && put_value(p, c, row) < 0)
			return -1;
	}
	put_char(p, '\n');
	return 0;
}

static void
fill(void *arg)
{
	struct pen *p = arg;

	for (int64_t i = p->from; i < p->to; i++)
		if (put_row(p, i) < 0)
			break;
}

/* Gives the pen its rows, which a thread fills in; no thread is begun for none. */
static void
begin(struct pen *p, int64_t from, int64_t to)
{
	p->from = from;
	p->to = to;
	if (from < to)
		beside_begin(&p->filling, fill, p);
}

static void
finish(struct pen *p)
{
	if (p->from < p->to)
		beside_end(&p->filling);
}

static int64_t
least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* Rows in turns: there is always one pen under way elsewhere, while here another is filled and written. */
static int
put_rows(struct writer *w, int64_t rows)
{
	int64_t here = VALUES_HERE / (int64_t)w->n_columns + 1;
	int64_t there = w->alone ? 0 : VALUES_THERE / (int64_t)w->n_columns + 1;
	struct pen *other = &w->there[0], *done;
	int64_t at = least(here, rows);
	int rc = 0;

	w->here.from = 0;
	w->here.to = at;
	begin(other, at, least(at + there, rows));
	while (rc == 0 && w->here.from < w->here.to) {
		fill(&w->here);
		if (w->here.what || w->here.n >= BUFFER || other->from < other->to)
			rc = flush(w, &w->here);
		done = other;
		finish(done);
		w->here.from = done->to;
		w->here.to = least(done->to + here, rows);
		other = done == &w->there[0] ? &w->there[1] : &w->there[0];
		begin(other, w->here.to, least(w->here.to + there, rows));
		rc = rc == 0 ? flush(w, done) : rc;
	}
	finish(other);
	return rc;
}

int
csv_write_next(struct mlf_dataset_host *h, void *state, struct mlf_frame *batch)
{
	int64_t rows = mlf_rows(batch);
	struct writer *w = state;
	int rc;

	(void)h;
	w->n_columns = (size_t)mlf_columns(batch);
	if (w->n_columns > w->columns_cap)
		w->columns =
			mem_grow(w->columns, &w->columns_cap, w->n_columns, sizeof(*w->columns));
	for (size_t i = 0; i < w->n_columns; i++)
		view(&w->columns[i], batch, (int)i);
	if (!w->headed && put_header(w) < 0)
		return -1;
	rc = put_rows(w, rows);
	w->rows += rows;
	return rc;
}

/* --- beginning and end ---------------------------------------------------------------------------- */

/* What is written must be read back as it was. */
static int
check_readable(struct mlf_dataset_host *h, const struct csv_options *o)
{
	const char *key = o->dialect.skip ? "skiprows" : o->use.n ? "usecols" : NULL;
	struct str text = {0};
	int rc;

	if (!key)
		return 0;
	str_addf(&text, "a dataset that is written cannot have `%s`", key);
	rc = mlf_option_fail(h, "load_args", key, text.s,
		"it would not be read back as it was; make two entries of it");
	str_fini(&text);
	return rc;
}

int
csv_write_open(struct mlf_dataset_host *h, void **state)
{
	struct writer *w = mem_alloc(sizeof(*w));

	if (csv_options(h, &w->o) < 0 || check_readable(h, &w->o) < 0) {
		csv_options_fini(&w->o);
		free(w);
		return -1;
	}
	w->h = h;
	w->here.w = w->there[0].w = w->there[1].w = w;
	w->alone = processors() < 2;
	w->asks[0] = NUL;
	w->asks['\r'] = w->asks['\n'] = QUOTES;
	w->asks[(unsigned char)w->o.dialect.quote] = w->asks[(unsigned char)w->o.dialect.sep] =
		QUOTES;
	memset(w->asks + 0x80, WIDE, 0x80);
	*state = w;
	return 0;
}

int
csv_write_end(struct mlf_dataset_host *h, void *state, bool ok)
{
	struct writer *w = state;
	struct pen *const pens[] = {&w->here, &w->there[0], &w->there[1]};
	int rc = ok ? flush(w, &w->here) : 0;

	(void)h;
	csv_options_fini(&w->o);
	for (size_t i = 0; i < sizeof(pens) / sizeof(pens[0]); i++) {
		str_fini(&pens[i]->narrow);
		free(pens[i]->buf);
	}
	free(w->columns);
	free(w);
	return rc;
}
