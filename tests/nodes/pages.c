/* SPDX-License-Identifier: Apache-2.0
 * Nodes that tell where the memory of a table is: they log the mapping behind column `v`, and what
 * looking at all of it costs. */
#include <mlflow-c/node.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define ROWS (100ll << 17) /* of 8 bytes: 100 MiB */

/* The line of /proc/self/maps that holds p; empty if there is none. */
static void
find_mapping(const void *p, char line[256])
{
	FILE *f = fopen("/proc/self/maps", "r");
	while (f && fgets(line, 256, f)) {
		uintptr_t from, to;
		if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR, &from, &to) == 2 &&
			(uintptr_t)p >= from && (uintptr_t)p < to) {
			(void)fclose(f);
			return;
		}
	}
	if (f)
		(void)fclose(f);
	line[0] = '\0';
}

/* Logs rights, offset, device and inode of what is mapped at p. */
static void
tell_mapping(struct mlf_ctx *ctx, const void *p)
{
	char line[256], rights[8] = "", dev[16] = "";
	unsigned long long from, to, offset = 0, inode = 0;
	find_mapping(p, line);
	(void)sscanf(
		line, "%llx-%llx %7s %llx %15s %llu", &from, &to, rights, &offset, dev, &inode);
	mlf_log(ctx, "inode %llu offset %llx", inode, offset + (uintptr_t)p - (from & ~4095ull));
	mlf_log(ctx, "rights %s", rights);
}

/* Memory of this process that is its own and no file's, in KiB. */
static long
own_kib(void)
{
	char line[256];
	long kib = -1;
	FILE *f = fopen("/proc/self/status", "r");
	while (f && kib < 0 && fgets(line, sizeof(line), f))
		if (sscanf(line, "RssAnon: %ld", &kib) != 1)
			kib = -1;
	if (f)
		(void)fclose(f);
	return kib;
}

static int
write_pages(struct mlf_ctx *ctx)
{
	struct mlf_builder *b = mlf_build(ctx);
	double *v = mlf_new_f64(b, "v", ROWS);
	for (int64_t i = 0; i < ROWS; i++)
		v[i] = (double)i;
	tell_mapping(ctx, v);
	return mlf_output(ctx, "table", mlf_finish(b));
}

/* Adds a column beside `v`. */
static int
graft_pages(struct mlf_ctx *ctx)
{
	struct mlf_frame *in = mlf_input(ctx, "table");
	struct mlf_builder *b = mlf_build(ctx);
	mlf_graft(b, in, "v", "v");
	(void)mlf_new_i64(b, "w", mlf_rows(in));
	return mlf_output(ctx, "table", mlf_finish(b));
}

static int
read_pages(struct mlf_ctx *ctx)
{
	long before = own_kib();
	struct mlf_f64s v = mlf_f64(mlf_input(ctx, "table"), "v");
	double sum = 0;
	for (int64_t i = 0; i < v.n; i++)
		sum += v.v[i];
	tell_mapping(ctx, v.v);
	if (own_kib() - before > 8 << 10)
		mlf_log(ctx, "%ld KiB of its own", own_kib() - before);
	mlf_log(ctx, "%" PRId64 " rows, %s", v.n,
		sum == (double)(ROWS - 1) * (double)ROWS / 2 ? "all there"
							     : "not what was written");
	return 0;
}

/* Tries to write to the table it was lent. */
static int
scribble(struct mlf_ctx *ctx)
{
	struct mlf_f64s v = mlf_f64(mlf_input(ctx, "table"), "v");
	*(double *)(uintptr_t)v.v = 1;
	return 0;
}

static const struct mlf_port table[] = {{"table", MLF_TABLE, 0, "a column `v`"}, {0}};
static const struct mlf_node nodes[] = {
	{"write_pages", "Writes 100 MiB.", NULL, table, NULL, write_pages},
	{"graft_pages", "Takes them over.", table, table, NULL, graft_pages},
	{"read_pages", "Reads them.", table, NULL, NULL, read_pages},
	{"scribble", "Writes to its input.", table, NULL, NULL, scribble},
};
MLF_PLUGIN("pages", "1.0", nodes);
