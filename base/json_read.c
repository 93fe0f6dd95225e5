/* SPDX-License-Identifier: Apache-2.0
 * The JSON reader: the grammar of RFC 8259 around texts and numbers, pulled value by value.
 *
 *	jr_array   jr_next   jr_i64   jr_next   jr_i64   jr_next
 *	   [        due        1     ,  due        2        ]      -> false, the level is left
 *
 * Invariant: p is before the next token; bytes before p were checked completely. After an error p is
 * end, so that every later look at the text finds nothing and fails again, which changes nothing. */
#include "base/json.h"

#include <math.h>
#include <string.h>
#include "base/json_scan.h"

enum { DEPTH_MAX = 64, END = -1 };

static bool
fail(struct jr *r, const char *why)
{
	return json__fail(r, r->p, why);
}

/* The first byte of the next token, or END. */
static int
look(struct jr *r)
{
	const char *p = r->p, *end = r->end;

	while (p < end && (*p == ' ' || *p == '\n' || *p == '\t' || *p == '\r'))
		p++;
	r->p = p;
	return p < end ? (unsigned char)*p : END;
}

/* The same for a value that the caller now reads. */
static int
look_value(struct jr *r)
{
	r->due = false;
	return look(r);
}

static bool
starts_number(int c)
{
	return c == '-' || (c >= '0' && c <= '9');
}

static bool
in_object(const struct jr *r)
{
	return (r->in_object >> (r->depth - 1)) & 1;
}

/* Reads a key and its colon; NULL after an error. */
static const char *
read_key(struct jr *r)
{
	const char *quote = r->p, *s, *key;
	size_t len;
	bool escaped;

	s = json__text(r, &len, &escaped);
	if (!s)
		return NULL;
	if (!escaped && len < sizeof r->brief) {
		memcpy(r->brief, s, len);
		r->brief[len] = 0;
		key = r->brief;
	} else {
		json__decode(&r->key, s, len, escaped);
		key = str_text(&r->key);
		if (strlen(key) != r->key.len) {
			json__fail(r, quote, "a key may not hold a NUL character");
			return NULL;
		}
	}
	return key;
}

static bool
read_colon(struct jr *r)
{
	if (look(r) != ':')
		return fail(r, "expected ':' after the key");
	r->p++;
	return true;
}

static bool
literal(struct jr *r, const char *word)
{
	size_t n = strlen(word);

	if ((size_t)(r->end - r->p) < n || memcmp(r->p, word, n) != 0)
		return false;
	r->p += n;
	return true;
}

static bool
enter(struct jr *r, bool object)
{
	uint64_t bit;

	if (r->depth == DEPTH_MAX)
		return fail(r, "nested deeper than 64 levels");
	bit = (uint64_t)1 << r->depth;
	r->in_object = object ? r->in_object | bit : r->in_object & ~bit;
	r->depth++;
	r->first = true;
	r->p++;
	return true;
}

/* Moves to the next element's key or value; false at the level's end, which is left, or on error. */
static bool
next_element(struct jr *r)
{
	bool object;
	int c;

	if (r->bad)
		return false;
	if (r->depth == 0)
		return fail(r, "expected an object or an array");
	if (r->due)
		jr_skip(r);
	object = in_object(r);
	c = look(r);
	if (c == (object ? '}' : ']')) {
		r->p++;
		r->depth--;
		r->first = false;
		return false;
	}
	if (!r->first) {
		if (c != ',')
			return fail(r, object ? "expected ',' or '}'" : "expected ',' or ']'");
		r->p++;
		c = look(r);
	}
	if (object && c != '"')
		return fail(r, "expected a key in quotes");
	r->first = false;
	r->due = true;
	return true;
}

/* Reads one value without decoding it; of an object or an array only the opening bracket. */
static bool
skip_one(struct jr *r)
{
	struct json_number n;
	size_t len;
	bool escaped;
	int c = look_value(r);

	if (c == '"')
		return json__text(r, &len, &escaped) != NULL;
	if (c == '{' || c == '[')
		return enter(r, c == '{');
	if (starts_number(c)) {
		const char *end = json__number(r, &n);

		r->p = end ? end : r->end;
		return end != NULL;
	}
	if ((c == 't' && literal(r, "true")) || (c == 'f' && literal(r, "false")) ||
		(c == 'n' && literal(r, "null")))
		return true;
	return fail(r, c == END ? "the text ends too early" : "expected a value");
}

void
jr_skip(struct jr *r)
{
	int floor = r->depth;
	size_t len;
	bool escaped, ok = skip_one(r);

	while (ok && r->depth > floor) {
		if (!next_element(r))
			ok = !r->bad;
		else if (!in_object(r))
			ok = skip_one(r);
		else
			ok = json__text(r, &len, &escaped) && read_colon(r) && skip_one(r);
	}
}

void
jr_init(struct jr *r, const char *text, size_t len)
{
	*r = (struct jr){.due = true};
	r->start = r->p = text ? text : "";
	r->end = r->p + (text ? len : 0);
}

void
jr_fini(struct jr *r)
{
	str_fini(&r->key);
	str_fini(&r->text);
}

enum jtype
jr_peek(struct jr *r)
{
	int c = look(r);

	switch (c) {
	case '{': return J_OBJECT;
	case '[': return J_ARRAY;
	case '"': return J_STRING;
	case 't':
	case 'f': return J_BOOL;
	case 'n': return J_NULL;
	default: break;
	}
	if (starts_number(c))
		return J_NUMBER;
	fail(r, c == END ? "the text ends too early" : "expected a value");
	return J_NULL;
}

bool
jr_object(struct jr *r)
{
	return look_value(r) == '{' ? enter(r, true) : fail(r, "expected an object");
}

bool
jr_array(struct jr *r)
{
	return look_value(r) == '[' ? enter(r, false) : fail(r, "expected an array");
}

bool
jr_next(struct jr *r, const char **key)
{
	*key = NULL;
	if (!next_element(r))
		return false;
	if (in_object(r)) {
		*key = read_key(r);
		if (!*key || !read_colon(r))
			*key = NULL;
		return *key != NULL;
	}
	return true;
}

const char *
jr_strn(struct jr *r, size_t *len)
{
	const char *s;
	size_t raw;
	bool escaped;
	int c = look_value(r);

	*len = 0;
	if (c == 'n' && literal(r, "null"))
		return NULL;
	if (c != '"') {
		fail(r, "expected a text");
		return NULL;
	}
	s = json__text(r, &raw, &escaped);
	if (!s)
		return NULL;
	json__decode(&r->text, s, raw, escaped);
	*len = r->text.len;
	return str_text(&r->text);
}

const char *
jr_str(struct jr *r)
{
	size_t len;
	const char *quote, *s;

	look(r);
	quote = r->p;
	s = jr_strn(r, &len);
	if (s && strlen(s) != len) {
		json__fail(r, quote, "this text may not hold a NUL character");
		return NULL;
	}
	return s;
}

int64_t
jr_i64(struct jr *r)
{
	struct json_number n;
	const char *end;
	int c = look_value(r);

	if (!starts_number(c)) {
		fail(r, "expected a whole number");
		return 0;
	}
	end = json__number(r, &n);
	if (!end)
		return 0;
	if (!n.whole) {
		fail(r, "expected a whole number");
		return 0;
	}
	if (!n.all || n.digits > (uint64_t)INT64_MAX + n.negative) {
		fail(r, "the whole number does not fit into 64 bits");
		return 0;
	}
	r->p = end;
	return n.negative ? (int64_t)(0 - n.digits) : (int64_t)n.digits;
}

double
jr_f64(struct jr *r)
{
	struct json_number n;
	const char *end;
	double v;
	int c = look_value(r);

	if (c == 'n' && literal(r, "null"))
		return NAN;
	if (!starts_number(c)) {
		fail(r, "expected a number");
		return 0;
	}
	end = json__number(r, &n);
	if (!end)
		return 0;
	if (!json__exact(&n, &v)) {
		json__decode(&r->text, r->p, (size_t)(end - r->p), false);
		if (str_to_f64(str_text(&r->text), &v) != 0 || !isfinite(v)) {
			fail(r, "the number is beyond what a double can hold");
			return 0;
		}
	}
	r->p = end;
	return v;
}

bool
jr_bool(struct jr *r)
{
	int c = look_value(r);

	if (c == 't' && literal(r, "true"))
		return true;
	if (!(c == 'f' && literal(r, "false")))
		fail(r, "expected true or false");
	return false;
}

const char *
jr_raw(struct jr *r, size_t *len)
{
	const char *start;

	look(r);
	start = r->p;
	jr_skip(r);
	*len = r->bad ? 0 : (size_t)(r->p - start);
	return r->bad ? NULL : start;
}

static void
find_place(const struct jr *r, int *line, int *col)
{
	*line = *col = 1;
	for (const char *p = r->start; p < r->bad_at; p++) {
		if (*p == '\n') {
			++*line;
			*col = 1;
		} else if ((*p & 0xc0) != 0x80) {
			++*col;
		}
	}
}

int
jr_done(struct jr *r, struct err *e)
{
	const char *key;
	int line, col;

	if (r->due)
		jr_skip(r);
	while (r->depth > 0 && !r->bad)
		if (jr_next(r, &key))
			jr_skip(r);
	if (look(r) != END)
		fail(r, "more text after the value");
	jr_fini(r);
	if (!r->bad)
		return 0;
	find_place(r, &line, &col);
	err_set(e, MLC_JSON, "JSON, line %d, column %d: %s", line, col, r->bad);
	if (e) {
		e->line = line;
		e->col = col;
	}
	return -1;
}
