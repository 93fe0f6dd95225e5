/* SPDX-License-Identifier: Apache-2.0
 * The messages that we write: Schema, RecordBatch and the Footer of a file, in Arrow's Schema.fbs,
 * Message.fbs and File.fbs. The numbers of fields are places in the arrays below. */
#include "catalog/arrow.h"

#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

/* The union Type of a column: the id was written by the parent. */
static size_t
put_type(struct str *b, const struct arrow_kind *kind)
{
	struct fbw_field number[] = {{.size = 4, .value = kind->a}, {.size = 1, .value = kind->b}};
	struct fbw_field precision[] = {{.size = 2, .value = kind->a}};
	struct fbw_field time[] = {{.size = 2, .value = kind->a}, {.size = 4}};
	size_t at;

	if (kind->type == MLF_I64)
		return fbw_table(b, number, N(number));
	if (kind->type == MLF_F64)
		return fbw_table(b, precision, N(precision));
	if (kind->type != MLF_TIMESTAMP)
		return fbw_table(b, NULL, 0);
	at = fbw_table(b, time, N(time));
	fbw_point(b, time[1].at, fbw_text(b, "UTC", 3));
	return at;
}

/* Arrow wants children even where there are none. */
static size_t
put_field(struct str *b, const struct arrow_column *c)
{
	struct fbw_field fields[] = {
		{.size = 4},                                    /* name */
		{.size = 1, .value = 1},                        /* nullable */
		{.size = 1, .value = c->kind->id}, {.size = 4}, /* type */
		{.size = 0}, {.size = 4},                       /* dictionary, children */
	};
	size_t at = fbw_table(b, fields, N(fields));

	fbw_point(b, fields[0].at, fbw_text(b, c->name, strlen(c->name)));
	fbw_point(b, fields[3].at, put_type(b, c->kind));
	fbw_point(b, fields[5].at, fbw_list(b, 0, 4));
	return at;
}

static size_t
put_schema(struct str *b, const struct arrow_schema *s)
{
	struct fbw_field fields[] = {{.size = 2, .value = 0 /* little-endian */}, {.size = 4}};
	size_t at = fbw_table(b, fields, N(fields)), list = fbw_list(b, s->n, 4);

	fbw_point(b, fields[1].at, list);
	for (size_t i = 0; i < s->n; i++)
		fbw_point(b, list + 4 + 4 * i, put_field(b, &s->v[i]));
	return at;
}

/* Returns where the header's place is to be filled in. */
static size_t
put_message(struct str *b, enum arrow_header type, int64_t body)
{
	struct fbw_field fields[] = {{.size = 2, .value = ARROW_V5}, {.size = 1, .value = type},
		{.size = 4}, {.size = 8, .value = body}};

	fbw_begin(b);
	fbw_point(b, 0, fbw_table(b, fields, N(fields)));
	return fields[2].at;
}

void
arrow_put_schema(struct str *b, const struct arrow_schema *s)
{
	size_t header = put_message(b, ARROW_SCHEMA, 0);

	fbw_point(b, header, put_schema(b, s));
}

static void
put_pair(struct str *b, size_t at, int64_t first, int64_t second)
{
	fbw_put(b, at, 8, first);
	fbw_put(b, at + 8, 8, second);
}

void
arrow_put_batch(struct str *b, const struct arrow_layout *l)
{
	struct fbw_field fields[] = {{.size = 8, .value = l->rows}, {.size = 4}, {.size = 4}};
	size_t header = put_message(b, ARROW_BATCH, l->body), parts = 0, at;

	fbw_point(b, header, fbw_table(b, fields, N(fields)));
	at = fbw_list(b, l->n, 16);
	fbw_point(b, fields[1].at, at);
	for (size_t i = 0; i < l->n; i++) {
		put_pair(b, at + 4 + 16 * i, l->rows, l->columns[i].nulls);
		parts += (size_t)l->columns[i].parts;
	}
	at = fbw_list(b, parts, 16);
	fbw_point(b, fields[2].at, at);
	at += 4;
	for (size_t i = 0; i < l->n; i++)
		for (int p = 0; p < l->columns[i].parts; p++, at += 16)
			put_pair(b, at, l->columns[i].at[p], l->columns[i].len[p]);
}

void
arrow_put_footer(
	struct str *b, const struct arrow_schema *s, const struct arrow_block *blocks, size_t n)
{
	struct fbw_field fields[] = {{.size = 2, .value = ARROW_V5}, {.size = 4}, {.size = 4},
		{.size = 4}}; /* version, schema, dictionaries, batches */
	size_t at;

	fbw_begin(b);
	fbw_point(b, 0, fbw_table(b, fields, N(fields)));
	fbw_point(b, fields[1].at, put_schema(b, s));
	fbw_point(b, fields[2].at, fbw_list(b, 0, 24));
	at = fbw_list(b, n, 24);
	fbw_point(b, fields[3].at, at);
	for (size_t i = 0; i < n; i++) {
		fbw_put(b, at + 4 + 24 * i, 8, blocks[i].at);
		fbw_put(b, at + 4 + 24 * i + 8, 4, blocks[i].meta);
		fbw_put(b, at + 4 + 24 * i + 16, 8, blocks[i].body);
	}
}
