/* SPDX-License-Identifier: Apache-2.0
 * Quarantined rows go back. The dataset is written anew: its rows as they are, then the rows that pass
 * now; what does not pass, or was not asked for, stays in quarantine with its run and row. Both are
 * published with one intent, so that no row is ever in both or in neither.
 *
 *	run_begin (locks both) -> stage: old rows + passing rows | the rest -> intent -> renames -> record
 *
 * The contract sees the old rows first: a value that must be unique is unique among all of them. */
#include "pipeline/release.h"

#define NODE "release"

struct job_state {
	const struct release *o;
	struct release_result *out;
	struct arena arena;
	struct segs *segs;
	struct scope *scope;
	struct contract_run *run;
	struct stage *target, *quarantine;
	struct staged staged[2]; /* of target, of quarantine */
	struct schema schema;    /* the dataset's columns, labels in front */
};

/* --- reading ------------------------------------------------------------------------------------- */

/* A table with the types of its contract, or those it was last written with. */
static int
open_table(struct job_state *s, const struct dataset *d, const struct schema *promised,
	struct reader **out, struct err *e)
{
	struct read_opts o = {.rootfd = s->o->project->rootfd, .segs = s->segs, .schema = promised};
	struct schema known;
	const char *json = NULL;

	if (store_written(s->o->store, &s->arena, d->path, &o.known_hash, &json, e) < 0)
		return -1;
	if (json && schema_decode(&s->arena, json, strlen(json), &known, e) < 0)
		return -1;
	o.known = json ? &known : NULL;
	return dataset_open(d, &o, out, e);
}

/* Rows of the quarantine are read with the types of the dataset that they came from. */
static void
note_schema(struct job_state *s, const struct frame *f)
{
	static const struct schema_column labels[] = {{QUARANTINE_RUN, MLF_UTF8},
		{QUARANTINE_ROW, MLF_I64}, {QUARANTINE_RULES, MLF_UTF8}};
	size_t n = sizeof(labels) / sizeof(*labels);

	if (s->schema.n)
		return;
	s->schema.columns =
		arena_alloc(&s->arena, (n + (size_t)frame_columns(f)) * sizeof(*s->schema.columns));
	memcpy(s->schema.columns, labels, sizeof(labels));
	for (int i = 0; i < frame_columns(f); i++, n++)
		s->schema.columns[n] =
			(struct schema_column){arena_strdup(&s->arena, frame_column(f, i)->name),
				frame_column(f, i)->type};
	s->schema.n = n;
}

static int
read_rows(struct job_state *s, const struct dataset *d, struct mlf_frame **out, struct err *e)
{
	struct read_opts o = {
		.rootfd = s->o->project->rootfd, .segs = s->segs, .schema = &s->schema};
	struct frame *f;

	if (dataset_read_table(d, &o, &f, NULL, e) < 0)
		return err_wrap(e, "`%s`", d->name);
	*out = scope_lend(s->scope, f);
	frame_unref(f);
	if (frame_find(frame_of(*out), QUARANTINE_ROW) >= 0 &&
		frame_find(frame_of(*out), QUARANTINE_RUN) >= 0 &&
		frame_find(frame_of(*out), QUARANTINE_RULES) >= 0)
		return 0;
	err_set(e, MLC_USAGE,
		"%s has no quarantined rows: a column of " QUARANTINE_RUN ", " QUARANTINE_ROW
		" and " QUARANTINE_RULES " is missing",
		d->path);
	return err_help(
		e, "take the file of the quarantine, correct values, and leave these columns");
}

/* --- which rows ---------------------------------------------------------------------------------- */

static void
key_of(struct mlf_frame *f, int64_t i, struct str *out)
{
	str_reset(out);
	(void)column_show(
		frame_column(frame_of(f), frame_find(frame_of(f), QUARANTINE_RUN)), i, out);
	str_addc(out, ' ');
	(void)column_show(
		frame_column(frame_of(f), frame_find(frame_of(f), QUARANTINE_ROW)), i, out);
}

/* Rows of `all` that stand in `some` are not left, and every row of `some` has to stand in `all`. */
static int
match_rows(struct mlf_frame *all, struct mlf_frame *some, bool *left, struct err *e)
{
	struct map known = {0};
	struct str key = {0};
	int rc = 0;

	for (int64_t i = 0; i < mlf_rows(all); i++) {
		key_of(all, i, &key);
		map_put(&known, str_text(&key), &left[i]);
		left[i] = true;
	}
	for (int64_t i = 0; rc == 0 && i < mlf_rows(some); i++) {
		bool *mark;

		key_of(some, i, &key);
		mark = map_get(&known, str_text(&key));
		if (mark && *mark)
			*mark = false;
		else
			rc = err_set(e, MLC_USAGE, "row %lld of the corrected file is %s",
				(long long)i + 1, mark ? "there twice" : "not in the quarantine");
	}
	map_fini(&known);
	str_fini(&key);
	return rc;
}

/* Of the quarantine: the rows to be tried, corrected or as they are; and those left alone. */
static int
choose(struct job_state *s, struct mlf_frame **tried, struct mlf_frame **left, struct err *e)
{
	struct mlf_frame *all, *some;
	bool *marks;
	int64_t n;
	int rc = 0;

	if (read_rows(s, s->o->quarantine, &all, e) < 0)
		return -1;
	some = all;
	if (s->o->corrected && read_rows(s, s->o->corrected, &some, e) < 0)
		return -1;
	n = mlf_rows(all) > mlf_rows(some) ? mlf_rows(all) : mlf_rows(some);
	marks = mem_alloc((size_t)n + 1);
	if (s->o->where) {
		rc = release_where(s->o->where, frame_of(some), marks, e);
		if (rc == 0)
			some = mlf_filter(some, marks);
	}
	if (rc == 0)
		rc = match_rows(all, some, marks, e);
	if (rc == 0)
		*left = mlf_filter(all, marks);
	*tried = some;
	free(marks);
	return rc;
}

/* --- staging ------------------------------------------------------------------------------------- */

/* Rows that stay; a dataset that is appended to has them already and is shown its columns only. */
static int
keep(struct job_state *s, struct frame *batch, struct err *e)
{
	struct scope *sc;
	int rc;

	if (!dataset_appends(s->o->target))
		return stage_table(s->target, batch, e);
	sc = scope_new(s->segs);
	rc = stage_table(s->target, frame_of(mlf_slice(scope_lend(sc, batch), 0, 0)), e);
	scope_free(sc);
	return rc;
}

/* The dataset as it is. Rows that its contract would take out today stay where they are. */
static int
copy_old(struct job_state *s, struct err *e)
{
	struct reader *r = NULL;
	struct frame *batch;
	int rc = open_table(s, s->o->target, contract_schema(s->o->contract), &r, e);

	if (rc < 0)
		return -1;
	while ((rc = reader_next(r, &batch, e)) == 1) {
		note_schema(s, batch);
		contract_batch(s->run, batch);
		rc = keep(s, batch, e);
		frame_unref(batch);
		if (rc < 0)
			break;
	}
	reader_close(r);
	return rc;
}

static int
put(struct job_state *s, struct stage *stage, struct mlf_frame *rows, int64_t *count, struct err *e)
{
	if (scope_error(s->scope)) {
		*e = *scope_error(s->scope);
		return -1;
	}
	*count += mlf_rows(rows);
	return mlf_rows(rows) ? stage_table(stage, frame_of(rows), e) : 0;
}

static int
add_passing(struct job_state *s, struct err *e)
{
	struct mlf_frame *tried = NULL, *left = NULL;
	struct contract_split split;

	if (choose(s, &tried, &left, e) < 0)
		return -1;
	s->out->tried = mlf_rows(tried);
	if (stage_table(s->quarantine, frame_of(left), e) < 0)
		return -1;
	s->out->kept = mlf_rows(left);
	if (contract_retake(s->run, s->scope, frame_of(tried), &split, e) < 0 ||
		put(s, s->target, split.kept, &s->out->released, e) < 0)
		return -1;
	return split.away ? put(s, s->quarantine, split.away, &s->out->kept, e) : 0;
}

static int
stage_both(struct job_state *s, struct err *e)
{
	const struct release *o = s->o;
	int rootfd = o->project->rootfd;
	char token[300];

	stage_token(s->out->run.id, NODE, token);
	if (stage_begin(o->target, rootfd, token, &s->target, e) < 0 ||
		stage_begin(o->quarantine, rootfd, token, &s->quarantine, e) < 0 ||
		copy_old(s, e) < 0 || add_passing(s, e) < 0)
		return -1;
	contract_end(s->run, &s->out->contract);
	s->run = NULL;
	if (s->out->contract.n_failed)
		return contract_error(&s->out->contract, o->target->name, e);
	if (!s->out->tried) {
		err_set(e, MLC_NOT_FOUND, "no quarantined row of `%s` is meant", o->target->name);
		return err_help(
			e, "look at them: mlflow-c catalog preview %s", o->quarantine->name);
	}
	if (!s->out->released) {
		err_set(e, MLC_CONTRACT, "none of %lld row%s passes the contract of `%s`",
			(long long)s->out->tried, s->out->tried == 1 ? "" : "s", o->target->name);
		return err_help(e, "correct them in a copy of %s, and give it with --file",
			o->quarantine->path);
	}
	if (stage_end(s->target, &s->staged[0], e) < 0)
		return -1;
	s->target = NULL;
	if (stage_end(s->quarantine, &s->staged[1], e) < 0)
		return -1;
	s->quarantine = NULL;
	return 0;
}

/* --- publishing and the record ------------------------------------------------------------------- */

static struct data_fact
fact_of(const struct dataset *d, const struct staged *staged, const char *contract)
{
	return (struct data_fact){.dataset = d->name,
		.path = d->path,
		.hash = staged->hash,
		.schema = staged->schema,
		.type = d->type->name,
		.rows = staged->rows,
		.bytes = (int64_t)staged->bytes,
		.output = true,
		.contract = contract};
}

static int
publish(struct job_state *s, int64_t start_ms, int64_t start_us, struct err *e)
{
	const struct release *o = s->o;
	struct publish_item items[2];
	struct data_fact facts[2];
	struct str json = {0};
	struct jw w;
	int rc;

	for (int i = 0; i < 2; i++)
		items[i] = (struct publish_item){s->staged[i].path, s->staged[i].target,
			s->staged[i].hash, s->staged[i].folder, s->staged[i].outside,
			s->out->run.id, i == 0 ? o->target : o->quarantine};
	jw_init(&w, &json);
	contract_result_json(&s->out->contract, &w);
	facts[0] = fact_of(o->target, &s->staged[0], str_text(&json));
	facts[1] = fact_of(o->quarantine, &s->staged[1], NULL);
	struct node_fact node = {.name = NODE,
		.plugin = "contract release",
		.plugin_hash = "",
		.status = "ok",
		.attempts = 1,
		.start_ms = start_ms,
		.wall_us = clock_mono_us() - start_us,
		.data = facts,
		.n_data = 2};
	rc = intent_write(o->store, &s->out->run, NODE, items, 2, e);
	if (rc == 0)
		rc = publish_all(o->project->rootfd, items, 2, e);
	if (rc == 0)
		rc = intent_done(o->store, &s->out->run, &node, e);
	str_fini(&json);
	return rc;
}

static void
job_fini(struct job_state *s)
{
	contract_abort(s->run);
	if (s->target)
		stage_abort(s->target);
	if (s->quarantine)
		stage_abort(s->quarantine);
	staged_fini(&s->staged[0]);
	staged_fini(&s->staged[1]);
	scope_free(s->scope);
	segs_free(s->segs);
	arena_fini(&s->arena);
}

static int
release_begin(const struct release *o, struct run_id *out, struct err *e)
{
	const char *const writes[] = {o->target->path, o->quarantine->path, NULL};
	const struct run_new n = {.pipeline = "contract release",
		.env = o->project->env,
		.command = o->command,
		.config = "{}",
		.writes = writes};

	return run_begin(o->store, &n, out, e);
}

/* Stages that were ended but not published are nobody's any more. */
static void
discard(const struct job_state *s)
{
	char token[300];

	stage_token(s->out->run.id, NODE, token);
	stage_discard(s->o->target, s->o->project->rootfd, token);
	stage_discard(s->o->quarantine, s->o->project->rootfd, token);
}

int
release_rows(const struct release *o, struct release_result *out, struct err *e)
{
	struct job_state s = {.o = o, .out = out};
	int64_t start_us = clock_mono_us(), start_ms;
	struct err ignored;
	int rc;

	*out = (struct release_result){0};
	if (release_begin(o, &out->run, e) < 0)
		return -1;
	start_ms = clock_now_ms(o->clock);
	s.segs = segs_new(SEGS_PRIVATE, 1);
	s.scope = scope_new(s.segs);
	s.run = contract_begin(o->contract);
	contract_now(s.run, start_ms);
	contract_is_about(s.run, o->target->name, out->run.id);
	for (size_t i = 0; i < contract_others(o->contract); i++)
		contract_other_read(s.run, i,
			catalog_get(o->catalog, contract_other(o->contract, i)),
			o->project->rootfd);
	rc = stage_both(&s, e);
	if (rc < 0)
		discard(&s);
	else
		rc = publish(&s, start_ms, start_us, e);
	if (rc == 0)
		rc = run_end(o->store, &out->run, RUN_OK, e);
	else
		(void)!run_end(o->store, &out->run,
			e->code == MLC_CONTRACT ? RUN_CONTRACT_FAILED : RUN_FAILED, &ignored);
	job_fini(&s);
	return rc;
}

void
release_result_fini(struct release_result *r)
{
	contract_result_fini(&r->contract);
}
