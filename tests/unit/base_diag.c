/* SPDX-License-Identifier: Apache-2.0
 * base/diag.c. */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/base.h"

LEAK_SUITE(base_diag);

static const struct term plain = {.width = 80, .utf8 = true};

/* A folder with one file; returns its descriptor. */
static int
folder(const char *name, const char *text)
{
	char path[] = "/tmp/mlc-diag-XXXXXX";
	int dir, fd;

	cr_assert_not_null(mkdtemp(path));
	dir = open(path, O_DIRECTORY | O_RDONLY);
	fd = openat(dir, name, O_WRONLY | O_CREAT, 0600);
	cr_assert(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	close(fd);
	return dir;
}

static void
drop_folder(int dir, const char *name)
{
	char link[64], path[256];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", dir);
	n = readlink(link, path, sizeof(path) - 1);
	unlinkat(dir, name, 0);
	if (n > 0) {
		path[n] = '\0';
		rmdir(path);
	}
	close(dir);
}

static void
expect(const struct err *e, int dir, const struct term *t, const char *want)
{
	struct str out = {0};

	diag_render(&out, e, dir, t);
	cr_expect(str_eq(out.s, want), "want:\n%sgot:\n%s", want, out.s);
	str_fini(&out);
}

/* One error about a span of the text. */
static void
expect_at(const char *text, int line, int col, int end_col, const struct term *t, const char *want)
{
	const struct place at = {.file = "a.yml", .line = line, .col = col, .end_col = end_col};
	int dir = folder("a.yml", text);
	struct err e = {0};

	err_set(&e, MLC_CONF_VALUE, "m");
	err_at(&e, &at, "here");
	expect(&e, dir, t, want);
	drop_folder(dir, "a.yml");
}

Test(base_diag, has_the_form_of_the_reference)
{
	const struct place at = {.file = "p.yml", .line = 14, .col = 14, .end_col = 24};
	struct str text = {0};
	struct err e = {0};
	int dir;

	for (int i = 1; i < 13; i++)
		str_add(&text, "#\n");
	str_add(&text, "    func: train_model\n    inputs: [clean_user, params:train]\n");
	dir = folder("p.yml", text.s);
	err_set(&e, MLC_DATASET, "node `train` reads unknown dataset `clean_user`");
	err_at(&e, &at, "not in the catalog");
	err_help(&e, "a dataset with a similar name exists: `clean_users`");
	err_note(&e, "catalog read from conf/base/catalog.yml and conf/prod/catalog.yml");
	expect(&e, dir, &plain,
		"error[MLC0312]: node `train` reads unknown dataset `clean_user`\n"
		"  --> p.yml:14:14\n"
		"13 |     func: train_model\n"
		"14 |     inputs: [clean_user, params:train]\n"
		"   |              ^^^^^^^^^^ not in the catalog\n"
		"  help: a dataset with a similar name exists: `clean_users`\n"
		"  note: catalog read from conf/base/catalog.yml and conf/prod/catalog.yml\n");
	drop_folder(dir, "p.yml");
	str_fini(&text);
}

Test(base_diag, without_a_place_there_is_one_line)
{
	struct err e = {0};

	err_set(&e, MLC_NO_PROJECT, "no project here");
	expect(&e, AT_FDCWD, &plain, "error[MLC0002]: no project here\n");
}

Test(base_diag, unknown_lines_and_columns_are_left_out)
{
	const struct place file = {.file = "a.yml"}, line = {.file = "a.yml", .line = 2};
	int dir = folder("a.yml", "a\nb\n");
	struct err e = {0};

	err_set(&e, MLC_FILE, "m");
	err_at(&e, &file, "x");
	expect(&e, dir, &plain, "error[MLC0100]: m\n  --> a.yml\n");
	err_at(&e, &line, "x");
	expect(&e, dir, &plain, "error[MLC0100]: m\n  --> a.yml:2\n1 | a\n2 | b\n");
	expect(&e, -1, &plain, "error[MLC0100]: m\n  --> a.yml:2\n");
	drop_folder(dir, "a.yml");
}

Test(base_diag, no_excerpt_without_the_file_or_the_line)
{
	const struct place gone = {.file = "gone.yml", .line = 1, .col = 1};
	const struct place far = {.file = "a.yml", .line = 9, .col = 1};
	int dir = folder("a.yml", "a\nb\n");
	struct err e = {0};

	err_set(&e, MLC_FILE, "m");
	err_at(&e, &gone, "");
	expect(&e, dir, &plain, "error[MLC0100]: m\n  --> gone.yml:1:1\n");
	err_at(&e, &far, "");
	expect(&e, dir, &plain, "error[MLC0100]: m\n  --> a.yml:9:1\n");
	drop_folder(dir, "a.yml");
}

Test(base_diag, a_pipe_does_not_hang_it)
{
	const struct place at = {.file = "pipe", .line = 1, .col = 1};
	int dir = folder("a.yml", "");
	struct err e = {0};

	cr_assert_eq(mkfifoat(dir, "pipe", 0600), 0);
	err_set(&e, MLC_FILE, "m");
	err_at(&e, &at, "");
	expect(&e, dir, &plain, "error[MLC0100]: m\n  --> pipe:1:1\n");
	unlinkat(dir, "pipe", 0);
	drop_folder(dir, "a.yml");
}

Test(base_diag, the_caret_stands_by_display_columns)
{
	expect_at("k\xCC\x81: 中文, 😀x\n", 1, 9, 10, &plain,
		"error[MLC0108]: m\n  --> a.yml:1:9\n"
		"1 | k\xCC\x81: 中文, 😀x\n"
		"  |          ^^ here\n");
}

Test(base_diag, tabs_are_expanded)
{
	expect_at("a\tb\tcd\n", 1, 5, 7, &plain,
		"error[MLC0108]: m\n  --> a.yml:1:5\n"
		"1 | a       b       cd\n"
		"  |                 ^^ here\n");
}

Test(base_diag, controls_are_shown_not_sent)
{
	expect_at("a: \x1b[31m\xFF z\n", 1, 4, 5, &plain,
		"error[MLC0108]: m\n  --> a.yml:1:4\n"
		"1 | a: \\x1b[31m\\xff z\n"
		"  |    ^^^^ here\n");
}

Test(base_diag, a_byte_order_mark_and_carriage_returns_are_no_columns)
{
	expect_at("\xEF\xBB\xBF"
		  "ab: 1\r\n",
		1, 5, 6, &plain, "error[MLC0108]: m\n  --> a.yml:1:5\n1 | ab: 1\n  |     ^ here\n");
}

Test(base_diag, spans_end_with_the_line)
{
	expect_at("ab: cd\n", 1, 5, 500, &plain,
		"error[MLC0108]: m\n  --> a.yml:1:5\n1 | ab: cd\n  |     ^^ here\n");
	expect_at("ab:\n", 1, 4, 0, &plain,
		"error[MLC0108]: m\n  --> a.yml:1:4\n1 | ab:\n  |    ^ here\n");
	expect_at("ab:\n", 2, 1, 0, &plain,
		"error[MLC0108]: m\n  --> a.yml:2:1\n1 | ab:\n2 |\n  | ^ here\n");
	expect_at("ab: c", 1, 77, 80, &plain,
		"error[MLC0108]: m\n  --> a.yml:1:77\n1 | ab: c\n  |      ^ here\n");
}

Test(base_diag, a_blank_line_before_is_left_out)
{
	expect_at("a\n  \nb\n", 3, 1, 2, &plain,
		"error[MLC0108]: m\n  --> a.yml:3:1\n3 | b\n  | ^ here\n");
}

Test(base_diag, nul_bytes_do_not_end_the_line)
{
	const struct place at = {.file = "a.yml", .line = 1, .col = 3};
	int dir = folder("a.yml", ""), fd = openat(dir, "a.yml", O_WRONLY);
	struct err e = {0};

	cr_assert_eq(write(fd, "a\0bc\n", 5), 5);
	close(fd);
	err_set(&e, MLC_FILE, "m");
	err_at(&e, &at, "");
	expect(&e, dir, &plain, "error[MLC0100]: m\n  --> a.yml:1:3\n1 | a\\x00bc\n  |      ^\n");
	drop_folder(dir, "a.yml");
}

/* 34 columns less the gutter leave 30. */
Test(base_diag, long_lines_are_cut_around_the_caret)
{
	const struct term ascii = {.tty = true, .width = 34},
			  utf8 = {.tty = true, .width = 34, .utf8 = true};
	static const char text[] =
		"before\n"
		"0123456789012345678901234567890123456789X123456789abcdefghijklmnop\n";

	expect_at(text, 2, 41, 42, &ascii,
		"error[MLC0108]: m\n  --> a.yml:2:41\n"
		"2 | ...890123456789X123456789ab...\n"
		"  |                ^ here\n");
	expect_at(text, 2, 41, 42, &utf8,
		"error[MLC0108]: m\n  --> a.yml:2:41\n"
		"2 | …67890123456789X123456789abcd…\n"
		"  |                ^ here\n");
	expect_at(text, 2, 1, 60, &utf8,
		"error[MLC0108]: m\n  --> a.yml:2:1\n"
		"2 | 0123456789012345678901234567…\n"
		"  | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ here\n");
	expect_at(text, 2, 66, 67, &utf8,
		"error[MLC0108]: m\n  --> a.yml:2:66\n"
		"2 | …bcdefghijklmnop\n"
		"  |                ^ here\n");
}

Test(base_diag, wide_characters_are_never_cut_in_half)
{
	const struct term t = {.tty = true, .width = 24, .utf8 = true};

	for (int col = 1; col <= 41; col++) {
		const struct place at = {.file = "a.yml", .line = 1, .col = col};
		int dir = folder("a.yml",
			"x中中中中中中中中中中中中中中中中中中中中中中中中中中中中中中中中中中中中"
			"中中中中\n");
		struct str out = {0};
		struct err e = {0};
		char *source, *marks, *caret;

		err_set(&e, MLC_FILE, "m");
		err_at(&e, &at, "");
		diag_render(&out, &e, dir, &t);
		source = strstr(out.s, "1 | ");
		cr_assert_not_null(source);
		marks = strchr(source, '\n') + 1;
		marks[-1] = '\0';
		cr_expect_leq(term_width_of(source), 24, "%s", source);
		caret = strchr(marks, '^');
		cr_assert_not_null(caret);
		cr_expect_lt(caret - marks, term_width_of(source), "column %d:\n%s\n%s", col,
			source, marks);
		str_fini(&out);
		drop_folder(dir, "a.yml");
	}
}

Test(base_diag, colours_only_where_wanted)
{
	const struct term color = {.width = 80, .color = true};
	const struct place at = {.file = "a.yml", .line = 1, .col = 1};
	int dir = folder("a.yml", "x\n");
	struct str with = {0}, without = {0};
	struct err e = {0};

	err_set(&e, MLC_FILE, "m");
	err_at(&e, &at, "l");
	err_help(&e, "h");
	err_note(&e, "n");
	diag_render(&with, &e, dir, &color);
	diag_render(&without, &e, dir, &plain);
	cr_expect_null(strchr(without.s, '\x1b'));
	cr_expect_str_eq(with.s,
		"\x1b[1;31merror[MLC0100]\x1b[0m: \x1b[1mm\x1b[0m\n"
		"  \x1b[1;34m-->\x1b[0m a.yml:1:1\n"
		"\x1b[1;34m1 |\x1b[0m x\n"
		"\x1b[1;34m  |\x1b[0m \x1b[1;31m^ l\x1b[0m\n"
		"  \x1b[1;32mhelp:\x1b[0m h\n"
		"  \x1b[1;36mnote:\x1b[0m n\n");
	str_fini(&with);
	str_fini(&without);
	drop_folder(dir, "a.yml");
}

Test(base_diag, no_text_can_forge_a_line_or_drive_the_terminal)
{
	const struct place at = {.file = "a\n\x1b.yml", .line = 1, .col = 1};
	struct err e = {0};

	err_set(&e, MLC_FILE, "x\nerror[MLC0001]: \x1b[2J");
	err_at(&e, &at, "\x1b");
	err_help(&e, "h\x07");
	expect(&e, -1, &plain,
		"error[MLC0100]: x\\nerror[MLC0001]: \\x1b[2J\n"
		"  --> a\\n\\x1b.yml:1:1\n"
		"  help: h\\x07\n");
}

Test(base_diag, several_notes_stand_one_a_line)
{
	struct err e = {0};

	err_set(&e, MLC_CYCLE, "cycle");
	err_note(&e, "a -> b");
	err_note(&e, "b -> a");
	expect(&e, -1, &plain, "error[MLC0301]: cycle\n  note: a -> b\n  note: b -> a\n");
}

Test(base_diag, lines_of_credentials_are_never_shown)
{
	static const char *const names[] = {"credentials.yml", "credentials-prod.yaml"};
	struct err e = {0};
	struct str want = {0};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const struct place at = {.file = names[i], .line = 1, .col = 1};
		int dir = folder(names[i], "password: hunter2\n");

		err_set(&e, MLC_YAML_SYNTAX, "m");
		err_at(&e, &at, "");
		str_reset(&want);
		str_addf(&want, "error[MLC0101]: m\n  --> %s:1:1\n", names[i]);
		expect(&e, dir, &plain, want.s);
		drop_folder(dir, names[i]);
	}
	str_fini(&want);
}

Test(base_diag, json_holds_the_same)
{
	const struct place at = {.file = "a.yml", .line = 3, .col = 5, .end_col = 9};
	struct str out = {0};
	struct err e = {0};
	struct jw w;

	err_set(&e, MLC_DATASET, "say \"x\"");
	err_at(&e, &at, "here");
	err_help(&e, "h");
	err_note(&e, "n1");
	err_note(&e, "n2");
	jw_init(&w, &out);
	diag_json(&w, &e);
	cr_expect_str_eq(out.s,
		"{\"code\":\"MLC0312\",\"severity\":\"error\",\"message\":\"say \\\"x\\\"\","
		"\"file\":\"a.yml\",\"line\":3,\"col\":5,\"end_col\":9,\"label\":\"here\","
		"\"help\":\"h\",\"related\":[{\"message\":\"n1\"},{\"message\":\"n2\"}]}");
	str_fini(&out);
}

Test(base_diag, json_of_an_unknown_place_is_null)
{
	struct str out = {0};
	struct err e = {0};
	struct jw w;

	err_set(&e, MLC_USAGE, "m");
	jw_init(&w, &out);
	diag_json(&w, &e);
	cr_expect_str_eq(out.s,
		"{\"code\":\"MLC0001\",\"severity\":\"error\",\"message\":\"m\",\"file\":null,"
		"\"line\":null,\"col\":null,\"end_col\":null,\"label\":null,\"help\":null,"
		"\"related\":[]}");
	str_fini(&out);
}
