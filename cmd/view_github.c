/* SPDX-License-Identifier: Apache-2.0
 * A run on GitHub Actions, beside the face that shows it: commands to the service, on stderr.
 *
 *	::add-mask::SECRET           every credential, before anything else
 *	::stop-commands::TOKEN       from here on nothing that is shown is obeyed
 *	   ... the run ...
 *	::TOKEN::                    obeyed again
 *	::group::train failed        the log of each failed node, folded, not obeyed
 *	::error file=...::text       most severe first; ten of a kind is all that is shown
 *
 * Nodes never see the token: they write to a pipe of ours, and it is drawn after they were planned.
 * In text % CR LF are escaped, in properties also : and , as the service reads them. */
#include "cmd/view.h"

#include <unistd.h>

#define ANNOTATIONS 9
#define GROUP_LINES 2000
#define MASK_MIN 4 /* shorter "secrets" would mask half of the log */

bool
github_on(void)
{
	return str_eq(getenv("GITHUB_ACTIONS"), "true");
}

/* ---- text of commands */

static void
add_data(struct str *s, const char *text, const char *more)
{
	for (; *text; text++)
		if (strchr("%\r\n", *text) || strchr(more, *text))
			str_addf(s, "%%%02X", (unsigned)(unsigned char)*text);
		else
			str_addc(s, *text);
}

/* Text from a node or a file: safe for a terminal too. */
static void
add_safe(struct str *s, const char *text, const char *more)
{
	struct str safe = {0};
	term_add_safe(&safe, text);
	add_data(s, str_text(&safe), more);
	str_fini(&safe);
}

/* Where the file is in the repository: the project need not be at its root. */
static void
add_path(struct str *s, const char *root, const char *file)
{
	const char *top = getenv("GITHUB_WORKSPACE");
	size_t n = top ? strlen(top) : 0;
	if (n && root && strncmp(root, top, n) == 0 && root[n] == '/') {
		add_safe(s, root + n + 1, ":,");
		str_addc(s, '/');
	}
	add_safe(s, file, ":,");
}

/* `node` may be NULL; it gives the title a name and, where the error has no place, the place. */
static void
add_annotation(struct str *s, const struct err *e, const char *root, const struct spec_node *node)
{
	char code[16];
	const char *file = e->file;
	int line = e->line;
	str_add(s, "::error ");
	if (!*file && node && node->at.file) {
		file = node->at.file;
		line = node->at.line;
	}
	if (*file) {
		str_add(s, "file=");
		add_path(s, root, file);
		if (line > 0)
			str_addf(s, ",line=%d", line);
		if (file == e->file && e->col > 0)
			str_addf(s, ",col=%d,endColumn=%d", e->col,
				e->end_col > e->col ? e->end_col : e->col + 1);
		str_addc(s, ',');
	}
	str_addf(s, "title=%s ", code_name(e->code, code));
	if (node) {
		add_safe(s, node->name, ":,");
		str_add(s, " ");
	}
	add_data(s, code_title(e->code), ":,");
	str_add(s, "::");
	add_safe(s, e->msg, "");
}

static void
add_help(struct str *s, const struct err *e)
{
	if (!e->help[0])
		return;
	str_add(s, "%0Ahelp: ");
	add_safe(s, e->help, "");
}

static void
put_line(FILE *to, struct str *s)
{
	(void)fprintf(to, "%s\n", str_text(s));
	str_reset(s);
}

static void
put_rest(FILE *to, size_t n)
{
	if (n)
		(void)fprintf(to, "::error title=mlflow-c::and %zu more, see the log\n", n);
}

void
github_report(struct app *a, const struct errs *found)
{
	struct str s = {0};
	for (size_t i = 0; i < found->n && i < ANNOTATIONS; i++) {
		add_annotation(&s, &found->v[i], a->project ? a->project->root : NULL, NULL);
		add_help(&s, &found->v[i]);
		put_line(stderr, &s);
	}
	size_t all = found->n + found->dropped;
	put_rest(stderr, all > ANNOTATIONS ? all - ANNOTATIONS : 0);
	str_fini(&s);
}

/* ---- the beginning */

/* A value of several lines is masked line by line: the service looks at lines. */
static void
mask(FILE *to, const char *text)
{
	struct str s = {0};
	while (*text) {
		size_t n = strcspn(text, "\r\n");
		if (n >= MASK_MIN) {
			struct str line = {0};
			str_addn(&line, text, n);
			str_add(&s, "::add-mask::");
			add_data(&s, line.s, "");
			put_line(to, &s);
			str_fini(&line);
		}
		text += n + (text[n] != '\0');
	}
	str_fini(&s);
}

static void
mask_tree(FILE *to, const struct ynode *n)
{
	if (n->kind == Y_LIST)
		for (size_t i = 0; i < n->n; i++)
			mask_tree(to, n->u.items[i]);
	else if (n->kind == Y_MAP)
		for (size_t i = 0; i < n->n; i++)
			mask_tree(to, n->u.pairs[i].value);
	else if (n->text && n->kind != Y_NULL && n->kind != Y_BOOL)
		mask(to, n->text);
}

static void
obey(struct view *v, bool on)
{
	(void)fprintf(v->talk, on ? "::%s::\n" : "::stop-commands::%s\n", v->token);
}

static void
started(struct view *v)
{
	struct clock copy = v->app->clock; /* the run's own chance must not notice */
	(void)snprintf(v->token, sizeof(v->token), "%016llx%016llx",
		(unsigned long long)clock_random(&copy), (unsigned long long)clock_random(&copy));
	mask_tree(v->talk, v->plan->project->credentials);
	obey(v, false);
}

/* ---- the end */

static void
put_group(struct view *v, size_t i, const struct node_result *n)
{
	struct log_text log;
	struct str line = {0};
	if (!log_read(&log, v->plan->project->rootfd, n->log))
		return;
	size_t lines = log_lines(&log), skip = lines > GROUP_LINES ? lines - GROUP_LINES : 0;
	obey(v, true);
	str_addf(&line, "::group::%s %s ", view_name(v, i), node_status_name(n->status));
	str_add_duration(&line, app_ms(v->app, n->wall_us));
	str_addf(&line, " (%zu log line%s)", lines, lines == 1 ? "" : "s");
	put_line(v->talk, &line);
	obey(v, false);
	if (skip)
		(void)fprintf(v->talk, "the first %zu lines are in %s\n", skip, n->log);
	while (log_next(&log, &line))
		if (skip)
			skip--;
		else
			(void)fprintf(v->talk, "%s\n", str_text(&line));
	obey(v, true);
	(void)fprintf(v->talk, "::endgroup::\n");
	obey(v, false);
	str_fini(&line);
	log_close(&log);
}

static void
settle(struct view *v, const struct run_result *r)
{
	for (size_t i = 0; r && !v->app->g.quiet && i < r->n_nodes; i++)
		if (node_failed(r->nodes[i].status))
			put_group(v, i, &r->nodes[i]);
	if (!r && v->token[0])
		obey(v, true); /* there was no end */
}

/* 0: the node's process died; 1: it failed; 2: its data broke a contract. */
static int
severity(const struct node_result *n)
{
	if (n->status == NODE_CONTRACT)
		return 2;
	return n->err->code == MLC_NODE_CRASHED || n->err->code == MLC_NODE_MEMORY ? 0 : 1;
}

static void
put_node(struct view *v, size_t i, const struct node_result *n)
{
	struct str s = {0}, line = {0};
	struct log_text log;
	add_annotation(&s, n->err, v->plan->project->root, v->plan->nodes[i].spec);
	if (log_read(&log, v->plan->project->rootfd, n->log)) {
		log_tail(&log);
		while (log_next(&log, &line)) {
			str_add(&s, "%0A");
			add_data(&s, str_text(&line), "");
		}
		log_close(&log);
	}
	add_help(&s, n->err);
	put_line(v->talk, &s);
	str_fini(&s);
	str_fini(&line);
}

static void
annotate(struct view *v, const struct run_result *r)
{
	size_t found = 0;
	for (int grade = 0; grade <= 2; grade++)
		for (size_t i = 0; i < r->n_nodes; i++) {
			const struct node_result *n = &r->nodes[i];
			if (!node_failed(n->status) || !n->err || severity(n) != grade)
				continue;
			if (found++ < ANNOTATIONS)
				put_node(v, i, n);
		}
	put_rest(v->talk, found > ANNOTATIONS ? found - ANNOTATIONS : 0);
}

static void
put_warnings(FILE *to, const struct run_result *r)
{
	for (size_t i = 0; i < r->n_warnings && i < ANNOTATIONS; i++) {
		struct str s = {0};
		str_add(&s, "::warning title=mlflow-c::");
		add_safe(&s, r->warnings[i], "");
		put_line(to, &s);
		str_fini(&s);
	}
}

static void
ended(struct view *v, const struct run_result *r)
{
	obey(v, true);
	if (v->annotate) {
		annotate(v, r);
		put_warnings(v->talk, r);
	}
	github_summary(v, r);
	v->token[0] = '\0'; /* what is still to come names nothing */
}

const struct face github_face = {
	.name = "github",
	.started = started,
	.settle = settle,
	.ended = ended,
};
