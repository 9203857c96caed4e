/* tcp - RFC 9293 segment header. */
#ifndef DISSECT_TCP_H
#define DISSECT_TCP_H

#include "dissect/dis.h"

enum { TCP_FIN = 1, TCP_SYN = 2, TCP_RST = 4, TCP_PSH = 8, TCP_ACK = 16 };

struct tcp {
	uint16_t sport, dport;
	uint32_t seq, ack;
	uint8_t flags;
	uint16_t window, checksum;
	struct slice payload;
};

/* DIS_OK; DIS_MORE: ends inside the header or its options; DIS_BAD: a data offset below 5. */
enum dis tcp_dissect(struct slice in, struct arena *a, struct tcp *out);

#endif
