/* SPDX-License-Identifier: Apache-2.0
 * --changed and --resume: what differs between a node's last good run, or the run that is continued,
 * and now; and so whether the node must run.
 *
 *	plugin . settings . outputs as they were left      known before the run
 *	inputs from files                                  the same
 *	inputs that a node of the plan makes               known when that node is ok or cached; before
 *	                                                   that, a forecast takes them for changed
 *
 * A file with the old stamp has the old content; any other file is hashed, once a run. */
#include "pipeline/basis.h"
#include "pipeline/run.h"

struct judged {
	struct basis then;
	const char *why; /* already certain, or NULL */
	bool stale;      /* not for what became of its outputs */
};
struct changed {
	const struct plan *plan;
	const struct resume *resume; /* or NULL */
	const char *cached;          /* why a node is left out */
	struct store *store;
	struct arena a;
	struct judged *nodes; /* owned; one per plan node */
	struct map producer;  /* dataset -> plan index + 1 */
	struct map disk;      /* dataset -> hash it was found with, or BASIS_ABSENT */
};

/* ---- what the last run left, and what there is */

static const char *
on_disk(struct changed *c, const struct basis *then, const struct dataset *d)
{
	int rootfd = c->plan->project->rootfd;
	char stamp[STAMP_MAX], hash[HASH_SHA_HEX];
	const char *found = map_get(&c->disk, d->name);
	struct err ignored;
	if (found)
		return found;
	if (dataset_is_registered(d) && registered_find(&c->a, c->store, d, &d, &ignored) < 0)
		return BASIS_ABSENT;
	const char *old = basis_get(then, "stamp", d->name);
	if (old && file_stamp(rootfd, d, true, stamp) && str_eq(old, stamp))
		found = basis_get(then, "holds", d->name);
	else
		found = file_hash(rootfd, d, hash) ? hash : BASIS_ABSENT;
	found = arena_strdup(&c->a, found ? found : BASIS_ABSENT);
	map_put(&c->disk, d->name, (void *)(uintptr_t)found);
	return found;
}

/* Why a dataset that should hold `then` does not, or NULL. */
static const char *
compare(struct changed *c, const char *what, const char *dataset, const char *then, const char *now)
{
	if (then && str_eq(then, now))
		return NULL;
	if (str_eq(now, BASIS_ABSENT))
		return arena_printf(&c->a, "%s %s missing", what, dataset);
	return arena_printf(&c->a,
		then && !str_eq(then, BASIS_ABSENT) ? "%s %s changed" : "%s %s is new", what,
		dataset);
}

static const char *
outputs_why(struct changed *c, const struct plan_node *n, const struct basis *then)
{
	const char *why = NULL;
	for (size_t i = 0; i < n->n_outputs && !why; i++) {
		const struct plan_port *p = &n->outputs[i];
		const char *old = basis_get(then, "holds", p->dataset);
		if (p->entry && !str_eq(old, BASIS_ABSENT))
			why = compare(c, "output", p->dataset, old, on_disk(c, then, p->entry));
	}
	return why;
}

/* Inputs that no node of the plan makes. */
static const char *
files_why(struct changed *c, const struct plan_node *n, const struct basis *then)
{
	const char *why = NULL;
	for (size_t i = 0; i < n->n_inputs && !why; i++) {
		const struct plan_port *p = &n->inputs[i];
		if (p->entry && !p->produced)
			why = compare(c, "input", p->dataset, basis_get(then, "holds", p->dataset),
				on_disk(c, then, p->entry));
	}
	for (size_t i = 0; i < n->n_others && !why; i++) /* what contracts look at */
		if (!n->others[i].produced)
			why = compare(c, "dataset", n->others[i].dataset,
				basis_get(then, "holds", n->others[i].dataset),
				on_disk(c, then, n->others[i].entry));
	return why;
}

/* What the node rested on when it was good: 1, or 0 with the reason why that does not help. */
static int
read_then(struct changed *c, size_t i, struct store *s, struct good_run *good, struct err *e)
{
	struct judged *j = &c->nodes[i];
	const char *node = c->plan->nodes[i].spec->name;
	int rc = c->resume ? store_finished(s, &c->a, c->resume->num, node, good, e)
			   : store_last_good(s, &c->a, node, c->plan->project->env, good, e);
	if (rc == 1 && basis_parse(&c->a, good->basis, &j->then))
		return 1;
	j->why = c->resume ? arena_printf(&c->a, "not done in %s", c->resume->name) : "never ran";
	return rc < 0 ? -1 : 0;
}

/* Why the node would not do again what it did, given the same inputs; or NULL. */
static const char *
settings_why(struct changed *c, size_t i, const struct good_run *good)
{
	const struct plan_node *n = &c->plan->nodes[i];
	struct basis now;
	if (!str_eq(good->plugin_hash, n->plugin->hash))
		return n->program ? "program changed" : "plugin changed";
	basis_settings(&c->a, c->plan, n, &now);
	const char *why = basis_differs(&c->a, &c->nodes[i].then, &now);
	basis_fini(&now);
	return why;
}

static int
judge(struct changed *c, size_t i, struct store *s, struct err *e)
{
	struct judged *j = &c->nodes[i];
	const struct plan_node *n = &c->plan->nodes[i];
	struct good_run good;
	int rc = read_then(c, i, s, &good, e);
	if (rc < 1)
		return rc;
	j->why = settings_why(c, i, &good);
	j->stale = j->why;
	const char *outputs = j->why ? NULL : outputs_why(c, n, &j->then);
	const char *files = j->why ? NULL : files_why(c, n, &j->then);
	j->stale |= files != NULL;
	if (!j->why)
		j->why = c->resume && files ? files : outputs ? outputs : files;
	return 0;
}

void
changed_close(struct changed *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->plan->n; i++)
		basis_fini(&c->nodes[i].then);
	free(c->nodes);
	map_fini(&c->producer);
	map_fini(&c->disk);
	arena_fini(&c->a);
	free(c);
}

int
changed_open(struct changed **out, const struct forecast_of *of, struct err *e)
{
	struct changed *c = mem_alloc(sizeof(*c));
	const struct plan *p = of->plan;
	c->plan = p;
	c->store = of->store;
	c->resume = of->resume;
	c->cached = of->resume ? arena_printf(&c->a, "done in %s", of->resume->name)
			       : "nothing changed";
	c->nodes = mem_alloc((p->n + 1) * sizeof(*c->nodes));
	for (size_t i = 0; i < p->n; i++)
		for (size_t o = 0; o < p->nodes[i].n_outputs; o++)
			map_put(&c->producer, p->nodes[i].outputs[o].dataset,
				(void *)(uintptr_t)(i + 1));
	for (size_t i = 0; i < p->n; i++)
		if (judge(c, i, of->store, e) < 0) {
			changed_close(c);
			return -1;
		}
	*out = c;
	return 0;
}

const char *
changed_cached(const struct changed *c)
{
	return c->cached;
}

int
changed_producer(const struct changed *c, const char *dataset)
{
	return (int)(uintptr_t)map_get(&c->producer, dataset) - 1;
}

const char *
changed_held(const struct changed *c, size_t i, const char *dataset)
{
	return basis_get(&c->nodes[i].then, "holds", dataset);
}

/* ---- while the run goes on */

/* What a dataset holds for its readers now that its producer is ok or cached. */
static const char *
made_by(const struct run *r, const char *dataset, const struct dataset *entry)
{
	const char *hash = map_get(&r->made, dataset);
	return hash ? hash : on_disk(r->changed, &(struct basis){0}, entry);
}

const char *
changed_why(const struct run *r, size_t i)
{
	struct changed *c = r->changed;
	const struct plan_node *n = &c->plan->nodes[i];
	const char *why = c->nodes[i].why;
	for (size_t k = 0; k < n->n_inputs && !why; k++) {
		const struct plan_port *p = &n->inputs[k];
		int from = changed_producer(c, p->dataset);
		if (!p->produced || from < 0)
			continue;
		if (p->entry)
			why = compare(c, "input", p->dataset,
				basis_get(&c->nodes[i].then, "holds", p->dataset),
				made_by(r, p->dataset, p->entry));
		else if (r->out->nodes[from].status == NODE_OK && !r->tasks[from].revived)
			why = arena_printf(&c->a, "input %s was made again", p->dataset);
	}
	for (size_t k = 0; k < n->n_others && !why; k++) {
		const struct plan_other *o = &n->others[k];
		if (o->produced)
			why = compare(c, "dataset", o->dataset,
				basis_get(&c->nodes[i].then, "holds", o->dataset),
				made_by(r, o->dataset, o->entry));
	}
	return why;
}

/* ---- for the record */

static void
note_input(struct slot *s, const struct job_input *in, struct basis *b)
{
	char hash[HASH_SHA_HEX];
	const char *made = map_get(&s->run->made, in->dataset), *read = in->hash;
	for (size_t i = 0; i < s->done.n_data && !read; i++) {
		const struct done_data *d = &s->done.data[i];
		if (!d->output && str_eq(d->port, in->port) && d->hash && d->hash[0])
			read = d->hash;
	}
	if (made) {
		basis_put(&s->arena, b, "holds", in->dataset, made);
		return;
	}
	if (!read && file_hash(s->j.rootfd, in->entry, hash)) /* it was not read */
		read = hash;
	basis_put(&s->arena, b, "holds", in->dataset, read ? read : BASIS_ABSENT);
	if (read && in->stamp)
		basis_put(&s->arena, b, "stamp", in->dataset, in->stamp);
}

static void
note_output(struct slot *s, const struct plan_port *p, struct basis *b)
{
	char stamp[STAMP_MAX];
	const char *hash = NULL;
	for (size_t i = 0; i < s->done.n_data; i++) {
		const struct done_data *d = &s->done.data[i];
		if (d->output && d->given && str_eq(d->port, p->port->name))
			hash = d->hash;
	}
	basis_put(&s->arena, b, "holds", p->dataset, hash ? hash : BASIS_ABSENT);
	if (hash && file_stamp(s->j.rootfd, p->entry, true, stamp))
		basis_put(&s->arena, b, "stamp", p->dataset, stamp);
}

static void
note_other(struct slot *s, const struct plan_other *o, struct basis *b)
{
	char hash[HASH_SHA_HEX];
	const char *made = map_get(&s->run->made, o->dataset);
	if (!made)
		made = file_hash(s->j.rootfd, o->entry, hash) ? hash : BASIS_ABSENT;
	basis_put(&s->arena, b, "holds", o->dataset, made);
}

const char *
changed_basis(struct slot *s)
{
	const struct plan_node *n = s->task->node;
	struct basis b;
	basis_settings(&s->arena, s->run->o->plan, n, &b);
	for (size_t i = 0; i < n->n_others; i++)
		note_other(s, &n->others[i], &b);
	for (size_t i = 0; i < n->n_inputs; i++) {
		const struct job_input *in = &s->j.inputs[i];
		if (!n->inputs[i].entry || in->absent)
			basis_put(&s->arena, &b, "holds", n->inputs[i].dataset,
				in->absent ? BASIS_ABSENT : BASIS_MEMORY);
		else
			note_input(s, in, &b);
	}
	for (size_t i = 0; i < n->n_outputs; i++)
		if (n->outputs[i].entry)
			note_output(s, &n->outputs[i], &b);
		else
			basis_put(&s->arena, &b, "holds", n->outputs[i].dataset, BASIS_MEMORY);
	const char *text = basis_text(&s->arena, &b);
	basis_fini(&b);
	return text;
}

/* ---- before the run */

static const char *
forecast_inputs(struct changed *c, size_t i, const struct forecast *f, struct arena *a)
{
	const struct plan_node *n = &c->plan->nodes[i];
	for (size_t k = 0; k < n->n_inputs; k++) {
		int from = changed_producer(c, n->inputs[k].dataset);
		if (n->inputs[k].produced && from >= 0 && f[from].run)
			return arena_printf(a, "input %s is made again", n->inputs[k].dataset);
	}
	for (size_t k = 0; k < n->n_others; k++) {
		int from = changed_producer(c, n->others[k].dataset);
		if (n->others[k].produced && from >= 0 && f[from].run)
			return arena_printf(a, "dataset %s is made again", n->others[k].dataset);
	}
	/* nobody makes them again, but another run may have */
	for (size_t k = 0; k < n->n_inputs; k++) {
		const struct plan_port *p = &n->inputs[k];
		const char *why = NULL;
		if (p->produced && p->entry)
			why = compare(c, "input", p->dataset,
				basis_get(&c->nodes[i].then, "holds", p->dataset),
				on_disk(c, &c->nodes[i].then, p->entry));
		if (why)
			return arena_strdup(a, why);
	}
	return NULL;
}

/* Producers of what is only in memory run when a reader does. Readers come later in the plan. */
static void
forecast_memory(struct changed *c, struct forecast *f, struct arena *a)
{
	for (size_t i = c->plan->n; i-- > 0;) {
		const struct plan_node *n = &c->plan->nodes[i];
		for (size_t k = 0; f[i].run && k < n->n_inputs; k++) {
			int from = changed_producer(c, n->inputs[k].dataset);
			if (n->inputs[k].entry || from < 0 || f[from].run)
				continue;
			f[from].run = true;
			f[from].why = arena_printf(a, "%s is in memory and %s reads it",
				n->inputs[k].dataset, n->spec->name);
		}
	}
}

int
run_forecast(struct arena *a, const struct forecast_of *of, struct forecast **out, struct err *e)
{
	struct changed *c = NULL;
	size_t n = of->plan->n;
	struct forecast *f = arena_alloc(a, (n + 1) * sizeof(*f));
	if (changed_open(&c, of, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		const char *why = c->nodes[i].why;
		why = why ? arena_strdup(a, why) : forecast_inputs(c, i, f, a);
		f[i] = (struct forecast){
			why != NULL, c->nodes[i].stale, why ? why : arena_strdup(a, c->cached)};
	}
	forecast_memory(c, f, a);
	changed_close(c);
	*out = f;
	return 0;
}
