#include "dissect/sip.h"

#include "tests/unit/test.h"

/* clang-format off */
#define S(lit)   {(const uint8_t *)(lit), sizeof(lit) - 1}
#define NOTHING  {NULL, 0}
/* clang-format on */

/* clang-format off */
static const struct {
	const char *what;
	struct slice in;
	enum dis dis;
	struct slice scheme, user, password, host;
	uint32_t port;
	struct slice params, headers;
	bool has_user, has_password, has_port, ipv6;
} rows[] = {
    {"a device", S("sip:34020000001320000001@3402000000"), DIS_OK, S("sip"),
     S("34020000001320000001"), NOTHING, S("3402000000"), 0, NOTHING, NOTHING, true, false, false,
     false},
    {"everything", S("SIPS:al%20ice:pw@Example.COM:5061;transport=tcp;lr?subject=a%20b&x="), DIS_OK,
     S("SIPS"), S("al%20ice"), S("pw"), S("Example.COM"), 5061, S("transport=tcp;lr"),
     S("subject=a%20b&x="), true, true, true, false},
    {"no user", S("sip:192.168.1.64:5060"), DIS_OK, S("sip"), NOTHING, NOTHING, S("192.168.1.64"),
     5060, NOTHING, NOTHING, false, false, true, false},
    {"separators in the user", S("sip:a;b?c/d,e=f@h"), DIS_OK, S("sip"), S("a;b?c/d,e=f"), NOTHING,
     S("h"), 0, NOTHING, NOTHING, true, false, false, false},
    {"IPv6", S("sip:u@[2001:db8::10]:5070;x"), DIS_OK, S("sip"), S("u"), NOTHING,
     S("2001:db8::10"), 5070, S("x"), NOTHING, true, false, true, true},
    {"IPv6 with IPv4 at its end", S("sip:[::ffff:192.0.2.1]"), DIS_OK, S("sip"), NOTHING, NOTHING,
     S("::ffff:192.0.2.1"), 0, NOTHING, NOTHING, false, false, false, true},
    {"IPv6 without brackets", S("sip:2001:db8::10"), DIS_BAD, S("sip"), NOTHING, NOTHING,
     S("2001:db8::10"), 0, NOTHING, NOTHING, false, false, false, true},
    {"IPv6 whose bracket stays open", S("sip:u@[::1"), DIS_BAD, S("sip"), S("u"), NOTHING, S("::1"),
     0, NOTHING, NOTHING, true, false, false, true},
    {"IPv6 with three colons", S("sip:u@[2001:db8:::192.0.2.1]"), DIS_BAD, S("sip"), S("u"), NOTHING,
     S("2001:db8:::192.0.2.1"), 0, NOTHING, NOTHING, true, false, false, true},
    {"words behind the bracket", S("sip:[::1]x:5060"), DIS_BAD, S("sip"), NOTHING, NOTHING, S("::1"),
     0, NOTHING, NOTHING, false, false, false, true},
    {"a user without host", S("sip:34020000001320000001@:5060"), DIS_BAD, S("sip"),
     S("34020000001320000001"), NOTHING, NOTHING, 5060, NOTHING, NOTHING, true, false, true, false},
    {"a user and nothing", S("sip:u@"), DIS_BAD, S("sip"), S("u"), NOTHING, NOTHING, 0, NOTHING,
     NOTHING, true, false, false, false},
    {"an empty user", S("sip:@127.0.0.1"), DIS_BAD, S("sip"), NOTHING, NOTHING, S("127.0.0.1"), 0,
     NOTHING, NOTHING, true, false, false, false},
    {"no scheme", S("34020000002000000001@3402000000:5060"), DIS_BAD, NOTHING,
     S("34020000002000000001"), NOTHING, S("3402000000"), 5060, NOTHING, NOTHING, true, false, true,
     false},
    {"in <>", S("<sip:u@h>"), DIS_BAD, NOTHING, S("<sip"), S("u"), S("h>"), 0, NOTHING, NOTHING,
     true, true, false, false},
    {"two @", S("sip:a@b@c"), DIS_BAD, S("sip"), S("a"), NOTHING, S("b@c"), 0, NOTHING, NOTHING,
     true, false, false, false},
    {"a blank before the parameters", S("sip:u@h; lr"), DIS_BAD, S("sip"), S("u"), NOTHING, S("h"),
     0, S(" lr"), NOTHING, true, false, false, false},
    {"a blank in the host", S("sip:u@h :5060"), DIS_BAD, S("sip"), S("u"), NOTHING, S("h"), 5060,
     NOTHING, NOTHING, true, false, true, false},
    {"a blank behind", S("sip:u@h "), DIS_BAD, S("sip"), S("u"), NOTHING, S("h"), 0, NOTHING,
     NOTHING, true, false, false, false},
    {"% that is no escape, in the user", S("sip:%Z%45@h"), DIS_BAD, S("sip"), S("%Z%45"), NOTHING,
     S("h"), 0, NOTHING, NOTHING, true, false, false, false},
    {"% at the very end", S("sip:u@h;a=%4"), DIS_BAD, S("sip"), S("u"), NOTHING, S("h"), 0,
     S("a=%4"), NOTHING, true, false, false, false},
    {"% in the host", S("sip:u@h%6Fst"), DIS_BAD, S("sip"), S("u"), NOTHING, S("h%6Fst"), 0, NOTHING,
     NOTHING, true, false, false, false},
    {"an empty port", S("sip:u@h:"), DIS_BAD, S("sip"), S("u"), NOTHING, S("h"), 0, NOTHING, NOTHING,
     true, false, true, false},
    {"a port of letters", S("sip:u@h:5o60"), DIS_BAD, S("sip"), S("u"), NOTHING, S("h"), 0, NOTHING,
     NOTHING, true, false, true, false},
    {"a port above 65535", S("sip:u@h:70000"), DIS_OK, S("sip"), S("u"), NOTHING, S("h"), 70000,
     NOTHING, NOTHING, true, false, true, false},
    {"a port above 2^32", S("sip:u@h:99999999999999999999999"), DIS_OK, S("sip"), S("u"), NOTHING,
     S("h"), UINT32_MAX, NOTHING, NOTHING, true, false, true, false},
    {"an empty parameter", S("sip:u@h;;lr"), DIS_BAD, S("sip"), S("u"), NOTHING, S("h"), 0, S(";lr"),
     NOTHING, true, false, false, false},
    {"a semicolon at the end", S("sip:u@h;"), DIS_BAD, S("sip"), S("u"), NOTHING, S("h"), 0, NOTHING,
     NOTHING, true, false, false, false},
    {"a header without =", S("sip:u@h?subject"), DIS_BAD, S("sip"), S("u"), NOTHING, S("h"), 0,
     NOTHING, S("subject"), true, false, false, false},
    {"a label that ends in -", S("sip:a-.b"), DIS_BAD, S("sip"), NOTHING, NOTHING, S("a-.b"), 0,
     NOTHING, NOTHING, false, false, false, false},
    {"a dot at the end", S("sip:example.com."), DIS_OK, S("sip"), NOTHING, NOTHING,
     S("example.com."), 0, NOTHING, NOTHING, false, false, false, false},
    {"two dots", S("sip:a..b"), DIS_BAD, S("sip"), NOTHING, NOTHING, S("a..b"), 0, NOTHING, NOTHING,
     false, false, false, false},
    {"NUL in the user", S("sip:a\0b@h"), DIS_BAD, S("sip"), S("a\0b"), NOTHING, S("h"), 0, NOTHING,
     NOTHING, true, false, false, false},
    {"a tel URI", S("tel:+86-10-1234;phone-context=x"), DIS_OK, S("tel"), NOTHING, NOTHING, NOTHING,
     0, NOTHING, NOTHING, false, false, false, false},
    {"another scheme", S("soap.beep://192.0.2.103:3002"), DIS_OK, S("soap.beep"), NOTHING, NOTHING,
     NOTHING, 0, NOTHING, NOTHING, false, false, false, false},
    {"another scheme with a blank", S("http://a b"), DIS_BAD, S("http"), NOTHING, NOTHING, NOTHING,
     0, NOTHING, NOTHING, false, false, false, false},
    {"a scheme alone", S("sip:"), DIS_MORE, S("sip"), NOTHING, NOTHING, NOTHING, 0, NOTHING, NOTHING,
     false, false, false, false},
    {"nothing", S(""), DIS_MORE, NOTHING, NOTHING, NOTHING, NOTHING, 0, NOTHING, NOTHING, false,
     false, false, false},
    {"blanks", S(" \t"), DIS_MORE, NOTHING, NOTHING, NOTHING, NOTHING, 0, NOTHING, NOTHING, false,
     false, false, false},
};
/* clang-format on */

static void
uris(void)
{
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sip_uri u;
		enum dis dis = sip_uri_dissect(rows[i].in, NULL, &u);

		ok(dis == rows[i].dis, "%s: the answer is %d", rows[i].what, (int)dis);
		ok(slice_eq(u.scheme, rows[i].scheme), "%s: scheme", rows[i].what);
		ok(slice_eq(u.user, rows[i].user), "%s: user", rows[i].what);
		ok(slice_eq(u.password, rows[i].password), "%s: password", rows[i].what);
		ok(slice_eq(u.host, rows[i].host), "%s: host", rows[i].what);
		ok(u.port == rows[i].port, "%s: port is %u", rows[i].what,
		   (unsigned)u.port);
		ok(slice_eq(u.params, rows[i].params), "%s: params", rows[i].what);
		ok(slice_eq(u.headers, rows[i].headers), "%s: headers", rows[i].what);
		ok(u.has_user == rows[i].has_user &&
		       u.has_password == rows[i].has_password &&
		       u.has_port == rows[i].has_port && u.ipv6 == rows[i].ipv6,
		   "%s: what is there", rows[i].what);
		ok(u.sip == (slice_ieq(u.scheme, SLICE("sip")) ||
		             slice_ieq(u.scheme, SLICE("sips"))),
		   "%s: sip", rows[i].what);
	}
}

static void
addresses(void)
{
	/* clang-format off */
	static const struct {
		struct slice in;
		bool v4, v6;
	} hosts[] = {
	    {S("0.0.0.0"), true, false},
	    {S("255.255.255.255"), true, false},
	    {S("256.1.1.1"), false, false},
	    {S("1.1.1"), false, false},
	    {S("1.1.1.1.1"), false, false},
	    {S("1.1.1."), false, false},
	    {S("0001.1.1.1"), false, false},
	    {S("::"), false, true},
	    {S("::1"), false, true},
	    {S("1::"), false, true},
	    {S("1:2:3:4:5:6:7:8"), false, true},
	    {S("1:2:3:4:5:6:7"), false, false},
	    {S("1:2:3:4:5:6:7:8:9"), false, false},
	    {S("1:2:3:4:5:6:7::"), false, true},
	    {S("1:2:3:4:5:6:7:8::"), false, false},
	    {S("1::2::3"), false, false},
	    {S("1:::2"), false, false},
	    {S(":1"), false, false},
	    {S("1:"), false, false},
	    {S("12345::"), false, false},
	    {S("::g"), false, false},
	    {S("::1%eth0"), false, false},
	    {S("::192.0.2.1"), false, true},
	    {S("1:2:3:4:5:6:192.0.2.1"), false, true},
	    {S("1:2:3:4:5:6:7:192.0.2.1"), false, false},
	    {S("::192.0.2.256"), false, false},
	    {S(""), false, false},
	};
	/* clang-format on */
	size_t i;

	for (i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		ok(sip_ipv4(hosts[i].in) == hosts[i].v4, SLICE_FMT ": IPv4",
		   SLICE_ARG(hosts[i].in));
		ok(sip_ipv6(hosts[i].in) == hosts[i].v6, SLICE_FMT ": IPv6",
		   SLICE_ARG(hosts[i].in));
	}
}

int
main(void)
{
	uris();
	addresses();
	return done();
}
