#include "dissect/exported.h"

#include "dissect/cursor.h"

/* wiretap/wtap_opttypes and epan/exported_pdu.h name the tags so: EXP_PDU_TAG_ ... */
enum {
	END_OF_OPT = 0,
	DISSECTOR_NAME = 12,
	HEURISTIC_NAME = 13,
	IPV4_SRC = 20,
	IPV4_DST = 21,
	IPV6_SRC = 22,
	IPV6_DST = 23,
	PORT_TYPE = 24,
	SRC_PORT = 25,
	DST_PORT = 26,
};

static void
address(struct slice value, uint8_t n, uint8_t to[16], struct exported *out)
{
	if (value.n < n)
		return;
	memcpy(to, value.p, n);
	out->address_n = n;
}

static void
tag_read(uint16_t tag, struct slice value, struct exported *out)
{
	struct cursor c = cursor(value);

	switch (tag) {
	case DISSECTOR_NAME:
	case HEURISTIC_NAME:
		/* Padded with NULs to a multiple of four. */
		out->protocol = slice_head(value, slice_index(value, '\0'));
		break;
	case IPV4_SRC:
		address(value, 4, out->src, out);
		break;
	case IPV4_DST:
		address(value, 4, out->dst, out);
		break;
	case IPV6_SRC:
		address(value, 16, out->src, out);
		break;
	case IPV6_DST:
		address(value, 16, out->dst, out);
		break;
	case PORT_TYPE:
		out->port_type = cur_be32(&c);
		break;
	case SRC_PORT:
		out->sport = (uint16_t)cur_be32(&c);
		break;
	case DST_PORT:
		out->dport = (uint16_t)cur_be32(&c);
		break;
	default:
		break;
	}
}

enum dis
exported_dissect(struct slice in, struct arena *a, struct exported *out)
{
	struct cursor c = cursor(in);
	uint16_t tag, length;

	(void)a;
	*out = (struct exported){.port_type = 0};
	/* Each round takes four octets at least. */
	do {
		tag = cur_be16(&c);
		length = cur_be16(&c);
		tag_read(tag, cur_take(&c, length), out);
	} while (tag != END_OF_OPT && !c.ended);
	out->payload = c.rest;
	return c.ended ? DIS_MORE : DIS_OK;
}
