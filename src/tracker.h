/* tracker - messages in; their places in transactions, dialogs, registrations and exchanges out.
 *
 * RFC 3261 17 (transactions; 17.2.3 also for RFC 2543 peers), 12 (dialogs), 10 (registrations);
 * GB/T 28181-2022 9 and Annex A.1 (exchanges). It judges nothing: it says what goes with what. */
#ifndef SRC_TRACKER_H
#define SRC_TRACKER_H

#include "src/asked.h"
#include "src/auth.h"
#include "src/hash.h"
#include "src/limits.h"
#include "src/message.h"
#include "src/thresholds.h"

enum dialog_kind {
	DIALOG_REGISTRATION,
	DIALOG_CALL,
	DIALOG_SUBSCRIPTION,
	DIALOG_MESSAGE,
	DIALOG_OTHER
};
enum dialog_state {
	STATE_TRYING,
	STATE_EARLY,
	STATE_CONFIRMED,
	STATE_TERMINATED,
	STATE_UNKNOWN
};
enum dialog_outcome {
	OUTCOME_OK,
	OUTCOME_REJECTED,
	OUTCOME_TIMEOUT,
	OUTCOME_CANCELLED,
	OUTCOME_OPEN,
	OUTCOME_UNKNOWN
};
const char *dialog_kind_name(enum dialog_kind k);
const char *dialog_state_name(enum dialog_state s);
const char *dialog_outcome_name(enum dialog_outcome o);

/* Where a message was seen. frames only when it is spread over several. */
struct ref {
	uint32_t capture, frames_total;
	uint64_t frame; /* 0: none */
	const uint64_t *frames;
	int64_t time_ns;
};

/* What a Response says, as parts of its tree's text, or copies of them in the same arena. */
struct answer_tree {
	struct slice items; /* of its list, with commas between; empty: none */
	struct slice list;  /* the list's name; empty: it has none */
	size_t members_total;
	/* Of the root, but for the list and for CmdType, SN, DeviceID. */
	struct answer_member {
		struct slice name, text; /* text: "name":value */
	} members[];
};

/* A body as the report keeps it. */
struct kept_body {
	struct slice content_type;
	bool manscdp;
	enum body_verdict verdict;
	const char *charset;
	struct slice root, CmdType, SN, DeviceID;
	struct slice words; /* what a PTZCmd or an alarm says; or empty */
	struct slice
	    tree; /* its fields as keep_tree made them; empty when they are not kept */
	const struct answer_tree *answer; /* parts of it, of a Response; or NULL */
	enum content content;             /* SDP, MANSRTSP: decoded again from ... */
	struct slice text; /* ... its octets; empty when they are not kept */
};

enum nonce_check {
	NONCE_NONE,
	NONCE_CHALLENGED,
	NONCE_UNKNOWN,
	NONCE_FOREIGN,
	NONCE_STALE,
	NONCE_REPLAYED
};
enum auth_decision {
	DECISION_NONE,
	DECISION_ACCEPTED,
	DECISION_STALE,
	DECISION_REJECTED,
	DECISION_OTHER
};
const char *nonce_check_name(enum nonce_check n); /* NULL for NONCE_NONE */
const char *auth_decision_name(enum auth_decision d);

struct auth_entry {
	struct auth_entry *next;
	const char *header; /* "Authorization" or "Proxy-Authorization" */
	struct slice scheme, username, realm, algorithm, qop, uri, nonce, nc, cnonce,
	    opaque;
	bool has_username, has_realm, has_algorithm, has_qop, has_uri, has_nonce, has_nc,
	    has_cnonce, has_opaque;
	struct auth_out out; /* out.why lies in `why` */
	struct slice why;
	enum nonce_check nonce_check;
	enum auth_decision decision;
	int agrees; /* 1, 0; -1 null */
	struct ref
	    challenge; /* the 401 or 407 that gave the nonce; frame 0 if not seen */
};

struct exchange_note;
struct media;
struct offer_leg;
struct offer_place;

struct response {
	struct response *next;
	uint32_t status;
	struct slice reason, to_tag;
	struct ref ref;
	uint32_t repeats;
	struct kept_body *body; /* or NULL */
};

struct usage;
struct usage_note;
struct notice_note;
struct gb_session;
struct certificate;

struct tx {
	uint32_t id;
	struct dialog *dialog;
	struct slice method_name;
	enum method method;
	uint32_t cseq;
	struct slice branch; /* of the top Via; empty if none */
	bool cookie;         /* branch begins with z9hG4bK */
	struct addr client,
	    server; /* of the first request seen, or from the first response */
	enum carrier carrier;
	struct ref request; /* frame 0: the capture has no request of it */
	uint32_t repeats;
	int64_t repeated_ns; /* time of the last copy of the request */
	/* Of the request, for the checks of its responses. In the tx's memory, like all slices here. */
	struct slice uri, from, to, from_tag, to_tag, via, contact, user;
	unsigned vias;
	bool has_max_forwards;
	uint32_t max_forwards;
	bool cut; /* the capture lacks some of its headers */
	bool has_rport, has_expires, has_contact, logout, ack_seen;
	uint32_t expires;
	struct slice
	    credentials; /* the first Digest header, whole: never written anywhere */
	struct slice registration_scheme; /* "Capability" and kin; empty if none */
	struct response *responses, *last;
	uint32_t responses_total;
	uint32_t status;  /* the final one; 0: none yet */
	bool provisional; /* a 1xx was seen */
	int64_t final_ns;
	struct auth_entry *auths;
	struct kept_body *body;
	const struct asked *asked; /* NULL: nothing of it */
	bool keepalive;
	int64_t keepalive_gap_ns,
	    keepalive_interval_ns; /* since the one before; 0: no gap */
	uint64_t keepalives_lost;
	uint32_t
	    rejected_in_row; /* REGISTERs of its device with credentials that failed, if many */
	bool fork;           /* a further dialog of one INVITE: RFC 3261 12.1 */
	unsigned usage;         /* enum tx_usage */
	uint8_t offered;        /* enum offer_carried, of an INVITE */
	struct invite *inv;     /* of an INVITE (src/call.h), or NULL */
	struct resent *resent;  /* of the copies of its request, or NULL */
	struct slice timestamp; /* of the request; empty if none */
	unsigned was;           /* enum tx_was */
	/* the tracker's own */
	struct arena mem;
	struct arena body_mem; /* of its bodies: given back when it was written */
	uint64_t hash, credentials_hash;
	struct tx *queue_prev, *queue_next, *dialog_next;
	unsigned forks; /* dialogs beside the first one */
	size_t accounted;
	int queue;
	int64_t queued_ns;
	bool write;  /* in a DIALOG event: this transaction belongs to the part */
	bool listed; /* waits to be written with its dialog */
	bool ended;  /* its TX event went out before: nothing in it changes any more */
	bool written, indexed, closed, dead;
};

struct party_kept {
	struct slice uri, user, tag, aor;
};

struct dialog {
	uint32_t id, part;
	enum dialog_kind kind;
	struct slice call_id;
	struct party_kept from, to; /* of the request that opened it */
	struct slice device;        /* id, or empty */
	enum dialog_state state;
	enum dialog_outcome outcome;
	struct ref first; /* of its first message */
	int64_t started_ns, ended_ns;
	uint32_t transactions_total;
	bool gb;                   /* the gb28181 profile applies */
	struct tx *txs, *txs_last; /* not yet written, in order of first frame */
	uint32_t txs_held;
	struct ref last;   /* of its last message */
	struct call *call; /* its two sides: src/call.h; NULL where no call is in it */
	/* registration */
	uint32_t granted;              /* seconds of the last 2xx; 0: none */
	int64_t granted_ns;            /* when */
	uint32_t granted_before;       /* the same before the last 2xx */
	struct usage *usage;           /* subscriptions and what else it has, or NULL */
	struct gb_session *gb_session; /* of a call (src/sessions.h), or NULL */
	/* the tracker's own */
	struct arena mem;
	uint32_t cseq_from, cseq_to; /* highest of each side; 0: none seen */
	struct ref cseq_from_ref, cseq_to_ref;
	struct tx *register_open,
	    *invite;     /* the last of their kind, while they are known */
	bool start_seen; /* the request that opened it is in the capture */
	bool cancelled, logout;
	struct slice
	    challenge; /* the last WWW- or Proxy-Authenticate value given in it */
	struct ref challenge_ref;
	struct certificate *
	    certificate; /* the last challenge for certificates: src/notice_note.h; or NULL */
	uint64_t rejected_hash; /* of the credentials that were rejected last */
	struct ref rejected_ref;
	struct offer_leg *offer; /* the session descriptions of a call; or NULL */
	uint32_t open_txs;       /* without a final response */
	uint32_t alive_txs;      /* still in memory: it must stay as long */
	struct dialog *queue_prev, *queue_next, *hold_prev, *hold_next;
	bool holding, writing;
	bool gb_session_told; /* it was there, and is told */
	uint64_t hash;
	int queue;
	int64_t queued_ns;
};

enum place_fact {
	PLACE_BRANCH_REUSED =
	    1
	    << 0, /* the branch belongs to another transaction that is still open: 8.1.1.7 */
	PLACE_CSEQ_LOWER = 1 << 1, /* not higher than the last of this side */
	PLACE_CSEQ_EQUAL = 1 << 2, /* equal to it, and no repeat */
	PLACE_CSEQ_GAP = 1 << 3,
	PLACE_NO_DIALOG =
	    1
	    << 4, /* To tag, but no such dialog, though the capture shows the Call-ID's start */
	PLACE_SECOND_FINAL = 1 << 5, /* another final response with another status */
	PLACE_STRAY =
	    1 << 6, /* a response without its request, whose direction was seen before */
	PLACE_AUTH_REPEATED =
	    1 << 7, /* credentials just rejected are sent again unchanged */
	PLACE_OPEN_REGISTER =
	    1 << 8, /* a REGISTER while an earlier one has no final response: 10.2 */
	PLACE_FIRST_OF_CALL = 1 << 9,   /* first message of its Call-ID in the capture */
	PLACE_TO_TAG_DIFFERS = 1 << 10, /* responses of one UAS with different To tags */
	PLACE_NONCE_SHARED =
	    1 << 12, /* the challenge's nonce was given to another user before */
	PLACE_REGISTERED_ELSEWHERE =
	    1 << 11, /* the same address-of-record registers with another Call-ID */
	PLACE_NOTIFY_FORK =
	    1 << 20, /* NOTIFY of another notifier than the one of the 2xx */
	PLACE_NOTIFY_TAG =
	    1 << 21, /* NOTIFY whose To tag is that of no SUBSCRIBE of the Call-ID */
};

/* What a message is part of. Pointers are valid until the next tracker_feed. */
struct place {
	struct dialog *dialog;
	struct tx *tx;
	struct response *response;     /* a response's entry */
	bool repeat;                   /* of a request or response seen before */
	unsigned facts;                /* enum place_fact */
	uint32_t cseq_last;            /* with CSEQ facts: the number before */
	unsigned call;                 /* enum call_fact: src/call.h */
	struct ref other;              /* with facts: the earlier message */
	const struct tx *previous_hop; /* the same request on the hop before, or NULL */
	struct slice
	    nonce_user; /* whose nonce it is: with NONCE_SHARED, or foreign credentials */
	struct slice
	    challenge; /* the challenge that the credentials answer, whole; empty if not seen */
	const char
	    *wrong_header; /* credentials stand in this header, the challenge in ... */
	const char *challenge_header;
	bool rspauth_wrong;       /* the server's proof is wrong for the known password */
	const struct tx *invite;  /* of an ACK or CANCEL: what it belongs to, or NULL */
	struct usage_note *usage; /* or NULL */
	const struct offer_place *offer;  /* what its session description is; or NULL */
	const struct tx *call_other;      /* with `call`: the other transaction */
	const struct notice_note *notice; /* src/notice_note.h; or NULL */
	struct device_note *device;       /* src/devices.h; or NULL */
	const struct exchange_note *exchange; /* or NULL */
};

enum exchange_outcome {
	EXCHANGE_COMPLETE,
	EXCHANGE_INCOMPLETE,
	EXCHANGE_UNANSWERED,
	EXCHANGE_UNSOLICITED,
	EXCHANGE_NOT_NEEDED,
	EXCHANGE_UNKNOWN,
	EXCHANGE_REFUSED,    /* by SIP, and no Response came */
	EXCHANGE_MISMATCHED, /* what came in its place does not name it rightly */
};
enum { EXCHANGE_OUTCOMES = EXCHANGE_MISMATCHED + 1 };
const char *exchange_outcome_name(enum exchange_outcome o);

/* In what an answer is not what the request asks for. */
enum exchange_mismatch {
	MISMATCH_SN = 1 << 0,
	MISMATCH_CMDTYPE = 1 << 1,
	MISMATCH_FROM = 1 << 2,   /* another user answers than was asked */
	MISMATCH_TO = 1 << 3,     /* another user is answered than asked */
	MISMATCH_DEVICE = 1 << 4, /* DeviceID; of a Broadcast: TargetID */
	MISMATCH_ROOT = 1 << 5,   /* no Response */
};

enum exchange_fact {
	/* of a request */
	EXCHANGE_SN_OPEN = 1 << 0,    /* its SN belongs to one that is open: `other` */
	EXCHANGE_SN_AGAIN = 1 << 1,   /* or to one that was over a short time before */
	EXCHANGE_SAME_BODY = 1 << 2,  /* SN_OPEN: and the body is the same */
	EXCHANGE_NO_COMMAND = 1 << 3, /* a Control with nothing in it to be done */
	/* of an answer */
	EXCHANGE_SUM_CHANGED = 1 << 4, /* SumNum was `number` before */
	EXCHANGE_PART_AGAIN = 1 << 5,  /* the items of `other` again */
	EXCHANGE_AFTER_WHOLE = 1 << 6, /* all had come before; `other`: the last of it */
	EXCHANGE_AFTER_TIMEOUT = 1 << 7, /* nobody waits any more; `other`: the request */
	EXCHANGE_SURPLUS = 1 << 8,       /* with these there are more than SumNum */
	EXCHANGE_ITEM_TWICE = 1 << 9,    /* `text` is in this answer a second time */
	EXCHANGE_SELF = 1 << 10,         /* who answers, or asks, is among the items */
	EXCHANGE_IN_RESPONSE = 1 << 11,  /* it stands in the body of a SIP response */
	EXCHANGE_SHRUNK =
	    1 << 12, /* unasked; `number` items in the one before, `other` */
	EXCHANGE_NOT_DUE = 1 << 13, /* an answer where none is due */
	EXCHANGE_FAILED = 1 << 14,  /* Result ERROR */
};

struct exchange;

/* One answer, or a part of one. */
struct exchange_part {
	struct exchange_part *next;
	struct ref ref;
	uint32_t dialog, tx;
	bool has_num;
	uint32_t num;      /* Num of its list */
	uint32_t items;    /* really there */
	uint32_t status;   /* of the SIP answer to it; 0: none seen, or it is one */
	unsigned mismatch; /* enum exchange_mismatch */
	unsigned facts;    /* enum exchange_fact */
	struct slice root, SN, CmdType, from,
	    DeviceID;     /* where they differ; else empty */
	uint64_t hash;    /* of its body: the tracker's own */
	uint64_t from_ip; /* of where it came from: so too */
};

/* What a message is in its exchange. */
struct exchange_note {
	const struct exchange *exchange;
	bool request;
	struct exchange_part part; /* of an answer */
	unsigned facts;            /* enum exchange_fact */
	struct ref other;
	uint64_t number;
	struct slice text;
};

struct exchange {
	uint32_t id;
	struct slice root, CmdType, SN, from, to, DeviceID;
	struct ref request; /* frame 0: none */
	uint32_t request_dialog;
	uint32_t request_tx;
	uint32_t request_status; /* of the SIP answer to it; 0: none seen */
	struct addr client, server;
	bool gb;
	bool needs;      /* a Response is due */
	bool subscribed; /* the request was a SUBSCRIBE or NOTIFY, the answer its 200 */
	struct slice commands; /* of a Control: what is in it, with blanks between */
	struct slice
	    types; /* of a ConfigDownload: what was asked for, with '/' between */
	uint64_t types_missing; /* by place in them: bits */
	struct exchange_part *parts, *last;
	uint32_t parts_total;
	bool has_sum;
	uint32_t SumNum;
	uint64_t received;  /* items in all parts, those that came again but once */
	uint64_t repeated;  /* items that came again with their part */
	int64_t latency_ns; /* to the first part; -1 */
	int64_t last_ns;    /* of the last part */
	enum exchange_outcome outcome;
	uint32_t refused; /* status of the SIP answer to the request, if not 2xx */
	unsigned mismatch, facts; /* of all its messages */
	bool self_item;           /* who asked or was asked stands in the list */
	bool failed;              /* Result ERROR */
	bool cut;                 /* the capture does not have all of an answer */
	bool unread; /* a part of a list says not how many there are: it is no XML */
	bool
	    explained; /* why nobody asked for it, or nobody answered, was told with a message */
	uint32_t related;        /* the exchange it seems to belong to; 0: none */
	struct ref other;        /* MISMATCHED: the first message of the other one */
	struct slice other_text; /* and what is different there */
	struct result *result;   /* what came, for those who write it; or NULL */
	/* the tracker's own */
	struct slice name;        /* of the command in the dictionary */
	struct slice answers_for; /* the DeviceID that the answer is to have */
	struct arena mem;
	struct exchange *queue_prev, *queue_next;
	struct exchange *strays, *stray_next; /* answers that may be meant for it */
	struct exchange *stray_of;
	struct exchange_ids *ids;
	struct exchange_tx *awaits;
	int queue;
	int ended_how;
	uint64_t hash, hash_sn, hash_pair, hash_last, body_hash;
	int64_t active_ns;
	uint32_t waiting; /* parts without a SIP answer */
	bool challenged, asked_again, indexed;
};

enum device_kind { DEVICE_UNKNOWN, DEVICE_DEVICE, DEVICE_PLATFORM, DEVICE_USER };
const char *device_kind_name(enum device_kind k);

/* When and where something of a device was seen. */
struct moment {
	int64_t time_ns;
	uint64_t frame; /* 0: never */
	uint32_t capture;
};

struct device {
	struct slice id;
	enum device_kind kind;
	int registered; /* 1, 0; -1 null */
	struct slice user_agent;
	uint8_t edition;        /* as X-GB-Ver says */
	uint8_t bodies_edition; /* EDITION_ bits that have all that its bodies hold */
	bool bodies_seen;
	/* Of its DeviceInfo; empty: not told. */
	struct slice name, manufacturer, model, firmware;
	bool has_channels;
	uint32_t channels;
	unsigned nat; /* enum device_nat */
	/* Lists of src/devices.h, made when there is something in them. */
	struct device_places *places;
	struct device_registrations *registrations;
	struct device_gaps *gaps;
	struct device_commands *commands;
	struct device_dialogs *calls, *subscriptions;
	struct catalog *catalog; /* src/catalog_tree.h */
	uint64_t moves;          /* how often another address sent its keep-alives */
	struct moment clock;     /* the last Date that it was given; frame 0: none */
	int64_t clock_skew_ns;   /* ... ahead of the capture; negative: behind */
	struct moment keepalive_first, keepalive_last;
	uint64_t keepalives_answered, keepalives_all; /* all: of several servers too */
	/* Of registrations that the list no longer has. */
	uint32_t registrations_before, refreshes_before;
	uint32_t
	    heartbeat; /* seconds between keep-alives, as a BasicParam told; 0: not */
	uint32_t heartbeat_off; /* keep-alives in a row that do not keep to them */
	/* A challenge to its REGISTER that has no credentials yet. */
	struct moment challenge;
	uint32_t challenge_dialog, challenge_cseq;
	bool challenge_bare;    /* it names no algorithm */
	int64_t credentials_ns; /* when it last sent some */
	int64_t register_ns;    /* when it last sent a REGISTER */
	struct moment failed;   /* its last registration that was refused */
	uint32_t failed_status;
	struct addr failed_by;
	bool expired_told;
	bool granted_sure; /* somebody named the time that was granted */
	struct ref first;
	/* for a line about it */
	bool register_seen;
	struct ref decided; /* the response that decided the last registration */
	uint32_t status;    /* its status; 0 none */
	bool auth_seen;
	enum auth_verdict verdict; /* of the last credentials */
	struct slice algorithm, qop, why;
	uint32_t challenges; /* 401 and 407 to its REGISTERs */
	uint32_t rejected_in_row;
	uint32_t granted;
	struct slice call_id; /* of its last accepted registration */
	int64_t granted_ns;
	bool logout;
	uint64_t keepalives, keepalives_refused, keepalives_unanswered, keepalives_lost;
	int64_t keepalive_ns;          /* of the last one */
	int64_t keepalive_interval_ns; /* usual distance; 0 unknown */
	struct ref keepalive_ref;
	uint64_t queries;
	struct slice query; /* CmdType of the last one asked */
	enum exchange_outcome query_outcome;
	uint32_t query_status;
	uint64_t query_received, query_sum;
	struct slice
	    registration_scheme; /* with certificates: of the last accepted one; or empty */
	struct ref secured;      /* the 200 that gave it a key: GB 35114; frame 0: none */
	/* the tracker's own */
	struct device *order_next;
	uint64_t hash;
	struct addr at, server; /* where it talks from now, and to whom; n 0: unknown */
	int64_t at_ns;          /* since when */
};

enum ended_how { ENDED_ANSWERED, ENDED_TIMEOUT, ENDED_EVICTED, ENDED_CAPTURE_OVER };

enum tracker_kind {
	TRACKER_PLACE,
	TRACKER_TX,
	TRACKER_DIALOG,
	TRACKER_EXCHANGE,
	TRACKER_SUBSCRIPTION,
	TRACKER_NOTICE,
	TRACKER_SESSION
};

struct tracker_event {
	enum tracker_kind kind;
	enum ended_how how; /* TX, EXCHANGE */
	bool
	    direction_seen; /* TX, EXCHANGE: something came from the silent side in this capture */
	bool
	    sent_shown; /* TX of an INVITE: what the client sends is not cut in this capture */
	int64_t now_ns; /* TX: the capture's time then */
	struct place place;
	struct tx *tx;
	struct dialog
	    *dialog; /* DIALOG: a part to write: those of its txs that have `write` */
	bool last;   /* DIALOG: it ended */
	bool over;   /* DIALOG: and its call with it, without a BYE */
	struct exchange *exchange;
	struct gb_subscription *subscription; /* src/subscriptions.h */
	struct gb_notice *notice;             /* src/notices.h */
	struct gb_session *session;           /* src/sessions.h */
};

struct tracker_options {
	/* Makes of a tree what is kept of it, in the arena: at once, while it is at hand. NULL: nothing is. */
	struct slice (*keep_tree)(void *own, const struct manscdp *m, struct arena *a,
	                          const struct answer_tree **answer);
	void *keep_own;
	bool keep_media; /* and the octets of SDP and MANSRTSP */
	int profile;     /* 0 auto, 1 rfc3261, 2 gb28181 */
	int64_t exchange_timeout_ns;
	const struct thresholds *thresholds; /* NULL: the defaults */
	struct media *media; /* what comes to the addresses of calls; or NULL */
};

struct tracker;

struct tracker *tracker_new(struct limits *l, struct auth *au,
                            const struct tracker_options *o);
/* Moves the clock, then places the message. */
void tracker_feed(struct tracker *t, const struct message *m);
/* Pulls events until false: first what ended before the message, then its place, then what it ended. */
bool tracker_next(struct tracker *t, struct tracker_event *out);
void tracker_end(struct tracker *t);
/* All devices in order of first frame. Start with NULL. */
const struct device *tracker_device(const struct tracker *t, const struct device *after);
struct device *tracker_find_device(struct tracker *t, struct slice id);
uint32_t tracker_transactions(const struct tracker *t);
uint32_t tracker_dialogs(const struct tracker *t);
struct session_counts;
const struct session_counts *tracker_sessions(const struct tracker *t);
void tracker_free(struct tracker *t);

#endif
