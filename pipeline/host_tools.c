/* SPDX-License-Identifier: Apache-2.0
 * The tools of general nodes (struct mlf_tools), except for casts (host_cast.c): parameters as trees, frames
 * that go early, what is known of a model, and its judgement. */
#include "pipeline/ctx.h"

#include <fcntl.h>
#include <unistd.h>

#include "model/model.h"

/* ---- parameters as trees */

static int64_t
count_items(const char *json, size_t len)
{
	struct jr r;
	const char *key;
	int64_t n = 0;
	jr_init(&r, json, len);
	if (jr_peek(&r) == J_OBJECT ? jr_object(&r) : jr_array(&r))
		while (jr_next(&r, &key)) {
			jr_skip(&r);
			n++;
		}
	jr_fini(&r);
	return n;
}

/* The plan wrote the JSON, at most 64 levels of it. */
static void
read_value(struct arena *a, const char *json, size_t len, struct mlf_value *out)
{
	struct jr r;
	const char *key;
	size_t inner;
	jr_init(&r, json, len);
	enum jtype type = jr_peek(&r);
	while (len && json[len - 1] <= ' ')
		len--;
	out->text = "";
	out->json = arena_strndup(a, json, len);
	if (type == J_STRING) {
		out->kind = MLF_WORD;
		out->text = arena_strdup(a, jr_str(&r));
	} else if (type == J_NUMBER || type == J_BOOL) {
		out->kind = type == J_NUMBER ? MLF_NUMBER : MLF_TRUTH;
		out->number = type == J_NUMBER ? jr_f64(&r) : jr_bool(&r);
		out->text = out->json;
	} else if (type == J_OBJECT || type == J_ARRAY) {
		out->kind = type == J_OBJECT ? MLF_MAP : MLF_LIST;
		struct mlf_value *items =
			arena_alloc(a, ((size_t)count_items(json, len) + 1) * sizeof(*items));
		out->items = items;
		if (type == J_OBJECT ? jr_object(&r) : jr_array(&r))
			while (jr_next(&r, &key)) {
				struct mlf_value *item = &items[out->n++];
				item->key = arena_strdup(a, key);
				const char *raw = jr_raw(&r, &inner);
				if (raw)
					read_value(a, raw, inner, item);
			}
	}
	jr_fini(&r);
}

static const struct mlf_value *
tool_value(struct mlf_ctx *pub, const char *key)
{
	struct ctx *c = ctx_of(pub);
	struct mlf_value *v = arena_alloc(c->arena, sizeof(*v));
	const char *json = pub->host->param_json(pub, key);
	read_value(c->arena, json, strlen(json), v);
	return v;
}

/* ---- frames */

static struct mlf_builder *
tool_build_beside(struct mlf_ctx *pub, struct mlf_frame *f)
{
	(void)pub;
	return scope_builder(scope_of(f));
}

/* A mistake made with the scope before stays. */
static struct mlf_frame *
tool_scratch(struct mlf_ctx *pub, struct mlf_frame *f)
{
	struct ctx *c = ctx_of(pub);
	struct scope *fresh = scope_new(c->host->segs);
	struct mlf_frame *lent = scope_lend(fresh, frame_of(f));
	(void)ctx_failed(c);
	scope_free(c->scratch);
	c->scratch = fresh;
	return lent;
}

/* ---- models */

/* The run that made a registered model: a line of its MLmodel. */
static const char *
run_id_of(struct ctx *c, const char *path)
{
	struct str file = {0}, text = {0};
	const char *found = NULL;
	struct err ignored;
	str_addf(&file, "%s/MLmodel", path);
	if (file_read(c->job->rootfd, file.s, false, &text, &ignored) == 0)
		for (const char *p = text.s; p && *p; p = strchr(p, '\n'), p += p != NULL)
			if (str_starts(p, "run_id: "))
				found = arena_strndup(c->arena, p + 8, strcspn(p + 8, "\r\n"));
	str_fini(&file);
	str_fini(&text);
	return found;
}

static void
tool_version(struct mlf_ctx *pub, const char *port, struct mlf_version *out)
{
	struct ctx *c = ctx_of(pub);
	*out = (struct mlf_version){0};
	for (size_t i = 0; i < c->job->n_inputs; i++) {
		const struct job_input *in = &c->job->inputs[i];
		if (!str_eq(in->port, port) || in->kind != MLF_MODEL || in->absent || !in->entry)
			continue;
		out->run_id = run_id_of(c, in->entry->path);
		const char *at = in->entry->model ? strrchr(in->entry->model, '@') : NULL;
		if (!at)
			continue;
		out->name =
			arena_strndup(c->arena, in->entry->model, (size_t)(at - in->entry->model));
		(void)!str_to_i64(at + 1, &out->version);
	}
}

static const struct mlf_verdict *
tool_judge(struct mlf_ctx *pub, const struct mlf_judged *j)
{
	struct ctx *c = ctx_of(pub);
	const struct mlf_verdict *v = NULL;
	struct err e;
	if (!ctx_failed(c) && model_judge(j, c->arena, &v, &e) < 0)
		ctx_fail(c, &e);
	return v;
}

static const char *
tool_draw(struct mlf_ctx *pub, const struct mlf_page *page, const char *what, size_t *len)
{
	struct ctx *c = ctx_of(pub);
	struct str text = {0};
	const char *kept = NULL;
	*len = 0;
	if (!ctx_failed(c) && model_draw(page, what, &text)) {
		*len = text.len;
		kept = arena_strdup(c->arena, str_text(&text));
	}
	str_fini(&text);
	return kept;
}

static struct mlf_frame *
tool_verdict_table(struct mlf_ctx *pub, const struct mlf_verdict *v, const char *what)
{
	return model_table(v, what, ctx_of(pub)->scope);
}

static int64_t
tool_rounds(struct mlf_ctx *pub, const struct mlf_model *m)
{
	(void)pub;
	return m ? model_rounds(m) : 0;
}

const struct mlf_tools ctx_tools = {
	.size = sizeof(struct mlf_tools),
	.value = tool_value,
	.build_beside = tool_build_beside,
	.scratch = tool_scratch,
	.cast = ctx_cast,
	.version = tool_version,
	.judge = tool_judge,
	.draw = tool_draw,
	.verdict_table = tool_verdict_table,
	.rounds = tool_rounds,
};
