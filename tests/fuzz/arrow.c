/* SPDX-License-Identifier: Apache-2.0
 * Fuzz target for the arrow type. The first byte chooses how many rows a slice has and what is
 * expected of the columns; the rest is the file. Three promises:
 *
 *	1. whatever the file is, it becomes frames, or there is one message;
 *	2. what was read, in batches, is written in either framing and read again as the same table;
 *	3. frames hold texts in UTF-8 within their buffers. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "catalog/arrow.h"
#include "catalog/values.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "broken promise: %s\n", what);
	abort();
}

/* --- a host with a file in memory ------------------------------------------------------------------ */

/* The type takes the scope from the host behind the public part, so this is a whole one. */
struct memory {
	struct host host;
	struct str out;
	bool stream;
	enum mlf_type every; /* expected of all columns; 0: nothing */
	bool failed;
};

static struct memory *
memory_of(struct mlf_dataset_host *h)
{
	return (struct memory *)h;
}

static const char *
option(struct mlf_dataset_host *h, const char *where, const char *key, const char *def)
{
	(void)where, (void)key, (void)def;
	return memory_of(h)->stream ? "stream" : "file";
}

static enum mlf_type
expected(struct mlf_dataset_host *h, const char *column)
{
	(void)column;
	return memory_of(h)->every;
}

static struct mlf_builder *
build(struct mlf_dataset_host *h)
{
	return scope_builder(memory_of(h)->host.scope);
}

static int
give_fd(struct mlf_dataset_host *h)
{
	return memory_of(h)->host.fd;
}

static int
take(struct mlf_dataset_host *h, const void *p, size_t n)
{
	str_addn(&memory_of(h)->out, p, n);
	return 0;
}

static int
data_fail(struct mlf_dataset_host *h, const struct mlf_data_fault *f)
{
	must(!memory_of(h)->failed && *f->text, "one message");
	memory_of(h)->failed = true;
	return -1;
}

static struct memory
memory(const void *p, size_t n, int64_t rows)
{
	struct memory m = {.host = {.pub = {.size = sizeof(m.host.pub),
					    .batch_rows = rows,
					    .batch_bytes = rows * 16,
					    .option = option,
					    .expected = expected,
					    .build = build,
					    .write = take,
					    .fd = give_fd,
					    .data_fail = data_fail}}};

	m.host.fd = memfd_create("fuzz", MFD_CLOEXEC);
	must(m.host.fd >= 0 && write(m.host.fd, p, n) == (ssize_t)n, "a file");
	return m;
}

/* --- frames -------------------------------------------------------------------------------------- */

#define FRAMES_MAX 64

struct table {
	struct frame *v[FRAMES_MAX]; /* counted */
	size_t n;
	bool whole;
};

static void
check_texts(const struct frame *f)
{
	for (int i = 0; i < frame_columns(f); i++) {
		const struct column *c = frame_column(f, i);
		const int32_t *ends = (const int32_t *)c->data + c->off;

		for (int64_t row = 0; c->type == MLF_UTF8 && row < c->n; row++)
			must(column_null(c, row) || ends[row] == ends[row + 1] ||
					value_is_utf8(c->bytes + ends[row],
						(size_t)(ends[row + 1] - ends[row])),
				"text is UTF-8");
	}
}

static void
read_table(struct memory *m, struct segs *segs, struct table *t)
{
	struct mlf_frame *f = NULL;
	void *state;
	int rc;

	*t = (struct table){0};
	if (arrow_type.read_open(&m->host.pub, &state) < 0)
		return;
	do {
		m->host.scope = scope_new(segs);
		rc = arrow_type.read_next(&m->host.pub, state, &f);
		must(rc < 0 || !scope_error(m->host.scope), "an import does not fail");
		if (rc == 0 && f) {
			check_texts(frame_of(f));
			t->v[t->n++] = frame_ref(frame_of(f));
		}
		scope_free(m->host.scope);
	} while (rc == 0 && f && t->n < FRAMES_MAX);
	t->whole = rc == 0 && !f;
	must(!t->whole || t->n > 0, "a table is one batch at least");
	arrow_type.read_close(state);
}

static void
table_fini(struct table *t)
{
	for (size_t i = 0; i < t->n; i++)
		frame_unref(t->v[i]);
}

static void
check_again(const struct table *t, bool stream, struct segs *segs)
{
	struct memory out = memory("", 0, 1), in;
	struct scope *sc = scope_new(segs);
	struct table back;
	void *state;

	out.stream = stream;
	must(arrow_type.write_open(&out.host.pub, &state) == 0, "writing begins");
	for (size_t i = 0; i < t->n; i++)
		must(arrow_type.write_next(&out.host.pub, state, scope_lend(sc, t->v[i])) == 0,
			"it can be written");
	must(arrow_type.write_end(&out.host.pub, state, true) == 0, "writing ends");
	in = memory(out.out.s, out.out.len, 7);
	read_table(&in, segs, &back);
	must(back.whole || (back.n == FRAMES_MAX && !in.failed), "it can be read again");
	if (back.whole)
		must(frame_equal(frame_of(scope_concat(sc, t->v, t->n)),
			     frame_of(scope_concat(sc, back.v, back.n))),
			"it is the same table");
	table_fini(&back);
	scope_free(sc);
	str_fini(&out.out);
	close(out.host.fd);
	close(in.host.fd);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int64_t rows[] = {1, 3, 8, 65536};
	static const enum mlf_type types[] = {0, MLF_F64, MLF_I64, MLF_UTF8};
	struct segs *segs;
	struct memory m;
	struct table t;

	if (size < 1)
		return 0;
	segs = segs_new(SEGS_PRIVATE, 1);
	m = memory(data + 1, size - 1, rows[data[0] % 4]);
	m.every = types[data[0] / 4 % 4];
	read_table(&m, segs, &t);
	must(m.failed == (!t.whole && t.n < FRAMES_MAX), "a table or a message");
	if (t.whole) {
		check_again(&t, false, segs);
		check_again(&t, true, segs);
	}
	table_fini(&t);
	close(m.host.fd);
	segs_free(segs);
	return 0;
}
