/* SPDX-License-Identifier: Apache-2.0
 * Private to cmd/: what scripts of shells and manual pages are made of. They come from the tables that
 * parsing and help come from. */
#ifndef CMD_COMPLETION_H
#define CMD_COMPLETION_H

#include "cmd/cmd.h"

/* What a flag's value is, for a shell. */
enum value_kind { VALUE_NONE, VALUE_OTHER, VALUE_FILE, VALUE_FOLDER, VALUE_ENVIRONMENT };
enum value_kind opt_value(const struct opt *o);

/* Commands of two words, as "catalog list", make a group. */
size_t first_word(const struct cmd *c);       /* its length */
const char *second_word(const struct cmd *c); /* NULL: there is none */
bool same_group(const struct cmd *a, const struct cmd *b);
/* True unless a command before it begins with the same word. */
bool begins_word(const struct cmd *const *all, size_t i);

/* "list, describe": the second words of the group that command i begins; or what its summary says. */
void put_summary(struct str *out, const struct cmd *const *all, size_t i);

void complete_bash(const struct cmd *const *all, struct str *out);
void complete_zsh(const struct cmd *const *all, struct str *out);
void complete_fish(const struct cmd *const *all, struct str *out);

#endif
