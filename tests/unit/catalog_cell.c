/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/unit.h"

#include "catalog/catalog.h"

LEAK_SUITE(cell);

static bool
reads(enum mlf_type type, const char *text, int64_t *i, double *f)
{
	return cell_read(type, text, strlen(text), i, f);
}

Test(cell, booleans_are_read_in_any_of_their_words)
{
	static const char *const yes[] = {"true", "TRUE", "Yes", "t", "y", "1"};
	static const char *const no[] = {"false", "No", "F", "n", "0"};
	int64_t v;
	double f;
	for (size_t k = 0; k < sizeof(yes) / sizeof(yes[0]); k++)
		cr_expect(reads(MLF_BOOL, yes[k], &v, &f) && v == 1, "%s", yes[k]);
	for (size_t k = 0; k < sizeof(no) / sizeof(no[0]); k++)
		cr_expect(reads(MLF_BOOL, no[k], &v, &f) && v == 0, "%s", no[k]);
	cr_expect(!reads(MLF_BOOL, "maybe", &v, &f));
	cr_expect(!reads(MLF_BOOL, "", &v, &f));
	cr_expect(!reads(MLF_BOOL, "2", &v, &f));
}

Test(cell, numbers_and_times_are_read_as_files_are)
{
	int64_t v;
	double f;
	cr_expect(reads(MLF_I64, "-9223372036854775808", &v, &f) && v == INT64_MIN);
	cr_expect(!reads(MLF_I64, "9223372036854775808", &v, &f));
	cr_expect(!reads(MLF_I64, "2.5", &v, &f));
	cr_expect(reads(MLF_F64, "1e3", &v, &f) && f == 1000);
	cr_expect(!reads(MLF_F64, "1,5", &v, &f));
	cr_expect(reads(MLF_TIMESTAMP, "1970-01-01T00:00:01Z", &v, &f) && v == 1000000);
	cr_expect(!reads(MLF_TIMESTAMP, "2024-02-30", &v, &f));
	cr_expect(!reads(MLF_UTF8, "x", &v, &f));
}
