#include "dissect/tunnel.h"

#include "dissect/cursor.h"
#include "dissect/link.h"

enum {
	TYPE_ERSPAN = 0x88BE,
	TYPE_ERSPAN3 = 0x22EB,
};

static enum dis
carries(struct cursor *c, uint16_t type, struct tunnel *out)
{
	*out = (struct tunnel){type, c->rest};
	return c->ended ? DIS_MORE : DIS_OK;
}

/* A packet that says itself which version of IP it is. */
static enum dis
carries_ip(struct cursor *c, struct tunnel *out)
{
	uint8_t version = c->rest.n != 0 ? c->rest.p[0] >> 4 : 0;

	if (c->ended || c->rest.n == 0)
		return DIS_MORE;
	if (version != 4 && version != 6)
		return DIS_OTHER;
	return carries(c, version == 4 ? TYPE_IP4 : TYPE_IP6, out);
}

/* RFC 2003, RFC 4213: nothing between. */
static enum dis
ip4_dissect(struct slice in, struct arena *a, struct tunnel *out)
{
	struct cursor c = cursor(in);

	(void)a;
	return carries(&c, TYPE_IP4, out);
}

static enum dis
ip6_dissect(struct slice in, struct arena *a, struct tunnel *out)
{
	struct cursor c = cursor(in);

	(void)a;
	return carries(&c, TYPE_IP6, out);
}

/* RFC 2784, RFC 2890; version 1 is PPTP's, RFC 2637 4.1. */
static enum dis
gre_dissect(struct slice in, struct arena *a, struct tunnel *out)
{
	struct cursor c = cursor(in);
	uint16_t flags = cur_be16(&c), type = cur_be16(&c);
	bool sequence = (flags & 0x1000) != 0;

	(void)a;
	*out = (struct tunnel){.type = type};
	if (c.ended)
		return DIS_MORE;
	if ((flags & 7) > 1 || (flags & 0x4000) != 0)
		return DIS_OTHER; /* RFC 1701's routing went with RFC 2784 */
	if ((flags & 7) == 1) {
		cur_skip(&c, 4);
		cur_skip(&c, (sequence ? 4u : 0) + (flags & 0x0080 ? 4u : 0));
		return carries(&c, type, out);
	}
	cur_skip(&c, (flags & 0x8000 ? 4u : 0) + (flags & 0x2000 ? 4u : 0) +
	                 (sequence ? 4u : 0));
	/* ERSPAN's first type has no header of its own, and no sequence numbers. */
	if (type == TYPE_ERSPAN && !sequence)
		type = TYPE_ETHERNET;
	return carries(&c, type, out);
}

/* draft-foschiano-erspan 4: type II eight octets; III twelve, and eight more where the last bit says so. */
static enum dis
erspan_dissect(struct slice in, struct arena *a, struct tunnel *out)
{
	struct cursor c = cursor(in);
	uint8_t version = cur_u8(&c) >> 4;
	uint16_t last;

	(void)a;
	if (c.ended)
		return DIS_MORE;
	if (version != 1 && version != 2)
		return DIS_OTHER;
	cur_skip(&c, version == 1 ? 7 : 9);
	if (version == 1)
		return carries(&c, TYPE_ETHERNET, out);
	last = cur_be16(&c);
	if (last & 1)
		cur_skip(&c, 8);
	/* The frame type: 0 Ethernet, 2 IP. */
	if ((last >> 10 & 31) == 2)
		return carries_ip(&c, out);
	return (last >> 10 & 31) == 0 ? carries(&c, TYPE_ETHERNET, out) : DIS_OTHER;
}

/* RFC 3032 2.1; what is carried shows by its first bits, RFC 4928 3, or is a pseudowire, RFC 4448 4. */
static enum dis
mpls_dissect(struct slice in, struct arena *a, struct tunnel *out)
{
	struct cursor c = cursor(in);
	size_t labels = 0;
	uint32_t label;

	(void)a;
	/* Each round takes a label. */
	do {
		if (labels++ == TUNNEL_LABELS_MAX)
			return DIS_LIMIT;
		label = cur_be32(&c);
	} while (!c.ended && (label & 0x100) == 0);
	if (c.ended || c.rest.n == 0)
		return DIS_MORE;
	if (carries_ip(&c, out) == DIS_OK)
		return DIS_OK;
	if (c.rest.p[0] >> 4 == 0)
		cur_skip(&c, 4);
	return carries(&c, TYPE_ETHERNET, out);
}

/* RFC 1661 2, with and without address and control, with one or two octets of protocol. */
static enum dis
ppp_dissect(struct slice in, struct arena *a, struct tunnel *out)
{
	struct cursor c = cursor(in);
	uint16_t protocol;

	(void)a;
	if (in.n >= 2 && in.p[0] == 0xFF && in.p[1] == 3)
		cur_skip(&c, 2);
	protocol = cur_u8(&c);
	if ((protocol & 1) == 0)
		protocol = (uint16_t)(protocol << 8 | cur_u8(&c));
	if (c.ended)
		return DIS_MORE;
	switch (protocol) {
	case 0x21:
		return carries(&c, TYPE_IP4, out);
	case 0x57:
		return carries(&c, TYPE_IP6, out);
	case 0x281:
		return carries(&c, TYPE_MPLS, out);
	default:
		return DIS_OTHER;
	}
}

/* RFC 3378 3. */
static enum dis
etherip_dissect(struct slice in, struct arena *a, struct tunnel *out)
{
	struct cursor c = cursor(in);
	uint16_t version = cur_be16(&c);

	(void)a;
	return version >> 12 != 3 && !c.ended ? DIS_OTHER
	                                      : carries(&c, TYPE_ETHERNET, out);
}

/* RFC 7348 5; with the bit P and another port, draft-ietf-nvo3-vxlan-gpe 3. */
static enum dis
vxlan_dissect(struct slice in, struct arena *a, struct tunnel *out)
{
	static const uint16_t types[] = {0, TYPE_IP4, TYPE_IP6, TYPE_ETHERNET,
	                                 0, TYPE_MPLS};
	struct cursor c = cursor(in);
	uint8_t flags = cur_u8(&c), next;

	(void)a;
	cur_skip(&c, 2);
	next = cur_u8(&c);
	cur_skip(&c, 4);
	if (c.ended)
		return DIS_MORE;
	if ((flags & 0x0C) == 0x08)
		return carries(&c, TYPE_ETHERNET, out);
	if ((flags & 0x0C) != 0x0C || next >= sizeof(types) / sizeof(types[0]) ||
	    types[next] == 0)
		return DIS_OTHER;
	return carries(&c, types[next], out);
}

/* RFC 8926 3.4. */
static enum dis
geneve_dissect(struct slice in, struct arena *a, struct tunnel *out)
{
	struct cursor c = cursor(in);
	uint8_t version = cur_u8(&c);
	uint16_t type;

	(void)a;
	cur_skip(&c, 1);
	type = cur_be16(&c);
	cur_skip(&c, 4 + (version & 63u) * 4);
	if (c.ended)
		return DIS_MORE;
	if (version >> 6 != 0 ||
	    (type != TYPE_ETHERNET && type != TYPE_IP4 && type != TYPE_IP6))
		return DIS_OTHER;
	return carries(&c, type, out);
}

/* 3GPP TS 29.281 5.1: version 1, a G-PDU, with the optional fields and extension headers. */
static enum dis
gtp_dissect(struct slice in, struct arena *a, struct tunnel *out)
{
	struct cursor c = cursor(in);
	uint8_t flags = cur_u8(&c), type = cur_u8(&c), next, units;

	(void)a;
	if (c.ended)
		return DIS_MORE;
	if (flags >> 4 != 3 || type != 0xFF)
		return DIS_OTHER;
	cur_skip(&c, 6);
	if (flags & 7) {
		cur_skip(&c, 3);
		next = cur_u8(&c);
		/* Each round takes four octets at least. */
		while (flags & 4 && next != 0 && !c.ended) {
			units = cur_u8(&c);
			if (units == 0)
				return DIS_OTHER;
			cur_skip(&c, units * 4u - 2);
			next = cur_u8(&c);
		}
	}
	return carries_ip(&c, out);
}

/* TaZmen Sniffer Protocol, by which access points and routers mirror frames: version, type, encapsulation, tags. */
static enum dis
tzsp_dissect(struct slice in, struct arena *a, struct tunnel *out)
{
	enum { PADDING = 0, END = 1, ETHERNET = 1 };
	struct cursor c = cursor(in);
	uint8_t version = cur_u8(&c), type = cur_u8(&c), tag = PADDING;
	uint16_t carried = cur_be16(&c);

	(void)a;
	if (c.ended)
		return DIS_MORE;
	if (version != 1 || type > 1 || carried != ETHERNET)
		return DIS_OTHER;
	/* Each round takes an octet at least. */
	while (!c.ended && (tag = cur_u8(&c)) != END)
		if (tag != PADDING)
			cur_skip(&c, cur_u8(&c));
	return carries(&c, TYPE_ETHERNET, out);
}

/* A frame, down to what its header names, tags removed. */
static enum dis
ethernet_dissect(struct slice in, struct arena *a, struct tunnel *out)
{
	struct link link;
	enum dis answer = link_find(1)->dissect(in, a, &link);

	*out = (struct tunnel){link.ethertype, link.payload};
	/* What is not IP may be another tunnel. */
	return answer == DIS_OTHER && link.ethertype != 0 ? DIS_OK : answer;
}

static const struct tunnel_row rows[] = {
    {TUNNEL_IP, 4, "IP in IP", ip4_dissect},
    {TUNNEL_IP, 41, "IPv6 in IP", ip6_dissect},
    {TUNNEL_IP, 47, "GRE", gre_dissect},
    {TUNNEL_IP, 97, "EtherIP", etherip_dissect},
    {TUNNEL_IP, 137, "MPLS in IP", mpls_dissect},
    {TUNNEL_UDP, 2152, "GTP-U", gtp_dissect},
    {TUNNEL_UDP, 4789, "VXLAN", vxlan_dissect},
    {TUNNEL_UDP, 4790, "VXLAN-GPE", vxlan_dissect},
    {TUNNEL_UDP, 6081, "Geneve", geneve_dissect},
    {TUNNEL_UDP, 6635, "MPLS in UDP", mpls_dissect},
    {TUNNEL_UDP, 8472, "VXLAN", vxlan_dissect},
    {TUNNEL_UDP, 37008, "TZSP", tzsp_dissect},
    {TUNNEL_TYPE, TYPE_ETHERNET, "Ethernet", ethernet_dissect},
    {TUNNEL_TYPE, TYPE_MPLS, "MPLS", mpls_dissect},
    {TUNNEL_TYPE, 0x8848, "MPLS", mpls_dissect},
    {TUNNEL_TYPE, TYPE_PPP, "PPP", ppp_dissect},
    {TUNNEL_TYPE, TYPE_ERSPAN, "ERSPAN", erspan_dissect},
    {TUNNEL_TYPE, TYPE_ERSPAN3, "ERSPAN", erspan_dissect},
};

const struct tunnel_row *
tunnel_find(enum tunnel_below below, uint16_t number)
{
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].below == below && rows[i].number == number)
			return &rows[i];
	return NULL;
}

const struct tunnel_row *
tunnel_row(size_t n)
{
	return n < sizeof(rows) / sizeof(rows[0]) ? &rows[n] : NULL;
}
