/* SPDX-License-Identifier: Apache-2.0
 * Private to cmd/: a pipeline as a page of HTML that needs nothing else. */
#ifndef CMD_VIZ_H
#define CMD_VIZ_H

#include "cmd/picture.h"
#include "cmd/runs.h"

/* viz_layers.c: the catalog's layers, from top to bottom. */
struct band {
	const char *name;
	int first, last; /* ranks of its datasets */
};
struct bands {
	struct band *v; /* arena; none if the layers go round in a circle, or there are too many */
	size_t n;
};
/* Moves spots down until no dataset of a layer stands beside or above one of a layer before it. */
void viz_layers(struct arena *a, struct picture *p, const struct catalog *c, struct bands *out);

/* What the page is made of. */
struct viz {
	const struct loaded *l;
	struct picture picture;
	struct bands bands;
	struct run_about *runs; /* owned, newest first, but for the one that was asked for */
	size_t n_runs;
	int64_t rows; /* of each table, to be shown; 0: none */
	struct arena arena;
};
/* viz_svg.c: the graph, in the colours of look.css; with buttons a script makes something of them. */
void viz_svg(struct str *out, const struct picture *p, const struct bands *bands, bool buttons);
/* viz_json.c: all that a click shows. */
void viz_json(struct app *a, struct viz *v, struct str *out);

#endif
