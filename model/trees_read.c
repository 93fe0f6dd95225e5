/* SPDX-License-Identifier: Apache-2.0
 * Reads the model files of XGBoost 1.0 to 3: JSON, and UBJSON with the same keys.
 *
 *	learner
 *		attributes           texts; "scikit_learn" and "best_iteration" among them
 *		feature_names        may be empty
 *		gradient_booster     name "gbtree"; model: tree_info, iteration_indptr (from 2.0), trees
 *		learner_model_param  base_score "5E-1", from 3.1 "[5E-1]"; num_class, num_feature, num_target
 *		objective            name
 *	version
 *
 * Keys come in any order, so the whole is taken in first (struct file) and put together after. What
 * would predict something else than libxgboost is refused by its name. */
#include "model/trees.h"

#include <math.h>
#include <stdlib.h>

static const struct {
	const char *name;
	enum link link;
	bool classes;     /* a margin for each class */
	bool probability; /* base_score is a probability, not a margin */
} objectives[] = {
	{"binary:logistic", LINK_SIGMOID, false, true},
	{"reg:logistic", LINK_SIGMOID, false, true},
	{"reg:squarederror", LINK_IDENTITY, false, false},
	{"multi:softprob", LINK_SOFTPROB, true, false},
	{"multi:softmax", LINK_SOFTMAX, true, false},
};

enum { OBJECTIVES = sizeof(objectives) / sizeof(objectives[0]), TREES_MAX = 1 << 20 };

/* A file, before it is known what it says as a whole. */
struct file {
	struct trees *t;
	struct doc d;
	const char *booster, *base_score; /* arena */
	double classes, features, targets, leaf_vector, parallel;
	struct numbers info, rounds;
	struct map names;         /* feature names, in order */
	struct tree_lists *lists; /* owned, one a tree */
	size_t n_lists, cap_lists;
	char problem[160]; /* what is wrong with the value just read, or "" */
};

static bool
wrong(struct file *f, const char *what)
{
	if (!*f->problem)
		(void)snprintf(f->problem, sizeof(f->problem), "%s", what);
	return false;
}

/* A table of keys and who reads their values; others are skipped. */
struct key {
	const char *name;
	bool (*read)(struct file *f);
};

static bool
read_keys(struct file *f, const struct key *keys)
{
	const char *key;
	if (!doc_object(&f->d))
		return false;
	while (doc_next(&f->d, &key))
		for (const struct key *k = keys; k->name; k++)
			if (str_eq(k->name, key)) {
				if (!k->read(f))
					return wrong(f, k->name);
				break;
			}
	return !doc_bad(&f->d);
}

static bool
keep_text(struct file *f, const char **out)
{
	*out = arena_strdup(&f->t->arena, doc_str(&f->d));
	return *out != NULL;
}

/* ---- attributes, names, version */

static bool
read_attributes(struct file *f)
{
	const char *key;
	if (!doc_object(&f->d))
		return false;
	while (doc_next(&f->d, &key)) {
		char *name = mem_strdup(key);
		const char *value = doc_str(&f->d);
		if (value)
			map_put(&f->t->attributes, name, arena_strdup(&f->t->arena, value));
		free(name);
	}
	return !doc_bad(&f->d);
}

static bool
read_names(struct file *f)
{
	const char *key;
	if (!doc_array(&f->d))
		return false;
	while (doc_next(&f->d, &key)) {
		const char *name = doc_str(&f->d);
		if (!name)
			return false;
		if (!map_put(&f->names, name, f->t))
			return wrong(f, "a feature name that comes twice");
	}
	return !doc_bad(&f->d);
}

static bool
read_version(struct file *f)
{
	struct numbers v = {0};
	bool good = doc_numbers(&f->d, &v) && v.n == 3;
	for (size_t i = 0; good && i < 3; i++) {
		good = v.v[i] >= 0 && v.v[i] < 1e6;
		f->t->version[i] = good ? (int64_t)v.v[i] : 0;
	}
	free(v.v);
	return good;
}

/* ---- parameters */

static bool
read_base_score(struct file *f)
{
	return keep_text(f, &f->base_score);
}

static bool
read_classes(struct file *f)
{
	f->classes = doc_number_text(&f->d);
	return f->classes >= 0 && f->classes <= TREES_OUTPUTS_MAX;
}

static bool
read_features(struct file *f)
{
	f->features = doc_number_text(&f->d);
	return f->features >= 0 && f->features <= TREES_FEATURES_MAX;
}

static bool
read_targets(struct file *f)
{
	f->targets = doc_number_text(&f->d);
	return f->targets >= 0;
}

static bool
read_model_param(struct file *f)
{
	static const struct key keys[] = {{"base_score", read_base_score},
		{"num_class", read_classes}, {"num_feature", read_features},
		{"num_target", read_targets}, {0}};
	return read_keys(f, keys);
}

static bool
read_objective_name(struct file *f)
{
	return keep_text(f, &f->t->objective);
}

static bool
read_objective(struct file *f)
{
	static const struct key keys[] = {{"name", read_objective_name}, {0}};
	return read_keys(f, keys);
}

/* ---- trees */

static struct tree_lists *
last_tree(struct file *f)
{
	return &f->lists[f->n_lists - 1];
}

static bool
read_left(struct file *f)
{
	return doc_numbers(&f->d, &last_tree(f)->left);
}

static bool
read_right(struct file *f)
{
	return doc_numbers(&f->d, &last_tree(f)->right);
}

static bool
read_feature(struct file *f)
{
	return doc_numbers(&f->d, &last_tree(f)->feature);
}

static bool
read_split(struct file *f)
{
	return doc_numbers(&f->d, &last_tree(f)->split);
}

static bool
read_default(struct file *f)
{
	return doc_numbers(&f->d, &last_tree(f)->default_left);
}

static bool
read_type(struct file *f)
{
	return doc_numbers(&f->d, &last_tree(f)->type);
}

static bool
read_gain(struct file *f)
{
	return doc_numbers(&f->d, &last_tree(f)->gain);
}

static bool
read_cover(struct file *f)
{
	return doc_numbers(&f->d, &last_tree(f)->cover);
}

static bool
read_id(struct file *f)
{
	return doc_f64(&f->d) == (double)(f->n_lists - 1);
}

static bool
read_leaf_vector(struct file *f)
{
	double v = doc_number_text(&f->d);
	f->leaf_vector = v > f->leaf_vector ? v : f->leaf_vector;
	return v >= 0;
}

static bool
read_tree_param(struct file *f)
{
	static const struct key keys[] = {{"size_leaf_vector", read_leaf_vector}, {0}};
	return read_keys(f, keys);
}

static bool
read_trees(struct file *f)
{
	static const struct key keys[] = {{"left_children", read_left},
		{"right_children", read_right}, {"split_indices", read_feature},
		{"split_conditions", read_split}, {"default_left", read_default},
		{"split_type", read_type}, {"loss_changes", read_gain}, {"sum_hessian", read_cover},
		{"id", read_id}, {"tree_param", read_tree_param}, {0}};
	const char *key;
	if (!doc_array(&f->d))
		return false;
	while (doc_next(&f->d, &key)) {
		if (f->n_lists == TREES_MAX)
			return wrong(f, "more trees than can be read");
		if (f->n_lists == f->cap_lists)
			f->lists = mem_grow(
				f->lists, &f->cap_lists, f->n_lists + 1, sizeof(*f->lists));
		f->lists[f->n_lists++] = (struct tree_lists){0};
		if (!read_keys(f, keys))
			return false;
	}
	return !doc_bad(&f->d);
}

static bool
read_info(struct file *f)
{
	return doc_numbers(&f->d, &f->info);
}

static bool
read_rounds(struct file *f)
{
	return doc_numbers(&f->d, &f->rounds);
}

static bool
read_parallel(struct file *f)
{
	f->parallel = doc_number_text(&f->d);
	return f->parallel >= 0 && f->parallel <= TREES_MAX;
}

static bool
read_gbtree_param(struct file *f)
{
	static const struct key keys[] = {{"num_parallel_tree", read_parallel}, {0}};
	return read_keys(f, keys);
}

static bool
read_gbtree(struct file *f)
{
	static const struct key keys[] = {{"tree_info", read_info},
		{"iteration_indptr", read_rounds}, {"trees", read_trees},
		{"gbtree_model_param", read_gbtree_param}, {0}};
	return read_keys(f, keys);
}

static bool
read_booster_name(struct file *f)
{
	return keep_text(f, &f->booster);
}

static bool
read_booster(struct file *f)
{
	static const struct key keys[] = {{"name", read_booster_name}, {"model", read_gbtree}, {0}};
	return read_keys(f, keys);
}

static bool
read_learner(struct file *f)
{
	static const struct key keys[] = {{"attributes", read_attributes},
		{"feature_names", read_names}, {"gradient_booster", read_booster},
		{"learner_model_param", read_model_param}, {"objective", read_objective}, {0}};
	return read_keys(f, keys);
}

static int
read_file(struct file *f, struct err *e)
{
	static const struct key keys[] = {
		{"learner", read_learner}, {"version", read_version}, {0}};
	bool good = read_keys(f, keys);
	if (good || doc_bad(&f->d))
		return doc_done(&f->d, e);
	doc_fini(&f->d);
	return err_set(e, MLC_MODEL, "unusable value of `%s`", f->problem);
}

/* ---- putting it together */

static int
take_objective(struct file *f, struct err *e)
{
	struct trees *t = f->t;
	struct str known = {0};
	if (f->booster && !str_eq(f->booster, "gbtree")) {
		err_set(e, MLC_MODEL, "booster `%s` is not supported", f->booster);
		return err_help(e, "train with booster \"gbtree\"");
	}
	if (!f->booster || !t->objective || !f->base_score || f->features < 1)
		return err_set(e, MLC_MODEL, "this is no model of XGBoost: keys are missing");
	for (size_t i = 0; i < OBJECTIVES; i++) {
		if (!str_eq(objectives[i].name, t->objective)) {
			str_addf(&known, "%s%s", i ? ", " : "", objectives[i].name);
			continue;
		}
		str_fini(&known);
		t->link = objectives[i].link;
		t->n_outputs = objectives[i].classes ? (int)f->classes : 1;
		if (objectives[i].classes ? f->classes < 2 : f->classes > 1)
			return err_set(e, MLC_MODEL, "%g classes do not fit objective `%s`",
				f->classes, t->objective);
		return 0;
	}
	err_set(e, MLC_MODEL, "objective `%s` is not supported", t->objective);
	err_help(e, "supported are %s", str_text(&known));
	str_fini(&known);
	return -1;
}

/* The margin of a base score, as the library makes it of one. */
static float
base_margin(const struct trees *t, float score)
{
	return t->link == LINK_SIGMOID ? -logf(1.0f / score - 1.0f) : score;
}

static int
take_base(struct file *f, struct err *e)
{
	struct trees *t = f->t;
	char *text = mem_strdup(f->base_score), *rest = NULL;
	char *list = text + strspn(text, "[");
	int n = 0;
	double v = 0;
	t->base = arena_alloc(&t->arena, (size_t)t->n_outputs * sizeof(float));
	list[strcspn(list, "]")] = '\0';
	for (char *p = strtok_r(list, ",", &rest); p; p = strtok_r(NULL, ",", &rest)) {
		if (n == t->n_outputs || str_to_f64(p, &v) < 0) {
			n = -1;
			break;
		}
		t->base[n++] = base_margin(t, (float)v);
	}
	for (int i = 1; n == 1 && i < t->n_outputs; i++)
		t->base[i] = t->base[0];
	free(text);
	for (int i = 0; i < t->n_outputs; i++)
		if ((n != 1 && n != t->n_outputs) || !isfinite(t->base[i]))
			return err_set(
				e, MLC_MODEL, "base_score `%.80s` is not usable", f->base_score);
	return 0;
}

static int
take_features(struct file *f, struct err *e)
{
	struct trees *t = f->t;
	t->n_features = (int)f->features;
	t->gain = arena_alloc(&t->arena, (size_t)t->n_features * sizeof(float));
	t->cover = arena_alloc(&t->arena, (size_t)t->n_features * sizeof(float));
	t->uses = arena_alloc(&t->arena, (size_t)t->n_features * sizeof(int64_t));
	if (!f->names.n)
		return 0;
	if (f->names.n != (size_t)t->n_features)
		return err_set(
			e, MLC_MODEL, "%zu names for %d features", f->names.n, t->n_features);
	t->names = arena_alloc(&t->arena, f->names.n * sizeof(*t->names));
	for (size_t i = 0; i < f->names.n; i++)
		t->names[i] = arena_strdup(&t->arena, f->names.keys[i]);
	return 0;
}

static int
take_trees(struct file *f, struct err *e)
{
	struct trees *t = f->t;
	if (f->targets > 1 || f->leaf_vector > 1)
		return err_set(e, MLC_MODEL, "models with more than one target are not supported");
	if (f->info.n != f->n_lists)
		return err_set(
			e, MLC_MODEL, "%zu trees, and tree_info is of %zu", f->n_lists, f->info.n);
	t->roots = mem_alloc((f->n_lists + 1) * sizeof(*t->roots));
	t->outputs = mem_alloc((f->n_lists + 1) * sizeof(*t->outputs));
	for (size_t i = 0; i < f->n_lists; i++) {
		double output = f->info.v[i];
		if (!(output >= 0 && output < t->n_outputs && output == floor(output)))
			return err_set(e, MLC_MODEL, "tree %zu is of class %g of %d", i, output,
				t->n_outputs);
		t->outputs[i] = (uint32_t)output;
		if (trees_add(t, &f->lists[i], e) < 0)
			return err_wrap(e, "tree %zu", i);
		tree_lists_fini(&f->lists[i]);
		t->n_trees++;
	}
	t->used = t->n_trees;
	return 0;
}

/* Which trees were made in which round; until 2.0 there are equally many in each. */
static int
take_rounds(struct file *f, struct err *e)
{
	struct trees *t = f->t;
	int64_t each = t->n_outputs * (f->parallel > 1 ? (int64_t)f->parallel : 1);
	size_t n = f->rounds.n ? f->rounds.n - 1 : (size_t)(t->n_trees / each);
	t->layers = arena_alloc(&t->arena, (n + 1) * sizeof(*t->layers));
	t->n_rounds = (int)n;
	for (size_t i = 0; i <= n; i++) {
		double v = f->rounds.n ? f->rounds.v[i] : (double)(each * (int64_t)i);
		if (!(v >= (i ? t->layers[i - 1] : 0) && v <= t->n_trees && v == floor(v)))
			return err_set(e, MLC_MODEL, "iteration_indptr is of other trees");
		t->layers[i] = (int)v;
	}
	return 0;
}

static int
put_together(struct file *f, struct err *e)
{
	if (take_objective(f, e) < 0 || take_base(f, e) < 0 || take_features(f, e) < 0 ||
		take_trees(f, e) < 0)
		return -1;
	return take_rounds(f, e);
}

static void
file_fini(struct file *f)
{
	for (size_t i = 0; i < f->n_lists; i++)
		tree_lists_fini(&f->lists[i]);
	free(f->lists);
	free(f->info.v);
	free(f->rounds.v);
	map_fini(&f->names);
}

/* The format of before 1.0, gone since 3.1, begins with its base score or with its name. */
static int
refuse_binary(struct err *e)
{
	err_set(e, MLC_MODEL,
		"the model is in XGBoost's old binary format, or in none of its formats");
	return err_help(e,
		"load it with the XGBoost that wrote it (below 3.1), and save it as "
		"model.ubj or model.json");
}

int
trees_read(struct trees *t, const char *data, size_t len, struct err *e)
{
	struct file f = {.t = t};
	size_t space = 0;
	while (space < len && memchr(" \t\r\n", data[space], 4))
		space++;
	if (space == len || data[space] != '{')
		return refuse_binary(e);
	doc_init(&f.d, data, len);
	int rc = read_file(&f, e);
	if (rc == 0)
		rc = put_together(&f, e);
	file_fini(&f);
	return rc;
}
