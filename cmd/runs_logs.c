/* SPDX-License-Identifier: Apache-2.0
 * mlflow-c runs logs: what the nodes of a run printed. On a terminal every line is made safe to show;
 * elsewhere the bytes are as the node wrote them. */
#include "cmd/runs.h"
#include "cmd/view.h"

static void
print_log(const struct app *a, const char *path)
{
	struct log_text log;
	struct str line = {0};
	if (!log_read(&log, a->project->rootfd, path))
		return;
	if (!a->out.tty) {
		(void)fwrite(log.at, 1, (size_t)(log.end - log.at), stdout);
	} else {
		while (log_next(&log, &line))
			(void)printf("%s\n", str_text(&line));
	}
	str_fini(&line);
	log_close(&log);
}

static int
unknown_node(const struct run_about *r, const char *node, struct err *e)
{
	struct map names = {0};
	for (size_t i = 0; i < r->detail.n_nodes; i++)
		map_put(&names, r->detail.nodes[i].name, &names);
	const char *near = map_near(&names, node);
	err_set(e, MLC_NOT_FOUND, "run %s has no node `%s`", r->run.name, node);
	if (near)
		err_help(e, "did you mean `%s`?", near);
	else
		err_help(e, "its nodes: mlflow-c runs show %s", r->run.name);
	map_fini(&names);
	return -1;
}

/* Of one node, or of all that printed anything, each under its name. */
static int
print_logs(struct app *a, const struct run_about *r, const char *only, struct err *e)
{
	size_t shown = 0;
	if (!r->run.folder) {
		err_set(e, MLC_NOT_FOUND, "run %s was recorded by another program", r->run.name);
		return err_help(e, "logs are kept of runs of mlflow-c only");
	}
	for (size_t i = 0; i < r->detail.n_nodes; i++) {
		const char *name = r->detail.nodes[i].name;
		struct str path = {0};
		str_addf(&path, "%s/logs/%s.log", r->run.folder, name);
		bool wanted = !only || str_eq(only, name);
		if (wanted && file_exists(a->project->rootfd, path.s)) {
			if (!only)
				(void)printf("%s== %s\n", shown ? "\n" : "", name);
			print_log(a, path.s);
			shown++;
		} else if (wanted && only && !a->g.quiet)
			(void)fprintf(stderr, "node %s printed nothing\n", name);
		shown += wanted && only;
		str_fini(&path);
	}
	if (only && !shown)
		return unknown_node(r, only, e);
	if (!shown && !a->g.quiet)
		(void)fprintf(stderr, "no node of run %s printed anything\n", r->run.name);
	return 0;
}

static int
run(struct app *a)
{
	struct run_about r;
	struct err e = {0};
	int code = 0;
	if (run_about_open(a, a->args[0], &r, &e) < 0 ||
		print_logs(a, &r, a->n_args > 1 ? a->args[1] : NULL, &e) < 0)
		code = report(a, &e);
	run_about_fini(&r);
	return code;
}

static const char *const examples[] = {"mlflow-c runs logs last", "of all nodes of the newest run",
	"mlflow-c runs logs calm-otter train", "of one node", NULL};
const struct cmd cmd_runs_logs = {
	.name = "runs logs",
	.args = "RUN [NODE]",
	.min_args = 1,
	.max_args = 2,
	.summary = "What the nodes of a run printed.",
	.examples = examples,
	.needs = NEEDS_PROJECT | NEEDS_STORE,
	.run = run,
};
