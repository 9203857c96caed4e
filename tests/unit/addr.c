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
	struct slice display, uri, params;
	bool bracketed, star;
} rows[] = {
    {"in brackets", S("<sip:u@h>;tag=1"), DIS_OK, NOTHING, S("sip:u@h"), S("tag=1"), true, false},
    {"URI parameters and header parameters", S("<sip:u@h;lr>;tag=1;x"), DIS_OK, NOTHING,
     S("sip:u@h;lr"), S("tag=1;x"), true, false},
    {"bare, all parameters are the header's", S("sip:u@h;tag=1"), DIS_OK, NOTHING, S("sip:u@h"),
     S("tag=1"), false, false},
    {"bare, with blanks", S("sip:u@h ;  tag  = 1"), DIS_OK, NOTHING, S("sip:u@h"), S("tag  = 1"),
     false, false},
    {"tokens as name", S("A. Bell <sip:b@h>"), DIS_OK, S("A. Bell"), S("sip:b@h"), NOTHING, true,
     false},
    {"no blank before the bracket", S("caller<sip:c@h>;tag=3"), DIS_OK, S("caller"), S("sip:c@h"),
     S("tag=3"), true, false},
    {"quoted, with comma and semicolon", S("\"Bell, A; x <y>\" <sip:b@h>"), DIS_OK,
     S("Bell, A; x <y>"), S("sip:b@h"), NOTHING, true, false},
    {"quoted, with escapes", S("\"J \\\\\\\"\"  <sip:j@h>\r\n  ;\r\n tag = 9"), DIS_OK,
     S("J \\\\\\\""), S("sip:j@h"), S("tag = 9"), true, false},
    {"an empty quoted name", S("\"\" <sip:u@h>"), DIS_OK, NOTHING, S("sip:u@h"), NOTHING, true,
     false},
    {"a value with <>", S("sip:u@h;x=\"<y>\""), DIS_OK, NOTHING, S("sip:u@h"), S("x=\"<y>\""), false,
     false},
    {"another scheme", S("isbn:2983792873"), DIS_OK, NOTHING, S("isbn:2983792873"), NOTHING, false,
     false},
    {"a star", S(" * "), DIS_OK, NOTHING, NOTHING, NOTHING, false, true},
    {"a quote that is not closed", S("\"Mr. J. User <sip:j@h>;tag=1"), DIS_BAD, S("Mr. J. User"),
     S("sip:j@h"), S("tag=1"), true, false},
    {"a quote that is not closed, and nothing else", S("\"Mr"), DIS_BAD, S("Mr"), NOTHING, NOTHING,
     false, false},
    {"no closing bracket", S("<sip:u@h;tag=1"), DIS_BAD, NOTHING, S("sip:u@h"), S("tag=1"), true,
     false},
    {"nothing in brackets", S("<>"), DIS_BAD, NOTHING, NOTHING, NOTHING, true, false},
    {"an open bracket alone", S("<"), DIS_BAD, NOTHING, NOTHING, NOTHING, true, false},
    {"blanks in brackets", S("\"W, T\" < sip:t@h >;tag=2"), DIS_BAD, S("W, T"), S("sip:t@h"),
     S("tag=2"), true, false},
    {"a comma in a name without quotes", S("Bell, A <sip:a@h>;tag=43"), DIS_BAD, S("Bell, A"),
     S("sip:a@h"), S("tag=43"), true, false},
    {"a name of octets above 0x7F without quotes", S("\xe5\xbc\xa0 <sip:a@h>"), DIS_BAD,
     S("\xe5\xbc\xa0"), S("sip:a@h"), NOTHING, true, false},
    {"a semicolon in a name without quotes", S("a;b <sip:a@h>;tag=1"), DIS_BAD, S("a;b"),
     S("sip:a@h"), S("tag=1"), true, false},
    {"a question mark without brackets", S("sip:u@h?Route=x"), DIS_BAD, NOTHING, S("sip:u@h?Route=x"),
     NOTHING, false, false},
    {"a comma without brackets", S("sip:u@h,x;tag=1"), DIS_BAD, NOTHING, S("sip:u@h,x"), S("tag=1"),
     false, false},
    {"a blank without brackets", S("sip:u @h"), DIS_BAD, NOTHING, S("sip:u @h"), NOTHING, false,
     false},
    {"a quoted name before a bare URI", S("\"x\" sip:u@h;tag=1"), DIS_BAD, S("x"), S("sip:u@h"),
     S("tag=1"), false, false},
    {"words behind the bracket", S("<sip:u@h> x;tag=1"), DIS_BAD, NOTHING, S("sip:u@h"), S("tag=1"),
     true, false},
    {"no semicolon behind the bracket", S("<sip:u@h>tag=1"), DIS_BAD, NOTHING, S("sip:u@h"), NOTHING,
     true, false},
    {"empty parameters", S("\"Joe\" <sip:joe@h>;;;;"), DIS_BAD, S("Joe"), S("sip:joe@h"), S(";;;"),
     true, false},
    {"a semicolon at the end", S("<sip:u@h>;"), DIS_BAD, NOTHING, S("sip:u@h"), NOTHING, true, false},
    {"an empty tag", S("<sip:u@h>;tag="), DIS_BAD, NOTHING, S("sip:u@h"), S("tag="), true, false},
    {"nothing", S(""), DIS_MORE, NOTHING, NOTHING, NOTHING, false, false},
};
/* clang-format on */

int
main(void)
{
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sip_addr a;
		enum dis dis = sip_addr_dissect(rows[i].in, NULL, &a);

		ok(dis == rows[i].dis, "%s: the answer is %d", rows[i].what, (int)dis);
		ok(slice_eq(a.display, rows[i].display), "%s: display is " SLICE_FMT,
		   rows[i].what, SLICE_ARG(a.display));
		ok(slice_eq(a.uri, rows[i].uri), "%s: uri is " SLICE_FMT, rows[i].what,
		   SLICE_ARG(a.uri));
		ok(slice_eq(a.params, rows[i].params), "%s: params are " SLICE_FMT,
		   rows[i].what, SLICE_ARG(a.params));
		ok(a.bracketed == rows[i].bracketed && a.star == rows[i].star,
		   "%s: its form", rows[i].what);
	}
	return done();
}
