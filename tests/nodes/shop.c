/* SPDX-License-Identifier: Apache-2.0
 * The nodes of a small shop, for sessions: every type of column, every kind of value between nodes.
 *
 *	orders -> (table) -> convert -> (table) -> total -> (json) -> letter -> (text)
 */
#include <mlflow-c/node.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Row i of `who`: what csv finds hard, and a null. */
static void
push_who(struct mlf_builder *b, int column, int64_t i)
{
	static const char *const names[] = {
		"Ada", "O\"Hara, Bo", "", "Zoë\nJr.", NULL, " spaced ", "no", "1"};
	const char *name = names[i % 8];
	if (name)
		mlf_push_str(b, column, name, (int64_t)strlen(name));
	else
		mlf_push_null(b, column);
}

static int
orders(struct mlf_ctx *ctx)
{
	struct mlf_builder *b = mlf_build(ctx);
	int64_t rows = mlf_param_i64(ctx, "rows"), day = 86400000000;
	int id = mlf_add_column(b, "id", MLF_I64), who = mlf_add_column(b, "who", MLF_UTF8);
	int amount = mlf_add_column(b, "amount", MLF_F64),
	    paid = mlf_add_column(b, "paid", MLF_BOOL);
	int when = mlf_add_column(b, "when", MLF_TIMESTAMP);
	for (int64_t i = 0; i < rows; i++) {
		mlf_push_i64(b, id, i + 1);
		push_who(b, who, i);
		if (i % 5 == 3)
			mlf_push_null(b, amount);
		else
			mlf_push_f64(b, amount, (double)(i + 1) / 3);
		mlf_push_bool(b, paid, i % 2 == 0);
		mlf_push_i64(b, when, mlf_now(ctx) / 86400000 * day + i * 1000001);
	}
	mlf_log(ctx, "%" PRId64 " orders in %s", rows, mlf_param_str(ctx, "currency"));
	mlf_tag(ctx, "currency", mlf_param_str(ctx, "currency"));
	return mlf_output(ctx, "table", mlf_finish(b));
}

static int
convert(struct mlf_ctx *ctx)
{
	struct mlf_frame *in = mlf_input(ctx, "table");
	double rate = mlf_param_f64(ctx, "rate");
	struct mlf_f64s amount = mlf_f64(in, "amount");
	struct mlf_builder *b = mlf_build(ctx);
	mlf_graft(b, in, "id", "id");
	mlf_graft(b, in, "who", "customer");
	double *euros = mlf_new_f64(b, "euros", amount.n);
	for (int64_t i = 0; i < amount.n; i++)
		if (mlf_is_null(amount.valid, amount.off, i))
			mlf_set_null(b, "euros", i);
		else
			euros[i] = amount.v[i] * rate;
	return mlf_output(ctx, "table", mlf_finish(b));
}

/* Reads batch by batch. */
static int
total(struct mlf_ctx *ctx)
{
	char json[256];
	const char *column = mlf_param_str(ctx, "column");
	int64_t rows = 0, nulls = 0;
	double sum = 0;
	for (struct mlf_frame *f; (f = mlf_input_next(ctx, "table"));) {
		struct mlf_f64s v = mlf_f64(f, column);
		for (int64_t i = 0; i < v.n; i++)
			if (mlf_is_null(v.valid, v.off, i))
				nulls++;
			else
				sum += v.v[i];
		rows += v.n;
	}
	mlf_metric(ctx, "total", sum, 0);
	int n = snprintf(json, sizeof(json),
		"{\"rows\": %" PRId64 ", \"nulls\": %" PRId64 ", \"total\": %.17g}", rows, nulls,
		sum);
	return mlf_output_bytes(ctx, "report", json, (size_t)n);
}

static int
letter(struct mlf_ctx *ctx)
{
	char text[512];
	size_t len;
	const char *report = mlf_input_bytes(ctx, "report", &len);
	struct mlf_frame *table = mlf_input(ctx, "table");
	int n = snprintf(text, sizeof(text), "%s\n%s\n%s\nseed %s\n",
		mlf_param_str(ctx, "greeting"), report ? report : "nothing",
		table ? "with a table" : "without a table", mlf_seed(ctx) ? "set" : "zero");
	mlf_artifact(ctx, "letter.txt", text, (size_t)n);
	return mlf_output_bytes(ctx, "text", text, (size_t)n);
}

/* Says what of its environment a node sees. */
static int
environment(struct mlf_ctx *ctx)
{
	extern char **environ;
	char cwd[4096];
	for (char **e = environ; *e; e++)
		mlf_log(ctx, "%s", *e);
	mlf_log(ctx, "in %s", getcwd(cwd, sizeof(cwd)));
	return 0;
}

static const struct mlf_port table_in[] = {{"table", MLF_TABLE, 0, "orders"}, {0}};
static const struct mlf_port table_out[] = {{"table", MLF_TABLE, 0, "orders"}, {0}};
static const struct mlf_port report_out[] = {{"report", MLF_JSON, 0, "sum and counts"}, {0}};
static const struct mlf_port letter_in[] = {{"report", MLF_JSON, 0, "sum and counts"},
	{"table", MLF_TABLE, MLF_OPTIONAL, "what was sold"}, {0}};
static const struct mlf_port letter_out[] = {{"text", MLF_TEXT, 0, "the letter"}, {0}};

static const struct mlf_param orders_params[] = {
	{"rows", MLF_INT, "5", 0, 1000000, "how many"},
	{"currency", MLF_STR, "usd", 0, 0, "what the amounts are in"},
	{0},
};
static const struct mlf_param convert_params[] = {
	{"rate", MLF_FLOAT, NULL, 0.01, 100, "euros for one"},
	{0},
};
static const struct mlf_param total_params[] = {
	{"column", MLF_STR, "euros", 0, 0, "what to add up"},
	{0},
};
static const struct mlf_param letter_params[] = {
	{"greeting", MLF_STR, "Hello", 0, 0, "the first line"},
	{"polite", MLF_BOOLEAN, "true", 0, 0, "whether to be polite"},
	{"extra", MLF_ANY, "[]", 0, 0, "anything else"},
	{0},
};

static const struct mlf_node nodes[] = {
	{"orders", "Invents orders.", NULL, table_out, orders_params, orders},
	{"convert", "Converts amounts to euros.", table_in, table_out, convert_params, convert},
	{"total", "Adds up a column.", table_in, report_out, total_params, total},
	{"letter", "Writes a letter about a report.", letter_in, letter_out, letter_params, letter},
	{"environment", "Logs its environment.", NULL, NULL, NULL, environment},
};
MLF_PLUGIN("shop", "1.0", nodes);
