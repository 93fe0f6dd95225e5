/* SPDX-License-Identifier: Apache-2.0
 * Models from the outside: counting, and finding the flavor that does the work.
 *
 * Invariant: a model never changes after fit or load, so any number of threads may predict with it;
 * only the count of references moves. */
#include "model/flavor.h"

#include <stdlib.h>

static const struct flavor *const flavors[] = {
	&flavor_baseline,
	&flavor_linear,
	&flavor_xgboost,
};

enum { FLAVORS = sizeof(flavors) / sizeof(flavors[0]) };

const struct flavor *
flavor_need(const char *name, struct err *e)
{
	struct str known = {0};
	for (size_t i = 0; i < FLAVORS; i++)
		if (str_eq(flavors[i]->name, name))
			return flavors[i];
	for (size_t i = 0; i < FLAVORS; i++)
		str_addf(&known, "%s`%s`", i ? ", " : "", flavors[i]->name);
	err_set(e, MLC_MODEL, "there is no model flavor `%s`", name ? name : "");
	err_help(e, "the flavors are: %s", str_text(&known));
	str_fini(&known);
	return NULL;
}

const struct flavor *
flavor_of_mlflow(const struct ynode *mlmodel, const struct ynode **entry)
{
	char path[64];
	for (size_t i = 0; i < FLAVORS; i++) {
		if (!flavors[i]->mlflow)
			continue;
		(void)snprintf(path, sizeof(path), "flavors.%s", flavors[i]->mlflow);
		*entry = yaml_path(mlmodel, path);
		if (*entry)
			return flavors[i];
	}
	return NULL;
}

int
model_fit(const char *name, struct mlf_frame *f, const struct mlf_fit_spec *spec,
	struct mlf_model **out, struct err *e)
{
	*out = NULL;
	const struct flavor *flavor = flavor_need(name, e);
	if (!flavor)
		return -1;
	if (flavor->fit(f, spec, out, e) < 0)
		return err_wrap(e, "training with flavor `%s`", name);
	model_learn_examples(*out, f);
	return 0;
}

/* Of no rows. A file without rows does not tell the types of its columns, so there is nothing to check. */
static struct mlf_frame *
say_nothing(const struct mlf_model *m, struct scope *sc)
{
	struct mlf_builder *b = scope_builder(sc);
	for (size_t i = 0; i < m->n_outputs; i++)
		(void)mlf_add_column(b, m->outputs[i].name, m->outputs[i].type);
	return mlf_finish(b);
}

int
model_update(const struct mlf_model *m, struct mlf_frame *f, const char *options,
	struct mlf_model **out, struct err *e)
{
	*out = NULL;
	if (!m->flavor->update) {
		err_set(e, MLC_MODEL, "a model of flavor `%s` cannot be updated", m->flavor->name);
		return err_help(e, "train a new one on old and new rows together");
	}
	int rc = raw_prepare_training(m, f, &f, e);
	if (rc == 0)
		rc = m->flavor->update(m, f, options, out, e);
	if (rc == 0)
		model_learn_examples(*out, f);
	if (rc == 0 && m->raw)
		rc = model_use_recipe(*out, m->raw->recipe, e);
	if (rc < 0) {
		model_unref(*out);
		*out = NULL;
		return err_wrap(e, "updating a model of flavor `%s`", m->flavor->name);
	}
	return 0;
}

int
model_predict(const struct mlf_model *m, struct mlf_frame *f, struct scope *sc,
	struct mlf_frame **out, struct err *e)
{
	*out = NULL;
	if (frame_rows(frame_of(f)) == 0 && m->n_outputs) {
		*out = say_nothing(m, sc);
		return 0;
	}
	if (raw_prepare(m, f, sc, &f, e) < 0 || m->flavor->predict(m, f, sc, out, e) < 0)
		return err_wrap(e, "predicting");
	return 0;
}

const struct sig_column *
model_outputs(const struct mlf_model *m, size_t *n)
{
	*n = m->n_outputs;
	return m->outputs;
}

const char *
model_flavor(const struct mlf_model *m)
{
	return m->flavor->name;
}

struct mlf_model *
model_new(const struct flavor *flavor, size_t size)
{
	struct mlf_model *m = mem_alloc(size);
	m->flavor = flavor;
	atomic_init(&m->refs, 1);
	return m;
}

int64_t
model_rounds(const struct mlf_model *m)
{
	return m->flavor->rounds ? m->flavor->rounds(m) : 0;
}

struct mlf_model *
model_ref(struct mlf_model *m)
{
	atomic_fetch_add_explicit(&m->refs, 1, memory_order_relaxed);
	return m;
}

void
model_unref(struct mlf_model *m)
{
	if (!m || atomic_fetch_sub_explicit(&m->refs, 1, memory_order_acq_rel) > 1)
		return;
	raw_free(m->raw);
	m->flavor->free(m);
}
