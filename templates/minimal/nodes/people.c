/* people: invents people, from the seed of the run. */
#include <mlflow-c/node.h>

/* The next of a sequence of numbers that look like chance (splitmix64). */
static uint64_t
draw(uint64_t *state)
{
	uint64_t x = *state += 0x9e3779b97f4a7c15u;

	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
	return x ^ (x >> 31);
}

static int
run(struct mlf_ctx *ctx)
{
	int64_t rows = mlf_param_i64(ctx, "rows");
	uint64_t state = mlf_seed(ctx);
	struct mlf_builder *b = mlf_build(ctx);
	int64_t *id = mlf_new_i64(b, "id", rows);
	double *age = mlf_new_f64(b, "age", rows);

	for (int64_t i = 0; i < rows; i++) {
		id[i] = i;
		age[i] = (double)(draw(&state) % 100);
	}
	return mlf_output(ctx, "table", mlf_finish(b));
}

static const struct mlf_node nodes[] = {{
	.name = "people",
	.help = "Invents people.",
	.outputs = (const struct mlf_port[]){{"table", MLF_TABLE, 0, "id and age"}, {0}},
	.params = (const struct mlf_param[]){{"rows", MLF_INT, "100", 1, 1e9, "how many"}, {0}},
	.run = run,
}};
MLF_PLUGIN("people", "1.0", nodes);
