#include "dissect/websocket.h"

#include "tests/unit/test.h"

#define BYTES(s)                                                                         \
	{                                                                                \
		(const uint8_t *)(s), sizeof(s) - 1                                      \
	}

static const struct row {
	const char *name;
	struct slice in;
	enum dis answer;
	uint64_t length;
	const char *text; /* of the payload that is there, unmasked */
} rows[] = {
    {"RFC 6455 5.7: a text", BYTES("\x81\x05Hello"), DIS_OK, 5, "Hello"},
    {"RFC 6455 5.7: masked", BYTES("\x81\x85\x37\xFA\x21\x3D\x7F\x9F\x4D\x51\x58"),
     DIS_OK, 5, "Hello"},
    {"the first of two", BYTES("\x01\x03Hel"), DIS_OK, 3, "Hel"},
    {"the second", BYTES("\x80\x02lo"), DIS_OK, 2, "lo"},
    {"a ping", BYTES("\x89\x05Hello"), DIS_OK, 5, "Hello"},
    {"a pong without payload", BYTES("\x8A\x80mask"), DIS_OK, 0, ""},
    {"a payload that is not all there", BYTES("\x82\x7E\x01\x00head"), DIS_OK, 256,
     "head"},
    {"64 bits of length", BYTES("\x82\x7F\0\0\0\0\0\1\0\0head"), DIS_OK, 65536, "head"},
    {"deflated", BYTES("\xC1\x01x"), DIS_OK, 1, "x"},
    {"nothing", BYTES(""), DIS_MORE, 0, ""},
    {"an octet", BYTES("\x81"), DIS_MORE, 0, ""},
    {"half a length", BYTES("\x81\x7E\x01"), DIS_MORE, 0, ""},
    {"half a mask", BYTES("\x81\x85\x37\xFA"), DIS_MORE, 0, ""},
    {"RSV2", BYTES("\xA1\x01x"), DIS_BAD, 0, ""},
    {"RSV1 where a message goes on", BYTES("\xC0\x01x"), DIS_BAD, 0, ""},
    {"a deflated ping", BYTES("\xC9\x01x"), DIS_BAD, 0, ""},
    {"an opcode that nobody has defined", BYTES("\x83\x01x"), DIS_BAD, 0, ""},
    {"a ping in pieces", BYTES("\x09\x01x"), DIS_BAD, 0, ""},
    {"a long ping", BYTES("\x89\x7E\x01\x00"), DIS_BAD, 0, ""},
    {"more octets of length than needed", BYTES("\x81\x7E\x00\x7D"), DIS_BAD, 0, ""},
    {"many more", BYTES("\x81\x7F\0\0\0\0\0\0\xFF\xFF"), DIS_BAD, 0, ""},
    {"a length of 2^63", BYTES("\x81\x7F\x80\0\0\0\0\0\0\0"), DIS_BAD, 0, ""},
    {"text", BYTES("SIP/2.0 200 OK"), DIS_BAD, 0, ""},
};

static void
frames(void)
{
	uint8_t text[16];
	struct websocket w;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *r = &rows[i];
		enum dis answer = websocket_dissect(r->in, NULL, &w);

		ok(answer == r->answer, "%s: answer %d", r->name, answer);
		if (answer != DIS_OK)
			continue;
		ok(w.length == r->length, "%s: %llu octets", r->name,
		   (unsigned long long)w.length);
		websocket_unmask(&w, text);
		ok(slice_eq(slice_of(text, w.payload.n), slice_str(r->text)),
		   "%s: the payload", r->name);
	}
}

#define GET "GET /ws HTTP/1.1\r\nHost: a\r\n"
#define SWITCHING "HTTP/1.1 101 Switching Protocols\r\n"

static const struct hello_row {
	const char *name, *in;
	enum dis answer;
	bool sip;
} hello_rows[] = {
    {"a request", GET "Upgrade: websocket\r\n\r\n", DIS_OK, false},
    {"for SIP", GET "Upgrade: WebSocket\r\nSec-WebSocket-Protocol: msrp, sip\r\n\r\n",
     DIS_OK, true},
    {"for something else",
     GET "Upgrade: websocket\r\nSec-WebSocket-Protocol: sipx\r\n\r\n", DIS_OK, false},
    {"among others", GET "UPGRADE :h2c , websocket\r\n\r\n", DIS_OK, false},
    {"an answer", SWITCHING "Upgrade: websocket\r\nSec-WebSocket-Protocol: sip\r\n\r\n",
     DIS_OK, true},
    {"LF alone", "GET / HTTP/1.1\nUpgrade: websocket\n\n", DIS_OK, false},
    {"its first octet", "G", DIS_MORE, false},
    {"an answer's first octets", "HTTP/1.1 1", DIS_MORE, false},
    {"without its end", GET "Upgrade: websocket\r\n", DIS_MORE, false},
    {"an upgrade to something else", GET "Upgrade: h2c\r\n\r\n", DIS_OTHER, false},
    {"none", GET "\r\n", DIS_OTHER, false},
    {"a refusal", "HTTP/1.1 400 Bad\r\nUpgrade: websocket\r\n\r\n", DIS_OTHER, false},
    {"SIP with an odd method", "HTTP/1.1 101 S SIP/2.0\r\nUpgrade: websocket\r\n\r\n",
     DIS_OTHER, false},
    {"SIP", "OPTIONS sip:a SIP/2.0\r\nUpgrade: websocket\r\n\r\n", DIS_OTHER, false},
};

static void
hellos(void)
{
	static uint8_t lines[WEBSOCKET_HELLO_MAX];
	struct websocket_hello h;
	size_t i;

	for (i = 0; i < sizeof(hello_rows) / sizeof(hello_rows[0]); i++) {
		const struct hello_row *r = &hello_rows[i];
		enum dis answer = websocket_hello(slice_str(r->in), 0, &h);

		ok(answer == r->answer, "%s: answer %d", r->name, answer);
		if (answer == DIS_OK)
			ok(h.length == strlen(r->in) && h.sip == r->sip, "%s: %zu octets",
			   r->name, h.length);
	}
	memset(lines, 'x', sizeof(lines));
	memcpy(lines, GET, sizeof(GET) - 1);
	ok(websocket_hello(slice_of(lines, sizeof(lines) - 1), 0, &h) == DIS_MORE,
	   "a long head");
	ok(websocket_hello(slice_of(lines, sizeof(lines)), 0, &h) == DIS_OTHER,
	   "is not waited for for ever");
}

int
main(void)
{
	frames();
	hellos();
	return done();
}
