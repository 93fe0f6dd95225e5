/* SPDX-License-Identifier: Apache-2.0
 * linear.json: what a linear model is, in numbers that read back as the same doubles.
 *
 *	{"format": "mlflow-c/linear", "version": 1, "objective": "logistic",
 *	 "target": {"name": "loan_status", "type": "int64", "classes": [0, 1]},
 *	 "intercept": -2.1, "features": [{"name": "age", "type": "float64", "coefficient": 0.1}],
 *	 "training": {"rows": 36000, "iterations": 6, "objective": 7985.2, "l2": 1, "tol": 1e-10,
 *	              "standardize": true}}
 *
 * Reading takes nothing for granted: every key must be there once, with a value that makes sense. */
#include "model/linear.h"

#include <math.h>
#include <stdlib.h>

#define FORMAT "mlflow-c/linear"
enum { FORMAT_VERSION = 1, FILE_CAP = 8 << 20 };

/* ---- writing */

static void
add_target(struct jw *w, const struct linear *m)
{
	jw_key(w, "target");
	jw_object(w);
	jw_kv_str(w, "name", m->target);
	jw_kv_str(w, "type", type_name(m->target_type));
	if (m->loss == LOSS_LOGISTIC) {
		jw_key(w, "classes");
		jw_array(w);
		jw_i64(w, m->classes[0]);
		jw_i64(w, m->classes[1]);
		jw_end(w, ']');
	}
	jw_end(w, '}');
}

static void
add_features(struct jw *w, const struct linear *m)
{
	jw_key(w, "features");
	jw_array(w);
	for (size_t j = 0; j < m->head.n_inputs; j++) {
		jw_object(w);
		jw_kv_str(w, "name", m->head.inputs[j].name);
		jw_kv_str(w, "type", type_name(m->head.inputs[j].type));
		jw_kv_f64(w, "coefficient", m->coefficients[j]);
		jw_end(w, '}');
	}
	jw_end(w, ']');
}

static void
add_training(struct jw *w, const struct linear *m)
{
	jw_key(w, "training");
	jw_object(w);
	jw_kv_i64(w, "rows", m->rows);
	jw_kv_i64(w, "iterations", m->iterations);
	jw_kv_f64(w, "objective", m->objective);
	jw_kv_f64(w, "l2", m->l2);
	jw_kv_f64(w, "tol", m->tol);
	jw_kv_bool(w, "standardize", m->standardize);
	jw_end(w, '}');
}

int
linear_save(const struct linear *m, int dirfd, struct err *e)
{
	struct str text = {0};
	struct jw w;
	jw_init(&w, &text);
	jw_object(&w);
	jw_kv_str(&w, "format", FORMAT);
	jw_kv_i64(&w, "version", FORMAT_VERSION);
	jw_kv_str(&w, "objective", loss_name(m->loss));
	add_target(&w, m);
	jw_kv_f64(&w, "intercept", m->intercept);
	add_features(&w, m);
	add_training(&w, m);
	jw_end(&w, '}');
	str_addc(&text, '\n');
	int rc = folder_write(dirfd, LINEAR_FILE, text.s, text.len, e);
	str_fini(&text);
	return rc;
}

/* ---- reading */

/* The keys of one object, each of which must come exactly once. */
struct keys {
	const char *const *names;
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
took_all(const struct keys *k)
{
	int n = 0;
	while (k->names[n])
		n++;
	return k->seen == (1u << n) - 1;
}

static bool
read_classes(struct jr *r, int64_t classes[2])
{
	const char *key;
	int n = 0;
	if (!jr_array(r))
		return false;
	for (; jr_next(r, &key); n++)
		if (n < 2)
			classes[n] = jr_i64(r);
		else
			jr_skip(r);
	return n == 2 && classes[0] < classes[1];
}

static bool
read_target(struct jr *r, struct linear *m)
{
	static const char *const names[] = {"name", "type", "classes", NULL};
	struct keys k = {names, 0};
	const char *key;
	bool classes = false;
	if (!jr_object(r))
		return false;
	while (jr_next(r, &key))
		switch (take(&k, key)) {
		case 0: m->target = arena_strdup(&m->head.arena, jr_str(r)); break;
		case 1: m->target_type = type_of_name(jr_str(r)); break;
		case 2: classes = read_classes(r, m->classes); break;
		default: return false;
		}
	if (!m->target || !*m->target)
		return false;
	if (m->loss == LOSS_SQUARED)
		return k.seen == 3 && (m->target_type == MLF_F64 || m->target_type == MLF_I64);
	if (m->target_type == MLF_BOOL)
		return classes && m->classes[0] == 0 && m->classes[1] == 1;
	return classes && m->target_type == MLF_I64;
}

static bool
read_feature(struct jr *r, struct linear *m, struct sig_column *in, double *coefficient)
{
	static const char *const names[] = {"name", "type", "coefficient", NULL};
	struct keys k = {names, 0};
	const char *key;
	if (!jr_object(r))
		return false;
	while (jr_next(r, &key))
		switch (take(&k, key)) {
		case 0: in->name = arena_strdup(&m->head.arena, jr_str(r)); break;
		case 1: in->type = type_of_name(jr_str(r)); break;
		case 2: *coefficient = jr_f64(r); break;
		default: return false;
		}
	return took_all(&k) && in->name && *in->name && isfinite(*coefficient) &&
		(in->type == MLF_F64 || in->type == MLF_I64 || in->type == MLF_BOOL);
}

static bool
read_features(struct jr *r, struct linear *m)
{
	struct arena *a = &m->head.arena;
	struct map seen = {0};
	const char *key;
	size_t n = 0;
	bool good = jr_array(r);
	m->head.inputs = arena_alloc(a, LINEAR_FEATURES_MAX * sizeof(*m->head.inputs));
	m->coefficients = arena_alloc(a, LINEAR_FEATURES_MAX * sizeof(double));
	for (; good && jr_next(r, &key); n++)
		good = n < LINEAR_FEATURES_MAX &&
			read_feature(r, m, &m->head.inputs[n], &m->coefficients[n]) &&
			map_put(&seen, m->head.inputs[n].name, m);
	m->head.n_inputs = n;
	map_fini(&seen);
	return good && n > 0;
}

static bool
read_training(struct jr *r, struct linear *m)
{
	static const char *const names[] = {
		"rows", "iterations", "objective", "l2", "tol", "standardize", NULL};
	struct keys k = {names, 0};
	const char *key;
	int64_t iterations = -1;
	if (!jr_object(r))
		return false;
	while (jr_next(r, &key))
		switch (take(&k, key)) {
		case 0: m->rows = jr_i64(r); break;
		case 1: iterations = jr_i64(r); break;
		case 2: m->objective = jr_f64(r); break;
		case 3: m->l2 = jr_f64(r); break;
		case 4: m->tol = jr_f64(r); break;
		case 5: m->standardize = jr_bool(r); break;
		default: return false;
		}
	m->iterations = (int)iterations;
	return took_all(&k) && m->rows > 0 && iterations >= 0 && iterations <= 100000 &&
		isfinite(m->objective) && m->l2 >= 0 && m->tol > 0;
}

/* Reads the value of one top-level key; false: it makes no sense. `objective` comes before target. */
static bool
read_value(struct jr *r, struct keys *k, const char *key, struct linear *m)
{
	switch (take(k, key)) {
	case 0: return str_eq(jr_str(r), FORMAT);
	case 1: return jr_i64(r) == FORMAT_VERSION;
	case 2: return loss_of_name(jr_str(r), &m->loss) == 0;
	case 3: return k->seen & 1u << 2 && read_target(r, m);
	case 4: m->intercept = jr_f64(r); return isfinite(m->intercept);
	case 5: return read_features(r, m);
	case 6: return read_training(r, m);
	default: return false;
	}
}

static int
parse(struct linear *m, const struct str *text, struct err *e)
{
	static const char *const names[] = {"format", "version", "objective", "target", "intercept",
		"features", "training", NULL};
	struct keys k = {names, 0};
	struct jr r;
	const char *key;
	char bad[64] = "";
	jr_init(&r, str_text(text), text->len);
	if (jr_object(&r))
		while (!*bad && jr_next(&r, &key)) {
			char name[64];
			snprintf(name, sizeof(name), "%s", key);
			if (!read_value(&r, &k, key, m) && !r.bad)
				memcpy(bad, name, sizeof(bad));
		}
	if (*bad) {
		jr_fini(&r);
		return err_set(e, MLC_MODEL, "%s: unusable value or key `%s`", LINEAR_FILE, bad);
	}
	if (jr_done(&r, e) < 0)
		return err_wrap(e, "%s", LINEAR_FILE);
	if (!took_all(&k))
		return err_set(e, MLC_MODEL, "%s: keys are missing", LINEAR_FILE);
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
		linear_outputs(m);
	str_fini(&text);
	return rc;
}
