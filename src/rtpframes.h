/* rtpframes - the packets of RTP in one direction of a TCP connection, each behind its length: RFC 4571 2.
 *
 * Of each packet the fixed head is given. Segments are taken in the order of their numbers: what comes late is left out,
 * what is missing too, and where that takes the place away, it is found again where a segment begins with a packet. */
#ifndef SRC_RTPFRAMES_H
#define SRC_RTPFRAMES_H

#include "dissect/slice.h"

enum { RTPFRAMES_LENGTH = 2, RTPFRAMES_HEAD = 12 };

struct rtpframes {
	bool started, synced;
	uint32_t next; /* the number of the next octet */
	uint32_t need; /* octets of the packet that are still to come */
	uint8_t head[RTPFRAMES_LENGTH + RTPFRAMES_HEAD];
	unsigned head_n;
	struct slice rest; /* of the segment */
	uint32_t cut;      /* octets that the capture lacks at its end */
};

/* A segment: its number, what is captured of it, and how long it was. */
void rtpframes_feed(struct rtpframes *f, uint32_t at, struct slice bytes,
                    uint32_t length);
/* The next packet that begins in it: its head, which lies in *f, and how long it is. */
bool rtpframes_next(struct rtpframes *f, struct slice *head, uint32_t *length);

#endif
