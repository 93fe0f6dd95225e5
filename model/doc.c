/* SPDX-License-Identifier: Apache-2.0
 * Which of the two readers a document needs, and what both lack: lists of numbers, and the NaN and
 * Infinity that are no JSON, but that XGBoost writes. */
#include "model/doc.h"

#include <math.h>

bool
doc_is_binary(const char *data, size_t len)
{
	/* JSON goes on with a key, an end or space; UBJSON with the type of a key's length */
	return len > 1 && data[0] == '{' && memchr("iUIlL#$N", data[1], 8);
}

/* Words that are no JSON, and what reads as the same in single precision. */
static const struct {
	const char *word, *number;
} words[] = {{"NaN", "null"}, {"Infinity", "1e39"}};

/* Copies the text; outside of strings, words are replaced. */
static void
add_plain(struct str *out, const char *p, const char *end)
{
	for (bool quoted = false; p < end;) {
		size_t i = 0, left = (size_t)(end - p);
		if (*p == '"')
			quoted = !quoted;
		while (i < 2 &&
			(quoted || left < strlen(words[i].word) ||
				memcmp(p, words[i].word, strlen(words[i].word)) != 0))
			i++;
		if (i < 2) {
			str_add(out, words[i].number);
			p += strlen(words[i].word);
			continue;
		}
		if (*p == '\\' && quoted && p + 1 < end)
			str_addc(out, *p++);
		str_addc(out, *p++);
	}
}

void
doc_init(struct doc *d, const char *data, size_t len)
{
	*d = (struct doc){.binary = doc_is_binary(data, len)};
	if (d->binary) {
		ubj_init(&d->u, data, len);
		return;
	}
	if (memmem(data, len, "NaN", 3) || memmem(data, len, "Infinity", 8)) {
		add_plain(&d->plain, data, data + len);
		data = d->plain.s;
		len = d->plain.len;
	}
	jr_init(&d->j, data, len);
}

bool
doc_object(struct doc *d)
{
	return d->binary ? ubj_object(&d->u) : jr_object(&d->j);
}

bool
doc_array(struct doc *d)
{
	return d->binary ? ubj_array(&d->u) : jr_array(&d->j);
}

bool
doc_next(struct doc *d, const char **key)
{
	return d->binary ? ubj_next(&d->u, key) : jr_next(&d->j, key);
}

const char *
doc_str(struct doc *d)
{
	return d->binary ? ubj_str(&d->u) : jr_str(&d->j);
}

double
doc_f64(struct doc *d)
{
	if (d->binary)
		return ubj_f64(&d->u);
	return jr_peek(&d->j) == J_BOOL ? jr_bool(&d->j) : jr_f64(&d->j);
}

bool
doc_numbers(struct doc *d, struct numbers *out)
{
	const char *key;
	out->n = 0;
	if (!doc_array(d))
		return false;
	while (doc_next(d, &key)) {
		if (out->n == out->cap)
			out->v = mem_grow(out->v, &out->cap, out->n + 1, sizeof(*out->v));
		out->v[out->n++] = doc_f64(d);
	}
	return !doc_bad(d);
}

double
doc_number_text(struct doc *d)
{
	const char *s = doc_str(d);
	double v;
	return s && str_to_f64(s, &v) == 0 ? v : NAN;
}

bool
doc_bad(const struct doc *d)
{
	return d->binary ? d->u.bad : d->j.bad;
}

void
doc_fini(struct doc *d)
{
	if (d->binary)
		ubj_fini(&d->u);
	else
		jr_fini(&d->j);
	str_fini(&d->plain);
}

int
doc_done(struct doc *d, struct err *e)
{
	int rc = d->binary ? ubj_done(&d->u, e) : jr_done(&d->j, e);
	str_fini(&d->plain);
	return rc;
}
