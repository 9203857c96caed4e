#include "src/codecs.h"

#include <stdio.h>

enum { TEXT = 160, NAME_SHOWN = 32, QUICK_LINES = 32 };

/* RFC 3551 6: those in use that need no a=rtpmap. */
static void
statics(struct codecs *out)
{
	static const struct {
		uint32_t pt;
		const char *name;
		uint32_t clock;
	} rows[] = {
	    {0, "PCMU", 8000},  {3, "GSM", 8000},    {4, "G723", 8000},
	    {5, "DVI4", 8000},  {6, "DVI4", 16000},  {7, "LPC", 8000},
	    {8, "PCMA", 8000},  {9, "G722", 8000},   {12, "QCELP", 8000},
	    {13, "CN", 8000},   {14, "MPA", 90000},  {15, "G728", 8000},
	    {18, "G729", 8000}, {26, "JPEG", 90000}, {31, "H261", 90000},
	    {32, "MPV", 90000}, {33, "MP2T", 90000}, {34, "H263", 90000},
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		out->name[rows[i].pt] = slice_str(rows[i].name);
		out->clock[rows[i].pt] = rows[i].clock;
		out->channels[rows[i].pt] = 1;
	}
}

static bool
has_word(struct slice words, struct slice word)
{
	struct slice w;

	while (sdp_word(&words, &w))
		if (slice_eq(w, word))
			return true;
	return false;
}

static bool
has_map(const struct sdp *s, const struct sdp_level *x, struct slice map)
{
	uint32_t i;

	for (i = x->line; i < x->line + x->lines; i++)
		if (s->lines[i].attr == SDP_RTPMAP && slice_eq(s->lines[i].rest, map))
			return true;
	return false;
}

bool
codecs_chosen(const struct sdp *sa, const struct sdp_level *a, const struct sdp *sb,
              const struct sdp_level *b)
{
	struct slice rest = b->m.formats, word;
	uint32_t i;

	if (a->lines > QUICK_LINES || b->lines > QUICK_LINES ||
	    a->m.formats.n > 4 * QUICK_LINES || rest.n > 4 * QUICK_LINES)
		return false;
	while (sdp_word(&rest, &word))
		if (!has_word(a->m.formats, word))
			return false;
	for (i = b->line; i < b->line + b->lines; i++)
		if (sb->lines[i].attr == SDP_RTPMAP && !has_map(sa, a, sb->lines[i].rest))
			return false;
	return true;
}

void
codecs_of(const struct sdp *s, const struct sdp_level *x, struct codecs *out)
{
	struct slice rest = x->m.formats, word;
	struct sdp_rtpmap r;
	uint32_t i, pt;

	memset(out, 0, sizeof(*out));
	statics(out);
	while (sdp_word(&rest, &word))
		if (parse_u32(word, PAYLOAD_TYPES - 1, &pt) && !out->there[pt]) {
			out->there[pt] = true;
			out->total++;
		}
	for (i = x->line; i < x->line + x->lines; i++) {
		if (s->lines[i].attr != SDP_RTPMAP)
			continue;
		(void)sdp_rtpmap_dissect(s->lines[i].rest, NULL, &r);
		if (!r.has_pt || r.encoding.n == 0 || !r.has_clock)
			continue;
		out->name[r.pt] = r.encoding;
		out->clock[r.pt] = r.clock;
		if (!parse_u32(r.params, UINT32_MAX, &out->channels[r.pt]))
			out->channels[r.pt] = 1;
	}
}

bool
codec_same(const struct codecs *a, uint32_t pa, const struct codecs *b, uint32_t pb)
{
	if (a->name[pa].n == 0 || b->name[pb].n == 0)
		return pa == pb;
	return a->clock[pa] == b->clock[pb] && a->channels[pa] == b->channels[pb] &&
	       slice_ieq(a->name[pa], b->name[pb]);
}

uint32_t
codecs_find(const struct codecs *a, const struct codecs *b, uint32_t pt)
{
	uint32_t i;

	if (a->there[pt] && codec_same(a, pt, b, pt))
		return pt;
	for (i = 0; i < PAYLOAD_TYPES; i++)
		if (a->there[i] && codec_same(a, i, b, pt))
			return i;
	return PAYLOAD_TYPES;
}

bool
codecs_common(const struct codecs *a, const struct codecs *b)
{
	uint32_t pt;

	for (pt = 0; pt < PAYLOAD_TYPES; pt++)
		if (b->there[pt] && codecs_find(a, b, pt) != PAYLOAD_TYPES)
			return true;
	return false;
}

struct slice
codec_text(const struct codecs *x, uint32_t pt, struct arena *a)
{
	struct slice name = slice_head(x->name[pt], NAME_SHOWN);
	char text[NAME_SHOWN + 16];
	int n;

	if (name.n == 0)
		n = snprintf(text, sizeof(text), "%u", pt);
	else
		n = snprintf(text, sizeof(text), SLICE_FMT "/%u", SLICE_ARG(name),
		             x->clock[pt]);
	return arena_keep(a, slice_of(text, (size_t)n));
}

struct slice
codecs_text(const struct codecs *x, struct arena *a)
{
	char text[TEXT];
	size_t n = 0;
	uint32_t pt;

	for (pt = 0; pt < PAYLOAD_TYPES; pt++) {
		struct slice name = x->there[pt] ? codec_text(x, pt, a) : SLICE_EMPTY;

		if (name.n == 0 || n + name.n + 16 > sizeof(text))
			continue;
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s" SLICE_FMT,
		                      n != 0 ? ", " : "", SLICE_ARG(name));
		if (x->name[pt].n != 0)
			n += (size_t)snprintf(text + n, sizeof(text) - n, " (%u)", pt);
	}
	return arena_keep(a, slice_of(text, n));
}
