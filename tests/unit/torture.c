/* The messages of RFC 4475 and RFC 5118, where they are at hand: what each is to show
 * must be visible. */
#include "dissect/sip.h"

#include <stdlib.h>

#include "tests/unit/test.h"

enum mark {
	CLEAN = 0,
	URI = 1 << 0,  /* the Request-URI is DIS_BAD */
	VIA = 1 << 1,  /* a Via is */
	FROM = 1 << 2, /* From, or its URI */
	TO = 1 << 3,
	CONTACT = 1 << 4, /* a Contact, Route or Record-Route is, or the URI there */
	CSEQ = 1 << 5,
	DATE = 1 << 6,
	LENGTH = 1 << 7, /* Content-Length is DIS_BAD */
	MORE = 1 << 8,   /* no empty line */
};

/* clang-format off */
static const struct {
	const char *file;
	unsigned marks;
	uint32_t faults;
	const char *call_id, *to_user;
} rows[] = {
    {"rfc4475/wsinv.dat", CLEAN, 0, "wsinv.ndaksdj@192.0.2.1", "vivekg"},
    {"rfc4475/intmeth.dat", CLEAN, 0, "intmeth.word%ZK-!.*_+'@word`~)(><:\\/\"][?}{",
     "1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*"},
    {"rfc4475/esc01.dat", CLEAN, 0, "esc01.239409asdfakjkn23onasd0-3234", "%75se%72"},
    {"rfc4475/escnull.dat", CLEAN, 0, "escnull.39203ndfvkjdasfkq3w4otrq0adsfdfnavd",
     "null-%00-null"},
    {"rfc4475/esc02.dat", CLEAN, 0, "esc02.asdfnqwo34rq23i34jrjasdcnl23nrlknsdf", "resource"},
    {"rfc4475/lwsdisp.dat", CLEAN, 0, "lwsdisp.1234abcd@funky.example.com", "user"},
    {"rfc4475/longreq.dat", CLEAN, 0, NULL, NULL},
    {"rfc4475/dblreq.dat", CLEAN, 0, "dblreq.0ha0isndaksdj99sdfafnl3lk233412", "j.user"},
    {"rfc4475/semiuri.dat", CLEAN, 0, "semiuri.0ha0isndaksdj", "j_user"},
    {"rfc4475/transports.dat", CLEAN, 0, "transports.kijh4akdnaqjkwendsasfdj", "user"},
    {"rfc4475/mpart01.dat", CLEAN, 0, NULL, NULL},
    {"rfc4475/unreason.dat", CLEAN, 0, "unreason.1234ksdfak3j2erwedfsASdf", "user"},
    {"rfc4475/noreason.dat", CLEAN, 0, "noreason.asndj203insdf99223ndf", "user"},
    {"rfc4475/badinv01.dat", VIA | CONTACT, 0, "badinv01.0ha0isndaksdjasdf3234nas", "j.user"},
    {"rfc4475/clerr.dat", CLEAN, 0, NULL, "j.user"},
    {"rfc4475/ncl.dat", LENGTH, 0, "ncl.0ha0isndaksdj2193423r542w35", "j.user"},
    {"rfc4475/scalar02.dat", CSEQ, 0, "scalar02.23o0pd9vanlq3wnrlnewofjas9ui32", "user"},
    {"rfc4475/scalarlg.dat", CSEQ, 0, "scalarlg.noase0of0234hn2qofoaf0232aewf2394r", "user"},
    {"rfc4475/quotbal.dat", TO, 0, "quotbal.aksdj", "j.user"},
    {"rfc4475/ltgtruri.dat", URI, 0, "ltgtruri.1@192.0.2.5", "user"},
    {"rfc4475/lwsruri.dat", URI, SIP_FAULT_URI_SPACE, NULL, "user"},
    {"rfc4475/lwsstart.dat", CLEAN, SIP_FAULT_START_SPACE, NULL, "user"},
    {"rfc4475/trws.dat", CLEAN, SIP_FAULT_START_SPACE, NULL, "remote-target"},
    {"rfc4475/escruri.dat", CLEAN, 0, NULL, "user"}, /* sip_uri.headers is what 3.1.2.11 is about */
    {"rfc4475/baddate.dat", DATE, 0, NULL, "user"},
    {"rfc4475/regbadct.dat", CONTACT, 0, NULL, "user"},
    {"rfc4475/badaspec.dat", TO, 0, NULL, "t.watson"},
    {"rfc4475/baddn.dat", FROM | TO | MORE, SIP_FAULT_NO_EMPTY_LINE, NULL, "t.watson"},
    {"rfc4475/badvers.dat", CLEAN, SIP_FAULT_VERSION, NULL, "t.watson"},
    {"rfc4475/mismatch01.dat", CLEAN, 0, NULL, NULL},
    {"rfc4475/mismatch02.dat", CLEAN, 0, NULL, NULL},
    {"rfc4475/bigcode.dat", CLEAN, SIP_FAULT_STATUS, NULL, "user"},
    {"rfc4475/badbranch.dat", CLEAN, 0, NULL, "user"},
    {"rfc4475/insuf.dat", CLEAN, 0, NULL, NULL},
    {"rfc4475/unkscm.dat", CLEAN, 0, NULL, "user"},
    {"rfc4475/novelsc.dat", CLEAN, 0, NULL, "user"},
    {"rfc4475/unksm2.dat", CLEAN, 0, NULL, NULL},
    {"rfc4475/bext01.dat", CLEAN, 0, NULL, NULL},
    {"rfc4475/invut.dat", CLEAN, 0, NULL, "j.user"},
    {"rfc4475/regaut01.dat", CLEAN, 0, NULL, "j.user"},
    {"rfc4475/multi01.dat", CLEAN, 0, NULL, "user"},
    {"rfc4475/mcl01.dat", LENGTH, 0, NULL, "user"},
    {"rfc4475/bcast.dat", CLEAN, 0, NULL, "user"},
    {"rfc4475/zeromf.dat", CLEAN, 0, NULL, "user"},
    {"rfc4475/cparam01.dat", CLEAN, 0, NULL, NULL},
    {"rfc4475/cparam02.dat", CLEAN, 0, NULL, NULL},
    {"rfc4475/regescrt.dat", CLEAN, 0, NULL, "user"},
    {"rfc4475/sdp01.dat", CLEAN, 0, NULL, NULL},
    {"rfc4475/inv2543.dat", CLEAN, 0, NULL, NULL},
    {"rfc5118/ipv6-good", CLEAN, 0, NULL, NULL},
    {"rfc5118/ipv6-bad", URI, 0, NULL, NULL},
    {"rfc5118/port-ambiguous", CLEAN, 0, NULL, NULL},
    {"rfc5118/port-unambiguous", CLEAN, 0, NULL, NULL},
    {"rfc5118/via-received-param-with-delim", CLEAN, 0, NULL, NULL},
    {"rfc5118/via-received-param-no-delim", CLEAN, 0, NULL, NULL},
    {"rfc5118/ipv6-in-sdp", CLEAN, 0, NULL, NULL},
    {"rfc5118/mult-ip-in-header", CLEAN, 0, NULL, NULL},
    {"rfc5118/ipv4-mapped-ipv6", CLEAN, 0, NULL, NULL},
    {"rfc5118/ipv6-bug-abnf-3-colons", URI | TO, 0, NULL, NULL},
    {"rfc5118/ipv6-correct-abnf-2-colons", CLEAN, 0, NULL, NULL},
};
/* clang-format on */

static bool
addr_ok(struct slice value)
{
	struct sip_addr a;
	struct sip_uri u;

	return sip_addr_dissect(value, NULL, &a) == DIS_OK &&
	       (a.star || sip_uri_dissect(a.uri, NULL, &u) == DIS_OK);
}

static unsigned
header_marks(const struct sip_header *h)
{
	struct slice rest = h->value, value;
	struct sip_via via;
	struct sip_cseq cseq;
	struct sip_date date;
	unsigned marks = 0;

	switch (h->id) {
	case SIP_VIA:
		while (sip_list_next(&rest, &value))
			if (sip_via_dissect(value, NULL, &via) != DIS_OK)
				marks |= VIA;
		return marks;
	case SIP_CONTACT:
	case SIP_ROUTE:
	case SIP_RECORD_ROUTE:
		while (sip_list_next(&rest, &value))
			if (!addr_ok(value))
				marks |= CONTACT;
		return marks;
	case SIP_FROM:
		return addr_ok(h->value) ? 0 : FROM;
	case SIP_TO:
		return addr_ok(h->value) ? 0 : TO;
	case SIP_CSEQ:
		return sip_cseq_dissect(h->value, NULL, &cseq) == DIS_OK ? 0 : CSEQ;
	case SIP_DATE:
		return sip_date_dissect(h->value, NULL, &date) == DIS_OK ? 0 : DATE;
	default:
		return 0;
	}
}

static unsigned
message_marks(const struct sip *s)
{
	struct sip_uri u;
	uint32_t length, i;
	unsigned marks = sip_content_length(s, &length) == DIS_BAD ? LENGTH : 0;

	if (s->status == 0 && sip_uri_dissect(s->uri, NULL, &u) != DIS_OK)
		marks |= URI;
	for (i = 0; i < s->headers_total; i++)
		marks |= header_marks(&s->headers[i]);
	return marks;
}

/* Nothing is lost: the raw lines stand in order, with line ends between them and
 * nothing else. */
static bool
complete(const struct sip *s)
{
	const uint8_t *at = s->start_line.p + s->start_line.n;
	uint32_t i;

	for (i = 0; i < s->headers_total; i++) {
		struct slice raw = s->headers[i].raw;

		for (; at < raw.p; at++)
			if (*at != '\r' && *at != '\n')
				return false;
		at = raw.p + raw.n;
	}
	return at <= s->head.p + s->head.n && s->head.p + s->head.n - at <= 4;
}

static void
check(size_t i, struct slice in, struct arena *a)
{
	const char *file = rows[i].file;
	const struct sip_header *h;
	struct sip s;
	struct sip_addr to;
	struct sip_uri u;
	unsigned marks;
	enum dis dis = sip_dissect(in, a, &s);

	ok(sip_probe(in) == DIS_OK, "%s: is SIP", file);
	ok(dis == ((rows[i].marks & MORE) != 0 ? DIS_MORE : DIS_OK),
	   "%s: the answer is %d", file, (int)dis);
	ok(s.faults == rows[i].faults, "%s: faults are %x", file, (unsigned)s.faults);
	marks = message_marks(&s);
	ok(marks == (rows[i].marks & ~(unsigned)MORE), "%s: marks are %x", file, marks);
	ok(complete(&s), "%s: nothing is lost", file);
	h = sip_find(&s, SIP_CALL_ID, 0);
	if (rows[i].call_id != NULL)
		ok(h != NULL && slice_eq(h->value, slice_str(rows[i].call_id)),
		   "%s: Call-ID", file);
	h = sip_find(&s, SIP_TO, 0);
	if (rows[i].to_user == NULL || !ok(h != NULL, "%s: To", file))
		return;
	sip_addr_dissect(h->value, NULL, &to);
	sip_uri_dissect(to.uri, NULL, &u);
	ok(slice_eq(u.user, slice_str(rows[i].to_user)), "%s: the user in To", file);
}

int
main(void)
{
	const char *shared = getenv("GBSCOPE_SHARED");
	struct arena a;
	unsigned skipped = 0;
	size_t i;

	arena_init(&a, 0);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		static uint8_t bytes[65536];
		char name[4096];
		FILE *f;
		size_t n;

		snprintf(name, sizeof(name), "%s/captures/torture/%s",
		         shared ? shared : "../shared", rows[i].file);
		f = fopen(name, "rb");
		if (f == NULL) {
			skipped++;
			continue;
		}
		n = fread(bytes, 1, sizeof(bytes), f);
		fclose(f);
		check(i, slice_of(bytes, n), &a);
		arena_reset(&a);
	}
	arena_free(&a);
	if (skipped == i) {
		printf("skipped: no messages of RFC 4475 at hand\n");
		return 77;
	}
	ok(skipped == 0, "%u messages are missing", skipped);
	return done();
}
