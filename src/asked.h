/* asked - what is kept of a request's head for its responses, and for what its dialog brings. */
#ifndef SRC_ASKED_H
#define SRC_ASKED_H

#include "src/message.h"

enum { ASKED_KEPT = 1024 }; /* octets of one header, all of its lines */

/* Slices lie in the arena. A header with several lines is one list. */
struct asked {
	bool unknown; /* there was no room for all: what is missing here says nothing */
	struct slice supported, require, accept, accept_encoding, event;
	bool has_accept, has_accept_encoding, has_event, has_recv_info;
	bool has_session_expires, has_contact;
	struct slice refresher; /* of Session-Expires; empty: none */
	bool sdp;               /* its body is a session description */
	bool no_subscription;   /* a REFER without one: RFC 4488 4, RFC 7614 */
};

/* NULL where a REGISTER, a MESSAGE or another request that brings nothing but itself has none of these headers. Else
 * never: without memory it is one that says `unknown`. */
const struct asked *asked_keep(struct arena *a, const struct message *m);
/* For another transaction of the same request. NULL stays NULL. */
const struct asked *asked_copy(struct arena *a, const struct asked *k);
/* Is `tag` in the list, in any case? */
bool list_has(struct slice list, struct slice tag);
/* The same, over all lines of a header of the message. */
bool header_has(const struct message *m, enum sip_hdr id, struct slice tag);

#endif
