/* SPDX-License-Identifier: Apache-2.0
 * The page GitHub shows beside a job: appended to the file that GITHUB_STEP_SUMMARY names.
 *
 *	state line; a table of the nodes; contracts that were broken; the graph as Mermaid
 *
 * The service takes 1 MiB a step and drops the page if it is more, so the file is kept below 900 KiB;
 * what does not fit is left out, and said. Text is data: nothing in it becomes markup. */
#include "cmd/view.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGE_MAX ((size_t)900 << 10)
#define FOOT_MAX 4096 /* what is kept free for the last lines */
#define GRAPH_MAX 100
#define BAR 10

static void
add_text(struct str *s, const char *text)
{
	struct str safe = {0};
	term_add_safe(&safe, text);
	for (const char *p = str_text(&safe); *p; p++)
		if (*p == '<')
			str_add(s, "&lt;");
		else if (*p == '>')
			str_add(s, "&gt;");
		else if (*p == '&')
			str_add(s, "&amp;");
		else {
			if (strchr("\\`*_{}[]()#+!|~", *p))
				str_addc(s, '\\');
			str_addc(s, *p);
		}
	str_fini(&safe);
}

static void
add_head(struct view *v, const struct run_result *r, struct str *s)
{
	struct view_counts c = view_count(r);
	str_add(s, "### ");
	add_text(s, v->plan->graph->spec->name);
	str_addf(s, ": %s\n\nrun ", run_status_name(r->status));
	add_text(s, r->id.name);
	str_add(s, " · ");
	add_text(s, v->plan->project->env);
	str_addf(s, " · %zu ok, %zu failed, %zu skipped", c.ok, c.failed, c.skipped);
	if (c.cancelled)
		str_addf(s, ", %zu cancelled", c.cancelled);
	str_add(s, " in ");
	str_add_duration(s, app_ms(v->app, r->wall_us));
	str_addf(s, " · exit %d\n\n", v->exit_code);
}

static void
add_row(struct view *v, const struct run_result *r, size_t i, struct str *s)
{
	const struct node_result *n = &r->nodes[i];
	int64_t share = 0;
	if (r->wall_us > 0 && !v->fixed_ms)
		share = n->wall_us * BAR / r->wall_us;
	str_add(s, "| ");
	add_text(s, view_name(v, i));
	str_addf(s, " | %s | ", node_status_name(n->status));
	if (n->attempts)
		str_add_duration(s, app_ms(v->app, n->wall_us));
	str_add(s, " | ");
	for (int64_t k = 0; k < BAR && k < share; k++)
		str_add(s, "█");
	str_add(s, " | ");
	if (n->rows >= 0)
		str_add_count(s, n->rows);
	if (n->checks)
		str_addf(s, " | %d/%d", n->checks - n->checks_failed, n->checks);
	else
		str_add(s, " | ");
	if (n->rejected)
		str_addf(s, ", %lld rejected", (long long)n->rejected);
	if (n->quarantined)
		str_addf(s, ", %lld quarantined", (long long)n->quarantined);
	if (n->dropped)
		str_addf(s, ", %lld dropped", (long long)n->dropped);
	str_add(s, " |\n");
}

static void
add_table(struct view *v, const struct run_result *r, struct str *s, size_t room)
{
	size_t i = 0;
	str_add(s,
		"| node | state | time | share | rows | contract |\n"
		"|---|---|--:|---|--:|--:|\n");
	for (; i < r->n_nodes && s->len < room; i++)
		add_row(v, r, i, s);
	if (i < r->n_nodes)
		str_addf(s, "\nand %zu more nodes\n", r->n_nodes - i);
	str_addc(s, '\n');
}

static void
add_failures(struct view *v, const struct run_result *r, struct str *s, size_t room)
{
	for (size_t i = 0; i < r->n_nodes && s->len < room; i++) {
		const struct node_result *n = &r->nodes[i];
		if (!n->err || !node_failed(n->status))
			continue;
		str_add(s, "- **");
		add_text(s, view_name(v, i));
		str_add(s, "** ");
		add_text(s, n->err->msg);
		if (n->err->note[0]) {
			str_add(s, "; ");
			add_text(s, n->err->note);
		}
		str_addc(s, '\n');
	}
}

static const char *
node_class(enum node_status st)
{
	if (st == NODE_OK)
		return "ok";
	return node_failed(st) ? "failed" : "skipped";
}

/* Inside the quotes of a label only letters, digits and a few marks are plain. */
static void
add_label(struct str *s, const char *name)
{
	for (; *name; name++)
		if ((*name & 0x80) || strchr("_-. ", *name) || (*name >= '0' && *name <= '9') ||
			((*name | 32) >= 'a' && (*name | 32) <= 'z'))
			str_addc(s, *name);
		else
			str_addf(s, "#%d;", *name);
}

static void
add_graph(struct view *v, const struct run_result *r, struct str *s)
{
	const struct plan *p = v->plan;
	str_add(s, "\n```mermaid\ngraph LR\n");
	for (size_t i = 0; i < p->n; i++) {
		str_addf(s, "  n%zu[\"", i);
		add_label(s, view_name(v, i));
		str_addf(s, "\"]:::%s\n", node_class(r->nodes[i].status));
	}
	for (size_t i = 0; i < p->n; i++)
		for (size_t k = 0; k < p->nodes[i].n_next; k++)
			str_addf(s, "  n%zu --> n%d\n", i, p->nodes[i].next[k]);
	str_add(s,
		"  classDef ok fill:#dafbe1,stroke:#1a7f37,color:#000\n"
		"  classDef failed fill:#ffebe9,stroke:#cf222e,color:#000\n"
		"  classDef skipped fill:#eaeef2,stroke:#6e7781,color:#000\n```\n");
}

/* A page that cannot be written is said so and fails nothing. */
static void
append(struct view *v, const char *path, const struct str *s)
{
	struct err e = {0};
	int fd = file_open(AT_FDCWD, path, O_WRONLY | O_APPEND | O_CREAT, true, &e);
	if (fd < 0 || file_write_all(fd, s->s, s->len, &e) < 0)
		(void)fprintf(v->talk, "note: no step summary: %s\n", e.msg);
	if (fd >= 0)
		close(fd);
}

void
github_summary(struct view *v, const struct run_result *r)
{
	const char *path = getenv("GITHUB_STEP_SUMMARY");
	struct stat st = {0};
	struct str s = {0}, graph = {0};
	if (!path || !*path)
		return;
	size_t used = stat(path, &st) == 0 ? (size_t)st.st_size : 0;
	if (used + 2 * (size_t)FOOT_MAX > PAGE_MAX)
		return; /* other steps of the job have filled it */
	size_t room = PAGE_MAX - used - FOOT_MAX;
	add_head(v, r, &s);
	add_table(v, r, &s, room - room / 4);
	add_failures(v, r, &s, room - room / 8);
	if (v->plan->n <= GRAPH_MAX)
		add_graph(v, r, &graph);
	if (graph.len && s.len + graph.len < room)
		str_add(&s, graph.s);
	append(v, path, &s);
	str_fini(&s);
	str_fini(&graph);
}
