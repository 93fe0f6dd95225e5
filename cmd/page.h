/* SPDX-License-Identifier: Apache-2.0
 * Private to cmd/: pages of HTML that need no server, no network and no other file. */
#ifndef CMD_PAGE_H
#define CMD_PAGE_H

#include "cmd/cmd.h"

/* The files of cmd/page/, which the program contains; scripts/embed makes the array. */
struct page_file {
	const char *name; /* the last entry has none */
	const unsigned char *data;
};
extern const struct page_file page_files[];
const char *page_file(const char *name);

/* What a page calls the project: its folder. */
void page_project(const struct app *a, struct str *out);
/* A page with each {{name}} replaced; fields are name, text, name, text, ..., NULL. */
void page_fill(struct str *out, const char *page, const char *const *fields);
/* JSON as it may stand inside of a script element. */
void page_json(struct str *out, const char *json);
/* Writes a page to a file, whole or not at all, and says so; to stdout if path is "-". NULL: to `usual`,
 * beneath the project's root. */
MUST_CHECK int page_write(
	struct app *a, const char *path, const char *usual, const struct str *page, struct err *e);

#endif
