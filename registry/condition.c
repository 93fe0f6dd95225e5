/* SPDX-License-Identifier: Apache-2.0
 * When may an alias move? "METRIC OP BOUND", where OP is one of > >= < <= and BOUND is a number,
 * `current`, or `current + number` or `current - number`. */
#include "registry/store.h"

static int
malformed(const char *text, struct err *e)
{
	err_set(e, MLC_CONF_VALUE, "the condition `%.200s` could not be understood", text);
	return err_help(e,
		"write METRIC > BOUND (or >=, <, <=), where BOUND is a number, current, "
		"or current + 0.01");
}

/* Copies text[0..n) without blanks around it; false if it does not fit. */
static bool
trimmed(const char *text, size_t n, char *out, size_t cap)
{
	while (n > 0 && text[n - 1] == ' ')
		n--;
	while (n > 0 && *text == ' ') {
		text++;
		n--;
	}
	if (n >= cap)
		return false;
	memcpy(out, text, n);
	out[n] = '\0';
	return true;
}

/* "0.9", "current", "current + 0.01", "current-0.01" */
static int
parse_bound(const char *text, struct condition *out)
{
	static const char current[] = "current";
	char bound[64], rest[64], number[64];

	if (!trimmed(text, strlen(text), bound, sizeof bound))
		return -1;
	if (!str_starts(bound, current))
		return str_to_f64(bound, &out->number);
	out->current = true;
	text = bound + sizeof current - 1;
	if (!trimmed(text, strlen(text), rest, sizeof rest))
		return -1;
	if (!*rest)
		return 0;
	if ((*rest != '+' && *rest != '-') ||
		!trimmed(rest + 1, strlen(rest + 1), number, sizeof number) || *number == '+' ||
		*number == '-' || str_to_f64(number, &out->number) < 0)
		return -1;
	if (*rest == '-')
		out->number = -out->number;
	return 0;
}

int
condition__parse(const char *text, struct condition *out, struct err *e)
{
	size_t n = strcspn(text, "<>=");
	size_t op = strspn(text + n, "<>=");

	*out = (struct condition){0};
	if ((text[n] != '<' && text[n] != '>') || op > 2 || (op == 2 && text[n + 1] != '='))
		return malformed(text, e);
	memcpy(out->op, text + n, op);
	if (!trimmed(text, n, out->metric, sizeof out->metric) || !record_key_ok(out->metric) ||
		parse_bound(text + n + op, out) < 0 || out->number != out->number)
		return malformed(text, e);
	return 0;
}

bool
condition__holds(const struct condition *c, double own, double bound)
{
	if (c->op[0] == '>')
		return c->op[1] ? own >= bound : own > bound;
	return c->op[1] ? own <= bound : own < bound;
}
