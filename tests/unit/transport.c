#include "src/transport.h"

#include <inttypes.h>
#include <stdlib.h>

#include "dissect/tcp.h"
#include "tests/unit/test.h"

#define START(method) method " sip:34020000@b SIP/2.0\r\n"
#define IDS "Via: SIP/2.0/TCP c\r\nCall-ID: i\r\nCSeq: 1 X\r\n"
#define MSG(method) START(method) IDS "Content-Length: 5\r\n\r\nhello"
#define LENGTH(length)                                                                   \
	START("MESSAGE")                                                                 \
	IDS "Content-Type: text/plain\r\nContent-Length: " length "\r\n\r\nhello"
#define QUOTE START("OPTIONS") IDS "\r\n"

#define SLICE_LIT(s)                                                                     \
	{                                                                                \
		(const uint8_t *)(s), sizeof(s) - 1                                      \
	}

enum {
	END = 100000,
	ONE = sizeof(MSG("MESSAGE")) - 1, /* octets of the first message of most rows */
	LEN1 = sizeof(LENGTH("5")) - 1,   /* by how many digits the length has */
	LEN3 = sizeof(LENGTH("555")) - 1,
	OPT = sizeof(QUOTE) - 1,
	EVIL = 256,   /* flag: other octets than the row's */
	SLICED = 512, /* flag: the capture lacks the second half */
	RIGHT = 1024, /* flag: its checksum is right */
	WRONG = 2048, /* flag: ... wrong */
};

/* One segment: octets [from, to) of what its side has to say. */
struct step {
	char side;    /* 'a', 'b'; 'u': a UDP datagram of a; 0: no more */
	int from, to; /* to = END: the rest */
	int flags;    /* TCP_ACK is set when ack is */
	int ack;      /* octets of the other side's row; 0: none */
	int ms;       /* since the one before */
};

/* expected: each record as "frame.index method octets faults frames;" */
struct row {
	const char *name, *a, *b;
	uint32_t isn;
	struct step steps[10];
	const char *expected;
};

static const struct row rows[] = {
    {"a message in a segment",
     MSG("MESSAGE"),
     "",
     0,
     {{'a', 0, 0, TCP_SYN, 0, 0}, {'a', 0, END, 0, 0, 0}},
     "2.0 MESSAGE 101 0 2;"},
    {"a message in two segments",
     MSG("MESSAGE"),
     "",
     0,
     {{'a', 0, 0, TCP_SYN, 0, 0}, {'a', 0, 7, 0, 0, 0}, {'a', 7, END, 0, 0, 0}},
     "3.0 MESSAGE 101 0 2,3;"},
    {"three messages in a segment",
     MSG("MESSAGE") MSG("INFO") MSG("BYE"),
     "",
     0,
     {{'a', 0, 0, TCP_SYN, 0, 0}, {'a', 0, END, 0, 0, 0}},
     "2.0 MESSAGE 101 0 2;2.1 INFO 98 0 2;2.2 BYE 97 0 2;"},
    {"the end of one, a whole one and the start of another in one segment",
     MSG("MESSAGE") MSG("INFO") MSG("BYE"),
     "",
     0,
     {{'a', 0, 0, TCP_SYN, 0, 0},
      {'a', 0, 50, 0, 0, 0},
      {'a', 50, 210, 0, 0, 0},
      {'a', 210, END, 0, 0, 0}},
     "3.0 MESSAGE 101 0 2,3;3.1 INFO 98 0 3;4.0 BYE 97 0 3,4;"},
    {"segments out of order: complete with the one that fills the hole",
     MSG("MESSAGE") MSG("INFO"),
     "",
     0,
     {{'a', 0, 0, TCP_SYN, 0, 0},
      {'a', 50, 150, 0, 0, 0},
      {'a', 150, END, 0, 0, 0},
      {'a', 0, 50, 0, 0, 0}},
     "4.0 MESSAGE 101 0 2,4;4.1 INFO 98 0 2,3,4;"},
    {"sequence numbers that wrap around",
     MSG("MESSAGE") MSG("INFO"),
     "",
     0xFFFFFFF0,
     {{'a', 0, 0, TCP_SYN, 0, 0},
      {'a', 10, 150, 0, 0, 0},
      {'a', 0, 10, 0, 0, 0},
      {'a', 150, END, 0, 0, 0}},
     "3.0 MESSAGE 101 0 2,3;4.0 INFO 98 0 2,4;"},
    {"a repeated segment",
     MSG("MESSAGE") MSG("INFO"),
     "",
     0,
     {{'a', 0, 0, TCP_SYN, 0, 0},
      {'a', 0, ONE, 0, 0, 0},
      {'a', 0, ONE, 0, 0, 0},
      {'a', 50, END, 0, 0, 0}},
     "2.0 MESSAGE 101 0 2;4.0 INFO 98 0 4;"},
    {"other octets for what an unfinished message has: the first win",
     MSG("MESSAGE"),
     "",
     0,
     {{'a', 0, 0, TCP_SYN, 0, 0},
      {'a', 0, 60, 0, 0, 0},
      {'a', 10, 60, EVIL, 0, 0},
      {'a', 60, END, 0, 0, 0}},
     "4.0 MESSAGE 101 32 2,4;"},
    {"other octets for what waits behind a hole: the first win",
     MSG("MESSAGE"),
     "",
     0,
     {{'a', 0, 0, TCP_SYN, 0, 0},
      {'a', 60, 90, 0, 0, 0},
      {'a', 60, 90, EVIL, 0, 0},
      {'a', 0, 60, 0, 0, 0},
      {'a', 90, END, 0, 0, 0}},
     "5.0 MESSAGE 101 32 2,4,5;"},
    {"a hole that the peer has acknowledged, after a second",
     MSG("MESSAGE") MSG("INFO") MSG("BYE"),
     "",
     0,
     {{'a', 0, 0, TCP_SYN, 0, 0},
      {'a', 0, 50, 0, 0, 0},
      {'a', 150, END, 0, 0, 0},
      {'b', 0, 0, 0, 296, 10},
      {'u', 0, 3, 0, 0, 1100}},
     "2.0 MESSAGE 50 2 2;3.0 BYE 97 136 3;"},
    {"a hole inside a body: the length still tells where the next one begins",
     LENGTH("5") MSG("INFO"),
     "",
     0,
     {{'a', 0, 0, TCP_SYN, 0, 0},
      {'a', 0, LEN1 - 3, 0, 0, 0},
      {'a', LEN1 - 1, END, 0, 0, 0}},
     "2.0 MESSAGE 124 2 2;3.0 INFO 98 0 3;"},
    {"a hole at the end of the capture",
     MSG("MESSAGE") MSG("INFO"),
     "",
     0,
     {{'a', 0, 0, TCP_SYN, 0, 0}, {'a', 0, 50, 0, 0, 0}, {'a', ONE, END, 0, 0, 0}},
     "2.0 MESSAGE 50 2 2;3.0 INFO 98 136 3;"},
    {"an unfinished message at the end of the capture",
     MSG("MESSAGE"),
     "",
     0,
     {{'a', 0, 0, TCP_SYN, 0, 0}, {'a', 0, 50, 0, 0, 0}},
     "2.0 MESSAGE 50 4 2;"},
    {"an unfinished start line is no message",
     MSG("MESSAGE"),
     "",
     0,
     {{'a', 0, 0, TCP_SYN, 0, 0}, {'a', 0, 12, 0, 0, 0}},
     ""},
    {"FIN ends an unfinished message",
     MSG("MESSAGE"),
     "",
     0,
     {{'a', 0, 0, TCP_SYN, 0, 0}, {'a', 0, 50, TCP_FIN, 0, 0}, {'u', 0, END, 0, 0, 0}},
     "2.0 MESSAGE 50 4 2;3.0 MESSAGE 101 0 3;"},
    {"FIN before its data",
     MSG("MESSAGE"),
     "",
     0,
     {{'a', 0, 0, TCP_SYN, 0, 0}, {'a', 50, END, TCP_FIN, 0, 0}, {'a', 0, 50, 0, 0, 0}},
     "3.0 MESSAGE 101 0 2,3;"},
    {"RST ends an unfinished message",
     MSG("MESSAGE"),
     "",
     0,
     {{'a', 0, 0, TCP_SYN, 0, 0},
      {'a', 0, 50, 0, 0, 0},
      {'a', 50, 50, TCP_RST, 0, 0},
      {'u', 0, END, 0, 0, 0}},
     "2.0 MESSAGE 50 4 2;4.0 MESSAGE 101 0 4;"},
    {"CRLF between messages is no message and no resynchronisation",
     "\r\n\r\n" MSG("MESSAGE") "\r\n\r\n" MSG("INFO"),
     "",
     0,
     {{'a', 0, 0, TCP_SYN, 0, 0},
      {'a', 0, 4, 0, 0, 0},
      {'a', 4, 107, 0, 0, 0},
      {'a', 107, END, 0, 0, 0}},
     "3.0 MESSAGE 101 0 3;4.0 INFO 98 0 4;"},
    {"junk between messages",
     MSG("MESSAGE") "what is\r\nthis\r\n" MSG("INFO"),
     "",
     0,
     {{'a', 0, 0, TCP_SYN, 0, 0}, {'a', 0, END, 0, 0, 0}},
     "2.0 MESSAGE 101 0 2;2.1 INFO 98 8 2;"},
    {"a length that is too small",
     LENGTH("3") MSG("INFO"),
     "",
     0,
     {{'a', 0, 0, TCP_SYN, 0, 0}, {'a', 0, LEN1, 0, 0, 0}, {'a', LEN1, END, 0, 0, 0}},
     "2.0 MESSAGE 125 0 2;3.0 INFO 98 8 3;"},
    {"a length that is too large, the next message in the next segment",
     LENGTH("300") MSG("INFO"),
     "",
     0,
     {{'a', 0, 0, TCP_SYN, 0, 0}, {'a', 0, LEN3, 0, 0, 0}, {'a', LEN3, END, 0, 0, 0}},
     "2.0 MESSAGE 129 16 2;3.0 INFO 98 0 3;"},
    {"a length that is too large by two, in one segment",
     LENGTH("9") "\r\n" MSG("INFO"),
     "",
     0,
     {{'a', 0, 0, TCP_SYN, 0, 0}, {'a', 0, END, 0, 0, 0}},
     "2.0 MESSAGE 129 16 2;2.1 INFO 98 0 2;"},
    {"a length that is too large, and the stream ends",
     LENGTH("500") "\r\n" MSG("INFO"),
     "",
     0,
     {{'a', 0, 0, TCP_SYN, 0, 0}, {'a', 0, END, 0, 0, 0}},
     "2.0 MESSAGE 131 16 2;2.1 INFO 98 0 2;"},
    {"a body that quotes a message",
     START("NOTIFY") IDS
     "Content-Type: message/sip\r\nContent-Length: 77\r\n\r\n" QUOTE MSG("INFO"),
     "",
     0,
     {{'a', 0, 0, TCP_SYN, 0, 0}, {'a', 0, 123, 0, 0, 0}, {'a', 123, END, 0, 0, 0}},
     "3.0 NOTIFY 200 0 2,3;3.1 INFO 98 0 3;"},
    {"no length and no type: no body",
     QUOTE MSG("INFO"),
     "",
     0,
     {{'a', 0, 0, TCP_SYN, 0, 0}, {'a', 0, OPT, 0, 0, 0}, {'a', OPT, END, 0, 0, 0}},
     "2.0 OPTIONS 77 16 2;3.0 INFO 98 0 3;"},
    {"no length: up to the next start line",
     START("MESSAGE") IDS "Content-Type: text/plain\r\n\r\nhello\r\n" MSG("INFO"),
     "",
     0,
     {{'a', 0, 0, TCP_SYN, 0, 0},
      {'a', 0, 100, 0, 0, 0},
      {'a', 100, 110, 0, 0, 0},
      {'a', 110, END, 0, 0, 0}},
     "3.0 MESSAGE 110 16 2,3;4.0 INFO 98 0 4;"},
    {"no length: up to the answer of the peer",
     START("MESSAGE") IDS "Content-Type: text/plain\r\n\r\nhello",
     MSG("BYE"),
     0,
     {{'a', 0, 0, TCP_SYN, 0, 0}, {'a', 0, END, 0, 0, 0}, {'b', 0, END, 0, 108, 0}},
     "2.0 MESSAGE 108 16 2;3.0 BYE 97 0 3;"},
    {"the start in the middle of a message",
     MSG("MESSAGE") MSG("INFO"),
     "",
     0,
     {{'a', 50, END, 0, 0, 0}},
     "1.0 INFO 98 136 1;"},
    {"a start without SYN, out of order",
     MSG("MESSAGE") MSG("INFO"),
     "",
     0,
     {{'a', ONE, END, 0, 0, 0}, {'a', 0, ONE, 0, 0, 0}, {'b', 0, 0, 0, 199, 1}},
     "2.0 MESSAGE 101 0 2;1.0 INFO 98 0 1;"},
    {"a start without SYN goes on after 200 ms",
     MSG("MESSAGE"),
     "",
     0,
     {{'a', 0, END, 0, 0, 0}, {'u', 0, 3, 0, 0, 250}, {'u', 0, END, 0, 0, 0}},
     "1.0 MESSAGE 101 0 1;3.0 MESSAGE 101 0 3;"},
    {"a start without SYN goes on at once where the peer has acknowledged just that",
     MSG("MESSAGE"),
     "x",
     0,
     {{'b', 0, 0, TCP_PSH, 0, 0},
      {'b', 0, 1, TCP_ACK, 0, 0},
      {'a', 0, END, 0, 0, 0},
      {'u', 0, END, 0, 0, 0}},
     "3.0 MESSAGE 101 0 3;4.0 MESSAGE 101 0 4;"},
    {"a SYN that comes late",
     MSG("MESSAGE"),
     "",
     0,
     {{'a', 50, END, 0, 0, 0}, {'a', 0, 0, TCP_SYN, 0, 0}, {'a', 0, 50, 0, 0, 0}},
     "3.0 MESSAGE 101 0 1,3;"},
    {"keep-alive probes of an octet",
     MSG("MESSAGE") MSG("INFO"),
     "",
     0,
     {{'a', 0, 0, TCP_SYN, 0, 0},
      {'a', 0, ONE, 0, 0, 0},
      {'a', ONE - 1, ONE, EVIL, 0, 0},
      {'a', ONE, END, 0, 0, 0}},
     "2.0 MESSAGE 101 0 2;4.0 INFO 98 0 4;"},
    {"a segment that the capture has cut in its body",
     LENGTH("5") MSG("INFO"),
     "",
     0,
     {{'a', 0, 0, TCP_SYN, 0, 0},
      {'a', 0, 120, 0, 0, 0},
      {'a', 120, LEN1, SLICED, 0, 0},
      {'a', LEN1, END, 0, 0, 0}},
     "3.0 MESSAGE 123 1 2,3;4.0 INFO 98 0 4;"},
    {"a wrong checksum among right ones: the right one wins, though it comes later",
     MSG("MESSAGE"),
     "",
     0,
     {{'a', 0, 0, TCP_SYN | RIGHT, 0, 0},
      {'a', 0, END, EVIL | WRONG, 0, 0},
      {'a', 0, END, RIGHT, 0, 0}},
     "3.0 MESSAGE 101 32 3;"},
    {"a wrong checksum, the same octets: no conflict",
     MSG("MESSAGE"),
     "",
     0,
     {{'a', 0, 0, TCP_SYN | RIGHT, 0, 0},
      {'a', 0, END, WRONG, 0, 0},
      {'a', 0, END, RIGHT, 0, 0}},
     "3.0 MESSAGE 101 0 3;"},
    {"a wrong checksum in other cuts than the right ones",
     MSG("MESSAGE") MSG("INFO"),
     "",
     0,
     {{'a', 0, 0, TCP_SYN | RIGHT, 0, 0},
      {'a', 0, 20, RIGHT, 0, 0},
      {'a', 10, 120, EVIL | WRONG, 0, 0},
      {'a', 60, END, RIGHT, 0, 0},
      {'a', 20, 60, RIGHT, 0, 0}},
     "5.0 MESSAGE 101 32 2,4,5;5.1 INFO 98 32 4,5;"},
    {"a wrong checksum, and nothing better comes: at the peer's acknowledgement",
     MSG("MESSAGE"),
     "",
     0,
     {{'a', 0, 0, TCP_SYN | RIGHT, 0, 0},
      {'a', 0, END, WRONG, 0, 0},
      {'b', 0, 0, 0, 101, 10},
      {'u', 0, END, 0, 0, 0}},
     "2.0 MESSAGE 101 0 2;4.0 MESSAGE 101 0 4;"},
    {"a wrong checksum, and nothing better comes: after some seconds",
     MSG("MESSAGE"),
     "",
     0,
     {{'a', 0, 0, TCP_SYN | RIGHT, 0, 0},
      {'a', 0, END, WRONG, 0, 0},
      {'u', 0, 3, 0, 0, 5100},
      {'u', 0, END, 0, 0, 0}},
     "2.0 MESSAGE 101 0 2;4.0 MESSAGE 101 0 4;"},
    {"a wrong checksum, and nothing better comes: at the end",
     MSG("MESSAGE"),
     "",
     0,
     {{'a', 0, 0, TCP_SYN | RIGHT, 0, 0}, {'a', 0, END, WRONG, 0, 0}},
     "2.0 MESSAGE 101 0 2;"},
    {"a direction whose checksums the network card makes: the first wins",
     MSG("MESSAGE") MSG("INFO"),
     "",
     0,
     {{'a', 0, 0, TCP_SYN | WRONG, 0, 0},
      {'a', 0, ONE, WRONG, 0, 0},
      {'a', ONE, 150, WRONG, 0, 0},
      {'a', ONE, 150, EVIL | RIGHT, 0, 0},
      {'a', 150, END, WRONG, 0, 0}},
     "2.0 MESSAGE 101 0 2;5.0 INFO 98 32 3,5;"},
    {"such a direction from its midst on: not before it is known for one",
     MSG("MESSAGE"),
     "",
     0,
     {{'a', 0, 30, WRONG, 0, 0}, {'a', 30, 60, WRONG, 0, 0}, {'a', 60, END, WRONG, 0, 0}},
     "3.0 MESSAGE 101 0 1,2,3;"},
    {"from its midst on, a wrong checksum before the first right one",
     MSG("MESSAGE"),
     "",
     0,
     {{'a', 0, END, EVIL | WRONG, 0, 0}, {'a', 0, END, RIGHT, 0, 0}},
     "2.0 MESSAGE 101 32 2;"},
    {"FIN and RST with wrong checksums end nothing",
     MSG("MESSAGE"),
     "",
     0,
     {{'a', 0, 0, TCP_SYN | RIGHT, 0, 0},
      {'a', 0, 50, RIGHT, 0, 0},
      {'a', 50, 50, TCP_FIN | WRONG, 0, 0},
      {'a', 50, 50, TCP_RST | WRONG, 0, 0},
      {'a', 50, END, RIGHT, 0, 0}},
     "5.0 MESSAGE 101 0 2,5;"},
    {"what a reset carries is not of the stream",
     MSG("MESSAGE") MSG("INFO"),
     "",
     0,
     {{'a', 0, 0, TCP_SYN, 0, 0}, {'a', 0, ONE, 0, 0, 0}, {'a', ONE, END, TCP_RST, 0, 0}},
     "2.0 MESSAGE 101 0 2;"},
    {"a reset beside the stream is none",
     MSG("MESSAGE"),
     "",
     0,
     {{'a', 0, 0, TCP_SYN, 0, 0},
      {'a', 0, 50, 0, 0, 0},
      {'a', -9999999, -9999999, TCP_RST, 0, 0},
      {'a', 50, END, 0, 0, 0}},
     "4.0 MESSAGE 101 0 2,4;"},
    {"after FIN, the same ports without SYN, a little further on",
     MSG("MESSAGE") MSG("INFO") MSG("BYE"),
     "",
     0,
     {{'a', 0, 0, TCP_SYN, 0, 0},
      {'a', 0, ONE, TCP_FIN, 0, 0},
      {'a', 199, END, 0, 0, 0},
      {'u', 0, END, 0, 0, 0}},
     "2.0 MESSAGE 101 0 2;3.0 BYE 97 0 3;4.0 MESSAGE 296 0 4;"},
    {"after RST too",
     MSG("MESSAGE") MSG("INFO") MSG("BYE"),
     "",
     0,
     {{'a', 0, 0, TCP_SYN, 0, 0},
      {'a', 0, ONE, 0, 0, 0},
      {'b', 0, 0, TCP_RST, 101, 0},
      {'a', 199, END, 0, 0, 0},
      {'u', 0, END, 0, 0, 0}},
     "2.0 MESSAGE 101 0 2;4.0 BYE 97 0 4;5.0 MESSAGE 296 0 5;"},
    {"a keep-alive probe inside a message",
     MSG("MESSAGE"),
     "",
     0,
     {{'a', 0, 0, TCP_SYN, 0, 0},
      {'a', 0, 50, 0, 0, 0},
      {'a', 49, 50, EVIL, 0, 0},
      {'a', 50, END, 0, 0, 0}},
     "4.0 MESSAGE 101 0 2,4;"},
    {"a keep-alive probe at the start of the capture",
     "x" MSG("MESSAGE"),
     "",
     0,
     {{'a', 0, 1, 0, 0, 0}, {'b', 0, 0, 0, 1, 0}, {'a', 1, END, 0, 0, 900}},
     "3.0 MESSAGE 101 0 3;"},
    {"data on a SYN",
     MSG("MESSAGE"),
     "",
     0,
     {{'a', 0, 50, TCP_SYN, 0, 0}, {'a', 50, END, 0, 0, 0}},
     "2.0 MESSAGE 101 0 1,2;"},
    {"one direction only: a hole is given up after some seconds",
     MSG("MESSAGE") MSG("INFO") MSG("BYE"),
     "",
     0,
     {{'a', 0, 0, TCP_SYN, 0, 0},
      {'a', 0, 50, 0, 0, 0},
      {'a', 199, END, 0, 0, 0},
      {'u', 0, END, 0, 0, 5100}},
     "2.0 MESSAGE 50 2 2;3.0 BYE 97 136 3;4.0 MESSAGE 296 0 4;"},
    {"no SIP",
     "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
     "HTTP/1.1 200 OK\r\n\r\n",
     0,
     {{'a', 0, 0, TCP_SYN, 0, 0}, {'a', 0, END, 0, 0, 0}, {'b', 0, END, 0, 27, 0}},
     ""},
    {"a datagram, CRLF before it stays",
     "\r\n" MSG("MESSAGE"),
     "",
     0,
     {{'u', 0, END, 0, 0, 0}},
     "1.0 MESSAGE 103 0 1;"},
    {"a datagram cut by the capture",
     MSG("MESSAGE"),
     "",
     0,
     {{'u', 0, END, SLICED, 0, 0}},
     "1.0 MESSAGE 50 1 1;"},
    {"datagrams that are no SIP, or nothing at all",
     "\r\n\r\nHTTP/1.1 200 OK\r\n",
     "",
     0,
     {{'u', 0, 4, 0, 0, 0}, {'u', 4, END, 0, 0, 0}, {'u', 0, 0, 0, 0, 0}},
     ""},
};

/* ---- one row ---- */

static const struct addr ends[2] = {{4, {192, 0, 2, 1}, 40000},
                                    {4, {192, 0, 2, 2}, 5060}};

static void
print(const struct record *r, char *text, size_t size)
{
	struct slice bytes = slice_trim(r->bytes), word = SLICE_EMPTY, rest;
	size_t n = strlen(text);
	uint32_t i;

	(void)slice_cut(bytes, ' ', &word, &rest);
	n += (size_t)snprintf(text + n, size - n, "%" PRIu64 ".%u " SLICE_FMT " %zu %u ",
	                      r->frame, r->index, SLICE_ARG(word), r->bytes.n, r->faults);
	for (i = 0; i < r->frames_total; i++)
		n += (size_t)snprintf(text + n, size - n, "%s%" PRIu64, i ? "," : "",
		                      r->frames[i]);
	(void)snprintf(text + n, size - n, ";");
	ok(r->multi == (r->frames_total > 1),
	   "multi says whether there are several frames");
}

static void
pull(struct transport *t, char *text, size_t size)
{
	struct record r;

	while (transport_next(t, &r))
		print(&r, text, size);
}

static void
run(const struct row *row)
{
	struct limits limits;
	struct transport *t;
	const struct step *s;
	struct datagram d;
	uint64_t frame = 0;
	int64_t now = 1700000000000000000;
	char text[1024] = "";
	uint8_t *block;
	size_t n, i;
	int side;

	limits_init(&limits);
	t = transport_new(&limits, NULL);
	for (s = row->steps; s < row->steps + 10 && s->side != 0; s++) {
		struct slice all = slice_str(s->side == 'b' ? row->b : row->a);

		side = s->side == 'b';
		all = slice_tail(slice_head(all, (size_t)s->to), (size_t)s->from);
		/* A block of just this size, gone right after: nobody may look at it later. */
		block = malloc(all.n + 1);
		if (all.n != 0)
			memcpy(block, all.p, all.n);
		for (i = 0; i < all.n && (s->flags & EVIL) != 0; i++)
			block[i] ^= 1;
		n = (s->flags & SLICED) != 0 ? all.n / 2 : all.n;
		block = realloc(block, n + (n == 0));
		now += (int64_t)s->ms * 1000000;
		frame++;
		d = (struct datagram){
		    .src = ends[side],
		    .dst = ends[!side],
		    .carrier = s->side == 'u' ? CARRIER_UDP : CARRIER_TCP,
		    .message = s->side == 'u',
		    .payload = slice_of(block, n),
		    .length = (uint32_t)all.n,
		    .cut = n < all.n,
		    .checksum_known = (s->flags & (RIGHT | WRONG)) != 0,
		    .checksum_bad = (s->flags & WRONG) != 0,
		    .seq = row->isn + 1 + (uint32_t)s->from - ((s->flags & TCP_SYN) != 0),
		    .ack = row->isn + 1 + (uint32_t)s->ack,
		    .flags = (uint8_t)((s->flags & 0xFF) | (s->ack ? TCP_ACK : 0)),
		    .frame = frame,
		    .frames = &frame,
		    .frames_total = 1,
		    .time_ns = now};
		transport_feed(t, &d);
		pull(t, text, sizeof(text));
		free(block);
	}
	transport_end(t);
	pull(t, text, sizeof(text));
	ok(strcmp(text, row->expected) == 0, "%s: %s, not %s", row->name, text,
	   row->expected);
	transport_free(t);
}

/* ---- what does not fit a row ---- */

static const char *
feed(struct transport *t, int side, uint32_t seq, uint8_t flags, struct slice bytes,
     uint64_t frame)
{
	static char text[4096];
	struct datagram d = {.src = ends[side],
	                     .dst = ends[!side],
	                     .carrier = CARRIER_TCP,
	                     .payload = bytes,
	                     .length = (uint32_t)bytes.n,
	                     .seq = seq,
	                     .flags = flags,
	                     .frame = frame,
	                     .frames = &frame,
	                     .frames_total = 1,
	                     .time_ns = (int64_t)frame * 1000000};

	text[0] = '\0';
	transport_feed(t, &d);
	pull(t, text, sizeof(text));
	return text;
}

static void
one_octet_a_segment(void)
{
	struct slice all = SLICE(MSG("MESSAGE") MSG("INFO"));
	struct limits limits;
	struct transport *t;
	struct record r;
	size_t i;

	limits_init(&limits);
	t = transport_new(&limits, NULL);
	(void)feed(t, 0, 99, TCP_SYN, SLICE_EMPTY, 1);
	for (i = all.n; i-- > 0;) {
		const char *text = feed(t, 0, 100 + (uint32_t)i, 0,
		                        slice_head(slice_tail(all, i), 1), 1 + all.n - i);

		ok(i == 0 || text[0] == '\0', "nothing before the first octet is there");
		ok(i != 0 || (strncmp(text, "200.0 MESSAGE 101 0 ", 20) == 0 &&
		              strstr(text, ";200.1 INFO 98 0 2,3,") != NULL),
		   "all with the first octet: %s", text);
	}
	transport_end(t);
	ok(!transport_next(t, &r), "octets from last to first leave nothing");
	ok(transport_counts(t)->out_of_order == all.n - 1,
	   "all but the first octet came too early");
	transport_free(t);
}

static void
ports_used_again(void)
{
	struct slice m = SLICE(MSG("MESSAGE"));
	struct limits limits;
	struct transport *t;

	limits_init(&limits);
	t = transport_new(&limits, NULL);
	(void)feed(t, 0, 999, TCP_SYN, SLICE_EMPTY, 1);
	(void)feed(t, 0, 1000, 0, slice_head(m, 40), 2);
	ok(strcmp(feed(t, 0, 77777, TCP_SYN, SLICE_EMPTY, 3), "2.0 MESSAGE 40 4 2;") == 0,
	   "a new SYN ends the connection before");
	ok(strcmp(feed(t, 0, 77777, TCP_SYN, SLICE_EMPTY, 4), "") == 0,
	   "and its repeat ends nothing");
	ok(strcmp(feed(t, 0, 77778, 0, m, 5), "5.0 MESSAGE 101 0 5;") == 0,
	   "the new one is read");
	ok(strcmp(feed(t, 0, 1700000000, 0, m, 6), "6.0 MESSAGE 101 0 6;") == 0,
	   "one whose SYN is missing is known by the distance");
	transport_free(t);
}

static void
told_conflicts(void)
{
	struct slice m = SLICE(MSG("MESSAGE")), other = SLICE(MSG("MASSAGE"));
	struct transport_conflict x = {.frame = 0};
	struct limits limits;
	struct transport *t;

	limits_init(&limits);
	t = transport_new(&limits, NULL);
	(void)feed(t, 0, 999, TCP_SYN, SLICE_EMPTY, 1);
	(void)feed(t, 0, 1000, 0, slice_head(m, 60), 2);
	(void)feed(t, 0, 1060, 0, slice_tail(m, 60), 3);
	ok(!transport_conflict(t, &x), "no conflict so far");
	(void)feed(t, 0, 1000, 0, slice_head(m, 60), 4);
	ok(!transport_conflict(t, &x), "the same again is none");
	(void)feed(t, 0, 1000, 0, slice_head(other, 60), 5);
	ok(transport_conflict(t, &x) && x.frame == 3 && x.again == 5,
	   "other octets of a message that is out: told by its frame, %" PRIu64, x.frame);
	(void)feed(t, 0, 1000, 0, slice_head(other, 60), 6);
	ok(!transport_conflict(t, &x), "once");
	transport_free(t);
}

static void
limits_reached(void)
{
	struct slice m = SLICE(MSG("MESSAGE"));
	struct limits limits;
	struct transport *t;
	char text[4096] = "";
	uint32_t i;

	limits_init(&limits);
	limits.max[LIMIT_MESSAGE_BYTES] = 90;
	t = transport_new(&limits, NULL);
	(void)feed(t, 0, 999, TCP_SYN, SLICE_EMPTY, 1);
	ok(strcmp(feed(t, 0, 1000, 0, m, 2), "2.0 MESSAGE 90 64 2;") == 0,
	   "a message that is too long");
	transport_free(t);

	limits_init(&limits);
	limits.max[LIMIT_STREAM_PENDING] = 1000;
	t = transport_new(&limits, NULL);
	(void)feed(t, 0, 999, TCP_SYN, SLICE_EMPTY, 1);
	for (i = 0; i < 10; i++)
		strcat(text, feed(t, 0, 2000 + 200 * i, 0, m, 2 + i));
	ok(strstr(text, "2.0 MESSAGE 101 136 2;") == text,
	   "too much behind a hole gives the hole up");
	ok(limits.dropped[LIMIT_STREAM_PENDING] != 0, "and is counted");
	transport_free(t);

	limits_init(&limits);
	limits.max[LIMIT_STREAM_BYTES] = 500;
	t = transport_new(&limits, NULL);
	(void)feed(t, 0, 999, TCP_SYN, SLICE_EMPTY, 1);
	(void)feed(t, 0, 1000, 0, slice_head(m, 60), 2);
	ok(strcmp(feed(t, 1, 5000, 0, slice_head(m, 400), 3), "") == 0,
	   "under the bound all is held");
	limits.max[LIMIT_STREAM_BYTES] = 100;
	ok(strcmp(feed(t, 1, 6000, 0, m, 4),
	          "2.0 MESSAGE 60 4 2;3.0 MESSAGE 101 0 3;4.0 MESSAGE 101 136 4;") == 0,
	   "beyond it, the oldest comes out");
	ok(limits.dropped[LIMIT_STREAM_BYTES] == 1, "and is counted");
	transport_free(t);
}

static void
not_sip_costs_nothing(void)
{
	static const uint8_t zeros[1400];
	struct limits limits;
	struct transport *t;
	uint32_t i;

	limits_init(&limits);
	t = transport_new(&limits, NULL);
	for (i = 0; i < 100; i++)
		(void)feed(t, 0, 1400 * i, 0, slice_of(zeros, sizeof(zeros)), 1 + i);
	ok(transport_counts(t)->not_sip == 0, "zeros are keep-alive of a kind");
	transport_free(t);
	t = transport_new(&limits, NULL);
	for (i = 0; i < 100; i++)
		(void)feed(t, 0, 25 * i, 0, SLICE("\x80\x60 something like media\n\n"),
		           1 + i);
	ok(transport_counts(t)->not_sip == 0, "less than 4 KiB decides nothing");
	for (; i < 300; i++)
		(void)feed(t, 0, 25 * i, 0, SLICE("\x80\x60 something like media\n\n"),
		           1 + i);
	ok(transport_counts(t)->not_sip == 1, "more does");
	ok(strcmp(feed(t, 0, 25 * i, 0, SLICE(MSG("MESSAGE")), 400),
	          "400.0 MESSAGE 101 0 400;") == 0,
	   "where the beginning was not seen, SIP is still found");
	transport_free(t);
}

static uint32_t
next_random(uint32_t *state)
{
	*state = *state * 1664525 + 1013904223;
	return *state >> 8;
}

/* Whatever the cuts, the order and the repeats: the messages are the same, with the same octets. */
static void
any_order(void)
{
	static const struct slice messages[] = {
	    SLICE_LIT(MSG("MESSAGE")), SLICE_LIT(LENGTH("5")),
	    SLICE_LIT(MSG("INFO")),    SLICE_LIT(START("BYE") IDS "l: 0\r\n\r\n"),
	    SLICE_LIT(MSG("NOTIFY")),
	};
	enum { TOTAL = sizeof(messages) / sizeof(messages[0]), CUTS = 12 };
	uint8_t row[1024];
	size_t n = 0, cuts[CUTS + 1], i, j, seen;
	uint32_t seed, state, isn;
	struct limits limits;
	struct transport *t;
	struct record r;
	bool right;

	for (i = 0; i < TOTAL; i++) {
		memcpy(row + n, messages[i].p, messages[i].n);
		n += messages[i].n;
	}
	for (seed = 1; seed <= 2000; seed++) {
		size_t order[CUTS * 2];

		state = seed;
		isn = next_random(&state) << 8;
		cuts[0] = 0;
		for (i = 1; i < CUTS; i++)
			cuts[i] = cuts[i - 1] +
			          next_random(&state) % ((n - cuts[i - 1]) / 3 + 1);
		cuts[CUTS] = n;
		for (i = 0; i < CUTS * 2; i++)
			order[i] = i < CUTS ? i : next_random(&state) % CUTS;
		for (i = CUTS * 2; i-- > 1;) {
			size_t k = next_random(&state) % (i + 1), swap = order[i];

			order[i] = order[k];
			order[k] = swap;
		}
		limits_init(&limits);
		t = transport_new(&limits, NULL);
		seen = 0;
		right = true;
		for (i = 0; i <= CUTS * 2 + 1; i++) {
			struct slice part = SLICE_EMPTY;
			uint64_t frame = i + 1;
			struct datagram d = {.src = ends[0],
			                     .dst = ends[1],
			                     .carrier = CARRIER_TCP,
			                     .seq = isn,
			                     .flags = TCP_SYN,
			                     .frame = frame,
			                     .frames = &frame,
			                     .frames_total = 1,
			                     .time_ns = (int64_t)frame};

			if (i > CUTS * 2) {
				transport_end(t);
			} else {
				if (i > 0) {
					j = order[i - 1];
					part = slice_tail(slice_of(row, cuts[j + 1]),
					                  cuts[j]);
					/* Sometimes with some of what follows. */
					if (next_random(&state) % 4 == 0)
						part = slice_head(
						    slice_tail(slice_of(row, n), cuts[j]),
						    part.n + 20);
					d.seq = isn + 1 + (uint32_t)cuts[j];
					d.flags = 0;
				}
				d.payload = part;
				d.length = (uint32_t)part.n;
				transport_feed(t, &d);
			}
			for (; transport_next(t, &r); seen++)
				right = right && seen < TOTAL && r.faults == 0 &&
				        slice_eq(r.bytes, messages[seen]) &&
				        r.frame <= frame &&
				        r.frames[r.frames_total - 1] == r.frame;
		}
		transport_free(t);
		if (!ok(right && seen == TOTAL, "order %u: %zu messages", (unsigned)seed,
		        seen))
			break;
	}
}

int
main(void)
{
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		run(&rows[i]);
	one_octet_a_segment();
	ports_used_again();
	told_conflicts();
	limits_reached();
	not_sip_costs_nothing();
	any_order();
	return done();
}
