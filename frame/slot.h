/* SPDX-License-Identifier: Apache-2.0
 * What segment.c, slot.c and buffer.c share: the insides of segments, all under segs->lock. */
#ifndef FRAME_SLOT_H
#define FRAME_SLOT_H

#include <pthread.h>
#include "frame/segment.h"

/* A buffer's place in a segment that this process writes. */
struct slot {
	uint8_t *map;   /* owned; NULL: not mapped */
	uint64_t cap;   /* bytes mapped */
	uint64_t dirty; /* bytes from the start that may be non-zero; whole pages or less */
	uint64_t len;   /* bytes in use */
	bool used;
};

struct seg {
	struct segs *owner;
	struct seg *next; /* among the idle */
	uint64_t id;
	int fd;          /* owned; -1: private memory */
	uint64_t size;   /* of the file, when last looked at */
	size_t tenants;  /* buffers, and the builder */
	uint64_t stale;  /* bytes of pages that its buffers do not need */
	bool written;    /* by this process */
	bool handed;     /* some descriptor names it */
	bool unexplored; /* offered, and its slots are not known yet */
	struct slot *slots;
	size_t n, cap;
};

struct segs {
	enum segs_kind kind;
	uint64_t next_id;
	pthread_mutex_t lock;
	struct seg **v; /* owned */
	size_t n, cap;
	struct seg *idle; /* last in, first out: its pages are the warmest */
	uint64_t idle_bytes, stale_bytes;
	uint64_t mapped, limit; /* of all slots; 0: no limit */
};

uint64_t page_round(uint64_t n); /* up to whole pages */
uint64_t slot_at(int64_t k);     /* where slot k begins in its segment */
struct slot *slot_get(struct seg *seg, int64_t k);
/* Maps the slot's first `bytes`, or moves and widens the mapping there is. Fails with errno set. */
MUST_CHECK int slot_map(struct seg *seg, int64_t k, uint64_t bytes);
void slot_unmap(struct seg *seg, struct slot *s);
/* Gives the pages behind the first `keep` bytes back to the system; they read as zeros again. */
void slot_punch(struct seg *seg, int64_t k, uint64_t keep);
/* Learns what an offered segment holds, so that its pages are used again. */
void seg_explore(struct seg *seg);
/* One tenant less. The segment may be gone afterwards. */
void seg_leave(struct seg *seg);

#endif
