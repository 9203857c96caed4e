/* awaited - the streams of RTP that both sides of a call have agreed on, and what came of them. A part of the tracker:
 * it judges nothing. */
#ifndef SRC_AWAITED_H
#define SRC_AWAITED_H

#include "dissect/sdp.h"
#include "src/media.h"

enum {
	AWAITED_MEDIUM = 16,
	AWAITED_MAX = 16 /* of a call */,
	AWAITED_SEEN = 4,
	AWAITED_BEFORE = 64
};

struct awaited {
	struct awaited *next;
	const void *leg; /* the hop of the call that agreed on it */
	int side;        /* who waits */
	uint32_t level;  /* its m= line */
	struct addr dst; /* where */
	bool comes;      /* the directions say so */
	bool tcp;        /* in a connection that dst takes */
	bool waits;      /* its packets are counted */
	int64_t since_ns;
	uint64_t types[2];              /* a bit for each payload type */
	uint8_t medium[AWAITED_MEDIUM]; /* "video", as it stands */
	size_t medium_n;
	struct media_waiter
	    wait; /* for y= of GB/T 28181: that of the offer and of the answer; senders: by SDP, by signalling */
	/* when the call is over: what came */
	bool closed;
	int64_t until_ns;
	uint64_t packets, others;
	bool
	    shared; /* a stream that it could have had is another call's, which has the same address */
	bool reverse; /* the capture shows RTP of this call in the other direction */
	bool shown;   /* ... or RTP of others to this machine */
	struct media_seen seen[AWAITED_SEEN];
	unsigned seen_total;
	struct media_seen
	    stray; /* RTP of this sender that went elsewhere; frame 0: none */
	struct addr stray_dst;
	/* its own */
	struct media_stream *before; /* what came to an address that it left */
};

/* Both descriptions of an agreement. signalling: the addresses of both sides, by side. */
struct agreement {
	const void *leg;
	const struct sdp *sdp[2]; /* by side */
	int offerer;
	struct addr signalling[2];
	int64_t offered_ns, agreed_ns;
	bool gb;
};

void awaited_agree(struct awaited **list, struct media *m, const struct agreement *a);
/* The call is over at that time. */
void awaited_close(struct awaited *list, struct media *m, int64_t until_ns);
/* The streams that came, in the order of ids; they are the caller's now. No more packets are counted in them. */
struct media_stream *awaited_take(struct awaited *list, struct media *m);
/* When the last packet of any of them came; 0: none did. */
int64_t awaited_heard_ns(const struct awaited *list);
void awaited_free(struct awaited **list, struct media *m);

#endif
