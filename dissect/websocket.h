/* websocket - RFC 6455: the head of a frame, and the HTTP heads that a connection begins with. */
#ifndef DISSECT_WEBSOCKET_H
#define DISSECT_WEBSOCKET_H

#include "dissect/dis.h"

enum websocket_opcode {
	WEBSOCKET_CONTINUATION = 0,
	WEBSOCKET_TEXT = 1,
	WEBSOCKET_BINARY = 2,
	WEBSOCKET_CLOSE = 8,
	WEBSOCKET_PING = 9,
	WEBSOCKET_PONG = 10,
};

enum {
	WEBSOCKET_HELLO_MAX = 16384, /* octets of an HTTP head that is waited for */
};

/* payload points into the input. */
struct websocket {
	bool fin;        /* the last frame of its message */
	bool compressed; /* RSV1 as RFC 7692 uses it: the message is deflated */
	bool masked;
	uint8_t opcode;
	uint8_t mask[4];
	uint64_t length;      /* of the payload, in bytes */
	size_t head;          /* octets before it */
	struct slice payload; /* what is there of it, as it is there: masked */
};

/* DIS_OK: the head is whole, of the payload there may be less. DIS_MORE, DIS_BAD. */
enum dis websocket_dissect(struct slice in, struct arena *a, struct websocket *out);
/* Ping, pong, close: they may come between the frames of a message. */
bool websocket_control(const struct websocket *w);
/* Writes the payload as it was meant: w->payload.n octets. */
void websocket_unmask(const struct websocket *w, uint8_t *to);

struct websocket_hello {
	size_t length; /* of the head, its empty line included */
	bool sip;      /* RFC 7118 4.1: the subprotocol is, or may be, SIP */
};

/* DIS_OK: an HTTP head stands at the start that asks for, or agrees to, a WebSocket. DIS_MORE: may
 * become one; then `from` is what was looked at by now. DIS_OTHER. */
enum dis websocket_hello(struct slice in, size_t from, struct websocket_hello *out);

#endif
