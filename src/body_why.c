#include "src/body_why.h"

#include <stdarg.h>
#include <stdio.h>

#include "src/xml_mend.h"
#include "src/xml_scan.h"

enum {
	SHORT = 64,
	SLACK = 16, /* octets by which line ends may spoil a count */
	CLOSE = 2
};

struct cause {
	struct slice detail; /* empty: none found */
	size_t offset;
	uint32_t line;
	bool early;
};

/* Names of the open elements, outermost first. */
struct path {
	struct slice *names;
	size_t total, room;
	size_t missing; /* octets of their end tags */
};

struct slice
text_short(struct slice s)
{
	size_t n = SHORT;

	if (s.n <= n)
		return s;
	while (n != 0 && (s.p[n] & 0xC0) == 0x80)
		n--;
	return slice_head(s, n);
}

struct slice
text_format(struct arena *a, const char *fmt, ...)
{
	char text[512];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (n < 0)
		return SLICE_EMPTY;
	return arena_keep(
	    a, slice_of(text, (size_t)n < sizeof(text) ? (size_t)n : sizeof(text) - 1));
}

/* Where the first character stands that XML does not have. */
static size_t
control_find(struct slice text)
{
	size_t i;

	for (i = 0; i < text.n; i++)
		if (xml_forbidden(slice_tail(text, i)) != 0)
			break;
	return i;
}

/* The octets that the sender had still to say, counted too small: the text is UTF-8, and
 * the length was taken in the character set that the declaration names, or in
 * characters. */
static struct slice
length_words(const struct body_why_in *in, size_t missing, struct arena *a)
{
	size_t three = in->found->wide_three;

	if (in->found->charset != CHARSET_UTF8 || three == 0)
		return SLICE_EMPTY;
	if (charset_is_gb(in->declared) && missing <= three + SLACK)
		return text_format(
		    a,
		    "; Content-Length %zu was %scounted in %s, as declared, but sent was UTF-8, "
		    "which has %zu octets: its %zu Chinese characters take an octet more each",
		    in->octets,
		    missing + CLOSE >= three && missing <= three + CLOSE ? ""
		                                                         : "probably ",
		    charset_name(in->declared), in->octets + missing, three);
	if (missing <= 2 * three + SLACK)
		return text_format(
		    a,
		    "; Content-Length was probably counted in characters, but its %zu "
		    "Chinese characters take three octets each",
		    three);
	return SLICE_EMPTY;
}

static void
early(const struct body_why_in *in, const struct path *path, const struct xml_token *t,
      struct arena *a, struct cause *out)
{
	size_t missing = path->missing, have = 2 + t->name.n;
	struct slice inner =
	    path->total ? text_short(path->names[path->total - 1]) : SLICE_EMPTY;
	struct slice why;

	if (t->kind == XML_CUT && t->closing)
		missing -= missing > have ? have : missing;
	else if (t->kind == XML_CUT)
		missing += t->name.n + 4;
	why = length_words(in, missing, a);
	out->early = true;
	out->detail = text_format(a,
	                          "the body ends early, within <" SLICE_FMT
	                          ">: %zu octets at least are missing" SLICE_FMT,
	                          SLICE_ARG(inner), missing, SLICE_ARG(why));
}

/* What stands there may be one, or a piece of one. */
static bool
within_password(const struct path *path)
{
	size_t i;

	for (i = 0; i < path->total; i++)
		if (slice_istarts(path->names[i], SLICE("password")))
			return true;
	return false;
}

static void
mismatch(const struct path *path, const struct xml_token *t, struct arena *a,
         struct cause *out)
{
	struct slice name = text_short(t->name);

	if (within_password(path))
		out->detail = SLICE("what begins within a password does not end in it");
	else if (path->total == 0)
		out->detail = text_format(a, "</" SLICE_FMT "> ends nothing that began",
		                          SLICE_ARG(name));
	else
		out->detail = text_format(
		    a, "<" SLICE_FMT "> is ended by </" SLICE_FMT ">",
		    SLICE_ARG(text_short(path->names[path->total - 1])), SLICE_ARG(name));
}

static bool
path_push(struct path *path, struct slice name)
{
	if (path->total == path->room)
		return false;
	path->names[path->total++] = name;
	path->missing += name.n + 3;
	return true;
}

/* What this token is the cause of, if of anything. False: look no further. */
static bool
token_cause(const struct body_why_in *in, struct path *path, const struct xml_token *t,
            struct arena *a, struct cause *out)
{
	switch (t->kind) {
	case XML_RAW_LT:
		out->detail = SLICE(
		    "a '<' in the text that begins no tag; it has to be written &lt;");
		return false;
	case XML_RAW_AMP:
		out->detail = SLICE(
		    "an '&' in the text that begins no reference; it has to be written &amp;");
		return false;
	case XML_REFERENCE:
		if (xml_reference_known(t->name))
			return true;
		if (within_password(path)) {
			out->detail = SLICE(
			    "an '&' in a password that begins no reference that is known");
			return false;
		}
		out->detail =
		    text_format(a,
		                t->name.p[0] == '#'
		                    ? "&" SLICE_FMT "; names no character that XML has"
		                    : "the entity &" SLICE_FMT "; is declared nowhere",
		                SLICE_ARG(text_short(t->name)));
		return false;
	case XML_CUT:
	case XML_END:
		if (path->total != 0 || t->kind == XML_CUT)
			early(in, path, t, a, out);
		return false;
	case XML_START:
		return path_push(path, t->name);
	case XML_CLOSE:
		if (path->total == 0 ||
		    !slice_eq(path->names[path->total - 1], t->name)) {
			mismatch(path, t, a, out);
			return false;
		}
		path->missing -= t->name.n + 3;
		return --path->total != 0;
	case XML_TEXT:
	case XML_EMPTY:
	case XML_OTHER:
		break;
	}
	return true;
}

static void
cause_find(const struct body_why_in *in, struct arena *a, struct cause *out)
{
	struct xml_scan s = xml_scan(in->text);
	struct path path = {.room = (size_t)in->tree->nodes_total + 64};
	struct xml_token t;
	bool more;

	*out = (struct cause){.line = 1};
	path.names = arena_array(a, path.room, sizeof(*path.names));
	if (path.names == NULL)
		return;
	/* Each round takes a token. */
	do {
		xml_scan_next(&s, &t);
		out->line = t.line;
		out->offset = t.offset;
		more = token_cause(in, &path, &t, a, out);
	} while (more);
}

static struct slice
control_words(struct slice at, struct arena *a)
{
	if (at.p[0] == 0)
		return SLICE("a NUL octet");
	return text_format(a, "the character U+%04X, which XML does not have",
	                   at.p[0] < 0x20 ? (unsigned)at.p[0]
	                                  : 0xFF00U | (unsigned)(at.p[2] | 0x40));
}

void
body_why(const struct body_why_in *in, struct arena *a, struct body_why *out)
{
	size_t control = control_find(in->text);
	struct slice start = slice_trim(in->text);
	struct cause cause;

	cause_find(in, a, &cause);
	*out = (struct body_why){.line = in->tree->line + in->line - 1};
	if (start.n == 0 || start.p[0] != '<') {
		out->detail = SLICE("it does not begin with an element");
		return;
	}
	/* The parser's place is the truth; a cause behind it is another one's. */
	if (control < in->text.n && (cause.detail.n == 0 || control < cause.offset)) {
		out->detail = control_words(slice_tail(in->text, control), a);
		return;
	}
	if (cause.detail.n == 0 ||
	    (cause.early ? !in->tree->at_end : cause.line > in->tree->line)) {
		out->detail = in->tree->why != NULL
		                  ? slice_str(in->tree->why)
		                  : SLICE("the parser can read no further");
		return;
	}
	out->detail = cause.detail;
	out->early = cause.early;
	if (!cause.early)
		out->line = cause.line + in->line - 1;
}
