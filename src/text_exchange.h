/* text_exchange - exchanges for a person: a line for one, and a section of the report. */
#ifndef SRC_TEXT_EXCHANGE_H
#define SRC_TEXT_EXCHANGE_H

#include "src/text.h"

/* "hh:mm:ss  A > B  Query Catalog SN 7  6 of 10 items  0.049 s  frames 1, 4, 7": without an end of line. Long: with the
 * date and the parts of a second. */
void exchange_line(struct out *o, const struct exchange *x, bool full);

/* What did not go well, as it ends: the first ones are kept. */
struct text_exchanges;

struct text_exchanges *text_exchanges_new(void); /* NULL: no memory */
void text_exchanges_ended(struct text_exchanges *t, struct out *o,
                          const struct exchange *x);
/* The section; nothing where nobody asked anything. */
void text_exchanges_put(struct text_exchanges *t, struct out *o, const struct results *r);
void text_exchanges_free(struct text_exchanges *t);

#endif
