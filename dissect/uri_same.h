/* uri_same - do two URIs name the same: RFC 3261 19.1.4.
 *
 * Milder in two things: for a numeric host, no port is port 5060, and no transport is any transport. */
#ifndef DISSECT_URI_SAME_H
#define DISSECT_URI_SAME_H

#include "dissect/sip.h"

/* Of user parts: with case, an escape is the octet that it stands for. */
bool sip_user_same(struct slice a, struct slice b);
/* The texts of two URIs, without <>. Others than sip and sips by their octets. */
bool sip_uri_same(struct slice a, struct slice b);

#endif
