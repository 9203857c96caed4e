/* dict - reads dictionaries of MANSCDP commands (dissect/manscdp.xml and its like) into
 * memory, as one. */
#ifndef SRC_DICT_H
#define SRC_DICT_H

#include "dissect/manscdp.h"
#include "src/err.h"
#include "src/xml.h"

/* As the dictionary writes it: "deviceID". */
const char *dict_type_name(enum dict_type t);
/* A dictionary as it stands in a file. */
struct dict_source {
	const char *file; /* for messages; lives as long as the call */
	struct slice text;
};

/* Of several, the later ones add to the earlier ones: docs/dictionary.md. Lies in the
 * arena and in the texts, as all its strings do. NULL and *e with file, line and element
 * where one is no dictionary. */
const struct dict *dict_new(const struct dict_source *sources, size_t total,
                            struct xml *x, struct arena *a, struct err *e);

#endif
