/* media - the streams of RTP in the capture. transport tells it of each datagram that is not SIP, the tracker which
 * addresses calls have agreed on.
 *
 * A stream is what one SSRC sends from one address to another, in datagrams, or in a connection that a call agreed on. Who waits at an address has those that begin there, and
 * where several wait at one (a media server that has one port for all) the one whose SSRC or sender it is. A stream that
 * nobody waits for is known for a while too: what misses its address is somewhere. Bounded: beyond LIMIT_MEDIA_FLOWS those
 * are told, and forgotten, oldest first. */
#ifndef SRC_MEDIA_H
#define SRC_MEDIA_H

#include "src/arrivals.h"
#include "src/net.h"
#include "src/rtpframes.h"

enum {
	MEDIA_TYPES_MAX = 4,    /* payload types of one stream that are told apart */
	MEDIA_CLAIMED_MAX = 16, /* streams of one who waits */
	MEDIA_CLOCKS_MAX = 8,
};

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

struct media_flow;
struct media_waiter;

struct media_stream {
	uint32_t id; /* in order of first frame */
	struct addr src, dst;
	bool tcp;
	uint32_t ssrc;
	struct media_seen types[MEDIA_TYPES_MAX];
	unsigned types_total, last; /* how many of them; the last one that came */
	uint64_t packets, bytes;    /* all of them; bytes of RTP, its header too */
	uint32_t capture;           /* of the last one; of the first one: types[0] */
	uint64_t frame;
	int64_t last_ns;
	struct arrivals arrivals;
	/* where it belongs to, once it is told; 0: to no call */
	uint32_t dialog, session;
	int expected;    /* is its SSRC the one of y=? 1, 0; -1: there is none */
	uint32_t wanted; /* that SSRC, where expected is 0 */
	uint64_t at_end; /* packets when the call was ended */
	bool ended;      /* it was */
	struct media_stream *next; /* of the same owner */
	/* media's own */
	struct media_flow *flow; /* NULL: no more packets are counted in it */
	struct media_waiter *waiter;
	struct media_stream *flow_prev, *flow_next, *older, *newer;
	uint64_t hash;
	int64_t queued_ns;
	bool queued;
};

/* Who waits for media at an address. The caller's; its streams stay its own when it has left. */
struct media_waiter {
	int64_t since_ns;
	bool tcp; /* the address is where connections are taken; media goes either way */
	bool has_ssrc;
	uint32_t ssrc[2];
	struct addr sender[2]; /* where it would come from; n is 0: not known */
	struct {
		uint8_t type;
		uint32_t hz;
	} clocks[MEDIA_CLOCKS_MAX];
	unsigned clocks_total;
	struct media_stream *streams, *streams_last; /* in order of first frame */
	unsigned streams_total;
	bool
	    shared; /* a stream that it could have had is another's who waits at this address too */
	/* media's own */
	struct media_flow *flow; /* NULL: does not wait */
	struct media_waiter *next;
	uint64_t others_before;
};

struct media;

struct media *media_new(struct limits *l);
/* A datagram that is not SIP: RTP, or perhaps. */
void media_note(struct media *m, const struct datagram *d, bool rtp);
/* A segment of TCP with octets in it. */
void media_segment(struct media *m, const struct datagram *d);
/* It waits for media at dst, since then. False: there are too many. */
bool media_wait(struct media *m, struct media_waiter *w, const struct addr *dst);
/* How many datagrams came to its address that are neither RTP nor known to be something else. */
uint64_t media_others(const struct media_waiter *w);
void media_leave(struct media *m, struct media_waiter *w);
/* Its streams, which are the caller's now; no more packets are counted in them. */
struct media_stream *media_take(struct media *m, struct media_waiter *w);
/* One of those, which is told as belonging to no call. */
void media_give(struct media *m, struct media_stream *s);
void media_stream_free(struct media_stream *s);
bool media_waiting(const struct media *m); /* there is one for media_next */
/* The streams that belong to no call, when they are over, oldest first; valid until the next call. */
struct media_stream *media_next(struct media *m);
/* No more packets: all streams of no call are over. */
void media_end(struct media *m);
/* The last stream that began at an address of that machine, or came from it, though no call had agreed on it; with
 * its address in *dst. NULL: none. */
const struct media_seen *media_stray(const struct media *m, const struct addr *from,
                                     struct addr *dst);
/* Does the capture show RTP to this machine? */
bool media_shown(const struct media *m, const struct addr *to);
/* The time of the last datagram. */
int64_t media_now(const struct media *m);
struct media_counts {
	uint64_t streams, packets, bytes, lost;
};
/* Of all streams that were told. */
const struct media_counts *media_counts(const struct media *m);
void media_free(struct media *m);

#endif
