/* RTP in a TCP connection: which packets begin in which segment. */
#include "src/rtpframes.h"

#include "tests/unit/test.h"

/* Packets of 20 octets, each with its number in the place of the sequence number. */
enum { PACKET = 22, ALL = 20 * PACKET };

static uint8_t stream[ALL];

static void
fill(void)
{
	unsigned i;

	for (i = 0; i < ALL / PACKET; i++) {
		uint8_t *p = stream + i * PACKET;

		memset(p, 0x11, PACKET);
		p[0] = 0;
		p[1] = PACKET - 2;
		p[2] = 0x80;
		p[3] = 96;
		p[4] = 0;
		p[5] = (uint8_t)i;
	}
}

/* Feeds stream[from, to), of which `kept` are captured; answers a bit for each packet that it gives. */
static uint32_t
feed(struct rtpframes *f, uint32_t base, unsigned from, unsigned to, unsigned kept)
{
	struct slice head;
	uint32_t length, bits = 0;

	rtpframes_feed(f, base + from, slice_of(stream + from, kept), to - from);
	while (rtpframes_next(f, &head, &length))
		bits |= length == PACKET - 2 ? UINT32_C(1) << head.p[3] : 0;
	return bits;
}

static uint32_t
feed_all(struct rtpframes *f, uint32_t base, unsigned from, unsigned to)
{
	return feed(f, base, from, to, to - from);
}

int
main(void)
{
	static const uint32_t bases[] = {0, UINT32_MAX - 100};
	struct rtpframes f;
	uint32_t bits, base;
	unsigned i, k, n;

	fill();
	for (k = 0; k < 2; k++) {
		base = bases[k];
		for (n = 1; n <= ALL; n += 7) {
			f = (struct rtpframes){0};
			for (bits = 0, i = 0; i < ALL; i += n)
				bits |= feed_all(&f, base, i, i + n < ALL ? i + n : ALL);
			ok(n < 3 || bits == 0xFFFFF, "segments of %u octets: %x", n,
			   bits);
		}
		f = (struct rtpframes){0};
		bits = feed_all(&f, base, 0, 30) | feed_all(&f, base, 0, 30) |
		       feed_all(&f, base, 20, 60);
		ok(bits == 7, "sent again, and overlapping: %x", bits);
		f = (struct rtpframes){0};
		bits = feed_all(&f, base, 0, 38) | feed_all(&f, base, 42, 80);
		ok(bits == 0xF, "a hole inside of a packet: %x", bits);
		f = (struct rtpframes){0};
		bits = feed_all(&f, base, 0, 38) | feed_all(&f, base, 50, 66);
		ok(bits == 3, "a hole over its end: %x", bits);
		ok(feed_all(&f, base, 66, 110) == 0x18, "and found again");
		f = (struct rtpframes){0};
		ok(feed_all(&f, base, 30, 44) == 0, "begun in the midst");
		ok(feed_all(&f, base, 44, 88) == 0xC, "and found");
		f = (struct rtpframes){0};
		bits = feed(&f, base, 0, 44, 40) | feed_all(&f, base, 44, 66);
		ok(bits == 7, "cut by the capture: %x", bits);
		ok(feed(&f, base, 66, 88, 8) == 0 && feed_all(&f, base, 88, 110) == 0x10,
		   "cut in a head, and found again");
	}
	f = (struct rtpframes){0};
	memset(stream, '$', sizeof(stream));
	ok(feed_all(&f, 0, 0, ALL) == 0, "other framing");
	return done();
}
