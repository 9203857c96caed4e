#include "src/transport.h"

#include "dissect/cursor.h"
#include "dissect/sip.h"
#include "tests/fuzz/inside.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
pull(struct transport *t, const struct limits *limits, uint64_t frame)
{
	struct record r;
	uint32_t i;

	while (transport_next(t, &r)) {
		(void)touch(r.bytes);
		must(r.bytes.n != 0 && r.frame >= 1 && r.frame <= frame);
		must(r.frames_total >= 1 && r.frames_total <= RECORD_FRAMES_MAX);
		must(r.multi == (r.frames_total > 1));
		for (i = 1; i < r.frames_total; i++)
			must(r.frames[i - 1] < r.frames[i]);
		for (i = 0; i < r.frames_total && r.frames[i] != r.frame; i++)
			;
		must(i < r.frames_total);
		must((r.faults & RECORD_TOO_LONG) != 0 || sip_probe(r.bytes) == DIS_OK);
		if (r.carrier == CARRIER_TCP) {
			must(r.bytes.p[0] != '\r' && r.bytes.p[0] != '\n');
			must(r.bytes.n <= limits->max[LIMIT_MESSAGE_BYTES]);
		}
	}
}

/* Octet 0: the limits. Then segments: side and ways, flags, number (2), acknowledgement (2), time in
 * 10 ms, length, octets. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const struct addr ends[3] = {{4, {192, 0, 2, 1}, 40000},
	                                    {4, {192, 0, 2, 2}, 5060},
	                                    {4, {192, 0, 2, 3}, 5060}};
	struct cursor c = cursor(slice_of(data, n));
	struct limits limits;
	struct transport *t;
	uint64_t frame = 0;
	int64_t now = 1700000000000000000;
	uint8_t choice = cur_u8(&c);

	limits_init(&limits);
	limits.max[LIMIT_STREAMS] = choice & 1 ? 1 : 2;
	limits.max[LIMIT_STREAM_BYTES] = choice & 2 ? 700 : 100000;
	limits.max[LIMIT_STREAM_PENDING] = choice & 4 ? 500 : 50000;
	limits.max[LIMIT_MESSAGE_BYTES] = choice & 8 ? 100 : 10000;
	t = transport_new(&limits, NULL);
	must(t != NULL);
	/* Each round takes eight octets at least. */
	while (cur_left(&c) >= 8) {
		uint8_t ways = cur_u8(&c), side = ways & 1;
		struct datagram d = {
		    .src = ends[side], .dst = ends[!side], .frame = ++frame};
		struct slice bytes;

		if (ways & 2)
			d.src = ends[2];
		d.carrier = ways & 4 ? CARRIER_UDP : CARRIER_TCP;
		d.message = d.carrier == CARRIER_UDP;
		d.overlap = (ways & 8) != 0;
		d.flags = cur_u8(&c);
		/* Near the wrap-around, as a rule. */
		d.seq = cur_be16(&c) - 100u;
		d.ack = cur_be16(&c) - 100u;
		if (ways & 16)
			d.seq = (d.seq & 0xFFFF) << 16;
		now += cur_u8(&c) * INT64_C(10000000);
		if (ways & 32)
			now -= INT64_C(2000000000);
		bytes = cur_take(&c, cur_u8(&c));
		d.payload = exact(bytes.p, bytes.n);
		d.length = (uint32_t)bytes.n + (ways & 64 ? 20 : 0);
		d.cut = (ways & 64) != 0;
		/* Of two flags that nothing looks at: ECE and CWR. */
		d.checksum_known = !d.cut && (d.flags & 64) != 0;
		d.checksum_bad = d.checksum_known && (d.flags & 128) != 0;
		d.frames = &d.frame;
		d.frames_total = 1;
		d.time_ns = now;
		transport_feed(t, &d);
		pull(t, &limits, frame);
		free((void *)(uintptr_t)d.payload.p);
	}
	transport_end(t);
	pull(t, &limits, frame);
	transport_free(t);
	return 0;
}
