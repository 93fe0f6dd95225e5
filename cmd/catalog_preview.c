/* SPDX-License-Identifier: Apache-2.0
 * mlflow-c catalog preview: the beginning of a dataset. Of a table the first rows, read with the types
 * it was last written with and as many columns as the terminal is wide; of anything else the text. */
#include "cmd/preview.h"

#include <math.h>

#define ROWS_DEFAULT 10
#define CELL_WIDTH 28 /* longer values are cut, but for --plain and --json */
#define PLAIN_WIDTH (1 << 20)

struct preview_args {
	int64_t rows;
	const char *version;
};

static int64_t
rows_of(const struct app *a)
{
	const struct preview_args *args = a->opts;

	return args->rows ? args->rows : ROWS_DEFAULT;
}

/* --- a table ------------------------------------------------------------------------------------- */

static void
json_cell(struct jw *w, const struct column *c, int64_t row)
{
	struct str text = {0};

	jw_key(w, c->name);
	if (!column_show(c, row, &text))
		jw_null(w);
	else if (c->type == MLF_UTF8 || c->type == MLF_TIMESTAMP)
		jw_strn(w, str_text(&text), text.len);
	else if (c->type == MLF_F64 && isfinite(((const double *)c->data)[c->off + row]))
		jw_f64(w, ((const double *)c->data)[c->off + row]);
	else if (c->type == MLF_F64) /* JSON has no word for it, and null is another thing */
		jw_strn(w, str_text(&text), text.len);
	else
		jw_raw(w, str_text(&text));
	str_fini(&text);
}

static void
json_table(struct jw *w, const struct head *h)
{
	jw_key(w, "columns");
	frame_schema_json(h->f, w);
	jw_key(w, "rows");
	if (h->all)
		jw_i64(w, frame_rows(h->f));
	else
		jw_null(w);
	jw_key(w, "head");
	jw_array(w);
	for (int64_t row = 0; row < h->shown; row++) {
		jw_object(w);
		for (int i = 0; i < frame_columns(h->f); i++)
			json_cell(w, frame_column(h->f, i), row);
		jw_end(w, '}');
	}
	jw_end(w, ']');
}

static int
width_of(const struct head *h, const struct column *c)
{
	int width = term_width_of(c->name), w = term_width_of(type_name(c->type));
	struct str text = {0};

	for (int64_t row = -1; row < h->shown; row++) {
		width = w > width ? w : width;
		str_reset(&text);
		if (row + 1 < h->shown)
			(void)head_value(&text, h, c, row + 1);
		w = term_width_of(str_text(&text));
	}
	str_fini(&text);
	return width;
}

/* How many columns fit. At least one. */
static int
fitting(const struct head *h, int width)
{
	int n = 0, used = 0;

	for (; n < frame_columns(h->f); n++) {
		used += width_of(h, frame_column(h->f, n)) + (n ? 2 : 0);
		if (used > width && n > 0)
			break;
	}
	return n;
}

static void
print_rows(struct app *a, const struct head *h)
{
	struct table t = {.columns = fitting(h, a->g.plain ? PLAIN_WIDTH : a->out.width)};
	struct str text = {0};

	for (int i = 0; i < t.columns; i++) {
		enum mlf_type type = frame_column(h->f, i)->type;

		table_cell(&t, "%s", frame_column(h->f, i)->name);
		if (i < TABLE_RIGHT && (type == MLF_I64 || type == MLF_F64))
			t.right |= 1u << i;
	}
	for (int i = 0; i < t.columns; i++)
		table_cell(&t, "%s", type_name(frame_column(h->f, i)->type));
	for (int64_t row = 0; row < h->shown; row++)
		for (int i = 0; i < t.columns; i++) {
			str_reset(&text);
			(void)head_value(&text, h, frame_column(h->f, i), row);
			table_cell(&t, "%s", str_text(&text));
		}
	str_fini(&text);
	if (a->g.quiet || a->g.plain) {
		table_print(a, &t);
		return;
	}
	int left = frame_columns(h->f) - t.columns;
	table_print(a, &t);
	str_add(&text, h->all ? "" : "more than ");
	str_add_count(&text, frame_rows(h->f));
	(void)fprintf(stderr, "%s row%s, %lld shown", text.s,
		h->all && frame_rows(h->f) == 1 ? "" : "s", (long long)h->shown);
	(void)fprintf(stderr, left ? "; %d more column%s: see --json\n" : "\n", left,
		left == 1 ? "" : "s");
	str_fini(&text);
}

static int
preview_table(struct app *a, const struct dataset *d, struct jw *w, struct err *e)
{
	struct segs *segs = segs_new(SEGS_PRIVATE, 1);
	struct arena arena = {0};
	struct head h = {.d = d, .shown = rows_of(a), .cell = a->g.plain ? SIZE_MAX : CELL_WIDTH};
	int rc = head_read(a, segs, &arena, &h, e);

	if (rc == 0 && w)
		json_table(w, &h);
	else if (rc == 0)
		print_rows(a, &h);
	frame_unref(h.f);
	segs_free(segs);
	arena_fini(&arena);
	return rc;
}

/* --- anything else -------------------------------------------------------------------------------- */

/* The lines of a text, or of a model's MLmodel. */
static void
print_lines(const struct app *a, const struct str *text)
{
	int64_t left = rows_of(a);
	const char *p = str_text(text), *end = p + text->len;
	struct str line = {0}, safe = {0};

	for (; p < end && left > 0; left--) {
		size_t n = strcspn(p, "\n");

		str_reset(&line);
		str_reset(&safe);
		str_addn(&line, p, n);
		term_add_safe(&safe, str_text(&line));
		(void)printf("%s\n", str_text(&safe));
		p += n + 1;
	}
	if (p < end && !a->g.quiet)
		(void)fprintf(stderr, "there is more; show it with --rows N\n");
	str_fini(&line);
	str_fini(&safe);
}

static int
preview_text(struct app *a, const struct dataset *d, struct jw *w, struct err *e)
{
	struct str text = {0}, path = {0};
	int rc;

	str_addf(&path, "%s/MLmodel", d->path);
	rc = d->type->folder ? file_read(a->project->rootfd, path.s, d->outside, &text, e)
			     : dataset_read_bytes(d, a->project->rootfd, &text, e);
	if (rc == 0 && w)
		jw_kv_i64(w, "bytes", (int64_t)text.len);
	if (rc == 0 && w && d->kind != MLF_BYTES)
		jw_kv_str(w, "text", str_text(&text));
	if (rc == 0 && !w && d->kind == MLF_BYTES)
		(void)printf("%zu bytes\n", text.len);
	else if (rc == 0 && !w)
		print_lines(a, &text);
	str_fini(&path);
	str_fini(&text);
	return rc;
}

/* --- the command ---------------------------------------------------------------------------------- */

static const struct dataset *
find(struct app *a, const struct catalog *c, struct errs *found)
{
	const struct dataset *d = catalog_find(c, a->args[0], found);
	const char *near = catalog_near(c, a->args[0]);
	struct err e;

	if (found->n || (d && d->path))
		return d;
	if (d) {
		err_set(&e, MLC_DATA_MISSING, "dataset `%s` lives in memory", d->name);
		err_help(&e, "give it a type that is a file to see it after a run");
	} else {
		err_set(&e, MLC_NOT_FOUND, "the catalog names no dataset `%s`", a->args[0]);
		if (near)
			err_help(&e, "did you mean `%s`?", near);
		else
			err_help(&e, "all of them: mlflow-c catalog list");
	}
	errs_add(found, &e);
	return NULL;
}

static int
preview(struct app *a, const struct dataset *d, struct err *e)
{
	int (*show)(struct app *, const struct dataset *, struct jw *, struct err *) =
		d->kind == MLF_TABLE ? preview_table : preview_text;
	struct str out = {0};
	struct jw w;
	int rc;

	if (!a->g.json)
		return show(a, d, NULL, e);
	answer_begin(a, &w, &out);
	jw_object(&w);
	jw_kv_str(&w, "name", d->name);
	jw_kv_str(&w, "type", d->type->name);
	jw_kv_str(&w, "path", d->path);
	rc = show(a, d, &w, e);
	if (rc < 0) {
		str_fini(&out);
		return -1;
	}
	jw_end(&w, '}');
	answer_end(&w, &out);
	return 0;
}

static int
run(struct app *a)
{
	const struct preview_args *args = a->opts;
	const struct dataset *d = NULL;
	struct arena arena = {0};
	struct catalog *c = NULL;
	struct errs found = {0};
	struct err e = {0};
	int code = 0;

	if (args->rows < 0) {
		err_set(&e, MLC_USAGE, "--rows must be at least 1");
		return report(a, &e);
	}
	if (catalog_load(&c, a->project, &found) == 0)
		d = find(a, c, &found);
	if (!d || found.n)
		code = report_all(a, &found);
	else if (preview_version(a, &arena, args->version, &d, &e) < 0 || preview(a, d, &e) < 0)
		code = report(a, &e);
	arena_fini(&arena);
	catalog_free(c);
	return code;
}

static const char *const examples[] = {"mlflow-c catalog preview loans", "its first rows",
	"mlflow-c catalog preview loans --rows 3 --json", "three of them, for a script", NULL};
static const struct opt opts[] = {
	{"rows", 0, OPT_INT, offsetof(struct preview_args, rows), "N",
		"rows, or lines of text (default 10)"},
	{"load-version", 0, OPT_STR, offsetof(struct preview_args, version), "V",
		"of a versioned dataset (default: the last)"},
	{0},
};
const struct cmd cmd_catalog_preview = {
	.name = "catalog preview",
	.args = "NAME",
	.min_args = 1,
	.max_args = 1,
	.summary = "The first rows of a dataset, or its first lines.",
	.examples = examples,
	.needs = NEEDS_PROJECT | NEEDS_STORE,
	.opts = opts,
	.opts_size = sizeof(struct preview_args),
	.run = run,
};
