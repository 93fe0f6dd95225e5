/* SPDX-License-Identifier: Apache-2.0
 * Points in time as contracts write them: ISO 8601, with or without a time of day, UTC if no zone is
 * named. Whole text or nothing; a 30th of February is no date. */
#include "contract/rules.h"

/* Days since 1970-01-01 in the Gregorian calendar (H. Hinnant's days_from_civil: years begin in
 * March, so that the leap day is the last of its year). */
static int64_t
days_of(int64_t y, int64_t m, int64_t d)
{
	int64_t era, year_of_era, day_of_year;

	y -= m <= 2;
	era = (y >= 0 ? y : y - 399) / 400;
	year_of_era = y - era * 400;
	day_of_year = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 +
		day_of_year - 719468;
}

/* Exactly n digits at *s; -1 if they are not there. */
static int64_t
digits(const char **s, int n)
{
	int64_t v = 0;

	for (int i = 0; i < n; i++, (*s)++) {
		if (**s < '0' || **s > '9')
			return -1;
		v = v * 10 + (**s - '0');
	}
	return v;
}

static bool
skip(const char **s, char c)
{
	if (**s != c)
		return false;
	(*s)++;
	return true;
}

static int
parse_date(const char **s, int64_t *days)
{
	static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int64_t y = digits(s, 4), m, d, last;

	if (y < 0 || !skip(s, '-') || (m = digits(s, 2)) < 1 || m > 12 || !skip(s, '-'))
		return -1;
	d = digits(s, 2);
	last = lengths[m - 1] + (m == 2 && y % 4 == 0 && (y % 100 != 0 || y % 400 == 0));
	if (d < 1 || d > last)
		return -1;
	*days = days_of(y, m, d);
	return 0;
}

/* HH:MM, then :SS and .ffffff if they are there. */
static int
parse_time(const char **s, int64_t *us)
{
	int64_t h = digits(s, 2), m, sec = 0, unit = 100000;

	if (h < 0 || h > 23 || !skip(s, ':') || (m = digits(s, 2)) < 0 || m > 59)
		return -1;
	if (skip(s, ':') && ((sec = digits(s, 2)) < 0 || sec > 59))
		return -1;
	*us = ((h * 60 + m) * 60 + sec) * 1000000;
	if (!skip(s, '.'))
		return 0;
	if (**s < '0' || **s > '9')
		return -1;
	for (; **s >= '0' && **s <= '9'; (*s)++, unit /= 10)
		*us += (**s - '0') * unit; /* beyond microseconds: cut */
	return 0;
}

/* Z, +HH:MM, -HH:MM or nothing. */
static int
parse_zone(const char **s, int64_t *us)
{
	int64_t sign = **s == '-' ? -1 : 1, h, m;

	*us = 0;
	if (!**s || skip(s, 'Z'))
		return 0;
	if (!skip(s, '+') && !skip(s, '-'))
		return -1;
	if ((h = digits(s, 2)) < 0 || h > 23 || !skip(s, ':') || (m = digits(s, 2)) < 0 || m > 59)
		return -1;
	*us = sign * (h * 60 + m) * 60 * 1000000;
	return 0;
}

int
when_parse(const char *text, int64_t *us)
{
	const char *s = text;
	int64_t days, time = 0, zone = 0;

	if (parse_date(&s, &days) != 0)
		return -1;
	if (skip(&s, 'T') || skip(&s, ' '))
		if (parse_time(&s, &time) != 0 || parse_zone(&s, &zone) != 0)
			return -1;
	if (*s)
		return -1;
	*us = days * 86400 * 1000000 + time - zone;
	return 0;
}
