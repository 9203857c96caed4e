/* field - the registry of field names: fields.def. */
#ifndef SRC_FIELD_H
#define SRC_FIELD_H

#include "dissect/slice.h"

struct field_info {
	const char *name, *type, *meaning, *source;
};

const struct field_info *field_find(struct slice name); /* any case; NULL: not known */

#endif
