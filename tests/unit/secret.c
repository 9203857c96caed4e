#include "src/secret.h"

#include <stdlib.h>
#include <time.h>

#include "tests/unit/test.h"

static const struct {
	const char *name, *text, *masked;
} rows[] = {
    {"nothing secret", "From: <sip:a@b>;tag=response", NULL},
    {"a response", "Digest username=\"u\", response=\"0123\", nc=1",
     "Digest username=\"u\", response=\"<4 octets>\", nc=1"},
    {"in other letters", "RESPONSE=\"ab\"", "RESPONSE=\"<2 octets>\""},
    {"without quotes", "response=abcd, uri=x", "response=<4 octets>, uri=x"},
    {"with blanks about the =", "response = \"ab\"", "response = \"<2 octets>\""},
    {"with a quote in it", "response=\"a\\\"b\",x", "response=\"<4 octets>\",x"},
    {"without its end", "response=\"abc", "response=\"<3 octets>"},
    {"up to the end of the line", "response=\"abc\r\nTo: x",
     "response=\"<4 octets>\nTo: x"},
    {"over a folded line", "response=\"ab\r\n cd\",x", "response=\"<7 octets>\",x"},
    {"an empty one", "response=\"\",x=1", NULL},
    {"a name that only ends so", "myresponse=\"ab\"", NULL},
    {"the server's proof", "rspauth=\"abc\"", "rspauth=\"<3 octets>\""},
    {"two of them", "response=\"ab\", rspauth=cd",
     "response=\"<2 octets>\", rspauth=<2 octets>"},
    {"Basic credentials", "Authorization: Basic dXNlcjpw",
     "Authorization: Basic <8 octets>"},
    {"on a folded line", "Authorization: Basic\r\n dXNlcjpw\r\n",
     "Authorization: Basic\r\n <8 octets>\r\n"},
    {"a Basic challenge", "WWW-Authenticate: Basic realm=\"x\"", NULL},
    {"a word", "use basic authentication.", NULL},
    {"a secret of small letters", "Authorization: Basic geheim",
     "Authorization: Basic <6 octets>"},
    {"Basic credentials with a dot", "Basic a.b", "Basic <3 octets>"},
    {"with a blank in them", "Basic ab cd", "Basic <5 octets>"},
    {"an element", "<Password>geheim</Password>", "<Password><6 octets></Password>"},
    {"with a prefix and attributes", "<x:password a='1'>ab</x:password>",
     "<x:password a='1'><2 octets></x:password>"},
    {"one with brackets in it", "<Password>ge<he>im</Password>",
     "<Password><8 octets></Password>"},
    {"without its end tag", "<Password>geheim<SN>1</SN>", "<Password><11 octets></SN>"},
    {"its end far behind", "<Password>a<b c=\"d\">e</x></Password>",
     "<Password><15 octets></Password>"},
    {"a start tag that ends behind another secret",
     "<Password\r\n<sip:u:pw@h>x</Password>",
     "<Password\r\n<sip:u:<6 octets></Password>"},
    {"a blank before the name", "< Password>ab</ Password>",
     "< Password><2 octets></ Password>"},
    {"brackets in its attribute", "<Password a='<>'>ab</Password>",
     "<Password a='<>'><2 octets></Password>"},
    {"escaped", "&lt;Password&gt;ab&lt;/Password&gt;",
     "&lt;Password&gt;<2 octets>&lt;/Password&gt;"},
    {"escaped by numbers", "&#60;Password&#x3E;ab&#60;/Password&#62;",
     "&#60;Password&#x3E;<2 octets>&#60;/Password&#62;"},
    {"an attribute in other quotes", "<A Password='a;b'/>", "<A Password='<3 octets>'/>"},
    {"a longer name", "<PasswordOld>ab</PasswordOld>",
     "<PasswordOld><2 octets></PasswordOld>"},
    {"behind GBK", "\xB6\x78Password=\"ab\"", "\xB6\x78Password=\"<2 octets>\""},
    {"JSON", "{\"Password\": \"ab\"}", "{\"Password\": \"<2 octets>\"}"},
    {"a response with a blank in it", "response=ab cd, uri=x",
     "response=<5 octets>, uri=x"},
    {"with a quote in it that ends nothing", "response=\"ab\"cd\", uri=x",
     "response=\"<5 octets>\", uri=x"},
    {"in single quotes", "response='ab', uri=x", "response='<2 octets>', uri=x"},
    {"two '='", "response==\"ab\"", "response==\"<2 octets>\""},
    {"with a colon", "response: 0123456789abcdef", "response: <16 octets>"},
    {"with a colon and quotes", "response: \"ab\"", "response: \"<2 octets>\""},
    {"prose", "a second final response: 603, after 500", NULL},
    {"without its comma", "response=\"ab\" nc=1", "response=\"<2 octets>\" nc=1"},
    {"a key of SDP", "v=0\r\nk=clear:ab\r\n", "v=0\r\nk=clear:<2 octets>\r\n"},
    {"its value alone", "base64:ab", "base64:<2 octets>"},
    {"a key of SRTP", "a=crypto:1 X inline:ab|2^20", "a=crypto:1 X inline:<7 octets>"},
    {"a password of ICE", "a=ice-pwd:ab\r\n", "a=ice-pwd:<2 octets>\r\n"},
    {"a '/' in a password", "rtsp://a:b/c@d/1", "rtsp://<5 octets>@d/1"},
    {"brackets in it", "rtsp://a:b<c>e@d", "rtsp://<7 octets>@d"},
    {"a blank in it", "<sip:a:b c@d>", "<sip:a:<3 octets>@d>"},
    {"a port, then another URI", "<sip:h:5060>, <sip:a@b>", NULL},
    {"an IPv6 address, then another URI", "<sip:[2001:db8::1]:5060>, <sip:a@b>", NULL},
    {"an empty element", "<Password></Password>", NULL},
    {"an attribute", "<A Password=\"ab\"/>", "<A Password=\"<2 octets>\"/>"},
    {"a password in a sip URI", "<sip:u:pw@host>", "<sip:u:<2 octets>@host>"},
    {"in a sips URI", "sips:u:pw@host", "sips:u:<2 octets>@host"},
    {"a user alone", "sip:u@host:5060", NULL},
    {"a port, no password", "sip:host:5060;x=y", NULL},
    {"an '@' in a password", "rtsp://admin:p@ss@cam/1", "rtsp://<10 octets>@cam/1"},
    {"an '@' in a SIP password", "<sip:a:p@ss@b>, <mailto:x@y>",
     "<sip:a:<4 octets>@b>, <mailto:x@y>"},
    {"user information of another URL", "rtsp://admin:1234@cam/1",
     "rtsp://<10 octets>@cam/1"},
    {"an @ behind the path", "http://host/a@b", NULL},
    {"hidden already", "response=\"<32 octets>\", Basic <12345 octets>", NULL},
    {"hidden only nearly", "response=\"<x octets>\"", "response=\"<10 octets>\""},
};

static void
test_rows(void)
{
	struct arena a;
	size_t i;

	arena_init(&a, 0);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct slice in = slice_str(rows[i].text), out = secret_mask(in, &a);
		const char *want = rows[i].masked ? rows[i].masked : rows[i].text;

		ok(slice_eq(out, slice_str(want)), "%s: " SLICE_FMT, rows[i].name,
		   SLICE_ARG(out));
		ok((out.p == in.p) == (rows[i].masked == NULL),
		   "%s: a copy only where one is needed", rows[i].name);
		ok(slice_eq(secret_mask(out, &a), out),
		   "%s: once hidden, it stays as it is", rows[i].name);
	}
	arena_free(&a);
}

static void
test_full(void)
{
	struct slice in = SLICE("response=\"abc\"");
	struct arena a;

	arena_init(&a, 8);
	ok(secret_mask(in, &a).n == 0, "without memory nothing is shown");
	arena_free(&a);
}

/* A long user and its password: whatever is cut or looked at, none of it shows. */
static void
test_long(void)
{
	enum { USER = 5000 };
	static char text[USER + 64];
	struct secret_span span;
	int n;

	memset(text, 'u', USER);
	memcpy(text, "sip:", 4);
	n = snprintf(text + USER, 64, ":geheim@host");
	ok(secret_next(slice_of(text, USER + (size_t)n), 0, &span) &&
	       span.at == USER + 1 && span.n == 6,
	   "behind a user of %d octets", USER);
	text[USER + 7] = ' ';
	ok(secret_next(slice_of(text, USER + (size_t)n), 0, &span) && span.at == USER + 1,
	   "where a blank ends it without @");
}

/* No text takes more than a time that grows with it: a megabyte is done in a moment. */
static void
test_time(void)
{
	static const char *const parts[] = {
	    "sip:",      "sip:a:",    "://",    "response=\"", "response ",
	    "<password", ":password", "basic ", "sip:a:b",     "response=\"x\""};
	enum { SIZE = 1 << 20 };
	char *text = malloc(SIZE);
	struct secret_span span;
	clock_t begin;
	size_t i, n, from;

	if (text == NULL)
		return;
	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		for (n = 0; n + strlen(parts[i]) <= SIZE; n += strlen(parts[i]))
			memcpy(text + n, parts[i], strlen(parts[i]));
		begin = clock();
		for (from = 0; secret_next(slice_of(text, n), from, &span);
		     from = span.at + span.n)
			if (span.at < from || span.n == 0)
				break;
		ok(clock() - begin < 10 * CLOCKS_PER_SEC, "a megabyte of '%s'", parts[i]);
	}
	free(text);
}

static void
test_head(void)
{
	static const struct {
		const char *text;
		size_t max;
		const char *want, *what;
	} cuts[] = {
	    {"rtsp://u:secret@h/", 99, "rtsp://u:secret@h/", "what is short is whole"},
	    {"rtsp://u:secret@h/", 16, "rtsp://u:secret@", "cut behind the secret"},
	    {"rtsp://u:secret@h/", 15, "rtsp://", "cut before its @"},
	    {"rtsp://u:secret@h/", 12, "rtsp://", "cut within"},
	    {"rtsp://u:secret@h/", 4, "rtsp", "cut before it"},
	    {"sip:u:secret@h", 9, "sip:u:", "of a sip URI"},
	    {"<Password>secret</Password>", 13, "<Password>", "of an element"},
	    {"no secret here", 9, "no secret", "none in it"},
	};
	size_t i;

	for (i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++)
		ok(slice_eq(secret_head(slice_str(cuts[i].text), cuts[i].max),
		            slice_str(cuts[i].want)),
		   "the first octets of %s: %s", cuts[i].text, cuts[i].what);
}

int
main(void)
{
	test_rows();
	test_full();
	test_long();
	test_time();
	test_head();
	return done();
}
