/* SPDX-License-Identifier: Apache-2.0
 * Import through Arrow's C Data Interface: a record batch is copied in, narrower types widened.
 *
 * The last table of this file says which Arrow types a frame can hold and how. Widening never loses
 * anything: a number or a time that does not fit exactly is a mistake that names its row. Pointers
 * are trusted, as everywhere in Arrow; lengths, types and offsets are checked. */
#include "frame/build.h"

#include <math.h>
#include <string.h>
#include "frame/bits.h"

/* A child array's values, from `off` on. */
struct span {
	const void *v;
	const uint8_t *valid; /* NULL: no nulls */
	int64_t off, n;
};

/* Fills `to` with s->n values; returns the row of the first that does not fit, or -1. */
typedef int64_t widen_fn(const struct span *s, void *to);

static bool
span_null(const struct span *s, int64_t i)
{
	return s->valid && !bit_get(s->valid, s->off + i);
}

/* --- integers ------------------------------------------------------------------------------------ */

static int64_t
from_i8(const struct span *s, void *to)
{
	for (int64_t i = 0; i < s->n; i++)
		((int64_t *)to)[i] = ((const int8_t *)s->v)[s->off + i];
	return -1;
}

static int64_t
from_u8(const struct span *s, void *to)
{
	for (int64_t i = 0; i < s->n; i++)
		((int64_t *)to)[i] = ((const uint8_t *)s->v)[s->off + i];
	return -1;
}

static int64_t
from_i16(const struct span *s, void *to)
{
	for (int64_t i = 0; i < s->n; i++)
		((int64_t *)to)[i] = ((const int16_t *)s->v)[s->off + i];
	return -1;
}

static int64_t
from_u16(const struct span *s, void *to)
{
	for (int64_t i = 0; i < s->n; i++)
		((int64_t *)to)[i] = ((const uint16_t *)s->v)[s->off + i];
	return -1;
}

static int64_t
from_i32(const struct span *s, void *to)
{
	for (int64_t i = 0; i < s->n; i++)
		((int64_t *)to)[i] = ((const int32_t *)s->v)[s->off + i];
	return -1;
}

static int64_t
from_u32(const struct span *s, void *to)
{
	for (int64_t i = 0; i < s->n; i++)
		((int64_t *)to)[i] = ((const uint32_t *)s->v)[s->off + i];
	return -1;
}

/* Also doubles: eight bytes as they are. */
static int64_t
from_64(const struct span *s, void *to)
{
	memcpy(to, (const int64_t *)s->v + s->off, (size_t)s->n * sizeof(int64_t));
	return -1;
}

static int64_t
from_u64(const struct span *s, void *to)
{
	for (int64_t i = 0; i < s->n; i++) {
		uint64_t v = span_null(s, i) ? 0 : ((const uint64_t *)s->v)[s->off + i];

		if (v > INT64_MAX)
			return i;
		((int64_t *)to)[i] = (int64_t)v;
	}
	return -1;
}

/* --- floats -------------------------------------------------------------------------------------- */

static double
half(uint16_t h)
{
	int exponent = h >> 10 & 31, fraction = h & 1023;
	double v = exponent == 0 ? ldexp(fraction, -24) : ldexp(1024 + fraction, exponent - 25);

	if (exponent == 31)
		v = fraction ? (double)NAN : (double)INFINITY;
	return h >> 15 ? -v : v;
}

static int64_t
from_f16(const struct span *s, void *to)
{
	for (int64_t i = 0; i < s->n; i++)
		((double *)to)[i] = half(((const uint16_t *)s->v)[s->off + i]);
	return -1;
}

static int64_t
from_f32(const struct span *s, void *to)
{
	for (int64_t i = 0; i < s->n; i++)
		((double *)to)[i] = (double)((const float *)s->v)[s->off + i];
	return -1;
}

/* --- times, to microseconds ---------------------------------------------------------------------- */

static int64_t
times(const struct span *s, void *to, int64_t micros)
{
	for (int64_t i = 0; i < s->n; i++) {
		int64_t v = span_null(s, i) ? 0 : ((const int64_t *)s->v)[s->off + i];

		if (__builtin_mul_overflow(v, micros, &((int64_t *)to)[i]))
			return i;
	}
	return -1;
}

static int64_t
from_days(const struct span *s, void *to)
{
	for (int64_t i = 0; i < s->n; i++) {
		int64_t v = span_null(s, i) ? 0 : ((const int32_t *)s->v)[s->off + i];

		if (__builtin_mul_overflow(v, INT64_C(86400000000), &((int64_t *)to)[i]))
			return i;
	}
	return -1;
}

static int64_t
from_seconds(const struct span *s, void *to)
{
	return times(s, to, 1000000);
}

static int64_t
from_millis(const struct span *s, void *to)
{
	return times(s, to, 1000);
}

static int64_t
from_nanos(const struct span *s, void *to)
{
	for (int64_t i = 0; i < s->n; i++) {
		int64_t v = span_null(s, i) ? 0 : ((const int64_t *)s->v)[s->off + i];

		if (v % 1000)
			return i;
		((int64_t *)to)[i] = v / 1000;
	}
	return -1;
}

/* --- text ---------------------------------------------------------------------------------------- */

static int64_t
text_end(const void *ends, bool large, int64_t i)
{
	return large ? ((const int64_t *)ends)[i] : ((const int32_t *)ends)[i];
}

/* -1 after a mistake. */
static int
import_text(struct builder *b, struct bcol *to, const struct span *s, const char *bytes, bool large)
{
	int64_t first = text_end(s->v, large, s->off), last = first, next;
	int32_t *out = to->data;
	char *text;

	out[0] = 0;
	for (int64_t i = 0; i < s->n; i++, last = next) {
		next = text_end(s->v, large, s->off + i + 1);
		if (first < 0 || next < last) {
			builder_mistake(b, "column `%s`: offsets run backwards", to->name);
			return -1;
		}
		out[i + 1] = (int32_t)(next - first); /* checked as a whole by bcol_text */
	}
	if (!(text = bcol_text(b, to, last - first)))
		return -1;
	if (last > first && !bytes) {
		builder_mistake(b, "column `%s` lacks a buffer", to->name);
		return -1;
	}
	if (last > first)
		memcpy(text, bytes + first, (size_t)(last - first));
	to->text = last - first;
	return 0;
}

/* --- columns ------------------------------------------------------------------------------------- */

static const struct widening {
	const char *format; /* ending with ':', it is a beginning */
	enum mlf_type type;
	widen_fn *widen; /* NULL: bits, text, large text */
} widenings[] = {
	{"b", MLF_BOOL, NULL},
	{"c", MLF_I64, from_i8},
	{"C", MLF_I64, from_u8},
	{"s", MLF_I64, from_i16},
	{"S", MLF_I64, from_u16},
	{"i", MLF_I64, from_i32},
	{"I", MLF_I64, from_u32},
	{"l", MLF_I64, from_64},
	{"L", MLF_I64, from_u64},
	{"e", MLF_F64, from_f16},
	{"f", MLF_F64, from_f32},
	{"g", MLF_F64, from_64},
	{"u", MLF_UTF8, NULL},
	{"U", MLF_UTF8, NULL},
	{"tdD", MLF_TIMESTAMP, from_days},
	{"tdm", MLF_TIMESTAMP, from_millis},
	{"tss:", MLF_TIMESTAMP, from_seconds},
	{"tsm:", MLF_TIMESTAMP, from_millis},
	{"tsu:", MLF_TIMESTAMP, from_64},
	{"tsn:", MLF_TIMESTAMP, from_nanos},
};

static const struct widening *
widening_of(const struct ArrowSchema *s)
{
	for (size_t i = 0; i < sizeof(widenings) / sizeof(widenings[0]); i++) {
		const struct widening *w = &widenings[i];

		if (s->dictionary)
			break;
		if (str_ends(w->format, ":") ? str_starts(s->format, w->format)
					     : str_eq(s->format, w->format))
			return w;
	}
	return NULL;
}

static void
import_nulls(struct builder *b, struct bcol *to, const struct span *s)
{
	int64_t nulls = s->valid ? s->n - bits_count(s->valid, s->off, s->n) : 0;

	if (nulls == 0 || !bcol_valid(b, to))
		return;
	bits_push(to->valid, 0, s->valid, s->off, s->n);
	to->nulls = nulls;
}

static void
import_values(struct builder *b, const struct widening *w, const struct ArrowArray *a,
	const struct span *s, const char *name)
{
	struct bcol *to = builder_whole(b, name, w->type, s->n);
	int64_t bad = -1;

	if (!to || s->n == 0)
		return;
	if (w->widen)
		bad = w->widen(s, to->data);
	else if (w->type == MLF_BOOL)
		bits_push(to->data, 0, s->v, s->off, s->n);
	else if (import_text(b, to, s, a->buffers[BYTES], w->format[0] == 'U') < 0)
		return;
	import_nulls(b, to, s);
	if (bad >= 0)
		builder_mistake(b, "row %lld of column `%s` does not fit into %s exactly",
			(long long)bad, name, type_name(w->type));
}

static void
import_column(struct builder *b, const struct ArrowSchema *schema, const struct ArrowArray *a,
	const struct ArrowArray *parent)
{
	const struct widening *w = widening_of(schema);
	const char *name = schema->name ? schema->name : "";
	struct span s = {.n = parent->length};

	if (!w) {
		builder_mistake(b, "column `%s` has the Arrow type `%s`%s, which no table can hold",
			name, schema->format, schema->dictionary ? " with a dictionary" : "");
		return;
	}
	if (a->offset < 0 || a->length < 0 || a->length - parent->offset < parent->length ||
		a->offset > ROWS_MAX || a->n_buffers != (w->type == MLF_UTF8 ? 3 : 2)) {
		builder_mistake(b, "column `%s` is no proper Arrow array", name);
		return;
	}
	s.valid = a->buffers[VALID];
	s.v = a->buffers[DATA];
	s.off = a->offset + parent->offset;
	if (!s.v && s.n > 0)
		builder_mistake(b, "column `%s` lacks a buffer", name);
	else
		import_values(b, w, a, &s, name);
}

/* Whether this is a record batch at all; if not, that is a mistake. */
static bool
is_batch(struct builder *b, const struct ArrowSchema *s, const struct ArrowArray *a)
{
	if (!s->release || !a->release)
		builder_mistake(b, "an Arrow table that was released already");
	else if (!str_eq(s->format, "+s"))
		builder_mistake(b, "an Arrow array of type `%s` is no table", s->format);
	else if (a->n_children != s->n_children || a->offset < 0 || a->offset > ROWS_MAX ||
		a->length < 0 || a->length > ROWS_MAX)
		builder_mistake(b, "an Arrow table that does not fit its schema");
	else if (a->n_buffers > 0 && a->buffers[VALID] &&
		bits_count(a->buffers[VALID], a->offset, a->length) != a->length)
		builder_mistake(b, "an Arrow table with rows that are null as a whole");
	return !b->bad;
}

struct mlf_frame *
scope_import(struct scope *sc, struct ArrowSchema *schema, struct ArrowArray *array)
{
	struct mlf_builder *b = scope_builder(sc);
	struct mlf_frame *out;

	if (is_batch(builder_of(b), schema, array))
		for (int64_t i = 0; i < array->n_children; i++)
			import_column(
				builder_of(b), schema->children[i], array->children[i], array);
	out = builder_of(b)->n || builder_of(b)->bad ? build_finish(b)
						     : scope_nothing(sc, array->length);
	if (schema->release)
		schema->release(schema);
	if (array->release)
		array->release(array);
	return out;
}
