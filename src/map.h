/* map - items by their 64-bit hash; several may share one. The key is the owner's business.
 *
 * Everything but map_free takes a constant time, however many items share a hash: they are what an
 * attacker can have, not different hashes that fall together. */
#ifndef SRC_MAP_H
#define SRC_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct map_node;
struct map_slot;

struct map {
	struct map_node *nodes; /* the items; those dropped are a chain of their own */
	/* By hash: its newest item; by hash and item: its node, of those that share their hash with an older one. */
	struct map_slot *firsts, *places;
	size_t size; /* of firsts and of places: a power of two, or 0 */
	size_t used; /* items */
	uint32_t nodes_total,
	    spare; /* nodes that were ever used; the first dropped one, number + 1 */
};

enum { MAP_SHARED_MAX = 255 }; /* items of one hash that are looked at */

bool map_put(struct map *m, uint64_t hash, void *item); /* false: no memory */
/* The items of a hash, the newest first, one a call: *pos is 0 first. NULL at the end. */
void *map_next(const struct map *m, uint64_t hash, size_t *pos);
void map_drop(struct map *m, uint64_t hash,
              const void *item); /* no-op if it is not there */
/* All items, in no order, one a call: *pos is 0 first. NULL at the end. */
void *map_each(const struct map *m, size_t *pos);
void map_free(struct map *m); /* not the items */

#endif
