/* A name that ends the statement and begins another. */
#include <stdio.h>
#include "base/text.h"

int find(char *out, size_t cap, const char *name);

int
find(char *out, size_t cap, const char *name)
{
	return snprintf(out, cap,
		"SELECT run_uuid FROM runs"
		" WHERE name = '%s'",
		name);
}
