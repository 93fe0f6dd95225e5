/* SPDX-License-Identifier: Apache-2.0
 * Small models of XGBoost made by hand, and the same documents as UBJSON. */
#ifndef TESTS_UNIT_MODEL_TREES_H
#define TESTS_UNIT_MODEL_TREES_H

#include "tests/unit/unit.h"
#include "model/trees.h"

/* What differs from one model to the next; NULL is what SMALL has. */
struct small {
	const char *objective, *base_score, *classes, *names, *attributes, *info, *trees, *booster;
};

/* a < 0.5 ? (b < -1 ? -2 : 4) : 8; missing a goes right, missing b left. Nodes in file order. */
#define TREE(id)                                                                         \
	"{\"id\": " id ", \"left_children\": [1, 3, -1, -1, -1], "                       \
	"\"right_children\": [2, 4, -1, -1, -1], \"split_indices\": [0, 1, 0, 0, 0], "   \
	"\"split_conditions\": [0.5, -1, 8, -2, 4], \"default_left\": [0, 1, 0, 0, 0], " \
	"\"split_type\": [0, 0, 0, 0, 0], \"loss_changes\": [10, 2.5, 0, 0, 0], "        \
	"\"categories\": [], \"tree_param\": {\"num_nodes\": \"5\", \"size_leaf_vector\": \"1\"}}"
/* A root that is a leaf. */
#define LEAF(id, value)                                                        \
	"{\"id\": " id ", \"left_children\": [-1], \"right_children\": [-1], " \
	"\"split_indices\": [0], \"split_conditions\": [" value "], \"default_left\": [0]}"

static inline void
small_json(struct str *out, const struct small *s)
{
	str_addf(out,
		"{\"learner\": {\"attributes\": %s, \"feature_names\": %s, \"feature_types\": [], "
		"\"gradient_booster\": {\"model\": {\"gbtree_model_param\": "
		"{\"num_parallel_tree\": \"1\", \"num_trees\": \"1\"}, \"tree_info\": %s, "
		"\"trees\": [%s]}, \"name\": \"%s\"}, \"learner_model_param\": {\"base_score\": "
		"\"%s\", \"num_class\": \"%s\", \"num_feature\": \"2\", \"num_target\": \"1\"}, "
		"\"objective\": {\"name\": \"%s\"}}, \"version\": [3, 2, 0]}",
		s->attributes ? s->attributes : "{}", s->names ? s->names : "[\"a\", \"b\"]",
		s->info ? s->info : "[0]", s->trees ? s->trees : TREE("0"),
		s->booster ? s->booster : "gbtree", s->base_score ? s->base_score : "5E-1",
		s->classes ? s->classes : "0", s->objective ? s->objective : "reg:squarederror");
}

static inline void
big(struct str *out, uint64_t v, int bytes)
{
	while (bytes-- > 0)
		str_addc(out, (char)(v >> bytes * 8));
}

static inline void
ubj_text(struct str *out, const char *s)
{
	str_addc(out, 'L');
	big(out, strlen(s), 8);
	str_add(out, s);
}

static inline void
ubj_number(struct str *out, double v)
{
	float f = (float)v;
	uint32_t bits;
	memcpy(&bits, &f, sizeof(bits));
	str_addc(out, v == floor(v) ? 'l' : 'd');
	big(out, v == floor(v) ? (uint32_t)(int32_t)v : bits, 4);
}

/* The next JSON value as UBJSON. */
static inline void
ubj_value(struct str *out, struct jr *r)
{
	const char *key;
	enum jtype type = jr_peek(r);
	if (type == J_STRING) {
		str_addc(out, 'S');
		ubj_text(out, jr_str(r));
	} else if (type == J_NUMBER) {
		ubj_number(out, jr_f64(r));
	} else if (type == J_OBJECT ? jr_object(r) : jr_array(r)) {
		str_addc(out, type == J_OBJECT ? '{' : '[');
		while (jr_next(r, &key)) {
			if (key)
				ubj_text(out, key);
			ubj_value(out, r);
		}
		str_addc(out, type == J_OBJECT ? '}' : ']');
	}
}

static inline void
ubj_of_json(struct str *out, const struct str *json)
{
	struct jr r;
	struct err e = {0};
	jr_init(&r, json->s, json->len);
	ubj_value(out, &r);
	cr_assert_eq(jr_done(&r, &e), 0, "%s", e.msg);
}

#endif
