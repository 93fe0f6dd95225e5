/* SPDX-License-Identifier: Apache-2.0
 * manual: pages for man(1), made of the tables that parsing and help are made of. */
#include <fcntl.h>
#include <unistd.h>

#include "cmd/completion.h"

struct manual_args {
	const char *into;
};

/* Text for roff: no line begins a request, no dash becomes another character. */
static void
put_text(struct str *out, const char *s)
{
	if (*s == '.' || *s == '\'')
		str_add(out, "\\&");
	for (; *s; s++) {
		if (*s == '\\')
			str_add(out, "\\e");
		else if (*s == '-')
			str_add(out, "\\-");
		else
			str_addc(out, *s);
	}
}

static void
put_line(struct str *out, const char *macro, const char *s)
{
	str_addf(out, "%s%s", macro, *macro ? " " : "");
	put_text(out, s);
	str_addc(out, '\n');
}

static void
put_opts(struct str *out, const struct opt *o)
{
	for (; o && o->name; o++) {
		if (!o->help)
			continue;
		str_add(out, ".TP\n");
		if (o->letter)
			str_addf(out, "\\fB\\-%c\\fR, ", o->letter);
		str_add(out, "\\fB\\-\\-");
		put_text(out, o->name);
		str_add(out, "\\fR");
		if (o->arg) {
			str_add(out, " \\fI");
			put_text(out, o->arg);
			str_add(out, "\\fR");
		}
		str_addc(out, '\n');
		put_line(out, "", o->help);
	}
}

static void
put_exits(struct str *out)
{
	str_add(out, ".SH EXIT STATUS\n");
	for (const struct exit_code *x = exit_codes; x->what; x++) {
		str_addf(out, ".TP\n.B %d\n", x->code);
		put_line(out, "", x->what);
	}
}

/* As "mlflow-c-catalog-list". In the arena. */
static char *
page_of(struct arena *a, const struct cmd *c)
{
	char *name = c ? arena_printf(a, "mlflow-c-%s", c->name) : arena_strdup(a, "mlflow-c");

	for (char *p = name; *p; p++)
		if (*p == ' ')
			*p = '-';
	return name;
}

static void
put_head(struct str *out, const char *page, const char *summary)
{
	str_addf(out, ".TH \"%s\" 1 \"\" \"mlflow\\-c %s\" \"mlflow\\-c\"\n.SH NAME\n", page,
		MLFLOW_C_VERSION);
	put_text(out, page);
	str_add(out, " \\- ");
	put_text(out, summary);
	str_addc(out, '\n');
}

static void
put_examples(struct str *out, const char *const *x)
{
	str_add(out, ".SH EXAMPLES\n");
	for (; x[0]; x += 2) {
		str_add(out, ".TP\n");
		put_line(out, ".B", x[0]);
		put_line(out, "", x[1]);
	}
}

static void
put_command(struct str *out, struct arena *a, const struct cmd *c)
{
	put_head(out, page_of(a, c), c->summary);
	str_add(out, ".SH SYNOPSIS\n.B mlflow\\-c ");
	put_text(out, c->name);
	str_add(out, "\n");
	if (*c->args)
		put_line(out, "", c->args);
	str_add(out, "[flags]\n.SH DESCRIPTION\n");
	put_line(out, "", c->summary);
	if (c->opts) {
		str_add(out, ".SH OPTIONS\n");
		put_opts(out, c->opts);
	}
	str_add(out, ".SH OPTIONS OF EVERY COMMAND\n");
	put_opts(out, opts_global());
	if (c->examples)
		put_examples(out, c->examples);
	put_exits(out);
	str_add(out, ".SH SEE ALSO\n.BR mlflow\\-c (1)\n");
}

static void
put_program(struct str *out, struct arena *a, const struct cmd *const *all)
{
	put_head(out, "mlflow-c", PROGRAM_SUMMARY);
	str_add(out, ".SH SYNOPSIS\n.B mlflow\\-c\n.I COMMAND\n[flags]\n.SH DESCRIPTION\n");
	put_line(out, "", PROGRAM_SUMMARY);
	str_add(out, "Each command has a page of its own.\n.SH COMMANDS\n");
	for (; *all; all++) {
		str_add(out, ".TP\n.BR ");
		put_text(out, page_of(a, *all));
		str_add(out, " (1)\n");
		put_line(out, "", (*all)->summary);
	}
	str_add(out, ".SH OPTIONS\n");
	put_opts(out, opts_global());
	put_exits(out);
	str_add(out,
		".SH FILES\n.TP\n.I conf/base\nwhat makes a folder a project: pipelines, catalog, "
		"parameters, contracts, settings\n.TP\n.I runs/mlflow.db\nthe record, which "
		"MLflow opens, too\n");
}

/* ---- where they go */

static int
write_page(int dirfd, const char *page, const struct str *text, struct err *e)
{
	struct str name = {0};
	int fd, rc;

	str_addf(&name, "%s.1", page);
	fd = file_open(dirfd, str_text(&name), O_WRONLY | O_CREAT | O_TRUNC, false, e);
	rc = fd < 0 ? -1 : file_write_all(fd, text->s, text->len, e);
	if (fd >= 0)
		(void)close(fd);
	str_fini(&name);
	return rc;
}

static int
write_all(struct app *a, struct arena *arena, const char *into, struct err *e)
{
	struct str text = {0};
	int dirfd = open(into, O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc;

	if (dirfd < 0) {
		err_errno(e, MLC_FILE, "cannot open the folder %s", into);
		return err_help(e, "make it: mkdir -p %s", into);
	}
	put_program(&text, arena, a->commands);
	rc = write_page(dirfd, "mlflow-c", &text, e);
	for (const struct cmd *const *c = a->commands; rc == 0 && *c; c++) {
		str_reset(&text);
		put_command(&text, arena, *c);
		rc = write_page(dirfd, page_of(arena, *c), &text, e);
	}
	(void)close(dirfd);
	str_fini(&text);
	return rc;
}

/* The command that the words name; NULL: none. */
static const struct cmd *
named(const struct app *a)
{
	struct str words = {0};
	const struct cmd *const *c = a->commands;

	for (int i = 0; i < a->n_args; i++)
		str_addf(&words, "%s%s", i ? " " : "", a->args[i]);
	while (*c && !str_eq((*c)->name, str_text(&words)))
		c++;
	str_fini(&words);
	return *c;
}

static int
run(struct app *a)
{
	const struct manual_args *args = a->opts;
	const struct cmd *c = named(a);
	struct arena arena = {0};
	struct str text = {0};
	struct err e = {0};
	int rc = 0;

	if (args->into)
		rc = write_all(a, &arena, args->into, &e);
	else if (c)
		put_command(&text, &arena, c);
	else if (a->n_args == 0)
		put_program(&text, &arena, a->commands);
	else
		rc = unknown_command(a->commands, a->args, a->n_args, &e);
	if (rc == 0)
		(void)fputs(str_text(&text), stdout);
	str_fini(&text);
	arena_fini(&arena);
	return rc < 0 ? report(a, &e) : 0;
}

static const char *const examples[] = {"mlflow-c manual run | man -l -",
	"read the page of a command", "mlflow-c manual --into man1", "write all of them", NULL};
static const struct opt opts[] = {
	{"into", 0, OPT_STR, offsetof(struct manual_args, into), "DIR", "write every page there"},
	{0},
};
const struct cmd cmd_manual = {
	.name = "manual",
	.args = "[COMMAND]",
	.max_args = 2,
	.summary = "Print pages for man.",
	.examples = examples,
	.opts = opts,
	.opts_size = sizeof(struct manual_args),
	.run = run,
};
