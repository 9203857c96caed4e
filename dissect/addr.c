#include "dissect/sip.h"

#include "dissect/chars.h"

/* *( token LWS ), of which the last LWS may be missing before "<" (RFC 4475 3.1.1.6). */
static bool
tokens(struct slice s)
{
	size_t n;

	/* Each round takes a token and the gap behind it. */
	while (s.n != 0) {
		n = chars_span(s, CHARS_TOKEN);
		if (n == 0)
			return false;
		s = slice_tail(s, n);
		n = chars_gap(s);
		if (n == 0 && s.n != 0)
			return false;
		s = slice_tail(s, n);
	}
	return true;
}

/* What follows the URI: nothing, or ";" and parameters. Others than these are skipped. */
static bool
read_params(struct slice s, struct sip_addr *out)
{
	struct slice junk;

	s = slice_trim(s);
	if (s.n == 0)
		return true;
	if (!slice_cut(s, ';', &junk, &out->params))
		return false;
	out->params = slice_trim(out->params);
	return junk.n == 0 && sip_params_ok(out->params);
}

/* s begins with "<". */
static bool
read_bracketed(struct slice s, struct sip_addr *out)
{
	struct slice uri;
	size_t n = slice_index(s, '>');
	bool closed = n < s.n, good;

	out->bracketed = true;
	/* Without ">" all from the first ";" on is taken for header parameters, so
	 * that a tag is seen. */
	if (!closed)
		n = slice_index(s, ';');
	uri = slice_tail(slice_head(s, n), 1);
	out->uri = slice_trim(uri);
	good = read_params(slice_tail(s, closed ? n + 1 : n), out);
	return good && closed && out->uri.n != 0 && chars_word(uri) == uri.n;
}

/* addr-spec without <>: a semicolon ends it, a comma or question mark may not stand in
 * it: RFC 3261 20. */
static bool
read_bare(struct slice s, struct sip_addr *out)
{
	size_t n = slice_index(s, ';');

	out->uri = slice_trim(slice_head(s, n));
	return read_params(slice_tail(s, n), out) && out->uri.n != 0 &&
	       chars_word(out->uri) == out->uri.n &&
	       slice_index(out->uri, '?') == out->uri.n &&
	       slice_index(out->uri, ',') == out->uri.n;
}

/* Where does "<" open the URI? s.n if it does not: "<" behind the parameters of a bare
 * URI is theirs. */
static size_t
find_bracket(struct slice s)
{
	size_t angle = slice_index(s, '<'), semicolon = slice_index(s, ';');

	if (angle < s.n && semicolon < angle && slice_index(s, ':') < semicolon)
		return s.n;
	return angle;
}

enum dis
sip_addr_dissect(struct slice in, struct arena *a, struct sip_addr *out)
{
	struct slice s = slice_trim(in);
	size_t n;
	bool good = true;

	(void)a;
	*out = (struct sip_addr){0};
	if (s.n == 0)
		return DIS_MORE;
	if (slice_eq(s, SLICE("*"))) {
		out->star = true;
		return DIS_OK;
	}
	if (s.p[0] == '"') {
		n = sip_quoted(s, &out->display);
		if (n == 0) {
			good = false;
			n = 1 + slice_index(out->display, '<');
			out->display = slice_trim(slice_tail(slice_head(s, n), 1));
		}
		s = slice_tail(s, n);
		s = slice_tail(s, chars_gap(s));
		n = find_bracket(s);
		good = good && n == 0 && s.n != 0;
	} else {
		n = find_bracket(s);
		if (n < s.n) {
			out->display = slice_trim(slice_head(s, n));
			good = tokens(out->display);
		}
	}
	if (n < s.n)
		good = read_bracketed(slice_tail(s, n), out) && good;
	else
		good = read_bare(s, out) && good;
	return good ? DIS_OK : DIS_BAD;
}
