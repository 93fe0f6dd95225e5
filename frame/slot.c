/* SPDX-License-Identifier: Apache-2.0
 * Slots: the memory of the buffers that this process writes.
 *
 * Touching a page for the first time costs more than all that is done with it later, so memory that
 * was touched is kept: a slot keeps its mapping and its pages when its buffer is freed, and growing
 * moves page tables instead of bytes. What may be non-zero in a slot is known (`dirty`), and only
 * that is ever zeroed:
 *
 *	0          len        dirty                cap                                 1 << 40
 *	| in use   | stale    | zeros, untouched   | not mapped                        | next slot */
#include "frame/slot.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* A recycled slot in more pieces than this is emptied, not explored. */
#define PIECES_MAX 8

uint64_t
page_round(uint64_t n)
{
	uint64_t page = (uint64_t)getpagesize();

	return (n + page - 1) & ~(page - 1);
}

uint64_t
slot_at(int64_t k)
{
	return (uint64_t)k << SLOT_SHIFT;
}

struct slot *
slot_get(struct seg *seg, int64_t k)
{
	size_t had = seg->n, need = (size_t)k + 1;

	if (need > had) {
		seg->slots = mem_grow(seg->slots, &seg->cap, need, sizeof(*seg->slots));
		memset(seg->slots + had, 0, (need - had) * sizeof(*seg->slots));
		seg->n = need;
	}
	return &seg->slots[k];
}

static int
seg_extend(struct seg *seg, uint64_t size)
{
	if (seg->fd < 0 || size <= seg->size)
		return 0;
	if (ftruncate(seg->fd, (off_t)size) < 0)
		return -1;
	seg->size = size;
	return 0;
}

int
slot_map(struct seg *seg, int64_t k, uint64_t bytes)
{
	struct slot *s = slot_get(seg, k);
	struct segs *all = seg->owner;
	int flags = seg->fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE : MAP_SHARED;
	off_t at = seg->fd < 0 ? 0 : (off_t)slot_at(k);
	void *map;

	if (bytes > SLOT_BYTES) {
		errno = ENOMEM;
		return -1;
	}
	bytes = page_round(bytes);
	if (bytes <= s->cap)
		return 0;
	if (all->limit && all->mapped + (bytes - s->cap) > all->limit) {
		errno = ENOMEM;
		return -1;
	}
	if (seg_extend(seg, slot_at(k) + bytes) < 0)
		return -1;
	if (s->map)
		map = mremap(s->map, s->cap, bytes, MREMAP_MAYMOVE);
	else
		map = mmap(NULL, bytes, PROT_READ | PROT_WRITE, flags, seg->fd, at);
	if (map == MAP_FAILED)
		return -1;
	all->mapped += bytes - s->cap;
	s->map = map;
	s->cap = bytes;
	return 0;
}

void
slot_unmap(struct seg *seg, struct slot *s)
{
	if (s->map)
		munmap(s->map, s->cap);
	seg->owner->mapped -= s->cap;
	s->map = NULL;
	s->cap = 0;
}

/* Only saves memory, so a failure may be ignored as long as `dirty` stays true. */
void
slot_punch(struct seg *seg, int64_t k, uint64_t keep)
{
	struct slot *s = slot_get(seg, k);
	uint64_t from = page_round(keep), n = page_round(s->dirty) - from;
	int bad;

	if (seg->fd < 0)
		bad = madvise(s->map + from, n, MADV_DONTNEED);
	else
		bad = fallocate(seg->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
			(off_t)(slot_at(k) + from), (off_t)n);
	if (!bad)
		s->dirty = from;
}

/* Finds which bytes of slot k hold pages, from the piece at `at`. False: in too many pieces. */
static bool
slot_explore(struct seg *seg, int64_t k, off_t at)
{
	off_t end = (off_t)(slot_at(k) + SLOT_BYTES), hole;

	slot_get(seg, k)->dirty = SLOT_BYTES;
	for (int i = 0; i < PIECES_MAX; i++) {
		hole = lseek(seg->fd, at, SEEK_HOLE);
		if (hole < 0)
			return false;
		hole = hole < end ? hole : end;
		at = hole < end ? lseek(seg->fd, hole, SEEK_DATA) : end;
		if (at < 0 || at >= end) {
			slot_get(seg, k)->dirty = page_round((uint64_t)hole - slot_at(k));
			return true;
		}
	}
	return false;
}

void
seg_explore(struct seg *seg)
{
	off_t at = 0;

	seg->unexplored = false;
	while ((at = lseek(seg->fd, at, SEEK_DATA)) >= 0) {
		int64_t k = at >> SLOT_SHIFT;

		if (k >= SLOTS_MAX)
			break;
		if (!slot_explore(seg, k, at))
			slot_punch(seg, k, 0);
		at = (off_t)slot_at(k + 1);
	}
}
