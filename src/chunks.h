/* chunks - user messages of SCTP put together from their DATA chunks, in any order: RFC 9260 6.9. */
#ifndef SRC_CHUNKS_H
#define SRC_CHUNKS_H

#include "dissect/sctp.h"
#include "src/clock.h"
#include "src/limits.h"
#include "src/net.h"

struct chunks;

struct chunks_whole {
	struct slice payload;   /* up to the first octet that the capture lacks */
	uint32_t length;        /* of the message as sent; >= payload.n */
	bool overlap;           /* a chunk came again with other octets */
	const uint64_t *frames; /* those of the last frame's capture, ascending */
	uint32_t frames_total;
	const struct origin *origins; /* all that it was made of */
	uint32_t origins_total;
};

enum chunks_verdict {
	CHUNKS_HELD,
	CHUNKS_COPY, /* it was there, or the message is whole already */
	CHUNKS_WHOLE, /* this one completed a message: *out, valid until the next chunks_add */
};

struct chunks *chunks_new(struct limits *l); /* NULL without memory */
/* d: not whole. src, dst: with ports. */
enum chunks_verdict chunks_add(struct chunks *cs, const struct addr *src,
                               const struct addr *dst, const struct sctp_data *d,
                               struct origin at, struct chunks_whole *out);
/* Moves the clock: what is too old is given up. */
void chunks_clock(struct chunks *cs, const struct clock *c);
void chunks_free(struct chunks *cs);

#endif
