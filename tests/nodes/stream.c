/* SPDX-License-Identifier: Apache-2.0
 * Two nodes that work batch by batch, for files larger than memory: ingest passes rows on, clean leaves
 * out those whose balance is negative. */
#include <mlflow-c/node.h>

#include <stdlib.h>

static int
ingest(struct mlf_ctx *ctx)
{
	int64_t rows = 0;

	for (struct mlf_frame *f; (f = mlf_input_next(ctx, "table"));) {
		rows += mlf_rows(f);
		if (mlf_output_append(ctx, "table", f) < 0)
			return -1;
	}
	mlf_metric(ctx, "rows", (double)rows, 0);
	return 0;
}

static int
clean(struct mlf_ctx *ctx)
{
	int64_t kept = 0;

	for (struct mlf_frame *f; (f = mlf_input_next(ctx, "table"));) {
		struct mlf_f64s balance = mlf_f64(f, "balance");
		bool *keep = malloc((size_t)balance.n + 1);

		if (!keep)
			return mlf_fail(ctx, "no memory");
		for (int64_t i = 0; i < balance.n; i++) {
			keep[i] = balance.v[i] >= 0;
			kept += keep[i];
		}
		f = mlf_filter(f, keep);
		free(keep);
		if (mlf_output_append(ctx, "table", f) < 0)
			return -1;
	}
	mlf_metric(ctx, "kept", (double)kept, 0);
	return 0;
}

static const struct mlf_port in[] = {{"table", MLF_TABLE, 0, "rows"}, {0}};
static const struct mlf_port out[] = {{"table", MLF_TABLE, 0, "rows"}, {0}};
static const struct mlf_node nodes[] = {
	{"ingest", "Passes rows on.", in, out, NULL, ingest},
	{"clean", "Leaves out negative balances.", in, out, NULL, clean},
};
MLF_PLUGIN("stream", "1.0", nodes);
