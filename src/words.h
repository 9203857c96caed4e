/* words - what a value of a MANSCDP body means: by the dictionary, and where that alone cannot say. */
#ifndef SRC_WORDS_H
#define SRC_WORDS_H

#include "dissect/manscdp.h"

enum { WORDS_TEXT = 256 };

/* Of node i; "" where there is nothing to say beyond the value itself. */
const char *value_words(const struct manscdp_node *nodes, size_t nodes_total, size_t i,
                        char text[WORDS_TEXT]);
/* Of a body that moves a camera or tells of an alarm: what; "" of others. */
const char *body_words(const struct manscdp *m, char text[WORDS_TEXT]);

#endif
