/* SPDX-License-Identifier: Apache-2.0
 * Hand-over: a frame as a small JSON text that names memory, so that nothing else has to travel.
 *
 *	{"rows":2,"columns":[{"name":"age","type":"float64","off":0,"nulls":1,
 *	  "valid":[7,0,1],"data":[7,1099511627776,16]}],"segs":[7]}
 *
 * A part is [segment, offset, length]; one that is absent holds nothing. The reader believes none of
 * it: each part must lie inside its segment and suffice for the rows, nulls are counted anew when the
 * column is first looked at, and a text column's first and last offset must lie inside its bytes (the
 * offsets between are the writer's word). Columns are mapped when they are first used, not here. */
#include "frame/inside.h"

#include <stdlib.h>
#include "frame/bits.h"

/* What a descriptor says about one column. */
struct wire_part {
	int64_t seg, at, len; /* len 0: absent */
};
struct wire_column {
	char *name; /* owned */
	enum mlf_type type;
	int64_t off, nulls;
	struct wire_part part[PARTS];
};
struct wire {
	int64_t rows;
	struct wire_column *v; /* owned */
	size_t n, cap;
};

static const char *const part_names[PARTS] = {"valid", "data", "bytes"};

/* --- writing ------------------------------------------------------------------------------------- */

/* Distinct segments, in order of appearance. */
struct ids {
	int64_t *v; /* owned */
	size_t n, cap;
};

static void
ids_add(struct ids *ids, int64_t id)
{
	for (size_t i = ids->n; i-- > 0;)
		if (ids->v[i] == id)
			return;
	ids->v = mem_grow(ids->v, &ids->cap, ids->n + 1, sizeof(*ids->v));
	ids->v[ids->n++] = id;
}

static void
encode_part(enum part p, struct buf *buf, struct jw *w, struct ids *ids)
{
	int64_t id = (int64_t)seg_hand_over(buf->seg);

	ids_add(ids, id);
	jw_key(w, part_names[p]);
	jw_array(w);
	jw_i64(w, id);
	jw_i64(w, (int64_t)buf->at);
	jw_i64(w, (int64_t)buf->len);
	jw_end(w, ']');
}

static void
encode_column(const struct column *c, struct buf *const *buf, struct jw *w, struct ids *ids)
{
	jw_object(w);
	jw_kv_str(w, "name", c->name);
	jw_kv_str(w, "type", type_name(c->type));
	jw_kv_i64(w, "off", c->off);
	jw_kv_i64(w, "nulls", c->nulls);
	for (enum part p = VALID; p < PARTS; p++)
		if (buf[p] && c->n > 0 && (p != VALID || c->nulls > 0))
			encode_part(p, buf[p], w, ids);
	jw_end(w, '}');
}

static bool
can_travel(const struct frame *f)
{
	for (int i = 0; i < f->n; i++)
		for (enum part p = VALID; p < PARTS; p++)
			if (f->cols[i].buf[p] && !seg_shared(f->cols[i].buf[p]->seg))
				return false;
	return true;
}

void
frame_encode(const struct frame *f, struct jw *w)
{
	struct ids ids = {0};

	if (!can_travel(f)) {
		jw_null(w);
		return;
	}
	jw_object(w);
	jw_kv_i64(w, "rows", f->rows);
	jw_key(w, "columns");
	jw_array(w);
	for (int i = 0; i < f->n; i++)
		encode_column(frame_column(f, i), f->cols[i].buf, w, &ids);
	jw_end(w, ']');
	jw_key(w, "segs");
	jw_array(w);
	for (size_t i = 0; i < ids.n; i++)
		jw_i64(w, ids.v[i]);
	jw_end(w, ']');
	jw_end(w, '}');
	free(ids.v);
}

/* --- reading the text ------------------------------------------------------------------------------ */

/* Three numbers; any other count gives a length that no check lets pass. */
static void
read_part(struct jr *r, struct wire_part *part)
{
	int64_t v[3] = {0};
	const char *key;
	size_t n = 0;

	if (!jr_array(r))
		return;
	for (; jr_next(r, &key); n++)
		v[n < 3 ? n : 2] = jr_i64(r);
	*part = (struct wire_part){v[0], v[1], n == 3 ? v[2] : -1};
}

static enum part
part_of_key(const char *key)
{
	enum part p = VALID;

	while (p < PARTS && !str_eq(key, part_names[p]))
		p++;
	return p;
}

static void
read_column(struct jr *r, struct wire_column *c)
{
	const char *key;

	if (!jr_object(r))
		return;
	while (jr_next(r, &key)) {
		enum part p = part_of_key(key);

		if (p < PARTS)
			read_part(r, &c->part[p]);
		else if (str_eq(key, "name") && !c->name)
			c->name = mem_strdup(jr_str(r));
		else if (str_eq(key, "type"))
			c->type = type_of_name(jr_str(r));
		else if (str_eq(key, "off"))
			c->off = jr_i64(r);
		else if (str_eq(key, "nulls"))
			c->nulls = jr_i64(r);
	}
}

static void
read_columns(struct jr *r, struct wire *wire)
{
	const char *key;

	if (!jr_array(r))
		return;
	while (jr_next(r, &key)) {
		wire->v = mem_grow(wire->v, &wire->cap, wire->n + 1, sizeof(*wire->v));
		wire->v[wire->n] = (struct wire_column){0};
		read_column(r, &wire->v[wire->n++]);
	}
}

static int
read_wire(const char *json, size_t len, struct wire *wire, struct err *e)
{
	const char *key;
	struct jr r;

	wire->rows = -1;
	jr_init(&r, json, len);
	if (jr_object(&r))
		while (jr_next(&r, &key)) {
			if (str_eq(key, "rows"))
				wire->rows = jr_i64(&r);
			else if (str_eq(key, "columns"))
				read_columns(&r, wire);
		}
	return jr_done(&r, e);
}

static void
wire_fini(struct wire *wire)
{
	for (size_t i = 0; i < wire->n; i++)
		free(wire->v[i].name);
	free(wire->v);
}

/* --- checking it ----------------------------------------------------------------------------------- */

static int
open_part(struct segs *s, const struct wire_column *c, enum part p, struct buf **out, struct err *e)
{
	const struct wire_part *part = &c->part[p];
	struct seg *seg = part->seg < 0 ? NULL : seg_find(s, (uint64_t)part->seg);

	if (!seg)
		return err_set(e, MLC_FRAME, "segment %lld is unknown", (long long)part->seg);
	if (part->at < 0 || part->len < 0 || part->at % (int64_t)sizeof(int64_t))
		return err_set(e, MLC_FRAME, "%lld bytes at %lld", (long long)part->len,
			(long long)part->at);
	return buf_open(seg, (uint64_t)part->at, (uint64_t)part->len, out, e);
}

/* Opens a part that has to have `need` bytes. */
static int
need_part(struct segs *s, const struct wire_column *c, enum part p, uint64_t need, struct buf **out,
	struct err *e)
{
	if (c->part[p].len < 0 || (uint64_t)c->part[p].len < need)
		return err_set(e, MLC_FRAME, "its %s needs %llu bytes and has %lld", part_names[p],
			(unsigned long long)need, (long long)c->part[p].len);
	return open_part(s, c, p, out, e);
}

/* The texts of rows off to off + n must lie inside the bytes. */
static int
check_text(const struct wire_column *c, int64_t n, struct buf *const *buf, struct err *e)
{
	uint64_t at = buf[DATA]->at + (uint64_t)c->off * sizeof(int32_t);
	int64_t len = buf[BYTES] ? c->part[BYTES].len : 0;
	int32_t first, last;

	if (!seg_peek(buf[DATA]->seg, at, &first, sizeof(first)) ||
		!seg_peek(buf[DATA]->seg, at + (uint64_t)n * sizeof(last), &last, sizeof(last)))
		return err_set(e, MLC_FRAME, "its offsets cannot be read");
	if (first < 0 || last < first || last > len)
		return err_set(e, MLC_FRAME, "its text runs from %d to %d of %lld bytes", first,
			last, (long long)len);
	return 0;
}

static int
check_column(const struct wire_column *c, int64_t rows, struct err *e)
{
	if (!c->name || !c->type)
		return err_set(e, MLC_FRAME, "it has no name or no known type");
	if (c->off < 0 || c->off > ROWS_MAX - rows)
		return err_set(e, MLC_FRAME, "it begins at row %lld", (long long)c->off);
	if (c->nulls < 0 || c->nulls > rows)
		return err_set(e, MLC_FRAME, "it has %lld nulls in %lld rows", (long long)c->nulls,
			(long long)rows);
	return 0;
}

static int
open_column(struct segs *s, struct wire_column *c, int64_t rows, struct fcol *to, struct err *e)
{
	int64_t end = c->off + rows;

	to->c = (struct column){.name = c->name,
		.type = c->type,
		.n = rows,
		.off = rows ? c->off : 0, /* no rows are nowhere: they have no buffers */
		.nulls = c->nulls > 0 ? -1 : 0};
	c->name = NULL;
	if (rows == 0)
		return 0;
	if (need_part(s, c, DATA, type_bytes(c->type, end), &to->buf[DATA], e) < 0)
		return -1;
	if (c->nulls > 0 &&
		need_part(s, c, VALID, (uint64_t)bits_bytes(end), &to->buf[VALID], e) < 0)
		return -1;
	if (c->type != MLF_UTF8)
		return 0;
	if (c->part[BYTES].len != 0 && open_part(s, c, BYTES, &to->buf[BYTES], e) < 0)
		return -1;
	return check_text(c, rows, to->buf, e);
}

static int
open_frame(struct segs *s, struct wire *wire, struct frame *f, struct err *e)
{
	for (size_t i = 0; i < wire->n; i++) {
		struct wire_column *c = &wire->v[i];

		if (check_column(c, wire->rows, e) < 0 ||
			open_column(s, c, wire->rows, &f->cols[i], e) < 0)
			return err_wrap(e, "column %zu of a table handed over", i + 1);
	}
	if (!frame_named(f))
		return err_set(e, MLC_FRAME, "a table handed over has a column twice");
	return 0;
}

int
frame_decode(struct segs *s, const char *json, size_t len, struct frame **out, struct err *e)
{
	struct wire wire = {0};
	struct frame *f = NULL;
	int rc = -1;

	if (read_wire(json, len, &wire, e) < 0) {
		err_wrap(e, "a table handed over");
		goto out;
	}
	if (wire.rows < 0 || wire.rows > ROWS_MAX || wire.n > COLUMNS_MAX) {
		err_set(e, MLC_FRAME, "a table handed over has %lld rows and %zu columns",
			(long long)wire.rows, wire.n);
		goto out;
	}
	f = frame_make((int)wire.n, wire.rows);
	if (open_frame(s, &wire, f, e) < 0)
		goto out;
	*out = f;
	f = NULL;
	rc = 0;
out:
	frame_unref(f);
	wire_fini(&wire);
	return rc;
}
