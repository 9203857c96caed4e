/* ledger - what became of every frame: it carries a SIP message, or it was skipped, for one reason.
 *
 * An octet a frame, so a million frames cost a mebibyte. All functions take NULL for a ledger that nobody keeps. */
#ifndef SRC_LEDGER_H
#define SRC_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SKIPS(S)                                                                         \
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
	S(SCTP, "SCTP without a message")                                                \
	S(SCTP_PART, "part of an SCTP message that never became whole")                  \
	S(EXPORTED, "exported PDU without addresses")                                    \
	S(FRAGMENT_BAD, "fragment that cannot be used")                                  \
	S(FRAGMENT_LOST, "fragment of a packet that never became whole")                 \
	S(FRAGMENT_OVERLAP, "fragments that overlap as they must not")                   \
	S(CLOCK, "time stamp out of range")                                              \
	S(DUPLICATE, "copy of another frame")                                            \
	S(KEEPALIVE, "keep-alive octets")                                                \
	S(ENCRYPTED, "encrypted")                                                        \
	S(DEFLATED, "WebSocket with deflated messages")                                  \
	S(MEDIA, "RTP or RTCP, encrypted or not")                                        \
	S(STUN, "STUN")                                                                  \
	S(UDP_OTHER, "UDP that is not SIP")                                              \
	S(TCP_EMPTY, "TCP without data")                                                 \
	S(TCP_OTHER, "TCP that is not SIP")                                              \
	S(TCP_REPEAT, "TCP data that came before")                                       \
	S(TCP_NOTHING, "TCP data of no message")

enum skip {
#define SKIP_ID(id, text) SKIP_##id,
	SKIPS(SKIP_ID)
#undef SKIP_ID
	    SKIP_TOTAL
};

struct origin {
	uint32_t capture;
	uint64_t frame; /* from 1 */
};

struct ledger;

struct ledger *ledger_new(size_t captures_total); /* NULL without memory */
/* The frame carries no message so far, for this reason; a later one takes its place. */
void ledger_skip(struct ledger *l, struct origin at, enum skip reason);
/* It carries (a part of) a message, whatever is said later. */
void ledger_use(struct ledger *l, struct origin at);
uint64_t ledger_used(const struct ledger *l, size_t capture);
uint64_t ledger_skipped(const struct ledger *l, size_t capture, enum skip reason);
/* The first run of frames at or after `from` with this reason: [*first, *last]. */
bool ledger_run(const struct ledger *l, size_t capture, enum skip reason, uint64_t from,
                uint64_t *first, uint64_t *last);
const char *skip_text(enum skip s);
void ledger_free(struct ledger *l);

#endif
