/* SPDX-License-Identifier: Apache-2.0
 * mlflow-c node run: one node alone, on files, in this process; with --gdb under the debugger. */
#include "cmd/node.h"

#include <unistd.h>

struct node_run_args {
	struct param_opts params; /* first, see TAKES_PARAMS */
	const char *in, *out;
	bool gdb;
};

/* Splits "port=file,port=file" in place. */
static int
split(char *list, struct alone_file *files, size_t room, size_t *n, struct err *e)
{
	for (char *item = list, *next; item && *item; item = next) {
		next = strchr(item, ',');
		if (next)
			*next++ = '\0';
		char *eq = strchr(item, '=');
		if (!eq || *n == room)
			return err_set(e, MLC_USAGE, "`%s` should be PORT=FILE", item);
		*eq = '\0';
		files[(*n)++] = (struct alone_file){item, eq + 1};
	}
	return 0;
}

/* Runs this very command line again under gdb. */
static int
debug(struct app *a, struct err *e)
{
	const struct node_run_args *args = a->opts;
	const char *argv[16] = {"gdb", "--args", "/proc/self/exe", "node", "run", a->args[0]};
	char self[4096];
	int n = 6;
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);
	if (len > 0) {
		self[len] = '\0';
		argv[2] = self;
	}
	const char *const pairs[][2] = {{"--in", args->in}, {"--out", args->out},
		{"--params", args->params.params}, {"--conf", a->g.conf}};
	for (size_t i = 0; i < 4; i++)
		if (pairs[i][1]) {
			argv[n++] = pairs[i][0];
			argv[n++] = pairs[i][1];
		}
	(void)execvp("gdb", (char *const *)(uintptr_t)argv);
	err_errno(e, MLC_USAGE, "cannot run gdb");
	return err_help(e, "install it: apt-get install gdb");
}

/* Where the metrics of the node go. */
struct answer {
	bool json;
	struct jw w;
};

static void
show_metric(void *arg, const char *key, double value)
{
	struct answer *to = arg;
	if (to->json)
		jw_kv_f64(&to->w, key, value);
	else
		(void)printf("%s\t%.17g\n", key, value);
}

static int
run_alone(struct app *a, const struct plugin_arg *plugin, struct err *e)
{
	const struct node_run_args *args = a->opts;
	struct alone_file in[64], out[64];
	struct str text = {0};
	struct answer to = {.json = a->g.json};
	char *in_list = mem_strdup(args->in), *out_list = mem_strdup(args->out);
	struct alone_opts o = {.project = a->project,
		.plugin = plugin->path,
		.node = plugin->node ? plugin->node : plugin->file,
		.in = in,
		.out = out,
		.now_ms = clock_now_ms(&a->clock),
		.metric = show_metric,
		.arg = &to};
	if (to.json) {
		answer_begin(a, &to.w, &text);
		jw_object(&to.w);
		jw_key(&to.w, "metrics");
		jw_object(&to.w);
	}
	int rc = split(in_list, in, 64, &o.n_in, e) < 0 || split(out_list, out, 64, &o.n_out, e) < 0
		? -1
		: node_run_alone(&o, e);
	if (rc == 0 && to.json) {
		jw_end(&to.w, '}');
		jw_end(&to.w, '}');
		answer_end(&to.w, &text);
	}
	str_fini(&text);
	free(in_list);
	free(out_list);
	return rc;
}

static int
run(struct app *a)
{
	const struct node_run_args *args = a->opts;
	struct plugin_arg plugin;
	struct err e = {0};
	int rc = plugin_arg(a, a->args[0], &plugin, &e);
	if (rc < 0 && command_is(a, a->args[0])) {
		err_set(&e, MLC_USAGE, "node `%s` is a program, which needs a run", a->args[0]);
		err_help(&e, "mlflow-c run --nodes %s", a->args[0]);
	}
	if (rc == 0)
		rc = args->gdb ? debug(a, &e) : run_alone(a, &plugin, &e);
	return rc < 0 ? report(a, &e) : 0;
}

static const char *const examples[] = {"mlflow-c node run clean --in table=a.csv --out table=b.csv",
	"", "mlflow-c node run clean --in table=a.csv --gdb", "in the debugger", NULL};
static const struct opt opts[] = {
	{"in", 0, OPT_COMMAS, offsetof(struct node_run_args, in), "PORT=FILE,..", "files to read"},
	{"out", 0, OPT_COMMAS, offsetof(struct node_run_args, out), "PORT=FILE,..",
		"files to write"},
	PARAM_OPTS(struct node_run_args),
	{"gdb", 0, OPT_FLAG, offsetof(struct node_run_args, gdb), NULL, "under the debugger"},
	{0},
};
const struct cmd cmd_node_run = {
	.name = "node run",
	.args = "PLUGIN[:NODE]",
	.min_args = 1,
	.max_args = 1,
	.summary = "Run one node alone, on files.",
	.examples = examples,
	.needs = NEEDS_PROJECT | TAKES_PARAMS,
	.opts = opts,
	.opts_size = sizeof(struct node_run_args),
	.run = run,
};
