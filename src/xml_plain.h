/* xml_plain - reads the XML that nearly all bodies are, and leaves the rest to libxml2.
 *
 * Plain is: elements with ASCII names, at most one attribute each, text or children but not both; no
 * reference, comment, CDATA, processing instruction, prefix or carriage return in a text. What is not
 * plain, or not well-formed, is refused as a whole: no verdict but "plain" ever comes from here. Half of
 * the time of a signalling capture went into the general parser before. A fuzz target holds the two
 * against each other: what this one takes, libxml2 reads in the same way. */
#ifndef SRC_XML_PLAIN_H
#define SRC_XML_PLAIN_H

#include "dissect/manscdp.h"

struct xml_plain {
	struct manscdp_node
	    *nodes; /* names and texts point into the text; kept for the next one */
	size_t total, room;
	size_t end_offset; /* of what follows the root's end tag */
	uint32_t line;     /* of that, from 1 */
};

/* `text` is valid UTF-8. False: not plain, or more nodes or levels than allowed. */
bool xml_plain_read(struct xml_plain *x, struct slice text, size_t nodes_max,
                    size_t depth_max);
void xml_plain_free(struct xml_plain *x);

#endif
