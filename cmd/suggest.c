/* SPDX-License-Identifier: Apache-2.0
 * What somebody meant who typed a command that does not exist. Commands have one word or two, so a
 * mistake may be in either: `regsitry list`, `registry lsit`, `regsitry`. */
#include "cmd/cmd.h"

struct guess {
	char text[64];
	int distance;
};

static void
consider(struct guess *best, const char *candidate, size_t n, const char *typed)
{
	struct guess g;
	(void)snprintf(g.text, sizeof(g.text), "%.*s", (int)n, candidate);
	if (str_near(g.text, typed, &g.distance) && (!best->text[0] || g.distance < best->distance))
		*best = g;
}

int
unknown_command(const struct cmd *const *all, char **words, int n, struct err *e)
{
	struct str typed = {0}, group = {0};
	struct guess whole = {0}, group_word = {0};
	str_add(&typed, words[0]);
	if (n > 1)
		str_addf(&typed, " %s", words[1]);
	for (; *all; all++) {
		const char *name = (*all)->name;
		size_t first = strcspn(name, " ");
		consider(&whole, name, strlen(name), typed.s);
		consider(&group_word, name, first, words[0]);
		if (name[first] && strlen(words[0]) == first && strncmp(name, words[0], first) == 0)
			str_addf(&group, "%s%s", group.len ? ", " : "", name + first + 1);
	}
	err_set(e, MLC_USAGE, "there is no command `%s`", group.len ? typed.s : words[0]);
	if (whole.text[0] &&
		(group.len || !group_word.text[0] || whole.distance <= group_word.distance))
		err_help(e, "did you mean `%s`?", whole.text);
	else if (group.len)
		err_help(e, "after `%s` comes one of: %s", words[0], group.s);
	else if (group_word.text[0])
		err_help(e, "did you mean `%s`?", group_word.text);
	else
		err_help(e, "the commands: mlflow-c --help");
	str_fini(&typed);
	str_fini(&group);
	return -1;
}
