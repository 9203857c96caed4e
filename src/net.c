#include "src/net.h"

#include <stdlib.h>

#include "dissect/ip.h"
#include "dissect/link.h"
#include "dissect/tcp.h"
#include "dissect/udp.h"
#include "src/clock.h"
#include "src/fragments.h"

struct net {
	struct fragments *fragments;
	struct clock clock;
	const struct link_type *link;        /* of the last frame */
	uint64_t (*skipped)[NET_SKIP_TOTAL]; /* by capture */
	size_t captures_total;
	bool check_udp;
	bool ready; /* datagram was not pulled yet */
	struct datagram datagram;
	uint64_t frame;
};

const char *
net_skip_text(enum net_skip s)
{
	static const char *const texts[NET_SKIP_TOTAL] = {
#define NET_SKIP_TEXT(id, text) text,
	    NET_SKIPS(NET_SKIP_TEXT)
#undef NET_SKIP_TEXT
	};

	return s < NET_SKIP_TOTAL ? texts[s] : "";
}

struct net *
net_new(struct limits *l, size_t captures_total)
{
	struct net *n = calloc(1, sizeof(*n));

	if (n == NULL)
		return NULL;
	n->captures_total = captures_total;
	n->skipped = calloc(captures_total ? captures_total : 1, sizeof(*n->skipped));
	n->fragments = fragments_new(l, captures_total);
	if (n->skipped == NULL || n->fragments == NULL) {
		net_free(n);
		return NULL;
	}
	return n;
}

void
net_check_udp(struct net *n)
{
	n->check_udp = true;
}

static void
skip(struct net *n, const struct frame *f, enum net_skip reason)
{
	if (f->capture < n->captures_total)
		n->skipped[f->capture][reason]++;
}

static enum net_skip
proto_skip(uint8_t proto)
{
	if (proto == IP_PROTO_ICMP || proto == IP_PROTO_ICMPV6)
		return NET_SKIP_ICMP;
	return NET_SKIP_PROTO;
}

static void
addrs_set(struct datagram *d, const struct ip *ip, uint16_t sport, uint16_t dport)
{
	d->src = (struct addr){.n = ip->src_n, .port = sport};
	d->dst = (struct addr){.n = ip->src_n, .port = dport};
	memcpy(d->src.ip, ip->src, sizeof(d->src.ip));
	memcpy(d->dst.ip, ip->dst, sizeof(d->dst.ip));
}

/* Can the checksum be judged at all? */
static bool
checkable(const struct ip *ip)
{
	return !ip->rerouted && ip->payload.n == ip->length;
}

static bool
feed_udp(struct net *n, const struct ip *ip)
{
	struct datagram *d = &n->datagram;
	struct udp udp;

	if (udp_dissect(ip->payload, NULL, &udp) != DIS_OK)
		return false;
	addrs_set(d, ip, udp.sport, udp.dport);
	d->carrier = CARRIER_UDP;
	d->payload = udp.payload;
	d->length = udp.cut ? udp.length - 8u : (uint32_t)udp.payload.n;
	/* A UDP length beyond an IP packet that is all there is the sender's fault. */
	if (!ip->cut)
		d->length = (uint32_t)udp.payload.n;
	d->cut = ip->cut && udp.cut;
	if (n->check_udp && udp.checksum != 0 && checkable(ip) && !udp.cut)
		d->checksum_bad =
		    !ip_checksum_right(ip, slice_head(ip->payload, udp.length));
	return true;
}

static bool
feed_tcp(struct net *n, const struct ip *ip)
{
	struct datagram *d = &n->datagram;
	struct tcp tcp;

	if (tcp_dissect(ip->payload, NULL, &tcp) != DIS_OK)
		return false;
	addrs_set(d, ip, tcp.sport, tcp.dport);
	d->carrier = CARRIER_TCP;
	d->payload = tcp.payload;
	d->length = ip->length - (uint32_t)(ip->payload.n - tcp.payload.n);
	d->cut = d->length > tcp.payload.n;
	d->seq = tcp.seq;
	d->ack = tcp.ack;
	d->flags = tcp.flags;
	d->checksum_bad = checkable(ip) && !ip_checksum_right(ip, ip->payload);
	return true;
}

/* ip: of a whole packet, with the transport's header at payload. */
static void
feed_transport(struct net *n, const struct ip *ip, const struct frame *f)
{
	bool good;

	if (ip->proto == IP_PROTO_UDP) {
		good = feed_udp(n, ip);
	} else if (ip->proto == IP_PROTO_TCP) {
		good = feed_tcp(n, ip);
	} else {
		skip(n, f, proto_skip(ip->proto));
		return;
	}
	if (!good) {
		skip(n, f, NET_SKIP_TRANSPORT_BAD);
		return;
	}
	n->datagram.capture = f->capture;
	n->datagram.frame = f->number;
	n->datagram.time_ns = f->time_ns;
	n->ready = true;
}

static void
feed_fragment(struct net *n, struct ip *ip, const struct frame *f)
{
	struct fragments_whole whole;

	switch (fragments_add(n->fragments, ip, f, &whole)) {
	case FRAGMENTS_HELD:
		return;
	case FRAGMENTS_REFUSED:
		skip(n, f, NET_SKIP_FRAGMENT_BAD);
		return;
	case FRAGMENTS_WHOLE:
		break;
	}
	ip->proto = whole.proto;
	ip->payload = whole.payload;
	ip->length = whole.length;
	ip->cut = whole.payload.n < whole.length;
	ip->fragment = false;
	/* A fragment inside a fragmented packet is none that RFC 8200 4.5 makes. */
	if (ip_extensions_dissect(ip->payload, NULL, ip) != DIS_OK || ip->fragment) {
		skip(n, f, NET_SKIP_IP_BAD);
		return;
	}
	n->datagram.overlap = whole.overlap;
	n->datagram.frames = whole.frames;
	n->datagram.frames_total = whole.frames_total;
	feed_transport(n, ip, f);
}

static enum net_skip
link_skip(enum dis answer)
{
	if (answer == DIS_MORE)
		return NET_SKIP_LINK_SHORT;
	return answer == DIS_LIMIT ? NET_SKIP_TAGS : NET_SKIP_NOT_IP;
}

void
net_feed(struct net *n, const struct frame *f)
{
	struct link link;
	struct ip ip;
	enum dis answer;

	n->ready = false;
	n->datagram = (struct datagram){.frames = &n->frame, .frames_total = 1};
	n->frame = f->number;
	if (f->time_ns < 0) {
		skip(n, f, NET_SKIP_CLOCK);
		return;
	}
	clock_tick(&n->clock, f->time_ns);
	fragments_clock(n->fragments, &n->clock);
	if (n->link == NULL || n->link->dlt != f->dlt)
		n->link = link_find(f->dlt);
	if (n->link == NULL) {
		skip(n, f, NET_SKIP_LINK);
		return;
	}
	answer = n->link->dissect(f->bytes, NULL, &link);
	if (answer != DIS_OK) {
		skip(n, f, link_skip(answer));
		return;
	}
	answer = ip_dissect(link.payload, NULL, &ip);
	if (answer != DIS_OK)
		skip(n, f, answer == DIS_MORE ? NET_SKIP_IP_SHORT : NET_SKIP_IP_BAD);
	else if (ip.fragment)
		feed_fragment(n, &ip, f);
	else
		feed_transport(n, &ip, f);
}

bool
net_next(struct net *n, struct datagram *out)
{
	if (!n->ready)
		return false;
	n->ready = false;
	*out = n->datagram;
	return true;
}

void
net_end(struct net *n)
{
	n->ready = false;
	fragments_end(n->fragments);
}

bool
net_lost(struct net *n, struct net_loss *out)
{
	return fragments_lost(n->fragments, out);
}

uint64_t
net_skipped(const struct net *n, size_t capture, enum net_skip reason)
{
	if (capture >= n->captures_total || reason >= NET_SKIP_TOTAL)
		return 0;
	if (reason == NET_SKIP_FRAGMENT_LOST)
		return fragments_lost_frames(n->fragments, capture);
	return n->skipped[capture][reason];
}

void
net_free(struct net *n)
{
	if (n == NULL)
		return;
	fragments_free(n->fragments);
	free(n->skipped);
	free(n);
}
