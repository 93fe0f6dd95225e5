/* SPDX-License-Identifier: Apache-2.0
 * mlflow-c contract infer: a contract that the data as it is keeps, to be read, corrected and kept.
 *
 *	types, nulls          as they are found
 *	numbers               0 as the least if there is nothing below; else rounded outwards
 *	few different texts   the set of them; other texts: twice the longest
 *	steps, keys           if there are enough rows for it to be no chance
 *	foreign keys          infer_keys.c
 *	distributions         only if they are asked for: most data is meant to change */
#include "cmd/infer.h"

#include <math.h>
#include <strings.h>

struct infer_args {
	bool distribution;
};

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
add_range(struct str *out, double lo, double hi, const char *step)
{
	str_add(out, "        logicalTypeOptions: {minimum: ");
	str_add_f64(out, lo >= 0.0 ? 0.0 : outwards(lo, false));
	str_add(out, ", maximum: ");
	str_add_f64(out, hi <= 0.0 ? 0.0 : outwards(hi, true));
	if (step[0])
		str_addf(out, ", multipleOf: %s", step);
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
		"          - metric: invalidValues\n"
		"            arguments: {validValues: [");
	for (size_t i = 0; i < f->n_set; i++) {
		str_add(out, i ? ", " : "");
		add_text(out, f->set[i]);
	}
	str_add(out, "]}\n            mustBe: 0\n");
}

/* What all numbers are multiples of: "10", "0.01"; "" for nothing worth a promise. */
static void
step_text(const struct column_facts *f, char out[static 32])
{
	static const char *const tenths[] = {"", "0.1", "0.01", "0.001", "0.0001"};

	out[0] = '\0';
	if (f->n - f->nulls < SET_ROWS)
		return;
	if (f->type == MLF_I64 && f->step > 1 && f->min_i != f->max_i)
		(void)snprintf(out, 32, "%llu", (unsigned long long)f->step);
	else if (f->type == MLF_F64 && f->decimals <= 4 && f->min_f < f->max_f)
		(void)snprintf(out, 32, "%s", tenths[f->decimals]);
}

static bool
has_set(const struct facts *all, const struct column_facts *f)
{
	return f->type == MLF_UTF8 && f->n_set && f->n_set <= SET_MAX && all->rows >= SET_ROWS;
}

static void
add_options(struct str *out, const struct facts *all, const struct column_facts *f)
{
	char step[32];

	step_text(f, step);
	if (f->type == MLF_F64 && f->any) {
		if (f->whole)
			str_add(out, "        # all values are whole numbers: maybe an integer\n");
		add_range(out, f->min_f, f->max_f, step);
	} else if (f->type == MLF_I64 && f->any) {
		add_range(out, (double)f->min_i, (double)f->max_i, step);
	} else if (f->type == MLF_TIMESTAMP && f->any && f->days) {
		str_add(out, "        logicalTypeOptions: {format: yyyy-MM-dd}\n");
	} else if (f->type == MLF_UTF8 && f->longest && !has_set(all, f)) {
		str_addf(out, "        logicalTypeOptions: {maxLength: %lld}\n",
			(long long)f->longest * 2);
	}
}

/* --- distributions ------------------------------------------------------------------------------- */

#define SHARE_ROWS 200 /* fewer say nothing about shares */

static void
add_share(struct str *out, size_t i, int64_t n, int64_t of)
{
	char text[32];

	(void)snprintf(text, sizeof(text), "%s%.4g", i ? ", " : "", 100.0 * (double)n / (double)of);
	str_add(out, text);
}

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

/* Between the quarters of the values: edges, and the shares that there are. */
static void
add_edges(struct str *out, const struct column_facts *f)
{
	double edges[3];
	size_t n = 0, from = 0;

	qsort(f->values, f->n_values, sizeof(*f->values), by_value);
	for (size_t q = 1; q < 4; q++) {
		double edge = f->values[f->n_values * q / 4];

		if (!n || edge > edges[n - 1])
			edges[n++] = edge;
	}
	str_add(out, "edges: [");
	for (size_t i = 0; i < n; i++) {
		str_add(out, i ? ", " : "");
		str_add_f64(out, edges[i]);
	}
	str_add(out, "], shares: [");
	for (size_t i = 0; i <= n; i++) {
		size_t to = from;

		while (to < f->n_values && (i == n || f->values[to] < edges[i]))
			to++;
		add_share(out, i, (int64_t)(to - from), (int64_t)f->n_values);
		from = to;
	}
	str_addc(out, ']');
}

static void
add_members(struct str *out, const struct column_facts *f)
{
	int64_t n = f->n - f->nulls;

	str_add(out, "values: [");
	for (size_t i = 0; i < f->n_set; i++) {
		str_add(out, i ? ", " : "");
		if (f->type == MLF_BOOL)
			str_add(out, f->set[i]);
		else
			add_text(out, f->set[i]);
	}
	str_add(out, "], shares: [");
	for (size_t i = 0; i < f->n_set; i++)
		add_share(out, i, f->set_rows[i], n);
	str_addc(out, ']');
}

static bool
has_shares(const struct facts *all, const struct column_facts *f)
{
	bool numbers = f->n_values && f->values && (f->type == MLF_I64 || f->type == MLF_F64);

	return all->distribution && f->n - f->nulls >= SHARE_ROWS && !f->unique &&
		(numbers || f->type == MLF_BOOL || has_set(all, f));
}

static void
add_shares(struct str *out, const struct column_facts *f)
{
	str_add(out,
		"          - type: custom\n            engine: mlflow-c\n"
		"            severity: warning\n            implementation: {check: psi, ");
	if (f->n_values)
		add_edges(out, f);
	else
		add_members(out, f);
	str_addf(out, ", mustBeLessThan: 0.2, minRows: %d}\n", SHARE_ROWS);
}

/* --- the contract -------------------------------------------------------------------------------- */

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
	str_addf(out, "\n        logicalType: %s\n",
		f->type == MLF_TIMESTAMP && f->any && f->days ? "date" : types[f->type]);
	if (f->nulls == 0 && all->rows)
		str_add(out, "        required: true\n");
	else if (f->nulls)
		str_addf(out, "        # %lld of %lld rows are null\n", (long long)f->nulls,
			(long long)f->n);
	if (f->unique)
		str_add(out, "        unique: true\n");
	add_options(out, all, f);
	if (f->to)
		str_addf(out, "        relationships:\n          - {to: %s}\n", f->to);
	if (has_set(all, f) || has_shares(all, f))
		str_add(out, "        quality:\n");
	if (has_set(all, f))
		add_set(out, f);
	if (has_shares(all, f))
		add_shares(out, f);
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
infer(struct app *a, const struct catalog *c, const struct dataset *d)
{
	const struct infer_args *args = a->opts;
	struct facts all = {.distribution = args->distribution};
	struct str text = {0}, out = {0};
	struct err e = {0};
	struct jw w;
	int code = 0;

	if (facts_read(a, d, &all, &e) < 0 || facts_keys(a, c, d, &all, &e) < 0) {
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
	code = d ? infer(a, c, d) : report_all(a, &found);
	errs_fini(&found);
	catalog_free(c);
	return code;
}

static const char *const examples[] = {
	"mlflow-c contract infer loans > conf/base/contracts/loans.yml", "a start",
	"mlflow-c contract infer loans --distribution", "also how values are distributed", NULL};
static const struct opt opts[] = {
	{"distribution", 0, OPT_FLAG, offsetof(struct infer_args, distribution), NULL,
		"warn when values are distributed otherwise"},
	{0},
};
const struct cmd cmd_contract_infer = {
	.name = "contract infer",
	.args = "DATASET",
	.min_args = 1,
	.max_args = 1,
	.summary = "Propose a contract from the data (ODCS YAML).",
	.examples = examples,
	.needs = NEEDS_PROJECT,
	.opts = opts,
	.opts_size = sizeof(struct infer_args),
	.run = run,
};
