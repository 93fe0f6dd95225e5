/* SPDX-License-Identifier: Apache-2.0
 * The files of a program: where it finds its inputs, where it puts its outputs, what becomes of them.
 *
 *	input   a dataset with a file   its own file, its contract checked before
 *	        a table in memory       written into the folder of the attempt
 *	        parameters              a JSON file there
 *	output  a dataset with a file   the stage; read back for contract and rows, in one pass
 *	        a table in memory       a file in the folder of the attempt, read in afterwards
 */
#include "pipeline/command_run.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pipeline/basis.h"

int
command_write(const struct ctx *c, const char *path, const struct str *text, struct err *e)
{
	int flags = O_WRONLY | O_CREAT | O_TRUNC;
	int fd = file_open(c->job->rootfd, path, flags, true, e);
	int rc = fd < 0 ? -1 : file_write_all(fd, str_text(text), text->len, e);
	if (fd >= 0)
		close(fd);
	return rc;
}

const char *
command_type(const struct dataset *entry, const char *type, enum mlf_kind kind)
{
	static const char *const names[] = {NULL, NULL, "model", "json", "text", "bytes", "bytes"};
	if (entry)
		return entry->type->name;
	if (kind != MLF_TABLE)
		return names[kind];
	return type ? type : "csv";
}

/* A table in the folder of the attempt. */
static struct dataset *
table_file(struct command_run *r, const char *side, const char *port, const char *type)
{
	struct arena *a = r->c->arena;
	struct dataset *d = arena_alloc(a, sizeof(*d));
	d->name = port;
	d->type = catalog_type(command_type(NULL, type, MLF_TABLE));
	d->kind = d->type->kind;
	d->path = arena_printf(a, "%s/%s/%s.%s", r->folder, side, port, d->type->name);
	d->entry = yaml_new(a, Y_MAP, (struct place){0});
	return d;
}

static const char *
absolute(const struct command_run *r, const char *path)
{
	return path[0] == '/' ? path : arena_printf(r->c->arena, "%s/%s", r->c->job->root, path);
}

/* ---- inputs */

static int
write_table(struct command_run *r, const struct dataset *d, struct frame *f, struct err *e)
{
	struct stage *stage;
	struct staged staged;
	int rootfd = r->c->job->rootfd;
	if (stage_begin(d, rootfd, "memory", &stage, e) < 0)
		return -1;
	if (stage_table(stage, f, e) < 0 || stage_end(stage, &staged, e) < 0) {
		stage_abort(stage);
		return -1;
	}
	int rc = file_replace(rootfd, staged.path, staged.target, e);
	staged_fini(&staged);
	return rc;
}

/* A table that a node of this run left in memory, or a source without the rows its contract takes. */
static int
lend_table(struct command_run *r, size_t i, struct err *e)
{
	const struct job_input *in = &r->c->job->inputs[i];
	const struct dataset *d = table_file(r, "in", in->port, in->type);
	struct mlf_frame *f = ctx_input(&r->c->pub, in->port);
	if (ctx_failed(r->c))
		return -1;
	r->in[i] = absolute(r, d->path);
	return write_table(r, d, frame_of(f), e);
}

/* A dataset with a file: checked if a contract says so, hashed at least. */
static int
lend_file(struct command_run *r, size_t i)
{
	struct in_state *in = &r->c->ins[i];
	char hash[HASH_SHA_HEX];
	r->in[i] = ctx_input_path(&r->c->pub, in->in->port);
	in->rows = in->in->contract ? 0 : -1;
	if (in->in->contract && in->in->kind == MLF_TABLE)
		while (ctx_input_next(&r->c->pub, in->in->port))
			;
	else if (in->in->kind != MLF_MODEL && in->in->kind != MLF_PATH && r->in[i] &&
		file_hash(r->c->job->rootfd, in->in->entry, hash))
		(void)snprintf(in->facts.hash, sizeof(in->facts.hash), "%.32s", hash);
	return ctx_failed(r->c) ? -1 : ctx_after_load(r->c, in);
}

static bool
has_own_file(const struct command_run *r, size_t i)
{
	const struct in_state *in = &r->c->ins[i];
	if (in->check.run && contract_takes(in->check.contract) && in->in->kind == MLF_TABLE)
		return false;
	return in->in->entry && in->in->entry->path;
}

int
command_inputs(struct command_run *r, struct err *e)
{
	const struct job *j = r->c->job;
	for (size_t i = 0; i < j->n_inputs; i++) {
		const struct job_input *in = &j->inputs[i];
		int rc = 0;
		if (in->value) {
			struct str text = {0};
			const char *path =
				arena_printf(r->c->arena, "%s/in/%s.json", r->folder, in->port);
			str_add(&text, in->value);
			rc = command_write(r->c, path, &text, e);
			str_fini(&text);
			r->in[i] = absolute(r, path);
		} else if (!in->absent) {
			rc = has_own_file(r, i) ? lend_file(r, i) : lend_table(r, i, e);
		}
		if (rc < 0)
			return -1;
	}
	return 0;
}

/* ---- outputs */

int
command_outputs(struct command_run *r, struct err *e)
{
	const struct job *j = r->c->job;
	for (size_t i = 0; i < j->n_outputs; i++) {
		struct out_state *out = &r->c->outs[i];
		if (out->out->entry)
			r->out[i] = ctx_stage_path(r->c, out, e);
		else
			r->out[i] = absolute(
				r, table_file(r, "out", out->out->port, out->out->type)->path);
		if (!r->out[i])
			return -1;
	}
	return 0;
}

/* A stage beside the program's own, for the rows of it that may stay. */
static int
stage_kept(struct command_run *r, struct out_state *out, struct stage **kept, struct err *e)
{
	char token[300], name[200];
	if (!out->check.run || !contract_takes(out->check.contract))
		return 0;
	(void)snprintf(name, sizeof(name), "%.190s.kept", r->c->job->node);
	stage_token(r->c->job->run_id, name, token);
	return stage_begin(out->out->entry, r->c->job->rootfd, token, kept, e);
}

/* One pass over what was staged: contract and rows. */
static int
read_back(struct command_run *r, struct out_state *out, struct err *e)
{
	struct read_opts o = {.rootfd = r->c->job->rootfd, .segs = r->c->host->segs};
	struct reader *reader;
	struct stage *kept = NULL;
	struct frame *batch;
	int rc;
	o.path = stage_path(out->stage);
	if (out->check.contract)
		o.schema = contract_schema(out->check.contract);
	if (dataset_open(out->out->entry, &o, &reader, e) < 0)
		return -1;
	rc = stage_kept(r, out, &kept, e);
	while (rc >= 0 && (rc = reader_next(reader, &batch, e)) == 1) {
		rc = ctx_check(r->c, &out->check, &batch, e);
		if (rc == 0 && kept)
			rc = stage_table(kept, batch, e);
		out->rows += frame_rows(batch);
		frame_unref(batch);
	}
	reader_close(reader);
	if (kept && rc == 0) {
		stage_abort(out->stage);
		out->stage = kept;
	} else if (kept) {
		stage_abort(kept);
	}
	return rc;
}

static int
take_memory(struct command_run *r, struct out_state *out, struct err *e)
{
	const struct dataset *d = table_file(r, "out", out->out->port, out->out->type);
	struct read_opts o = {.rootfd = r->c->job->rootfd, .segs = r->c->host->segs};
	struct frame *f;
	if (out->check.contract)
		o.schema = contract_schema(out->check.contract);
	if (dataset_read_table(d, &o, &f, NULL, e) < 0)
		return -1;
	int rc = ctx_put_table(r->c, out, f, e);
	frame_unref(f);
	return rc;
}

int
command_take(struct command_run *r, struct err *e)
{
	const struct job *j = r->c->job;
	for (size_t i = 0; i < j->n_outputs; i++) {
		struct out_state *out = &r->c->outs[i];
		struct stat st;
		if (stat(r->out[i], &st) < 0) {
			err_set(e, MLC_NODE_OUTPUT,
				"%s left out output `%s` of node `%s` (dataset `%s`)", r->program,
				out->out->port, j->node, out->out->dataset);
			return err_help(e, "it writes to the path that is given as {output:%s}",
				out->out->port);
		}
		int rc = ctx_before_save(r->c, out);
		if (rc < 0)
			return -1; /* it is kept already */
		if (!out->out->entry)
			rc = take_memory(r, out, e);
		else if (out->out->kind == MLF_TABLE)
			rc = read_back(r, out, e);
		else
			out->rows = -1;
		if (rc < 0) {
			e->file[0] = '\0'; /* nobody can look at it any more */
			return err_wrap(e, "node `%s`, output `%s`", j->node, out->out->port);
		}
		out->given = out->whole = true;
	}
	return 0;
}
