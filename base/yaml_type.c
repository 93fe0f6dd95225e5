/* SPDX-License-Identifier: Apache-2.0
 * The core schema of YAML 1.2: what a plain scalar means.
 *
 *	null   nothing, ~, null, Null, NULL          bool   true, True, TRUE, false, False, FALSE
 *	int    [-+]?[0-9]+, 0o[0-7]+, 0x[0-9a-fA-F]+
 *	float  [-+]?(.[0-9]+ | [0-9]+(.[0-9]*)?)([eE][-+]?[0-9]+)?, [-+]?.inf, .nan (three spellings)
 *
 * All else is text: yes, no, on, 12:30, 1_000 and dates too. A number that int64_t or double cannot
 * hold is refused, since both changing it and calling it text would be silent. No message quotes a
 * value: it may be a secret, and only the caller knows. */
#include "base/yaml_parts.h"

#include <math.h>
#include <string.h>

static bool
is_one_of(const char *s, const char *const *words)
{
	for (; *words; words++)
		if (strcmp(s, *words) == 0)
			return true;
	return false;
}

/* null and booleans */
static bool
type_word(struct ynode *n)
{
	static const char *const nulls[] = {"", "~", "null", "Null", "NULL", NULL};
	static const char *const trues[] = {"true", "True", "TRUE", NULL};
	static const char *const falses[] = {"false", "False", "FALSE", NULL};

	if (is_one_of(n->text, nulls)) {
		n->kind = Y_NULL;
		return true;
	}
	n->v.b = is_one_of(n->text, trues);
	if (!n->v.b && !is_one_of(n->text, falses))
		return false;
	n->kind = Y_BOOL;
	return true;
}

static bool
type_special(struct ynode *n)
{
	static const char *const infs[] = {".inf", ".Inf", ".INF", NULL};
	static const char *const nans[] = {".nan", ".NaN", ".NAN", NULL};
	const char *s = n->text;
	bool sign = *s == '-' || *s == '+';

	if (is_one_of(s + sign, infs))
		n->v.f = *s == '-' ? -(double)INFINITY : (double)INFINITY;
	else if (is_one_of(s, nans))
		n->v.f = (double)NAN;
	else
		return false;
	n->kind = Y_FLOAT;
	return true;
}

static int
too_large(const struct ynode *n, const char *type, struct err *e)
{
	err_set(e, MLC_CONF_VALUE, "the number does not fit %s", type);
	err_at(e, &n->at, "");
	return err_help(e, "if it is text, put it in quotes");
}

/* 0x1F and 0o17: 1 if it is one, 0 if it is something else. */
static int
type_based(struct ynode *n, struct err *e)
{
	static const char digits[] = "0123456789abcdef0123456789ABCDEF";
	const char *s = n->text;
	unsigned base = s[0] != '0' ? 0 : s[1] == 'x' ? 16 : s[1] == 'o' ? 8 : 0;
	const char *known = digits, *at;
	int64_t v = 0;

	if (base == 0 || !s[2])
		return 0;
	for (s += 2; *s; s++) {
		at = strchr(known, *s);
		if (!at || (at - known) % 16 >= base)
			return 0;
	}
	for (s = n->text + 2; *s; s++) {
		if (v > INT64_MAX / base)
			return too_large(n, "64 bits", e);
		v = v * base + (strchr(known, *s) - known) % 16;
	}
	n->kind = Y_INT;
	n->v.i = v;
	return 1;
}

/* Y_INT, Y_FLOAT, or Y_STR if s is no decimal number. */
static enum ykind
decimal_kind(const char *s)
{
	enum ykind kind = Y_INT;
	size_t whole, part = 0, exponent;

	s += *s == '-' || *s == '+';
	whole = strspn(s, "0123456789");
	s += whole;
	if (*s == '.') {
		kind = Y_FLOAT;
		part = strspn(++s, "0123456789");
		s += part;
	}
	if (whole + part == 0)
		return Y_STR;
	if (*s == 'e' || *s == 'E') {
		kind = Y_FLOAT;
		s++;
		s += *s == '-' || *s == '+';
		exponent = strspn(s, "0123456789");
		if (exponent == 0)
			return Y_STR;
		s += exponent;
	}
	return *s ? Y_STR : kind;
}

int
yaml__type(struct ynode *n, struct err *e)
{
	int based;

	n->kind = Y_STR;
	/* most texts cannot be anything else, by their first character */
	if (n->text[0] && !strchr("~nNtTfF.+-0123456789", n->text[0]))
		return 0;
	if (type_word(n) || type_special(n))
		return 0;
	based = type_based(n, e);
	if (based != 0)
		return based < 0 ? -1 : 0;
	n->kind = decimal_kind(n->text);
	if (n->kind == Y_INT && str_to_i64(n->text, &n->v.i) != 0)
		return too_large(n, "64 bits", e);
	if (n->kind == Y_FLOAT && str_to_f64(n->text, &n->v.f) != 0)
		return too_large(n, "a double", e);
	return 0;
}
