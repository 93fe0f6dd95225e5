/* greet: says who is an adult. */
#include <mlflow-c/node.h>

static int
run(struct mlf_ctx *ctx)
{
	struct mlf_frame *in = mlf_input(ctx, "table");
	struct mlf_f64s age = mlf_f64(in, "age");
	double from = mlf_param_f64(ctx, "adult_from");
	struct mlf_builder *b = mlf_build(ctx);
	int64_t adults = 0;

	for (int c = 0; c < mlf_columns(in); c++)
		mlf_graft(b, in, mlf_column_name(in, c), mlf_column_name(in, c));
	int adult = mlf_add_column(b, "adult", MLF_BOOL);
	for (int64_t i = 0; i < age.n; i++) {
		if (mlf_is_null(age.valid, age.off, i)) {
			mlf_push_null(b, adult);
			continue;
		}
		mlf_push_bool(b, adult, age.v[i] >= from);
		adults += age.v[i] >= from;
	}
	mlf_metric(ctx, "adults", (double)adults, 0);
	return mlf_output(ctx, "table", mlf_finish(b));
}

static const struct mlf_node nodes[] = {{
	.name = "greet",
	.help = "Says who is an adult.",
	.inputs = (const struct mlf_port[]){{"table", MLF_TABLE, 0, "people with `age`"}, {0}},
	.outputs = (const struct mlf_port[]){{"table", MLF_TABLE, 0, "the same, with `adult`"}, {0}},
	.params = (const struct mlf_param[]){
		{"adult_from", MLF_FLOAT, "18", 0, 150, "years"}, {0}},
	.run = run,
}};
MLF_PLUGIN("greet", "1.0", nodes);
