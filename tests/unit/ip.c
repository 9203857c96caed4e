#include "dissect/ip.h"

#include "dissect/udp.h"
#include "tests/unit/test.h"

#define BYTES(s)                                                                         \
	{                                                                                \
		(const uint8_t *)(s), sizeof(s) - 1                                      \
	}
#define ENDS4 "\xC0\0\2\1\xC0\0\2\2"
#define ENDS6                                                                            \
	"\x20\1\x0D\xB8\0\0\0\0\0\0\0\0\0\0\0\1\x20\1\x0D\xB8\0\0\0\0\0\0\0\0\0\0\0\2"
/* version and header length, length, identification, flags and offset, protocol */
#define V4(vihl, length, id, off, proto) vihl "\0" length id off "\x40" proto "\0\0" ENDS4
#define V6(length, next) "\x60\0\0\0" length next "\x40" ENDS6

static const struct row {
	const char *name;
	struct slice in;
	enum dis answer;
	uint8_t proto;
	size_t payload;
	uint32_t length, id, offset;
	bool fragment, more, cut;
} rows[] = {
    {"IPv4", BYTES(V4("\x45", "\0\x19", "\x12\x34", "\x40\0", "\x11") "hello"), DIS_OK,
     17, 5, 5, 0x1234, 0, false, false, false},
    {"IPv4, padded", BYTES(V4("\x45", "\0\x17", "\0\0", "\0\0", "\x11") "hello"), DIS_OK,
     17, 3, 3, 0, 0, false, false, false},
    {"IPv4, cut", BYTES(V4("\x45", "\0\x20", "\0\0", "\0\0", "\x11") "hello"), DIS_OK, 17,
     5, 12, 0, 0, false, false, true},
    {"IPv4 of segmentation offload",
     BYTES(V4("\x45", "\0\0", "\0\0", "\0\0", "\x06") "hello"), DIS_OK, 6, 5, 5, 0, 0,
     false, false, false},
    {"IPv4 with options",
     BYTES(V4("\x46", "\0\x1D", "\0\0", "\0\0", "\x11") "\x94\4\0\0hello"), DIS_OK, 17, 5,
     5, 0, 0, false, false, false},
    {"IPv4 with options cut", BYTES(V4("\x4F", "\0\x40", "\0\0", "\0\0", "\x11") "hello"),
     DIS_MORE, 17, 0, 0, 0, 0, false, false, false},
    {"IPv4, header length 4", BYTES(V4("\x44", "\0\x19", "\0\0", "\0\0", "\x11") "hello"),
     DIS_BAD, 17, 0, 0, 0, 0, false, false, false},
    {"IPv4, total length 19", BYTES(V4("\x45", "\0\x13", "\0\0", "\0\0", "\x11") "hello"),
     DIS_BAD, 17, 0, 0, 0, 0, false, false, false},
    {"IPv4, first fragment",
     BYTES(V4("\x45", "\0\x1C", "\0\7", "\x20\0", "\x11") "8 octets"), DIS_OK, 17, 8, 8,
     7, 0, true, true, false},
    {"IPv4, last fragment", BYTES(V4("\x45", "\0\x19", "\0\7", "\0\3", "\x11") "hello"),
     DIS_OK, 17, 5, 5, 7, 24, true, false, false},
    {"IPv4, header cut", BYTES("\x45\0\0\x19\0\0\0\0\x40"), DIS_MORE, 17, 0, 0, 0, 0,
     false, false, false},
    {"IPv4 with an authentication header",
     BYTES(V4("\x45", "\0\x29", "\0\0", "\0\0", "\x33") "\x11\2\0\0"
                                                        "spi "
                                                        "seq "
                                                        "icv hello"),
     DIS_OK, 17, 5, 5, 0, 0, false, false, false},
    {"IPv6", BYTES(V6("\0\5", "\x11") "hello"), DIS_OK, 17, 5, 5, 0, 0, false, false,
     false},
    {"IPv6, padded", BYTES(V6("\0\3", "\x11") "hello"), DIS_OK, 17, 3, 3, 0, 0, false,
     false, false},
    {"IPv6, cut", BYTES(V6("\0\x50", "\x11") "hello"), DIS_OK, 17, 5, 80, 0, 0, false,
     false, true},
    {"IPv6 without length", BYTES(V6("\0\0", "\x06") "hello"), DIS_OK, 6, 5, 5, 0, 0,
     false, false, false},
    {"IPv6 with hop-by-hop, routing and destination options",
     BYTES(V6("\0\x1D", "\0") "\x2B\0\1\4\0\0\0\0"
                              "\x3C\0\0\0\0\0\0\0"
                              "\x11\0\1\4\0\0\0\0hello"),
     DIS_OK, 17, 5, 5, 0, 0, false, false, false},
    {"IPv6, options longer than the packet",
     BYTES(V6("\0\x0D", "\0") "\x11\5\1\4\0\0\0\0hello"), DIS_BAD, 0, 0, 0, 0, 0, false,
     false, false},
    {"IPv6, options cut by the capture",
     BYTES(V6("\0\x50", "\0") "\x11\5\1\4\0\0\0\0hello"), DIS_MORE, 0, 0, 0, 0, 0, false,
     false, true},
    {"IPv6, first fragment",
     BYTES(V6("\0\x10", "\x2C") "\x11\0\0\1\0\0\1\2"
                                "8 octets"),
     DIS_OK, 17, 8, 8, 0x102, 0, true, true, false},
    {"IPv6, last fragment, its options belong to the whole",
     BYTES(V6("\0\x0D", "\x2C") "\x3C\0\0\x18\0\0\1\2hello"), DIS_OK, 60, 5, 5, 0x102, 24,
     true, false, false},
    {"IPv6, atomic fragment",
     BYTES(V6("\0\x15", "\x2C") "\x3C\0\0\0\0\0\1\2"
                                "\x11\0\1\4\0\0\0\0hello"),
     DIS_OK, 17, 5, 5, 0x102, 0, false, false, false},
    {"IPv6, nothing behind", BYTES(V6("\0\0", "\x3B")), DIS_OK, 59, 0, 0, 0, 0, false,
     false, false},
    {"version 5", BYTES("\x55 and more"), DIS_OTHER, 0, 0, 0, 0, 0, false, false, false},
    {"nothing", BYTES(""), DIS_MORE, 0, 0, 0, 0, 0, false, false, false},
};

static void
chain(void)
{
	uint8_t packet[40 + 17 * 8 + 8] = {0x60};
	struct ip out;
	size_t n;

	for (n = 0; n <= 17; n++) {
		size_t length = n * 8 + 8, i;

		packet[5] = (uint8_t)length;
		packet[6] = n == 0 ? 17 : 60;
		for (i = 0; i < n; i++) {
			memset(packet + 40 + i * 8, 0, 8);
			packet[40 + i * 8] = i + 1 == n ? 17 : 60;
		}
		ok(ip_dissect(slice_of(packet, 40 + length), NULL, &out) ==
		       (n <= IP_EXTENSIONS_MAX ? DIS_OK : DIS_LIMIT),
		   "%zu extension headers", n);
	}
}

static void
checksums(void)
{
	/* A datagram whose sums were computed by hand: RFC 1071 4. */
	static const uint8_t good[] = {
	    0x45, 0, 0, 31, 0,    1,    0,    0,    64, 17, 0xF6, 0xC9, 192, 0,   2,  1,
	    192,  0, 2, 2,  0x13, 0xC4, 0x13, 0xC4, 0,  11, 0,    0,    'a', 'b', 'c'};
	uint8_t bytes[sizeof(good)];
	struct ip ip;
	uint32_t sum = 0;
	size_t i;

	memcpy(bytes, good, sizeof(good));
	ok(ip_dissect(slice_of(bytes, sizeof(bytes)), NULL, &ip) == DIS_OK &&
	       !ip.checksum_bad,
	   "the header's sum is right");
	/* The datagram's: pseudo-header, then 16 bits at a time. */
	for (i = 12; i < sizeof(bytes); i++)
		sum += (uint32_t)bytes[i] << (i % 2 ? 0 : 8);
	sum += 17 + 11;
	sum = (sum & 0xFFFF) + (sum >> 16);
	sum = ~((sum & 0xFFFF) + (sum >> 16)) & 0xFFFF;
	bytes[26] = (uint8_t)(sum >> 8);
	bytes[27] = (uint8_t)sum;
	(void)ip_dissect(slice_of(bytes, sizeof(bytes)), NULL, &ip);
	ok(ip_checksum_right(&ip, ip.payload), "the datagram's sum is right");
	bytes[30] ^= 1;
	ok(!ip_checksum_right(&ip, ip.payload), "and wrong with another octet");
	bytes[8] = 63;
	(void)ip_dissect(slice_of(bytes, sizeof(bytes)), NULL, &ip);
	ok(ip.checksum_bad, "the header's sum is wrong");
	bytes[10] = bytes[11] = 0;
	(void)ip_dissect(slice_of(bytes, sizeof(bytes)), NULL, &ip);
	ok(!ip.checksum_bad, "0 is left by offloading");
}

int
main(void)
{
	struct ip out;
	size_t i, n;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *r = &rows[i];

		ok(ip_dissect(r->in, NULL, &out) == r->answer, "%s: the answer", r->name);
		if (r->answer == DIS_OK) {
			ok(out.proto == r->proto, "%s: protocol %u", r->name, out.proto);
			ok(out.payload.n == r->payload && out.length == r->length &&
			       out.cut == r->cut,
			   "%s: payload %zu of %u", r->name, out.payload.n,
			   (unsigned)out.length);
			ok(out.id == r->id && out.offset == r->offset &&
			       out.fragment == r->fragment && out.more == r->more,
			   "%s: fragment", r->name);
			ok(out.src[out.src_n - 1] == 1 && out.dst[out.src_n - 1] == 2,
			   "%s: addresses", r->name);
		}
		for (n = 0; n < r->in.n; n++) {
			enum dis answer = ip_dissect(slice_head(r->in, n), NULL, &out);

			ok(answer != DIS_OK || out.payload.n <= n, "%s: cut at %zu",
			   r->name, n);
		}
	}
	chain();
	checksums();
	return done();
}
