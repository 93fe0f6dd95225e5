/* SPDX-License-Identifier: Apache-2.0
 * Fuzz target for model/recipe*.c: steps that anybody wrote (text that begins with [), and the recipe of a
 * stranger. Three promises:
 *
 *	1. any text gives a recipe or an error with a message;
 *	2. a recipe is written and read again as the same text;
 *	3. it can be applied to rows of all kinds, or says why not. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "model/recipe.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "broken promise: %s\n", what);
	abort();
}

enum { ROWS = 6 };
static const double numbers[ROWS] = {0, -1.5, NAN, 1e300, INFINITY, 3};
static const int64_t whole[ROWS] = {0, INT64_MIN, INT64_MAX, 1, 1, -7};
static const char *const texts[ROWS] = {"a", "", "b", NULL, "a", "\xc3\xa4"};

static void
add_column(struct mlf_builder *b, const char *name, enum mlf_type type)
{
	int c = mlf_add_column(b, name, type);
	for (int i = 0; i < ROWS; i++)
		if (type == MLF_F64)
			mlf_push_f64(b, c, numbers[i]);
		else if (type == MLF_BOOL)
			mlf_push_bool(b, c, i % 2);
		else if (type != MLF_UTF8)
			mlf_push_i64(b, c, whole[i]);
		else if (texts[i])
			mlf_push_str(b, c, texts[i], (int64_t)strlen(texts[i]));
		else
			mlf_push_null(b, c);
}

/* A table of the recipe's inputs; without one, of all types. */
static struct mlf_frame *
table(struct scope *sc, const struct recipe *r)
{
	static const char *const names[] = {"b", "i", "x", "s", "t"};
	struct mlf_builder *b = scope_builder(sc);
	for (size_t i = 0; r && i < r->n_inputs; i++)
		add_column(b, r->names[r->inputs[i].id], r->inputs[i].type);
	for (enum mlf_type t = MLF_BOOL; !r && t <= MLF_TIMESTAMP; t++)
		add_column(b, names[t - 1], t);
	if (!r)
		add_column(b, "y", MLF_BOOL);
	return mlf_finish(b);
}

static void
read_again(const struct recipe *r)
{
	struct str json = {0}, again = {0};
	struct recipe *back = NULL;
	struct err e = {0};
	recipe_write(r, &json);
	must(recipe_read(json.s, json.len, &back, &e) == 0, "what was written is read");
	recipe_write(back, &again);
	must(json.len == again.len && memcmp(json.s, again.s, json.len) == 0, "the same text");
	recipe_unref(back);
	str_fini(&json);
	str_fini(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct segs *segs = segs_new(SEGS_PRIVATE, 1);
	struct scope *sc = scope_new(segs);
	struct recipe *r = NULL;
	struct mlf_frame *out = NULL;
	struct err e = {0};
	char *text = mem_alloc(size + 1);
	memcpy(text, data, size);
	struct recipe_spec spec = {.steps = text, .target = "y", .seed = 1};
	int rc = size && *text == '[' ? recipe_fit(&spec, table(sc, NULL), sc, &out, &r, &e)
				      : recipe_read(text, size, &r, &e);
	must(rc == 0 || (e.code != 0 && *e.msg), "an error with a message");
	if (rc == 0) {
		read_again(r);
		rc = recipe_apply(r, table(sc, r), sc, &out, &e);
		must(rc == 0 ? mlf_rows(out) == ROWS || mlf_columns(out) == 0 : *e.msg != 0,
			"as many rows, or a reason");
	}
	must(!scope_error(sc), "no mistake with a frame");
	recipe_unref(r);
	free(text);
	scope_free(sc);
	segs_free(segs);
	return 0;
}
