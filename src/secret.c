#include "src/secret.h"

#include <stdio.h>

/* Where a text is not clearly right, more is hidden, not less: what a sender got wrong must not show a secret. */
enum {
	END_SCAN = 2048, /* octets in which the end of a password element is looked for */
	NAME_SCAN = 4096,     /* octets of a tag that are looked at */
	RESPONSE_SHORT = 16,  /* hex digits: no digest is that short */
	USERINFO_LONG = 1024, /* nobody has so long a name */
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

/* A name begins at i. In GBK a letter may be the second octet of a character. */
static bool
begins(struct slice s, size_t i)
{
	return i == 0 || !name_octet(s.p[i - 1]) || (i > 1 && s.p[i - 2] >= 0x80);
}

static bool
at_name(struct slice s, size_t i, struct slice name)
{
	return slice_istarts(slice_tail(s, i), name);
}

/* A line of the head may be folded: RFC 3261 7.3.1. */
static bool
line_ends(struct slice s, size_t i)
{
	return s.p[i] == '\n' &&
	       (i + 1 >= s.n || (s.p[i + 1] != ' ' && s.p[i + 1] != '\t'));
}

/* Octets of c at i, written as itself or as a character reference of XML; 0: it is not there. */
static size_t
written(struct slice s, size_t i, uint8_t c)
{
	static const struct {
		uint8_t c;
		const char *text;
	} references[] = {
	    {'<', "&lt;"},   {'<', "&#60;"},   {'<', "&#x3c;"}, {'>', "&gt;"},
	    {'>', "&#62;"},  {'>', "&#x3e;"},  {'"', "&quot;"}, {'"', "&#34;"},
	    {'"', "&#x22;"}, {'\'', "&apos;"}, {'\'', "&#39;"}, {'\'', "&#x27;"},
	};
	size_t k;

	if (i >= s.n)
		return 0;
	if (s.p[i] == c)
		return 1;
	for (k = 0; s.p[i] == '&' && k < sizeof(references) / sizeof(references[0]); k++)
		if (references[k].c == c && at_name(s, i, slice_str(references[k].text)))
			return strlen(references[k].text);
	return 0;
}

/* Does a '<' stand before the offset i, with blanks between? Or a ':' of a prefix. */
static bool
opens(struct slice s, size_t i)
{
	size_t at = i, k;

	while (at != 0 && i - at < NAME_SCAN && ascii_space(s.p[at - 1]))
		at--;
	if (at == i && at != 0 && s.p[at - 1] == ':')
		return true;
	for (k = 1; k <= 6 && k <= at; k++)
		if (written(s, at - k, '<') == k)
			return true;
	return false;
}

/* Behind blanks and commas at i stands `name =`: the next parameter. */
static bool
next_parameter(struct slice s, size_t i)
{
	size_t at = i;

	while (
	    at < s.n && at - i < NAME_SCAN &&
	    (s.p[at] == ',' || s.p[at] == ';' || s.p[at] == '&' || ascii_space(s.p[at])))
		at++;
	i = at;
	while (at < s.n && at - i < NAME_SCAN && name_octet(s.p[at]))
		at++;
	return at != i && spaces(s, at) < s.n && s.p[spaces(s, at)] == '=';
}

static bool
separates(uint8_t c)
{
	return c == ',' || c == ';' || c == '&' || ascii_space(c);
}

/* Behind a closing quote at i: is it really the end? */
static bool
behind_quote(struct slice s, size_t i)
{
	size_t at = i;

	while (at < s.n && at - i < NAME_SCAN && (s.p[at] == ' ' || s.p[at] == '\t'))
		at++;
	return at >= s.n || s.p[at] == ',' || s.p[at] == ';' || s.p[at] == '\r' ||
	       s.p[at] == '\n' || s.p[at] == '>' || s.p[at] == '/' || s.p[at] == '?' ||
	       s.p[at] == '}' || s.p[at] == '&' || next_parameter(s, at);
}

/* The end of a value without quotes, or of one whose quote does not end it. Blanks and commas may be in it. */
static size_t
bare_end(struct slice s, size_t i)
{
	size_t at = i;

	while (at < s.n && !line_ends(s, at) && s.p[at] != '<' && s.p[at] != '>') {
		if (separates(s.p[at])) {
			size_t run = at;

			if (next_parameter(s, at))
				return at;
			while (run < s.n && separates(s.p[run]) && !line_ends(s, run))
				run++;
			at = run;
			continue;
		}
		at++;
	}
	while (at > i && ascii_space(s.p[at - 1]))
		at--;
	return at;
}

/* name = value, quoted or not; `i` is the offset of the name, n its length. */
static bool
parameter(struct slice s, size_t i, size_t n, struct secret_span *out)
{
	size_t at = i + n, quote;
	uint8_t q;

	/* "name": as in JSON */
	quote = written(s, at, '"');
	at = spaces(s, at + quote);
	if (at >= s.n || (s.p[at] != '=' && s.p[at] != ':'))
		return false;
	while (at < s.n && (s.p[at] == '=' || s.p[at] == ':' || s.p[at] == ' ' ||
	                    s.p[at] == '\t' || s.p[at] == '\r' || s.p[at] == '\n')) {
		if (line_ends(s, at))
			return false;
		at++;
	}
	if (at >= s.n)
		return false;
	q = written(s, at, '\'') != 0 ? '\'' : '"';
	quote = written(s, at, q);
	out->at = at += quote;
	if (quote != 0) {
		/* Each round moves past one octet at least. */
		while (at < s.n && !line_ends(s, at)) {
			size_t end = written(s, at, q);

			if (end != 0 && behind_quote(s, at + end))
				break;
			at += s.p[at] == '\\' && at + 1 < s.n ? 2 : 1;
		}
		if (at > s.n)
			at = s.n;
	} else {
		at = bare_end(s, at);
	}
	out->n = at - out->at;
	return out->n != 0;
}

/* "Basic authentication" in a reason phrase is no base64; behind a header's name, or alone, it is a secret. */
static bool
words(struct slice s, size_t i, struct slice token)
{
	size_t k;

	while (i != 0 && ascii_space(s.p[i - 1]))
		i--;
	if (i == 0 || s.p[i - 1] == ':')
		return false;
	for (k = 0; k < token.n; k++)
		if (!(token.p[k] >= 'a' && token.p[k] <= 'z') &&
		    !(k + 1 == token.n &&
		      slice_find(SLICE(".,;:!?\")'"), slice_of(token.p + k, 1)) < 9))
			return false;
	return true;
}

static bool
basic(struct slice s, size_t i, struct secret_span *out)
{
	size_t at = i + 5, token;

	if (!at_name(s, i, SLICE("basic")) || !begins(s, i) || at >= s.n ||
	    !ascii_space(s.p[at]))
		return false;
	at = spaces(s, at);
	/* Basic realm="..." is a challenge. */
	if (at_name(s, at, SLICE("realm")) && spaces(s, at + 5) < s.n &&
	    s.p[spaces(s, at + 5)] == '=')
		return false;
	out->at = at;
	token = at;
	while (token < s.n && !ascii_space(s.p[token]) && s.p[token] != ',')
		token++;
	if (words(s, i, slice_of(s.p + at, token - at)))
		return false;
	/* Credentials may hold a blank by mistake; another scheme or parameter is theirs no more. */
	out->n = bare_end(s, at) - at;
	return out->n != 0;
}

/* A password element's text ends at its end tag: a raw '<' may be a part of the password. Without one, at any end
 * tag. */
static size_t
element_end(struct slice s, size_t i)
{
	size_t at, k, any = 0;

	for (at = i; at < s.n && at - i < END_SCAN; at++) {
		size_t n;

		if (s.p[at] != '<' && s.p[at] != '&')
			continue;
		n = written(s, at, '<');
		k = spaces(s, at + n);
		if (n == 0 || k >= s.n || s.p[k] != '/')
			continue;
		if (any == 0)
			any = at;
		k = spaces(s, k + 1);
		/* <x:Password> has a prefix there too. */
		if (at_name(s, k, SLICE("password")) ||
		    (k + slice_index(slice_head(slice_tail(s, k), 32), ':') < s.n &&
		     at_name(s,
		             k + slice_index(slice_head(slice_tail(s, k), 32), ':') + 1,
		             SLICE("password"))))
			return at;
	}
	return any ? any : at < s.n ? at : s.n;
}

/* The end of a start tag, behind its '>'; quotes may hold a '<' and a '>'. 0: it has none. */
static size_t
tag_end(struct slice s, size_t i)
{
	size_t at, n;
	uint8_t quote = 0;

	for (at = i; at < s.n && at - i < NAME_SCAN; at++) {
		if (quote != 0) {
			if (s.p[at] == quote)
				quote = 0;
			continue;
		}
		if ((s.p[at] == '"' || s.p[at] == '\'') && at != i && s.p[at - 1] == '=')
			quote = s.p[at];
		n = s.p[at] == '>' || s.p[at] == '&' ? written(s, at, '>') : 0;
		if (n != 0)
			return at + n;
	}
	return 0;
}

/* <Password>text</Password>, and the attribute Password="...". `i` is the offset of the name. */
static bool
element(struct slice s, size_t i, struct secret_span *out)
{
	size_t at = i + 8;

	if (!at_name(s, i, SLICE("password")) || !begins(s, i))
		return false;
	while (at < s.n && at - i < NAME_SCAN && name_octet(s.p[at]))
		at++;
	if (!opens(s, i))
		return parameter(s, i, at - i, out);
	at = tag_end(s, at);
	if (at == 0)
		return parameter(s, i, 8, out);
	if (s.p[at - 1] == '>' && s.p[at - 2] == '/')
		return false;
	out->at = at;
	out->n = element_end(s, at) - at;
	return out->n != 0;
}

/* Keys of SDP: k=, a=crypto: ... inline:, a=ice-pwd: (RFC 8866 5.12, RFC 4568, RFC 8839). */
static bool
key(struct slice s, size_t i, size_t name, struct secret_span *out)
{
	size_t at = i + name;

	out->at = at = spaces(s, at);
	while (at < s.n && !ascii_space(s.p[at]) && s.p[at] != '"' && s.p[at] != '<')
		at++;
	out->n = at - out->at;
	return out->n != 0;
}

/* k=METHOD:KEY at the beginning of a line, or the value alone. */
static bool
key_line(struct slice s, size_t i, struct secret_span *out)
{
	static const char *const methods[] = {"clear:", "base64:"};
	size_t k, at = i;

	if (i != 0 && s.p[i - 1] != '\n' && s.p[i - 1] != '\r')
		return false;
	if (ascii_lower(s.p[i]) == 'k') {
		at = spaces(s, i + 1);
		if (at >= s.n || s.p[at] != '=')
			return false;
		at = spaces(s, at + 1);
	}
	for (k = 0; k < sizeof(methods) / sizeof(methods[0]); k++)
		if (at_name(s, at, slice_str(methods[k]))) {
			out->at = at + strlen(methods[k]);
			out->n = 0;
			while (out->at + out->n < s.n && s.p[out->at + out->n] != '\r' &&
			       s.p[out->at + out->n] != '\n')
				out->n++;
			return out->n != 0;
		}
	return false;
}

/* Another URI begins here. */
static bool
scheme(struct slice s, size_t at)
{
	return s.p[at] == ':' && (slice_starts(slice_tail(s, at), SLICE("://")) ||
	                          (at >= 3 && at_name(s, at - 3, SLICE("sip"))) ||
	                          (at >= 4 && at_name(s, at - 4, SLICE("sips"))));
}

/* The last '@' behind a password that begins at `i`; 0: there is none. A password may hold anything that nobody
 * escaped; digits up to a delimiter are a port. */
static size_t
password_end(struct slice s, size_t i)
{
	bool digits = true;
	size_t at, last = 0;

	for (at = i;
	     at < s.n && at - i < USERINFO_LONG && s.p[at] != '\n' && s.p[at] != '\r';
	     at++) {
		uint8_t c = s.p[at];

		if (c == '@') {
			last = at;
			continue;
		}
		if (scheme(s, at))
			break;
		if (c == '/' || c == '<' || c == '>' || c == '"' || c == ',' ||
		    c == ';' || c == '?' || c == ' ') {
			if (last != 0 || digits)
				break;
			/* Not the end of this one: nothing but a URI follows so. */
			if (c == '>' && at + 1 < s.n &&
			    (s.p[at + 1] == ';' || s.p[at + 1] == ','))
				break;
		}
		digits = digits && ascii_digit(c);
	}
	/* What was looked at for long in vain is hidden, so that it is not looked at again from each colon in it. */
	return last == 0 && at - i >= USERINFO_LONG ? at : last;
}

/* Behind "scheme:", at offset i: what stands before an @ of the authority. */
static bool
userinfo(struct slice s, size_t i, struct secret_span *out)
{
	bool slashes = i + 1 < s.n && s.p[i] == '/' && s.p[i + 1] == '/';
	bool sip = i >= 4 &&
	           (at_name(s, i - 4, SLICE("sip:")) || at_name(s, i - 4, SLICE("ips:")));
	size_t at = slashes ? i + 2 : i, start = at, end;
	bool tedious;

	if (!slashes && !sip)
		return false;
	/* A host is no user. */
	if (at < s.n && s.p[at] == '[')
		return false;
	while (at < s.n && s.p[at] != '@' && s.p[at] != ':' && s.p[at] != '>' &&
	       s.p[at] != '<' && s.p[at] != '"' && (!slashes || s.p[at] != '/') &&
	       s.p[at] > ' ')
		at++;
	/* What was looked at for long in vain is hidden, so that it is not looked at again from each colon in it. */
	tedious = at - start >= USERINFO_LONG;
	if (at >= s.n || (s.p[at] != ':' && (s.p[at] != '@' || !slashes))) {
		out->at = start;
		out->n = at - start;
		return tedious;
	}
	end = password_end(s, s.p[at] == ':' ? at + 1 : at);
	if (end == 0 && tedious)
		for (end = at + 1; end < s.n && s.p[end] > ' '; end++)
			continue;
	if (end == 0)
		return false;
	out->at = sip && !slashes ? at + 1 : start;
	out->n = end - out->at;
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

/* "a second final response: 603" is prose: behind a ':' a response has quotes, or is long and hex. */
static bool
prose(struct slice s, size_t i, const struct secret_span *value)
{
	size_t at = spaces(s, i), k = 0;

	if (at >= s.n || s.p[at] != ':' || value->at == 0 || s.p[value->at - 1] == '"' ||
	    s.p[value->at - 1] == '\'')
		return false;
	while (k < value->n && (ascii_digit(s.p[value->at + k]) ||
	                        (ascii_lower(s.p[value->at + k]) >= 'a' &&
	                         ascii_lower(s.p[value->at + k]) <= 'f')))
		k++;
	return k < RESPONSE_SHORT;
}

/* A parameter of a digest. */
static bool
named(struct slice s, size_t i, struct slice name, struct secret_span *out)
{
	return at_name(s, i, name) && begins(s, i) && parameter(s, i, name.n, out) &&
	       !prose(s, i + name.n, out);
}

/* The second octet says of most that they are none. */
static bool
secret_at(struct slice s, size_t i, struct secret_span *out)
{
	uint8_t next = i + 1 < s.n ? s.p[i + 1] : 0;

	switch (s.p[i]) {
	case 'r':
	case 'R':
		next = ascii_lower(next);
		return (next == 'e' && named(s, i, SLICE("response"), out)) ||
		       (next == 's' && named(s, i, SLICE("rspauth"), out));
	case 'b':
	case 'B':
		return ascii_lower(next) == 'a' &&
		       (basic(s, i, out) || key_line(s, i, out));
	case 'p':
	case 'P':
		return ascii_lower(next) == 'a' && element(s, i, out);
	case 'i':
	case 'I':
		next = ascii_lower(next);
		return (next == 'n' && at_name(s, i, SLICE("inline:")) &&
		        key(s, i, 7, out)) ||
		       (next == 'c' && at_name(s, i, SLICE("ice-pwd:")) &&
		        key(s, i, 8, out));
	case 'c':
	case 'C':
	case 'k':
	case 'K':
		return (i == 0 || s.p[i - 1] == '\n' || s.p[i - 1] == '\r') &&
		       key_line(s, i, out);
	case ':':
		return userinfo(s, i + 1, out);
	default:
		return false;
	}
}

/* Octets at which a secret may begin, or its name. */
static const uint8_t first[256] = {
    ['r'] = 1, ['R'] = 1, ['b'] = 1, ['B'] = 1, ['p'] = 1, ['P'] = 1, ['i'] = 1,
    ['I'] = 1, ['c'] = 1, ['C'] = 1, ['k'] = 1, ['K'] = 1, [':'] = 1,
};

/* A name may stand far before its value, as in a start tag that does not end where it should: what lies between is
 * hidden too, from the first secret in it on. */
static void
between(struct slice s, size_t i, struct secret_span *out)
{
	struct secret_span inner;
	size_t end = out->at + out->n;

	for (i++; i < out->at; i++) {
		if (!first[s.p[i]] || !secret_at(s, i, &inner) || inner.at >= out->at ||
		    marked(s, inner.at))
			continue;
		if (inner.at + inner.n > end)
			end = inner.at + inner.n;
		out->at = inner.at;
		out->n = end - inner.at;
	}
}

bool
secret_next(struct slice s, size_t from, struct secret_span *out)
{
	size_t i;

	for (i = from; i < s.n; i++)
		if (first[s.p[i]] && secret_at(s, i, out) && out->at >= from &&
		    !marked(s, out->at)) {
			between(s, i, out);
			return true;
		}
	return false;
}

/* UTF-16 has a NUL in each letter of a name; so may have a text that was damaged. */
static bool
secret_wide(struct slice s, struct arena *a)
{
	struct secret_span span;
	uint8_t *p = arena_alloc(a, s.n);
	size_t i, n = 0;

	for (i = 0; p != NULL && i < s.n; i++)
		if (s.p[i] != 0)
			p[n++] = s.p[i];
	return p == NULL || secret_next(slice_of(p, n), 0, &span);
}

static struct slice
all_hidden(struct slice s, struct arena *a)
{
	char mark[40];
	int n = snprintf(mark, sizeof(mark), "<%zu octets>", s.n);

	return arena_keep(a, slice_of(mark, (size_t)n));
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
	if (text.n != 0 && memchr(text.p, 0, text.n) != NULL && secret_wide(text, a))
		return all_hidden(text, a);
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

struct slice
secret_head(struct slice text, size_t max)
{
	struct secret_span span;
	size_t from = 0;

	if (text.n <= max)
		return text;
	while (from < max && secret_next(text, from, &span)) {
		from = span.at + span.n;
		/* What ends it, as an @, is needed too. */
		if (from >= max)
			return slice_head(text, span.at < max ? span.at : max);
	}
	return slice_head(text, max);
}
