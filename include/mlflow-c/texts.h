/* SPDX-License-Identifier: Apache-2.0
 * mlflow-c: texts as they should have been: without blanks around them, in one case. */
#ifndef MLFLOW_C_TEXTS_H
#define MLFLOW_C_TEXTS_H

#include <ctype.h>
#include <mlflow-c/tools.h>
#include <stdlib.h>

struct mlf_edits {
	bool trim, lower, upper, squeeze, empty;
};

/* Reads a word of `trim lower upper squeeze empty_to_null`, or a list of them, named in errors: 0 or -1. */
static inline int
mlf_edits_read(struct mlf_ctx *ctx, const struct mlf_value *v, struct mlf_edits *out)
{
	const struct mlf_value *list = v->kind == MLF_LIST ? v->items : v;
	int64_t n = v->kind == MLF_LIST ? v->n : 1;
	*out = (struct mlf_edits){0};
	for (int64_t i = 0; i < n; i++) {
		const char *t = list[i].text;
		out->trim |= strcmp(t, "trim") == 0;
		out->lower |= strcmp(t, "lower") == 0;
		out->upper |= strcmp(t, "upper") == 0;
		out->squeeze |= strcmp(t, "squeeze") == 0;
		out->empty |= strcmp(t, "empty_to_null") == 0;
		if (!strstr(" trim lower upper squeeze empty_to_null ", t) || strlen(t) < 4)
			return mlf_fail(ctx,
				"text.%s: `%s` is none of trim, squeeze, lower, upper, "
				"empty_to_null",
				v->key, t);
	}
	return 0;
}

/* Edits a text into `to`, which holds at least s.len bytes; returns the length. Case is that of ASCII letters;
 * other characters stay as they are. */
static inline int64_t
mlf_edit(const struct mlf_edits *e, struct mlf_str s, char *to)
{
	int64_t n = 0;
	if (e->trim || e->squeeze) {
		for (; s.len && isspace((unsigned char)*s.s); s.s++)
			s.len--;
		while (s.len && isspace((unsigned char)s.s[s.len - 1]))
			s.len--;
	}
	for (int64_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.s[i];
		if (e->squeeze && isspace(c) && n && to[n - 1] == ' ')
			continue;
		if (e->squeeze && isspace(c))
			c = ' ';
		bool letter = c < 128 && isalpha(c);
		c = (unsigned char)(letter && e->lower ? c | 32 : letter && e->upper ? c & ~32 : c);
		to[n++] = (char)c;
	}
	return n;
}

/* The column that `how` is called after, edited as it says: 0 or -1. */
static inline int
mlf_edit_column(struct mlf_ctx *ctx, struct mlf_builder *out, struct mlf_frame *in,
	const struct mlf_value *how)
{
	struct mlf_edits e;
	struct mlf_strs c = mlf_utf8(in, how->key);
	if (mlf_edits_read(ctx, how, &e) < 0)
		return -1;
	int column = mlf_add_column(out, how->key, MLF_UTF8);
	int64_t most = 0;
	for (int64_t i = 0; i < c.n; i++)
		if (mlf_str_at(&c, i).len > most)
			most = mlf_str_at(&c, i).len;
	char *to = malloc((size_t)most + 1);
	if (!to)
		return mlf_fail(ctx, "no memory for a text");
	for (int64_t i = 0; i < c.n; i++) {
		int64_t len =
			mlf_is_null(c.valid, c.off, i) ? -1 : mlf_edit(&e, mlf_str_at(&c, i), to);
		if (len < 0 || (len == 0 && e.empty))
			mlf_push_null(out, column);
		else
			mlf_push_str(out, column, to, len);
	}
	free(to);
	return 0;
}

#endif
