/* SPDX-License-Identifier: Apache-2.0
 * Numbers as text and back, whatever the locale: exact both ways.
 *
 * Both ways have a short cut that needs no big-number arithmetic. A decimal m * 10^k with m <= 2^53
 * and |k| <= 22 is one correctly rounded multiplication or division of two exact doubles (Clinger),
 * which covers nearly everything in real tables. The rest goes through the C library, which rounds
 * correctly, in the C locale; newlocale(LC_ALL_MASK, "C") hands out glibc's built-in object, so that
 * asking for it allocates nothing and needs no global. */
#include "base/str.h"

#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

static const double powers_of_ten[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
	1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
#define POWER_MAX 22

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

int
str_to_i64(const char *s, int64_t *out)
{
	bool minus = s[0] == '-';
	uint64_t limit = (uint64_t)INT64_MAX + minus, v = 0;

	if (*s == '-' || *s == '+')
		s++;
	if (!*s)
		return -1;
	for (; *s; s++) {
		unsigned digit = (unsigned)(*s - '0');

		if (!is_digit(*s) || v > (limit - digit) / 10)
			return -1;
		v = v * 10 + digit;
	}
	*out = minus ? (int64_t)(0 - v) : (int64_t)v;
	return 0;
}

/* A number as it was written: digits * 10^exp. */
struct decimal {
	bool minus;
	bool all; /* digits holds every digit that was written */
	uint64_t digits;
	int exp;
};

/* Digits into d, from s on; behind the point each one lowers the exponent. Returns how many. */
static size_t
read_digits(const char *s, struct decimal *d, bool behind_point)
{
	size_t n = 0;

	for (; is_digit(s[n]); n++) {
		if (d->digits > (UINT64_MAX - 9) / 10 || d->exp < -1000) {
			d->all = false;
			continue;
		}
		d->digits = d->digits * 10 + (uint64_t)(s[n] - '0');
		d->exp -= behind_point;
	}
	return n;
}

/* [+-] digits [. digits] [e [+-] digits], at least one digit before the e. */
static int
read_decimal(const char *s, struct decimal *d)
{
	size_t n, m = 0;
	long written;
	char *end;

	*d = (struct decimal){.minus = *s == '-', .all = true};
	if (*s == '-' || *s == '+')
		s++;
	n = read_digits(s, d, false);
	s += n;
	if (*s == '.') {
		m = read_digits(++s, d, true);
		s += m;
	}
	if (n + m == 0)
		return -1;
	if (*s == 'e' || *s == 'E') {
		bool sign = s[1] == '-' || s[1] == '+';

		if (!is_digit(s[1 + sign]))
			return -1;
		written = strtol(s + 1, &end, 10); /* saturates */
		d->all = d->all && written > -1000 && written < 1000;
		d->exp += d->all ? (int)written : 0;
		s = end;
	}
	return *s ? -1 : 0;
}

static int
read_word(const char *s, double *out)
{
	bool minus = *s == '-';

	if (*s == '-' || *s == '+')
		s++;
	if (strcasecmp(s, "inf") == 0 || strcasecmp(s, "infinity") == 0)
		*out = minus ? -(double)INFINITY : (double)INFINITY;
	else if (strcasecmp(s, "nan") == 0)
		*out = (double)NAN;
	else
		return -1;
	return 0;
}

static double
strtod_c(const char *s)
{
	locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	double v = strtod_l(s, NULL, c);

	freelocale(c);
	return v;
}

/* Too large for a double is refused, too small becomes zero or subnormal. */
int
str_to_f64(const char *s, double *out)
{
	struct decimal d;
	double v;

	if (read_decimal(s, &d) != 0)
		return read_word(s, out);
	if (d.all && d.digits <= (uint64_t)1 << 53 && d.exp >= -POWER_MAX && d.exp <= POWER_MAX) {
		v = (double)d.digits;
		v = d.exp < 0 ? v / powers_of_ten[-d.exp] : v * powers_of_ten[d.exp];
		*out = d.minus ? -v : v;
		return 0;
	}
	v = strtod_c(s);
	if (isinf(v))
		return -1;
	*out = v;
	return 0;
}

/* The short cut for 1e-4 <= v < 1e15: the fewest decimals k such that v is the double nearest to
 * r / 10^k. At most 15 digits, and two decimals of 15 digits are never the same double, so there is
 * no shorter one. */
static bool
add_short(struct str *b, double v)
{
	for (int k = 0; k <= 15; k++) {
		double r = nearbyint(v * powers_of_ten[k]);
		uint64_t digits, unit;

		if (r >= 1e15)
			return false;
		if (r / powers_of_ten[k] != v)
			continue;
		digits = (uint64_t)r;
		unit = (uint64_t)powers_of_ten[k];
		str_addf(b, "%llu", (unsigned long long)(digits / unit));
		if (k)
			str_addf(b, ".%0*llu", k, (unsigned long long)(digits % unit));
		return true;
	}
	return false;
}

/* 17 digits always read back. Fewer than 15 can only be enough below the normal numbers, whose
 * precision shrinks. */
static void
add_long(struct str *b, double v)
{
	locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0), old = uselocale(c);
	char text[40];

	for (int digits = isnormal(v) ? 15 : 1; digits <= 17; digits++) {
		(void)snprintf(text, sizeof(text), "%.*g", digits, v);
		if (strtod(text, NULL) == v)
			break;
	}
	uselocale(old);
	freelocale(c);
	str_add(b, text);
}

void
str_add_f64(struct str *b, double v)
{
	if (isnan(v)) {
		str_add(b, "nan");
		return;
	}
	if (signbit(v))
		str_addc(b, '-');
	v = fabs(v);
	if (isinf(v))
		str_add(b, "inf");
	else if (v == 0)
		str_addc(b, '0');
	else if (v < 1e-4 || v >= 1e15 || !add_short(b, v))
		add_long(b, v);
}
