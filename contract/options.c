/* SPDX-License-Identifier: Apache-2.0
 * logicalTypeOptions: what a column's type promises about its values.
 *
 *	integer, number, date, timestamp   minimum, maximum, exclusiveMinimum, exclusiveMaximum
 *	integer, number                    multipleOf; format i8 ... u128, f32, f64
 *	date, timestamp                    format (how precise it is), timezone, defaultTimezone
 *	string                             minLength, maxLength, pattern, format
 *
 * All bounds become one rule with both ends included: an excluded end moves to the next value of its
 * type. */
#include "contract/rules.h"

#include <float.h>
#include <math.h>
#include <stddef.h>

struct options {
	struct ynode *minimum, *maximum, *above, *below;
	struct ynode *min_length, *max_length, *pattern, *format;
	struct ynode *multiple, *timezone, *default_zone;
};

static const struct yfield option_fields[] = {
	{"minimum", YF_NODE, false, offsetof(struct options, minimum), "least value"},
	{"maximum", YF_NODE, false, offsetof(struct options, maximum), "greatest value"},
	{"exclusiveMinimum", YF_NODE, false, offsetof(struct options, above), "less than all"},
	{"exclusiveMaximum", YF_NODE, false, offsetof(struct options, below), "more than all"},
	{"minLength", YF_NODE, false, offsetof(struct options, min_length), "characters"},
	{"maxLength", YF_NODE, false, offsetof(struct options, max_length), "characters"},
	{"pattern", YF_NODE, false, offsetof(struct options, pattern), "expression"},
	{"format", YF_NODE, false, offsetof(struct options, format), "named format"},
	{"multipleOf", YF_NODE, false, offsetof(struct options, multiple), "step of the values"},
	{"timezone", YF_NODE, false, offsetof(struct options, timezone), "true: UTC"},
	{"defaultTimezone", YF_NODE, false, offsetof(struct options, default_zone), "UTC"},
	{0},
};

static const struct bounds everything = {-(double)INFINITY, (double)INFINITY, INT64_MIN, INT64_MAX};
static const struct bounds nothing = {.lo_i = INT64_MAX, .hi_i = INT64_MIN};

/* Takes x as the least (or, with `upper`, greatest) number; `open` leaves x itself out. */
static void
bound_numbers(struct bounds *b, double x, bool upper, bool open)
{
	if (upper)
		b->hi_f = open ? nextafter(x, -(double)INFINITY) : x;
	else
		b->lo_f = open ? nextafter(x, (double)INFINITY) : x;
}

/* The same for whole numbers. With `open` at the end of the type nothing is left. */
static void
bound_whole(struct bounds *b, int64_t x, bool upper, bool open)
{
	if (upper)
		b->hi_i = x;
	else
		b->lo_i = x;
	if (!open)
		return;
	if (x == (upper ? INT64_MIN : INT64_MAX)) {
		b->lo_i = nothing.lo_i;
		b->hi_i = nothing.hi_i;
	} else if (upper) {
		b->hi_i--;
	} else {
		b->lo_i++;
	}
}

static void
bound_i64(struct bounds *b, int64_t x, bool upper, bool open)
{
	bound_numbers(b, (double)x, upper, open);
	bound_whole(b, x, upper, open);
}

static void
bound_f64(struct bounds *b, double x, bool upper, bool open)
{
	/* 2^63 is the first double beyond int64_t: comparing with it is exact */
	const double limit = 9223372036854775808.0;
	double whole = upper ? floor(x) : ceil(x);

	bound_numbers(b, x, upper, open);
	if (whole >= limit || whole < -limit) {
		if (upper == (whole < 0)) { /* all whole numbers lie on the wrong side */
			b->lo_i = nothing.lo_i;
			b->hi_i = nothing.hi_i;
		}
		return;
	}
	bound_whole(b, (int64_t)whole, upper, open && whole == x);
}

/* One of the four bounds. */
static int
read_bound(struct loader *l, const struct ynode *n, enum mlf_type type, struct bounds *b,
	const char *key)
{
	bool upper = str_eq(key, "maximum") || str_eq(key, "exclusiveMaximum");
	bool open = str_starts(key, "exclusive");
	const char *text = yaml_str(n);
	int64_t us;

	if (type == MLF_TIMESTAMP) {
		if (!text || when_parse(text, &us) != 0)
			return loader_fail(l, &n->at, "write 2025-01-15 or 2025-01-15T03:00:00Z",
				"`%s` wants a date", key);
		bound_i64(b, us, upper, open);
	} else if (n->kind == Y_INT) {
		bound_i64(b, n->v.i, upper, open);
	} else if (n->kind == Y_FLOAT && !isnan(n->v.f)) {
		bound_f64(b, n->v.f, upper, open);
	} else if (n->kind == Y_BOOL) {
		return loader_fail(l, &n->at, "write exclusiveMinimum: 0 in place of minimum: 0",
			"since ODCS v3.1 `%s` is the bound itself", key);
	} else {
		return loader_fail(l, &n->at, NULL, "`%s` wants a number", key);
	}
	return 0;
}

/* "18 <= value <= 100", as the contract writes the numbers. */
static const char *
describe(struct arena *a, const struct options *o, const char *what)
{
	const struct ynode *lo = o->minimum ? o->minimum : o->above;
	const struct ynode *hi = o->maximum ? o->maximum : o->below;

	return arena_printf(a, "%s%s%s%s%s", lo ? yaml_str(lo) : "",
		!lo                  ? ""
			: o->minimum ? " <= "
				     : " < ",
		what,
		!hi                  ? ""
			: o->maximum ? " <= "
				     : " < ",
		hi ? yaml_str(hi) : "");
}

static void
load_range(
	struct loader *l, const struct ynode *n, const struct options *o, const struct about *about)
{
	static const char *const keys[] = {
		"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"};
	const struct ynode *values[] = {o->minimum, o->maximum, o->above, o->below};
	struct bounds b = everything;
	const struct ypair *first = NULL;
	struct rule *r;

	for (size_t i = 0; i < 4; i++) {
		if (!values[i])
			continue;
		if (about->type == MLF_UTF8 || about->type == MLF_BOOL) {
			loader_fail(l, &yaml_pair(n, keys[i])->at, NULL,
				"`%s` means nothing for %s", keys[i],
				about->type == MLF_UTF8 ? "text" : "true and false");
			return;
		}
		if (i >= 2 && values[i - 2]) {
			loader_fail(l, &yaml_pair(n, keys[i])->at, "keep one of them",
				"`%s` and `%s` exclude each other", keys[i - 2], keys[i]);
			return;
		}
		if (read_bound(l, values[i], about->type, &b, keys[i]) != 0)
			return;
		first = first ? first : yaml_pair(n, keys[i]);
	}
	if (!first)
		return;
	if (about->type == MLF_F64 ? b.lo_f > b.hi_f : b.lo_i > b.hi_i) {
		loader_fail(
			l, &first->at, "swap or widen them", "no value lies within these bounds");
		return;
	}
	r = loader_rule(l, RULE_RANGE, "range", about, &first->at);
	r->bounds = b;
	r->expected = describe(l->arena, o, "value");
}

/* i8 ... u128 as bounds. Columns are int64, so i64 holds always and u64 begins at 0. */
static void
load_int_format(struct loader *l, const struct ypair *pair, const struct about *about)
{
	static const struct {
		const char *name;
		int64_t lo, hi;
	} formats[] = {
		{"i8", INT8_MIN, INT8_MAX},
		{"i16", INT16_MIN, INT16_MAX},
		{"i32", INT32_MIN, INT32_MAX},
		{"i64", INT64_MIN, INT64_MAX},
		{"i128", INT64_MIN, INT64_MAX},
		{"u8", 0, UINT8_MAX},
		{"u16", 0, UINT16_MAX},
		{"u32", 0, UINT32_MAX},
		{"u64", 0, INT64_MAX},
		{"u128", 0, INT64_MAX},
	};
	const char *name = yaml_str(pair->value);
	struct rule *r;

	for (size_t i = 0; i < sizeof(formats) / sizeof(*formats); i++) {
		if (!str_eq(name, formats[i].name))
			continue;
		r = loader_rule(l, RULE_RANGE, "format", about, &pair->at);
		r->bounds = everything;
		r->bounds.lo_i = formats[i].lo;
		r->bounds.hi_i = formats[i].hi;
		r->expected = arena_printf(l->arena, "fits %s", name);
		return;
	}
	loader_fail(l, &pair->value->at,
		"formats are i8, i16, i32, i64, i128, u8, u16, u32, u64 and u128",
		"an integer has no format `%s`", name ? name : "");
}

static void
load_text_format(struct loader *l, const struct ypair *pair, const struct about *about)
{
	const char *name = yaml_str(pair->value), *pattern = name ? pattern_of_format(name) : NULL;
	struct rule *r;

	/* one asks viewers to hide the value, the other leaves it open: nothing to check */
	if (str_eq(name, "password") || str_eq(name, "binary"))
		return;
	if (!pattern) {
		loader_fail(l, &pair->value->at,
			"checked formats are byte, date, date-time, email, hostname, ipv4, ipv6, "
			"time, uri and uuid; or write a `pattern`",
			"the format `%s` is not checked", name ? name : "");
		return;
	}
	r = loader_rule(l, RULE_VALID, "format", about, &pair->at);
	r->pattern = pattern;
	r->expected = arena_printf(l->arena, "looks like %s", name);
}

/* What fits float32: its range. How precise it is cannot be seen in a text such as 0.1. */
static void
load_float_format(struct loader *l, const struct ypair *pair, const struct about *about)
{
	const char *name = yaml_str(pair->value);
	struct rule *r;

	if (str_eq(name, "f64")) /* what every number is */
		return;
	if (!str_eq(name, "f32")) {
		loader_fail(l, &pair->value->at, "formats are f32 and f64",
			"a number has no format `%s`", name ? name : "");
		return;
	}
	r = loader_rule(l, RULE_RANGE, "format", about, &pair->at);
	r->bounds = everything;
	r->bounds.lo_f = -(double)FLT_MAX;
	r->bounds.hi_f = (double)FLT_MAX;
	r->expected = "fits f32";
}

/* How files write a time is for the dataset to know; what stays of the format is how precise times
 * are: `yyyy-MM-dd` has whole days. */
static void
load_time_format(struct loader *l, const struct ypair *pair, const struct about *about)
{
	static const struct {
		const char *format;
		int64_t step_us;
	} formats[] = {
		{"yyyy-MM-dd", INT64_C(86400000000)},
		{"yyyy-MM-dd HH:mm", 60000000},
		{"yyyy-MM-dd HH:mm:ss", 1000000},
		{"yyyy-MM-dd HH:mm:ss.SSS", 1000},
		{"yyyy-MM-dd HH:mm:ss.SSSSSS", 1},
	};
	const char *text = yaml_str(pair->value);
	struct str plain = {0};
	struct rule *r;
	size_t i = 0;

	for (const char *s = text ? text : ""; *s; s++) /* 'T' between, a zone behind */
		if (str_starts(s, "'T'")) {
			str_addc(&plain, ' ');
			s += 2;
		} else if (!strchr("XZ'", *s)) {
			str_addc(&plain, *s);
		}
	while (i < sizeof(formats) / sizeof(*formats) &&
		!str_eq(str_text(&plain), formats[i].format))
		i++;
	str_fini(&plain);
	if (i == sizeof(formats) / sizeof(*formats)) {
		loader_fail(l, &pair->value->at,
			"formats are yyyy-MM-dd, and with HH:mm, HH:mm:ss, HH:mm:ss.SSS or "
			"HH:mm:ss.SSSSSS behind it",
			"times are read as ISO 8601, which `%s` is not", text ? text : "");
		return;
	}
	r = loader_rule(l, RULE_MULTIPLE, "format", about, &pair->at);
	r->step_i = formats[i].step_us;
	r->step = (double)r->step_i;
	r->expected = arena_printf(l->arena, "as precise as %s", text);
}

static void
load_zone(
	struct loader *l, const struct ynode *n, const struct options *o, const struct about *about)
{
	static const char *const utc[] = {"UTC", "Etc/UTC", "Z", "GMT", "Etc/GMT"};
	const char *zone = o->default_zone ? yaml_str(o->default_zone) : NULL;
	const char *key = o->timezone ? "timezone" : "defaultTimezone";
	size_t i = 0;

	if (!o->timezone && !o->default_zone)
		return;
	if (about->type != MLF_TIMESTAMP)
		loader_fail(l, &yaml_pair(n, key)->at, NULL, "only timestamps have a time zone");
	else if (o->timezone && (o->timezone->kind != Y_BOOL || !o->timezone->v.b))
		loader_fail(l, &o->timezone->at, "remove it, or write true",
			"timestamps are points in time, in UTC: they have a time zone");
	while (zone && i < sizeof(utc) / sizeof(*utc) && !str_eq(zone, utc[i]))
		i++;
	if (o->default_zone && (!zone || i == sizeof(utc) / sizeof(*utc)))
		loader_fail(l, &o->default_zone->at, "remove it, or write UTC",
			"a timestamp without a time zone is read as UTC");
}

static void
load_format(struct loader *l, const struct ynode *n, const struct about *about)
{
	const struct ypair *pair = yaml_pair(n, "format");

	if (!pair)
		return;
	switch (about->type) {
	case MLF_I64: load_int_format(l, pair, about); break;
	case MLF_F64: load_float_format(l, pair, about); break;
	case MLF_UTF8: load_text_format(l, pair, about); break;
	case MLF_TIMESTAMP: load_time_format(l, pair, about); break;
	case MLF_BOOL:
		loader_fail(l, &pair->at, NULL, "`format` means nothing for true and false");
		break;
	}
}

static void
load_multiple(
	struct loader *l, const struct ynode *n, const struct options *o, const struct about *about)
{
	const struct ynode *v = o->multiple;
	double step;
	struct rule *r;

	if (!v)
		return;
	if (about->type != MLF_I64 && about->type != MLF_F64) {
		loader_fail(l, &yaml_pair(n, "multipleOf")->at, NULL,
			"only numbers are multiples of one");
		return;
	}
	step = v->kind == Y_INT ? (double)v->v.i : v->kind == Y_FLOAT ? v->v.f : 0.0;
	if (!(step > 0.0) || isinf(step)) {
		loader_fail(
			l, &v->at, "write multipleOf: 0.01", "`multipleOf` wants a number above 0");
		return;
	}
	r = loader_rule(l, RULE_MULTIPLE, "multiple_of", about, &yaml_pair(n, "multipleOf")->at);
	r->step = step;
	r->step_i = step == floor(step) && step < 9e15 ? (int64_t)step : 0;
	r->expected = arena_printf(l->arena, "a multiple of %s", yaml_str(v));
}

static int
read_length(struct loader *l, const struct ynode *n, int64_t *out)
{
	if (n->kind != Y_INT || n->v.i < 0)
		return loader_fail(l, &n->at, NULL, "a length is a whole number from 0 on");
	*out = n->v.i;
	return 0;
}

static void
load_length(
	struct loader *l, const struct ynode *n, const struct options *o, const struct about *about)
{
	const struct ypair *pair = yaml_pair(n, o->min_length ? "minLength" : "maxLength");
	struct options shown = {.minimum = o->min_length, .maximum = o->max_length};
	int64_t lo = 0, hi = INT64_MAX;
	struct rule *r;

	if (!pair)
		return;
	if (about->type != MLF_UTF8) {
		loader_fail(l, &pair->at, NULL, "only text has a length");
		return;
	}
	if ((o->min_length && read_length(l, o->min_length, &lo) != 0) ||
		(o->max_length && read_length(l, o->max_length, &hi) != 0))
		return;
	if (lo > hi) {
		loader_fail(l, &pair->at, "swap or widen them", "no text has such a length");
		return;
	}
	r = loader_rule(l, RULE_LENGTH, "length", about, &pair->at);
	r->bounds = (struct bounds){.lo_i = lo, .hi_i = hi};
	r->expected = describe(l->arena, &shown, "characters");
}

static void
load_pattern(struct loader *l, const struct ynode *n, const struct about *about)
{
	const struct ypair *pair = yaml_pair(n, "pattern");
	struct rule *r;
	struct err e = {0};
	regex_t re;

	if (!pair)
		return;
	if (about->type != MLF_UTF8 || !yaml_str(pair->value)) {
		loader_fail(l, &pair->at, NULL, "a pattern is a text, about a column of text");
		return;
	}
	if (pattern_compile(&re, yaml_str(pair->value), &e) != 0) {
		err_at(&e, &pair->value->at, NULL);
		errs_add(l->found, &e);
		return;
	}
	regfree(&re); /* each run compiles its own */
	r = loader_rule(l, RULE_VALID, "pattern", about, &pair->at);
	r->pattern = yaml_str(pair->value);
	r->expected = arena_printf(l->arena, "matches %s", r->pattern);
}

void
load_options(struct loader *l, const struct ynode *n, const struct about *about)
{
	struct options o = {0};

	if (!n || n->kind == Y_NULL)
		return;
	if (n->kind != Y_MAP) {
		loader_fail(l, &n->at, "write {minimum: 0}", "logicalTypeOptions is a map, not %s",
			yaml_kind_name(n->kind));
		return;
	}
	if (yaml_fill(n, option_fields, &o, "logicalTypeOptions", l->found) != 0)
		return;
	load_range(l, n, &o, about);
	load_length(l, n, &o, about);
	load_pattern(l, n, about);
	load_format(l, n, about);
	load_multiple(l, n, &o, about);
	load_zone(l, n, &o, about);
}
