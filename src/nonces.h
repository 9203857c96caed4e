/* nonces - which nonce was given to whom, and what was done with it. RFC 3261 22, RFC 7616 3.3.
 *
 * What is longer than NONCES_KEY octets is not remembered: of it nothing is known. */
#ifndef SRC_NONCES_H
#define SRC_NONCES_H

#include "src/tracker.h"

struct nonce {
	struct slice nonce, user,
	    header; /* header: the whole challenge; empty of a nextnonce */
	struct ref ref;
	uint64_t call;   /* the request that was challenged: Call-ID and CSeq hashed */
	bool proxy;      /* in Proxy-Authenticate */
	bool stale;      /* the server has called it stale since */
	bool many_users; /* the same nonce was given to several users */
};

enum { NONCES_KEY = 1024, NONCES_HEADERS = 8 };

struct nonces;

struct nonces *nonces_new(struct limits *l, const struct hash_key *key);
/* Who was told what: the server that challenged, and the user in From. */
struct nonce_party {
	const struct addr *server;
	struct slice user;
};

/* A challenge was given. A nonce that stands in several challenges keeps the headers of the first few. */
void nonces_given(struct nonces *n, struct slice nonce, const struct nonce_party *to,
                  struct slice header, bool proxy, const struct ref *ref, uint64_t call);
/* NULL if never given (or forgotten). */
struct nonce *nonces_find(struct nonces *n, struct slice nonce);
/* The challenges in which it was given, from i = 0 on; false at the end. */
bool nonces_header(struct nonces *n, struct slice nonce, unsigned i,
                   struct slice *header);
/* Was some nonce given by this server to this user before? */
bool nonces_user(struct nonces *n, const struct nonce_party *to);
/* Notes a use of (nonce, nc) by `user` in the request `call` (Call-ID and CSeq hashed). True: another request has
 * used them before. */
bool nonces_used(struct nonces *n, struct slice nonce, struct slice nc, struct slice user,
                 uint64_t call);
/* The cnonce of the first credentials of `user` under this nonce; notes this one if they are the first. */
struct slice nonces_first_cnonce(struct nonces *n, struct slice nonce, struct slice user,
                                 struct slice cnonce);
/* What was dropped for new ones can be pointed at until then. */
void nonces_forget(struct nonces *n);
void nonces_free(struct nonces *n);

#endif
