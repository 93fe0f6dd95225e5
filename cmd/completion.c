/* SPDX-License-Identifier: Apache-2.0
 * completion: a script that teaches a shell the commands and their flags. */
#include "cmd/completion.h"

enum value_kind
opt_value(const struct opt *o)
{
	static const struct {
		const char *arg;
		enum value_kind is;
	} kinds[] = {{"FILE", VALUE_FILE}, {"DIR", VALUE_FOLDER}, {"ENV", VALUE_ENVIRONMENT}};

	for (size_t i = 0; o->arg && i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (str_eq(o->arg, kinds[i].arg))
			return kinds[i].is;
	return o->arg ? VALUE_OTHER : VALUE_NONE;
}

size_t
first_word(const struct cmd *c)
{
	return strcspn(c->name, " ");
}

const char *
second_word(const struct cmd *c)
{
	const char *blank = strchr(c->name, ' ');

	return blank ? blank + 1 : NULL;
}

bool
same_group(const struct cmd *a, const struct cmd *b)
{
	size_t n = first_word(a);

	return n == first_word(b) && memcmp(a->name, b->name, n) == 0;
}

bool
begins_word(const struct cmd *const *all, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (same_group(all[k], all[i]))
			return false;
	return true;
}

void
put_summary(struct str *out, const struct cmd *const *all, size_t i)
{
	const char *comma = "";

	if (!second_word(all[i]))
		str_add(out, all[i]->summary);
	for (size_t k = i; all[k] && second_word(all[i]); k++)
		if (same_group(all[k], all[i])) {
			str_addf(out, "%s%s", comma, second_word(all[k]));
			comma = ", ";
		}
}

static const struct {
	const char *name;
	void (*write)(const struct cmd *const *all, struct str *out);
} shells[] = {{"bash", complete_bash}, {"zsh", complete_zsh}, {"fish", complete_fish}};

static int
run(struct app *a)
{
	struct str out = {0};
	struct err e = {0};

	for (size_t i = 0; i < sizeof(shells) / sizeof(shells[0]); i++) {
		if (!str_eq(a->args[0], shells[i].name))
			continue;
		shells[i].write(a->commands, &out);
		(void)fputs(str_text(&out), stdout);
		str_fini(&out);
		return 0;
	}
	err_set(&e, MLC_USAGE, "no script is made for the shell `%s`", a->args[0]);
	err_help(&e, "those there are: bash, zsh, fish");
	return report(a, &e);
}

static const char *const examples[] = {"source <(mlflow-c completion bash)", "for this shell",
	"mlflow-c completion fish >~/.config/fish/completions/mlflow-c.fish", "", NULL};
const struct cmd cmd_completion = {
	.name = "completion",
	.args = "SHELL",
	.min_args = 1,
	.max_args = 1,
	.summary = "Print what makes bash, zsh or fish complete command lines.",
	.examples = examples,
	.run = run,
};
