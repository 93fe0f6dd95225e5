/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/model_trees.h"

LEAK_SUITE(trees);

/* Reads the model as JSON and as UBJSON; both must say the same. The caller ends *t. */
static int
read_both(struct trees *t, const struct small *s, struct err *e)
{
	struct str json = {0}, ubj = {0};
	struct trees other = {0};
	struct err f = {0};
	small_json(&json, s);
	ubj_of_json(&ubj, &json);
	cr_expect(doc_is_binary(ubj.s, ubj.len));
	cr_expect_not(doc_is_binary(json.s, json.len));
	int rc = trees_read(t, json.s, json.len, e);
	cr_expect_eq(trees_read(&other, ubj.s, ubj.len, &f), rc, "%s, and %s", e->msg, f.msg);
	cr_expect_str_eq(f.msg, e->msg);
	cr_expect_eq(other.n_nodes, t->n_nodes);
	trees_fini(&other);
	str_fini(&json);
	str_fini(&ubj);
	return rc;
}

static void
need_read(struct trees *t, const struct small *s)
{
	struct err e = {0};
	cr_assert_eq(read_both(t, s, &e), 0, "%s", e.msg);
}

static void
expect_refused(const struct small *s, const char *why)
{
	struct trees t = {0};
	struct err e = {0};
	cr_expect_eq(read_both(&t, s, &e), -1, "read in spite of: %s", why);
	cr_expect(strstr(e.msg, why), "wanted `%s`, got `%s`", why, e.msg);
	trees_fini(&t);
}

static float
margin(const struct trees *t, float a, float b)
{
	float x[] = {a, b}, out = 0;
	trees_margins(t, x, 1, &out);
	return out;
}

Test(trees, rows_take_the_way_that_the_splits_say)
{
	struct trees t = {0};
	need_read(&t, &(struct small){0});
	cr_expect_eq(margin(&t, 0, -2), 0.5f - 2);
	cr_expect_eq(margin(&t, 0, -1), 0.5f + 4, "what equals the split goes right");
	cr_expect_eq(margin(&t, 0.5f, 0), 0.5f + 8);
	cr_expect_eq(margin(&t, -INFINITY, INFINITY), 0.5f + 4);
	trees_fini(&t);
}

Test(trees, missing_values_take_the_default_way)
{
	struct trees t = {0};
	need_read(&t, &(struct small){0});
	cr_expect_eq(margin(&t, NAN, -2), 0.5f + 8);
	cr_expect_eq(margin(&t, 0, NAN), 0.5f - 2);
	trees_fini(&t);
}

Test(trees, more_trees_than_are_walked_together_are_summed_in_order)
{
	struct str trees = {0}, info = {0};
	float want = 0.5f;
	for (int i = 0; i < 19; i++) {
		str_addf(&trees,
			"%s{\"id\": %d, \"left_children\": [-1], \"right_children\": [-1], "
			"\"split_indices\": [0], \"split_conditions\": [%d.1], "
			"\"default_left\": [0]}",
			i ? ", " : "", i, i);
		str_addf(&info, "%s0", i ? ", " : "[");
		want += (float)(i + 0.1);
	}
	str_addc(&info, ']');
	struct trees t = {0};
	need_read(&t, &(struct small){.trees = trees.s, .info = info.s});
	cr_expect_eq(margin(&t, 0, 0), want);
	cr_expect_eq(t.n_rounds, 19);
	trees_limit(&t, 1);
	cr_expect_eq(margin(&t, 0, 0), 0.5f + 0.1f);
	trees_limit(&t, 0);
	cr_expect_eq(margin(&t, 0, 0), 0.5f);
	trees_fini(&t);
	str_fini(&trees);
	str_fini(&info);
}

Test(trees, a_base_score_of_probabilities_becomes_a_margin)
{
	struct trees t = {0};
	need_read(&t,
		&(struct small){.objective = "binary:logistic",
			.base_score = "[2E-1]",
			.trees = LEAF("0", "1")});
	float want = -logf(1.0f / 0.2f - 1.0f) + 1;
	float row[] = {margin(&t, 0, 0)};
	cr_expect_eq(row[0], want);
	trees_link(&t, row);
	cr_expect_float_eq(row[0], 1 / (1 + exp(-(double)want)), 1e-7);
	trees_fini(&t);
}

Test(trees, classes_have_margins_of_their_own)
{
	struct trees t = {0};
	need_read(&t,
		&(struct small){.objective = "multi:softprob",
			.classes = "3",
			.base_score = "[1E0,2E0,-1E0]",
			.info = "[0, 1, 2]",
			.trees = LEAF("0", "1") ", " LEAF("1", "2") ", " TREE("2")});
	float x[] = {0, 0, 1, 0}, out[6];
	trees_margins(&t, x, 2, out);
	for (int i = 0; i < 6; i++)
		cr_expect_eq(out[i], ((float[]){2, 4, 3, 2, 4, 7})[i], "%d: %g", i, (double)out[i]);
	trees_link(&t, out);
	double sum = exp(2) + exp(4) + exp(3);
	cr_expect_float_eq(out[0], exp(2) / sum, 1e-7);
	cr_expect_float_eq(out[1], exp(4) / sum, 1e-7);
	cr_expect_float_eq(out[0] + out[1] + out[2], 1, 1e-6);
	trees_fini(&t);
}

Test(trees, gains_are_summed_by_feature)
{
	struct trees t = {0};
	need_read(&t, &(struct small){.info = "[0, 0]", .trees = TREE("0") ", " TREE("1")});
	cr_expect_eq(t.gain[0], 20);
	cr_expect_eq(t.gain[1], 5);
	cr_expect_eq(t.uses[0], 2);
	cr_expect_str_eq(t.names[1], "b");
	trees_fini(&t);
}

Test(trees, what_cannot_be_evaluated_is_refused_by_name)
{
	expect_refused(&(struct small){.booster = "dart"}, "booster `dart` is not supported");
	expect_refused(&(struct small){.booster = "gblinear"}, "booster `gblinear`");
	expect_refused(&(struct small){.objective = "count:poisson"}, "objective `count:poisson`");
	expect_refused(&(struct small){.trees = "{\"id\": 0, \"left_children\": [1, -1, -1], "
						"\"right_children\": [2, -1, -1], "
						"\"split_indices\": [0, 0, 0], "
						"\"split_conditions\": [1, 2, 3], "
						"\"default_left\": [0, 0, 0], "
						"\"split_type\": [1, 0, 0]}"},
		"it splits by a category");
	expect_refused(&(struct small){.trees = "{\"id\": 0, \"tree_param\": "
						"{\"size_leaf_vector\": \"3\"}}"},
		"more than one target");
}

/* A tree of three nodes with these children of the root, and of its left child. */
static void
expect_no_tree(const char *left, const char *right, const char *feature, const char *why)
{
	struct str tree = {0};
	str_addf(&tree,
		"{\"id\": 0, \"left_children\": [%s, -1], \"right_children\": [%s, -1], "
		"\"split_indices\": [%s, 0, 0], \"split_conditions\": [1, 2, 3], "
		"\"default_left\": [0, 0, 0]}",
		left, right, feature);
	expect_refused(&(struct small){.trees = tree.s}, why);
	str_fini(&tree);
}

Test(trees, what_is_no_tree_is_refused)
{
	expect_no_tree("1, 0", "2, 2", "0", "makes no tree");
	expect_no_tree("1, -1", "1, -1", "0", "makes no tree");
	expect_no_tree("1, -1", "3, -1", "0", "makes no tree");
	expect_no_tree("-2, -1", "2, -1", "0", "makes no tree");
	expect_no_tree("1.5, -1", "2, -1", "0", "makes no tree");
	expect_no_tree("1, -1", "2, -1", "2", "splits by feature 2 of 2");
	expect_no_tree("1, -1", "2, -1", "-1", "splits by feature -1 of 2");
	expect_no_tree("1, -1", "2", "0", "not of one length");
}

Test(trees, what_contradicts_itself_is_refused)
{
	expect_refused(&(struct small){.names = "[\"a\"]"}, "1 names for 2 features");
	expect_refused(&(struct small){.names = "[\"a\", \"a\"]"}, "comes twice");
	expect_refused(&(struct small){.info = "[0, 0]"}, "1 trees, and tree_info is of 2");
	expect_refused(&(struct small){.info = "[1]"}, "tree 0 is of class 1 of 1");
	expect_refused(&(struct small){.base_score = "x"}, "base_score `x`");
	expect_refused(&(struct small){.base_score = "[1E0,2E0]"}, "base_score");
	expect_refused(&(struct small){.objective = "binary:logistic", .base_score = "2E0"},
		"base_score `2E0`");
	expect_refused(&(struct small){.objective = "multi:softprob"}, "0 classes do not fit");
	expect_refused(&(struct small){.trees = TREE("1")}, "unusable value of `id`");
	expect_refused(&(struct small){.classes = "99999999"}, "unusable value of `num_class`");
}

Test(trees, json_with_numbers_that_are_none_is_read)
{
	struct str json = {0};
	struct trees t = {0};
	struct err e = {0};
	small_json(&json,
		&(struct small){.names = "[\"NaN\\\"\", \"Infinity\"]",
			.trees = "{\"id\": 0, \"left_children\": [1, -1, -1], "
				 "\"right_children\": [2, -1, -1], \"split_indices\": [0, 0, 0], "
				 "\"split_conditions\": [-Infinity, 2, 3], \"default_left\": "
				 "[1, 0, 0], \"loss_changes\": [NaN, 0, 0]}"});
	cr_assert_eq(trees_read(&t, json.s, json.len, &e), 0, "%s", e.msg);
	cr_expect_str_eq(t.names[0], "NaN\"");
	cr_expect_str_eq(t.names[1], "Infinity");
	cr_expect_eq(margin(&t, -1e30f, 0), 3.5f);
	cr_expect_eq(margin(&t, NAN, 0), 2.5f);
	cr_expect_eq(t.gain[0], 0);
	trees_fini(&t);
	str_fini(&json);
}

Test(trees, cut_documents_are_errors)
{
	struct str json = {0}, ubj = {0};
	small_json(&json, &(struct small){0});
	ubj_of_json(&ubj, &json);
	for (size_t n = 0; n < ubj.len; n++) {
		struct trees t = {0};
		struct err e = {0};
		char *cut = malloc(n + 1); /* exactly as long, so that a sanitizer sees beyond it */
		memcpy(cut, ubj.s, n);
		cr_expect_eq(trees_read(&t, cut, n, &e), -1, "%zu bytes were read", n);
		cr_expect(*e.msg);
		trees_fini(&t);
		free(cut);
	}
	str_fini(&json);
	str_fini(&ubj);
}

Test(trees, the_old_binary_format_is_refused_with_a_way_out)
{
	struct trees t = {0};
	struct err e = {0};
	cr_expect_eq(trees_read(&t, "binf\0\0\0?", 8, &e), -1);
	cr_expect(strstr(e.msg, "old binary format"), "%s", e.msg);
	cr_expect(strstr(e.help, "model.ubj"), "%s", e.help);
	trees_fini(&t);
}

Test(trees, counted_lists_of_one_type_are_read)
{
	static const char data[] = "[$d#i\2\x3f\x80\0\0\xc0\0\0\0";
	static const char nothing[] = "[$Z#L\x7f\xff\xff\xff\xff\xff\xff\xff";
	static const char many[] = "[#L\x7f\xff\xff\xff\xff\xff\xff\xff";
	struct ubj u;
	struct err e = {0};
	const char *key;
	ubj_init(&u, data, sizeof(data) - 1);
	cr_assert(ubj_array(&u) && ubj_next(&u, &key));
	cr_expect_eq(ubj_f64(&u), 1);
	cr_assert(ubj_next(&u, &key));
	cr_expect_eq(ubj_f64(&u), -2);
	cr_expect_not(ubj_next(&u, &key));
	cr_expect_eq(ubj_done(&u, &e), 0, "%s", e.msg);
	ubj_init(&u, nothing, sizeof(nothing) - 1);
	cr_expect_not(ubj_array(&u));
	cr_expect_eq(ubj_done(&u, &e), -1);
	ubj_init(&u, many, sizeof(many) - 1);
	cr_expect_not(ubj_array(&u));
	cr_expect_eq(ubj_done(&u, &e), -1);
}
