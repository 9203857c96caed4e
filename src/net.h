/* net - frames in, UDP datagrams, SCTP messages and TCP segments out; tunnels are followed, IP fragments put together. */
#ifndef SRC_NET_H
#define SRC_NET_H

#include "src/capture.h"
#include "src/limits.h"
#include "src/record.h"

struct datagram {
	struct addr src, dst;
	enum carrier carrier;
	struct slice
	    payload; /* of UDP; or of TCP behind its header. Valid until the next net_feed */
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
	uint32_t capture;
	uint64_t frame;         /* the last frame that was needed */
	const uint64_t *frames; /* all of this capture, ascending */
	uint32_t frames_total;
	int64_t time_ns;
};

/* Why a frame gave nothing: one counter each, by capture. Every frame is either used (it gave a
 * datagram now or belongs to a fragment set) or counted under exactly one of these. */
#define NET_SKIPS(S)                                                                     \
	S(LINK, "unknown link type")                                                     \
	S(LINK_SHORT, "link header cut short")                                           \
	S(NOT_IP, "not IP")                                                              \
	S(TAGS, "too many VLAN tags")                                                    \
	S(IP_BAD, "broken IP header")                                                    \
	S(IP_SHORT, "IP header cut short")                                               \
	S(TUNNEL, "broken or unknown tunnel")                                            \
	S(TUNNEL_DEPTH, "too many tunnels in each other")                                \
	S(ICMP, "ICMP")                                                                  \
	S(PROTO, "other transport protocol")                                             \
	S(TRANSPORT_BAD, "broken UDP, TCP or SCTP header")                               \
	S(SCTP, "SCTP without a whole message")                                          \
	S(EXPORTED, "exported PDU without addresses")                                    \
	S(FRAGMENT_BAD, "fragment that cannot be used")                                  \
	S(FRAGMENT_LOST, "fragment of a packet that never became whole")                 \
	S(CLOCK, "time stamp out of range")

enum net_skip {
#define NET_SKIP_ID(id, text) NET_SKIP_##id,
	NET_SKIPS(NET_SKIP_ID)
#undef NET_SKIP_ID
	    NET_SKIP_TOTAL
};

const char *net_skip_text(enum net_skip s);

struct net;

struct net *net_new(struct limits *l, size_t captures_total); /* NULL without memory */
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
uint64_t net_skipped(const struct net *n, size_t capture, enum net_skip reason);
void net_free(struct net *n);

#endif
