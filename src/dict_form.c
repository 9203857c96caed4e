/* The form of a dictionary's elements, one by one. docs/dictionary.xsd says the same. */
#include "src/dict_tree.h"

#include <stdarg.h>
#include <stdio.h>

/* How a message shows what is in a file: printable ASCII, not too much of it. */
enum {
	SHOWN_MAX = 40,
	NAME_MAX_OCTETS = 64,
	TEXT_MAX_OCTETS = 1024,
	OCCURS_MAX = 1000000
};

struct shown {
	char text[SHOWN_MAX + 1];
};

static struct shown
shown(struct slice s)
{
	struct shown out = {""};
	size_t i;

	for (i = 0; i < s.n && i < SHOWN_MAX; i++)
		out.text[i] = s.p[i] >= 0x20 && s.p[i] < 0x7F ? (char)s.p[i] : '?';
	return out;
}

bool
dict_wrong(struct err *e, const struct dict_node *n, const char *fmt, ...)
{
	struct slice name = dict_attribute(n, "name");
	struct shown element = shown(n->xml->name), named;
	const char *attribute = "name";
	char what[256];
	va_list ap;

	if (name.n == 0) {
		attribute = "is";
		name = dict_attribute(n, "is");
	}
	if (name.n == 0) {
		attribute = "group";
		name = dict_attribute(n, "group");
	}
	named = shown(name);
	va_start(ap, fmt);
	(void)vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	if (name.n != 0)
		(void)err_set(e, "%s:%u: <%s %s=\"%s\">: %s", n->file,
		              (unsigned)n->xml->line, element.text, attribute, named.text,
		              what);
	else
		(void)err_set(e, "%s:%u: <%s>: %s", n->file, (unsigned)n->xml->line,
		              element.text, what);
	return false;
}

struct slice
dict_attribute(const struct dict_node *n, const char *name)
{
	size_t i;

	for (i = 1; i <= n->attributes; i++)
		if (slice_eq(n->xml[i].name, slice_str(name)))
			return n->xml[i].text;
	return SLICE_EMPTY;
}

static bool
is_text(struct slice s)
{
	return slice_trim(s).n != 0 && s.n <= TEXT_MAX_OCTETS;
}

/* A name of XML without a colon; beyond ASCII any character. */
static bool
is_name(struct slice s)
{
	size_t i;

	if (s.n == 0 || s.n > NAME_MAX_OCTETS)
		return false;
	for (i = 0; i < s.n; i++) {
		uint8_t c = s.p[i];
		bool first = ascii_alpha(c) || c == '_' || c >= 0x80;

		if (!first && (i == 0 || (!ascii_digit(c) && c != '-' && c != '.')))
			return false;
	}
	return true;
}

static bool
is_command(struct slice s)
{
	return is_name(s) || slice_eq(s, DICT_SIP_ANSWER);
}

/* A/B/C: names from the outside in. */
static bool
is_place(struct slice s)
{
	struct slice name, rest = s;
	unsigned steps = 1;

	while (slice_cut(rest, '/', &name, &rest))
		if (!is_name(name) || ++steps > DICT_DEPTH_MAX)
			return false;
	return is_name(rest);
}

/* NAME=V1|V2. */
static bool
is_condition(struct slice s)
{
	struct slice name, values;

	return slice_cut(s, '=', &name, &values) && is_name(name) && is_text(values);
}

/* Names with one blank between them. */
static bool
is_names(struct slice s)
{
	struct slice name, rest = s;

	while (slice_cut(rest, ' ', &name, &rest))
		if (!is_name(name))
			return false;
	return is_name(rest) && s.n <= TEXT_MAX_OCTETS;
}

static bool
is_one_of(struct slice s, const char *const *words)
{
	for (; *words != NULL; words++)
		if (slice_eq(s, slice_str(*words)))
			return true;
	return false;
}

/* Words with one blank between them, none twice. */
static bool
is_list_of(struct slice s, const char *const *words)
{
	struct slice word, rest = s;
	uint32_t had = 0, i;
	bool more = true;

	while (more) {
		more = slice_cut(rest, ' ', &word, &rest);
		if (!more)
			word = rest;
		for (i = 0; words[i] != NULL && !slice_eq(word, slice_str(words[i])); i++)
			;
		if (words[i] == NULL || (had & (1u << i)) != 0)
			return false;
		had |= 1u << i;
	}
	return true;
}

static bool
is_root(struct slice s)
{
	static const char *const words[] = {"Control", "Query", "Notify", "Response",
	                                    NULL};

	return is_one_of(s, words);
}

static bool
is_answer(struct slice s)
{
	static const char *const words[] = {"Response", "Notify", NULL};

	return is_one_of(s, words);
}

static bool
is_editions(struct slice s)
{
	static const char *const words[] = {"11", "14", "16", "22", NULL};

	return is_list_of(s, words);
}

static bool
is_kinds(struct slice s)
{
	static const char *const words[] = {"device", "system", "group", "organisation",
	                                    "region", "camera", NULL};

	return is_list_of(s, words);
}

static bool
is_type(struct slice s)
{
	static const char *const words[] = {"string",   "integer",  "double", "enum",
	                                    "dateTime", "deviceID", "hex",    "complex",
	                                    "pattern",  "open",     NULL};

	return is_one_of(s, words);
}

static bool
is_weight(struct slice s)
{
	static const char *const words[] = {"note", "warning", "error", NULL};

	return is_one_of(s, words);
}

static bool
is_any(struct slice s)
{
	return slice_eq(s, SLICE("any"));
}

static bool
is_yes(struct slice s)
{
	return slice_eq(s, SLICE("yes"));
}

static bool
is_number(struct slice s)
{
	uint32_t v;

	return parse_u32(s.n != 0 && s.p[0] == '-' ? slice_tail(s, 1) : s, INT32_MAX, &v);
}

static bool
is_count(struct slice s)
{
	uint32_t v;

	return parse_u32(s, OCCURS_MAX, &v) && v != 0;
}

/* N, N..M or N..n; which of the two is larger is src/dict.c's business. */
static bool
is_occurs(struct slice s)
{
	size_t dots = slice_find(s, SLICE(".."));
	struct slice high = slice_tail(s, dots + 2);
	uint32_t v;

	if (!parse_u32(slice_head(s, dots), OCCURS_MAX, &v))
		return false;
	return dots == s.n || slice_eq(high, SLICE("n")) ||
	       parse_u32(high, OCCURS_MAX, &v);
}

static bool
is_separator(struct slice s)
{
	return s.n == 1 && s.p[0] > 0x20 && s.p[0] < 0x7F && !ascii_alpha(s.p[0]) &&
	       !ascii_digit(s.p[0]);
}

/* What a schema's place is to an editor. */
static bool
is_schema(struct slice s)
{
	return s.n != 0;
}

struct form_attribute {
	const char *name;
	bool (*fits)(struct slice s);
	const char *what;
};

#define EDITIONS "editions, of 11, 14, 16 and 22, with one blank between them"
#define NAME "a name as XML has it, without a colon, of at most 64 octets"
#define TEXT "a text of at most 1024 octets"
#define PLACE "names with slashes between them, from the outside in"
#define WEIGHT "note, warning or error"

static const struct form_attribute attributes[] = {
    {"answer", is_answer, "Response or Notify"},
    {"follows", is_name, NAME},
    {"at", is_place, PLACE},
    {"before", is_name, NAME},
    {"beside", is_names, "names with one blank between them"},
    {"choice", is_name, NAME},
    {"clause", is_text, TEXT},
    {"counts", is_place, PLACE},
    {"form", is_text, TEXT},
    {"group", is_name, NAME},
    {"high", is_number, "a whole number, from -2147483647 to 2147483647"},
    {"in", is_editions, EDITIONS},
    {"is", is_text, TEXT},
    {"length", is_count, "a number from 1 to 1000000"},
    {"list", is_separator, "one character of punctuation"},
    {"low", is_number, "a whole number, from -2147483647 to 2147483647"},
    {"means", is_text, TEXT},
    {"must", is_editions, EDITIONS},
    {"name", is_name, NAME},
    {"noNamespaceSchemaLocation", is_schema, "where the schema is"},
    {"occurs", is_occurs, "a number, or a range such as 0..1, 1..8 or 0..n"},
    {"of", is_kinds,
     "kinds of nodes, of device, system, group, organisation, region and camera, with one blank between them"},
    {"pattern", is_text, TEXT},
    {"place", is_any, "any"},
    {"replace", is_yes, "yes"},
    {"root", is_root, "Control, Query, Notify or Response"},
    {"secret", is_yes, "yes"},
    {"type", is_type,
     "string, integer, double, enum, dateTime, deviceID, hex, pattern, complex or open"},
    {"unit", is_text, TEXT},
    {"weight", is_weight, WEIGHT},
    {"when", is_condition, "a name, '=' and values with '|' between them"},
};

#define BIT(element) (1u << DICT_ELEMENT_##element)
#define FIELDS (BIT(FIELD) | BIT(ATTR) | BIT(USE))
#define VALUES (BIT(VALUE) | BIT(SEEN))

/* Names with blanks between them. */
static const struct {
	const char *name, *required, *optional;
	unsigned children;
} forms[DICT_ELEMENT_TOTAL] = {
    [DICT_ELEMENT_DICTIONARY] = {"dictionary", "", "noNamespaceSchemaLocation",
                                 BIT(GROUP) | BIT(COMMAND) | BIT(EXTEND)},
    [DICT_ELEMENT_GROUP] = {"group", "name", "", FIELDS},
    [DICT_ELEMENT_COMMAND] = {"command", "root name means clause", "in answer replace",
                              FIELDS | BIT(ALIAS)},
    [DICT_ELEMENT_EXTEND] = {"extend", "", "root name group at",
                             FIELDS | VALUES | BIT(ALIAS)},
    [DICT_ELEMENT_FIELD] =
        {"field", "name means",
         "type occurs in must of weight low high unit length list pattern form place secret clause when beside counts before choice follows replace",
         FIELDS | VALUES | BIT(ALIAS)},
    [DICT_ELEMENT_ATTR] =
        {"attr", "name means",
         "type occurs in must weight low high unit length list pattern form secret clause follows replace",
         VALUES | BIT(ALIAS)},
    [DICT_ELEMENT_USE] = {"use", "group", "", 0},
    [DICT_ELEMENT_VALUE] = {"value", "is means", "in replace", 0},
    [DICT_ELEMENT_SEEN] = {"seen", "is means weight", "in replace", 0},
    [DICT_ELEMENT_ALIAS] = {"alias", "name", "in", 0},
};

static bool
word_in(struct slice word, const char *words)
{
	struct slice one, rest = slice_str(words);

	while (slice_cut(rest, ' ', &one, &rest))
		if (slice_eq(one, word))
			return true;
	return slice_eq(rest, word);
}

static bool
attribute_fits(const struct dict_node *n, const struct manscdp_node *at, struct err *e)
{
	const struct form_attribute *f = NULL;
	bool command =
	    n->element == DICT_ELEMENT_COMMAND || n->element == DICT_ELEMENT_EXTEND;
	size_t i;

	for (i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++)
		if (slice_eq(at->name, slice_str(attributes[i].name)))
			f = &attributes[i];
	if (f == NULL || (!word_in(at->name, forms[n->element].required) &&
	                  !word_in(at->name, forms[n->element].optional)))
		return dict_wrong(e, n, "has no attribute %s", shown(at->name).text);
	if (command && slice_eq(at->name, SLICE("name")) ? is_command(at->text)
	                                                 : f->fits(at->text))
		return true;
	return dict_wrong(e, n, "%s=\"%s\" is not %s", f->name, shown(at->text).text,
	                  f->what);
}

bool
dict_form_fits(const struct dict_node *n, struct err *e)
{
	struct slice one, rest = slice_str(forms[n->element].required);
	bool more = rest.n != 0;
	size_t i;

	for (i = 1; i <= n->attributes; i++)
		if (!attribute_fits(n, &n->xml[i], e))
			return false;
	/* Each round takes a name. */
	while (more) {
		more = slice_cut(rest, ' ', &one, &rest);
		if (!more)
			one = rest;
		for (i = 1; i <= n->attributes && !slice_eq(n->xml[i].name, one); i++)
			;
		if (i > n->attributes)
			return dict_wrong(e, n, "needs the attribute " SLICE_FMT,
			                  SLICE_ARG(one));
	}
	if (slice_trim(n->xml->text).n != 0)
		return dict_wrong(e, n, "holds text; what it says stands in attributes");
	return true;
}

bool
dict_form_element(struct slice name, enum dict_element *out)
{
	int i;

	for (i = 0; i < DICT_ELEMENT_TOTAL; i++)
		if (slice_eq(name, slice_str(forms[i].name))) {
			*out = (enum dict_element)i;
			return true;
		}
	return false;
}

bool
dict_form_child(enum dict_element parent, enum dict_element child)
{
	return (forms[parent].children & (1u << child)) != 0;
}

const char *
dict_form_name(enum dict_element element)
{
	return forms[element].name;
}
