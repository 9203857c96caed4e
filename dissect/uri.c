#include "dissect/sip.h"

#include "dissect/chars.h"

/* IPv6address: RFC 3261 25.1 as corrected by RFC 5954 4.1. */
bool
sip_ipv6(struct slice s)
{
	struct slice group;
	unsigned groups = 0;
	bool gap = false;
	size_t n;

	if (s.n >= 2 && s.p[0] == ':' && s.p[1] == ':') {
		gap = true;
		s = slice_tail(s, 2);
	}
	/* Each round takes a group, of one digit at least. */
	while (s.n != 0) {
		n = chars_span(s, CHARS_HEX);
		group = slice_head(s, n);
		if (n != 0 && n < s.n && s.p[n] == '.')
			return sip_ipv4(s) && (gap ? groups <= 5 : groups == 6);
		if (n == 0 || group.n > 4 || ++groups > 8)
			return false;
		s = slice_tail(s, n);
		if (s.n == 0)
			break;
		if (s.n == 1 || s.p[0] != ':')
			return false;
		s = slice_tail(s, 1);
		if (s.p[0] == ':') {
			if (gap)
				return false;
			gap = true;
			s = slice_tail(s, 1);
		}
	}
	return gap ? groups <= 7 : groups == 8;
}

bool
sip_ipv4(struct slice s)
{
	struct slice part = s;
	unsigned dots;
	uint32_t v;

	for (dots = 0; slice_cut(s, '.', &part, &s); dots++)
		if (dots == 3 || part.n > 3 || !parse_u32(part, 255, &v))
			return false;
	return dots == 3 && s.n <= 3 && parse_u32(s, 255, &v);
}

/* hostname, or digits and dots. That a label may be all digits is more than RFC 3261
 * 25.1 allows, but the domains of GB/T 28181 are. */
static bool
is_hostname(struct slice s)
{
	size_t i;

	if (s.n == 0 || chars_span(s, CHARS_HOST) != s.n)
		return false;
	for (i = 0; i < s.n; i++) {
		bool first = i == 0 || s.p[i - 1] == '.';
		bool last = i + 1 == s.n || s.p[i + 1] == '.';

		if (s.p[i] == '.' ? first : s.p[i] == '-' && (first || last))
			return false;
	}
	return true;
}

bool
sip_hostport(struct slice s, struct sip_hostport *out)
{
	struct slice port;
	uint64_t wide;
	size_t n = slice_index(s, ':');
	bool good = true;

	*out = (struct sip_hostport){0};
	if (s.n != 0 && s.p[0] == '[') {
		n = slice_index(s, ']');
		good = n < s.n;
		out->host = slice_tail(slice_head(s, n), 1);
		out->ipv6 = true;
		good = good && sip_ipv6(out->host);
		s = slice_trim(slice_tail(s, n + 1));
		n = s.n != 0 && s.p[0] == ':' ? 0 : s.n;
		if (n != 0)
			good = false; /* something that is no port behind the bracket */
	} else if (n < s.n && slice_index(slice_tail(s, n + 1), ':') < s.n - n - 1) {
		/* Several colons: an IPv6 address without brackets, or nonsense: RFC
		 * 5118 4.2. */
		out->ipv6 = sip_ipv6(s);
		out->host = out->ipv6 ? s : slice_trim(slice_head(s, n));
		return false;
	} else {
		out->host = slice_trim(slice_head(s, n));
		good = is_hostname(out->host);
	}
	if (n == s.n)
		return good;

	out->has_port = true;
	port = slice_trim(slice_tail(s, n + 1));
	if (!slice_digits(port))
		return false;
	if (!parse_u64(port, UINT32_MAX, &wide))
		wide = UINT32_MAX;
	out->port = (uint32_t)wide;
	return good;
}

/* scheme = ALPHA *( ALPHA / DIGIT / "+" / "-" / "." ) ":" */
static size_t
scheme_length(struct slice s)
{
	size_t i = 0;

	if (s.n == 0 || !ascii_alpha(s.p[0]))
		return 0;
	while (i < s.n && (ascii_alpha(s.p[i]) || ascii_digit(s.p[i]) || s.p[i] == '+' ||
	                   s.p[i] == '-' || s.p[i] == '.'))
		i++;
	return i < s.n && s.p[i] == ':' ? i : 0;
}

static bool
params_ok(struct slice s)
{
	struct slice part = s, value;
	bool more;

	do {
		more = slice_cut(s, ';', &part, &s);
		if (!more)
			part = s;
		if (slice_cut(part, '=', &part, &value) &&
		    (value.n == 0 || !chars_escaped(value, CHARS_PARAM)))
			return false;
		if (part.n == 0 || !chars_escaped(part, CHARS_PARAM))
			return false;
	} while (more);
	return true;
}

static bool
headers_ok(struct slice s)
{
	struct slice part = s, value;
	bool more;

	do {
		more = slice_cut(s, '&', &part, &s);
		if (!more)
			part = s;
		/* hname "=" hvalue, of which hvalue may be empty */
		if (!slice_cut(part, '=', &part, &value) || part.n == 0 ||
		    !chars_escaped(part, CHARS_HEADER) ||
		    !chars_escaped(value, CHARS_HEADER))
			return false;
	} while (more);
	return true;
}

/* [ userinfo "@" ] hostport uri-parameters [ headers ] */
static bool
sip_part(struct slice s, struct sip_uri *out)
{
	struct slice user;
	struct sip_hostport hp;
	size_t n;
	bool good = true;

	if (slice_cut(s, '@', &user, &s)) {
		out->has_user = true;
		out->user = user;
		out->has_password = slice_cut(user, ':', &out->user, &out->password);
		good = out->user.n != 0 && chars_escaped(out->user, CHARS_USER) &&
		       chars_escaped(out->password, CHARS_PASSWORD);
	}
	n = slice_index(s, '?');
	if (n < s.n) {
		out->headers = slice_tail(s, n + 1);
		good = headers_ok(out->headers) && good;
		s = slice_head(s, n);
	}
	n = slice_index(s, ';');
	if (n < s.n) {
		out->params = slice_tail(s, n + 1);
		good = params_ok(out->params) && good;
		s = slice_head(s, n);
	}
	if (chars_word(s) != s.n)
		good = false; /* white space is legal in Via only */
	good = sip_hostport(s, &hp) && good;
	out->host = hp.host;
	out->port = hp.port;
	out->has_port = hp.has_port;
	out->ipv6 = hp.ipv6;
	return good;
}

enum dis
sip_uri_dissect(struct slice in, struct arena *a, struct sip_uri *out)
{
	struct slice s = slice_trim(in);
	size_t n = scheme_length(s);
	bool good = s.n == in.n;

	(void)a;
	*out = (struct sip_uri){0};
	if (s.n == 0)
		return DIS_MORE;
	if (n == 0) {
		out->rest = s;
		(void)sip_part(s, out);
		return DIS_BAD;
	}
	out->scheme = slice_head(s, n);
	out->rest = slice_tail(s, n + 1);
	out->sip =
	    slice_ieq(out->scheme, SLICE("sip")) || slice_ieq(out->scheme, SLICE("sips"));
	if (out->rest.n == 0)
		return DIS_MORE;
	if (out->sip)
		good = sip_part(out->rest, out) && good;
	else
		good = chars_escaped(out->rest, CHARS_URIC) && good;
	return good ? DIS_OK : DIS_BAD;
}
