/* SPDX-License-Identifier: Apache-2.0
 * Reads a CSV file as one table and writes that table as a CSV file, as a run does it when a node hands
 * a table on: hashed, and brought to the disk. Prints how many seconds the writing took.
 *
 *	csvwrite FILE TO       relative to the current folder */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "catalog/catalog.h"

struct files {
	int root;
	struct arena mem;
	struct segs *segs;
	struct frame *table;
};

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int
open_csv(struct files *f, const char *path, struct dataset *d, struct err *e)
{
	*d = (struct dataset){.name = "table", .path = path, .type = catalog_type("csv")};
	d->kind = d->type->kind;
	return yaml_parse(&f->mem, "catalog.yml", "{}", 2, &d->entry, e);
}

static int
put(struct files *f, const struct dataset *d, struct err *e)
{
	struct staged done;
	struct stage *s;
	int rc;

	if (stage_begin(d, f->root, "1.bench", &s, e) < 0)
		return -1;
	if (stage_table(s, f->table, e) < 0 || stage_end(s, &done, e) < 0) {
		stage_abort(s);
		return -1;
	}
	rc = file_replace(f->root, done.path, done.target, e);
	staged_fini(&done);
	return rc;
}

static int
run(struct files *f, char **paths, struct err *e)
{
	struct read_opts o = {.rootfd = f->root, .segs = f->segs};
	struct dataset from, to;
	double begun;

	if (open_csv(f, paths[0], &from, e) < 0 || open_csv(f, paths[1], &to, e) < 0 ||
		dataset_read_table(&from, &o, &f->table, NULL, e) < 0)
		return -1;
	begun = now();
	if (put(f, &to, e) < 0)
		return -1;
	printf("%.4f\n", now() - begun);
	return 0;
}

int
main(int argc, char **argv)
{
	struct files f = {.root = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
	struct err e;
	int rc;

	if (argc != 3 || f.root < 0) {
		fputs("usage: csvwrite FILE TO\n", stderr);
		return 2;
	}
	f.segs = segs_new(SEGS_PRIVATE, 1);
	rc = run(&f, argv + 1, &e);
	if (rc < 0)
		fprintf(stderr, "%s\n", e.msg);
	frame_unref(f.table);
	segs_free(f.segs);
	arena_fini(&f.mem);
	close(f.root);
	return rc < 0;
}
