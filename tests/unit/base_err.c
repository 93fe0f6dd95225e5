/* SPDX-License-Identifier: Apache-2.0
 * base/err.c and base/codes.c. */
#include "tests/unit/unit.h"

#include <errno.h>
#include "base/base.h"

LEAK_SUITE(base_err);

Test(base_err, set_forgets_what_was_there)
{
	const struct place at = {.file = "a.yml", .line = 3, .col = 4, .end_col = 9};
	struct err e = {0};

	cr_expect_eq(err_set(&e, MLC_FILE, "first"), -1);
	cr_expect_eq(err_at(&e, &at, "here"), -1);
	cr_expect_eq(err_help(&e, "do %s", "this"), -1);
	cr_expect_eq(err_note(&e, "and that"), -1);
	cr_expect_str_eq(e.file, "a.yml");
	cr_expect_str_eq(e.help, "do this");
	cr_expect_eq(e.end_col, 9);
	cr_expect_eq(err_set(&e, MLC_DATA, "n=%d", 7), -1);
	cr_expect_eq(e.code, MLC_DATA);
	cr_expect_str_eq(e.msg, "n=7");
	cr_expect(!e.file[0] && !e.label[0] && !e.help[0] && !e.note[0]);
	cr_expect(!e.line && !e.col && !e.end_col);
}

Test(base_err, everything_takes_null)
{
	const struct place at = {0};

	cr_expect_eq(err_set(NULL, MLC_FILE, "x"), -1);
	cr_expect_eq(err_errno(NULL, MLC_FILE, "x"), -1);
	cr_expect_eq(err_wrap(NULL, "x"), -1);
	cr_expect_eq(err_at(NULL, &at, NULL), -1);
	cr_expect_eq(err_help(NULL, "x"), -1);
	cr_expect_eq(err_note(NULL, "x"), -1);
}

Test(base_err, at_takes_an_unknown_place)
{
	const struct place at = {0};
	struct err e = {0};

	err_set(&e, MLC_FILE, "x");
	err_at(&e, NULL, "label");
	cr_expect_str_eq(e.label, "");
	err_at(&e, &at, NULL);
	cr_expect_str_eq(e.file, "");
	cr_expect_str_eq(e.label, "");
}

Test(base_err, wrap_puts_context_in_front)
{
	struct err e = {0};

	err_set(&e, MLC_FILE, "100%% gone");
	err_wrap(&e, "node `%s`", "train");
	err_wrap(&e, "run");
	cr_expect_str_eq(e.msg, "run: node `train`: 100% gone");
	cr_expect_eq(e.code, MLC_FILE);
}

Test(base_err, arguments_may_be_the_error_itself)
{
	struct err e = {0};

	err_set(&e, MLC_FILE, "inner");
	err_set(&e, MLC_DATA, "outer (%s)", e.msg);
	cr_expect_str_eq(e.msg, "outer (inner)");
	err_wrap(&e, "%s", e.msg);
	cr_expect_str_eq(e.msg, "outer (inner): outer (inner)");
}

Test(base_err, errno_is_named_and_disk_faults_are_told_apart)
{
	static const int disk[] = {ENOSPC, EROFS, EIO, EDQUOT, EFBIG};
	struct err e = {0};

	errno = ENOENT;
	cr_expect_eq(err_errno(&e, MLC_FILE, "cannot open %s", "x"), -1);
	cr_expect_eq(e.code, MLC_FILE);
	cr_expect_str_eq(e.msg, "cannot open x: No such file or directory");
	for (size_t i = 0; i < sizeof(disk) / sizeof(disk[0]); i++) {
		errno = disk[i];
		err_errno(&e, MLC_FILE, "x");
		cr_expect_eq(e.code, MLC_DISK, "%d", disk[i]);
	}
	errno = 123456;
	err_errno(&e, MLC_FILE, "x");
	cr_expect_str_eq(e.msg, "x: unknown error");
}

Test(base_err, long_text_is_cut_between_characters)
{
	char text[3000];
	struct err e = {0};
	size_t n;

	for (size_t shift = 0; shift < 4; shift++) {
		memset(text, 'x', shift);
		for (size_t i = shift; i + 4 < sizeof(text); i += 4)
			memcpy(text + i, "\xF0\x9F\x98\x80", 5);
		err_set(&e, MLC_DATA, "%s", text);
		err_wrap(&e, "x");
		err_help(&e, "%s", text);
		n = strlen(e.msg);
		cr_expect(n > sizeof(e.msg) - 5 && n < sizeof(e.msg));
		cr_expect_eq((n - 3 - shift) % 4, 0, "message of %zu bytes", n);
		cr_expect_eq((strlen(e.help) - shift) % 4, 0);
	}
}

Test(base_err, bad_utf8_survives_cutting)
{
	char text[3000];
	struct err e = {0};

	memset(text, '\x80', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	err_set(&e, MLC_DATA, "%s", text);
	cr_expect(strlen(e.msg) > sizeof(e.msg) - 5);
}

Test(base_err, several_helps_and_notes_stand_one_a_line)
{
	struct err e = {0};

	err_set(&e, MLC_DATA, "x");
	err_help(&e, "one");
	err_help(&e, "two");
	err_note(&e, "a");
	err_note(&e, "b");
	cr_expect_str_eq(e.help, "one\ntwo");
	cr_expect_str_eq(e.note, "a\nb");
}

Test(base_err, lists_copy_clear_and_stop_at_100)
{
	struct errs list = {0};
	struct err e = {0};

	for (int i = 0; i < 103; i++) {
		err_set(&e, MLC_DATA, "error %d", i);
		errs_add(&list, &e);
		cr_expect_eq(e.code, MLC_OK);
		cr_expect_str_eq(e.msg, "");
	}
	errs_add(&list, NULL);
	cr_expect_eq(list.n, 100);
	cr_expect_eq(list.dropped, 3);
	cr_expect_str_eq(list.v[99].msg, "error 99");
	errs_fini(&list);
	cr_expect_eq(list.n, 0);
	cr_expect_null(list.v);
}

Test(base_err, codes_have_names_titles_and_exits)
{
	char name[16];

	cr_expect_str_eq(code_name(MLC_DATASET, name), "MLC0312");
	cr_expect_str_eq(code_name(MLC_USAGE, name), "MLC0001");
	cr_expect_eq(code_exit(MLC_DATASET), 3);
	cr_expect_eq(code_exit(MLC_CONTRACT), 4);
	cr_expect_eq(code_exit(MLC_OOM), 70);
	cr_expect_str_eq(code_title(MLC_CYCLE), "cycle");
	cr_expect(strlen(code_explain(MLC_CYCLE)) > 10);
}

Test(base_err, an_unknown_code_is_a_bug)
{
	char name[16];

	cr_expect_eq(code_exit((enum err_code)9999), 70);
	cr_expect_str_eq(code_name((enum err_code)9999, name), "MLC0070");
	cr_expect_str_eq(code_title(MLC_OK), "bug in mlflow-c");
}

#define X(name, number, exit, title, explanation) number,
static const int numbers[] = {ERR_CODES(X)};
#undef X

Test(base_err, numbers_are_unique_and_rising)
{
	for (size_t i = 1; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		cr_expect_gt(numbers[i], numbers[i - 1]);
}
