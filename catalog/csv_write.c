/* SPDX-License-Identifier: Apache-2.0
 * Batches as the text of a CSV file that reads back as the same frame.
 *
 * A field is quoted only where it must be: around the separator, a quote, a line end, a blank at
 * either end (which reading would cut off), and around empty text, because an empty field without
 * quotes is null. The quote and the encoding are those of reading. What could not be read back is
 * refused instead of written. */
#include "catalog/csv.h"

#include <string.h>

#define BUFFER (256 << 10)

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

struct writer {
	struct mlf_dataset_host *h; /* borrowed */
	struct csv_options o;
	char *buf; /* owned */
	size_t n, cap;
	int64_t rows;
	bool headed;
	struct write_column *columns; /* owned; of the batch */
	size_t n_columns, columns_cap;
	struct str narrow; /* a text as Latin-1 */
	unsigned char asks[256];
};

/* --- the buffer ---------------------------------------------------------------------------------- */

static int
flush(struct writer *w)
{
	size_t n = w->n;

	w->n = 0;
	return n ? mlf_write(w->h, w->buf, n) : 0;
}

static char *
make_room(struct writer *w, size_t n)
{
	if (flush(w) < 0)
		return NULL;
	if (n > w->cap)
		w->buf = mem_grow(w->buf, &w->cap, n, 1);
	return w->buf + w->n;
}

/* Room for n more bytes. NULL after a failure. */
static inline char *
room(struct writer *w, size_t n)
{
	return n <= w->cap - w->n ? w->buf + w->n : make_room(w, n);
}

static int
put_char(struct writer *w, char c)
{
	char *to = room(w, 1);

	if (!to)
		return -1;
	*to = c;
	w->n++;
	return 0;
}

/* --- failures ------------------------------------------------------------------------------------ */

static int
fail(struct writer *w, const char *column, const char *what, const char *advice)
{
	struct str text = {0};
	struct mlf_data_fault fault = {.row = w->rows, .advice = advice};
	int rc;

	str_addf(&text, "column `%s`: %s", column, what);
	fault.text = text.s;
	rc = mlf_data_fail(w->h, &fault);
	str_fini(&text);
	return rc;
}

/* --- values -------------------------------------------------------------------------------------- */

static int
put_quoted(struct writer *w, const char *s, size_t n)
{
	const char quote = w->o.dialect.quote;
	char *to = room(w, 2 * n + 2), *p = to;

	if (!to)
		return -1;
	*p++ = quote;
	for (size_t i = 0; i < n; i++) {
		*p = s[i];
		p += s[i] == quote;
		*p++ = s[i];
	}
	*p++ = quote;
	w->n += (size_t)(p - to);
	return 0;
}

static int
put_plain(struct writer *w, const char *s, size_t n)
{
	char *to = room(w, n);

	if (!to)
		return -1;
	memcpy(to, s, n);
	w->n += n;
	return 0;
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
check_text(struct writer *w, const char *column, const char *s, size_t n, unsigned asks)
{
	if (n > CSV_FIELD_MAX)
		return fail(w, column, "the text is larger than 1 MiB",
			"a csv file cannot hold it: shorten it, or use another dataset type");
	if (asks & NUL)
		return fail(w, column, "the text holds a NUL byte", "a csv file cannot hold it");
	if ((asks & WIDE) && !value_is_utf8(s, n))
		return fail(w, column, "the text is not UTF-8", NULL);
	if (!is_safe(w, s, n))
		return fail(w, column, "the text would read back as null",
			"`na_values` of the catalog entry names it");
	if ((asks & WIDE) && w->o.dialect.latin1 && !narrow(&w->narrow, s, n))
		return fail(w, column, "the text has characters that Latin-1 has not",
			"`encoding` of the catalog entry says latin-1: write utf-8");
	return 0;
}

static int
put_text(struct writer *w, const char *column, const char *s, size_t n, bool quote)
{
	unsigned asks = 0;

	for (size_t i = 0; i < n; i++)
		asks |= w->asks[(unsigned char)s[i]];
	if ((asks & (NUL | WIDE) || n > CSV_FIELD_MAX || w->o.na.n) &&
		check_text(w, column, s, n, asks) < 0)
		return -1;
	if ((asks & WIDE) && w->o.dialect.latin1) {
		s = w->narrow.s;
		n = w->narrow.len;
	}
	if (quote || n == 0 || asks & QUOTES || is_blank(s[0]) || is_blank(s[n - 1]))
		return put_quoted(w, s, n);
	return put_plain(w, s, n);
}

static int
put_value(struct writer *w, const struct write_column *c, int64_t i)
{
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
		return put_text(w, c->name, s.s, (size_t)s.len, false);
	}
	if (w->o.na.n || (c->type == MLF_TIMESTAMP && w->asks[':']))
		return put_text(w, c->name, text, n, false);
	return put_plain(w, text, n);
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
put_header(struct writer *w)
{
	static const char mark[] = "\xEF\xBB\xBF"; /* reading would take it off the file */

	w->headed = true;
	if (w->n_columns == 0 || w->n_columns > CSV_COLUMNS_MAX) {
		struct mlf_data_fault fault = {.text = "a csv file holds 1 to 4,096 columns"};

		return mlf_data_fail(w->h, &fault);
	}
	for (size_t i = 0; i < w->n_columns; i++) {
		const char *name = w->columns[i].name;

		if (!*name)
			return fail(w, "", "a column has no name", "give it one");
		if ((i > 0 && put_char(w, w->o.dialect.sep) < 0) ||
			put_text(w, name, name, strlen(name), str_starts(name, mark)) < 0)
			return -1;
	}
	return put_char(w, '\n');
}

static int
put_row(struct writer *w, int64_t row)
{
	w->rows++;
	for (size_t i = 0; i < w->n_columns; i++) {
		const struct write_column *c = &w->columns[i];

		if (i > 0 && put_char(w, w->o.dialect.sep) < 0)
			return -1;
		if (!mlf_is_null(c->valid, c->off, row) && put_value(w, c, row) < 0)
			return -1;
	}
	return put_char(w, '\n');
}

int
csv_write_next(struct mlf_dataset_host *h, void *state, struct mlf_frame *batch)
{
	int64_t rows = mlf_rows(batch);
	struct writer *w = state;

	(void)h;
	w->n_columns = (size_t)mlf_columns(batch);
	if (w->n_columns > w->columns_cap)
		w->columns =
			mem_grow(w->columns, &w->columns_cap, w->n_columns, sizeof(*w->columns));
	for (size_t i = 0; i < w->n_columns; i++)
		view(&w->columns[i], batch, (int)i);
	if (!w->headed && put_header(w) < 0)
		return -1;
	for (int64_t i = 0; i < rows; i++)
		if (put_row(w, i) < 0)
			return -1;
	return 0;
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
	w->buf = mem_grow(NULL, &w->cap, BUFFER, 1);
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
	int rc = ok ? flush(w) : 0;

	(void)h;
	csv_options_fini(&w->o);
	str_fini(&w->narrow);
	free(w->columns);
	free(w->buf);
	free(w);
	return rc;
}
