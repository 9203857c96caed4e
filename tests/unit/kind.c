#include "dissect/kind.h"

#include <stdlib.h>

#include "dissect/sip.h"
#include "tests/unit/test.h"

#define BYTES(s)                                                                         \
	{                                                                                \
		(const uint8_t *)(s), sizeof(s) - 1                                      \
	}
#define RTP "\x12\x34\0\0\1\0\1\2\3\4" /* number, time, source */

static const struct row {
	const char *name;
	struct slice in;
	enum udp_kind kind;
} rows[] = {
    {"nothing", BYTES(""), UDP_KEEPALIVE},
    {"two empty lines", BYTES("\r\n\r\n"), UDP_KEEPALIVE},
    {"four NULs", BYTES("\0\0\0\0"), UDP_KEEPALIVE},
    {"33 NULs",
     BYTES("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"),
     UDP_OTHER},
    {"a space", BYTES(" "), UDP_OTHER},
    {"STUN", BYTES("\0\1\0\4\x21\x12\xA4\x42transaction.\0\0\0\0"), UDP_STUN},
    {"STUN cut short", BYTES("\0\1\0\4\x21\x12\xA4\x42transaction."), UDP_OTHER},
    {"STUN of RFC 3489", BYTES("\1\1\0\4abcdefghijklmnop\0\1\0\0"), UDP_STUN},
    {"a hello of DTLS", BYTES("\x16\xFE\xFF\0\0\0\0\0\0\0\0\0\x01\1"), UDP_DTLS},
    {"DTLS 1.2, data, cut by the capture", BYTES("\x17\xFE\xFD\0\1\0\0\0\0\0\1\1\0data"),
     UDP_DTLS},
    {"DTLS with a connection id", BYTES("\x19\xFE\xFD\0\1\0\0\0\0\0\1id\1\0data"),
     UDP_DTLS},
    {"a version that is none", BYTES("\x16\3\3\0\0\0\0\0\0\0\0\0\1\1"), UDP_OTHER},
    {"PS", BYTES("\x80\x60" RTP "\0\0\1\xBA"), UDP_RTP},
    {"PS, the last of a picture", BYTES("\x80\xE0" RTP "data"), UDP_RTP},
    {"PCMA", BYTES("\x80\x08" RTP "\xD5\xD5"), UDP_RTP},
    {"SVAC audio", BYTES("\x80\x14" RTP "data"), UDP_RTP},
    {"padded", BYTES("\xA0\x60" RTP "ab\0\2"), UDP_RTP},
    {"padded with more than there is", BYTES("\xA0\x60" RTP "ab\0\x20"), UDP_OTHER},
    {"an extension", BYTES("\x90\x2D" RTP "\xBE\xDE\0\1abcdx"), UDP_RTP},
    {"an extension beyond the end", BYTES("\x90\x60" RTP "\xBE\xDE\0\2abcd"), UDP_OTHER},
    {"half a header", BYTES("\x80\x60\x12\x34\0\0\1\0"), UDP_OTHER},
    {"a payload type that is none", BYTES("\x80\x40" RTP "data"), UDP_OTHER},
    {"version 1", BYTES("\x40\x60" RTP "data"), UDP_OTHER},
    {"a sender's report", BYTES("\x80\xC8\0\6ssrc8 octets of timetimepackocte"),
     UDP_RTCP},
    {"an empty receiver's report", BYTES("\x80\xC9\0\1ssrc"), UDP_RTCP},
    {"a report that is longer than its datagram", BYTES("\x80\xC8\0\x60ssrc"), UDP_OTHER},
    {"DNS whose id looks like RTP",
     BYTES("\x80\x60\1\0\0\1\0\0\0\0\0\0\3www\7example\3com\0\0\1\0\1"), UDP_OTHER},
    {"DNS", BYTES("\x12\x34\1\0\0\1\0\0\0\0\0\0\3www\7example\3com\0\0\1\0\1"),
     UDP_OTHER},
    {"NTP",
     BYTES("\x23\2\6\xE9\0\0\1\1\0\0\2\2\1\2\3\4\1\2\3\4\5\6\7\x08"
           "12345678123456781234567"),
     UDP_OTHER},
    {"NTP without a clock",
     BYTES("\xE3\0\6\xE9\0\0\1\1\0\0\2\2\1\2\3\4\1\2\3\4\5\6\7\x08"
           "12345678123456781234567"),
     UDP_OTHER},
    {"SSDP", BYTES("M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\n\r\n"),
     UDP_HTTP},
    {"SSDP's answer", BYTES("HTTP/1.1 200 OK\r\n\r\n"), UDP_HTTP},
    {"RTSP", BYTES("PLAY rtsp://a/b RTSP/1.0\r\nCSeq: 1\r\n\r\n"), UDP_HTTP},
    {"SSDP's NOTIFY", BYTES("NOTIFY * HTTP/1.1\r\n\r\n"), UDP_HTTP},
    {"SIP's NOTIFY", BYTES("NOTIFY sip:a SIP/2.0\r\n\r\n"), UDP_OTHER},
    {"SIP with a phrase from elsewhere", BYTES("SIP/2.0 200 HTTP/1.1\r\n\r\n"),
     UDP_OTHER},
    {"SIP behind empty lines", BYTES("\r\n\r\nBYE sip:a SIP/2.0\r\n\r\n"), UDP_OTHER},
    {"a word", BYTES("HTTP"), UDP_OTHER},
};

static const struct tls_row {
	const char *name;
	struct slice in;
	enum dis answer;
} tls_rows[] = {
    {"a client's hello", BYTES("\x16\3\1\2\0\1\0\1\xFC\3\3"), DIS_OK},
    {"a server's", BYTES("\x16\3\3\0\x5A\2\0\0\x56\3\3"), DIS_OK},
    {"a hello of 16 MiB", BYTES("\x16\3\1\2\0\1\x80\1\xFC\3\3"), DIS_OTHER},
    {"as few octets as can tell", BYTES("\x16\3\1\2\0\1"), DIS_OK},
    {"fewer", BYTES("\x16\3\1\2\0"), DIS_MORE},
    {"one", BYTES("\x17"), DIS_MORE},
    {"data",
     BYTES("\x17\3\3\0\x20"
           "abc"),
     DIS_OK},
    {"a record, then another", BYTES("\x14\3\3\0\1\1\x16\3\3\0\x28"), DIS_OK},
    {"a record, then none", BYTES("\x14\3\3\0\1\1hello"), DIS_OTHER},
    {"an alert", BYTES("\x15\3\3\0\2\2\x28"), DIS_OK},
    {"a version of later",
     BYTES("\x17\3\5\0\x20"
           "abc"),
     DIS_OTHER},
    {"a record too long", BYTES("\x17\3\3\x60\0abc"), DIS_OTHER},
    {"a record of nothing", BYTES("\x17\3\3\0\0abc"), DIS_OTHER},
    {"SIP", BYTES("REGISTER sip:a SIP/2.0\r\n"), DIS_OTHER},
    {"a WebSocket", BYTES("\x81\x05Hello"), DIS_OTHER},
    {"RTP over TCP", BYTES("\0\x20\x80\x60"), DIS_OTHER},
};

/* Some octets that look like media are unavoidable; much would hide what is broken. */
static void
random_octets(void)
{
	enum { TRIES = 100000, SIZE = 60 };
	uint8_t in[SIZE];
	unsigned taken = 0, tls = 0;
	uint32_t x = 1;
	size_t i, n;

	for (n = 0; n < TRIES; n++) {
		for (i = 0; i < SIZE; i++) {
			x = x * 1664525u + 1013904223u;
			in[i] = (uint8_t)(x >> 24);
		}
		taken += udp_kind(slice_of(in, SIZE)) != UDP_OTHER;
		tls += tls_probe(slice_of(in, SIZE)) != DIS_OTHER;
	}
	ok(taken < TRIES / 50, "%u of %d", taken, TRIES);
	ok(tls < TRIES / 10000, "%u of %d are TLS", tls, TRIES);
}

int
main(void)
{
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		enum udp_kind kind = udp_kind(rows[i].in);

		ok(kind == rows[i].kind, "%s: %d", rows[i].name, kind);
		ok(kind == UDP_OTHER || sip_probe(rows[i].in) != DIS_OK, "%s: no SIP",
		   rows[i].name);
	}
	for (i = 0; i < sizeof(tls_rows) / sizeof(tls_rows[0]); i++) {
		enum dis answer = tls_probe(tls_rows[i].in);

		ok(answer == tls_rows[i].answer, "%s: %d", tls_rows[i].name, answer);
	}
	random_octets();
	return done();
}
