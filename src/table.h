/* table - entries found by their key and known by their age. Owns no entry. */
#ifndef SRC_TABLE_H
#define SRC_TABLE_H

#include "src/hash.h"

enum { TABLE_KEY = 40 }; /* in bytes; shorter keys are filled with zeros */

/* First member of what is kept in the table. */
struct table_entry {
	struct table_entry *chain;         /* same bucket */
	struct table_entry *older, *newer; /* by age */
	uint64_t hash;
	uint8_t key[TABLE_KEY];
};

struct table {
	struct hash_key secret;
	struct table_entry **buckets;
	size_t buckets_total; /* a power of two, or 0 */
	size_t total;
	struct table_entry *oldest, *newest;
};

void table_init(struct table *t);
struct table_entry *table_find(const struct table *t, const uint8_t key[TABLE_KEY]);
/* e->key is set; it becomes the newest. False without memory. */
bool table_add(struct table *t, struct table_entry *e);
void table_remove(struct table *t, struct table_entry *e);
/* Makes it the newest again. */
void table_touch(struct table *t, struct table_entry *e);
/* Frees the buckets; the entries are their owner's. */
void table_free(struct table *t);

#endif
