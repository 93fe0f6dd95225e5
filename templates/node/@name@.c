/* @name@: @description@ */
#include <mlflow-c/node.h>

static int
run(struct mlf_ctx *ctx)
{
	struct mlf_frame *in = mlf_input(ctx, "table");
	struct mlf_builder *b = mlf_build(ctx);

	/* Columns that stay as they are. New ones: mlf_new_f64(b, "name", mlf_rows(in)) and its sisters. */
	for (int c = 0; c < mlf_columns(in); c++)
		mlf_graft(b, in, mlf_column_name(in, c), mlf_column_name(in, c));
	return mlf_output(ctx, "table", mlf_finish(b));
}

static const struct mlf_node nodes[] = {{
	.name = "@name@",
	.help = "@description@",
	.inputs = (const struct mlf_port[]){{"table", MLF_TABLE, 0, "a table"}, {0}},
	.outputs = (const struct mlf_port[]){{"table", MLF_TABLE, 0, "a table"}, {0}},
	/* key, type, default (NULL: must be given), smallest, largest, help */
	.params = (const struct mlf_param[]){{0}},
	.run = run,
}};
MLF_PLUGIN("@name@", "1.0", nodes);
