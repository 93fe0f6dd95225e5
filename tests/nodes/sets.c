/* SPDX-License-Identifier: Apache-2.0
 * Nodes with several outputs each, all of which carry the parameter k: whether a set of outputs is old,
 * new or mixed can be seen from them. */
#include <mlflow-c/node.h>

#include <inttypes.h>

/* Three outputs; `rows` is large enough for more than one write of a file, if asked for. */
static int
make(struct mlf_ctx *ctx)
{
	char doc[64];
	int64_t rows = mlf_param_i64(ctx, "rows"), k = mlf_param_i64(ctx, "k");
	for (int port = 0; port < 2; port++) {
		struct mlf_builder *b = mlf_build(ctx);
		int64_t *part = mlf_new_i64(b, "part", rows), *v = mlf_new_i64(b, "k", rows);
		for (int64_t i = 0; i < rows; i++) {
			part[i] = port ? i % 2 : i;
			v[i] = k;
		}
		if (mlf_output(ctx, port ? "parts" : "table", mlf_finish(b)) < 0)
			return -1;
	}
	int n = snprintf(doc, sizeof(doc), "{\"k\": %" PRId64 "}", k);
	return mlf_output_bytes(ctx, "doc", doc, (size_t)n);
}

/* Passes a table on and says in a document what k it had. */
static int
join(struct mlf_ctx *ctx)
{
	char doc[64];
	struct mlf_frame *one = mlf_input(ctx, "one"), *two = mlf_input(ctx, "two");
	struct mlf_i64s a = mlf_i64(one, "k"), b = mlf_i64(two, "k");
	int n = snprintf(doc, sizeof(doc), "{\"k\": %" PRId64 "}", a.v[0] == b.v[0] ? a.v[0] : -1);
	if (mlf_output(ctx, "table", one) < 0)
		return -1;
	return mlf_output_bytes(ctx, "doc", doc, (size_t)n);
}

static const struct mlf_port make_out[] = {{"table", MLF_TABLE, 0, "k in every row"},
	{"parts", MLF_TABLE, 0, "the same, in two parts"}, {"doc", MLF_JSON, 0, "k"}, {0}};
static const struct mlf_port join_in[] = {
	{"one", MLF_TABLE, 0, "a table"}, {"two", MLF_TABLE, 0, "another"}, {0}};
static const struct mlf_port join_out[] = {
	{"table", MLF_TABLE, 0, "the first"}, {"doc", MLF_JSON, 0, "the k of both, or -1"}, {0}};
static const struct mlf_param make_params[] = {
	{"k", MLF_INT, "1", 0, 1000, "what all outputs carry"},
	{"rows", MLF_INT, "6", 2, 1000000, "of each table"},
	{0},
};
static const struct mlf_node nodes[] = {
	{"make", "Gives three outputs.", NULL, make_out, make_params, make},
	{"join", "Gives two outputs.", join_in, join_out, NULL, join},
};
MLF_PLUGIN("sets", "1.0", nodes);
