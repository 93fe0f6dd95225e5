/* SPDX-License-Identifier: Apache-2.0
 * example: the node to copy. It rescales one column of a table to lie between 0 and 1.
 *
 *	(1) cp nodes/example.c nodes/my_node.c
 *	(2) Change the name at the two places marked (2) below; it is what pipeline.yml calls.
 *	(3) Declare what goes in, what comes out and what can be set, in the table at the end. The
 *	    program checks pipelines and parameters against it and shows it in `node describe`.
 *	(4) Write run(). It is called once a run, in a process of its own.
 *	(5) make, and name it in conf/base/pipeline.yml:
 *	        - {name: rescale, plugin: my_node, inputs: people, outputs: people_scaled}
 *
 * Nothing here is freed, because all that the host hands out is the host's, and hardly anything is
 * checked, because mistakes are sticky: after the first one every call is harmless, and the node
 * fails with its message when run() returns. */
#include <mlflow-c/node.h>

#include <math.h>

static int
run(struct mlf_ctx *ctx)
{
	/* Inputs and parameters go by the names declared below. */
	struct mlf_frame *in = mlf_input(ctx, "table");
	const char *name = mlf_param_str(ctx, "column");

	/* A view is a look at one column: v[i], valid for rows that are not null. If there is no such
	 * column, every row is null, and the node is going to fail with a message that says so. */
	struct mlf_f64s x = mlf_f64(in, name);
	double low = INFINITY, high = -INFINITY;
	for (int64_t i = 0; i < x.n; i++) {
		if (mlf_is_null(x.valid, x.off, i))
			continue;
		low = fmin(low, x.v[i]);
		high = fmax(high, x.v[i]);
	}
	/* What only you can know is wrong, you say yourself. */
	if (low > high)
		return mlf_fail(ctx, "column %s holds no values", name);

	/* A new table: all other columns are taken over without a copy, ours is filled anew. */
	struct mlf_builder *b = mlf_build(ctx);
	for (int c = 0; c < mlf_columns(in); c++)
		if (c != mlf_find(in, name))
			mlf_graft(b, in, mlf_column_name(in, c), mlf_column_name(in, c));
	double *scaled = mlf_new_f64(b, name, x.n);
	for (int64_t i = 0; i < x.n; i++)
		if (mlf_is_null(x.valid, x.off, i))
			mlf_set_null(b, name, i);
		else
			scaled[i] = high > low ? (x.v[i] - low) / (high - low) : 0;

	/* Numbers worth keeping become metrics of the run; lines go to the node's log. */
	mlf_metric(ctx, "low", low, 0);
	mlf_metric(ctx, "high", high, 0);
	mlf_log(ctx, "%s lay between %g and %g", name, low, high);

	/* Give every declared output, and return what that returns. */
	return mlf_output(ctx, "table", mlf_finish(b));
}

static const struct mlf_node nodes[] = {{
	.name = "example", /* (2) */
	.help = "Rescales one column to lie between 0 and 1.",
	/* (3) Ports: name, kind, flags (MLF_OPTIONAL: may stay unconnected), help. */
	.inputs = (const struct mlf_port[]){{"table", MLF_TABLE, 0, "a table"}, {0}},
	.outputs = (const struct mlf_port[]){{"table", MLF_TABLE, 0, "the same, rescaled"}, {0}},
	/* Parameters: key, type, default (NULL: must be given), smallest, largest, help. */
	.params =
		(const struct mlf_param[]){
			{"column", MLF_STR, NULL, 0, 0, "the column to rescale"}, {0}},
	.run = run,
}};
MLF_PLUGIN("example", "1.0", nodes); /* (2): the name of the file */
