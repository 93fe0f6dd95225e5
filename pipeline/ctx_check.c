/* SPDX-License-Identifier: Apache-2.0
 * Contracts at the ports: every batch that passes is checked, and rows that may not stay leave it
 * here. Those to be quarantined are staged beside the output and published with it, in one intent: of
 * dataset and quarantine both are old or both are new.
 *
 *	batch -> contract_take -> kept  -> the node (inputs), the stage and later nodes (outputs)
 *	                       -> away  -> the stage of NAME__quarantine */
#include "pipeline/ctx.h"

static void
read_others(struct ctx *c, struct checked *k)
{
	const struct job *j = c->job;
	for (size_t i = 0; i < contract_others(k->contract); i++) {
		size_t o = 0;
		while (o < j->n_others &&
			!str_eq(j->others[o].dataset, contract_other(k->contract, i)))
			o++;
		contract_other_read(
			k->run, i, o < j->n_others ? j->others[o].entry : NULL, j->rootfd);
	}
}

int
ctx_check_open(struct ctx *c, const struct under_contract *port, struct checked *k, struct err *e)
{
	const char *path = port->path;
	struct errs found = {0};
	if (!path)
		return 0;
	int rc = contract_load(c->arena, c->job->rootfd, path, &k->contract, &found);
	if (rc < 0 && found.n)
		*e = found.v[0];
	errs_fini(&found);
	k->quarantine = port->quarantine;
	if (rc == 0) {
		k->run = contract_begin(k->contract);
		contract_now(k->run, c->job->now_ms);
		contract_is_about(k->run, port->dataset, c->job->run_id);
		read_others(c, k);
	}
	return rc;
}

/* The first batch opens the stage, also if it has nothing to quarantine: an empty table says that
 * there was nothing, and replaces what an earlier run left. */
static int
put_away(struct ctx *c, struct checked *k, const struct frame *away, struct err *e)
{
	char token[300];

	stage_token(c->job->run_id, c->job->node, token);
	if (!k->stage && stage_begin(k->quarantine, c->job->rootfd, token, &k->stage, e) < 0)
		return -1;
	return stage_table(k->stage, away, e);
}

int
ctx_check(struct ctx *c, struct checked *k, struct frame **batch, struct err *e)
{
	struct contract_split split;
	struct scope *sc;
	int rc;

	if (!k->run)
		return 0;
	if (!contract_takes(k->contract)) {
		contract_batch(k->run, *batch);
		return 0;
	}
	sc = scope_new(c->host->segs);
	rc = contract_take(k->run, sc, *batch, c->job->run_id, &split, e);
	if (rc == 0 && split.away && k->quarantine)
		rc = put_away(c, k, frame_of(split.away), e);
	if (rc == 0) {
		struct frame *kept = frame_ref(frame_of(split.kept));

		frame_unref(*batch);
		*batch = kept;
	}
	scope_free(sc);
	return rc;
}

int
ctx_check_end(struct checked *k, const char *dataset, struct err *e)
{
	if (!k->run)
		return 0;
	contract_end(k->run, &k->result);
	k->run = NULL;
	if (k->result.n_failed)
		return contract_error(&k->result, dataset, e);
	if (k->stage && stage_end(k->stage, &k->away, e) < 0)
		return -1;
	k->stage = NULL;
	return 0;
}

void
ctx_check_close(struct checked *k)
{
	contract_abort(k->run);
	if (k->stage)
		stage_abort(k->stage);
	staged_fini(&k->away);
	contract_result_fini(&k->result);
}

void
ctx_collect_check(struct ctx *c, const struct checked *k, struct done_data *d)
{
	struct str s = {0};
	struct jw w;

	if (!k->result.n)
		return;
	jw_init(&w, &s);
	contract_result_json(&k->result, &w);
	d->contract_json = arena_strdup(c->arena, str_text(&s));
	str_fini(&s);
	d->checks = (int)k->result.n;
	d->checks_failed = (int)k->result.n_failed;
	d->dropped = k->result.dropped;
	d->quarantined = k->result.quarantined;
}

bool
ctx_collect_away(
	struct ctx *c, const struct staged *away, const struct dataset *to, struct done_data *d)
{
	if (!away->path)
		return false;
	*d = (struct done_data){.port = "",
		.dataset = arena_strdup(c->arena, to->name),
		.output = true,
		.given = true,
		.rows = away->rows,
		.bytes = away->bytes,
		.outside = away->outside,
		.stage = arena_strdup(c->arena, away->path),
		.target = arena_strdup(c->arena, away->target),
		.hash = arena_strdup(c->arena, away->hash),
		.schema = arena_strdup(c->arena, away->schema)};
	return true;
}
