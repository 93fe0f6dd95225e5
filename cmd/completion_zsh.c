/* SPDX-License-Identifier: Apache-2.0
 * The script for zsh: words by _describe, flags by _arguments. */
#include "cmd/completion.h"

/* For use within single quotes, and with a backslash before what means something to `special`. */
static void
put_escaped(struct str *out, const char *s, const char *special)
{
	for (; *s; s++) {
		if (*s == '\'') {
			str_add(out, "'\\''");
			continue;
		}
		if (strchr(special, *s))
			str_addc(out, '\\');
		str_addc(out, *s);
	}
}

static void
put_word(struct str *out, const char *word, size_t n, const char *help)
{
	str_addf(out, "\t\t'%.*s:", (int)n, word);
	put_escaped(out, help, ":");
	str_add(out, "'\n");
}

/* One line a spelling: --name, and -n. */
static void
put_flag(struct str *out, const struct opt *o, const char *dashes, const char *name, size_t n)
{
	static const char *const values[] = {
		[VALUE_NONE] = "",
		[VALUE_OTHER] = ": ",
		[VALUE_FILE] = ":_files",
		[VALUE_FOLDER] = ":_files -/",
		[VALUE_ENVIRONMENT] = ":_files -W conf -/",
	};

	str_addf(out, "\t\t'%s%s%.*s", o->type == OPT_LIST || o->type == OPT_COMMAS ? "*" : "",
		dashes, (int)n, name);
	str_addc(out, '[');
	put_escaped(out, o->help ? o->help : o->name, "[]:\\");
	str_addc(out, ']');
	if (o->arg) {
		str_addc(out, ':');
		put_escaped(out, o->arg, ":\\");
		str_add(out, values[opt_value(o)]);
	}
	str_add(out, "'\n");
}

static void
put_flags(struct str *out, const struct opt *o)
{
	for (; o && o->name; o++) {
		put_flag(out, o, "--", o->name, strlen(o->name));
		if (o->letter)
			put_flag(out, o, "-", &o->letter, 1);
	}
}

static void
put_group(struct str *out, const struct cmd *const *all, size_t i)
{
	str_addf(out, "\t%.*s)\n\t\tnext=(\n", (int)first_word(all[i]), all[i]->name);
	for (size_t k = i; all[k]; k++)
		if (same_group(all[k], all[i]))
			put_word(out, second_word(all[k]), strlen(second_word(all[k])),
				all[k]->summary);
	str_add(out, "\t\t) ;;\n");
}

static const char head[] = "#compdef mlflow-c\n"
			   "# Completion of mlflow-c for zsh, made by: mlflow-c completion zsh\n"
			   "_mlflow-c()\n"
			   "{\n"
			   "\tlocal -a next flags\n"
			   "\tlocal first=${words[2]} both=\"${words[2]} ${words[3]}\"\n"
			   "\tif ((CURRENT == 2)) && [[ $first != -* ]]; then\n"
			   "\t\tnext=(\n";
static const char tail[] = "\tesac\n"
			   "\t_arguments -s : $flags '*:file:_files'\n"
			   "}\n"
			   "if [[ $zsh_eval_context[-1] == loadautofunc ]]; then\n"
			   "\t_mlflow-c \"$@\"\n"
			   "else\n"
			   "\tcompdef _mlflow-c mlflow-c\n"
			   "fi\n";

void
complete_zsh(const struct cmd *const *all, struct str *out)
{
	struct str summary = {0};

	str_add(out, head);
	for (size_t i = 0; all[i]; i++) {
		if (!begins_word(all, i))
			continue;
		str_reset(&summary);
		put_summary(&summary, all, i);
		put_word(out, all[i]->name, first_word(all[i]), str_text(&summary));
	}
	str_fini(&summary);
	str_add(out, "\t\t)\n\t\t_describe command next\n\t\treturn\n\tfi\n\tcase $first in\n");
	for (size_t i = 0; all[i]; i++)
		if (second_word(all[i]) && begins_word(all, i))
			put_group(out, all, i);
	str_add(out,
		"\tesac\n"
		"\tif ((CURRENT == 3 && $#next)); then\n"
		"\t\t_describe command next\n\t\treturn\n\tfi\n"
		"\tflags=(\n");
	put_flags(out, opts_global());
	str_add(out, "\t)\n\tcase $both in\n");
	for (size_t i = 0; all[i]; i++) {
		str_addf(out, second_word(all[i]) ? "\t'%s')\n" : "\t'%s '*)\n", all[i]->name);
		str_add(out, "\t\tflags+=(\n");
		put_flags(out, all[i]->opts);
		str_add(out, "\t\t) ;;\n");
	}
	str_add(out, tail);
}
