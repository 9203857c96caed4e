/* hash - SipHash-1-3 with a key of this run: captured bytes cannot choose their buckets. */
#ifndef SRC_HASH_H
#define SRC_HASH_H

#include "dissect/slice.h"

struct hash_key {
	uint64_t k0, k1;
};

struct hash_key hash_key_random(void); /* from the system, else from addresses and time */
uint64_t hash_bytes(const struct hash_key *k, struct slice s);
/* Goes on from h: for keys of several parts, each part's length counts. */
uint64_t hash_more(const struct hash_key *k, uint64_t h, struct slice s);

#endif
