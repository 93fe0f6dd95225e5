/* SPDX-License-Identifier: Apache-2.0
 * linear.json: what a linear model is, in numbers that read back as the same doubles. The format is
 * described in docs/design/18-linear-file.md.
 *
 *	{"format": "mlflow-c/linear", "version": 1, "objective": "logistic",
 *	 "target": {"name": "loan_status", "type": "int64", "classes": [0, 1]},
 *	 "intercept": -2.1,
 *	 "features": [{"name": "age", "type": "float64", "coefficient": 0.1, "mean": 27.7, "sd": 6.3}],
 *	 "training": {"rows": 36000, "iterations": 6, "objective": 7985.2, "l2": 1, "tol": 1e-10,
 *	              "standardize": true, "fit_intercept": true, "solver": "newton"},
 *	 "curvature": [310.5, 2.4, 290.2],
 *	 "updates": {"n_updates": 1, "rows": 500, "parent": "<sha256>"}}
 *
 * Where the objective is softmax, a coefficient or intercept is a list with one number a class.
 * Reading takes nothing for granted: every key comes once at most, with a value that makes sense; only
 * keys that the first files did not have may be missing. */
#include "model/linear.h"

#include <math.h>
#include <stdlib.h>

#define FORMAT "mlflow-c/linear"
enum { FORMAT_VERSION = 1, FILE_CAP = 64 << 20, STEPS_MAX = 5000000 };

/* ---- writing */

/* One number a term: plain if there is one. */
static void
add_terms(struct jw *w, const char *key, const double *v, size_t n)
{
	jw_key(w, key);
	if (n > 1)
		jw_array(w);
	for (size_t a = 0; a < n; a++)
		jw_f64(w, v[a]);
	if (n > 1)
		jw_end(w, ']');
}

static void
add_target(struct jw *w, const struct linear *m)
{
	jw_key(w, "target");
	jw_object(w);
	jw_kv_str(w, "name", m->target);
	jw_kv_str(w, "type", type_name(m->target_type));
	if (m->labels.n) {
		jw_key(w, "classes");
		labels_write(&m->labels, w);
	} else if (m->can_update) {
		jw_kv_f64(w, "mean", m->target_mean);
		jw_kv_f64(w, "sd", m->target_sd);
	}
	jw_end(w, '}');
}

static void
add_features(struct jw *w, const struct linear *m)
{
	size_t n = m->n_terms;
	jw_key(w, "features");
	jw_array(w);
	for (size_t j = 0; j < m->head.n_inputs; j++) {
		jw_object(w);
		jw_kv_str(w, "name", m->head.inputs[j].name);
		jw_kv_str(w, "type", type_name(m->head.inputs[j].type));
		add_terms(w, "coefficient", m->coefficients + j * n, n);
		if (m->can_update) {
			jw_kv_f64(w, "mean", m->mean[j]);
			jw_kv_f64(w, "sd", m->sd[j]);
		}
		jw_end(w, '}');
	}
	jw_end(w, ']');
}

static void
add_training(struct jw *w, const struct linear *m)
{
	const struct linear_training *t = &m->training;
	jw_key(w, "training");
	jw_object(w);
	jw_kv_i64(w, "rows", t->rows);
	jw_kv_i64(w, "iterations", t->iterations);
	jw_kv_f64(w, "objective", t->objective);
	jw_kv_f64(w, "l2", t->l2);
	jw_kv_f64(w, "tol", t->tol);
	jw_kv_bool(w, "standardize", t->standardize);
	jw_kv_bool(w, "fit_intercept", t->intercept);
	jw_kv_str(w, "solver", solver_name(t->solver));
	if (t->weights)
		add_terms(w, "class_weights", t->weights, m->labels.n);
	jw_end(w, '}');
}

static void
add_curvature(struct jw *w, const struct linear *m)
{
	jw_key(w, "curvature");
	jw_array(w);
	for (size_t i = 0; i < linear_curve_size(m); i++)
		jw_f64(w, m->curvature[i]);
	jw_end(w, ']');
}

static void
add_updates(struct jw *w, const struct linear *m)
{
	jw_key(w, "updates");
	jw_object(w);
	jw_kv_i64(w, "n_updates", m->updates.n);
	jw_kv_i64(w, "rows", m->updates.rows);
	jw_kv_str(w, "parent", m->updates.parent);
	jw_end(w, '}');
}

void
linear_text(const struct linear *m, struct str *out)
{
	struct jw w;
	jw_init(&w, out);
	jw_object(&w);
	jw_kv_str(&w, "format", FORMAT);
	jw_kv_i64(&w, "version", FORMAT_VERSION);
	jw_kv_str(&w, "objective", loss_name(m->loss));
	add_target(&w, m);
	add_terms(&w, "intercept", m->intercepts, m->n_terms);
	add_features(&w, m);
	add_training(&w, m);
	if (m->can_update)
		add_curvature(&w, m);
	if (m->updates.n)
		add_updates(&w, m);
	jw_end(&w, '}');
	str_addc(out, '\n');
}

int
linear_save(const struct linear *m, int dirfd, struct err *e)
{
	struct str text = {0};
	linear_text(m, &text);
	int rc = folder_write(dirfd, LINEAR_FILE, text.s, text.len, e);
	str_fini(&text);
	return rc;
}

/* ---- reading */

/* The keys of one object, each of which may come once; the last ones may be missing. */
struct keys {
	const char *const *names;
	int needed;
	unsigned seen; /* one bit a name */
};

/* The index of the key, or -1: unknown, or there before. */
static int
take(struct keys *k, const char *key)
{
	for (int i = 0; k->names[i]; i++)
		if (str_eq(k->names[i], key) && !(k->seen & 1u << i)) {
			k->seen |= 1u << i;
			return i;
		}
	return -1;
}

static bool
took(const struct keys *k, int i)
{
	return k->seen >> i & 1;
}

static bool
took_needed(const struct keys *k)
{
	unsigned needed = (1u << k->needed) - 1;
	return (k->seen & needed) == needed;
}

/* n finite numbers, the way add_terms wrote them. */
static bool
read_terms(struct jr *r, double *v, size_t n)
{
	const char *key;
	size_t i = 0;
	if (n == 1) {
		v[0] = jr_f64(r);
		return isfinite(v[0]);
	}
	if (!jr_array(r))
		return false;
	while (jr_next(r, &key)) {
		if (i == n)
			return false;
		v[i] = jr_f64(r);
		if (!isfinite(v[i++]))
			return false;
	}
	return i == n;
}

static bool
none_negative(const double *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!(v[i] >= 0))
			return false;
	return true;
}

static bool
check_target(const struct linear *m)
{
	if (!m->target || !*m->target)
		return false;
	if (m->loss == LOSS_SQUARED)
		return m->target_type == MLF_F64 || m->target_type == MLF_I64;
	return m->loss == LOSS_SOFTMAX ? m->labels.n > 2 : m->labels.n == 2;
}

static bool
read_target(struct jr *r, struct linear *m)
{
	static const char *const names[] = {"name", "type", "classes", "mean", "sd", NULL};
	struct keys k = {names, 2, 0};
	const char *key;
	bool good = jr_object(r);
	while (good && jr_next(r, &key))
		switch (take(&k, key)) {
		case 0: m->target = arena_strdup(&m->head.arena, jr_str(r)); break;
		case 1: m->target_type = type_of_name(jr_str(r)); break;
		case 2:
			good = took(&k, 1) && m->loss != LOSS_SQUARED &&
				labels_read(&m->labels, m->target_type, &m->head.arena, r);
			break;
		case 3: m->target_mean = jr_f64(r); break;
		case 4: m->target_sd = jr_f64(r); break;
		default: good = false;
		}
	bool spread = took(&k, 3) && took(&k, 4);
	if (!good || !took_needed(&k) || !check_target(m) || spread != (took(&k, 3) || took(&k, 4)))
		return false;
	m->can_update = spread || m->loss != LOSS_SQUARED;
	return !spread ||
		(m->loss == LOSS_SQUARED && isfinite(m->target_mean) && m->target_sd >= 0);
}

static bool
read_feature(struct jr *r, struct linear *m, size_t j)
{
	static const char *const names[] = {"name", "type", "coefficient", "mean", "sd", NULL};
	struct keys k = {names, 3, 0};
	struct sig_column *in = &m->head.inputs[j];
	size_t n = m->n_terms;
	const char *key;
	bool good = jr_object(r);
	while (good && jr_next(r, &key))
		switch (take(&k, key)) {
		case 0: in->name = arena_strdup(&m->head.arena, jr_str(r)); break;
		case 1: in->type = type_of_name(jr_str(r)); break;
		case 2: good = read_terms(r, m->coefficients + j * n, n); break;
		case 3: m->mean[j] = jr_f64(r); break;
		case 4: m->sd[j] = jr_f64(r); break;
		default: good = false;
		}
	if (!took(&k, 3) || !took(&k, 4))
		m->can_update = false;
	return good && took_needed(&k) && in->name && *in->name && isfinite(m->mean[j]) &&
		m->sd[j] >= 0 &&
		(in->type == MLF_F64 || in->type == MLF_I64 || in->type == MLF_BOOL);
}

static bool
read_features(struct jr *r, struct linear *m)
{
	struct map seen = {0};
	const char *key;
	size_t n = 0;
	bool good = jr_array(r);
	for (; good && jr_next(r, &key); n++)
		good = n < linear_most(m->n_terms) && read_feature(r, m, n) &&
			map_put(&seen, m->head.inputs[n].name, m);
	m->head.n_inputs = n;
	map_fini(&seen);
	return good && n > 0;
}

static bool
read_weights(struct jr *r, struct linear *m)
{
	double *v = arena_alloc(&m->head.arena, (m->labels.n + 1) * sizeof(*v));
	m->training.weights = v;
	return m->labels.n > 1 && read_terms(r, v, m->labels.n) && none_negative(v, m->labels.n);
}

static bool
read_training(struct jr *r, struct linear *m)
{
	static const char *const names[] = {"rows", "iterations", "objective", "l2", "tol",
		"standardize", "fit_intercept", "solver", "class_weights", NULL};
	struct keys k = {names, 6, 0};
	struct linear_training *t = &m->training;
	const char *key;
	int64_t iterations = -1;
	bool good = jr_object(r);
	t->intercept = true;
	t->solver = SOLVER_NEWTON;
	while (good && jr_next(r, &key))
		switch (take(&k, key)) {
		case 0: t->rows = jr_i64(r); break;
		case 1: iterations = jr_i64(r); break;
		case 2: t->objective = jr_f64(r); break;
		case 3: t->l2 = jr_f64(r); break;
		case 4: t->tol = jr_f64(r); break;
		case 5: t->standardize = jr_bool(r); break;
		case 6: t->intercept = jr_bool(r); break;
		case 7: good = solver_of_name(jr_str(r), &t->solver) == 0; break;
		case 8: good = read_weights(r, m); break;
		default: good = false;
		}
	t->iterations = (int)iterations;
	return good && took_needed(&k) && t->rows > 0 && iterations >= 0 &&
		iterations <= STEPS_MAX && isfinite(t->objective) && t->l2 >= 0 && t->tol > 0;
}

static bool
read_updates(struct jr *r, struct linear *m)
{
	static const char *const names[] = {"n_updates", "rows", "parent", NULL};
	struct keys k = {names, 3, 0};
	struct linear_updates *u = &m->updates;
	const char *key;
	bool good = jr_object(r);
	while (good && jr_next(r, &key))
		switch (take(&k, key)) {
		case 0: u->n = jr_i64(r); break;
		case 1: u->rows = jr_i64(r); break;
		case 2: u->parent = arena_strdup(&m->head.arena, jr_str(r)); break;
		default: good = false;
		}
	return good && took_needed(&k) && u->n > 0 && u->rows >= u->n && u->parent &&
		strlen(u->parent) == HASH_SHA_HEX - 1;
}

/* Finite numbers, as many as the unknowns ask for. */
static bool
read_curvature(struct jr *r, struct linear *m)
{
	const char *key;
	size_t n = linear_curve_size(m), i = 0;
	m->curvature = arena_alloc(&m->head.arena, n * sizeof(double));
	bool good = jr_array(r);
	while (good && jr_next(r, &key)) {
		double v = jr_f64(r);
		good = i < n && isfinite(v);
		if (good)
			m->curvature[i++] = v;
	}
	return good && i == n;
}

/* Reads the value of one top-level key; false: it makes no sense. Objective and target come before
 * numbers, whose count they tell. */
static bool
read_value(struct jr *r, struct keys *k, const char *key, struct linear *m)
{
	int i = take(k, key);
	if (i > 3 && !took(k, 3))
		return false;
	switch (i) {
	case 0: return str_eq(jr_str(r), FORMAT);
	case 1: return jr_i64(r) == FORMAT_VERSION;
	case 2: return loss_of_name(jr_str(r), &m->loss) == 0;
	case 3:
		if (!took(k, 2) || !read_target(r, m))
			return false;
		linear_allot(m, linear_most(linear_terms(m)));
		return true;
	case 4: return read_terms(r, m->intercepts, m->n_terms);
	case 5: return read_features(r, m);
	case 6: return read_training(r, m);
	case 7: return took(k, 5) && read_curvature(r, m);
	case 8: return read_updates(r, m);
	default: return false;
	}
}

static int
parse(struct linear *m, const struct str *text, struct err *e)
{
	static const char *const names[] = {"format", "version", "objective", "target", "intercept",
		"features", "training", "curvature", "updates", NULL};
	struct keys k = {names, 7, 0};
	struct jr r;
	const char *key;
	char bad[64] = "";
	jr_init(&r, str_text(text), text->len);
	if (jr_object(&r))
		while (!*bad && jr_next(&r, &key)) {
			char name[64];
			(void)snprintf(name, sizeof(name), "%s", key);
			if (!read_value(&r, &k, key, m) && !r.bad)
				memcpy(bad, name, sizeof(bad));
		}
	if (*bad) {
		jr_fini(&r);
		return err_set(e, MLC_MODEL, "%s: unusable value or key `%s`", LINEAR_FILE, bad);
	}
	if (jr_done(&r, e) < 0)
		return err_wrap(e, "%s", LINEAR_FILE);
	if (!took_needed(&k))
		return err_set(e, MLC_MODEL, "%s: keys are missing", LINEAR_FILE);
	m->can_update = m->can_update && took(&k, 7);
	return 0;
}

int
linear_load(struct linear *m, int dirfd, struct err *e)
{
	struct str text = {0};
	int rc = folder_read(dirfd, LINEAR_FILE, FILE_CAP, &text, e);
	if (rc == 0)
		rc = parse(m, &text, e);
	if (rc == 0)
		labels_outputs(&m->labels, m->target_type, &m->head);
	str_fini(&text);
	return rc;
}
