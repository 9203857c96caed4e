/* declaration - the XML declaration at a body's front, read before anyone knows the
 * character set. */
#ifndef SRC_DECLARATION_H
#define SRC_DECLARATION_H

#include "dissect/slice.h"

struct declaration {
	bool present;
	bool bom;              /* U+FEFF in UTF-8 before everything */
	bool late;             /* blanks stand before it: XML 1.0 2.8 forbids */
	bool unended;          /* no "?>" */
	bool bad;              /* not as XML 1.0 2.8 [23] */
	struct slice encoding; /* empty: it names none */
	size_t skip; /* octets up to and with it: what follows is for the parser */
};

void declaration_read(struct slice bytes, struct declaration *out);

#endif
