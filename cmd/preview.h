/* SPDX-License-Identifier: Apache-2.0
 * Private to cmd/: the beginning of a dataset, for whoever shows it. */
#ifndef CMD_PREVIEW_H
#define CMD_PREVIEW_H

#include "cmd/cmd.h"

/* A table's beginning. */
struct head {
	const struct dataset *d;
	struct frame *f; /* owned */
	int64_t shown;   /* rows of it: as many as were asked for, then as many as there are */
	bool all;        /* it is the whole table */
	size_t cell;     /* bytes of a value that are shown */
};
/* Reads the first batch, with the types it was last written with, and looks whether there is another. */
MUST_CHECK int
head_read(struct app *a, struct segs *segs, struct arena *arena, struct head *h, struct err *e);
/* A value, cut between two characters if it is long. False: it is null, which is shown as such. */
bool head_value(struct str *out, const struct head *h, const struct column *c, int64_t row);

/* *d becomes the version that was asked for; of a versioned dataset the last, if none was (NULL). */
MUST_CHECK int preview_version(struct app *a, struct arena *arena, const char *version,
	const struct dataset **d, struct err *e);

#endif
