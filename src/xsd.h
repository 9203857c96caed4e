/* xsd - writes an XML schema of one command, as an edition of the standard has it.
 *
 * It says what XSD 1.0 can say: fields in their order, how often, types, ranges, values,
 * attributes. What depends on another field (src/check of a body) it leaves out. */
#ifndef SRC_XSD_H
#define SRC_XSD_H

#include <stdio.h>

#include "dissect/manscdp.h"

/* edition: an EDITION_ bit that the command has; or 0: a field of any edition is right,
 * and needed is what all need. */
void xsd_write(FILE *f, const struct dict_command *c, uint8_t edition);
/* "Query-Catalog": what the schema's file is called, without ".xsd". */
void xsd_name_write(FILE *f, const struct dict_command *c);

#endif
