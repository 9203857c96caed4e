/* Whole bodies: character sets, XML, and why it is none. */
#include "src/body.h"

#include "tests/unit/test.h"

#define HEAD(encoding) "<?xml version=\"1.0\" encoding=\"" encoding "\"?>\r\n"
#define REST "<SN>1</SN><DeviceID>34020000001320000001</DeviceID></Query>"
#define QUERY "<Query><CmdType>Catalog</CmdType>" REST
#define INFO(name)                                                                                                    \
	"<Response><CmdType>DeviceInfo</CmdType><SN>1</SN><DeviceID>34020000001320000001</DeviceID><DeviceName>" name \
	"</DeviceName><Result>OK</Result></Response>"
#define S(lit) lit, sizeof(lit) - 1
#define NONE RULE_TOTAL /* the end of a row's rules */

static const struct {
	const char *what, *in;
	size_t n;
	bool cut;
	enum body_verdict verdict;
	const char *charset;
	enum rule rules[3];
	const char *detail; /* a part of the first's */
	uint32_t line;      /* of the first */
} rows[] = {
    {"the exchange that started it all",
     S("<?xml version=\"1.0\"?>\r\n<Query>\r\n<CmdType>Catalog</CmdType>\r\n<SN>1</SN>\r\n<DeviceID>34020000001320000003</DeviceID>\r\n</Query>\r\n"),
     false,
     BODY_VALID,
     "ASCII",
     {RULE_MANSCDP_NO_ENCODING, NONE},
     "",
     0},
    {"no declaration", S(QUERY), false, BODY_VALID, "ASCII", {NONE}, "", 0},
    {"GB2312 as declared",
     S(HEAD("GB2312") INFO("\xB6\xAB\xC3\xC5")),
     false,
     BODY_VALID,
     "GB2312",
     {NONE},
     "",
     0},
    {"GB2312 in small letters",
     S(HEAD("gb2312") INFO("\xB6\xAB\xC3\xC5")),
     false,
     BODY_VALID,
     "GB2312",
     {NONE},
     "",
     0},
    {"GB2312 as GB18030",
     S(HEAD("GB18030") INFO("\xB6\xAB\xC3\xC5")),
     false,
     BODY_VALID,
     "GB2312",
     {NONE},
     "",
     0},
    {"GB2312 as UTF-8",
     S(HEAD("UTF-8") INFO("\xB6\xAB\xC3\xC5")),
     false,
     BODY_VALID,
     "GB2312",
     {RULE_MANSCDP_CHARSET_MISMATCH, NONE},
     "",
     0},
    {"UTF-8 as GB2312",
     S(HEAD("GB2312") INFO("东门")),
     false,
     BODY_VALID,
     "UTF-8",
     {RULE_MANSCDP_CHARSET_MISMATCH, NONE},
     "",
     0},
    {"UTF-8 as declared",
     S(HEAD("UTF-8") INFO("东门")),
     false,
     BODY_VALID,
     "UTF-8",
     {NONE},
     "",
     0},
    {"GB2312 without a word",
     S(INFO("\xB6\xAB\xC3\xC5")),
     false,
     BODY_VALID,
     "GB2312",
     {RULE_MANSCDP_CHARSET_MISMATCH, NONE},
     "",
     0},
    {"UTF-8 without a word", S(INFO("东门")), false, BODY_VALID, "UTF-8", {NONE}, "", 0},
    {"GBK as GB2312",
     S(HEAD("GB2312") INFO("\xE9\x46")),
     false,
     BODY_VALID,
     "GBK",
     {RULE_MANSCDP_CHARSET_NARROW, NONE},
     "镕",
     0},
    {"GB18030 as GBK",
     S(HEAD("GBK") INFO("\x95\x32\x82\x36")),
     false,
     BODY_VALID,
     "GB18030",
     {RULE_MANSCDP_CHARSET_NARROW, NONE},
     "𠀀",
     0},
    {"another encoding's name",
     S(HEAD("ISO-8859-1") QUERY),
     false,
     BODY_VALID,
     "ASCII",
     {RULE_MANSCDP_CHARSET_UNKNOWN, NONE},
     "",
     0},
    {"half a character",
     S(HEAD("GB2312") INFO("\xB6\xAB\xC3")),
     false,
     BODY_INVALID,
     "GB2312",
     {RULE_MANSCDP_CHARSET_INVALID, NONE},
     "octets C3, 1 such place",
     2},
    {"UTF-16",
     S("<\0?\0x\0"),
     false,
     BODY_MALFORMED,
     "UTF-16",
     {RULE_MANSCDP_UTF16, NONE},
     "",
     1},
    {"a mark",
     S("\xEF\xBB\xBF" HEAD("UTF-8") QUERY),
     false,
     BODY_VALID,
     "UTF-8",
     {RULE_MANSCDP_BOM, NONE},
     "",
     1},
    {"a declaration too late",
     S("\r\n" HEAD("GB2312") QUERY),
     false,
     BODY_INVALID,
     "ASCII",
     {RULE_MANSCDP_DECLARATION_LATE, NONE},
     "",
     1},
    {"a declaration without version",
     S("<?xml encoding=\"GB2312\"?>" QUERY),
     false,
     BODY_INVALID,
     "ASCII",
     {RULE_MANSCDP_DECLARATION_BAD, NONE},
     "",
     1},
    {"two declarations",
     S("<?xml version=\"1.0\"?><?xml version=\"1.0\" encoding=\"UTF-7\"?>" QUERY),
     false,
     BODY_MALFORMED,
     "ASCII",
     {RULE_MANSCDP_XML_MALFORMED, NONE},
     "declaration",
     1},
    {"nothing", S(""), false, BODY_MALFORMED, "", {RULE_MANSCDP_EMPTY, NONE}, "", 0},
    {"blanks",
     S(" \r\n"),
     false,
     BODY_MALFORMED,
     "ASCII",
     {RULE_MANSCDP_XML_MALFORMED, NONE},
     "does not begin with an element",
     2},
    {"JSON",
     S("{}"),
     false,
     BODY_MALFORMED,
     "ASCII",
     {RULE_MANSCDP_XML_MALFORMED, NONE},
     "does not begin with an element",
     1},
    {"a raw ampersand",
     S(HEAD("GB2312") INFO("a & b")),
     false,
     BODY_MALFORMED,
     "ASCII",
     {RULE_MANSCDP_XML_MALFORMED, NONE},
     "'&'",
     2},
    {"a raw less-than",
     S(HEAD("GB2312") INFO("a < b")),
     false,
     BODY_MALFORMED,
     "ASCII",
     {RULE_MANSCDP_XML_MALFORMED, NONE},
     "'<'",
     2},
    {"one that looks like a tag",
     S(HEAD("GB2312") INFO("a<b")),
     false,
     BODY_MALFORMED,
     "ASCII",
     {RULE_MANSCDP_XML_MALFORMED, NONE},
     "'<'",
     2},
    {"an entity of HTML",
     S(HEAD("GB2312") INFO("a&nbsp;b")),
     false,
     BODY_MALFORMED,
     "ASCII",
     {RULE_MANSCDP_XML_MALFORMED, NONE},
     "&nbsp;",
     2},
    {"a wrong end tag",
     S(HEAD("GB2312") INFO("a</DeviceNam>")),
     false,
     BODY_MALFORMED,
     "ASCII",
     {RULE_MANSCDP_XML_MALFORMED, NONE},
     "<DeviceName> is ended by </DeviceNam>",
     2},
    {"an attribute twice",
     S("<Query a='1' a='2'/>"),
     false,
     BODY_MALFORMED,
     "ASCII",
     {RULE_MANSCDP_XML_MALFORMED, RULE_MANSCDP_FIELD_MISSING, NONE},
     "twice",
     1},
    {"a NUL within",
     S(HEAD("GB2312") INFO("a\0b")),
     false,
     BODY_MALFORMED,
     "ASCII",
     {RULE_MANSCDP_XML_MALFORMED, NONE},
     "NUL",
     2},
    {"a control character",
     S(HEAD("GB2312") INFO("a\x1B[31mb")),
     false,
     BODY_MALFORMED,
     "ASCII",
     {RULE_MANSCDP_XML_MALFORMED, NONE},
     "U+001B",
     2},
    {"an early end",
     S("<Query><CmdType>Catalog</CmdType><SN>1</SN>"),
     false,
     BODY_MALFORMED,
     "ASCII",
     {RULE_MANSCDP_XML_MALFORMED, NONE},
     "ends early, within <Query>: 8 octets",
     1},
    {"an early end within a tag",
     S("<Query><CmdType>Catalog</Cmd"),
     false,
     BODY_MALFORMED,
     "ASCII",
     {RULE_MANSCDP_XML_MALFORMED, NONE},
     "ends early, within <CmdType>: 13 octets",
     1},
    {"the same, cut by the capture",
     S("<Query><CmdType>Catalog</Cmd"),
     true,
     BODY_MALFORMED,
     "ASCII",
     {RULE_MANSCDP_CUT, NONE},
     "",
     1},
    {"wrong before the cut",
     S("<Query><CmdType>a & b</CmdType><SN>"),
     true,
     BODY_MALFORMED,
     "ASCII",
     {RULE_MANSCDP_XML_MALFORMED, NONE},
     "'&'",
     1},
    {"counted in GB2312",
     S(HEAD(
         "GB2312") "<Query><A>东门停车场一号枪机东门停车场一号枪机</A><CmdType>x</CmdType>"),
     false,
     BODY_MALFORMED,
     "UTF-8",
     {RULE_MANSCDP_CHARSET_MISMATCH, RULE_MANSCDP_XML_MALFORMED, NONE},
     "",
     0},
    {"a DOCTYPE",
     S("<!DOCTYPE a [<!ENTITY x 'y'>]>" QUERY),
     false,
     BODY_MALFORMED,
     "ASCII",
     {RULE_MANSCDP_DOCTYPE, NONE},
     "",
     1},
    {"NUL behind the end",
     S(QUERY "\0\0"),
     false,
     BODY_VALID,
     "ASCII",
     {RULE_MANSCDP_TRAILING_BYTES, NONE},
     "2 octets: NUL",
     1},
    {"a second document",
     S(QUERY "<a/>"),
     false,
     BODY_VALID,
     "ASCII",
     {RULE_MANSCDP_TRAILING_BYTES, NONE},
     "second document",
     1},
    {"a comment behind the end",
     S(QUERY "\r\n<!-- x -->\r\n<?y z?>"),
     false,
     BODY_VALID,
     "ASCII",
     {NONE},
     "",
     0},
    {"a namespace",
     S("<Query xmlns='urn:x'><CmdType>Catalog</CmdType>" REST),
     false,
     BODY_VALID,
     "ASCII",
     {RULE_MANSCDP_NAMESPACE, NONE},
     "",
     0},
};

static bool
inside(struct slice s, struct slice around)
{
	return s.n != 0 && s.p >= around.p && s.p < around.p + around.n;
}

static void
check_row(struct body_reader *r, size_t i)
{
	struct body b;
	struct body_in in = {.bytes = slice_of(rows[i].in, rows[i].n),
	                     .cut = rows[i].cut};
	struct arena a;
	size_t k, n = 0;

	arena_init(&a, 0);
	body_read(r, &in, &a, &b);
	while (n < 3 && rows[i].rules[n] != NONE)
		n++;
	ok(b.verdict == rows[i].verdict, "%s: %s", rows[i].what,
	   body_verdict_name(b.verdict));
	ok(slice_eq(slice_str(b.charset), slice_str(rows[i].charset)), "%s: is in %s",
	   rows[i].what, b.charset);
	ok(b.problems_total == n, "%s: %zu findings", rows[i].what, b.problems_total);
	ok(!inside(b.text, in.bytes) && !inside(b.declared, in.bytes),
	   "%s: nothing of the input's", rows[i].what);
	for (k = 0; k < n && k < b.problems_total; k++)
		ok(b.problems[k].rule == rows[i].rules[k], "%s: draws %s", rows[i].what,
		   rule_infos[b.problems[k].rule].id);
	if (n != 0 && b.problems_total != 0) {
		struct slice part = slice_str(rows[i].detail);

		ok(part.n == 0 ||
		       slice_find(b.problems[0].detail, part) < b.problems[0].detail.n,
		   "%s: says " SLICE_FMT, rows[i].what, SLICE_ARG(b.problems[0].detail));
		ok(b.problems[0].line == rows[i].line, "%s: line %u", rows[i].what,
		   (unsigned)b.problems[0].line);
	}
	arena_free(&a);
}

/* The same name, whichever set it comes in. */
static void
check_names(struct body_reader *r)
{
	static const struct {
		const char *in;
		size_t n;
	} bodies[] = {
	    {S(HEAD("GB2312") INFO("\xB6\xAB\xC3\xC5"))},
	    {S(HEAD("UTF-8") INFO("\xB6\xAB\xC3\xC5"))},
	    {S(HEAD("GB2312") INFO("东门"))},
	    {S(INFO("东门"))},
	    {S(INFO("&#x4E1C;&#38376;"))},
	    {S(INFO("<![CDATA[东门]]>"))},
	    {S(INFO("东<!-- -->门"))},
	};
	struct arena a;
	struct body b;
	size_t i, k;

	arena_init(&a, 0);
	for (i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		struct body_in in = {.bytes = slice_of(bodies[i].in, bodies[i].n)};
		struct slice name = SLICE_EMPTY;

		arena_reset(&a);
		body_read(r, &in, &a, &b);
		for (k = 0; k < b.m.nodes_total; k++)
			if (slice_eq(b.m.nodes[k].name, SLICE("DeviceName")))
				name = b.m.nodes[k].text;
		ok(slice_eq(name, SLICE("东门")), "name in body %zu: " SLICE_FMT, i,
		   SLICE_ARG(name));
	}
	ok(slice_eq(body_text(r, SLICE("\xB6\xAB\xC3\xC5"), &a), SLICE("东门")),
	   "a header's text in GB2312");
	ok(slice_eq(body_text(r, SLICE("东门"), &a), SLICE("东门")),
	   "a header's text in UTF-8");
	ok(slice_eq(body_text(r, SLICE("a\xFF"), &a), SLICE("a\xEF\xBF\xBD")),
	   "a header's broken text");
	arena_free(&a);
}

/* A body that was cut because its length was counted before it became UTF-8. */
static void
check_counted(struct body_reader *r)
{
	static const char whole[] =
	    HEAD("GB2312") INFO("模拟设备一号停车场东门枪机模拟设备一号停车场东门");
	struct arena a;
	struct body b;
	size_t chinese = 24, cut;

	arena_init(&a, 0);
	for (cut = chinese - 2; cut <= chinese; cut++) {
		struct body_in in = {.bytes = slice_of(whole, sizeof(whole) - 1 - cut)};

		arena_reset(&a);
		body_read(r, &in, &a, &b);
		ok(b.problems_total == 2 &&
		       b.problems[1].rule == RULE_MANSCDP_XML_MALFORMED,
		   "counted: malformed");
		ok(b.problems_total == 2 &&
		       slice_find(b.problems[1].detail, SLICE("counted in GB2312")) <
		           b.problems[1].detail.n,
		   "counted: %zu octets short, and why", cut);
	}
	arena_free(&a);
}

/* What was read before a fault stays. */
static void
check_half(struct body_reader *r)
{
	struct body_in in = {
	    .bytes = SLICE("<Response><CmdType>Catalog</CmdType><SN> 7 </SN><DeviceID>"
	                   "3402</DeviceID><SumNum>9</SumNum><DeviceList Num='2'><Item>"
	                   "<Name>a & b")};
	struct arena a;
	struct body b;

	arena_init(&a, 0);
	body_read(r, &in, &a, &b);
	ok(b.verdict == BODY_MALFORMED, "half: malformed");
	ok(slice_eq(b.m.CmdType, SLICE("Catalog")) && slice_eq(b.m.SN, SLICE("7")),
	   "half: CmdType and SN");
	ok(slice_eq(b.m.SumNum, SLICE("9")) && slice_eq(b.m.Num, SLICE("2")) &&
	       b.m.items == 1,
	   "half: counts");
	ok(b.problems_total == 2 && b.problems[1].rule == RULE_MANSCDP_FIELD_SPACE,
	   "half: no more is missing");
	arena_free(&a);
}

static void
check_secret(struct body_reader *r)
{
	struct body_in in = {
	    .bytes = SLICE(
	        "<Response><CmdType>Catalog</CmdType><SN>1</SN><DeviceID>3402</DeviceID>"
	        "<SumNum>1</SumNum><Password>hunter2</Password></Response>"),
	    .edition = EDITION_2022};
	struct arena a;
	struct body b;
	size_t i;

	arena_init(&a, 0);
	body_read(r, &in, &a, &b);
	ok(b.problems_total != 0, "a misplaced password is told");
	for (i = 0; i < b.problems_total; i++)
		ok(slice_find(b.problems[i].value, SLICE("hunter2")) ==
		       b.problems[i].value.n,
		   "but never shown");
	arena_free(&a);
}

/* The answer that stands in a SIP response has a Result and no list. */
static void
check_answer(struct body_reader *r)
{
	struct body_in in = {
	    .bytes = SLICE(
	        "<Response><CmdType>Catalog</CmdType><SN>1</SN><DeviceID>3402</DeviceID>"
	        "<Result>OK</Result></Response>"),
	    .response = true,
	    .edition = EDITION_2022,
	    .edition_guessed = true};
	struct arena a;
	struct body b;

	arena_init(&a, 0);
	body_read(r, &in, &a, &b);
	ok(b.problems_total == 1 && b.problems[0].rule == RULE_MANSCDP_EDITION_GUESSED,
	   "answer of 2022, guessed");
	ok(b.verdict == BODY_VALID, "answer: a guess is no error");
	in.edition = EDITION_2016;
	body_read(r, &in, &a, &b);
	ok(b.problems_total == 0 && slice_eq(b.m.Result, SLICE("OK")), "answer of 2016");
	in.response = false;
	body_read(r, &in, &a, &b);
	ok(b.verdict == BODY_INVALID, "as a message of its own it lacks its list");
	arena_free(&a);
}

/* Each limit is a finding, and the next body is none the worse. */
static void
check_limits(void)
{
	static const struct {
		enum limit limit;
		uint64_t max;
		const char *in;
		enum rule rule;
	} limits[] = {
	    {LIMIT_BODY_BYTES, 16, QUERY, RULE_MANSCDP_TOO_LARGE},
	    {LIMIT_XML_DEPTH, 1, QUERY, RULE_MANSCDP_XML_DEPTH},
	    {LIMIT_XML_NODES, 2, QUERY, RULE_MANSCDP_XML_NODES},
	    {LIMIT_XML_ATTRIBUTES, 1, "<a b='1' c='2'/>", RULE_MANSCDP_XML_ATTRIBUTES},
	    {LIMIT_XML_ATTRIBUTES, 1, "<a xmlns='1' c='2'/>",
	     RULE_MANSCDP_XML_ATTRIBUTES},
	};
	size_t i;

	for (i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		struct err e = {.text = ""};
		struct body_in in = {.bytes = slice_str(limits[i].in)};
		struct body_reader *r;
		struct limits l;
		struct arena a;
		struct body b;

		limits_init(&l);
		l.max[limits[i].limit] = limits[i].max;
		arena_init(&a, 0);
		r = body_new(&l, &e);
		if (!ok(r != NULL, "reader with limits: %s", e.text))
			continue;
		body_read(r, &in, &a, &b);
		ok(b.problems_total >= 1 && b.problems[0].rule == limits[i].rule,
		   "limit %s: drawn", limit_name(limits[i].limit));
		ok(b.verdict == BODY_MALFORMED, "limit %s: no tree",
		   limit_name(limits[i].limit));
		in.bytes = SLICE("<a/>");
		body_read(r, &in, &a, &b);
		ok(b.verdict == BODY_UNKNOWN, "limit %s: the next one",
		   limit_name(limits[i].limit));
		arena_free(&a);
		body_free(r);
	}
}

/* Every size of arena: it may say less, never wrong things. */
static void
check_memory(struct body_reader *r)
{
	struct body_in in = {.bytes = SLICE(HEAD("GB2312") INFO("\xB6\xAB\xC3\xC5 & "))};
	size_t max;

	for (max = 16; max < 8192; max += 48) {
		struct arena a;
		struct body b;

		arena_init(&a, max);
		body_read(r, &in, &a, &b);
		if (!ok(b.verdict == BODY_MALFORMED, "arena of %zu", max))
			max = 8192;
		arena_free(&a);
	}
}

int
main(void)
{
	struct limits l;
	struct err e = {.text = ""};
	struct body_reader *r;
	size_t i;

	limits_init(&l);
	r = body_new(&l, &e);
	if (!ok(r != NULL, "reader: %s", e.text))
		return done();
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_row(r, i);
	check_names(r);
	check_counted(r);
	check_half(r);
	check_secret(r);
	check_answer(r);
	check_memory(r);
	body_free(r);
	check_limits();
	return done();
}
