/* SPDX-License-Identifier: Apache-2.0
 * A picture of points is a PNG file that holds what was drawn. */
#include "tests/unit/unit.h"

#include <math.h>
#include <zlib.h>
#include "cmd/canvas.h"

LEAK_SUITE(cmd_plot);

struct image {
	unsigned char *raw; /* owned */
	unsigned width, height;
};

static unsigned
u32(const char *at)
{
	const unsigned char *p = (const unsigned char *)at;

	return (unsigned)p[0] << 24 | (unsigned)p[1] << 16 | (unsigned)p[2] << 8 | p[3];
}

/* As a reader of PNG files does it: every chunk with its sum. */
static struct image
read_png(const struct str *png)
{
	struct image out = {0};
	uLongf n = 0;
	size_t at = 8;

	cr_assert(memcmp(png->s, "\x89PNG\r\n\x1a\n", 8) == 0);
	while (at < png->len) {
		unsigned len = u32(png->s + at);
		const char *type = png->s + at + 4, *data = type + 4;

		cr_assert(at + 12 + len <= png->len);
		cr_expect(crc32(0, (const Bytef *)type, len + 4) == u32(data + len), "%.4s", type);
		if (memcmp(type, "IHDR", 4) == 0) {
			out.width = u32(data);
			out.height = u32(data + 4);
			n = (uLongf)(out.width * 3 + 1) * out.height;
			out.raw = mem_alloc(n);
		} else if (memcmp(type, "IDAT", 4) == 0) {
			uLongf got = n;

			cr_assert(uncompress(out.raw, &got, (const Bytef *)data, len) == Z_OK);
			cr_expect(got == n);
		}
		at += 12 + len;
	}
	cr_expect(memcmp(png->s + png->len - 8, "IEND", 4) == 0);
	return out;
}

static size_t
count(const struct image *p, unsigned color)
{
	size_t n = 0;

	for (size_t y = 0; y < p->height; y++)
		for (size_t x = 0; x < p->width; x++) {
			const unsigned char *at = p->raw + y * (p->width * 3 + 1) + 1 + x * 3;

			n += ((unsigned)at[0] << 16 | (unsigned)at[1] << 8 | at[2]) == color;
		}
	return n;
}

Test(cmd_plot, a_png_has_the_lines_bars_and_letters_in_their_colours)
{
	const struct metric up[] = {{"loss", 1, 0, 1}, {"loss", (double)NAN, 5, 1},
		{"loss", 0.5, 9, 1}},
			    one[] = {{"auc", 0.9, 0, 1}};
	struct series lines[] = {{"first", up, 3}, {"second", &up[2], 1}},
		      bars[] = {{"é <x>", one, 1}};
	struct chart charts[] = {{.metric = "loss", .series = lines, .n = 2},
		{.metric = "auc", .series = bars, .n = 1}};
	struct str png = {0};
	struct image p;
	int size[2];

	chart_measure(&charts[0]);
	chart_measure(&charts[1]);
	cr_expect(!charts[0].bars && charts[1].bars);
	plot_png(&png, charts, 2);
	plot_size(charts, 2, size);
	p = read_png(&png);
	cr_expect(p.width == 2 * (unsigned)size[0] && p.height == 2 * (unsigned)size[1]);
	cr_expect(count(&p, canvas_colors[0]) > 10000, "the bar");
	cr_expect(count(&p, canvas_colors[1]) >= 24 * 24, "the legend of the second line");
	cr_expect(count(&p, 0xdddddd) > 1000, "the grid");
	cr_expect(count(&p, 0x222222) > 500, "the letters");
	cr_expect(count(&p, 0xffffff) > (size_t)p.width * p.height / 2, "the paper");
	free(p.raw);
	str_fini(&png);
}

Test(cmd_plot, nothing_but_nan_is_drawn_as_a_word)
{
	const struct metric nan[] = {{"odd", (double)NAN, 0, 1}};
	struct series s[] = {{"run", nan, 1}};
	struct chart c = {.metric = "odd", .series = s, .n = 1};
	struct str png = {0};
	struct image p;

	chart_measure(&c);
	plot_png(&png, &c, 1);
	p = read_png(&png);
	cr_expect(count(&p, canvas_colors[0]) == 0);
	cr_expect(count(&p, 0x222222) > 100);
	free(p.raw);
	str_fini(&png);
}
