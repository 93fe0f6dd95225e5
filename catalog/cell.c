/* SPDX-License-Identifier: Apache-2.0
 * One value from its text, for whoever turns columns of text into others. */
#include "catalog/catalog.h"

#include <strings.h>

#include "catalog/values.h"

static bool
read_bool(const char *s, size_t n, int64_t *out)
{
	static const char *const words[] = {
		"false", "true", "no", "yes", "f", "t", "n", "y", "0", "1"};
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strlen(words[i]) == n && strncasecmp(words[i], s, n) == 0) {
			*out = (int64_t)(i & 1);
			return true;
		}
	return false;
}

bool
cell_read(enum mlf_type type, const char *s, size_t n, int64_t *i, double *f)
{
	switch (type) {
	case MLF_BOOL: return read_bool(s, n, i);
	case MLF_I64: return value_i64(s, n, i);
	case MLF_F64: return value_f64(s, n, f);
	case MLF_TIMESTAMP: return value_timestamp(s, n, i);
	case MLF_UTF8: break;
	}
	return false;
}
