/* SPDX-License-Identifier: Apache-2.0
 * A run on a terminal: finished lines scroll, what runs is drawn over.
 *
 *	  ✓ load    0.4s   10,000 rows             stays
 *	  ⠹ train   7.2s   45%   (last time 9.0s)  live, at most TTY_ROWS of them
 *	  [1/6] 1 running · 8.9s elapsed · about 6s left
 *	_                                          the cursor waits here
 *
 * Nothing has to be restored, however the program ends: the cursor is never hidden and stands at the
 * beginning of an empty line between two drawings, and each drawing, one write, leaves no colour on.
 * The width is asked for at each drawing rather than at SIGWINCH: what was drawn may take more rows
 * now than it did. */
#include "cmd/view.h"

#include <stdarg.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define STOPPED_US 1000000 /* no drawing for so long: we were stopped, others have written since */

static const char *
paint(const struct view *v, const char *code)
{
	return v->app->err.color ? code : "";
}

static const char *
glyph(const struct view *v, const char *fine, const char *plain)
{
	return v->app->err.utf8 ? fine : plain;
}

static void
screen(int *columns, int *rows)
{
	struct term t;
	struct winsize size;
	term_init(&t, STDERR_FILENO, "never");
	*columns = t.width;
	*rows = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row ? size.ws_row : 24;
}

/* ---- lines that fit */

/* Adds `more` to the line if it fits into the columns. */
static void
add_part(struct str *line, const char *more, int columns)
{
	if (term_width_of(str_text(line)) + term_width_of(more) <= columns)
		str_add(line, more);
}

/* Cuts the line to the columns. */
static void
cut(const struct view *v, struct str *line, int columns)
{
	const char *mark = glyph(v, "…", "~");
	if (term_width_of(str_text(line)) <= columns)
		return;
	do {
		while ((line->s[--line->len] & 0xC0) == 0x80)
			;
		line->s[line->len] = '\0';
	} while (line->len && term_width_of(line->s) >= columns);
	str_add(line, mark);
}

static void
add_took(struct str *s, const char *before, uint64_t ms, const char *after)
{
	str_add(s, before);
	str_add_duration(s, ms);
	str_add(s, after);
}

/* Adds a formatted part, if it fits. */
PRINTF(3, 4)
static void
add_partf(struct str *line, int columns, const char *fmt, ...)
{
	char part[512];
	va_list args;
	va_start(args, fmt);
	(void)vsnprintf(part, sizeof(part), fmt, args);
	va_end(args);
	add_part(line, part, columns);
}

/* ---- drawing */

/* Goes back over what is live; it may have been wrapped since. The blank keeps tmux from saving what
 * is cleared, as it does where a clearing begins in the first cell of the screen. */
static void
add_erase(struct view *v, struct str *out, int columns)
{
	int rows = 0;
	for (int i = 0; i < v->tty.n_drawn; i++)
		rows += v->tty.drawn[i] > columns ? (v->tty.drawn[i] + columns - 1) / columns : 1;
	v->tty.n_drawn = 0;
	if (rows && (v->fixed_ms || v->now_us - v->tty.drawn_us < STOPPED_US))
		str_addf(out, "\033[%dA\r \033[J\r", rows);
}

static void
add_live(struct view *v, struct str *out, const char *before, struct str *line, int columns)
{
	int indent = term_width_of(before);
	cut(v, line, columns - 1 - indent);
	v->tty.drawn[v->tty.n_drawn++] = indent + term_width_of(str_text(line));
	if (indent)
		str_addf(out, "%s%s%s%s\n", paint(v, "\033[36m"), before, paint(v, "\033[0m"),
			str_text(line));
	else
		str_addf(out, "%s%s%s\n", paint(v, "\033[2m"), str_text(line), paint(v, "\033[0m"));
}

static void
add_running(struct view *v, struct str *out, size_t i, int columns)
{
	static const char *const dots[] = {"⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"};
	static const char *const bars[] = {"|", "/", "-", "\\"};
	const struct view_node *n = &v->nodes[i];
	struct str line = {0}, part = {0}, before = {0};
	str_addf(&before, "  %s", glyph(v, dots[v->tty.frame % 10], bars[v->tty.frame % 4]));
	str_addf(&line, " %-*s  ", (int)v->width, view_name(v, i));
	add_took(&line, "", view_ms(v, n->since_us), "");
	if (n->total)
		str_addf(&part, "   %d%%", (int)((double)n->done * 100 / (double)n->total));
	else if (n->done) {
		str_add(&part, "   ");
		str_add_count(&part, n->done);
	}
	add_part(&line, str_text(&part), columns - 4);
	str_reset(&part);
	if (n->last_us)
		add_took(&part, "   (last time ", (uint64_t)n->last_us / 1000, ")");
	add_part(&line, str_text(&part), columns - 4);
	add_live(v, out, str_text(&before), &line, columns);
	str_fini(&line);
	str_fini(&part);
	str_fini(&before);
}

static void
add_status(struct view *v, struct str *out, int columns)
{
	struct str line = {0}, part = {0};
	const char *dot = glyph(v, " · ", ", ");
	int64_t eta = eta_ms(v);
	str_addf(&line, "  [%d/%zu] %d running", v->ended, v->plan->n, v->running);
	add_took(&line, dot, view_ms(v, v->begun_us), " elapsed");
	if (eta >= 0 && !v->fixed_ms) {
		uint64_t s = ((uint64_t)eta + 999) / 1000;
		str_addf(&part, "%sabout ", dot);
		if (s < 60)
			str_addf(&part, "%llus left", (unsigned long long)s);
		else
			add_took(&part, "", s * 1000, " left");
		add_part(&line, str_text(&part), columns - 1);
	}
	add_live(v, out, "", &line, columns);
	str_fini(&line);
	str_fini(&part);
}

static void
add_all_live(struct view *v, struct str *out, int columns, int rows)
{
	int room = rows - 3 < TTY_ROWS - 2 ? rows - 3 : TTY_ROWS - 2, shown = 0;
	for (size_t i = 0; i < v->plan->n && shown < v->running && shown < room; i++)
		if (v->nodes[i].running) {
			add_running(v, out, i, columns);
			shown++;
		}
	if (v->running > shown) {
		struct str more = {0};
		str_addf(&more, "  and %d more", v->running - shown);
		add_live(v, out, "", &more, columns);
		str_fini(&more);
	}
	add_status(v, out, columns);
}

static void
draw(struct view *v)
{
	struct str out = {0};
	int columns, rows;
	screen(&columns, &rows);
	add_erase(v, &out, columns);
	str_add(&out, str_text(&v->tty.lines));
	str_reset(&v->tty.lines);
	if (v->tty.live)
		add_all_live(v, &out, columns, rows);
	v->tty.drawn_us = v->now_us;
	if (out.len)
		(void)fwrite(out.s, 1, out.len, v->talk);
	str_fini(&out);
}

/* The tick draws ten times a second. Where there is none, each event is drawn. */
static void
changed(struct view *v)
{
	if (v->fixed_ms || !v->tty.live)
		draw(v);
}

/* ---- events */

static void
started(struct view *v)
{
	const char *name = v->plan->graph->spec->name, *dot = glyph(v, " · ", ", ");
	struct str s = {0};
	int columns, rows;
	screen(&columns, &rows);
	str_addf(&s, "%s%s%s%srun %s", str_eq(name, "__default__") ? "default" : name, dot,
		v->plan->project->env, dot, v->run->name);
	add_partf(&s, columns, "%s%zu node%s", dot, v->plan->n, v->plan->n == 1 ? "" : "s");
	add_partf(&s, columns, ", %d at once", v->jobs);
	str_addf(&v->tty.lines, "%s\n", str_text(&s));
	str_fini(&s);
	v->tty.live = !v->in_process; /* nodes on our threads may print between our lines */
	draw(v);
}

static void
node_started(struct view *v, size_t i)
{
	(void)i;
	changed(v);
}

static void
node_waits(struct view *v, size_t i)
{
	str_addf(&v->tty.lines, "  %s%s%s %-*s  attempt %d failed, waiting\n", paint(v, "\033[33m"),
		glyph(v, "↻", "^"), paint(v, "\033[0m"), (int)v->width, view_name(v, i),
		v->nodes[i].attempt);
	changed(v);
}

static void
node_progress(struct view *v, size_t i)
{
	(void)i;
	changed(v);
}

static void
node_output(struct view *v, size_t i, const char *line)
{
	str_addf(&v->tty.lines, "%s%s %s%s %s\n", paint(v, "\033[2m"), view_name(v, i),
		glyph(v, "│", "|"), paint(v, "\033[0m"), line);
	changed(v);
}

/* What became of the node, in words that fit. */
static void
describe(const struct view *v, const struct node_result *r, struct str *s)
{
	struct str rows = {0};
	int columns, unused;
	screen(&columns, &unused);
	columns -= (int)v->width + 6;
	if (r->status != NODE_OK && !node_failed(r->status)) {
		str_add(s, node_status_name(r->status));
		if (r->blocker)
			add_partf(s, columns, ": needs `%s`", r->blocker);
		else if (r->why)
			add_partf(s, columns, ": %s", r->why);
		return;
	}
	const char *title = r->err ? code_title(r->err->code) : "";
	str_add_duration(s, app_ms(v->app, r->wall_us));
	if (r->err && r->err->code > MLC_NODE_FAILED && r->err->code <= MLC_WORKER) {
		add_partf(s, columns, "   %s", title + (str_starts(title, "node ") ? 5 : 0));
	} else if (r->rows >= 0) {
		str_add_count(&rows, r->rows);
		add_partf(s, columns, "   %s rows", str_text(&rows));
	}
	if (r->checks)
		add_partf(s, columns, "   contract %d/%d", r->checks - r->checks_failed, r->checks);
	if (r->rejected)
		add_partf(s, columns, "   %lld rejected", (long long)r->rejected);
	if (r->quarantined)
		add_partf(s, columns, "   %lld quarantined", (long long)r->quarantined);
	if (r->dropped)
		add_partf(s, columns, "   %lld dropped", (long long)r->dropped);
	if (r->attempts > 1)
		add_partf(s, columns, "   attempt %d", r->attempts);
	if (r->why)
		add_partf(s, columns, "   (%s)", r->why);
	str_fini(&rows);
}

static void
node_ended(struct view *v, size_t i, const struct node_result *r)
{
	struct str s = {0};
	bool ok = r->status == NODE_OK, ran = ok || node_failed(r->status);
	const char *color = ok ? "\033[32m" : ran ? "\033[31m" : "\033[2m";
	const char *mark = ok ? glyph(v, "✓", "+") : ran ? glyph(v, "✗", "x") : glyph(v, "–", "-");
	describe(v, r, &s);
	str_addf(&v->tty.lines, "  %s%s%s %-*s  %s\n", paint(v, color), mark, paint(v, "\033[0m"),
		(int)v->width, view_name(v, i), str_text(&s));
	str_fini(&s);
	changed(v);
}

static void
announce(struct view *v, const char *text)
{
	str_addf(&v->tty.lines, "%s\n", text);
	draw(v);
}

static void
warned(struct view *v, const char *text)
{
	struct str s = {0};
	str_addf(&s, "warning: %s", text);
	announce(v, str_text(&s));
	str_fini(&s);
}

static void
stopping(struct view *v, const char *text, int running)
{
	(void)running;
	announce(v, text);
}

static void
tick(struct view *v)
{
	v->tty.frame++;
	if (v->tty.live)
		draw(v);
}

static void
settle(struct view *v, const struct run_result *r)
{
	(void)r;
	v->tty.live = false;
	draw(v);
}

static void
ended(struct view *v, const struct run_result *r)
{
	struct view_counts c = view_count(r);
	struct str s = {0}, peak = {0};
	int columns, rows;
	screen(&columns, &rows);
	columns -= v->exit_code ? (int)sizeof(" (exit 130)") : 0;
	const char *dot = glyph(v, " · ", ", ");
	str_addf(&s, "%s%s%zu ok", run_status_name(r->status), dot, c.ok);
	if (c.cached)
		str_addf(&s, ", %zu cached", c.cached);
	if (c.failed)
		str_addf(&s, ", %zu failed", c.failed);
	if (c.skipped)
		str_addf(&s, ", %zu skipped", c.skipped);
	if (c.cancelled)
		str_addf(&s, ", %zu cancelled", c.cancelled);
	add_took(&s, " in ", app_ms(v->app, r->wall_us), "");
	str_add_bytes(&peak, (uint64_t)c.peak_bytes);
	if (c.peak_bytes && !v->fixed_ms)
		add_partf(&s, columns, "%speak %s", dot, str_text(&peak));
	if (v->exit_code)
		str_addf(&s, " (exit %d)", v->exit_code);
	else if (r->n_models)
		add_partf(&s, columns, "%snext: mlflow-c registry list", dot);
	(void)fprintf(v->talk, "%s\n", str_text(&s));
	str_fini(&s);
	str_fini(&peak);
}

const struct face tty_face = {
	.name = "tty",
	.tick_ms = 100,
	.recalls = true,
	.started = started,
	.node_started = node_started,
	.node_waits = node_waits,
	.node_progress = node_progress,
	.node_output = node_output,
	.node_ended = node_ended,
	.node_late = announce,
	.warned = warned,
	.stopping = stopping,
	.tick = tick,
	.settle = settle,
	.ended = ended,
};
