/* pieces - parts of a row of octets that come in any order; the first to come wins.
 *
 * Serves IP fragments and TCP segments: positions are 32 bits wide and wrap around (RFC 9293 3.4);
 * all pieces of a row must lie within 2^30 of each other. */
#ifndef SRC_PIECES_H
#define SRC_PIECES_H

#include "dissect/slice.h"

enum { PIECE_COST = 128 }; /* bytes charged for a piece beside its octets */

struct piece_source {
	uint64_t frame;
	int64_t time_ns;
	uint32_t capture;
};

struct piece {
	uint32_t at;     /* position of its first octet */
	uint32_t length; /* octets that it stands for ... */
	uint32_t n;      /* ... and those of them that were captured, from the first on */
	bool differs;    /* another one brought different octets for the same positions */
	struct piece_source source;
	uint8_t bytes[];
};

struct pieces {
	struct piece **row; /* [first, end), ascending, without overlap */
	size_t first, end, room;
	size_t held; /* in bytes, PIECE_COST included */
};

/* What became of an addition. */
struct pieces_added {
	uint32_t fresh;   /* octets that were not there */
	uint32_t covered; /* octets that were */
	bool differs;     /* some of these differ */
	bool twin;        /* a piece of the same position and length was there */
};

static inline size_t
pieces_total(const struct pieces *ps)
{
	return ps->end - ps->first;
}

/* bytes.n <= length. False without memory: then parts of it may be missing. */
bool pieces_add(struct pieces *ps, uint32_t at, struct slice bytes, uint32_t length,
                const struct piece_source *source, struct pieces_added *out);
/* Does any of them differ from these octets where both have some? Such are marked. */
bool pieces_compare(struct pieces *ps, uint32_t at, struct slice bytes);
/* Somebody else knew that others came for these positions. */
void pieces_mark(struct pieces *ps, uint32_t at, uint32_t length);
/* The first one, or NULL; it stays. */
struct piece *pieces_peek(const struct pieces *ps);
/* Takes the first one out; free() it. NULL if there is none. */
struct piece *pieces_take(struct pieces *ps);
void pieces_free(struct pieces *ps);

#endif
