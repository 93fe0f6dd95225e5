/* SPDX-License-Identifier: Apache-2.0
 * Where the messages of a file stand. A stream is walked from message to message; in a file the footer
 * says where the batches are, in which order, and what the schema is.
 *
 * Bytes are read, not mapped: a file that somebody cuts short meanwhile gives an error here, where a
 * mapping would end the process. */
#include "catalog/arrow.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CONTINUES UINT32_MAX
#define BLOCK_BYTES 24
#define TAIL (4 + ARROW_MAGIC_N) /* the footer's length, and the magic */
#define HEAD 8                   /* the magic, filled up */

enum { MESSAGE_VERSION, MESSAGE_TYPE, MESSAGE_HEADER, MESSAGE_BODY };
enum { FOOTER_VERSION, FOOTER_SCHEMA, FOOTER_DICTIONARIES, FOOTER_BATCHES };

struct message {
	int64_t type;
	struct fb_table header;
	int64_t body; /* bytes of the body */
	int64_t end;  /* of the metadata: where the body begins */
};

/* --- bytes --------------------------------------------------------------------------------------- */

int
arrow_file_read(struct arrow_file *f, int64_t at, void *into, size_t n)
{
	ssize_t got;

	for (size_t done = 0; done < n; done += (size_t)got) {
		got = pread(f->fd, (char *)into + done, n - done, (off_t)at + (off_t)done);
		if (got < 0 && errno == EINTR)
			got = 0;
		else if (got < 0)
			return arrow_fail(f->h, 0, NULL, "cannot read it: %s", strerror(errno));
		else if (got == 0)
			return arrow_damaged(f->h, "it is cut off");
	}
	return 0;
}

static int
read_u32(struct arrow_file *f, int64_t at, uint32_t *out)
{
	uint8_t b[4];

	if (arrow_file_read(f, at, b, sizeof(b)) < 0)
		return -1;
	*out = b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
	return 0;
}

/* n bytes of metadata become those in hand. */
static int
take_meta(struct arrow_file *f, int64_t at, size_t n)
{
	f->meta = mem_grow(f->meta, &f->cap, n + 1, 1);
	f->fb = (struct fb){.p = f->meta, .n = n};
	return arrow_file_read(f, at, f->meta, n);
}

/* --- messages ------------------------------------------------------------------------------------ */

static int
check_version(struct arrow_file *f, int64_t version)
{
	if (version == ARROW_V4 || version == ARROW_V5)
		return 0;
	return arrow_fail(f->h, 0, "write it anew with a newer Arrow library",
		"its Arrow metadata is of version V%lld; V4 and V5 are read",
		(long long)version + 1);
}

/* The length of the metadata at `at`, and where it begins. Older writers leave the first word out.
 * A length of 0 ends the stream. */
static int
read_prefix(struct arrow_file *f, int64_t *at, int64_t limit, uint32_t *n)
{
	for (int i = 0; i < 2; i++) {
		if (limit - *at < 4)
			return arrow_damaged(f->h, "it is cut off");
		if (read_u32(f, *at, n) < 0)
			return -1;
		*at += 4;
		if (*n != CONTINUES)
			break;
	}
	if (*n > limit - *at)
		return arrow_damaged(f->h, "it is cut off");
	return 0;
}

/* The message at `at`, whose metadata ends before `limit`: 1, 0 at the end of a stream, -1. */
static int
read_message(struct arrow_file *f, int64_t at, int64_t limit, struct message *out)
{
	struct fb_table t;
	uint32_t n;

	if (read_prefix(f, &at, limit, &n) < 0)
		return -1;
	out->end = at + n;
	if (n == 0)
		return 0;
	if (take_meta(f, at, n) < 0)
		return -1;
	if (!fb_root(&f->fb, &t))
		return arrow_damaged(f->h, "a message is no flatbuffer");
	if (check_version(f, fb_int(&t, MESSAGE_VERSION, 2, 0)) < 0)
		return -1;
	out->type = fb_int(&t, MESSAGE_TYPE, 1, 0);
	out->body = fb_int(&t, MESSAGE_BODY, 8, 0);
	if (!fb_sub(&t, MESSAGE_HEADER, &out->header) || f->fb.bad)
		return arrow_damaged(f->h, "a message has no header");
	if (out->body < 0 || out->body > f->size - out->end)
		return arrow_damaged(f->h, "it is cut off");
	return 1;
}

static int
not_a_batch(struct arrow_file *f, int64_t type)
{
	if (type == ARROW_DICTIONARY)
		return arrow_fail(f->h, 0, "decode categoricals before the file is written",
			"the Arrow file holds dictionaries, which no table can hold");
	return arrow_damaged(f->h,
		type == ARROW_SCHEMA ? "it has a second schema"
				     : "a message is of an unknown type");
}

/* --- streams ------------------------------------------------------------------------------------- */

static int
open_stream(struct arrow_file *f, struct arrow_schema *schema)
{
	struct message m;
	int rc = read_message(f, 0, f->size, &m);

	if (rc < 0)
		return -1;
	if (rc == 0 || m.type != ARROW_SCHEMA)
		return arrow_damaged(f->h, "it does not begin with a schema");
	f->at = m.end + m.body;
	return arrow_schema_read(f->h, &m.header, schema);
}

/* A stream may end without saying so. */
static int
next_in_stream(struct arrow_file *f, struct fb_table *batch)
{
	struct message m;
	int rc;

	if (f->at == f->size)
		return 0;
	rc = read_message(f, f->at, f->size, &m);
	if (rc < 0)
		return -1;
	if (rc == 0 && m.end != f->size)
		return arrow_fail(f->h, 0, "one file holds one stream: split it",
			"%lld bytes stand behind the end of the Arrow stream",
			(long long)(f->size - m.end));
	if (rc == 1 && m.type != ARROW_BATCH)
		return not_a_batch(f, m.type);
	if (rc == 0) {
		f->at = f->size;
		return 0;
	}
	f->body = m.end;
	f->body_n = m.body;
	f->at = m.end + m.body;
	*batch = m.header;
	return 1;
}

/* --- files --------------------------------------------------------------------------------------- */

/* The places of the batches. Together they cannot be larger than the file, in whichever order. */
static int
read_blocks(struct arrow_file *f, const struct fb_list *l, int64_t end)
{
	int64_t left = end - HEAD;

	f->blocks = mem_alloc((l->n + 1) * sizeof(*f->blocks));
	f->n = l->n;
	for (size_t i = 0; i < l->n; i++) {
		size_t at = l->at + i * BLOCK_BYTES;
		struct arrow_block *b = &f->blocks[i];

		*b = (struct arrow_block){.at = fb_at(&f->fb, at, 8),
			.meta = fb_at(&f->fb, at + 8, 4),
			.body = fb_at(&f->fb, at + 16, 8)};
		if (b->at < HEAD || b->at > end || b->meta < 0 || b->meta > end - b->at ||
			b->body < 0 || b->body > end - b->at - b->meta)
			return arrow_damaged(f->h, "a batch stands outside of it");
		left -= b->meta + b->body;
		if (left < 0)
			return arrow_damaged(f->h, "its batches overlap");
	}
	return 0;
}

static int
read_footer(struct arrow_file *f, int64_t end, struct arrow_schema *schema)
{
	struct fb_table t, s;
	struct fb_list batches;

	if (!fb_root(&f->fb, &t) || !fb_sub(&t, FOOTER_SCHEMA, &s))
		return arrow_damaged(f->h, "its footer has no schema");
	if (check_version(f, fb_int(&t, FOOTER_VERSION, 2, 0)) < 0 ||
		arrow_schema_read(f->h, &s, schema) < 0)
		return -1;
	batches = fb_list(&t, FOOTER_BATCHES, BLOCK_BYTES);
	if (read_blocks(f, &batches, end) == 0 &&
		(!f->fb.bad || arrow_damaged(f->h, "its footer points outside of itself") == 0))
		return 0;
	arrow_schema_fini(schema);
	return -1;
}

static int
open_file(struct arrow_file *f, struct arrow_schema *schema)
{
	char magic[ARROW_MAGIC_N];
	int64_t end = f->size - TAIL;
	uint32_t n;

	if (end < HEAD)
		return arrow_damaged(f->h, "it is cut off");
	if (arrow_file_read(f, f->size - ARROW_MAGIC_N, magic, sizeof(magic)) < 0)
		return -1;
	if (memcmp(magic, ARROW_MAGIC, sizeof(magic)) != 0)
		return arrow_damaged(f->h, "it is cut off: there is no footer at its end");
	if (read_u32(f, end, &n) < 0)
		return -1;
	if (n == 0 || n > end - HEAD)
		return arrow_damaged(f->h, "its footer is larger than the file");
	if (take_meta(f, end - n, n) < 0)
		return -1;
	return read_footer(f, end - n, schema);
}

static int
next_in_file(struct arrow_file *f, struct fb_table *batch)
{
	const struct arrow_block *b = &f->blocks[f->used];
	struct message m;
	int rc;

	if (f->used == f->n)
		return 0;
	rc = read_message(f, b->at, b->at + b->meta, &m);
	if (rc < 0)
		return -1;
	if (rc == 0 || m.type != ARROW_BATCH)
		return rc ? not_a_batch(f, m.type)
			  : arrow_damaged(f->h, "a batch is not where the footer has it");
	if (m.body != b->body)
		return arrow_damaged(f->h, "a batch has another size than the footer says");
	f->used++;
	f->body = b->at + b->meta;
	f->body_n = b->body;
	*batch = m.header;
	return 1;
}

/* --- which it is --------------------------------------------------------------------------------- */

static const struct {
	const char *magic;
	size_t n;
	const char *what, *advice;
} strangers[] = {
	{"FEA1", 4, "is in the first version of Feather, which is not read",
		"write it anew as Feather version 2"},
	{"PAR1", 4, "is a Parquet file", "write it anew as an Arrow file"},
	{"\x1F\x8B", 2, "is compressed with gzip", "unpack it first"},
	{"\x28\xB5\x2F\xFD", 4, "is compressed with zstd", "unpack it first"},
};

static int
stranger(struct arrow_file *f, const uint8_t *head)
{
	for (size_t i = 0; i < sizeof(strangers) / sizeof(strangers[0]); i++)
		if (memcmp(head, strangers[i].magic, strangers[i].n) == 0)
			return arrow_fail(
				f->h, 0, strangers[i].advice, "the file %s", strangers[i].what);
	return arrow_fail(f->h, 0, "correct `filepath`, or `type` if it is of another one",
		"the file is %s", f->size ? "no Arrow file" : "empty, not an Arrow file");
}

/* Streams of writers before Arrow 0.15 begin with the length of their schema. */
static bool
is_old_stream(struct arrow_file *f, const uint8_t *head)
{
	uint32_t n = head[0] | (uint32_t)head[1] << 8 | (uint32_t)head[2] << 16 |
		(uint32_t)head[3] << 24;

	return n >= 16 && n < (1u << 24) && n <= f->size - 4 && (head[4] || head[5]) &&
		(n & 3) == 0 && !head[6] && !head[7];
}

int
arrow_file_open(struct arrow_file *f, struct mlf_dataset_host *h, struct arrow_schema *schema)
{
	uint8_t head[8] = {0};
	struct stat st;

	*f = (struct arrow_file){.h = h, .fd = mlf_data_fd(h)};
	if (fstat(f->fd, &st) != 0)
		return arrow_fail(h, 0, NULL, "cannot read it: %s", strerror(errno));
	f->size = st.st_size;
	if (arrow_file_read(f, 0, head, f->size < 8 ? (size_t)f->size : 8) < 0)
		return -1;
	if (memcmp(head, ARROW_MAGIC, ARROW_MAGIC_N) == 0)
		return open_file(f, schema);
	f->stream = true;
	if (memcmp(head, "\xFF\xFF\xFF\xFF", 4) == 0 || is_old_stream(f, head))
		return open_stream(f, schema);
	return stranger(f, head);
}

int
arrow_file_next(struct arrow_file *f, struct fb_table *batch)
{
	return f->stream ? next_in_stream(f, batch) : next_in_file(f, batch);
}

void
arrow_file_fini(struct arrow_file *f)
{
	free(f->blocks);
	free(f->meta);
	free(f->packed);
}
