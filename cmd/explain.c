/* SPDX-License-Identifier: Apache-2.0
 * mlflow-c explain: what an error code means. */
#include "cmd/cmd.h"

#include "cmd/explain_text.h"

static const enum err_code all[] = {
#define X(name, number, exit, title, explanation) name,
	ERR_CODES(X)
#undef X
};

static void
code_json(struct jw *w, enum err_code code)
{
	char name[16];
	jw_object(w);
	jw_kv_str(w, "code", code_name(code, name));
	jw_kv_i64(w, "exit", code_exit(code));
	jw_kv_str(w, "title", code_title(code));
	jw_kv_str(w, "explanation", code_explain(code));
	const struct code_text *text = code_text(code);
	jw_kv_str(w, "cause", text ? text->cause : NULL);
	jw_kv_str(w, "way_out", text ? text->way_out : NULL);
	jw_end(w, '}');
}

static int
list_json(struct app *a, const enum err_code *codes, size_t n)
{
	struct str out = {0};
	struct jw w;
	answer_begin(a, &w, &out);
	jw_array(&w);
	for (size_t i = 0; i < n; i++)
		code_json(&w, codes[i]);
	jw_end(&w, ']');
	answer_end(&w, &out);
	return 0;
}

static int
list(struct app *a)
{
	struct table t = {.columns = 3, .right = 1u << 1};
	char name[16];
	table_cell(&t, "CODE");
	table_cell(&t, "EXIT");
	table_cell(&t, "TITLE");
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		table_cell(&t, "%s", code_name(all[i], name));
		table_cell(&t, "%d", code_exit(all[i]));
		table_cell(&t, "%s", code_title(all[i]));
	}
	table_print(a, &t);
	return 0;
}

/* Adds a text behind its title, in lines of at most 80 columns. */
static void
add_wrapped(struct str *out, const char *title, const char *text)
{
	enum { INDENT = 9, WIDTH = 80 };
	int column = INDENT;
	str_addf(out, "\n%-*s", INDENT, title);
	while (*text) {
		size_t n = strcspn(text, " ");
		if (column > INDENT && column + (int)n + 1 > WIDTH) {
			str_addf(out, "\n%*s", INDENT, "");
			column = INDENT;
		} else if (column > INDENT) {
			str_addc(out, ' ');
			column++;
		}
		str_addn(out, text, n);
		column += (int)n;
		text += n + (text[n] == ' ');
	}
}

static void
print_code(enum err_code code)
{
	const struct code_text *text = code_text(code);
	struct str out = {0};
	char name[16];
	str_addf(&out, "%s: %s (exit code %d)\n\n%s\n", code_name(code, name), code_title(code),
		code_exit(code), code_explain(code));
	if (text) {
		add_wrapped(&out, "cause", text->cause);
		add_wrapped(&out, "way out", text->way_out);
		str_addc(&out, '\n');
	}
	(void)fputs(str_text(&out), stdout);
	str_fini(&out);
}

static int
run(struct app *a)
{
	char name[16];
	struct err e;
	if (a->n_args == 0)
		return a->g.json ? list_json(a, all, sizeof(all) / sizeof(all[0])) : list(a);
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (strcasecmp(code_name(all[i], name), a->args[0]) == 0) {
			if (a->g.json)
				return list_json(a, &all[i], 1);
			print_code(all[i]);
			return 0;
		}
	err_set(&e, MLC_NOT_FOUND, "there is no error code `%s`", a->args[0]);
	err_help(&e, "all of them: mlflow-c explain");
	return report(a, &e);
}

static const char *const examples[] = {
	"mlflow-c explain MLC0312", "one code", "mlflow-c explain", "all of them", NULL};
const struct cmd cmd_explain = {
	.name = "explain",
	.args = "[CODE]",
	.max_args = 1,
	.summary = "What an error code means.",
	.examples = examples,
	.run = run,
};
