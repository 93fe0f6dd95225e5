/* SPDX-License-Identifier: Apache-2.0
 * The scan in three turns over some KiB at a time, which stay in the nearest cache:
 *
 *	bytes --mark--> bitmaps of quotes, separators, line ends        vectors
 *	      --look--> which of them lie outside of quotes, whether    words of 64 bits
 *	                all is plain, which fields are special
 *	      -place--> where fields end                                vectors, if they can do that
 *
 * Whether a byte lies inside of quotes is the parity of the quotes up to it: the exclusive or of all
 * bits below, with what was carried over from the piece before. */
#include "catalog/csv_scan.h"

#define PIECES_AT_ONCE 64
#define ALWAYS __attribute__((always_inline))

/* What the last byte of a piece means for the first one of the next: one bit each, at place 0. */
struct carry {
	uint64_t inside; /* of quotes: all bits, or none */
	uint64_t opens;  /* a quote here opens a field, or is the second of two */
	uint64_t closed; /* a quote was closed: a field ends here, or a second quote stands here */
	uint64_t cr;     /* an LF must come */
	uint64_t lf;     /* a row begins here */
	uint64_t end;    /* a field begins here */
	uint64_t blank;  /* it is one */
};

/* What there is in a piece. */
struct found {
	uint64_t ends, lf;
	uint64_t special; /* beginnings and ends of fields that are empty, quoted, or blank there */
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
look(const struct csv_marks *m, const struct rare *rare, struct carry *c)
{
	uint64_t inside = m->parity ^ c->inside, out = ~inside;
	uint64_t open = m->quote & inside, close = m->quote & out;
	uint64_t lf = m->lf & out, ends = (m->sep & out) | lf;
	uint64_t cr = rare->cr & out, begun = after(lf, &c->lf), closed = after(close, &c->closed);
	struct found f = {.ends = ends, .lf = lf, .inside = inside, .doubled = open & closed};

	f.special = after(ends, &c->end) & (m->blank | m->quote | ends);
	f.special |= after(m->blank, &c->blank) & ends;
	f.bad = rare->nul | (begun & (lf | cr));
	f.bad |= open & ~after(ends | close, &c->opens);
	f.bad |= closed & ~(ends | cr | open);
	f.bad |= after(cr, &c->cr) & ~lf;
	c->inside = (uint64_t)((int64_t)inside >> 63);
	return f;
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

/* Fields by number; a field may be found twice, where it begins and where it ends. */
static inline ALWAYS void
put_special(struct csv_scan *out, uint64_t ends, uint64_t special)
{
	uint32_t *to = out->special + out->n_special;

	for (; special; special &= special - 1) {
		uint64_t before = ends & ((special & -special) - 1);

		*to = (uint32_t)(out->n + (size_t)__builtin_popcountll(before));
		to += to == out->special || to[-1] != *to;
	}
	out->n_special = (size_t)(to - out->special);
}

/* A scan under way. */
struct work {
	const char *text;
	size_t n;
	struct carry carry;
	struct csv_scan found;
};

/* Takes up the piece at `at`, and gives the ends of fields in it. False: the scan ends here. */
static inline ALWAYS bool
take_piece(struct work *w, size_t at, const struct csv_marks *m, uint64_t *ends)
{
	struct csv_scan *out = &w->found;
	size_t left = w->n - at;
	uint64_t counts = left >= CSV_PIECE ? ~UINT64_C(0) : (UINT64_C(1) << left) - 1;
	uint64_t low = m->low & ~m->lf & ~m->sep & counts;
	struct rare rare = {.cr = 0};
	struct found f;

	if (low)
		rare = mark_rare(w->text + at, low);
	f = look(m, &rare, &w->carry);
	f.bad &= counts;
	out->broken = f.bad != 0;
	if (out->broken)
		counts = (f.bad & -f.bad) - 1;
	out->ascii &= (m->high & counts) == 0;
	out->doubled |= (f.doubled & counts) != 0;
	out->lines += (size_t)__builtin_popcountll(f.lf & counts);
	f.inside &= counts;
	if ((m->lf | rare.cr) & f.inside)
		out->n_inner += put_inner(w->text, at, m->lf & f.inside, rare.cr & f.inside,
			out->inner + out->n_inner);
	put_special(out, f.ends, f.special & counts);
	*ends = f.ends & counts;
	out->n += (size_t)__builtin_popcountll(*ends);
	return !out->broken && left > CSV_PIECE;
}

static inline ALWAYS void
scan_by(const struct csv_processor *p, const char *text, size_t n, const char marked[static 2],
	struct csv_scan *out)
{
	struct work w = {.text = text,
		.n = n,
		.carry = {.opens = 1, .lf = 1, .end = 1},
		.found = {.ends = out->ends,
			.special = out->special,
			.inner = out->inner,
			.ascii = true}};
	struct csv_marks marks[PIECES_AT_ONCE];
	uint64_t ends[PIECES_AT_ONCE];
	uint32_t *to = out->ends;
	bool more = n > 0;

	for (size_t at = 0; more; at += PIECES_AT_ONCE * CSV_PIECE) {
		size_t all = (n - at + CSV_PIECE - 1) / CSV_PIECE, k;

		p->mark(text + at, all < PIECES_AT_ONCE ? all : PIECES_AT_ONCE, marked, marks);
		for (k = 0; more && k < PIECES_AT_ONCE; k++)
			more = take_piece(&w, at + k * CSV_PIECE, &marks[k], &ends[k]);
		to += p->place(ends, k, (uint32_t)at, to);
	}
	*out = w.found;
}

/* The bits of a word are counted often. */
#if defined(__x86_64__)
__attribute__((target("bmi,popcnt")))
#endif
static void
scan_counting(const struct csv_processor *p, const char *text, size_t n,
	const char marked[static 2], struct csv_scan *out)
{
	scan_by(p, text, n, marked, out);
}

void
csv_scan(const struct csv_processor *p, const char *text, size_t n, const char marked[static 2],
	struct csv_scan *out)
{
	if (p->counts)
		scan_counting(p, text, n, marked, out);
	else
		scan_by(p, text, n, marked, out);
}
