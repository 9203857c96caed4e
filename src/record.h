/* record - one SIP message as it travelled: its bytes, from where to where, in which frames. */
#ifndef SRC_RECORD_H
#define SRC_RECORD_H

#include "dissect/slice.h"

struct addr {
	uint8_t n; /* octets of the address: 4 or 16 */
	uint8_t ip[16];
	uint16_t port;
};

static inline bool
addr_eq(const struct addr *a, const struct addr *b) /* with port */
{
	return a->n == b->n && a->port == b->port && memcmp(a->ip, b->ip, a->n) == 0;
}

static inline bool
addr_ip_eq(const struct addr *a, const struct addr *b) /* without port */
{
	return a->n == b->n && memcmp(a->ip, b->ip, a->n) == 0;
}

enum { ADDR_TEXT = 64 };
/* "192.0.2.1:5060", "[2001:db8::1]:5060"; port 0 is left out. Returns text. */
const char *addr_text(const struct addr *a, char text[ADDR_TEXT]);
const char *addr_ip_text(const struct addr *a, char text[ADDR_TEXT]);
/* A textual address (IPv6 without []); false if s is none (a host name, say). Port is 0. */
bool addr_parse(struct slice s, struct addr *out);
bool addr_private(const struct addr *a); /* RFC 1918 3, RFC 4193 3.1 */
/* What kind of address nobody can answer to; "" for the others. */
const char *addr_unreachable(const struct addr *a);

enum carrier { CARRIER_UDP, CARRIER_TCP, CARRIER_SCTP };
const char *carrier_name(enum carrier c); /* "UDP" ... as in Via */

enum record_fault {
	RECORD_CUT =
	    1, /* the capture lacks bytes (snap length, file end, lost fragment): not the sender's fault */
	RECORD_GAP = 2,        /* a hole in the TCP stream ends this message early */
	RECORD_UNFINISHED = 4, /* the TCP stream or the capture ended inside it */
	RECORD_RESYNC =
	    8, /* bytes before it were skipped on the stream to find its start */
	RECORD_NO_LENGTH = 16, /* TCP: no usable Content-Length; its end was guessed */
	RECORD_OVERLAP =
	    32, /* overlapping fragments or segments with different bytes (first wins) */
	RECORD_TOO_LONG = 64, /* longer than LIMIT_MESSAGE_BYTES: only its head is here */
	RECORD_BLIND =
	    128, /* RECORD_RESYNC: because of a hole, or the capture began in the stream's midst */
};

struct record {
	struct slice
	    bytes; /* from the start line (leading CRLFs dropped on streams, kept on UDP) to the end of the body */
	struct addr src, dst;
	enum carrier carrier;
	unsigned faults;  /* enum record_fault */
	uint32_t skipped; /* RECORD_RESYNC: how many octets */
	uint32_t capture;
	uint64_t frame; /* the frame that completed it, as in Wireshark */
	const uint64_t *
	    frames; /* all frames that carry it, ascending, frame included; at most RECORD_FRAMES_MAX */
	uint32_t frames_total;
	int64_t time_ns; /* of frame */
	bool multi;      /* frames_total > 1 */
	bool
	    inner; /* was inside something else: a WebSocket, or what Wireshark exported */
	uint16_t
	    index; /* 0 for the first message that ends in this frame, 1 for the next ... */
};

/* Not all of it is here, and that is not the sender's fault. */
#define RECORD_PARTIAL (RECORD_CUT | RECORD_GAP | RECORD_UNFINISHED | RECORD_TOO_LONG)

enum { RECORD_FRAMES_MAX = 256 };

#endif
