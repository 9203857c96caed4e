/* notice_note - what a message is to the subscriptions and notices of GB/T 28181 that the tracker knows: told to the
 * checks with its place. */
#ifndef SRC_NOTICE_NOTE_H
#define SRC_NOTICE_NOTE_H

#include "src/tracker.h"

struct gb_subscription;
struct gb_notice;

/* A challenge for a registration with certificates: what of it must come back. */
enum { CERTIFICATE_TEXT = 1024 };
struct certificate {
	uint8_t scheme_text[16], random1_text[64], nonce_text[CERTIFICATE_TEXT];
	struct slice scheme, random1, nonce; /* empty: none, or longer */
	struct ref ref;
};

enum notice_fact {
	/* SUBSCRIBE in its dialog: another id in Event than before (text) */
	NOTICE_EVENT_ID = 1 << 0,
	/* 481 to a SUBSCRIBE or NOTIFY, for `cause` */
	NOTICE_REFUSED = 1 << 1,
	/* MESSAGE with what belongs into a NOTIFY of `subscription`, or of none */
	NOTICE_BY_MESSAGE = 1 << 2,
	/* Notify with a SessionID that is not the one of the request in `other` (text: its SessionID) */
	NOTICE_SESSION = 1 << 3,
	/* Notify with a SessionID that nothing in this capture asked for */
	NOTICE_UNASKED = 1 << 4,
	/* an alarm from a device whose last one (other) was never reset */
	NOTICE_NOT_RESET = 1 << 5,
	/* an alarm of a device that is disarmed since `other` */
	NOTICE_UNGUARDED = 1 << 6,
	/* DeviceUpgradeResult without a REGISTER since the request */
	NOTICE_NO_REGISTER = 1 << 7,
	/* a channel is told to be in one state, and shows another (text: the state that the NOTIFY in `other` told) */
	NOTICE_STATUS_LIES = 1 << 8,
	/* Response to an alarm that came in a NOTIFY (other) */
	NOTICE_NEEDLESS = 1 << 9,
	/* a request without Note of a device that was given a key (other): GB 35114 */
	NOTICE_NO_NOTE = 1 << 10,
};

/* Why a SUBSCRIBE or a NOTIFY is in no subscription. */
enum refusal_cause {
	CAUSE_UNKNOWN,    /* the capture does not show it */
	CAUSE_NO_DIALOG,  /* a SUBSCRIBE that asks for a new one */
	CAUSE_EVENT_ID,   /* another id in Event: text is the one before */
	CAUSE_EXPIRED,    /* its time was over since `number` s */
	CAUSE_CANCELLED,  /* by a SUBSCRIBE with Expires 0 */
	CAUSE_TERMINATED, /* by a NOTIFY */
	CAUSE_REFUSED,    /* it was refused before */
	CAUSE_TAG,        /* the Call-ID is right, a tag is not: text is the right one */
	CAUSE_CALL_ID,    /* there is one of the same two, under another Call-ID: text */
	CAUSE_FORGOTTEN,  /* all fits: the other side has lost it */
	CAUSE_TOTAL
};
const char *refusal_cause_name(enum refusal_cause c); /* "event_id" ... */

struct notice_note {
	unsigned facts; /* enum notice_fact */
	enum refusal_cause cause;
	uint64_t number;
	struct slice text;
	struct slice id; /* of STATUS_LIES: which channel */
	struct ref other;
	const struct gb_subscription *subscription; /* or NULL */
	const struct gb_notice *notice;             /* or NULL */
};

/* enum notice_fact of a message; 0: nothing is said of it. */
static inline unsigned
notice_facts(const struct place *p)
{
	return p->notice != NULL ? p->notice->facts : 0;
}

#endif
