/* SPDX-License-Identifier: Apache-2.0
 * The classes of a target: finding them in a column, naming them, writing them down.
 *
 * Invariant: labels ascend and are distinct, so that a model does not depend on the order of the rows. */
#include "model/labels.h"

#include <stdlib.h>
#include <string.h>
#include "model/flavor.h"

enum { NEAR = 4096 };

/* A column of labels, whatever its type. */
struct label_column {
	const char *name;
	enum mlf_type type;
	int64_t n;
	struct mlf_i64s numbers;
	struct mlf_bools bits;
	struct mlf_strs texts;
};
/* One value of it. */
struct label {
	int64_t number;
	struct mlf_str text;
};

static int
open_column(struct mlf_frame *f, const char *name, struct label_column *c, struct err *e)
{
	*c = (struct label_column){.name = name, .n = mlf_rows(f)};
	c->type = mlf_column_type(f, mlf_find(f, name));
	switch (c->type) {
	case MLF_I64: c->numbers = mlf_i64(f, name); return 0;
	case MLF_BOOL: c->bits = mlf_bool(f, name); return 0;
	case MLF_UTF8: c->texts = mlf_utf8(f, name); return 0;
	default: break;
	}
	return err_set(e, MLC_MODEL, "target `%s` is %s; classes must be bool, int64 or utf8", name,
		type_name(c->type));
}

static struct label
value(const struct label_column *c, int64_t i)
{
	struct label v = {0, {"", 0}};
	if (c->type == MLF_I64)
		v.number = c->numbers.v[i];
	else if (c->type == MLF_BOOL)
		v.number = mlf_bool_at(&c->bits, i);
	else
		v.text = mlf_str_at(&c->texts, i);
	return v;
}

static int
compare_text(struct mlf_str a, const char *b)
{
	size_t len = strlen(b), shorter = (size_t)a.len < len ? (size_t)a.len : len;
	int order = memcmp(a.s, b, shorter);
	if (order)
		return order;
	return ((size_t)a.len > len) - ((size_t)a.len < len);
}

static int
compare(const struct labels *l, struct label v, size_t i)
{
	if (l->texts)
		return compare_text(v.text, l->texts[i]);
	return (v.number > l->numbers[i]) - (v.number < l->numbers[i]);
}

/* Where v stands, or would stand. */
static size_t
place(const struct labels *l, struct label v)
{
	size_t low = 0, high = l->n;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (compare(l, v, middle) > 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool
is_there(const struct labels *l, struct label v, size_t at)
{
	return at < l->n && compare(l, v, at) == 0;
}

static void
insert(struct labels *l, struct label v, size_t at, struct arena *a)
{
	size_t behind = l->n++ - at;
	if (l->texts) {
		memmove(l->texts + at + 1, l->texts + at, behind * sizeof(*l->texts));
		l->texts[at] = arena_strndup(a, v.text.s, (size_t)v.text.len);
	} else {
		memmove(l->numbers + at + 1, l->numbers + at, behind * sizeof(*l->numbers));
		l->numbers[at] = v.number;
	}
}

static void
labels_init(struct labels *l, enum mlf_type type, struct arena *a)
{
	*l = (struct labels){.type = type};
	if (type == MLF_UTF8)
		l->texts = arena_alloc(a, (LABELS_MAX + 1) * sizeof(*l->texts));
	else
		l->numbers = arena_alloc(a, (LABELS_MAX + 1) * sizeof(*l->numbers));
}

static int
collect(const struct label_column *c, struct arena *a, struct labels *l, struct err *e)
{
	size_t at = 0;
	for (int64_t i = 0; i < c->n; i++) {
		struct label v = value(c, i);
		if (is_there(l, v, at) || is_there(l, v, at = place(l, v)))
			continue;
		if (l->n == LABELS_MAX) {
			err_set(e, MLC_MODEL, "target `%s` has more than %d values", c->name,
				LABELS_MAX);
			return err_help(e,
				c->type == MLF_I64
					? "if it is a number and no class, say so in the options"
					: "classes that are so many cannot be told apart");
		}
		if (c->type == MLF_UTF8 && memchr(v.text.s, 0, (size_t)v.text.len))
			return err_set(e, MLC_MODEL,
				"target `%s` holds a NUL character in row %lld", c->name,
				(long long)i + 1);
		insert(l, v, at, a);
	}
	return 0;
}

/* Whole numbers that lie near each other, which most labels are, are marked in a table in place of being
 * searched. false: they do not, or there are too many. */
static bool
find_near(const struct label_column *c, struct labels *l, double *y)
{
	const int64_t *v = c->numbers.v;
	int64_t low = v[0], high = v[0];
	uint16_t place_of[NEAR] = {0};
	size_t n = 0;
	for (int64_t i = 1; i < c->n; i++) {
		low = v[i] < low ? v[i] : low;
		high = v[i] > high ? v[i] : high;
	}
	if ((uint64_t)high - (uint64_t)low >= NEAR)
		return false;
	for (int64_t i = 0; i < c->n; i++)
		place_of[v[i] - low] = 1;
	for (int64_t k = 0; k <= high - low; k++)
		n += place_of[k];
	if (n > LABELS_MAX)
		return false;
	for (int64_t k = 0; k <= high - low; k++)
		if (place_of[k]) {
			place_of[k] = (uint16_t)l->n;
			l->numbers[l->n++] = low + k;
		}
	for (int64_t i = 0; i < c->n; i++)
		y[i] = place_of[v[i] - low];
	return true;
}

int
labels_find(struct mlf_frame *f, const char *name, struct arena *a, struct labels *out, double *y,
	struct err *e)
{
	struct label_column c;
	if (open_column(f, name, &c, e) < 0)
		return -1;
	labels_init(out, c.type, a);
	bool found = c.type == MLF_I64 && find_near(&c, out, y);
	if (!found && collect(&c, a, out, e) < 0)
		return -1;
	if (out->n < 2)
		return err_set(e, MLC_MODEL,
			"target `%s` is %s in every row; at least two classes are needed", name,
			labels_text(out, 0, a));
	return found ? 0 : labels_apply(f, name, out, y, e);
}

static int
complain_new(const struct label_column *c, int64_t i, struct err *e)
{
	struct label v = value(c, i);
	if (c->type == MLF_UTF8)
		err_set(e, MLC_MODEL,
			"target `%s` is `%.*s` in row %lld, which the model does not know", c->name,
			v.text.len < 100 ? (int)v.text.len : 100, v.text.s, (long long)i + 1);
	else
		err_set(e, MLC_MODEL,
			"target `%s` is %lld in row %lld, which the model does not know", c->name,
			(long long)v.number, (long long)i + 1);
	return err_help(e, "a model keeps its classes: train one with all of them");
}

int
labels_apply(
	struct mlf_frame *f, const char *name, const struct labels *l, double *y, struct err *e)
{
	struct label_column c;
	size_t at = 0;
	if (open_column(f, name, &c, e) < 0)
		return -1;
	if (c.type != l->type)
		return err_set(e, MLC_MODEL, "target `%s` is %s, and the model's classes are %s",
			name, type_name(c.type), type_name(l->type));
	for (int64_t i = 0; i < c.n; i++) {
		struct label v = value(&c, i);
		if (!is_there(l, v, at) && !is_there(l, v, at = place(l, v)))
			return complain_new(&c, i, e);
		y[i] = (double)at;
	}
	return 0;
}

void
labels_copy(const struct labels *l, struct arena *a, struct labels *out)
{
	*out = *l;
	if (l->numbers) {
		out->numbers = arena_alloc(a, l->n * sizeof(*l->numbers));
		memcpy(out->numbers, l->numbers, l->n * sizeof(*l->numbers));
	}
	if (l->texts) {
		out->texts = arena_alloc(a, l->n * sizeof(*l->texts));
		for (size_t i = 0; i < l->n; i++)
			out->texts[i] = arena_strdup(a, l->texts[i]);
	}
}

const char *
labels_text(const struct labels *l, size_t i, struct arena *a)
{
	if (l->type == MLF_UTF8)
		return l->texts[i];
	if (l->type == MLF_BOOL)
		return l->numbers[i] ? "true" : "false";
	return arena_printf(a, "%lld", (long long)l->numbers[i]);
}

int
labels_index(const struct labels *l, const char *text)
{
	struct label v = {0, {text, (int64_t)strlen(text)}};
	if (l->type == MLF_BOOL && (str_eq(text, "true") || str_eq(text, "false")))
		v.number = str_eq(text, "true");
	else if (l->type != MLF_UTF8 && str_to_i64(text, &v.number) < 0)
		return -1;
	size_t at = place(l, v);
	return is_there(l, v, at) ? (int)at : -1;
}

void
labels_push(const struct labels *l, size_t i, struct mlf_builder *b, int column)
{
	if (l->type == MLF_UTF8)
		mlf_push_str(b, column, l->texts[i], (int64_t)strlen(l->texts[i]));
	else
		mlf_push_i64(b, column, l->numbers[i]);
}

size_t
labels_scores(const struct labels *l, struct arena *a, const char **names)
{
	if (l->n <= 2) {
		names[0] = "score";
		return 1;
	}
	for (size_t i = 0; i < l->n; i++)
		names[i] = arena_printf(a, "score_%s", labels_text(l, i, a));
	return l->n;
}

void
labels_outputs(const struct labels *l, enum mlf_type type, struct mlf_model *m)
{
	const char **names = arena_alloc(&m->arena, (l->n + 1) * sizeof(*names));
	struct sig_column *out = arena_alloc(&m->arena, (l->n + 1) * sizeof(*out));
	out[0] = (struct sig_column){"prediction", l->n ? type : MLF_F64};
	m->outputs = out;
	m->n_outputs = 1;
	for (size_t i = 0, n = l->n ? labels_scores(l, &m->arena, names) : 0; i < n; i++)
		out[m->n_outputs++] = (struct sig_column){names[i], MLF_F64};
}

/* ---- as JSON */

void
labels_write(const struct labels *l, struct jw *w)
{
	jw_array(w);
	for (size_t i = 0; i < l->n; i++)
		if (l->texts)
			jw_str(w, l->texts[i]);
		else
			jw_i64(w, l->numbers[i]);
	jw_end(w, ']');
}

/* Reads one label behind those that there are. */
static bool
read_label(struct labels *l, struct arena *a, struct jr *r)
{
	struct label v = {0, {"", 0}};
	if (l->n == LABELS_MAX)
		return false;
	if (!l->texts) {
		v.number = jr_i64(r);
		if (l->type == MLF_BOOL && v.number != 0 && v.number != 1)
			return false;
	} else {
		const char *text = jr_str(r);
		if (!text)
			return false;
		v.text = (struct mlf_str){text, (int64_t)strlen(text)};
	}
	if (r->bad || place(l, v) != l->n)
		return false;
	insert(l, v, l->n, a);
	return true;
}

bool
labels_read(struct labels *l, enum mlf_type type, struct arena *a, struct jr *r)
{
	const char *key;
	if ((type != MLF_BOOL && type != MLF_I64 && type != MLF_UTF8) || !jr_array(r))
		return false;
	labels_init(l, type, a);
	while (jr_next(r, &key))
		if (!read_label(l, a, r))
			return false;
	return l->n > 0;
}
