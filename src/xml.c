#include "src/xml.h"

#include <stdlib.h>

#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/xmlerror.h>

#include "src/xml_plain.h"
#include "src/xml_scan.h"

enum {
	NODES_FIRST = 256,
	NODES_KEPT = 8192
}; /* room for nodes: at first, and at most between two texts */

struct open_element {
	uint32_t node;
	bool mixed;   /* its text ended at a child */
	size_t start; /* of its text in the pool */
};

struct xml {
	xmlParserCtxtPtr context;
	struct xml_plain plain;
	size_t depth_max, attributes_max, nodes_max;

	/* The text that is read now. */
	struct manscdp_node *nodes;
	size_t nodes_total, nodes_room;
	struct open_element *open; /* depth_max of them */
	size_t open_total;
	/* Names and texts: as much as the text, since each octet goes in once at most. */
	uint8_t *pool;
	size_t pool_used, pool_room;
	bool namespaces, done, at_end;
	size_t end_offset;
	uint32_t line;
	enum xml_end end;
	const char *why;
};

/* What libxml2 calls some errors by number, in our words. */
static const struct {
	int code;
	const char *why;
} error_words[] = {
    {XML_ERR_ATTRIBUTE_REDEFINED, "an attribute stands twice in its element"},
    {XML_ERR_ATTRIBUTE_NOT_STARTED, "an attribute's value has no quotes"},
    {XML_ERR_ATTRIBUTE_WITHOUT_VALUE, "an attribute has no value"},
    {XML_ERR_INVALID_CHARREF, "a character reference names no character that XML has"},
    {XML_ERR_INVALID_CHAR, "a character that XML does not have"},
    {XML_ERR_RESERVED_XML_NAME, "an XML declaration stands in the midst of the body"},
    {XML_ERR_MISPLACED_CDATA_END,
     "']]>' stands in the text; its '>' has to be written &gt;"},
    {XML_ERR_HYPHEN_IN_COMMENT, "'--' stands in a comment"},
    {XML_ERR_SPACE_REQUIRED, "a blank is missing between two attributes"},
};

static void
stop(struct xml *x, enum xml_end end)
{
	if (x->end == XML_OK) {
		x->end = end;
		if (x->context->input != NULL && x->context->input->line > 0)
			x->line = (uint32_t)x->context->input->line;
	}
	x->done = true;
	xmlStopParser(x->context);
}

static struct slice
pool_add(struct xml *x, const xmlChar *p, size_t n)
{
	uint8_t *at = x->pool + x->pool_used;

	/* Cannot happen by the pool's size; a parser that hands out more than it got
	 * stops here. */
	if (n > x->pool_room - x->pool_used) {
		stop(x, XML_MEMORY);
		return SLICE_EMPTY;
	}
	if (n != 0)
		memcpy(at, p, n);
	x->pool_used += n;
	return slice_of(at, n);
}

static struct manscdp_node *
node_add(struct xml *x)
{
	struct manscdp_node *node;

	if (x->nodes_total >= x->nodes_max) {
		stop(x, XML_TOO_MANY);
		return NULL;
	}
	if (x->nodes_total == x->nodes_room) {
		size_t room = x->nodes_room ? x->nodes_room * 2 : NODES_FIRST;

		node = realloc(x->nodes, room * sizeof(*node));
		if (node == NULL) {
			stop(x, XML_MEMORY);
			return NULL;
		}
		x->nodes = node;
		x->nodes_room = room;
	}
	node = &x->nodes[x->nodes_total];
	*node = (struct manscdp_node){.parent = MANSCDP_NONE};
	node->line = (uint32_t)x->context->input->line;
	if (x->open_total != 0)
		node->parent = x->open[x->open_total - 1].node;
	node->depth = (uint16_t)x->open_total;
	x->nodes_total++;
	return node;
}

static bool
blank(struct slice s)
{
	return slice_trim(s).n == 0;
}

/* A child begins: blanks before it are layout, anything else is kept. */
static void
text_interrupt(struct xml *x)
{
	struct open_element *e = &x->open[x->open_total - 1];
	struct manscdp_node *node = &x->nodes[e->node];

	node->leaf = false;
	if (e->mixed)
		return;
	if (blank(node->text)) {
		x->pool_used -= node->text.n;
		node->text = SLICE_EMPTY;
	} else {
		e->mixed = true;
	}
}

static void
on_attributes(struct xml *x, uint32_t parent, int total, const xmlChar **attributes)
{
	int i;

	for (i = 0; i < total && !x->done; i++) {
		const xmlChar **at =
		    attributes + (ptrdiff_t)i * 5; /* name, prefix, URI, value, end */
		struct manscdp_node *node = node_add(x);

		if (node == NULL)
			return;
		node->parent = parent;
		node->attribute = true;
		node->leaf = true;
		if (at[1] != NULL)
			x->namespaces = true;
		node->name = pool_add(x, at[0], (size_t)xmlStrlen(at[0]));
		node->text = pool_add(x, at[3], (size_t)(at[4] - at[3]));
	}
}

static void
on_start(void *data, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
         int namespaces_total, const xmlChar **namespaces, int attributes_total,
         int defaulted_total, const xmlChar **attributes)
{
	struct xml *x = data;
	struct manscdp_node *node;
	uint32_t index = (uint32_t)x->nodes_total;

	(void)uri;
	(void)namespaces;
	(void)defaulted_total;
	if (x->done)
		return;
	if (x->open_total == x->depth_max) {
		stop(x, XML_TOO_DEEP);
		return;
	}
	if ((size_t)attributes_total + (size_t)namespaces_total > x->attributes_max) {
		stop(x, XML_TOO_WIDE);
		return;
	}
	if (x->open_total != 0)
		text_interrupt(x);
	node = node_add(x);
	if (node == NULL)
		return;
	node->leaf = true;
	node->name = pool_add(x, name, (size_t)xmlStrlen(name));
	if (namespaces_total != 0 || prefix != NULL)
		x->namespaces = true;
	x->open[x->open_total++] = (struct open_element){.node = index, .start = 0};
	on_attributes(x, index, attributes_total, attributes);
	x->open[x->open_total - 1].start = x->pool_used;
}

static void
on_text(void *data, const xmlChar *p, int n)
{
	struct xml *x = data;
	struct open_element *e;
	struct manscdp_node *node;
	struct slice piece = slice_of(p, (size_t)n);

	if (x->done || x->open_total == 0)
		return;
	e = &x->open[x->open_total - 1];
	node = &x->nodes[e->node];
	if (e->mixed)
		return;
	if (!node->leaf && node->text.n == 0) {
		/* After a child: a run begins where something is not blank. */
		if (blank(piece))
			return;
		e->start = x->pool_used;
	}
	if (pool_add(x, p, piece.n).n != piece.n)
		return;
	node->text = slice_of(x->pool + e->start, x->pool_used - e->start);
}

static void
on_end(void *data, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
	struct xml *x = data;

	(void)name;
	(void)prefix;
	(void)uri;
	if (x->done || x->open_total == 0)
		return;
	if (--x->open_total == 0) {
		/* What follows the root is not for the parser: it would call the whole
		 * malformed. */
		x->end_offset =
		    (size_t)(x->context->input->cur - x->context->input->base) +
		    (size_t)x->context->input->consumed;
		x->done = true;
		x->line = (uint32_t)x->context->input->line;
		xmlStopParser(x->context);
	}
}

/* Comes before anything of the DTD is read, so no entity is ever declared. */
static void
on_doctype(void *data, const xmlChar *name, const xmlChar *public_id,
           const xmlChar *system_id)
{
	(void)name;
	(void)public_id;
	(void)system_id;
	stop(data, XML_DOCTYPE);
}

static void
on_error(void *data, xmlErrorPtr error)
{
	struct xml *x = data;

	size_t i;
	const xmlChar *cur = x->context->input != NULL ? x->context->input->cur : NULL;

	if (x->done || error->level != XML_ERR_FATAL)
		return;
	if (cur != NULL && cur <= x->context->input->end)
		x->at_end =
		    cur == x->context->input->end ||
		    memchr(cur, '>', (size_t)(x->context->input->end - cur)) == NULL;
	for (i = 0; i < sizeof(error_words) / sizeof(error_words[0]); i++)
		if (error_words[i].code == error->code)
			x->why = error_words[i].why;
	stop(x, error->code == XML_ERR_NO_MEMORY ? XML_MEMORY : XML_MALFORMED);
	if (error->line > 0)
		x->line = (uint32_t)error->line;
}

static void
no_message(void *data, const char *fmt, ...)
{
	(void)data;
	(void)fmt;
}

static xmlParserInputPtr
no_entity(const char *url, const char *id, xmlParserCtxtPtr context)
{
	(void)url;
	(void)id;
	(void)context;
	return NULL;
}

struct xml *
xml_new(const struct limits *l)
{
	struct xml *x = calloc(1, sizeof(*x));

	if (x == NULL)
		return NULL;
	x->depth_max = (size_t)l->max[LIMIT_XML_DEPTH];
	x->attributes_max = (size_t)l->max[LIMIT_XML_ATTRIBUTES];
	x->nodes_max = (size_t)l->max[LIMIT_XML_NODES];
	if (x->depth_max > UINT16_MAX)
		x->depth_max = UINT16_MAX;
	x->open = calloc(x->depth_max + 1, sizeof(*x->open));

	xmlInitParser();
	xmlSetExternalEntityLoader(no_entity);
	xmlSetGenericErrorFunc(NULL, no_message);
	x->context = xmlNewParserCtxt();
	if (x->open == NULL || x->context == NULL) {
		xml_free(x);
		return NULL;
	}
	*x->context->sax = (xmlSAXHandler){
	    .internalSubset = on_doctype,
	    .startElementNs = on_start,
	    .endElementNs = on_end,
	    .characters = on_text,
	    .ignorableWhitespace = on_text,
	    .cdataBlock = on_text,
	    .serror = on_error,
	    .initialized = XML_SAX2_MAGIC,
	};
	return x;
}

static bool
nodes_keep(struct xml *x, struct arena *a, struct xml_tree *out)
{
	uint32_t *open;
	size_t i;

	out->nodes = arena_array(a, x->nodes_total, sizeof(*out->nodes));
	open = arena_array(a, x->open_total, sizeof(*open));
	if (out->nodes == NULL || open == NULL)
		return false;
	if (x->nodes_total != 0)
		memcpy(out->nodes, x->nodes, x->nodes_total * sizeof(*out->nodes));
	out->nodes_total = x->nodes_total;
	for (i = 0; i < x->open_total; i++)
		open[i] = x->open[i].node;
	out->open = open;
	out->open_total = x->open_total;
	return true;
}

static void
plain_keep(const struct xml_plain *p, struct arena *a, struct xml_tree *out)
{
	out->nodes = arena_array_raw(a, p->total, sizeof(*out->nodes));
	if (out->nodes == NULL) {
		out->end = XML_MEMORY;
		return;
	}
	memcpy(out->nodes, p->nodes, p->total * sizeof(*out->nodes));
	out->nodes_total = p->total;
	out->end_offset = p->end_offset;
	out->line = p->line;
}

void
xml_read(struct xml *x, struct slice text, struct arena *a, struct xml_tree *out)
{
	*out = (struct xml_tree){.line = 1};
	if (xml_plain_read(&x->plain, text, x->nodes_max, x->depth_max)) {
		plain_keep(&x->plain, a, out);
		return;
	}
	xml_read_general(x, text, a, out);
}

/* By libxml2, whatever it is. */
void
xml_read_general(struct xml *x, struct slice text, struct arena *a, struct xml_tree *out)
{
	*out = (struct xml_tree){.line = 1};
	/* libxml2 compares each attribute with all before it: not for it to find out. */
	if (!xml_scan_attributes(text, x->attributes_max)) {
		out->end = XML_TOO_WIDE;
		return;
	}
	x->pool = arena_alloc(a, text.n);
	if (x->pool == NULL || text.n > INT32_MAX) {
		out->end = XML_MEMORY;
		return;
	}
	x->pool_room = text.n;
	x->pool_used = x->nodes_total = x->open_total = x->end_offset = 0;
	x->namespaces = x->done = x->at_end = false;
	x->end = XML_OK;
	x->why = NULL;
	x->line = 1;

	x->context->userData = x;
	(void)xmlCtxtReadMemory(x->context, (const char *)text.p, (int)text.n, NULL,
	                        "UTF-8", XML_PARSE_NONET);
	/* An end without a word: no root, or a failure that the parser could not report. */
	if (!x->done)
		x->end = XML_MALFORMED;

	out->end = x->end;
	out->line = x->line;
	out->end_offset = x->end_offset < text.n ? x->end_offset : text.n;
	out->why = x->why;
	out->at_end = x->at_end;
	out->namespaces = x->namespaces;
	if (!nodes_keep(x, a, out)) {
		out->nodes_total = out->open_total = 0;
		out->end = XML_MEMORY;
	}
	x->pool = NULL;
	if (x->nodes_room > NODES_KEPT) {
		free(x->nodes);
		x->nodes = NULL;
		x->nodes_room = 0;
	}
}

void
xml_free(struct xml *x)
{
	if (x == NULL)
		return;
	if (x->context != NULL)
		xmlFreeParserCtxt(x->context);
	xml_plain_free(&x->plain);
	free(x->open);
	free(x->nodes);
	free(x);
}
