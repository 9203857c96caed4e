/* text_exchange - exchanges for a person: a line for one, and a section of the report. */
#ifndef SRC_TEXT_EXCHANGE_H
#define SRC_TEXT_EXCHANGE_H

#include "src/text.h"
#include "src/told.h"

/* "hh:mm:ss  A > B  Query Catalog SN 7  6 of 10 items  0.049 s  frames 1, 4, 7": without an end of line. Long: with the
 * date and the parts of a second. */
void exchange_line(struct out *o, const struct exchange *x, bool full);

/* What came of it, in words: "not asked for". */
const char *exchange_outcome_text(enum exchange_outcome x);
/* Its first message. */
const struct ref *exchange_began(const struct exchange *x);

/* What did not go well, as it ends. */
void text_exchange_ended(struct out *o, struct told *t, const struct exchange *x);
/* The section; nothing where nobody asked anything. */
void text_exchanges_put(struct out *o, struct told *t, const struct results *r);

#endif
