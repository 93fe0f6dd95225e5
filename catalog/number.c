/* SPDX-License-Identifier: Apache-2.0
 * Numbers in tables: the short cuts for what nearly every table consists of.
 *
 * Reading: m / 10^k with m < 10^15 and k <= 15 is one correctly rounded division of two exact
 * doubles (Clinger), so it is what strtod gives. Writing: the fewest decimals k for which that same
 * division gives the value back; two decimals of 15 digits are never the same double, so there is no
 * shorter text. All else goes to base/, which is exact and does not know the locale either. */
#include "catalog/values.h"

#include <math.h>
#include <string.h>
#include "base/base.h"

#define DIGITS_SAFE 15 /* any so many decimal digits are exact as a double */
#define DIGITS_I64 18  /* any so many decimal digits fit int64_t */
#define SHORT_MAX 64   /* numbers longer than this are copied to the heap first */

static const double powers_of_ten[DIGITS_SAFE + 1] = {
	1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};

/* --- reading ------------------------------------------------------------------------------------- */

/* Adds digits from s on to *v. Returns how many there were. */
static inline size_t
digits(const char *s, const char *end, uint64_t *v)
{
	const char *p = s;
	uint64_t sum = *v;

	for (; p < end && (unsigned)(*p - '0') < 10; p++)
		sum = sum * 10 + (uint64_t)(*p - '0');
	*v = sum;
	return (size_t)(p - s);
}

/* The text with a NUL behind it: in `brief` if it fits, else owned by the caller. */
static char *
terminated(const char *s, size_t n, char brief[static SHORT_MAX])
{
	char *copy = n < SHORT_MAX ? brief : mem_resize(NULL, n + 1);

	memcpy(copy, s, n);
	copy[n] = 0;
	return copy;
}

static bool
slow_i64(const char *s, size_t n, int64_t *out)
{
	char brief[SHORT_MAX], *text = terminated(s, n, brief);
	bool ok = str_to_i64(text, out) == 0;

	if (text != brief)
		free(text);
	return ok;
}

static bool
slow_f64(const char *s, size_t n, double *out)
{
	char brief[SHORT_MAX], *text = terminated(s, n, brief);
	bool ok = str_to_f64(text, out) == 0;

	if (text != brief)
		free(text);
	return ok;
}

bool
value_i64(const char *s, size_t n, int64_t *out)
{
	size_t sign = n > 0 && *s == '-';
	uint64_t v = 0;

	if (n == sign || n - sign > DIGITS_I64 || digits(s + sign, s + n, &v) != n - sign)
		return slow_i64(s, n, out);
	*out = sign ? -(int64_t)v : (int64_t)v;
	return true;
}

bool
value_f64(const char *s, size_t n, double *out)
{
	const char *end = s + n, *p = s + (n > 0 && *s == '-');
	uint64_t v = 0;
	size_t whole = digits(p, end, &v), part = 0;
	double d;

	p += whole;
	if (p < end && *p == '.') {
		part = digits(++p, end, &v);
		p += part;
	}
	if (p != end || whole == 0 || whole + part > DIGITS_SAFE)
		return slow_f64(s, n, out);
	d = (double)v / powers_of_ten[part];
	*out = *s == '-' ? -d : d;
	return true;
}

/* --- writing ------------------------------------------------------------------------------------- */

/* Exactly `width` digits, zeros in front. */
static void
put_digits(char *to, uint64_t v, size_t width)
{
	while (width-- > 0) {
		to[width] = (char)('0' + v % 10);
		v /= 10;
	}
}

static size_t
put_u64(char *to, uint64_t v)
{
	char text[20];
	size_t n = 0;

	do
		text[sizeof(text) - ++n] = (char)('0' + v % 10);
	while (v /= 10);
	memcpy(to, text + sizeof(text) - n, n);
	return n;
}

size_t
value_write_i64(char to[static VALUE_MAX], int64_t v)
{
	size_t sign = v < 0;

	*to = '-';
	return sign + put_u64(to + sign, v < 0 ? 0 - (uint64_t)v : (uint64_t)v);
}

/* 1e-4 <= v < 1e15 with at most DIGITS_SAFE digits; 0 if it is not so short. */
static size_t
put_short(char *to, double v)
{
	uint64_t unit = 1, m;
	size_t n;

	for (size_t k = 0; k <= DIGITS_SAFE; k++, unit *= 10) {
		double scaled = v * powers_of_ten[k];

		if (scaled >= 1e15 - 1)
			return 0;
		m = (uint64_t)(scaled + 0.5);
		if ((double)m / powers_of_ten[k] != v)
			continue;
		n = put_u64(to, m / unit);
		to[n++] = '.';
		if (k == 0)
			to[n] = '0';
		put_digits(to + n, m % unit, k);
		return n + (k ? k : 1);
	}
	return 0;
}

static size_t
put_long(char *to, double v)
{
	struct str text = {0};
	size_t n;

	str_add_f64(&text, v);
	if (isfinite(v) && !strpbrk(text.s, ".e"))
		str_add(&text, ".0");
	n = text.len;
	memcpy(to, text.s, n);
	str_fini(&text);
	return n;
}

size_t
value_write_f64(char to[static VALUE_MAX], double v)
{
	double size = fabs(v);
	size_t sign = v < 0, n = 0;

	*to = '-';
	if (size >= 1e-4 && size < 1e15)
		n = put_short(to + sign, size);
	return n ? sign + n : put_long(to, v);
}
