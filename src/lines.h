/* lines - texts that come in one order and are told in another, kept in a file without a name. */
#ifndef SRC_LINES_H
#define SRC_LINES_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct lines;

struct lines *lines_new(void); /* NULL: no memory, or no temporary file */
/* Where the next one is to be written, which has this place: by id, then by part. NULL: no memory. */
FILE *lines_begin(struct lines *l, uint32_t id, uint32_t part);
/* It is written. */
void lines_done(struct lines *l);
/* Those with a part that is wanted, in order of their places; at most so many are written. How many there are. */
size_t lines_tell_those(struct lines *l, FILE *to, size_t most,
                        bool (*wanted)(const void *own, uint32_t part), const void *own);
/* All of them, in order of their places. */
void lines_tell(struct lines *l, FILE *to);
void lines_free(struct lines *l);

#endif
