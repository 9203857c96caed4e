/* sessions - what an INVITE means in GB/T 28181's terms: play, playback, download, talk or broadcast; who asked whom
 * for which channel, what was agreed on, how it was controlled, who ended it and why. GB/T 28181-2022 9.2, 9.8, 9.9, 9.12.
 *
 * A part of the tracker, fed with each message in its place; it judges nothing. */
#ifndef SRC_SESSIONS_H
#define SRC_SESSIONS_H

#include "dissect/subject.h"
#include "src/media.h"
#include "src/tracker.h"

enum {
	SESSION_HOPS = 4,
	SESSION_CONTROLS =
	    64, /* MANSRTSP requests that are told; the others are counted */
};

enum session_kind {
	SESSION_OTHER,
	SESSION_PLAY,
	SESSION_PLAYBACK,
	SESSION_DOWNLOAD,
	SESSION_TALK,
	SESSION_BROADCAST,
	SESSION_KINDS
};
enum session_state {
	SESSION_UNKNOWN, /* its INVITE is not in the capture, nor its end */
	SESSION_TRYING,  /* no final response in the capture */
	SESSION_OPEN,    /* answered, and no end in the capture */
	SESSION_ENDED,
	SESSION_REFUSED,
	SESSION_CANCELLED,
	SESSION_UNANSWERED, /* no answer in time */
	SESSION_NO_INVITE,  /* a broadcast that came to no INVITE */
	SESSION_STATES
};
/* Who of the two: who sent the INVITE, or who got it. */
enum session_side { SIDE_CALLER, SIDE_CALLEE, SIDE_UNKNOWN };
const char *session_kind_name(enum session_kind k);
const char *session_state_name(enum session_state s);
const char *session_side_name(enum session_side s); /* NULL for SIDE_UNKNOWN */

/* A session description, as far as a person asks. Values as they stand; empty: not there. */
struct session_sdp {
	struct ref ref; /* frame 0: none */
	struct slice s, u, y, f, media, proto, payloads, encoding, address, direction,
	    setup, connection, downloadspeed, filesize, streamnumber;
	/* encoding: what the rtpmap of the first of the payloads says */
	uint32_t port;
	uint32_t levels; /* m= lines */
	bool has_port, audio_only;
	bool has_time;
	uint64_t start, stop;
};

struct session_control {
	struct session_control *next;
	struct ref ref;
	uint32_t tx;
	enum session_side by;
	struct slice method, CSeq, scale, unit, start,
	    stop; /* of its Range: unit, start, stop */
	bool has_range;
	uint32_t status; /* of the SIP answer; 0: none */
	struct ref answer;
	uint32_t rtsp_status; /* in its body; 0: none */
	struct slice rtsp_CSeq, rtsp_reason;
};

struct session_broadcast {
	struct ref notify, response; /* frame 0: not seen */
	struct slice SN, source, target, result;
	struct addr client, server; /* of the Notify */
	uint32_t dialog, tx;        /* of the Notify */
};

struct session_hop {
	struct addr client, server;
	struct ref ref;
};

/* Memory: its own arena, until the next sessions_next. */
struct gb_session {
	uint32_t id;
	uint32_t dialog; /* 0: none, a broadcast that came to no INVITE */
	bool gb;
	enum session_kind kind;
	enum session_state state;
	struct slice call_id, caller, callee, channel, device;
	struct slice invite_to; /* the user in its To; callee: that of its Request-URI */
	struct slice subject;
	struct subject parts; /* dis in subject_dis */
	enum dis subject_dis; /* DIS_OTHER: no Subject */
	struct ref first;     /* of its first message */
	struct ref invite, ringing, answered, acked, refused, cancel,
	    bye; /* frame 0: none */
	uint32_t invite_tx;
	bool forked;     /* a further dialog of an INVITE */
	uint32_t status; /* of the last final answer to the INVITE; 0: none */
	struct slice reason,
	    why; /* its phrase; the value of Reason that came with the end */
	enum session_side bye_by, cancel_by;
	uint32_t bye_tx, bye_status;
	struct slice bye_uri, bye_to; /* users of its Request-URI and To */
	uint32_t reinvites;
	struct session_sdp offer, answer;
	struct session_hop hops[SESSION_HOPS];
	unsigned hops_total;
	struct session_control *controls, *controls_last;
	uint32_t controls_total;
	/* MediaStatus */
	struct ref media_status;
	uint32_t media_status_tx;
	bool media_status_inside; /* in the dialog */
	struct slice NotifyType, media_status_from;
	struct session_broadcast *broadcast; /* or NULL */
	/* other sessions of this channel */
	struct ref
	    in_use; /* an INVITE before it that had the same Subject and was open; frame 0: none */
	struct ref
	    rival; /* the open session of the same channel when this one was asked for */
	uint32_t rival_id;
	bool killed; /* its device ended it right behind the INVITE for another one */
	struct ref
	    rival_ended; /* ... which the device ended when this one was answered */
	/* what came */
	struct media_stream *streams;
	unsigned streams_total;
	uint64_t packets, lost, bytes;
	struct ref rtp; /* the first packet */
	int64_t rtp_last_ns;
	uint64_t behind;    /* packets behind the end */
	struct ref offline; /* when its device logged out; frame 0: it did not */
	int64_t now_ns;     /* when it was told */
	enum ended_how how;
	/* the tracker's own */
	struct arena mem;
	struct gb_session *prev, *next; /* of a channel's; of those that ended */
	uint64_t hash;
	struct addr client, server;
	bool indexed;
};

struct session_counts {
	uint64_t total, invites, answered, refused, cancelled, unanswered, open, ended,
	    with_media;
	uint64_t kinds[SESSION_KINDS];
};

struct sessions;

struct sessions *sessions_new(struct limits *l, const struct hash_key *key);
/* Is it about a session, though it is in no call? Asked of MANSCDP bodies only. */
bool sessions_wants(const struct message *m);
/* A message that has its place. */
void sessions_feed(struct sessions *s, const struct message *m, const struct place *p,
                   int64_t now_ns);
/* Ends what has waited too long. */
void sessions_clock(struct sessions *s, int64_t now_ns);
/* What came of its media, first; then, its dialog is over. */
void sessions_media(struct sessions *s, const struct dialog *d,
                    struct media_stream *streams);
void sessions_dialog_ended(struct sessions *s, struct dialog *d, enum ended_how how,
                           int64_t now_ns);
void sessions_end(struct sessions *s, int64_t now_ns);
/* What ended, oldest first; valid until the next call. NULL: no more. */
struct gb_session *sessions_next(struct sessions *s);
const struct session_counts *sessions_counts(const struct sessions *s);
void sessions_free(struct sessions *s);

/* By what is known of it so far. */
enum session_kind session_kind_now(const struct gb_session *x);
/* What usually lies behind a refusal with this status; never NULL. */
const char *session_cause(uint32_t status, enum session_kind k);
/* How long it was up: from the answer to its end; -1: not known. */
int64_t session_duration_ns(const struct gb_session *x);

#endif
