/* net - frames in, UDP datagrams, SCTP messages and TCP segments out; tunnels are followed, IP fragments put together. */
#ifndef SRC_NET_H
#define SRC_NET_H

#include "src/capture.h"
#include "src/ledger.h"
#include "src/limits.h"
#include "src/record.h"

struct datagram {
	struct addr src, dst;
	enum carrier carrier;
	struct slice
	    payload; /* of UDP; or of TCP behind its header. Valid until the next net_next */
	uint32_t length; /* of payload as sent, in bytes; >= payload.n */
	bool message;    /* payload is a message by itself: all but TCP's segments */
	bool inner; /* of what Wireshark exported: the carrier was not all around it */
	uint32_t seq, ack; /* TCP */
	uint8_t flags;     /* TCP_SYN ... */
	bool cut;          /* the capture lacks bytes of it */
	bool overlap;      /* fragments overlapped with different bytes */
	bool
	    checksum_bad; /* the transport checksum is wrong (offloading makes such). UDP: only
	                         * after net_check_udp, and never for 0, which means none */
	bool checksum_known; /* ... was looked at: the whole segment is there */
	uint32_t capture;
	uint64_t frame;         /* the last frame that was needed */
	const uint64_t *frames; /* all of this capture, ascending */
	uint32_t frames_total;
	const struct origin *origins; /* all, of other captures too */
	uint32_t origins_total;
	uint16_t ident; /* IPv4's identification; 0 where there is none */
	uint8_t ttl;
	int dlt; /* of the last frame, and a number made of its VLAN tags */
	uint64_t tags;
	int64_t time_ns;
};

struct net;

/* Tells the ledger why a frame gave no datagram. NULL without memory. */
struct net *net_new(struct limits *l, struct ledger *ledger);
/* From now on the checksums of UDP datagrams are looked at too; this reads every byte of media. */
void net_check_udp(struct net *n);
void net_feed(struct net *n, const struct frame *f);
/* True and *out when the last frame completed a datagram; of SCTP, until it is false. */
bool net_next(struct net *n, struct datagram *out);
/* No more frames: fragment sets that are still open are counted as lost. */
void net_end(struct net *n);
/* Sets that never became whole, for findings: pulled after net_feed and net_end, oldest first.
 * first16 says whether the first fragment was there (then src, dst, ports and `sip` are known). */
struct net_loss {
	struct addr src, dst; /* ports 0 when the first fragment is missing */
	uint32_t capture;
	uint64_t frame; /* the first one of the set */
	int64_t time_ns;
	uint32_t fragments; /* seen */
	bool sip;           /* the first fragment is there and begins a SIP message */
	bool evicted;       /* dropped by a limit, not by its age */
};
bool net_lost(struct net *n, struct net_loss *out);
void net_free(struct net *n);

#endif
