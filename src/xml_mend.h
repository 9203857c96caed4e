/* xml_mend - XML text that no parser takes, with its local faults mended in a copy.
 *
 * One raw '&' in a device's name costs a strict receiver the whole list; whoever looks for the
 * cause wants to see the rest of it. What is mended: raw '&' and '<', octets that XML forbids,
 * "]]>" in a text, attributes without quotes, end tags that end nothing or are missing. No line
 * is added or lost. What is not mended (a DOCTYPE, a text that ends early) stays as it is. */
#ifndef SRC_XML_MEND_H
#define SRC_XML_MEND_H

#include "dissect/arena.h"

enum { XML_MENDS_MAX = 256 }; /* of one text; behind the last it stays as it is */

struct xml_mended {
	struct slice text; /* in the arena */
	size_t faults;     /* places that were mended */
	bool reshaped;     /* elements may stand where their sender did not mean them */
	size_t offset;     /* of the first fault in the input */
	struct slice element; /* around it; in the input */
};

/* `text` is valid UTF-8 without an XML declaration. False: nothing to mend, or no memory. */
bool xml_mend(struct slice text, struct arena *a, struct xml_mended *out);
/* Octets of the character at the front of `s` (not empty), if XML has no such: XML 1.0 2.2 [2];
 * else 0. */
size_t xml_forbidden(struct slice s);
/* &lt; and its kin: the entities that need no declaration; and character references to what XML
 * has. `name` is what stands between the two signs. XML 1.0 4.1, 4.6. */
bool xml_reference_known(struct slice name);

#endif
