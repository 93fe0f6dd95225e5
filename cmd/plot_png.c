/* SPDX-License-Identifier: Apache-2.0
 * Charts as a PNG file: painted point by point at twice the size, with letters of 5 x 7 dots. */
#include "cmd/canvas.h"

#include <math.h>
#include <zlib.h>

#define SCALE 2
#define DOT 2 /* points a dot of a letter, before SCALE they would be one */
#define ADVANCE (6 * DOT)

/* Each letter from ! to ~ as seven rows of five dots, a row as a digit to the base 32. */
static const char *const letters[] = {"4444404", "AAA0000", "AAVAVAA", "4FKE5U4", "OP248J3",
	"CIK8LID", "4480000", "2488842", "8422248", "04LEL40", "044V440", "0000C48", "000V000",
	"00000CC", "01248G0", "EHJLPHE", "4C4444E", "EH1248V", "V2421HE", "26AIV22", "VGU11HE",
	"68GUHHE", "V124888", "EHHEHHE", "EHHF12C", "0CC0CC0", "0CC0C48", "248G842", "00V0V00",
	"8421248", "EH12404", "EH1DLLE", "EHHVHHH", "UHHUHHU", "EHGGGHE", "UHHHHHU", "VGGUGGV",
	"VGGUGGG", "EHGNHHF", "HHHVHHH", "E44444E", "72222IC", "HIKOKIH", "GGGGGGV", "HRLLHHH",
	"HHPLJHH", "EHHHHHE", "UHHUGGG", "EHHHLID", "UHHUKIH", "FGGE11U", "V444444", "HHHHHHE",
	"HHHHHA4", "HHHLLLA", "HHA4AHH", "HHHA444", "V1248GV", "E88888E", "0G84210", "E22222E",
	"4AH0000", "000000V", "8420000", "00E1FHF", "GGMPHHU", "00EGGHE", "11DJHHF", "00EHVGE",
	"698S888", "0FHHF1E", "GGMPHHH", "40C444E", "20622IC", "GGIKOKI", "C44444E", "00QLLHH",
	"00MPHHH", "00EHHHE", "00UHUGG", "00DJF11", "00MPGGG", "00EGE1U", "88S8896", "00HHHJD",
	"00HHHA4", "00HHLLA", "00HA4AH", "00HHF1E", "00V248V", "2448442", "4444444", "8442448",
	"008L200"};
static const char unknown[] = "VHHHHHV"; /* what is not ASCII */

struct picture_points {
	unsigned char *rgb; /* owned */
	int width, height;
};

static unsigned
color_of(int color)
{
	return color == COLOR_TEXT    ? 0x222222
		: color == COLOR_GRID ? 0xdddddd
				      : canvas_colors[color];
}

/* Lets a part of the colour show over what is there. */
static void
blend(struct picture_points *p, int x, int y, unsigned color, double part)
{
	if (x < 0 || y < 0 || x >= p->width || y >= p->height || part <= 0)
		return;
	unsigned char *at = p->rgb + ((size_t)y * (size_t)p->width + (size_t)x) * 3;
	part = part > 1 ? 1 : part;
	for (int i = 0; i < 3; i++) {
		double c = color >> (16 - 8 * i) & 0xff;
		at[i] = (unsigned char)lround(at[i] + (c - at[i]) * part);
	}
}

/* How far a point is from a stretch of line. */
static double
distance(double x, double y, const double *a, const double *b)
{
	double dx = b[0] - a[0], dy = b[1] - a[1], length = dx * dx + dy * dy,
	       t = length > 0 ? ((x - a[0]) * dx + (y - a[1]) * dy) / length : 0;
	t = t < 0 ? 0 : t > 1 ? 1 : t;
	return hypot(x - a[0] - t * dx, y - a[1] - t * dy);
}

static void
png_line(struct canvas *to, const double *from, const double *until, int color, double width)
{
	double a[] = {from[0] * SCALE, (from[1] + to->top) * SCALE},
	       b[] = {until[0] * SCALE, (until[1] + to->top) * SCALE}, half = width * SCALE / 2;
	int left = (int)(fmin(a[0], b[0]) - half - 1), right = (int)(fmax(a[0], b[0]) + half + 1),
	    top = (int)(fmin(a[1], b[1]) - half - 1), bottom = (int)(fmax(a[1], b[1]) + half + 1);
	for (int y = top; y <= bottom; y++)
		for (int x = left; x <= right; x++)
			blend(to->out, x, y, color_of(color),
				half + 0.5 - distance(x + 0.5, y + 0.5, a, b));
}

static void
png_rect(struct canvas *to, double x, double y, double w, double h, int color)
{
	int left = (int)lround(x * SCALE), right = (int)lround((x + w) * SCALE),
	    top = (int)lround((y + to->top) * SCALE),
	    bottom = (int)lround((y + to->top + h) * SCALE);
	for (int row = top; row < bottom; row++)
		for (int column = left; column < right; column++)
			blend(to->out, column, row, color_of(color), 1);
}

static void
add_letter(struct picture_points *p, int x, int y, const char *rows)
{
	for (int i = 0; i < 7 * DOT; i++) {
		char digit = rows[i / DOT];
		int bits = digit <= '9' ? digit - '0' : digit - 'A' + 10;
		for (int k = 0; k < 5 * DOT; k++)
			if (bits >> (4 - k / DOT) & 1)
				blend(p, x + k, y + i, color_of(COLOR_TEXT), 1);
	}
}

static void
png_text(struct canvas *to, double x, double y, enum anchor anchor, const char *text)
{
	struct str safe = {0};
	term_add_safe(&safe, text);
	int width = term_width_of(str_text(&safe)) * ADVANCE, left = (int)lround(x * SCALE),
	    top = (int)lround((y + to->top) * SCALE) - 7 * DOT;
	left -= anchor == ANCHOR_END ? width : anchor == ANCHOR_MIDDLE ? width / 2 : 0;
	for (const char *s = str_text(&safe); *s; s++) {
		if ((*s & 0xc0) == 0x80) /* the rest of a letter that is not ASCII */
			continue;
		if (*s != ' ')
			add_letter(to->out, left, top,
				*s > ' ' && *s < 127 ? letters[*s - '!'] : unknown);
		left += ADVANCE;
	}
	str_fini(&safe);
}

/* ---- the file */

static void
add_u32(struct str *out, unsigned long v)
{
	for (int shift = 24; shift >= 0; shift -= 8)
		str_addc(out, (char)(v >> shift & 0xff));
}

static void
add_chunk(struct str *out, const char *type, const void *data, size_t n)
{
	add_u32(out, n);
	size_t from = out->len;
	str_addn(out, type, 4);
	str_addn(out, data, n);
	add_u32(out, crc32(0, (const Bytef *)out->s + from, (uInt)(n + 4)));
}

/* Each line begins with the number of its filter: none. */
static void
add_image(struct str *out, const struct picture_points *p)
{
	size_t line = (size_t)p->width * 3, n = (line + 1) * (size_t)p->height;
	unsigned char *raw = mem_alloc(n);
	for (size_t y = 0; y < (size_t)p->height; y++)
		memcpy(raw + y * (line + 1) + 1, p->rgb + y * line, line);
	uLongf packed_n = compressBound(n);
	unsigned char *packed = mem_alloc(packed_n);
	(void)compress2(packed, &packed_n, raw, n, 9);
	add_chunk(out, "IDAT", packed, packed_n);
	free(packed);
	free(raw);
}

void
plot_png(struct str *out, const struct chart *charts, size_t n)
{
	struct picture_points p;
	struct canvas to = {png_line, png_rect, png_text, 0, &p};
	struct str head = {0};
	int size[2];
	plot_size(charts, n, size);
	p = (struct picture_points){.width = size[0] * SCALE, .height = size[1] * SCALE};
	size_t bytes = (size_t)p.width * (size_t)p.height * 3;
	p.rgb = mem_alloc(bytes);
	memset(p.rgb, 0xff, bytes);
	plot_draw(&to, charts, n);
	str_addn(out, "\x89PNG\r\n\x1a\n", 8);
	add_u32(&head, (unsigned long)p.width);
	add_u32(&head, (unsigned long)p.height);
	str_addn(&head, "\x08\x02\0\0", 5); /* eight bits, red green blue */
	add_chunk(out, "IHDR", head.s, head.len);
	add_image(out, &p);
	add_chunk(out, "IEND", "", 0);
	str_fini(&head);
	free(p.rgb);
}
