/* media - what comes to the addresses that calls have agreed on. transport tells it of each datagram that is not SIP,
 * the tracker what is waited for.
 *
 * RTP to other addresses is known for a while too: a stream that misses its address is somewhere. Bounded: beyond
 * LIMIT_MEDIA_FLOWS what nobody waits for is forgotten, oldest first. */
#ifndef SRC_MEDIA_H
#define SRC_MEDIA_H

#include "src/net.h"

enum { MEDIA_SEEN_MAX = 4 };

/* Packets of one SSRC with one payload type. */
struct media_seen {
	uint32_t ssrc;
	uint8_t payload_type;
	struct addr src; /* of the first one */
	uint32_t capture;
	uint64_t frame; /* of the first one */
	int64_t first_ns;
	uint64_t packets;
};

/* What came to one address. */
struct media_flow {
	struct addr dst;
	uint64_t packets; /* of RTP */
	uint64_t
	    others; /* datagrams that are neither RTP nor known to be something else */
	struct media_seen seen[MEDIA_SEEN_MAX];
	unsigned seen_total, last; /* how many of them; the last one that came */
	/* media's own */
	uint64_t hash;
	uint32_t waiters;
	int64_t first_ns;
	struct media_flow *older, *newer; /* of those that nobody waits for */
};

struct media;

struct media *media_new(struct limits *l);
/* A datagram that is not SIP: RTP, or perhaps. */
void media_note(struct media *m, const struct datagram *d, bool rtp);
/* Somebody waits for media at dst, since then. NULL: there are too many. */
struct media_flow *media_wait(struct media *m, const struct addr *dst, int64_t since_ns);
void media_leave(struct media *m, struct media_flow *f);
/* The last stream that began at an address of that machine, or came from it, though no call had agreed on it; with
 * its address in *dst. NULL: none. */
const struct media_seen *media_stray(const struct media *m, const struct addr *from,
                                     struct addr *dst);
/* Does the capture show RTP to this machine? */
bool media_shown(const struct media *m, const struct addr *to);
/* The time of the last datagram. */
int64_t media_now(const struct media *m);
void media_free(struct media *m);

#endif
