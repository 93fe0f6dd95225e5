/* SPDX-License-Identifier: Apache-2.0
 * Which source files are others than those that were recorded, and from which line on. */
#include "cmd/reproduce.h"

#include <fcntl.h>
#include <unistd.h>

struct listing {
	struct arena arena;
	struct map hashes; /* name -> hash */
};

static void
keep(void *to, const struct hash_file *f)
{
	struct listing *l = to;
	if (project_is_source(f->name))
		map_put(&l->hashes, f->name, arena_strdup(&l->arena, f->hash));
}

static int
list(const char *folder, struct listing *out, struct err *e)
{
	const struct hash_visitor v = {keep, out};
	char ignored[HASH_SHA_HEX];
	int fd = file_open(AT_FDCWD, folder, O_RDONLY | O_DIRECTORY, true, e);
	if (fd < 0)
		return -1;
	int rc = hash_tree_each(fd, ".", &v, ignored, NULL, e);
	close(fd);
	return rc;
}

static void
listing_fini(struct listing *l)
{
	map_fini(&l->hashes);
	arena_fini(&l->arena);
}

/* "41: text of the line" */
static char *
line_at(struct arena *a, const char *text, int line)
{
	for (int i = 1; i < line && *text; i++) {
		text += strcspn(text, "\n");
		text += *text == '\n';
	}
	text += strspn(text, " \t");
	size_t n = strcspn(text, "\n");
	return arena_printf(a, "%d: %.*s", line, (int)(n > 30 ? 30 : n), text);
}

static int
first_difference(const char *x, const char *y)
{
	int line = 1;
	for (; *x && *x == *y; x++, y++)
		line += *x == '\n';
	return line;
}

static void
add_changed(const struct reproduction *r, struct comparison *c, const char *name)
{
	const char *const folders[] = {r->recorded.s, r->project.s};
	struct str path = {0}, text[2] = {{0}, {0}};
	for (int i = 0; i < 2; i++) {
		str_reset(&path);
		str_addf(&path, "%s/%s", folders[i], name);
		(void)!file_read(AT_FDCWD, path.s, true, &text[i], NULL);
	}
	int line = first_difference(str_text(&text[0]), str_text(&text[1]));
	for (size_t i = 0; i < 2; i++) {
		compare_set(c, i, "source", name, line_at(&c->arena, str_text(&text[i]), line));
		str_fini(&text[i]);
	}
	str_fini(&path);
}

int
reproduce_sources(const struct reproduction *r, struct comparison *c, struct err *e)
{
	struct listing then = {0}, now = {0};
	int rc = list(r->recorded.s, &then, e);
	if (rc == 0)
		rc = list(r->project.s, &now, e);
	for (size_t i = 0; rc == 0 && i < then.hashes.n; i++) {
		const char *name = then.hashes.keys[i], *hash = map_get(&now.hashes, name);
		if (!hash)
			compare_set(c, 0, "source", name, "there");
		else if (!str_eq(hash, then.hashes.values[i]))
			add_changed(r, c, name);
	}
	for (size_t i = 0; rc == 0 && i < now.hashes.n; i++)
		if (!map_has(&then.hashes, now.hashes.keys[i]))
			compare_set(c, 1, "source", now.hashes.keys[i], "new");
	listing_fini(&then);
	listing_fini(&now);
	return rc;
}
