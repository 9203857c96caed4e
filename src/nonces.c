#include "src/nonces.h"

#include <stdlib.h>

#include "src/map.h"

/* What the ring holds: given nonces, their further challenges, users that were given one, uses, and the first
 * cnonce of each session; the oldest goes first. */
enum kind { GIVEN, ALIKE, USER, USE, FIRST };

struct key {
	uint8_t bytes[NONCES_KEY];
	size_t n;
};

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
	struct item *dropped; /* somebody may still look at them */
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
add(struct nonces *n, enum kind kind, uint64_t hash, struct slice key, struct slice user,
    struct slice header)
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
		old->next = n->dropped;
		n->dropped = old;
	}
	return i;
}

/* Each part with its length before it; false: too long to be remembered. */
static bool
key_add(struct key *k, struct slice s)
{
	if (s.n + 2 > sizeof(k->bytes) - k->n)
		return false;
	k->bytes[k->n++] = (uint8_t)(s.n >> 8);
	k->bytes[k->n++] = (uint8_t)s.n;
	if (s.n != 0)
		memcpy(k->bytes + k->n, s.p, s.n);
	k->n += s.n;
	return true;
}

static bool
key_of_party(struct key *k, const struct nonce_party *to)
{
	k->n = 0;
	return to->user.n != 0 && key_add(k, slice_of(to->server->ip, to->server->n)) &&
	       key_add(k, to->user);
}

/* The same nonce in another challenge: for another algorithm, or with stale=true (RFC 8760 2.3). */
static void
header_add(struct nonces *n, struct slice nonce, struct slice header)
{
	struct slice known;
	uint64_t hash;
	unsigned i;

	for (i = 0; nonces_header(n, nonce, i, &known); i++)
		if (slice_eq(known, header))
			return;
	(void)find(n, ALIKE, nonce, &hash);
	if (header.n != 0 && i < NONCES_HEADERS)
		(void)add(n, ALIKE, hash, nonce, SLICE_EMPTY, header);
}

void
nonces_given(struct nonces *n, struct slice nonce, const struct nonce_party *to,
             struct slice header, bool proxy, const struct ref *ref, uint64_t call)
{
	uint64_t hash;
	struct item *i;
	struct key k;

	if (nonce.n > NONCES_KEY || to->user.n > NONCES_KEY)
		return;
	i = find(n, GIVEN, nonce, &hash);
	if (i == NULL) {
		i = add(n, GIVEN, hash, nonce, to->user, header);
		if (i != NULL) {
			i->nonce.proxy = proxy;
			i->nonce.call = call;
			i->nonce.ref = *ref;
			i->nonce.ref.frames = NULL;
			i->nonce.ref.frames_total = 0;
		}
	} else {
		i->nonce.many_users |= !slice_eq(i->nonce.user, to->user);
		header_add(n, nonce, header);
	}
	if (key_of_party(&k, to) && find(n, USER, slice_of(k.bytes, k.n), &hash) == NULL)
		(void)add(n, USER, hash, slice_of(k.bytes, k.n), SLICE_EMPTY,
		          SLICE_EMPTY);
}

struct nonce *
nonces_find(struct nonces *n, struct slice nonce)
{
	uint64_t hash;
	struct item *i = find(n, GIVEN, nonce, &hash);

	return i ? &i->nonce : NULL;
}

bool
nonces_header(struct nonces *n, struct slice nonce, unsigned i, struct slice *header)
{
	uint64_t hash;
	struct item *x = find(n, GIVEN, nonce, &hash);
	size_t pos = 0;

	if (i != 0 && x != NULL) {
		hash = hash_more(&n->key, (uint64_t)ALIKE + 1, nonce);
		while ((x = map_next(&n->map, hash, &pos)) != NULL)
			if (x->kind == ALIKE && slice_eq(x->key, nonce) && --i == 0)
				break;
	}
	if (x != NULL)
		*header = x->nonce.header;
	return x != NULL;
}

bool
nonces_user(struct nonces *n, const struct nonce_party *to)
{
	uint64_t hash;
	struct key k;

	return key_of_party(&k, to) &&
	       find(n, USER, slice_of(k.bytes, k.n), &hash) != NULL;
}

bool
nonces_used(struct nonces *n, struct slice nonce, struct slice nc, struct slice user,
            uint64_t call)
{
	uint64_t hash;
	struct key k = {.n = 0};
	struct item *i;

	if (!key_add(&k, nonce) || !key_add(&k, nc) || !key_add(&k, user))
		return false;
	i = find(n, USE, slice_of(k.bytes, k.n), &hash);
	if (i != NULL)
		return i->call != call;
	i = add(n, USE, hash, slice_of(k.bytes, k.n), SLICE_EMPTY, SLICE_EMPTY);
	if (i != NULL)
		i->call = call;
	return false;
}

struct slice
nonces_first_cnonce(struct nonces *n, struct slice nonce, struct slice user,
                    struct slice cnonce)
{
	uint64_t hash;
	struct key k = {.n = 0};
	struct item *i;

	if (cnonce.n > NONCES_KEY || !key_add(&k, nonce) || !key_add(&k, user))
		return cnonce;
	i = find(n, FIRST, slice_of(k.bytes, k.n), &hash);
	if (i != NULL)
		return i->nonce.header;
	(void)add(n, FIRST, hash, slice_of(k.bytes, k.n), SLICE_EMPTY, cnonce);
	return cnonce;
}

static void
free_all(struct item *i)
{
	struct item *next;

	for (; i != NULL; i = next) {
		next = i->next;
		free(i);
	}
}

void
nonces_forget(struct nonces *n)
{
	free_all(n->dropped);
	n->dropped = NULL;
}

void
nonces_free(struct nonces *n)
{
	if (n == NULL)
		return;
	free_all(n->first);
	free_all(n->dropped);
	map_free(&n->map);
	free(n);
}
