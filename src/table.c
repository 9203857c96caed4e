#include "src/table.h"

#include <stdlib.h>

enum { BUCKETS_FIRST = 64 };

void
table_init(struct table *t)
{
	*t = (struct table){.secret = hash_key_random()};
}

static struct table_entry **
bucket(const struct table *t, uint64_t hash)
{
	return &t->buckets[hash & (t->buckets_total - 1)];
}

static uint64_t
hash_of(const struct table *t, const uint8_t key[TABLE_KEY])
{
	return hash_bytes(&t->secret, slice_of(key, TABLE_KEY));
}

struct table_entry *
table_find(const struct table *t, const uint8_t key[TABLE_KEY])
{
	struct table_entry *e;
	uint64_t hash;

	if (t->total == 0)
		return NULL;
	hash = hash_of(t, key);
	for (e = *bucket(t, hash); e != NULL; e = e->chain)
		if (e->hash == hash && memcmp(e->key, key, TABLE_KEY) == 0)
			return e;
	return NULL;
}

static bool
grow(struct table *t)
{
	size_t total = t->buckets_total ? t->buckets_total * 2 : BUCKETS_FIRST;
	struct table_entry **buckets = calloc(total, sizeof(*buckets)), *e;

	if (buckets == NULL)
		return t->buckets_total != 0; /* longer chains, then */
	free(t->buckets);
	t->buckets = buckets;
	t->buckets_total = total;
	for (e = t->oldest; e != NULL; e = e->newer) {
		e->chain = *bucket(t, e->hash);
		*bucket(t, e->hash) = e;
	}
	return true;
}

static void
make_newest(struct table *t, struct table_entry *e)
{
	e->newer = NULL;
	e->older = t->newest;
	if (t->newest != NULL)
		t->newest->newer = e;
	else
		t->oldest = e;
	t->newest = e;
}

static void
leave_age(struct table *t, struct table_entry *e)
{
	if (e->older != NULL)
		e->older->newer = e->newer;
	else
		t->oldest = e->newer;
	if (e->newer != NULL)
		e->newer->older = e->older;
	else
		t->newest = e->older;
}

bool
table_add(struct table *t, struct table_entry *e)
{
	if (t->total >= t->buckets_total && !grow(t))
		return false;
	e->hash = hash_of(t, e->key);
	e->chain = *bucket(t, e->hash);
	*bucket(t, e->hash) = e;
	make_newest(t, e);
	t->total++;
	return true;
}

void
table_remove(struct table *t, struct table_entry *e)
{
	struct table_entry **at = bucket(t, e->hash);

	while (*at != e)
		at = &(*at)->chain;
	*at = e->chain;
	leave_age(t, e);
	t->total--;
}

void
table_touch(struct table *t, struct table_entry *e)
{
	if (t->newest == e)
		return;
	leave_age(t, e);
	make_newest(t, e);
}

void
table_free(struct table *t)
{
	free(t->buckets);
	t->buckets = NULL;
	t->buckets_total = 0;
	t->total = 0;
	t->oldest = t->newest = NULL;
}
