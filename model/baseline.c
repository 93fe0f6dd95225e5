/* SPDX-License-Identifier: Apache-2.0
 * The flavor `baseline`: what can be said without looking at a row. The largest class, with the share of each
 * as its score; or the mean or median of a number. It needs no features, so it predicts also where
 * they are missing, and it is what any other model has to beat.
 *
 *	{"format": "mlflow-c/baseline", "version": 1, "strategy": "majority",
 *	 "target": {"name": "y", "type": "int64", "classes": [0, 1]}, "frequencies": [0.78, 0.22],
 *	 "training": {"rows": 36000}}
 *
 * With strategy mean or median `value` stands in place of classes and frequencies. */
#include "model/columns.h"
#include "model/labels.h"

#include <math.h>
#include <stdlib.h>

#define FORMAT "mlflow-c/baseline"
#define BASELINE_FILE "baseline.json"
enum { FORMAT_VERSION = 1, FILE_CAP = 1 << 20 };

enum strategy { BY_TYPE, MAJORITY, MEAN, MEDIAN };

struct baseline {
	struct mlf_model head;
	enum strategy strategy;
	const char *target; /* arena */
	enum mlf_type target_type;
	struct labels labels; /* MAJORITY */
	double *frequencies;  /* arena; one a class */
	double value;         /* MEAN, MEDIAN */
	int64_t rows;
};

static const char *const strategies[] = {
	[MAJORITY] = "majority", [MEAN] = "mean", [MEDIAN] = "median"};

/* BY_TYPE: there is no such strategy. */
static enum strategy
strategy_of_name(const char *name)
{
	for (int i = MAJORITY; i <= MEDIAN; i++)
		if (str_eq(name, strategies[i]))
			return (enum strategy)i;
	return BY_TYPE;
}

static void
baseline_free(struct mlf_model *m)
{
	arena_fini(&m->arena);
	free(m);
}

/* ---- fit */

static int
read_options(const char *json, enum strategy *out, struct err *e)
{
	struct jr r;
	const char *key;
	*out = BY_TYPE;
	if (!json)
		return 0;
	jr_init(&r, json, strlen(json));
	if (jr_object(&r))
		while (jr_next(&r, &key)) {
			bool known = str_eq(key, "strategy");
			if (known)
				*out = strategy_of_name(jr_str(&r));
			else
				err_set(e, MLC_MODEL, "flavor `baseline` has no option `%s`", key);
			if (r.bad || (known && *out != BY_TYPE))
				continue;
			jr_fini(&r);
			if (known)
				return err_set(e, MLC_MODEL,
					"option `strategy` is \"majority\", \"mean\" or "
					"\"median\"");
			return err_help(e, "it has strategy");
		}
	return jr_done(&r, e) < 0 ? err_wrap(e, "the flavor's options") : 0;
}

static int
fit_classes(struct mlf_frame *f, struct baseline *m, struct err *e)
{
	double *y = mem_alloc((size_t)m->rows * sizeof(*y));
	int rc = labels_find(f, m->target, &m->head.arena, &m->labels, y, e);
	if (rc == 0) {
		m->frequencies = arena_alloc(&m->head.arena, m->labels.n * sizeof(double));
		for (int64_t i = 0; i < m->rows; i++)
			m->frequencies[(size_t)y[i]]++;
		for (size_t c = 0; c < m->labels.n; c++)
			m->frequencies[c] /= (double)m->rows;
	}
	free(y);
	return rc;
}

/* What rounding loses is carried along (Neumaier), so that the order of the rows hardly matters. */
static double
mean_of(const double *v, int64_t n)
{
	double sum = 0, lost = 0;
	for (int64_t i = 0; i < n; i++) {
		double t = sum + v[i];
		lost += fabs(sum) >= fabs(v[i]) ? (sum - t) + v[i] : (v[i] - t) + sum;
		sum = t;
	}
	return (sum + lost) / (double)n;
}

static int
ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static double
median_of(const double *v, int64_t n)
{
	double *sorted = mem_alloc((size_t)n * sizeof(*sorted));
	memcpy(sorted, v, (size_t)n * sizeof(*sorted));
	qsort(sorted, (size_t)n, sizeof(*sorted), ascending);
	double low = sorted[(n - 1) / 2], high = sorted[n / 2];
	free(sorted);
	return low / 2 + high / 2;
}

static int
fit_number(struct mlf_frame *f, struct baseline *m, struct err *e)
{
	if (m->target_type != MLF_F64 && m->target_type != MLF_I64)
		return err_set(e, MLC_MODEL, "target `%s` is %s; a number is wanted", m->target,
			type_name(m->target_type));
	const double *v = mlf_f64(f, m->target).v;
	for (int64_t i = 0; i < m->rows; i++)
		if (!isfinite(v[i]))
			return complain_values(m->target, v, m->rows, e);
	m->value = m->strategy == MEAN ? mean_of(v, m->rows) : median_of(v, m->rows);
	if (!isfinite(m->value))
		return err_set(e, MLC_MODEL, "the values of column `%s` are too large to be added",
			m->target);
	return 0;
}

static int
fit(struct mlf_frame *f, const struct mlf_fit_spec *spec, struct mlf_model **out, struct err *e)
{
	enum strategy strategy;
	enum mlf_type type = target_type(f, spec->target, e);
	if (!type || read_options(spec->options, &strategy, e) < 0)
		return -1;
	struct mlf_model *head = model_new(&flavor_baseline, sizeof(struct baseline));
	struct baseline *m = (struct baseline *)head;
	m->strategy = strategy != BY_TYPE ? strategy : type == MLF_F64 ? MEAN : MAJORITY;
	m->target = arena_strdup(&head->arena, spec->target);
	m->target_type = type;
	m->rows = mlf_rows(f);
	if ((m->strategy == MAJORITY ? fit_classes(f, m, e) : fit_number(f, m, e)) < 0) {
		model_unref(head);
		return -1;
	}
	labels_outputs(&m->labels, m->target_type, &m->head);
	*out = head;
	return 0;
}

/* ---- predict */

static int
predict(const struct mlf_model *head, struct mlf_frame *f, struct scope *sc, struct mlf_frame **out,
	struct err *e)
{
	const struct baseline *m = (const struct baseline *)head;
	struct mlf_builder *b = scope_builder(sc);
	int64_t n = mlf_rows(f);
	size_t most = 0, first = m->labels.n == 2 ? 1 : 0;
	(void)e;
	for (size_t c = 1; c < m->labels.n; c++)
		most = m->frequencies[c] > m->frequencies[most] ? c : most;
	for (size_t i = 0; i < head->n_outputs; i++)
		(void)mlf_add_column(b, head->outputs[i].name, head->outputs[i].type);
	for (int64_t i = 0; i < n; i++) {
		if (!m->labels.n)
			mlf_push_f64(b, 0, m->value);
		else
			labels_push(&m->labels, most, b, 0);
		for (size_t k = 1; k < head->n_outputs; k++)
			mlf_push_f64(b, (int)k, m->frequencies[first + k - 1]);
	}
	*out = mlf_finish(b);
	return 0;
}

/* ---- the file */

static int
save(const struct mlf_model *head, int dirfd, struct jw *mlmodel, struct err *e)
{
	const struct baseline *m = (const struct baseline *)head;
	struct str text = {0};
	struct jw w;
	jw_kv_i64(mlmodel, "version", 1);
	jw_init(&w, &text);
	jw_object(&w);
	jw_kv_str(&w, "format", FORMAT);
	jw_kv_i64(&w, "version", FORMAT_VERSION);
	jw_kv_str(&w, "strategy", strategies[m->strategy]);
	jw_key(&w, "target");
	jw_object(&w);
	jw_kv_str(&w, "name", m->target);
	jw_kv_str(&w, "type", type_name(m->target_type));
	if (m->labels.n) {
		jw_key(&w, "classes");
		labels_write(&m->labels, &w);
		jw_end(&w, '}');
		jw_key(&w, "frequencies");
		jw_array(&w);
		for (size_t c = 0; c < m->labels.n; c++)
			jw_f64(&w, m->frequencies[c]);
		jw_end(&w, ']');
	} else {
		jw_end(&w, '}');
		jw_kv_f64(&w, "value", m->value);
	}
	jw_key(&w, "training");
	jw_object(&w);
	jw_kv_i64(&w, "rows", m->rows);
	jw_end(&w, '}');
	jw_end(&w, '}');
	str_addc(&text, '\n');
	int rc = folder_write(dirfd, BASELINE_FILE, text.s, text.len, e);
	str_fini(&text);
	return rc;
}

static bool
read_target(struct jr *r, struct baseline *m)
{
	const char *key;
	bool good = jr_object(r);
	while (good && jr_next(r, &key))
		if (str_eq(key, "name") && !m->target)
			m->target = arena_strdup(&m->head.arena, jr_str(r));
		else if (str_eq(key, "type") && !m->target_type)
			m->target_type = type_of_name(jr_str(r));
		else if (str_eq(key, "classes") && !m->labels.n)
			good = labels_read(&m->labels, m->target_type, &m->head.arena, r);
		else
			good = false;
	if (!good || !m->target || !*m->target)
		return false;
	if (m->strategy == MAJORITY)
		return m->labels.n >= 2;
	return !m->labels.n && (m->target_type == MLF_F64 || m->target_type == MLF_I64);
}

static bool
read_frequencies(struct jr *r, struct baseline *m)
{
	const char *key;
	size_t n = 0;
	bool good = m->labels.n && !m->frequencies && jr_array(r);
	m->frequencies = arena_alloc(&m->head.arena, (m->labels.n + 1) * sizeof(double));
	while (good && jr_next(r, &key)) {
		double v = jr_f64(r);
		good = n < m->labels.n && v >= 0 && v <= 1;
		if (good)
			m->frequencies[n++] = v;
	}
	return good && n == m->labels.n;
}

static bool
read_training(struct jr *r, struct baseline *m)
{
	const char *key;
	bool good = jr_object(r);
	while (good && jr_next(r, &key))
		if (str_eq(key, "rows") && !m->rows)
			m->rows = jr_i64(r);
		else
			good = false;
	return good && m->rows > 0;
}

/* The keys in their order, of which each kind of baseline has all but one. */
enum key { K_FORMAT, K_VERSION, K_STRATEGY, K_TARGET, K_FREQUENCIES, K_VALUE, K_TRAINING, KEYS };
static const char *const key_names[KEYS] = {
	"format", "version", "strategy", "target", "frequencies", "value", "training"};

static bool
read_value(struct jr *r, int key, unsigned seen, struct baseline *m)
{
	switch (key) {
	case K_FORMAT: return str_eq(jr_str(r), FORMAT);
	case K_VERSION: return jr_i64(r) == FORMAT_VERSION;
	case K_STRATEGY: m->strategy = strategy_of_name(jr_str(r)); return m->strategy != BY_TYPE;
	case K_TARGET: return seen & 1u << K_STRATEGY && read_target(r, m);
	case K_FREQUENCIES: return read_frequencies(r, m);
	case K_VALUE: m->value = jr_f64(r); return isfinite(m->value) && m->strategy > MAJORITY;
	case K_TRAINING: return read_training(r, m);
	default: return false;
	}
}

static int
parse(struct baseline *m, const struct str *text, struct err *e)
{
	struct jr r;
	const char *key;
	unsigned seen = 0;
	bool good = true;
	jr_init(&r, str_text(text), text->len);
	if (jr_object(&r))
		while (good && jr_next(&r, &key)) {
			int k = 0;
			while (k < KEYS && !str_eq(key, key_names[k]))
				k++;
			good = k < KEYS && !(seen & 1u << k) && read_value(&r, k, seen, m);
			seen |= 1u << k;
		}
	if (!good && !r.bad) {
		jr_fini(&r);
		return err_set(e, MLC_MODEL, BASELINE_FILE ": a key or its value is unusable");
	}
	if (jr_done(&r, e) < 0)
		return err_wrap(e, BASELINE_FILE);
	unsigned missing = 1u << (m->strategy == MAJORITY ? K_VALUE : K_FREQUENCIES);
	if ((seen | missing) != (1u << KEYS) - 1)
		return err_set(e, MLC_MODEL, BASELINE_FILE ": keys are missing");
	return 0;
}

static int
load(int dirfd, struct mlf_model **out, struct err *e)
{
	struct mlf_model *m = model_new(&flavor_baseline, sizeof(struct baseline));
	struct str text = {0};
	int rc = folder_read(dirfd, BASELINE_FILE, FILE_CAP, &text, e);
	if (rc == 0)
		rc = parse((struct baseline *)m, &text, e);
	str_fini(&text);
	if (rc < 0) {
		model_unref(m);
		return -1;
	}
	const struct baseline *b = (const struct baseline *)m;
	labels_outputs(&b->labels, b->target_type, m);
	*out = m;
	return 0;
}

const struct flavor flavor_baseline = {
	.name = "baseline",
	.fit = fit,
	.predict = predict,
	.save = save,
	.load = load,
	.free = baseline_free,
	.data = BASELINE_FILE,
};
