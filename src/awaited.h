/* awaited - the streams of RTP that both sides of a call have agreed on, and what came of them. A part of the tracker:
 * it judges nothing. */
#ifndef SRC_AWAITED_H
#define SRC_AWAITED_H

#include "dissect/sdp.h"
#include "src/media.h"

enum { AWAITED_MEDIUM = 16, AWAITED_MAX = 16 /* of a call */ };

struct awaited {
	struct awaited *next;
	const void *leg; /* the hop of the call that agreed on it */
	int side;        /* who waits */
	uint32_t level;  /* its m= line */
	struct addr dst; /* where */
	bool comes;      /* the directions say so */
	int64_t since_ns;
	uint64_t types[2];              /* a bit for each payload type */
	bool has_ssrc;                  /* y= of GB/T 28181 */
	uint32_t ssrc[2];               /* of the offer and of the answer */
	uint8_t medium[AWAITED_MEDIUM]; /* "video", as it stands */
	size_t medium_n;
	struct addr sender
	    [2]; /* where it would come from: by SDP, by signalling; n is 0: not known */
	/* when the call is over: what came */
	bool closed;
	int64_t until_ns;
	uint64_t packets, others;
	bool reverse; /* the capture shows RTP of this call in the other direction */
	bool shown;   /* ... or RTP of others to this machine */
	struct media_seen seen[MEDIA_SEEN_MAX];
	unsigned seen_total;
	struct media_seen
	    stray; /* RTP of this sender that went elsewhere; frame 0: none */
	struct addr stray_dst;
	/* its own */
	struct media_flow *flow; /* NULL when it is closed */
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
void awaited_free(struct awaited **list, struct media *m);

#endif
