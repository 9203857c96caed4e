#include "src/xml_plain.h"

#include <stdlib.h>

#include "dissect/chars.h"

enum { NODES_FIRST = 256, NODES_KEPT = 8192 };

/* What an octet is: of a name, and whether a name may begin with it; nothing special in a text. */
enum { NAME = 1, NAME_START = 2, TEXT = 4 };

/* By octet below 0x80: text is all but controls, '<', '&' and ']'. */
static const uint8_t classes[256] = {
    0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 4, 4, 4, 4, 4, 4, 0, 4, 4, 4, 4, 4, 4, 5, 5, 4, 5, 5, 5, 5,
    5, 5, 5, 5, 5, 5, 4, 4, 0, 4, 4, 4, 4, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
    7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 4, 4, 0, 4, 7, 4, 7, 7, 7, 7, 7, 7, 7,
    7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 4, 4, 4, 4, 4,
};

struct reading {
	struct xml_plain *x;
	struct slice rest;
	size_t nodes_max, depth_max;
	uint32_t line,
	    open;       /* index of the open element, MANSCDP_NONE outside of the root */
	uint16_t depth; /* elements that are open */
};

static struct manscdp_node *
node_add(struct reading *r, struct slice name)
{
	struct xml_plain *x = r->x;
	struct manscdp_node *n;

	if (x->total >= r->nodes_max)
		return NULL;
	if (x->total == x->room) {
		size_t room = x->room ? x->room * 2 : NODES_FIRST;

		n = realloc(x->nodes, room * sizeof(*n));
		if (n == NULL)
			return NULL;
		x->nodes = n;
		x->room = room;
	}
	n = &x->nodes[x->total++];
	*n = (struct manscdp_node){.name = name,
	                           .parent = r->open,
	                           .line = r->line,
	                           .depth = r->depth,
	                           .leaf = true};
	return n;
}

/* Octets of a name at the front; 0: none, or one with a prefix. */
static size_t
name_length(struct slice s)
{
	size_t n = 0;

	if (s.n == 0 || !(classes[s.p[0]] & NAME_START))
		return 0;
	while (n < s.n && (classes[s.p[n]] & NAME))
		n++;
	return n < s.n && s.p[n] != ':' && s.p[n] < 0x80 ? n : 0;
}

/* ` Name="value"` behind an element's name. */
static bool
attribute(struct reading *r)
{
	struct slice s = slice_tail(r->rest, 1), value;
	struct manscdp_node *n;
	size_t length = name_length(s), i;

	if (length == 0 || slice_istarts(s, SLICE("xml")))
		return false;
	n = node_add(r, slice_head(s, length));
	s = slice_tail(s, length);
	if (n == NULL || s.n < 2 || s.p[0] != '=' || (s.p[1] != '"' && s.p[1] != '\''))
		return false;
	value = slice_tail(s, 2);
	i = slice_index(value, s.p[1]);
	if (i == value.n)
		return false;
	value = slice_head(value, i);
	for (i = 0; i < value.n; i++)
		if (!(classes[value.p[i]] & TEXT) || value.p[i] == '\t')
			return false;
	n->attribute = true;
	n->text = value;
	r->rest = slice_tail(s, 2 + value.n + 1);
	return true;
}

/* Behind '<'. */
static bool
start_tag(struct reading *r)
{
	size_t length = name_length(r->rest);
	struct manscdp_node *n;
	uint32_t index = (uint32_t)r->x->total, parent = r->open;

	if (length == 0 || r->depth >= r->depth_max)
		return false;
	n = node_add(r, slice_head(r->rest, length));
	if (n == NULL)
		return false;
	if (parent != MANSCDP_NONE)
		r->x->nodes[parent].leaf = false;
	r->rest = slice_tail(r->rest, length);
	r->open = index;
	r->depth++;
	if (r->rest.n != 0 && r->rest.p[0] == ' ' && !attribute(r))
		return false;
	if (slice_starts(r->rest, SLICE("/>"))) {
		r->open = parent;
		r->depth--;
		r->rest = slice_tail(r->rest, 2);
		return true;
	}
	if (r->rest.n == 0 || r->rest.p[0] != '>')
		return false;
	r->rest = slice_tail(r->rest, 1);
	return true;
}

/* Behind "</". */
static bool
end_tag(struct reading *r)
{
	const struct manscdp_node *n = &r->x->nodes[r->open];

	if (!slice_starts(r->rest, n->name) || r->rest.n == n->name.n ||
	    r->rest.p[n->name.n] != '>')
		return false;
	r->rest = slice_tail(r->rest, n->name.n + 1);
	r->open = n->parent;
	r->depth--;
	return true;
}

/* A text's octet that stands for itself, and is neither blank nor the end of a line. */
static inline bool
plain(uint8_t c)
{
	return (classes[c] & TEXT) && c > ' ';
}

/* A letter of three octets that needs no second look: not before U+1000, no surrogate, nothing beyond U+EFFF. */
static inline size_t
chinese(struct slice s)
{
	return s.n > 2 && s.p[0] > 0xE0 && s.p[0] < 0xEF && s.p[0] != 0xED &&
	               (s.p[1] & 0xC0) == 0x80 && (s.p[2] & 0xC0) == 0x80
	           ? 3
	           : 0;
}

/* Up to the next '<': all of an element's text, or the blanks between its children. */
static bool
text(struct reading *r)
{
	struct slice s = r->rest;
	struct manscdp_node *n = &r->x->nodes[r->open];
	bool blank = true, returns = false;
	uint32_t code;
	size_t i, wide;

	for (i = 0; i < s.n && s.p[i] != '<'; i += wide) {
		uint8_t c = s.p[i];

		/* Most of every text. */
		if (plain(c)) {
			blank = false;
			do
				i++;
			while (i < s.n && plain(s.p[i]));
			wide = 0;
			continue;
		}
		wide = chinese(slice_tail(s, i));
		if (wide != 0) {
			blank = false;
			continue;
		}

		wide = 1;
		if (c == '\n') {
			r->line++;
		} else if (c == '\r') {
			/* XML makes one line end of the two; alone it is another matter. */
			if (i + 1 == s.n || s.p[i + 1] != '\n')
				return false;
			returns = true;
		} else if (c >= 0x80) {
			blank = false;
			wide = chars_utf8(slice_tail(s, i), &code);
			/* XML lacks these two. */
			if (wide == 0 || code == 0xFFFE || code == 0xFFFF)
				return false;
		} else if (classes[c] & TEXT) {
			blank &= c == ' ' || c == '\t';
		} else {
			return false;
		}
	}
	if (i == s.n)
		return false;
	r->rest = slice_tail(s, i);
	if (i == 0)
		return true;
	/* Blanks before the first child are layout too: start_tag has not seen that child yet. */
	if (blank && (!n->leaf || slice_index(slice_head(r->rest, 2), '/') == 2))
		return true;
	if (!n->leaf || returns || slice_index(slice_head(r->rest, 2), '/') == 2)
		return false;
	n->text = slice_head(s, i);
	return true;
}

bool
xml_plain_read(struct xml_plain *x, struct slice in, size_t nodes_max, size_t depth_max)
{
	struct reading r = {.x = x,
	                    .rest = in,
	                    .nodes_max = nodes_max,
	                    .depth_max = depth_max,
	                    .line = 1,
	                    .open = MANSCDP_NONE};

	x->total = 0;
	if (x->room > NODES_KEPT)
		xml_plain_free(x);
	while (r.rest.n != 0 && ascii_space(r.rest.p[0])) {
		if (r.rest.p[0] == '\r' && !slice_starts(r.rest, SLICE("\r\n")))
			return false;
		r.line += r.rest.p[0] == '\n';
		r.rest = slice_tail(r.rest, 1);
	}
	/* Each round takes a tag, and the text before it. */
	do {
		if (r.rest.n < 2 || r.rest.p[0] != '<')
			return false;
		if (r.rest.p[1] != '/') {
			r.rest = slice_tail(r.rest, 1);
			if (!start_tag(&r))
				return false;
		} else {
			r.rest = slice_tail(r.rest, 2);
			if (r.open == MANSCDP_NONE || !end_tag(&r))
				return false;
		}
		if (r.open != MANSCDP_NONE && !text(&r))
			return false;
	} while (r.open != MANSCDP_NONE);
	x->end_offset = in.n - r.rest.n;
	x->line = r.line;
	return true;
}

void
xml_plain_free(struct xml_plain *x)
{
	free(x->nodes);
	*x = (struct xml_plain){.total = 0};
}
