/* SPDX-License-Identifier: Apache-2.0
 * The columns of mlflow-c predict: what the model needs must be there and of its kind, and what is
 * written has every name once.
 *
 *	in:   the columns of the input, all or those of --keep, as they are
 *	out:  behind them those of the model: prediction, score, ...; then model_name, model_version, run_id */
#include "cmd/predict.h"

static const char *const about_model[] = {"model_name", "model_version", "run_id"};
enum { ABOUT = sizeof(about_model) / sizeof(about_model[0]) };

#define SHOWN_MAX 8 /* missing columns that a message names */

/* ---- what the model needs */

static bool
is_number(enum mlf_type type)
{
	return type == MLF_F64 || type == MLF_I64 || type == MLF_BOOL;
}

static void
names_of(struct mlf_frame *in, struct map *names)
{
	for (int i = 0; i < mlf_columns(in); i++)
		map_put(names, mlf_column_name(in, i), names);
}

/* The header of a plain CSV file is where a missing column is missing. */
static void
at_header(const struct scoring *s, struct err *e)
{
	if (str_ends(s->from, ".csv"))
		err_at(e, &(struct place){.file = s->from, .line = 1, .col = 1}, "");
}

static int
missing(const struct scoring *s, struct mlf_frame *in, struct err *e)
{
	size_t n, gone = 0;
	const struct sig_column *need = model_inputs(s->with->model, &n);
	const char *first = NULL;
	struct map names = {0};
	struct str list = {0}, which = {0};

	names_of(in, &names);
	for (size_t i = 0; i < n; i++) {
		if (mlf_find(in, need[i].name) >= 0)
			continue;
		if (gone++ < SHOWN_MAX)
			str_addf(&list, "%s`%s`", gone > 1 ? ", " : "", need[i].name);
		if (!first && map_near(&names, need[i].name))
			first = need[i].name;
	}
	if (gone) {
		chosen_show(s->with, &which);
		err_set(e, MLC_MODEL, "%s needs column%s %s%s, which `%s` does not have", which.s,
			gone == 1 ? "" : "s", list.s, gone > SHOWN_MAX ? ", ..." : "",
			scoring_input(s));
		at_header(s, e);
		if (first)
			err_help(e, "is `%s` meant by `%s`?", first, map_near(&names, first));
		else
			err_help(e, "give the columns that it was trained with");
	}
	map_fini(&names);
	str_fini(&list);
	str_fini(&which);
	return gone ? -1 : 0;
}

/* A file that has types may have others than the model was trained with. */
static int
check_types(const struct scoring *s, struct mlf_frame *in, struct err *e)
{
	size_t n;
	const struct sig_column *need = model_inputs(s->with->model, &n);

	for (size_t i = 0; i < n; i++) {
		enum mlf_type type = mlf_column_type(in, mlf_find(in, need[i].name));

		if (type == need[i].type || (is_number(type) && is_number(need[i].type)))
			continue;
		err_set(e, MLC_MODEL, "column `%s` of `%s` is %s, and the model wants %s",
			need[i].name, scoring_input(s), type_name(type), type_name(need[i].type));
		return err_help(e, "convert the column to what the model was trained with");
	}
	return 0;
}

/* ---- what is carried over */

static int
unknown_keep(const struct scoring *s, struct mlf_frame *in, const char *name, struct err *e)
{
	struct map names = {0};
	const char *near;

	names_of(in, &names);
	near = map_near(&names, name);
	err_set(e, MLC_USAGE, "--keep: `%s` has no column `%s`", scoring_input(s), name);
	if (near)
		err_help(e, "did you mean `%s`?", near);
	else
		err_help(e, "its first column is `%s`", mlf_column_name(in, 0));
	map_fini(&names);
	return -1;
}

static int
choose_named(
	const struct scoring *s, struct mlf_frame *in, struct score_columns *out, struct err *e)
{
	char *list = mem_strdup(s->keep), *rest = list;
	struct map seen = {0};
	size_t cap = 0;
	int rc = 0;

	for (char *name; rc == 0 && (name = strsep(&rest, ","));) {
		int i = mlf_find(in, name);

		if (!*name)
			continue;
		if (i < 0)
			rc = unknown_keep(s, in, name, e);
		else if (!map_put(&seen, name, &seen))
			rc = err_set(e, MLC_USAGE, "--keep names column `%s` twice", name);
		out->carried = mem_grow(out->carried, &cap, out->n + 1, sizeof(*out->carried));
		out->carried[out->n++] = i;
	}
	map_fini(&seen);
	free(list);
	return rc;
}

static void
choose_all(struct mlf_frame *in, struct score_columns *out)
{
	out->n = (size_t)mlf_columns(in);
	out->carried = mem_alloc((out->n + 1) * sizeof(*out->carried));
	for (size_t i = 0; i < out->n; i++)
		out->carried[i] = (int)i;
}

static int
taken(const char *name, struct err *e)
{
	err_set(e, MLC_USAGE, "there would be two columns `%s`", name);
	return err_help(
		e, "leave it out of --keep, or name those of the model apart: --prefix new_");
}

/* Every name of the output once. */
static int
check_names(
	const struct scoring *s, struct mlf_frame *in, const struct score_columns *c, struct err *e)
{
	size_t n;
	const struct sig_column *gives = model_outputs(s->with->model, &n);
	struct map names = {0};
	struct str name = {0};
	int rc = 0;

	for (size_t i = 0; i < c->n; i++)
		map_put(&names, mlf_column_name(in, c->carried[i]), &names);
	for (size_t i = 0; rc == 0 && i < n + (s->with_model ? ABOUT : 0); i++) {
		str_reset(&name);
		str_addf(&name, "%s%s", s->prefix ? s->prefix : "",
			i < n ? gives[i].name : about_model[i - n]);
		if (!map_put(&names, name.s, &names))
			rc = taken(name.s, e);
	}
	map_fini(&names);
	str_fini(&name);
	return rc;
}

int
score_columns_make(
	const struct scoring *s, struct mlf_frame *in, struct score_columns *out, struct err *e)
{
	if (missing(s, in, e) < 0 || check_types(s, in, e) < 0)
		return -1;
	if (!s->keep)
		choose_all(in, out);
	else if (choose_named(s, in, out, e) < 0)
		return -1;
	return check_names(s, in, out, e);
}

void
score_columns_fini(struct score_columns *c)
{
	free(c->carried);
}

/* ---- a batch of the output */

static void
add_about(const struct scoring *s, struct mlf_builder *b, int64_t rows)
{
	const char *prefix = s->prefix ? s->prefix : "", *run = s->with->run_id;
	char name[3][300];

	for (size_t i = 0; i < ABOUT; i++)
		(void)snprintf(name[i], sizeof(name[i]), "%.250s%s", prefix, about_model[i]);
	int model = mlf_add_column(b, name[0], MLF_UTF8);
	int version = mlf_add_column(b, name[1], MLF_I64);
	int id = mlf_add_column(b, name[2], MLF_UTF8);
	for (int64_t i = 0; i < rows; i++) {
		mlf_push_str(b, model, s->with->name, (int64_t)strlen(s->with->name));
		if (s->with->version)
			mlf_push_i64(b, version, s->with->version);
		else
			mlf_push_null(b, version);
		if (run)
			mlf_push_str(b, id, run, (int64_t)strlen(run));
		else
			mlf_push_null(b, id);
	}
}

int
score_columns_join(const struct scoring *s, const struct score_columns *c, struct mlf_frame *in,
	struct mlf_frame *said, struct frame **out, struct err *e)
{
	struct scope *sc = scope_of(in);
	struct mlf_builder *b = scope_builder(sc);
	struct str name = {0};

	for (size_t i = 0; i < c->n; i++)
		mlf_graft(b, in, mlf_column_name(in, c->carried[i]), NULL);
	for (int i = 0; i < mlf_columns(said); i++) {
		str_reset(&name);
		str_addf(&name, "%s%s", s->prefix ? s->prefix : "", mlf_column_name(said, i));
		mlf_graft(b, said, mlf_column_name(said, i), name.s);
	}
	if (s->with_model)
		add_about(s, b, mlf_rows(in));
	*out = frame_of(mlf_finish(b));
	str_fini(&name);
	if (!scope_error(sc))
		return 0;
	*e = *scope_error(sc);
	return -1;
}
