/* SPDX-License-Identifier: Apache-2.0
 * What a file of trees means to us, and the folder in which MLflow finds it:
 *
 *	MLmodel             also the flavors python_function and xgboost
 *	model.ubj           the trees; its attribute mlflow_c holds what predicting needs beside them:
 *	                    {"target": "y", "type": "int64", "classes": [0, 1], "inputs": ["float64", ...],
 *	                    "params": {"eta": "0.3", "nthread": "1", "seed": "42", ...}}
 *	requirements.txt, conda.yaml, python_env.yaml
 *
 * A file of another program has no such attribute: its classes are 0, 1, ..., its columns are called what
 * the file says, or what the signature says, or f0, f1, ... as the library does.
 *
 * Of a model that scikit-learn's interface saved after early stopping, the rounds up to the best predict, as
 * in Python; of a Booster all do. */
#include "model/xgboost.h"

#include <stdlib.h>

/* ---- what the attribute says */

void
xgb_describe(
	const struct xgb_table *t, const char *target, const char *const *params, struct str *out)
{
	struct jw w;
	jw_init(&w, out);
	jw_object(&w);
	jw_kv_str(&w, "target", target);
	jw_kv_str(&w, "type", type_name(t->target_type));
	if (t->labels.n) {
		jw_key(&w, "classes");
		labels_write(&t->labels, &w);
	}
	jw_key(&w, "inputs");
	jw_array(&w);
	for (int j = 0; j < t->k; j++)
		jw_str(&w, type_name(t->types[j]));
	jw_end(&w, ']');
	jw_key(&w, "params");
	jw_object(&w);
	for (; params[0]; params += 2)
		jw_kv_str(&w, params[0], params[1]);
	jw_end(&w, '}');
	jw_end(&w, '}');
}

/* As many as the trees have; their type was read before. */
static bool
read_classes(struct jr *r, struct xgb *m)
{
	size_t n = m->labels.n;
	return n && labels_read(&m->labels, m->target_type, &m->head.arena, r) && m->labels.n == n;
}

static bool
read_types(struct jr *r, struct xgb *m)
{
	const char *key;
	size_t n = 0;
	bool good = jr_array(r);
	while (good && jr_next(r, &key)) {
		enum mlf_type type = type_of_name(jr_str(r));
		good = n < m->head.n_inputs &&
			(type == MLF_F64 || type == MLF_I64 || type == MLF_BOOL);
		if (good)
			m->head.inputs[n++].type = type;
	}
	return good && n == m->head.n_inputs;
}

static bool
read_about(struct jr *r, struct xgb *m)
{
	const char *key;
	bool good = jr_object(r), classes = m->labels.n == 0, inputs = false;
	while (good && jr_next(r, &key))
		if (str_eq(key, "target"))
			m->target = arena_strdup(&m->head.arena, jr_str(r));
		else if (str_eq(key, "type"))
			m->target_type = type_of_name(jr_str(r));
		else if (str_eq(key, "classes"))
			good = classes = read_classes(r, m);
		else if (str_eq(key, "inputs"))
			good = inputs = read_types(r, m);
	if (!good || !m->target || !classes || !inputs)
		return false;
	if (m->labels.n)
		return m->labels.type == m->target_type;
	return m->target_type == MLF_I64 || m->target_type == MLF_F64;
}

static int
take_attribute(struct xgb *m, const char *json, struct err *e)
{
	struct jr r;
	jr_init(&r, json, strlen(json));
	bool good = read_about(&r, m);
	if (good || r.bad)
		return jr_done(&r, e) < 0 ? err_wrap(e, "attribute " XGB_ATTRIBUTE) : 0;
	jr_fini(&r);
	return err_set(e, MLC_MODEL, "its attribute " XGB_ATTRIBUTE " does not fit its trees");
}

/* ---- what the trees say */

static void
take_inputs(struct xgb *m)
{
	struct arena *a = &m->head.arena;
	m->head.n_inputs = (size_t)m->trees.n_features;
	m->head.inputs = arena_alloc(a, m->head.n_inputs * sizeof(*m->head.inputs));
	for (size_t j = 0; j < m->head.n_inputs; j++)
		m->head.inputs[j] = (struct sig_column){
			m->trees.names ? m->trees.names[j] : arena_printf(a, "f%zu", j), MLF_F64};
}

static void
take_classes(struct xgb *m)
{
	m->target_type = xgb_has_classes(m->task) ? MLF_I64 : MLF_F64;
	if (!xgb_has_classes(m->task))
		return;
	struct labels *l = &m->labels;
	l->type = MLF_I64;
	l->n = m->task == XGB_BINARY ? 2 : (size_t)m->trees.n_outputs;
	l->numbers = arena_alloc(&m->head.arena, l->n * sizeof(*l->numbers));
	for (size_t i = 0; i < l->n; i++)
		l->numbers[i] = (int64_t)i;
}

static void
take_outputs(struct xgb *m)
{
	struct arena *a = &m->head.arena;
	bool each = m->task == XGB_PROBABILITIES;
	struct sig_column *out = arena_alloc(a, (m->labels.n + 2) * sizeof(*out));
	out[0] = (struct sig_column){"prediction", m->labels.n ? m->target_type : MLF_F64};
	out[1] = (struct sig_column){"score", MLF_F64};
	m->head.n_outputs = each || m->task == XGB_BINARY ? 2 : 1;
	for (size_t i = 0; each && i < m->labels.n; i++)
		out[m->head.n_outputs++] = (struct sig_column){
			arena_printf(a, "score_%s", labels_text(&m->labels, i, a)), MLF_F64};
	m->head.outputs = out;
}

/* Columns of a signature that fits; others (tensors) say nothing of columns. */
static int
take_signature(struct xgb *m, const struct ynode *mlmodel, struct err *e)
{
	const char *json = yaml_str(yaml_path(mlmodel, "signature.inputs"));
	struct sig_column *columns = NULL;
	size_t n = 0;
	if (!json)
		return 0;
	if (signature_read(json, &m->head.arena, &columns, &n, e) < 0)
		return -1;
	if (!columns)
		return 0;
	if (n != m->head.n_inputs)
		return err_set(e, MLC_MODEL, "the signature has %zu columns, and the model %zu", n,
			m->head.n_inputs);
	for (size_t j = 0; j < n; j++) {
		if (m->trees.names && !str_eq(columns[j].name, m->trees.names[j]))
			return err_set(e, MLC_MODEL,
				"column %zu is `%s` in the signature, and `%s` in "
				"the model",
				j + 1, columns[j].name, m->trees.names[j]);
		m->head.inputs[j] = columns[j];
	}
	return 0;
}

static void
take_best(struct xgb *m)
{
	const char *best = map_get(&m->trees.attributes, "best_iteration");
	int64_t v;
	if (map_has(&m->trees.attributes, "scikit_learn") && best && str_to_i64(best, &v) == 0 &&
		v >= 0 && v < m->trees.n_rounds)
		trees_limit(&m->trees, (int)v + 1);
}

int
xgb_understand(struct xgb *m, struct str *bytes, const struct ynode *mlmodel, struct err *e)
{
	m->bytes = *bytes;
	*bytes = (struct str){0};
	if (trees_read(&m->trees, str_text(&m->bytes), m->bytes.len, e) < 0)
		return -1;
	int task = xgb_task_of(m->trees.objective);
	if (task < 0) /* the reader knows the same names */
		return err_set(e, MLC_MODEL, "objective `%s`", m->trees.objective);
	m->task = (enum xgb_task)task;
	m->head.data = doc_is_binary(m->bytes.s, m->bytes.len) ? XGB_FILE : XGB_JSON_FILE;
	take_inputs(m);
	take_classes(m);
	take_best(m);
	const char *about = map_get(&m->trees.attributes, XGB_ATTRIBUTE);
	if (about ? take_attribute(m, about, e) < 0 : take_signature(m, mlmodel, e) < 0)
		return -1;
	take_outputs(m);
	return 0;
}

/* ---- the folder */

static void
add_version(const struct xgb *m, struct str *out)
{
	const int64_t *v = m->trees.version;
	str_addf(out, "%lld.%lld.%lld", (long long)v[0], (long long)v[1], (long long)v[2]);
}

void
xgb_add_requirements(const struct mlf_model *head, struct str *out)
{
	str_add(out, "xgboost>=");
	add_version((const struct xgb *)head, out);
	str_addc(out, '\n');
}

int
xgb_save(const struct mlf_model *head, int dirfd, struct jw *mlmodel, struct err *e)
{
	const struct xgb *m = (const struct xgb *)head;
	jw_kv_i64(mlmodel, "version", 1);
	return folder_write(dirfd, head->data, m->bytes.s, m->bytes.len, e);
}

void
xgb_add_flavors(const struct mlf_model *head, struct str *out)
{
	const struct xgb *m = (const struct xgb *)head;
	bool sklearn = map_has(&m->trees.attributes, "scikit_learn");
	str_addf(out,
		"  python_function: {\"loader_module\": \"mlflow.xgboost\", \"data\": \"%s\", "
		"\"env\": {\"conda\": \"conda.yaml\", \"virtualenv\": \"python_env.yaml\"}}\n",
		head->data);
	str_addf(out,
		"  xgboost: {\"data\": \"%s\", \"model_class\": \"%s\", \"model_format\": \"%s\", "
		"\"xgb_version\": \"",
		head->data,
		!sklearn              ? "xgboost.core.Booster"
			: m->labels.n ? "xgboost.sklearn.XGBClassifier"
				      : "xgboost.sklearn.XGBRegressor",
		str_eq(head->data, XGB_FILE) ? "ubj" : "json");
	add_version(m, out);
	str_add(out, "\", \"code\": null}\n");
}
