/* offer - which session description is an offer, and which one answers it: RFC 3264, RFC 3261 13.2.1, RFC 3262 5,
 * RFC 3311 5. A part of the tracker: it judges nothing.
 *
 * Kept for each hop of a call by itself: a proxy or an ALG may write other addresses into what it passes on. */
#ifndef SRC_OFFER_H
#define SRC_OFFER_H

#include "src/awaited.h"
#include "src/tracker.h"

enum offer_role {
	OFFER_NONE, /* no description, or one that is neither of these */
	OFFER_OFFER,
	OFFER_ANSWER,
	OFFER_EARLY, /* the answer to come, in a 1xx that is not reliable */
	OFFER_AGAIN, /* once more, in a later response to the same request */
	OFFER_EXTRA, /* in an ACK, though the INVITE had the offer */
};

/* What is not there, though it must be. */
enum offer_lack {
	OFFER_LACKS_NOTHING,
	OFFER_LACKS_OFFER,      /* a 2xx to an INVITE that had none */
	OFFER_LACKS_ANSWER,     /* a 2xx to an INVITE that had one */
	OFFER_LACKS_ACK_ANSWER, /* an ACK to a 2xx that had one */
};

/* What a message's description is to those before it. Descriptions are NULL where none is known; valid until the
 * next tracker_feed. */
struct offer_place {
	enum offer_role role;
	enum offer_lack lack;
	const struct sdp *offer; /* ANSWER, EARLY, AGAIN: what it answers */
	const struct sdp
	    *before;            /* OFFER: the last one of its sender that was agreed on */
	const struct sdp *same; /* AGAIN: what it should be the same as */
	struct ref other;       /* where the first of these that is there was seen */
	bool over;              /* the call ends: what came of its media is known */
};

/* Does a request have a description? Asked for INVITE only. */
enum offer_carried { OFFER_UNKNOWN, OFFER_ABSENT, OFFER_THERE };

/* Of all calls: what is held, oldest first. */
struct offers {
	struct offer_leg *oldest, *newest;
	size_t held; /* in bytes of descriptions */
	size_t max;
	struct media *media; /* or NULL */
};

/* A message that is no repeat, in its place: sets p->offer if its description has one, or lacks. */
void offer_follow(struct offers *o, const struct message *m, struct place *p,
                  struct arena *scratch);
/* A further dialog of an INVITE: what was offered in it holds for this one too. */
void offer_fork(struct offers *o, const struct dialog *of, struct dialog *d,
                const struct tx *x);
/* The call is over, if it was not before; then true. */
bool offer_close(struct offers *o, struct dialog *d, int64_t now_ns);
/* The streams it agreed on; NULL: none. */
const struct awaited *offer_awaited(const struct dialog *d);
/* What came of them, in the order of ids: they are the caller's now. */
struct media_stream *offer_streams(struct offers *o, struct dialog *d);
/* When the last packet of any of them came; 0: none did. */
int64_t offer_heard_ns(const struct dialog *d);
/* The dialog is forgotten. */
void offer_drop(struct offers *o, struct dialog *d);

#endif
