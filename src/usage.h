/* usage - what goes on inside a dialog beyond its transactions: subscriptions (RFC 6665, RFC 3515), reliable provisional
 * responses (RFC 3262), session timers (RFC 4028), UPDATE (RFC 3311), what each side allows.
 *
 * It hangs off a dialog that has such a thing, and judges nothing: it says what a message is to what was before. */
#ifndef SRC_USAGE_H
#define SRC_USAGE_H

#include "src/tracker.h"

enum {
	SUBSCRIPTIONS_MAX = 8, /* of one dialog */
	RECV_INFO_KEPT = 256,  /* octets of the packages that one side takes */
	NONCE_KEPT = 256,
	NAME_KEPT = 128,
};

/* One of a dialog. Slices lie in the dialog's memory. */
struct subscription {
	struct subscription *next;
	struct slice value;     /* of Event, whole */
	struct slice event, id; /* package, and the parameter id; parts of it */
	struct slice accept;
	bool
	    accept_known; /* what NOTIFY may carry; has_accept: there was such a header */
	bool has_accept;
	bool refer;              /* made by a REFER */
	bool open;               /* a SUBSCRIBE of it has no final response */
	bool accepted;           /* a 2xx was seen */
	bool dead;               /* refused, or its NOTIFY was */
	bool ended;              /* a NOTIFY said terminated */
	bool told_late;          /* that it went past its end was said */
	bool has_asked, leaving; /* leaving: the last SUBSCRIBE asked for 0 */
	uint32_t asked;
	int64_t asked_ns;  /* of the last SUBSCRIBE or REFER */
	int64_t ends_ns;   /* 0: not known */
	int64_t notify_ns; /* of the last NOTIFY; 0: none */
	int64_t ended_ns;  /* of the last NOTIFY that said terminated; 0: none */
};

/* What one side of a call said it can do. */
struct side {
	bool has_allow, has_recv_info;
	uint32_t allow; /* a bit for each method */
	uint8_t recv_info[RECV_INFO_KEPT];
	size_t recv_info_n;
	struct tx *update; /* its last one, while it is known */
};

struct session {
	struct side sides[2]; /* the one in the dialog's From, the other */
	/* reliable provisional responses of the INVITE with this CSeq number */
	uint32_t reliable_cseq, rseq_first, rseq;
	bool reliable, waits, waits_sdp; /* the last one waits for its PRACK */
	struct ref reliable_ref;
	/* session timer */
	uint32_t interval;    /* seconds; 0: none */
	int64_t refreshed_ns; /* the last 2xx that began it anew */
	bool refreshing, told_late;
};

/* Which of several challenges the client should take, and the nonce that it was told to use next. */
struct usage_auth {
	uint8_t realm[NAME_KEPT], algorithm[NAME_KEPT], next[NONCE_KEPT], old[NONCE_KEPT];
	size_t realm_n, algorithm_n, next_n, old_n;
	bool proxy;
};

struct usage {
	struct subscription *subscriptions;
	unsigned subscriptions_total;
	bool many; /* there were more than are kept */
	struct session *session;
	struct usage_auth *auth;
	int64_t register_timeout_ns; /* a REGISTER got no answer until then; 0: none */
};

enum usage_fact {
	USAGE_EVENT = 1 << 0, /* NOTIFY: not the Event of the subscription (text) */
	USAGE_ORPHAN =
	    1 << 3, /* response to a NOTIFY for which there is no subscription */
	USAGE_LONGER = 1 << 4, /* NOTIFY: expires is above what is left (number) */
	USAGE_LATE =
	    1 << 5, /* number seconds behind the end of subscription or session */
	USAGE_NO_NOTIFY = 1 << 6, /* no NOTIFY followed the 2xx */
	USAGE_NO_END =
	    1 << 7, /* no NOTIFY with terminated followed the 2xx to an Expires of 0 */
	USAGE_EXPIRED = 1 << 8, /* it ended without a word (number: its length) */
	USAGE_RSEQ = 1 << 9,    /* RSeq is not the last (number) and 1 */
	USAGE_SECOND =
	    1 << 10, /* a second reliable response before the first was acknowledged */
	USAGE_RACK = 1 << 11,     /* PRACK: acknowledges nothing that was sent */
	USAGE_EARLY_OK = 1 << 12, /* 2xx while a reliable response with SDP waits */
	USAGE_NO_PRACK = 1 << 13, /* it was never acknowledged */
	USAGE_UPDATE_OVER =
	    1 << 14, /* final response to an UPDATE, before that to the one before */
	USAGE_UPDATE_CROSS = 1 << 15, /* both sides' UPDATEs with offers are open */
	USAGE_REFRESH_LATE = 1 << 16, /* the session is refreshed past half its time */
	USAGE_NOT_ALLOWED =
	    1 << 17, /* the other side's Allow does not have this method */
	USAGE_INFO_PACKAGE =
	    1 << 18,             /* nor its Recv-Info this package (text: its list) */
	USAGE_AGAIN = 1 << 19,   /* a REGISTER right after one that got no answer */
	USAGE_PENDING = 1 << 20, /* a MESSAGE while one to the same URI is open */
	USAGE_NOT_FIRST =
	    1 << 21, /* credentials: not the first challenge (text: its algorithm) */
	USAGE_OLD_NONCE = 1 << 22, /* credentials: nextnonce was not taken */
	USAGE_LEAVING = 1 << 23,   /* NOTIFY after a SUBSCRIBE with Expires 0 */
	USAGE_MATCHED =
	    1 << 24, /* response to a PRACK that acknowledges a response that waited */
	USAGE_UNMATCHED = 1 << 25, /* response to a PRACK that acknowledges none */
	USAGE_OFFER = 1 << 26,     /* response to a PRACK with an offer */
};

/* A value of Event: its package, and the parameter id (empty: none), parts of it. RFC 6665 8.4 */
struct event {
	struct slice package, id;
};
struct event event_read(struct slice value);

/* RFC 3262 7.2 */
struct rack {
	uint32_t rseq, cseq;
	struct slice method;
};
bool rack_read(struct slice value, struct rack *out); /* false: it breaks the grammar */

/* What the tracker says of a message, or of an end, beyond its place. */
struct usage_note {
	unsigned facts; /* enum usage_fact */
	uint32_t number;
	struct slice text;
	struct ref other; /* USAGE_SECOND, USAGE_NO_PRACK, USAGE_PENDING: where */
	const struct subscription
	    *subscription; /* of a SUBSCRIBE, NOTIFY or REFER, or NULL */
};

/* enum usage_fact of a message; 0: nothing is said of it. */
static inline unsigned
usage_facts(const struct place *p)
{
	return p->usage ? p->usage->facts : 0;
}

/* Is the request here, and all that it asked for known? */
static inline bool
request_known(const struct tx *x)
{
	return x->request.frame != 0 && !x->cut && !(x->asked && x->asked->unknown);
}

/* The tracker's own marks on a transaction. */
enum tx_usage {
	TX_ORPHAN = 1 << 0, /* a NOTIFY to which the capture shows no subscription */
	TX_LEAVES = 1 << 1, /* a SUBSCRIBE with Expires 0 */
	TX_UPDATE_OVERLAPS =
	    1 << 2,          /* an UPDATE before the last one of its side was answered */
	TX_MATCHED = 1 << 3, /* a PRACK that acknowledges a response that waited */
	TX_UNMATCHED = 1 << 4, /* a PRACK that acknowledges none */
	TX_OFFER = 1 << 5,     /* a PRACK with an offer */
	TX_MESSAGING = 1 << 6, /* a MESSAGE that is in the tracker's table of open ones */
	TX_HOP =
	    1
	    << 7, /* a request that was seen on the hop before: subscriptions count it once */
};

#endif
