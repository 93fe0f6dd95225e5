/* SPDX-License-Identifier: Apache-2.0
 * Rows of a source that cannot be read, with `on_bad_lines: quarantine`: they become the dataset
 * NAME__bad_lines, published in the node's intent like what its contract takes out. An empty one says
 * that every row could be read. */
#include "pipeline/ctx.h"

#define ROWS_AT_ONCE 4096

/* Columns of NAME__bad_lines, in this order. */
enum { RUN, ROW, LINE, WHY, TEXT };

static void
begin(struct ctx *c, struct rejected *r)
{
	r->scope = scope_new(c->host->segs);
	r->rows = scope_builder(r->scope);
	(void)mlf_add_column(r->rows, QUARANTINE_RUN, MLF_UTF8);
	(void)mlf_add_column(r->rows, QUARANTINE_ROW, MLF_I64);
	(void)mlf_add_column(r->rows, "_line", MLF_I64);
	(void)mlf_add_column(r->rows, "_why", MLF_UTF8);
	(void)mlf_add_column(r->rows, "text", MLF_UTF8);
	r->n = 0;
}

static void
end(struct rejected *r)
{
	scope_free(r->scope);
	r->scope = NULL;
	r->rows = NULL;
}

/* Stages what there is, also if it is nothing. */
static int
flush(struct rejected *r, struct err *e)
{
	struct ctx *c = r->ctx;
	struct mlf_frame *f;
	char token[300];
	int rc = 0;

	if (!r->rows)
		begin(c, r);
	f = mlf_finish(r->rows);
	stage_token(c->job->run_id, c->job->node, token);
	if (scope_error(r->scope)) {
		*e = *scope_error(r->scope);
		rc = -1;
	} else if (!r->stage) {
		rc = stage_begin(r->to, c->job->rootfd, token, &r->stage, e);
	}
	if (rc == 0)
		rc = stage_table(r->stage, frame_of(f), e);
	end(r);
	return rc;
}

static int
put(void *arg, const struct mlf_data_fault *why, const char *text, size_t n, struct err *e)
{
	struct rejected *r = arg;

	if (!r->rows)
		begin(r->ctx, r);
	mlf_push_str(r->rows, RUN, r->ctx->job->run_id, (int64_t)strlen(r->ctx->job->run_id));
	mlf_push_i64(r->rows, ROW, why->row);
	mlf_push_i64(r->rows, LINE, why->line);
	mlf_push_str(r->rows, WHY, why->text, (int64_t)strlen(why->text));
	mlf_push_str(r->rows, TEXT, text, (int64_t)n);
	return ++r->n < ROWS_AT_ONCE ? 0 : flush(r, e);
}

const struct reject_sink *
ctx_reject_sink(struct ctx *c, struct rejected *r, const struct dataset *to)
{
	if (!to)
		return NULL;
	r->ctx = c;
	r->to = to;
	r->sink = (struct reject_sink){.arg = r, .put = put};
	return &r->sink;
}

int
ctx_reject_end(struct rejected *r, struct err *e)
{
	if (!r->to || r->away.path)
		return 0;
	if (flush(r, e) < 0 || stage_end(r->stage, &r->away, e) < 0)
		return -1;
	r->stage = NULL;
	return 0;
}

void
ctx_reject_close(struct rejected *r)
{
	end(r);
	if (r->stage)
		stage_abort(r->stage);
	staged_fini(&r->away);
}
