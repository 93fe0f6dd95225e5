/* SPDX-License-Identifier: Apache-2.0
 * What the tests of catalog/ share: an empty folder as project root, datasets from a line of YAML,
 * and frames from text. */
#ifndef TESTS_UNIT_CATALOG_H
#define TESTS_UNIT_CATALOG_H

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include "catalog/inside.h"
#include "tests/unit/unit.h"

struct room {
	char path[64];
	int fd;
	struct arena mem;
	struct segs *segs;
	struct err e;
};

static inline void
room_open(struct room *r)
{
	*r = (struct room){.path = "/tmp/mlc-catalog-XXXXXX"};
	cr_assert(mkdtemp(r->path));
	r->fd = open(r->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	cr_assert_geq(r->fd, 0);
	r->segs = segs_new(SEGS_PRIVATE, 1);
}

static inline void
room_close(struct room *r)
{
	int tmp = open("/tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	segs_free(r->segs);
	arena_fini(&r->mem);
	close(r->fd);
	cr_expect_eq(file_remove_tree(tmp, r->path + 5, &r->e), 0);
	close(tmp);
}

/* Writes a file, its folders too. */
static inline void
room_put(struct room *r, const char *path, const void *text, size_t n)
{
	int fd;

	cr_assert_eq(file_mkdirs(r->fd, path, false, &r->e), 0, "%s", r->e.msg);
	(void)unlinkat(r->fd, path, 0); /* a file that is cut short and written again is flushed */
	fd = openat(r->fd, path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
	cr_assert_geq(fd, 0);
	cr_assert_eq(file_write_all(fd, text, n, &r->e), 0);
	close(fd);
}

static inline void
room_put_text(struct room *r, const char *path, const char *text)
{
	room_put(r, path, text, strlen(text));
}

/* The content of a file, for one use; NULL if there is none. In the arena. */
static inline char *
room_get(struct room *r, const char *path)
{
	struct str text = {0};
	char *kept = NULL;

	if (file_read(r->fd, path, false, &text, &r->e) == 0)
		kept = arena_strndup(&r->mem, str_text(&text), text.len);
	str_fini(&text);
	return kept;
}

/* How many names a folder holds. */
static inline int
room_count(struct room *r, const char *folder)
{
	char *cmd = arena_printf(&r->mem, "ls -A '%s/%s' | wc -l", r->path, folder);
	FILE *p = popen(cmd, "r");
	int n = -1;

	cr_assert(p);
	cr_assert_eq(fscanf(p, "%d", &n), 1);
	pclose(p);
	return n;
}

/* A dataset; `entry` is the YAML of its catalog entry, or NULL. */
static inline const struct dataset *
room_dataset(struct room *r, const char *type, const char *path, const char *entry)
{
	struct dataset *d = arena_alloc(&r->mem, sizeof(*d));
	const char *text = entry ? entry : "{}";

	*d = (struct dataset){.name = "people", .path = path};
	d->at = (struct place){.file = "conf/base/catalog.yml", .line = 3, .col = 1};
	d->type = catalog_type(type);
	cr_assert(d->type, "no type %s", type);
	d->kind = d->type->kind;
	cr_assert_eq(yaml_parse(&r->mem, "catalog.yml", text, strlen(text), &d->entry, &r->e), 0,
		"%s", r->e.msg);
	return d;
}

static inline struct read_opts
room_opts(struct room *r)
{
	return (struct read_opts){.rootfd = r->fd, .segs = r->segs};
}

/* Reads a CSV file of the given content as one table; NULL and r->e if that fails. */
static inline struct frame *
room_read(struct room *r, const char *text, size_t n, const char *entry)
{
	const struct dataset *d = room_dataset(r, "csv", "t.csv", entry);
	struct read_opts o = room_opts(r);
	struct frame *f = NULL;

	room_put(r, "t.csv", text, n);
	return dataset_read_table(d, &o, &f, NULL, &r->e) == 0 ? f : NULL;
}

/* A value as text: "NULL", or as the csv type would say it but without quotes. */
static inline void
add_value(struct str *out, const struct column *c, int64_t i)
{
	const int32_t *ends = (const int32_t *)c->data + c->off + i;
	const int64_t *whole = (const int64_t *)c->data + c->off + i;

	if (column_null(c, i))
		str_add(out, "NULL");
	else if (c->type == MLF_UTF8)
		str_addn(out, c->bytes ? c->bytes + ends[0] : "", (size_t)(ends[1] - ends[0]));
	else if (c->type == MLF_F64)
		str_add_f64(out, ((const double *)c->data)[c->off + i]);
	else if (c->type == MLF_BOOL)
		str_add(out,
			((const uint8_t *)c->data)[(c->off + i) / 8] >> (c->off + i) % 8 & 1
				? "true"
				: "false");
	else
		str_addf(out, "%lld", (long long)*whole);
}

/* "a:int64,b:utf8|1,x|2,NULL": columns and rows of a frame, in the arena. */
static inline const char *
room_show(struct room *r, const struct frame *f)
{
	struct str out = {0};
	const char *kept;

	for (int i = 0; i < frame_columns(f); i++)
		str_addf(&out, "%s%s:%s", i ? "," : "", frame_column(f, i)->name,
			type_name(frame_column(f, i)->type));
	for (int64_t row = 0; row < frame_rows(f); row++)
		for (int i = 0; i < frame_columns(f); i++) {
			str_addc(&out, i ? ',' : '|');
			add_value(&out, frame_column(f, i), row);
		}
	kept = arena_strdup(&r->mem, str_text(&out));
	str_fini(&out);
	return kept;
}

#endif
