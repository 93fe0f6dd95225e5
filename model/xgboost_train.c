/* SPDX-License-Identifier: Apache-2.0
 * A job for the module flavors/xgboost: finds the module, draws the rows to validate by, and takes over
 * what it makes. */
#include "model/xgboost.h"

#include <stdlib.h>

/* Debian's packages, for those who miss one. */
#define RUN_PACKAGE "libxgboost0"
#define BUILD_PACKAGE "libxgboost-dev"

static const struct mlf_trainer *
find_trainer(struct err *e)
{
	char *path = module_path("flavors", "xgboost");
	const struct mlf_trainer *t = NULL;
	module_get *get;
	if (!path) {
		err_set(e, MLC_MODEL,
			"training needs the module lib/mlflow-c/flavors/xgboost.so, "
			"which is not there");
		err_help(e,
			"it is built where its library is: apt-get install " BUILD_PACKAGE
			", then `make`");
		return NULL;
	}
	get = module_load(path, "mlf_trainer_v1", "flavor `xgboost`", RUN_PACKAGE, e);
	if (get)
		t = get();
	if (t &&
		(t->abi_major != MLF_TRAINER_ABI_MAJOR || t->abi_minor > MLF_TRAINER_ABI_MINOR ||
			t->size < sizeof(*t) || !t->train || !t->free)) {
		err_set(e, MLC_PLUGIN_ABI,
			"the module of flavor `xgboost` was built for ABI %u.%u, this program has "
			"%d.%d",
			t->abi_major, t->abi_minor, MLF_TRAINER_ABI_MAJOR, MLF_TRAINER_ABI_MINOR);
		err_help(e, "build it again with this program's headers");
		t = NULL;
	} else if (get && !t) {
		err_set(e, MLC_PLUGIN_LOAD, "the module %s gives no trainer", path);
	}
	free(path);
	return t;
}

/* ---- rows to validate by */

/* A number that looks random, from 0 up to 1, the same for the same seed and row (splitmix64). */
static double
draw(uint64_t seed, int64_t row)
{
	uint64_t z = seed + ((uint64_t)row + 1) * 0x9e3779b97f4a7c15u;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	z ^= z >> 31;
	return (double)(z >> 11) * 0x1p-53;
}

static void
put_row(const struct xgb_table *from, int64_t i, struct xgb_table *to, int64_t at)
{
	size_t width = (size_t)from->k * sizeof(float);
	memcpy(to->x + at * from->k, from->x + i * from->k, width);
	to->y[at] = from->y[i];
	if (to->w)
		to->w[at] = from->w[i];
}

/* Moves the drawn rows behind the others, whose number it gives; both stay in order. */
static int64_t
set_apart(struct xgb_table *t, const struct xgb_options *o)
{
	size_t n = (size_t)t->n;
	int64_t kept = 0, drawn = 0;
	struct xgb_table to = {.x = mem_alloc(n * (size_t)t->k * sizeof(float)),
		.y = mem_alloc(n * sizeof(float)),
		.w = t->w ? mem_alloc(n * sizeof(float)) : NULL};
	for (int64_t i = 0; i < t->n; i++)
		kept += draw((uint64_t)o->seed, i) >= o->validation_share;
	int64_t train = kept;
	kept = 0;
	for (int64_t i = 0; i < t->n; i++)
		if (draw((uint64_t)o->seed, i) >= o->validation_share)
			put_row(t, i, &to, kept++);
		else
			put_row(t, i, &to, train + drawn++);
	free(t->x);
	free(t->y);
	free(t->w);
	t->x = to.x;
	t->y = to.y;
	t->w = to.w;
	return train;
}

/* ---- the job */

static struct mlf_trainer_table
part(const struct xgb_table *t, int64_t from, int64_t n)
{
	return (struct mlf_trainer_table){
		.x = t->x + from * t->k,
		.rows = n,
		.label = t->y + from,
		.weight = t->w ? t->w + from : NULL,
	};
}

static int
run_job(const struct mlf_trainer *trainer, const struct mlf_trainer_job *job, struct str *bytes,
	struct err *e)
{
	struct mlf_trainer_model made = {0};
	int rc = trainer->train(job, &made);
	if (rc < 0)
		err_set(e, MLC_MODEL, "%s", made.error);
	else
		str_addn(bytes, made.bytes, made.length);
	trainer->free(&made);
	return rc < 0 ? -1 : 0;
}

int
xgb_train(const struct xgb_options *o, struct xgb_table *t, const char *target, struct str *bytes,
	struct err *e)
{
	const struct mlf_trainer *trainer = find_trainer(e);
	struct arena a = {0};
	struct str about = {0};
	if (!trainer)
		return -1;
	int64_t train = o->patience ? set_apart(t, o) : t->n;
	if (train == 0 || (o->patience && train == t->n)) {
		err_set(e, MLC_MODEL,
			"of %lld rows, %lld are left to train on and %lld to validate by",
			(long long)t->n, (long long)train, (long long)(t->n - train));
		return err_help(e, "change validation_share, or leave early_stopping_rounds out");
	}
	const char *const *params = xgb_params(o, t->labels.n, &a);
	xgb_describe(t, target, params, &about);
	const char *const attributes[] = {XGB_ATTRIBUTE, str_text(&about), NULL};
	struct mlf_trainer_job job = {
		.size = sizeof(job),
		.columns = t->k,
		.names = t->names,
		.train = part(t, 0, train),
		.valid = part(t, train, t->n - train),
		.params = params,
		.attributes = attributes,
		.rounds = (int32_t)o->n_estimators,
		.patience = (int32_t)o->patience,
	};
	int rc = run_job(trainer, &job, bytes, e);
	str_fini(&about);
	arena_fini(&a);
	return rc;
}
