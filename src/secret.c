#include "src/secret.h"

#include <stdio.h>

enum {
	PASSWORD_SCAN = 256,  /* octets behind a '<' in which its end tag is looked for */
	NAME_SCAN = 4096,     /* octets of a tag that are looked at */
	USERINFO_LONG = 1024, /* nobody has so long a name */
	HOST_LONG = 256, /* nor a host: octets looked at behind an '@' for another one */
};

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
	return ascii_alpha(c) || ascii_digit(c) || c == '-' || c == '_' || c == '.' ||
	       c == '*';
}

/* A line of the head may be folded: RFC 3261 7.3.1. */
static bool
line_ends(struct slice s, size_t i)
{
	return s.p[i] == '\n' &&
	       (i + 1 >= s.n || (s.p[i + 1] != ' ' && s.p[i + 1] != '\t'));
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
		while (at < s.n && s.p[at] != '"' && !line_ends(s, at))
			at += s.p[at] == '\\' && at + 1 < s.n ? 2 : 1;
	} else {
		while (at < s.n && s.p[at] != ',' && s.p[at] != ';' &&
		       !ascii_space(s.p[at]) && s.p[at] != '"')
			at++;
	}
	out->n = at - out->at;
	return out->n != 0;
}

static bool
basic(struct slice s, size_t i, struct secret_span *out)
{
	size_t at = i + 5;

	if (!slice_istarts(slice_tail(s, i), SLICE("basic")) ||
	    (i != 0 && name_octet(s.p[i - 1])) || at >= s.n || !ascii_space(s.p[at]))
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
	return out->n >= 4 &&
	       slice_find(slice_of(s.p + out->at, out->n), SLICE(".")) == out->n;
}

/* Up to the end tag, where that is near: a raw '<' may be a part of the password. */
static size_t
element_text(struct slice s)
{
	size_t first = slice_index(s, '<'), at;

	for (at = first; at < s.n && at - first < PASSWORD_SCAN; at++)
		if (slice_istarts(slice_tail(s, at), SLICE("</password")))
			return at;
	return first;
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
	for (at = i + 8;
	     at < s.n && at - i < NAME_SCAN && s.p[at] != '>' && s.p[at] != '<'; at++)
		continue;
	if (at >= s.n || s.p[at] != '>')
		return false;
	out->at = ++at;
	at += element_text(slice_tail(s, at));
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
	size_t at = slashes ? i + 2 : i, start = at, colon = 0, last;

	if (!slashes && !sip)
		return false;
	while (at < s.n && s.p[at] != '@' && s.p[at] != '>' && s.p[at] != '<' &&
	       s.p[at] != '"' && s.p[at] > ' ') {
		if (slashes && s.p[at] == '/')
			return false;
		if (s.p[at] == ':' && colon == 0)
			colon = at + 1;
		at++;
	}
	/* What was looked at for long in vain is hidden, so that it is not looked at again from each colon in it. */
	if ((at >= s.n || s.p[at] != '@') && at - start < USERINFO_LONG)
		return false;
	if (sip && colon == 0)
		return false;
	/* A password may hold an '@' that nobody escaped. */
	for (last = at;
	     last < s.n && last - at < HOST_LONG && s.p[last] != '/' &&
	     s.p[last] != '>' && s.p[last] != '<' && s.p[last] != '"' &&
	     s.p[last] != ';' && s.p[last] != '?' && s.p[last] != ',' && s.p[last] > ' ';
	     last++)
		if (s.p[last] == '@')
			at = last;
	out->at = sip ? colon : start;
	out->n = at - out->at;
	return out->n != 0;
}

/* <N octets>: hidden already. */
static bool
marked(struct slice s, size_t at)
{
	size_t i = at + 1;

	if (at >= s.n || s.p[at] != '<')
		return false;
	while (i < s.n && ascii_digit(s.p[i]))
		i++;
	return i != at + 1 && slice_starts(slice_tail(s, i), SLICE(" octets>"));
}

static bool
secret_at(struct slice s, size_t i, struct secret_span *out)
{
	switch (s.p[i]) {
	case 'r':
	case 'R':
		return parameter(s, i, SLICE("response"), out) ||
		       parameter(s, i, SLICE("rspauth"), out);
	case 'b':
	case 'B':
		return basic(s, i, out);
	case 'p':
	case 'P':
		return element(s, i, out);
	case ':':
		return userinfo(s, i + 1, out);
	default:
		return false;
	}
}

bool
secret_next(struct slice s, size_t from, struct secret_span *out)
{
	size_t i;

	for (i = from; i < s.n; i++)
		if (secret_at(s, i, out) && out->at >= from && !marked(s, out->at))
			return true;
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
