/* transport - datagrams and segments in, records out: one for each SIP message.
 *
 * UDP: a datagram that is SIP by its content is one record. TCP: both directions of a stream are put
 * in order, and cut into messages by Content-Length. */
#ifndef SRC_TRANSPORT_H
#define SRC_TRANSPORT_H

#include "src/net.h"

struct transport;

/* Tells the ledger what became of each datagram's frames. */
struct transport *transport_new(struct limits *l, struct ledger *ledger);
/* From now on media is told of datagrams that are, or may be, RTP. */
struct media;
void transport_media(struct transport *t, struct media *media);
void transport_feed(struct transport *t, const struct datagram *d);
/* Pulls what became whole, until false. *out is valid until the next transport_feed or transport_end. */
bool transport_next(struct transport *t, struct record *out);
/* No more input: what streams still hold comes out (RECORD_UNFINISHED, RECORD_GAP). */
void transport_end(struct transport *t);
/* Counters for the report. */
struct transport_counts {
	uint64_t udp, tcp; /* messages by themselves (UDP, SCTP), segments with payload */
	uint64_t not_sip;  /* UDP datagrams and TCP streams that are not SIP */
	uint64_t keepalives; /* datagrams of CRLF, NUL and the like; probes of TCP */
	uint64_t
	    duplicates; /* datagrams that a mirror port, or a second interface, saw again */
	uint64_t retransmitted, out_of_order, overlaps, holes,
	    resyncs;         /* TCP, streams that are or may be SIP */
	uint64_t lost_bytes; /* of holes */
};
/* A segment came again with other octets when its message was out already. After transport_feed. */
struct transport_conflict {
	uint32_t capture;
	uint64_t frame; /* of the message */
	uint64_t again; /* the frame that differs; 0 if it is in another capture */
	int64_t time_ns;
};
bool transport_conflict(const struct transport *t, struct transport_conflict *out);
/* Both take NULL, as a test has it that begins with messages. */
const struct transport_counts *transport_counts(const struct transport *t);
/* Messages and segments that there was no memory for. */
uint64_t transport_no_memory(const struct transport *t);
void transport_free(struct transport *t);

#endif
