/* SPDX-License-Identifier: Apache-2.0
 * What must not get into the record because its name says so.
 *
 *	*_password, *_token, *_secret	always, also without what stands before the last word
 *	*_key				from 8 characters on: keys of maps and columns are shorter
 *	any				a URL with a password in it */
#include "base/base.h"

#include <ctype.h>
#include <strings.h>

/* postgres://user:password@host */
static bool
has_url_password(const char *line, size_t len)
{
	const char *at = memmem(line, len, "://", 3);
	bool colon = false;

	for (size_t i = at ? (size_t)(at - line) + 3 : len; i < len; i++) {
		if (line[i] == '@')
			return colon;
		if (strchr("/ \t\"'", line[i]))
			return false;
		colon |= line[i] == ':';
	}
	return false;
}

bool
secret_by_name(const char *name, const char *value)
{
	static const char *const words[] = {"password", "token", "secret"};
	const char *dot = strrchr(name, '.');
	const char *last = dot ? dot + 1 : name, *word = strrchr(last, '_');
	word = word ? word + 1 : last;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcasecmp(word, words[i]) == 0)
			return true;
	if (value && has_url_password(value, strlen(value)))
		return true;
	return word > last && strcasecmp(word, "key") == 0 && (!value || strlen(value) >= 8);
}

static bool
is_name_char(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '.' || c == '-';
}

/* However the words of the name are joined: dbPassword, db-passwd, APIKEY. */
static bool
ends_secretly(const char *name)
{
	static const char *const words[] = {"password", "passwd", "passphrase", "token", "secret",
		"apikey", "api-key", "accesskey", "access-key", "privatekey", "private-key"};
	size_t n = strlen(name);

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		size_t w = strlen(words[i]);

		if (n >= w && strcasecmp(name + n - w, words[i]) == 0)
			return true;
	}
	return false;
}

/* Of `name: value` or `name=value`, also in quotes, what stands on both sides of the sign. A reference
 * or nothing is no secret. */
static bool
is_secret_at(const char *line, size_t len, size_t sign)
{
	char name[65], value[65];
	size_t from, to = sign, v = 0;
	bool quoted = false;

	while (to > 0 && strchr("\"' \t", line[to - 1]))
		to--;
	for (from = to; from > 0 && to - from < sizeof(name) - 1 && is_name_char(line[from - 1]);)
		from--;
	(void)snprintf(name, sizeof(name), "%.*s", (int)(to - from), line + from);
	for (size_t i = sign + 1; i < len && v < sizeof(value) - 1; i++) {
		quoted |= !v && strchr("\"'", line[i]);
		if (v || !strchr("\"' \t", line[i]))
			value[v++] = line[i];
	}
	value[v] = '\0';
	return from < to && v && (quoted || !strchr("#$*,}", *value)) &&
		(secret_by_name(name, value) || ends_secretly(name));
}

static bool
line_has_secret(const char *line, size_t len)
{
	if (has_url_password(line, len))
		return true;
	for (size_t i = 0; i < len; i++)
		if ((line[i] == ':' || line[i] == '=') && is_secret_at(line, len, i))
			return true;
	return false;
}

bool
secret_in_text(const char *text, size_t len)
{
	while (len) {
		const char *end = memchr(text, '\n', len);
		size_t n = end ? (size_t)(end - text) : len;

		if (line_has_secret(text, n))
			return true;
		n += end != NULL;
		text += n;
		len -= n;
	}
	return false;
}
