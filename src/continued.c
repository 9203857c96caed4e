#include "src/continued.h"

#include "dissect/kind.h"
#include "dissect/sip.h"

/* The sender writes them in one go. */
static const int64_t SOON_NS = 1000000000;

void
continued_note(struct continued *c, const struct message *m)
{
	if (m->missing == 0 || m->rec.carrier != CARRIER_UDP || m->rec.inner ||
	    (m->rec.faults & RECORD_PARTIAL) != 0)
		return;
	c->at[c->next] = (struct continued_message){
	    .src = m->rec.src,
	    .dst = m->rec.dst,
	    .capture = m->rec.capture,
	    .missing = m->missing,
	    .frame = m->rec.frame,
	    .time_ns = m->rec.time_ns,
	};
	c->next = (c->next + 1) % CONTINUED_MAX;
	if (c->total < CONTINUED_MAX)
		c->total++;
}

/* A body is text; what keeps a NAT open, or another protocol, is not. */
static bool
is_text(struct slice s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (s.p[i] < ' ' && !ascii_space(s.p[i]))
			return false;
	return true;
}

static bool
goes_on(const struct continued_message *x, const struct datagram *d)
{
	int64_t after = d->time_ns - x->time_ns;

	/* longer than what is missing, it is something else */
	return x->missing != 0 && d->payload.n <= x->missing && d->frame != x->frame &&
	       d->capture == x->capture && after >= 0 && after <= SOON_NS &&
	       addr_eq(&d->src, &x->src) && addr_eq(&d->dst, &x->dst);
}

bool
continued_datagram(struct continued *c, const struct datagram *d,
                   struct continuation *out)
{
	unsigned i;

	if (c->total == 0 || !d->message || d->carrier != CARRIER_UDP || d->cut)
		return false;
	for (i = 0; i < c->total && !goes_on(&c->at[i], d); i++)
		;
	if (i == c->total || sip_probe(d->payload) == DIS_OK ||
	    udp_kind(d->payload) != UDP_OTHER || !is_text(d->payload))
		return false;
	*out = (struct continuation){.capture = d->capture,
	                             .frames = {c->at[i].frame, d->frame},
	                             .missing = c->at[i].missing,
	                             .time_ns = d->time_ns};
	c->at[i].missing -= (uint32_t)d->payload.n;
	c->at[i].time_ns = d->time_ns;
	if (c->at[i].told)
		return false;
	c->at[i].told = true;
	return true;
}
