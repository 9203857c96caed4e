/* check_offer - what the checks of offers and answers share. */
#ifndef SRC_CHECK_OFFER_H
#define SRC_CHECK_OFFER_H

#include "src/check.h"
#include "src/codecs.h"

/* An answer of GB/T 28181 against its offer. */
void check_offer_gb(const struct checker *c, const struct message *m,
                    const struct place *p, const struct sdp *offer);

#endif
