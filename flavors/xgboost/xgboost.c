/* SPDX-License-Identifier: Apache-2.0
 * The module `xgboost`: trains boosted trees with libxgboost, through its C interface.
 *
 * It only trains. What comes out are the bytes of model.ubj, which the host reads and evaluates by itself.
 * With rows to validate by, the model ends after its best round, so that whoever loads the file, with
 * whatever library, predicts with the rounds that were meant. */
#include <mlflow-c/trainer.h>

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xgboost/c_api.h>

/* A job at work. */
struct work {
	const struct mlf_trainer_job *job;
	struct mlf_trainer_model *out;
	DMatrixHandle train, valid; /* NULL without */
	BoosterHandle booster;
};

static int
fail(struct work *w, const char *what)
{
	const char *why = XGBGetLastError();
	/* the library puts time and place of its source in front, and a stack behind */
	const char *said = why[0] == '[' ? strstr(why, ": ") : NULL;
	said = said ? said + 2 : why;
	(void)snprintf(w->out->error, sizeof(w->out->error), "%s: libxgboost says: %.*s", what,
		(int)strcspn(said, "\n"), said);
	return -1;
}

static int
set_info(struct work *w, const struct mlf_trainer_table *t, DMatrixHandle m)
{
	bst_ulong n = (bst_ulong)t->rows;
	if (XGDMatrixSetFloatInfo(m, "label", t->label, n) != 0)
		return fail(w, "taking in the labels");
	if (t->weight && XGDMatrixSetFloatInfo(m, "weight", t->weight, n) != 0)
		return fail(w, "taking in the rows' weights");
	return 0;
}

/* The rows to validate by, as they are. */
static int
make_valid(struct work *w)
{
	const struct mlf_trainer_table *t = &w->job->valid;
	if (t->rows == 0)
		return 0;
	if (XGDMatrixCreateFromMat(
		    t->x, (bst_ulong)t->rows, (bst_ulong)w->job->columns, NAN, &w->valid) != 0)
		return fail(w, "taking in the rows to validate by");
	return set_info(w, t, w->valid);
}

/* The rows to train on are turned into their bins at once: the trees are the same to the bit as from rows that
 * the library copies first, and a row takes a byte a column in place of nine. The library asks for the table
 * piece by piece, more than once; it is one piece. */
struct pieces {
	struct work *w;
	DMatrixHandle proxy;
	bool given, failed;
};

static void
rewind_pieces(DataIterHandle handle)
{
	((struct pieces *)handle)->given = false;
}

static int
next_piece(DataIterHandle handle)
{
	struct pieces *p = handle;
	const struct mlf_trainer_table *t = &p->w->job->train;
	char array[160];
	if (p->given || p->failed)
		return 0;
	p->given = true;
	(void)snprintf(array, sizeof(array),
		"{\"data\": [%" PRIuPTR ", true], \"shape\": [%" PRId64 ", %" PRId32
		"], \"typestr\": \"<f4\", \"version\": 3}",
		(uintptr_t)t->x, t->rows, p->w->job->columns);
	if (XGProxyDMatrixSetDataDense(p->proxy, array) != 0) {
		(void)fail(p->w, "taking in the rows");
		p->failed = true;
	} else if (set_info(p->w, t, p->proxy) < 0) {
		p->failed = true;
	}
	return !p->failed;
}

/* The value of a parameter of the job. */
static const char *
param(const struct mlf_trainer_job *job, const char *name, const char *otherwise)
{
	for (const char *const *p = job->params; p[0]; p += 2)
		if (strcmp(p[0], name) == 0)
			return p[1];
	return otherwise;
}

static int
make_train(struct work *w)
{
	struct pieces p = {.w = w};
	char config[128];
	(void)snprintf(config, sizeof(config),
		"{\"missing\": NaN, \"nthread\": %s, \"max_bin\": %s}",
		param(w->job, "nthread", "1"), param(w->job, "max_bin", "256"));
	if (XGProxyDMatrixCreate(&p.proxy) != 0)
		return fail(w, "taking in the rows");
	int rc = XGQuantileDMatrixCreateFromCallback(
		&p, p.proxy, NULL, rewind_pieces, next_piece, config, &w->train);
	if (rc != 0 && !p.failed)
		(void)fail(w, "taking in the rows");
	(void)XGDMatrixFree(p.proxy);
	return rc != 0 || p.failed ? -1 : 0;
}

static int
make_booster(struct work *w)
{
	DMatrixHandle both[] = {w->train, w->valid};
	if (XGBoosterCreate(both, w->valid ? 2 : 1, &w->booster) != 0)
		return fail(w, "beginning");
	for (const char *const *p = w->job->params; p[0]; p += 2)
		if (XGBoosterSetParam(w->booster, p[0], p[1]) != 0)
			return fail(w, p[0]);
	return 0;
}

/* The loss of this round on the rows of `valid`: "[3]\tvalid-logloss:0.25". */
static int
evaluate(struct work *w, int round, double *loss)
{
	const char *names[] = {"valid"}, *text = NULL;
	if (XGBoosterEvalOneIter(w->booster, round, &w->valid, names, 1, &text) != 0)
		return fail(w, "evaluating");
	const char *value = strrchr(text, ':');
	*loss = value ? strtod(value + 1, NULL) : NAN;
	return 0;
}

/* All rounds, or until patience is at its end; *best is the number of rounds to keep. */
static int
boost(struct work *w, int *best)
{
	int patience = w->job->patience;
	double loss = NAN;
	for (int i = 0; i < w->job->rounds; i++) {
		if (XGBoosterUpdateOneIter(w->booster, i, w->train) != 0)
			return fail(w, "training");
		if (!w->valid) {
			*best = i + 1;
			continue;
		}
		if (evaluate(w, i, &loss) < 0)
			return -1;
		if (i == 0 || loss < w->out->loss) {
			w->out->loss = loss;
			*best = i + 1;
		} else if (patience > 0 && i + 1 - *best >= patience) {
			break;
		}
	}
	return 0;
}

/* Drops the rounds after the best one. */
static int
cut(struct work *w, int best)
{
	BoosterHandle kept = NULL;
	int rounds = 0;
	if (XGBoosterBoostedRounds(w->booster, &rounds) != 0)
		return fail(w, "counting rounds");
	if (rounds == best)
		return 0;
	if (XGBoosterSlice(w->booster, 0, best, 1, &kept) != 0)
		return fail(w, "keeping the best rounds");
	(void)XGBoosterFree(w->booster);
	w->booster = kept;
	return 0;
}

static int
write_model(struct work *w)
{
	const struct mlf_trainer_job *job = w->job;
	const char **names = (const char **)job->names, *bytes = NULL;
	bst_ulong n = 0;
	if (XGBoosterSetStrFeatureInfo(
		    w->booster, "feature_name", names, (bst_ulong)job->columns) != 0)
		return fail(w, "naming the columns");
	for (const char *const *a = job->attributes; a[0]; a += 2)
		if (XGBoosterSetAttr(w->booster, a[0], a[1]) != 0)
			return fail(w, a[0]);
	if (XGBoosterSaveModelToBuffer(w->booster, "{\"format\": \"ubj\"}", &n, &bytes) != 0)
		return fail(w, "saving");
	w->out->bytes = malloc(n ? n : 1);
	if (!w->out->bytes) {
		(void)snprintf(w->out->error, sizeof(w->out->error), "no memory for the model");
		return -1;
	}
	memcpy(w->out->bytes, bytes, n);
	w->out->length = n;
	return 0;
}

static int
train(const struct mlf_trainer_job *job, struct mlf_trainer_model *out)
{
	struct work w = {.job = job, .out = out};
	int best = 0, rc = -1;
	*out = (struct mlf_trainer_model){.loss = NAN};
	if (make_train(&w) == 0 && make_valid(&w) == 0 && make_booster(&w) == 0 &&
		boost(&w, &best) == 0 && cut(&w, best) == 0)
		rc = write_model(&w);
	out->rounds = best;
	if (w.booster)
		(void)XGBoosterFree(w.booster);
	if (w.valid)
		(void)XGDMatrixFree(w.valid);
	if (w.train)
		(void)XGDMatrixFree(w.train);
	return rc;
}

static void
free_model(struct mlf_trainer_model *m)
{
	free(m->bytes);
	m->bytes = NULL;
}

static const struct mlf_trainer trainer = {
	.size = sizeof(trainer),
	.abi_major = MLF_TRAINER_ABI_MAJOR,
	.abi_minor = MLF_TRAINER_ABI_MINOR,
	.name = "xgboost",
	.train = train,
	.free = free_model,
};

__attribute__((visibility("default"))) const struct mlf_trainer *
mlf_trainer_v1(void)
{
	return &trainer;
}
