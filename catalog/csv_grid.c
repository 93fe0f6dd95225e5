/* SPDX-License-Identifier: Apache-2.0
 * Rows, many at once, as cells that point into one text.
 *
 *	block   |== plain rows ==|-- others --|== plain rows ==|
 *	          scanned: cells   row by row,   scanned again
 *	          point into the   copied
 *	          block
 *
 * A row that is not plain goes through csv_rows.c and is copied. How many rows go that way before the
 * next scan is doubled each time in a row that the scan finds nothing plain at the beginning. */
#include "catalog/csv.h"

#include <string.h>
#if defined(__x86_64__)
#include <emmintrin.h>
#endif
#include "catalog/csv_scan.h"

#define OTHERS_MAX 256
/* So much text at once: with its cells it stays in the nearest cache while each column is made of it. */
#define WINDOW ((size_t)16 << 10)

struct csv_grids {
	struct csv_rows *rows; /* borrowed */
	char marked[2];        /* separator and quote */
	size_t columns;
	const struct csv_processor *processor;
	struct csv_scan scan;
	size_t room; /* bytes of text that the scan has room for */
	struct csv_cell *cells;
	size_t cells_cap;
	/* rows that were copied */
	struct str text;
	int64_t *lines;
	size_t lines_cap;
	size_t others; /* so many before the next scan */
	struct csv_row ragged;
	bool has_ragged;
};

/* --- plain rows ---------------------------------------------------------------------------------- */

/* Two quotes become one. What is left over behind the text is filled, with nothing that ends a line. */
static uint32_t
undouble(char *s, uint32_t n, char quote)
{
	uint32_t to = 0;

	for (uint32_t i = 0; i < n; i++) {
		s[to++] = s[i];
		i += s[i] == quote;
	}
	memset(s + to, ' ', n - to);
	return to;
}

static inline bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static struct csv_cell
trimmed(const char *s, uint32_t from, uint32_t to)
{
	while (from < to && is_blank(s[from]))
		from++;
	while (from < to && is_blank(s[to - 1]))
		to--;
	return (struct csv_cell){from, from < to ? to - from : CSV_NULL};
}

/* Whoever writes cells may write anything, for all the compiler knows: so what does not change meanwhile
 * is handed down by value. */
static struct csv_cell
special_cell(char *s, uint32_t from, uint32_t to, char quote, bool doubled)
{
	uint32_t n;

	if (from >= to)
		return (struct csv_cell){from, CSV_NULL};
	if (s[from] != quote)
		return trimmed(s, from, to);
	n = to - from - 2;
	if (doubled && memchr(s + from + 1, quote, n))
		n = undouble(s + from + 1, n, quote);
	return (struct csv_cell){from + 1, n};
}

/* How many rows from the first on have as many fields as there are columns: all, if each row ends
 * where a line does, and no line ends elsewhere. */
static size_t
count_rows(const char *s, const struct csv_scan *scan, size_t columns)
{
	const uint32_t *last = scan->ends + columns - 1;
	size_t i, rows = scan->n / columns;

	rows = rows < scan->lines ? rows : scan->lines;
	for (i = 0; i < rows && s[last[i * columns]] == '\n'; i++)
		;
	if (i == scan->lines)
		return i;
	for (i = 0; i < rows; i++) {
		const uint32_t *row = scan->ends + i * columns;

		for (size_t k = 0; k + 1 < columns; k++)
			if (s[row[k]] == '\n')
				return i;
		if (s[row[columns - 1]] != '\n')
			return i;
	}
	return rows;
}

/* Cells from the second on, four at a time: up to which one. */
#if defined(__x86_64__)
static size_t
cut_fours(const uint32_t *ends, size_t n, struct csv_cell *cell)
{
	const __m128i less = _mm_set1_epi32(-1);
	size_t i;

	for (i = 1; i + 4 <= n; i += 4) {
		__m128i before = _mm_loadu_si128((const __m128i *)(ends + i - 1));
		__m128i end = _mm_loadu_si128((const __m128i *)(ends + i));
		__m128i from = _mm_sub_epi32(before, less), size = _mm_sub_epi32(end, from);

		_mm_storeu_si128((__m128i *)(cell + i), _mm_unpacklo_epi32(from, size));
		_mm_storeu_si128((__m128i *)(cell + i + 2), _mm_unpackhi_epi32(from, size));
	}
	return i;
}
#else
static size_t
cut_fours(const uint32_t *ends, size_t n, struct csv_cell *cell)
{
	(void)ends, (void)n, (void)cell;
	return 1;
}
#endif

/* Fields are what lies between two ends. */
static void
cut_cells(const uint32_t *ends, size_t n, struct csv_cell *cell)
{
	cell[0] = (struct csv_cell){0, ends[0]};
	for (size_t i = cut_fours(ends, n, cell); i < n; i++)
		cell[i] = (struct csv_cell){ends[i - 1] + 1, ends[i] - ends[i - 1] - 1};
}

static void
make_cells(const struct csv_grids *gs, char *s, size_t rows)
{
	const struct csv_scan *scan = &gs->scan;
	const char quote = gs->marked[1];
	const bool doubled = scan->doubled;
	const size_t n = rows * gs->columns;
	struct csv_cell *cells = gs->cells;

	cut_cells(scan->ends, n, cells);
	for (size_t i = 0; i < scan->n_special && scan->special[i] < n; i++) {
		struct csv_cell *cell = &cells[scan->special[i]];
		uint32_t from = cell->at, to = from + cell->n;

		to -= s[to] == '\n' && to > from && s[to - 1] == '\r';
		*cell = special_cell(s, from, to, quote, doubled);
	}
}

static void
make_room(struct csv_grids *gs, size_t bytes)
{
	if (bytes <= gs->room && gs->scan.ends)
		return;
	gs->room = bytes;
	gs->scan.ends = mem_resize(gs->scan.ends, (bytes + 16) * sizeof(uint32_t));
	gs->scan.special = mem_resize(gs->scan.special, (bytes + 16) * sizeof(uint32_t));
	gs->scan.inner = mem_resize(gs->scan.inner, (bytes + 16) * sizeof(uint32_t));
}

/* Scans so many bytes of what is at hand: how many rows are whole and plain. */
static size_t
scan_rows(struct csv_grids *gs, const struct csv_at *at, size_t most)
{
	size_t n = at->n < most ? at->n : most;

	make_room(gs, n);
	csv_scan(gs->processor, at->text, n, gs->marked, &gs->scan);
	return count_rows(at->text, &gs->scan, gs->columns);
}

/* Takes plain rows of what is at hand: how many. */
static size_t
take_plain(struct csv_grids *gs, struct csv_grid *g)
{
	struct csv_scan *scan = &gs->scan;
	struct csv_at at = csv_rows_peek(gs->rows);
	size_t rows = scan_rows(gs, &at, WINDOW), bytes, inner = 0;

	if (rows == 0 && !scan->broken && scan->n < gs->columns && at.n > WINDOW)
		rows = scan_rows(gs, &at, at.n);
	if (rows == 0)
		return 0;
	gs->cells =
		mem_grow(gs->cells, &gs->cells_cap, rows * gs->columns, sizeof(struct csv_cell));
	make_cells(gs, at.text, rows);
	bytes = scan->ends[rows * gs->columns - 1] + 1;
	while (inner < scan->n_inner && scan->inner[inner] < bytes)
		inner++;
	*g = (struct csv_grid){
		.text = at.text,
		.cells = gs->cells,
		.rows = rows,
		.columns = gs->columns,
		.ascii = scan->ascii,
		.row = at.row + 1,
		.line = at.line,
		.inner = scan->inner,
		.n_inner = inner,
	};
	csv_rows_take(gs->rows, bytes, (int64_t)rows, (int64_t)(rows + inner));
	return rows;
}

int64_t
csv_grid_line(const struct csv_grid *g, size_t i)
{
	size_t inner = 0;

	if (g->lines)
		return g->lines[i];
	while (inner < g->n_inner && g->inner[inner] < g->cells[i * g->columns].at)
		inner++;
	return g->line + (int64_t)(i + inner);
}

/* --- other rows ---------------------------------------------------------------------------------- */

static void
copy_row(struct csv_grids *gs, const struct csv_row *row, size_t i)
{
	struct csv_cell *cell;

	gs->cells =
		mem_grow(gs->cells, &gs->cells_cap, (i + 1) * gs->columns, sizeof(struct csv_cell));
	gs->lines = mem_grow(gs->lines, &gs->lines_cap, i + 1, sizeof(*gs->lines));
	gs->lines[i] = row->line;
	cell = gs->cells + i * gs->columns;
	for (size_t k = 0; k < gs->columns; k++) {
		const struct csv_field *f = &row->v[k];

		cell[k] =
			(struct csv_cell){(uint32_t)gs->text.len, f->s ? (uint32_t)f->n : CSV_NULL};
		if (f->s)
			str_addn(&gs->text, f->s, f->n);
	}
}

static int
give_ragged(struct csv_grids *gs, struct csv_grid *g)
{
	*g = (struct csv_grid){.ragged = &gs->ragged, .columns = gs->columns};
	gs->has_ragged = false;
	return 1;
}

/* Copies up to gs->others rows: 1, 0 at the end, -1. */
static int
take_others(struct csv_grids *gs, struct csv_grid *g)
{
	static const char over[CSV_OVER];
	size_t n = 0;
	int rc = 1;

	str_reset(&gs->text);
	while (n < gs->others && gs->text.len < CSV_BLOCK) {
		rc = csv_rows_next(gs->rows, &gs->ragged);
		if (rc != 1)
			break;
		gs->has_ragged = gs->ragged.bad || gs->ragged.n != gs->columns;
		if (gs->has_ragged)
			break;
		copy_row(gs, &gs->ragged, n++);
	}
	if (rc < 0)
		return -1;
	str_addn(&gs->text, over, sizeof(over));
	if (n == 0)
		return gs->has_ragged ? give_ragged(gs, g) : 0;
	*g = (struct csv_grid){
		.text = str_text(&gs->text),
		.cells = gs->cells,
		.rows = n,
		.columns = gs->columns,
		.row = csv_rows_peek(gs->rows).row - (int64_t)n + !gs->has_ragged,
		.lines = gs->lines,
	};
	return 1;
}

/* --- both ---------------------------------------------------------------------------------------- */

int
csv_grids_next(struct csv_grids *gs, struct csv_grid *g)
{
	int more = 1;

	if (gs->has_ragged)
		return give_ragged(gs, g);
	while (more == 1) {
		if (take_plain(gs, g)) {
			gs->others = 1;
			return 1;
		}
		more = gs->scan.broken || gs->scan.n >= gs->columns ? 0 : csv_rows_more(gs->rows);
	}
	if (more < 0)
		return -1;
	more = take_others(gs, g);
	gs->others = gs->others < OTHERS_MAX ? 2 * gs->others : gs->others;
	return more;
}

struct csv_grids *
csv_grids_new(struct csv_rows *rows, const struct csv_dialect *dialect, size_t columns)
{
	struct csv_grids *gs = mem_alloc(sizeof(*gs));

	gs->rows = rows;
	gs->marked[0] = dialect->sep;
	gs->marked[1] = dialect->quote;
	gs->columns = columns;
	gs->processor = csv_processor(0);
	gs->others = 1;
	return gs;
}

void
csv_grids_free(struct csv_grids *gs)
{
	if (!gs)
		return;
	free(gs->scan.ends);
	free(gs->scan.special);
	free(gs->scan.inner);
	free(gs->cells);
	free(gs->lines);
	str_fini(&gs->text);
	free(gs);
}
