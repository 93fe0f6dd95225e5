/* SPDX-License-Identifier: Apache-2.0
 * --where of `contract release`: one comparison of a column with a value, such as person_age<=120 or
 * _rules='person_age range'. Numbers are compared as numbers where both sides are; a null is nothing
 * and meets no comparison. */
#include "pipeline/release.h"

#include <ctype.h>

struct comparison {
	char column[128];
	const char *op, *value; /* into the text; op is one of the table */
	size_t value_len;
};

static const char *const ops[] = {"<=", ">=", "!=", "=", "<", ">"}; /* longer ones first */

static int
parse(const char *where, struct comparison *out, struct err *e)
{
	size_t n = strcspn(where, "<>=!"), end = n;
	const char *value = NULL;

	while (end > 0 && isspace((unsigned char)where[end - 1]))
		end--;
	for (size_t i = 0; !value && i < sizeof(ops) / sizeof(*ops); i++)
		if (str_starts(where + n, ops[i])) {
			out->op = ops[i];
			value = where + n + strlen(ops[i]);
		}
	if (!value || end == 0 || end >= sizeof(out->column)) {
		err_set(e, MLC_USAGE, "--where cannot be understood: %s", where);
		return err_help(
			e, "compare a column with a value, as in 'age<=120'; = != < <= > >=");
	}
	(void)snprintf(out->column, sizeof(out->column), "%.*s", (int)end, where);
	while (isspace((unsigned char)*value))
		value++;
	out->value_len = strlen(value);
	if (out->value_len >= 2 && (*value == '\'' || *value == '"') &&
		value[out->value_len - 1] == *value) {
		value++;
		out->value_len -= 2;
	}
	out->value = value;
	return 0;
}

/* Below, at or above zero, as strcmp. */
static int
compare(const char *a, const char *b)
{
	double x, y;

	if (str_to_f64(a, &x) == 0 && str_to_f64(b, &y) == 0)
		return x < y ? -1 : x > y;
	return strcmp(a, b);
}

static bool
meets(const char *op, int order)
{
	switch (op[0]) {
	case '<': return order < 0 || (op[1] == '=' && order == 0);
	case '>': return order > 0 || (op[1] == '=' && order == 0);
	case '!': return order != 0;
	default: return order == 0;
	}
}

int
release_where(const char *where, const struct frame *f, bool *marks, struct err *e)
{
	struct str cell = {0}, value = {0};
	struct comparison c = {.op = NULL};
	int at;

	if (parse(where, &c, e) < 0)
		return -1;
	at = frame_find(f, c.column);
	if (at < 0)
		return err_set(e, MLC_USAGE, "--where: there is no column `%s`", c.column);
	str_addn(&value, c.value, c.value_len);
	for (int64_t i = 0; i < frame_rows(f); i++) {
		str_reset(&cell);
		marks[i] = column_show(frame_column(f, at), i, &cell) &&
			meets(c.op, compare(str_text(&cell), str_text(&value)));
	}
	str_fini(&cell);
	str_fini(&value);
	return 0;
}
