#include "dissect/sip.h"

#include "dissect/chars.h"

enum {
	METHOD_MAX = 128, /* octets of a method whose line has not ended yet */
	HEADERS_FIRST =
	    16, /* headers that the first array takes; each further one doubles */
	STATUS_NONE = 1000,
};

static void
fault(struct sip *s, unsigned bit, size_t offset)
{
	if (s->faults == 0 || offset < s->fault_offset)
		s->fault_offset = (uint32_t)offset;
	s->faults |= bit;
}

static size_t
skip_crlf(struct slice in)
{
	size_t i = 0;

	while (i < in.n && (in.p[i] == '\r' || in.p[i] == '\n'))
		i++;
	return i;
}

/* "SIP" "/" 1*DIGIT "." 1*DIGIT in any case; blanks are not for start lines. */
static bool
is_version(struct slice v)
{
	struct slice major, minor;

	return v.n >= 7 && slice_istarts(v, SLICE("SIP/")) &&
	       slice_cut(slice_tail(v, 4), '.', &major, &minor) && slice_digits(major) &&
	       slice_digits(minor);
}

static void
version_set(struct sip *s, struct slice version, size_t offset)
{
	s->version = version;
	if (!slice_eq(version, SLICE("SIP/2.0")))
		fault(s, SIP_FAULT_VERSION, offset);
}

/* RFC 3261 7.2: SIP-Version SP Status-Code SP Reason-Phrase. */
static enum dis
status_line(struct sip *s, struct slice line, size_t at)
{
	struct slice rest = line;
	size_t n = chars_word(rest), gap, i = 0;

	version_set(s, slice_head(rest, n), at);
	rest = slice_tail(rest, n);
	gap = chars_gap(rest);
	if (gap != 1 || rest.p[0] != ' ')
		fault(s, SIP_FAULT_START_SPACE, at + line.n - rest.n);
	rest = slice_tail(rest, gap);

	while (i < rest.n && ascii_digit(rest.p[i]))
		i++;
	if (i == 0)
		i = chars_word(rest);
	s->status_text = slice_head(rest, i);
	if (!slice_digits(s->status_text))
		s->status = STATUS_NONE;
	else if (!parse_u32(s->status_text, UINT32_MAX, &s->status))
		s->status = UINT32_MAX;
	else if (s->status == 0)
		s->status = STATUS_NONE; /* 0 stands for a request */
	if (s->status_text.n != 3 || s->status < 100 || s->status > 699)
		fault(s, SIP_FAULT_STATUS, at + line.n - rest.n);

	rest = slice_tail(rest, i);
	if (rest.n != 0 && rest.p[0] == ' ') {
		rest = slice_tail(rest, 1);
	} else {
		fault(s, SIP_FAULT_NO_REASON_SP, at + line.n - rest.n);
		rest = slice_tail(rest, chars_gap(rest));
	}
	s->reason = rest;
	return s->status == STATUS_NONE && !slice_digits(s->status_text) ? DIS_BAD
	                                                                 : DIS_OK;
}

/* RFC 3261 7.1: Method SP Request-URI SP SIP-Version. DIS_OTHER: does not end in a
 * version. */
static enum dis
request_line(struct sip *s, struct slice line, size_t at)
{
	struct slice text = line, method, uri;
	size_t n, i;

	while (text.n != 0 && ascii_space(text.p[text.n - 1]))
		text.n--;
	for (n = text.n; n != 0 && !ascii_space(text.p[n - 1]); n--)
		;
	if (n == 0 || !is_version(slice_tail(text, n)))
		return DIS_OTHER;
	method = slice_head(text, chars_word(text));
	/* Above 0x7E it is no text of ours; with a colon, a header line that ends like
	 * this. */
	for (i = 0; i < method.n; i++)
		if (method.p[i] <= ' ' || method.p[i] > '~' || method.p[i] == ':')
			return DIS_OTHER;
	if (method.n == 0)
		return DIS_OTHER;

	s->method = method;
	if (!sip_token(method))
		fault(s, SIP_FAULT_METHOD, at);
	version_set(s, slice_tail(text, n), at + n);
	if (text.n != line.n)
		fault(s, SIP_FAULT_START_SPACE, at + text.n);

	uri = slice_tail(slice_head(text, n), method.n);
	i = chars_gap(uri);
	if (i != 1 || uri.p[0] != ' ')
		fault(s, SIP_FAULT_START_SPACE, at + method.n);
	s->uri = slice_trim(uri);
	if (s->uri.n == 0)
		return DIS_BAD;
	i += s->uri.n;
	if (uri.n - i != 1 || uri.p[i] != ' ')
		fault(s, SIP_FAULT_START_SPACE, at + method.n + i);
	i = chars_word(s->uri);
	if (i != s->uri.n)
		fault(s, SIP_FAULT_URI_SPACE, at + (size_t)(s->uri.p - line.p) + i);
	return DIS_OK;
}

/* line: without its end; at: its offset in the message. DIS_OTHER: no start line of
 * SIP. */
static enum dis
start_line(struct sip *s, struct slice line, size_t at)
{
	s->start_line = line;
	s->start_offset = (uint32_t)at;
	if (is_version(slice_head(line, chars_word(line))))
		return status_line(s, line, at);
	return request_line(s, line, at);
}

/* May a start line begin so, whose end is not there yet? */
static enum dis
probe_part(struct slice part)
{
	static const struct slice sip = {(const uint8_t *)"SIP/", 4};
	struct slice word =
	    slice_head(part, chars_word(slice_head(part, METHOD_MAX + 1)));
	size_t i;

	if (word.n > METHOD_MAX || part.n > SIP_HEAD_MAX)
		return DIS_OTHER;
	for (i = 0; i < word.n; i++)
		if (word.p[i] <= ' ' || word.p[i] > '~' || word.p[i] == ':')
			return DIS_OTHER;
	if (slice_istarts(word, sip) && word.n < part.n && !is_version(word))
		return DIS_OTHER;
	return slice_index(part, 0) == part.n ? DIS_MORE : DIS_OTHER;
}

/* in begins with two visible octets, or one and white space. */
static enum dis
probe_line(struct slice in)
{
	struct slice line;
	struct sip s = {0};
	size_t n = slice_index(slice_head(in, SIP_HEAD_MAX), '\n');

	if (n == in.n || n == SIP_HEAD_MAX)
		return probe_part(in);
	line = slice_head(in, n);
	if (line.n != 0 && line.p[line.n - 1] == '\r')
		line.n--;
	if (slice_index(line, 0) != line.n)
		return DIS_OTHER;
	if (start_line(&s, line, 0) == DIS_OTHER || s.status == STATUS_NONE)
		return DIS_OTHER;
	return DIS_OK;
}

enum dis
sip_probe(struct slice in)
{
	in = slice_tail(in, skip_crlf(in));
	if (in.n == 0)
		return DIS_MORE;
	/* RTP, RTCP, STUN, DTLS and most of what is binary ends here. */
	if (in.p[0] <= ' ' || in.p[0] > '~')
		return DIS_OTHER;
	if (in.n >= 2 && (in.p[1] < ' ' || in.p[1] > '~') && !ascii_space(in.p[1]))
		return DIS_OTHER;
	return probe_line(in);
}

enum dis
sip_head_end(struct slice in, size_t from, size_t *length)
{
	size_t at = skip_crlf(in), next;

	/* The end may have been cut after LF or LF CR. */
	if (from > 2 && from - 2 > at)
		at = from - 2;
	/* Each round moves past an LF. */
	while (at < in.n) {
		at += slice_index(slice_tail(in, at), '\n') + 1;
		next = at;
		if (next < in.n && in.p[next] == '\r')
			next++;
		if (next < in.n && in.p[next] == '\n') {
			*length = next + 1;
			return DIS_OK;
		}
	}
	return DIS_MORE;
}

/* Nothing but SP to "~": eight octets at a time. Each must keep its top bit clear, and also
 * plus one and minus SP; the lowest that does not gets no carry from those below it. */
static bool
plain(struct slice s)
{
	static const uint64_t ones = UINT64_C(0x0101010101010101), tops = ones << 7;
	uint64_t w, odd = 0;
	size_t i = 0;

	for (; s.n - i >= 8; i += 8) {
		memcpy(&w, s.p + i, 8);
		odd |= w | (w + ones) | (w - ones * ' ');
	}
	for (; i < s.n; i++)
		odd |= s.p[i] < ' ' || s.p[i] > '~' ? tops : 0;
	return (odd & tops) == 0;
}

/* Control octets are legal as quoted-pair only: RFC 3261 25.1, and RFC 4475 3.1.1.2
 * uses that. */
static void
check_octets(struct sip *s, struct slice line, size_t at)
{
	bool escaped = false;
	size_t i, n;

	if (plain(line))
		return;
	for (i = 0; i < line.n; i += n) {
		uint8_t c = line.p[i];

		n = 1;
		if (c >= 0x80) {
			n = chars_utf8(slice_tail(line, i), NULL);
			if (n == 0) {
				fault(s, SIP_FAULT_UTF8, at + i);
				n = 1;
			}
		} else if (c == '\r') {
			fault(s, SIP_FAULT_CR, at + i);
		} else if ((c < ' ' && c != '\t') || c == 0x7f) {
			if (!escaped)
				fault(s, SIP_FAULT_CONTROL, at + i);
		}
		escaped = c == '\\' && !escaped;
	}
}

/* What is being read: one message. */
struct reader {
	struct sip *s;
	struct arena *a;
	struct slice in;
	size_t at;         /* offset of the next line */
	uint32_t capacity; /* of s->headers */
	bool ended;        /* the last line had no LF */
	bool limited;
};

/* The next line without its end; at the end of the input an empty one, and ended. */
static struct slice
next_line(struct reader *r)
{
	struct slice rest = slice_tail(r->in, r->at), line;
	size_t n = slice_index(rest, '\n');

	line = slice_head(rest, n);
	if (n == rest.n)
		r->ended = true;
	else if (n == 0 || rest.p[n - 1] != '\r')
		fault(r->s, SIP_FAULT_LF, r->at + n);
	if (n != 0 && rest.p[n - 1] == '\r')
		line.n--;
	check_octets(r->s, line, r->at);
	r->at += n == rest.n ? n : n + 1;
	return line;
}

static struct sip_header *
header_new(struct reader *r)
{
	struct sip *s = r->s;
	struct sip_header *more;
	uint32_t want = r->capacity ? r->capacity * 2 : HEADERS_FIRST;

	if (s->headers_total == SIP_HEADERS_MAX) {
		fault(s, SIP_FAULT_HEADERS, r->at);
		return NULL;
	}
	if (s->headers_total == r->capacity) {
		more = r->a ? arena_array(r->a, want, sizeof(*more)) : NULL;
		if (more == NULL)
			return NULL;
		if (s->headers_total != 0)
			memcpy(more, s->headers, s->headers_total * sizeof(*more));
		s->headers = more;
		r->capacity = want;
	}
	return &s->headers[s->headers_total++];
}

/* Each octet of a fold becomes a space, so that offsets stay true: RFC 3261 7.3.1,
 * 25.1 LWS. */
static struct slice
unfold(struct reader *r, struct slice value)
{
	uint8_t *p = arena_alloc(r->a, value.n);
	size_t i;

	if (p == NULL) {
		r->limited = true;
		return value;
	}
	for (i = 0; i < value.n; i++)
		p[i] = ascii_space(value.p[i]) ? ' ' : value.p[i];
	return slice_of(p, value.n);
}

/* first: the first physical line; raw: all of them. */
static void
header_set(struct reader *r, struct sip_header *h, struct slice first, struct slice raw)
{
	struct sip *s = r->s;
	size_t colon = slice_index(first, ':');
	struct slice name = slice_head(first, colon);

	h->raw = raw;
	h->folded = raw.n != first.n;
	while (name.n != 0 && chars_blank(name.p[name.n - 1]))
		name.n--;
	h->name = name;
	h->id = sip_header_id(name);
	if (colon == first.n || (h->id == SIP_HDR_OTHER && !sip_token(name))) {
		h->id = SIP_HDR_OTHER;
		h->bad = true;
		h->name = slice_trim(name);
		h->value = h->folded ? unfold(r, raw) : raw;
		fault(s, SIP_FAULT_LINE, h->offset);
		return;
	}
	h->compact = name.n == 1 && h->id != SIP_HDR_OTHER;
	h->value = slice_tail(raw, colon + 1);
	if (h->folded)
		h->value = unfold(r, h->value);
	h->value = slice_trim(h->value);
	if (h->id != SIP_HDR_OTHER && s->first[h->id] == 0)
		s->first[h->id] = s->headers_total;
}

/* Lines up to the empty one, which is taken; false if the input ends before it. */
static bool
read_headers(struct reader *r)
{
	struct slice first, last, raw;
	struct sip_header *h;
	size_t offset;

	/* Each round takes a line. */
	while (!r->ended && r->at < r->in.n) {
		offset = r->at;
		first = last = next_line(r);
		if (first.n == 0 && !r->ended)
			return true;
		while (!r->ended && r->at < r->in.n && chars_blank(r->in.p[r->at]))
			last = next_line(r);
		if (r->at - r->s->start_offset > SIP_HEAD_MAX) {
			r->limited = true;
			return false;
		}
		raw = slice_tail(r->in, offset);
		raw.n = (size_t)(last.p - raw.p) + last.n;
		if (raw.n == 0)
			break; /* a CR, and the end */
		h = r->limited ? NULL : header_new(r);
		if (h == NULL) {
			r->limited = true;
			continue;
		}
		h->offset = (uint32_t)offset;
		header_set(r, h, first, raw);
	}
	return false;
}

enum dis
sip_dissect(struct slice in, struct arena *a, struct sip *out)
{
	struct reader r = {.s = out, .a = a, .in = in};
	struct slice line;
	size_t skip = skip_crlf(in), length;
	enum dis start;
	bool whole;

	*out = (struct sip){0};
	if (in.n > UINT32_MAX)
		return DIS_LIMIT;
	out->skipped = (uint32_t)skip;
	out->start_offset = (uint32_t)skip;
	r.at = skip;
	if (skip == in.n)
		return DIS_MORE;
	if (in.p[skip] <= ' ' || in.p[skip] > '~')
		return DIS_OTHER;

	line = next_line(&r);
	start = start_line(out, line, skip);
	if (start == DIS_OTHER && r.ended)
		start = probe_part(slice_tail(in, skip));
	if (start == DIS_OTHER) {
		*out = (struct sip){.skipped = (uint32_t)skip};
		return DIS_OTHER;
	}

	whole = read_headers(&r);
	out->head = slice_head(slice_tail(in, skip), r.at - skip);
	out->body = slice_tail(in, r.at);
	if (!whole && r.limited && sip_head_end(in, r.at, &length) == DIS_OK)
		out->body = slice_tail(in, length);
	else if (!whole)
		fault(out, SIP_FAULT_NO_EMPTY_LINE, r.at);
	if (start == DIS_BAD)
		return DIS_BAD;
	if (r.limited)
		return DIS_LIMIT;
	return whole ? DIS_OK : DIS_MORE;
}
