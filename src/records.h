/* records - messages found, until they are pulled; and the memory that they stand in. */
#ifndef SRC_RECORDS_H
#define SRC_RECORDS_H

#include "dissect/arena.h"
#include "src/record.h"

struct records {
	struct record *row;
	size_t first, total, room;
	struct arena frames; /* their lists of frames */
	void **kept;         /* blocks that records point into */
	size_t kept_total, kept_room;
	uint64_t dropped; /* for want of memory */
};

void records_init(struct records *rs);
/* Forgets all that were there. */
void records_reset(struct records *rs);
/* A copy of r, with frames (copied) as its list. False without memory: it is counted. */
bool records_add(struct records *rs, const struct record *r, const uint64_t *frames,
                 size_t frames_total);
/* Frees a block at the next reset, as records may point into it. */
void records_keep(struct records *rs, void *block);
bool records_next(struct records *rs, struct record *out);
void records_free(struct records *rs);

#endif
