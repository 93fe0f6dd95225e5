/* SPDX-License-Identifier: Apache-2.0
 * The quick ways of the csv type beside the plain ones. */
#include "catalog/csv_fill.h"
#include "tests/unit/catalog.h"
#include "tests/unit/catalog_random.h"
#include "tests/unit/catalog_scans.h"

LEAK_SUITE(csv_quick);

Test(csv_quick, each_kind_of_processor_finds_the_same_fields)
{
	static const char *const parts[] = {"a", "12.5", ",", ",", "\n", "\"", "\"\"", "\",\"",
		"\"\n\"", "\r\n", "\r", " ", "\t", "\xC3\xA9",
		"a field that is longer than most of them are", ",,,,"};
	uint64_t seed = 11;
	char text[400];

	for (int file = 0; file < 20000; file++) {
		uint64_t left = random_next(&seed) % 60;
		size_t n = 0;

		for (; left > 0; left--) {
			const char *part = parts[random_next(&seed) % 16];

			if (n + strlen(part) > sizeof(text))
				break;
			memcpy(text + n, part, strlen(part));
			n += strlen(part);
		}
		if (left % 13 == 5 && n > 0)
			text[random_next(&seed) % n] = 0;
		cr_assert_null(scans_differ(text, n, ','), "file %d by %s: %.*s", file,
			scans_differ(text, n, ','), (int)n, text);
	}
}

/* --- values -------------------------------------------------------------------------------------- */

enum { VALUES = 500000 };

/* One column of texts. */
struct texts {
	struct str text;
	struct csv_cell *cells;
	size_t n;
	int64_t *values;
};

static struct texts
texts_new(void)
{
	return (struct texts){.cells = mem_alloc(VALUES * sizeof(struct csv_cell)),
		.values = mem_alloc(VALUES * sizeof(int64_t))};
}

static void
texts_fini(struct texts *t)
{
	str_fini(&t->text);
	free(t->cells);
	free(t->values);
}

static void
add_text(struct texts *t, const char *s)
{
	t->cells[t->n++] = (struct csv_cell){(uint32_t)t->text.len, (uint32_t)strlen(s)};
	str_add(&t->text, s);
}

/* How many of the texts were taken, from `from` on. */
static size_t
take_texts(struct texts *t, size_t from, enum mlf_type type, csv_fill_type *fill)
{
	struct csv_column col = {.type = type};
	struct csv_grid g = {.text = str_text(&t->text), .cells = t->cells, .columns = 1};
	struct csv_job j = {.g = &g, .cell = t->cells + from, .n = t->n - from, .col = &col};

	return fill(&j, &(struct fill){.data = t->values + from});
}

static void
random_number(uint64_t *seed, char to[static 64])
{
	char *p = to;

	if (random_next(seed) % 3 == 0)
		*p++ = '-';
	for (uint64_t n = random_next(seed) % 19; n > 0; n--)
		*p++ = (char)('0' + random_next(seed) % 10);
	if (random_next(seed) % 2)
		*p++ = '.';
	for (uint64_t n = random_next(seed) % 9; n > 0; n--)
		*p++ = (char)('0' + random_next(seed) % 10);
	if (random_next(seed) % 20 == 0)
		*p++ = "e.-x"[random_next(seed) % 4];
	*p = 0;
}

static int64_t
plain_value(const char *s, enum mlf_type type, bool *fits)
{
	union {
		double f;
		int64_t i;
	} v = {.i = 0};

	*fits = type == MLF_F64   ? csv_value_f64(s, strlen(s), false, &v.f)
		: type == MLF_I64 ? csv_value_i64(s, strlen(s), false, &v.i)
				  : value_timestamp(s, strlen(s), &v.i);
	return v.i;
}

/* Each text has the value that the plain way gives, or is refused as that does. */
static void
must_agree(struct texts *t, enum mlf_type type, csv_fill_type *quick)
{
	struct str one = {0};

	for (size_t i = 0; i < t->n; i++) {
		size_t took = take_texts(t, i, type, quick);

		for (size_t end = i + took; i <= end && i < t->n; i++) {
			bool fits;
			int64_t v;

			str_reset(&one);
			str_addn(&one, t->text.s + t->cells[i].at, t->cells[i].n);
			v = plain_value(str_text(&one), type, &fits);
			cr_assert_eq(fits, i < end, "`%s`", str_text(&one));
			cr_assert(!fits || v == t->values[i], "`%s`", str_text(&one));
		}
		i--;
	}
	str_fini(&one);
}

Test(csv_quick, half_a_million_numbers_have_the_bits_that_strtod_gives)
{
	static const enum mlf_type types[] = {MLF_F64, MLF_I64};
	struct texts t = texts_new();
	uint64_t seed = 5;
	char number[64];

	while (t.n < VALUES) {
		random_number(&seed, number);
		if (*number)
			add_text(&t, number);
	}
	str_add(&t.text, "                ");
	for (size_t i = 0; i < 2; i++)
		if (csv_quick(types[i]))
			must_agree(&t, types[i], csv_quick(types[i]));
	texts_fini(&t);
}

Test(csv_quick, each_day_that_could_be_written_is_read_or_refused_alike)
{
	struct texts t = texts_new();
	char day[32];

	for (int year = 0; year < 10000 && csv_quick(MLF_TIMESTAMP); year += year < 4000 ? 1 : 7) {
		for (int i = 0; i < 14 * 33 && t.n < VALUES; i++) {
			snprintf(day, sizeof(day), "%04d-%02d-%02d", year, i / 33, i % 33);
			add_text(&t, day);
		}
		if (t.n + 14 * 33 <= VALUES)
			continue;
		str_add(&t.text, "                ");
		must_agree(&t, MLF_TIMESTAMP, csv_quick(MLF_TIMESTAMP));
		str_reset(&t.text);
		t.n = 0;
	}
	texts_fini(&t);
}
