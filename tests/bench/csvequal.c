/* SPDX-License-Identifier: Apache-2.0
 * Reads CSV files with our rows and with libcsv, and compares a hash of all fields.
 *
 *	csvequal FILE          one file: both hashes and speeds
 *	csvequal --random N    N small files made of the characters that matter
 *	csvequal --libcsv FILE libcsv alone, fields are counted and not hashed: the floor
 *
 * Exit code 1 if they differ. Our rows are those that csv_grid.c makes, as the dataset type reads
 * them; libcsv is walked over the whole file. */
#include <csv.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "catalog/csv.h"

struct memory {
	struct mlf_dataset_host pub;
	const char *p;
	size_t n, at;
};

/* What was seen: fields, rows and a hash of both. */
struct sum {
	uint64_t hash, fields, rows;
	size_t columns, in_row; /* of libcsv's walk */
	bool refused, ragged, began;
};

static void
add(struct sum *s, const char *text, size_t n, bool null)
{
	uint64_t h = s->hash ^ (null ? 0x9e37 : n + 1), word;

	for (; n >= 8; n -= 8, text += 8) {
		memcpy(&word, text, 8);
		h = (h ^ word) * UINT64_C(0x9fb21c651e98df25);
		h ^= h >> 32;
	}
	for (; n > 0; n--)
		h = (h ^ (unsigned char)*text++) * UINT64_C(0x100000001b3);
	s->hash = h * UINT64_C(0x9fb21c651e98df25);
	s->hash ^= s->hash >> 29;
	s->fields++;
}

/* --- ours ---------------------------------------------------------------------------------------- */

static int64_t
give(struct mlf_dataset_host *h, void *into, size_t n)
{
	struct memory *m = (struct memory *)h;

	n = n < m->n - m->at ? n : m->n - m->at;
	if (n)
		memcpy(into, m->p + m->at, n);
	m->at += n;
	return (int64_t)n;
}

static int
refuse(struct mlf_dataset_host *h, const struct mlf_data_fault *f)
{
	(void)h, (void)f;
	return -1;
}

static void
add_grid(struct sum *s, const struct csv_grid *g)
{
	for (size_t i = 0; i < g->rows * g->columns; i++) {
		const struct csv_cell *c = &g->cells[i];

		add(s, g->text + c->at, c->n == CSV_NULL ? 0 : c->n, c->n == CSV_NULL);
	}
	s->rows += g->rows;
}

static struct sum
ours(const char *p, size_t n)
{
	struct memory m = {
		.pub = {.size = sizeof(m.pub), .read = give, .data_fail = refuse}, .p = p, .n = n};
	struct csv_dialect dialect = {.sep = ',', .quote = '"'};
	struct csv_rows *rows = csv_rows_new(&m.pub, &dialect, CSV_BLOCK);
	struct csv_grids *grids = NULL;
	struct csv_row head;
	struct csv_grid g;
	struct sum s = {.hash = 1};
	int rc = csv_rows_next(rows, &head);

	if (rc == 1) {
		for (size_t i = 0; i < head.n; i++)
			add(&s, head.v[i].s, head.v[i].n, !head.v[i].s);
		s.rows = 1;
		grids = csv_grids_new(rows, &dialect, head.n);
		while ((rc = csv_grids_next(grids, &g)) == 1 && !g.ragged)
			add_grid(&s, &g);
	}
	s.refused = rc < 0;
	s.ragged = rc == 1;
	csv_grids_free(grids);
	csv_rows_free(rows);
	return s;
}

/* --- libcsv -------------------------------------------------------------------------------------- */

static void
on_field(void *text, size_t n, void *to)
{
	struct sum *s = to;

	if (s->ragged)
		return;
	add(s, text, n, !text);
	s->in_row++;
}

static void
on_row(int c, void *to)
{
	struct sum *s = to;

	(void)c;
	if (s->ragged)
		return;
	s->columns = s->columns ? s->columns : s->in_row;
	s->ragged = s->columns != s->in_row;
	s->in_row = 0;
	s->rows++;
}

static struct sum
theirs(const char *p, size_t n)
{
	struct sum s = {.hash = 1};
	struct csv_parser lib;

	if (n >= 3 && memcmp(p, "\xEF\xBB\xBF", 3) == 0) {
		p += 3;
		n -= 3;
	}
	if (csv_init(&lib, CSV_STRICT | CSV_STRICT_FINI | CSV_EMPTY_IS_NULL) != 0)
		abort();
	s.refused = csv_parse(&lib, p, n, on_field, on_row, &s) != n ||
		csv_fini(&lib, on_field, on_row, &s) != 0;
	csv_free(&lib);
	return s;
}

/* Of a file that is refused or ragged it is enough that both say so: we look at rows one by one, and
 * end at the first that is bad. A table of one column has rows of its own meaning. */
static bool
equal(const struct sum *a, const struct sum *b)
{
	if (b->refused || b->ragged)
		return a->refused || a->ragged;
	if (b->columns == 1)
		return true;
	return !a->refused && !a->ragged && a->hash == b->hash && a->fields == b->fields &&
		a->rows == b->rows;
}

/* --- both ---------------------------------------------------------------------------------------- */

static double
cpu(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static int
one_file(const char *path)
{
	int fd = open(path, O_RDONLY);
	struct stat st;
	struct sum a, b;
	double t0, t1, t2;
	char *p;

	if (fd < 0 || fstat(fd, &st) < 0) {
		perror(path);
		return 2;
	}
	p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
	if (p == MAP_FAILED)
		return 2;
	t0 = cpu();
	a = ours(p, (size_t)st.st_size);
	t1 = cpu();
	b = theirs(p, (size_t)st.st_size);
	t2 = cpu();
	printf("ours   %016llx %llu fields %llu rows %.0f MB/s\n", (unsigned long long)a.hash,
		(unsigned long long)a.fields, (unsigned long long)a.rows,
		(double)st.st_size / 1e6 / (t1 - t0));
	printf("libcsv %016llx %llu fields %llu rows %.0f MB/s\n", (unsigned long long)b.hash,
		(unsigned long long)b.fields, (unsigned long long)b.rows,
		(double)st.st_size / 1e6 / (t2 - t1));
	return equal(&a, &b) ? 0 : 1;
}

static uint64_t
next(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

/* Mostly tables of whole fields, and some that only use the same characters. */
static size_t
make_file(uint64_t *state, char *to, size_t max)
{
	static const char *const fields[] = {"a", "\"b\"", "", "12.5", "\"x,y\"", "\"q\"\"q\"",
		" c ", "\"l\nm\"", "\"\"", "h\xC3\xA9", "\"r\r\ns\"",
		"long enough to cross a piece"};
	static const char other[] = "\",\n\r a\"\n,\0";
	size_t n = 0, columns = 1 + next(state) % 5;
	bool wild = next(state) % 4 == 0, crlf = next(state) % 3 == 0;

	for (uint64_t rows = next(state) % 12; rows > 0; rows--)
		for (size_t k = 0; k < columns && n + 64 < max; k++) {
			const char *f = fields[next(state) % 12];

			if (wild && next(state) % 8 == 0)
				to[n++] = other[next(state) % (sizeof(other) - 1)];
			n += (size_t)snprintf(to + n, max - n, "%s%s", f,
				k + 1 < columns ? ","
					: crlf  ? "\r\n"
						: "\n");
		}
	return n;
}

static int
many_files(uint64_t count)
{
	uint64_t state = 7, refused = 0;
	char text[1024];

	for (uint64_t i = 0; i < count; i++) {
		size_t n = make_file(&state, text, sizeof(text));
		struct sum a = ours(text, n), b = theirs(text, n);

		refused += b.refused || b.ragged;
		/* a NUL is refused by us alone */
		if (equal(&a, &b) || memchr(text, 0, n))
			continue;
		printf("file %llu differs:\n%.*s\n", (unsigned long long)i, (int)n, text);
		return 1;
	}
	printf("%llu files equal, %llu of them refused by both\n", (unsigned long long)count,
		(unsigned long long)refused);
	return 0;
}

static void
count(void *text, size_t n, void *to)
{
	(void)text, (void)n;
	++*(uint64_t *)to;
}

static void
count_row(int c, void *to)
{
	(void)c, (void)to;
}

static int
walk(const char *path)
{
	static char block[256 << 10];
	int fd = open(path, O_RDONLY);
	struct csv_parser lib;
	uint64_t fields = 0;
	ssize_t n;

	if (fd < 0 || csv_init(&lib, CSV_STRICT | CSV_STRICT_FINI | CSV_EMPTY_IS_NULL) != 0)
		return 2;
	while ((n = read(fd, block, sizeof(block))) > 0)
		if (csv_parse(&lib, block, (size_t)n, count, count_row, &fields) != (size_t)n)
			return 1;
	printf("%llu fields\n", (unsigned long long)fields);
	return n < 0 || csv_fini(&lib, count, count_row, &fields) != 0;
}

int
main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "--random") == 0)
		return many_files(strtoull(argv[2], NULL, 10));
	if (argc == 3 && strcmp(argv[1], "--libcsv") == 0)
		return walk(argv[2]);
	if (argc == 2)
		return one_file(argv[1]);
	fputs("usage: csvequal FILE | --random N | --libcsv FILE\n", stderr);
	return 2;
}
