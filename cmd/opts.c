/* SPDX-License-Identifier: Apache-2.0
 * Options from tables: parsing and help read the same lines, so they cannot disagree.
 *
 * Flags may stand before or after the command's words; `--` ends them; short flags cannot be bundled
 * with values but `-j4` and `-j 4` both work, and `-vv` is `-v -v`. */
#include "cmd/cmd.h"

#define MANY_OPTS 20 /* of a command: beyond it the flags of every command are only named */

const struct exit_code exit_codes[] = {{0, "done"}, {1, "a node failed"}, {2, "usage"},
	{3, "configuration"}, {4, "data contract"}, {5, "locked"}, {6, "registry or disk"},
	{7, "plugin"}, {130, "interrupted"}, {0}};

static const struct opt global_opts[] = {
	{"conf", 'e', OPT_STR, offsetof(struct globals, conf), "ENV",
		"configuration to lay over base"},
	{"env", 0, OPT_STR, offsetof(struct globals, conf), "ENV", NULL}, /* Kedro's word for it */
	{"project", 0, OPT_STR, offsetof(struct globals, dir), "DIR",
		"project folder (default: here)"},
	{"store", 0, OPT_STR, offsetof(struct globals, store), "FILE",
		"registry (default: store: of mlflow-c.yml)"},
	{"json", 0, OPT_FLAG, offsetof(struct globals, json), NULL, "answer in JSON"},
	{"plain", 0, OPT_FLAG, offsetof(struct globals, plain), NULL, "tab-separated tables"},
	{"quiet", 'q', OPT_FLAG, offsetof(struct globals, quiet), NULL, "errors only"},
	{"verbose", 'v', OPT_COUNT, offsetof(struct globals, verbose), NULL, "say more"},
	{"color", 0, OPT_STR, offsetof(struct globals, color), "WHEN", "auto, always or never"},
	{"help", 'h', OPT_FLAG, offsetof(struct globals, help), NULL, "this help"},
	{"version", 'V', OPT_FLAG, offsetof(struct globals, version), NULL, "version"},
	{0},
};

const struct opt *
opts_global(void)
{
	return global_opts;
}

static const struct opt *
find(const struct opt *opts, const char *name, size_t len, char letter)
{
	for (; opts && opts->name; opts++)
		if (letter ? opts->letter == letter
			   : strlen(opts->name) == len && memcmp(opts->name, name, len) == 0)
			return opts;
	return NULL;
}

static int
unknown(const struct cmd *c, const char *arg, struct err *e)
{
	struct map names = {0};
	char word[64];
	(void)snprintf(word, sizeof(word), "%.*s", (int)strcspn(arg, "="), arg);
	for (const struct opt *o = global_opts; o->name; o++)
		map_put(&names, o->name, &names);
	for (const struct opt *o = c ? c->opts : NULL; o && o->name; o++)
		map_put(&names, o->name, &names);
	err_set(e, MLC_USAGE, "unknown flag `%s`", word);
	const char *near = word[1] == '-' ? map_near(&names, word + 2) : NULL;
	if (near)
		err_help(e, "did you mean `--%s`?", near);
	else
		err_help(e, "see: mlflow-c %s%s--help", c ? c->name : "", c ? " " : "");
	map_fini(&names);
	return -1;
}

static int
add(const struct opt *o, struct opt_list *list, const char *value, struct err *e)
{
	if (list->n == OPT_LIST_MAX)
		return err_set(
			e, MLC_USAGE, "--%s was given more than %d times", o->name, OPT_LIST_MAX);
	list->v[list->n++] = value;
	return 0;
}

static const char *
joined(struct arena *arena, const char *list, const char *value)
{
	return list ? arena_printf(arena, "%s,%s", list, value) : value;
}

static int
set(struct app *a, const struct opt *o, void *base, const char *value, struct err *e)
{
	char *field = (char *)base + o->offset;
	int64_t n;
	switch (o->type) {
	case OPT_FLAG: *(bool *)(void *)field = true; break;
	case OPT_COUNT: *(int *)(void *)field += value ? 1 + (int)strlen(value) : 1; break;
	case OPT_STR: memcpy(field, &value, sizeof(value)); break;
	case OPT_INT:
		if (str_to_i64(value, &n) < 0)
			return err_set(e, MLC_USAGE, "--%s wants a whole number, not `%s`", o->name,
				value);
		memcpy(field, &n, sizeof(n));
		break;
	case OPT_COMMAS:
		value = joined(&a->joined, *(const char **)(void *)field, value);
		memcpy(field, &value, sizeof(value));
		break;
	case OPT_LIST: return add(o, (struct opt_list *)(void *)field, value, e);
	}
	return 0;
}

/* One flag at argv[*i]; takes its value from the next argument if need be. */
static int
flag(struct app *a, int argc, char **argv, int *i, struct err *e)
{
	const char *arg = argv[*i], *value = NULL, *eq = strchr(arg, '=');
	bool is_long = arg[1] == '-';
	size_t len = is_long ? (eq ? (size_t)(eq - arg) : strlen(arg)) - 2 : 0;
	const struct opt *o = find(global_opts, arg + 2, len, is_long ? 0 : arg[1]);
	void *base = &a->g;
	if (!o && a->cmd) {
		o = find(a->cmd->opts, arg + 2, len, is_long ? 0 : arg[1]);
		base = a->opts;
	}
	if (!o)
		return unknown(a->cmd, arg, e);
	bool wants = o->type == OPT_STR || o->type == OPT_INT || o->type == OPT_LIST ||
		o->type == OPT_COMMAS;
	if (is_long && eq)
		value = eq + 1;
	else if (!is_long && arg[2])
		value = arg + 2;
	const char letter[] = {arg[1], '\0'};
	bool again = !is_long && value && o->type == OPT_COUNT && !value[strspn(value, letter)];
	if (value && !wants && !again)
		return err_set(e, MLC_USAGE, "flag `--%s` takes no value", o->name);
	if (wants && !value && *i + 1 < argc)
		value = argv[++*i];
	if (wants && !value)
		return err_set(e, MLC_USAGE, "flag `--%s` wants a value (%s)", o->name, o->arg);
	return set(a, o, base, value, e);
}

int
opts_parse(struct app *a, int argc, char **argv, struct err *e)
{
	bool ended = false;
	a->args = mem_alloc(((size_t)argc + 1) * sizeof(*a->args));
	for (int i = 0; i < argc; i++) {
		if (!ended && str_eq(argv[i], "--"))
			ended = true;
		else if (!ended && argv[i][0] == '-' && argv[i][1]) {
			if (flag(a, argc, argv, &i, e) < 0)
				return -1;
		} else
			a->args[a->n_args++] = argv[i];
	}
	if (!a->cmd || a->g.help || a->g.version)
		return 0;
	a->n_args -= a->words;
	memmove(a->args, a->args + a->words, (size_t)a->n_args * sizeof(*a->args));
	if (a->n_args < a->cmd->min_args)
		return err_set(e, MLC_USAGE, "`%s` wants %s", a->cmd->name, a->cmd->args);
	if (a->n_args > a->cmd->max_args)
		return err_set(e, MLC_USAGE, "`%s` does not know what to do with `%s`",
			a->cmd->name, a->args[a->cmd->max_args]);
	return 0;
}

static void
help_opts(const struct opt *o, FILE *to)
{
	for (; o && o->name; o++) {
		if (!o->help) /* another name for the flag above */
			continue;
		char left[64];
		char letter[8] = "    ";
		if (o->letter)
			(void)snprintf(letter, sizeof(letter), "-%c, ", o->letter);
		(void)snprintf(left, sizeof(left), "%s--%s%s%s", letter, o->name, o->arg ? " " : "",
			o->arg ? o->arg : "");
		(void)fprintf(to, "  %-24s %s\n", left, o->help);
	}
}

static size_t
count_opts(const struct opt *o)
{
	size_t n = 0;
	for (; o && o->name; o++)
		n++;
	return n;
}

static void
help_exits(FILE *to)
{
	size_t at = (size_t)fprintf(to, "\nexit codes:") - 1;
	for (const struct exit_code *x = exit_codes; x->what; x++) {
		char text[64];
		size_t n = (size_t)snprintf(
			text, sizeof(text), "%d %s%s", x->code, x->what, x[1].what ? "," : "\n");
		bool fits = at + 1 + n <= 80;
		(void)fprintf(to, "%s%s", fits ? " " : "\n", text);
		at = fits ? at + 1 + n : n;
	}
}

void
help_command(const struct cmd *c, FILE *to)
{
	(void)fprintf(to, "usage: mlflow-c %s%s%s [flags]\n\n%s\n", c->name, *c->args ? " " : "",
		c->args, c->summary);
	if (c->examples)
		(void)fprintf(to, "\nexamples:\n");
	for (const char *const *x = c->examples; x && x[0]; x += 2)
		(void)fprintf(to, *x[1] ? "  %-36s %s\n" : "  %s\n", x[0], x[1]);
	if (c->opts)
		(void)fprintf(to, "\nflags:\n");
	help_opts(c->opts, to);
	if (count_opts(c->opts) > MANY_OPTS)
		(void)fprintf(to,
			"\nand those of every command: -e --conf, --project, --store, --json, "
			"--plain,\n"
			"-q, -v, --color, -h; see mlflow-c --help\n");
	else {
		(void)fprintf(to, "\nflags of every command:\n");
		help_opts(global_opts, to);
	}
	help_exits(to);
}

void
help_all(const struct cmd *const *all, FILE *to)
{
	(void)fprintf(to,
		"usage: mlflow-c COMMAND [flags]\n\n" PROGRAM_SUMMARY "\n\n"
		"commands:\n");
	for (; *all; all++)
		(void)fprintf(to, "  %-18s %s\n", (*all)->name, (*all)->summary);
	(void)fprintf(to, "\nflags of every command:\n");
	help_opts(global_opts, to);
	(void)fprintf(to, "\nmore: mlflow-c COMMAND --help\n");
}
