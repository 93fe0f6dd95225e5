/* SPDX-License-Identifier: Apache-2.0
 * Which partitions a folder has, what was confirmed of them, and the type with its options. */
#include "catalog/parts.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEPTH_MAX 16

bool
dataset_is_parts(const struct dataset *d)
{
	return d->type == &parts_type;
}

bool
dataset_is_incremental(const struct dataset *d)
{
	struct arena a = {0};
	const char *text = dataset_is_parts(d) ? option_text(&a, d, "", "incremental") : NULL;
	bool yes = text && str_eq(text, "true");

	arena_fini(&a);
	return yes;
}

void
parts_of(struct arena *a, const struct dataset *d, struct parts *out)
{
	const char *suffix = option_text(a, d, "", "filename_suffix");
	const char *checkpoint = option_text(a, d, "", "checkpoint");
	const char *overwrite = option_text(a, d, "save_args", "overwrite");

	*out = (struct parts){
		.d = d,
		.suffix = suffix ? suffix : "",
		.column = option_text(a, d, "load_args", "partition_column"),
		.by = option_text(a, d, "save_args", "partition_by"),
		.checkpoint = checkpoint ? checkpoint : arena_printf(a, "%s.checkpoint", d->path),
		.incremental = dataset_is_incremental(d),
		.overwrite = overwrite && str_eq(overwrite, "true"),
	};
}

/* --- one partition -------------------------------------------------------------------------------- */

/* The entry of each partition: `dataset: {type: csv, ...}`, or its type alone. */
static const struct mlf_dataset_type *
inner_type(const struct dataset *d)
{
	const struct ynode *inner = yaml_get(d->entry, "dataset");
	const char *name = !inner      ? NULL
		: inner->kind == Y_MAP ? yaml_str(yaml_get(inner, "type"))
				       : yaml_str(inner);

	return name ? catalog_type(name) : NULL;
}

const struct dataset *
parts_at(struct arena *a, const struct parts *p, const char *id)
{
	const struct ynode *inner = yaml_get(p->d->entry, "dataset");
	struct dataset *d = arena_alloc(a, sizeof(*d));

	*d = *p->d;
	d->name = arena_printf(a, "%s/%s", p->d->name, id);
	d->type = inner_type(p->d);
	d->kind = d->type->kind;
	d->path = arena_printf(a, "%s/%s%s", p->d->path, id, p->suffix);
	d->entry = inner->kind == Y_MAP ? (struct ynode *)(uintptr_t)inner
					: yaml_new(a, Y_MAP, inner->at);
	return d;
}

/* --- all of them ---------------------------------------------------------------------------------- */

struct listing {
	const struct parts *p;
	struct arena *a;
	struct parts_range range;
	const char **v; /* owned */
	size_t n, cap;
};

static int
by_id(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* A file of the folder; one without the suffix is none of ours. */
static int
add_file(struct listing *l, const char *path, struct err *e)
{
	size_t n = strlen(path), tail = strlen(l->p->suffix);
	const char *id;

	if (n <= tail || !str_ends(path, l->p->suffix))
		return 0;
	id = arena_strndup(l->a, path, n - tail);
	if ((l->range.after && strcmp(id, l->range.after) <= 0) ||
		(l->range.upto && strcmp(id, l->range.upto) > 0))
		return 0;
	if (l->n == PARTS_MAX)
		return err_set(e, MLC_DATA, "dataset `%s` has more than 1,000,000 partitions",
			l->p->d->name);
	l->v = mem_grow(l->v, &l->cap, l->n + 1, sizeof(*l->v));
	l->v[l->n++] = id;
	return 0;
}

static int list_folder(struct listing *l, int fd, const char *prefix, int depth, struct err *e);

static int
add_entry(struct listing *l, int fd, const char *prefix, const char *name, int depth, struct err *e)
{
	struct str path = {0};
	struct stat st;
	int sub, rc = 0;

	if (name[0] == '.' || fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return 0;
	str_addf(&path, "%s%s%s", prefix, *prefix ? "/" : "", name);
	if (S_ISREG(st.st_mode)) {
		rc = add_file(l, str_text(&path), e);
	} else if (S_ISDIR(st.st_mode)) {
		sub = file_open(fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, false, e);
		rc = sub < 0 ? -1 : list_folder(l, sub, str_text(&path), depth + 1, e);
	}
	str_fini(&path);
	return rc;
}

/* Takes the descriptor. */
static int
list_folder(struct listing *l, int fd, const char *prefix, int depth, struct err *e)
{
	DIR *dir = fdopendir(fd);
	struct dirent *entry;
	int rc = 0;

	if (!dir) {
		close(fd);
		return err_errno(e, MLC_DATA, "`%s`", l->p->d->path);
	}
	if (depth > DEPTH_MAX)
		rc = err_set(e, MLC_DATA, "`%s` has folders more than %d deep", l->p->d->path,
			DEPTH_MAX);
	while (rc == 0 && (errno = 0, entry = readdir(dir)))
		rc = add_entry(l, fd, prefix, entry->d_name, depth, e);
	if (rc == 0 && errno)
		rc = err_errno(e, MLC_DATA, "cannot list `%s`", l->p->d->path);
	closedir(dir);
	return rc;
}

int
parts_list(const struct parts *p, int rootfd, struct arena *a, struct parts_range range,
	struct versions *out, struct err *e)
{
	struct listing l = {.p = p, .a = a, .range = range};
	struct err why; /* there being none is no mistake */
	int fd = file_open(rootfd, p->d->path, O_RDONLY | O_DIRECTORY, p->d->outside, &why), rc = 0;

	*out = (struct versions){0};
	if (fd >= 0) {
		rc = list_folder(&l, fd, "", 0, e);
	} else if (errno != ENOENT) {
		*e = why;
		rc = -1;
	}
	if (rc == 0) {
		out->n = l.n;
		out->v = arena_alloc(a, (l.n + 1) * sizeof(*out->v));
		if (l.n) {
			qsort(l.v, l.n, sizeof(*l.v), by_id);
			memcpy(out->v, l.v, l.n * sizeof(*l.v));
		}
	}
	free(l.v);
	return rc < 0 ? err_wrap(e, "dataset `%s`", p->d->name) : 0;
}

int
parts_confirmed(const struct parts *p, int rootfd, struct arena *a, const char **out, struct err *e)
{
	struct str text = {0};
	struct err why; /* there being none is no mistake */
	int rc = file_read(rootfd, p->checkpoint, p->d->outside, &text, &why);

	*out = NULL;
	if (rc < 0 && errno == ENOENT) {
		rc = 0;
	} else if (rc < 0) {
		*e = why;
		err_wrap(e, "checkpoint of `%s`", p->d->name);
	} else {
		*out = arena_strndup(a, str_text(&text), strcspn(str_text(&text), "\n"));
	}
	str_fini(&text);
	return rc;
}

int
dataset_parts_last(
	const struct dataset *d, int rootfd, struct arena *a, const char **out, struct err *e)
{
	struct versions all;
	struct parts p;

	parts_of(a, d, &p);
	*out = NULL;
	if (parts_list(&p, rootfd, a, (struct parts_range){0}, &all, e) < 0)
		return -1;
	*out = all.n ? all.v[all.n - 1] : "";
	return 0;
}

/* --- the checkpoint -------------------------------------------------------------------------------- */

const struct dataset *
dataset_checkpoint(struct arena *a, const struct dataset *d)
{
	struct dataset *mark = arena_alloc(a, sizeof(*mark));
	struct parts p;

	parts_of(a, d, &p);
	*mark = *d;
	mark->name = arena_printf(a, "%s.checkpoint", d->name);
	mark->type = catalog_type("bytes");
	mark->kind = mark->type->kind;
	mark->path = p.checkpoint;
	mark->entry = yaml_new(a, Y_MAP, d->at);
	return mark;
}

/* --- the type -------------------------------------------------------------------------------------- */

/* Whether `dataset` is an entry of tables in files, with options that its type knows. */
static int
check_inner(const struct dataset *d, struct arena *a, struct errs *found)
{
	struct err e = {0};
	const struct dataset *inner;
	struct host h;
	struct parts p;
	int rc;

	parts_of(a, d, &p);
	inner = parts_at(a, &p, "ID");
	rc = options_check(inner, "load_args", found) | options_check(inner, "save_args", found);
	if (rc < 0)
		return -1;
	host_init(&h, inner, -1);
	h.e = &e;
	rc = host_begin(&h, false);
	if (rc == 0 && inner->type->check)
		rc = inner->type->check(&h.pub);
	host_fini(&h);
	if (rc < 0)
		errs_add(found, &e);
	return rc;
}

static int
check(struct mlf_dataset_host *pub)
{
	const struct dataset *d = ((struct host *)pub)->d;
	const struct mlf_dataset_type *type = inner_type(d);
	struct errs found = {0};
	struct arena a = {0};
	int rc = 0;

	if (!type)
		rc = mlf_option_fail(pub, "", "dataset", "`dataset` names no type of its files",
			"write dataset: {type: csv}");
	else if (type->kind != MLF_TABLE || !type->read_open || type->commit || type->memory)
		rc = mlf_option_fail(pub, "", "dataset", "partitions are files of tables",
			"use csv, jsonl or arrow");
	else if (check_inner(d, &a, &found) < 0)
		*((struct host *)pub)->e = found.v[0];
	rc = found.n ? -1 : rc;
	errs_fini(&found);
	arena_fini(&a);
	return rc;
}

static const struct mlf_option options[] = {
	{"", "dataset", MLF_OPT_ANY, true, "type and options of each file, as {type: csv}"},
	{"", "path", MLF_OPT_STR, false, "the folder, as Kedro calls it; the same as filepath"},
	{"", "filename_suffix", MLF_OPT_STR, false, "what names of files end in: .csv"},
	{"", "incremental", MLF_OPT_BOOL, false, "only what is newer than the checkpoint"},
	{"", "checkpoint", MLF_OPT_STR, false, "file of the last id (default: PATH.checkpoint)"},
	{"load_args", "partition_column", MLF_OPT_STR, false, "a column with the id, of that name"},
	{"save_args", "partition_by", MLF_OPT_STR, false, "column whose values are the ids"},
	{"save_args", "overwrite", MLF_OPT_BOOL, false,
		"partitions that are not written go (default: they stay)"},
	{0},
};

const struct mlf_dataset_type parts_type = {
	.size = sizeof(parts_type),
	.abi_major = DATASET_ABI_MAJOR,
	.abi_minor = DATASET_ABI_MINOR,
	.name = "partitions",
	.help = "A table in the files of a folder, one a day, for example.",
	.kind = MLF_TABLE,
	.folder = true,
	.options = options,
	.check = check,
};
