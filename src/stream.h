/* stream - one direction of a TCP connection: segments in any order in, messages out. */
#ifndef SRC_STREAM_H
#define SRC_STREAM_H

#include "src/framer.h"
#include "src/pieces.h"
#include "src/records.h"
#include "src/transport.h"
#include "src/wsframer.h"

enum {
	STREAM_START_MS =
	    200, /* how long a start in mid-stream is held for earlier segments ... */
	STREAM_START_MAX = 3, /* ... and how many segments */
	STREAM_HOLE_S =
	    1, /* how long a hole is left open after the peer has acknowledged it ... */
	STREAM_HOLE_MAX_S = 30,      /* ... and if it has not ... */
	STREAM_HOLE_ONE_SIDED_S = 5, /* ... or is not in the capture */
	STREAM_RECENT = 4,           /* segments known by their hash */
};

enum stream_kind {
	STREAM_UNDECIDED,
	STREAM_SIP,
	STREAM_OTHER,
	STREAM_ENCRYPTED, /* TLS, or a WebSocket whose messages are deflated: cannot be read */
};

/* Where octets of the residue came from; `end` counts from its start. */
struct stream_mark {
	size_t end;
	struct piece_source source;
	bool differs;
};

struct stream_recent {
	uint32_t at, length;
	uint64_t hash;
	struct piece_source source;
	uint64_t
	    message; /* the frame that completed the first message in it; 0: none yet */
	bool told;   /* that it came again with other octets */
};

struct stream_links; /* the waiting lists' business */

struct stream {
	struct addr src, dst;
	enum stream_kind kind;
	bool started;       /* next is known */
	bool from_syn;      /* by its SYN */
	bool acked;         /* `ack` is known */
	bool fin;           /* fin_at is known */
	bool talked;        /* it brought octets */
	bool closed;        /* FIN or RST: what comes ahead is another connection's */
	bool sums_tell;     /* checksums were right: here they say something ... */
	uint8_t sums_wrong; /* ... or so many, up to SUMS_OFFLOADED, were wrong before */
	uint32_t first, next; /* sequence numbers: of the first octet, of the next one */
	uint32_t ack;         /* what the other side has of it */
	uint32_t fin_at;
	struct framer framer;
	struct wsframer websocket; /* in place of the framer, unless it is off */
	struct pieces pending;     /* behind a hole, or held until the start is known */
	struct pieces
	    *doubtful; /* with wrong checksums: only for what nothing better comes for */
	uint8_t *residue; /* octets of an unfinished message */
	size_t residue_n, residue_room;
	struct stream_mark *marks;
	uint32_t marks_total, marks_room;
	uint32_t index_capture;
	uint16_t index; /* of the next message that ends in the frame below */
	uint64_t index_frame;
	int64_t hole_ns; /* since when there is a hole, or the start is held */
	struct stream_recent *recent; /* STREAM_RECENT of them, or NULL */
	uint8_t recent_next;
	/* A place in a queue of the transport's. */
	struct stream *wait_older, *wait_newer;
	struct stream_queue *queue;
	int64_t wait_ns; /* since when it stands there */
};

enum stream_sum { SUM_RIGHT, SUM_WRONG, SUM_WRONG_SYN };

/* What all streams share during one call. */
struct stream_context {
	struct limits *limits;
	struct records *records;
	struct transport_counts *counts;
	struct ledger *ledger;
	struct arena *scratch;
	struct piece_source now; /* the frame that is being fed */
	int64_t clock_ns;        /* the capture's time */
	uint64_t hash_key;       /* odd */
	bool filled; /* octets are released because that frame brought what was missing */
	bool conflicted; /* that frame brought other octets for a message that is out: */
	struct transport_conflict conflict;
};

struct stream_segment {
	uint32_t at; /* sequence number of its first octet */
	uint32_t length;
	struct slice bytes; /* bytes.n <= length */
	bool differs;
	bool doubtful; /* its checksum is wrong, and that says something */
};

/* A direction in which checksums are wrong from the start was captured where the network card makes
 * them: none there says anything. True if this segment's is wrong, and that may say something. */
bool stream_sum(struct stream *s, enum stream_sum sum, struct stream_context *c);
/* Its first octet has the number `at`. What was held is delivered. */
void stream_start(struct stream *s, uint32_t at, struct stream_context *c);
/* Starts at what is held, if it is known by now that nothing earlier comes. late: do not wait. */
void stream_start_held(struct stream *s, bool late, struct stream_context *c);
void stream_data(struct stream *s, const struct stream_segment *seg,
                 struct stream_context *c);
/* The other side's acknowledgement. */
void stream_acked(struct stream *s, uint32_t ack, struct stream_context *c);
/* The other side has answered all that came: an end that was only guessed is one. */
void stream_answered(struct stream *s, struct stream_context *c);
/* The connection was reset. */
void stream_reset(struct stream *s, struct stream_context *c);
/* The FIN has the number `at`. */
void stream_fin(struct stream *s, uint32_t at, struct stream_context *c);
/* What the other direction is by now tells what this one is: SIP is looked for in the way it travels there. */
void stream_follow(struct stream *s, const struct stream *other);
/* Is it known that there is nothing to be read in it? */
bool stream_is_mute(const struct stream *s);
/* Gives up the first hole. */
void stream_skip_hole(struct stream *s, struct stream_context *c);
bool stream_has_hole(const struct stream *s);
/* Nothing more comes: what is held comes out. It can go on all the same. */
void stream_flush(struct stream *s, struct stream_context *c);
size_t stream_held(const struct stream *s);
/* Does it hold what has to wait for its start? */
bool stream_awaits_start(const struct stream *s);
/* Forgets all; addresses, place in a queue and what is known of checksums stay. */
void stream_clear(struct stream *s);

#endif
