/* SPDX-License-Identifier: Apache-2.0
 * Rows from one file through a model into another, a batch at a time, so that memory stays flat:
 *
 *	reader --batch--> model_predict --columns joined--> stage ... end --> published by one rename
 *
 * The stage is a hidden sibling of the target with our process in its name. One that a killed process
 * left behind is removed by the next that writes the same target. To stdout rows go as they come. */
#include "cmd/predict.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define TOKEN "predict-"

/* A file as a dataset; "-" is CSV. */
static int
open_dataset(struct arena *a, const char *path, struct dataset **out, bool input, struct err *e)
{
	bool stream = str_eq(path, "-");
	const char *type = stream ? "csv" : catalog_type_of_file(path);
	struct stat st;

	if (input && !stream && stat(path, &st) < 0) {
		err_errno(e, MLC_DATA_MISSING, "cannot find `%s`", path);
		return err_help(e, "paths are relative to the folder you are in");
	}
	if (!type || catalog_type(type)->kind != MLF_TABLE) {
		err_set(e, MLC_USAGE, "what `%s` holds cannot be told from its name", path);
		return err_help(e,
			"let it end in .csv, .csv.gz, .csv.zst, .jsonl (.gz, .zst), .arrow or "
			".feather; - is CSV on stdin or stdout");
	}
	if (stream)
		path = input ? "stdin" : "stdout";
	*out = dataset_of_file(a, path, path, type);
	return 0;
}

/* ---- leftovers */

/* True if the name is that of a stage for `ours`, ".TARGET.predict-", whose process is gone. */
static bool
is_left(const char *name, const char *ours)
{
	char *end;
	long pid;

	if (!str_starts(name, ours) || !str_ends(name, ".stage"))
		return false;
	pid = strtol(name + strlen(ours), &end, 10);
	return pid > 0 && *end == '.' && kill((pid_t)pid, 0) < 0 && errno == ESRCH;
}

static void
sweep(const char *target)
{
	const char *slash = strrchr(target, '/');
	struct str dir = {0}, ours = {0};
	DIR *d;

	str_addn(&dir, target, slash ? (size_t)(slash - target) + 1 : 0);
	str_addf(&ours, ".%s." TOKEN, slash ? slash + 1 : target);
	d = opendir(slash ? dir.s : ".");
	for (struct dirent *f; d && (f = readdir(d));)
		if (is_left(f->d_name, ours.s))
			(void)unlinkat(dirfd(d), f->d_name, 0);
	if (d)
		closedir(d);
	str_fini(&dir);
	str_fini(&ours);
}

/* ---- the way of the rows */

struct way {
	struct scoring *s;
	struct reader *reader;
	struct stage *stage;
	struct segs *segs;
	struct score_columns columns;
	bool begun;
};

/* Types of the columns that the model knows; the others are inferred. */
static void
schema_of(struct arena *a, const struct mlf_model *m, struct schema *out)
{
	const struct sig_column *need = model_inputs(m, &out->n);

	out->columns = arena_alloc(a, (out->n + 1) * sizeof(*out->columns));
	for (size_t i = 0; i < out->n; i++)
		out->columns[i] = (struct schema_column){need[i].name, need[i].type};
}

static int
predict(const struct way *w, struct mlf_frame *in, struct mlf_frame **said, struct err *e)
{
	struct scope *sc = scope_of(in);
	int rc = model_predict(w->s->with->model, in, sc, said, e);

	if (rc == 0 && scope_error(sc)) {
		*e = *scope_error(sc);
		rc = -1;
	}
	if (rc < 0)
		err_wrap(e, "`%s`, rows %lld to %lld", scoring_input(w->s),
			(long long)w->s->rows + 1, (long long)(w->s->rows + mlf_rows(in)));
	return rc;
}

static int
pass(struct way *w, struct frame *batch, struct err *e)
{
	struct scope *sc = scope_new(w->segs);
	struct mlf_frame *in = scope_lend(sc, batch), *said;
	struct frame *out;
	int rc = w->begun ? 0 : score_columns_make(w->s, in, &w->columns, e);

	w->begun = true;
	if (rc == 0)
		rc = predict(w, in, &said, e);
	if (rc == 0)
		rc = score_columns_join(w->s, &w->columns, in, said, &out, e);
	if (rc == 0)
		rc = stage_table(w->stage, out, e);
	if (rc == 0) {
		w->s->rows += mlf_rows(in);
		w->s->unknown += mlf_columns(said) ? frame_column(frame_of(said), 0)->nulls : 0;
	}
	scope_free(sc);
	return rc;
}

static int
pass_all(struct way *w, struct err *e)
{
	struct frame *batch;
	int rc;

	while ((rc = reader_next(w->reader, &batch, e)) == 1) {
		rc = pass(w, batch, e);
		frame_unref(batch);
		if (rc < 0)
			return -1;
	}
	return rc;
}

static int
finish(struct way *w, int here, struct err *e)
{
	struct staged done;
	int rc;

	if (stage_end(w->stage, &done, e) < 0)
		return -1;
	w->stage = NULL;
	struct publish_item item = {
		done.path, done.target, done.hash, false, done.outside, NULL, NULL};
	rc = done.path ? publish_all(here, &item, 1, e) : 0;
	if (rc < 0)
		(void)unlinkat(here, done.path, 0);
	w->s->bytes = done.bytes;
	memcpy(w->s->hash, done.hash, sizeof(w->s->hash));
	staged_fini(&done);
	return rc;
}

static int
open_stage(struct way *w, const struct dataset *d, int here, struct err *e)
{
	char token[64];

	if (str_eq(w->s->to, "-"))
		return stage_stream(d, STDOUT_FILENO, &w->stage, e);
	sweep(w->s->to);
	(void)snprintf(token, sizeof(token), TOKEN "%d", (int)getpid());
	return stage_begin(d, here, token, &w->stage, e);
}

int
scoring_run(struct scoring *s, int here, struct err *e)
{
	static const int in = STDIN_FILENO;
	struct arena a = {0};
	struct way w = {.s = s, .segs = segs_new(SEGS_PRIVATE, 1)};
	struct dataset *from, *to;
	struct schema schema;
	int rc = -1;

	schema_of(&a, s->with->model, &schema);
	struct read_opts o = {.rootfd = here, .segs = w.segs, .schema = &schema};
	if (open_dataset(&a, s->from, &from, true, e) == 0 &&
		open_dataset(&a, s->to, &to, false, e) == 0) {
		o.fd = str_eq(s->from, "-") ? &in : NULL;
		rc = dataset_open(from, &o, &w.reader, e);
	}
	if (rc == 0)
		rc = open_stage(&w, to, here, e);
	if (rc == 0)
		rc = pass_all(&w, e);
	if (rc == 0)
		rc = finish(&w, here, e);
	if (w.stage)
		stage_abort(w.stage);
	reader_close(w.reader);
	score_columns_fini(&w.columns);
	segs_free(w.segs);
	arena_fini(&a);
	return rc;
}
