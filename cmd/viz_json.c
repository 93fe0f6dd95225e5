/* SPDX-License-Identifier: Apache-2.0
 * What the page shows of a spot when it is clicked, and of the runs.
 *
 *	{"spots": [{"kind", "name", ...}, ...], "edges": [[from, to], ...], "runs": [...]}
 *
 * A dataset that cannot be shown says why; that is no failure of the page. */
#include "cmd/preview.h"
#include "cmd/viz.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CELL = 80, TEXT = 2000 };

/* ---- nodes */

static void
place_json(struct jw *w, const char *key, const struct place *at)
{
	struct str s = {0};
	if (at->file)
		str_addf(&s, "%s:%d", at->file, at->line);
	jw_kv_str(w, key, at->file ? s.s : NULL);
	str_fini(&s);
}

/* What a node was written as. */
static void
source_json(struct app *a, struct jw *w, const char *plugin)
{
	struct str path = {0};
	str_addf(&path, "nodes/%.*s.c", (int)strcspn(plugin, ":"), plugin);
	jw_kv_str(w, "source", file_exists(a->project->rootfd, path.s) ? path.s : NULL);
	str_fini(&path);
}

static void
node_json(struct app *a, struct jw *w, const struct spec_node *n)
{
	const struct ynode *params = n->params ? project_param(a->project, n->params) : NULL;
	jw_kv_str(w, "plugin", n->plugin);
	if (n->command) {
		jw_key(w, "command");
		secret_json(w, n->command);
	} else {
		source_json(a, w, n->plugin);
	}
	place_json(w, "at", &n->at);
	jw_kv_str(w, "namespace", n->namespace_);
	jw_key(w, "tags");
	jw_array(w);
	for (size_t i = 0; i < n->n_tags; i++)
		jw_str(w, n->tags[i]);
	jw_end(w, ']');
	jw_kv_str(w, "params_key", n->params);
	if (params) {
		jw_key(w, "params");
		secret_json(w, params);
	}
}

/* ---- datasets */

static void
cells_json(struct jw *w, const struct head *h, int64_t row)
{
	struct str text = {0};
	jw_array(w);
	for (int i = 0; i < frame_columns(h->f); i++) {
		str_reset(&text);
		if (head_value(&text, h, frame_column(h->f, i), row))
			jw_strn(w, str_text(&text), text.len);
		else
			jw_null(w);
	}
	jw_end(w, ']');
	str_fini(&text);
}

static void
table_json(struct jw *w, const struct head *h)
{
	jw_key(w, "columns");
	jw_array(w);
	for (int i = 0; i < frame_columns(h->f); i++) {
		const struct column *c = frame_column(h->f, i);
		jw_array(w);
		jw_str(w, c->name);
		jw_str(w, type_name(c->type));
		jw_end(w, ']');
	}
	jw_end(w, ']');
	jw_key(w, "head");
	jw_array(w);
	for (int64_t row = 0; row < h->shown; row++)
		cells_json(w, h, row);
	jw_end(w, ']');
	jw_kv_bool(w, "all", h->all && h->shown == frame_rows(h->f));
}

static int
preview_table(
	struct app *a, const struct viz *v, const struct dataset *d, struct jw *w, struct err *e)
{
	struct segs *segs = segs_new(SEGS_PRIVATE, 1);
	struct arena arena = {0};
	struct head h = {.d = d, .shown = v->rows, .cell = CELL};
	int rc = head_read(a, segs, &arena, &h, e);
	if (rc == 0)
		table_json(w, &h);
	frame_unref(h.f);
	segs_free(segs);
	arena_fini(&arena);
	return rc;
}

/* The beginning of a file, up to the end of a character. */
static int
preview_text(struct app *a, const struct dataset *d, struct jw *w, struct err *e)
{
	char text[TEXT];
	struct str path = {0};
	str_addf(&path, d->type->folder ? "%s/MLmodel" : "%s", d->path);
	int fd = file_open(a->project->rootfd, path.s, O_RDONLY, d->outside, e);
	ssize_t n = fd < 0 ? -1 : read(fd, text, TEXT);
	if (fd >= 0 && n < 0)
		(void)err_errno(e, MLC_DATA, "cannot read `%s`", path.s);
	if (fd >= 0)
		close(fd);
	for (bool whole = n < TEXT; !whole && n > 0; n--)
		whole = (text[n - 1] & 0xC0) != 0x80;
	if (n >= 0) {
		jw_key(w, "text");
		jw_strn(w, text, (size_t)n);
	}
	str_fini(&path);
	return n < 0 ? -1 : 0;
}

static void
preview_json(struct app *a, struct viz *v, const struct dataset *d, struct jw *w)
{
	struct err e = {0};
	int rc = 0;
	if (!v->rows || !d->path || dataset_is_remote(d) || !dataset_exists(d, a->project->rootfd))
		return;
	rc = preview_version(a, &v->arena, NULL, &d, &e);
	if (rc == 0 && d->kind == MLF_TABLE)
		rc = preview_table(a, v, d, w, &e);
	else if (rc == 0 && (d->type->folder || d->kind != MLF_BYTES))
		rc = preview_text(a, d, w, &e);
	if (rc < 0)
		jw_kv_str(w, "trouble", e.msg);
}

static void
contract_json(struct app *a, struct viz *v, const char *dataset, struct jw *w)
{
	const char *path = project_contract(a->project, dataset);
	const struct contract *c;
	struct errs found = {0};
	if (!path)
		return;
	jw_kv_str(w, "contract", path);
	if (contract_load(&v->arena, a->project->rootfd, path, &c, &found) == 0)
		jw_kv_i64(w, "checks", (int64_t)contract_checks(c));
	errs_fini(&found);
}

static void
dataset_json(struct app *a, struct viz *v, const char *name, struct jw *w)
{
	const struct dataset *d = catalog_get(v->l->catalog, name);
	jw_kv_str(w, "type", d ? d->type->name : "memory");
	if (d) {
		jw_kv_str(w, "path", d->path);
		jw_kv_str(w, "layer", d->layer);
		place_json(w, "at", &d->at);
		preview_json(a, v, d, w);
	}
	contract_json(a, v, name, w);
}

static void
spot_json(struct app *a, struct viz *v, const struct spot *s, struct jw *w)
{
	const char *key = str_eq(s->name, "parameters") ? "" : s->name + strlen("params:");
	const struct ynode *value;
	jw_object(w);
	jw_kv_str(w, "kind", shape_name(s->shape));
	jw_kv_str(w, "name", s->name);
	switch (s->shape) {
	case SHAPE_NODE: node_json(a, w, map_get(&v->l->graph.nodes, s->name)); break;
	case SHAPE_DATASET: dataset_json(a, v, s->name, w); break;
	case SHAPE_PARAMS:
		value = project_param(a->project, key);
		jw_key(w, "params");
		if (value && !secret_by_name(key, yaml_str(value)))
			secret_json(w, value);
		else
			jw_null(w);
		break;
	}
	jw_end(w, '}');
}

/* ---- runs */

static void
run_node_json(const struct app *a, struct jw *w, const struct run_row *r, const struct node_row *n)
{
	jw_key(w, n->name);
	jw_object(w);
	jw_kv_str(w, "status", n->status);
	jw_kv_i64(w, "ms", (int64_t)app_ms(a, n->wall_us));
	jw_kv_i64(w, "from", (int64_t)app_ms(a, (n->start_ms - r->start_ms) * 1000));
	jw_kv_i64(w, "cpu_ms", (int64_t)app_ms(a, n->cpu_us));
	jw_kv_i64(w, "peak", a->clock.fixed_ms ? 0 : n->rss_bytes);
	jw_kv_i64(w, "attempts", n->attempts);
	if (n->error) {
		jw_key(w, "error");
		jw_raw(w, n->error);
	}
	jw_end(w, '}');
}

/* What a dataset was when somebody made it; else when somebody read it. */
static void
run_data_json(struct jw *w, const struct run_detail *d)
{
	struct map made = {0};
	for (int pass = 1; pass >= 0; pass--)
		for (size_t i = 0; i < d->n_data; i++) {
			const struct data_row *x = &d->data[i];
			if (x->output != (pass == 1) || map_has(&made, x->dataset))
				continue;
			map_put(&made, x->dataset, &made);
			jw_key(w, x->dataset);
			jw_object(w);
			jw_kv_i64(w, "rows", x->rows);
			jw_kv_i64(w, "bytes", x->bytes);
			jw_kv_str(w, "hash", x->hash);
			if (x->contract) {
				jw_key(w, "contract");
				jw_raw(w, x->contract);
			}
			jw_end(w, '}');
		}
	map_fini(&made);
}

static void
run_json(const struct app *a, struct jw *w, const struct run_about *r)
{
	jw_object(w);
	run_row_json(a, w, &r->run);
	jw_key(w, "nodes");
	jw_object(w);
	for (size_t i = 0; i < r->detail.n_nodes; i++)
		run_node_json(a, w, &r->run, &r->detail.nodes[i]);
	jw_end(w, '}');
	jw_key(w, "data");
	jw_object(w);
	run_data_json(w, &r->detail);
	jw_end(w, '}');
	jw_key(w, "models");
	jw_array(w);
	for (size_t i = 0; i < r->detail.n_models; i++) {
		jw_array(w);
		jw_str(w, r->detail.models[i].name);
		jw_i64(w, r->detail.models[i].version);
		jw_end(w, ']');
	}
	jw_end(w, ']');
	jw_end(w, '}');
}

void
viz_json(struct app *a, struct viz *v, struct str *out)
{
	struct jw w;
	jw_init(&w, out);
	jw_object(&w);
	jw_key(&w, "spots");
	jw_array(&w);
	for (size_t i = 0; i < v->picture.n; i++)
		spot_json(a, v, &v->picture.spots[i], &w);
	jw_end(&w, ']');
	jw_key(&w, "edges");
	jw_array(&w);
	for (size_t i = 0; i < v->picture.n_arrows; i++) {
		jw_array(&w);
		jw_i64(&w, (int64_t)v->picture.arrows[i].from);
		jw_i64(&w, (int64_t)v->picture.arrows[i].to);
		jw_end(&w, ']');
	}
	jw_end(&w, ']');
	jw_key(&w, "runs");
	jw_array(&w);
	for (size_t i = 0; i < v->n_runs; i++)
		run_json(a, &w, &v->runs[i]);
	jw_end(&w, ']');
	jw_end(&w, '}');
}
