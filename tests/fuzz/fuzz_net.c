#include "src/net.h"

#include "dissect/cursor.h"
#include "tests/fuzz/inside.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
pull(struct net *n, struct ledger *ledger, uint64_t frame)
{
	struct datagram d;
	struct net_loss loss;
	uint32_t i;

	while (net_next(n, &d)) {
		(void)touch(d.payload);
		must(d.payload.n <= d.length && d.cut == (d.payload.n < d.length));
		must(d.frame == frame && d.frames_total >= 1);
		must(d.frames[d.frames_total - 1] == frame);
		for (i = 1; i < d.frames_total; i++)
			must(d.frames[i - 1] < d.frames[i]);
		for (i = 0; i < d.origins_total; i++)
			ledger_use(ledger, d.origins[i]);
	}
	while (net_lost(n, &loss))
		must(loss.frame >= 1 && loss.frame <= frame && loss.fragments >= 1);
}

/* Octet 0: the limits. Then frames: link, time (2), length (2), octets. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const int dlts[] = {101, 1, 113, 276, 0, 108, 12, 147};
	struct cursor c = cursor(slice_of(data, n));
	struct limits limits;
	uint64_t accounted;
	struct ledger *ledger;
	struct net *net;
	struct frame f = {.number = 0, .time_ns = 1700000000000000000};
	struct slice bytes;
	uint8_t choice = cur_u8(&c);
	int i;

	limits_init(&limits);
	limits.max[LIMIT_FRAGMENT_SETS] = 1 + choice % 8;
	limits.max[LIMIT_FRAGMENT_BYTES] = choice & 8 ? 1000 : 100000;
	limits.max[LIMIT_FRAGMENT_PIECES] = choice & 16 ? 4 : 64;
	ledger = ledger_new(1);
	net = net_new(&limits, ledger);
	must(net != NULL);
	if (choice & 32)
		net_check_udp(net);
	/* Each round takes five octets at least. */
	while (cur_left(&c) >= 5) {
		f.dlt = dlts[cur_u8(&c) % 8];
		f.time_ns += (int16_t)cur_be16(&c) * INT64_C(1000000000);
		if (f.time_ns < 0)
			f.time_ns = 0;
		bytes = cur_take(&c, cur_be16(&c));
		f.bytes = exact(bytes.p, bytes.n);
		f.wire = (uint32_t)bytes.n;
		f.number++;
		net_feed(net, &f);
		pull(net, ledger, f.number);
		free((void *)(uintptr_t)f.bytes.p);
	}
	net_end(net);
	pull(net, ledger, f.number);
	accounted = ledger_used(ledger, 0);
	for (i = 0; i < SKIP_TOTAL; i++)
		accounted += ledger_skipped(ledger, 0, (enum skip)i);
	/* Every frame has one fate. */
	must(accounted == f.number);
	net_free(net);
	ledger_free(ledger);
	return 0;
}
