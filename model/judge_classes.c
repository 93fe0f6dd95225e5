/* SPDX-License-Identifier: Apache-2.0
 * Any number of classes. Everything but what needs scores follows from the table of truth against what was
 * said; averages over classes leave out those that occur on neither side. */
#include "model/judge.h"

#include <stdlib.h>
#include <string.h>

struct classes {
	struct judging *g;
	int64_t *table; /* arena: k x k, by truth */
	int64_t *truth; /* how many rows are of the class, and */
	int64_t *said;  /* how many are said to be */
	int32_t k;
	double auc; /* mean over classes; NaN without scores */
};

static int
fill_table(struct classes *c, struct err *e)
{
	const struct mlf_judged *j = c->g->j;
	for (int64_t i = 0; i < j->n; i++) {
		double t = j->truth[i], s = j->said[i];
		if (!(t >= 0 && t < c->k && s >= 0 && s < c->k))
			return err_set(e, MLC_MODEL, "row %lld has no class", (long long)i + 1);
		c->table[(int64_t)t * c->k + (int64_t)s]++;
		c->truth[(int64_t)t]++;
		c->said[(int64_t)s]++;
	}
	return 0;
}

/* The AUC of one class against all others; NaN if there is only one side. */
static int
class_auc(const struct classes *c, int32_t k, double *out, struct err *e)
{
	const struct mlf_judged *j = c->g->j;
	size_t n = (size_t)j->n;
	uint64_t *keys = mem_alloc(n * sizeof(*keys)), *spare = mem_alloc(n * sizeof(*keys));
	double *truth = mem_alloc(n * sizeof(*truth));
	for (size_t i = 0; i < n; i++)
		truth[i] = j->truth[i] == k;
	int rc = quality_keys(j->scores[k], truth, j->n, keys, e);
	if (rc == 0)
		*out = quality_auc(quality_sort(keys, spare, j->n), j->n, c->truth[k]);
	free(keys);
	free(spare);
	free(truth);
	return rc;
}

/* Precision, recall, F1, rows and (with scores) AUC of each class. */
static int
judge_each(struct classes *c, struct err *e)
{
	bool scores = c->g->j->scores;
	int32_t per = scores ? 5 : 4, defined = 0;
	struct mlf_figure *each = arena_alloc(c->g->a, (size_t)(c->k * per + 1) * sizeof(*each));
	double sum = 0;
	for (int32_t k = 0; k < c->k; k++) {
		struct mlf_figure *f = &each[k * per];
		double hit = (double)c->table[(int64_t)k * c->k + k];
		double said = (double)c->said[k], truth = (double)c->truth[k], auc = NAN;
		f[0] = (struct mlf_figure){"precision", share_of(hit, said), NAN, NAN};
		f[1] = (struct mlf_figure){"recall", share_of(hit, truth), NAN, NAN};
		f[2] = (struct mlf_figure){"f1", share_of(2 * hit, said + truth), NAN, NAN};
		f[3] = (struct mlf_figure){"rows", truth, NAN, NAN};
		if (scores && class_auc(c, k, &auc, e) < 0)
			return -1;
		if (scores)
			f[4] = (struct mlf_figure){"auc", auc, NAN, NAN};
		if (!isnan(auc)) {
			sum += auc;
			defined++;
		}
	}
	c->auc = defined ? sum / defined : NAN;
	c->g->out->each = each;
	c->g->out->n_each = per;
	return 0;
}

static void
judge_macro(struct classes *c)
{
	const struct mlf_figure *each = c->g->out->each;
	double precision = 0, recall = 0, f1 = 0, weighted = 0, balanced = 0;
	int32_t there = 0, true_ones = 0, per = c->g->out->n_each;
	for (int32_t k = 0; k < c->k; k++) {
		const struct mlf_figure *f = &each[k * per];
		if (!c->truth[k] && !c->said[k])
			continue;
		there++;
		precision += f[0].value;
		recall += f[1].value;
		f1 += f[2].value;
		weighted += f[2].value * (double)c->truth[k];
		if (c->truth[k]) {
			balanced += f[1].value;
			true_ones++;
		}
	}
	judge_plain(c->g, "balanced_accuracy", balanced / true_ones);
	judge_plain(c->g, "precision_macro", precision / there);
	judge_plain(c->g, "recall_macro", recall / there);
	judge_plain(c->g, "f1_macro", f1 / there);
	judge_plain(c->g, "f1_weighted", weighted / (double)c->g->j->n);
}

/* Cohen's kappa and Matthews' correlation: what is right beyond chance. */
static void
judge_chance(struct classes *c, int64_t right)
{
	double n = (double)c->g->j->n, both = 0, truth2 = 0, said2 = 0;
	for (int32_t k = 0; k < c->k; k++) {
		double t = (double)c->truth[k], s = (double)c->said[k];
		both += t * s;
		truth2 += t * t;
		said2 += s * s;
	}
	double chance = both / n / n, beyond = (double)right * n - both;
	double spread = (n * n - truth2) * (n * n - said2);
	judge_plain(c->g, "kappa", chance < 1 ? ((double)right / n - chance) / (1 - chance) : NAN);
	judge_plain(c->g, "mcc", spread > 0 ? beyond / sqrt(spread) : 0);
}

static int
judge_scores(struct classes *c, struct err *e)
{
	const struct mlf_judged *j = c->g->j;
	struct sum loss = {0, 0}, loss2 = {0, 0}, brier = {0, 0}, brier2 = {0, 0};
	for (int64_t i = 0; i < j->n; i++) {
		double cost = quality_loss(j->scores[(int64_t)j->truth[i]][i]), away = 0;
		for (int32_t k = 0; k < c->k; k++) {
			double miss = j->scores[k][i] - (j->truth[i] == k);
			if (!(fabs(miss) <= 1))
				return err_set(e, MLC_MODEL,
					"a score of row %lld is %g; probabilities are wanted",
					(long long)i + 1, j->scores[k][i]);
			away += miss * miss;
		}
		sum_add(&loss, cost);
		sum_add(&loss2, cost * cost);
		sum_add(&brier, away);
		sum_add(&brier2, away * away);
	}
	judge_mean(c->g, "log_loss", sum_of(&loss), sum_of(&loss2), j->n);
	judge_mean(c->g, "brier", sum_of(&brier), sum_of(&brier2), j->n);
	judge_plain(c->g, "auc_macro", c->auc);
	return 0;
}

int
judge_classes(struct judging *g, struct err *e)
{
	size_t k = (size_t)g->j->classes;
	struct classes c = {.g = g, .k = g->j->classes};
	int64_t right = 0;
	if (g->j->classes < 1)
		return err_set(e, MLC_MODEL, "there are no classes to judge");
	c.table = arena_alloc(g->a, k * k * sizeof(*c.table));
	c.truth = arena_alloc(g->a, k * sizeof(*c.truth));
	c.said = arena_alloc(g->a, k * sizeof(*c.said));
	if (fill_table(&c, e) < 0 || judge_each(&c, e) < 0)
		return -1;
	for (size_t i = 0; i < k; i++)
		right += c.table[i * k + i];
	judge_share(g, "accuracy", right, g->j->n);
	judge_macro(&c);
	judge_chance(&c, right);
	g->out->confusion = c.table;
	g->out->classes = c.k;
	g->out->names = g->j->names;
	return g->j->scores ? judge_scores(&c, e) : 0;
}
