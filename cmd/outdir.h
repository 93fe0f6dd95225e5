/* SPDX-License-Identifier: Apache-2.0
 * A folder that a command hands over, whole or not at all. */
#ifndef CMD_OUTDIR_H
#define CMD_OUTDIR_H

#include "cmd/cmd.h"

struct outdir {
	int fd; /* fill this one */
	int parent;
	struct str path, folder, stage;
	const char *name; /* in path */
};
/* The path is relative to the working folder, and must not exist. Call outdir_end also after a
 * failure; it passes rc on, or the failure to put the folder in place. */
MUST_CHECK int outdir_begin(struct outdir *o, const char *path, struct err *e);
MUST_CHECK int outdir_end(struct outdir *o, int rc, struct err *e);

#endif
