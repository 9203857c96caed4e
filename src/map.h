/* map - items by their 64-bit hash; several may share one. The key is the owner's business. */
#ifndef SRC_MAP_H
#define SRC_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct map_slot {
	uint64_t hash;
	void *item; /* NULL: free */
};

struct map {
	struct map_slot *slots;
	size_t size, used; /* size: a power of two, or 0 */
};

enum { MAP_PROBES_MAX = 256 }; /* items looked at for one hash */

bool map_put(struct map *m, uint64_t hash, void *item); /* false: no memory */
/* The items of a hash, one a call: *pos is 0 first. NULL at the end. */
void *map_next(const struct map *m, uint64_t hash, size_t *pos);
void map_drop(struct map *m, uint64_t hash, const void *item); /* no-op if it is not there */
void map_free(struct map *m); /* not the items */

#endif
