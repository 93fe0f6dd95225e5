/* SPDX-License-Identifier: Apache-2.0
 * JSON's two long tokens, texts and numbers: their grammar, and what they mean.
 *
 * Texts are scanned eight bytes at a time and copied in one piece when they hold no escape. Numbers
 * keep their digits as an integer while that is exact; only the rest needs a slower conversion. */
#include "base/json_scan.h"

#include <string.h>
#include "base/json_utf8.h"

enum { EXPONENT_MAX = 10000 }; /* written or by digits: beyond, numbers take the slow way */

bool
json__fail(struct jr *r, const char *at, const char *why)
{
	if (!r->bad) {
		r->bad = why;
		r->bad_at = at;
	}
	r->p = r->end;
	return false;
}

/* --- texts --------------------------------------------------------------------------------------- */

/* Bit 7 of a byte of the result is set if that byte of w is a quote, a backslash, a control
 * character or no ASCII (or lies above such a byte: good enough to find out whether there is one). */
static uint64_t
special(uint64_t w)
{
	const uint64_t ones = 0x0101010101010101, high = 0x8080808080808080;
	uint64_t quote = w ^ (ones * '"'), slash = w ^ (ones * '\\');

	return (w | (w - ones * 0x20) | (quote - ones) | (slash - ones)) & high;
}

static const char *
plain_run(const char *p, const char *end)
{
	uint64_t w;

	for (; end - p >= 8; p += 8) {
		memcpy(&w, p, 8);
		if (special(w))
			break;
	}
	while (p < end && *p >= 0x20 && *p != '"' && *p != '\\' && (unsigned char)*p < 0x80)
		p++;
	return p;
}

/* The value of four hex digits, or -1. */
static int
hex4(const char *p, const char *end)
{
	int v = 0;

	if (end - p < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		int c = (unsigned char)p[i], low = c | 0x20;

		if (c >= '0' && c <= '9')
			v = v * 16 + (c - '0');
		else if (low >= 'a' && low <= 'f')
			v = v * 16 + (low - 'a' + 10);
		else
			return -1;
	}
	return v;
}

/* The code point of the escape at p, which begins with a backslash, or -1; *len is its length. */
static int
escape(const char *p, const char *end, size_t *len)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *known;
	int high, low;

	*len = 2;
	if (end - p < 2)
		return -1;
	if (p[1] != 'u') {
		known = memchr(from, p[1], sizeof from - 1);
		return known ? to[known - from] : -1;
	}
	*len = 6;
	high = hex4(p + 2, end);
	if (high < 0xd800 || high > 0xdfff)
		return high;
	if (high > 0xdbff || end - p < 12 || p[6] != '\\' || p[7] != 'u')
		return -1;
	*len = 12;
	low = hex4(p + 8, end);
	if (low < 0xdc00 || low > 0xdfff)
		return -1;
	return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
}

/* The length of the escape or of the UTF-8 sequence at p; 0 if it is neither. */
static size_t
step(const char *p, const char *end)
{
	size_t n;

	if (*p == '\\')
		return escape(p, end, &n) < 0 ? 0 : n;
	return (unsigned char)*p < 0x80 ? 0 : json__utf8(p, end);
}

static const char *
why_no_step(const char *p)
{
	if (*p == '\\')
		return "this is no escape";
	return (unsigned char)*p < 0x80 ? "a text may not hold control characters"
					: "this is no UTF-8";
}

const char *
json__text(struct jr *r, size_t *len, bool *escaped)
{
	const char *start = r->p + 1, *p = start;
	size_t n;

	*escaped = false;
	while ((p = plain_run(p, r->end)) < r->end && *p != '"') {
		n = step(p, r->end);
		if (n == 0) {
			json__fail(r, p, why_no_step(p));
			return NULL;
		}
		*escaped = *escaped || *p == '\\';
		p += n;
	}
	if (p == r->end) {
		json__fail(r, start - 1, "the text has no closing quote");
		return NULL;
	}
	r->p = p + 1;
	*len = (size_t)(p - start);
	return start;
}

static void
add_utf8(struct str *out, int point)
{
	char b[4];
	size_t n = 0;

	if (point < 0x80) {
		b[n++] = (char)point;
	} else if (point < 0x800) {
		b[n++] = (char)(0xc0 | point >> 6);
	} else if (point < 0x10000) {
		b[n++] = (char)(0xe0 | point >> 12);
		b[n++] = (char)(0x80 | (point >> 6 & 0x3f));
	} else {
		b[n++] = (char)(0xf0 | point >> 18);
		b[n++] = (char)(0x80 | (point >> 12 & 0x3f));
		b[n++] = (char)(0x80 | (point >> 6 & 0x3f));
	}
	if (point >= 0x80)
		b[n++] = (char)(0x80 | (point & 0x3f));
	str_addn(out, b, n);
}

void
json__decode(struct str *out, const char *p, size_t len, bool escaped)
{
	const char *end = p + len, *slash;
	size_t n;

	str_reset(out);
	while (escaped && (slash = memchr(p, '\\', (size_t)(end - p)))) {
		str_addn(out, p, (size_t)(slash - p));
		add_utf8(out, escape(slash, end, &n));
		p = slash + n;
	}
	str_addn(out, p, (size_t)(end - p));
}

/* --- numbers ------------------------------------------------------------------------------------- */

/* Appends digits to *v, which wraps around after 19 of them. */
static const char *
scan_digits(const char *p, const char *end, uint64_t *v)
{
	uint64_t sum = *v;
	unsigned digit;

	for (; p < end && (digit = (unsigned)(*p - '0')) <= 9; p++)
		sum = sum * 10 + digit;
	*v = sum;
	return p;
}

/* True if the digits from p on, with at most one point among them, are a number below 10^19. */
static bool
is_short(const char *p, const char *end)
{
	if (end - p <= 19)
		return true;
	while (p < end && (*p == '0' || *p == '.'))
		p++;
	return end - p - (memchr(p, '.', (size_t)(end - p)) != NULL) <= 19;
}

/* The exponent behind the letter e; NULL if there is none. */
static const char *
scan_exponent(const char *p, const char *end, struct json_number *n)
{
	const char *first;
	bool minus;
	int v = 0;

	minus = p < end && *p == '-';
	if (p < end && (*p == '-' || *p == '+'))
		p++;
	first = p;
	for (; p < end && *p >= '0' && *p <= '9'; p++)
		v = v < EXPONENT_MAX ? v * 10 + (*p - '0') : v;
	n->exponent += minus ? -v : v;
	n->all = n->all && v < EXPONENT_MAX;
	return p > first ? p : NULL;
}

const char *
json__number(struct jr *r, struct json_number *n)
{
	const char *first = r->p + (*r->p == '-'), *end = r->end, *p, *point;

	*n = (struct json_number){.negative = *r->p == '-', .whole = true};
	p = scan_digits(first, end, &n->digits);
	if (p == first || (*first == '0' && p - first > 1))
		goto bad;
	if (p < end && *p == '.') {
		point = ++p;
		p = scan_digits(p, end, &n->digits);
		if (p == point)
			goto bad;
		n->whole = false;
		n->exponent = p - point < EXPONENT_MAX ? -(int)(p - point) : -EXPONENT_MAX;
	}
	n->all = is_short(first, p) && n->exponent > -EXPONENT_MAX;
	if (p < end && (*p | 0x20) == 'e') {
		n->whole = false;
		p = scan_exponent(p + 1, end, n);
		if (!p)
			goto bad;
	}
	return p;
bad:
	json__fail(r, r->p, "this is no number");
	return NULL;
}

/* Clinger's case: both operands are exact doubles, so one operation rounds once. */
bool
json__exact(const struct json_number *n, double *out)
{
	static const double tens[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
		1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
	double v = (double)n->digits;

	if (!n->all || n->digits > (uint64_t)1 << 53 || n->exponent < -22 || n->exponent > 22)
		return false;
	v = n->exponent < 0 ? v / tens[-n->exponent] : v * tens[n->exponent];
	*out = n->negative ? -v : v;
	return true;
}
