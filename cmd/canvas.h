/* SPDX-License-Identifier: Apache-2.0
 * What charts are painted on: an SVG file, or the points of a PNG file. */
#ifndef CMD_CANVAS_H
#define CMD_CANVAS_H

#include "cmd/plot.h"

#define COLORS 8 /* of series; after them: */
#define COLOR_TEXT 8
#define COLOR_GRID 9
enum anchor { ANCHOR_START, ANCHOR_MIDDLE, ANCHOR_END };

struct canvas {
	void (*line)(struct canvas *to, const double *from, const double *until, int color,
		double width);
	void (*rect)(struct canvas *to, double x, double y, double w, double h, int color);
	/* y is the line that letters stand on */
	void (*text)(struct canvas *to, double x, double y, enum anchor anchor, const char *text);
	int top;   /* added to every y */
	void *out; /* the painter's own */
};

extern const unsigned canvas_colors[COLORS]; /* 0xrrggbb */
void plot_size(const struct chart *charts, size_t n, int size[2]);
void plot_draw(struct canvas *to, const struct chart *charts, size_t n);

#endif
