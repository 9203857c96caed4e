/* fragments - IP packets put together from their fragments, in any order. */
#ifndef SRC_FRAGMENTS_H
#define SRC_FRAGMENTS_H

#include "dissect/ip.h"
#include "src/clock.h"
#include "src/limits.h"
#include "src/net.h"

struct fragments;

struct fragments_whole {
	struct slice payload;   /* valid until the next fragments_add */
	uint32_t length;        /* of the packet as sent; >= payload.n */
	uint8_t proto;          /* of its first fragment */
	bool overlap;           /* fragments overlapped with different bytes */
	const uint64_t *frames; /* those of the last frame's capture, ascending */
	uint32_t frames_total;
	const struct origin *origins; /* all that it was made of */
	uint32_t origins_total;
};

enum fragments_verdict {
	FRAGMENTS_HELD,
	FRAGMENTS_COPY,    /* held, but so far a copy of what became whole before */
	FRAGMENTS_OVERLAP, /* held or not, but it contradicts those that were there */
	FRAGMENTS_WHOLE,   /* this one completed a packet: *out */
	FRAGMENTS_REFUSED, /* it can be part of no packet */
};

struct fragments *fragments_new(struct limits *l);
enum fragments_verdict fragments_add(struct fragments *fs, const struct ip *ip,
                                     const struct frame *f, struct fragments_whole *out);
/* Moves the clock: what is too old is lost. */
void fragments_clock(struct fragments *fs, const struct clock *c);
void fragments_end(struct fragments *fs);
bool fragments_lost(struct fragments *fs, struct net_loss *out);
void fragments_free(struct fragments *fs);

#endif
