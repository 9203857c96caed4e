/* continued - bodies that their sender cut over several datagrams, of which the later ones have no start line. */
#ifndef SRC_CONTINUED_H
#define SRC_CONTINUED_H

#include "src/message.h"
#include "src/net.h"

enum { CONTINUED_MAX = 16 }; /* messages remembered; the oldest gives way */

/* A message over UDP whose body is not all there. */
struct continued_message {
	struct addr src, dst;
	uint32_t capture;
	uint32_t missing; /* octets that have not come yet */
	uint64_t frame;
	int64_t time_ns; /* of what came last */
	bool told;
};

/* Zeros are an empty one. */
struct continued {
	struct continued_message at[CONTINUED_MAX];
	unsigned total, next;
};

void continued_note(struct continued *c, const struct message *m);

/* What goes on in a datagram. */
struct continuation {
	uint32_t capture;
	uint64_t frames[2]; /* of the message; of the datagram */
	uint32_t missing;   /* octets that the message lacks */
	int64_t time_ns;
};

/* Is d the first datagram that goes on with a message? */
bool continued_datagram(struct continued *c, const struct datagram *d,
                        struct continuation *out);

#endif
