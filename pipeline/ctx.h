/* SPDX-License-Identifier: Apache-2.0
 * A node's context, from the host's side: what lies behind struct mlf_ctx. */
#ifndef PIPELINE_CTX_H
#define PIPELINE_CTX_H

#include <mlflow-c/tools.h>
#include "pipeline/hook.h"
#include "contract/contract.h"

/* A contract at a port; all but the first two is empty if there is none. */
struct checked {
	const struct contract *contract;
	const struct dataset *quarantine; /* where rows go that may not stay, or NULL */
	struct contract_run *run;
	struct contract_result result;
	struct stage *stage; /* of the quarantine */
	struct staged away;
};
/* Rows that could not be read. */
struct rejected {
	struct ctx *ctx;          /* borrowed */
	const struct dataset *to; /* where they go, or NULL */
	struct reject_sink sink;
	struct scope *scope; /* of `rows`, not staged yet: n of them */
	struct mlf_builder *rows;
	int64_t n;
	struct stage *stage;
	struct staged away;
};
struct in_state {
	const struct job_input *in;
	struct checked check;
	struct rejected rejected;
	struct reader *reader; /* mlf_input_next */
	struct overlap *ahead; /* owned; reads it */
	struct scope *batch;   /* owned; of its last batch and what was cut from it */
	struct frame *whole;   /* mlf_input; counted */
	struct str bytes;
	struct mlf_model *model;
	char *path;                           /* owned */
	bool used, at_end, announced, loaded; /* the last two: to hooks */
	int64_t rows;
	struct read_facts facts;
};
struct out_state {
	const struct job_output *out;
	struct checked check;
	struct stage *stage;
	struct frame *kept; /* for later nodes: the only batch, at the end all of them; counted */
	struct scope *join; /* owned; from the second batch on */
	struct mlf_builder *below; /* the batches so far, one below the other; in join */
	uint64_t kept_bytes;
	bool by_file; /* it became too large to be kept: later nodes read the file */
	char *path;   /* owned */
	bool given, whole, announced;
	struct overlap *behind; /* owned; stores it */
	int64_t rows;
	uint64_t bytes;
	struct staged staged;
};
struct ctx {
	struct mlf_ctx pub;
	const struct job *job;
	const struct mlf_node *def;
	const struct job_host *host;
	struct arena *arena; /* of the result: what `done` points at */
	struct scope *scope;
	struct scope *scratch; /* of mlf_scratch; owned, or NULL */
	struct err err;        /* the first mistake; frames keep theirs in the scope */
	struct map params;     /* key -> struct param * */
	struct in_state *ins;
	struct out_state *outs;
	struct staged *confirmed; /* arena; checkpoints of incremental datasets */
	size_t n_confirmed;
	struct mlf_model **models; /* made by mlf_fit; counted */
	size_t n_models, cap_models;
	struct metric *metrics; /* owned vectors, texts in the arena */
	struct tag *tags;
	struct done_wish *wishes;
	size_t n_metrics, cap_metrics, n_tags, cap_tags, n_wishes, cap_wishes;
	bool term_blocked;
	struct hook_sink hooked; /* what hooks reported */
};
struct param {
	const char *json, *text;
	int64_t i;
	double f;
	bool b;
};

extern const struct mlf_host ctx_host;   /* host.c */
extern const struct mlf_tools ctx_tools; /* host_tools.c */
struct mlf_frame *ctx_cast(struct mlf_ctx *, struct mlf_frame *, const char *column,
	enum mlf_type to, bool *bad); /* host_cast.c */

struct ctx *ctx_of(struct mlf_ctx *pub);
/* Keeps e as the node's failure unless there is one. Returns -1. */
int ctx_fail(struct ctx *c, const struct err *e);
/* True after any mistake, also one made with a frame of a batch. */
bool ctx_failed(struct ctx *c);

/* ctx_hook.c: calls the hooks that wait for a point. Those without an err keep the failure as the
 * node's. */
MUST_CHECK int ctx_hook(struct ctx *c, const struct hook_event *ev, struct err *e);
int ctx_before_load(struct ctx *c, struct in_state *in);
int ctx_after_load(struct ctx *c, struct in_state *in);
int ctx_before_save(struct ctx *c, struct out_state *out);
MUST_CHECK int ctx_after_save(struct ctx *c, struct out_state *out, struct err *e);
MUST_CHECK int ctx_after_node(struct ctx *c, int64_t begun_us, struct err *e);

/* overlap.c: the next batch of a port that is open, read and checked before it is asked for: 1, 0 at the end, -1;
 * and an end to it, before anybody else uses the port. */
MUST_CHECK int ahead_next(struct ctx *c, struct in_state *in, struct frame **batch, struct err *e);
void ahead_close(struct in_state *in);
/* overlap.c: a batch for a port, which is checked and stored while the node goes on: what is wrong with it may be
 * told later, at the latest by behind_end, before which nobody else uses the port. */
MUST_CHECK int behind_put(struct ctx *c, struct out_state *out, struct frame *batch, struct err *e);
MUST_CHECK int behind_end(struct out_state *out, struct err *e);
void behind_close(struct out_state *out);

/* What a port has of its contract. */
struct under_contract {
	const char *path, *dataset;
	const struct dataset *quarantine;
};

/* ctx_check.c: loads the contract of a port, if it has one, and what that looks at. */
MUST_CHECK int
ctx_check_open(struct ctx *c, const struct under_contract *port, struct checked *k, struct err *e);
/* ctx_check.c: checks a batch; rows that may not stay leave it, and *batch is another one. */
MUST_CHECK int ctx_check(struct ctx *c, struct checked *k, struct frame **batch, struct err *e);
/* After the last batch. A broken contract is an error. */
MUST_CHECK int ctx_check_end(struct checked *k, const char *dataset, struct err *e);
void ctx_check_close(struct checked *k);
/* What the result says of the dataset; the quarantine as one more dataset, false if there is none. */
void ctx_collect_check(struct ctx *c, const struct checked *k, struct done_data *d);
bool ctx_collect_away(
	struct ctx *c, const struct staged *away, const struct dataset *to, struct done_data *d);

/* ctx_reject.c: a sink for rows that cannot be read, or NULL if there is no place for them; the end of
 * the rows, which stages the place; and the end of it all. */
const struct reject_sink *
ctx_reject_sink(struct ctx *c, struct rejected *r, const struct dataset *to);
MUST_CHECK int ctx_reject_end(struct rejected *r, struct err *e);
void ctx_reject_close(struct rejected *r);

/* confirm.c: stages the checkpoints that the node confirms. */
MUST_CHECK int ctx_confirm(struct ctx *c, struct err *e);
void ctx_confirm_close(struct ctx *c);

/* ctx_io.c, ctx_out.c: the port calls of the host table. */
struct mlf_frame *ctx_input(struct mlf_ctx *, const char *port);
struct mlf_frame *ctx_input_next(struct mlf_ctx *, const char *port);
const char *ctx_input_bytes(struct mlf_ctx *, const char *port, size_t *len);
const char *ctx_input_path(struct mlf_ctx *, const char *port);
struct mlf_model *ctx_input_model(struct mlf_ctx *, const char *port);
int ctx_output(struct mlf_ctx *, const char *port, struct mlf_frame *);
int ctx_output_append(struct mlf_ctx *, const char *port, struct mlf_frame *);
int ctx_output_bytes(struct mlf_ctx *, const char *port, const void *, size_t len);
const char *ctx_output_path(struct mlf_ctx *, const char *port);
int ctx_output_model(struct mlf_ctx *, const char *port, struct mlf_model *);
/* For programs: the absolute path at which an output with an entry is staged, owned by `out`; a table
 * put into an output. */
const char *ctx_stage_path(struct ctx *c, struct out_state *out, struct err *e); /* or NULL */
MUST_CHECK int ctx_put_table(struct ctx *c, struct out_state *out, struct frame *f, struct err *e);
/* The file or folder a model port stands for once the node is done, or NULL. */
const char *ctx_model_path(struct ctx *c, const char *port);
char *ctx_absolute(const struct ctx *c, const char *path); /* of what is beneath the root; owned */
int ctx_no_port(struct ctx *c, const char *what, const char *port); /* -1 */
/* An output after the node returned: joined, checked to its end, and staged. */
MUST_CHECK int ctx_out_finish(struct ctx *c, struct out_state *out, struct err *e);
void ctx_out_close(struct out_state *out);
/* Loads contracts; ends checks, stages and readers after the node returned. */
MUST_CHECK int ctx_open(struct ctx *c, struct err *e);
MUST_CHECK int ctx_finish(struct ctx *c, struct err *e);
void ctx_close(struct ctx *c); /* aborts what is still open, frees everything but the arena's */

/* ctx_model.c */
MUST_CHECK int
ctx_load_model(const struct ctx *c, const struct dataset *d, struct mlf_model **out, struct err *e);
MUST_CHECK int ctx_save_model(const struct ctx *c, const struct dataset *d, const char *path,
	const struct mlf_model *m, struct err *e);

#endif
