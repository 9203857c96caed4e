/* spool - a temporary file without a name, in TMPDIR if that is set. */
#ifndef SRC_SPOOL_H
#define SRC_SPOOL_H

#include <stdio.h>

FILE *spool_open(void); /* NULL and errno */

#endif
