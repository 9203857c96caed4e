/* Lines of a configuration. */
#include "src/ini.h"

#include "tests/unit/test.h"

static const struct {
	const char *what, *text;
	enum ini_answer answer; /* the first */
	const char *section, *name, *key, *value;
	unsigned line;
	const char *why; /* part of it */
} rows[] = {
    {"nothing", "", INI_END, "", "", "", "", 0, NULL},
    {"empty lines and comments", "\n  \t\n# a\n  ; b\n", INI_END, "", "", "", "", 4,
     NULL},
    {"a section", "[check]\n", INI_SECTION, "check", "", "", "", 1, NULL},
    {"blanks in its brackets", "  [ check ]  ", INI_SECTION, "check", "", "", "", 1,
     NULL},
    {"a name behind it", "[expect cold  start]\n", INI_SECTION, "expect", "cold  start",
     "", "", 1, NULL},
    {"a comment behind it", "[check] # here", INI_SECTION, "check", "", "", "", 1, NULL},
    {"a BOM and CR LF", "\xEF\xBB\xBF\r\n[check]\r\n", INI_SECTION, "check", "", "", "",
     2, NULL},
    {"no bracket", "[check\n", INI_BAD, NULL, NULL, NULL, NULL, 1, "']' is missing"},
    {"text behind the bracket", "[check] x\n", INI_BAD, NULL, NULL, NULL, NULL, 1,
     "']' is missing"},
    {"an empty section", "[]\n", INI_BAD, NULL, NULL, NULL, NULL, 1, "not a section"},
    {"only a bracket", "[\n", INI_BAD, NULL, NULL, NULL, NULL, 1, "']' is missing"},
    {"a section of signs", "[a.b]\n", INI_BAD, NULL, NULL, NULL, NULL, 1,
     "not a section"},
    {"a key before any section", "a = b\n", INI_BAD, NULL, NULL, NULL, NULL, 1,
     "[section] must"},
    {"words", "\n\nwords\n", INI_BAD, NULL, NULL, NULL, NULL, 3, "neither"},
    {"no key", "= b\n", INI_BAD, NULL, NULL, NULL, NULL, 1, "not a key"},
    {"a key of signs", "a b = c\n", INI_BAD, NULL, NULL, NULL, NULL, 1, "not a key"},
    {"a NUL's neighbour", "a\x01 = b\n", INI_BAD, NULL, NULL, NULL, NULL, 1, "control"},
    {"octets that are no UTF-8", "# \xFF\n", INI_BAD, NULL, NULL, NULL, NULL, 1, "UTF-8"},
    {"what turns text about", "# \xE2\x80\xAE\n", INI_BAD, NULL, NULL, NULL, NULL, 1,
     "control"},
    {"a CR inside", "# a\rb\n", INI_BAD, NULL, NULL, NULL, NULL, 1, "control"},
};

static const struct {
	const char *what, *text, *key, *value;
} entries[] = {
    {"as it should be", "a = b", "a", "b"},
    {"no blanks", "a=b", "a", "b"},
    {"several equals", "a = b = c", "a", "b = c"},
    {"a comment", "a = b # c", "a", "b"},
    {"a comment behind a tab", "a = b\t# c", "a", "b"},
    {"no comment", "a = b#c", "a", "b#c"},
    {"semicolons", "a = b ; c", "a", "b ; c"},
    {"quotes stay", "a = \"b\"", "a", "\"b\""},
    {"a pattern", "sip-* = off", "sip-*", "off"},
    {"Chinese", "a = \xE4\xB8\x9C", "a", "\xE4\xB8\x9C"},
    {"no value", "a =", NULL, NULL},
    {"only a comment", "a = # b", NULL, NULL},
};

static void
check_row(size_t r)
{
	struct ini i;
	enum ini_answer got;

	ini_begin(&i, slice_str(rows[r].text));
	got = ini_next(&i);
	ok(got == rows[r].answer && i.line == rows[r].line, "%s: %d in line %u",
	   rows[r].what, got, i.line);
	if (rows[r].why != NULL)
		ok(got == INI_BAD && strstr(i.why, rows[r].why) != NULL, "%s: says why",
		   rows[r].what);
	else
		ok(slice_eq(i.section, slice_str(rows[r].section)) &&
		       slice_eq(i.name, slice_str(rows[r].name)),
		   "%s: its section", rows[r].what);
}

static void
check_entry(size_t r)
{
	char text[64];
	struct ini i;

	(void)snprintf(text, sizeof(text), "[s]\n%s", entries[r].text);
	ini_begin(&i, slice_str(text));
	ok(ini_next(&i) == INI_SECTION, "%s: the section", entries[r].what);
	if (entries[r].key == NULL) {
		ok(ini_next(&i) == INI_BAD, "%s: no entry", entries[r].what);
		return;
	}
	ok(ini_next(&i) == INI_ENTRY && slice_eq(i.key, slice_str(entries[r].key)) &&
	       slice_eq(i.value, slice_str(entries[r].value)) &&
	       slice_eq(i.section, SLICE("s")) && i.line == 2,
	   "%s: key and value", entries[r].what);
	ok(ini_next(&i) == INI_END, "%s: no more", entries[r].what);
}

int
main(void)
{
	static uint8_t text[INI_LINE_MAX + 2];
	struct ini i;
	size_t r;

	for (r = 0; r < sizeof(rows) / sizeof(rows[0]); r++)
		check_row(r);
	for (r = 0; r < sizeof(entries) / sizeof(entries[0]); r++)
		check_entry(r);
	memset(text, '#', sizeof(text));
	ini_begin(&i, slice_of(text, INI_LINE_MAX));
	ok(ini_next(&i) == INI_END, "a line as long as may be");
	ini_begin(&i, slice_of(text, INI_LINE_MAX + 1));
	ok(ini_next(&i) == INI_BAD, "a line that is too long");
	return done();
}
