/* torn - a SIP message in a UDP datagram whose Content-Length is larger than the datagram, and the datagrams that go on
 * where it ends: some recorders cut a long body by themselves. */
#ifndef SRC_TORN_H
#define SRC_TORN_H

#include "src/hash.h"
#include "src/net.h"

enum { TORN_SLOTS = 64 };

struct torn {
	struct torn_slot {
		struct addr src, dst;
		uint32_t capture;
		uint64_t frame; /* 0: free */
		int64_t time_ns;
		uint64_t missing; /* octets that its Content-Length promises beyond it */
	} slots[TORN_SLOTS];      /* by the addresses; the newer one counts */
};

/* A datagram that is SIP. */
void torn_message(struct torn *t, const struct datagram *d);
/* One that is not: the message that it goes on with, told once; or NULL. */
const struct torn_slot *torn_rest(struct torn *t, const struct datagram *d);

#endif
