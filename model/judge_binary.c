/* SPDX-License-Identifier: Apache-2.0
 * Scores of two classes. The rows are sorted once; then the steps go down through the scores, and all that
 * depends on an order is taken from one walk over them.
 *
 *	step      all rows of one score: yes of them are 1, no of them 0
 *	tp, fp    the rows above the step, by their truth */
#include "model/judge.h"

#include <stdlib.h>
#include <string.h>

struct step {
	double score;
	int64_t yes, no;
};
/* A walk from the highest score down. */
struct walk {
	const uint64_t *keys; /* sorted */
	int64_t left;         /* rows that are still to come */
	int64_t tp, fp;       /* of all steps so far */
};

static bool
next_step(struct walk *w, struct step *s)
{
	if (w->left == 0)
		return false;
	uint64_t score = w->keys[w->left - 1] >> 1;
	s->score = quality_score(w->keys[w->left - 1]);
	s->yes = s->no = 0;
	while (w->left > 0 && w->keys[w->left - 1] >> 1 == score)
		if (w->keys[--w->left] & 1)
			s->yes++;
		else
			s->no++;
	w->tp += s->yes;
	w->fp += s->no;
	return true;
}

struct binary {
	struct judging *g;
	const uint64_t *keys;
	struct counts c;
	int64_t positives, negatives;
	double auc, ap;
	double best, threshold; /* what the best threshold reaches, and where it is */
};

/* DeLong: the variance of the share of negatives that a positive beats, and the other way round. */
static double
auc_error(const struct binary *b)
{
	struct walk w = {b->keys, b->c.n, 0, 0};
	struct step s;
	double p = (double)b->positives, n = (double)b->negatives, of_yes = 0, of_no = 0;
	while (next_step(&w, &s)) {
		double below = (n - (double)w.fp + (double)s.no / 2) / n - b->auc;
		double above = ((double)w.tp - (double)s.yes / 2) / p - b->auc;
		of_yes += (double)s.yes * below * below;
		of_no += (double)s.no * above * above;
	}
	return p > 1 && n > 1 ? sqrt(of_yes / (p - 1) / p + of_no / (n - 1) / n) : NAN;
}

static void
add_point(struct mlf_point *to, int32_t *n, double x, double y, double at)
{
	to[(*n)++] = (struct mlf_point){x, y, at};
}

static double
worth(const struct binary *b, const struct walk *w)
{
	double tp = (double)w->tp, fp = (double)w->fp, p = (double)b->positives;
	return b->g->j->by_youden ? tp / p - fp / (double)b->negatives : 2 * tp / (tp + fp + p);
}

/* Average precision, the best threshold, and the curves: of their points those that are a step of 1/POINTS
 * apart, all of them if there are few. */
static void
walk_down(struct binary *b)
{
	struct mlf_verdict *v = b->g->out;
	struct mlf_point *roc = arena_alloc(b->g->a, (2 * POINTS + 4) * sizeof(*roc));
	struct mlf_point *pr = arena_alloc(b->g->a, (2 * POINTS + 4) * sizeof(*pr));
	double p = (double)b->positives, n = (double)b->negatives;
	int64_t seen_tp = 0, seen_fp = 0;
	struct walk w = {b->keys, b->c.n, 0, 0};
	struct step s;
	struct sum ap = {0, 0};
	b->best = -INFINITY;
	add_point(roc, &v->n_roc, 0, 0, INFINITY);
	while (next_step(&w, &s)) {
		double precision = (double)w.tp / (double)(w.tp + w.fp), now = worth(b, &w);
		sum_add(&ap, (double)s.yes / p * precision);
		if (now > b->best) {
			b->best = now;
			b->threshold = s.score;
		}
		if (w.left > 0 && (double)(w.tp - seen_tp) * POINTS < p &&
			(double)(w.fp - seen_fp) * POINTS < n)
			continue;
		seen_tp = w.tp;
		seen_fp = w.fp;
		add_point(roc, &v->n_roc, (double)w.fp / n, (double)w.tp / p, s.score);
		add_point(pr, &v->n_pr, (double)w.tp / p, precision, s.score);
	}
	b->ap = sum_of(&ap);
	v->roc = roc;
	v->pr = pr;
}

/* The interval of a share of p positives on the scale of log odds (Boyd, Eng and Page 2013). */
static void
judge_ap(struct binary *b)
{
	double ap = b->ap, odds = log(ap / (1 - ap));
	double se = 1 / sqrt((double)b->positives * ap * (1 - ap)), z = b->g->z;
	double low = 1 / (1 + exp(-(odds - z * se))), high = 1 / (1 + exp(-(odds + z * se)));
	judge_between(b->g, "average_precision", ap, ap > 0 && ap < 1 ? low : NAN,
		ap > 0 && ap < 1 ? high : NAN);
}

/* Bins of equal width; what lies on an edge belongs to the lower one. Returns the calibration error. */
static double
calibrate(struct judging *g)
{
	int32_t n = g->j->bins, used = 0;
	double *said = mem_alloc((size_t)(n + 1) * sizeof(*said)), width = 1.0 / n, error = 0;
	int64_t *yes = mem_alloc((size_t)(n + 1) * sizeof(*yes)),
		*rows = mem_alloc((size_t)(n + 1) * sizeof(*rows));
	struct mlf_bin *bins = arena_alloc(g->a, (size_t)(n + 1) * sizeof(*bins));
	for (int64_t i = 0; i < g->j->n; i++) {
		double s = g->j->said[i];
		int32_t at = (int32_t)(s * n);
		at -= at > 0 && s <= at * width;
		at += at + 1 < n && s > (at + 1) * width;
		at = at < n ? at : n - 1;
		said[at] += s;
		yes[at] += g->j->truth[i] > 0;
		rows[at]++;
	}
	for (int32_t k = 0; k < n; k++) {
		if (!rows[k])
			continue;
		struct mlf_bin *bin = &bins[used++];
		*bin = (struct mlf_bin){.n = rows[k], .low = NAN, .high = NAN};
		bin->said = said[k] / (double)rows[k];
		bin->seen = (double)yes[k] / (double)rows[k];
		if (g->z > 0)
			wilson(yes[k], rows[k], g->z, &bin->low, &bin->high);
		error += fabs(bin->said - bin->seen) * (double)rows[k] / (double)g->j->n;
	}
	free(said);
	free(yes);
	free(rows);
	g->out->bins = bins;
	g->out->n_bins = used;
	return error;
}

static void
judge_counts(struct binary *b)
{
	const struct counts *c = &b->c;
	struct judging *g = b->g;
	int64_t tp = c->hit, fp = c->called - c->hit, fn = c->positives - c->hit;
	int64_t tn = c->n - tp - fp - fn;
	double p = (double)b->positives, n = (double)b->negatives;
	double recall = share_of((double)tp, p), specificity = share_of((double)tn, n);
	int64_t *confusion = arena_alloc(g->a, 4 * sizeof(*confusion));
	judge_share(g, "accuracy", c->right, c->n);
	judge_mean(g, "log_loss", c->loss, c->loss2, c->n);
	judge_mean(g, "brier", c->brier, c->brier2, c->n);
	judge_share(g, "precision", tp, c->called);
	judge_share(g, "recall", tp, c->positives);
	judge_f1(g, tp, c->called, c->positives);
	judge_share(g, "specificity", tn, b->negatives);
	if (b->positives && b->negatives)
		judge_normal(g,
			(struct mlf_figure){"balanced_accuracy", (recall + specificity) / 2, 0, 1},
			sqrt(recall * (1 - recall) / p + specificity * (1 - specificity) / n) / 2);
	double below = (double)(tp + fp) * p * n * (double)(tn + fn);
	judge_plain(g, "mcc",
		below > 0 ? ((double)tp * (double)tn - (double)fp * (double)fn) / sqrt(below) : 0);
	confusion[0] = tn;
	confusion[1] = fp;
	confusion[2] = fn;
	confusion[3] = tp;
	g->out->confusion = confusion;
}

static void
judge_order(struct binary *b)
{
	struct judging *g = b->g;
	b->auc = quality_auc(b->keys, b->c.n, b->positives);
	judge_normal(g, (struct mlf_figure){"auc", b->auc, 0, 1}, auc_error(b));
	walk_down(b);
}

int
judge_binary(struct judging *g, struct err *e)
{
	static const char *const names[] = {"0", "1"};
	const struct mlf_judged *j = g->j;
	uint64_t *keys = mem_alloc((size_t)j->n * sizeof(*keys));
	uint64_t *spare = mem_alloc((size_t)j->n * sizeof(*keys));
	int rc = quality_keys(j->said, j->truth, j->n, keys, e);
	if (rc == 0) {
		struct binary b = {.g = g, .keys = quality_sort(keys, spare, j->n)};
		quality_count(j->said, j->truth, j->n, j->threshold, &b.c);
		b.positives = b.c.positives;
		b.negatives = j->n - b.positives;
		g->out->base = (double)b.positives / (double)j->n;
		g->out->classes = 2;
		g->out->names = j->names ? j->names : names;
		if (b.positives && b.negatives)
			judge_order(&b);
		judge_counts(&b);
		if (b.positives && b.negatives)
			judge_ap(&b);
		if (j->bins > 0)
			judge_plain(g, "ece", calibrate(g));
		if (b.positives && b.negatives) {
			judge_plain(g, "best_threshold", b.threshold);
			judge_plain(g, j->by_youden ? "best_youden" : "best_f1", b.best);
		}
	}
	free(keys);
	free(spare);
	return rc;
}
