/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/unit.h"

#include "model/draw.h"

#include <math.h>
#include <string.h>

LEAK_SUITE(draw);

/* 1e17 + 1 is 1e17: a tick and the next are the same number. */
Test(draw, a_chart_of_a_narrow_range_far_from_zero_is_finished, .timeout = 60)
{
	struct mlf_bin bins[2] = {{.said = 1e17, .seen = 1e17, .low = NAN, .high = NAN},
		{.said = 1e17 + 16, .seen = 1e17 + 16, .low = NAN, .high = NAN}};
	const struct mlf_verdict v = {.task = MLF_NUMBERS, .bins = bins, .n_bins = 2};
	struct str svg = {0};

	cr_assert(draw_numbers(&v, &svg));
	cr_expect(svg.len < 10000, "%zu bytes", svg.len);
	cr_expect(strstr(str_text(&svg), "</svg>"));
	str_fini(&svg);
}
