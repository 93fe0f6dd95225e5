/* SPDX-License-Identifier: Apache-2.0
 * Which type the texts of a column have, if nobody said: the narrowest that holds all of them exactly.
 *
 *	true, false          bool
 *	whole numbers        int64      but text if one of them does not fit: it would lose digits
 *	numbers              float64
 *	dates and times      timestamp
 *	anything else        utf8       and so are 007 and +491234: labels, not numbers
 *
 * A column without any value is text. */
#include "catalog/csv.h"

#include <string.h>

enum looks {
	BOOL = 1,
	WHOLE = 2,
	LARGE = 4, /* a whole number beyond int64 */
	FLOAT = 8,
	TIME = 16,
	TEXT = 32,
};

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_whole(const char *s, size_t n)
{
	for (size_t i = *s == '-'; i < n; i++)
		if (!is_digit(s[i]))
			return false;
	return true;
}

unsigned
csv_looks_like(const char *s, size_t n)
{
	int64_t whole;
	double number;

	if ((n == 4 && memcmp(s, "true", 4) == 0) || (n == 5 && memcmp(s, "false", 5) == 0))
		return BOOL;
	if (csv_is_label(s, n))
		return value_timestamp(s, n, &whole) ? TIME : TEXT;
	if (value_i64(s, n, &whole))
		return WHOLE;
	if (value_f64(s, n, &number))
		return is_whole(s, n) ? LARGE : FLOAT;
	return value_timestamp(s, n, &whole) ? TIME : TEXT;
}

enum mlf_type
csv_infer(unsigned looks)
{
	if (looks == BOOL)
		return MLF_BOOL;
	if (looks == TIME)
		return MLF_TIMESTAMP;
	if (looks == WHOLE)
		return MLF_I64;
	if ((looks & FLOAT) && !(looks & ~(unsigned)(FLOAT | WHOLE | LARGE)))
		return MLF_F64;
	return MLF_UTF8;
}
