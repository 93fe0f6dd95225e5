/* SPDX-License-Identifier: Apache-2.0
 * Sizes, durations and counts between numbers and what people write. Integers only on the way out, so
 * no locale gets a say. */
#include "base/str.h"

#include <stdio.h>
#include <string.h>

struct unit {
	const char *name;
	int64_t factor;
};

/* A number that is not negative, with decimals or not, and a unit; blanks between are fine. */
static int
read_measure(const char *s, const struct unit *unit, int64_t *out)
{
	size_t n = strspn(s, "0123456789.");
	char number[32] = "";
	double v;

	if (n >= sizeof(number))
		return -1;
	memcpy(number, s, n);
	if (str_to_f64(number, &v) != 0)
		return -1;
	s += n;
	s += strspn(s, " ");
	for (; unit->name; unit++) {
		if (strcmp(s, unit->name) != 0)
			continue;
		v = v * (double)unit->factor + 0.5;
		if (v > 9e15) /* beyond that a double skips integers */
			return -1;
		*out = (int64_t)v;
		return 0;
	}
	return -1;
}

int
str_to_duration(const char *s, int64_t *ms)
{
	static const struct unit units[] = {
		{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}, {"d", 86400000}, {0}};

	return read_measure(s, units, ms);
}

int
str_to_bytes(const char *s, int64_t *bytes)
{
	static const struct unit units[] = {{"", 1}, {"B", 1}, {"kB", 1000}, {"KB", 1000},
		{"MB", 1000000}, {"GB", 1000000000}, {"TB", 1000000000000}, {"KiB", 1LL << 10},
		{"MiB", 1LL << 20}, {"GiB", 1LL << 30}, {"TiB", 1LL << 40}, {0}};

	return read_measure(s, units, bytes);
}

/* Decimal units; tenths below 100 of a unit. */
void
str_add_bytes(struct str *b, uint64_t n)
{
	static const char units[][3] = {"kB", "MB", "GB", "TB", "PB", "EB"};
	uint64_t unit = 1000;
	size_t i = 0;

	if (n < 1000) {
		str_addf(b, "%llu B", (unsigned long long)n);
		return;
	}
	/* 999.5 of a unit would round to 1000 */
	while (i < 5 && n >= unit * 1000 - unit / 2) {
		unit *= 1000;
		i++;
	}
	if (n / unit * 100 + n % unit / (unit / 100) >= 9995) {
		uint64_t whole = n / unit + (n % unit >= unit / 2);

		str_addf(b, "%llu %s", (unsigned long long)whole, units[i]);
	} else {
		uint64_t tenths = n / unit * 10 + (n % unit * 10 + unit / 2) / unit;
		unsigned tenth = (unsigned)(tenths % 10);

		str_addf(b, "%llu.%u %s", (unsigned long long)(tenths / 10), tenth, units[i]);
	}
}

/* "12ms", "14.2s", "2m 03s", "1h 02m", "2d 03h": two units at most. */
void
str_add_duration(struct str *b, uint64_t ms)
{
	uint64_t tenths = ms / 100 + (ms % 100 >= 50), s = ms / 1000 + (ms % 1000 >= 500);
	uint64_t m = s / 60, h = m / 60, big = m, small = s % 60;
	const char *names = "ms";

	if (ms < 100) {
		str_addf(b, "%llums", (unsigned long long)ms);
		return;
	}
	if (tenths < 600) {
		unsigned tenth = (unsigned)(tenths % 10);

		str_addf(b, "%llu.%us", (unsigned long long)(tenths / 10), tenth);
		return;
	}
	if (h >= 24) {
		big = h / 24;
		small = h % 24;
		names = "dh";
	} else if (h >= 1) {
		big = h;
		small = m % 60;
		names = "hm";
	}
	str_addf(b, "%llu%c %02u%c", (unsigned long long)big, names[0], (unsigned)small, names[1]);
}

void
str_add_count(struct str *b, int64_t n)
{
	char digits[24];
	uint64_t v = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
	int len = snprintf(digits, sizeof(digits), "%llu", (unsigned long long)v);

	if (n < 0)
		str_addc(b, '-');
	for (int i = 0; i < len; i++) {
		if (i && (len - i) % 3 == 0)
			str_addc(b, ',');
		str_addc(b, digits[i]);
	}
}
