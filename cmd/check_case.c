/* SPDX-License-Identifier: Apache-2.0
 * Checks of contracts, read from the record. */
#include "cmd/check_case.h"

bool
json_text(struct jr *r, const char *key, const struct text_key *texts)
{
	for (; texts->key; texts++)
		if (str_eq(key, texts->key)) {
			const char *text = jr_str(r);

			str_add(texts->to, text ? text : "");
			return true;
		}
	return false;
}

void
check_case_read(struct jr *r, struct check_case *c)
{
	const struct text_key texts[] = {{"id", &c->id}, {"rule", &c->rule}, {"column", &c->column},
		{"status", &c->status}, {"severity", &c->severity}, {"expected", &c->expected},
		{"observed", &c->observed}, {"file", &c->file}, {NULL, NULL}};
	const char *key;

	*c = (struct check_case){.line = 0};
	if (!jr_object(r))
		return;
	while (jr_next(r, &key)) {
		if (json_text(r, key, texts))
			continue;
		if (str_eq(key, "line"))
			c->line = jr_i64(r);
		else if (str_eq(key, "col"))
			c->col = jr_i64(r);
		else if (str_eq(key, "skipped"))
			c->skipped = jr_bool(r);
		else
			jr_skip(r);
	}
}

void
check_case_fini(struct check_case *c)
{
	str_fini(&c->id);
	str_fini(&c->rule);
	str_fini(&c->column);
	str_fini(&c->status);
	str_fini(&c->severity);
	str_fini(&c->expected);
	str_fini(&c->observed);
	str_fini(&c->file);
}
