/* SPDX-License-Identifier: Apache-2.0
 * The JSON writer: where commas go and what must be escaped.
 *
 * Invariant: between two calls the output is the beginning of a valid document. Whether a level
 * already holds a value is one bit a level; beyond 64 levels, where bits end, the last character
 * written tells it: only an opening bracket is followed by no comma. */
#include "base/json.h"

#include <assert.h>
#include <math.h>
#include <string.h>
#include "base/json_utf8.h"

/* The current level's bit, 0 outside all brackets and beyond the 64th level. */
static uint64_t
level_bit(const struct jw *w)
{
	return w->depth >= 1 && w->depth <= 64 ? (uint64_t)1 << (w->depth - 1) : 0;
}

static bool
level_is_empty(const struct jw *w)
{
	char last;

	if (w->depth <= 64)
		return (w->comma & level_bit(w)) == 0;
	last = w->out->s[w->out->len - 1];
	return last == '[' || last == '{';
}

static void
separate(struct jw *w)
{
	if (w->depth > 0 && !level_is_empty(w))
		str_addc(w->out, ',');
	w->comma |= level_bit(w);
}

static void
begin_value(struct jw *w)
{
	assert(w->after_key || (w->in_object & level_bit(w)) == 0);
	if (!w->after_key)
		separate(w);
	w->after_key = false;
}

static void
add_escape(struct str *out, unsigned char c)
{
	static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";
	const char *known = c ? strchr(from, c) : NULL;

	if (known) {
		str_addc(out, '\\');
		str_addc(out, to[known - from]);
	} else {
		str_addf(out, "\\u%04x", c);
	}
}

static void
add_text(struct str *out, const char *s, size_t n)
{
	const char *end = s + n, *run = s, *p = s;

	str_addc(out, '"');
	while (p < end) {
		unsigned char c = (unsigned char)*p;
		size_t wide = c >= 0x80 ? json__utf8(p, end) : 0;

		if (wide || (c >= 0x20 && c < 0x80 && c != '"' && c != '\\')) {
			p += wide ? wide : 1;
			continue;
		}
		str_addn(out, run, (size_t)(p - run));
		if (c >= 0x80)
			str_add(out, "\xef\xbf\xbd");
		else
			add_escape(out, c);
		run = ++p;
	}
	str_addn(out, run, (size_t)(p - run));
	str_addc(out, '"');
}

static void
open_level(struct jw *w, char bracket)
{
	begin_value(w);
	str_addc(w->out, bracket);
	w->depth++;
	w->comma &= ~level_bit(w);
	w->in_object &= ~level_bit(w);
	if (bracket == '{')
		w->in_object |= level_bit(w);
}

void
jw_init(struct jw *w, struct str *out)
{
	*w = (struct jw){.out = out};
}

void
jw_object(struct jw *w)
{
	open_level(w, '{');
}

void
jw_array(struct jw *w)
{
	open_level(w, '[');
}

void
jw_end(struct jw *w, char bracket)
{
	uint64_t bit = level_bit(w);

	assert(w->depth > 0 && !w->after_key);
	assert(bracket == '}' || bracket == ']');
	assert(bit == 0 || ((w->in_object & bit) != 0) == (bracket == '}'));
	w->depth--;
	str_addc(w->out, bracket);
}

void
jw_key(struct jw *w, const char *key)
{
	assert(w->depth > 0 && !w->after_key);
	assert(level_bit(w) == 0 || (w->in_object & level_bit(w)) != 0);
	separate(w);
	add_text(w->out, key, strlen(key));
	str_addc(w->out, ':');
	w->after_key = true;
}

void
jw_strn(struct jw *w, const char *s, size_t n)
{
	begin_value(w);
	if (s)
		add_text(w->out, s, n);
	else
		str_add(w->out, "null");
}

void
jw_str(struct jw *w, const char *s)
{
	jw_strn(w, s, s ? strlen(s) : 0);
}

void
jw_i64(struct jw *w, int64_t v)
{
	begin_value(w);
	str_addf(w->out, "%lld", (long long)v);
}

void
jw_f64(struct jw *w, double v)
{
	begin_value(w);
	if (isfinite(v))
		str_add_f64(w->out, v);
	else
		str_add(w->out, "null");
}

void
jw_bool(struct jw *w, bool v)
{
	begin_value(w);
	str_add(w->out, v ? "true" : "false");
}

void
jw_null(struct jw *w)
{
	begin_value(w);
	str_add(w->out, "null");
}

void
jw_raw(struct jw *w, const char *json)
{
	begin_value(w);
	str_add(w->out, json);
}

void
jw_kv_str(struct jw *w, const char *key, const char *s)
{
	jw_key(w, key);
	jw_str(w, s);
}

void
jw_kv_i64(struct jw *w, const char *key, int64_t v)
{
	jw_key(w, key);
	jw_i64(w, v);
}

void
jw_kv_f64(struct jw *w, const char *key, double v)
{
	jw_key(w, key);
	jw_f64(w, v);
}

void
jw_kv_bool(struct jw *w, const char *key, bool v)
{
	jw_key(w, key);
	jw_bool(w, v);
}
