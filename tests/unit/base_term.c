/* SPDX-License-Identifier: Apache-2.0
 * base/term.c and base/utf8*.c. */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "base/base.h"

static void
clear_environment(void)
{
	clearenv();
}

TestSuite(base_term, .init = clear_environment, .fini = unit_leak_check, .timeout = 60);

/* Whether there would be colour, behind a pseudo terminal or /dev/null. */
static bool
color(bool tty, const char *mode)
{
	int main_end = -1, fd = -1;
	struct term t;

	if (tty)
		cr_assert_eq(openpty(&main_end, &fd, NULL, NULL, NULL), 0);
	else
		cr_assert((fd = open("/dev/null", O_WRONLY)) >= 0);
	term_init(&t, fd, mode);
	cr_expect_eq(t.tty, tty);
	close(fd);
	if (tty)
		close(main_end);
	return t.color;
}

Test(base_term, auto_follows_the_terminal)
{
	cr_expect(color(true, "auto"));
	cr_expect(!color(false, "auto"));
	cr_expect(color(true, NULL));
}

Test(base_term, the_mode_beats_everything)
{
	setenv("NO_COLOR", "1", 1);
	cr_expect(color(false, "always"));
	unsetenv("NO_COLOR");
	setenv("FORCE_COLOR", "1", 1);
	cr_expect(!color(true, "never"));
}

Test(base_term, no_color_beats_force_color)
{
	setenv("FORCE_COLOR", "1", 1);
	setenv("NO_COLOR", "1", 1);
	cr_expect(!color(true, "auto"));
	setenv("NO_COLOR", "", 1);
	cr_expect(color(false, "auto"), "an empty NO_COLOR counts as unset");
}

Test(base_term, force_color_beats_clicolor_and_dumb)
{
	setenv("CLICOLOR", "0", 1);
	setenv("TERM", "dumb", 1);
	cr_expect(!color(true, "auto"));
	setenv("CLICOLOR_FORCE", "1", 1);
	cr_expect(color(false, "auto"));
	setenv("CLICOLOR_FORCE", "0", 1);
	cr_expect(!color(true, "auto"), "0 does not force");
}

Test(base_term, dumb_terminals_and_clicolor_0_have_none)
{
	setenv("TERM", "dumb", 1);
	cr_expect(!color(true, "auto"));
	setenv("TERM", "xterm", 1);
	cr_expect(color(true, "auto"));
	setenv("CLICOLOR", "0", 1);
	cr_expect(!color(true, "auto"));
}

Test(base_term, width_comes_from_columns_then_the_terminal_then_80)
{
	const struct winsize size = {.ws_row = 24, .ws_col = 132};
	int main_end, fd;
	struct term t;

	cr_assert_eq(openpty(&main_end, &fd, NULL, NULL, &size), 0);
	term_init(&t, fd, "auto");
	cr_expect_eq(t.width, 132);
	setenv("COLUMNS", "100", 1);
	term_init(&t, fd, "auto");
	cr_expect_eq(t.width, 100);
	setenv("COLUMNS", "-5", 1);
	term_init(&t, fd, "auto");
	cr_expect_eq(t.width, 132);
	setenv("COLUMNS", "99999999999999999999", 1);
	term_init(&t, -1, "auto");
	cr_expect_eq(t.width, 80);
	cr_expect(!t.tty);
	close(fd);
	close(main_end);
}

Test(base_term, utf8_follows_the_first_variable_that_is_set)
{
	struct term t;

	term_init(&t, -1, "auto");
	cr_expect(!t.utf8);
	setenv("LANG", "en_US.UTF-8", 1);
	term_init(&t, -1, "auto");
	cr_expect(t.utf8);
	setenv("LC_CTYPE", "C", 1);
	term_init(&t, -1, "auto");
	cr_expect(!t.utf8);
	setenv("LC_ALL", "C.utf8", 1);
	term_init(&t, -1, "auto");
	cr_expect(t.utf8);
}

Test(base_term, width_counts_display_columns)
{
	static const struct {
		const char *text;
		int width;
	} cases[] = {{"", 0}, {"abc", 3}, {"é", 1}, {"e\xCC\x81", 1}, {"中文", 4}, {"😀", 2},
		{"a\x1b", 1}, {"\xC2\x85", 0}, {"✓", 1}, {"…", 1}, {"\xE2\x80\x8B", 0}, {"한", 2},
		{"ｱ", 1}, {"Ａ", 2}, {"\xFF", 1}, {"\xCC\x80", 0}, {"\xCD\xAF", 0},
		{"\xCD\xB0", 1}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		cr_expect_eq(term_width_of(cases[i].text), cases[i].width, "%s", cases[i].text);
}

Test(base_term, data_cannot_drive_the_terminal)
{
	static const struct {
		const char *text, *safe;
	} cases[] = {{"", ""}, {"plain é 中", "plain é 中"}, {"\x1b[31mred", "\\x1b[31mred"},
		{"a\nb\tc\rd", "a\\nb\\tc\\rd"}, {"\x07\x7f", "\\x07\\x7f"},
		{"\xC2\x9B"
		 "31m",
			"\\u009b31m"},
		{"\xE2\x80\xAE", "\\u202e"}, {"\xEF\xBB\xBF", "\\ufeff"},
		{"\xE2\x81\xA6", "\\u2066"}, {"a\xFFz", "a\\xffz"}, {"\xC3", "\\xc3"},
		{"\xED\xA0\x80", "\\xed\\xa0\\x80"}, {"\xF0\x9F\x98", "\\xf0\\x9f\\x98"}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct str out = {0};

		term_add_safe(&out, cases[i].text);
		cr_expect_str_eq(str_text(&out), cases[i].safe);
		str_fini(&out);
	}
}
