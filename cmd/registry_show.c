/* SPDX-License-Identifier: Apache-2.0
 * mlflow-c registry show: everything on record about one model version. */
#include "cmd/registry.h"

static void
print_head(struct app *a, const struct about_version *v)
{
	struct str text = {0};
	char when[32];
	fact("model", v->row.name);
	str_addf(&text, "%lld", (long long)v->row.version);
	fact("version", text.s);
	str_reset(&text);
	for (const char **alias = v->row.aliases; *alias; alias++)
		str_addf(&text, "%s%s", text.len ? ", " : "", *alias);
	fact("alias", str_text(&text));
	fact("stage", str_eq(v->row.stage, "None") ? NULL : v->row.stage);
	fact("state", str_eq(v->row.status, "READY") ? NULL : v->row.status);
	clock_rfc3339(v->row.created_ms, when);
	fact("created", when);
	fact("run", v->row.run_name ? v->row.run_name : v->row.run_id);
	fact("about", v->row.description);
	fact("purpose", v->model.description);
	if (v->run.run.run_id) {
		fact("user", v->run.run.user);
		fact("conf", v->run.run.env);
		fact("commit", run_about_tag(&v->run, "mlflow.source.git.commit"));
		if (str_eq(run_about_tag(&v->run, "mlflow.source.git.dirty"), "true"))
			fact("changes", "not committed");
		fact("command", run_about_tag(&v->run, "mlflow.source.name"));
	}
	fact("folder", v->row.path ? v->row.path : v->row.source);
	fact("hash", v->row.hash);
	str_reset(&text);
	if (v->row.bytes >= 0)
		str_add_bytes(&text, (uint64_t)v->row.bytes);
	fact("size", str_text(&text));
	str_fini(&text);
	(void)a;
}

static void
print_tags(struct app *a, const struct about_version *v)
{
	static const char *const head[] = {"TAG", "VALUE", "OF"};
	struct table t = {.columns = 3};
	table_head(&t, head);
	for (size_t i = 0; i < v->detail.n_tags; i++) {
		table_cell(&t, "%s", v->detail.tags[i].key);
		table_cell(&t, "%s", v->detail.tags[i].value);
		table_cell(&t, "version");
	}
	for (size_t i = 0; i < v->detail.n_model_tags; i++) {
		table_cell(&t, "%s", v->detail.model_tags[i].key);
		table_cell(&t, "%s", v->detail.model_tags[i].value);
		table_cell(&t, "model");
	}
	table_section(a, &t);
}

static void
print_files(struct app *a, const struct about_version *v)
{
	static const char *const head[] = {"FILE", "SIZE", "SHA-256"};
	struct table t = {.columns = 3, .right = 2};
	struct str size = {0};
	table_head(&t, head);
	for (size_t i = 0; i < v->detail.n_files; i++) {
		str_reset(&size);
		str_add_bytes(&size, (uint64_t)v->detail.files[i].bytes);
		table_cell(&t, "%s", v->detail.files[i].name);
		table_cell(&t, "%s", str_text(&size));
		table_cell(&t, "%.16s", v->detail.files[i].hash);
	}
	table_section(a, &t);
	str_fini(&size);
}

static void
print_signature(struct app *a, const struct about_version *v)
{
	static const char *const head[] = {"COLUMN", "TYPE", "IS"};
	struct table t = {.columns = 3};
	table_head(&t, head);
	for (size_t i = 0; i < v->n_columns; i++) {
		table_cell(&t, "%s", v->columns[i].name);
		table_cell(&t, "%s", v->columns[i].type);
		table_cell(&t, "%s", v->columns[i].output ? "output" : "input");
	}
	table_section(a, &t);
}

/* What came in from outside, and the plugins that made the model of it. */
static void
print_origin(struct app *a, const struct about_version *v)
{
	static const char *const data_head[] = {"INPUT", "ROWS", "HASH"},
				 *const node_head[] = {"NODE", "PLUGIN", "HASH"};
	struct table data = {.columns = 3, .right = 2}, nodes = {.columns = 3};
	const struct run_detail *d = &v->run.detail;
	struct str rows = {0};
	table_head(&data, data_head);
	for (size_t i = 0; i < d->n_data; i++) {
		if (d->data[i].output || run_about_makes(d, d->data[i].dataset))
			continue;
		str_reset(&rows);
		if (d->data[i].rows >= 0)
			str_add_count(&rows, d->data[i].rows);
		table_cell(&data, "%s", d->data[i].dataset);
		table_cell(&data, "%s", rows.len ? str_text(&rows) : "-");
		table_cell(&data, "%.16s", d->data[i].hash ? d->data[i].hash : "-");
	}
	table_section(a, &data);
	table_head(&nodes, node_head);
	for (size_t i = 0; i < d->n_nodes; i++) {
		table_cell(&nodes, "%s", d->nodes[i].name);
		table_cell(&nodes, "%s", d->nodes[i].plugin ? d->nodes[i].plugin : "-");
		table_cell(
			&nodes, "%.16s", d->nodes[i].plugin_hash ? d->nodes[i].plugin_hash : "-");
	}
	table_section(a, &nodes);
	str_fini(&rows);
}

/* ---- for scripts */

static void
files_json(struct jw *w, const struct version_detail *d)
{
	jw_key(w, "files");
	jw_array(w);
	for (size_t i = 0; i < d->n_files; i++) {
		jw_object(w);
		jw_kv_str(w, "file", d->files[i].name);
		jw_kv_i64(w, "bytes", d->files[i].bytes);
		jw_kv_str(w, "sha256", d->files[i].hash);
		jw_end(w, '}');
	}
	jw_end(w, ']');
}

static void
signature_json(struct jw *w, const struct about_version *v)
{
	jw_key(w, "signature");
	jw_array(w);
	for (size_t i = 0; i < v->n_columns; i++) {
		jw_object(w);
		jw_kv_str(w, "name", v->columns[i].name);
		jw_kv_str(w, "type", v->columns[i].type);
		jw_kv_bool(w, "output", v->columns[i].output);
		jw_end(w, '}');
	}
	jw_end(w, ']');
}

static void
print_json(struct app *a, const struct about_version *v)
{
	struct str out = {0};
	struct jw w;
	answer_begin(a, &w, &out);
	jw_object(&w);
	version_json(&w, &v->row);
	jw_kv_str(&w, "model_description", v->model.description);
	tags_json(&w, "tags", v->detail.tags, v->detail.n_tags);
	tags_json(&w, "model_tags", v->detail.model_tags, v->detail.n_model_tags);
	files_json(&w, &v->detail);
	signature_json(&w, v);
	if (v->run.run.run_id) {
		tags_json(&w, "params", v->run.detail.params, v->run.detail.n_params);
		jw_kv_str(&w, "commit", run_about_tag(&v->run, "mlflow.source.git.commit"));
	}
	jw_end(&w, '}');
	answer_end(&w, &out);
}

static int
run(struct app *a)
{
	struct about_version v;
	struct err e = {0};
	int code = 0;
	if (about_version_open(a, a->args[0], &v, &e) < 0)
		code = report(a, &e);
	else if (a->g.json)
		print_json(a, &v);
	else {
		print_head(a, &v);
		print_tags(a, &v);
		print_metrics(a, v.row.metrics, v.row.n_metrics);
		print_params(a, v.run.detail.params, v.run.detail.n_params);
		print_origin(a, &v);
		print_signature(a, &v);
		print_files(a, &v);
	}
	about_version_fini(&v);
	return code;
}

static const char *const examples[] = {"mlflow-c registry show loan@champion",
	"the version that has an alias", "mlflow-c registry show loan@3 --json",
	"one by number, for a script", NULL};
const struct cmd cmd_registry_show = {
	.name = "registry show",
	.args = "MODEL[@VERSION]",
	.min_args = 1,
	.max_args = 1,
	.summary = "A model version: run, metrics, inputs, signature, files.",
	.examples = examples,
	.needs = NEEDS_PROJECT | NEEDS_STORE,
	.run = run,
};
