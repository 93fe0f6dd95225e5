/* SPDX-License-Identifier: Apache-2.0
 * mlflow-c catalog lineage: where a dataset's content came from and what was made of it, from the
 * record of the runs and not from what the configuration says today. */
#include "cmd/cmd.h"

struct lineage_args {
	bool up, down;
};

struct side {
	const char *name;
	bool upstream;
	struct lineage rows;
};

/* ---- for people */

/* True if a row of the same parent follows. */
static bool
has_sibling(const struct side *s, size_t i)
{
	for (size_t k = i + 1; k < s->rows.n && s->rows.v[k].depth >= s->rows.v[i].depth; k++)
		if (s->rows.v[k].depth == s->rows.v[i].depth)
			return true;
	return false;
}

/* The ancestor of a row at a depth. */
static size_t
ancestor(const struct side *s, size_t i, int depth)
{
	while (s->rows.v[i].depth > depth)
		i--;
	return i;
}

static void
add_branches(struct str *out, const struct side *s, size_t i, bool utf8)
{
	for (int depth = 1; depth < s->rows.v[i].depth; depth++)
		str_add(out, !has_sibling(s, ancestor(s, i, depth)) ? "   " : utf8 ? "│  " : "|  ");
	if (s->rows.v[i].depth > 0)
		str_add(out, has_sibling(s, i) ? (utf8 ? "├─ " : "|- ") : (utf8 ? "└─ " : "`- "));
}

static void
add_fact(struct str *out, const struct lineage_row *r)
{
	if (r->rows >= 0) {
		str_add(out, "  ");
		str_add_count(out, r->rows);
		str_add(out, " rows");
	} else if (r->bytes > 0) {
		str_add(out, "  ");
		str_add_bytes(out, (uint64_t)r->bytes);
	}
	if (r->hash && *r->hash)
		str_addf(out, "  %.8s", r->hash);
}

static void
add_line(struct str *out, const struct side *s, size_t i, bool utf8)
{
	const struct lineage_row *r = &s->rows.v[i];
	add_branches(out, s, i, utf8);
	if (r->model) {
		term_add_safe(out, r->model);
		str_addf(out, " version %lld\n", (long long)r->version);
		return;
	}
	if (!s->upstream && !r->output && r->depth > 0) { /* a node that read what stands above */
		str_addc(out, '[');
		term_add_safe(out, r->node);
		str_addf(out, "]  in %s%s\n", r->run, r->again ? ", as above" : "");
		return;
	}
	term_add_safe(out, r->dataset);
	add_fact(out, r);
	if (r->output && (s->upstream || r->depth == 0))
		str_addf(out, "  by [%s] in %s", r->node, r->run);
	else if (!r->output)
		str_addf(out, "  from outside, read by [%s] in %s", r->node, r->run);
	str_addf(out, "%s\n", r->again ? ", as above" : "");
}

static void
print_text(struct app *a, const struct side *sides, size_t n)
{
	struct str out = {0};
	for (size_t s = 0; s < n; s++) {
		if (n > 1)
			str_addf(&out, "%s%s:\n", s ? "\n" : "", sides[s].name);
		for (size_t i = 0; i < sides[s].rows.n; i++)
			add_line(&out, &sides[s], i, a->out.utf8);
	}
	(void)fputs(str_text(&out), stdout);
	str_fini(&out);
}

/* ---- for scripts */

static void
row_json(struct jw *w, const struct lineage_row *r)
{
	char when[32];
	jw_object(w);
	jw_kv_i64(w, "depth", r->depth);
	if (r->model) {
		jw_kv_str(w, "model", r->model);
		jw_kv_i64(w, "version", r->version);
		jw_kv_str(w, "run", r->run);
		jw_end(w, '}');
		return;
	}
	jw_kv_str(w, "dataset", r->dataset);
	jw_kv_str(w, "hash", r->hash);
	jw_kv_str(w, "type", r->type);
	jw_kv_str(w, "path", r->path);
	jw_kv_i64(w, "rows", r->rows);
	jw_kv_i64(w, "bytes", r->bytes);
	jw_kv_str(w, "node", r->node);
	jw_kv_str(w, "run", r->run);
	jw_kv_str(w, "run_id", r->run_id);
	clock_rfc3339(r->time_ms, when);
	jw_kv_str(w, "time", when);
	jw_kv_bool(w, "output", r->output);
	jw_kv_bool(w, "again", r->again);
	jw_key(w, "schema");
	if (r->schema)
		jw_raw(w, r->schema);
	else
		jw_null(w);
	jw_end(w, '}');
}

static void
print_json(struct app *a, const struct side *sides, size_t n)
{
	struct str out = {0};
	struct jw w;
	answer_begin(a, &w, &out);
	jw_object(&w);
	for (size_t s = 0; s < n; s++) {
		jw_key(&w, sides[s].name);
		jw_array(&w);
		for (size_t i = 0; i < sides[s].rows.n; i++)
			row_json(&w, &sides[s].rows.v[i]);
		jw_end(&w, ']');
	}
	jw_end(&w, '}');
	answer_end(&w, &out);
}

static int
nothing(struct app *a, const char *name)
{
	struct err e = {0};
	err_set(&e, MLC_NOT_FOUND, "no run has read or written a dataset `%s`", name);
	err_help(&e, "what the catalog says of it: mlflow-c catalog describe %s", name);
	return report(a, &e);
}

static int
run(struct app *a)
{
	const struct lineage_args *args = a->opts;
	struct side sides[2] = {{.name = "upstream", .upstream = true}, {.name = "downstream"}};
	size_t from = args->down && !args->up, to = args->up && !args->down ? 1 : 2;
	struct arena arena = {0};
	struct err e = {0};
	int rc = 0, code = 0;
	for (size_t i = from; rc == 0 && i < to; i++)
		rc = store_lineage(
			a->store, &arena, a->args[0], sides[i].upstream, &sides[i].rows, &e);
	if (rc < 0)
		code = report(a, &e);
	else if (!sides[from].rows.n)
		code = nothing(a, a->args[0]);
	else if (a->g.json)
		print_json(a, &sides[from], to - from);
	else
		print_text(a, &sides[from], to - from);
	arena_fini(&arena);
	return code;
}

static const char *const examples[] = {"mlflow-c catalog lineage loan_model",
	"where it came from, and what became of it", "mlflow-c catalog lineage loans --downstream",
	"only what was made of it", NULL};
static const struct opt opts[] = {
	{"upstream", 0, OPT_FLAG, offsetof(struct lineage_args, up), NULL,
		"only where it came from"},
	{"downstream", 0, OPT_FLAG, offsetof(struct lineage_args, down), NULL,
		"only what was made of it"},
	{0},
};
const struct cmd cmd_catalog_lineage = {
	.name = "catalog lineage",
	.args = "DATASET",
	.min_args = 1,
	.max_args = 1,
	.summary = "Where a dataset came from, and what was made of it.",
	.examples = examples,
	.needs = NEEDS_PROJECT | NEEDS_STORE,
	.opts = opts,
	.opts_size = sizeof(struct lineage_args),
	.run = run,
};
