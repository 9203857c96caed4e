#include "src/charset.h"

#include <errno.h>
#include <iconv.h>
#include <stdlib.h>
#include <string.h>

struct charset_converter {
	iconv_t gb18030;
};

static const char *const names[] = {
    [CHARSET_NONE] = "",         [CHARSET_ASCII] = "ASCII", [CHARSET_UTF8] = "UTF-8",
    [CHARSET_GB2312] = "GB2312", [CHARSET_GBK] = "GBK",     [CHARSET_GB18030] = "GB18030",
    [CHARSET_UTF16] = "UTF-16",  [CHARSET_OTHER] = "",
};

/* What the field writes into encoding="...". */
static const struct {
	const char *name;
	enum charset charset;
} declared_names[] = {
    {"gb2312", CHARSET_GB2312},     {"utf-8", CHARSET_UTF8},
    {"gb18030", CHARSET_GB18030},   {"gbk", CHARSET_GBK},
    {"utf8", CHARSET_UTF8},         {"gb-2312", CHARSET_GB2312},
    {"gb_2312-80", CHARSET_GB2312}, {"euc-cn", CHARSET_GB2312},
    {"gb-18030", CHARSET_GB18030},  {"cp936", CHARSET_GBK},
    {"ms936", CHARSET_GBK},         {"windows-936", CHARSET_GBK},
    {"us-ascii", CHARSET_ASCII},    {"ascii", CHARSET_ASCII},
    {"utf-16", CHARSET_UTF16},      {"utf-16le", CHARSET_UTF16},
    {"utf-16be", CHARSET_UTF16},
};

const char *
charset_name(enum charset c)
{
	return names[c];
}

bool
charset_is_gb(enum charset c)
{
	return c == CHARSET_GB2312 || c == CHARSET_GBK || c == CHARSET_GB18030;
}

enum charset
charset_declared(struct slice name)
{
	size_t i;

	if (name.n == 0)
		return CHARSET_NONE;
	for (i = 0; i < sizeof(declared_names) / sizeof(declared_names[0]); i++)
		if (slice_ieq(name, slice_str(declared_names[i].name)))
			return declared_names[i].charset;
	return CHARSET_OTHER;
}

/* How much of `s` is ASCII before anything else comes: most of every body. */
static size_t
ascii_length(struct slice s)
{
	size_t i = 0;
	uint64_t eight;

	for (; i + sizeof(eight) <= s.n; i += sizeof(eight)) {
		memcpy(&eight, s.p + i, sizeof(eight));
		if ((eight & UINT64_C(0x8080808080808080)) != 0)
			break;
	}
	while (i < s.n && s.p[i] < 0x80)
		i++;
	return i;
}

/* One character at the front of `s` (not empty): its length; 0 if it is none, *bad is
 * then how much to skip. */
static size_t
utf8_length(struct slice s, size_t *bad, bool *cut)
{
	uint8_t lead = s.p[0], low = 0x80, high = 0xBF;
	size_t need, i;

	*bad = 1;
	*cut = false;
	if (lead < 0x80)
		return 1;
	if (lead >= 0xC2 && lead <= 0xDF)
		need = 2;
	else if (lead >= 0xE0 && lead <= 0xEF)
		need = 3;
	else if (lead >= 0xF0 && lead <= 0xF4)
		need = 4;
	else
		return 0;
	/* No overlong forms, no surrogates, nothing above U+10FFFF: RFC 3629 4. */
	if (lead == 0xE0)
		low = 0xA0;
	else if (lead == 0xED)
		high = 0x9F;
	else if (lead == 0xF0)
		low = 0x90;
	else if (lead == 0xF4)
		high = 0x8F;
	for (i = 1; i < need; i++) {
		if (i == s.n) {
			*bad = i;
			*cut = true;
			return 0;
		}
		if (s.p[i] < low || s.p[i] > high) {
			*bad = i;
			return 0;
		}
		low = 0x80;
		high = 0xBF;
	}
	return need;
}

/* GB 2312-80: what stands in each row of 94. */
static bool
gb2312_has(uint8_t lead, uint8_t trail)
{
	static const struct {
		uint8_t row, first, last;
	} partial[] = {
	    {0xA2, 0xB1, 0xE2}, {0xA2, 0xE5, 0xEE}, {0xA2, 0xF1, 0xFC},
	    {0xA4, 0xA1, 0xF3}, {0xA5, 0xA1, 0xF6}, {0xA6, 0xA1, 0xB8},
	    {0xA6, 0xC1, 0xD8}, {0xA7, 0xA1, 0xC1}, {0xA7, 0xD1, 0xF1},
	    {0xA8, 0xA1, 0xBA}, {0xA8, 0xC5, 0xE9}, {0xA9, 0xA4, 0xEF},
	    {0xD7, 0xA1, 0xF9},
	};
	bool listed = false;
	size_t i;

	if (trail < 0xA1 || trail > 0xFE)
		return false;
	if (lead >= 0xB0 && lead <= 0xF7 && lead != 0xD7)
		return true; /* the Chinese characters: nearly all that comes */
	for (i = 0; i < sizeof(partial) / sizeof(partial[0]); i++) {
		if (partial[i].row != lead)
			continue;
		listed = true;
		if (trail >= partial[i].first && trail <= partial[i].last)
			return true;
	}
	return !listed && (lead == 0xA1 || lead == 0xA3);
}

/* The five zones of GBK; what else has two octets is GB 18030's user-defined area. */
static bool
gbk_has(uint8_t lead, uint8_t trail)
{
	if (lead <= 0xA0)
		return true;
	if (trail <= 0xA0)
		return lead >= 0xA8;
	return (lead >= 0xA1 && lead <= 0xA9) || (lead >= 0xB0 && lead <= 0xF7);
}

/* As utf8_length; *of is the narrowest set that has the character. */
static size_t
gb_length(struct slice s, size_t *bad, bool *cut, enum charset *of)
{
	uint8_t lead = s.p[0], second;

	*bad = 1;
	*cut = false;
	*of = CHARSET_ASCII;
	if (lead < 0x80)
		return 1;
	if (lead == 0x80 || lead == 0xFF)
		return 0;
	if (s.n < 2) {
		*cut = true;
		return 0;
	}
	second = s.p[1];
	if (second >= 0x40 && second != 0x7F && second != 0xFF) {
		if (gb2312_has(lead, second))
			*of = CHARSET_GB2312;
		else
			*of = gbk_has(lead, second) ? CHARSET_GBK : CHARSET_GB18030;
		return 2;
	}
	if (!ascii_digit(second))
		return 0;
	if (s.n < 4) {
		*cut = true;
		*bad = s.n;
		return 0;
	}
	/* Four octets: U+0080 to U+FFFF up to 84 31 A4 39, the planes above from 90 30 81
	 * 30 to E3 32 9A 35. */
	if (s.p[2] < 0x81 || s.p[2] == 0xFF || !ascii_digit(s.p[3]) || lead > 0xE3 ||
	    (lead > 0x84 && lead < 0x90))
		return 0;
	*of = CHARSET_GB18030;
	return 4;
}

static void
note_bad(struct charset_found *f, struct slice in, size_t offset, size_t n, bool cut)
{
	bool again = f->bad != 0 && offset == f->bad_end;

	/* Damage side by side is one place. */
	f->bad_end = offset + n;
	f->places += !again;
	if (f->bad++ != 0)
		return;
	f->bad_offset = offset;
	f->bad_octets = slice_head(slice_tail(in, offset), n);
	f->cut = cut;
}

/* *doubtful: no sequence of three or more octets, and all of them would be Chinese
 * characters of GB 2312. */
static void
find_utf8(struct slice in, struct charset_found *f, bool *doubtful)
{
	size_t i, n, bad;
	bool cut, pairs = true;

	*f = (struct charset_found){.charset = CHARSET_UTF8};
	/* Each round moves on by one octet at least. */
	for (i = 0; i < in.n; i += n) {
		struct slice at = slice_tail(in, i);

		if (at.p[0] < 0x80) {
			n = ascii_length(at);
			continue;
		}
		n = utf8_length(at, &bad, &cut);
		if (n == 0) {
			note_bad(f, in, i, bad, cut);
			n = bad;
			continue;
		}
		f->wide++;
		if (n == 3)
			f->wide_three++;
		if (n != 2 || at.p[0] < 0xB0 || !gb2312_has(at.p[0], at.p[1]))
			pairs = false;
	}
	*doubtful = pairs && f->wide != 0;
}

static void
find_gb(struct slice in, struct charset_found *f)
{
	size_t i, n, bad;
	enum charset of;
	bool cut;

	*f = (struct charset_found){.charset = CHARSET_GB2312};
	for (i = 0; i < in.n; i += n) {
		struct slice at = slice_tail(in, i);

		if (at.p[0] < 0x80) {
			n = ascii_length(at);
			continue;
		}
		n = gb_length(at, &bad, &cut, &of);
		if (n == 0) {
			note_bad(f, in, i, bad, cut);
			n = bad;
			continue;
		}
		f->wide++;
		if (of > CHARSET_GB2312 && f->beyond.n == 0)
			f->beyond = slice_head(at, n);
		if (of > f->charset)
			f->charset = of;
	}
}

/* Octets of UTF-16 text that begins with '<', or with a mark. */
static bool
is_utf16(struct slice in)
{
	static const uint8_t marks[][2] = {
	    {0xFF, 0xFE},
	    {0xFE, 0xFF},
	    {'<', 0},
	    {0, '<'},
	};
	size_t i;

	for (i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (slice_starts(in, slice_of(marks[i], 2)))
			return true;
	return false;
}

/* Which octets the declared set does not have. */
static void
prove(struct slice in, enum charset declared, const struct charset_found *utf8,
      struct charset_found *out)
{
	struct charset_found gb;

	if (charset_is_gb(out->charset) && utf8->bad != 0) {
		out->against = utf8->bad_octets;
		out->against_offset = utf8->bad_offset;
	} else if (out->charset == CHARSET_UTF8 && charset_is_gb(declared)) {
		find_gb(in, &gb);
		if (gb.bad != 0) {
			out->against = gb.bad_octets;
			out->against_offset = gb.bad_offset;
		}
		if (declared == CHARSET_GB2312 && gb.beyond.n != 0 &&
		    (gb.bad == 0 || gb.beyond.p < gb.bad_octets.p)) {
			out->against = gb.beyond;
			out->against_offset = (size_t)(gb.beyond.p - in.p);
		}
	}
}

void
charset_find(struct slice in, enum charset declared, struct charset_found *out)
{
	struct charset_found utf8, gb;
	bool doubtful, gb_said = charset_is_gb(declared);

	if (is_utf16(in)) {
		*out = (struct charset_found){.charset = CHARSET_UTF16};
		return;
	}
	if (ascii_length(in) == in.n) {
		*out = (struct charset_found){.charset = CHARSET_ASCII};
		return;
	}
	find_utf8(in, &utf8, &doubtful);
	if (utf8.bad == 0 && !(doubtful && gb_said)) {
		*out = utf8;
		prove(in, declared, &utf8, out);
		return;
	}
	find_gb(in, &gb);
	if (utf8.bad == 0)
		*out = gb.bad == 0 ? gb : utf8;
	else if ((utf8.wide >= 4 && utf8.wide / 4 >= utf8.bad) ||
	         (declared == CHARSET_UTF8 && utf8.wide_three > 2 * utf8.places))
		*out = utf8; /* damaged: GB text hardly ever holds so many valid ones */
	else if (gb.bad == 0)
		*out = gb;
	else if (declared == CHARSET_UTF8 ? utf8.bad <= gb.bad : utf8.bad < gb.bad)
		*out = utf8;
	else
		*out = gb;
	prove(in, declared, &utf8, out);
	/* More damage than characters: nobody can say. */
	if (out->bad != 0 && out->bad > out->wide && !gb_said && declared != CHARSET_UTF8)
		out->charset = CHARSET_NONE;
}

struct charset_converter *
charset_new(struct err *e)
{
	struct charset_converter *c = calloc(1, sizeof(*c));
	char in[] = "\xD6\xD0", out[8];
	char *from = in, *to = out;
	size_t in_left = 2, out_left = sizeof(out);
	iconv_t opened;

	if (c == NULL) {
		(void)err_set(e, "out of memory");
		return NULL;
	}
	opened = iconv_open("UTF-8", "GB18030");
	if (opened == (iconv_t)-1) {
		(void)err_set(e, "iconv cannot convert GB18030 to UTF-8: %s",
		              strerror(errno));
		free(c);
		return NULL;
	}
	c->gb18030 = opened;
	/* The first use loads tables: now, not after a sandbox has closed. */
	(void)iconv(c->gb18030, &from, &in_left, &to, &out_left);
	return c;
}

static bool
put(struct slice piece, uint8_t *to, size_t room, size_t *used)
{
	if (piece.n > room - *used)
		return false;
	if (piece.n != 0)
		memcpy(to + *used, piece.p, piece.n);
	*used += piece.n;
	return true;
}

#define REPLACEMENT SLICE("\xEF\xBF\xBD")

/* Decodes as far as it goes: in and *used move on. */
static void
convert(struct charset_converter *c, struct slice *in, uint8_t *to, size_t room,
        size_t *used)
{
	char *from = (char *)(uintptr_t)in->p, *dest = (char *)to + *used;
	size_t from_left = in->n, dest_left = room - *used;

	(void)iconv(c->gb18030, NULL, NULL, NULL, NULL);
	(void)iconv(c->gb18030, &from, &from_left, &dest, &dest_left);
	*in = slice_tail(*in, in->n - from_left);
	*used = room - dest_left;
}

static bool
gb_to_utf8(struct charset_converter *c, struct slice in, uint8_t *to, size_t room,
           size_t *used)
{
	/* Each round takes what is ASCII, then what is right, then what is not. */
	while (in.n != 0) {
		size_t bad, n = ascii_length(in), wide;
		enum charset of;
		struct slice piece;
		bool cut;

		if (!put(slice_head(in, n), to, room, used))
			return false;
		in = slice_tail(in, n);
		/* Most of a body is ASCII: the converter gets the rest, a stretch at a time. */
		for (n = 0; n < in.n && in.p[n] >= 0x80; n += wide) {
			wide = gb_length(slice_tail(in, n), &bad, &cut, &of);
			if (wide == 0)
				break;
		}
		piece = slice_head(in, n);
		if (n != 0)
			convert(c, &piece, to, room, used);
		in = slice_tail(in, n - piece.n);
		if (in.n == 0)
			break;
		if (piece.n == 0 && in.p[0] < 0x80)
			continue;
		/* A sequence that is no character, or one to which nothing is assigned:
		 * skipped whole. */
		n = gb_length(in, &bad, &cut, &of);
		if (!put(REPLACEMENT, to, room, used))
			return false;
		in = slice_tail(in, n != 0 ? n : bad);
	}
	return true;
}

/* How much of `in` is right, and then how much to skip. */
static size_t
utf8_right(struct slice in, size_t *bad)
{
	size_t i, n;
	bool cut;

	*bad = 0;
	for (i = 0; i < in.n; i += n) {
		struct slice at = slice_tail(in, i);

		n = at.p[0] < 0x80 ? ascii_length(at) : utf8_length(at, bad, &cut);
		if (n == 0)
			return i;
	}
	*bad = 0;
	return i;
}

static bool
mend_utf8(struct slice in, uint8_t *to, size_t room, size_t *used)
{
	size_t bad;

	/* Each round takes what is right and what is not. */
	while (in.n != 0) {
		size_t n = utf8_right(in, &bad);

		if (!put(slice_head(in, n), to, room, used) ||
		    (bad != 0 && !put(REPLACEMENT, to, room, used)))
			return false;
		in = slice_tail(in, n + bad);
	}
	return true;
}

bool
charset_utf8(struct charset_converter *c, enum charset from, struct slice in,
             struct arena *a, struct slice *out)
{
	size_t room, used = 0, bad;
	bool done;
	uint8_t *to;

	*out = in;
	if (from == CHARSET_ASCII || in.n == 0 ||
	    (!charset_is_gb(from) && utf8_right(in, &bad) == in.n))
		return true;
	*out = SLICE_EMPTY;
	/* The worst: one bad octet becomes three; two of GB at most three or, in pairs of
	 * four, four. */
	if (__builtin_mul_overflow(in.n, (size_t)3, &room))
		return false;
	to = arena_alloc(a, room);
	if (to == NULL)
		return false;
	done = charset_is_gb(from) ? gb_to_utf8(c, in, to, room, &used)
	                           : mend_utf8(in, to, room, &used);
	*out = slice_of(to, used);
	return done;
}

size_t
charset_octets(enum charset from, struct slice in, size_t characters)
{
	enum charset of;
	size_t i, n, bad;
	bool cut;

	/* Each round takes a character, or what was replaced by one. */
	for (i = 0; i < in.n && characters != 0; i += n, characters--) {
		struct slice at = slice_tail(in, i);

		n = charset_is_gb(from) ? gb_length(at, &bad, &cut, &of)
		                        : utf8_length(at, &bad, &cut);
		if (n == 0)
			n = bad;
	}
	return i;
}

void
charset_free(struct charset_converter *c)
{
	if (c == NULL)
		return;
	(void)iconv_close(c->gb18030);
	free(c);
}
