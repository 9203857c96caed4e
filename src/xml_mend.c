#include "src/xml_mend.h"

#include "src/xml_scan.h"

enum {
	OPEN_MAX = 128,     /* levels that are followed: more than any reader takes */
	PEEK_MAX = 8,       /* tokens looked at ahead */
	ATTRIBUTES_MAX = 16 /* of a tag that is written anew; MANSCDP has one */
};

#define REPLACEMENT SLICE("\xEF\xBF\xBD")

/* An element that is open. */
struct open_tag {
	struct slice name;
	size_t offset; /* of its '<' */
	size_t
	    rewrite; /* the change that wrote its start tag anew, if that is at `offset` */
	bool in_text; /* text stands before it in its parent, where it may belong */
	bool text, children;
};

/* n octets at `at` become `with`. */
struct change {
	size_t at, n;
	struct slice with, element;
	bool off;
};

struct mending {
	struct slice text;
	struct arena *a;
	struct xml_scan scan;
	struct open_tag open[OPEN_MAX];
	size_t open_total;
	struct change changes[XML_MENDS_MAX];
	size_t changes_total;
	bool reshaped, root, done;
};

static struct open_tag *
top(struct mending *m)
{
	return m->open_total ? &m->open[m->open_total - 1] : NULL;
}

static size_t
newlines(struct slice s)
{
	size_t n = 0, i;

	for (i = slice_index(s, '\n'); i < s.n; i = slice_index(s, '\n')) {
		n++;
		s = slice_tail(s, i + 1);
	}
	return n;
}

/* As many line ends as `s` has: what goes takes no line with it. */
static struct slice
lines_of(struct mending *m, struct slice s)
{
	size_t n = newlines(s);
	uint8_t *p = n ? arena_alloc(m->a, n) : NULL;

	if (p == NULL)
		return SLICE_EMPTY;
	memset(p, '\n', n);
	return slice_of(p, n);
}

static void
change(struct mending *m, size_t at, size_t n, struct slice with)
{
	if (m->changes_total == XML_MENDS_MAX) {
		m->done = true;
		return;
	}
	m->changes[m->changes_total++] = (struct change){
	    .at = at,
	    .n = n,
	    .with = with,
	    .element = m->open_total ? top(m)->name : SLICE_EMPTY,
	};
}

size_t
xml_forbidden(struct slice s)
{
	if (s.p[0] < 0x20)
		return ascii_space(s.p[0]) ? 0 : 1;
	/* U+FFFE and U+FFFF. */
	if (s.p[0] == 0xEF && s.n >= 3 && s.p[1] == 0xBF && s.p[2] >= 0xBE)
		return 3;
	return 0;
}

bool
xml_reference_known(struct slice name)
{
	static const char *const known[] = {"lt", "gt", "amp", "quot", "apos"};
	uint32_t code = 0, base = 10;
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (slice_eq(name, slice_str(known[i])))
			return true;
	if (name.n < 2 || name.p[0] != '#')
		return false;
	i = 1;
	if (name.p[1] == 'x') {
		base = 16;
		i = 2;
	}
	if (i == name.n)
		return false;
	for (; i < name.n; i++) {
		uint8_t c = ascii_lower(name.p[i]);
		uint32_t digit = ascii_digit(c)         ? (uint32_t)(c - '0')
		                 : c >= 'a' && c <= 'f' ? (uint32_t)(c - 'a' + 10)
		                                        : 16;

		if (digit >= base)
			return false;
		code = code * base + digit;
		if (code > 0x10FFFF)
			return false;
	}
	return code >= 0x20
	           ? (code < 0xD800 || code > 0xDFFF) && code != 0xFFFE && code != 0xFFFF
	           : code == 9 || code == 10 || code == 13;
}

/* A run of octets that XML forbids becomes one U+FFFD. NULs before a tag are what is left of a
 * buffer of fixed size: they go. */
static void
text_octets(struct mending *m, size_t offset, struct slice s)
{
	size_t i = 0, n, run;
	bool nuls;

	/* Each round takes an octet at least. */
	while (i < s.n && !m->done) {
		for (run = i, nuls = true; run < s.n; run += n) {
			n = xml_forbidden(slice_tail(s, run));
			if (n == 0)
				break;
			nuls &= s.p[run] == 0;
		}
		if (run != i) {
			change(m, offset + i, run - i,
			       nuls && run == s.n ? SLICE_EMPTY : REPLACEMENT);
			i = run;
		} else if (slice_starts(slice_tail(s, i), SLICE("]]>"))) {
			change(m, offset + i, 3, SLICE("]]&gt;"));
			i += 3;
		} else {
			i++;
		}
	}
}

struct attribute {
	struct slice name, value;
};

/* The '&' at the front begins a reference that needs no declaration. */
static bool
reference_right(struct slice s)
{
	struct slice name, rest;

	return slice_cut(slice_head(slice_tail(s, 1), 16), ';', &name, &rest) &&
	       xml_reference_known(name);
}

static bool
value_right(struct slice s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (xml_forbidden(slice_tail(s, i)) != 0 || s.p[i] == '<' ||
		    (s.p[i] == '&' && !reference_right(slice_tail(s, i))))
			return false;
	return true;
}

/* The next attribute of a tag, or a piece that is none (its name is empty); takes an octet at
 * least. False: not as XML 1.0 3.1 [41] wants it. */
static bool
attribute_take(struct slice *rest, struct attribute *out)
{
	struct slice s = slice_trim_front(*rest), behind;
	bool right = s.n != rest->n;
	size_t n = xml_scan_name(s);

	*out = (struct attribute){.name = slice_head(s, n)};
	if (n == 0) {
		*rest = slice_tail(s, 1);
		return s.n == 0;
	}
	s = slice_tail(s, n);
	behind = slice_trim_front(s);
	if (behind.n == 0 || behind.p[0] != '=') {
		*rest = s;
		return false;
	}
	s = slice_trim_front(slice_tail(behind, 1));
	if (s.n != 0 && (s.p[0] == '"' || s.p[0] == '\'') &&
	    slice_cut(slice_tail(s, 1), s.p[0], &out->value, rest))
		return right && value_right(out->value);
	for (n = 0; n < s.n && !ascii_space(s.p[n]); n++)
		;
	out->value = slice_head(s, n);
	*rest = slice_tail(s, n);
	return false;
}

/* All of them but those without a name and those that were there before. */
static bool
attributes_take(struct slice s, struct attribute *out, size_t *total)
{
	struct attribute one;
	bool right = true;
	size_t i;

	*total = 0;
	/* Each round takes an octet at least. */
	while (s.n != 0) {
		right &= attribute_take(&s, &one);
		for (i = 0; i < *total && !slice_eq(out[i].name, one.name); i++)
			;
		if (i < *total)
			right = false;
		else if (one.name.n != 0 && *total < ATTRIBUTES_MAX)
			out[(*total)++] = one;
		else if (one.name.n != 0)
			return true; /* so many are the parser's business */
	}
	return right;
}

struct writing {
	uint8_t *to;
	size_t n;
};

static void
put(struct writing *w, struct slice s)
{
	if (s.n != 0)
		memcpy(w->to + w->n, s.p, s.n);
	w->n += s.n;
}

static void
put_value(struct writing *w, struct slice s)
{
	size_t i, n;

	for (i = 0; i < s.n; i += n) {
		struct slice at = slice_tail(s, i);

		n = xml_forbidden(at);
		if (n != 0) {
			put(w, REPLACEMENT);
			continue;
		}
		n = 1;
		if (at.p[0] == '&' && !reference_right(at))
			put(w, SLICE("&amp;"));
		else if (at.p[0] == '<')
			put(w, SLICE("&lt;"));
		else if (at.p[0] == '"')
			put(w, SLICE("&quot;"));
		else
			put(w, slice_head(at, 1));
	}
}

static struct slice
tag_write(struct mending *m, struct slice tag, const struct xml_token *t,
          const struct attribute *attributes, size_t total)
{
	struct writing w = {arena_alloc(m->a, 6 * tag.n + 8 * (total + 1) + t->name.n),
	                    0};
	size_t lines = newlines(tag), i;

	if (w.to == NULL)
		return SLICE_EMPTY;
	put(&w, t->kind == XML_CLOSE ? SLICE("</") : SLICE("<"));
	put(&w, t->name);
	for (i = 0; i < total; i++) {
		lines -= newlines(attributes[i].value);
		put(&w, SLICE(" "));
		put(&w, attributes[i].name);
		put(&w, SLICE("=\""));
		put_value(&w, attributes[i].value);
		put(&w, SLICE("\""));
	}
	for (i = 0; i < lines; i++)
		put(&w, SLICE("\n"));
	put(&w, t->kind == XML_EMPTY ? SLICE("/>") : SLICE(">"));
	return slice_of(w.to, w.n);
}

/* A tag whose inside is not as XML wants it is written anew. */
static void
tag_mend(struct mending *m, struct slice tag, const struct xml_token *t)
{
	struct attribute attributes[ATTRIBUTES_MAX];
	size_t front = (t->kind == XML_CLOSE ? 2 : 1) + t->name.n,
	       back = t->kind == XML_EMPTY ? 2 : 1, total = 0;
	struct slice inside = slice_head(slice_tail(tag, front), tag.n - front - back);
	struct slice anew;

	if (t->kind == XML_CLOSE ? slice_trim_front(inside).n == 0
	                         : attributes_take(inside, attributes, &total))
		return;
	anew = tag_write(m, tag, t, attributes, total);
	if (anew.n != 0)
		change(m, t->offset, tag.n, anew);
}

static void
start(struct mending *m, struct slice tag, const struct xml_token *t)
{
	struct open_tag *around = top(m);
	size_t rewrite = m->changes_total;

	tag_mend(m, tag, t);
	if (around != NULL)
		around->children = true;
	if (t->kind == XML_EMPTY) {
		m->done |= around == NULL;
		return;
	}
	if (m->open_total == OPEN_MAX) {
		m->done = true;
		return;
	}
	m->open[m->open_total++] = (struct open_tag){
	    .name = t->name,
	    .offset = t->offset,
	    .rewrite = rewrite,
	    .in_text = around != NULL && (around->text || t->name.p[0] >= 0x80),
	};
	m->root = true;
}

/* Does the tag that ends the innermost element follow, with nothing but text before it? */
static bool
end_follows(const struct mending *m)
{
	struct xml_scan s = m->scan;
	struct xml_token t;
	unsigned i;

	for (i = 0; i < PEEK_MAX; i++) {
		xml_scan_next(&s, &t);
		if (t.kind == XML_CLOSE)
			return slice_eq(t.name, m->open[m->open_total - 1].name);
		if (t.kind != XML_TEXT && t.kind != XML_REFERENCE &&
		    t.kind != XML_RAW_AMP && t.kind != XML_RAW_LT)
			return false;
	}
	return false;
}

/* An element without an end tag: a '<' that its text meant, or an end tag forgotten. */
static void
unclosed(struct mending *m, size_t at)
{
	const struct open_tag *e = &m->open[--m->open_total];
	struct writing w;

	if (e->in_text) {
		if (e->rewrite < m->changes_total &&
		    m->changes[e->rewrite].at == e->offset)
			m->changes[e->rewrite].off = true;
		change(m, e->offset, 1, SLICE("&lt;"));
		return;
	}
	w = (struct writing){arena_alloc(m->a, e->name.n + 3), 0};
	if (w.to == NULL) {
		m->done = true;
		return;
	}
	put(&w, SLICE("</"));
	put(&w, e->name);
	put(&w, SLICE(">"));
	change(m, at, 0, slice_of(w.to, w.n));
	m->reshaped = true;
}

/* An end tag that ends nothing that is open. */
static void
stray(struct mending *m, struct slice tag, const struct xml_token *t)
{
	struct open_tag *e = top(m);
	struct xml_token as = *t;

	m->reshaped = true;
	if (e != NULL && !e->children && e->text && end_follows(m)) {
		change(m, t->offset, 1, SLICE("&lt;")); /* a part of the text */
		m->reshaped = false;
	} else if (e != NULL &&
	           (slice_ieq(e->name, t->name) || (!e->children && e->text))) {
		as.name = e->name; /* misspelled */
		change(m, t->offset, tag.n, tag_write(m, tag, &as, NULL, 0));
		m->open_total--;
	} else {
		change(m, t->offset, tag.n, lines_of(m, tag));
	}
}

static void
close_tag(struct mending *m, struct slice tag, const struct xml_token *t)
{
	size_t i = m->open_total;

	while (i != 0 && !slice_eq(m->open[i - 1].name, t->name))
		i--;
	if (i == 0) {
		stray(m, tag, t);
	} else {
		while (m->open_total > i && !m->done)
			unclosed(m, t->offset);
		tag_mend(m, tag, t);
		m->open_total = i - 1;
	}
	m->done |= m->root && m->open_total == 0;
}

/* A comment, CDATA or an instruction within the root. */
static void
other(struct mending *m, struct slice s, size_t offset)
{
	const size_t cdata = sizeof("<![CDATA[") - 1, back = sizeof("]]>") - 1;
	struct slice inside;
	size_t i;

	if (slice_starts(s, SLICE("<![CDATA["))) {
		top(m)->text = true;
		text_octets(m, offset + cdata,
		            slice_head(slice_tail(s, cdata), s.n - cdata - back));
	} else if (slice_starts(s, SLICE("<!--"))) {
		inside = slice_head(slice_tail(s, 4), s.n - 4 - back);
		for (i = 0; i < inside.n && xml_forbidden(slice_tail(inside, i)) == 0;
		     i++)
			;
		/* XML 1.0 2.5 [15]: neither "--" nor a '-' at its end. */
		if (i < inside.n || slice_find(inside, SLICE("--")) < inside.n ||
		    (inside.n != 0 && inside.p[inside.n - 1] == '-'))
			change(m, offset, s.n, lines_of(m, s));
	} else if (slice_istarts(s, SLICE("<?xml")) && ascii_space(s.p[5])) {
		/* A second XML declaration is for nobody: its name is taken off. */
		change(m, offset, 5, SLICE("<?y"));
	}
}

static void
token(struct mending *m, const struct xml_token *t)
{
	struct slice s =
	    slice_head(slice_tail(m->text, t->offset), m->scan.offset - t->offset);
	struct open_tag *e = top(m);

	switch (t->kind) {
	case XML_TEXT:
		if (e == NULL) {
			/* Before the root stand blanks only. */
			m->done = slice_trim_front(s).n != 0;
			return;
		}
		e->text |= slice_trim_front(s).n != 0;
		text_octets(m, t->offset, s);
		break;
	case XML_REFERENCE:
	case XML_RAW_AMP:
		m->done |= e == NULL;
		if (e != NULL)
			e->text = true;
		if (t->kind == XML_RAW_AMP || !xml_reference_known(t->name))
			change(m, t->offset, 1, SLICE("&amp;"));
		break;
	case XML_RAW_LT:
		m->done |= e == NULL;
		if (e != NULL)
			e->text = true;
		change(m, t->offset, 1, SLICE("&lt;"));
		break;
	case XML_START:
	case XML_EMPTY:
		start(m, s, t);
		break;
	case XML_CLOSE:
		close_tag(m, s, t);
		break;
	case XML_OTHER:
		if (e != NULL)
			other(m, s, t->offset);
		break;
	case XML_CUT:
	case XML_END:
		m->done = true;
		break;
	}
}

/* In order of place. They come nearly so: a '<' that was none is known late. */
static void
changes_sort(struct mending *m)
{
	size_t i, k;

	for (i = 1; i < m->changes_total; i++) {
		struct change c = m->changes[i];

		for (k = i; k != 0 && m->changes[k - 1].at > c.at; k--)
			m->changes[k] = m->changes[k - 1];
		m->changes[k] = c;
	}
}

static bool
copy_make(struct mending *m, struct xml_mended *out)
{
	size_t room = m->text.n, i, from = 0;
	struct writing w = {NULL, 0};

	for (i = 0; i < m->changes_total; i++)
		room += m->changes[i].with.n;
	w.to = arena_alloc(m->a, room);
	if (w.to == NULL)
		return false;
	for (i = 0; i < m->changes_total; i++) {
		const struct change *c = &m->changes[i];

		if (c->off)
			continue;
		put(&w, slice_head(slice_tail(m->text, from), c->at - from));
		put(&w, c->with);
		from = c->at + c->n;
		if (out->faults++ == 0) {
			out->offset = c->at;
			out->element = c->element;
		}
	}
	put(&w, slice_tail(m->text, from));
	out->text = slice_of(w.to, w.n);
	out->reshaped = m->reshaped;
	return true;
}

bool
xml_mend(struct slice text, struct arena *a, struct xml_mended *out)
{
	struct mending *m = ARENA_NEW(a, struct mending);
	struct xml_token t;

	*out = (struct xml_mended){.text = text};
	if (m == NULL)
		return false;
	m->text = text;
	m->a = a;
	m->scan = xml_scan(text);
	/* Each round takes a token. */
	while (!m->done) {
		xml_scan_next(&m->scan, &t);
		token(m, &t);
	}
	changes_sort(m);
	return m->changes_total != 0 && copy_make(m, out);
}
