/* udp - RFC 768. */
#ifndef DISSECT_UDP_H
#define DISSECT_UDP_H

#include "dissect/dis.h"

struct udp {
	uint16_t sport, dport, length, checksum;
	struct slice payload; /* min of length field and bytes there */
	bool cut;             /* fewer bytes than the length field says */
};

/* DIS_OK; DIS_MORE: ends inside the header; DIS_BAD: a length below that of the header. */
enum dis udp_dissect(struct slice in, struct arena *a, struct udp *out);

#endif
