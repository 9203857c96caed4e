/* sink - where the result goes: standard output, or a file that appears only when it is whole. */
#ifndef SRC_SINK_H
#define SRC_SINK_H

#include <stdio.h>

#include "src/err.h"

struct sink;

/* path NULL: standard output. An existing target that is no regular file is written straight; else a
 * temporary file beside it, renamed by sink_close. NULL and *e. */
struct sink *sink_open(const char *path, struct err *e);
FILE *sink_file(struct sink *s);
/* keep: the result is whole. 0; -1 and *e when it could not be written. Frees. */
int sink_close(struct sink *s, int keep, struct err *e);

#endif
