#include "dissect/sip.h"

#include "tests/unit/test.h"

/* clang-format off */
#define S(lit)  {(const uint8_t *)(lit), sizeof(lit) - 1}
#define NOTHING {NULL, 0}
/* clang-format on */

/* clang-format off */
static const struct {
	const char *what;
	struct slice in;
	enum dis dis;
	struct slice transport, host;
	uint32_t port;
	struct slice branch, received, rport;
	bool has_branch, has_received, has_rport, ipv6;
} rows[] = {
    {"of a device", S("SIP/2.0/UDP 192.168.1.64:5060;rport;branch=z9hG4bK1"), DIS_OK, S("UDP"),
     S("192.168.1.64"), 5060, S("z9hG4bK1"), NOTHING, NOTHING, true, false, true, false},
    {"filled in by a server", S("SIP/2.0/TCP h;branch=b;received=192.0.2.1;rport=15060"), DIS_OK,
     S("TCP"), S("h"), 0, S("b"), S("192.0.2.1"), S("15060"), true, true, true, false},
    {"white space everywhere", S("SIP / 2.0 / UDP host : 5060 ; branch = x"), DIS_OK, S("UDP"),
     S("host"), 5060, S("x"), NOTHING, NOTHING, true, false, false, false},
    {"IPv6", S("SIP/2.0/TLS [2001:db8::9:1]:5061;received=2001:db8::9:255;branch=z"), DIS_OK,
     S("TLS"), S("2001:db8::9:1"), 5061, S("z"), S("2001:db8::9:255"), NOTHING, true, true, false,
     true},
    {"IPv6 with blanks around the colon", S("SIP/2.0/TLS [::1] : 5061;branch=z"), DIS_OK, S("TLS"),
     S("::1"), 5061, S("z"), NOTHING, NOTHING, true, false, false, true},
    {"received in brackets", S("SIP/2.0/UDP h;received=[::1];branch=z"), DIS_OK, S("UDP"), S("h"), 0,
     S("z"), S("::1"), NOTHING, true, true, false, false},
    {"names in capitals", S("SIP/2.0/UDP h;BRANCH=z;RPort"), DIS_OK, S("UDP"), S("h"), 0, S("z"),
     NOTHING, NOTHING, true, false, true, false},
    {"an odd transport", S("SIP/2.0/TLS-SCTP h;branch=z"), DIS_OK, S("TLS-SCTP"), S("h"), 0, S("z"),
     NOTHING, NOTHING, true, false, false, false},
    {"no parameters", S("SIP/2.0/UDP 192.0.2.5"), DIS_OK, S("UDP"), S("192.0.2.5"), 0, NOTHING,
     NOTHING, NOTHING, false, false, false, false},
    {"a quoted parameter with a semicolon", S("SIP/2.0/UDP h;x=\"a;branch=no\";branch=yes"), DIS_OK,
     S("UDP"), S("h"), 0, S("yes"), NOTHING, NOTHING, true, false, false, false},
    {"an empty branch", S("SIP/2.0/UDP h;branch="), DIS_BAD, S("UDP"), S("h"), 0, NOTHING, NOTHING,
     NOTHING, true, false, false, false},
    {"a branch that is no token", S("SIP/2.0/UDP h;branch=a@b"), DIS_BAD, S("UDP"), S("h"), 0,
     S("a@b"), NOTHING, NOTHING, true, false, false, false},
    {"two branches", S("SIP/2.0/UDP h;branch=a;branch=b"), DIS_OK, S("UDP"), S("h"), 0, S("a"),
     NOTHING, NOTHING, true, false, false, false},
    {"an empty rport", S("SIP/2.0/UDP h;rport=;branch=z"), DIS_BAD, S("UDP"), S("h"), 0, S("z"),
     NOTHING, NOTHING, true, false, true, false},
    {"a name as received", S("SIP/2.0/UDP h;received=two.example;branch=z"), DIS_BAD, S("UDP"),
     S("h"), 0, S("z"), S("two.example"), NOTHING, true, true, false, false},
    {"empty parameters", S("SIP/2.0/UDP 192.0.2.15;;branch=z"), DIS_BAD, S("UDP"), S("192.0.2.15"), 0,
     S("z"), NOTHING, NOTHING, true, false, false, false},
    {"a semicolon at the end", S("SIP/2.0/UDP h;branch=z;"), DIS_BAD, S("UDP"), S("h"), 0, S("z"),
     NOTHING, NOTHING, true, false, false, false},
    {"no transport", S("SIP/2.0 h:5060;branch=z"), DIS_BAD, NOTHING, S("h"), 5060, S("z"), NOTHING,
     NOTHING, true, false, false, false},
    {"no blank before the host", S("SIP/2.0/UDP;branch=z"), DIS_BAD, S("UDP"), NOTHING, 0, S("z"),
     NOTHING, NOTHING, true, false, false, false},
    {"no host", S("SIP/2.0/UDP :5060;branch=z"), DIS_BAD, S("UDP"), NOTHING, 5060, S("z"), NOTHING,
     NOTHING, true, false, false, false},
    {"IPv6 without brackets", S("SIP/2.0/UDP 2001:db8::1;branch=z"), DIS_BAD, S("UDP"),
     S("2001:db8::1"), 0, S("z"), NOTHING, NOTHING, true, false, false, true},
    {"only a protocol", S("SIP"), DIS_BAD, NOTHING, NOTHING, 0, NOTHING, NOTHING, NOTHING, false,
     false, false, false},
    {"nothing", S(" "), DIS_MORE, NOTHING, NOTHING, 0, NOTHING, NOTHING, NOTHING, false, false, false,
     false},
};
/* clang-format on */

int
main(void)
{
	struct sip_via v;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		enum dis dis = sip_via_dissect(rows[i].in, NULL, &v);

		ok(dis == rows[i].dis, "%s: the answer is %d", rows[i].what, (int)dis);
		ok(slice_eq(v.transport, rows[i].transport), "%s: transport",
		   rows[i].what);
		ok(slice_eq(v.host, rows[i].host), "%s: host", rows[i].what);
		ok(v.port == rows[i].port, "%s: port", rows[i].what);
		ok(slice_eq(v.branch, rows[i].branch), "%s: branch", rows[i].what);
		ok(slice_eq(v.received, rows[i].received), "%s: received", rows[i].what);
		ok(slice_eq(v.rport, rows[i].rport), "%s: rport", rows[i].what);
		ok(v.has_branch == rows[i].has_branch &&
		       v.has_received == rows[i].has_received &&
		       v.has_rport == rows[i].has_rport && v.ipv6 == rows[i].ipv6,
		   "%s: what is there", rows[i].what);
	}
	ok(sip_via_dissect(SLICE("SIP\t/ 2.0 /TCP\r\n h"), NULL, &v) == DIS_OK &&
	       slice_eq(v.protocol, SLICE("SIP")) && slice_eq(v.version, SLICE("2.0")),
	   "protocol and version");
	return done();
}
