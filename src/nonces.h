/* nonces - which nonce was given to whom, and what was done with it. RFC 3261 22, RFC 7616 3.3. */
#ifndef SRC_NONCES_H
#define SRC_NONCES_H

#include "src/tracker.h"

struct nonce {
	struct slice nonce, user, header; /* header: the whole challenge */
	struct ref ref;
	bool proxy;               /* in Proxy-Authenticate */
	bool stale;               /* the server has called it stale since */
	bool many_users;          /* the same nonce was given to several users */
};

struct nonces;

struct nonces *nonces_new(struct limits *l, const struct hash_key *key);
/* A challenge was given to `user`. */
void nonces_given(struct nonces *n, struct slice nonce, struct slice user, struct slice header, bool proxy,
                  const struct ref *ref);
/* NULL if never given (or forgotten). */
struct nonce *nonces_find(struct nonces *n, struct slice nonce);
/* Was some nonce given to this user before? */
bool nonces_user(struct nonces *n, struct slice user);
/* Notes a use of (nonce, nc) by the request `call` (Call-ID, CSeq, method hashed). True: another
 * request has used the pair before. */
bool nonces_used(struct nonces *n, struct slice nonce, struct slice nc, uint64_t call);
void nonces_free(struct nonces *n);

#endif
