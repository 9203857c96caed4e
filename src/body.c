#include "src/body.h"

#include <stdlib.h>

#include "src/body_why.h"
#include "src/charset.h"
#include "src/declaration.h"
#include "src/dict.h"
#include "src/dict_file.h"
#include "src/xml.h"
#include "src/xml_mend.h"

enum { PROBLEMS_FIRST = 8, BOM_OCTETS = 3 };

struct body_reader {
	size_t bytes_max;
	struct xml *xml;
	struct charset_converter *converter;
	struct arena memory; /* the dictionary's */
	const struct dict *dict;
};

/* One body being read. */
struct reading {
	struct body_reader *r;
	const struct body_in *in;
	struct arena *a;
	struct body *out;
	size_t room;
	struct declaration declaration;
	struct charset_found found;
	enum charset declared;
};

const char *
body_verdict_name(enum body_verdict v)
{
	static const char *const names[] = {
	    [BODY_NONE] = NULL,         [BODY_VALID] = "valid",
	    [BODY_INVALID] = "invalid", [BODY_MALFORMED] = "malformed",
	    [BODY_UNKNOWN] = "unknown",
	};

	return names[v];
}

static void
tell(struct reading *g, const struct body_problem *p)
{
	struct body *out = g->out;

	if (out->problems_total == g->room) {
		size_t room = g->room ? g->room * 2 : PROBLEMS_FIRST;
		struct body_problem *more = arena_array(g->a, room, sizeof(*more));

		if (more == NULL)
			return; /* the arena's `failed` says so */
		if (out->problems_total != 0)
			memcpy(more, out->problems, out->problems_total * sizeof(*more));
		out->problems = more;
		g->room = room;
	}
	out->problems[out->problems_total++] = *p;
}

static const struct dict *
dict_load(struct body_reader *r, const char *const *files, size_t total, struct err *e)
{
	struct dict_source *sources = dict_sources(files, total, &r->memory, e);
	const struct dict *d;
	struct limits own;
	struct xml *x;

	if (sources == NULL)
		return NULL;
	/* A capture's limits are not the dictionary's. */
	limits_init(&own);
	x = xml_new(&own);
	if (x == NULL) {
		(void)err_set(e, "libxml2: out of memory");
		return NULL;
	}
	d = dict_new(sources, total + 1, x, &r->memory, e);
	xml_free(x);
	return d;
}

struct body_reader *
body_new(const struct limits *l, struct err *e)
{
	return body_new_with(l, NULL, 0, e);
}

struct body_reader *
body_new_with(const struct limits *l, const char *const *dictionaries, size_t total,
              struct err *e)
{
	struct body_reader *r = calloc(1, sizeof(*r));

	if (r == NULL) {
		(void)err_set(e, "out of memory");
		return NULL;
	}
	r->bytes_max = (size_t)l->max[LIMIT_BODY_BYTES];
	arena_init(&r->memory, 0);
	r->converter = charset_new(e);
	if (r->converter != NULL)
		r->dict = dict_load(r, dictionaries, total, e);
	if (r->dict != NULL) {
		r->xml = xml_new(l);
		if (r->xml == NULL)
			(void)err_set(e, "libxml2: out of memory");
	}
	if (r->xml == NULL) {
		body_free(r);
		return NULL;
	}
	return r;
}

/* "B6 AB": the first octets. */
static struct slice
octets_words(struct slice s, struct arena *a)
{
	static const char digits[] = "0123456789ABCDEF";
	char hex[16];
	size_t i;

	for (i = 0; i < s.n && i < 4; i++) {
		hex[3 * i] = digits[s.p[i] >> 4];
		hex[3 * i + 1] = digits[s.p[i] & 15];
		hex[3 * i + 2] = ' ';
	}
	return i == 0 ? SLICE_EMPTY : arena_keep(a, slice_of(hex, 3 * i - 1));
}

static void
tell_invalid(struct reading *g)
{
	const struct charset_found *f = &g->found;
	const char *what = f->cut ? "the body ends in the midst of a character"
	                          : "the octets there are no character";
	struct slice before = slice_head(g->in->bytes, f->bad_offset),
	             hex = octets_words(f->bad_octets, g->a);
	uint32_t line = 1;
	size_t i;

	/* The half character that the capture cut is nobody's fault. */
	if (f->bad == 0 || (f->cut && f->bad == 1 && g->in->cut))
		return;
	for (i = slice_index(before, '\n'); i < before.n; i = slice_index(before, '\n')) {
		line++;
		before = slice_tail(before, i + 1);
	}
	tell(g, &(struct body_problem){
	            .rule = RULE_MANSCDP_CHARSET_INVALID,
	            .value = arena_keep(g->a, f->bad_octets),
	            .expected = slice_str(charset_name(f->charset)),
	            .line = line,
	            .detail = text_format(
	                g->a, "%s: offset %zu, octets " SLICE_FMT ", %zu such %s", what,
	                f->bad_offset, SLICE_ARG(hex), f->places,
	                f->places == 1 ? "place" : "places"),
	        });
}

/* Declared one set, written in another. ASCII is part of all of them. */
/* "; the first that prove it are at octet 213: B6 AB" */
static struct slice
proof_words(struct reading *g)
{
	const struct charset_found *f = &g->found;
	struct slice hex = octets_words(f->against, g->a);

	if (hex.n == 0)
		return SLICE_EMPTY;
	return text_format(g->a, "; the first that prove it are at octet %zu: " SLICE_FMT,
	                   f->against_offset, SLICE_ARG(hex));
}

static void
tell_charset(struct reading *g)
{
	enum charset is = g->found.charset, said = g->declared;
	struct slice name = g->out->declared.n ? g->out->declared
	                                       : arena_keep(g->a, g->in->charset),
	             real = slice_str(charset_name(is));
	bool same = is == said || (charset_is_gb(is) && charset_is_gb(said)) ||
	            is == CHARSET_NONE || is == CHARSET_ASCII;

	if (said == CHARSET_OTHER || said == CHARSET_UTF16)
		tell(g, &(struct body_problem){
		            .rule = RULE_MANSCDP_CHARSET_UNKNOWN,
		            .value = name,
		            .expected = SLICE("GB2312, GBK, GB18030 or UTF-8")});
	else if (said == CHARSET_NONE && charset_is_gb(is))
		/* XML 1.0 4.3.3: without a declaration it is UTF-8. */
		tell(g, &(struct body_problem){.rule = RULE_MANSCDP_CHARSET_MISMATCH,
		                               .value = SLICE("none, which means UTF-8"),
		                               .expected = real,
		                               .detail = proof_words(g)});
	else if (said == CHARSET_NONE && g->declaration.present &&
	         !g->declaration.unended)
		tell(g, &(struct body_problem){
		            .rule = RULE_MANSCDP_NO_ENCODING,
		            .expected = SLICE("encoding=\"GB2312\" or \"GB18030\"")});
	else if (said != CHARSET_NONE && !same)
		tell(g, &(struct body_problem){.rule = RULE_MANSCDP_CHARSET_MISMATCH,
		                               .value = name,
		                               .expected = real,
		                               .detail = proof_words(g)});
	else if (charset_is_gb(is) && is > said && g->found.beyond.n != 0)
		tell(g, &(struct body_problem){
		            .rule = RULE_MANSCDP_CHARSET_NARROW,
		            .value = name,
		            .expected = real,
		            .detail = body_text(g->r, g->found.beyond, g->a)});
	tell_invalid(g);
}

static void
tell_front(struct reading *g)
{
	if (g->declaration.bom)
		tell(g, &(struct body_problem){.rule = RULE_MANSCDP_BOM, .line = 1});
	if (g->declaration.late)
		tell(g, &(struct body_problem){.rule = RULE_MANSCDP_DECLARATION_LATE,
		                               .line = 1});
	if (g->declaration.bad)
		tell(g, &(struct body_problem){.rule = RULE_MANSCDP_DECLARATION_BAD,
		                               .line = 1});
}

/* Which rule a problem of the dictionary's is, by how bad it is: note, warning, error. */
static const enum rule kind_rules[MANSCDP_PROBLEM_TOTAL][3] = {
#define ONE(rule)                                                                        \
	{                                                                                \
		RULE_MANSCDP_##rule, RULE_MANSCDP_##rule, RULE_MANSCDP_##rule            \
	}
#define TWO(low, high)                                                                   \
	{                                                                                \
		RULE_MANSCDP_##low, RULE_MANSCDP_##low, RULE_MANSCDP_##high              \
	}
#define ALL(note, warning, error)                                                        \
	{                                                                                \
		RULE_MANSCDP_##note, RULE_MANSCDP_##warning, RULE_MANSCDP_##error        \
	}
    [MANSCDP_UNKNOWN_COMMAND] = TWO(COMMAND_UNKNOWN, ROOT_UNKNOWN),
    [MANSCDP_MISSING] = TWO(FIELD_ABSENT, FIELD_MISSING),
    [MANSCDP_REPEATED] = TWO(FIELD_REPEATED_ODD, FIELD_REPEATED),
    [MANSCDP_MISPLACED] = ONE(FIELD_MISPLACED),
    [MANSCDP_UNKNOWN_FIELD] = ONE(FIELD_UNKNOWN),
    [MANSCDP_CASE] = ONE(FIELD_CASE),
    [MANSCDP_TYPE] = ALL(VALUE_VENDOR, VALUE_ODD, FIELD_TYPE),
    [MANSCDP_RANGE] = ALL(VALUE_VENDOR, VALUE_ODD, FIELD_RANGE),
    [MANSCDP_ENUM] = ALL(VALUE_VENDOR, VALUE_ODD, FIELD_ENUM),
    [MANSCDP_LENGTH] = ONE(FIELD_LENGTH),
    [MANSCDP_EMPTY] = ALL(FIELD_EMPTY_OPTIONAL, FIELD_BLANK, FIELD_EMPTY),
    [MANSCDP_SPACE] = ONE(FIELD_SPACE),
    [MANSCDP_EDITION] = TWO(EDITION_GUESSED, EDITION),
    [MANSCDP_ORDER] = ONE(FIELD_ORDER),
    [MANSCDP_DEVICEID] = ALL(DEVICEID_FORM, DEVICEID_ODD, DEVICEID_INVALID),
    [MANSCDP_COUNT] = ONE(COUNT_MISMATCH),
    [MANSCDP_TEXT] = ONE(FIELD_TEXT),
    [MANSCDP_CONDITION] = ALL(FIELD_EXPECTED, FIELD_CONDITION, FIELD_CONDITION),
    [MANSCDP_METHOD_FORM] = ONE(METHOD_FORM),
    [MANSCDP_CHOICE] = ONE(COMMAND_SEVERAL),
    [MANSCDP_VALUE_EDITION] = ONE(VALUE_EDITION),
    [MANSCDP_MIXED] = ONE(EDITIONS_MIXED),
    [MANSCDP_NODE] = ONE(NODE_PARENT),
    [MANSCDP_SPELLING] = ONE(FIELD_SPELLING),
    [MANSCDP_PTZ] = ALL(PTZ_SPEED, PTZ_ODD, PTZ_INVALID),
    [MANSCDP_PARENT_SELF] = ONE(PARENT_SELF),
    [MANSCDP_ALARM_TYPE] = ONE(ALARM_TYPE),
};

static void
tell_field(struct reading *g, const struct manscdp_problem *p)
{
	uint8_t weight = p->weight;
	struct slice value = p->value;

	if (p->kind == MANSCDP_EDITION && g->in->edition_guessed)
		weight = MANSCDP_WARNING;
	if (p->secret && value.n != 0)
		value = text_format(g->a, "<%zu octets>", value.n);
	tell(g, &(struct body_problem){
	            .rule = kind_rules[p->kind][weight - 1],
	            .field = p->path,
	            .value = value,
	            .expected = p->expected,
	            .line = p->line,
	            .detail = p->clause,
	        });
}

/* Of a tree without its end: what may yet have come, and what is not whole, is not wrong. Of one
 * that was mended: what its shape says is ours. */
static bool
told_of_half(const struct manscdp_problem *p, const struct xml_tree *tree)
{
	static const bool whole[MANSCDP_PROBLEM_TOTAL] = {
	    [MANSCDP_MISSING] = true,    [MANSCDP_COUNT] = true,
	    [MANSCDP_CONDITION] = true,  [MANSCDP_EMPTY] = true,
	    [MANSCDP_ALARM_TYPE] = true,
	};
	static const bool shape[MANSCDP_PROBLEM_TOTAL] = {
	    [MANSCDP_MISPLACED] = true, [MANSCDP_UNKNOWN_FIELD] = true,
	    [MANSCDP_ORDER] = true,     [MANSCDP_REPEATED] = true,
	    [MANSCDP_TEXT] = true,      [MANSCDP_SPACE] = true,
	};
	size_t i;

	if (whole[p->kind] || (tree->end == XML_OK && shape[p->kind]))
		return false;
	for (i = 0; i < tree->open_total; i++)
		if (tree->open[i] == p->node)
			return false;
	return true;
}

/* Does the root say something already? A half tree may have ended before CmdType. */
static void
judge(struct reading *g, struct xml_tree *tree, bool whole)
{
	struct body_reader *r = g->r;
	struct manscdp *m = &g->out->m;
	const struct dict_command *as = NULL;
	enum dis dis;
	uint32_t i;
	size_t k;

	if (tree->nodes_total == 0)
		return;
	for (i = 0; i < tree->nodes_total && g->in->response; i++)
		if (tree->nodes[i].depth == 1 &&
		    slice_eq(tree->nodes[i].name, SLICE("Result")) &&
		    slice_eq(tree->nodes[0].name, SLICE("Response")))
			as = dict_find(r->dict, SLICE("Response"), DICT_SIP_ANSWER);
	dis = manscdp_judge(r->dict, as, tree->nodes, tree->nodes_total, g->in->edition,
	                    g->a, m);
	for (k = 0; k < m->problems_total; k++)
		if (whole || told_of_half(&m->problems[k], tree))
			tell_field(g, &m->problems[k]);
	if (dis == DIS_LIMIT)
		tell(g, &(struct body_problem){.rule = RULE_MANSCDP_TOO_MANY_PROBLEMS});
}

/* Octets behind the root's end tag: blanks, comments and instructions may stand there:
 * XML 1.0 2.1 [1]. */
static void
tell_rest(struct reading *g, struct slice rest, uint32_t line)
{
	struct slice s = slice_trim(rest);
	const char *what = "text";
	size_t i;

	/* Each round takes a comment or an instruction. */
	while (slice_starts(s, SLICE("<!--")) || slice_starts(s, SLICE("<?"))) {
		struct slice end = s.p[1] == '!' ? SLICE("-->") : SLICE("?>");
		size_t at = slice_find(slice_tail(s, 2), end);

		s = slice_trim(slice_tail(s, 2 + at + end.n));
	}
	if (s.n == 0)
		return;
	for (i = 0; i < s.n && (s.p[i] == 0 || ascii_space(s.p[i])); i++)
		;
	if (i == s.n)
		what = "NUL octets";
	else if (s.p[i] == '<')
		what = "a second document";
	tell(g, &(struct body_problem){
	            .rule = RULE_MANSCDP_TRAILING_BYTES,
	            .value = text_short(s),
	            .line = line,
	            .detail = text_format(g->a, "%zu octets: %s", s.n, what),
	        });
}

static uint32_t
lines_in(struct slice s)
{
	uint32_t n = 0;
	size_t i;

	/* Each round takes a line. */
	for (i = slice_index(s, '\n'); i < s.n; i = slice_index(s, '\n')) {
		n++;
		s = slice_tail(s, i + 1);
	}
	return n;
}

static size_t
characters_in(struct slice utf8)
{
	size_t n = 0, i;

	for (i = 0; i < utf8.n; i++)
		n += (utf8.p[i] & 0xC0) != 0x80;
	return n;
}

/* " (in <Name>, octet 512; 3 places mended to read on)" */
static struct slice
mended_words(struct reading *g, const struct xml_mended *mended)
{
	struct slice whole = g->out->text, bytes = g->in->bytes;
	size_t skip = g->declaration.bom ? BOM_OCTETS : 0;
	struct slice before = slice_head(whole, g->declaration.skip + mended->offset);
	struct slice element = text_short(mended->element);

	if (mended->faults == 0)
		return SLICE_EMPTY;
	skip += charset_octets(g->found.charset, slice_tail(bytes, skip),
	                       characters_in(before));
	return text_format(g->a,
	                   " (%s%s" SLICE_FMT "%soctet %zu; %zu %s mended to read on)",
	                   element.n ? "in " : "", element.n ? "<" : "",
	                   SLICE_ARG(element), element.n ? ">, " : "", skip,
	                   mended->faults, mended->faults == 1 ? "place" : "places");
}

static void
tell_malformed(struct reading *g, const struct body_why_in *in,
               const struct xml_mended *mended)
{
	struct slice more;
	struct body_why why;

	body_why(in, g->a, &why);
	more = why.early ? SLICE_EMPTY : mended_words(g, mended);
	/* What the capture lacks is not the sender's fault. */
	if (g->in->cut && in->tree->at_end)
		tell(g, &(struct body_problem){.rule = RULE_MANSCDP_CUT,
		                               .line = why.line,
		                               .detail =
		                                   SLICE("the capture lacks the end")});
	else
		tell(g,
		     &(struct body_problem){
		         .rule = RULE_MANSCDP_XML_MALFORMED,
		         .line = why.line,
		         .detail = text_format(g->a, SLICE_FMT SLICE_FMT,
		                               SLICE_ARG(why.detail), SLICE_ARG(more))});
}

static void
tell_end(struct reading *g, const struct xml_tree *tree, struct slice text, uint32_t line,
         const struct xml_mended *mended)
{
	static const enum rule rules[] = {
	    [XML_DOCTYPE] = RULE_MANSCDP_DOCTYPE,
	    [XML_TOO_DEEP] = RULE_MANSCDP_XML_DEPTH,
	    [XML_TOO_WIDE] = RULE_MANSCDP_XML_ATTRIBUTES,
	    [XML_TOO_MANY] = RULE_MANSCDP_XML_NODES,
	    [XML_MEMORY] = RULE_MANSCDP_XML_NODES,
	};

	if (tree->namespaces)
		tell(g, &(struct body_problem){.rule = RULE_MANSCDP_NAMESPACE});
	switch (tree->end) {
	case XML_OK:
		tell_rest(g, slice_tail(text, tree->end_offset), tree->line);
		break;
	case XML_MALFORMED:
		tell_malformed(g,
		               &(struct body_why_in){.text = text,
		                                     .octets = g->in->bytes.n,
		                                     .line = line,
		                                     .tree = tree,
		                                     .found = &g->found,
		                                     .declared = g->declared},
		               mended);
		break;
	case XML_DOCTYPE:
	case XML_TOO_DEEP:
	case XML_TOO_WIDE:
	case XML_TOO_MANY:
	case XML_MEMORY:
		tell(g, &(struct body_problem){.rule = rules[tree->end],
		                               .line = tree->line + line - 1});
		break;
	}
}

static enum body_verdict
verdict(const struct body *b)
{
	size_t i;

	if (b->m.command == NULL)
		return BODY_UNKNOWN;
	for (i = 0; i < b->problems_total; i++)
		if (rule_infos[b->problems[i].rule].gb28181 == SEVERITY_ERROR)
			return BODY_INVALID;
	return BODY_VALID;
}

/* What a strict receiver throws away is read on in a mended copy, where that tells more. */
static void
tree_mend(struct reading *g, struct slice text, struct xml_tree *tree,
          struct xml_mended *mended)
{
	struct xml_tree more;

	if (!xml_mend(text, g->a, mended))
		return;
	xml_read(g->r->xml, mended->text, g->a, &more);
	if (more.end != XML_MEMORY && more.nodes_total >= tree->nodes_total)
		*tree = more;
	else
		*mended = (struct xml_mended){.faults = 0};
}

static void
tree_read(struct reading *g)
{
	struct slice text = slice_tail(g->out->text, g->declaration.skip);
	uint32_t line = 1 + lines_in(slice_head(g->out->text, g->declaration.skip));
	struct xml_mended mended = {.faults = 0};
	struct xml_tree tree, first;
	size_t i;

	xml_read(g->r->xml, text, g->a, &tree);
	first = tree;
	if (first.end == XML_MALFORMED)
		tree_mend(g, text, &tree, &mended);
	for (i = 0; i < tree.nodes_total; i++)
		tree.nodes[i].line += line - 1;
	tell_end(g, &first, text, line, &mended);
	judge(g, &tree, tree.end == XML_OK && !mended.reshaped);
	if (first.end == XML_OK)
		g->out->verdict = verdict(g->out);
}

/* Finds the character set, makes UTF-8 of the octets, and reads the declaration. */
static void
text_make(struct reading *g)
{
	struct slice bytes = g->in->bytes, text;

	declaration_read(bytes, &g->declaration);
	g->declared = charset_declared(g->declaration.encoding);
	if (g->declared == CHARSET_NONE)
		g->declared = charset_declared(g->in->charset);
	if (g->declaration.bom)
		bytes = slice_tail(bytes, BOM_OCTETS);
	charset_find(bytes, g->declared, &g->found);
	if (g->declaration.bom) {
		g->found.bad_offset += BOM_OCTETS;
		g->found.against_offset += BOM_OCTETS;
		if (g->found.charset == CHARSET_ASCII)
			g->found.charset = CHARSET_UTF8;
	}
	g->out->charset = charset_name(g->found.charset);
	if (!charset_utf8(g->r->converter, g->found.charset, bytes, g->a, &text))
		return;
	/* What is ASCII was not copied. */
	g->out->text = text.p == bytes.p ? arena_keep(g->a, text) : text;
	/* Characters in the declaration itself move what follows it. */
	if (!g->declaration.bom)
		declaration_read(g->out->text, &g->declaration);
	else
		g->declaration.skip -= BOM_OCTETS;
}

void
body_read(struct body_reader *r, const struct body_in *in, struct arena *a,
          struct body *out)
{
	struct reading g = {.r = r, .in = in, .a = a, .out = out};

	*out = (struct body){.verdict = BODY_MALFORMED, .charset = ""};
	if (in->bytes.n == 0) {
		tell(&g, &(struct body_problem){
		             .rule = in->cut ? RULE_MANSCDP_CUT : RULE_MANSCDP_EMPTY,
		             .detail = SLICE("nothing of it is there")});
		return;
	}
	if (in->bytes.n > r->bytes_max) {
		tell(&g, &(struct body_problem){
		             .rule = RULE_MANSCDP_TOO_LARGE,
		             .value = text_format(a, "%zu", in->bytes.n),
		             .expected = text_format(a, "%zu", r->bytes_max)});
		return;
	}
	text_make(&g);
	if (a->failed)
		return;
	out->declared = arena_keep(a, g.declaration.encoding);
	if (g.found.charset == CHARSET_UTF16) {
		tell(&g, &(struct body_problem){.rule = RULE_MANSCDP_UTF16, .line = 1});
		return;
	}
	tell_front(&g);
	tell_charset(&g);
	if (g.declaration.unended) {
		/* The parser would follow a declaration that nobody has looked at. */
		tell(&g,
		     &(struct body_problem){
		         .rule = in->cut ? RULE_MANSCDP_CUT : RULE_MANSCDP_XML_MALFORMED,
		         .line = 1,
		         .detail = SLICE(
		             "the XML declaration does not end, or stands there twice")});
		return;
	}
	tree_read(&g);
}

const struct dict *
body_dict(const struct body_reader *r)
{
	return r->dict;
}

struct slice
body_text(struct body_reader *r, struct slice bytes, struct arena *a)
{
	struct charset_found found;
	struct slice text;

	charset_find(bytes, CHARSET_NONE, &found);
	return charset_utf8(r->converter, found.charset, bytes, a, &text) ? text
	                                                                  : SLICE_EMPTY;
}

void
body_free(struct body_reader *r)
{
	if (r == NULL)
		return;
	xml_free(r->xml);
	charset_free(r->converter);
	arena_free(&r->memory);
	free(r);
}
