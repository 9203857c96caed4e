/* arena - memory of one lifetime: many small pieces, given back at once. Bounded; can fail. */
#ifndef DISSECT_ARENA_H
#define DISSECT_ARENA_H

#include "dissect/slice.h"

struct arena_chunk;

struct arena {
	struct arena_chunk *chunks; /* newest first */
	size_t max;                 /* in bytes of all chunks; 0: no bound */
	size_t held;                /* in bytes of all chunks */
	size_t
	    first; /* in bytes of the first chunk, where thousands of arenas hold little each; 0: the usual */
	bool failed; /* the bound was reached or malloc failed since the last reset */
};

void arena_init(struct arena *a, size_t max);
/* Zeroed, aligned for any type; NULL at the bound or without memory (a->failed). */
void *arena_alloc(struct arena *a, size_t n);
/* n * size, checked for overflow. */
void *arena_array(struct arena *a, size_t n, size_t size);
/* The same, not zeroed: for what is filled at once. */
void *arena_array_raw(struct arena *a, size_t n, size_t size);
/* A copy; SLICE_EMPTY if there is no room. */
struct slice arena_keep(struct arena *a, struct slice s);
/* Forgets all pieces, keeps one chunk for the next round. */
void arena_reset(struct arena *a);
void arena_free(struct arena *a);

#define ARENA_NEW(a, type) ((type *)arena_alloc((a), sizeof(type)))

#endif
