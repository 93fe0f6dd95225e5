/* SPDX-License-Identifier: Apache-2.0
 * The files of a model version, with a hash each: written down when the version is made, compared when
 * somebody asks whether it still is what it was. */
#include "registry/store.h"

static void
keep(void *to, const struct hash_file *f)
{
	struct file_list *list = to;

	list->v = mem_grow(list->v, &list->cap, list->n + 1, sizeof *list->v);
	list->v[list->n++] = (struct file_row){
		.name = arena_strdup(list->arena, f->name),
		.hash = arena_strdup(list->arena, f->hash),
		.bytes = (int64_t)f->bytes,
	};
}

int
files__hash(int rootfd, const char *path, struct file_list *out, char hash[static HASH_SHA_HEX],
	struct err *e)
{
	const struct hash_visitor v = {keep, out};
	uint64_t bytes = 0;

	if (hash_tree_each(rootfd, path, &v, hash, &bytes, e) < 0)
		return -1;
	out->bytes = (int64_t)bytes;
	return 0;
}

void
files__fini(struct file_list *list)
{
	free(list->v);
}

const char *
files__compare(const struct row_list *want, const struct file_list *got, const char **name)
{
	const struct file_row *w = want->v;
	size_t i = 0, k = 0;

	for (; i < want->n || k < got->n; i++, k++) {
		int order = i == want->n ? 1 : k == got->n ? -1 : strcmp(w[i].name, got->v[k].name);

		*name = order > 0 ? got->v[k].name : w[i].name;
		if (order < 0)
			return "is missing";
		if (order > 0)
			return "was added";
		if (!str_eq(w[i].hash, got->v[k].hash))
			return "is not what it was";
	}
	return NULL;
}

static const char SQL_ADD[] =
	"INSERT INTO mlc_files (name, version, file, bytes, hash) VALUES (?, ?, ?, ?, ?)";

int
files__insert(struct store *s, const char *name, int64_t version, const struct file_list *list,
	struct err *e)
{
	for (size_t i = 0; i < list->n; i++)
		if (db_run(s->db, e, SQL_ADD, "sisis", name, version, list->v[i].name,
			    list->v[i].bytes, list->v[i].hash) < 0)
			return -1;
	return 0;
}

static void
fill_file(struct arena *a, const struct rows *rows, void *one)
{
	*(struct file_row *)one = (struct file_row){
		.name = rows__text(a, rows, 0),
		.bytes = rows_i64(rows, 1),
		.hash = rows__text(a, rows, 2),
	};
}

static const char SQL_FILES[] = "SELECT f.file, f.bytes, f.hash FROM mlc_files f"
				" WHERE f.name = ? AND f.version = ? ORDER BY f.file";

int
files__read(struct store *s, struct arena *a, const struct version_row *v, struct row_list *out,
	struct err *e)
{
	static const struct row_shape shape = {sizeof(struct file_row), fill_file};
	struct rows *rows = NULL;

	*out = (struct row_list){0};
	if (s->level < LEVEL_VERSIONS || !v->hash)
		return 0;
	if (db_query(s->db, &rows, e, SQL_FILES, "si", v->name, v->version) < 0)
		return -1;
	return rows__collect(rows, a, &shape, out, e);
}
