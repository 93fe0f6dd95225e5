/* SPDX-License-Identifier: Apache-2.0
 * share: 40 columns of a thousand rows, filled by one thread or by two. */
#include <mlflow-c/node.h>
#include <mlflow-c/share.h>

enum { COLUMNS = 40, ROWS = 1000 };

struct piece {
	int64_t *to;
	int times; /* it was filled */
};

static void
fill(void *pieces, int k)
{
	struct piece *p = (struct piece *)pieces + k;
	for (int i = 0; i < ROWS; i++)
		p->to[i] += (int64_t)k * ROWS + i;
	p->times++;
}

static int
run(struct mlf_ctx *ctx)
{
	struct mlf_builder *b = mlf_build(ctx);
	struct piece pieces[COLUMNS] = {0};
	char name[8];
	for (int k = 0; k < COLUMNS; k++) {
		(void)snprintf(name, sizeof(name), "c%d", k);
		pieces[k].to = mlf_new_i64(b, name, ROWS);
	}
	mlf_share(COLUMNS, mlf_param_bool(ctx, "much"), fill, pieces);
	for (int k = 0; k < COLUMNS; k++)
		if (pieces[k].times != 1)
			return mlf_fail(ctx, "piece %d was done %d times", k, pieces[k].times);
	return mlf_output(ctx, "table", mlf_finish(b));
}

static const struct mlf_node nodes[] = {{
	.name = "share",
	.help = "Fills columns by one thread or by two.",
	.outputs = (const struct mlf_port[]){{"table", MLF_TABLE, 0, "40 columns"}, {0}},
	.params =
		(const struct mlf_param[]){{"much", MLF_BOOLEAN, "true", 0, 0, "two threads"}, {0}},
	.run = run,
}};
MLF_PLUGIN("share", "1.0", nodes);
