/* xml - UTF-8 XML text in, a flat list of elements and attributes out.
 *
 * One libxml2 context, used again for each text: no DOM, no entities, no DTD, no files. A
 * DOCTYPE ends the text. Its messages are never passed on: they quote input. */
#ifndef SRC_XML_H
#define SRC_XML_H

#include "dissect/manscdp.h"
#include "src/limits.h"

enum xml_end {
	XML_OK,
	XML_MALFORMED,
	XML_DOCTYPE,
	XML_TOO_DEEP,
	XML_TOO_WIDE, /* attributes of one element */
	XML_TOO_MANY, /* elements and attributes in all */
	XML_MEMORY,
};

struct xml_tree {
	struct manscdp_node *nodes; /* in the arena */
	size_t nodes_total;
	enum xml_end end;
	size_t end_offset; /* of XML_OK: what follows the root's end tag */
	uint32_t line;     /* where it ended, from 1 */
	/* Of XML_MALFORMED: in our words, static; NULL where the kind of error says little. */
	const char *why;
	bool at_end;     /* of XML_MALFORMED: nothing but a piece of a tag was left */
	bool namespaces; /* a namespace or a prefix occurs; prefixes are dropped */
	const uint32_t
	    *open; /* elements that were not closed, outermost first; in the arena */
	size_t open_total;
};

struct xml;

/* NULL without memory. */
struct xml *xml_new(const struct limits *l);
/* `text` is valid UTF-8 without an XML declaration. Names and texts of the nodes lie in
 * the arena or in the text. What is plain (src/xml_plain.h) is read without libxml2. */
void xml_read(struct xml *x, struct slice text, struct arena *a, struct xml_tree *out);
/* The same, always by libxml2: what the plain reader is tested against. */
void xml_read_general(struct xml *x, struct slice text, struct arena *a,
                      struct xml_tree *out);
void xml_free(struct xml *x);

#endif
