/* SPDX-License-Identifier: Apache-2.0
 * The script for fish: one line for each command and for each of its flags. */
#include "cmd/completion.h"

/* In single quotes. */
static void
put_quoted(struct str *out, const char *s)
{
	str_addc(out, '\'');
	for (; *s; s++) {
		if (*s == '\'' || *s == '\\')
			str_addc(out, '\\');
		str_addc(out, *s);
	}
	str_addc(out, '\'');
}

static void
put_flags(struct str *out, const char *condition, const struct opt *o)
{
	static const char *const values[] = {
		[VALUE_NONE] = "",
		[VALUE_OTHER] = " -x",
		[VALUE_FILE] = " -r",
		[VALUE_FOLDER] = " -x -a '(__fish_complete_directories)'",
		[VALUE_ENVIRONMENT] = " -x -a '(path basename conf/*/ 2>/dev/null)'",
	};

	for (; o && o->name; o++) {
		str_addf(out, "complete -c mlflow-c%s -l %s", condition, o->name);
		if (o->letter)
			str_addf(out, " -s %c", o->letter);
		str_add(out, values[opt_value(o)]);
		if (o->help) {
			str_add(out, " -d ");
			put_quoted(out, o->help);
		}
		str_addc(out, '\n');
	}
}

static void
put_word(struct str *out, const char *condition, const char *word, size_t n, const char *help)
{
	str_addf(out, "complete -c mlflow-c -f -n \"%s\" -a %.*s -d ", condition, (int)n, word);
	put_quoted(out, help);
	str_addc(out, '\n');
}

/* A first word has the help of its command, or names what may follow. */
static void
put_words(struct str *out, const struct cmd *const *all, size_t i)
{
	struct str text = {0};

	if (begins_word(all, i)) {
		put_summary(&text, all, i);
		put_word(out, "__mlflow_c_after ''", all[i]->name, first_word(all[i]),
			str_text(&text));
	}
	str_reset(&text);
	if (second_word(all[i])) {
		str_addf(&text, "__mlflow_c_after '%.*s'", (int)first_word(all[i]), all[i]->name);
		put_word(out, str_text(&text), second_word(all[i]), strlen(second_word(all[i])),
			all[i]->summary);
	}
	str_fini(&text);
}

/* The words so far, without flags; the values of flags count as words, but behind the command. */
static const char head[] =
	"# Completion of mlflow-c for fish, made by: mlflow-c completion fish\n"
	"function __mlflow_c_words\n"
	"    string join ' ' -- (string match -v -- '-*' (commandline -opc)[2..])\n"
	"end\n"
	"function __mlflow_c_after\n"
	"    test \"$(__mlflow_c_words)\" = \"$argv[1]\"\n"
	"end\n"
	"function __mlflow_c_in\n"
	"    string match -q -r -- \"^$argv[1]( |\\$)\" \"$(__mlflow_c_words)\"\n"
	"end\n";

void
complete_fish(const struct cmd *const *all, struct str *out)
{
	struct str condition = {0};

	str_add(out, head);
	put_flags(out, "", opts_global());
	for (size_t i = 0; all[i]; i++)
		put_words(out, all, i);
	for (size_t i = 0; all[i]; i++) {
		str_reset(&condition);
		str_addf(&condition, " -n \"__mlflow_c_in '%s'\"", all[i]->name);
		put_flags(out, str_text(&condition), all[i]->opts);
	}
	str_fini(&condition);
}
