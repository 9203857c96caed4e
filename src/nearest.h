/* nearest - which known names are most like one that is not known. */
#ifndef SRC_NEAREST_H
#define SRC_NEAREST_H

#include "dissect/slice.h"

enum { NEAREST_KEPT = 4, NEAREST_NAME = 96 }; /* names kept; octets of a name at most */

struct nearest {
	struct slice name;
	struct slice best
	    [NEAREST_KEPT]; /* nearest first; equal ones in the order in which they came */
	size_t distance[NEAREST_KEPT];
	size_t total;
};

void nearest_init(struct nearest *n, struct slice name);
/* Looks at one known name, which must stay where it is. */
void nearest_try(struct nearest *n, struct slice known);

#endif
