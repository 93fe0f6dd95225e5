/* SPDX-License-Identifier: Apache-2.0
 * The script for bash: each command says which flags it has, each first word which words come next. */
#include "cmd/completion.h"

/* Adds flags to a list, each with a blank behind it: those whose value is of one of the kinds. */
static void
put_flags(struct str *out, const char *name, const struct opt *o, unsigned kinds)
{
	str_addf(out, " %s+='", name);
	for (; o && o->name; o++) {
		if (!(kinds >> opt_value(o) & 1))
			continue;
		if (o->letter)
			str_addf(out, "-%c ", o->letter);
		str_addf(out, "--%s ", o->name);
	}
	str_addc(out, '\'');
}

static void
put_sets(struct str *out, const struct opt *o)
{
	const unsigned any = ~0u, none = 1u << VALUE_NONE;

	put_flags(out, "flags", o, any);
	put_flags(out, "valued", o, any & ~none);
	put_flags(out, "envs", o, 1u << VALUE_ENVIRONMENT);
	put_flags(out, "others", o, 1u << VALUE_OTHER);
	str_addc(out, '\n');
}

static void
put_first_words(struct str *out, const struct cmd *const *all)
{
	str_add(out, "\t'')\n\t\tnext='");
	for (size_t i = 0; all[i]; i++)
		if (begins_word(all, i))
			str_addf(out, "%.*s ", (int)first_word(all[i]), all[i]->name);
	str_add(out, "' ;;\n");
}

static void
put_second_words(struct str *out, const struct cmd *const *all, size_t i)
{
	str_addf(out, "\t%.*s)\n\t\tnext='", (int)first_word(all[i]), all[i]->name);
	for (const struct cmd *const *c = all; *c; c++)
		if (same_group(*c, all[i]))
			str_addf(out, "%s ", second_word(*c));
	str_add(out, "' ;;\n");
}

static const char head[] =
	"# Completion of mlflow-c for bash, made by: mlflow-c completion bash\n"
	"_mlflow_c()\n"
	"{\n"
	"\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}\n"
	"\tlocal i words= next= flags= valued= envs= others=\n";
static const char walk[] = "\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
			   "\t\tif [[ \" $valued\" == *\" ${COMP_WORDS[i]} \"* ]]; then\n"
			   "\t\t\t((i++))\n"
			   "\t\telif [[ ${COMP_WORDS[i]} != -* ]]; then\n"
			   "\t\t\twords+=\"${words:+ }${COMP_WORDS[i]}\"\n"
			   "\t\tfi\n"
			   "\tdone\n"
			   "\tcase $words in\n";
static const char tail[] =
	"\tesac\n"
	"\tCOMPREPLY=()\n"
	"\tif [[ \" $envs\" == *\" $prev \"* ]]; then\n"
	"\t\tCOMPREPLY=($(compgen -W \"$(cd conf 2>/dev/null && printf '%s ' *)\" -- \"$cur\"))\n"
	"\telif [[ \" $others\" == *\" $prev \"* ]]; then\n"
	"\t\treturn\n"
	"\telif [[ $cur == -* ]]; then\n"
	"\t\tCOMPREPLY=($(compgen -W \"$flags\" -- \"$cur\"))\n"
	"\telif [[ $next ]]; then\n"
	"\t\tCOMPREPLY=($(compgen -W \"$next\" -- \"$cur\"))\n"
	"\telse\n"
	"\t\tCOMPREPLY=($(compgen -f -- \"$cur\"))\n"
	"\tfi\n"
	"}\n"
	"complete -o filenames -F _mlflow_c mlflow-c\n";

void
complete_bash(const struct cmd *const *all, struct str *out)
{
	str_add(out, head);
	str_addc(out, '\t');
	put_sets(out, opts_global());
	str_add(out, walk);
	put_first_words(out, all);
	for (size_t i = 0; all[i]; i++)
		if (second_word(all[i]) && begins_word(all, i))
			put_second_words(out, all, i);
	str_add(out, "\tesac\n\tcase $words in\n");
	for (size_t i = 0; all[i]; i++) {
		str_addf(out, "\t'%s' | '%s '*)\n\t\t", all[i]->name, all[i]->name);
		put_sets(out, all[i]->opts);
		str_add(out, "\t\t;;\n");
	}
	str_add(out, tail);
}
