#include "dissect/sip.h"

#include <stdlib.h>

#include "tests/unit/test.h"

/* clang-format off */
#define S(lit)  {(const uint8_t *)(lit), sizeof(lit) - 1}
#define NOTHING {NULL, 0}
/* clang-format on */

static void
probes(void)
{
	/* clang-format off */
	static const struct {
		const char *what;
		struct slice in;
		enum dis dis;
	} rows[] = {
	    {"a request", S("INVITE sip:u@h SIP/2.0\r\n"), DIS_OK},
	    {"a response", S("SIP/2.0 200 OK\r\n"), DIS_OK},
	    {"a response without reason", S("SIP/2.0 200\r\n"), DIS_OK},
	    {"after keep-alives", S("\r\n\r\n\nBYE sip:u@h SIP/2.0\n"), DIS_OK},
	    {"another version", S("OPTIONS sip:h SIP/7.0\r\n"), DIS_OK},
	    {"version in small letters", S("OPTIONS sip:h sip/2.0\r\n"), DIS_OK},
	    {"an unknown method", S("!x%'~ sip:h SIP/2.0\r\n"), DIS_OK},
	    {"a method that is no token", S("IN/VITE sip:h SIP/2.0\r\n"), DIS_OK},
	    {"no scheme", S("REGISTER 3402000000 SIP/2.0\r\n"), DIS_OK},
	    {"no Request-URI", S("REGISTER SIP/2.0\r\n"), DIS_OK},
	    {"blanks everywhere", S("INVITE  sip:a b\tSIP/2.0 \r\n"), DIS_OK},
	    {"a status out of range", S("SIP/2.0 4294967301 x\r\n"), DIS_OK},
	    {"a status of two digits", S("SIP/2.0 40  x\r\n"), DIS_OK},
	    {"a status that is no number", S("SIP/2.0 abc x\r\n"), DIS_OTHER},
	    {"a version alone", S("SIP/2.0\r\n"), DIS_OTHER},
	    {"a version without numbers", S("INVITE sip:h SIP/x\r\n"), DIS_OTHER},
	    {"a version of one number", S("INVITE sip:h SIP/2\r\n"), DIS_OTHER},
	    {"version glued to the URI", S("INVITE sip:hSIP/2.0\r\n"), DIS_OTHER},
	    {"NUL in the line", S("INVITE sip:\0h SIP/2.0\r\n"), DIS_OTHER},
	    {"HTTP request", S("GET / HTTP/1.1\r\n"), DIS_OTHER},
	    {"HTTP response", S("HTTP/1.1 200 OK\r\n"), DIS_OTHER},
	    {"RTSP", S("DESCRIBE rtsp://h/1 RTSP/1.0\r\n"), DIS_OTHER},
	    {"SSDP", S("M-SEARCH * HTTP/1.1\r\n"), DIS_OTHER},
	    {"MSRP", S("MSRP a786hjs2 SEND\r\n"), DIS_OTHER},
	    {"a header that ends like a start line", S("Note: sip SIP/2.0\r\n"), DIS_OTHER},
	    {"a blank in front", S(" INVITE sip:h SIP/2.0\r\n"), DIS_OTHER},
	    {"RTP", S("\x80\x60\x00\x01"), DIS_OTHER},
	    {"STUN", S("\x00\x01\x00\x08"), DIS_OTHER},
	    {"interleaved RTP", S("$\x00\x00\x04"), DIS_OTHER},
	    {"a first letter and then binary", S("I\x01"), DIS_OTHER},
	    {"GBK text", S("a\xd6\xd0 b SIP/2.0\r\n"), DIS_OTHER},
	    {"nothing", S(""), DIS_MORE},
	    {"only keep-alives", S("\r\n\r\n"), DIS_MORE},
	    {"one letter", S("I"), DIS_MORE},
	    {"half a method", S("INVI"), DIS_MORE},
	    {"half a URI", S("INVITE sip:u@"), DIS_MORE},
	    {"all but the line end", S("INVITE sip:u@h SIP/2.0"), DIS_MORE},
	    {"half a version", S("SIP/2"), DIS_MORE},
	    {"half a response", S("SIP/2.0 "), DIS_MORE},
	    {"half a response of a wrong version", S("SIP/x "), DIS_OTHER},
	    {"half a header", S("Via: SIP/2.0/UDP"), DIS_OTHER},
	    {"NUL in half a line", S("INVITE \0"), DIS_OTHER},
	};
	/* clang-format on */
	uint8_t *big = malloc(SIP_HEAD_MAX + 1);
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ok(sip_probe(rows[i].in) == rows[i].dis, "probe: %s", rows[i].what);
	if (!ok(big != NULL, "memory"))
		return;
	memset(big, 'A', SIP_HEAD_MAX + 1);
	ok(sip_probe(slice_of(big, 200)) == DIS_OTHER, "probe: a word without end");
	big[6] = ' ';
	ok(sip_probe(slice_of(big, SIP_HEAD_MAX)) == DIS_MORE, "probe: a long URI");
	ok(sip_probe(slice_of(big, SIP_HEAD_MAX + 1)) == DIS_OTHER,
	   "probe: a URI without end");
	free(big);
}

static void
head_ends(void)
{
	/* clang-format off */
	static const struct {
		const char *what;
		struct slice in;
		size_t length; /* 0: not there */
	} rows[] = {
	    {"CRLF", S("a\r\nb\r\n\r\nc"), 8},
	    {"LF", S("a\nb\n\nc"), 5},
	    {"LF, then CRLF", S("a\nb\n\r\nc"), 6},
	    {"CRLF, then LF", S("a\r\nb\r\n\nc"), 7},
	    {"keep-alives in front", S("\r\n\r\na\r\n\r\n"), 9},
	    {"a stray CR is no empty line", S("a\r\n\r\r\n"), 0},
	    {"CR alone ends nothing", S("a\r\r"), 0},
	    {"a blank line is no empty line", S("a\r\n \r\n"), 0},
	    {"only keep-alives", S("\r\n\r\n\r\n"), 0},
	    {"nothing", S(""), 0},
	};
	/* clang-format on */
	size_t i, cut, from, length;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct slice in = rows[i].in;

		length = 0;
		ok(sip_head_end(in, 0, &length) == (rows[i].length ? DIS_OK : DIS_MORE) &&
		       length == rows[i].length,
		   "head end: %s", rows[i].what);
		/* However the stream is cut, the answer is the same. */
		for (cut = 0; cut <= in.n; cut++) {
			length = 0;
			from = 0;
			if (sip_head_end(slice_head(in, cut), 0, &length) == DIS_MORE)
				from = cut;
			sip_head_end(in, from, &length);
			ok(length == rows[i].length, "head end: %s, cut at %zu",
			   rows[i].what, cut);
		}
	}
}

static void
start_lines(void)
{
	/* clang-format off */
	static const struct {
		const char *what;
		struct slice in;
		enum dis dis;
		uint32_t faults, fault_offset, status;
		struct slice method, uri, version, reason;
	} rows[] = {
	    {"a request", S("INVITE sip:u@h SIP/2.0\r\n\r\n"), DIS_OK, 0, 0, 0, S("INVITE"), S("sip:u@h"),
	     S("SIP/2.0"), NOTHING},
	    {"a response", S("SIP/2.0 401 No such, ok\r\n\r\n"), DIS_OK, 0, 0, 401, NOTHING, NOTHING,
	     S("SIP/2.0"), S("No such, ok")},
	    {"an empty reason", S("SIP/2.0 100 \r\n\r\n"), DIS_OK, 0, 0, 100, NOTHING, NOTHING,
	     S("SIP/2.0"), NOTHING},
	    {"no SP before the reason", S("SIP/2.0 100\r\n\r\n"), DIS_OK, SIP_FAULT_NO_REASON_SP, 11, 100,
	     NOTHING, NOTHING, S("SIP/2.0"), NOTHING},
	    {"a reason glued to the status", S("SIP/2.0 200OK\r\n\r\n"), DIS_OK, SIP_FAULT_NO_REASON_SP,
	     11, 200, NOTHING, NOTHING, S("SIP/2.0"), S("OK")},
	    {"two SP before the status", S("SIP/2.0  200 OK\r\n\r\n"), DIS_OK, SIP_FAULT_START_SPACE, 7,
	     200, NOTHING, NOTHING, S("SIP/2.0"), S("OK")},
	    {"a status of two digits", S("SIP/2.0 20 x\r\n\r\n"), DIS_OK, SIP_FAULT_STATUS, 8, 20,
	     NOTHING, NOTHING, S("SIP/2.0"), S("x")},
	    {"a status above 699", S("SIP/2.0 700 x\r\n\r\n"), DIS_OK, SIP_FAULT_STATUS, 8, 700, NOTHING,
	     NOTHING, S("SIP/2.0"), S("x")},
	    {"a status of four digits that is small", S("SIP/2.0 0200 x\r\n\r\n"), DIS_OK,
	     SIP_FAULT_STATUS, 8, 200, NOTHING, NOTHING, S("SIP/2.0"), S("x")},
	    {"a status beyond 32 bits", S("SIP/2.0 4294967301 x\r\n\r\n"), DIS_OK, SIP_FAULT_STATUS, 8,
	     UINT32_MAX, NOTHING, NOTHING, S("SIP/2.0"), S("x")},
	    {"status 000 is no request", S("SIP/2.0 000 x\r\n\r\n"), DIS_OK, SIP_FAULT_STATUS, 8, 1000,
	     NOTHING, NOTHING, S("SIP/2.0"), S("x")},
	    {"no status", S("SIP/2.0 abc x\r\n\r\n"), DIS_BAD, SIP_FAULT_STATUS, 8, 1000, NOTHING, NOTHING,
	     S("SIP/2.0"), S("x")},
	    {"no URI", S("INVITE SIP/2.0\r\n\r\n"), DIS_BAD, 0, 0, 0, S("INVITE"), NOTHING, S("SIP/2.0"),
	     NOTHING},
	    {"version in small letters", S("INVITE sip:h sip/2.0\r\n\r\n"), DIS_OK, SIP_FAULT_VERSION, 13,
	     0, S("INVITE"), S("sip:h"), S("sip/2.0"), NOTHING},
	    {"another version", S("OPTIONS sip:h SIP/7.0\r\n\r\n"), DIS_OK, SIP_FAULT_VERSION, 14, 0,
	     S("OPTIONS"), S("sip:h"), S("SIP/7.0"), NOTHING},
	    {"two SP before the URI", S("INVITE  sip:h SIP/2.0\r\n\r\n"), DIS_OK, SIP_FAULT_START_SPACE, 6,
	     0, S("INVITE"), S("sip:h"), S("SIP/2.0"), NOTHING},
	    {"a tab before the version", S("INVITE sip:h\tSIP/2.0\r\n\r\n"), DIS_OK, SIP_FAULT_START_SPACE,
	     12, 0, S("INVITE"), S("sip:h"), S("SIP/2.0"), NOTHING},
	    {"SP at the end", S("INVITE sip:h SIP/2.0  \r\n\r\n"), DIS_OK, SIP_FAULT_START_SPACE, 20, 0,
	     S("INVITE"), S("sip:h"), S("SIP/2.0"), NOTHING},
	    {"SP in the URI", S("INVITE sip:h; lr SIP/2.0\r\n\r\n"), DIS_OK, SIP_FAULT_URI_SPACE, 13, 0,
	     S("INVITE"), S("sip:h; lr"), S("SIP/2.0"), NOTHING},
	    {"a method that is no token", S("IN(VITE sip:h SIP/2.0\r\n\r\n"), DIS_OK, SIP_FAULT_METHOD, 0,
	     0, S("IN(VITE"), S("sip:h"), S("SIP/2.0"), NOTHING},
	    {"LF alone", S("INVITE sip:h SIP/2.0\n\n"), DIS_OK, SIP_FAULT_LF, 20, 0, S("INVITE"),
	     S("sip:h"), S("SIP/2.0"), NOTHING},
	    {"no empty line", S("INVITE sip:h SIP/2.0\r\n"), DIS_MORE, SIP_FAULT_NO_EMPTY_LINE, 22, 0,
	     S("INVITE"), S("sip:h"), S("SIP/2.0"), NOTHING},
	    {"no line end", S("INVITE sip:h SIP/2.0"), DIS_MORE, SIP_FAULT_NO_EMPTY_LINE, 20, 0,
	     S("INVITE"), S("sip:h"), S("SIP/2.0"), NOTHING},
	    {"half a line", S("INVITE sip:h SIP/"), DIS_MORE, SIP_FAULT_NO_EMPTY_LINE, 17, 0, NOTHING,
	     NOTHING, NOTHING, NOTHING},
	    {"a reason in another charset", S("SIP/2.0 200 \xd6\xd0\r\n\r\n"), DIS_OK, SIP_FAULT_UTF8, 12,
	     200, NOTHING, NOTHING, S("SIP/2.0"), S("\xd6\xd0")},
	    {"HTTP", S("GET / HTTP/1.1\n\n"), DIS_OTHER, 0, 0, 0, NOTHING, NOTHING, NOTHING, NOTHING},
	    {"binary", S("\x80\x60"), DIS_OTHER, 0, 0, 0, NOTHING, NOTHING, NOTHING, NOTHING},
	    {"keep-alives", S("\r\n\r\n"), DIS_MORE, 0, 0, 0, NOTHING, NOTHING, NOTHING, NOTHING},
	};
	/* clang-format on */
	struct arena a;
	size_t i;

	arena_init(&a, 0);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sip s;
		enum dis dis = sip_dissect(rows[i].in, &a, &s);

		ok(dis == rows[i].dis, "start: %s: the answer is %d", rows[i].what,
		   (int)dis);
		ok(s.faults == rows[i].faults && s.fault_offset == rows[i].fault_offset,
		   "start: %s: faults %x at %u", rows[i].what, (unsigned)s.faults,
		   (unsigned)s.fault_offset);
		ok(s.status == rows[i].status, "start: %s: status %u", rows[i].what,
		   (unsigned)s.status);
		ok(slice_eq(s.method, rows[i].method) && slice_eq(s.uri, rows[i].uri) &&
		       slice_eq(s.version, rows[i].version) &&
		       slice_eq(s.reason, rows[i].reason),
		   "start: %s: the parts", rows[i].what);
		arena_reset(&a);
	}
	arena_free(&a);
}

/* clang-format off */
#define START "MESSAGE sip:h SIP/2.0\r\n" /* 23 octets */
/* clang-format on */

static void
headers(void)
{
	/* clang-format off */
	static const struct {
		const char *what;
		struct slice in; /* one header */
		enum sip_hdr id;
		struct slice name, value, raw;
		bool compact, folded, bad;
		uint32_t faults;
	} rows[] = {
	    {"plain", S(START "Via: a\r\n\r\n"), SIP_VIA, S("Via"), S("a"), S("Via: a"), false, false,
	     false, 0},
	    {"compact", S(START "v:a\r\n\r\n"), SIP_VIA, S("v"), S("a"), S("v:a"), true, false, false, 0},
	    {"compact in capitals", S(START "I: a\r\n\r\n"), SIP_CALL_ID, S("I"), S("a"), S("I: a"), true,
	     false, false, 0},
	    {"in capitals", S(START "CALL-ID: a\r\n\r\n"), SIP_CALL_ID, S("CALL-ID"), S("a"),
	     S("CALL-ID: a"), false, false, false, 0},
	    {"blanks before the colon", S(START "To \t: a \r\n\r\n"), SIP_TO, S("To"), S("a"),
	     S("To \t: a "), false, false, false, 0},
	    {"no value", S(START "Supported:\r\n\r\n"), SIP_SUPPORTED, S("Supported"), S(""),
	     S("Supported:"), false, false, false, 0},
	    {"unknown", S(START "X-Foo: a:b\r\n\r\n"), SIP_HDR_OTHER, S("X-Foo"), S("a:b"),
	     S("X-Foo: a:b"), false, false, false, 0},
	    {"one letter that is no compact form", S(START "z: a\r\n\r\n"), SIP_HDR_OTHER, S("z"), S("a"),
	     S("z: a"), false, false, false, 0},
	    {"folded", S(START "Subject: a\r\n\tb\r\n  c\r\n\r\n"), SIP_SUBJECT, S("Subject"),
	     S("a   b    c"), S("Subject: a\r\n\tb\r\n  c"), false, true, false, 0},
	    {"folded at once", S(START "To :\r\n sip:u@h\r\n\r\n"), SIP_TO, S("To"), S("sip:u@h"),
	     S("To :\r\n sip:u@h"), false, true, false, 0},
	    {"a fold of nothing", S(START "To: a\r\n \r\n\r\n"), SIP_TO, S("To"), S("a"), S("To: a\r\n "),
	     false, true, false, 0},
	    {"folded with LF", S(START "To: a\n b\r\n\r\n"), SIP_TO, S("To"), S("a  b"), S("To: a\n b"),
	     false, true, false, SIP_FAULT_LF},
	    {"a line break before the colon", S(START "To\r\n : a\r\n\r\n"), SIP_HDR_OTHER, S("To"),
	     S("To   : a"), S("To\r\n : a"), false, true, true, SIP_FAULT_LINE},
	    {"no colon", S(START "hello\r\n\r\n"), SIP_HDR_OTHER, S("hello"), S("hello"), S("hello"), false,
	     false, true, SIP_FAULT_LINE},
	    {"no name", S(START ": a\r\n\r\n"), SIP_HDR_OTHER, S(""), S(": a"), S(": a"), false, false,
	     true, SIP_FAULT_LINE},
	    {"a name with a blank", S(START "Call ID: a\r\n\r\n"), SIP_HDR_OTHER, S("Call ID"),
	     S("Call ID: a"), S("Call ID: a"), false, false, true, SIP_FAULT_LINE},
	    {"a blank before the first name", S(START " Via: a\r\n\r\n"), SIP_HDR_OTHER, S("Via"),
	     S(" Via: a"), S(" Via: a"), false, false, true, SIP_FAULT_LINE},
	    {"NUL in the value", S(START "To: a\0b\r\n\r\n"), SIP_TO, S("To"), S("a\0b"), S("To: a\0b"),
	     false, false, false, SIP_FAULT_CONTROL},
	    {"DEL in the value", S(START "To: a\x7f" "b\r\n\r\n"), SIP_TO, S("To"), S("a\x7f" "b"),
	     S("To: a\x7f" "b"), false, false, false, SIP_FAULT_CONTROL},
	    {"an escaped NUL", S(START "To: \"\\\0\"\r\n\r\n"), SIP_TO, S("To"), S("\"\\\0\""),
	     S("To: \"\\\0\""), false, false, false, 0},
	    {"an escaped backslash, then NUL", S(START "To: \"\\\\\0\"\r\n\r\n"), SIP_TO, S("To"),
	     S("\"\\\\\0\""), S("To: \"\\\\\0\""), false, false, false, SIP_FAULT_CONTROL},
	    {"a CR in the value", S(START "To: a\rb\r\n\r\n"), SIP_TO, S("To"), S("a\rb"), S("To: a\rb"),
	     false, false, false, SIP_FAULT_CR},
	    {"UTF-8", S(START "Subject: \xe4\xb8\xad\r\n\r\n"), SIP_SUBJECT, S("Subject"),
	     S("\xe4\xb8\xad"), S("Subject: \xe4\xb8\xad"), false, false, false, 0},
	    {"GBK", S(START "Subject: \xd6\xd0\r\n\r\n"), SIP_SUBJECT, S("Subject"), S("\xd6\xd0"),
	     S("Subject: \xd6\xd0"), false, false, false, SIP_FAULT_UTF8},
	    {"UTF-8 too long", S(START "Subject: \xc0\xaf\r\n\r\n"), SIP_SUBJECT, S("Subject"),
	     S("\xc0\xaf"), S("Subject: \xc0\xaf"), false, false, false, SIP_FAULT_UTF8},
	    {"a surrogate", S(START "Subject: \xed\xa0\x80\r\n\r\n"), SIP_SUBJECT, S("Subject"),
	     S("\xed\xa0\x80"), S("Subject: \xed\xa0\x80"), false, false, false, SIP_FAULT_UTF8},
	    {"above U+10FFFF", S(START "Subject: \xf4\x90\x80\x80\r\n\r\n"), SIP_SUBJECT, S("Subject"),
	     S("\xf4\x90\x80\x80"), S("Subject: \xf4\x90\x80\x80"), false, false, false, SIP_FAULT_UTF8},
	    {"UTF-8 cut at the line's end", S(START "Subject: \xe4\xb8\r\n\r\n"), SIP_SUBJECT, S("Subject"),
	     S("\xe4\xb8"), S("Subject: \xe4\xb8"), false, false, false, SIP_FAULT_UTF8},
	    {"the end in the middle", S(START "To: a"), SIP_TO, S("To"), S("a"), S("To: a"), false, false,
	     false, SIP_FAULT_NO_EMPTY_LINE},
	    {"the end in a line end", S(START "To: a\r"), SIP_TO, S("To"), S("a"), S("To: a"), false, false,
	     false, SIP_FAULT_NO_EMPTY_LINE},
	    {"the end in a fold", S(START "To: a\r\n "), SIP_TO, S("To"), S("a"), S("To: a\r\n "), false,
	     true, false, SIP_FAULT_NO_EMPTY_LINE},
	};
	/* clang-format on */
	struct arena a;
	struct sip s;
	size_t i;

	arena_init(&a, 0);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct sip_header *h;

		sip_dissect(rows[i].in, &a, &s);
		if (!ok(s.headers_total == 1, "header: %s: one", rows[i].what))
			continue;
		h = &s.headers[0];
		ok(h->id == rows[i].id, "header: %s: id", rows[i].what);
		ok(slice_eq(h->name, rows[i].name), "header: %s: name", rows[i].what);
		ok(slice_eq(h->value, rows[i].value), "header: %s: value " SLICE_FMT,
		   rows[i].what, SLICE_ARG(h->value));
		ok(slice_eq(h->raw, rows[i].raw) && h->offset == 23, "header: %s: raw",
		   rows[i].what);
		ok(h->compact == rows[i].compact && h->folded == rows[i].folded &&
		       h->bad == rows[i].bad,
		   "header: %s: its form", rows[i].what);
		ok(s.faults == rows[i].faults, "header: %s: faults are %x", rows[i].what,
		   (unsigned)s.faults);
		arena_reset(&a);
	}
	arena_free(&a);
}

static void
whole(void)
{
	static const char text[] =
	    "\r\nREGISTER sip:h SIP/2.0\r\n"
	    "v: a\r\nTo: b\r\nVia: c\r\nX-Y: d\r\nvia: e\r\n\r\nbody\r\n\r\n";
	struct slice in = SLICE(text);
	struct arena a;
	struct sip s;

	arena_init(&a, 0);
	ok(sip_dissect(in, &a, &s) == DIS_OK, "a whole message");
	ok(s.skipped == 2 && s.start_offset == 2, "the keep-alive is skipped");
	ok(slice_eq(s.start_line, SLICE("REGISTER sip:h SIP/2.0")), "the start line");
	ok(slice_eq(s.body, SLICE("body\r\n\r\n")), "the body is all that follows");
	ok(s.head.p == in.p + 2 && s.head.n + 2 + s.body.n == in.n,
	   "the head ends where it begins");
	ok(s.headers_total == 5, "five headers");
	ok(sip_count(&s, SIP_VIA) == 3 && sip_count(&s, SIP_TO) == 1 &&
	       sip_count(&s, SIP_CSEQ) == 0,
	   "they are counted by kind");
	ok(slice_eq(sip_find(&s, SIP_VIA, 0)->value, SLICE("a")) &&
	       slice_eq(sip_find(&s, SIP_VIA, 1)->value, SLICE("c")) &&
	       slice_eq(sip_find(&s, SIP_VIA, 2)->value, SLICE("e")),
	   "they are found in order");
	ok(sip_find(&s, SIP_VIA, 3) == NULL && sip_find(&s, SIP_CSEQ, 0) == NULL,
	   "no more than that");
	ok(sip_count(&s, SIP_HDR_OTHER) == 1 &&
	       sip_find(&s, SIP_HDR_OTHER, 0) == &s.headers[3],
	   "the unknown are found too");
	arena_free(&a);
	ok(sip_dissect(in, NULL, &s) == DIS_LIMIT && s.headers_total == 0 &&
	       slice_eq(s.method, SLICE("REGISTER")) &&
	       slice_eq(s.body, SLICE("body\r\n\r\n")),
	   "without an arena no header is kept");
}

static void
limits(void)
{
	enum { COPIES = 2000 };
	static const char line[] = "Via: SIP/2.0/UDP h;branch=z9hG4bK0123456789\r\n";
	size_t n = sizeof(line) - 1, at = sizeof(START) - 1, size = at + n * COPIES + 6;
	uint8_t *text = malloc(size);
	struct arena a;
	struct sip s;
	size_t i;

	if (!ok(text != NULL, "memory"))
		return;
	memcpy(text, START, at);
	for (i = 0; i < COPIES; i++)
		memcpy(text + at + i * n, line, n);
	memcpy(text + size - 6, "\r\nbody", 6);

	arena_init(&a, 0);
	ok(sip_dissect(slice_of(text, size), &a, &s) == DIS_LIMIT,
	   "a head beyond the limits");
	ok(s.headers_total == SIP_HEADERS_MAX && (s.faults & SIP_FAULT_HEADERS) != 0,
	   "headers up to the limit are kept");
	ok(s.headers_total == sip_count(&s, SIP_VIA), "and are what they are");
	ok(slice_eq(s.body, SLICE("body")), "the body is found all the same");
	arena_reset(&a);

	i = at + n * 1100;
	memcpy(text + i, "\r\nbody", 6);
	ok(sip_dissect(slice_of(text, i + 6), &a, &s) == DIS_LIMIT &&
	       (s.faults & SIP_FAULT_HEADERS) != 0 &&
	       (s.faults & SIP_FAULT_NO_EMPTY_LINE) == 0 &&
	       slice_eq(s.body, SLICE("body")),
	   "too many headers in a head that is not too long");
	i = at + n * 1000;
	memcpy(text + i, "\r\nbody", 6);
	ok(sip_dissect(slice_of(text, i + 6), &a, &s) == DIS_OK &&
	       s.headers_total == 1000 && s.faults == 0,
	   "a thousand headers are fine");
	arena_free(&a);

	arena_init(&a, 4096);
	ok(sip_dissect(slice_of(text, i + 6), &a, &s) == DIS_LIMIT &&
	       s.headers_total > 0 && s.headers_total < 1000 &&
	       slice_eq(s.body, SLICE("body")),
	   "a small arena: what fits is kept");
	arena_free(&a);
	free(text);
}

static void
content_lengths(void)
{
	/* clang-format off */
	static const struct {
		const char *what;
		struct slice in;
		enum dis dis;
		uint32_t length;
	} rows[] = {
	    {"none", S(START "To: a\r\n\r\n"), DIS_OTHER, 0},
	    {"one", S(START "Content-Length: 0150\r\n\r\n"), DIS_OK, 150},
	    {"compact", S(START "l:0\r\n\r\n"), DIS_OK, 0},
	    {"two that agree", S(START "l: 5\r\nContent-Length: 05\r\n\r\n"), DIS_OK, 5},
	    {"two that differ", S(START "l: 13\r\nl: 5\r\n\r\n"), DIS_BAD, 13},
	    {"negative", S(START "l: -999\r\n\r\n"), DIS_BAD, 0},
	    {"empty", S(START "l:\r\n\r\n"), DIS_BAD, 0},
	    {"words", S(START "l: 12 octets\r\n\r\n"), DIS_BAD, 0},
	    {"2^31", S(START "l: 2147483648\r\n\r\n"), DIS_OK, 2147483648U},
	    {"above 2^31", S(START "l: 2147483649\r\n\r\n"), DIS_BAD, 0},
	    {"far above", S(START "l: 99999999999999999999999\r\n\r\n"), DIS_BAD, 0},
	};
	/* clang-format on */
	struct arena a;
	size_t i;

	arena_init(&a, 0);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sip s;
		uint32_t length = 7;

		sip_dissect(rows[i].in, &a, &s);
		ok(sip_content_length(&s, &length) == rows[i].dis &&
		       length == rows[i].length,
		   "Content-Length: %s", rows[i].what);
		arena_reset(&a);
	}
	arena_free(&a);
}

/* The name with its letters in the other case; below text. */
static struct slice
other_case(struct slice name, char text[64])
{
	size_t i;

	for (i = 0; i < name.n; i++)
		text[i] = (char)(name.p[i] ^ (ascii_alpha(name.p[i]) ? 0x20 : 0));
	return slice_of(text, name.n);
}

/* Every row of the table is found by each of its names, in any case, and by nothing
 * else. */
static void
names(void)
{
	const struct sip_header_info *info, *with;
	struct slice name;
	char text[64];
	unsigned id, other;

	for (id = SIP_HDR_OTHER + 1; id < SIP_HDR_TOTAL; id++) {
		info = &sip_header_infos[id];
		name = slice_str(info->name);
		ok(sip_header_id(name) == id, SLICE_FMT ": its name", SLICE_ARG(name));
		ok(sip_header_id(other_case(name, text)) == id,
		   SLICE_FMT ": in the other case", SLICE_ARG(name));
		if (name.n > 2) /* "T" is To */
			ok(sip_header_id(slice_head(name, name.n - 1)) != id,
			   SLICE_FMT ": not when cut", SLICE_ARG(name));
		if (info->compact[0] != 0)
			ok(sip_header_id(slice_str(info->compact)) == id,
			   SLICE_FMT ": its compact form", SLICE_ARG(name));
		for (other = id + 1; other < SIP_HDR_TOTAL; other++) {
			with = &sip_header_infos[other];
			if (slice_ieq(name, slice_str(with->name)) ||
			    (info->compact[0] != 0 &&
			     info->compact[0] == with->compact[0]))
				ok(false, SLICE_FMT " and row %u are distinct",
				   SLICE_ARG(name), other);
		}
	}
	ok(sip_header_id(SLICE_EMPTY) == SIP_HDR_OTHER, "no name is no header");
	ok(sip_method_known(SLICE("MESSAGE")) && !sip_method_known(SLICE("message")) &&
	       !sip_method_known(SLICE("")),
	   "methods are compared with regard to case");
}

int
main(void)
{
	probes();
	head_ends();
	start_lines();
	headers();
	whole();
	limits();
	content_lengths();
	names();
	return done();
}
