#include "dissect/mansrtsp.h"

#include "dissect/chars.h"

static const char *const header_names[MANSRTSP_HDR_TOTAL] = {
    [MANSRTSP_OTHER] = "",
    [MANSRTSP_CSEQ] = "CSeq",
    [MANSRTSP_SCALE] = "Scale",
    [MANSRTSP_RANGE] = "Range",
    [MANSRTSP_PAUSE_TIME] = "PauseTime",
    [MANSRTSP_RTP_INFO] = "RTP-Info",
    [MANSRTSP_SESSION] = "Session",
};

/* Annex B has the first three; the others are RFC 2326's. */
static const char *const methods[] = {
    "PLAY",  "PAUSE",  "TEARDOWN", "OPTIONS",       "DESCRIBE",
    "SETUP", "RECORD", "ANNOUNCE", "GET_PARAMETER", "SET_PARAMETER"};

const char *
mansrtsp_hdr_name(enum mansrtsp_hdr h)
{
	return header_names[h];
}

bool
mansrtsp_method_known(struct slice s)
{
	size_t i;

	for (i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		if (slice_eq(s, slice_str(methods[i])))
			return true;
	return false;
}

/* All but case: at most one octet is wrong, missing, too much, or two neighbours are swapped. */
static bool
is_near(struct slice a, struct slice b)
{
	size_t i = 0, ends = 0, left_a, left_b;

	while (i < a.n && i < b.n && ascii_lower(a.p[i]) == ascii_lower(b.p[i]))
		i++;
	while (ends < a.n - i && ends < b.n - i &&
	       ascii_lower(a.p[a.n - 1 - ends]) == ascii_lower(b.p[b.n - 1 - ends]))
		ends++;
	left_a = a.n - i - ends;
	left_b = b.n - i - ends;
	if (left_a <= 1 && left_b <= 1)
		return true;
	return left_a == 2 && left_b == 2 &&
	       ascii_lower(a.p[i]) == ascii_lower(b.p[i + 1]) &&
	       ascii_lower(a.p[i + 1]) == ascii_lower(b.p[i]);
}

const char *
mansrtsp_method_meant(struct slice s)
{
	size_t i;

	if (mansrtsp_method_known(s))
		return NULL;
	for (i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		if (is_near(s, slice_str(methods[i])))
			return methods[i];
	return NULL;
}

const char *
mansrtsp_header_meant(struct slice s)
{
	int i;

	for (i = 1; i < MANSRTSP_HDR_TOTAL; i++)
		if (slice_ieq(s, slice_str(header_names[i])))
			return NULL;
	for (i = 1; i < MANSRTSP_HDR_TOTAL; i++)
		if (is_near(s, slice_str(header_names[i])))
			return header_names[i];
	return NULL;
}

/* Digits, at most one point: RFC 2326 3.6. */
static bool
is_decimal(struct slice s)
{
	struct slice whole, part;

	if (!slice_cut(s, '.', &whole, &part))
		return slice_digits(s);
	return slice_digits(whole) && (part.n == 0 || slice_digits(part));
}

bool
mansrtsp_scale(struct slice in, int32_t *out)
{
	struct slice s = in, whole, part = SLICE_EMPTY;
	bool minus = s.n != 0 && s.p[0] == '-';
	uint32_t n, weight = 100;
	size_t i;

	if (s.n != 0 && (s.p[0] == '-' || s.p[0] == '+'))
		s = slice_tail(s, 1);
	if (!is_decimal(s))
		return false;
	if (!slice_cut(s, '.', &whole, &part))
		whole = s;
	if (!parse_u32(whole, 1000000, &n))
		return false;
	n *= 1000;
	for (i = 0; i < part.n && weight != 0; i++, weight /= 10)
		n += weight * (uint32_t)(part.p[i] - '0');
	*out = minus ? -(int32_t)n : (int32_t)n;
	return true;
}

/* npt: "now", seconds, or hh:mm:ss with a fraction: RFC 2326 3.6. */
static bool
is_npt(struct slice s, bool *negative)
{
	struct slice part;
	unsigned colons = 0;

	if (slice_eq(s, SLICE("now")))
		return true;
	if (s.n != 0 && s.p[0] == '-') {
		*negative = true;
		s = slice_tail(s, 1);
	}
	while (slice_cut(s, ':', &part, &s))
		if (!slice_digits(part) || ++colons > 2)
			return false;
	return colons != 1 && is_decimal(s);
}

/* hh:mm:ss, with frames and subframes behind: RFC 2326 3.5. */
static bool
is_smpte(struct slice s)
{
	struct slice part;
	unsigned colons = 0;

	while (slice_cut(s, ':', &part, &s))
		if (!slice_digits(part) || ++colons > 3)
			return false;
	return colons >= 2 && is_decimal(s);
}

/* yyyymmddThhmmss[.fraction]Z: RFC 2326 3.7. */
static bool
is_clock(struct slice s)
{
	return s.n >= 16 && slice_digits(slice_head(s, 8)) && s.p[8] == 'T' &&
	       s.p[s.n - 1] == 'Z' && is_decimal(slice_head(slice_tail(s, 9), s.n - 10));
}

static bool
is_time(struct slice unit, struct slice s, bool *negative)
{
	if (s.n == 0)
		return true;
	if (slice_ieq(unit, SLICE("npt")))
		return is_npt(s, negative);
	if (slice_istarts(unit, SLICE("smpte")))
		return is_smpte(s);
	return slice_ieq(unit, SLICE("clock")) && is_clock(s);
}

enum dis
mansrtsp_range_dissect(struct slice in, struct arena *a, struct mansrtsp_range *out)
{
	struct slice times, params;
	size_t dash;

	(void)a; /* nothing to keep */

	*out = (struct mansrtsp_range){.dis = DIS_BAD};
	if (!slice_cut(in, '=', &out->unit, &times))
		return out->dis;
	(void)slice_cut(times, ';', &times, &params);
	out->unit = slice_trim(out->unit);
	times = slice_trim(times);
	/* The first dash behind the first octet: a leading one is a sign. */
	dash = times.n != 0 ? 1 + slice_index(slice_tail(times, 1), '-') : 0;
	if (times.n != 0 && times.p[0] == '-' && dash >= times.n)
		dash = 0; /* "-120": only where it stops */
	out->start = slice_trim(slice_head(times, dash));
	if (dash >= times.n)
		return out->dis = out->start.n != 0 ? DIS_MORE : DIS_BAD;
	out->stop = slice_trim(slice_tail(times, dash + 1));
	if (is_time(out->unit, out->start, &out->negative) &&
	    is_time(out->unit, out->stop, &out->negative) &&
	    (out->start.n != 0 || out->stop.n != 0))
		out->dis = DIS_OK;
	return out->dis;
}

/* "RTSP/1.0", "MANSRTSP/1.0". */
static bool
is_version(struct slice s)
{
	struct slice name, number, major, minor;

	return slice_cut(s, '/', &name, &number) &&
	       (slice_ieq(name, SLICE("RTSP")) || slice_ieq(name, SLICE("MANSRTSP"))) &&
	       slice_cut(number, '.', &major, &minor) && slice_digits(major) &&
	       slice_digits(minor);
}

/* The next word, and what separated it was one space. */
static struct slice
word(struct slice *rest, bool *sound)
{
	struct slice s = *rest, w;

	if (s.n != 0 && ascii_space(s.p[0])) {
		*sound = false;
		s = slice_trim(s);
	}
	w = slice_head(s, chars_word(s));
	*rest = slice_tail(s, w.n);
	if (rest->n != 0 && rest->p[0] == ' ')
		*rest = slice_tail(*rest, 1);
	else if (rest->n != 0)
		*sound = false;
	return w;
}

/* Method, in RTSP an URI, version; or version, status, reason. GB/T 28181 has no URI. */
static void
start_read(struct mansrtsp *m)
{
	struct slice rest = m->start_line, first, second, third;
	bool sound = true;

	first = word(&rest, &sound);
	if (is_version(first)) {
		m->version = first;
		m->status_text = word(&rest, &sound);
		m->reason = rest;
		if (!parse_u32(m->status_text, 999, &m->status) ||
		    m->status_text.n != 3 || m->status < 100)
			sound = false;
		m->start_dis = sound ? DIS_OK : DIS_BAD;
		return;
	}
	m->method = first;
	second = word(&rest, &sound);
	third = word(&rest, &sound);
	m->version = is_version(second) || third.n == 0 ? second : third;
	m->start_dis = first.n == 0 || m->version.n == 0 ? DIS_MORE
	               : sound && is_version(m->version) && rest.n == 0 &&
	                       (third.n == 0 || is_version(third))
	                   ? DIS_OK
	                   : DIS_BAD;
}

static enum mansrtsp_hdr
header_find(struct slice name)
{
	int i;

	for (i = 1; i < MANSRTSP_HDR_TOTAL; i++)
		if (slice_ieq(name, slice_str(header_names[i])))
			return (enum mansrtsp_hdr)i;
	return MANSRTSP_OTHER;
}

/* False: no room. */
static bool
header_add(struct mansrtsp *m, struct slice line, enum dis *dis)
{
	struct mansrtsp_header *h;
	struct slice name, value;

	if (m->headers_total == MANSRTSP_HEADERS_MAX)
		return false;
	h = &m->headers[m->headers_total++];
	*h = (struct mansrtsp_header){.line = line};
	if (!slice_cut(line, ':', &name, &value)) {
		*dis = DIS_BAD;
		return true;
	}
	h->name = slice_trim(name);
	h->value = slice_trim(value);
	h->id = header_find(h->name);
	if (h->name.n == 0 || chars_span(h->name, CHARS_TOKEN) != h->name.n)
		*dis = DIS_BAD;
	if (m->first[h->id] == 0)
		m->first[h->id] = m->headers_total;
	return true;
}

/* The next line of *rest without its end. The measure: rest gets shorter by one octet at least. */
static struct slice
line_next(struct mansrtsp *m, struct slice *rest)
{
	struct slice line;

	if (!slice_cut(*rest, '\n', &line, rest)) {
		line = *rest;
		*rest = SLICE_EMPTY;
		return line;
	}
	if (line.n != 0 && line.p[line.n - 1] == '\r')
		line.n--;
	else
		m->lone_lf = true;
	return line;
}

enum dis
mansrtsp_dissect(struct slice in, struct arena *a, struct mansrtsp *out)
{
	struct slice rest = in, line;
	enum dis dis = DIS_OK;

	(void)a; /* nothing to keep */

	*out = (struct mansrtsp){.start_dis = DIS_MORE, .range.dis = DIS_OTHER};
	if (in.n == 0)
		return DIS_MORE;
	out->start_line = line_next(out, &rest);
	start_read(out);
	while (rest.n != 0) {
		line = line_next(out, &rest);
		if (line.n == 0) {
			out->ended = true;
			out->rest = rest;
			break;
		}
		if (!header_add(out, line, &dis)) {
			dis = DIS_LIMIT;
			break;
		}
	}
	if (out->first[MANSRTSP_RANGE] != 0)
		(void)mansrtsp_range_dissect(mansrtsp_value(out, MANSRTSP_RANGE), NULL,
		                             &out->range);
	if (dis == DIS_OK)
		dis = out->start_dis;
	return dis;
}

struct slice
mansrtsp_value(const struct mansrtsp *m, enum mansrtsp_hdr h)
{
	return m->first[h] != 0 ? m->headers[m->first[h] - 1].value : SLICE_EMPTY;
}
