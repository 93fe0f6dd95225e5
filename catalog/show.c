/* SPDX-License-Identifier: Apache-2.0
 * A value of a column as text, for people: as the text files of tables have it, without quotes. */
#include "catalog/catalog.h"
#include "catalog/values.h"

bool
column_show(const struct column *c, int64_t i, struct str *out)
{
	const int64_t at = c->off + i;
	char text[VALUE_MAX];
	const int32_t *ends;

	if (column_null(c, i))
		return false;
	switch (c->type) {
	case MLF_BOOL:
		str_add(out, ((const uint8_t *)c->data)[at / 8] >> at % 8 & 1 ? "true" : "false");
		break;
	case MLF_I64:
		str_addn(out, text, value_write_i64(text, ((const int64_t *)c->data)[at]));
		break;
	case MLF_F64:
		str_addn(out, text, value_write_f64(text, ((const double *)c->data)[at]));
		break;
	case MLF_TIMESTAMP:
		str_addn(out, text, value_write_timestamp(text, ((const int64_t *)c->data)[at]));
		break;
	case MLF_UTF8:
		ends = (const int32_t *)c->data + at;
		str_addn(out, c->bytes ? c->bytes + ends[0] : "", (size_t)(ends[1] - ends[0]));
		break;
	}
	return true;
}
