#include "src/continued.h"

#include "tests/unit/test.h"

static const struct addr device = {.n = 4, .ip = {10, 0, 0, 1}, .port = 5060};
static const struct addr other = {.n = 4, .ip = {10, 0, 0, 2}, .port = 5060};

/* A message of frame that lacks some octets. */
static struct message
short_message(uint32_t missing, uint64_t frame)
{
	struct message m = {.missing = missing};

	m.rec.src = device;
	m.rec.dst = other;
	m.rec.carrier = CARRIER_UDP;
	m.rec.frame = frame;
	m.rec.time_ns = (int64_t)frame * 1000000;
	return m;
}

static struct datagram
datagram(struct slice payload, uint64_t frame)
{
	return (struct datagram){.src = device,
	                         .dst = other,
	                         .carrier = CARRIER_UDP,
	                         .message = true,
	                         .payload = payload,
	                         .frame = frame,
	                         .time_ns = (int64_t)frame * 1000000};
}

static void
test_row(const char *what, uint32_t missing, struct datagram d, bool want)
{
	struct continued c = {0};
	struct message m = short_message(missing, 1);
	struct continuation x;

	continued_note(&c, &m);
	ok(continued_datagram(&c, &d, &x) == want, "%s", what);
}

static void
test_rows(void)
{
	const struct slice xml = SLICE("<SN>1</SN>\r\n</Response>\r\n");
	struct datagram d = datagram(xml, 2);

	test_row("the rest of a body goes on", 100, d, true);
	test_row("as many octets as are missing", (uint32_t)xml.n, d, true);
	test_row("one more is something else", (uint32_t)xml.n - 1, d, false);
	test_row("nothing goes on with a whole message", 0, d, false);
	d.cut = true;
	test_row("what the capture cut tells nothing", 100, d, false);
	d = datagram(xml, 2);
	d.src.port = 5061;
	test_row("another port is another sender", 100, d, false);
	d = datagram(xml, 2);
	d.dst = device;
	test_row("another receiver", 100, d, false);
	test_row("two seconds later", 100, datagram(xml, 2001), false);
	test_row("a message", 1000, datagram(SLICE("SIP/2.0 200 OK\r\n\r\n"), 2), false);
	test_row("a keepalive", 100, datagram(SLICE("\r\n\r\n"), 2), false);
	d = datagram(xml, 2);
	d.capture = 1;
	test_row("another capture", 100, d, false);
}

static void
test_pieces(void)
{
	struct continued c = {0};
	struct message m = short_message(20, 1);
	struct continuation x;
	struct datagram d = datagram(SLICE("0123456789"), 2);

	continued_note(&c, &m);
	ok(continued_datagram(&c, &d, &x) && x.frames[0] == 1 && x.frames[1] == 2 &&
	       x.missing == 20,
	   "the first piece is told");
	d.frame = 3;
	ok(!continued_datagram(&c, &d, &x), "the second one belongs to it, and is not");
	d.frame = 4;
	ok(!continued_datagram(&c, &d, &x), "then nothing is missing");
}

static void
test_many(void)
{
	struct continued c = {0};
	struct continuation x;
	struct datagram d = datagram(SLICE("0123456789"), 2000);
	uint64_t frame;

	for (frame = 1; frame < 2000; frame++) {
		struct message m = short_message(10, frame);

		continued_note(&c, &m);
	}
	ok(c.total == CONTINUED_MAX, "not more than %d are remembered", CONTINUED_MAX);
	ok(continued_datagram(&c, &d, &x) && x.frames[0] > 2000 - CONTINUED_MAX - 1,
	   "the last ones");
}

static void
test_partial(void)
{
	struct continued c = {0};
	struct message m = short_message(10, 1);

	m.rec.faults = RECORD_CUT;
	continued_note(&c, &m);
	m.rec.faults = 0;
	m.rec.carrier = CARRIER_TCP;
	continued_note(&c, &m);
	m.rec.carrier = CARRIER_UDP;
	m.rec.inner = true;
	continued_note(&c, &m);
	ok(c.total == 0,
	   "what the capture cut, and what came on a stream, is not waited for");
}

int
main(void)
{
	test_rows();
	test_pieces();
	test_many();
	test_partial();
	return done();
}
