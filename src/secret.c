#include "src/secret.h"

#include <stdio.h>

enum { NAME_SCAN = 256, USERINFO_SCAN = 1024 }; /* octets looked at for one secret: linear over all */

static size_t
spaces(struct slice s, size_t i)
{
	while (i < s.n && ascii_space(s.p[i]))
		i++;
	return i;
}

static bool
name_octet(uint8_t c)
{
	return ascii_alpha(c) || ascii_digit(c) || c == '-' || c == '_' || c == '.' || c == '*';
}

/* name = value, quoted or not; `i` is the offset of the name. */
static bool
parameter(struct slice s, size_t i, struct slice name, struct secret_span *out)
{
	size_t at;

	if (!slice_istarts(slice_tail(s, i), name) || (i != 0 && name_octet(s.p[i - 1])))
		return false;
	at = spaces(s, i + name.n);
	if (at >= s.n || s.p[at] != '=')
		return false;
	at = spaces(s, at + 1);
	out->at = at;
	if (at < s.n && s.p[at] == '"') {
		out->at = ++at;
		while (at < s.n && s.p[at] != '"' && s.p[at] != '\n')
			at += s.p[at] == '\\' && at + 1 < s.n ? 2 : 1;
	} else {
		while (at < s.n && s.p[at] != ',' && s.p[at] != ';' && !ascii_space(s.p[at]) && s.p[at] != '"')
			at++;
	}
	out->n = at - out->at;
	return out->n != 0;
}

static bool
basic(struct slice s, size_t i, struct secret_span *out)
{
	size_t at = i + 5;

	if (!slice_istarts(slice_tail(s, i), SLICE("basic")) || (i != 0 && name_octet(s.p[i - 1])) || at >= s.n ||
	    (s.p[at] != ' ' && s.p[at] != '\t'))
		return false;
	at = spaces(s, at);
	/* Basic realm="..." is a challenge. */
	if (slice_istarts(slice_tail(s, at), SLICE("realm")))
		return false;
	out->at = at;
	while (at < s.n && !ascii_space(s.p[at]) && s.p[at] != ',')
		at++;
	out->n = at - out->at;
	/* Words such as "basic authentication" in a reason phrase are no base64. */
	return out->n >= 4 && slice_find(slice_of(s.p + out->at, out->n), SLICE(".")) == out->n;
}

/* <Password>text</Password>, and the attribute Password="...". `i` is the offset of the name. */
static bool
element(struct slice s, size_t i, struct secret_span *out)
{
	size_t at;

	if (!slice_istarts(slice_tail(s, i), SLICE("password")) || i == 0)
		return false;
	if (s.p[i - 1] != '<' && s.p[i - 1] != ':')
		return parameter(s, i, SLICE("password"), out);
	at = i + 8 + slice_index(slice_head(slice_tail(s, i + 8), NAME_SCAN), '>');
	if (at >= s.n || s.p[at] != '>')
		return false;
	out->at = ++at;
	at += slice_index(slice_tail(s, at), '<');
	out->n = at - out->at;
	return out->n != 0;
}

/* Behind "scheme:", at offset i: what stands before an @ of the authority. */
static bool
userinfo(struct slice s, size_t i, struct secret_span *out)
{
	bool slashes = slice_starts(slice_tail(s, i), SLICE("//"));
	bool sip = i >= 4 && (slice_istarts(slice_tail(s, i - 4), SLICE("sip:")) ||
	                      slice_istarts(slice_tail(s, i - 4), SLICE("ips:")));
	size_t at = slashes ? i + 2 : i, start = at, colon = 0;

	if (!slashes && !sip)
		return false;
	while (at < s.n && s.p[at] != '@' && s.p[at] != '>' && s.p[at] != '<' && s.p[at] != '"' && s.p[at] > ' ' &&
	       at - start < USERINFO_SCAN) {
		if (slashes && s.p[at] == '/')
			return false;
		if (s.p[at] == ':' && colon == 0)
			colon = at + 1;
		at++;
	}
	if (at >= s.n || s.p[at] != '@')
		return false;
	if (sip && colon == 0)
		return false;
	out->at = sip ? colon : start;
	out->n = at - out->at;
	return out->n != 0;
}

bool
secret_next(struct slice s, size_t from, struct secret_span *out)
{
	size_t i;

	for (i = from; i < s.n; i++) {
		switch (s.p[i]) {
		case 'r':
		case 'R':
			if (parameter(s, i, SLICE("response"), out) || parameter(s, i, SLICE("rspauth"), out))
				return true;
			break;
		case 'b':
		case 'B':
			if (basic(s, i, out))
				return true;
			break;
		case 'p':
		case 'P':
			if (element(s, i, out))
				return true;
			break;
		case ':':
			if (userinfo(s, i + 1, out) && out->at >= from)
				return true;
			break;
		default:
			break;
		}
	}
	return false;
}

struct slice
secret_mask(struct slice text, struct arena *a)
{
	struct secret_span span;
	uint8_t *p;
	char mark[40];
	size_t from = 0, n = 0, room, total = 0;
	int len;

	/* <N octets> is longer than a short secret: count first. */
	while (secret_next(text, from, &span)) {
		from = span.at + span.n;
		total++;
	}
	if (total == 0)
		return text;
	room = text.n + total * sizeof(mark);
	p = arena_alloc(a, room);
	if (p == NULL)
		return SLICE_EMPTY;
	from = 0;
	while (secret_next(text, from, &span)) {
		memcpy(p + n, text.p + from, span.at - from);
		n += span.at - from;
		len = snprintf(mark, sizeof(mark), "<%zu octets>", span.n);
		memcpy(p + n, mark, (size_t)len);
		n += (size_t)len;
		from = span.at + span.n;
	}
	memcpy(p + n, text.p + from, text.n - from);
	return slice_of(p, n + text.n - from);
}
