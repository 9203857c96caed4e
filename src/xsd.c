#include "src/xsd.h"

enum { MICRO = 1000000 };

struct xsd {
	FILE *f;
	const struct dict_command *command;
	uint8_t edition;
	int depth;
};

/* A text within quotes or between tags. */
static void
text_write(FILE *f, struct slice s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		switch (s.p[i]) {
		case '&':
			(void)fputs("&amp;", f);
			break;
		case '<':
			(void)fputs("&lt;", f);
			break;
		case '>':
			(void)fputs("&gt;", f);
			break;
		case '"':
			(void)fputs("&quot;", f);
			break;
		case '\t':
		case '\n':
		case '\r':
			(void)fprintf(f, "&#%d;", s.p[i]);
			break;
		default:
			(void)fputc(s.p[i], f);
			break;
		}
}

/* A line at the depth where the writer is. */
static void
line(const struct xsd *x, const char *text)
{
	(void)fprintf(x->f, "%*s%s\n", 2 * x->depth, "", text);
}

static void
open_line(struct xsd *x, const char *text)
{
	line(x, text);
	x->depth++;
}

static void
close_line(struct xsd *x, const char *text)
{
	x->depth--;
	line(x, text);
}

/* <xs:facet value="N"/> */
static void
number_facet(const struct xsd *x, const char *facet, long long value)
{
	(void)fprintf(x->f, "%*s<xs:%s value=\"%lld\"/>\n", 2 * x->depth, "", facet,
	              value);
}

static void
documentation(const struct xsd *x, struct slice meaning, struct slice unit,
              struct slice clause)
{
	(void)fprintf(x->f, "%*s<xs:annotation><xs:documentation>", 2 * x->depth, "");
	text_write(x->f, meaning);
	if (unit.n != 0) {
		(void)fputs(", in ", x->f);
		text_write(x->f, unit);
	}
	if (clause.n != 0) {
		(void)fputs(" (", x->f);
		text_write(x->f, clause);
		(void)fputc(')', x->f);
	}
	(void)fputs("</xs:documentation></xs:annotation>\n", x->f);
}

static bool
there(const struct xsd *x, const struct dict_field *f)
{
	return f->editions != 0 && (x->edition == 0 || (f->editions & x->edition) != 0);
}

/* How often it must stand there; which kind of node it is in is another field's say. */
static uint32_t
needed(const struct xsd *x, const struct dict_field *f)
{
	bool all = x->edition != 0 ? (f->required_in & x->edition) != 0
	                           : (f->around & ~f->required_in) == 0;

	return all && f->required_of == 0 ? f->min : 0;
}

/* Of the values, those that are right by the standard, in this edition. */
static bool
value_right(const struct xsd *x, const struct dict_value *v)
{
	return v->weight == 0 && (x->edition == 0 || (v->editions & x->edition) != 0);
}

/* A literal in a pattern. */
static void
literal_write(FILE *f, struct slice s)
{
	size_t i;

	for (i = 0; i < s.n; i++) {
		if (strchr("\\|.^?*+{}()[]-", s.p[i]) != NULL)
			(void)fputc('\\', f);
		text_write(f, slice_of(s.p + i, 1));
	}
}

/* XSD's \d has the digits of all scripts. */
static void
pattern_write(FILE *f, struct slice pattern)
{
	size_t i;

	for (i = 0; i < pattern.n; i++) {
		if (pattern.p[i] == '\\' && i + 1 < pattern.n &&
		    pattern.p[i + 1] == 'd') {
			(void)fputs("[0-9]", f);
			i++;
		} else if (pattern.p[i] == '\\' && i + 1 < pattern.n) {
			text_write(f, slice_of(pattern.p + i, 2));
			i++;
		} else {
			text_write(f, slice_of(pattern.p + i, 1));
		}
	}
}

/* What one value of a type may be; NULL where the type has no pattern of its own. */
static const char *
type_pattern(enum dict_type type)
{
	switch (type) {
	case DICT_INTEGER:
		return "[+\\-]?[0-9]+";
	case DICT_DOUBLE:
		return "[+\\-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([eE][+\\-]?[0-9]+)?";
	case DICT_DATETIME:
		return "[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2}(\\.[0-9]+)?(Z|[+\\-][0-9]{2}:[0-9]{2})?";
	case DICT_DEVICEID:
		return "[0-9]{20}|[0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{8}";
	case DICT_HEX:
		return "[0-9A-Fa-f]*";
	default:
		return NULL;
	}
}

/* What one value may be: branches and values, with `between` between them. */
static void
alternatives_write(const struct xsd *x, const struct dict_field *f, const char *between)
{
	const char *of_type = type_pattern(f->type);
	struct slice pattern = of_type != NULL ? slice_str(of_type) : f->pattern, branch;
	bool first = pattern.n == 0;
	size_t i;

	/* Types whose pattern has groups are one branch. */
	while (f->type != DICT_DOUBLE && f->type != DICT_DATETIME &&
	       slice_cut(pattern, '|', &branch, &pattern)) {
		pattern_write(x->f, branch);
		(void)fputs(between, x->f);
	}
	if (of_type != NULL)
		text_write(x->f, pattern);
	else
		pattern_write(x->f, pattern);
	for (i = 0; i < f->values_total; i++) {
		if (!value_right(x, &f->values[i]))
			continue;
		if (!first)
			(void)fputs(between, x->f);
		first = false;
		literal_write(x->f, f->values[i].value);
	}
}

/* The pattern of a field: one value or several joined, and nothing where the standard
 * does not need something. Several facets are alternatives too: some readers (libxml2
 * 2.9) count wrongly where {20} and {2} are branches of one pattern. */
static void
pattern_facet(const struct xsd *x, const struct dict_field *f)
{
	if (f->type == DICT_PATTERN && needed(x, f) == 0)
		line(x, "<xs:pattern value=\"\"/>");
	(void)fprintf(x->f, "%*s<xs:pattern value=\"", 2 * x->depth, "");
	if (f->list != 0) {
		(void)fputc('(', x->f);
		alternatives_write(x, f, "|");
		(void)fputs(")(", x->f);
		literal_write(x->f, slice_of(&f->list, 1));
		(void)fputc('(', x->f);
		alternatives_write(x, f, "|");
		(void)fputs("))*", x->f);
	} else {
		alternatives_write(x, f, "\"/><xs:pattern value=\"");
	}
	(void)fputs("\"/>\n", x->f);
}

static void
enumeration(struct xsd *x, struct slice value, struct slice meaning)
{
	(void)fprintf(x->f, "%*s<xs:enumeration value=\"", 2 * x->depth, "");
	text_write(x->f, value);
	(void)fputs("\">\n", x->f);
	x->depth++;
	documentation(x, meaning, SLICE_EMPTY, SLICE_EMPTY);
	close_line(x, "</xs:enumeration>");
}

static size_t
values_right(const struct xsd *x, const struct dict_field *f)
{
	size_t i, n = 0;

	for (i = 0; i < f->values_total; i++)
		n += value_right(x, &f->values[i]);
	return n;
}

static void
enumerations(struct xsd *x, const struct dict_field *f)
{
	size_t i;

	open_line(x, "<xs:restriction base=\"xs:token\">");
	for (i = 0; i < f->values_total; i++)
		if (value_right(x, &f->values[i]))
			enumeration(x, f->values[i].value, f->values[i].meaning);
	/* An enumeration of nothing would let everything through. */
	if (values_right(x, f) == 0)
		line(x, "<xs:pattern value=\"[^\\s\\S]\"/>");
	close_line(x, "</xs:restriction>");
}

/* A number with its range; values with a name of their own may stand outside of it. */
static void
number_write(struct xsd *x, const struct dict_field *f)
{
	bool named = values_right(x, f) != 0;
	long long unit = f->type == DICT_DOUBLE ? MICRO : 1;

	if (named) {
		open_line(x, "<xs:union>");
		open_line(x, "<xs:simpleType>");
	}
	open_line(x, f->type == DICT_DOUBLE ? "<xs:restriction base=\"xs:double\">"
	                                    : "<xs:restriction base=\"xs:integer\">");
	if (f->has_low)
		number_facet(x, "minInclusive", f->low / unit);
	if (f->has_high)
		number_facet(x, "maxInclusive", f->high / unit);
	/* INF and NaN are no numbers here. */
	if (f->type == DICT_DOUBLE)
		line(
		    x,
		    "<xs:pattern value=\"[+\\-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([eE][+\\-]?[0-9]+)?\"/>");
	close_line(x, "</xs:restriction>");
	if (named) {
		close_line(x, "</xs:simpleType>");
		open_line(x, "<xs:simpleType>");
		enumerations(x, f);
		close_line(x, "</xs:simpleType>");
		close_line(x, "</xs:union>");
	}
}

/* The element by which a body says which command it is: below the root. */
static bool
names_command(const struct xsd *x, const struct dict_field *f)
{
	return f->index < x->command->field->children_total &&
	       x->command->field->children[f->index] == f &&
	       slice_eq(f->name, SLICE("CmdType")) &&
	       !slice_eq(x->command->CmdType, DICT_SIP_ANSWER);
}

static void
command_write(struct xsd *x)
{
	const struct dict_command *c = x->command;

	open_line(x, "<xs:restriction base=\"xs:token\">");
	enumeration(x, c->CmdType, c->meaning);
	if (c->alias_editions != 0 &&
	    (x->edition == 0 || (c->alias_editions & x->edition) != 0))
		enumeration(x, c->alias, SLICE("another spelling"));
	close_line(x, "</xs:restriction>");
}

static void
restricted(struct xsd *x, const struct dict_field *f, const char *base, bool patterned)
{
	(void)fprintf(x->f, "%*s<xs:restriction base=\"xs:%s\">\n", 2 * x->depth, "",
	              base);
	x->depth++;
	if ((f->type == DICT_STRING || f->type == DICT_PATTERN) && needed(x, f) != 0)
		number_facet(x, "minLength", 1);
	if (f->length_max != 0)
		number_facet(x, "maxLength", f->length_max);
	if (patterned)
		pattern_facet(x, f);
	close_line(x, "</xs:restriction>");
}

/* What stands in <xs:simpleType>. Blanks around a value are a note of gbscope's, so
 * everything is a token. */
static void
simple_write(struct xsd *x, const struct dict_field *f)
{
	if (names_command(x, f))
		command_write(x);
	else if (f->type == DICT_STRING)
		restricted(x, f, "token", false);
	else if (f->list != 0)
		restricted(x, f, "token", true);
	else if (f->type == DICT_INTEGER || f->type == DICT_DOUBLE)
		number_write(x, f);
	else if (f->type == DICT_ENUM)
		enumerations(x, f);
	else
		restricted(x, f, f->type == DICT_DATETIME ? "dateTime" : "token", true);
}

static bool
has_attributes(const struct dict_field *f)
{
	size_t i;

	for (i = 0; i < f->children_total; i++)
		if (f->children[i]->attribute)
			return true;
	return false;
}

static bool
holds_elements(const struct dict_field *f)
{
	return f->type == DICT_COMPLEX || f->type == DICT_OPEN;
}

/* Of the command's fields, which one: for the name of its type. */
static unsigned
number_of(const struct xsd *x, const struct dict_field *f)
{
	unsigned i = 0;

	while (i < x->command->fields_total && x->command->fields[i] != f)
		i++;
	return i;
}

static const struct dict_field *
main_of(const struct dict_field *f)
{
	return f->alias_of != NULL ? f->alias_of : f;
}

/* The spellings of f among its siblings that the edition has. */
static size_t
spellings(const struct xsd *x, const struct dict_field *in, const struct dict_field *f)
{
	size_t i, n = 0;

	for (i = 0; i < in->children_total; i++)
		n += main_of(in->children[i]) == f && there(x, in->children[i]);
	return n;
}

static void
attributes_write(struct xsd *x, const struct dict_field *in)
{
	size_t i;

	for (i = 0; i < in->children_total; i++) {
		const struct dict_field *f = in->children[i];

		if (!f->attribute || !there(x, f))
			continue;
		(void)fprintf(x->f, "%*s<xs:attribute name=\"", 2 * x->depth, "");
		text_write(x->f, f->name);
		/* One of several spellings is more than attributes can say. */
		(void)fputs(needed(x, main_of(f)) != 0 &&
		                    spellings(x, in, main_of(f)) == 1
		                ? "\" use=\"required\">\n"
		                : "\">\n",
		            x->f);
		x->depth++;
		documentation(x, f->meaning, f->unit, f->clause);
		open_line(x, "<xs:simpleType>");
		simple_write(x, f);
		close_line(x, "</xs:simpleType>");
		close_line(x, "</xs:attribute>");
	}
	if (in->type == DICT_OPEN)
		line(x, "<xs:anyAttribute processContents=\"skip\"/>");
}

/* A field being written whose children come next. */
static void children_write(struct xsd *x, const struct dict_field *in);

/* What stands in <xs:element>. */
static void
type_write(struct xsd *x, const struct dict_field *f)
{
	switch (f->type) {
	case DICT_COMPLEX:
		open_line(x, "<xs:complexType>");
		children_write(x, f);
		attributes_write(x, f);
		close_line(x, "</xs:complexType>");
		break;
	case DICT_OPEN:
		/* Known elements in it are declared at the top, where lax finds them. */
		open_line(x, "<xs:complexType mixed=\"true\">");
		open_line(x, "<xs:sequence>");
		line(
		    x,
		    "<xs:any minOccurs=\"0\" maxOccurs=\"unbounded\" processContents=\"lax\"/>");
		close_line(x, "</xs:sequence>");
		attributes_write(x, f);
		close_line(x, "</xs:complexType>");
		break;
	default:
		if (!has_attributes(f)) {
			open_line(x, "<xs:simpleType>");
			simple_write(x, f);
			close_line(x, "</xs:simpleType>");
			break;
		}
		open_line(x, "<xs:complexType>");
		open_line(x, "<xs:simpleContent>");
		(void)fprintf(x->f, "%*s<xs:extension base=\"type-%u\">\n", 2 * x->depth,
		              "", number_of(x, f));
		x->depth++;
		attributes_write(x, f);
		close_line(x, "</xs:extension>");
		close_line(x, "</xs:simpleContent>");
		close_line(x, "</xs:complexType>");
		break;
	}
}

static void
occurs_write(const struct xsd *x, uint32_t min, uint32_t max)
{
	if (min != 1)
		(void)fprintf(x->f, " minOccurs=\"%u\"", (unsigned)min);
	if (max == 0)
		(void)fputs(" maxOccurs=\"unbounded\"", x->f);
	else if (max != 1)
		(void)fprintf(x->f, " maxOccurs=\"%u\"", (unsigned)max);
}

static void
element_write(struct xsd *x, const struct dict_field *f, uint32_t min, uint32_t max)
{
	(void)fprintf(x->f, "%*s<xs:element name=\"", 2 * x->depth, "");
	text_write(x->f, f->name);
	(void)fputc('"', x->f);
	occurs_write(x, min, max);
	(void)fputs(">\n", x->f);
	x->depth++;
	documentation(x, f->meaning, f->unit, f->clause);
	type_write(x, f);
	close_line(x, "</xs:element>");
}

/* As deep as the dictionary nests. */
static void
children_write(struct xsd *x, const struct dict_field *in)
{
	size_t i, k;

	open_line(x, "<xs:sequence>");
	for (i = 0; i < in->children_total; i++) {
		const struct dict_field *f = in->children[i];
		size_t total = spellings(x, in, f);

		if (f->attribute || f->alias_of != NULL || total == 0)
			continue;
		if (total > 1) {
			(void)fprintf(x->f, "%*s<xs:choice", 2 * x->depth, "");
			occurs_write(x, needed(x, f), f->max);
			(void)fputs(">\n", x->f);
			x->depth++;
		}
		for (k = i; k < in->children_total; k++)
			if (main_of(in->children[k]) == f && there(x, in->children[k]))
				element_write(x, in->children[k],
				              total > 1 ? 1 : needed(x, f),
				              total > 1 ? 1 : f->max);
		if (total > 1)
			close_line(x, "</xs:choice>");
	}
	close_line(x, "</xs:sequence>");
}

/* Two fields of one name in open content that are not the same one: neither is known. */
static bool
ambiguous(const struct xsd *x, const struct dict_field *f)
{
	const struct dict_command *c = x->command;
	size_t i, k;

	if (slice_eq(f->name, c->root))
		return true;
	for (i = 0; i < c->fields_total; i++)
		for (k = 0;
		     c->fields[i]->type == DICT_OPEN && k < c->fields[i]->children_total;
		     k++) {
			const struct dict_field *other = c->fields[i]->children[k];

			/* What one group brought twice stands in one place of the text. */
			if (slice_eq(other->name, f->name) && other->name.p != f->name.p)
				return true;
		}
	return false;
}

/* Is it the first of those that one group brought? */
static bool
first_of(const struct xsd *x, const struct dict_field *f)
{
	const struct dict_command *c = x->command;
	size_t i, k;

	for (i = 0; i < c->fields_total; i++)
		for (k = 0;
		     c->fields[i]->type == DICT_OPEN && k < c->fields[i]->children_total;
		     k++)
			if (c->fields[i]->children[k]->name.p == f->name.p)
				return c->fields[i]->children[k] == f;
	return false;
}

/* What is known of open content, for processContents="lax". */
static void
open_children_write(struct xsd *x)
{
	const struct dict_command *c = x->command;
	size_t i, k;

	for (i = 0; i < c->fields_total; i++)
		for (k = 0;
		     c->fields[i]->type == DICT_OPEN && k < c->fields[i]->children_total;
		     k++) {
			const struct dict_field *f = c->fields[i]->children[k];

			if (f->attribute || ambiguous(x, f) || !first_of(x, f) ||
			    (f->alias_of != NULL && !there(x, f)))
				continue;
			if (there(x, f)) {
				element_write(x, f, 1, 1);
				continue;
			}
			/* Another edition's: nothing is right in it. */
			(void)fprintf(x->f, "%*s<xs:element name=\"", 2 * x->depth, "");
			text_write(x->f, f->name);
			(void)fputs("\" abstract=\"true\"/>\n", x->f);
		}
}

/* Fields with a value and attributes need a type with a name. */
static void
types_write(struct xsd *x)
{
	const struct dict_command *c = x->command;
	size_t i;

	for (i = 0; i < c->fields_total; i++) {
		if (holds_elements(c->fields[i]) || !has_attributes(c->fields[i]))
			continue;
		(void)fprintf(x->f, "%*s<xs:simpleType name=\"type-%u\">\n", 2 * x->depth,
		              "", number_of(x, c->fields[i]));
		x->depth++;
		simple_write(x, c->fields[i]);
		close_line(x, "</xs:simpleType>");
	}
}

void
xsd_name_write(FILE *f, const struct dict_command *c)
{
	/* The answer in the 200 has no name of its own, and no name begins with a digit. */
	(void)fprintf(f, SLICE_FMT "-", SLICE_ARG(c->root));
	if (slice_eq(c->CmdType, DICT_SIP_ANSWER))
		(void)fputs("200", f);
	else
		(void)fprintf(f, SLICE_FMT, SLICE_ARG(c->CmdType));
}

void
xsd_write(FILE *f, const struct dict_command *c, uint8_t edition)
{
	struct xsd x = {.f = f, .command = c, .edition = edition};

	line(&x, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
	open_line(&x, "<xs:schema xmlns:xs=\"http://www.w3.org/2001/XMLSchema\">");
	documentation(&x,
	              edition == EDITION_2011 ? SLICE("GB/T 28181-2011")
	              : edition == EDITION_2014
	                  ? SLICE("GB/T 28181-2011 as amended in 2014")
	              : edition == EDITION_2016 ? SLICE("GB/T 28181-2016")
	              : edition == EDITION_2022 ? SLICE("GB/T 28181-2022")
	                                        : SLICE("GB/T 28181, all editions"),
	              SLICE_EMPTY, SLICE_EMPTY);
	element_write(&x, c->field, 1, 1);
	open_children_write(&x);
	types_write(&x);
	close_line(&x, "</xs:schema>");
}
