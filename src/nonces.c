#include "src/nonces.h"

#include <stdlib.h>

#include "src/map.h"

/* What the ring holds: given nonces, users that were given one, and uses; the oldest goes first. */
enum kind { GIVEN, USER, USE };

struct item {
	enum kind kind;
	uint64_t hash;
	uint64_t call;
	struct nonce nonce;
	struct slice key;
	struct item *next;
	uint8_t bytes[];
};

struct nonces {
	struct limits *limits;
	struct hash_key key;
	struct map map;
	struct item *first, *last;
	size_t total;
};

struct nonces *
nonces_new(struct limits *l, const struct hash_key *key)
{
	struct nonces *n = calloc(1, sizeof(*n));

	if (n != NULL) {
		n->limits = l;
		n->key = *key;
	}
	return n;
}

static struct item *
find(struct nonces *n, enum kind kind, struct slice key, uint64_t *hash)
{
	struct item *i;
	size_t pos = 0;

	*hash = hash_more(&n->key, (uint64_t)kind + 1, key);
	while ((i = map_next(&n->map, *hash, &pos)) != NULL)
		if (i->kind == kind && slice_eq(i->key, key))
			return i;
	return NULL;
}

static struct slice
put(uint8_t **at, struct slice s)
{
	struct slice kept = {*at, s.n};

	if (s.n != 0)
		memcpy(*at, s.p, s.n);
	*at += s.n;
	return kept;
}

static struct item *
add(struct nonces *n, enum kind kind, uint64_t hash, struct slice key, struct slice user, struct slice header)
{
	struct item *i = calloc(1, sizeof(*i) + key.n + user.n + header.n), *old;
	uint8_t *at;

	if (i == NULL)
		return NULL;
	at = i->bytes;
	i->kind = kind;
	i->hash = hash;
	i->key = put(&at, key);
	i->nonce.user = put(&at, user);
	i->nonce.header = put(&at, header);
	i->nonce.nonce = i->key;
	if (!map_put(&n->map, hash, i)) {
		free(i);
		return NULL;
	}
	if (n->last != NULL)
		n->last->next = i;
	else
		n->first = i;
	n->last = i;
	if (++n->total > n->limits->max[LIMIT_NONCES]) {
		old = n->first;
		n->first = old->next;
		n->total--;
		n->limits->dropped[LIMIT_NONCES]++;
		map_drop(&n->map, old->hash, old);
		free(old);
	}
	return i;
}

void
nonces_given(struct nonces *n, struct slice nonce, struct slice user, struct slice header, bool proxy,
             const struct ref *ref)
{
	uint64_t hash;
	struct item *i = find(n, GIVEN, nonce, &hash);

	if (i == NULL) {
		i = add(n, GIVEN, hash, nonce, user, header);
		if (i != NULL) {
			i->nonce.proxy = proxy;
			i->nonce.ref = *ref;
			i->nonce.ref.frames = NULL;
			i->nonce.ref.frames_total = 0;
		}
	} else if (!slice_eq(i->nonce.user, user)) {
		i->nonce.many_users = true;
	}
	if (user.n != 0 && find(n, USER, user, &hash) == NULL)
		(void)add(n, USER, hash, user, SLICE_EMPTY, SLICE_EMPTY);
}

struct nonce *
nonces_find(struct nonces *n, struct slice nonce)
{
	uint64_t hash;
	struct item *i = find(n, GIVEN, nonce, &hash);

	return i ? &i->nonce : NULL;
}

bool
nonces_user(struct nonces *n, struct slice user)
{
	uint64_t hash;

	return find(n, USER, user, &hash) != NULL;
}

bool
nonces_used(struct nonces *n, struct slice nonce, struct slice nc, uint64_t call)
{
	uint64_t hash;
	uint8_t key[512];
	struct item *i;
	size_t a = nonce.n < 400 ? nonce.n : 400, b = nc.n < 100 ? nc.n : 100;

	if (a != 0)
		memcpy(key, nonce.p, a);
	key[a] = 0;
	if (b != 0)
		memcpy(key + a + 1, nc.p, b);
	i = find(n, USE, slice_of(key, a + 1 + b), &hash);
	if (i != NULL)
		return i->call != call;
	i = add(n, USE, hash, slice_of(key, a + 1 + b), SLICE_EMPTY, SLICE_EMPTY);
	if (i != NULL)
		i->call = call;
	return false;
}

void
nonces_free(struct nonces *n)
{
	struct item *i, *next;

	if (n == NULL)
		return;
	for (i = n->first; i != NULL; i = next) {
		next = i->next;
		free(i);
	}
	map_free(&n->map);
	free(n);
}
