#include "dissect/websocket.h"

#include "dissect/cursor.h"
#include "dissect/sip.h"

enum {
	FIN = 0x80,
	RSV1 = 0x40,
	RSV23 = 0x30,
	OPCODE = 0x0F,
	CONTROL = 0x08,
	MASKED = 0x80,
	LENGTH = 0x7F,
	LENGTH_16 = 126,
	LENGTH_64 = 127,
};

bool
websocket_control(const struct websocket *w)
{
	return (w->opcode & CONTROL) != 0;
}

/* RFC 6455 5.2, 5.5; RFC 7692 6: RSV1 stands on the first frame of a message only. */
static bool
first_octet(uint8_t octet, struct websocket *out)
{
	out->fin = (octet & FIN) != 0;
	out->compressed = (octet & RSV1) != 0;
	out->opcode = octet & OPCODE;
	if ((octet & RSV23) != 0)
		return false;
	switch (out->opcode) {
	case WEBSOCKET_CONTINUATION:
		return !out->compressed;
	case WEBSOCKET_TEXT:
	case WEBSOCKET_BINARY:
		return true;
	case WEBSOCKET_CLOSE:
	case WEBSOCKET_PING:
	case WEBSOCKET_PONG:
		return out->fin && !out->compressed;
	default:
		return false;
	}
}

/* In as few octets as possible: RFC 6455 5.2. */
static bool
length_right(uint8_t octet, const struct websocket *w)
{
	if (octet == LENGTH_16)
		return w->length >= LENGTH_16;
	if (octet == LENGTH_64)
		return w->length > UINT16_MAX && w->length <= INT64_MAX;
	return true;
}

enum dis
websocket_dissect(struct slice in, struct arena *a, struct websocket *out)
{
	struct cursor c = cursor(in);
	uint8_t octet;
	struct slice mask;

	(void)a;
	*out = (struct websocket){.length = 0};
	octet = cur_u8(&c);
	if (c.ended)
		return DIS_MORE;
	if (!first_octet(octet, out))
		return DIS_BAD;
	octet = cur_u8(&c);
	out->masked = (octet & MASKED) != 0;
	octet &= LENGTH;
	out->length = octet;
	if (octet > LENGTH_16 - 1 && websocket_control(out))
		return DIS_BAD;
	if (octet == LENGTH_16) {
		out->length = cur_be16(&c);
	} else if (octet == LENGTH_64) {
		out->length = (uint64_t)cur_be32(&c) << 32;
		out->length |= cur_be32(&c);
	}
	if (c.ended)
		return DIS_MORE;
	if (!length_right(octet, out))
		return DIS_BAD;
	if (out->masked) {
		mask = cur_take(&c, sizeof(out->mask));
		if (c.ended)
			return DIS_MORE;
		memcpy(out->mask, mask.p, sizeof(out->mask));
	}
	out->head = in.n - c.rest.n;
	out->payload = c.rest;
	if (out->length < c.rest.n)
		out->payload = slice_head(c.rest, (size_t)out->length);
	return DIS_OK;
}

void
websocket_unmask(const struct websocket *w, uint8_t *to)
{
	size_t i;

	/* Without a mask, it is of zeros. */
	for (i = 0; i < w->payload.n; i++)
		to[i] = w->payload.p[i] ^ w->mask[i & 3];
}

/* ---- the HTTP heads: RFC 6455 4.1, 4.2.2 ---- */

/* Could the start be `what`, as far as it is there? */
static bool
may_start(struct slice in, struct slice what)
{
	return slice_starts(in, slice_head(what, in.n));
}

/* Is it one of the values, which commas part? */
static bool
lists(struct slice values, struct slice what)
{
	struct slice one, rest = values;

	/* Each round takes a value. */
	while (slice_cut(rest, ',', &one, &rest))
		if (slice_ieq(slice_trim(one), what))
			return true;
	return slice_ieq(slice_trim(rest), what);
}

/* Does the head switch to a WebSocket? */
static bool
switches(struct slice head, struct websocket_hello *out)
{
	struct slice rest = head, line, name, value;
	bool upgrade = false;
	size_t end;

	/* Each round takes a line. */
	for (; rest.n != 0; rest = slice_tail(rest, end + 1)) {
		end = slice_index(rest, '\n');
		line = slice_head(rest, end);
		if (!slice_cut(line, ':', &name, &value))
			continue;
		name = slice_trim(name);
		if (slice_ieq(name, SLICE("Upgrade")))
			upgrade = upgrade || lists(value, SLICE("websocket"));
		else if (slice_ieq(name, SLICE("Sec-WebSocket-Protocol")))
			out->sip = out->sip || lists(value, SLICE("sip"));
	}
	return upgrade;
}

enum dis
websocket_hello(struct slice in, size_t from, struct websocket_hello *out)
{
	static const struct slice get = {(const uint8_t *)"GET ", 4};
	static const struct slice version = {(const uint8_t *)"HTTP/1.", 7};
	static const struct slice code = {(const uint8_t *)" 101 ", 5};
	struct slice head;
	enum { CODE_AT = 8 }; /* behind "HTTP/1.1" */

	*out = (struct websocket_hello){.length = 0};
	if (!may_start(in, get) &&
	    !(may_start(in, version) && may_start(slice_tail(in, CODE_AT), code)))
		return DIS_OTHER;
	if (sip_probe(in) == DIS_OK)
		return DIS_OTHER; /* a method may have any name */
	if (sip_head_end(in, from, &out->length) != DIS_OK)
		return in.n < WEBSOCKET_HELLO_MAX ? DIS_MORE : DIS_OTHER;
	head = slice_head(in, out->length);
	if (head.n > WEBSOCKET_HELLO_MAX || !switches(head, out))
		return DIS_OTHER;
	return DIS_OK;
}
