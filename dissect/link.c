#include "dissect/link.h"

#include "dissect/cursor.h"

enum {
	TYPE_LENGTHS = 0x0600, /* below it the field is a length: IEEE 802.3-2018 3.2.6 */
	TYPE_PPPOE = 0x8864,   /* RFC 2516 4: the session stage */
	TYPE_SLL_LLC = 0x0004, /* "LLC follows" in a cooked header */
};

static bool
is_tag(uint16_t type)
{
	return type == 0x8100 || type == 0x88A8 || type == 0x9100 || type == 0x9200;
}

/* IEEE 802.2 with SNAP (RFC 1042), or the plain LSAP of IP. */
static uint16_t
llc_type(struct cursor *c)
{
	struct cursor saved = *c;
	uint16_t saps = cur_be16(c);
	uint8_t control = cur_u8(c);
	uint32_t oui;
	uint16_t type;

	if (saps == 0x0606 && control == 3)
		return TYPE_IP4;
	if (saps == 0xAAAA && control == 3) {
		oui = (uint32_t)cur_u8(c) << 16;
		oui |= cur_be16(c);
		type = cur_be16(c);
		/* 00-00-F8: IEEE 802.1H, for types that bridges must not take for lengths. */
		if (oui == 0 || oui == 0x0000F8)
			return type;
	}
	if (!c->ended)
		*c = saved; /* not ours: whatever follows the length is the payload */
	return 0;
}

/* RFC 2516 4, and the protocol field of PPP (RFC 1332, RFC 5072). */
static uint16_t
pppoe_type(struct cursor *c)
{
	uint16_t version_code = cur_be16(c), length, protocol;

	cur_skip(c, 2);
	length = cur_be16(c);
	protocol = cur_be16(c);
	if (version_code != 0x1100)
		return 0;
	if (length >= 2)
		c->rest = slice_head(c->rest, length - 2u);
	if (protocol == 0x0021)
		return TYPE_IP4;
	return protocol == 0x0057 ? TYPE_IP6 : 0;
}

/* From an ethertype on: VLAN tags, 802.2 and PPPoE headers, until something else begins. Each
 * round consumes three bytes at least, or is the last but one. */
static enum dis
payload_dissect(struct cursor *c, uint16_t type, bool llc, struct link *out)
{
	uint16_t tci;

	for (;;) {
		if (llc) {
			type = llc_type(c);
			llc = false;
		} else if (type == TYPE_PPPOE) {
			type = pppoe_type(c);
		} else if (is_tag(type)) {
			if (out->vlans_total == LINK_TAGS_MAX)
				return DIS_LIMIT;
			tci = cur_be16(c);
			type = cur_be16(c);
			out->vlans[out->vlans_total++] = tci & 0x0FFF;
			if (type < TYPE_LENGTHS && !c->ended) {
				/* A length: cut the padding behind it. */
				if (type <= c->rest.n)
					c->rest = slice_head(c->rest, type);
				llc = true;
			}
		} else {
			break;
		}
		if (c->ended)
			return DIS_MORE;
	}
	out->ethertype = type;
	out->payload = c->rest;
	return type == TYPE_IP4 || type == TYPE_IP6 ? DIS_OK : DIS_OTHER;
}

static enum dis
ethernet_dissect(struct slice in, struct arena *a, struct link *out)
{
	struct cursor c = cursor(in);
	uint16_t type;
	bool llc;

	(void)a;
	*out = (struct link){.ethertype = 0};
	cur_skip(&c, 12);
	type = cur_be16(&c);
	if (c.ended)
		return DIS_MORE;
	llc = type < TYPE_LENGTHS;
	if (llc && type <= c.rest.n)
		c.rest = slice_head(c.rest, type);
	return payload_dissect(&c, type, llc, out);
}

/* LINKTYPE_LINUX_SLL: type, ARPHRD, address length, address, protocol. */
static enum dis
sll_dissect(struct slice in, struct arena *a, struct link *out)
{
	struct cursor c = cursor(in);
	uint16_t type;

	(void)a;
	*out = (struct link){.ethertype = 0};
	cur_skip(&c, 14);
	type = cur_be16(&c);
	if (c.ended)
		return DIS_MORE;
	return payload_dissect(&c, type, type == TYPE_SLL_LLC, out);
}

/* LINKTYPE_LINUX_SLL2: protocol, reserved, interface, ARPHRD, type, address length, address. */
static enum dis
sll2_dissect(struct slice in, struct arena *a, struct link *out)
{
	struct cursor c = cursor(in);
	uint16_t type;

	(void)a;
	*out = (struct link){.ethertype = 0};
	type = cur_be16(&c);
	cur_skip(&c, 18);
	if (c.ended)
		return DIS_MORE;
	return payload_dissect(&c, type, type == TYPE_SLL_LLC, out);
}

static enum dis
raw_dissect(struct slice in, struct arena *a, struct link *out)
{
	struct cursor c = cursor(in);
	uint8_t version = cur_u8(&c) >> 4;

	(void)a;
	*out = (struct link){.payload = in};
	if (c.ended)
		return DIS_MORE;
	if (version == 4)
		out->ethertype = TYPE_IP4;
	else if (version == 6)
		out->ethertype = TYPE_IP6;
	return out->ethertype != 0 ? DIS_OK : DIS_OTHER;
}

/* The address family of the machine that captured, in its byte order (LINKTYPE_NULL) or in the
 * network's (LINKTYPE_LOOP). Families fit one octet, so both orders can be told apart. */
static enum dis
null_dissect(struct slice in, struct arena *a, struct link *out)
{
	struct cursor c = cursor(in);
	uint32_t family = cur_be32(&c);

	(void)a;
	*out = (struct link){.payload = c.rest};
	if (c.ended)
		return DIS_MORE;
	if ((family & 0xFFFF) == 0)
		family = family >> 24 | (family >> 8 & 0xFF00);
	switch (family) {
	case 2:
		out->ethertype = TYPE_IP4;
		return DIS_OK;
	case 10: /* Linux */
	case 23: /* Windows */
	case 24: /* NetBSD, OpenBSD */
	case 28: /* FreeBSD */
	case 30: /* macOS */
		out->ethertype = TYPE_IP6;
		return DIS_OK;
	default:
		return DIS_OTHER;
	}
}

/* LINKTYPE_PPP and its kin: RFC 1661, RFC 1662 3.1. pppd's own has the direction instead of an address. */
static enum dis
ppp_dissect(struct slice in, struct arena *a, struct link *out)
{
	(void)a;
	if (in.n >= 2 && in.p[0] <= 1 && in.p[1] == 3)
		in = slice_tail(in, 2);
	*out = (struct link){.ethertype = TYPE_PPP, .payload = in};
	return DIS_OTHER;
}

/* LINKTYPE_PPP_ETHER: a PPPoE session header first. */
static enum dis
pppoe_dissect(struct slice in, struct arena *a, struct link *out)
{
	struct cursor c = cursor(in);

	(void)a;
	*out = (struct link){.ethertype = 0};
	return payload_dissect(&c, TYPE_PPPOE, false, out);
}

/* LINKTYPE_MPLS. */
static enum dis
mpls_dissect(struct slice in, struct arena *a, struct link *out)
{
	(void)a;
	*out = (struct link){.ethertype = TYPE_MPLS, .payload = in};
	return DIS_OTHER;
}

static enum dis
exported_dissect(struct slice in, struct arena *a, struct link *out)
{
	(void)a;
	*out = (struct link){.payload = in};
	return DIS_OTHER;
}

static const struct link_type rows[] = {
    {0, "NULL/Loopback", null_dissect},
    {1, "Ethernet", ethernet_dissect},
    {9, "PPP", ppp_dissect},
    {12, "Raw IP", raw_dissect},
    {14, "Raw IP", raw_dissect},
    {50, "PPP", ppp_dissect},
    {51, "PPP-over-Ethernet session", pppoe_dissect},
    {101, "Raw IP", raw_dissect},
    {108, "OpenBSD loopback", null_dissect},
    {113, "Linux cooked-mode capture v1", sll_dissect},
    {166, "PPP with Directional Info", ppp_dissect},
    {219, "MPLS", mpls_dissect},
    {228, "Raw IPv4", raw_dissect},
    {229, "Raw IPv6", raw_dissect},
    {LINK_EXPORTED, "Wireshark Upper PDU export", exported_dissect},
    {276, "Linux cooked-mode capture v2", sll2_dissect},
};

const struct link_type *
link_find(int dlt)
{
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].dlt == dlt)
			return &rows[i];
	return NULL;
}

const struct link_type *
link_row(size_t n)
{
	return n < sizeof(rows) / sizeof(rows[0]) ? &rows[n] : NULL;
}
