#include "src/net.h"

#include <stdlib.h>

#include "dissect/exported.h"
#include "dissect/ip.h"
#include "dissect/link.h"
#include "dissect/sctp.h"
#include "dissect/tcp.h"
#include "dissect/tunnel.h"
#include "dissect/udp.h"
#include "src/chunks.h"
#include "src/clock.h"
#include "src/fragments.h"

enum {
	TUNNELS_MAX = 8, /* followed into each other */
	PACKET_MAX = 65536,
};

/* What is left to be looked at. */
struct layer {
	uint16_t type; /* Ethernet type of payload */
	struct slice payload;
	unsigned depth; /* tunnels around it */
};

struct net {
	struct fragments *fragments;
	struct chunks *chunks;
	struct clock clock;
	const struct link_type *link; /* of the last frame */
	struct ledger *ledger;
	bool check_udp;
	bool ready; /* datagram was not pulled yet */
	struct datagram datagram;
	struct slice sctp;     /* chunks of the packet whose messages are pulled */
	enum skip sctp_skip;   /* of that packet if there is no message in it */
	struct datagram whole; /* as a message in one chunk of it has it */
	uint8_t *packet; /* a copy of what was put together and holds fragments again */
	uint64_t frame;
	struct origin origin;
};

struct net *
net_new(struct limits *l, struct ledger *ledger)
{
	struct net *n = calloc(1, sizeof(*n));

	if (n == NULL)
		return NULL;
	n->ledger = ledger;
	n->fragments = fragments_new(l);
	n->chunks = chunks_new(l);
	if (n->fragments == NULL || n->chunks == NULL) {
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
skip(struct net *n, const struct frame *f, enum skip reason)
{
	ledger_skip(n->ledger, (struct origin){f->capture, f->number}, reason);
}

static enum skip
proto_skip(uint8_t proto)
{
	if (proto == IP_PROTO_ICMP || proto == IP_PROTO_ICMPV6)
		return SKIP_ICMP;
	return SKIP_PROTO;
}

static void
addrs_set(struct datagram *d, const struct ip *ip, uint16_t sport, uint16_t dport)
{
	d->src = (struct addr){.n = ip->src_n, .port = sport};
	d->dst = (struct addr){.n = ip->src_n, .port = dport};
	memcpy(d->src.ip, ip->src, sizeof(d->src.ip));
	memcpy(d->dst.ip, ip->dst, sizeof(d->dst.ip));
}

/* What became of a transport's packet. */
enum fed {
	FED_DATAGRAM,
	FED_LAYER, /* it carries another packet */
	FED_BAD,
	FED_NOTHING,
	FED_TUNNEL_BAD,
	FED_OTHER, /* another protocol */
};

/* Can the checksum be judged at all? */
static bool
checkable(const struct ip *ip)
{
	return !ip->rerouted && ip->payload.n == ip->length;
}

/* What a datagram to a tunnel's port carries, if it does. */
static bool
udp_tunnel(const struct udp *udp, struct layer *l)
{
	const struct tunnel_row *row = tunnel_find(TUNNEL_UDP, udp->dport);
	struct tunnel t;

	if (row == NULL)
		row = tunnel_find(TUNNEL_UDP, udp->sport);
	if (row == NULL || row->dissect(udp->payload, NULL, &t) != DIS_OK)
		return false;
	*l = (struct layer){t.type, t.payload, l->depth + 1};
	return true;
}

static enum fed
feed_udp(struct net *n, const struct ip *ip, struct layer *l)
{
	struct datagram *d = &n->datagram;
	struct udp udp;

	if (udp_dissect(ip->payload, NULL, &udp) != DIS_OK)
		return FED_BAD;
	if (udp_tunnel(&udp, l))
		return FED_LAYER;
	addrs_set(d, ip, udp.sport, udp.dport);
	d->carrier = CARRIER_UDP;
	d->message = true;
	d->payload = udp.payload;
	d->length = udp.cut ? udp.length - 8u : (uint32_t)udp.payload.n;
	/* A UDP length beyond an IP packet that is all there is the sender's fault. */
	if (!ip->cut)
		d->length = (uint32_t)udp.payload.n;
	d->cut = ip->cut && udp.cut;
	if (n->check_udp && udp.checksum != 0 && checkable(ip) && !udp.cut)
		d->checksum_bad =
		    !ip_checksum_right(ip, slice_head(ip->payload, udp.length));
	return FED_DATAGRAM;
}

static enum fed
feed_tcp(struct net *n, const struct ip *ip)
{
	struct datagram *d = &n->datagram;
	struct tcp tcp;

	if (tcp_dissect(ip->payload, NULL, &tcp) != DIS_OK)
		return FED_BAD;
	addrs_set(d, ip, tcp.sport, tcp.dport);
	d->carrier = CARRIER_TCP;
	d->payload = tcp.payload;
	d->length = ip->length - (uint32_t)(ip->payload.n - tcp.payload.n);
	d->cut = d->length > tcp.payload.n;
	d->seq = tcp.seq;
	d->ack = tcp.ack;
	d->flags = tcp.flags;
	d->checksum_known = checkable(ip);
	d->checksum_bad = d->checksum_known && !ip_checksum_right(ip, ip->payload);
	return FED_DATAGRAM;
}

/* A part of a message. True: it made one whole, which is in n->datagram. */
static bool
sctp_part(struct net *n, const struct sctp_data *data)
{
	struct datagram *d = &n->datagram;
	struct chunks_whole whole;

	switch (chunks_add(n->chunks, &d->src, &d->dst, data, n->origin, &whole)) {
	case CHUNKS_HELD:
		n->sctp_skip = SKIP_SCTP_PART; /* as long as nothing else is said */
		return false;
	case CHUNKS_COPY:
		n->sctp_skip = SKIP_DUPLICATE;
		return false;
	case CHUNKS_WHOLE:
		break;
	}
	d->payload = whole.payload;
	d->length = whole.length;
	d->overlap |= whole.overlap;
	d->frames = whole.frames;
	d->frames_total = whole.frames_total;
	d->origins = whole.origins;
	d->origins_total = whole.origins_total;
	return true;
}

/* The next message of the packet, into n->datagram. */
static bool
sctp_pull(struct net *n)
{
	struct sctp_data data;
	bool ready = false;

	n->datagram = n->whole;
	/* Each round takes a chunk. */
	while (!ready && sctp_next(&n->sctp, &data) == DIS_OK) {
		n->datagram.payload = data.payload;
		n->datagram.length = data.length;
		ready = (data.first && data.last) || sctp_part(n, &data);
	}
	n->datagram.cut = n->datagram.payload.n < n->datagram.length;
	return ready;
}

static enum fed
feed_sctp(struct net *n, const struct ip *ip)
{
	struct datagram *d = &n->datagram;
	struct sctp sctp;

	if (sctp_dissect(ip->payload, NULL, &sctp) != DIS_OK)
		return FED_BAD;
	addrs_set(d, ip, sctp.sport, sctp.dport);
	d->carrier = CARRIER_SCTP;
	d->message = true;
	n->whole = *d;
	n->sctp = sctp.chunks;
	n->sctp_skip = SKIP_SCTP;
	return sctp_pull(n) ? FED_DATAGRAM : FED_NOTHING;
}

static enum fed
feed_proto(struct net *n, const struct ip *ip, struct layer *l)
{
	const struct tunnel_row *row;
	struct tunnel t;

	switch (ip->proto) {
	case IP_PROTO_UDP:
		return feed_udp(n, ip, l);
	case IP_PROTO_TCP:
		return feed_tcp(n, ip);
	case IP_PROTO_SCTP:
		return feed_sctp(n, ip);
	default:
		row = tunnel_find(TUNNEL_IP, ip->proto);
		if (row == NULL)
			return FED_OTHER;
		if (row->dissect(ip->payload, NULL, &t) != DIS_OK)
			return FED_TUNNEL_BAD;
		*l = (struct layer){t.type, t.payload, l->depth + 1};
		return FED_LAYER;
	}
}

/* ip: of a whole packet, with the transport's header at payload. True: *l is what it carries. */
static bool
feed_transport(struct net *n, const struct ip *ip, const struct frame *f, struct layer *l)
{
	enum fed fed = feed_proto(n, ip, l);

	switch (fed) {
	case FED_DATAGRAM:
		n->ready = true;
		return false;
	case FED_LAYER:
		return true;
	case FED_OTHER:
		skip(n, f, proto_skip(ip->proto));
		return false;
	case FED_NOTHING:
		skip(n, f, n->sctp_skip);
		return false;
	case FED_BAD:
		skip(n, f, SKIP_TRANSPORT_BAD);
		return false;
	case FED_TUNNEL_BAD:
		skip(n, f, SKIP_TUNNEL);
		return false;
	}
	return false;
}

/* What was put together lies where the next fragment's will: it must not be read and written at once. */
static bool
packet_keep(struct net *n, struct ip *ip)
{
	size_t size = ip->payload.n;

	if (n->packet == NULL)
		n->packet = malloc(PACKET_MAX);
	if (n->packet == NULL || size > PACKET_MAX)
		return false;
	if (size != 0)
		memcpy(n->packet, ip->payload.p, size);
	ip->payload = slice_of(n->packet, size);
	return true;
}

/* True: it made *ip whole. */
static bool
feed_fragment(struct net *n, struct ip *ip, const struct frame *f, bool inner)
{
	struct fragments_whole whole;

	if (inner && !packet_keep(n, ip)) {
		skip(n, f, SKIP_FRAGMENT_BAD);
		return false;
	}
	switch (fragments_add(n->fragments, ip, f, &whole)) {
	case FRAGMENTS_HELD:
		skip(n, f, SKIP_FRAGMENT_LOST); /* as long as nothing else is said */
		return false;
	case FRAGMENTS_COPY:
		skip(n, f, SKIP_DUPLICATE);
		return false;
	case FRAGMENTS_OVERLAP:
		skip(n, f, SKIP_FRAGMENT_OVERLAP);
		return false;
	case FRAGMENTS_REFUSED:
		skip(n, f, SKIP_FRAGMENT_BAD);
		return false;
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
		skip(n, f, SKIP_IP_BAD);
		return false;
	}
	n->datagram.overlap |= whole.overlap;
	n->datagram.frames = whole.frames;
	n->datagram.frames_total = whole.frames_total;
	n->datagram.origins = whole.origins;
	n->datagram.origins_total = whole.origins_total;
	return true;
}

/* An IP packet. True: *l is what it carries. */
static bool
feed_ip(struct net *n, const struct frame *f, struct layer *l)
{
	struct ip ip;
	enum dis answer = ip_dissect(l->payload, NULL, &ip);

	if (answer != DIS_OK) {
		skip(n, f, answer == DIS_MORE ? SKIP_IP_SHORT : SKIP_IP_BAD);
		return false;
	}
	n->datagram.ident = ip.version == 4 ? (uint16_t)ip.id : 0;
	n->datagram.ttl = ip.ttl;
	if (ip.fragment && !feed_fragment(n, &ip, f, n->datagram.frames != &n->frame))
		return false;
	return feed_transport(n, &ip, f, l);
}

/* What an Ethernet type names. True: *l is what it carries. */
static bool
feed_type(struct net *n, const struct frame *f, struct layer *l)
{
	const struct tunnel_row *row = tunnel_find(TUNNEL_TYPE, l->type);
	struct tunnel t;

	if (row == NULL) {
		skip(n, f, SKIP_NOT_IP);
		return false;
	}
	if (row->dissect(l->payload, NULL, &t) != DIS_OK) {
		skip(n, f, SKIP_TUNNEL);
		return false;
	}
	/* A frame's own header is no tunnel. */
	*l = (struct layer){t.type, t.payload, l->depth + (l->type != TYPE_ETHERNET)};
	return true;
}

static void
feed_layers(struct net *n, const struct frame *f, struct layer l)
{
	bool more = true;

	/* Each round goes one tunnel deeper. */
	while (more) {
		if (l.depth > TUNNELS_MAX) {
			skip(n, f, SKIP_TUNNEL_DEPTH);
			return;
		}
		more = l.type == TYPE_IP4 || l.type == TYPE_IP6 ? feed_ip(n, f, &l)
		                                                : feed_type(n, f, &l);
	}
}

/* Not a packet, but what was in one, with its addresses. */
static void
feed_exported(struct net *n, const struct frame *f)
{
	struct datagram *d = &n->datagram;
	struct exported e;

	if (exported_dissect(f->bytes, NULL, &e) != DIS_OK || e.address_n == 0) {
		skip(n, f, SKIP_EXPORTED);
		return;
	}
	d->src = (struct addr){.n = e.address_n, .port = e.sport};
	d->dst = (struct addr){.n = e.address_n, .port = e.dport};
	memcpy(d->src.ip, e.src, sizeof(d->src.ip));
	memcpy(d->dst.ip, e.dst, sizeof(d->dst.ip));
	d->carrier = e.port_type == EXPORTED_UDP    ? CARRIER_UDP
	             : e.port_type == EXPORTED_SCTP ? CARRIER_SCTP
	                                            : CARRIER_TCP;
	d->message = d->inner = true;
	d->payload = e.payload;
	d->length = (uint32_t)(e.payload.n + (f->wire - f->bytes.n));
	d->cut = f->wire > f->bytes.n;
	n->ready = true;
}

static enum skip
link_skip(enum dis answer)
{
	return answer == DIS_MORE ? SKIP_LINK_SHORT : SKIP_TAGS;
}

static uint64_t
tags_of(const struct link *link)
{
	uint64_t tags = 0;
	size_t i;

	for (i = 0; i < link->vlans_total; i++)
		tags = tags << 16 | (link->vlans[i] + 1u);
	return tags;
}

void
net_feed(struct net *n, const struct frame *f)
{
	struct link link;
	enum dis answer;

	n->ready = false;
	n->sctp = SLICE_EMPTY;
	n->frame = f->number;
	n->origin = (struct origin){f->capture, f->number};
	n->datagram = (struct datagram){.frames = &n->frame,
	                                .frames_total = 1,
	                                .origins = &n->origin,
	                                .origins_total = 1,
	                                .dlt = f->dlt,
	                                .capture = f->capture,
	                                .frame = f->number,
	                                .time_ns = f->time_ns};
	if (f->time_ns < 0) {
		skip(n, f, SKIP_CLOCK);
		return;
	}
	clock_tick(&n->clock, f->time_ns);
	fragments_clock(n->fragments, &n->clock);
	chunks_clock(n->chunks, &n->clock);
	if (n->link == NULL || n->link->dlt != f->dlt)
		n->link = link_find(f->dlt);
	if (n->link == NULL) {
		skip(n, f, SKIP_LINK);
		return;
	}
	if (f->dlt == LINK_EXPORTED) {
		feed_exported(n, f);
		return;
	}
	answer = n->link->dissect(f->bytes, NULL, &link);
	n->datagram.tags = tags_of(&link);
	if (answer == DIS_OK || answer == DIS_OTHER)
		feed_layers(n, f, (struct layer){link.ethertype, link.payload, 0});
	else
		skip(n, f, link_skip(answer));
}

bool
net_next(struct net *n, struct datagram *out)
{
	/* Only now, as the message before lies where the next one may be put together. */
	if (!n->ready && (n->sctp.n == 0 || !sctp_pull(n)))
		return false;
	n->ready = false;
	*out = n->datagram;
	return true;
}

void
net_end(struct net *n)
{
	n->ready = false;
	n->sctp = SLICE_EMPTY;
	fragments_end(n->fragments);
}

bool
net_lost(struct net *n, struct net_loss *out)
{
	return fragments_lost(n->fragments, out);
}

void
net_free(struct net *n)
{
	if (n == NULL)
		return;
	fragments_free(n->fragments);
	chunks_free(n->chunks);
	free(n->packet);
	free(n);
}
