/* SPDX-License-Identifier: Apache-2.0
 * Private to cmd/: a pipeline as a picture: boxes for nodes, ovals for what they read and write. */
#ifndef CMD_PICTURE_H
#define CMD_PICTURE_H

#include "cmd/cmd.h"

#define RANK_HEIGHT 68.0 /* from one rank to the next, in points */

enum shape { SHAPE_NODE, SHAPE_DATASET, SHAPE_PARAMS };
struct spot {
	const char *name;
	enum shape shape;
	int rank;          /* from 0, downwards: below everything it comes from */
	const char *state; /* of a node in a run, NULL if nothing is told of one */
	double x, y, w, h; /* layout.c: the middle, and the size */
};
struct arrow {
	size_t from, to; /* spots; from has the smaller rank */
	double *xs;      /* arena; layout.c: where it passes the ranks between its ends */
};
struct picture {
	struct spot *spots; /* arena; producers before consumers */
	struct arrow *arrows;
	size_t n, n_arrows;
	int ranks;
	double width, height; /* layout.c */
};
/* What the graph looks like; nothing has a place yet. Formats of one dataset (x@csv) are one spot. */
void picture_make(struct arena *a, const struct graph *g, struct picture *out);
/* The layers of the nodes, from 1, in the order of the graph; arena. */
int *picture_layers(struct arena *a, const struct picture *p);
const char *shape_name(enum shape shape);

/* layout.c: gives everything its place. Fails where the picture would be too large to look at. */
MUST_CHECK int picture_layout(struct arena *a, struct picture *p, struct err *e);

/* The sinks; names are escaped as each of them needs. */
void picture_text(struct str *out, const struct graph *g, const struct term *t);
void picture_dot(struct str *out, const struct picture *p, const char *title);
void picture_mermaid(struct str *out, const struct picture *p);
void picture_json(struct jw *w, const struct picture *p);
void picture_svg(struct str *out, const struct picture *p, const char *title); /* after layout */
/* Of which the way of an arrow, from the middle of the lower edge to that of the upper one, upright at every
 * rank; a spot's box and name inside of its element; a name, escaped. */
void picture_svg_line(struct str *out, const struct picture *p, const struct arrow *w);
void picture_svg_box(struct str *out, const struct spot *s);
void picture_svg_name(struct str *out, const char *s);

#endif
