/* SPDX-License-Identifier: Apache-2.0
 * Fuzz target for frame/handover.c: a descriptor from a process that is not to be trusted, onto a
 * segment with fixed content. Three promises:
 *
 *	1. any text gives a frame or an error with a message;
 *	2. of a frame, all rows lie inside the segment: the first and the last can be read, nulls are as
 *	   many as the bitmap says (texts between first and last are the writer's word);
 *	3. the frame's own descriptor gives the same frame. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "frame/frame.h"

#define PAGES 8

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "broken promise: %s\n", what);
	abort();
}

/* Segment 1: rising offsets, so that text columns get through, then a page of mixed bits. */
static void
attach(struct segs *s)
{
	int32_t words[PAGES * 1024];
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	for (int32_t i = 0; i < PAGES * 1024; i++)
		words[i] = i < (PAGES - 1) * 1024 ? i : (int32_t)((uint32_t)i * 2654435761u);
	must(pwrite(fd, words, sizeof(words), 0) == sizeof(words), "setting up");
	must(pwrite(fd, words, sizeof(words), INT64_C(1) << 40) == sizeof(words), "setting up");
	segs_attach(s, 1, fd);
}

/* Looks at row i of a column; the sum keeps the compiler from leaving it out. */
static uint64_t
touch(const struct column *c, int64_t i)
{
	const uint8_t *bits = c->data;
	const int32_t *ends = c->data;
	int64_t word;

	if (column_null(c, i))
		return 0;
	if (c->type == MLF_BOOL)
		return bits[(c->off + i) / 8];
	if (c->type == MLF_UTF8)
		return (uint64_t)ends[c->off + i] + (uint64_t)ends[c->off + i + 1];
	memcpy(&word, (const int64_t *)c->data + c->off + i, sizeof(word));
	return (uint64_t)word;
}

static uint64_t
check_column(const struct column *c)
{
	const int32_t *ends = (const int32_t *)c->data + c->off;
	int64_t nulls = 0;
	uint64_t sum = 0;

	for (int64_t i = 0; c->valid && i < c->n; i++)
		nulls += column_null(c, i);
	must(nulls == c->nulls, "nulls are counted");
	if (c->type == MLF_UTF8) {
		must(ends[0] >= 0 && ends[0] <= ends[c->n], "text lies inside");
		for (int32_t i = ends[0]; i < ends[c->n]; i++)
			sum += (uint8_t)c->bytes[i];
	}
	if (c->n > 0)
		sum += touch(c, 0) + touch(c, c->n - 1);
	return sum;
}

static void
schema(const struct frame *f, struct str *out)
{
	struct jw w;

	jw_init(&w, out);
	frame_schema_json(f, &w);
}

static void
check_again(struct segs *s, const struct frame *f)
{
	struct str text = {0}, a = {0}, b = {0};
	struct err e = {0};
	struct frame *g;
	struct jw w;

	jw_init(&w, &text);
	frame_encode(f, &w);
	must(frame_decode(s, text.s, text.len, &g, &e) == 0, "its own descriptor is taken");
	schema(f, &a);
	schema(g, &b);
	must(str_eq(a.s, b.s) && frame_rows(f) == frame_rows(g), "and gives the same frame");
	frame_unref(g);
	str_fini(&text);
	str_fini(&a);
	str_fini(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct segs *s = segs_new(SEGS_SHARED, 1000);
	struct frame *f = NULL;
	struct err e = {0};
	volatile uint64_t sum = 0;

	attach(s);
	if (frame_decode(s, (const char *)data, size, &f, &e) == 0) {
		for (int i = 0; i < frame_columns(f); i++)
			sum += check_column(frame_column(f, i));
		check_again(s, f);
		(void)sum;
		frame_unref(f);
	} else {
		must(!f && e.code && e.msg[0], "an error says what is wrong");
	}
	segs_free(s);
	return 0;
}
