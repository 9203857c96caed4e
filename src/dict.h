/* dict - reads a dictionary of MANSCDP commands (dissect/manscdp.xml and its like) into
 * memory. */
#ifndef SRC_DICT_H
#define SRC_DICT_H

#include "dissect/manscdp.h"
#include "src/err.h"
#include "src/xml.h"

/* Lies in the arena, as all its strings do. NULL and *e with the line where the text is
 * no dictionary. */
const struct dict *dict_new(struct slice text, struct xml *x, struct arena *a,
                            struct err *e);
/* As the dictionary writes it: "deviceID". */
const char *dict_type_name(enum dict_type t);

#endif
