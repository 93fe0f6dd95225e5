/* SPDX-License-Identifier: Apache-2.0
 * What a report shows as pictures: curves of metrics, the graph as the run went through it, and the files that
 * nodes left. A page that a node wrote is shown in a frame in which nothing runs. */
#include "cmd/plot.h"
#include "cmd/run_report.h"
#include "cmd/viz.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- metrics */

/* Those with several points, a chart each. */
static void
add_curves(const struct run_about *r, const struct points *p, struct str *out)
{
	size_t n = 0;
	for (size_t i = 0, to; i < p->n; i = to) {
		struct series one = {r->run.name, &p->v[i], 0};
		struct chart c = {.metric = p->v[i].key, .series = &one, .n = 1};
		for (to = i + 1; to < p->n && str_eq(p->v[to].key, p->v[i].key); to++)
			;
		one.n = to - i;
		if (one.n < 2)
			continue;
		chart_measure(&c);
		str_add(out, n++ ? "" : "<div class=\"charts\">\n");
		plot_svg(out, &c, 1);
	}
	str_add(out, n ? "</div>\n" : "");
}

int
report_metrics(struct app *a, struct run_about *r, struct str *out, struct err *e)
{
	static const char *const head[] = {"metric", "value", NULL};
	struct points points;
	if (!r->detail.n_metrics)
		return 0;
	str_add(out, "<h2>Metrics</h2>\n");
	html_head(out, head, 2);
	for (size_t i = 0; i < r->detail.n_metrics; i++) {
		struct str value = {0};
		plot_number(&value, r->detail.metrics[i].value);
		str_add(out, "<tr>");
		html_cell(out, "mono", r->detail.metrics[i].key);
		html_cell(out, "n", value.s);
		str_add(out, "</tr>\n");
		str_fini(&value);
	}
	str_add(out, "</table></div>\n");
	if (store_history(a->store, &r->arena, r->run.run_id, NULL, &points, e) < 0)
		return -1;
	add_curves(r, &points, out);
	return 0;
}

/* ---- the graph as it ran */

struct lines { /* from the record to a picture; the spots' room is enough for all */
	struct picture p;
	struct map data; /* dataset -> spot index + 1 */
};

static size_t
data_spot(struct lines *l, const char *name)
{
	uintptr_t at = (uintptr_t)map_get(&l->data, name);
	if (at)
		return at - 1;
	l->p.spots[l->p.n] = (struct spot){.name = name, .shape = SHAPE_DATASET};
	map_put(&l->data, name, (void *)(l->p.n + 1));
	return l->p.n++;
}

/* Nodes stand in the order in which they ran, so what they read has its rank. */
static void
add_node(struct lines *l, const struct run_detail *d, const struct node_row *ran)
{
	const char *node = ran->name;
	int rank = 1;
	for (size_t i = 0; i < d->n_data; i++)
		if (!d->data[i].output && str_eq(d->data[i].node, node)) {
			size_t from = data_spot(l, d->data[i].dataset);
			int below = l->p.spots[from].rank + 1;
			rank = below > rank ? below : rank;
		}
	size_t at = l->p.n++;
	l->p.spots[at] = (struct spot){
		.name = node, .shape = SHAPE_NODE, .rank = rank, .state = ran->status};
	for (size_t i = 0; i < d->n_data; i++) {
		if (!str_eq(d->data[i].node, node))
			continue;
		size_t spot = data_spot(l, d->data[i].dataset);
		if (d->data[i].output)
			l->p.spots[spot].rank = rank + 1;
		l->p.arrows[l->p.n_arrows++] = d->data[i].output
			? (struct arrow){.from = at, .to = spot}
			: (struct arrow){.from = spot, .to = at};
	}
	l->p.ranks = rank + 2 > l->p.ranks ? rank + 2 : l->p.ranks;
}

int
report_lineage(struct run_about *r, struct str *out, struct err *e)
{
	const struct run_detail *d = &r->detail;
	struct lines l = {.data = {0}};
	int rc = 0;
	l.p.spots = arena_alloc(&r->arena, (d->n_nodes + d->n_data + 1) * sizeof(*l.p.spots));
	l.p.arrows = arena_alloc(&r->arena, (d->n_data + 1) * sizeof(*l.p.arrows));
	for (size_t i = 0; i < d->n_nodes; i++)
		if (d->nodes[i].attempts)
			add_node(&l, d, &d->nodes[i]);
	map_fini(&l.data);
	if (!l.p.n_arrows)
		return 0;
	rc = picture_layout(&r->arena, &l.p, e);
	if (rc < 0)
		return rc;
	str_add(out, "<h2>What came of what</h2>\n<div class=\"picture\">\n");
	viz_svg(out, &l.p, &(struct bands){0}, false);
	str_add(out, "</div>\n");
	return 0;
}

/* ---- files of nodes */

enum { SHOWN_MAX = 2 << 20, TEXT_MAX = 4000, FILES_MAX = 200 };

static void
add_hex(struct str *out, const struct str *bytes)
{
	for (size_t i = 0; i < bytes->len; i++)
		str_addf(out, "%%%02x", (unsigned char)bytes->s[i]);
}

static void
show_file(struct str *out, const char *name, const struct str *text)
{
	if (str_ends(name, ".html")) {
		str_add(out, "<iframe sandbox title=\"");
		str_add_xml(out, name);
		str_add(out, "\" srcdoc=\"");
		str_add_xml(out, str_text(text));
		str_add(out, "\"></iframe>\n");
	} else if (str_ends(name, ".svg") || str_ends(name, ".png")) {
		str_addf(out, "<p class=\"charts\"><img alt=\"");
		str_add_xml(out, name);
		str_addf(
			out, "\" src=\"data:image/%s,", str_ends(name, ".svg") ? "svg+xml" : "png");
		add_hex(out, text);
		str_add(out, "\"></p>\n");
	} else if (strlen(str_text(text)) == text->len) {
		struct str head = {0};
		str_addn(&head, str_text(text), text->len < TEXT_MAX ? text->len : TEXT_MAX);
		str_add(out, "<details><summary>its beginning</summary><pre>");
		str_add_xml(out, str_text(&head));
		str_add(out, "</pre></details>\n");
		str_fini(&head);
	}
}

static int
add_file(int folder, const char *name, struct str *out, struct err *e)
{
	struct str text = {0}, size = {0};
	struct stat st;
	int rc = 0;
	if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return err_errno(e, MLC_FILE, "cannot look at `%s`", name);
	if (!S_ISREG(st.st_mode))
		return 0;
	str_add_bytes(&size, (uint64_t)st.st_size);
	html(out, "h3", name);
	str_addf(out, "<p class=\"about\">%s</p>\n", size.s);
	if (st.st_size <= SHOWN_MAX)
		rc = file_read(folder, name, false, &text, e);
	if (rc == 0 && st.st_size <= SHOWN_MAX)
		show_file(out, name, &text);
	str_fini(&text);
	str_fini(&size);
	return rc;
}

static int
is_shown(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

static int
by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* Models, which are folders, are in the registry. */
static int
add_files(int folder, struct str *out, struct err *e)
{
	struct dirent **list = NULL;
	int rc = 0, n = scandirat(folder, ".", &list, is_shown, by_name);
	if (n < 0)
		return err_errno(e, MLC_FILE, "cannot list the files of the run");
	for (int i = 0; i < n; i++) {
		if (rc == 0 && i < FILES_MAX)
			rc = add_file(folder, list[i]->d_name, out, e);
		free(list[i]);
	}
	if (rc == 0 && n > FILES_MAX)
		str_addf(out, "<p class=\"about\">and %d more, beside these</p>\n", n - FILES_MAX);
	free(list);
	return rc;
}

int
report_artifacts(struct app *a, struct run_about *r, struct str *out, struct err *e)
{
	struct str path = {0}, files = {0};
	int fd = -1, rc = 0;
	str_addf(&path, "%s/artifacts", r->run.folder ? r->run.folder : "");
	if (r->run.folder && file_exists(a->project->rootfd, path.s)) {
		fd = file_open(a->project->rootfd, path.s, O_RDONLY | O_DIRECTORY, true, e);
		rc = fd < 0 ? -1 : add_files(fd, &files, e);
	}
	if (fd >= 0)
		close(fd);
	if (files.len)
		str_addf(out, "<h2>Files</h2>\n%s", files.s);
	str_fini(&path);
	str_fini(&files);
	return rc;
}
