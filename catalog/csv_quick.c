/* SPDX-License-Identifier: Apache-2.0
 * Plain numbers, 16 characters at a time and without a branch for each digit.
 *
 *	"3141.59"   -> digits 3 1 4 1 . 5 9          what is no digit, and no single point: not here
 *	            -> 0 0 0 0 0 0 0 0 0 0 3 1 4 1 5 9    the point taken out, moved to the right
 *	            -> 314159 / 10^2                 pairs, then fours, then eights are added up
 *
 * Days are read the same way. The quotient of two doubles that are exact is rounded correctly, as strtod does it. */
#include "catalog/csv_fill.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define VECTORS __attribute__((target("avx2,bmi,popcnt")))
#define DIGITS 16
#define EXACT (UINT64_C(1) << 53) /* whole numbers up to it are doubles */

/* What is not a plain number has no digits. */
struct digits {
	uint64_t v;
	unsigned n, behind; /* digits, and those behind the point */
	bool point;
};

/* By sign and digits behind the point. */
static const double powers_of_ten[2][DIGITS + 1] = {
	{1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
		1e16},
	{-1e0, -1e1, -1e2, -1e3, -1e4, -1e5, -1e6, -1e7, -1e8, -1e9, -1e10, -1e11, -1e12, -1e13,
		-1e14, -1e15, -1e16},
};

/* Two digits each. */
VECTORS static inline __m128i
add_pairs(__m128i digits)
{
	return _mm_maddubs_epi16(digits, _mm_set1_epi16(1 << 8 | 10));
}

/* The sum of digits by their place. */
VECTORS static inline uint64_t
add_up(__m128i digits)
{
	const __m128i hundreds = _mm_set1_epi32(1 << 16 | 100);
	const __m128i myriads = _mm_set1_epi32(1 << 16 | 10000);
	__m128i fours = _mm_madd_epi16(add_pairs(digits), hundreds);
	__m128i eights = _mm_madd_epi16(_mm_packus_epi32(fours, fours), myriads);
	uint64_t both = (uint64_t)_mm_cvtsi128_si64(eights);

	return (both & UINT32_MAX) * UINT64_C(100000000) + (both >> 32);
}

/* The number of n characters at s, behind which others can be read. */
VECTORS static inline struct digits
read_digits(const char *s, size_t n)
{
	/* Which character becomes which digit: they end at the right, those behind the point one later. */
	static const int8_t places[2 * DIGITS + 1] = {-16, -15, -14, -13, -12, -11, -10, -9, -8, -7,
		-6, -5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
	static const int8_t later[2 * DIGITS] = {
		[DIGITS] = 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
	__m128i text = _mm_loadu_si128((const __m128i *)s), digits, from;
	unsigned inside = (1u << (n & 31)) - 1, points, plain, at, count;

	digits = _mm_sub_epi8(text, _mm_set1_epi8('0'));
	points = inside & (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(text, _mm_set1_epi8('.')));
	plain = (unsigned)_mm_movemask_epi8(
		_mm_cmpeq_epi8(_mm_min_epu8(digits, _mm_set1_epi8(9)), digits));
	if (n - 1 >= DIGITS || (inside & ~plain) != points || points & (points - 1) || points & 1)
		return (struct digits){.n = 0};
	at = points ? (unsigned)__builtin_ctz(points) : (unsigned)n;
	count = (unsigned)n - (points != 0);
	from = _mm_add_epi8(_mm_loadu_si128((const __m128i *)&places[count]),
		_mm_loadu_si128((const __m128i *)&later[count - at]));
	return (struct digits){
		.v = add_up(_mm_shuffle_epi8(digits, from)),
		.n = count,
		.behind = count - at,
		.point = points != 0,
	};
}

VECTORS static size_t
quick_f64(const struct csv_job *j, const struct fill *to)
{
	const struct csv_cell *cell = j->cell;
	const char *const text = j->g->text;
	const size_t n = j->n, step = j->g->columns;
	const bool inferred = j->col->inferred;
	double *v = to->data;

	for (size_t i = 0; i < n; i++, cell += step) {
		const char *s = text + cell->at;
		size_t minus = *s == '-';
		struct digits d;

		v[i] = 0;
		if (csv_skip_null(cell, j->col, i))
			continue;
		d = read_digits(s + minus, cell->n - minus);
		if (d.n > 0 && d.v <= EXACT && !(inferred && csv_is_label(s, cell->n))) {
			v[i] = (double)d.v / powers_of_ten[minus][d.behind];
		} else if (!csv_value_f64(s, cell->n, inferred, &v[i])) {
			return i;
		}
	}
	return n;
}

VECTORS static size_t
quick_i64(const struct csv_job *j, const struct fill *to)
{
	const struct csv_cell *cell = j->cell;
	const char *const text = j->g->text;
	const size_t n = j->n, step = j->g->columns;
	const bool inferred = j->col->inferred;
	int64_t *v = to->data;

	for (size_t i = 0; i < n; i++, cell += step) {
		const char *s = text + cell->at;
		size_t minus = *s == '-';
		struct digits d;

		v[i] = 0;
		if (csv_skip_null(cell, j->col, i))
			continue;
		d = read_digits(s + minus, cell->n - minus);
		if (d.n > 0 && !d.point && !(inferred && csv_is_label(s, cell->n)))
			v[i] = ((int64_t)d.v ^ -(int64_t)minus) + (int64_t)minus;
		else if (!csv_value_i64(s, cell->n, inferred, &v[i]))
			return i;
	}
	return n;
}

/* Days of the years 0000 to 9999, but for the leap day, without a time. Years begin in March, and are
 * counted from four centuries before, so that there is no negative one. */
VECTORS static inline bool
read_day(const char *s, size_t n, int64_t *micros)
{
	static const uint8_t last[16] = {0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	static const uint16_t before[16] = {
		0, 306, 337, 0, 31, 61, 92, 122, 153, 184, 214, 245, 275};
	const __m128i figures =
		_mm_setr_epi8(-1, -1, -1, -1, -1, -1, -1, -1, 0, 1, 2, 3, 5, 6, 8, 9);
	__m128i digits = _mm_sub_epi8(_mm_loadu_si128((const __m128i *)s), _mm_set1_epi8('0'));
	int plain =
		_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_min_epu8(digits, _mm_set1_epi8(9)), digits));
	uint64_t v = (uint64_t)_mm_extract_epi64(add_pairs(_mm_shuffle_epi8(digits, figures)), 1);
	unsigned month = v >> 32 & 0xFFFF, day = (unsigned)(v >> 48);
	unsigned hundreds = v & 0xFFFF, year = v >> 16 & 0xFFFF;

	if (n != 10 || (plain & 0x3FF) != 0x36F || s[4] != '-' || s[7] != '-')
		return false;
	if (month > 12 || day - 1 >= last[month])
		return false;
	year += hundreds * 100 + 400 - (month <= 2);
	*micros =
		((int64_t)(365 * year + year / 4 - year / 100 + year / 400 + before[month] + day) -
			719469 - 146097) *
		INT64_C(86400000000);
	return true;
}

VECTORS static size_t
quick_timestamp(const struct csv_job *j, const struct fill *to)
{
	const struct csv_cell *cell = j->cell;
	const char *const text = j->g->text;
	const size_t n = j->n, step = j->g->columns;
	int64_t *v = to->data;

	for (size_t i = 0; i < n; i++, cell += step) {
		const char *s = text + cell->at;

		v[i] = 0;
		if (!csv_skip_null(cell, j->col, i) && !read_day(s, cell->n, &v[i]) &&
			!value_timestamp(s, cell->n, &v[i]))
			return i;
	}
	return n;
}

csv_fill_type *
csv_quick(enum mlf_type type)
{
	static csv_fill_type *const quick[MLF_TIMESTAMP + 1] = {
		[MLF_I64] = quick_i64,
		[MLF_F64] = quick_f64,
		[MLF_TIMESTAMP] = quick_timestamp,
	};

	if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("bmi"))
		return NULL;
	return quick[type];
}
#else
csv_fill_type *
csv_quick(enum mlf_type type)
{
	(void)type;
	return NULL;
}
#endif
