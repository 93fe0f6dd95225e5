/* SPDX-License-Identifier: Apache-2.0
 * mlflow-c predict: a file of rows -> the same rows with what a model says of them.
 *
 * No run, no record: the registry is only read. The version that is used is verified first, and named
 * with its hash, so that whoever keeps the line can say later which model it was. */
#include "cmd/predict.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

struct predict_args {
	const char *model, *keep, *prefix;
	bool all, with_model;
};

static int
check(const struct app *a, const char *to, struct err *e)
{
	const struct predict_args *args = a->opts;

	if (!args->model) {
		err_set(e, MLC_USAGE, "`predict` wants a model");
		return err_help(
			e, "name a version, --model loan@champion, or the folder of a model");
	}
	if (args->keep && args->all)
		return err_set(e, MLC_USAGE, "--keep and --all exclude each other");
	if (a->g.json && str_eq(to, "-")) {
		err_set(e, MLC_USAGE, "rows and --json cannot both go to stdout");
		return err_help(e, "write the rows to a file, or leave out --json");
	}
	return 0;
}

/* A reader of our rows that has seen enough (`| head`) is no error. */
static bool
seen_enough(const char *to)
{
	struct pollfd p = {.fd = STDOUT_FILENO, .events = POLLOUT};

	return str_eq(to, "-") && poll(&p, 1, 0) == 1 && p.revents & POLLERR;
}

static void
say(const struct scoring *s)
{
	struct str out = {0};

	str_addf(&out, "%s: ", str_eq(s->to, "-") ? "stdout" : s->to);
	str_add_count(&out, s->rows);
	str_addf(&out, " row%s scored by ", s->rows == 1 ? "" : "s");
	chosen_show(s->with, &out);
	(void)fprintf(stderr, "%s, sha256 %s\n", out.s, s->with->hash);
	if (s->unknown) {
		str_reset(&out);
		str_add_count(&out, s->unknown);
		(void)fprintf(stderr,
			"warning: %s row%s without a prediction: a value is missing\n", out.s,
			s->unknown == 1 ? "" : "s");
	}
	str_fini(&out);
}

static void
answer(struct app *a, const struct scoring *s)
{
	struct str out = {0};
	struct jw w;

	answer_begin(a, &w, &out);
	jw_object(&w);
	jw_key(&w, "model");
	jw_object(&w);
	jw_kv_str(&w, "name", s->with->name);
	jw_key(&w, "version");
	if (s->with->version)
		jw_i64(&w, s->with->version);
	else
		jw_null(&w);
	jw_kv_str(&w, "run_id", s->with->run_id);
	jw_kv_str(&w, "flavor", model_flavor(s->with->model));
	jw_kv_str(&w, "sha256", s->with->hash);
	jw_end(&w, '}');
	jw_kv_str(&w, "input", s->from);
	jw_kv_str(&w, "output", s->to);
	jw_kv_i64(&w, "rows", s->rows);
	jw_kv_i64(&w, "without_prediction", s->unknown);
	jw_kv_i64(&w, "bytes", (int64_t)s->bytes);
	jw_kv_str(&w, "xxh3", s->hash);
	jw_end(&w, '}');
	answer_end(&w, &out);
}

static int
score(struct app *a, struct scoring *s, struct err *e)
{
	int rc;

	a->placefd = file_open(AT_FDCWD, ".", O_RDONLY | O_DIRECTORY, true, e);
	if (a->placefd < 0) {
		a->placefd = 0;
		return -1;
	}
	rc = scoring_run(s, a->placefd, e);
	if (rc == 0 && a->g.json)
		answer(a, s);
	else if (rc == 0 && !a->g.quiet)
		say(s);
	return rc;
}

static int
run(struct app *a)
{
	const struct predict_args *args = a->opts;
	const char *to = a->n_args > 1 ? a->args[1] : "-";
	struct chosen with;
	struct errs found = {0};
	struct err e = {0};
	int code = 0;

	if (check(a, to, &e) < 0)
		return report(a, &e);
	if (chosen_open(a, args->model, &with, &found) < 0) {
		chosen_fini(&with);
		return report_all(a, &found);
	}
	struct scoring s = {.with = &with,
		.from = a->args[0],
		.to = to,
		.keep = args->keep,
		.prefix = args->prefix,
		.with_model = args->with_model};
	if (score(a, &s, &e) < 0 && !seen_enough(to))
		code = report(a, &e);
	if (a->placefd)
		close(a->placefd);
	chosen_fini(&with);
	return code;
}

static const char *const examples[] = {"mlflow-c predict --model loan@champion in.csv out.csv", "",
	"mlflow-c predict --model loan/3 --keep id in.csv.gz out.arrow", "",
	"mlflow-c predict --model models/loan - <in.csv", "a folder; CSV to stdout", NULL};
static const struct opt opts[] = {
	{"model", 'm', OPT_STR, offsetof(struct predict_args, model), "MODEL",
		"NAME@ALIAS, NAME/VERSION or a model's folder"},
	{"keep", 0, OPT_STR, offsetof(struct predict_args, keep), "COLUMNS",
		"of the input, these go to the output, too"},
	{"all", 0, OPT_FLAG, offsetof(struct predict_args, all), NULL,
		"all columns of the input do (default)"},
	{"prefix", 0, OPT_STR, offsetof(struct predict_args, prefix), "TEXT",
		"before the names of the model's columns"},
	{"with-model", 0, OPT_FLAG, offsetof(struct predict_args, with_model), NULL,
		"add columns model_name, model_version, run_id"},
	{0},
};
const struct cmd cmd_predict = {
	.name = "predict",
	.args = "INPUT [OUTPUT]",
	.min_args = 1,
	.max_args = 2,
	.summary = "Score the rows of a file with a model.",
	.examples = examples,
	.opts = opts,
	.opts_size = sizeof(struct predict_args),
	.run = run,
};
