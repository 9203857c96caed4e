#include "src/ini.h"

#include "dissect/chars.h"

void
ini_begin(struct ini *i, struct slice text)
{
	*i = (struct ini){.rest = text};
	if (slice_starts(text, SLICE("\xEF\xBB\xBF")))
		i->rest = slice_tail(text, 3);
}

static enum ini_answer
bad(struct ini *i, const char *why)
{
	i->why = why;
	return INI_BAD;
}

/* UTF-8 without what controls a terminal or moves text about; a tab is a blank. */
static bool
is_text(struct slice s)
{
	uint32_t c;
	size_t n;

	/* Each round moves past one octet at least. */
	for (; s.n != 0; s = slice_tail(s, n)) {
		n = chars_utf8(s, &c);
		if (n == 0 || (c < 0x20 && c != '\t') || c == 0x7F || chars_invisible(c))
			return false;
	}
	return true;
}

/* What stands before a blank and #. */
static struct slice
uncommented(struct slice s)
{
	size_t i;

	for (i = 1; i < s.n; i++)
		if (s.p[i] == '#' && chars_blank(s.p[i - 1]))
			return slice_trim(slice_head(s, i));
	return s;
}

static bool
is_key(struct slice s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (!ascii_alpha(s.p[i]) && !ascii_digit(s.p[i]) && s.p[i] != '-' &&
		    s.p[i] != '*')
			return false;
	return s.n != 0;
}

static enum ini_answer
section(struct ini *i, struct slice s)
{
	struct slice inner;
	size_t n;

	if (s.n < 2 || s.p[s.n - 1] != ']')
		return bad(i, "the section's ']' is missing");
	inner = slice_trim(slice_tail(slice_head(s, s.n - 1), 1));
	n = chars_word(inner);
	i->section = slice_head(inner, n);
	i->name = slice_trim(slice_tail(inner, n));
	if (!is_key(i->section))
		return bad(i, "not a section's name");
	return INI_SECTION;
}

static enum ini_answer
entry(struct ini *i, struct slice s)
{
	if (!slice_cut(s, '=', &i->key, &i->value))
		return bad(i, "neither a [section] nor KEY = VALUE");
	i->key = slice_trim(i->key);
	i->value = slice_trim(i->value);
	if (!is_key(i->key))
		return bad(i, "not a key: letters, digits, '-' and '*' make one");
	if (i->section.n == 0)
		return bad(i, "a [section] must stand before the first key");
	if (i->value.n == 0 || i->value.p[0] == '#')
		return bad(i, "the value is missing");
	return INI_ENTRY;
}

enum ini_answer
ini_next(struct ini *i)
{
	struct slice line, s;

	/* Each round moves past one line. */
	while (i->rest.n != 0) {
		line = slice_head(i->rest, slice_index(i->rest, '\n'));
		i->rest = slice_tail(i->rest, line.n + 1);
		i->line++;
		if (line.n != 0 && line.p[line.n - 1] == '\r')
			line = slice_head(line, line.n - 1);
		if (line.n > INI_LINE_MAX)
			return bad(i, "the line is too long");
		if (!is_text(line))
			return bad(i, "not text in UTF-8, or a control character in it");
		s = slice_trim(line);
		if (s.n == 0 || s.p[0] == '#' || s.p[0] == ';')
			continue;
		s = uncommented(s);
		return s.p[0] == '[' ? section(i, s) : entry(i, s);
	}
	return INI_END;
}
