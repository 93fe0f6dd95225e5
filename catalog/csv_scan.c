/* SPDX-License-Identifier: Apache-2.0
 * The scan in two turns over a piece of a few KiB, which stays in the nearest cache:
 *
 *	bytes --mark--> bitmaps of quotes, separators, line ends        vectors of 16 or 32 bytes
 *	      --look--> which of them lie outside of quotes, and        words of 64 bits
 *	                whether all is plain
 *
 * Whether a byte lies inside of quotes is the parity of the quotes up to it: the exclusive or of all
 * bits below, with what was carried over from the piece before. */
#include "catalog/csv_scan.h"

#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define PIECE 64
#define ALWAYS __attribute__((always_inline))

/* One bit for each of 64 bytes. */
struct marks {
	uint64_t quote, sep, lf;
	uint64_t parity; /* of the quotes up to each byte */
	uint64_t low;    /* no printable character, as CR and NUL are none */
	uint64_t high;   /* not ASCII */
};
#define PIECES_AT_ONCE 64

/* Marks whole pieces; marked: separator and quote. */
typedef void
mark_pieces(const char *s, size_t pieces, const char marked[static 2], struct marks *out);

/* --- marking ------------------------------------------------------------------------------------- */

/* Bit i is the exclusive or of bits 0 to i. */
static inline uint64_t
parity(uint64_t v)
{
	for (int by = 1; by < PIECE; by *= 2)
		v ^= v << by;
	return v;
}

#if defined(__x86_64__)
#define AVX2 __attribute__((target("avx2,bmi,popcnt,pclmul")))

static inline uint64_t
bits_16(__m128i v, int at)
{
	return (uint64_t)(uint32_t)_mm_movemask_epi8(v) << at;
}

/* SSE2, which every x86-64 has. */
static void
mark_plain(const char *s, size_t pieces, const char marked[static 2], struct marks *out)
{
	const __m128i sep = _mm_set1_epi8(marked[0]), quote = _mm_set1_epi8(marked[1]);
	const __m128i lf = _mm_set1_epi8('\n'), cr = _mm_set1_epi8('\r');

	for (size_t k = 0; k < pieces; k++) {
		struct marks m = {0};

		for (int at = 0; at < PIECE; at += 16) {
			__m128i v = _mm_loadu_si128((const __m128i *)(s + k * PIECE + (size_t)at));

			m.sep |= bits_16(_mm_cmpeq_epi8(v, sep), at);
			m.quote |= bits_16(_mm_cmpeq_epi8(v, quote), at);
			m.lf |= bits_16(_mm_cmpeq_epi8(v, lf), at);
			m.low |= bits_16(_mm_cmpeq_epi8(_mm_min_epu8(v, cr), v), at);
			m.high |= bits_16(v, at);
		}
		m.parity = parity(m.quote);
		out[k] = m;
	}
}

AVX2 static inline uint64_t
bits_32(__m256i v, int at)
{
	return (uint64_t)(uint32_t)_mm256_movemask_epi8(v) << at;
}

/* A product without carries, by a number of ones only. */
AVX2 static inline uint64_t
parity_clmul(uint64_t v)
{
	__m128i product =
		_mm_clmulepi64_si128(_mm_set_epi64x(0, (int64_t)v), _mm_set1_epi8((char)0xFF), 0);

	return (uint64_t)_mm_cvtsi128_si64(product);
}

AVX2 static void
mark_avx2(const char *s, size_t pieces, const char marked[static 2], struct marks *out)
{
	const __m256i sep = _mm256_set1_epi8(marked[0]), quote = _mm256_set1_epi8(marked[1]);
	const __m256i lf = _mm256_set1_epi8('\n'), cr = _mm256_set1_epi8('\r');

	for (size_t k = 0; k < pieces; k++) {
		struct marks m = {0};

		for (int at = 0; at < PIECE; at += 32) {
			__m256i v =
				_mm256_loadu_si256((const __m256i *)(s + k * PIECE + (size_t)at));

			m.sep |= bits_32(_mm256_cmpeq_epi8(v, sep), at);
			m.quote |= bits_32(_mm256_cmpeq_epi8(v, quote), at);
			m.lf |= bits_32(_mm256_cmpeq_epi8(v, lf), at);
			m.low |= bits_32(_mm256_cmpeq_epi8(_mm256_min_epu8(v, cr), v), at);
			m.high |= bits_32(v, at);
		}
		m.parity = parity_clmul(m.quote);
		out[k] = m;
	}
}

#else
static void
mark_piece(const char *s, const char marked[static 2], struct marks *m)
{
	*m = (struct marks){0};
	for (int i = 0; i < PIECE; i++) {
		uint64_t bit = UINT64_C(1) << i;

		m->sep |= s[i] == marked[0] ? bit : 0;
		m->quote |= s[i] == marked[1] ? bit : 0;
		m->lf |= s[i] == '\n' ? bit : 0;
		m->low |= (unsigned char)s[i] <= '\r' ? bit : 0;
		m->high |= (unsigned char)s[i] >= 0x80 ? bit : 0;
	}
	m->parity = parity(m->quote);
}

static void
mark_plain(const char *s, size_t pieces, const char marked[static 2], struct marks *out)
{
	for (size_t k = 0; k < pieces; k++)
		mark_piece(s + k * PIECE, marked, &out[k]);
}

#endif

/* --- looking ------------------------------------------------------------------------------------- */

/* What the last byte of a piece means for the first one of the next: one bit each, at place 0. */
struct carry {
	uint64_t inside; /* of quotes: all bits, or none */
	uint64_t opens;  /* a quote here opens a field, or is the second of two */
	uint64_t closed; /* a quote was closed: a field ends here, or a second quote stands here */
	uint64_t cr;     /* an LF must come */
	uint64_t lf;     /* a row begins here */
};

/* What there is in a piece. */
struct found {
	uint64_t ends, lf;
	uint64_t inside;  /* of quotes */
	uint64_t doubled; /* second quotes of two */
	uint64_t bad;     /* not plain */
};

/* The byte after each. */
static inline ALWAYS uint64_t
after(uint64_t v, uint64_t *carry)
{
	uint64_t moved = v << 1 | *carry;

	*carry = v >> 63;
	return moved;
}

/* CR and NUL are rare, so they are not among the marks. */
struct rare {
	uint64_t cr, nul;
};

static struct rare
mark_rare(const char *s, uint64_t low)
{
	struct rare r = {.cr = 0};

	for (; low; low &= low - 1) {
		int i = __builtin_ctzll(low);

		r.cr |= s[i] == '\r' ? low & -low : 0;
		r.nul |= s[i] == 0 ? low & -low : 0;
	}
	return r;
}

static inline ALWAYS struct found
look(const struct marks *m, const struct rare *rare, struct carry *c)
{
	uint64_t inside = m->parity ^ c->inside, out = ~inside;
	uint64_t open = m->quote & inside, close = m->quote & out;
	uint64_t lf = m->lf & out, ends = (m->sep & out) | lf;
	uint64_t cr = rare->cr & out, begun = after(lf, &c->lf), closed = after(close, &c->closed);
	struct found f = {.ends = ends, .lf = lf, .inside = inside, .doubled = open & closed};

	f.bad = rare->nul | (begun & (lf | cr));
	f.bad |= open & ~after(ends | close, &c->opens);
	f.bad |= closed & ~(ends | cr | open);
	f.bad |= after(cr, &c->cr) & ~lf;
	c->inside = (uint64_t)((int64_t)inside >> 63);
	return f;
}

/* The next eight places. */
static inline ALWAYS uint64_t
put_eight(uint32_t *to, uint32_t base, uint64_t bits)
{
#pragma GCC unroll 8
	for (int i = 0; i < 8; i++) {
		to[i] = base + (uint32_t)__builtin_ctzll(bits | UINT64_C(1) << 63);
		bits &= bits - 1;
	}
	return bits;
}

/* Appends the places of the bits; up to sixteen too many are written, since that is faster than to ask
 * how many there are. */
static inline ALWAYS uint32_t *
put_places(uint32_t *to, uint32_t base, uint64_t bits)
{
	uint32_t *end = to + __builtin_popcountll(bits);

	bits = put_eight(to, base, bits);
	bits = put_eight(to + 8, base, bits);
	for (to += 16; bits; to += 8)
		bits = put_eight(to, base, bits);
	return end;
}

/* Ends of lines among `lines` and `cr`, as one looks for them in an editor: CRLF is one. How many. */
static size_t
put_inner(const char *text, size_t at, uint64_t lines, uint64_t cr, uint32_t *to)
{
	size_t n = 0;

	for (uint64_t bits = lines | cr; bits; bits &= bits - 1) {
		size_t i = at + (size_t)__builtin_ctzll(bits);

		if (text[i] == '\n' || text[i + 1] != '\n')
			to[n++] = (uint32_t)i;
	}
	return n;
}

/* Takes up the piece at `at`, `left` bytes before the end of the text. False: the scan ends in it. */
static inline ALWAYS bool
take_piece(const char *text, size_t at, size_t left, const struct marks *m, struct carry *c,
	struct csv_scan *out)
{
	uint64_t counts = left >= PIECE ? ~UINT64_C(0) : (UINT64_C(1) << left) - 1;
	uint64_t low = m->low & ~m->lf & ~m->sep & counts;
	struct rare rare = {.cr = 0};
	struct found f;

	if (low)
		rare = mark_rare(text + at, low);
	f = look(m, &rare, c);
	f.bad &= counts;
	out->broken = f.bad != 0;
	if (out->broken)
		counts = (f.bad & -f.bad) - 1;
	out->ascii &= (m->high & counts) == 0;
	out->doubled |= (f.doubled & counts) != 0;
	out->lines += (size_t)__builtin_popcountll(f.lf & counts);
	f.inside &= counts;
	if ((m->lf | rare.cr) & f.inside)
		out->n_inner += put_inner(
			text, at, m->lf & f.inside, rare.cr & f.inside, out->inner + out->n_inner);
	out->n =
		(size_t)(put_places(out->ends + out->n, (uint32_t)at, f.ends & counts) - out->ends);
	return !out->broken && left > PIECE;
}

static inline ALWAYS void
scan_with(mark_pieces *mark, const char *text, size_t n, const char marked[static 2],
	struct csv_scan *out)
{
	struct csv_scan found = {.ends = out->ends, .inner = out->inner, .ascii = true};
	struct marks marks[PIECES_AT_ONCE];
	struct carry c = {.opens = 1, .lf = 1};
	bool more = n > 0;

	for (size_t at = 0; more; at += PIECE) {
		size_t k = at / PIECE % PIECES_AT_ONCE, all = (n - at + PIECE - 1) / PIECE;

		if (k == 0)
			mark(text + at, all < PIECES_AT_ONCE ? all : PIECES_AT_ONCE, marked, marks);
		more = take_piece(text, at, n - at, &marks[k], &c, &found);
	}
	*out = found;
}

void
csv_scan_plain(const char *text, size_t n, const char marked[static 2], struct csv_scan *out)
{
	scan_with(mark_plain, text, n, marked, out);
}

#if defined(__x86_64__)
AVX2 static void
scan_avx2(const char *text, size_t n, const char marked[static 2], struct csv_scan *out)
{
	scan_with(mark_avx2, text, n, marked, out);
}

static bool
can_avx2(void)
{
	return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
		__builtin_cpu_supports("pclmul");
}

csv_scan_text *
csv_scan_best(void)
{
	return can_avx2() ? scan_avx2 : csv_scan_plain;
}
#else
csv_scan_text *
csv_scan_best(void)
{
	return csv_scan_plain;
}
#endif
