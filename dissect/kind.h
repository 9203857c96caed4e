/* kind - what octets are that are not SIP, told by how they begin: for the accounts, not to be read.
 *
 * Nothing that begins as SIP does is ever taken for one of these: their first octets are not
 * printable, or their first line names another protocol. */
#ifndef DISSECT_KIND_H
#define DISSECT_KIND_H

#include "dissect/dis.h"

enum udp_kind {
	UDP_OTHER,
	UDP_KEEPALIVE, /* nothing, or a few CR, LF and NUL */
	UDP_STUN,      /* RFC 8489, RFC 3489 */
	UDP_DTLS,      /* RFC 9147, RFC 6347: encrypted */
	UDP_RTP,       /* RFC 3550; SRTP has the same header */
	UDP_RTCP,
	UDP_HTTP, /* HTTP, as SSDP sends it, or RTSP */
};

enum udp_kind udp_kind(struct slice payload);

/* Does a record of TLS (RFC 8446 5.1) begin here? DIS_OK, DIS_MORE (may be), DIS_OTHER. */
enum dis tls_probe(struct slice in);

#endif
