/* SPDX-License-Identifier: Apache-2.0
 * mlflow-c contract infer: a contract that the data as it is keeps, to be read, corrected and kept.
 *
 *	types, nulls          as they are found
 *	numbers               0 as the least if there is nothing below; else rounded outwards
 *	few different texts   the set of them; other texts: twice the longest
 *
 * One pass by batches; what is kept of a text column are its first 21 different values. */
#include "cmd/contracts.h"

#include <math.h>
#include <strings.h>

#define SET_MAX 20  /* different texts that are still a set */
#define SET_ROWS 50 /* with fewer rows nothing can be said of sets */

/* What is known of a column so far. */
struct column_facts {
	char *name; /* owned */
	enum mlf_type type;
	int64_t n, nulls, min_i, max_i, longest;
	double min_f, max_f;
	bool any, whole;        /* a value was seen; all of them are whole numbers */
	char *set[SET_MAX + 1]; /* owned; text, in order of appearance */
	size_t n_set;
};
struct facts {
	struct column_facts *v; /* owned */
	int n;
	int64_t rows;
};

static void
note_text(struct column_facts *f, const char *s)
{
	int64_t chars = 0;

	for (const char *c = s; *c; c++)
		chars += ((unsigned char)*c & 0xC0) != 0x80;
	f->longest = chars > f->longest ? chars : f->longest;
	for (size_t i = 0; i < f->n_set; i++)
		if (str_eq(f->set[i], s))
			return;
	if (f->n_set <= SET_MAX)
		f->set[f->n_set++] = mem_strdup(s);
}

static void
note_number(struct column_facts *f, double v)
{
	if (isnan(v))
		return;
	f->min_f = !f->any || v < f->min_f ? v : f->min_f;
	f->max_f = !f->any || v > f->max_f ? v : f->max_f;
	f->whole = (!f->any || f->whole) && v == floor(v) && fabs(v) < 1e15;
	f->any = true;
}

static void
note_integer(struct column_facts *f, int64_t v)
{
	f->min_i = !f->any || v < f->min_i ? v : f->min_i;
	f->max_i = !f->any || v > f->max_i ? v : f->max_i;
	f->any = true;
}

static void
note_column(struct column_facts *f, const struct column *c)
{
	struct str text = {0};

	f->type = c->type;
	for (int64_t i = 0; i < c->n; i++) {
		if (column_null(c, i)) {
			f->nulls++;
		} else if (c->type == MLF_F64) {
			note_number(f, ((const double *)c->data)[c->off + i]);
		} else if (c->type == MLF_I64 || c->type == MLF_TIMESTAMP) {
			note_integer(f, ((const int64_t *)c->data)[c->off + i]);
		} else if (c->type == MLF_UTF8) {
			str_reset(&text);
			(void)column_show(c, i, &text);
			note_text(f, str_text(&text));
		}
	}
	f->n += c->n;
	str_fini(&text);
}

static void
note_batch(struct facts *all, const struct frame *batch)
{
	if (!all->v) {
		all->n = frame_columns(batch);
		all->v = mem_alloc(((size_t)all->n + 1) * sizeof(*all->v));
		for (int i = 0; i < all->n; i++)
			all->v[i].name = mem_strdup(frame_column(batch, i)->name);
	}
	for (int i = 0; i < all->n; i++)
		note_column(&all->v[i], frame_column(batch, i));
	all->rows += frame_rows(batch);
}

/* --- writing ------------------------------------------------------------------------------------- */

/* A text as YAML has it for sure, of either version: quoted, unless it is a plain name. */
static void
add_text(struct str *out, const char *s)
{
	static const char *const words[] = {
		"null", "true", "false", "yes", "no", "on", "off", "y", "n"};
	bool plain = str_is_name(s) && !strchr("0123456789-.", *s);
	struct jw w;

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		plain = plain && strcasecmp(s, words[i]) != 0;
	if (plain) {
		str_add(out, s);
	} else {
		jw_init(&w, out);
		jw_str(&w, s);
	}
}

/* The next number outwards with one digit: 73 -> 80 up, 70 down. */
static double
outwards(double v, bool up)
{
	double unit = pow(10.0, floor(log10(fabs(v)))), x;
	char text[32];

	/* by way of its decimal digit: 7 * 0.1 is not 0.7 */
	(void)snprintf(text, sizeof(text), "%.0e", (up ? ceil(v / unit) : floor(v / unit)) * unit);
	return str_to_f64(text, &x) == 0 ? x : v;
}

static void
add_range(struct str *out, double lo, double hi)
{
	str_add(out, "        logicalTypeOptions: {minimum: ");
	str_add_f64(out, lo >= 0.0 ? 0.0 : outwards(lo, false));
	str_add(out, ", maximum: ");
	str_add_f64(out, hi <= 0.0 ? 0.0 : outwards(hi, true));
	str_add(out, "} # found ");
	str_add_f64(out, lo);
	str_add(out, " to ");
	str_add_f64(out, hi);
	str_addc(out, '\n');
}

static void
add_set(struct str *out, const struct column_facts *f)
{
	str_add(out,
		"        quality:\n          - metric: invalidValues\n"
		"            arguments: {validValues: [");
	for (size_t i = 0; i < f->n_set; i++) {
		str_add(out, i ? ", " : "");
		add_text(out, f->set[i]);
	}
	str_add(out, "]}\n            mustBe: 0\n");
}

static void
add_column(struct str *out, const struct facts *all, const struct column_facts *f)
{
	static const char *const types[] = {[MLF_BOOL] = "boolean",
		[MLF_I64] = "integer",
		[MLF_F64] = "number",
		[MLF_UTF8] = "string",
		[MLF_TIMESTAMP] = "timestamp"};

	str_add(out, "      - name: ");
	add_text(out, f->name);
	str_addf(out, "\n        logicalType: %s\n", types[f->type]);
	if (f->nulls == 0 && all->rows)
		str_add(out, "        required: true\n");
	else if (f->nulls)
		str_addf(out, "        # %lld of %lld rows are null\n", (long long)f->nulls,
			(long long)f->n);
	if (f->type == MLF_F64 && f->any) {
		if (f->whole)
			str_add(out, "        # all values are whole numbers: maybe an integer\n");
		add_range(out, f->min_f, f->max_f);
	} else if (f->type == MLF_I64 && f->any) {
		add_range(out, (double)f->min_i, (double)f->max_i);
	} else if (f->type == MLF_UTF8 && f->n_set && f->n_set <= SET_MAX &&
		all->rows >= SET_ROWS) {
		add_set(out, f);
	} else if (f->type == MLF_UTF8 && f->longest) {
		str_addf(out, "        logicalTypeOptions: {maxLength: %lld}\n",
			(long long)f->longest * 2);
	}
}

static void
add_contract(struct str *out, const char *dataset, const struct facts *all)
{
	struct str rows = {0};

	str_add_count(&rows, all->rows);
	str_addf(out,
		"# A proposal, made from %s rows: read it, and correct what is only chance.\n",
		str_text(&rows));
	str_addf(out,
		"apiVersion: v3.1.0\nkind: DataContract\nid: %s\nversion: 1.0.0\nstatus: draft\n"
		"schema:\n  - name: %s\n    properties:\n",
		dataset, dataset);
	for (int i = 0; i < all->n; i++)
		add_column(out, all, &all->v[i]);
	str_addf(out, "    quality:\n      - {metric: rowCount, mustBeGreaterOrEqualTo: %d}\n",
		all->rows > 0);
	str_add(out, "    customProperties:\n      - {property: strict, value: true}\n");
	str_fini(&rows);
}

/* --- the command ---------------------------------------------------------------------------------- */

static int
read_facts(struct app *a, const struct dataset *d, struct facts *all, struct err *e)
{
	const struct judged one = {.d = d};
	struct segs *segs = segs_new(SEGS_PRIVATE, 1);
	struct arena arena = {0};
	struct reader *r = NULL;
	struct frame *batch;
	int rc = app_store(a, STORE_READ, e);

	if (rc == 0)
		rc = table_open(a, &one, segs, &arena, &r, e);
	if (rc == 0)
		while ((rc = reader_next(r, &batch, e)) == 1) {
			note_batch(all, batch);
			frame_unref(batch);
		}
	reader_close(r);
	segs_free(segs);
	arena_fini(&arena);
	return rc;
}

static void
facts_fini(struct facts *all)
{
	for (int i = 0; i < all->n; i++) {
		free(all->v[i].name);
		for (size_t k = 0; k < all->v[i].n_set; k++)
			free(all->v[i].set[k]);
	}
	free(all->v);
}

static int
infer(struct app *a, const struct dataset *d)
{
	struct facts all = {.n = 0};
	struct str text = {0}, out = {0};
	struct err e = {0};
	struct jw w;
	int code = 0;

	if (read_facts(a, d, &all, &e) < 0) {
		code = report(a, &e);
	} else {
		add_contract(&text, d->name, &all);
		if (a->g.json) {
			answer_begin(a, &w, &out);
			jw_object(&w);
			jw_kv_str(&w, "dataset", d->name);
			jw_kv_i64(&w, "rows", all.rows);
			jw_kv_str(&w, "contract", str_text(&text));
			jw_end(&w, '}');
			answer_end(&w, &out);
		} else {
			(void)fputs(str_text(&text), stdout);
		}
	}
	str_fini(&text);
	facts_fini(&all);
	return code;
}

static int
run(struct app *a)
{
	struct catalog *c = NULL;
	struct errs found = {0};
	const struct dataset *d = NULL;
	int code;

	if (catalog_load(&c, a->project, &found) == 0)
		d = table_find(c, a->args[0], &found);
	code = d ? infer(a, d) : report_all(a, &found);
	errs_fini(&found);
	catalog_free(c);
	return code;
}

static const char *const examples[] = {
	"mlflow-c contract infer loans > conf/base/contracts/loans.yml", "a start", NULL};
const struct cmd cmd_contract_infer = {
	.name = "contract infer",
	.args = "DATASET",
	.min_args = 1,
	.max_args = 1,
	.summary = "Propose a contract from the data (ODCS YAML).",
	.examples = examples,
	.needs = NEEDS_PROJECT,
	.run = run,
};
