/* tracker_own - what the tracker's files share; nobody else includes it. */
#ifndef SRC_TRACKER_OWN_H
#define SRC_TRACKER_OWN_H

#include "src/devices.h"
#include "src/exchanges.h"
#include "src/map.h"
#include "src/nonces.h"
#include "src/notices.h"
#include "src/offer.h"
#include "src/sessions.h"
#include "src/subscriptions.h"
#include "src/tracker.h"
#include "src/usage.h"

enum {
	TX_BYTES = 65536,       /* kept of one transaction's headers and responses */
	BODIES_BYTES = 4 << 20, /* and of its bodies */
	DIALOG_BYTES = 16384,
	TX_FIRST = 592, /* what nearly all of them need */
	DIALOG_FIRST = 272,
	TEXT_KEPT = 1024,     /* of one header value */
	MEDIA_KEPT = 65536,   /* of one body of SDP or MANSRTSP */
	DIALOGS_OF_CALL = 64, /* dialogs of one Call-ID looked at, newest first */
	RESPONSES_KEPT = 256, /* entries of one transaction */
	FORKS_MAX = 16,
	FLUSH_MAX = 4, /* dialogs written at once when too much is held */
};

#define SECOND INT64_C(1000000000)
#define TX_WAIT (32 * SECOND) /* 64*T1: RFC 3261 17.1.1.2, 17.1.2.2 */
#define DIALOG_WAIT (32 * SECOND)
#define DIALOG_IDLE (3600 * SECOND)
#define INVITE_WAIT (3600 * SECOND) /* an INVITE that rings */

/* Transactions: waiting for a final response, ringing, answered (repeats are still known). */
enum tx_queue { TX_NONE, TX_OPEN, TX_RINGING, TX_DONE, TX_QUEUES };
/* Dialogs: in use, ended (waiting for late repeats), written and kept by name only. */
enum dialog_queue { DIALOG_NONE, DIALOG_OPEN, DIALOG_FINAL, DIALOG_LIGHT, DIALOG_QUEUES };

struct tx_list {
	struct tx *first, *last;
	uint64_t total;
};

struct dialog_list {
	struct dialog *first, *last;
	uint64_t total;
};

struct tracker {
	struct limits *limits;
	struct auth *auth;
	struct tracker_options options;
	struct hash_key key;
	int64_t now_ns, jump_ns;
	int64_t answer_wait_ns; /* of a request: TX_WAIT, or longer */
	bool started, jumping;
	bool ending; /* no message comes any more */
	struct map txs, dialogs, branches, peers;
	struct map messages; /* MESSAGEs by whom and to which URI: RFC 3428 8 */
	struct map tags;     /* of calls: their dialogs, by the tags of both sides */
	struct tx_list tx_queues[TX_QUEUES];
	struct dialog_list dialog_queues[DIALOG_QUEUES];
	struct dialog_list
	    hold; /* those with transactions to write, by hold_prev, hold_next */
	struct nonces *nonces;
	struct devices *devices;
	struct exchanges *exchanges;
	struct subscriptions *subscriptions;
	struct notices *notices;
	bool secured; /* some device was given a key: GB 35114 */
	struct sessions *sessions;
	struct offers offers;
	uint32_t tx_ids, dialog_ids;
	uint64_t details;              /* bytes held by transactions of dialogs */
	const struct message *pending; /* fed, not yet placed */
	struct tracker_event *events;  /* a ring */
	size_t events_size, events_first, events_total;
	struct tracker_event
	    given; /* the last one that was pulled: its dialog may be cleaned up */
	bool has_given;
	struct tx *dead_txs; /* over, but events that were not pulled yet may name them */
	struct dialog *dead_dialogs;
	struct arena scratch;
};

/* From when on something put in a queue now waits: in a leap of the clock that is not yet believed,
 * from the time that was leapt to. */
int64_t queue_time(const struct tracker *t);
void event_push(struct tracker *t, const struct tracker_event *e);

/* tracker_tx.c */
struct tx *tx_find(struct tracker *t, const struct message *m, enum method method,
                   struct slice branch);
struct tx *tx_new(struct tracker *t, struct dialog *d, const struct message *m,
                  enum method method);
void tx_request(struct tracker *t, struct tx *x, const struct message *m);
struct response *tx_response(struct tracker *t, struct tx *x, const struct message *m,
                             struct place *p);
void tx_queue(struct tracker *t, struct tx *x, enum tx_queue q);
void tx_close(struct tx *x);
void tx_end(struct tracker *t, struct tx *x, enum ended_how how);
struct tx *tx_find_fork(struct tracker *t, const struct tx *x, struct slice to_tag);
struct tx *tx_fork(struct tracker *t, struct tx *x, struct dialog *d,
                   const struct message *m);
/* For a response whose Call-ID or CSeq number is not its request's: by branch and method, 17.1.3. */
struct tx *tx_by_branch(struct tracker *t, const struct message *m);
const struct tx *tx_branch_user(struct tracker *t, const struct tx *x);
/* The same request before its last proxy: `branch` is that of its second Via. */
const struct tx *tx_previous_hop(struct tracker *t, const struct message *m,
                                 struct slice branch);
void tx_release(struct tracker *t,
                struct tx *x); /* puts it aside when neither indexed nor listed */
void tx_unindex(struct tracker *t, struct tx *x);
void tx_bury(struct tracker *t); /* frees what tx_release put aside */
enum peers_fact {
	PEERS_SENT,
	PEERS_CUT
}; /* something whole in its head; something cut */
bool peers_have(struct tracker *t, enum peers_fact fact, const struct addr *from,
                const struct addr *to);
bool peers_seen(struct tracker *t, const struct addr *from, const struct addr *to);
bool peers_shown(struct tracker *t, const struct addr *from, const struct addr *to);
void peers_note(struct tracker *t, enum peers_fact fact, const struct addr *from,
                const struct addr *to);
struct ref ref_of(const struct record *r, struct arena *a);
struct slice text_keep(struct arena *a, struct slice s);

/* tracker_dialog.c */
struct dialog *dialog_place(struct tracker *t, const struct message *m,
                            enum method method, struct place *p);
struct dialog *dialog_fork(struct tracker *t, const struct dialog *of,
                           const struct message *m);
void dialog_request(struct tracker *t, struct tx *x, const struct message *m,
                    struct place *p);
void dialog_response(struct tracker *t, struct tx *x, const struct message *m,
                     uint32_t status);
void dialog_tx_ended(struct tracker *t, struct tx *x, enum ended_how how);

/* tracker_life.c */
void dialog_queue(struct tracker *t, struct dialog *d, enum dialog_queue q);
void dialog_write(struct tracker *t, struct dialog *d, bool all, bool last);
/* Its session is over. */
void dialog_session(struct tracker *t, struct dialog *d, enum ended_how how);
void dialog_written(struct tracker *t, struct dialog *d); /* after its event was pulled */
void dialog_release(struct tracker *t, struct dialog *d);
void dialog_bury(struct tracker *t); /* frees what dialog_release put aside */
void dialog_hold(struct tracker *t, struct dialog *d);
void dialogs_flush(struct tracker *t);
bool dialog_transient(const struct dialog *d); /* over when its one transaction is */

/* tracker_auth.c */
void auth_request(struct tracker *t, struct tx *x, const struct message *m,
                  struct place *p);
void auth_response(struct tracker *t, struct tx *x, const struct message *m,
                   struct place *p);

/* tracker_device.c */
void device_request(struct tracker *t, struct tx *x, const struct message *m,
                    struct place *p);
void device_response(struct tracker *t, struct tx *x, const struct message *m,
                     struct place *p, bool final);
struct device_note *device_tx_ended(struct tracker *t, struct tx *x, enum ended_how how);
void device_exchange(struct tracker *t, const struct exchange *x);
struct slice device_of(const struct message *m);
void device_at(struct tracker *t, struct device *d, const struct message *m);
struct device_note *device_note(struct tracker *t, struct place *p); /* made too */

/* tracker_registration.c */
void registration_asked(struct tracker *t, struct device *d, struct tx *x,
                        const struct message *m, struct place *p);
void registration_decided(struct tracker *t, struct device *d, struct tx *x,
                          const struct message *m, struct place *p);
/* It speaks: is its registration over? */
void registration_speaks(struct tracker *t, struct device *d, const struct message *m,
                         struct place *p);
struct device_note *registration_ended(struct tracker *t, const struct dialog *d);

/* tracker_usage.c */
struct usage *usage_of(struct dialog *d); /* made if there is none; NULL without memory */
struct usage_note *usage_note(struct tracker *t, struct place *p); /* made too */
void usage_request(struct tracker *t, struct tx *x, const struct message *m,
                   struct place *p);
void usage_response(struct tracker *t, struct tx *x, const struct message *m,
                    struct place *p);
void usage_repeated(struct tracker *t, struct tx *x, const struct message *m,
                    struct place *p);
struct usage_note *usage_tx_ended(struct tracker *t, struct tx *x, enum ended_how how);
struct usage_note *usage_dialog_ended(struct tracker *t, struct dialog *d);

/* tracker_subscription.c */
void subscription_request(struct tracker *t, struct tx *x, const struct message *m,
                          struct place *p);
void subscription_placed(struct tracker *t, struct tx *x, const struct message *m,
                         struct place *p);
void subscription_forked(struct tracker *t, struct dialog *d); /* another one notifies */
void subscription_tx_ended(struct tracker *t, struct tx *x, struct usage_note *n);
void subscription_ended(struct tracker *t, struct dialog *d, struct usage_note *n);

/* tracker_notice.c */
void notice_place(struct tracker *t, const struct message *m, struct place *p);
bool notice_next(struct tracker *t, struct tracker_event *e); /* what ended */
/* A challenge with another scheme than Digest. */
void notice_challenged(struct dialog *d, const struct message *m, const struct digest *g);
/* A registration was accepted: with certificates? */
void notice_registered(struct tracker *t, struct device *d, const struct tx *x,
                       const struct message *m);

/* tracker_session.c */
void session_request(struct tracker *t, struct tx *x, const struct message *m,
                     struct place *p);
void session_placed(struct tracker *t, struct tx *x, const struct message *m,
                    struct place *p);
void session_repeated(struct tracker *t, struct tx *x, const struct message *m,
                      struct place *p);
void session_tx_ended(struct tracker *t, struct tx *x, struct usage_note *n);
void session_ended(struct tracker *t, struct dialog *d, struct usage_note *n);

#endif
