#include "src/net.h"

#include <inttypes.h>
#include <stdlib.h>

#include "tests/unit/test.h"

#define BYTES(s)                                                                         \
	{                                                                                \
		(const uint8_t *)(s), sizeof(s) - 1                                      \
	}
#define SIP_TEXT                                                                         \
	"BYE sip:a@b SIP/2.0\r\nX:\r\n" /* 25 octets; 33 with the header of UDP */

enum {
	MORE = 1,   /* more fragments follow */
	EVIL = 2,   /* other octets */
	SIX = 4,    /* IPv6 */
	SLICED = 8, /* the capture lacks its last 8 octets */
	WHOLE = 16, /* not a fragment */
	ALL = 10000,
};

/* One frame: octets [at, end) of a UDP datagram. */
struct step {
	int at, end, flags;
	uint32_t id;
	int ms; /* since the one before */
	uint32_t capture;
};

/* expected: each datagram as "frame octets frames", with ~ if cut and ! if overlapped; each loss as
 * "-frame fragments", with S if SIP begins in it and E if evicted; then the frames lost, bad and, if there are any, overlapping. */
struct row {
	const char *name;
	struct step steps[9];
	const char *expected;
};

static const struct row rows[] = {
    {"whole", {{0, ALL, WHOLE, 1, 0, 0}}, "1 25 1; 0 0"},
    {"two fragments", {{0, 16, MORE, 1, 0, 0}, {16, ALL, 0, 1, 0, 0}}, "2 25 1,2; 0 0"},
    {"last fragment first",
     {{24, ALL, 0, 1, 0, 0}, {8, 24, MORE, 1, 0, 0}, {0, 8, MORE, 1, 0, 0}},
     "3 25 1,2,3; 0 0"},
    {"a copy of a fragment",
     {{0, 16, MORE, 1, 0, 0}, {0, 16, MORE, 1, 0, 0}, {16, ALL, 0, 1, 0, 0}},
     "3 25 1,2,3; 0 0"},
    {"each frame twice: the late copies are no loss",
     {{0, 16, MORE, 1, 0, 0},
      {0, 16, MORE, 1, 0, 0},
      {16, ALL, 0, 1, 0, 0},
      {16, ALL, 0, 1, 0, 0}},
     "3 25 1,2,3; 0 0"},
    {"the same packet again",
     {{0, 16, MORE, 1, 0, 0},
      {16, ALL, 0, 1, 0, 0},
      {0, 16, MORE, 1, 0, 0},
      {16, ALL, 0, 1, 0, 0}},
     "2 25 1,2;4 25 3,4; 0 0"},
    {"another packet with the same number, unfinished",
     {{0, 16, MORE, 1, 0, 0}, {16, ALL, 0, 1, 0, 0}, {0, 16, MORE | EVIL, 1, 0, 0}},
     "2 25 1,2;-3 1; 1 0"},
    {"two packets mixed",
     {{0, 16, MORE, 1, 0, 0},
      {0, 16, MORE, 2, 0, 0},
      {16, ALL, 0, 2, 0, 0},
      {16, ALL, 0, 1, 0, 0}},
     "3 25 2,3;4 25 1,4; 0 0"},
    {"overlap with the same octets",
     {{0, 24, MORE, 1, 0, 0}, {16, ALL, 0, 1, 0, 0}},
     "2 25 1,2; 0 0"},
    {"overlap with other octets",
     {{0, 24, MORE, 1, 0, 0}, {16, ALL, EVIL, 1, 0, 0}},
     "2 25! 1,2; 0 0"},
    {"a piece around another",
     {{8, 16, MORE, 1, 0, 0}, {0, 24, MORE, 1, 0, 0}, {24, ALL, 0, 1, 0, 0}},
     "3 25 1,2,3; 0 0"},
    {"two ends: the first one holds",
     {{16, 32, 0, 1, 0, 0}, {24, ALL, 0, 1, 0, 0}, {0, 16, MORE, 1, 0, 0}},
     "3 24! 1,2,3; 0 0"},
    {"an end before what is there",
     {{24, 33, MORE, 1, 0, 0}, {0, 16, MORE, 1, 0, 0}, {16, 24, 0, 1, 0, 0}},
     "3 16! 1,2,3; 0 0"},
    {"never finished", {{0, ALL - 1, MORE, 1, 0, 0}}, "-1 1S; 1 0"},
    {"never finished, without the first",
     {{8, 16, MORE, 1, 0, 0}, {24, ALL, 0, 1, 0, 0}},
     "-1 2; 2 0"},
    {"too late", {{0, 32, MORE, 1, 0, 0}, {32, ALL, 0, 1, 31000, 0}}, "-1 1S;-2 1; 2 0"},
    {"just in time",
     {{0, 32, MORE, 1, 0, 0}, {32, ALL, 0, 1, 29000, 0}},
     "2 25 1,2; 0 0"},
    {"one absurd stamp does not move the clock",
     {{0, 32, MORE, 1, 0, 0},
      {0, ALL, WHOLE, 2, 2000000000, 0},
      {32, ALL, 0, 1, -2000000000, 0}},
     "2 25 2;3 25 1,3; 0 0"},
    {"not a multiple of 8 is cut to one",
     {{0, 20, MORE, 1, 0, 0}, {16, ALL, 0, 1, 0, 0}},
     "2 25 1,2; 0 0"},
    {"less than 8 is of no use", {{0, 7, MORE, 1, 0, 0}}, " 0 1"},
    {"cut by the capture in the middle",
     {{0, 24, MORE | SLICED, 1, 0, 0}, {24, ALL, 0, 1, 0, 0}},
     "2 8~ 1,2; 0 0"},
    {"cut by the capture at the end",
     {{0, 16, MORE, 1, 0, 0}, {16, ALL, SLICED, 1, 0, 0}},
     "2 17~ 1,2; 0 0"},
    {"over the end of one file into the next",
     {{0, 16, MORE, 1, 0, 0}, {16, ALL, 0, 1, 0, 1}},
     "2 25 2; 0 0"},
    {"IPv6", {{24, ALL, SIX, 1, 0, 0}, {0, 24, MORE | SIX, 1, 0, 0}}, "2 25 1,2; 0 0"},
    {"IPv6, an exact copy",
     {{24, ALL, SIX, 1, 0, 0}, {24, ALL, SIX, 1, 0, 0}, {0, 24, MORE | SIX, 1, 0, 0}},
     "3 25 1,2,3; 0 0"},
    {"IPv6, overlap: nothing is left of it",
     {{0, 24, MORE | SIX, 1, 0, 0}, {16, ALL, SIX, 1, 0, 0}, {24, ALL, SIX, 1, 0, 0}},
     "-1 2; 1 1 1"},
    {"an end before what is there",
     {{0, 16, MORE, 1, 0, 0}, {24, ALL, 0, 1, 0, 0}, {16, 20, 0, 1, 0, 0}},
     "-1 3; 2 0 1"},
    {"IPv6, an atomic fragment", {{0, ALL, SIX, 1, 0, 0}}, "1 25 1; 0 0"},
    {"IPv6, not a multiple of 8", {{0, 20, MORE | SIX, 1, 0, 0}}, " 0 1"},
    {"IPv6 waits for a minute",
     {{0, 32, MORE | SIX, 1, 0, 0}, {32, ALL, SIX, 1, 59000, 0}},
     "2 25 1,2; 0 0"},
    {"IPv4 and IPv6 of the same number",
     {{0, 16, MORE, 1, 0, 0}, {16, ALL, SIX, 1, 0, 0}},
     "-1 1;-2 1; 2 0"},
};

static size_t
packet(uint8_t *p, const struct step *s)
{
	static const uint8_t six[] = {0x60, 0,    0, 0, 0,    0, 44,   64,   0x20, 1,
	                              0x0D, 0xB8, 0, 0, 0,    0, 0,    0,    0,    0,
	                              0,    0,    0, 1, 0x20, 1, 0x0D, 0xB8, 0,    0,
	                              0,    0,    0, 0, 0,    0, 0,    0,    0,    2};
	static const uint8_t four[] = {0x45, 0, 0,   0, 0, 0, 0,   0, 64, 17,
	                               0,    0, 192, 0, 2, 1, 192, 0, 2,  2};
	uint8_t datagram[8 + sizeof(SIP_TEXT) - 1] = {
	    0x13, 0xC4, 0x13, 0xC5, 0, 8 + sizeof(SIP_TEXT) - 1};
	size_t end =
	    (size_t)s->end > sizeof(datagram) ? sizeof(datagram) : (size_t)s->end;
	size_t at = (size_t)s->at, n = end - at, head, i, all;
	bool more = (s->flags & MORE) != 0;

	memcpy(datagram + 8, SIP_TEXT, sizeof(SIP_TEXT) - 1);
	for (i = at; i < end && (s->flags & EVIL) != 0; i++)
		datagram[i] ^= 0x20;
	/* With MORE and beyond the end: what there is, rounded down. */
	if (more && s->end > (int)sizeof(datagram))
		n &= ~(size_t)7;
	all = n;
	if ((s->flags & SIX) != 0) {
		memcpy(p, six, sizeof(six));
		p[5] = (uint8_t)(8 + all);
		p[40] = 17;
		p[41] = 0;
		p[42] = (uint8_t)(at >> 8);
		p[43] = (uint8_t)(at | more);
		p[44] = p[45] = p[46] = 0;
		p[47] = (uint8_t)s->id;
		head = 48;
	} else {
		memcpy(p, four, sizeof(four));
		p[3] = (uint8_t)(20 + all);
		p[5] = (uint8_t)s->id;
		p[6] = (uint8_t)((more ? 0x20 : 0) | at >> 11);
		p[7] = (uint8_t)(at >> 3);
		head = 20;
	}
	memcpy(p + head, datagram + at, n);
	return head + n - ((s->flags & SLICED) != 0 ? 8 : 0);
}

static void
pull_losses(struct net *n, char *text, size_t size)
{
	struct net_loss loss;
	size_t at = strlen(text);

	while (net_lost(n, &loss)) {
		at += (size_t)snprintf(text + at, size - at, "-%" PRIu64 " %u%s%s;",
		                       loss.frame, (unsigned)loss.fragments,
		                       loss.sip ? "S" : "", loss.evicted ? "E" : "");
		ok(!loss.sip || (loss.src.port == 0x13C4 && loss.dst.port == 0x13C5),
		   "a loss has its ports");
	}
}

static void
pull(struct net *n, struct ledger *ledger, char *text, size_t size)
{
	struct datagram d;
	size_t at;
	uint32_t i;

	while (net_next(n, &d)) {
		at = strlen(text);
		at += (size_t)snprintf(text + at, size - at, "%" PRIu64 " %zu%s%s ",
		                       d.frame, d.payload.n, d.cut ? "~" : "",
		                       d.overlap ? "!" : "");
		for (i = 0; i < d.frames_total; i++)
			at += (size_t)snprintf(text + at, size - at, "%s%" PRIu64,
			                       i ? "," : "", d.frames[i]);
		(void)snprintf(text + at, size - at, ";");
		for (i = 0; i < d.origins_total; i++)
			ledger_use(ledger, d.origins[i]);
		ok(d.carrier == CARRIER_UDP && d.src.port == 0x13C4 &&
		       d.dst.port == 0x13C5,
		   "its ports");
		ok(d.payload.n <= d.length, "its length");
		ok(d.overlap || d.cut || memcmp(d.payload.p, SIP_TEXT, d.payload.n) == 0,
		   "its octets");
	}
	pull_losses(n, text, size);
}

static void
run(const struct row *row, struct limits *limits)
{
	struct ledger *ledger = ledger_new(2);
	struct net *n = net_new(limits, ledger);
	int64_t now = INT64_C(1700000000000000000);
	struct frame f = {.dlt = 101};
	const struct step *s;
	char text[1024] = "";
	uint8_t block[256], *exact;

	for (s = row->steps; s < row->steps + 9 && s->end != 0; s++) {
		f.bytes.n = packet(block, s);
		exact = malloc(f.bytes.n);
		memcpy(exact, block, f.bytes.n);
		f.bytes.p = exact;
		f.number++;
		f.capture = s->capture;
		now += s->ms * INT64_C(1000000);
		f.time_ns = now;
		net_feed(n, &f);
		pull(n, ledger, text, sizeof(text));
		free(exact);
	}
	net_end(n);
	pull(n, ledger, text, sizeof(text));
	(void)snprintf(text + strlen(text), sizeof(text) - strlen(text),
	               " %" PRIu64 " %" PRIu64,
	               ledger_skipped(ledger, 0, SKIP_FRAGMENT_LOST),
	               ledger_skipped(ledger, 0, SKIP_FRAGMENT_BAD));
	if (ledger_skipped(ledger, 0, SKIP_FRAGMENT_OVERLAP) != 0)
		(void)snprintf(text + strlen(text), sizeof(text) - strlen(text),
		               " %" PRIu64,
		               ledger_skipped(ledger, 0, SKIP_FRAGMENT_OVERLAP));
	ok(strcmp(text, row->expected) == 0, "%s: %s, not %s", row->name, text,
	   row->expected);
	net_free(n);
	ledger_free(ledger);
}

/* What a frame is counted under. */
static const struct {
	const char *name;
	int dlt;
	struct slice bytes;
	enum skip reason; /* SKIP_TOTAL: none */
} skips[] = {
    {"an unknown link", 147, BYTES("x"), SKIP_LINK},
    {"an empty frame", 1, BYTES(""), SKIP_LINK_SHORT},
    {"ARP", 1, BYTES("\0\0\0\0\0\0\0\0\0\0\0\0\x08\6arp"), SKIP_NOT_IP},
    {"five tags", 1,
     BYTES(
         "\0\0\0\0\0\0\0\0\0\0\0\0\x81\0\0\1\x81\0\0\1\x81\0\0\1\x81\0\0\1\x81\0\0\1\x08\0"),
     SKIP_TAGS},
    {"half a header", 101, BYTES("\x45\0\0\x14"), SKIP_IP_SHORT},
    {"a header length of 0", 101, BYTES("\x40\0\0\x14\0\0\0\0\x40\1\0\0\1\1\1\1\2\2\2\2"),
     SKIP_IP_BAD},
    {"version 5 behind Ethernet", 1, BYTES("\0\0\0\0\0\0\0\0\0\0\0\0\x08\0\x55\0"),
     SKIP_IP_BAD},
    {"ICMP", 101, BYTES("\x45\0\0\x14\0\0\0\0\x40\1\0\0\1\1\1\1\2\2\2\2"), SKIP_ICMP},
    {"half an SCTP header", 101,
     BYTES("\x45\0\0\x14\0\0\0\0\x40\x84\0\0\1\1\1\1\2\2\2\2"), SKIP_TRANSPORT_BAD},
    {"SCTP with a heartbeat", 101,
     BYTES("\x45\0\0\x24\0\0\0\0\x40\x84\0\0\1\1\1\1\2\2\2\2"
           "\0\1\0\2\0\0\0\0\0\0\0\0\4\0\0\4"),
     SKIP_SCTP},
    {"nothing in IP in IP", 101, BYTES("\x45\0\0\x14\0\0\0\0\x40\4\0\0\1\1\1\1\2\2\2\2"),
     SKIP_IP_SHORT},
    {"half a GRE header", 101,
     BYTES("\x45\0\0\x16\0\0\0\0\x40\x2F\0\0\1\1\1\1\2\2\2\2\0\0"), SKIP_TUNNEL},
    {"ESP", 101, BYTES("\x45\0\0\x14\0\0\0\0\x40\x32\0\0\1\1\1\1\2\2\2\2"), SKIP_PROTO},
    {"an exported PDU without addresses", 252, BYTES("\0\x0C\0\4sip\0\0\0\0\0SIP"),
     SKIP_EXPORTED},
    {"an exported PDU", 252,
     BYTES("\0\x0C\0\4sip\0\0\x14\0\4\1\1\1\1\0\x15\0\4\2\2\2\2\0\0\0\0SIP"), SKIP_TOTAL},
    {"half a UDP header", 101,
     BYTES("\x45\0\0\x18\0\0\0\0\x40\x11\0\0\1\1\1\1\2\2\2\2\0\1\0\2"),
     SKIP_TRANSPORT_BAD},
    {"half a TCP header", 101,
     BYTES("\x45\0\0\x18\0\0\0\0\x40\6\0\0\1\1\1\1\2\2\2\2\0\1\0\2"), SKIP_TRANSPORT_BAD},
    {"beyond 65535", 101,
     BYTES("\x45\0\0\x1C\0\0\x1F\xFF\x40\x11\0\0\1\1\1\1\2\2\2\2"
           "8 octets"),
     SKIP_FRAGMENT_BAD},
    {"an empty fragment", 101,
     BYTES("\x45\0\0\x14\0\0\x20\0\x40\x11\0\0\1\1\1\1\2\2\2\2"), SKIP_FRAGMENT_BAD},
    {"UDP", 101,
     BYTES("\x45\0\0\x1C\0\0\0\0\x40\x11\0\0\1\1\1\1\2\2\2\2\0\1\0\2\0\x08\0\0"),
     SKIP_TOTAL},
};

static void
accounting(void)
{
	struct limits limits;
	struct ledger *ledger;
	struct net *n;
	struct datagram d;
	size_t i, k;

	limits_init(&limits);
	for (i = 0; i < sizeof(skips) / sizeof(skips[0]); i++) {
		struct frame f = {
		    .bytes = skips[i].bytes, .dlt = skips[i].dlt, .number = 1};
		uint64_t total = 0;

		ledger = ledger_new(1);
		n = net_new(&limits, ledger);
		net_feed(n, &f);
		ok(net_next(n, &d) == (skips[i].reason == SKIP_TOTAL),
		   "%s: a datagram or not", skips[i].name);
		ok(!net_next(n, &d), "%s: at most one", skips[i].name);
		net_end(n);
		for (k = 0; k < SKIP_TOTAL; k++)
			total += ledger_skipped(ledger, 0, (enum skip)k);
		ok(total == (skips[i].reason != SKIP_TOTAL), "%s: counted once",
		   skips[i].name);
		ok(skips[i].reason == SKIP_TOTAL ||
		       ledger_skipped(ledger, 0, skips[i].reason) == 1,
		   "%s: counted where it belongs", skips[i].name);
		net_free(n);
		ledger_free(ledger);
	}
	for (k = 0; k < SKIP_TOTAL; k++)
		ok(skip_text((enum skip)k)[0] != '\0', "reason %zu has a text", k);
}

static void
limits_reached(void)
{
	static const struct row sets = {"too many packets",
	                                {{0, 16, MORE, 1, 0, 0},
	                                 {0, 16, MORE, 2, 0, 0},
	                                 {0, 16, MORE, 3, 0, 0},
	                                 {16, ALL, 0, 3, 0, 0}},
	                                "-1 1E;4 25 3,4;-2 1; 2 0"};
	static const struct row bytes = {
	    "too many bytes",
	    {{0, 16, MORE, 1, 0, 0}, {0, 16, MORE, 2, 0, 0}, {16, ALL, 0, 2, 0, 0}},
	    "-1 1E;3 25 2,3; 1 0"};
	static const struct row same = {"too many bytes of the packet that gets one more",
	                                {{0, 16, MORE, 1, 0, 0}, {24, 32, MORE, 1, 0, 0}},
	                                "-1 2E; 2 0"};
	static const struct row pieces = {
	    "too many pieces",
	    {{0, 8, MORE, 1, 0, 0}, {16, 24, MORE, 1, 0, 0}, {24, ALL, 0, 1, 0, 0}},
	    "-1 2; 2 1"};
	struct limits limits;

	limits_init(&limits);
	limits.max[LIMIT_FRAGMENT_SETS] = 2;
	run(&sets, &limits);
	ok(limits.dropped[LIMIT_FRAGMENT_SETS] == 1 && limits_incomplete(&limits),
	   "dropped sets are counted");
	limits_init(&limits);
	limits.max[LIMIT_FRAGMENT_BYTES] = 500;
	run(&bytes, &limits);
	ok(limits.dropped[LIMIT_FRAGMENT_BYTES] == 1, "dropped bytes are counted");
	limits_init(&limits);
	limits.max[LIMIT_FRAGMENT_BYTES] = 400;
	run(&same, &limits);
	ok(limits.dropped[LIMIT_FRAGMENT_BYTES] == 1, "so is the packet being fed");
	limits_init(&limits);
	limits.max[LIMIT_FRAGMENT_PIECES] = 2;
	run(&pieces, &limits);
	ok(limits.dropped[LIMIT_FRAGMENT_PIECES] == 1 && !limits_incomplete(&limits),
	   "too many pieces are counted");
}

int
main(void)
{
	struct limits limits;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		limits_init(&limits);
		run(&rows[i], &limits);
	}
	accounting();
	limits_reached();
	return done();
}
