/* exported - what Wireshark exported: a dissected PDU with the addresses it had (LINKTYPE_WIRESHARK_UPPER_PDU, 252),
 * so that what was inside TLS, a WebSocket or SCTP can be read. */
#ifndef DISSECT_EXPORTED_H
#define DISSECT_EXPORTED_H

#include "dissect/dis.h"

enum { EXPORTED_SCTP = 1, EXPORTED_TCP = 2, EXPORTED_UDP = 3 };

struct exported {
	struct slice protocol; /* name of the dissector: "sip", or empty */
	uint8_t src[16], dst[16],
	    address_n;      /* octets of an address: 4, 16; 0: not named */
	uint32_t port_type; /* EXPORTED_ ... or another */
	uint16_t sport, dport;
	struct slice payload;
};

/* DIS_OK; DIS_MORE: ends inside the tags. */
enum dis exported_dissect(struct slice in, struct arena *a, struct exported *out);

#endif
