/* SPDX-License-Identifier: Apache-2.0
 * Points in time as ISO 8601, in the proleptic Gregorian calendar without leap seconds.
 *
 * Years outside 0000..9999 are a sign and six digits, as ECMAScript writes them, so that every
 * int64_t has a text. A fraction finer than a microsecond does not fit and is refused. */
#include "catalog/values.h"

#include <string.h>

#define SECOND INT64_C(1000000)
#define DAY (86400 * SECOND)

/* What is left of a text that is being read. */
struct cursor {
	const char *p, *end;
};

static bool
skip(struct cursor *c, char a, char b)
{
	bool there = c->p < c->end && (*c->p == a || *c->p == b);

	c->p += there;
	return there;
}

/* Exactly n digits, a number of at most `max`. */
static bool
number(struct cursor *c, int n, int max, int *out)
{
	int v = 0;

	if (c->end - c->p < n)
		return false;
	for (int i = 0; i < n; i++, c->p++) {
		if (*c->p < '0' || *c->p > '9')
			return false;
		v = v * 10 + (*c->p - '0');
	}
	*out = v;
	return v <= max;
}

/* Years begin in March, so that the leap day is the last one. */
int64_t
value_days(int64_t year, int month, int day)
{
	int64_t y = year - (month <= 2), era = (y >= 0 ? y : y - 399) / 400, in_era = y - era * 400;
	int64_t in_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + in_era * 365 + in_era / 4 - in_era / 100 + in_year - 719468;
}

static void
date_of(int64_t days, int64_t *year, int *month, int *day)
{
	int64_t z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097,
		in_era = z - era * 146097;
	int64_t y = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
	int64_t in_year = in_era - (365 * y + y / 4 - y / 100), m = (5 * in_year + 2) / 153;

	*day = (int)(in_year - (153 * m + 2) / 5 + 1);
	*month = (int)(m < 10 ? m + 3 : m - 9);
	*year = y + era * 400 + (*month <= 2);
}

static int
month_length(int64_t year, int month)
{
	static const char lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return lengths[month - 1] + (month == 2 && leap);
}

static bool
read_date(struct cursor *c, int64_t *days)
{
	bool minus = c->p < c->end && *c->p == '-', wide = skip(c, '-', '+');
	int written, month, day;
	int64_t year;

	if (!number(c, wide ? 6 : 4, 999999, &written) || !skip(c, '-', '-') ||
		!number(c, 2, 12, &month) || !skip(c, '-', '-') || !number(c, 2, 31, &day))
		return false;
	year = minus ? -written : written;
	if (month < 1 || day < 1 || day > month_length(year, month))
		return false;
	*days = value_days(year, month, day);
	return true;
}

/* Up to six digits that count; more must be zeros. */
static bool
read_fraction(struct cursor *c, int64_t *micros)
{
	int64_t unit = SECOND / 10;
	const char *start = c->p;

	for (; c->p < c->end && *c->p >= '0' && *c->p <= '9'; c->p++, unit /= 10) {
		if (unit == 0 && *c->p != '0')
			return false;
		*micros += (*c->p - '0') * unit;
	}
	return c->p > start;
}

/* HH:MM [:SS [.f]], as microseconds since midnight. */
static bool
read_time(struct cursor *c, int64_t *micros)
{
	int hour, minute, second = 0;
	bool seconds;

	if (!number(c, 2, 23, &hour) || !skip(c, ':', ':') || !number(c, 2, 59, &minute))
		return false;
	seconds = skip(c, ':', ':');
	if (seconds && !number(c, 2, 59, &second))
		return false;
	*micros = (hour * 3600 + minute * 60 + second) * SECOND;
	return !seconds || !skip(c, '.', ',') || read_fraction(c, micros);
}

/* Z, +HH:MM, +HHMM, +HH or nothing, as microseconds to subtract. */
static bool
read_zone(struct cursor *c, int64_t *micros)
{
	bool minus = c->p < c->end && *c->p == '-';
	int hours, minutes = 0;

	*micros = 0;
	if (c->p == c->end || skip(c, 'Z', 'z'))
		return true;
	if (!skip(c, '+', '-') || !number(c, 2, 23, &hours))
		return false;
	if (c->p < c->end) {
		(void)skip(c, ':', ':');
		if (!number(c, 2, 59, &minutes))
			return false;
	}
	*micros = (hours * 3600 + minutes * 60) * (minus ? -SECOND : SECOND);
	return true;
}

bool
value_timestamp(const char *s, size_t n, int64_t *out)
{
	struct cursor c = {s, s + n};
	int64_t days, time = 0, zone = 0;

	if (!read_date(&c, &days))
		return false;
	if (c.p < c.end &&
		(!(skip(&c, 'T', ' ') || skip(&c, 't', 't')) || !read_time(&c, &time) ||
			!read_zone(&c, &zone)))
		return false;
	/* day by day, because the first day that fits begins before INT64_MIN */
	if (days < 0) {
		days++;
		time -= DAY;
	}
	return c.p == c.end && !__builtin_mul_overflow(days, DAY, out) &&
		!__builtin_add_overflow(*out, time - zone, out);
}

static char *
put(char *to, int64_t v, int width)
{
	for (int i = width; i-- > 0; v /= 10)
		to[i] = (char)('0' + v % 10);
	return to + width;
}

static char *
put_date(char *to, int64_t days)
{
	int64_t year;
	int month, day;

	date_of(days, &year, &month, &day);
	if (year >= 0 && year <= 9999) {
		to = put(to, year, 4);
	} else {
		*to++ = year < 0 ? '-' : '+';
		to = put(to, year < 0 ? -year : year, 6);
	}
	*to++ = '-';
	to = put(to, month, 2);
	*to++ = '-';
	return put(to, day, 2);
}

size_t
value_write_timestamp(char to[static VALUE_MAX], int64_t micros)
{
	int64_t days = micros / DAY - (micros % DAY < 0), rest = micros % DAY;
	char *p = put_date(to, days);
	int64_t second;

	if (rest < 0)
		rest += DAY;
	second = rest / SECOND;
	*p++ = 'T';
	p = put(p, second / 3600, 2);
	*p++ = ':';
	p = put(p, second / 60 % 60, 2);
	*p++ = ':';
	p = put(p, second % 60, 2);
	if (rest % SECOND) {
		*p++ = '.';
		p = put(p, rest % SECOND, 6);
	}
	*p++ = 'Z';
	return (size_t)(p - to);
}
