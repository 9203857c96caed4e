/* wsframer - where in one direction of a WebSocket the messages begin and end: RFC 6455 5, RFC 7118.
 *
 * The counterpart of framer, and shown the same views; a message is all of its frames, as they are on the
 * wire, with the control frames between them. wsframer_join makes its octets of them. */
#ifndef SRC_WSFRAMER_H
#define SRC_WSFRAMER_H

#include "src/framer.h"

enum wsframer_mode {
	WSFRAMER_OFF,    /* it is none, by now */
	WSFRAMER_FRAMES, /* a frame stands at the view's start */
	WSFRAMER_SEARCH, /* up to the next frame that begins a message of SIP */
};

struct wsframer {
	enum wsframer_mode mode;
	bool opening;    /* OFF: the view's first octet may be the first of one */
	bool wanted;     /* never answer FRAMER_OTHER: SIP was here, or was agreed on */
	bool found;      /* a message that begins as SIP does was seen */
	bool compressed; /* a deflated message was here: RFC 7692 */
	bool skipping;   /* the frames that continue a message which is not wanted */
	bool lost;       /* something was skipped before the next message */
	size_t
	    scan; /* octets of the view that are whole frames of a message; OFF: looked at */
	uint64_t taken; /* octets of payload in these */
	uint64_t rest;  /* octets of a frame that are skipped */
	uint64_t seen;  /* octets without SIP */
	uint32_t skipped;
};

/* Does the view, which begins where a segment does, begin a WebSocket: an HTTP head that switches to it, or,
 * where the capture starts later, a frame with SIP? DIS_OK: it is one from here on. */
enum dis wsframer_open(struct wsframer *w, struct slice view);
/* A frame that begins a message of SIP, told without what was before it: DIS_OK, DIS_MORE, DIS_OTHER. */
enum dis wsframer_probe(struct slice in);
/* As framer_step. */
enum framer_step wsframer_step(struct wsframer *w, struct slice view,
                               const struct limits *l, struct framer_out *out);
/* As framer_finish; a message is all that is left. */
enum framer_step wsframer_finish(struct wsframer *w, struct slice view, unsigned fault,
                                 struct framer_out *out);
/* As framer_gap. */
void wsframer_gap(struct wsframer *w, uint64_t missing);
/* The octets of a message, which frames carry: writes raw.n at most, returns how many. */
size_t wsframer_join(struct slice raw, uint8_t *to);
/* What *o says to be a message is none of SIP. */
void wsframer_refuse(struct wsframer *w, const struct framer_out *o);

#endif
