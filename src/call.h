/* call - what the two sides of a dialog that an INVITE made were told, and what in it is open.
 *
 * RFC 3261 12 to 15. The tracker feeds it, the checks look at it; it judges nothing. Where the capture shows
 * too little, it knows nothing. All texts lie in the dialog's memory, or in the transaction's. */
#ifndef SRC_CALL_H
#define SRC_CALL_H

#include "src/tracker.h"

enum {
	CALL_SEATS = 4, /* elements of one dialog that are remembered */
	CALL_INVITES =
	    8, /* INVITE transactions of one dialog; on each hop it is another */
	RESENT_GAPS = 12, /* times between the copies of one request */
	LIST_KEPT = 4096, /* octets of one list of values */
	LIST_VALUES = 64, /* values of one list */
};

enum call_side { CALL_CALLER, CALL_CALLEE, CALL_SIDES }; /* who sent the first INVITE */

/* All values of a header, with commas between. */
struct value_list {
	struct slice text;
	bool known; /* all of them are here */
};

/* What one element was told about the other side, by what came to its address. */
struct seat {
	struct seat *next;
	struct addr at;
	enum call_side side; /* the element's own */
	struct slice target; /* remote target, 12.1, 12.2; empty: not known */
	struct slice before; /* the one before it: what crosses the change may have it */
	struct slice asked;  /* that of a request without a 2xx, so far */
	int64_t changed_ns;
	struct value_list routes; /* the route set, in its order */
	uint32_t confirmed;       /* CSeq of the 2xx that gave it; 0: none did */
};

struct call_bye {
	struct ref ref; /* frame 0: none */
	uint32_t tx, cseq;
};

struct call {
	struct seat *seats;
	unsigned seats_total;
	bool one_host; /* several elements have one address: ports tell them apart */
	struct tx *invites[CALL_INVITES]; /* those that are not over, oldest first */
	unsigned invites_total;
	struct call_bye bye[CALL_SIDES]; /* the first, unless it was challenged */
	bool answered;                   /* a 2xx to an INVITE got its ACK */
	int64_t bye_ok_ns;               /* when a BYE got its 2xx; 0: none did */
	bool requests[CALL_SIDES];       /* sent a request in the dialog, ACK aside */
	struct addr home[CALL_SIDES];    /* where each side's first message came from */
	uint64_t tags[CALL_SIDES];       /* the hashes of their tags */
	bool noted[CALL_SIDES];          /* its tag is in the tracker's table */
	/* The last 100 that came with more than one Via. */
	struct slice trying_tag;
	int64_t trying_ns;
	uint32_t trying_cseq;
	unsigned trying_vias;
};

/* Of an INVITE transaction, in its memory. */
struct invite {
	struct value_list routes, record_routes;
	struct value_list requires; /* Require and Proxy-Require */
	uint64_t body;              /* keyed hash */
	int64_t heard_ns;           /* when the last response came, repeats too */
	int64_t told_ns; /* when the last provisional but 100 came; first: the request */
	int64_t silence_ns; /* the longest time without one */
	uint32_t acks;
	int64_t acked_ns;  /* when the last one came */
	struct ref cancel; /* the 200 to its CANCEL; frame 0: none */
};

/* Copies of one request: allocated with the second. */
struct resent {
	uint32_t gaps[RESENT_GAPS]; /* ms, before the first response */
	unsigned gaps_total;
	bool elsewhere; /* one was seen between other addresses */
	bool twice;     /* one came at once: the capture has it twice */
	uint32_t late;  /* over a second after the final response */
};

/* place.call: facts about one message. */
enum call_fact {
	CALL_TAG_CHANGED = 1 << 0, /* the callee's tag is right, the caller's is not */
	CALL_ID_CHANGED =
	    1 << 1, /* both tags are those of a dialog with another Call-ID */
	CALL_TAG_REUSED = 1 << 2,     /* this side used the tag in a call that is over */
	CALL_INVITE_OPEN = 1 << 3,    /* an INVITE of this side has no final response */
	CALL_INVITE_CROSSED = 1 << 4, /* it answered one of the other side, not finally */
	CALL_100_FORWARDED = 1 << 5,
	CALL_CANCELS_OTHER = 1 << 6, /* the request that it cancels is no INVITE */
	CALL_BODY_DIFFERS = 1 << 7,  /* a repeat has another body */
	CALL_CANCEL_EARLY = 1 << 9,  /* nothing had answered the INVITE */
	CALL_HOP_BODY = 1 << 8,      /* the body is not that of the hop before */
};

/* tx.was: what must be known when the answer comes. */
enum tx_was {
	TX_BY_CALLEE = 1 << 0,
	TX_NO_DIALOG = 1 << 1,  /* PLACE_NO_DIALOG */
	TX_CSEQ_LOWER = 1 << 2, /* PLACE_CSEQ_LOWER, and not by a reordering */
	TX_OVERLAPS = 1 << 3,   /* an INVITE of this side was open */
	TX_CROSSES = 1 << 4,    /* an INVITE of the other side was open */
	TX_CANCELS_OPEN =
	    1 << 5, /* a CANCEL of an INVITE that has only provisional ones */
	TX_CANCELS_NOTHING = 1 << 6, /* a CANCEL whose INVITE was never sent */
};

/* Who sent the request of this transaction. */
static inline enum call_side
call_side_of(const struct tx *x)
{
	return (x->was & TX_BY_CALLEE) ? CALL_CALLEE : CALL_CALLER;
}
const struct seat *call_seat(const struct call *c, const struct addr *at,
                             enum call_side side);
/* The newest INVITE of one side with this number that came from this host, or NULL. */
const struct tx *call_invite(const struct call *c, enum call_side by, uint32_t cseq,
                             const struct addr *from);
/* Another INVITE of this side without a final response, or NULL. */
const struct tx *call_open(const struct call *c, const struct tx *x, enum call_side by);
/* Would the ACK to the 2xx of this INVITE pass where its 2xx was seen? */
bool call_passes(const struct tx *x);
/* Values one by one: false at the end. */
bool value_next(struct slice *rest, struct slice *value);

#endif
