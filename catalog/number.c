/* SPDX-License-Identifier: Apache-2.0
 * Numbers in tables, without big-number arithmetic wherever 128 bits are enough to be exact.
 *
 * Reading m / 10^k:
 *	m < 10^15            one division of two exact doubles, which rounds correctly (Clinger)
 *	m < 2^64, k <= 19    the quotient to 63 bits and whether there is a rest, rounded to 53 bits
 *
 * Writing v = c * 2^-s with 10^-4 <= v < 10^15, to n digits of which k are behind the point:
 *	D = round(c * 10^k / 2^s) fits 128 bits, and D / 10^k reads back as v if it lies within half
 *	a step of v, which is |D * 2^s - c * 10^k| < 10^k / 2. Tried for n = 15, 16 and 17; if 15 do,
 *	the zeros at the end are more than is needed: two decimals of 15 digits are never one double.
 *	So if D / 10^6 with D < 10^15 is v, that is it, and tried first.
 *
 * All else goes to base/, which is exact and does not know the locale either. */
#include "catalog/values.h"

#include <math.h>
#include <string.h>
#include "base/base.h"

#define DIGITS_SAFE 15 /* any so many decimal digits are exact as a double */
#define DIGITS_I64 18  /* any so many decimal digits fit int64_t */
#define DIGITS_U64 19  /* ... and uint64_t; the largest power of ten in it too */
#define DIGITS_FULL 17 /* so many are enough for any double */
#define SHORT_MAX 64   /* numbers longer than this are copied to the heap first */

__extension__ typedef unsigned __int128 u128;

static const double powers_of_ten[DIGITS_SAFE + 1] = {
	1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};

static const uint64_t whole_powers[DIGITS_U64 + 1] = {UINT64_C(1), UINT64_C(10), UINT64_C(100),
	UINT64_C(1000), UINT64_C(10000), UINT64_C(100000), UINT64_C(1000000), UINT64_C(10000000),
	UINT64_C(100000000), UINT64_C(1000000000), UINT64_C(10000000000), UINT64_C(100000000000),
	UINT64_C(1000000000000), UINT64_C(10000000000000), UINT64_C(100000000000000),
	UINT64_C(1000000000000000), UINT64_C(10000000000000000), UINT64_C(100000000000000000),
	UINT64_C(1000000000000000000), UINT64_C(10000000000000000000)};

/* 2^e for exponents of normal numbers. */
static double
power_of_two(int e)
{
	uint64_t bits = (uint64_t)(1023 + e) << 52;
	double d;

	memcpy(&d, &bits, sizeof(d));
	return d;
}

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

/* m / 10^k, correctly rounded; m > 0. Both are shifted to the left as far as they go, so the quotient
 * has 63 or 64 bits. */
static double
divide(uint64_t m, size_t k)
{
	int left_m = __builtin_clzll(m), left_d = __builtin_clzll(whole_powers[k]), drop;
	uint64_t d = whole_powers[k] << left_d, q, rest, half;
	u128 n = (u128)(m << left_m) << 63;
	bool sticky;

	q = (uint64_t)(n / d);
	sticky = n != (u128)q * d;
	drop = 11 - __builtin_clzll(q);
	half = UINT64_C(1) << (drop - 1);
	rest = q & (2 * half - 1);
	q >>= drop;
	if (rest > half || (rest == half && ((q & 1) || sticky)))
		q++;
	return (double)q * power_of_two(drop - 63 + left_d - left_m);
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
	if (p != end || whole == 0 || whole + part > DIGITS_U64)
		return slow_f64(s, n, out);
	if (whole + part <= DIGITS_SAFE || v == 0)
		d = (double)v / powers_of_ten[v ? part : 0];
	else
		d = divide(v, part);
	*out = *s == '-' ? -d : d;
	return true;
}

/* --- writing ------------------------------------------------------------------------------------- */

static const char pairs[] = "0001020304050607080910111213141516171819"
			    "2021222324252627282930313233343536373839"
			    "4041424344454647484950515253545556575859"
			    "6061626364656667686970717273747576777879"
			    "8081828384858687888990919293949596979899";

/* Exactly `width` digits, zeros in front. */
static void
put_digits(char *to, uint64_t v, size_t width)
{
	for (; width >= 2; v /= 100) {
		width -= 2;
		memcpy(to + width, pairs + v % 100 * 2, 2);
	}
	if (width)
		*to = (char)('0' + v % 10);
}

/* How many digits v has; 1 for 0. log2 tells it but for one. */
static size_t
count_digits(uint64_t v)
{
	size_t n = (size_t)(64 - __builtin_clzll(v | 1)) * 1233 >> 12;

	return n + (n == 0 || v >= whole_powers[n]);
}

static size_t
put_u64(char *to, uint64_t v)
{
	size_t n = count_digits(v);

	put_digits(to, v, n);
	return n;
}

size_t
value_write_i64(char to[static VALUE_MAX], int64_t v)
{
	size_t sign = v < 0;

	*to = '-';
	return sign + put_u64(to + sign, v < 0 ? 0 - (uint64_t)v : (uint64_t)v);
}

/* c * 2^-s, c of 53 bits. */
struct binary {
	uint64_t c;
	int s;
};

static struct binary
split(double v)
{
	uint64_t bits;

	memcpy(&bits, &v, sizeof(v));
	return (struct binary){
		(bits & ((UINT64_C(1) << 52) - 1)) | UINT64_C(1) << 52, 1075 - (int)(bits >> 52)};
}

/* round(b * 10^k), ties to even; true if that over 10^k reads back as b. Below a power of two a step
 * is half as long, so nearer is asked for. It is never exactly half a step: with so few digits behind
 * the point 10^k has fewer factors of two than that needs. */
static bool
scale(struct binary b, int k, uint64_t *out)
{
	u128 power = k <= DIGITS_U64 ? whole_powers[k] : (u128)whole_powers[DIGITS_U64] * 10;
	u128 exact = b.c * power, half = (u128)1 << (b.s - 1), back, off;
	bool smallest = b.c == UINT64_C(1) << 52;

	*out = (uint64_t)((exact + half) >> b.s);
	if ((exact & (2 * half - 1)) == half)
		*out &= ~UINT64_C(1);
	back = (u128)*out << b.s;
	off = (back > exact ? back - exact : exact - back) << (1 + smallest);
	return off < power;
}

/* Takes n zeros off the end as often as they are there, but for the last digit behind the point. With
 * a power that the compiler knows this takes no division. */
static inline void
cut(uint64_t *d, int *k, uint64_t power, int n)
{
	while (*k > n && *d % power == 0) {
		*d /= power;
		*k -= n;
	}
}

/* D / 10^k with a point and at least one digit behind it. */
static size_t
put_decimal(char *to, uint64_t d, int k)
{
	uint64_t unit;
	size_t n;

	cut(&d, &k, 100000000, 8);
	cut(&d, &k, 10000, 4);
	cut(&d, &k, 100, 2);
	cut(&d, &k, 10, 1);
	if (k == 0) {
		d *= 10;
		k = 1;
	}
	unit = k <= DIGITS_U64 ? whole_powers[k] : UINT64_MAX;
	n = put_u64(to, d / unit);
	to[n++] = '.';
	put_digits(to + n, d % unit, (size_t)k);
	return n + (size_t)k;
}

/* Most numbers have at most six digits behind the point. If v is the double nearest to D / 10^6, which is
 * what dividing two exact doubles says, and D has 15 digits, no other decimal of 15 digits is v. */
static bool
few_digits(double v, uint64_t *d)
{
	double sum = v * 1e6 + 0.5;

	*d = sum < 1e15 ? (uint64_t)sum : 0;
	return (double)*d / 1e6 == v;
}

/* 1e-4 <= v < 1e15; 0 if that takes more than 128 bits to know. */
static size_t
put_short(char *to, double v)
{
	/* as doubles they are above themselves, so a v that is not below one has that digit, too */
	static const double tenths[] = {0.1, 0.01, 0.001};
	struct binary b = split(v);
	int whole = v >= 1; /* digits before the point; below 0: zeros behind it */
	uint64_t d;

	if (few_digits(v, &d))
		return put_decimal(to, d, 6);
	while (whole > 0 && whole < DIGITS_SAFE && v >= powers_of_ten[whole])
		whole++;
	while (whole <= 0 && whole > -3 && v < tenths[-whole])
		whole--;
	for (int n = DIGITS_SAFE; n <= DIGITS_FULL; n++)
		if (scale(b, n - whole, &d))
			return put_decimal(to, d, n - whole);
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

/* A whole number below 1e15, zero too. */
static size_t
put_whole(char *to, double v)
{
	size_t n = put_u64(to, (uint64_t)v);

	memcpy(to + n, ".0", 2);
	return n + 2;
}

size_t
value_write_f64(char to[static VALUE_MAX], double v)
{
	double size = fabs(v);
	size_t sign = signbit(v) != 0, n = 0;

	*to = '-';
	if (size < 1e15 && (double)(uint64_t)size == size)
		n = put_whole(to + sign, size);
	else if (size >= 1e-4 && size < 1e15)
		n = put_short(to + sign, size);
	return n ? sign + n : put_long(to, v);
}
