/* arrivals - what came of one stream of RTP by its own numbers: lost, doubled, out of order, jitter.
 *
 * RFC 3550 A.1 (sequence numbers, with their wrap and a sender that starts anew), A.3 (loss), A.8 (jitter). */
#ifndef SRC_ARRIVALS_H
#define SRC_ARRIVALS_H

#include <stdbool.h>
#include <stdint.h>

struct arrivals {
	uint64_t lost;     /* in the runs that are over: arrivals_lost has all */
	uint64_t late;     /* behind a higher number */
	uint64_t restarts; /* the numbers went on from somewhere else */
	/* its own */
	uint64_t first, highest; /* of this run, with the wraps in the higher bits */
	uint64_t unique;         /* packets of this run, each number once; 0: none came */
	uint64_t window;         /* bit n: highest - n came */
	uint32_t odd;    /* the number that would make the odd one before it a new run */
	uint32_t hz;     /* of the time stamps */
	uint64_t tick;   /* ns of one, in 65536ths */
	uint64_t jitter; /* ns, in 16ths */
	int64_t time_ns; /* of the last packet that was measured; 0: none */
	uint32_t stamp;
};

/* hz: how the time stamps count. Jitter begins anew where it is another one than before. */
void arrivals_clock(struct arrivals *a, uint32_t hz);
/* A packet. False: one with its number came just before; a mirror port, or the network, doubled it. */
bool arrivals_add(struct arrivals *a, uint16_t seq, uint32_t stamp, int64_t time_ns);
uint64_t arrivals_lost(const struct arrivals *a);
/* -1: fewer than two packets. */
int64_t arrivals_jitter_ns(const struct arrivals *a);
/* What a payload type counts by RFC 3551 6; 90000 where it is not told there. */
uint32_t arrivals_hz(uint8_t payload_type);

#endif
