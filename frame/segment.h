/* SPDX-License-Identifier: Apache-2.0
 * Segments and the counted buffers in them; private to frame/.
 *
 * A buffer is either being written, in a segment of this process, or read, through a read-only
 * mapping made on first use. What a segment goes through in the process that writes it:
 *
 *	fresh or offered --seg_take--> building --seg_end--> holding frames --last buffer freed--> idle
 *	                                  ^                                                         |
 *	                                  +------------------------seg_take-------------------------+
 *
 * A segment that a descriptor names (seg_hand_over) never becomes idle: others may be reading. */
#ifndef FRAME_SEGMENT_H
#define FRAME_SEGMENT_H

#include <stdatomic.h>
#include "frame/frame.h"

/* The most bytes a buffer can have, and the most slots (buffers) of a segment. */
#define SLOT_SHIFT 40
#define SLOT_BYTES (UINT64_C(1) << SLOT_SHIFT)
#define SLOTS_MAX (UINT32_C(1) << 22)

struct seg;

struct buf {
	atomic_int refs;
	struct seg *seg; /* counted: one of its tenants */
	int64_t slot;    /* the slot it is written in; -1: it is read */
	uint64_t at;     /* where it begins in the segment */
	uint64_t len;    /* bytes in use; while it is written, the bytes there is room for */
	uint8_t *map;    /* written: its start; read: NULL or the mapping of the pages it is on */
};

/* A segment to write into: one that is idle, else a fresh one. The caller is a tenant till seg_end. */
MUST_CHECK int seg_take(struct segs *s, struct seg **out, struct err *e);
/* Ends writing: gives back the stale memory nothing in the segment uses. */
void seg_end(struct seg *seg);
/* The segment of that id, or NULL. */
struct seg *seg_find(struct segs *s, uint64_t id);
/* True if other processes can map the segment. */
bool seg_shared(const struct seg *seg);
/* Marks the segment as known to others, and gives its id. */
uint64_t seg_hand_over(struct seg *seg);
/* Reads n bytes at `at`; false if the segment is too short. */
bool seg_peek(struct seg *seg, uint64_t at, void *into, size_t n);

/* A buffer in an unused slot of a segment that is being written, with room for at least `bytes`; how
 * many it is says buf->len. Its content is stale. */
MUST_CHECK int
buf_new(struct seg *seg, int64_t slot, uint64_t bytes, struct buf **out, struct err *e);
/* Zeroes what of the first `bytes` may not be zero; only for a buffer nothing was written into. */
void buf_zero(struct buf *b, uint64_t bytes);
/* Makes the pages of these bytes at once, which costs far less than one at a time at their first write.
 * Only for bytes that will all be written, and of a table that is there already: memory has room. */
void buf_populate(struct buf *b, uint64_t from, uint64_t to);
/* Makes room for at least `bytes`; the content moves along (not a byte is copied). */
MUST_CHECK int buf_reserve(struct buf *b, uint64_t bytes, struct err *e);
/* Ends writing: the buffer is len bytes. */
void buf_end(struct buf *b, uint64_t len);
/* A buffer to read: `len` bytes at `at`. Fails if they are not all inside the segment. */
MUST_CHECK int
buf_open(struct seg *seg, uint64_t at, uint64_t len, struct buf **out, struct err *e);
/* The bytes of a buffer, mapped if they were not. */
const uint8_t *buf_bytes(struct buf *b);
struct buf *buf_ref(struct buf *b); /* NULL is fine, here and below */
void buf_unref(struct buf *b);

#endif
