/* body_value - one value of a MANSCDP body, by its name. */
#ifndef SRC_BODY_VALUE_H
#define SRC_BODY_VALUE_H

#include "dissect/manscdp.h"

/* The trimmed text of the first element with this name at this depth (the root's is 0); empty: none. */
struct slice body_value(const struct manscdp *b, const char *name, unsigned depth);
/* Is there such an element? */
bool body_has(const struct manscdp *b, const char *name, unsigned depth);

#endif
