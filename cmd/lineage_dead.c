/* SPDX-License-Identifier: Apache-2.0
 * The end of a run that could not tell it: whoever finds it dead sends ABORT for its nodes that had
 * begun, and for itself, to where events go now and to the file that the run wrote to. */
#include "cmd/lineage.h"

#include <unistd.h>

/* What the journal says; texts in the arena. */
struct opened {
	struct arena arena;
	const char *run_id, *namespace_, *pipeline, *file;
	struct map nodes; /* name -> itself, or NULL once it has ended */
};

/* A line may be cut off where the run died. */
static void
take_line(struct opened *o, const char *line, size_t len)
{
	const struct {
		const char *key;
		const char **to;
	} known[] = {{"run_id", &o->run_id}, {"namespace", &o->namespace_},
		{"pipeline", &o->pipeline}, {"file", &o->file}};
	struct jr r;
	struct err ignored;
	const char *key, *began = NULL, *ended = NULL;
	jr_init(&r, line, len);
	if (jr_object(&r))
		while (jr_next(&r, &key)) {
			const char **to = str_eq(key, "began") ? &began
				: str_eq(key, "ended")         ? &ended
							       : NULL;
			for (size_t i = 0; !to && i < sizeof(known) / sizeof(known[0]); i++)
				to = str_eq(key, known[i].key) ? known[i].to : NULL;
			const char *text = to ? jr_str(&r) : NULL;
			if (to && text)
				*to = arena_strdup(&o->arena, text);
			else if (!to)
				jr_skip(&r);
		}
	if (jr_done(&r, &ignored) < 0)
		return;
	if (began)
		(void)map_put(&o->nodes, began, (void *)began);
	if (ended)
		(void)map_put(&o->nodes, ended, NULL);
}

static bool
read_journal(const struct app *a, const char *folder, struct opened *o)
{
	struct str path = {0}, text = {0};
	struct err ignored;
	str_addf(&path, "%s/" LINEAGE_JOURNAL, folder);
	bool there = file_read(a->project->rootfd, path.s, false, &text, &ignored) == 0;
	for (size_t at = 0, n; there && at < text.len; at += n + 1) {
		const char *end = memchr(text.s + at, '\n', text.len - at);
		n = end ? (size_t)(end - text.s) - at : text.len - at;
		if (end)
			take_line(o, text.s + at, n);
	}
	if (there)
		(void)unlinkat(a->project->rootfd, path.s, 0);
	str_fini(&path);
	str_fini(&text);
	return o->run_id && strlen(o->run_id) == 32 && o->namespace_ && o->pipeline;
}

struct sinks {
	struct lineage_out server; /* of all that died; one wait for it */
	struct lineage_out file;   /* of one */
};

static void
abort_job(struct app *a, const struct opened *o, const char *node, struct sinks *to)
{
	struct str json = {0};
	const struct ol_event e = {.type = OL_ABORT,
		.time_ms = clock_now_ms(&a->clock),
		.run_id = o->run_id,
		.namespace_ = o->namespace_,
		.pipeline = o->pipeline,
		.node = node,
		.version = MLFLOW_C_VERSION};
	ol_event_json(&e, &json);
	lineage_out_add(&to->server, &json);
	lineage_out_add(&to->file, &json);
	str_fini(&json);
}

static void
tell(void *arg, const char *text)
{
	const struct app *a = arg;
	if (!a->g.quiet)
		(void)fprintf(stderr, "warning: %s\n", text);
}

static void
abort_run(struct app *a, const char *folder, struct sinks *to)
{
	struct opened o = {0};
	if (read_journal(a, folder, &o)) {
		const struct lineage_asked own = {.file = o.file, .shown = o.file};
		lineage_out_open(&to->file, &own);
		for (size_t i = 0; i < o.nodes.n; i++)
			if (o.nodes.values[i])
				abort_job(a, &o, o.nodes.keys[i], to);
		abort_job(a, &o, NULL, to);
		lineage_out_close(&to->file, tell, a);
	}
	map_fini(&o.nodes);
	arena_fini(&o.arena);
}

static void
abort_runs(struct app *a, size_t n, const struct lineage_asked *asked)
{
	struct lineage_asked server = *asked;
	struct arena arena = {0};
	struct err ignored;
	struct sinks to;
	server.file = server.shown = NULL;
	lineage_out_open(&to.server, &server);
	for (size_t i = 0; i < n; i++) {
		struct run_row row;
		const char *name;
		(void)store_recovered(a->store, i, &name);
		if (store_run(a->store, &arena, name, &row, &ignored) == 0 && row.folder)
			abort_run(a, row.folder, &to);
	}
	lineage_out_close(&to.server, tell, a);
	arena_fini(&arena);
}

void
lineage_dead(struct app *a, size_t n)
{
	struct lineage_asked asked;
	struct errs found = {0};
	/* without a namespace they are disabled; mistakes in the settings are `run`'s to report */
	if (n && lineage_asked(a, NULL, &asked, &found) == 0 && asked.namespace_)
		abort_runs(a, n, &asked);
	errs_fini(&found);
}
