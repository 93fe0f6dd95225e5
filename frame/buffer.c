/* SPDX-License-Identifier: Apache-2.0
 * Counted buffers: those being written, in a slot, and those that are read, in any segment.
 *
 * Frames of several threads may share a buffer. Its count is atomic; its mapping is made once, under
 * the lock, and never moves after buf_end. */
#include "frame/slot.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif
#define POPULATE_MIN (UINT64_C(128) << 10)

static struct buf *
buf_make(struct seg *seg, int64_t slot, uint64_t at, uint64_t len)
{
	struct buf *b = mem_alloc(sizeof(*b));

	atomic_init(&b->refs, 1);
	b->seg = seg;
	b->slot = slot;
	b->at = at;
	b->len = len;
	seg->tenants++;
	return b;
}

/* While a buffer is written all of its slot may be: `len` and `dirty` count the whole mapping until
 * buf_end knows better. */
static void
buf_widen(struct buf *b, struct slot *s)
{
	b->map = s->map;
	b->len = s->cap;
	s->len = s->cap;
}

int
buf_new(struct seg *seg, int64_t slot, uint64_t bytes, struct buf **out, struct err *e)
{
	struct slot *s;
	struct buf *b;
	int rc = -1;

	pthread_mutex_lock(&seg->owner->lock);
	s = slot_get(seg, slot);
	if (slot_map(seg, slot, bytes > s->dirty ? bytes : s->dirty) < 0) {
		err_errno(
			e, MLC_OOM, "memory for a column of %llu bytes", (unsigned long long)bytes);
		goto out;
	}
	s = slot_get(seg, slot);
	s->used = true;
	b = buf_make(seg, slot, slot_at(slot), 0);
	buf_widen(b, s);
	*out = b;
	rc = 0;
out:
	pthread_mutex_unlock(&seg->owner->lock);
	return rc;
}

void
buf_zero(struct buf *b, uint64_t bytes)
{
	uint64_t dirty = slot_get(b->seg, b->slot)->dirty;

	memset(b->map, 0, dirty < bytes ? dirty : bytes);
}

/* A kernel that cannot do it (before 5.14) makes them one at a time. */
void
buf_populate(struct buf *b, uint64_t from, uint64_t to)
{
	uint64_t dirty = slot_get(b->seg, b->slot)->dirty;

	from -= from % (uint64_t)getpagesize();
	if (from < dirty)
		from = dirty;
	if (to > from + POPULATE_MIN)
		(void)madvise(b->map + from, page_round(to) - from, MADV_POPULATE_WRITE);
}

int
buf_reserve(struct buf *b, uint64_t bytes, struct err *e)
{
	uint64_t twice = bytes;
	int rc = 0;

	if (bytes <= b->len)
		return 0;
	pthread_mutex_lock(&b->seg->owner->lock);
	if (bytes < 2 * b->len && 2 * b->len <= SLOT_BYTES)
		twice = 2 * b->len;
	if (slot_map(b->seg, b->slot, twice) < 0 && slot_map(b->seg, b->slot, bytes) < 0)
		rc = err_errno(
			e, MLC_OOM, "memory for a column of %llu bytes", (unsigned long long)bytes);
	else
		buf_widen(b, slot_get(b->seg, b->slot));
	pthread_mutex_unlock(&b->seg->owner->lock);
	return rc;
}

void
buf_end(struct buf *b, uint64_t len)
{
	struct slot *s;

	pthread_mutex_lock(&b->seg->owner->lock);
	s = slot_get(b->seg, b->slot);
	b->len = len;
	s->len = len;
	s->dirty = page_round(len) > s->dirty ? page_round(len) : s->dirty;
	pthread_mutex_unlock(&b->seg->owner->lock);
}

/* True if the segment has all of those bytes; the file may have grown since it was last looked at. */
static bool
seg_covers(struct seg *seg, uint64_t at, uint64_t len)
{
	struct stat st;

	if (len == 0 || len > SLOT_BYTES || at > INT64_MAX - len)
		return false;
	if (at + len <= seg->size)
		return true;
	if (fstat(seg->fd, &st) < 0 || st.st_size < 0)
		return false;
	seg->size = (uint64_t)st.st_size;
	return at + len <= seg->size;
}

int
buf_open(struct seg *seg, uint64_t at, uint64_t len, struct buf **out, struct err *e)
{
	int rc = 0;

	pthread_mutex_lock(&seg->owner->lock);
	if (seg->fd < 0)
		rc = err_set(e, MLC_FRAME, "segment %llu is private memory",
			(unsigned long long)seg->id);
	else if (!seg_covers(seg, at, len))
		rc = err_set(e, MLC_FRAME, "%llu bytes at %llu are not in segment %llu",
			(unsigned long long)len, (unsigned long long)at,
			(unsigned long long)seg->id);
	else
		*out = buf_make(seg, -1, at, len);
	pthread_mutex_unlock(&seg->owner->lock);
	return rc;
}

const uint8_t *
buf_bytes(struct buf *b)
{
	uint64_t skip = b->at % (uint64_t)getpagesize();
	void *map;

	if (b->slot >= 0)
		return b->map;
	pthread_mutex_lock(&b->seg->owner->lock);
	if (!b->map) {
		map = mmap(NULL, b->len + skip, PROT_READ, MAP_SHARED, b->seg->fd,
			(off_t)(b->at - skip));
		if (map == MAP_FAILED)
			mem_exhausted();
		b->map = map;
	}
	pthread_mutex_unlock(&b->seg->owner->lock);
	return b->map + skip;
}

struct buf *
buf_ref(struct buf *b)
{
	if (b)
		atomic_fetch_add_explicit(&b->refs, 1, memory_order_relaxed);
	return b;
}

void
buf_unref(struct buf *b)
{
	pthread_mutex_t *lock;

	if (!b || atomic_fetch_sub_explicit(&b->refs, 1, memory_order_acq_rel) > 1)
		return;
	lock = &b->seg->owner->lock;
	pthread_mutex_lock(lock);
	if (b->slot >= 0) {
		struct slot *s = slot_get(b->seg, b->slot);

		s->used = false;
		s->dirty = page_round(b->len) > s->dirty ? page_round(b->len) : s->dirty;
	} else if (b->map) {
		munmap(b->map, b->len + b->at % (uint64_t)getpagesize());
	}
	seg_leave(b->seg);
	pthread_mutex_unlock(lock);
	free(b);
}
