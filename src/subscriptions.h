/* subscriptions - what a SUBSCRIBE means in GB/T 28181's terms: who wants to know of what (Catalog, Alarm,
 * MobilePosition, PTZPosition), until when, what was told, and why it ended. GB/T 28181-2022 9.11, Annex N.
 *
 * A part of the tracker, fed with each message in its place; it judges nothing. */
#ifndef SRC_SUBSCRIPTIONS_H
#define SRC_SUBSCRIPTIONS_H

#include "src/notice_note.h"

enum subscription_subject {
	SUBJECT_UNKNOWN, /* no body told it */
	SUBJECT_CATALOG,
	SUBJECT_ALARM,
	SUBJECT_POSITION,
	SUBJECT_PTZ,
	SUBJECT_OTHER,
	SUBJECT_TOTAL
};
const char *subscription_subject_name(enum subscription_subject s);
/* By the CmdType of a body. */
enum subscription_subject subscription_subject_of(struct slice CmdType);

enum subscription_state {
	SUBSCRIPTION_UNKNOWN, /* nothing decided it */
	SUBSCRIPTION_PENDING, /* asked for, or the notifier says so */
	SUBSCRIPTION_ACTIVE,
	SUBSCRIPTION_EXPIRED,    /* its time is over, and nobody said a word */
	SUBSCRIPTION_CANCELLED,  /* the subscriber asked for 0 */
	SUBSCRIPTION_REFUSED,    /* never accepted */
	SUBSCRIPTION_TERMINATED, /* by a NOTIFY, or because one was refused with 481 */
};
const char *subscription_state_name(enum subscription_state s);

/* What a Catalog NOTIFY says of its items. */
enum catalog_event {
	CHANGE_ON,
	CHANGE_OFF,
	CHANGE_VLOST,
	CHANGE_DEFECT,
	CHANGE_ADD,
	CHANGE_DEL,
	CHANGE_UPDATE,
	CHANGE_OTHER, /* none, or no such word */
	CHANGE_EVENTS
};
const char *catalog_event_name(enum catalog_event e); /* "ON" ...; "other" */

enum { REFUSALS_KEPT = 16 };

/* A SUBSCRIBE or NOTIFY that was not taken. */
struct subscription_refusal {
	struct ref ref; /* of the response */
	bool notify;
	uint32_t status;
	enum refusal_cause cause; /* of a 481 */
};

/* The values of a position, as the body has them. */
#define POSITION_VALUES(V)                                                               \
	V(DeviceID) V(Time) V(Longitude) V(Latitude) V(Speed) V(Direction) V(Altitude)
enum position_value {
#define POSITION_ID(name) POSITION_##name,
	POSITION_VALUES(POSITION_ID)
#undef POSITION_ID
	    POSITION_TOTAL
};
const char *position_value_name(enum position_value v);

/* A text that is replaced again and again: no arena would do. */
enum { LAST_TEXT = 64 };
struct last_text {
	uint8_t bytes[LAST_TEXT];
	size_t n;
};
void last_text_put(struct last_text *t, struct slice s);
static inline struct slice
last_text(const struct last_text *t)
{
	return slice_of(t->bytes, t->n);
}

struct position {
	struct ref ref;
	struct last_text values[POSITION_TOTAL];
};

/* Slices lie in its own arena; it lives until the next subscriptions_next. */
struct gb_subscription {
	uint32_t id;
	uint32_t dialog;
	enum subscription_subject subject;
	struct slice CmdType; /* of the Query, or of the first Notify */
	struct slice event;
	struct last_text event_id;
	struct slice subscriber, notifier; /* users */
	struct slice DeviceID;             /* what it is about */
	struct slice call_id, subscriber_tag, notifier_tag;
	struct addr subscriber_addr, notifier_addr;
	bool gb, whole; /* whole: the capture shows its first SUBSCRIBE */
	bool has_interval, has_asked, has_granted;
	uint32_t Interval;       /* of the Query, in seconds; without: 5 */
	uint32_t asked, granted; /* Expires, in seconds */
	enum subscription_state state;
	struct ref request;  /* the first SUBSCRIBE; frame 0: not seen */
	struct ref first;    /* its first message */
	int64_t accepted_ns; /* the first 2xx; 0: none */
	int64_t ends_ns;     /* by the last Expires; 0: not known */
	uint32_t refreshes, refreshes_late, refreshes_refused, ids_changed;
	int64_t refreshed_ns;    /* the last one that was accepted; 0: none */
	struct ref ended;        /* what ended it; frame 0: nothing, or time alone */
	int64_t ended_ns;        /* 0: it goes on */
	struct last_text reason; /* of Subscription-State, or the status; or empty */
	struct last_text Result; /* in the 200 to its SUBSCRIBE; empty: none */
	/* what was told */
	uint32_t notifies, messages; /* in NOTIFY; in MESSAGE outside of the dialog */
	uint32_t positions;          /* bodies with a position, in both */
	struct ref notify_first, notify_last, message_first;
	int64_t gap_least_ns, gap_most_ns; /* between two; -1: not two */
	uint32_t cseq_gaps, cseq_lower, SN_lower;
	uint32_t notifies_refused;
	struct subscription_refusal *refusals; /* REFUSALS_KEPT of them; NULL: none */
	unsigned refusals_kept;
	uint64_t items, changes[CHANGE_EVENTS];
	struct position *position; /* the last one told; or NULL */
	/* the part's own */
	bool leaving;   /* the last SUBSCRIBE asked for 0 */
	bool confirmed; /* a 2xx, or a NOTIFY that says it is active */
	bool has_SN;
	uint32_t SN;
	struct last_text
	    id_before; /* of Event, before the SUBSCRIBE in the transaction ... */
	uint32_t id_tx;
	enum subscription_state before; /* its state before the last SUBSCRIBE */
	int64_t before_ends_ns;
	struct arena mem;
	uint64_t hash, pair_hash;
	struct gb_subscription *prev, *next;
	bool evicted;
};

struct subscriptions;

struct subscriptions *subscriptions_new(struct limits *l, const struct hash_key *key);
/* A message of a dialog of SUBSCRIBE and NOTIFY, that has its place. Says in *note what it is, if it is something. */
void subscriptions_feed(struct subscriptions *s, const struct message *m,
                        const struct place *p, int64_t now_ns, struct notice_note *note);
/* A Notify in a MESSAGE: the subscription that it tells something of. */
struct gb_subscription *subscriptions_message(struct subscriptions *s,
                                              const struct message *m,
                                              struct notice_note *note);
/* Its dialog is over. */
void subscriptions_dialog_ended(struct subscriptions *s, const struct dialog *d,
                                int64_t now_ns);
/* What ended, oldest first; valid until the next call. NULL: no more. */
struct gb_subscription *subscriptions_next(struct subscriptions *s);
void subscriptions_free(struct subscriptions *s);

#endif
