/* SPDX-License-Identifier: Apache-2.0
 * mlflow-c report: everything on record about a run as one page, to be read, sent and printed. */
#include "cmd/run_report.h"

struct report_args {
	const char *out;
};

enum part { HEAD, FAILURES, METRICS, TIMES, DATA, CONTRACTS, LINEAGE, FILES, PARAMS, PARTS };

static int
make_parts(struct app *a, struct run_about *r, struct str parts[PARTS], struct err *e)
{
	report_head(a, r, &parts[HEAD]);
	report_failures(a, r, &parts[FAILURES]);
	report_times(a, r, &parts[TIMES]);
	report_data(r, &parts[DATA]);
	report_contracts(r, &parts[CONTRACTS]);
	report_params(r, &parts[PARAMS]);
	if (report_metrics(a, r, &parts[METRICS], e) < 0)
		return -1;
	if (report_lineage(r, &parts[LINEAGE], e) < 0)
		return -1;
	return report_artifacts(a, r, &parts[FILES], e);
}

static void
fill(struct app *a, const struct run_about *r, const struct str parts[PARTS], struct str *page)
{
	static const char foot[] = "mlflow-c " MLFLOW_C_VERSION;
	struct str run = {0}, project = {0};
	str_add_xml(&run, r->run.name);
	page_project(a, &project);
	const char *const fields[] = {"style", page_file("look.css"), "project", str_text(&project),
		"run", str_text(&run), "head", str_text(&parts[HEAD]), "failures",
		str_text(&parts[FAILURES]), "metrics", str_text(&parts[METRICS]), "times",
		str_text(&parts[TIMES]), "data", str_text(&parts[DATA]), "contracts",
		str_text(&parts[CONTRACTS]), "lineage", str_text(&parts[LINEAGE]), "artifacts",
		str_text(&parts[FILES]), "params", str_text(&parts[PARAMS]), "foot", foot, NULL};
	page_fill(page, page_file("report.html"), fields);
	str_fini(&run);
	str_fini(&project);
}

static int
run(struct app *a)
{
	const struct report_args *args = a->opts;
	struct str parts[PARTS] = {{0}}, page = {0}, usual = {0};
	struct run_about r;
	struct err e = {0};
	int rc = run_about_open(a, a->args[0], &r, &e);
	if (rc == 0)
		rc = make_parts(a, &r, parts, &e);
	if (rc == 0) {
		fill(a, &r, parts, &page);
		str_addf(&usual, "build/report-%s.html", r.run.name);
		rc = page_write(a, args->out, usual.s, &page, &e);
	}
	for (size_t i = 0; i < PARTS; i++)
		str_fini(&parts[i]);
	str_fini(&page);
	str_fini(&usual);
	run_about_fini(&r);
	return rc < 0 ? report(a, &e) : 0;
}

static const char *const examples[] = {"mlflow-c report last",
	"the newest run, as build/report-NAME.html", "mlflow-c report calm-otter -o otter.html",
	"another one, elsewhere", NULL};
static const struct opt opts[] = {
	{"out", 'o', OPT_STR, offsetof(struct report_args, out), "FILE",
		"- is stdout (default build/report-NAME.html)"},
	{0},
};
const struct cmd cmd_report = {
	.name = "report",
	.args = "RUN",
	.min_args = 1,
	.max_args = 1,
	.summary = "A run as a page of HTML: failures, metrics, data, times.",
	.examples = examples,
	.needs = NEEDS_PROJECT | NEEDS_STORE,
	.opts = opts,
	.opts_size = sizeof(struct report_args),
	.run = run,
};
