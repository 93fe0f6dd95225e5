/* SPDX-License-Identifier: Apache-2.0
 * Reads UBJSON: a byte that says what comes (the marker), then the value, numbers with the highest
 * byte first.
 *
 *	value    Z T F | i U I l L d D and the number | C byte | S, H length bytes | [ ... | { ...
 *	length   a number of one of the types i U I l L
 *	[ ...    values ]  |  # count values  |  $ marker # count values without their markers
 *	{ ...    likewise, and before each value its key: length bytes
 *
 * Invariant: whatever is counted takes at least a byte each, so a short file cannot announce much
 * work; elements of a type that takes no byte are refused. */
#include "model/ubj.h"

#include <math.h>

enum { TEXT_CAP = 64 << 20 };

static bool
fail(struct ubj *u, const char *why)
{
	if (!u->bad)
		u->bad = why;
	return false;
}

void
ubj_init(struct ubj *u, const void *data, size_t len)
{
	*u = (struct ubj){
		.start = data, .p = data, .end = (const uint8_t *)data + len, .due = true};
}

void
ubj_fini(struct ubj *u)
{
	str_fini(&u->text);
}

/* ---- numbers */

/* Bytes of a number's type, or 0. */
static size_t
width(uint8_t marker)
{
	switch (marker) {
	case 'i':
	case 'U': return 1;
	case 'I': return 2;
	case 'l':
	case 'd': return 4;
	case 'L':
	case 'D': return 8;
	default: return 0;
	}
}

/* The next n bytes as one number; they are known to be there. */
static uint64_t
big_endian(struct ubj *u, size_t n)
{
	uint64_t v = 0;
	for (size_t i = 0; i < n; i++)
		v = v << 8 | *u->p++;
	return v;
}

static bool
has(struct ubj *u, uint64_t n)
{
	return (uint64_t)(u->end - u->p) >= n || fail(u, "the data end in the middle of a value");
}

static int64_t
integer(struct ubj *u, uint8_t marker)
{
	size_t n = width(marker);
	if (!n || marker == 'd' || marker == 'D') {
		fail(u, "an integer is wanted");
		return 0;
	}
	if (!has(u, n))
		return 0;
	uint64_t v = big_endian(u, n);
	switch (marker) {
	case 'i': return (int8_t)v;
	case 'I': return (int16_t)v;
	case 'l': return (int32_t)v;
	default: return (int64_t)v;
	}
}

static double
real(struct ubj *u, uint8_t marker)
{
	if (!has(u, width(marker)))
		return 0;
	if (marker == 'd') {
		uint32_t bits = (uint32_t)big_endian(u, 4);
		float f;
		memcpy(&f, &bits, sizeof(f));
		return (double)f;
	}
	uint64_t bits = big_endian(u, 8);
	double d;
	memcpy(&d, &bits, sizeof(d));
	return d;
}

static bool
byte(struct ubj *u, uint8_t *out)
{
	if (!has(u, 1))
		return false;
	*out = *u->p++;
	return true;
}

/* A length or count: what it counts takes at least a byte each. */
static bool
count(struct ubj *u, int64_t *out)
{
	uint8_t marker;
	if (!byte(u, &marker))
		return false;
	*out = integer(u, marker);
	if (u->bad)
		return false;
	return (*out >= 0 || fail(u, "a length is negative")) && has(u, (uint64_t)*out);
}

/* ---- values */

/* The marker of the announced value, or 0. */
static uint8_t
marker(struct ubj *u)
{
	uint8_t m = 0;
	if (u->bad)
		return 0;
	if (!u->due) {
		fail(u, "no value is announced here");
		return 0;
	}
	u->due = false;
	if (u->depth && u->levels[u->depth - 1].type)
		return u->levels[u->depth - 1].type;
	do
		if (!byte(u, &m))
			return 0;
	while (m == 'N');
	return m;
}

static bool
enter(struct ubj *u, bool object)
{
	struct ubj_level level = {.object = object, .left = -1};
	if (u->depth == UBJ_DEPTH)
		return fail(u, "values are nested too deeply");
	if (u->p < u->end && *u->p == '$') {
		u->p++;
		if (!byte(u, &level.type))
			return false;
		if (!width(level.type) && !memchr("CSH[{", level.type, 5))
			return fail(u, "the elements' type takes no bytes, or is none");
		if (u->p == u->end || *u->p != '#')
			return fail(u, "elements of one type are not counted");
	}
	if (u->p < u->end && *u->p == '#') {
		u->p++;
		if (!count(u, &level.left))
			return false;
	}
	u->levels[u->depth++] = level;
	return true;
}

static bool
text(struct ubj *u)
{
	int64_t n;
	str_reset(&u->text);
	if (!count(u, &n))
		return false;
	if (n > TEXT_CAP)
		return fail(u, "a text is too long");
	str_addn(&u->text, u->p, (size_t)n);
	u->p += n;
	return !memchr(str_text(&u->text), 0, (size_t)n) || fail(u, "a text holds a NUL byte");
}

bool
ubj_object(struct ubj *u)
{
	uint8_t m = marker(u);
	return m == '{' ? enter(u, true) : fail(u, "an object is wanted");
}

bool
ubj_array(struct ubj *u)
{
	uint8_t m = marker(u);
	return m == '[' ? enter(u, false) : fail(u, "an array is wanted");
}

/* Ends the level if it is at its end. */
static bool
leave(struct ubj *u, struct ubj_level *level)
{
	if (level->left < 0) {
		while (u->p < u->end && *u->p == 'N')
			u->p++;
		if (!has(u, 1) || *u->p != (level->object ? '}' : ']'))
			return false;
		u->p++;
	} else if (level->left > 0) {
		level->left--;
		return false;
	}
	u->depth--;
	return true;
}

bool
ubj_next(struct ubj *u, const char **key)
{
	*key = NULL;
	if (u->due)
		ubj_skip(u);
	if (u->bad || !u->depth)
		return false;
	struct ubj_level *level = &u->levels[u->depth - 1];
	if (leave(u, level) || u->bad)
		return false;
	if (level->object) {
		if (!text(u))
			return false;
		*key = str_text(&u->text);
	}
	u->due = true;
	return true;
}

const char *
ubj_str(struct ubj *u)
{
	uint8_t m = marker(u);
	if (m != 'S' && !u->bad)
		fail(u, "a text is wanted");
	return m == 'S' && text(u) ? str_text(&u->text) : NULL;
}

int64_t
ubj_i64(struct ubj *u)
{
	uint8_t m = marker(u);
	return u->bad ? 0 : integer(u, m);
}

double
ubj_f64(struct ubj *u)
{
	uint8_t m = marker(u);
	if (u->bad)
		return 0;
	if (m == 'd' || m == 'D')
		return real(u, m);
	if (m == 'T' || m == 'F')
		return m == 'T';
	return (double)integer(u, m);
}

static void
skip_rest(struct ubj *u)
{
	struct ubj_level *level = &u->levels[u->depth - 1];
	size_t n = level->object ? 0 : width(level->type);
	const char *key;
	if (n && has(u, (uint64_t)level->left * n)) { /* left is at most the bytes there are */
		u->p += (size_t)level->left * n;
		level->left = 0;
	}
	while (ubj_next(u, &key))
		ubj_skip(u);
}

void
ubj_skip(struct ubj *u)
{
	uint8_t m = marker(u), c;
	if (u->bad || memchr("ZTF", m, 3))
		return;
	if (width(m) && has(u, width(m)))
		u->p += width(m);
	else if (m == 'C')
		(void)byte(u, &c);
	else if (m == 'S' || m == 'H')
		(void)text(u);
	else if ((m == '[' || m == '{') && enter(u, m == '{'))
		skip_rest(u);
	else
		fail(u, "a byte marks no value");
}

int
ubj_done(struct ubj *u, struct err *e)
{
	if (u->due && !u->bad)
		ubj_skip(u);
	if (!u->bad && u->depth)
		fail(u, "a list or object was not read to its end");
	while (!u->bad && u->p < u->end && *u->p == 'N')
		u->p++;
	if (!u->bad && u->p < u->end)
		fail(u, "something stands behind the end");
	if (u->bad)
		err_set(e, MLC_MODEL, "%s (byte %lld)", u->bad, (long long)(u->p - u->start));
	ubj_fini(u);
	return u->bad ? -1 : 0;
}
