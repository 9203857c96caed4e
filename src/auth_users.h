/* auth_users - whose user name has this hash? RFC 7616 3.4.4. Inside of src/auth.c. */
#ifndef SRC_AUTH_USERS_H
#define SRC_AUTH_USERS_H

#include "src/auth_formula.h"
#include "src/passwords.h"

struct auth_users;

struct auth_users *auth_users_new(const struct passwords *p, struct err *e);
void auth_users_free(struct auth_users *u);
/* The user of the passwords file, or of the `more` names, for whom H(user:realm) is `hash`. */
bool auth_users_find(struct auth_users *u, struct auth_formulas *f,
                     enum digest_algorithm alg, struct slice hash, struct slice realm,
                     const struct slice *more, size_t more_n, struct slice *user);

#endif
