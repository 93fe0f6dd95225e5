/* SPDX-License-Identifier: Apache-2.0
 * Datasets that are a folder of files, each of them a table of the same columns: `type: partitions`.
 *
 *	filepath: data/01_raw/orders         data/01_raw/orders/2025/01.csv      id 2025/01
 *	dataset: {type: csv}                 data/01_raw/orders/2025/02.csv      id 2025/02
 *	filename_suffix: .csv                data/01_raw/orders.checkpoint       if it is incremental
 *
 *	parts.c        which partitions there are, and each as a dataset of its own
 *	parts_read.c   one table, a file after the other
 *	parts_write.c  a table into a folder, a file for each value of a column
 *
 * A partition is opened when its turn comes. The order is that of the ids. */
#ifndef CATALOG_PARTS_H
#define CATALOG_PARTS_H

#include "catalog/inside.h"

#define PARTS_MAX 1000000
#define PARTS_WRITTEN_MAX 512 /* files that are open at once */

/* What the entry says. */
struct parts {
	const struct dataset *d;
	const char *suffix; /* of the files; "" for none */
	const char *column; /* of the table that is read: the id; NULL: none */
	const char *by;     /* the column whose values are the ids; NULL: not to be written */
	const char *checkpoint;
	bool incremental;
	bool overwrite; /* writing leaves no other partitions */
};
void parts_of(struct arena *a, const struct dataset *d, struct parts *out);
/* The partition as a dataset, whether it is there or not. */
const struct dataset *parts_at(struct arena *a, const struct parts *p, const char *id);
/* Ids in order, those of a range, or all. */
struct parts_range {
	const char *after, *upto; /* both may be NULL */
};
MUST_CHECK int parts_list(const struct parts *p, int rootfd, struct arena *a,
	struct parts_range range, struct versions *out, struct err *e);
/* The last id that was confirmed, or NULL. */
MUST_CHECK int parts_confirmed(
	const struct parts *p, int rootfd, struct arena *a, const char **out, struct err *e);

/* --- reading: as a reader does it ------------------------------------------------------------------ */

struct parts_reader;
MUST_CHECK int parts_open(const struct dataset *d, const struct read_opts *o, bool whole,
	struct parts_reader **out, struct err *e);
MUST_CHECK int
parts_next(struct parts_reader *r, struct frame **batch, struct read_facts *facts, struct err *e);
void parts_close(struct parts_reader *r); /* NULL is fine */

/* --- writing: into the folder of a stage ----------------------------------------------------------- */

/* stage_end of a partition: its name is brought to the disk with the folder that it lies in. */
MUST_CHECK int stage__end_part(struct stage *s, struct staged *out, struct err *e);

struct parts_writer;
/* name: of the new folder, in the folder dirfd. */
MUST_CHECK int parts_write_open(const struct dataset *d, int dirfd, const char *name,
	struct parts_writer **out, struct err *e);
MUST_CHECK int parts_write(struct parts_writer *w, struct frame *batch, struct err *e);
/* All of it is in its place in the folder, and so are the partitions of `target` that stay. */
MUST_CHECK int parts_write_end(struct parts_writer *w, const char *target, struct err *e);
void parts_write_close(struct parts_writer *w); /* NULL is fine */

#endif
