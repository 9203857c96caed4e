#include "dissect/link.h"

#include "tests/unit/test.h"

#define MACS "\x02\0\0\0\0\1\x02\0\0\0\0\2"
#define V4 "\x45payload"
#define V6 "\x60payload"
#define BYTES(s)                                                                         \
	{                                                                                \
		(const uint8_t *)(s), sizeof(s) - 1                                      \
	}

static const struct row {
	const char *name;
	int dlt;
	struct slice in;
	enum dis answer;
	uint16_t ethertype;
	uint8_t tags, tag; /* the last tag */
	size_t payload;
} rows[] = {
    {"Ethernet with IPv4", 1, BYTES(MACS "\x08\0" V4), DIS_OK, 0x0800, 0, 0, 8},
    {"Ethernet with IPv6", 1, BYTES(MACS "\x86\xDD" V6), DIS_OK, 0x86DD, 0, 0, 8},
    {"Ethernet with ARP", 1,
     BYTES(MACS "\x08\x06"
                "arp"),
     DIS_OTHER, 0x0806, 0, 0, 3},
    {"Ethernet cut", 1, BYTES(MACS "\x08"), DIS_MORE, 0, 0, 0, 0},
    {"nothing", 1, BYTES(""), DIS_MORE, 0, 0, 0, 0},
    {"one tag", 1, BYTES(MACS "\x81\0\xE0\x05\x08\0" V4), DIS_OK, 0x0800, 1, 5, 8},
    {"QinQ", 1, BYTES(MACS "\x88\xA8\0\x09\x81\0\0\x07\x86\xDD" V6), DIS_OK, 0x86DD, 2, 7,
     8},
    {"old QinQ", 1, BYTES(MACS "\x91\0\0\x09\x92\0\0\x08\x81\0\0\x07\x08\0" V4), DIS_OK,
     0x0800, 3, 7, 8},
    {"four tags", 1, BYTES(MACS "\x81\0\0\1\x81\0\0\2\x81\0\0\3\x81\0\0\4\x08\0" V4),
     DIS_OK, 0x0800, 4, 4, 8},
    {"five tags", 1,
     BYTES(MACS "\x81\0\0\1\x81\0\0\2\x81\0\0\3\x81\0\0\4\x81\0\0\5\x08\0" V4), DIS_LIMIT,
     0, 4, 4, 0},
    {"a tag cut", 1, BYTES(MACS "\x81\0\0\1\x08"), DIS_MORE, 0, 1, 1, 0},
    {"802.3 with SNAP, padded", 1, BYTES(MACS "\0\x10\xAA\xAA\3\0\0\0\x08\0" V4 "pad"),
     DIS_OK, 0x0800, 0, 0, 8},
    {"802.3 with SNAP of 802.1H", 1, BYTES(MACS "\0\x10\xAA\xAA\3\0\0\xF8\x86\xDD" V6),
     DIS_OK, 0x86DD, 0, 0, 8},
    {"802.3 with SNAP of a vendor", 1, BYTES(MACS "\0\x10\xAA\xAA\3\0\0\x0C\x08\0" V4),
     DIS_OTHER, 0, 0, 0, 16},
    {"802.3 with the LSAP of IP", 1, BYTES(MACS "\0\x0B\6\6\3" V4), DIS_OK, 0x0800, 0, 0,
     8},
    {"802.3 with spanning tree", 1, BYTES(MACS "\0\4\x42\x42\3x"), DIS_OTHER, 0, 0, 0, 4},
    {"802.3 with a length beyond the frame", 1,
     BYTES(MACS "\1\0\xAA\xAA\3\0\0\0\x08\0" V4), DIS_OK, 0x0800, 0, 0, 8},
    {"a tag, then 802.3", 1,
     BYTES(MACS "\x81\0\0\5\0\x10\xAA\xAA\3\0\0\0\x08\0" V4 "pad"), DIS_OK, 0x0800, 1, 5,
     8},
    {"SNAP, then a tag", 1, BYTES(MACS "\0\x14\xAA\xAA\3\0\0\0\x81\0\0\5\x08\0" V4),
     DIS_OK, 0x0800, 1, 5, 8},
    {"PPPoE with IPv4, padded", 1, BYTES(MACS "\x88\x64\x11\0\0\1\0\x0A\0\x21" V4 "pad"),
     DIS_OK, 0x0800, 0, 0, 8},
    {"PPPoE with IPv6", 1, BYTES(MACS "\x88\x64\x11\0\0\1\0\x0A\0\x57" V6), DIS_OK,
     0x86DD, 0, 0, 8},
    {"PPPoE with LCP", 1, BYTES(MACS "\x88\x64\x11\0\0\1\0\x0A\xC0\x21" V4), DIS_OTHER, 0,
     0, 0, 8},
    {"PPPoE cut", 1, BYTES(MACS "\x88\x64\x11\0\0\1\0\x0A\0"), DIS_MORE, 0, 0, 0, 0},
    {"cooked", 113, BYTES("\0\0\0\1\0\6\2\0\0\0\0\1\0\0\x08\0" V4), DIS_OK, 0x0800, 0, 0,
     8},
    {"cooked with a tag", 113, BYTES("\0\0\0\1\0\6\2\0\0\0\0\1\0\0\x81\0\0\5\x86\xDD" V6),
     DIS_OK, 0x86DD, 1, 5, 8},
    {"cooked with LLC", 113,
     BYTES("\0\0\0\1\0\6\2\0\0\0\0\1\0\0\0\4\xAA\xAA\3\0\0\0\x08\0" V4), DIS_OK, 0x0800,
     0, 0, 8},
    {"cooked, cut", 113, BYTES("\0\0\0\1\0\6\2\0\0\0\0\1\0\0\x08"), DIS_MORE, 0, 0, 0, 0},
    {"cooked v2", 276, BYTES("\x86\xDD\0\0\0\0\0\3\0\1\0\6\2\0\0\0\0\1\0\0" V6), DIS_OK,
     0x86DD, 0, 0, 8},
    {"cooked v2 with a tag", 276,
     BYTES("\x81\0\0\0\0\0\0\3\0\1\0\6\2\0\0\0\0\1\0\0\0\5\x08\0" V4), DIS_OK, 0x0800, 1,
     5, 8},
    {"raw IPv4", 12, BYTES(V4), DIS_OK, 0x0800, 0, 0, 8},
    {"raw IPv6", 14, BYTES(V6), DIS_OK, 0x86DD, 0, 0, 8},
    {"raw IP", 101, BYTES(V6), DIS_OK, 0x86DD, 0, 0, 8},
    {"raw something", 101, BYTES("\x20payload"), DIS_OTHER, 0, 0, 0, 8},
    {"raw nothing", 101, BYTES(""), DIS_MORE, 0, 0, 0, 0},
    {"raw, IPv4 only", 228, BYTES(V4), DIS_OK, 0x0800, 0, 0, 8},
    {"raw, IPv6 only", 229, BYTES(V6), DIS_OK, 0x86DD, 0, 0, 8},
    {"loopback, little", 0, BYTES("\2\0\0\0" V4), DIS_OK, 0x0800, 0, 0, 8},
    {"loopback, big", 0, BYTES("\0\0\0\2" V4), DIS_OK, 0x0800, 0, 0, 8},
    {"loopback of macOS", 0, BYTES("\x1E\0\0\0" V6), DIS_OK, 0x86DD, 0, 0, 8},
    {"loopback of FreeBSD", 0, BYTES("\0\0\0\x1C" V6), DIS_OK, 0x86DD, 0, 0, 8},
    {"loopback of OpenBSD", 108, BYTES("\0\0\0\x18" V6), DIS_OK, 0x86DD, 0, 0, 8},
    {"loopback of another family", 0, BYTES("\7\0\0\0" V4), DIS_OTHER, 0, 0, 0, 8},
    {"loopback cut", 0, BYTES("\2\0\0"), DIS_MORE, 0, 0, 0, 0},
};

int
main(void)
{
	const struct link_type *type;
	struct link out;
	size_t i, n;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *r = &rows[i];

		type = link_find(r->dlt);
		if (!ok(type != NULL && type->dlt == r->dlt, "%s: known", r->name))
			continue;
		ok(type->dissect(r->in, NULL, &out) == r->answer, "%s: the answer",
		   r->name);
		ok(out.ethertype == r->ethertype, "%s: type %#x", r->name, out.ethertype);
		ok(out.vlans_total == r->tags &&
		       (r->tags == 0 || out.vlans[r->tags - 1] == r->tag),
		   "%s: the tags", r->name);
		ok(out.payload.n == r->payload, "%s: payload of %zu", r->name,
		   out.payload.n);
		/* Cut anywhere, it is no crash, and never DIS_BAD. */
		for (n = 0; n < r->in.n; n++)
			ok(type->dissect(slice_head(r->in, n), NULL, &out) != DIS_BAD,
			   "%s: cut at %zu", r->name, n);
	}
	ok(link_find(147) == NULL, "a type that nobody knows");
	for (n = 0; link_row(n) != NULL; n++)
		ok(link_find(link_row(n)->dlt) == link_row(n), "row %zu is found", n);
	ok(n >= 10, "there are rows");
	return done();
}
