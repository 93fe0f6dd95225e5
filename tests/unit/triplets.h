/* SPDX-License-Identifier: Apache-2.0
 * Tests as data: files of cases, each a title and named sections.
 *
 *	== title of the case          (# begins a comment line before the first section)
 *	-- name of a section
 *	lines of the section
 */
#ifndef TESTS_UNIT_TRIPLETS_H
#define TESTS_UNIT_TRIPLETS_H

#include "tests/unit/unit.h"
#include "base/base.h"

struct section {
	char name[64];
	struct str text;
};

struct tcase {
	char title[160];
	struct section sections[24];
	size_t n;
};

struct tfile {
	FILE *f;
	char *line; /* owned; the line to be read next */
	size_t cap;
	bool more;
};

static inline bool
tfile_line(struct tfile *t)
{
	t->more = getline(&t->line, &t->cap, t->f) >= 0;
	return t->more;
}

static inline void
tfile_open(struct tfile *t, const char *path)
{
	*t = (struct tfile){.f = fopen(path, "re")};
	cr_assert(t->f, "tests run in the root of the repository: no %s", path);
	while (tfile_line(t) && !str_starts(t->line, "== "))
		;
}

static inline void
tcase_fini(struct tcase *c)
{
	for (size_t i = 0; i < c->n; i++)
		str_fini(&c->sections[i].text);
	c->n = 0;
}

/* The next case; false at the end, where the file is closed. */
static inline bool
tfile_next(struct tfile *t, struct tcase *c)
{
	tcase_fini(c);
	if (!t->more) {
		free(t->line);
		fclose(t->f);
		return false;
	}
	t->line[strcspn(t->line, "\n")] = '\0';
	(void)snprintf(c->title, sizeof(c->title), "%s", t->line + 3);
	while (tfile_line(t) && !str_starts(t->line, "== ")) {
		struct section *s = &c->sections[c->n ? c->n - 1 : 0];

		if (str_starts(t->line, "-- ")) {
			cr_assert(c->n < 24, "%s: too many sections", c->title);
			s = &c->sections[c->n++];
			*s = (struct section){0};
			t->line[strcspn(t->line, "\n")] = '\0';
			(void)snprintf(s->name, sizeof(s->name), "%s", t->line + 3);
		} else if (c->n && !(t->line[0] == '\n')) {
			str_add(&s->text, t->line);
		}
	}
	return true;
}

static inline const char *
tcase_text(const struct tcase *c, const char *name)
{
	for (size_t i = 0; i < c->n; i++)
		if (str_eq(c->sections[i].name, name))
			return str_text(&c->sections[i].text);
	return NULL;
}

/* One line an error: "0109 file:line:col-end message", then its help and note. */
static inline void
add_errs(struct str *out, const struct errs *found)
{
	for (size_t i = 0; i < found->n; i++) {
		const struct err *e = &found->v[i];

		str_addf(out, "%04d ", (int)e->code);
		if (e->file[0])
			str_addf(out, "%s:%d:%d-%d ", e->file, e->line, e->col, e->end_col);
		str_addf(out, "%s\n", e->msg);
		if (e->help[0])
			str_addf(out, "     help: %s\n", e->help);
		if (e->note[0])
			str_addf(out, "     note: %s\n", e->note);
	}
}

#endif
