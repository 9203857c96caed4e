#include "dissect/sip.h"

#include "tests/unit/test.h"

/* clang-format off */
#define S(lit) {(const uint8_t *)(lit), sizeof(lit) - 1}
/* clang-format on */

/* Writes the values in <> one after the other. */
static struct slice
joined(struct slice list, char *out, size_t size)
{
	struct slice value;
	size_t at = 0;
	int n;

	while (sip_list_next(&list, &value) && at + value.n + 3 < size) {
		n = snprintf(out + at, size - at, "<" SLICE_FMT ">", SLICE_ARG(value));
		at += (size_t)n;
	}
	return slice_of(out, at);
}

static void
lists(void)
{
	/* clang-format off */
	static const struct {
		const char *what;
		struct slice in, out;
	} rows[] = {
	    {"two", S("a,b"), S("<a><b>")},
	    {"white space", S(" a ,\t b "), S("<a><b>")},
	    {"one", S("a"), S("<a>")},
	    {"none", S(""), S("")},
	    {"blanks", S("  "), S("")},
	    {"an empty one between", S("a,,b"), S("<a><><b>")},
	    {"an empty one first", S(",a"), S("<><a>")},
	    {"an empty one last", S("a, "), S("<a><>")},
	    {"only a comma", S(","), S("<>")},
	    {"a comma in quotes", S("\"a,b\" <x>, c"), S("<\"a,b\" <x>><c>")},
	    {"an escaped quote", S("\"a\\\",b\",c"), S("<\"a\\\",b\"><c>")},
	    {"a comma in a URI", S("<sip:a,b@h>;q=1,<x>"), S("<<sip:a,b@h>;q=1><<x>>")},
	    {"a quote in a URI is none", S("<a\">,b"), S("<<a\">><b>")},
	    {"a quote that is not closed", S("a,\"b,c"), S("<a><\"b,c>")},
	    {"a bracket that is not closed", S("a,<b,c"), S("<a><<b,c>")},
	    {"a backslash at the end", S("\"a\\"), S("<\"a\\>")},
	};
	/* clang-format on */
	char text[128];
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ok(slice_eq(joined(rows[i].in, text, sizeof(text)), rows[i].out),
		   "list: %s", rows[i].what);
}

static void
params(void)
{
	/* clang-format off */
	static const struct {
		const char *what;
		struct slice in, name, value, second; /* name of the second */
		bool has_value, quoted, good;
	} rows[] = {
	    {"plain", S("a=b;c"), S("a"), S("b"), S("c"), true, false, true},
	    {"a semicolon in front", S(";a=b"), S("a"), S("b"), S(""), true, false, false},
	    {"white space", S("a = b\r\n ; c"), S("a"), S("b"), S("c"), true, false, true},
	    {"no value", S("lr;c"), S("lr"), S(""), S("c"), false, false, true},
	    {"an empty value", S("a=;c"), S("a"), S(""), S("c"), true, false, false},
	    {"quoted", S("a=\"x;y=\\\"z\";c"), S("a"), S("x;y=\\\"z"), S("c"), true, true, true},
	    {"an empty quoted value", S("a=\"\";c"), S("a"), S(""), S("c"), true, true, true},
	    {"a quote that is not closed", S("a=\"x;c"), S("a"), S("x;c"), S(""), true, true, false},
	    {"words behind the quotes", S("a=\"x\"y;c"), S("a"), S("x"), S("c"), true, true, false},
	    {"an empty parameter", S("a;;c"), S("a"), S(""), S(""), false, false, false},
	    {"a semicolon at the end", S("a;"), S("a"), S(""), S(""), false, false, false},
	    {"no name", S("=b;c"), S(""), S("b"), S("c"), true, false, false},
	    {"a name that is no token", S("a b;c"), S("a b"), S(""), S("c"), false, false, false},
	    {"a value that is no token", S("a=b@d;c"), S("a"), S("b@d"), S("c"), true, false, false},
	    {"an address", S("a=[::1];c"), S("a"), S("[::1]"), S("c"), true, false, true},
	    {"two equal signs", S("a=b=d;c"), S("a"), S("b=d"), S("c"), true, false, false},
	};
	/* clang-format on */
	struct sip_param p;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct slice rest = rows[i].in;

		ok(sip_param_next(&rest, &p), "param: %s: there is one", rows[i].what);
		ok(slice_eq(p.name, rows[i].name) && slice_eq(p.value, rows[i].value),
		   "param: %s: " SLICE_FMT "=" SLICE_FMT, rows[i].what, SLICE_ARG(p.name),
		   SLICE_ARG(p.value));
		ok(p.has_value == rows[i].has_value && p.quoted == rows[i].quoted,
		   "param: %s: its form", rows[i].what);
		sip_param_next(&rest, &p);
		ok(slice_eq(p.name, rows[i].second), "param: %s: the second",
		   rows[i].what);
		ok(sip_params_ok(rows[i].in) == rows[i].good, "param: %s: by the grammar",
		   rows[i].what);
	}
	ok(sip_param_find(SLICE("x;TAG = 1;tag=2"), SLICE("tag"), &p) &&
	       slice_eq(p.value, SLICE("1")),
	   "param: the first of a name, in any case");
	ok(!sip_param_find(SLICE("x=\"tag=1\""), SLICE("tag"), &p) && p.name.n == 0,
	   "param: not what is in quotes");
	ok(sip_param_count(SLICE("tag=1;x;Tag=2"), SLICE("tag")) == 2,
	   "param: they are counted");
	ok(!sip_params_ok(SLICE_EMPTY), "param: none is not right");
}

static void
tokens(void)
{
	static const char good[] = "-.!%*_+`'~";
	unsigned c;

	ok(!sip_token(SLICE_EMPTY), "token: not empty");
	for (c = 0; c < 256; c++) {
		uint8_t octet = (uint8_t)c;
		bool want = ascii_alpha(octet) || ascii_digit(octet) ||
		            slice_index(SLICE(good), octet) < sizeof(good) - 1;

		ok(sip_token(slice_of(&octet, 1)) == want, "token: octet %02x", c);
	}
}

int
main(void)
{
	lists();
	params();
	tokens();
	return done();
}
