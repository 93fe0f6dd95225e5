/* SPDX-License-Identifier: Apache-2.0
 * The table of error codes, read back: exit code, title, explanation and printed name.
 *
 * A code that is not in the table can only come from a bug, so it is answered as MLC_BUG. */
#include "base/err.h"

#include <stdio.h>

struct code_row {
	enum err_code code;
	int exit;
	const char *title, *explain;
};

#define X(name, number, exit, title, explanation) {name, exit, title, explanation},
static const struct code_row code_rows[] = {ERR_CODES(X)};
#undef X

static const struct code_row *
code_find(enum err_code code)
{
	const size_t n = sizeof(code_rows) / sizeof(code_rows[0]);

	for (size_t i = 0; i < n; i++)
		if (code_rows[i].code == code)
			return &code_rows[i];
	return code == MLC_BUG ? &code_rows[0] : code_find(MLC_BUG);
}

int
code_exit(enum err_code code)
{
	return code_find(code)->exit;
}

const char *
code_title(enum err_code code)
{
	return code_find(code)->title;
}

const char *
code_explain(enum err_code code)
{
	return code_find(code)->explain;
}

const char *
code_name(enum err_code code, char buf[static 16])
{
	(void)snprintf(buf, 16, "MLC%04u", (unsigned)code_find(code)->code);
	return buf;
}
