/* SPDX-License-Identifier: Apache-2.0
 * The tables that carry jobs, their results and plugin descriptions between processes. */
#include "pipeline/hook.h"

#include "pipeline/codec.h"

/* ---- plugins */

static const struct field plugin_id_fields[] = {
	{.key = "dev", .type = F_I64, .offset = offsetof(struct plugin_id, dev)},
	{.key = "ino", .type = F_I64, .offset = offsetof(struct plugin_id, ino)},
	{.key = "size", .type = F_I64, .offset = offsetof(struct plugin_id, size)},
	{.key = "mtime_ns", .type = F_I64, .offset = offsetof(struct plugin_id, mtime_ns)},
	{.key = "ctime_ns", .type = F_I64, .offset = offsetof(struct plugin_id, ctime_ns)},
	{0},
};
static const struct shape plugin_id_shape = {sizeof(struct plugin_id), plugin_id_fields};

static const struct field mlf_port_fields[] = {
	{.key = "name", .type = F_TEXT, .offset = offsetof(struct mlf_port, name)},
	{.key = "kind", .type = F_INT, .offset = offsetof(struct mlf_port, kind)},
	{.key = "flags", .type = F_INT, .offset = offsetof(struct mlf_port, flags)},
	{.key = "help", .type = F_TEXT, .offset = offsetof(struct mlf_port, help)},
	{0},
};
static const struct shape mlf_port_shape = {sizeof(struct mlf_port), mlf_port_fields};

static const struct field mlf_param_fields[] = {
	{.key = "key", .type = F_TEXT, .offset = offsetof(struct mlf_param, key)},
	{.key = "type", .type = F_INT, .offset = offsetof(struct mlf_param, type)},
	{.key = "def", .type = F_TEXT, .offset = offsetof(struct mlf_param, def)},
	{.key = "min", .type = F_DOUBLE, .offset = offsetof(struct mlf_param, min)},
	{.key = "max", .type = F_DOUBLE, .offset = offsetof(struct mlf_param, max)},
	{.key = "help", .type = F_TEXT, .offset = offsetof(struct mlf_param, help)},
	{0},
};
static const struct shape mlf_param_shape = {sizeof(struct mlf_param), mlf_param_fields};

static const struct field mlf_node_fields[] = {
	{.key = "name", .type = F_TEXT, .offset = offsetof(struct mlf_node, name)},
	{.key = "help", .type = F_TEXT, .offset = offsetof(struct mlf_node, help)},
	{.key = "inputs",
		.type = F_LIST,
		.offset = offsetof(struct mlf_node, inputs),
		.of = &mlf_port_shape,
		.count = F_NO_COUNT},
	{.key = "outputs",
		.type = F_LIST,
		.offset = offsetof(struct mlf_node, outputs),
		.of = &mlf_port_shape,
		.count = F_NO_COUNT},
	{.key = "params",
		.type = F_LIST,
		.offset = offsetof(struct mlf_node, params),
		.of = &mlf_param_shape,
		.count = F_NO_COUNT},
	{0},
};
static const struct shape mlf_node_shape = {sizeof(struct mlf_node), mlf_node_fields};

static const struct field mlf_hook_fields[] = {
	{.key = "name", .type = F_TEXT, .offset = offsetof(struct mlf_hook, name)},
	{.key = "help", .type = F_TEXT, .offset = offsetof(struct mlf_hook, help)},
	{0},
};
static const struct shape mlf_hook_shape = {sizeof(struct mlf_hook), mlf_hook_fields};

static const struct field plugin_info_fields[] = {
	{.key = "path", .type = F_TEXT, .offset = offsetof(struct plugin_info, path)},
	{.key = "name", .type = F_TEXT, .offset = offsetof(struct plugin_info, name)},
	{.key = "version", .type = F_TEXT, .offset = offsetof(struct plugin_info, version)},
	{.key = "source_hash", .type = F_TEXT, .offset = offsetof(struct plugin_info, source_hash)},
	{.key = "hash",
		.type = F_CHARS,
		.offset = offsetof(struct plugin_info, hash),
		.size = sizeof(((struct plugin_info *)0)->hash)},
	{.key = "id",
		.type = F_STRUCT,
		.offset = offsetof(struct plugin_info, id),
		.of = &plugin_id_shape},
	{.key = "nodes",
		.type = F_LIST,
		.offset = offsetof(struct plugin_info, nodes),
		.of = &mlf_node_shape,
		.count = offsetof(struct plugin_info, n)},
	{.key = "hooks",
		.type = F_LIST,
		.offset = offsetof(struct plugin_info, hooks),
		.of = &mlf_hook_shape,
		.count = offsetof(struct plugin_info, n_hooks)},
	{0},
};
static const struct shape plugin_info_shape = {sizeof(struct plugin_info), plugin_info_fields};

void
plugin_encode(const struct plugin_info *info, struct jw *w)
{
	codec_write(w, &plugin_info_shape, info);
}

int
plugin_decode(struct arena *a, const char *json, size_t len, struct plugin_info *out, struct err *e)
{
	memset(out, 0, sizeof(*out));
	return codec_read(a, json, len, &plugin_info_shape, out, e);
}

/* ---- jobs */

static const struct field job_input_fields[] = {
	{.key = "port", .type = F_TEXT, .offset = offsetof(struct job_input, port)},
	{.key = "kind", .type = F_INT, .offset = offsetof(struct job_input, kind)},
	{.key = "optional", .type = F_BOOL, .offset = offsetof(struct job_input, optional)},
	{.key = "absent", .type = F_BOOL, .offset = offsetof(struct job_input, absent)},
	{.key = "dataset", .type = F_TEXT, .offset = offsetof(struct job_input, dataset)},
	{.key = "entry", .type = F_ENTRY, .offset = offsetof(struct job_input, entry)},
	{.key = "frame_json", .type = F_RAW, .offset = offsetof(struct job_input, frame_json)},
	{.key = "known_hash", .type = F_TEXT, .offset = offsetof(struct job_input, known_hash)},
	{.key = "known_schema", .type = F_RAW, .offset = offsetof(struct job_input, known_schema)},
	{.key = "contract", .type = F_TEXT, .offset = offsetof(struct job_input, contract)},
	{.key = "quarantine", .type = F_ENTRY, .offset = offsetof(struct job_input, quarantine)},
	{.key = "upto", .type = F_TEXT, .offset = offsetof(struct job_input, upto)},
	{.key = "bad_lines", .type = F_ENTRY, .offset = offsetof(struct job_input, bad_lines)},
	{.key = "value", .type = F_TEXT, .offset = offsetof(struct job_input, value)},
	{.key = "type", .type = F_TEXT, .offset = offsetof(struct job_input, type)},
	{0},
};
static const struct shape job_input_shape = {sizeof(struct job_input), job_input_fields};

static const struct field job_output_fields[] = {
	{.key = "port", .type = F_TEXT, .offset = offsetof(struct job_output, port)},
	{.key = "kind", .type = F_INT, .offset = offsetof(struct job_output, kind)},
	{.key = "dataset", .type = F_TEXT, .offset = offsetof(struct job_output, dataset)},
	{.key = "entry", .type = F_ENTRY, .offset = offsetof(struct job_output, entry)},
	{.key = "contract", .type = F_TEXT, .offset = offsetof(struct job_output, contract)},
	{.key = "quarantine", .type = F_ENTRY, .offset = offsetof(struct job_output, quarantine)},
	{.key = "keep", .type = F_BOOL, .offset = offsetof(struct job_output, keep)},
	{.key = "optional", .type = F_BOOL, .offset = offsetof(struct job_output, optional)},
	{.key = "nowhere", .type = F_BOOL, .offset = offsetof(struct job_output, nowhere)},
	{.key = "type", .type = F_TEXT, .offset = offsetof(struct job_output, type)},
	{0},
};
static const struct shape job_output_shape = {sizeof(struct job_output), job_output_fields};

static const struct field job_other_fields[] = {
	{.key = "dataset", .type = F_TEXT, .offset = offsetof(struct job_other, dataset)},
	{.key = "entry", .type = F_ENTRY, .offset = offsetof(struct job_other, entry)},
	{0},
};
static const struct shape job_other_shape = {sizeof(struct job_other), job_other_fields};

static const struct field hook_fields[] = {
	{.key = "name", .type = F_TEXT, .offset = offsetof(struct hook, name)},
	{.key = "points", .type = F_I64, .offset = offsetof(struct hook, points)},
	{.key = "timeout_ms", .type = F_I64, .offset = offsetof(struct hook, timeout_ms)},
	{.key = "required", .type = F_BOOL, .offset = offsetof(struct hook, required)},
	{.key = "program", .type = F_TEXT, .offset = offsetof(struct hook, program)},
	{.key = "argv", .type = F_RAW, .offset = offsetof(struct hook, argv)},
	{.key = "plugin", .type = F_TEXT, .offset = offsetof(struct hook, plugin)},
	{.key = "def", .type = F_TEXT, .offset = offsetof(struct hook, def)},
	{.key = "plugin_id",
		.type = F_STRUCT,
		.offset = offsetof(struct hook, plugin_id),
		.of = &plugin_id_shape},
	{.key = "plugin_hash", .type = F_TEXT, .offset = offsetof(struct hook, plugin_hash)},
	{.key = "datasets", .type = F_RAW, .offset = offsetof(struct hook, datasets)},
	{0},
};
static const struct shape hook_shape = {sizeof(struct hook), hook_fields};

static const struct field job_confirm_fields[] = {
	{.key = "entry", .type = F_ENTRY, .offset = offsetof(struct job_confirm, entry)},
	{.key = "upto", .type = F_TEXT, .offset = offsetof(struct job_confirm, upto)},
	{0},
};
static const struct shape job_confirm_shape = {sizeof(struct job_confirm), job_confirm_fields};

static const struct field job_fields[] = {
	{.key = "id", .type = F_I64, .offset = offsetof(struct job, id)},
	{.key = "keep_bytes", .type = F_I64, .offset = offsetof(struct job, keep_bytes)},
	{.key = "root", .type = F_TEXT, .offset = offsetof(struct job, root)},
	{.key = "run_id", .type = F_TEXT, .offset = offsetof(struct job, run_id)},
	{.key = "run_folder", .type = F_TEXT, .offset = offsetof(struct job, run_folder)},
	{.key = "node", .type = F_TEXT, .offset = offsetof(struct job, node)},
	{.key = "run_name", .type = F_TEXT, .offset = offsetof(struct job, run_name)},
	{.key = "pipeline", .type = F_TEXT, .offset = offsetof(struct job, pipeline)},
	{.key = "conf", .type = F_TEXT, .offset = offsetof(struct job, conf)},
	{.key = "plugin", .type = F_TEXT, .offset = offsetof(struct job, plugin)},
	{.key = "def", .type = F_TEXT, .offset = offsetof(struct job, def)},
	{.key = "plugin_id",
		.type = F_STRUCT,
		.offset = offsetof(struct job, plugin_id),
		.of = &plugin_id_shape},
	{.key = "plugin_hash", .type = F_TEXT, .offset = offsetof(struct job, plugin_hash)},
	{.key = "program", .type = F_TEXT, .offset = offsetof(struct job, program)},
	{.key = "argv", .type = F_RAW, .offset = offsetof(struct job, argv)},
	{.key = "files", .type = F_RAW, .offset = offsetof(struct job, files)},
	{.key = "params", .type = F_RAW, .offset = offsetof(struct job, params)},
	{.key = "segments", .type = F_RAW, .offset = offsetof(struct job, segments)},
	{.key = "seed", .type = F_I64, .offset = offsetof(struct job, seed)},
	{.key = "now_ms", .type = F_I64, .offset = offsetof(struct job, now_ms)},
	{.key = "inputs",
		.type = F_LIST,
		.offset = offsetof(struct job, inputs),
		.of = &job_input_shape,
		.count = offsetof(struct job, n_inputs)},
	{.key = "outputs",
		.type = F_LIST,
		.offset = offsetof(struct job, outputs),
		.of = &job_output_shape,
		.count = offsetof(struct job, n_outputs)},
	{.key = "confirms",
		.type = F_LIST,
		.offset = offsetof(struct job, confirms),
		.of = &job_confirm_shape,
		.count = offsetof(struct job, n_confirms)},
	{.key = "others",
		.type = F_LIST,
		.offset = offsetof(struct job, others),
		.of = &job_other_shape,
		.count = offsetof(struct job, n_others)},
	{.key = "hooks",
		.type = F_LIST,
		.offset = offsetof(struct job, hooks),
		.of = &hook_shape,
		.count = offsetof(struct job, n_hooks)},
	{0},
};
static const struct shape job_shape = {sizeof(struct job), job_fields};

void
job_encode(const struct job *j, struct jw *w)
{
	codec_write(w, &job_shape, j);
}

int
job_decode(struct arena *a, const char *json, size_t len, struct job *out, struct err *e)
{
	memset(out, 0, sizeof(*out));
	return codec_read(a, json, len, &job_shape, out, e);
}

/* ---- hooks the runner asks for */

static const struct field hook_event_fields[] = {
	{.key = "point", .type = F_INT, .offset = offsetof(struct hook_event, point)},
	{.key = "status", .type = F_TEXT, .offset = offsetof(struct hook_event, status)},
	{.key = "error", .type = F_RAW, .offset = offsetof(struct hook_event, error)},
	{.key = "message", .type = F_TEXT, .offset = offsetof(struct hook_event, message)},
	{.key = "rows", .type = F_I64, .offset = offsetof(struct hook_event, rows)},
	{.key = "bytes", .type = F_I64, .offset = offsetof(struct hook_event, bytes)},
	{.key = "ms", .type = F_I64, .offset = offsetof(struct hook_event, ms)},
	{0},
};
static const struct shape hook_event_shape = {sizeof(struct hook_event), hook_event_fields};

static const struct field hook_ask_fields[] = {
	{.key = "job",
		.type = F_STRUCT,
		.offset = offsetof(struct hook_ask, job),
		.of = &job_shape},
	{.key = "event",
		.type = F_STRUCT,
		.offset = offsetof(struct hook_ask, event),
		.of = &hook_event_shape},
	{0},
};
static const struct shape hook_ask_shape = {sizeof(struct hook_ask), hook_ask_fields};

void
hook_ask_encode(const struct hook_ask *q, struct jw *w)
{
	codec_write(w, &hook_ask_shape, q);
}

int
hook_ask_decode(struct arena *a, const char *json, size_t len, struct hook_ask *out, struct err *e)
{
	memset(out, 0, sizeof(*out));
	return codec_read(a, json, len, &hook_ask_shape, out, e);
}

/* ---- results */

static const struct field done_data_fields[] = {
	{.key = "port", .type = F_TEXT, .offset = offsetof(struct done_data, port)},
	{.key = "dataset", .type = F_TEXT, .offset = offsetof(struct done_data, dataset)},
	{.key = "output", .type = F_BOOL, .offset = offsetof(struct done_data, output)},
	{.key = "given", .type = F_BOOL, .offset = offsetof(struct done_data, given)},
	{.key = "stage", .type = F_TEXT, .offset = offsetof(struct done_data, stage)},
	{.key = "target", .type = F_TEXT, .offset = offsetof(struct done_data, target)},
	{.key = "folder", .type = F_BOOL, .offset = offsetof(struct done_data, folder)},
	{.key = "outside", .type = F_BOOL, .offset = offsetof(struct done_data, outside)},
	{.key = "hash", .type = F_TEXT, .offset = offsetof(struct done_data, hash)},
	{.key = "schema", .type = F_RAW, .offset = offsetof(struct done_data, schema)},
	{.key = "rows", .type = F_I64, .offset = offsetof(struct done_data, rows)},
	{.key = "bytes", .type = F_I64, .offset = offsetof(struct done_data, bytes)},
	{.key = "frame_json", .type = F_RAW, .offset = offsetof(struct done_data, frame_json)},
	{.key = "dropped", .type = F_I64, .offset = offsetof(struct done_data, dropped)},
	{.key = "quarantined", .type = F_I64, .offset = offsetof(struct done_data, quarantined)},
	{.key = "rejected", .type = F_I64, .offset = offsetof(struct done_data, rejected)},
	{.key = "contract_json",
		.type = F_RAW,
		.offset = offsetof(struct done_data, contract_json)},
	{.key = "checks", .type = F_INT, .offset = offsetof(struct done_data, checks)},
	{.key = "checks_failed",
		.type = F_INT,
		.offset = offsetof(struct done_data, checks_failed)},
	{0},
};
static const struct shape done_data_shape = {sizeof(struct done_data), done_data_fields};

static const struct field metric_fields[] = {
	{.key = "key", .type = F_TEXT, .offset = offsetof(struct metric, key)},
	{.key = "value", .type = F_DOUBLE, .offset = offsetof(struct metric, value)},
	{.key = "step", .type = F_I64, .offset = offsetof(struct metric, step)},
	{.key = "time_ms", .type = F_I64, .offset = offsetof(struct metric, time_ms)},
	{0},
};
static const struct shape metric_shape = {sizeof(struct metric), metric_fields};

static const struct field tag_fields[] = {
	{.key = "key", .type = F_TEXT, .offset = offsetof(struct tag, key)},
	{.key = "value", .type = F_TEXT, .offset = offsetof(struct tag, value)},
	{0},
};
static const struct shape tag_shape = {sizeof(struct tag), tag_fields};

static const struct field done_wish_fields[] = {
	{.key = "name", .type = F_TEXT, .offset = offsetof(struct done_wish, name)},
	{.key = "alias", .type = F_TEXT, .offset = offsetof(struct done_wish, alias)},
	{.key = "condition", .type = F_TEXT, .offset = offsetof(struct done_wish, condition)},
	{.key = "model_path", .type = F_TEXT, .offset = offsetof(struct done_wish, model_path)},
	{0},
};
static const struct shape done_wish_shape = {sizeof(struct done_wish), done_wish_fields};

static const struct field done_warning_fields[] = {
	{.key = "text", .type = F_TEXT, .offset = offsetof(struct done_warning, text)},
	{0},
};
static const struct shape done_warning_shape = {sizeof(struct done_warning), done_warning_fields};

static const struct field done_fields[] = {
	{.key = "segments", .type = F_RAW, .offset = offsetof(struct done, segments)},
	{.key = "cpu_us", .type = F_I64, .offset = offsetof(struct done, cpu_us)},
	{.key = "rss_bytes", .type = F_I64, .offset = offsetof(struct done, rss_bytes)},
	{.key = "err", .type = F_STRUCT, .offset = offsetof(struct done, err), .of = &err_shape},
	{.key = "data",
		.type = F_LIST,
		.offset = offsetof(struct done, data),
		.of = &done_data_shape,
		.count = offsetof(struct done, n_data)},
	{.key = "metrics",
		.type = F_LIST,
		.offset = offsetof(struct done, metrics),
		.of = &metric_shape,
		.count = offsetof(struct done, n_metrics)},
	{.key = "tags",
		.type = F_LIST,
		.offset = offsetof(struct done, tags),
		.of = &tag_shape,
		.count = offsetof(struct done, n_tags)},
	{.key = "wishes",
		.type = F_LIST,
		.offset = offsetof(struct done, wishes),
		.of = &done_wish_shape,
		.count = offsetof(struct done, n_wishes)},
	{.key = "warnings",
		.type = F_LIST,
		.offset = offsetof(struct done, warnings),
		.of = &done_warning_shape,
		.count = offsetof(struct done, n_warnings)},
	{0},
};
static const struct shape done_shape = {sizeof(struct done), done_fields};

void
done_encode(const struct done *d, struct jw *w)
{
	codec_write(w, &done_shape, d);
}

int
done_decode(struct arena *a, const char *json, size_t len, struct done *out, struct err *e)
{
	memset(out, 0, sizeof(*out));
	return codec_read(a, json, len, &done_shape, out, e);
}
