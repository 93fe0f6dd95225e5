/* SPDX-License-Identifier: Apache-2.0
 * Private to model/: verdicts as pictures. SVG that stands alone, in light and dark, without scripts. */
#ifndef MODEL_DRAW_H
#define MODEL_DRAW_H

#include "model/model.h"

/* A figure as people read it: four digits, NaN as a dash. */
void draw_number(struct str *out, double v);
/* Each adds one <svg>; false if the verdict has nothing of the kind. */
bool draw_roc(const struct mlf_verdict *v, struct str *out);
bool draw_pr(const struct mlf_verdict *v, struct str *out);
bool draw_calibration(const struct mlf_verdict *v, struct str *out);
bool draw_numbers(const struct mlf_verdict *v, struct str *out);
bool draw_confusion(const struct mlf_verdict *v, struct str *out);
/* The page as one JSON object, on a line. */
void draw_json(const struct mlf_page *p, struct str *out);
/* The figure of this name, or NULL. */
const struct mlf_figure *draw_figure(const struct mlf_verdict *v, const char *name);

#endif
