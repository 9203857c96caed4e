/* fingerprint - what makes a finding the same one in the next run of the same test. */
#ifndef SRC_FINGERPRINT_H
#define SRC_FINGERPRINT_H

#include "src/findings.h"

enum { FINGERPRINT_TEXT = 33 };

/* 32 hexadecimal digits and a NUL. Of nothing that a test makes anew each time: no Call-ID, tag, branch, nonce, port,
 * frame or time. Two findings may have the same one. */
void fingerprint(const struct finding *x, char out[FINGERPRINT_TEXT]);

#endif
