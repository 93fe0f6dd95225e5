/* SPDX-License-Identifier: Apache-2.0
 * The hash of a table's content: names and types, then row by row each value, null or its bytes. It
 * is the same however the rows come in batches, whether they are staged or read back. */
#include "catalog/inside.h"

#include <math.h>
#include <string.h>

#define BUFFER ((size_t)64 << 10)

struct content {
	struct hash_xxh *hash; /* owned; NULL: ended */
	struct str text;       /* not hashed yet */
	bool named;
	uint64_t bytes;
};

struct content *
content_new(void)
{
	struct content *c = mem_alloc(sizeof(*c));

	c->hash = hash_xxh_new();
	return c;
}

static void
flush(struct content *c)
{
	hash_xxh_add(c->hash, str_text(&c->text), c->text.len);
	c->bytes += c->text.len;
	str_reset(&c->text);
}

static void
add_names(struct content *c, const struct frame *f)
{
	for (int i = 0; i < frame_columns(f); i++) {
		const struct column *column = frame_column(f, i);

		str_addf(&c->text, "%s", column->name);
		str_addc(&c->text, '\0');
		str_addc(&c->text, (char)column->type);
	}
	c->named = true;
}

static void
add_f64(struct str *out, double v)
{
	if (isnan(v))
		v = (double)NAN; /* there is one only */
	if (v == 0)
		v = 0; /* databases tell no -0 from 0 */
	str_addn(out, (const char *)&v, sizeof(v));
}

static void
add_value(struct str *out, const struct column *c, int64_t i)
{
	const int32_t *ends;
	uint32_t n;

	switch (c->type) {
	case MLF_BOOL:
		str_addc(out,
			(char)(((const uint8_t *)c->data)[(c->off + i) / 8] >> (c->off + i) % 8 &
				1));
		break;
	case MLF_F64: add_f64(out, ((const double *)c->data)[c->off + i]); break;
	case MLF_I64:
	case MLF_TIMESTAMP:
		str_addn(out, (const char *)((const int64_t *)c->data + c->off + i), 8);
		break;
	case MLF_UTF8:
		ends = (const int32_t *)c->data + c->off + i;
		n = (uint32_t)(ends[1] - ends[0]);
		str_addn(out, (const char *)&n, sizeof(n));
		if (n)
			str_addn(out, c->bytes + ends[0], n);
		break;
	}
}

void
content_add(struct content *c, const struct frame *batch)
{
	int n = frame_columns(batch);

	if (!c->named)
		add_names(c, batch);
	for (int64_t row = 0; row < frame_rows(batch); row++) {
		for (int i = 0; i < n; i++) {
			const struct column *column = frame_column(batch, i);
			bool null = column_null(column, row);

			str_addc(&c->text, null ? 0 : 1);
			if (!null)
				add_value(&c->text, column, row);
		}
		if (c->text.len >= BUFFER)
			flush(c);
	}
}

void
content_end(struct content *c, char hex[static HASH_XXH_HEX], uint64_t *bytes)
{
	flush(c);
	*bytes = c->bytes;
	hash_xxh_end(c->hash, hex);
	c->hash = NULL;
}

void
content_free(struct content *c)
{
	char hex[HASH_XXH_HEX];

	if (!c)
		return;
	if (c->hash)
		hash_xxh_end(c->hash, hex);
	str_fini(&c->text);
	free(c);
}
