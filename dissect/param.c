#include "dissect/sip.h"

#include "dissect/chars.h"

bool
sip_token(struct slice s)
{
	return s.n != 0 && chars_span(s, CHARS_TOKEN) == s.n;
}

/* s begins with a quote: octets up to the closing one, included; more than s.n if
 * there is none. */
static size_t
quoted_length(struct slice s)
{
	size_t i;

	for (i = 1; i < s.n; i++) {
		if (s.p[i] == '\\')
			i++;
		else if (s.p[i] == '"')
			return i + 1;
	}
	return s.n + 1;
}

size_t
sip_quoted(struct slice s, struct slice *inner)
{
	size_t n = quoted_length(s);

	*inner = slice_tail(slice_head(s, n > s.n ? s.n : n - 1), 1);
	return n > s.n ? 0 : n;
}

bool
sip_list_next(struct slice *rest, struct slice *value)
{
	struct slice s = *rest;
	bool angle = false;
	size_t i, n;

	s = slice_tail(s, chars_gap(s));
	if (s.n == 0) {
		*rest = SLICE_EMPTY;
		return false;
	}
	/* Most lists have one value. */
	if (slice_index(s, ',') == s.n) {
		*value = slice_trim(s);
		*rest = SLICE_EMPTY;
		return true;
	}
	/* Each round moves on by one octet at least. */
	for (i = 0; i < s.n; i += n) {
		n = 1;
		if (angle)
			angle = s.p[i] != '>';
		else if (s.p[i] == '"')
			n = quoted_length(slice_tail(s, i));
		else if (s.p[i] == '<')
			angle = true;
		else if (s.p[i] == ',')
			break;
	}
	*value = slice_trim(slice_head(s, i));
	s = slice_tail(s, i);
	if (s.n == 0) {
		*rest = SLICE_EMPTY;
		return true;
	}
	*rest = slice_tail(s, 1);
	/* A comma with nothing behind it stays, for the empty value that it makes,
	 * once. */
	if (chars_gap(*rest) == rest->n && i != 0)
		*rest = slice_head(s, 1);
	return true;
}

bool
sip_param_next(struct slice *rest, struct sip_param *out)
{
	struct slice s = slice_tail(*rest, chars_gap(*rest)), text;
	size_t i;

	*out = (struct sip_param){0};
	if (s.n == 0) {
		*rest = SLICE_EMPTY;
		return false;
	}
	if (s.p[0] == ';') {
		s = slice_tail(s, 1);
		s = slice_tail(s, chars_gap(s));
	}
	for (i = 0; i < s.n && s.p[i] != ';' && s.p[i] != '='; i++)
		;
	out->name = slice_trim(slice_head(s, i));
	s = slice_tail(s, i);
	if (s.n != 0 && s.p[0] == '=') {
		out->has_value = true;
		s = slice_tail(s, 1);
		s = slice_tail(s, chars_gap(s));
		text = slice_head(s, slice_index(s, ';'));
		out->value = slice_trim(text);
		if (s.n != 0 && s.p[0] == '"') {
			out->quoted = true;
			i = sip_quoted(s, &out->value);
			s = slice_tail(s, i ? i : s.n);
		}
		s = slice_tail(s, slice_index(s, ';'));
	}
	*rest = s;
	return true;
}

bool
sip_param_find(struct slice params, struct slice name, struct sip_param *out)
{
	while (sip_param_next(&params, out))
		if (slice_ieq(out->name, name))
			return true;
	*out = (struct sip_param){0};
	return false;
}

unsigned
sip_param_count(struct slice params, struct slice name)
{
	struct sip_param p;
	unsigned total = 0;

	while (sip_param_next(&params, &p))
		total += slice_ieq(p.name, name);
	return total;
}

/* gen-value: token, host or quoted-string. The colons of an IPv6 address pass as they
 * are: received has them without brackets, RFC 3261 25.1 via-received. */
static size_t
value_length(struct slice s)
{
	struct slice inner;
	size_t i;

	if (s.n != 0 && s.p[0] == '"')
		return sip_quoted(s, &inner);
	for (i = 0; i < s.n; i++)
		if (!chars_is(s.p[i], CHARS_TOKEN) && s.p[i] != '[' && s.p[i] != ']' &&
		    s.p[i] != ':')
			break;
	return i;
}

bool
sip_params_ok(struct slice s)
{
	size_t n;

	/* Each round takes a parameter, of one octet at least. */
	for (;;) {
		s = slice_tail(s, chars_gap(s));
		n = chars_span(s, CHARS_TOKEN);
		if (n == 0)
			return false;
		s = slice_tail(s, n);
		s = slice_tail(s, chars_gap(s));
		if (s.n != 0 && s.p[0] == '=') {
			s = slice_tail(s, 1);
			s = slice_tail(s, chars_gap(s));
			n = value_length(s);
			if (n == 0)
				return false;
			s = slice_tail(s, n);
			s = slice_tail(s, chars_gap(s));
		}
		if (s.n == 0)
			return true;
		if (s.p[0] != ';')
			return false;
		s = slice_tail(s, 1);
	}
}
