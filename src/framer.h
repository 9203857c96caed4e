/* framer - where in one direction of a stream SIP messages begin and end: RFC 3261 7.5, 18.3.
 *
 * It is shown the octets not consumed yet (a view), and says what to do with the first of them.
 * What it has looked at is remembered, so a view that grows is not looked at from its start again. */
#ifndef SRC_FRAMER_H
#define SRC_FRAMER_H

#include "dissect/dis.h"
#include "src/limits.h"

enum framer_mode {
	FRAMER_START,  /* between messages */
	FRAMER_HEAD,   /* a start line stands at the view's start */
	FRAMER_BODY,   /* the head is whole, so many octets make the message */
	FRAMER_UNTIL,  /* its length is not given: up to the next start line */
	FRAMER_SEARCH, /* something else than SIP: up to the next start line */
	FRAMER_REST,   /* octets of a message that a gap has ended already */
};

enum framer_step {
	FRAMER_MORE,    /* show more */
	FRAMER_SKIP,    /* so many octets belong to no message */
	FRAMER_MESSAGE, /* so many octets are a message */
	FRAMER_OTHER,   /* this is not a stream of SIP */
};

struct framer_out {
	size_t n;
	unsigned faults;  /* FRAMER_MESSAGE: enum record_fault */
	uint32_t skipped; /* FRAMER_MESSAGE: octets of no message before it */
};

#define FRAMER_NOWHERE SIZE_MAX

struct framer {
	enum framer_mode mode;
	bool found;      /* a start line was seen */
	bool wanted;     /* never answer FRAMER_OTHER: the other direction is SIP */
	bool line_start; /* SEARCH: the view begins where a line does */
	bool tried;      /* SEARCH: its first octet begins no start line */
	bool quoting;    /* BODY: its type may hold SIP messages */
	bool no_length;  /* BODY, UNTIL: the end is guessed */
	bool lost;       /* something was skipped before the next message ... */
	bool blind;      /* ... of which the capture lacks the beginning */
	size_t scan;     /* octets of the view that need not be looked at again */
	size_t head;     /* BODY, UNTIL: octets of start line and headers */
	size_t total;    /* BODY: octets of the message */
	uint64_t
	    rest; /* octets that a message lacked when it was finished; REST: still to come */
	uint64_t seen; /* octets looked at before the first start line */
	uint32_t skipped;
};

/* edge: where in the view a segment begins, or FRAMER_NOWHERE. a: scratch, given back. */
enum framer_step framer_step(struct framer *f, struct slice view, size_t edge,
                             const struct limits *l, struct arena *a,
                             struct framer_out *out);
/* A message is under way, and the segment that comes begins with another one: the first one's
 * length was too large. *out says how to end it; then go on with an empty view. */
bool framer_interrupted(struct framer *f, struct slice view, struct slice segment,
                        struct arena *a, struct framer_out *out);
/* Nothing comes behind the view, for the reason `fault`. Call until FRAMER_MORE; a message may
 * be followed by more in the view, which must go through framer_step first. */
enum framer_step framer_finish(struct framer *f, struct slice view, unsigned fault,
                               const struct limits *l, struct arena *a,
                               struct framer_out *out);
/* `missing` octets will not come; the view was finished and is empty. Inside a body of known length
 * the end of the message is still known. */
void framer_gap(struct framer *f, uint64_t missing);

#endif
