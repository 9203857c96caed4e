/* spool - a temporary file without a name, in TMPDIR if that is set. */
#ifndef SRC_SPOOL_H
#define SRC_SPOOL_H

#include <stdio.h>

FILE *spool_open(void);
void spool_copy(FILE *spool, FILE *to); /* all of it */ /* NULL and errno */

#endif
