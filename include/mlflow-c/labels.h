/* SPDX-License-Identifier: Apache-2.0
 * mlflow-c: the values of columns as small numbers: classes, groups, slices. The value that comes first is
 * 0, the next other one 1, and so on; a number and its text are the same value.
 *
 *	struct mlf_labels l = {0};
 *	int64_t class = mlf_label(&l, &cells, row, true);     // -1: no memory
 *	... l.n, l.names[class] ...
 *	mlf_labels_free(&l); */
#ifndef MLFLOW_C_LABELS_H
#define MLFLOW_C_LABELS_H

#include <mlflow-c/tools.h>
#include <stdlib.h>

/* A value as it was met: a text, or the bits of a number. */
struct mlf_met {
	uint64_t hash, bits;
	int64_t label; /* + 1; 0: free */
	bool text;
};
struct mlf_labels {
	char **names;
	int64_t n, cap;
	struct mlf_met *met;
	uint64_t n_met, slots;
};

static inline void
mlf_labels_free(struct mlf_labels *l)
{
	for (int64_t i = 0; i < l->n; i++)
		free(l->names[i]);
	free(l->names);
	free(l->met);
	memset(l, 0, sizeof(*l));
}

/* A cell as people read it, into 40 bytes; texts are not for this. Returns the length. */
static inline int
mlf_cell_show(const struct mlf_cells *c, int64_t i, char *to)
{
	if (c->type == MLF_BOOL)
		return snprintf(to, 40, mlf_bool_at(&c->bools, i) ? "true" : "false");
	if (c->type == MLF_I64)
		return snprintf(to, 40, "%lld", (long long)(int64_t)c->v[i]);
	if (c->type == MLF_F64) {
		double x = mlf_cell_number(c, i);
		int len = snprintf(to, 40, "%.15g", x);
		return strtod(to, NULL) == x ? len : snprintf(to, 40, "%.17g", x);
	}
	int64_t us = (int64_t)c->v[i], second = us / 1000000 - (us % 1000000 < 0);
	int64_t day = second / 86400 - (second % 86400 < 0), of_day = second - day * 86400;
	int64_t z = day + 719468, era = (z >= 0 ? z : z - 146096) / 146097, doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
	int64_t month = mp < 10 ? mp + 3 : mp - 9, year = yoe + era * 400 + (month <= 2);
	return snprintf(to, 40, "%04lld-%02d-%02dT%02d:%02d:%02dZ", (long long)year, (int)month,
		(int)(doy - (153 * mp + 2) / 5 + 1), (int)(of_day / 3600), (int)(of_day / 60 % 60),
		(int)(of_day % 60));
}

static inline bool
mlf_labels_grow(struct mlf_labels *l)
{
	uint64_t slots = l->slots ? 2 * l->slots : 64;
	struct mlf_met *met = calloc(slots, sizeof(*met));
	if (!met)
		return false;
	for (uint64_t i = 0; i < l->slots; i++) {
		uint64_t at = l->met[i].hash & (slots - 1);
		while (l->met[i].label && met[at].label)
			at = (at + 1) & (slots - 1);
		if (l->met[i].label)
			met[at] = l->met[i];
	}
	free(l->met);
	l->met = met;
	l->slots = slots;
	return true;
}

/* A new name; -1 without memory. */
static inline int64_t
mlf_labels_name(struct mlf_labels *l, struct mlf_str s)
{
	if (l->n == l->cap) {
		int64_t cap = l->cap ? 2 * l->cap : 16;
		char **names = realloc(l->names, (size_t)cap * sizeof(*names));
		if (!names)
			return -1;
		l->names = names;
		l->cap = cap;
	}
	char *name = malloc((size_t)s.len + 1);
	if (!name)
		return -1;
	memcpy(name, s.s, (size_t)s.len);
	name[s.len] = '\0';
	l->names[l->n] = name;
	return l->n++;
}

/* The slot of a value: taken by it, or free. */
static inline struct mlf_met *
mlf_labels_slot(const struct mlf_labels *l, const struct mlf_met *m, struct mlf_str s)
{
	uint64_t at = m->hash & (l->slots - 1);
	for (;; at = (at + 1) & (l->slots - 1)) {
		struct mlf_met *slot = &l->met[at];
		if (!slot->label)
			return slot;
		if (slot->hash != m->hash || slot->text != m->text)
			continue;
		const char *name = l->names[slot->label - 1];
		if (m->text ? (int64_t)strlen(name) == s.len &&
					memcmp(name, s.s, (size_t)s.len) == 0
			    : slot->bits == m->bits)
			return slot;
	}
}

/* The label of a text; -1 if it is not there and `add` is false, or without memory. */
static inline int64_t
mlf_label_text(struct mlf_labels *l, struct mlf_str s, bool add)
{
	struct mlf_met m = {.hash = mlf_text_hash(s), .text = true};
	if (2 * (l->n_met + 1) > l->slots && !mlf_labels_grow(l))
		return -1;
	struct mlf_met *slot = mlf_labels_slot(l, &m, s);
	if (slot->label || !add)
		return slot->label - 1;
	int64_t label = mlf_labels_name(l, s);
	m.label = label + 1;
	*slot = m;
	l->n_met += label >= 0;
	return label;
}

/* The label of a cell that is not null, likewise. */
static inline int64_t
mlf_label(struct mlf_labels *l, const struct mlf_cells *c, int64_t i, bool add)
{
	if (c->type == MLF_UTF8)
		return mlf_label_text(l, mlf_str_at(&c->strs, i), add);
	struct mlf_met m = {.bits = mlf_cell_bits(c, i)};
	struct mlf_str none = {"", 0};
	char text[40];
	m.hash = mlf_mix(m.bits, (uint64_t)c->type);
	if (2 * (l->n_met + 2) > l->slots && !mlf_labels_grow(l))
		return -1;
	struct mlf_met *slot = mlf_labels_slot(l, &m, none);
	if (slot->label)
		return slot->label - 1;
	struct mlf_str s = {text, mlf_cell_show(c, i, text)};
	int64_t label = mlf_label_text(l, s, add);
	if (label < 0)
		return -1;
	m.label = label + 1;
	*mlf_labels_slot(l, &m, none) = m;
	l->n_met++;
	return label;
}

/* The row of the most frequent value among the rows that are not in `out`; of equals, of the one that came
 * first; -1 if there is none, or no memory. Null and NaN are no values. */
static inline int64_t
mlf_mode_row(const struct mlf_cells *c, const uint8_t *out)
{
	struct mlf_labels l = {0};
	int64_t *count = calloc((size_t)c->n + 1, 2 * sizeof(*count)), best = -1;
	int64_t *first = count ? count + c->n + 1 : NULL;
	for (int64_t i = 0; count && i < c->n; i++) {
		double x = c->type == MLF_F64 ? mlf_cell_number(c, i) : 0;
		bool none = out[i] || mlf_cell_null(c, i) || x != x;
		int64_t k = none ? -1 : mlf_label(&l, c, i, true);
		if (k >= 0 && count[k]++ == 0)
			first[k] = i;
	}
	for (int64_t k = 0; k < l.n; k++)
		if (best < 0 || count[k] > count[best])
			best = k;
	int64_t row = best < 0 ? -1 : first[best];
	mlf_labels_free(&l);
	free(count);
	return row;
}

#endif
