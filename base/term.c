/* SPDX-License-Identifier: Apache-2.0
 * What the terminal behind a descriptor can show, and text that is safe to show there.
 *
 * Asks the environment and the descriptor only, never the locale of the process: a library must not
 * set it. */
#include "base/os.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "base/utf8.h"

#define WIDTH_UNKNOWN 80
#define WIDTH_MAX 10000

/* The variable's value, NULL if unset or empty. */
static const char *
env(const char *name)
{
	const char *v = getenv(name);

	return v && *v ? v : NULL;
}

static bool
env_on(const char *name)
{
	const char *v = env(name);

	return v && !str_eq(v, "0");
}

/* The order is that of reference tools, which disagree when several are set; docs state ours. */
static bool
wants_color(const char *mode, bool tty)
{
	if (str_eq(mode, "always"))
		return true;
	if (str_eq(mode, "never") || env("NO_COLOR"))
		return false;
	if (env_on("FORCE_COLOR") || env_on("CLICOLOR_FORCE"))
		return true;
	if (str_eq(env("CLICOLOR"), "0") || str_eq(env("TERM"), "dumb"))
		return false;
	return tty;
}

/* As setlocale would decide: the first of the three that is set. */
static bool
wants_utf8(void)
{
	static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *v = env(names[i]);

		if (v)
			return strcasestr(v, "utf-8") || strcasestr(v, "utf8");
	}
	return false;
}

/* COLUMNS is not exported by shells: whoever sets it means it. */
static int
find_width(int fd)
{
	const char *columns = env("COLUMNS");
	struct winsize size;
	int64_t n;

	if (columns && str_to_i64(columns, &n) == 0 && n > 0 && n <= WIDTH_MAX)
		return (int)n;
	if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		return size.ws_col;
	return WIDTH_UNKNOWN;
}

void
term_init(struct term *t, int fd, const char *mode)
{
	t->tty = isatty(fd) == 1;
	t->color = wants_color(mode, t->tty);
	t->utf8 = wants_utf8();
	t->width = find_width(fd);
}

/* How many printable ASCII characters there are at the beginning: mostly all. */
static size_t
plain_length(const char *s, const char *end)
{
	const char *p = s;

	while (p < end && *p >= 0x20 && *p < 0x7f)
		p++;
	return (size_t)(p - s);
}

int
term_width_of(const char *utf8)
{
	const char *end = utf8 + strlen(utf8), *p = utf8 + plain_length(utf8, end);
	uint32_t point;
	int width = (int)(p - utf8);

	while (p < end) {
		p += utf8_next(p, end, &point);
		width += point < 0x20 || (point >= 0x7F && point < 0xA0) ? 0 : utf8_width(point);
	}
	return width;
}

static void
add_escape(struct str *out, const char *s, size_t n, uint32_t point)
{
	if (point == '\n')
		str_add(out, "\\n");
	else if (point == '\t')
		str_add(out, "\\t");
	else if (point == '\r')
		str_add(out, "\\r");
	else if (n == 1)
		str_addf(out, "\\x%02x", (unsigned)(unsigned char)*s);
	else
		str_addf(out, "\\u%04x", (unsigned)point);
}

void
term_add_safe(struct str *out, const char *s)
{
	const char *end = s + strlen(s), *plain = s;
	uint32_t point;

	s += plain_length(s, end);
	while (s < end) {
		size_t n = utf8_next(s, end, &point);

		if (utf8_is_unsafe(point)) {
			str_addn(out, plain, (size_t)(s - plain));
			add_escape(out, s, n, point);
			plain = s + n;
		}
		s += n;
	}
	str_addn(out, plain, (size_t)(s - plain));
}
