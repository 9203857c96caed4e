#include "src/wsframer.h"

#include <inttypes.h>
#include <stdlib.h>

#include "dissect/tcp.h"
#include "src/stream.h"
#include "tests/unit/test.h"

#define HELLO                                                                            \
	"GET / HTTP/1.1\r\nUpgrade: websocket\r\nSec-WebSocket-Protocol: sip\r\n\r\n"
#define AGREED "HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\n\r\n"
#define SIP                                                                              \
	"MESSAGE sip:a@b SIP/2.0\r\nVia: SIP/2.0/WS c\r\nCall-ID: i1234567\r\nCSeq: 1 MESSAGE\r\n"
#define ONE SIP "\r\n"                                                    /* 82 octets */
#define LONG SIP "X: 3456789012345678901234567890123456789012345\r\n\r\n" /* 130 octets */
#define PING "\x89\x04ping"
#define PONG "\x8A\x80mask"
#define MANY                                                                             \
	"\x82\x7E\x10\x00"                                                               \
	"what is here for octets of a film, octets of a film, octets of a"

/* Octets of a stream, in the order of the capture; '|' in cut parts segments: its offsets. */
static const struct row {
	const char *name;
	struct slice in;
	size_t lost[2]; /* octets [from, to) are in no frame */
	size_t cut[4];  /* where segments end */
	bool syn;
	enum stream_kind kind;
	const char *expected; /* "frame.index octets faults frames;" */
} rows[] = {
#define BYTES(s)                                                                         \
	{                                                                                \
		(const uint8_t *)(s), sizeof(s) - 1                                      \
	}
    {"a message", BYTES(HELLO "\x81\x52" ONE), {0}, {0}, true, STREAM_SIP, "2.0 82 0 2;"},
    {"of the server",
     BYTES(AGREED "\x81\x52" ONE),
     {0},
     {0},
     true,
     STREAM_SIP,
     "2.0 82 0 2;"},
    {"two in one segment",
     BYTES(HELLO "\x81\x52" ONE "\x82\x52" ONE),
     {0},
     {0},
     true,
     STREAM_SIP,
     "2.0 82 0 2;2.1 82 0 2;"},
    {"16 bits of length, masked with zeros",
     BYTES(HELLO "\x82\xFE\0\x82\0\0\0\0" LONG),
     {0},
     {0},
     true,
     STREAM_SIP,
     "2.0 130 0 2;"},
    {"a message over three segments",
     BYTES(HELLO "\x81\x52" ONE),
     {0},
     {sizeof(HELLO), sizeof(HELLO) + 40},
     true,
     STREAM_SIP,
     "4.0 82 0 2,3,4;"},
    {"two frames with a ping between them",
     BYTES(
         HELLO
         "\x01\x09MESSAGE s" PING "\x80\x49"
         "ip:a@b SIP/2.0\r\nVia: SIP/2.0/WS c\r\nCall-ID: i1234567\r\nCSeq: 1 MESSAGE\r\n\r\n"),
     {0},
     {0},
     true,
     STREAM_SIP,
     "2.0 82 0 2;"},
    {"empty frames",
     BYTES(HELLO "\x01\0\0\0\x80\x52" ONE "\x81\0\x81\x52" ONE),
     {0},
     {0},
     true,
     STREAM_SIP,
     "2.0 82 0 2;2.1 82 0 2;"},
    {"pings, pongs, empty lines, a text of something else",
     BYTES(HELLO PING PONG "\x81\x04\r\n\r\n\x81\x05Hello\x81\x52" ONE "\x88\0"),
     {0},
     {0},
     true,
     STREAM_SIP,
     "2.0 82 0 2;"},
    {"empty lines before a message",
     BYTES(HELLO "\x81\x56\r\n\r\n" ONE),
     {0},
     {0},
     true,
     STREAM_SIP,
     "2.0 82 0 2;"},
    {"the first frame of a message is missing",
     BYTES(HELLO "\x80\x05other\x81\x52" ONE),
     {0},
     {0},
     true,
     STREAM_SIP,
     "2.0 82 8 2;"},
    {"a message that another one interrupts",
     BYTES(HELLO "\x01\x09MESSAGE s\x81\x52" ONE),
     {0},
     {0},
     true,
     STREAM_SIP,
     "2.0 82 8 2;"},
    {"octets that are no frame",
     BYTES(HELLO "\xFF\xFF\xFF\x81\x52" ONE),
     {0},
     {0},
     true,
     STREAM_SIP,
     "2.0 82 8 2;"},
    {"a second attempt",
     BYTES(HELLO HELLO "\x81\x52" ONE),
     {0},
     {0},
     true,
     STREAM_SIP,
     "2.0 82 0 2;"},
    {"a first attempt without",
     BYTES("GET / HTTP/1.1\r\n\r\n" HELLO "\x81\x52" ONE),
     {0},
     {18},
     true,
     STREAM_SIP,
     "3.0 82 0 3;"},
    {"the capture starts later",
     BYTES("\x81\x52" ONE),
     {0},
     {0},
     false,
     STREAM_SIP,
     "2.0 82 0 2;"},
    {"with a ping",
     BYTES(PING "\x81\x52" ONE),
     {0},
     {6},
     false,
     STREAM_SIP,
     "3.0 82 0 3;"},
    {"inside a message",
     BYTES("SIP/2.0\r\n\r\n\x81\x52" ONE "\x81\x52" ONE),
     {0},
     {11},
     false,
     STREAM_SIP,
     "3.0 82 0 3;3.1 82 0 3;"},
    {"a hole in a message: its end is known",
     BYTES(HELLO "\x81\x52" ONE "\x81\x52" ONE),
     {sizeof(HELLO) - 1 + 60, sizeof(HELLO) - 1 + 70},
     {0},
     true,
     STREAM_SIP,
     "2.0 58 2 2;3.0 82 0 3;"},
    {"a hole over an end",
     BYTES(HELLO "\x81\x52" ONE "\x81\x52" ONE "\x81\x52" ONE),
     {sizeof(HELLO) - 1 + 60, sizeof(HELLO) - 1 + 90},
     {0},
     true,
     STREAM_SIP,
     "2.0 58 2 2;3.0 82 8 3;"},
    {"the stream ends in a message",
     BYTES(HELLO "\x81\x7E\1\0" ONE),
     {0},
     {0},
     true,
     STREAM_SIP,
     "2.0 82 4 2;"},
    {"a deflated message",
     BYTES(HELLO "\xC1\x05Hello"),
     {0},
     {0},
     true,
     STREAM_ENCRYPTED,
     ""},
    {"deflated, in two frames, then one that is not",
     BYTES(HELLO "\x41\x05Hello\x80\x05Hello\x81\x52" ONE),
     {0},
     {0},
     true,
     STREAM_SIP,
     "2.0 82 0 2;"},
    {"a hello of TLS",
     BYTES("\x16\3\1\2\0\1\0\1\xFC\3\3"),
     {0},
     {0},
     true,
     STREAM_ENCRYPTED,
     ""},
    {"octet by octet",
     BYTES("\x16\3\1\2\0\1\0\1\xFC\3\3"),
     {0},
     {1, 2, 3},
     true,
     STREAM_ENCRYPTED,
     ""},
    {"TLS behind a proxy",
     BYTES("CONNECT a:443 HTTP/1.1\r\n\r\n\x16\3\1\2\0\1\0\1\xFC\3"),
     {0},
     {26},
     true,
     STREAM_ENCRYPTED,
     ""},
    {"TLS from the middle",
     BYTES("\x9F octets of!\x17\3\3\0\x50"
           "data"),
     {0},
     {12},
     false,
     STREAM_ENCRYPTED,
     ""},
    {"HTTP",
     BYTES("GET / HTTP/1.1\r\nUpgrade: h2c\r\n\r\n"),
     {0},
     {0},
     true,
     STREAM_UNDECIDED,
     ""},
};

static void
pull(struct stream_context *c, char *text, size_t size)
{
	struct record r;
	uint32_t i;
	size_t n;

	while (records_next(c->records, &r)) {
		n = strlen(text);
		n += (size_t)snprintf(text + n, size - n, "%" PRIu64 ".%u %zu %u ",
		                      r.frame, r.index, r.bytes.n, r.faults);
		for (i = 0; i < r.frames_total; i++)
			n += (size_t)snprintf(text + n, size - n, "%s%" PRIu64,
			                      i ? "," : "", r.frames[i]);
		(void)snprintf(text + n, size - n, ";");
		ok(r.inner && r.carrier == CARRIER_TCP &&
		       slice_starts(r.bytes, SLICE("MESSAGE sip:a@b ")),
		   "it is the message");
	}
	records_reset(c->records);
}

struct bench {
	struct limits limits;
	struct records records;
	struct transport_counts counts;
	struct arena scratch;
	struct stream_context context;
};

static void
bench_init(struct bench *b)
{
	*b = (struct bench){.counts = {0}};
	limits_init(&b->limits);
	records_init(&b->records);
	arena_init(&b->scratch, 1 << 20);
	b->context = (struct stream_context){.limits = &b->limits,
	                                     .records = &b->records,
	                                     .counts = &b->counts,
	                                     .scratch = &b->scratch,
	                                     .hash_key = 1};
}

static void
bench_free(struct bench *b, struct stream *s)
{
	stream_clear(s);
	records_free(&b->records);
	arena_free(&b->scratch);
}

/* In a block of its own size, gone right after. */
static void
feed(struct stream *s, struct bench *b, size_t at, struct slice bytes, char *text,
     size_t size)
{
	uint8_t *block = malloc(bytes.n + (bytes.n == 0));
	struct stream_segment seg = {.at = (uint32_t)at,
	                             .length = (uint32_t)bytes.n,
	                             .bytes = slice_of(block, bytes.n)};

	if (bytes.n != 0)
		memcpy(block, bytes.p, bytes.n);
	b->context.now.frame++;
	stream_data(s, &seg, &b->context);
	pull(&b->context, text, size);
	free(block);
}

static void
run(const struct row *r)
{
	struct stream s = {.from_syn = r->syn};
	struct bench b;
	size_t ends[6], n = 0, i, at = 0;
	char text[512] = "";

	bench_init(&b);
	b.context.now.frame = 1;
	stream_start(&s, 0, &b.context);
	for (i = 0; i < 4 && r->cut[i] != 0; i++)
		ends[n++] = r->cut[i];
	if (r->lost[1] != 0)
		ends[n++] = r->lost[0];
	ends[n++] = r->in.n;
	for (i = 0; i < n; i++) {
		feed(&s, &b, at, slice_tail(slice_head(r->in, ends[i]), at), text,
		     sizeof(text));
		at = ends[i] == r->lost[0] && r->lost[1] != 0 ? r->lost[1] : ends[i];
	}
	ok(s.kind == r->kind || r->lost[1] != 0, "%s: kind %d", r->name, s.kind);
	stream_flush(&s, &b.context);
	pull(&b.context, text, sizeof(text));
	ok(strcmp(text, r->expected) == 0, "%s: %s, not %s", r->name, text, r->expected);
	bench_free(&b, &s);
}

/* What is no SIP is not kept, and given up in the end; what is agreed to be SIP is not. */
static void
something_else(struct slice hello, enum stream_kind kind)
{
	struct stream s = {.from_syn = true};
	struct bench b;
	char text[64] = "";
	size_t at = hello.n, end, i;

	bench_init(&b);
	stream_start(&s, 0, &b.context);
	feed(&s, &b, 0, hello, text, sizeof(text));
	for (i = 0; i < 5; i++) {
		feed(&s, &b, at, SLICE(MANY), text, sizeof(text));
		ok(stream_held(&s) == 0, "it is not held");
		at += sizeof(MANY) - 1;
		for (end = at + 4096 - 64; at < end; at += 16)
			feed(&s, &b, at, SLICE("octets of a film"), text, sizeof(text));
	}
	ok(s.kind == kind, "kind %d", s.kind);
	bench_free(&b, &s);
}

static void
too_long(void)
{
	static const struct slice in =
	    BYTES(HELLO "\x01\x52" ONE "\x80\x10 and some more..\x81\x52" ONE);
	struct stream s = {.from_syn = true};
	struct bench b;
	char text[64] = "";

	bench_init(&b);
	b.limits.max[LIMIT_MESSAGE_BYTES] = 90;
	stream_start(&s, 0, &b.context);
	feed(&s, &b, 0, in, text, sizeof(text));
	ok(strcmp(text, "1.0 82 64 1;1.1 82 0 1;") == 0, "too long: %s", text);
	bench_free(&b, &s);
}

/* All splits of a stream into two segments give the same. */
static void
splits(void)
{
	static const struct slice in = BYTES(
	    HELLO PING
	    "\x01\x09MESSAGE s" PING "\x80\x49"
	    "ip:a@b SIP/2.0\r\nVia: SIP/2.0/WS c\r\nCall-ID: i1234567\r\nCSeq: 1 MESSAGE\r\n\r\n"
	    "\x81\x52" ONE);
	struct bench b;
	size_t i;

	for (i = 1; i < in.n; i++) {
		struct stream s = {.from_syn = true};
		char text[128] = "";
		struct record r;
		unsigned messages = 0;

		bench_init(&b);
		stream_start(&s, 0, &b.context);
		feed(&s, &b, 0, slice_head(in, i), text, sizeof(text));
		feed(&s, &b, i, slice_tail(in, i), text, sizeof(text));
		for (const char *p = text; (p = strstr(p, " 82 0 ")) != NULL; p++)
			messages++;
		ok(messages == 2, "cut at %zu: %s", i, text);
		stream_flush(&s, &b.context);
		ok(!records_next(&b.records, &r), "cut at %zu: nothing is left", i);
		bench_free(&b, &s);
	}
}

int
main(void)
{
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		run(&rows[i]);
	something_else(SLICE("GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n"),
	               STREAM_OTHER);
	something_else(SLICE(HELLO), STREAM_UNDECIDED);
	too_long();
	splits();
	return done();
}
