/* SPDX-License-Identifier: Apache-2.0
 * The executor of --in-process: nodes run on threads of our own, never on libuv's pool, which is
 * small and shared with file and DNS work.
 *
 *	runner: slot -> queue -> a thread: job_run -> done list -> uv_async -> runner: slot_ended
 *
 * No isolation: a node that crashes takes the run with it. For debugging, and for tiny trusted nodes. */
#include "pipeline/run.h"

#include <pthread.h>
#include <signal.h>

#include "pipeline/command.h"

struct work { /* one per slot */
	struct slot *slot;
	const struct mlf_node *def;
	struct segs *segs; /* of every table made by this slot's jobs; lives as long as the run */
	atomic_bool cancelled;
	struct work *next;
};
struct pool {
	pthread_mutex_t lock;
	pthread_cond_t more;
	struct work *todo, **todo_end, *finished;
	struct work *works;
	pthread_t *threads;
	int n_threads;
	bool closing;
	uv_async_t wake;
	struct map loaded; /* plugin path -> struct plugin *; loaded once, on the runner's thread */
	struct arena arena; /* of the loaded plugins */
};

static void *
thread_main(void *arg)
{
	struct pool *p = arg;
	pthread_mutex_lock(&p->lock);
	for (;;) {
		while (!p->todo && !p->closing)
			pthread_cond_wait(&p->more, &p->lock);
		struct work *w = p->todo;
		if (!w)
			break;
		p->todo = w->next;
		if (!p->todo)
			p->todo_end = &p->todo;
		pthread_mutex_unlock(&p->lock);
		struct job_host host = {.segs = w->segs, .ctl = -1, .cancelled = &w->cancelled};
		job_run(&w->slot->j, w->def, &host, &w->slot->arena, &w->slot->done);
		pthread_mutex_lock(&p->lock);
		w->next = p->finished;
		p->finished = w;
		(void)uv_async_send(&p->wake);
	}
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

static void
on_wake(uv_async_t *a)
{
	struct run *r = a->data;
	struct pool *p = r->exec_state;
	pthread_mutex_lock(&p->lock);
	struct work *w = p->finished;
	p->finished = NULL;
	pthread_mutex_unlock(&p->lock);
	for (struct work *next; w; w = next) {
		struct slot *s = w->slot;
		next = w->next;
		s->has_done = true;
		slot_ended(s);
	}
}

static void
free_work(struct pool *p, int n)
{
	for (int i = 0; i < n; i++)
		segs_free(p->works[i].segs);
	free(p->works);
}

/* The plugin in this very process, loaded once. */
static struct plugin *
load(struct pool *p, const char *root, const char *path, const struct plugin_expected *expected,
	struct err *e)
{
	struct plugin *plugin = map_get(&p->loaded, path);
	if (plugin)
		return plugin;
	plugin = arena_alloc(&p->arena, sizeof(*plugin));
	if (plugin_load(&p->arena, root, path, expected, plugin, e) < 0)
		return NULL;
	map_put(&p->loaded, path, plugin);
	return plugin;
}

static const struct mlf_node *
load_node(struct pool *p, const struct slot *s, struct err *e)
{
	const struct plan_node *n = s->task->node;
	if (n->program)
		return &command_node;
	const struct plugin_expected expected = {n->plugin->id, n->plugin->hash};
	const struct plugin *plugin = load(p, s->j.root, n->plugin->path, &expected, e);
	const struct mlf_node *def = plugin ? plugin_node(&plugin->info, n->def->name) : NULL;
	if (plugin && !def)
		err_set(e, MLC_PLUGIN_STALE, "plugin %s has no node `%s` any more", n->plugin->path,
			n->def->name);
	return def;
}

static int
load_hooks(struct pool *p, struct slot *s, struct err *e)
{
	for (size_t i = 0; i < s->j.n_hooks; i++) {
		struct hook *h = &s->j.hooks[i];
		const struct plugin_expected expected = {h->plugin_id, h->plugin_hash};
		if (!h->plugin)
			continue;
		const struct plugin *plugin = load(p, s->j.root, h->plugin, &expected, e);
		if (!plugin)
			return -1;
		h->loaded = plugin_hook(&plugin->info, h->def);
	}
	return 0;
}

static int
thread_start(struct slot *s, struct err *e)
{
	struct pool *p = s->run->exec_state;
	struct work *w = &p->works[s - s->run->slots];
	w->def = load_node(p, s, e);
	if (!w->def || load_hooks(p, s, e) < 0)
		return -1;
	w->next = NULL;
	atomic_store(&w->cancelled, false);
	pthread_mutex_lock(&p->lock);
	*p->todo_end = w;
	p->todo_end = &w->next;
	pthread_cond_signal(&p->more);
	pthread_mutex_unlock(&p->lock);
	return 0;
}

/* A thread can only be asked. */
static void
thread_stop(struct slot *s, int signal)
{
	struct pool *p = s->run->exec_state;
	(void)signal;
	atomic_store(&p->works[s - s->run->slots].cancelled, true);
}

/* The handle is part of the pool, so the pool goes when libuv is done with it. */
static void
pool_gone(uv_handle_t *h)
{
	free((char *)h - offsetof(struct pool, wake));
}

static void
thread_close(struct run *r)
{
	struct pool *p = r->exec_state;
	pthread_mutex_lock(&p->lock);
	p->closing = true;
	pthread_cond_broadcast(&p->more);
	pthread_mutex_unlock(&p->lock);
	for (int i = 0; i < p->n_threads; i++)
		pthread_join(p->threads[i], NULL);
	held_close(r); /* frames lie in the segments */
	free_work(p, r->n_slots);
	free(p->threads);
	map_fini(&p->loaded);
	arena_fini(&p->arena);
	pthread_cond_destroy(&p->more);
	pthread_mutex_destroy(&p->lock);
	uv_close((uv_handle_t *)&p->wake, pool_gone);
	r->exec_state = NULL;
}

static int
thread_open(struct run *r, struct err *e)
{
	struct pool *p = mem_alloc(sizeof(*p));
	int rc = uv_async_init(&r->loop, &p->wake, on_wake);
	if (rc < 0) {
		free(p);
		return err_set(e, MLC_WORKER, "cannot watch the threads: %s", uv_strerror(rc));
	}
	r->exec_state = p;
	p->wake.data = r;
	p->todo_end = &p->todo;
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->more, NULL);
	p->works = mem_alloc((size_t)r->n_slots * sizeof(*p->works));
	p->threads = mem_alloc((size_t)r->o->jobs * sizeof(*p->threads));
	for (int i = 0; i < r->n_slots; i++) {
		p->works[i].slot = &r->slots[i];
		p->works[i].segs = segs_new(SEGS_PRIVATE, (uint64_t)i << 40);
	}
	while (p->n_threads < r->o->jobs &&
		pthread_create(&p->threads[p->n_threads], NULL, thread_main, p) == 0)
		p->n_threads++;
	if (p->n_threads)
		return 0;
	thread_close(r);
	return err_set(e, MLC_WORKER, "cannot start a thread");
}

const struct executor thread_executor = {
	"thread", thread_open, thread_start, thread_stop, thread_close};
