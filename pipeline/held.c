/* SPDX-License-Identifier: Apache-2.0
 * Datasets held in memory between the node that wrote them and the last node that reads them.
 *
 * The runner keeps descriptors, never mappings: a 100 MB table is some numbers here. Segments are
 * counted by the datasets whose columns lie in them (grafted columns lie in their first writer's).
 * A reader gets a read-only reopen of the descriptor, so it cannot write to what others read. */
#include "pipeline/run.h"

#include <fcntl.h>
#include <unistd.h>

void
segment_unref(struct run *r, struct segment *seg)
{
	if (--seg->refs > 0)
		return;
	r->held_bytes -= seg->bytes;
	seg->next = r->unheld;
	r->unheld = seg;
}

void
segments_close(struct run *r)
{
	while (r->unheld) {
		struct segment *seg = r->unheld;
		r->unheld = seg->next;
		if (seg->read_fd >= 0)
			close(seg->read_fd);
		close(seg->fd);
		free(seg);
	}
}

/* A segment with that id among those this node wrote or was lent. */
static struct segment *
find_segment(struct slot *s, uint64_t id)
{
	for (size_t i = 0; i < s->n_fresh; i++)
		if (s->fresh[i]->id == id)
			return s->fresh[i];
	const struct plan_node *n = s->task->node;
	for (size_t i = 0; i < n->n_inputs; i++) {
		const struct held *h = held_get(s->run, n->inputs[i].dataset);
		for (size_t k = 0; h && k < h->n_segs; k++)
			if (h->segs[k]->id == id)
				return h->segs[k];
	}
	return NULL;
}

/* Takes a count on every segment the frame's descriptor names. False if one is not known. */
static bool
take_segments(struct slot *s, struct held *h, const char *json)
{
	struct jr r;
	const char *key;
	size_t cap = 0;
	bool ok = true;
	jr_init(&r, json, strlen(json));
	if (jr_object(&r))
		while (jr_next(&r, &key)) {
			if (!str_eq(key, "segs")) {
				jr_skip(&r);
				continue;
			}
			if (jr_array(&r))
				while (jr_next(&r, &key)) {
					struct segment *seg = find_segment(s, (uint64_t)jr_i64(&r));
					if (!seg) {
						ok = false;
						continue;
					}
					h->segs = mem_grow(h->segs, &cap, h->n_segs + 1,
						sizeof(struct segment *));
					h->segs[h->n_segs++] = seg;
					seg->refs++;
				}
		}
	jr_fini(&r);
	return ok;
}

static void
held_free(struct run *r, struct held *h)
{
	for (size_t i = 0; i < h->n_segs; i++)
		segment_unref(r, h->segs[i]);
	free(h->segs);
	frame_unref(h->frame);
	free(h->json);
	free(h->hash);
	free(h);
}

void
held_add(struct slot *s, const struct done_data *d, int readers, bool has_file)
{
	struct run *r = s->run;
	if (readers == 0 || (!d->frame && !d->frame_json))
		return;
	if (has_file && r->held_bytes > r->held_limit) /* over budget: readers take the file */
		return;
	struct held *h = mem_alloc(sizeof(*h));
	h->dataset = d->dataset;
	h->readers = readers;
	h->frame = d->frame ? frame_ref(d->frame) : NULL;
	h->json = mem_strdup(d->frame_json);
	h->hash = mem_strdup(d->hash);
	if (h->json && !take_segments(s, h, h->json)) {
		held_free(r, h);
		return;
	}
	/* keyed by the plan's text: the slot's arena goes with the attempt */
	const struct plan_node *n = s->task->node;
	for (size_t i = 0; i < n->n_outputs; i++)
		if (str_eq(n->outputs[i].dataset, d->dataset))
			h->dataset = n->outputs[i].dataset;
	map_put(&r->held, h->dataset, h);
}

const struct held *
held_get(const struct run *r, const char *dataset)
{
	return map_get(&r->held, dataset);
}

void
held_read(struct run *r, const char *dataset)
{
	struct held *h = map_get(&r->held, dataset);
	if (!h || --h->readers > 0)
		return;
	map_put(&r->held, dataset, NULL);
	held_free(r, h);
}

void
held_close(struct run *r)
{
	for (size_t i = 0; i < r->held.n; i++)
		if (r->held.values[i])
			held_free(r, r->held.values[i]);
	map_fini(&r->held);
	segments_close(r);
}
