/* session_what - what a session is: by its descriptions, its Subject, the broadcast before it. */
#ifndef SRC_SESSION_WHAT_H
#define SRC_SESSION_WHAT_H

#include "src/sessions.h"

/* Keeps of a description what is told of it. */
void session_sdp_keep(struct session_sdp *out, const struct sdp *s, const struct ref *at,
                      struct arena *a);

#endif
