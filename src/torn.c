#include "src/torn.h"

enum {
	LEAST = 512,   /* octets: shorter messages are not cut */
	LOOKED = 4096, /* octets of a head */
	NEAR_MS = 1000 /* the rest follows at once */
};

static struct torn_slot *
slot_of(struct torn *t, const struct datagram *d)
{
	unsigned h = d->src.port * 31u + d->dst.port;
	size_t i;

	for (i = 0; i < d->src.n; i++)
		h = h * 31u + d->src.ip[i] + 7u * d->dst.ip[i];
	return &t->slots[h % TORN_SLOTS];
}

/* What Content-Length promises beyond the datagram; 0 where that is not plain to see. */
static uint64_t
promised(struct slice payload)
{
	static const char *const names[] = {"\nContent-Length:", "\nl:"};
	struct slice head = slice_head(payload, LOOKED), value, rest;
	size_t end = slice_find(head, SLICE("\r\n\r\n")), at, i;
	uint32_t length;

	if (end == head.n)
		return 0;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		at = slice_find(slice_head(head, end), slice_str(names[i]));
		if (at == end)
			continue;
		rest = slice_tail(head, at + strlen(names[i]));
		if (!slice_cut(rest, '\r', &value, &rest) ||
		    !parse_u32(slice_trim(value), INT32_MAX, &length))
			return 0;
		return length > payload.n - end - 4 ? length - (payload.n - end - 4) : 0;
	}
	return 0;
}

void
torn_message(struct torn *t, const struct datagram *d)
{
	uint64_t missing = d->payload.n >= LEAST && !d->cut && d->carrier == CARRIER_UDP
	                       ? promised(d->payload)
	                       : 0;

	if (missing == 0)
		return;
	*slot_of(t, d) = (struct torn_slot){.src = d->src,
	                                    .dst = d->dst,
	                                    .capture = d->capture,
	                                    .frame = d->frame,
	                                    .time_ns = d->time_ns,
	                                    .missing = missing};
}

/* No control octets but those of text. */
static bool
is_text(struct slice s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (s.p[i] < ' ' && !ascii_space(s.p[i]))
			return false;
	return s.n != 0;
}

const struct torn_slot *
torn_rest(struct torn *t, const struct datagram *d)
{
	struct torn_slot *s = slot_of(t, d);

	if (s->frame == 0 || d->capture != s->capture || !addr_eq(&s->src, &d->src) ||
	    !addr_eq(&s->dst, &d->dst) ||
	    d->time_ns - s->time_ns > NEAR_MS * INT64_C(1000000) ||
	    d->payload.n > s->missing || !is_text(d->payload))
		return NULL;
	/* Told once; what else follows goes on with the same message. */
	if (s->missing == UINT64_MAX)
		return NULL;
	s->missing = UINT64_MAX;
	return s;
}
