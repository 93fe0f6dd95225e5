/* SPDX-License-Identifier: Apache-2.0
 * Segments: memory files that other processes can map, written by one builder at a time.
 *
 * A segment without buffers waits for the next builder, because its pages are there already; only
 * one that others may be reading does not. Whatever threads may do at the same time (taking, freeing,
 * first use of a mapping) is under the one lock of struct segs. */
#include "frame/slot.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef MFD_NOEXEC_SEAL /* Linux 6.3 */
#define MFD_NOEXEC_SEAL 0x0008U
#endif

/* Stale pages up to this many bytes, or as many as are in use, stay with a frame for ever. */
#define WASTE_MAX (UINT64_C(256) << 10)
/* A process keeps at most this much memory for builders to come, and as much that is stale. */
#define IDLE_MAX (UINT64_C(256) << 20)

static struct seg *
seg_add(struct segs *s, uint64_t id, int fd)
{
	struct seg *seg = mem_alloc(sizeof(*seg));

	seg->owner = s;
	seg->id = id;
	seg->fd = fd;
	s->v = mem_grow(s->v, &s->cap, s->n + 1, sizeof(struct seg *));
	s->v[s->n++] = seg;
	return seg;
}

static void
seg_free(struct seg *seg)
{
	for (size_t k = 0; k < seg->n; k++)
		slot_unmap(seg, &seg->slots[k]);
	if (seg->fd >= 0)
		close(seg->fd);
	free(seg->slots);
	free(seg);
}

static void
seg_drop(struct segs *s, struct seg *seg)
{
	size_t i = 0;

	while (s->v[i] != seg)
		i++;
	memmove(s->v + i, s->v + i + 1, (--s->n - i) * sizeof(struct seg *));
	seg_free(seg);
}

static uint64_t
seg_dirty(const struct seg *seg)
{
	uint64_t bytes = 0;

	for (size_t k = 0; k < seg->n; k++)
		bytes += seg->slots[k].dirty;
	return bytes;
}

static void
seg_count_stale(struct seg *seg, uint64_t bytes)
{
	seg->owner->stale_bytes += bytes - seg->stale;
	seg->stale = bytes;
}

static uint64_t
slot_needed(const struct slot *s)
{
	return s->used ? s->len : 0;
}

/* Bytes of the slot that are kept though no buffer needs them, if they are worth a word. */
static uint64_t
slot_stale(const struct slot *s)
{
	uint64_t keep = slot_needed(s);

	return s->dirty > keep + (keep > WASTE_MAX ? keep : WASTE_MAX) ? s->dirty - keep : 0;
}

/* Gives stale pages back. */
static void
seg_trim(struct seg *seg)
{
	for (size_t k = 0; k < seg->n; k++)
		if (slot_stale(&seg->slots[k]))
			slot_punch(seg, (int64_t)k, slot_needed(&seg->slots[k]));
	seg_count_stale(seg, 0);
}

/* Nothing in the segment is in use any more. */
static void
seg_vacate(struct segs *s, struct seg *seg)
{
	uint64_t bytes = seg_dirty(seg);

	seg_count_stale(seg, 0);
	if (seg->handed) {
		for (size_t k = 0; k < seg->n; k++)
			slot_unmap(seg, &seg->slots[k]);
	} else if (s->idle_bytes + bytes > IDLE_MAX) {
		seg_drop(s, seg);
	} else {
		s->idle_bytes += bytes;
		seg->next = s->idle;
		s->idle = seg;
	}
}

void
seg_leave(struct seg *seg)
{
	if (--seg->tenants == 0 && seg->written)
		seg_vacate(seg->owner, seg);
}

/* A memory file nobody can run or shorten: a reader's pages cannot be pulled from under it. */
static int
memfd_new(struct err *e)
{
	unsigned flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
	int fd = memfd_create("mlflow-c frame", flags | MFD_NOEXEC_SEAL);

	if (fd < 0 && errno == EINVAL)
		fd = memfd_create("mlflow-c frame", flags);
	if (fd < 0)
		return err_errno(e, MLC_OOM, "shared memory for a table");
	if (fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK) < 0) {
		err_errno(e, MLC_OOM, "shared memory for a table");
		close(fd);
		return -1;
	}
	return fd;
}

static struct seg *
idle_pop(struct segs *s)
{
	struct seg *seg = s->idle;

	if (!seg)
		return NULL;
	s->idle = seg->next;
	seg->next = NULL;
	if (seg->unexplored)
		seg_explore(seg);
	else
		s->idle_bytes -= seg_dirty(seg);
	return seg;
}

int
seg_take(struct segs *s, struct seg **out, struct err *e)
{
	struct seg *seg;
	int fd = -1, rc = -1;

	pthread_mutex_lock(&s->lock);
	seg = idle_pop(s);
	if (!seg) {
		if (s->kind == SEGS_SHARED && (fd = memfd_new(e)) < 0)
			goto out;
		seg = seg_add(s, s->next_id++, fd);
	}
	seg->written = true;
	seg->tenants = 1;
	*out = seg;
	rc = 0;
out:
	pthread_mutex_unlock(&s->lock);
	return rc;
}

/* A small table in the memory of a large one is mostly gone soon, as a batch is: then its pages are
 * wanted again. */
void
seg_end(struct seg *seg)
{
	pthread_mutex_t *lock = &seg->owner->lock;
	uint64_t stale = 0;

	pthread_mutex_lock(lock);
	for (size_t k = 0; k < seg->n; k++)
		stale += slot_stale(&seg->slots[k]);
	seg_count_stale(seg, stale);
	if (seg->owner->stale_bytes > IDLE_MAX)
		seg_trim(seg);
	seg_leave(seg);
	pthread_mutex_unlock(lock);
}

static struct seg *
find(const struct segs *s, uint64_t id)
{
	for (size_t i = s->n; i-- > 0;)
		if (s->v[i]->id == id)
			return s->v[i];
	return NULL;
}

struct seg *
seg_find(struct segs *s, uint64_t id)
{
	struct seg *seg;

	pthread_mutex_lock(&s->lock);
	seg = find(s, id);
	pthread_mutex_unlock(&s->lock);
	return seg;
}

bool
seg_shared(const struct seg *seg)
{
	return seg->fd >= 0;
}

uint64_t
seg_hand_over(struct seg *seg)
{
	pthread_mutex_lock(&seg->owner->lock);
	seg->handed = true;
	seg_trim(seg);
	pthread_mutex_unlock(&seg->owner->lock);
	return seg->id;
}

bool
seg_peek(struct seg *seg, uint64_t at, void *into, size_t n)
{
	return pread(seg->fd, into, n, (off_t)at) == (ssize_t)n;
}

/* --- all segments of a process ------------------------------------------------------------------- */

struct segs *
segs_new(enum segs_kind kind, uint64_t first_id)
{
	struct segs *s = mem_alloc(sizeof(*s));

	s->kind = kind;
	s->next_id = first_id;
	pthread_mutex_init(&s->lock, NULL);
	return s;
}

void
segs_limit(struct segs *s, uint64_t bytes)
{
	pthread_mutex_lock(&s->lock);
	s->limit = bytes;
	pthread_mutex_unlock(&s->lock);
}

void
segs_free(struct segs *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->n; i++)
		seg_free(s->v[i]);
	free(s->v);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

/* A second descriptor of a segment that is known is of no use. */
static struct seg *
seg_join(struct segs *s, uint64_t id, int fd)
{
	if (!find(s, id))
		return seg_add(s, id, fd);
	close(fd);
	return NULL;
}

void
segs_attach(struct segs *s, uint64_t id, int fd)
{
	pthread_mutex_lock(&s->lock);
	seg_join(s, id, fd);
	pthread_mutex_unlock(&s->lock);
}

void
segs_offer(struct segs *s, uint64_t id, int fd)
{
	struct seg *seg;
	struct stat st;

	pthread_mutex_lock(&s->lock);
	seg = seg_join(s, id, fd);
	if (seg) {
		seg->size = fstat(fd, &st) < 0 ? 0 : (uint64_t)st.st_size;
		seg->unexplored = true;
		seg->next = s->idle;
		s->idle = seg;
	}
	pthread_mutex_unlock(&s->lock);
}

static uint64_t
seg_bytes(const struct seg *seg)
{
	struct stat st;

	if (seg->fd < 0)
		return seg_dirty(seg);
	return fstat(seg->fd, &st) < 0 ? 0 : (uint64_t)st.st_blocks * 512;
}

size_t
segs_fresh(const struct segs *s, size_t i, struct seg_info *out)
{
	/* Only the lock is written to, and it is no part of what the caller sees. */
	pthread_mutex_t *lock = (pthread_mutex_t *)&s->lock;
	size_t n = 0;

	pthread_mutex_lock(lock);
	for (size_t j = 0; j < s->n; j++) {
		const struct seg *seg = s->v[j];

		if (!seg->written)
			continue;
		if (n++ == i && out)
			*out = (struct seg_info){seg->id, seg->fd, seg_bytes(seg)};
	}
	pthread_mutex_unlock(lock);
	return n;
}
