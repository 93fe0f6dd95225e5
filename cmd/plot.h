/* SPDX-License-Identifier: Apache-2.0
 * Metrics as pictures: a chart for each, with a line for each run that has it; where no run has more
 * than one point, bars. */
#ifndef CMD_PLOT_H
#define CMD_PLOT_H

#include "cmd/runs.h"

struct series {
	const char *label;
	const struct metric *v; /* in order; NaN and infinities among them are not drawn */
	size_t n;
};
struct chart {
	const char *metric;
	struct series *series; /* owned */
	size_t n, cap;
	bool bars;
	double low, high; /* of the values that are drawn; low < high */
	int64_t from, to; /* of the steps */
	bool empty;       /* nothing can be drawn */
};

/* False for NaN, and for the infinities, which the record keeps as the largest numbers. */
bool plot_drawable(double v);
/* Finds the bounds; the series are there. */
void chart_measure(struct chart *c);
void plot_text(struct str *out, const struct chart *c, const struct term *t);
void plot_svg(struct str *out, const struct chart *charts, size_t n);
void plot_png(struct str *out, const struct chart *charts, size_t n);
/* The whole number or the four digits that a tick says. */
void plot_number(struct str *out, double v);

#endif
