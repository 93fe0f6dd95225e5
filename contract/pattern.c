/* SPDX-License-Identifier: Apache-2.0
 * Patterns of contracts: POSIX extended regular expressions, searched anywhere in the text (write ^
 * and $ for the whole of it), byte by byte in the C locale.
 *
 * ODCS means ECMA's dialect. Where the two read the same text differently the pattern is refused
 * rather than checked wrongly: \d, lookaheads, lazy quantifiers, backslashes inside [...]. */
#include "contract/rules.h"

#define DATE "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
#define TIME "([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\\.[0-9]+)?"
#define H "[0-9A-Fa-f]{1,4}"
#define IPV4 "((25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])\\.){3}(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])"
static const struct format {
	const char *name, *pattern;
} formats[] = {
	{"byte", "^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"}, /* base64 */
	{"date", DATE "$"},
	{"date-time", DATE "[Tt ]" TIME "([Zz]|[+-][0-9]{2}:[0-9]{2})$"},
	{"time", "^" TIME "([Zz]|[+-][0-9]{2}:[0-9]{2})?$"},
	{"email", "^[^@[:space:]]+@[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)+$"},
	{"hostname",
		"^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])"
		"?)*$"},
	{"ipv4", "^" IPV4 "$"},
	{"ipv6",
		"^((" H ":){7}" H "|(" H ":){1,7}:|(" H ":){1,6}:" H "|(" H ":){1,5}(:" H
		"){1,2}|(" H ":){1,4}(:" H "){1,3}|(" H ":){1,3}(:" H "){1,4}|(" H ":){1,2}(:" H
		"){1,5}|" H ":(:" H "){1,6}|:((:" H "){1,7}|:)|(" H ":){6}" IPV4 "|::(" H
		":){0,5}" IPV4 "|(" H ":){1,5}:" IPV4 ")$"},
	{"uri", "^[A-Za-z][A-Za-z0-9+.-]*:[^[:space:]]+$"},
	{"uuid", "^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$"},
};

#undef DATE
#undef TIME
#undef H
#undef IPV4

const char *
pattern_of_format(const char *format)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(*formats); i++)
		if (str_eq(format, formats[i].name))
			return formats[i].pattern;
	return NULL;
}

static bool
is_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* p is behind `[`. Gives the end of the bracket expression, or NULL and *why. */
static const char *
skip_bracket(const char *p, const char **why)
{
	p += *p == '^';
	p += *p == ']'; /* in the first place it is a character */
	while (*p && *p != ']') {
		if (*p == '\\') {
			*why = "inside [...] a backslash stands for itself; write the character "
			       "without it";
			return NULL;
		}
		if (*p == '[' && (p[1] == ':' || p[1] == '=' || p[1] == '.')) {
			const char *end = strchr(p + 2, ']');

			if (!end)
				return p + strlen(p);
			p = end;
		}
		p++;
	}
	return *p ? p + 1 : p; /* an open bracket is regcomp's to report */
}

/* Why POSIX would read the pattern differently than its author meant, or NULL. */
static const char *
dialect_trap(const char *p)
{
	const char *why = NULL;

	while (*p) {
		if (*p == '\\' && p[1]) {
			if (p[1] == 'd' || p[1] == 'D')
				return "write [0-9] for \\d and [^0-9] for \\D";
			if (is_alnum(p[1]) && !strchr("wWsSbB", p[1]))
				return "this escape has no meaning in POSIX expressions";
			p += 2;
		} else if (*p == '[') {
			p = skip_bracket(p + 1, &why);
			if (!p)
				return why;
		} else if (*p == '(' && p[1] == '?') {
			return "POSIX has no (?...) groups; plain (...) groups work";
		} else if (strchr("*+?}", *p) && (p[1] == '?' || p[1] == '+')) {
			return "POSIX has no lazy or possessive quantifiers";
		} else {
			p++;
		}
	}
	return NULL;
}

int
pattern_compile(regex_t *re, const char *text, struct err *e)
{
	const char *why = dialect_trap(text);
	char buf[160];
	int rc;

	if (why) {
		err_set(e, MLC_CONTRACT_FILE, "the pattern `%s` is no POSIX extended expression",
			text);
		return err_help(e, "%s", why);
	}
	rc = regcomp(re, text, REG_EXTENDED);
	if (rc == 0)
		return 0;
	(void)regerror(rc, re, buf, sizeof(buf));
	err_set(e, MLC_CONTRACT_FILE, "the pattern `%s` does not compile: %s", text, buf);
	return err_help(e, "patterns are POSIX extended regular expressions, as with `grep -E`");
}
