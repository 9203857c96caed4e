#include "dissect/uri_same.h"

#include "tests/unit/test.h"

/* RFC 3261 19.1.4 has most of these. */
int
main(void)
{
	static const struct {
		const char *what, *a, *b;
		bool same;
	} rows[] = {
	    {"octet by octet", "sip:a@h", "sip:a@h", true},
	    {"an escape, the host's case, a parameter of no weight",
	     "sip:%61lice@atlanta.com;transport=TCP",
	     "sip:alice@AtlanTa.CoM;Transport=tcp", true},
	    {"parameters in another order", "sip:a@h;x=1;y=2", "sip:a@h;y=2;x=1", true},
	    {"one has a parameter more", "sip:carol@chicago.com",
	     "sip:carol@chicago.com;newparam=5", true},
	    {"the user's case", "SIP:ALICE@AtLanTa.CoM", "sip:alice@AtLanTa.CoM", false},
	    {"a port, for a name", "sip:bob@biloxi.com", "sip:bob@biloxi.com:5060",
	     false},
	    {"a port, for an address", "sip:bob@192.0.2.1", "sip:bob@192.0.2.1:5060",
	     true},
	    {"a port, for an IPv6 address", "sip:bob@[2001:db8::1]",
	     "sip:bob@[2001:db8::1]:5060", true},
	    {"another port", "sip:bob@192.0.2.1:5060", "sip:bob@192.0.2.1:6000", false},
	    {"the value of a parameter", "sip:a@h;security=on", "sip:a@h;security=off",
	     false},
	    {"user in one of them", "sip:a@h;user=phone", "sip:a@h", false},
	    {"maddr in one of them", "sip:a@h", "sip:a@h;maddr=192.0.2.1", false},
	    {"lr in another form", "sip:h;lr", "sip:h;lr=on", true},
	    {"sip and sips", "sip:a@h", "sips:a@h", false},
	    {"no user", "sip:h", "sip:a@h", false},
	    {"an empty user", "sip:@h", "sip:h", false},
	    {"other schemes by their octets", "tel:+86", "tel:+87", false},
	    {"the same of another scheme", "tel:+86", "tel:+86", true},
	    {"nothing", "", "", true},
	    {"nothing and something", "", "sip:a@h", false},
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct slice a = slice_str(rows[i].a), b = slice_str(rows[i].b);

		ok(sip_uri_same(a, b) == rows[i].same, "%s", rows[i].what);
		ok(sip_uri_same(b, a) == rows[i].same, "%s, the other way", rows[i].what);
	}
	return done();
}
