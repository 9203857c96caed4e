/* sctp - RFC 9260: the DATA chunks of an SCTP packet: user messages, or parts of such. */
#ifndef DISSECT_SCTP_H
#define DISSECT_SCTP_H

#include "dissect/dis.h"

struct sctp {
	uint16_t sport, dport;
	struct slice chunks; /* behind the common header */
};

struct sctp_data {
	uint16_t stream;
	uint32_t tsn;
	struct slice payload;
	uint16_t length;  /* of payload as the chunk says; >= payload.n */
	bool first, last; /* part of its message; both: it is whole */
	uint32_t
	    number; /* of its message in its stream; says nothing where that has no order */
	uint32_t order; /* of this part among those of its message: consecutive */
};

/* DIS_OK; DIS_MORE: ends inside the common header. */
enum dis sctp_dissect(struct slice in, struct arena *a, struct sctp *out);
/* The next DATA (or I-DATA, RFC 8260) chunk of *chunks; DIS_OTHER: no more. */
enum dis sctp_next(struct slice *chunks, struct sctp_data *out);

#endif
