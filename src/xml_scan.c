#include "src/xml_scan.h"

struct xml_scan
xml_scan(struct slice text)
{
	return (struct xml_scan){text, 0, 1};
}

static void
advance(struct xml_scan *s, size_t n)
{
	struct slice gone = slice_head(s->rest, n);
	size_t i;

	for (i = slice_index(gone, '\n'); i < gone.n; i = slice_index(gone, '\n')) {
		s->line++;
		gone = slice_tail(gone, i + 1);
	}
	n = n < s->rest.n ? n : s->rest.n;
	s->offset += n;
	s->rest = slice_tail(s->rest, n);
}

static bool
name_start(uint8_t c)
{
	return ascii_alpha(c) || c == '_' || c == ':' || c >= 0x80;
}

static bool
name_part(uint8_t c)
{
	return name_start(c) || ascii_digit(c) || c == '-' || c == '.';
}

size_t
xml_scan_name(struct slice s)
{
	size_t n = 0;

	while (n < s.n && name_part(s.p[n]))
		n++;
	return n;
}

/* "&name;", "&#20;" and "&#x4e2d;" are references; *name is between the two signs. */
static bool
reference(struct slice s, struct slice *name)
{
	struct slice body = slice_tail(s, 1);
	size_t n = 0;

	if (body.n != 0 && body.p[0] == '#')
		body = slice_tail(body, 1);
	else if (body.n == 0 || !name_start(body.p[0]))
		return false;
	n = xml_scan_name(body);
	*name = slice_head(slice_tail(s, 1), s.n - 1 - (body.n - n));
	return n != 0 && n < body.n && body.p[n] == ';';
}

static void
text_token(struct xml_scan *s, struct xml_token *out)
{
	size_t n = 0;

	out->kind = XML_TEXT;
	if (s->rest.p[0] == '&') {
		out->kind = reference(s->rest, &out->name) ? XML_REFERENCE : XML_RAW_AMP;
		n = 1;
	} else {
		while (n < s->rest.n && s->rest.p[n] != '<' && s->rest.p[n] != '&')
			n++;
	}
	advance(s, n);
}

static bool
skip_past(struct xml_scan *s, struct slice opening, struct slice closing,
          struct xml_token *out)
{
	struct slice in = slice_tail(s->rest, opening.n);
	size_t at;

	if (!slice_starts(s->rest, opening))
		return false;
	at = slice_find(in, closing);
	out->kind = at == in.n ? XML_CUT : XML_OTHER;
	advance(s, opening.n + at + closing.n);
	return true;
}

/* From the '<' of a start or end tag to its '>', over quoted values. */
static void
tag_token(struct xml_scan *s, struct xml_token *out)
{
	struct slice in = slice_tail(s->rest, out->closing ? 2 : 1);
	size_t prefix = s->rest.n - in.n, n;
	uint8_t quote = 0;

	n = xml_scan_name(in);
	out->name = slice_head(in, n);
	out->kind = out->closing ? XML_CLOSE : XML_START;
	for (; n < in.n; n++) {
		uint8_t c = in.p[n];

		if (quote != 0) {
			if (c == quote)
				quote = 0;
			else if (c == '<')
				break; /* no value holds one: XML 1.0 2.3 [10] */
		} else if (c == '"' || c == '\'') {
			quote = c;
			out->attributes++;
		} else if (c == '>') {
			if (!out->closing && n != 0 && in.p[n - 1] == '/')
				out->kind = XML_EMPTY;
			advance(s, prefix + n + 1);
			return;
		} else if (c == '<') {
			break;
		}
	}
	if (n == in.n) {
		out->kind = XML_CUT;
		advance(s, prefix + n);
	} else {
		/* Another '<' before the '>': this one was no tag. */
		out->kind = XML_RAW_LT;
		advance(s, 1);
	}
}

void
xml_scan_next(struct xml_scan *s, struct xml_token *out)
{
	struct slice next = slice_tail(s->rest, 1);

	*out = (struct xml_token){.kind = XML_END, .line = s->line, .offset = s->offset};
	if (s->rest.n == 0)
		return;
	if (s->rest.p[0] != '<') {
		text_token(s, out);
		return;
	}
	if (next.n != 0 && (next.p[0] == '!' || next.p[0] == '?')) {
		(void)(skip_past(s, SLICE("<!--"), SLICE("-->"), out) ||
		       skip_past(s, SLICE("<![CDATA["), SLICE("]]>"), out) ||
		       skip_past(s, SLICE("<?"), SLICE("?>"), out) ||
		       skip_past(s, SLICE("<!"), SLICE(">"), out));
		return;
	}
	out->closing = next.n != 0 && next.p[0] == '/';
	if (out->closing)
		next = slice_tail(next, 1);
	if (next.n == 0) {
		out->kind = XML_CUT;
		advance(s, s->rest.n);
	} else if (!name_start(next.p[0])) {
		out->kind = XML_RAW_LT;
		advance(s, 1);
	} else {
		tag_token(s, out);
	}
}

static size_t
octets(struct slice s, uint8_t c, size_t enough)
{
	size_t n = 0, i;

	for (i = slice_index(s, c); i < s.n && n < enough; i = slice_index(s, c)) {
		n++;
		s = slice_tail(s, i + 1);
	}
	return n;
}

bool
xml_scan_attributes(struct slice text, size_t max)
{
	struct xml_scan s = xml_scan(text);
	struct xml_token t;

	/* Two quotes for each: where all the text has too few, no element has too many. */
	if (octets(text, '"', 2 * max) + octets(text, '\'', 2 * max) < 2 * max)
		return true;
	do {
		xml_scan_next(&s, &t);
		if (t.attributes > max)
			return false;
	} while (t.kind != XML_END);
	return true;
}
