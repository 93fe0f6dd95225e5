/* SPDX-License-Identifier: Apache-2.0
 * Bytes to bits and bits to places, once for each kind of processor: SSE2, which every x86-64 has, AVX2,
 * AVX-512; plain C on others. */
#include "catalog/csv_mark.h"

#include <stdbool.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

/* --- everywhere ---------------------------------------------------------------------------------- */

/* Bit i is the exclusive or of bits 0 to i. */
static inline uint64_t
parity(uint64_t v)
{
	for (int by = 1; by < CSV_PIECE; by *= 2)
		v ^= v << by;
	return v;
}

/* The next eight places. */
static inline __attribute__((always_inline)) uint64_t
put_eight(uint32_t *to, uint32_t base, uint64_t bits)
{
#pragma GCC unroll 8
	for (int i = 0; i < 8; i++) {
		to[i] = base + (uint32_t)__builtin_ctzll(bits | UINT64_C(1) << 63);
		bits &= bits - 1;
	}
	return bits;
}

/* Sixteen are written whether there are as many or not: that is faster than to ask. */
static inline __attribute__((always_inline)) size_t
place_by_bits(const uint64_t *words, size_t pieces, uint32_t base, uint32_t *out)
{
	uint32_t *end = out;

	for (size_t k = 0; k < pieces; k++, base += CSV_PIECE) {
		uint64_t bits = words[k];
		uint32_t *to = end;

		end += __builtin_popcountll(bits);
		bits = put_eight(to, base, bits);
		bits = put_eight(to + 8, base, bits);
		for (to += 16; bits; to += 8)
			bits = put_eight(to, base, bits);
	}
	return (size_t)(end - out);
}

static size_t
place_plain(const uint64_t *words, size_t pieces, uint32_t base, uint32_t *out)
{
	return place_by_bits(words, pieces, base, out);
}

#if !defined(__x86_64__)
static void
mark_piece(const char *s, const char marked[static 2], struct csv_marks *m)
{
	*m = (struct csv_marks){0};
	for (int i = 0; i < CSV_PIECE; i++) {
		uint64_t bit = UINT64_C(1) << i;

		m->sep |= s[i] == marked[0] ? bit : 0;
		m->quote |= s[i] == marked[1] ? bit : 0;
		m->lf |= s[i] == '\n' ? bit : 0;
		m->blank |= (unsigned char)s[i] <= ' ' ? bit : 0;
		m->low |= (unsigned char)s[i] <= '\r' ? bit : 0;
		m->high |= (unsigned char)s[i] >= 0x80 ? bit : 0;
	}
	m->parity = parity(m->quote);
}

static void
mark_plain(const char *s, size_t pieces, const char marked[static 2], struct csv_marks *out)
{
	for (size_t k = 0; k < pieces; k++)
		mark_piece(s + k * CSV_PIECE, marked, &out[k]);
}
#else

/* --- SSE2 ---------------------------------------------------------------------------------------- */

static inline uint64_t
bits_16(__m128i v, int at)
{
	return (uint64_t)(uint32_t)_mm_movemask_epi8(v) << at;
}

static void
mark_plain(const char *s, size_t pieces, const char marked[static 2], struct csv_marks *out)
{
	const __m128i sep = _mm_set1_epi8(marked[0]), quote = _mm_set1_epi8(marked[1]);
	const __m128i lf = _mm_set1_epi8('\n'), space = _mm_set1_epi8(' ');
	const __m128i cr = _mm_set1_epi8('\r');

	for (size_t k = 0; k < pieces; k++) {
		struct csv_marks m = {0};

		for (int at = 0; at < CSV_PIECE; at += 16) {
			__m128i v =
				_mm_loadu_si128((const __m128i *)(s + k * CSV_PIECE + (size_t)at));

			m.sep |= bits_16(_mm_cmpeq_epi8(v, sep), at);
			m.quote |= bits_16(_mm_cmpeq_epi8(v, quote), at);
			m.lf |= bits_16(_mm_cmpeq_epi8(v, lf), at);
			m.blank |= bits_16(_mm_cmpeq_epi8(_mm_min_epu8(v, space), v), at);
			m.low |= bits_16(_mm_cmpeq_epi8(_mm_min_epu8(v, cr), v), at);
			m.high |= bits_16(v, at);
		}
		m.parity = parity(m.quote);
		out[k] = m;
	}
}

/* --- AVX2 ---------------------------------------------------------------------------------------- */

#define AVX2 __attribute__((target("avx2,bmi,popcnt,pclmul")))

AVX2 static inline uint64_t
bits_32(__m256i v, int at)
{
	return (uint64_t)(uint32_t)_mm256_movemask_epi8(v) << at;
}

/* A product without carries, by a number of ones only. */
__attribute__((target("pclmul"))) static inline uint64_t
parity_clmul(uint64_t v)
{
	__m128i product =
		_mm_clmulepi64_si128(_mm_set_epi64x(0, (int64_t)v), _mm_set1_epi8((char)0xFF), 0);

	return (uint64_t)_mm_cvtsi128_si64(product);
}

AVX2 static void
mark_avx2(const char *s, size_t pieces, const char marked[static 2], struct csv_marks *out)
{
	const __m256i sep = _mm256_set1_epi8(marked[0]), quote = _mm256_set1_epi8(marked[1]);
	const __m256i lf = _mm256_set1_epi8('\n'), space = _mm256_set1_epi8(' ');
	const __m256i cr = _mm256_set1_epi8('\r');

	for (size_t k = 0; k < pieces; k++) {
		struct csv_marks m = {0};

		for (int at = 0; at < CSV_PIECE; at += 32) {
			__m256i v = _mm256_loadu_si256(
				(const __m256i *)(s + k * CSV_PIECE + (size_t)at));

			m.sep |= bits_32(_mm256_cmpeq_epi8(v, sep), at);
			m.quote |= bits_32(_mm256_cmpeq_epi8(v, quote), at);
			m.lf |= bits_32(_mm256_cmpeq_epi8(v, lf), at);
			m.blank |= bits_32(_mm256_cmpeq_epi8(_mm256_min_epu8(v, space), v), at);
			m.low |= bits_32(_mm256_cmpeq_epi8(_mm256_min_epu8(v, cr), v), at);
			m.high |= bits_32(v, at);
		}
		m.parity = parity_clmul(m.quote);
		out[k] = m;
	}
}

AVX2 static size_t
place_avx2(const uint64_t *words, size_t pieces, uint32_t base, uint32_t *out)
{
	return place_by_bits(words, pieces, base, out);
}

/* --- AVX-512, with the bytes of a vector chosen by bits (VBMI2) ------------------------------------ */

#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vbmi2,avx2,bmi,popcnt,pclmul")))

AVX512 static void
mark_avx512(const char *s, size_t pieces, const char marked[static 2], struct csv_marks *out)
{
	const __m512i sep = _mm512_set1_epi8(marked[0]), quote = _mm512_set1_epi8(marked[1]);
	const __m512i lf = _mm512_set1_epi8('\n'), space = _mm512_set1_epi8(' ');
	const __m512i cr = _mm512_set1_epi8('\r');

	for (size_t k = 0; k < pieces; k++) {
		__m512i v = _mm512_loadu_si512(s + k * CSV_PIECE);
		uint64_t quotes = _mm512_cmpeq_epi8_mask(v, quote);

		out[k] = (struct csv_marks){
			.quote = quotes,
			.sep = _mm512_cmpeq_epi8_mask(v, sep),
			.lf = _mm512_cmpeq_epi8_mask(v, lf),
			.parity = parity_clmul(quotes),
			.blank = _mm512_cmple_epu8_mask(v, space),
			.low = _mm512_cmple_epu8_mask(v, cr),
			.high = _mm512_movepi8_mask(v),
		};
	}
}

AVX512 static size_t
place_avx512(const uint64_t *words, size_t pieces, uint32_t base, uint32_t *out)
{
	const __m512i all = _mm512_set_epi64(0x3f3e3d3c3b3a3938, 0x3736353433323130,
		0x2f2e2d2c2b2a2928, 0x2726252423222120, 0x1f1e1d1c1b1a1918, 0x1716151413121110,
		0x0f0e0d0c0b0a0908, 0x0706050403020100);
	uint32_t *end = out;

	for (size_t k = 0; k < pieces; k++, base += CSV_PIECE) {
		__m512i from = _mm512_set1_epi32((int)base);
		__m512i at = _mm512_maskz_compress_epi8(words[k], all);
		int n = __builtin_popcountll(words[k]);

		_mm512_storeu_si512(end,
			_mm512_add_epi32(from, _mm512_cvtepu8_epi32(_mm512_castsi512_si128(at))));
		for (int i = 16; i < n; i += 16) {
			at = _mm512_shuffle_i64x2(at, at, 0x39); /* the next sixteen */
			_mm512_storeu_si512(end + i,
				_mm512_add_epi32(
					from, _mm512_cvtepu8_epi32(_mm512_castsi512_si128(at))));
		}
		end += n;
	}
	return (size_t)(end - out);
}

/* --- which one ----------------------------------------------------------------------------------- */

static bool
has_avx2(void)
{
	return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
		__builtin_cpu_supports("popcnt") && __builtin_cpu_supports("pclmul");
}

static bool
has_avx512(void)
{
	return has_avx2() && __builtin_cpu_supports("avx512bw") &&
		__builtin_cpu_supports("avx512vbmi2");
}
#endif

static bool
always(void)
{
	return true;
}

static const struct {
	bool (*here)(void);
	struct csv_processor is;
} kinds[] = {
#if defined(__x86_64__)
	{has_avx512, {"avx512", true, mark_avx512, place_avx512}},
	{has_avx2, {"avx2", true, mark_avx2, place_avx2}},
#endif
	{always, {"plain", false, mark_plain, place_plain}},
};

const struct csv_processor *
csv_processor(size_t i)
{
	for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++)
		if (kinds[k].here() && i-- == 0)
			return &kinds[k].is;
	return NULL;
}
