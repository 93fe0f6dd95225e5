/* SPDX-License-Identifier: Apache-2.0
 * predict: scores a table with a model, batch by batch, and writes into every row which version of which model
 * said it, and when.
 *
 *	keys | prediction, score, ... | model_name, model_version, run_id, scored_at */
#include <mlflow-c/keys.h>

/* What is the same in all rows. */
struct origin {
	struct mlf_version version;
	int64_t now_us;
};

static void
add_text(struct mlf_builder *b, const char *name, const char *text, int64_t rows)
{
	int column = mlf_add_column(b, name, MLF_UTF8);
	int64_t len = text ? (int64_t)strlen(text) : 0;
	for (int64_t i = 0; i < rows; i++)
		if (text)
			mlf_push_str(b, column, text, len);
		else
			mlf_push_null(b, column);
}

static void
add_origin(struct mlf_builder *b, const struct origin *o, int64_t rows)
{
	add_text(b, "model_name", o->version.name, rows);
	int64_t *version = mlf_new_i64(b, "model_version", rows);
	for (int64_t i = 0; i < rows; i++)
		if (o->version.version)
			version[i] = o->version.version;
		else
			mlf_set_null(b, "model_version", i);
	add_text(b, "run_id", o->version.run_id, rows);
	int64_t *at = mlf_new_timestamp(b, "scored_at", rows);
	for (int64_t i = 0; i < rows; i++)
		at[i] = o->now_us;
}

static void
graft_keys(struct mlf_builder *b, struct mlf_frame *f, const struct mlf_value *keys)
{
	if (strcmp(keys->text, "*") == 0)
		for (int k = 0; k < mlf_columns(f); k++)
			mlf_graft(b, f, mlf_column_name(f, k), mlf_column_name(f, k));
	else if (keys->kind == MLF_WORD)
		mlf_graft(b, f, keys->text, keys->text);
	for (int64_t k = 0; k < keys->n; k++)
		mlf_graft(b, f, keys->items[k].text, keys->items[k].text);
}

static int
run(struct mlf_ctx *ctx)
{
	const struct mlf_value *keys = mlf_param_value(ctx, "keys");
	struct mlf_model *model = mlf_input_model(ctx, "model");
	struct origin origin = {.now_us = mlf_now(ctx) * 1000};
	int64_t rows = 0, silent = 0;
	if (keys->kind != MLF_LIST && keys->kind != MLF_WORD)
		return mlf_fail(ctx, "`keys` must be a list of columns, or \"*\"");
	mlf_model_version(ctx, "model", &origin.version);
	for (struct mlf_frame *f; (f = mlf_input_next(ctx, "table"));) {
		struct mlf_builder *b = mlf_build_beside(ctx, f);
		struct mlf_frame *said = mlf_predict(ctx, model, f);
		graft_keys(b, f, keys);
		for (int k = 0; k < mlf_columns(said); k++)
			mlf_graft(b, said, mlf_column_name(said, k), mlf_column_name(said, k));
		if (mlf_columns(said))
			silent += mlf_cells_at(said, 0).nulls;
		add_origin(b, &origin, mlf_rows(f));
		rows += mlf_rows(f);
		if (mlf_output_append(ctx, "table", mlf_finish(b)) < 0)
			return -1;
		mlf_progress(ctx, rows, 0);
	}
	mlf_metric(ctx, "scored_rows", (double)(rows - silent), 0);
	mlf_metric(ctx, "unscored_rows", (double)silent, 0);
	if (origin.version.name)
		mlf_log(ctx, "%lld rows scored by %s version %lld", (long long)rows,
			origin.version.name, (long long)origin.version.version);
	else
		mlf_log(ctx, "%lld rows scored by a model that is not registered", (long long)rows);
	return 0;
}

static const struct mlf_node nodes[] = {{
	.name = "predict",
	.help = "Scores a table with a model, and says in every row which version it was.",
	.inputs = (const struct mlf_port[]){{"model", MLF_MODEL, 0,
						    "the model, as of the catalog: a folder, or "
						    "models:/NAME@ALIAS"},
		{"table", MLF_TABLE, 0, "rows to score"}, {0}},
	.outputs =
		(const struct mlf_port[]){
			{"table", MLF_TABLE, 0, "keys, predictions, and where they are from"}, {0}},
	.params =
		(const struct mlf_param[]){
			{"keys", MLF_ANY, NULL, 0, 0,
				"columns to take along: a list, or \"*\" for all"},
			{0}},
	.run = run,
}};
MLF_PLUGIN("predict", "1.0", nodes);
