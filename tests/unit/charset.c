#include "src/charset.h"

#include <iconv.h>

#include "src/declaration.h"
#include "tests/unit/test.h"

static const struct {
	const char *what, *in;
	size_t n;
	enum charset declared, charset;
	size_t bad;
	const char *text;
} rows[] = {
#define S(lit) lit, sizeof(lit) - 1
    {"nothing", S(""), CHARSET_NONE, CHARSET_ASCII, 0, ""},
    {"ASCII", S("<a/>"), CHARSET_GB2312, CHARSET_ASCII, 0, "<a/>"},
    {"GB2312", S("\xB6\xAB\xC3\xC5"), CHARSET_GB2312, CHARSET_GB2312, 0, "东门"},
    {"GB2312, not declared", S("\xB6\xAB\xC3\xC5"), CHARSET_NONE, CHARSET_GB2312, 0,
     "东门"},
    {"GB2312, declared UTF-8", S("\xB6\xAB\xC3\xC5"), CHARSET_UTF8, CHARSET_GB2312, 0,
     "东门"},
    {"UTF-8", S("东门"), CHARSET_UTF8, CHARSET_UTF8, 0, "东门"},
    {"UTF-8, declared GB2312", S("东门"), CHARSET_GB2312, CHARSET_UTF8, 0, "东门"},
    {"UTF-8 of four octets", S("𠀀"), CHARSET_GB2312, CHARSET_UTF8, 0, "𠀀"},
    {"GBK", S("\xE9\x46\x86\xB4\xE9\x54"), CHARSET_GB2312, CHARSET_GBK, 0, "镕喆門"},
    {"GB18030 of four octets", S("\x95\x32\x82\x36"), CHARSET_GB2312, CHARSET_GB18030, 0,
     "𠀀"},
    {"one character that could be either", S("\xC4\xA3"), CHARSET_GB2312, CHARSET_GB2312,
     0, "模"},
    {"the same, declared UTF-8", S("\xC4\xA3"), CHARSET_UTF8, CHARSET_UTF8, 0, "ģ"},
    {"half a character at the end", S("\xB6\xAB\xC3"), CHARSET_GB2312, CHARSET_GB2312, 1,
     "东\xEF\xBF\xBD"},
    {"half a character before a tag", S("\xB6\xAB\xC3<"), CHARSET_GB2312, CHARSET_GB2312,
     1, "东\xEF\xBF\xBD<"},
    {"UTF-8 with an octet lost", S("东门东门东\xE9\x97门"), CHARSET_UTF8, CHARSET_UTF8, 1,
     "东门东门东\xEF\xBF\xBD门"},
    {"octets of no set", S("\xFF\xFF\xFF"), CHARSET_NONE, CHARSET_NONE, 3,
     "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
    {"a surrogate in UTF-8", S("东东东东东东东东东东东东\xED\xA0\x80"), CHARSET_UTF8,
     CHARSET_UTF8, 3, "东东东东东东东东东东东东\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
    {"two places of damage", S("\xB6\xAB\xFF\xC3\xC5\xFF\xFF"), CHARSET_GB2312,
     CHARSET_GB2312, 3, "东\xEF\xBF\xBD门\xEF\xBF\xBD\xEF\xBF\xBD"},
    {"UTF-16", S("<\0a\0/\0>\0"), CHARSET_NONE, CHARSET_UTF16, 0, NULL},
    {"UTF-16 with a mark", S("\xFE\xFF\0<"), CHARSET_GB2312, CHARSET_UTF16, 0, NULL},
};

static const struct {
	const char *what, *in, *encoding;
	size_t skip;
	bool present, late, unended, bad, bom;
} declarations[] = {
    {"none", "<a/>", "", 0, false, false, false, false, false},
    {"plain", "<?xml version=\"1.0\"?><a/>", "", 21, true, false, false, false, false},
    {"with encoding", "<?xml version=\"1.0\" encoding=\"GB2312\"?><a/>", "GB2312", 39,
     true, false, false, false, false},
    {"in single quotes, blanks about", "<?xml version = '1.0' encoding = 'gbk' ?><a/>",
     "gbk", 41, true, false, false, false, false},
    {"standalone", "<?xml version=\"1.0\" standalone=\"yes\"?>", "", 38, true, false,
     false, false, false},
    {"late", "\r\n<?xml version=\"1.0\"?>", "", 23, true, true, false, false, false},
    {"behind a mark", "\xEF\xBB\xBF<?xml version=\"1.0\"?>", "", 24, true, false, false,
     false, true},
    {"a mark alone", "\xEF\xBB\xBF<a/>", "", 3, false, false, false, false, true},
    {"no end", "<?xml version=\"1.0\" <a/>", "", 0, true, false, true, false, false},
    {"twice", "<?xml version=\"1.0\"?><?xml version=\"1.0\"?>", "", 21, true, false, true,
     false, false},
    {"no version", "<?xml encoding=\"GBK\"?>", "GBK", 22, true, false, false, true,
     false},
    {"no quotes", "<?xml version=1.0?>", "", 19, true, false, false, true, false},
    {"a path as encoding", "<?xml version=\"1.0\" encoding=\"../x\"?>", "../x", 37, true,
     false, false, true, false},
    {"no blank between", "<?xml version=\"1.0\"encoding=\"GBK\"?>", "GBK", 35, true,
     false, false, true, false},
    {"a stylesheet", "<?xml-stylesheet href=\"x\"?><a/>", "", 0, false, false, false,
     false, false},
    {"empty", "", "", 0, false, false, false, false, false},
};

/* Each two-octet code of GB 2312 against iconv's table of it. */
static void
check_gb2312(void)
{
	iconv_t c = iconv_open("UTF-8", "GB2312");
	unsigned lead, trail, wrong = 0;

	if (!ok(c != (iconv_t)-1, "iconv knows GB2312"))
		return;
	for (lead = 0x81; lead <= 0xFE; lead++)
		for (trail = 0x40; trail <= 0xFE; trail++) {
			char in[2] = {(char)lead, (char)trail}, out[8], *from = in,
			     *to = out;
			size_t from_left = 2, to_left = sizeof(out);
			struct charset_found f;
			bool there;

			(void)iconv(c, NULL, NULL, NULL, NULL);
			there = iconv(c, &from, &from_left, &to, &to_left) != (size_t)-1;
			charset_find(slice_of(in, 2), CHARSET_GB2312, &f);
			if (trail == 0x7F)
				continue;
			wrong += (f.charset == CHARSET_GB2312 && f.bad == 0) != there &&
			         f.charset != CHARSET_UTF8;
		}
	(void)iconv_close(c);
	ok(wrong == 0, "GB 2312's table is iconv's: %u differ", wrong);
}

int
main(void)
{
	struct err e = {.text = ""};
	struct charset_converter *c = charset_new(&e);
	struct charset_found f;
	struct arena a;
	struct slice out;
	size_t i;

	if (!ok(c != NULL, "the converters are there"))
		return done();
	arena_init(&a, 0);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct slice in = slice_of(rows[i].in, rows[i].n);

		charset_find(in, rows[i].declared, &f);
		ok(f.charset == rows[i].charset, "%s: is %s", rows[i].what,
		   charset_name(f.charset));
		ok(f.bad == rows[i].bad, "%s: %zu bad", rows[i].what, f.bad);
		if (rows[i].text == NULL)
			continue;
		ok(charset_utf8(c, f.charset, in, &a, &out), "%s: converts",
		   rows[i].what);
		ok(slice_eq(out, slice_str(rows[i].text)), "%s: text \"" SLICE_FMT "\"",
		   rows[i].what, SLICE_ARG(out));
	}
	for (i = 0; i < sizeof(declarations) / sizeof(declarations[0]); i++) {
		struct declaration d;

		declaration_read(slice_str(declarations[i].in), &d);
		ok(d.present == declarations[i].present &&
		       d.late == declarations[i].late &&
		       d.unended == declarations[i].unended &&
		       d.bom == declarations[i].bom,
		   "declaration, %s: kind", declarations[i].what);
		ok(d.bad == declarations[i].bad, "declaration, %s: form",
		   declarations[i].what);
		ok(slice_eq(d.encoding, slice_str(declarations[i].encoding)),
		   "declaration, %s: encoding", declarations[i].what);
		ok(d.skip == declarations[i].skip, "declaration, %s: skips %zu",
		   declarations[i].what, d.skip);
	}
	ok(charset_declared(SLICE("gb2312")) == CHARSET_GB2312, "small letters");
	ok(charset_declared(SLICE("GB2312//IGNORE")) == CHARSET_OTHER,
	   "a name for iconv alone");
	check_gb2312();
	arena_free(&a);
	charset_free(c);
	return done();
}
