/* SPDX-License-Identifier: Apache-2.0
 * A node's output on its way into its log: at most 10 MiB, the head and the tail of it.
 *
 *	|---- first 5 MiB: to the file at once ----| ... left out ... |---- last 5 MiB: ring ----|
 *
 * The file is made at the first byte, so a silent node costs nothing. */
#include "pipeline/run.h"

#include <fcntl.h>
#include <unistd.h>

#define HALF (5u << 20)

/* Makes the log file; a log that cannot be written is no reason to fail a node. */
static void
open_log(struct slot *s)
{
	struct str path = {0};
	struct err ignored;
	const struct run *r = s->run;
	int rootfd = r->o->plan->project->rootfd;
	str_addf(&path, "%s/logs/%s.log", r->out->id.folder,
		s->task                  ? s->task->node->spec->name
			: slot_is_git(s) ? "git"
					 : "@hooks");
	s->log.path = path.s;
	s->log.fd = file_mkdirs(rootfd, path.s, true, &ignored) < 0
		? -1
		: file_open(rootfd, path.s, O_WRONLY | O_CREAT | O_APPEND, true, &ignored);
}

static void
put(struct slot *s, const char *p, size_t n)
{
	struct err ignored;
	if (s->log.fd >= 0)
		(void)!file_write_all(s->log.fd, p, n, &ignored);
}

void
capture_add(struct slot *s, const char *p, size_t n)
{
	struct capture *c = &s->log;
	const struct run_watch *w = &s->run->o->watch;
	if (n && !c->path)
		open_log(s);
	if (n && s->task && w->node_output)
		w->node_output(w->arg, (size_t)(s->task - s->run->tasks), p, n);
	while (n) {
		size_t now = n;
		if (c->total < HALF) {
			if (now > HALF - c->total)
				now = HALF - (size_t)c->total;
			put(s, p, now);
		} else {
			size_t place = (size_t)((c->total - HALF) % HALF);
			if (!c->tail)
				c->tail = mem_alloc(HALF);
			if (now > HALF - place)
				now = HALF - place;
			memcpy(c->tail + place, p, now);
		}
		c->total += now;
		p += now;
		n -= now;
	}
}

void
capture_end(struct slot *s)
{
	struct capture *c = &s->log;
	if (c->tail) {
		uint64_t in_tail = c->total - HALF;
		size_t place = (size_t)(in_tail % HALF);
		char gap[96];
		if (in_tail > HALF) {
			(void)snprintf(gap, sizeof(gap), "\n[... %llu bytes left out ...]\n",
				(unsigned long long)(in_tail - HALF));
			put(s, gap, strlen(gap));
			put(s, c->tail + place, HALF - place);
		}
		put(s, c->tail, place);
	}
	if (c->path && c->fd >= 0)
		close(c->fd);
	free(c->tail);
	c->tail = NULL;
	c->fd = -1;
	c->total = 0;
}
