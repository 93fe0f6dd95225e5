/* SPDX-License-Identifier: Apache-2.0
 * mlflow-c pipeline graph: a pipeline as a picture. */
#include "cmd/picture.h"

struct graph_args {
	const char *format;
};

static const char *const formats[] = {"text", "dot", "mermaid", "svg", "json"};
enum format { F_TEXT, F_DOT, F_MERMAID, F_SVG, F_JSON, FORMATS };

static int
choose(const struct app *a, enum format *out, struct err *e)
{
	const struct graph_args *args = a->opts;
	struct map names = {0};
	*out = a->g.json ? F_JSON : F_TEXT;
	if (!args->format)
		return 0;
	for (int i = 0; i < FORMATS; i++) {
		map_put(&names, formats[i], &names);
		if (str_eq(args->format, formats[i]))
			*out = (enum format)i;
	}
	bool known = map_has(&names, args->format);
	const char *near = map_near(&names, args->format);
	if (!known) {
		err_set(e, MLC_USAGE, "there is no format `%s`", args->format);
		if (near)
			err_help(e, "did you mean `%s`?", near);
		else
			err_help(e, "formats: text, dot, mermaid, svg, json");
	} else if (a->g.json && *out != F_JSON) {
		known = false;
		err_set(e, MLC_USAGE, "--json and --format %s are two answers", args->format);
		err_help(e, "leave one of them out");
	}
	map_fini(&names);
	return known ? 0 : -1;
}

static int
draw(struct app *a, struct loaded *l, enum format format, struct err *e)
{
	struct picture p;
	struct str out = {0};
	struct jw w;
	int rc = 0;
	picture_make(&l->arena, &l->graph, &p);
	switch (format) {
	case F_TEXT: picture_text(&out, &l->graph, &a->out); break;
	case F_DOT: picture_dot(&out, &p, l->spec.name); break;
	case F_MERMAID: picture_mermaid(&out, &p); break;
	case F_SVG:
		rc = picture_layout(&l->arena, &p, e);
		if (rc == 0)
			picture_svg(&out, &p, l->spec.name);
		break;
	case F_JSON:
		answer_begin(a, &w, &out);
		picture_json(&w, &p);
		answer_end(&w, &out);
		return 0;
	case FORMATS: break;
	}
	(void)fputs(str_text(&out), stdout);
	str_fini(&out);
	return rc;
}

static int
run(struct app *a)
{
	struct errs found = {0};
	struct loaded l = {0};
	struct err e;
	enum format format;
	int code = 0;
	if (choose(a, &format, &e) < 0)
		return report(a, &e);
	if (load_graph(a, a->n_args ? a->args[0] : NULL, &l, &found) < 0)
		code = report_all(a, &found);
	else if (draw(a, &l, format, &e) < 0)
		code = report(a, &e);
	loaded_fini(&l);
	return code;
}

static const char *const examples[] = {"mlflow-c pipeline graph", "the default pipeline as text",
	"mlflow-c pipeline graph training", "another one", "mlflow-c pipeline graph --format svg",
	"a picture, on stdout", NULL};
static const struct opt opts[] = {
	{"format", 0, OPT_STR, offsetof(struct graph_args, format), "FORM",
		"text, dot, mermaid, svg or json"},
	{0},
};
const struct cmd cmd_pipeline_graph = {
	.name = "pipeline graph",
	.args = "[NAME]",
	.max_args = 1,
	.summary = "A picture of a pipeline.",
	.examples = examples,
	.needs = NEEDS_PROJECT,
	.opts = opts,
	.opts_size = sizeof(struct graph_args),
	.run = run,
};
