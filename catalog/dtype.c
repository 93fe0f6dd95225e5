/* SPDX-License-Identifier: Apache-2.0
 * The option `dtype` of the types that are text files: one type for all columns, or a map of columns
 * to types. */
#include "catalog/inside.h"

#include <string.h>

/* Our names of types, and those that people bring along from pandas. */
static enum mlf_type
type_of(const char *name)
{
	static const struct {
		const char *name;
		enum mlf_type type;
	} others[] = {{"str", MLF_UTF8}, {"string", MLF_UTF8}, {"object", MLF_UTF8},
		{"int", MLF_I64}, {"Int64", MLF_I64}, {"float", MLF_F64}, {"boolean", MLF_BOOL},
		{"datetime64[ns]", MLF_TIMESTAMP}};

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (str_eq(others[i].name, name))
			return others[i].type;
	return name ? type_of_name(name) : 0;
}

static int
bad_dtype(struct mlf_dataset_host *h, const char *name)
{
	struct str text = {0};
	int rc;

	if (name)
		str_addf(&text, "`dtype` names the unknown type `%s`", name);
	else
		str_add(&text, "`dtype` is neither a type nor a map of columns to types");
	rc = mlf_option_fail(h, "load_args", "dtype", text.s,
		"types are bool, int64, float64, utf8 and timestamp");
	str_fini(&text);
	return rc;
}

int
dtype_read(struct mlf_dataset_host *h, struct map *types, enum mlf_type *every)
{
	const char *json = mlf_option(h, "load_args", "dtype", "{}"), *column, *name;
	enum mlf_type type;
	struct str name_of = {0};
	struct jr r;
	int rc = 0;

	jr_init(&r, json, strlen(json));
	if (jr_peek(&r) == J_STRING) {
		name = jr_str(&r);
		*every = type_of(name);
		rc = *every ? 0 : bad_dtype(h, name);
	} else if (jr_object(&r)) {
		while (rc == 0 && jr_next(&r, &column)) {
			str_reset(&name_of);
			str_add(&name_of, column);
			name = jr_peek(&r) == J_STRING ? jr_str(&r) : NULL;
			type = type_of(name);
			map_put(types, str_text(&name_of), (void *)(intptr_t)type);
			rc = type ? 0 : bad_dtype(h, name);
		}
	}
	str_fini(&name_of);
	if (rc == 0)
		return jr_done(&r, NULL) == 0 ? 0 : bad_dtype(h, NULL);
	jr_fini(&r);
	return rc;
}
