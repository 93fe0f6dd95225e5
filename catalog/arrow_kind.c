/* SPDX-License-Identifier: Apache-2.0
 * Arrow's types, as a Schema names them: the table of those that a frame can hold, which is what
 * frame/import.c widens, and of the rest what to do about them.
 *
 * A type is refused when the file is opened, by its name, and never when a batch comes. */
#include "catalog/arrow.h"

#include <string.h>
#include "catalog/values.h"

enum {
	T_INT = 2,
	T_FLOAT = 3,
	T_UTF8 = 5,
	T_BOOL = 6,
	T_DATE = 8,
	T_TIMESTAMP = 10,
	T_LARGE_UTF8 = 20,
};

/* Fields of the tables Schema, Field, and of what the union Type holds. */
enum { SCHEMA_ENDIANNESS, SCHEMA_FIELDS };
enum { FIELD_NAME, FIELD_NULLABLE, FIELD_TYPE_ID, FIELD_TYPE, FIELD_DICTIONARY };

/* --- what fits ----------------------------------------------------------------------------------- */

static bool
fits_u64(int64_t v)
{
	return v >= 0;
}

static bool
fits_days(int64_t v)
{
	return v >= INT64_MIN / 86400000000 && v <= INT64_MAX / 86400000000;
}

static bool
fits_seconds(int64_t v)
{
	return v >= INT64_MIN / 1000000 && v <= INT64_MAX / 1000000;
}

static bool
fits_millis(int64_t v)
{
	return v >= INT64_MIN / 1000 && v <= INT64_MAX / 1000;
}

static bool
fits_nanos(int64_t v)
{
	return v % 1000 == 0;
}

static const struct arrow_kind kinds[] = {
	{T_BOOL, 0, 0, "b", MLF_BOOL, 1, NULL},
	{T_INT, 8, 1, "c", MLF_I64, 8, NULL},
	{T_INT, 8, 0, "C", MLF_I64, 8, NULL},
	{T_INT, 16, 1, "s", MLF_I64, 16, NULL},
	{T_INT, 16, 0, "S", MLF_I64, 16, NULL},
	{T_INT, 32, 1, "i", MLF_I64, 32, NULL},
	{T_INT, 32, 0, "I", MLF_I64, 32, NULL},
	{T_INT, 64, 1, "l", MLF_I64, 64, NULL},
	{T_INT, 64, 0, "L", MLF_I64, 64, fits_u64},
	{T_FLOAT, 0, 0, "e", MLF_F64, 16, NULL},
	{T_FLOAT, 1, 0, "f", MLF_F64, 32, NULL},
	{T_FLOAT, 2, 0, "g", MLF_F64, 64, NULL},
	{T_UTF8, 0, 0, "u", MLF_UTF8, 32, NULL},
	{T_LARGE_UTF8, 0, 0, "U", MLF_UTF8, 64, NULL},
	{T_DATE, 0, 0, "tdD", MLF_TIMESTAMP, 32, fits_days},
	{T_DATE, 1, 0, "tdm", MLF_TIMESTAMP, 64, fits_millis},
	{T_TIMESTAMP, 0, 0, "tss:", MLF_TIMESTAMP, 64, fits_seconds},
	{T_TIMESTAMP, 1, 0, "tsm:", MLF_TIMESTAMP, 64, fits_millis},
	{T_TIMESTAMP, 2, 0, "tsu:", MLF_TIMESTAMP, 64, NULL},
	{T_TIMESTAMP, 3, 0, "tsn:", MLF_TIMESTAMP, 64, fits_nanos},
};
#define N_KINDS (sizeof(kinds) / sizeof(kinds[0]))

const struct arrow_kind *
arrow_kind_of(enum mlf_type type)
{
	static const char formats[][8] = {[MLF_BOOL] = "b",
		[MLF_I64] = "l",
		[MLF_F64] = "g",
		[MLF_UTF8] = "u",
		[MLF_TIMESTAMP] = "tsu:"};

	for (size_t i = 0; i < N_KINDS; i++)
		if (str_eq(kinds[i].format, formats[type]))
			return &kinds[i];
	return NULL;
}

/* --- what does not fit --------------------------------------------------------------------------- */

#define NESTED "make columns of its parts before the file is written"
#define AS_TEXT "cast it to utf8 before the file is written"
#define AS_NUMBER "cast it to int64 or to timestamp before the file is written"

static const struct {
	const char *name, *advice;
} others[] = {
	[1] = {"null", "cast it to the type that its values would have before the file is written"},
	[T_INT] = {"int of an unknown width", NULL},
	[T_FLOAT] = {"float of an unknown precision", NULL},
	[4] = {"binary", AS_TEXT},
	[7] = {"decimal", "cast it to float64, or to utf8, before the file is written"},
	[T_DATE] = {"date of an unknown unit", NULL},
	[9] = {"time", AS_NUMBER},
	[T_TIMESTAMP] = {"timestamp of an unknown unit", NULL},
	[11] = {"interval", AS_NUMBER},
	[12] = {"list", NESTED},
	[13] = {"struct", NESTED},
	[14] = {"union", NESTED},
	[15] = {"fixed_size_binary", AS_TEXT},
	[16] = {"fixed_size_list", NESTED},
	[17] = {"map", NESTED},
	[18] = {"duration", AS_NUMBER},
	[19] = {"large_binary", AS_TEXT},
	[21] = {"large_list", NESTED},
	[22] = {"run_end_encoded", "decode it before the file is written"},
	[23] = {"binary_view", AS_TEXT},
	[24] = {"utf8_view",
		AS_TEXT "; polars does with write_ipc(path, "
			"compat_level=polars.CompatLevel.oldest())"},
	[25] = {"list_view", NESTED},
	[26] = {"large_list_view", NESTED},
};

static int
refuse(struct mlf_dataset_host *h, const char *name, int64_t id)
{
	bool known =
		id > 0 && id < (int64_t)(sizeof(others) / sizeof(others[0])) && others[id].name;

	return arrow_fail(h, 0, known ? others[id].advice : NULL,
		"column `%s` has the Arrow type %s, which no table can hold", name,
		known ? others[id].name : "of an unknown kind");
}

/* --- schemas ------------------------------------------------------------------------------------- */

/* The two numbers that tell a type from its siblings, with Arrow's defaults. */
static void
parameters(int64_t id, const struct fb_table *t, int64_t *a, int64_t *b)
{
	*a = *b = 0;
	if (id == T_INT) {
		*a = fb_int(t, 0, 4, 0);
		*b = fb_int(t, 1, 1, 0) != 0;
	} else if (id == T_FLOAT || id == T_TIMESTAMP) {
		*a = fb_int(t, 0, 2, 0);
	} else if (id == T_DATE) {
		*a = fb_int(t, 0, 2, 1);
	}
}

static int
read_kind(struct mlf_dataset_host *h, const struct fb_table *field, struct arrow_column *out)
{
	int64_t id = fb_int(field, FIELD_TYPE_ID, 1, 0), a, b;
	struct fb_table type;

	if (fb_has(field, FIELD_DICTIONARY))
		return arrow_fail(h, 0,
			"decode it before the file is written: in pandas "
			"`.astype(str)`, in pyarrow `.dictionary_decode()`",
			"column `%s` is dictionary-encoded (a categorical), which no table can "
			"hold",
			out->name);
	if (!fb_sub(field, FIELD_TYPE, &type))
		return arrow_damaged(h, "a column has no type");
	parameters(id, &type, &a, &b);
	for (size_t i = 0; i < N_KINDS && !out->kind; i++)
		if (kinds[i].id == id && kinds[i].a == a && kinds[i].b == b)
			out->kind = &kinds[i];
	return out->kind ? 0 : refuse(h, out->name, id);
}

static int
read_name(struct mlf_dataset_host *h, const struct fb_table *field, char **out)
{
	struct str copy = {0};
	const char *s;
	size_t n;

	(void)fb_text(field, FIELD_NAME, &s, &n);
	if (memchr(s, '\0', n) || !value_is_utf8(s, n))
		return arrow_damaged(h, "the name of a column is no text in UTF-8");
	str_addn(&copy, s, n);
	*out = copy.s ? copy.s : mem_strdup("");
	return 0;
}

static int
read_fields(struct mlf_dataset_host *h, struct fb *fb, const struct fb_list *fields,
	struct arrow_schema *out)
{
	struct map seen = {0};
	int rc = 0;

	out->v = mem_alloc((fields->n + 1) * sizeof(*out->v));
	for (size_t i = 0; rc == 0 && i < fields->n; i++) {
		struct arrow_column *c = &out->v[i];
		struct fb_table field;

		if (!fb_item(fb, fields, i, &field)) {
			rc = arrow_damaged(h, "its schema points outside of itself");
			break;
		}
		rc = read_name(h, &field, &c->name);
		if (rc < 0)
			break;
		out->n++;
		if (!map_put(&seen, c->name, c))
			rc = arrow_fail(h, 0, "give each column a name of its own",
				"two columns are called `%s`", c->name);
		else
			rc = read_kind(h, &field, c);
	}
	map_fini(&seen);
	return rc;
}

int
arrow_schema_read(struct mlf_dataset_host *h, const struct fb_table *t, struct arrow_schema *out)
{
	struct fb_list fields = fb_list(t, SCHEMA_FIELDS, 4);
	int rc;

	*out = (struct arrow_schema){0};
	if (fb_int(t, SCHEMA_ENDIANNESS, 2, 0) != 0)
		return arrow_fail(h, 0, "write it anew on a little-endian machine",
			"the Arrow file is big-endian, which is not read");
	if (fields.n == 0 || fields.n > ARROW_COLUMNS_MAX)
		return t->fb->bad
			? arrow_damaged(h, "its schema points outside of itself")
			: arrow_fail(h, 0, NULL,
				  "the Arrow file has %zu columns; a table has 1 to 65,536",
				  fields.n);
	rc = read_fields(h, t->fb, &fields, out);
	if (rc == 0 && t->fb->bad)
		rc = arrow_damaged(h, "its schema points outside of itself");
	if (rc < 0)
		arrow_schema_fini(out);
	return rc;
}

void
arrow_schema_fini(struct arrow_schema *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->v[i].name);
	free(s->v);
	*s = (struct arrow_schema){0};
}
