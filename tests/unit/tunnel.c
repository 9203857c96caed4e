#include "dissect/tunnel.h"

#include "dissect/exported.h"
#include "dissect/link.h"
#include "dissect/sctp.h"
#include "tests/unit/test.h"

#define BYTES(s)                                                                         \
	{                                                                                \
		(const uint8_t *)(s), sizeof(s) - 1                                      \
	}
#define V4 "\x45payload"
#define V6 "\x60payload"
#define LABEL "\0\0\x10\x40"
#define LAST "\0\0\x11\x40"
#define FOUR LABEL LABEL LABEL LABEL

static const struct row {
	const char *name;
	enum tunnel_below below;
	uint16_t number;
	struct slice in;
	enum dis answer;
	uint16_t type;
	size_t payload;
} rows[] = {
    {"IP in IP", TUNNEL_IP, 4, BYTES(V4), DIS_OK, 0x0800, 8},
    {"IPv6 in IP", TUNNEL_IP, 41, BYTES(V6), DIS_OK, 0x86DD, 8},
    {"GRE", TUNNEL_IP, 47, BYTES("\0\0\x08\0" V4), DIS_OK, 0x0800, 8},
    {"GRE, all fields", TUNNEL_IP, 47,
     BYTES("\xB0\0\x86\xDD"
           "sum.key.seq." V6),
     DIS_OK, 0x86DD, 8},
    {"GRE cut in its key", TUNNEL_IP, 47, BYTES("\x20\0\x08\0\0\0"), DIS_MORE, 0, 0},
    {"GRE of an unknown version", TUNNEL_IP, 47, BYTES("\0\2\x08\0" V4), DIS_OTHER, 0, 0},
    {"GRE with routing", TUNNEL_IP, 47, BYTES("\x40\0\x08\0" V4), DIS_OTHER, 0, 0},
    {"PPTP without acknowledgement", TUNNEL_IP, 47,
     BYTES("\x30\1\x88\x0B\0\0\0\0seq.\0\x21" V4), DIS_OK, 0x880B, 10},
    {"ERSPAN I", TUNNEL_IP, 47, BYTES("\0\0\x88\xBE" V4), DIS_OK, TYPE_ETHERNET, 8},
    {"ERSPAN II", TUNNEL_TYPE, 0x88BE, BYTES("\x10\0\0\0\0\0\0\0" V4), DIS_OK,
     TYPE_ETHERNET, 8},
    {"ERSPAN III", TUNNEL_TYPE, 0x22EB, BYTES("\x20\0\0\0\0\0\0\0\0\0\0\0" V4), DIS_OK,
     TYPE_ETHERNET, 8},
    {"ERSPAN III with IP and a subheader", TUNNEL_TYPE, 0x22EB,
     BYTES("\x20\0\0\0\0\0\0\0\0\0\x08\1"
           "8 octets" V4),
     DIS_OK, 0x0800, 8},
    {"ERSPAN III cut in its subheader", TUNNEL_TYPE, 0x22EB,
     BYTES("\x20\0\0\0\0\0\0\0\0\0\0\1sub"), DIS_MORE, 0, 0},
    {"MPLS", TUNNEL_TYPE, 0x8847, BYTES(LABEL LAST V4), DIS_OK, 0x0800, 8},
    {"MPLS with a control word", TUNNEL_TYPE, 0x8847, BYTES(LAST "\0\0\0\0frame"), DIS_OK,
     TYPE_ETHERNET, 5},
    {"MPLS with a frame", TUNNEL_TYPE, 0x8848, BYTES(LAST "\x24rame"), DIS_OK,
     TYPE_ETHERNET, 5},
    {"MPLS without an end", TUNNEL_TYPE, 0x8847, BYTES(LABEL), DIS_MORE, 0, 0},
    {"seventeen labels", TUNNEL_TYPE, 0x8847, BYTES(FOUR FOUR FOUR FOUR LAST V4),
     DIS_LIMIT, 0, 0},
    {"PPP", TUNNEL_TYPE, 0x880B, BYTES("\xFF\3\0\x21" V4), DIS_OK, 0x0800, 8},
    {"PPP, short", TUNNEL_TYPE, 0x880B, BYTES("\x57" V6), DIS_OK, 0x86DD, 8},
    {"PPP with LCP", TUNNEL_TYPE, 0x880B, BYTES("\xC0\x21x"), DIS_OTHER, 0, 0},
    {"VXLAN", TUNNEL_UDP, 4789, BYTES("\x08\0\0\0\0\0\x2A\0frame"), DIS_OK, TYPE_ETHERNET,
     5},
    {"VXLAN without a network", TUNNEL_UDP, 4789, BYTES("\0\0\0\0\0\0\x2A\0frame"),
     DIS_OTHER, 0, 0},
    {"VXLAN-GPE with IP", TUNNEL_UDP, 4790, BYTES("\x0C\0\0\1\0\0\x2A\0" V4), DIS_OK,
     0x0800, 8},
    {"VXLAN cut", TUNNEL_UDP, 4789, BYTES("\x08\0\0\0"), DIS_MORE, 0, 0},
    {"SIP to the port of VXLAN", TUNNEL_UDP, 4789, BYTES("SIP/2.0 200 OK\r\n"), DIS_OTHER,
     0, 0},
    {"Geneve with an option", TUNNEL_UDP, 6081, BYTES("\1\0\x65\x58\0\0\x2A\0optsframe"),
     DIS_OK, TYPE_ETHERNET, 5},
    {"SIP to the port of Geneve", TUNNEL_UDP, 6081, BYTES("REGISTER sip:a SIP/2.0\r\n"),
     DIS_MORE, 0, 0},
    {"GTP-U", TUNNEL_UDP, 2152, BYTES("\x30\xFF\0\x08teid" V4), DIS_OK, 0x0800, 8},
    {"GTP-U with an extension", TUNNEL_UDP, 2152,
     BYTES("\x34\xFF\0\x10teid\0\0\0\x85\1\x10\5\0" V6), DIS_OK, 0x86DD, 8},
    {"GTP-U, an extension of no length", TUNNEL_UDP, 2152,
     BYTES("\x34\xFF\0\x10teid\0\0\0\x85\0\x10\5\0" V6), DIS_OTHER, 0, 0},
    {"GTP-U's echo", TUNNEL_UDP, 2152, BYTES("\x32\1\0\4\0\0\0\0\0\0\0\0"), DIS_OTHER, 0,
     0},
    {"TZSP", TUNNEL_UDP, 37008, BYTES("\1\0\0\1\0\x0A\1\xC8\1frame"), DIS_OK,
     TYPE_ETHERNET, 5},
    {"TZSP without an end", TUNNEL_UDP, 37008, BYTES("\1\0\0\1\0\x0A\1\xC8"), DIS_MORE, 0,
     0},
    {"EtherIP", TUNNEL_IP, 97, BYTES("\x30\0frame"), DIS_OK, TYPE_ETHERNET, 5},
    {"a frame with ARP", TUNNEL_TYPE, TYPE_ETHERNET, BYTES("MAC 1.MAC 2.\x08\6x"), DIS_OK,
     0x0806, 1},
};

static void
tunnels(void)
{
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *r = &rows[i];
		const struct tunnel_row *found = tunnel_find(r->below, r->number);
		struct tunnel t = {.type = 0};
		enum dis answer;

		if (!ok(found != NULL, "%s: a row", r->name))
			continue;
		answer = found->dissect(r->in, NULL, &t);
		ok(answer == r->answer, "%s: answer %d", r->name, answer);
		if (answer == DIS_OK)
			ok(t.type == r->type && t.payload.n == r->payload,
			   "%s: type %x, %zu octets", r->name, t.type, t.payload.n);
	}
}

static void
sctp(void)
{
	static const struct slice in =
	    BYTES("\x13\xC4\x13\xC5tag.sum."
	          "\1\0\0\6xx\0\0"                                    /* INIT, padded */
	          "\0\3\0\x13\0\0\0\1\0\2\0\1\0\0\0\0one\0"           /* whole, padded */
	          "\0\2\0\x13\0\0\0\2\0\2\0\2\0\0\0\0two\0"           /* the first part */
	          "\x40\3\0\x17\0\0\0\3\0\2\0\0\0\0\0\1\0\0\0\0new\0" /* RFC 8260 */
	          "\x40\0\0\x17\0\0\0\4\0\2\0\0\0\0\0\1\0\0\0\x09mid\0" /* its part 9 */
	          "\0\3\0\x20\0\0\0\5\0\2\0\3\0\0\0\0"
	          "cut");
	static const struct {
		const char *payload;
		bool first, last, cut;
		uint32_t number, order;
	} want[] = {{"one", true, true, false, 1, 1},
	            {"two", true, false, false, 2, 2},
	            {"new", true, true, false, 1, 0},
	            {"mid", false, false, false, 1, 9},
	            {"cut", true, true, true, 3, 5}};
	struct sctp_data d;
	struct sctp x;
	size_t i;

	ok(sctp_dissect(in, NULL, &x) == DIS_OK && x.sport == 5060 && x.dport == 5061,
	   "ports");
	for (i = 0; i < sizeof(want) / sizeof(want[0]); i++)
		ok(sctp_next(&x.chunks, &d) == DIS_OK &&
		       slice_eq(d.payload, slice_str(want[i].payload)) &&
		       d.first == want[i].first && d.last == want[i].last &&
		       d.number == want[i].number && d.order == want[i].order &&
		       (d.payload.n < d.length) == want[i].cut && d.tsn == i + 1,
		   "chunk %zu", i);
	ok(sctp_next(&x.chunks, &d) == DIS_OTHER, "no more");
	ok(sctp_dissect(slice_head(in, 11), NULL, &x) == DIS_MORE, "half a header");
}

static void
exported(void)
{
	static const struct slice in = BYTES(
	    "\0\x0C\0\4sip\0\0\x14\0\4\xC0\0\2\1\0\x15\0\4\xC0\0\2\2\0\x18\0\4\0\0\0\2"
	    "\0\x19\0\4\0\0\x13\xC4\0\x1A\0\4\0\0\x13\xC5\0\x63\0\1?\0\0\0\0SIP");
	struct exported x;

	ok(exported_dissect(in, NULL, &x) == DIS_OK, "an exported PDU");
	ok(slice_eq(x.protocol, SLICE("sip")) && x.address_n == 4 && x.src[3] == 1 &&
	       x.dst[3] == 2 && x.port_type == EXPORTED_TCP && x.sport == 5060 &&
	       x.dport == 5061,
	   "its tags");
	ok(slice_eq(x.payload, SLICE("SIP")), "what it holds");
	ok(exported_dissect(slice_head(in, 30), NULL, &x) == DIS_MORE, "cut in its tags");
}

int
main(void)
{
	tunnels();
	sctp();
	exported();
	return done();
}
