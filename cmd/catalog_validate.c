/* SPDX-License-Identifier: Apache-2.0
 * mlflow-c catalog validate: are the entries right, and can what is there be read to its end?
 *
 * Each dataset is read as a node would read it, with the types of its contract or of its last write,
 * and nothing is kept. Whether the values are good is another question: mlflow-c contract check. */
#include "cmd/contracts.h"

struct validation {
	const struct dataset *d;
	bool there;
	int64_t rows, rejected; /* rows -1: not a table */
	uint64_t bytes;
	struct err e; /* code 0: it can be read */
};

struct validations {
	struct validation *v; /* owned */
	size_t n, cap;
};

static void
add(struct validations *all, const struct dataset *d)
{
	all->v = mem_grow(all->v, &all->cap, all->n + 1, sizeof(*all->v));
	all->v[all->n++] = (struct validation){.d = d, .rows = -1};
}

static int
choose(struct app *a, const struct catalog *c, struct validations *all, struct errs *found)
{
	for (int i = 0; i < a->n_args; i++) {
		const struct dataset *d = catalog_find(c, a->args[i], found);
		const char *near = catalog_near(c, a->args[i]);
		struct err e = {0};

		if (d) {
			add(all, d);
			continue;
		}
		err_set(&e, MLC_NOT_FOUND, "the catalog names no dataset `%s`", a->args[i]);
		if (near)
			err_help(&e, "did you mean `%s`?", near);
		errs_add(found, &e);
	}
	for (size_t i = 0; a->n_args == 0 && i < catalog_count(c); i++)
		if (catalog_at(c, i)->path)
			add(all, catalog_at(c, i));
	return found->n ? -1 : 0;
}

/* The types of a table are those of its contract, if that can be read. */
static const struct contract *
contract_of(struct app *a, struct arena *arena, const struct dataset *d)
{
	const char *path = project_contract(a->project, d->name);
	const struct contract *c = NULL;
	struct errs found = {0};

	if (path && contract_load(arena, a->project->rootfd, path, &c, &found) < 0)
		c = NULL;
	errs_fini(&found);
	return c;
}

static int
read_table(struct app *a, struct arena *arena, struct validation *v)
{
	struct judged as = {.d = v->d, .contract = contract_of(a, arena, v->d)};
	struct segs *segs = segs_new(SEGS_PRIVATE, 1);
	struct read_facts facts = {.bytes = 0};
	struct reader *r = NULL;
	struct frame *batch;
	int rc = table_open(a, &as, segs, arena, &r, &v->e);

	v->rows = 0;
	if (rc == 0)
		while ((rc = reader_next(r, &batch, &v->e)) == 1) {
			v->rows += frame_rows(batch);
			frame_unref(batch);
		}
	if (rc == 0)
		reader_facts(r, &facts);
	v->bytes = facts.bytes;
	v->rejected = facts.rejected;
	reader_close(r);
	segs_free(segs);
	return rc;
}

static int
read_other(struct app *a, struct validation *v)
{
	struct str content = {0};
	int rc = 0;

	if (!v->d->type->folder)
		rc = dataset_read_bytes(v->d, a->project->rootfd, &content, &v->e);
	v->bytes = content.len;
	str_fini(&content);
	return rc;
}

static void
read_one(struct app *a, struct validation *v)
{
	int rootfd = a->project->rootfd;
	struct arena arena = {0};
	const struct dataset *entry = v->d; /* what is read instead is in the arena */
	struct err ignored;
	int rc = 0;

	/* a version that there is not yet is as absent as a file */
	if (dataset_is_registered(v->d))
		(void)!registered_find(&arena, a->store, v->d, &v->d, &ignored);
	v->there = v->d->path && dataset_exists(v->d, rootfd);
	if (v->there && v->d->versioned)
		rc = dataset_at_version(&arena, v->d, rootfd, NULL, &v->d, &v->e);
	if (rc == 0 && v->there)
		rc = v->d->kind == MLF_TABLE ? read_table(a, &arena, v) : read_other(a, v);
	if (rc < 0 && v->e.code == 0)
		err_set(&v->e, MLC_DATA, "dataset `%s` cannot be read", v->d->name);
	v->d = entry;
	arena_fini(&arena);
}

/* --- what is told -------------------------------------------------------------------------------- */

static const char *
state_of(const struct validation *v)
{
	if (v->e.code)
		return "wrong";
	return v->there ? "ok" : v->d->path ? "absent" : "memory";
}

static void
print_json(struct app *a, const struct validations *all)
{
	struct str out = {0};
	struct jw w;

	answer_begin(a, &w, &out);
	jw_array(&w);
	for (size_t i = 0; i < all->n; i++) {
		const struct validation *v = &all->v[i];

		jw_object(&w);
		jw_kv_str(&w, "name", v->d->name);
		jw_kv_str(&w, "type", v->d->type->name);
		jw_kv_str(&w, "state", state_of(v));
		jw_key(&w, "rows");
		if (v->rows < 0 || v->e.code)
			jw_null(&w);
		else
			jw_i64(&w, v->rows);
		jw_key(&w, "rejected");
		jw_i64(&w, v->rejected);
		jw_key(&w, "bytes");
		jw_i64(&w, (int64_t)v->bytes);
		jw_kv_str(&w, "error", v->e.code ? v->e.msg : NULL);
		jw_end(&w, '}');
	}
	jw_end(&w, ']');
	answer_end(&w, &out);
}

static void
print_table(struct app *a, const struct validations *all)
{
	static const char *const head[] = {"DATASET", "TYPE", "ROWS", "BYTES", "STATE"};
	struct table t = {.columns = 5, .right = 4 | 8};

	table_head(&t, head);
	for (size_t i = 0; i < all->n; i++) {
		const struct validation *v = &all->v[i];
		bool read = v->there && !v->e.code;

		table_cell(&t, "%s", v->d->name);
		table_cell(&t, "%s", v->d->type->name);
		if (read && v->rows >= 0)
			table_cell(&t, "%lld", (long long)v->rows);
		else
			table_cell(&t, "-");
		if (read && !v->d->type->folder)
			table_cell(&t, "%llu", (unsigned long long)v->bytes);
		else
			table_cell(&t, "-");
		table_cell(&t, "%s", state_of(v));
	}
	table_print(a, &t);
}

static int
tell(struct app *a, const struct validations *all)
{
	int code = 0;

	if (a->g.json)
		print_json(a, all);
	else if (all->n)
		print_table(a, all);
	for (size_t i = 0; i < all->n; i++) {
		const struct validation *v = &all->v[i];

		if (v->rejected && !a->g.quiet && !a->g.json)
			(void)fprintf(stderr,
				"warning: `%s`: %lld row%s cannot be read (on_bad_lines)\n",
				v->d->name, (long long)v->rejected, v->rejected == 1 ? "" : "s");
		if (v->e.code)
			code = a->g.json ? code_exit(v->e.code) : report(a, &v->e);
	}
	return code;
}

static int
run(struct app *a)
{
	struct validations all = {0};
	struct errs found = {0};
	struct catalog *c = NULL;
	int code = 0;

	if (catalog_load(&c, a->project, &found) < 0 || choose(a, c, &all, &found) < 0) {
		code = report_all(a, &found);
	} else {
		for (size_t i = 0; i < all.n; i++)
			read_one(a, &all.v[i]);
		code = tell(a, &all);
	}
	free(all.v);
	errs_fini(&found);
	catalog_free(c);
	return code;
}

static const char *const examples[] = {"mlflow-c catalog validate", "everything that is there",
	"mlflow-c catalog validate loans --json", "one dataset, for a script", NULL};
const struct cmd cmd_catalog_validate = {
	.name = "catalog validate",
	.args = "[DATASET...]",
	.max_args = 1000,
	.summary = "Read datasets to their end, to see that they can be read.",
	.examples = examples,
	.needs = NEEDS_PROJECT | NEEDS_STORE,
	.run = run,
};
