/* check_auth - what the checks of challenges and of credentials share. */
#ifndef SRC_CHECK_AUTH_H
#define SRC_CHECK_AUTH_H

#include "src/check.h"

struct slice param_name(enum digest_param p);
/* Faults of form; `dis` is what digest_dissect() said of the header's value. */
void check_digest(const struct checker *c, const struct message *m, const struct place *p,
                  const char *header, const struct digest *g, enum dis dis,
                  bool challenge);
/* A request's Authorization and Proxy-Authorization. */
void check_credentials(const struct checker *c, const struct message *m,
                       const struct place *p);

#endif
