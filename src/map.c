#include "src/map.h"

#include <stdlib.h>

enum {
	MAP_FIRST = 64, /* slots at first */
	COUNT_BITS =
	    8, /* of *pos: items seen; above them the number + 1 of the last one's node */
};

struct map_node {
	void *item; /* NULL: dropped */
	uint64_t hash;
	uint32_t older,
	    newer; /* of the same hash: number + 1; 0: none. A dropped one: older is the next dropped */
};

static size_t
place_home(uint64_t hash, const void *item)
{
	uint64_t h = (hash ^ (uint64_t)(uintptr_t)item) * 0x9E3779B97F4A7C15u;

	return (size_t)(h ^ h >> 32);
}

/* The slot of a hash in `firsts`: its newest item's, or a free one. There always is one. */
static uint32_t *
first_slot(const struct map *m, uint64_t hash)
{
	size_t i = (size_t)hash & (m->size - 1);

	while (m->firsts[i] != 0 && m->nodes[m->firsts[i] - 1].hash != hash)
		i = (i + 1) & (m->size - 1);
	return &m->firsts[i];
}

static uint32_t *
place_slot(const struct map *m, uint64_t hash, const void *item)
{
	size_t i = place_home(hash, item) & (m->size - 1);
	const struct map_node *n;

	for (; m->places[i] != 0; i = (i + 1) & (m->size - 1)) {
		n = &m->nodes[m->places[i] - 1];
		if (n->hash == hash && n->item == item)
			break;
	}
	return &m->places[i];
}

/* Empties a slot; those behind it move up, unless they would then stand before their home. */
static void
slot_empty(const struct map *m, uint32_t *slots, uint32_t *slot)
{
	size_t mask = m->size - 1, i = (size_t)(slot - slots), j, home;
	const struct map_node *n;

	for (j = (i + 1) & mask; slots[j] != 0; j = (j + 1) & mask) {
		n = &m->nodes[slots[j] - 1];
		home = (slots == m->firsts ? (size_t)n->hash
		                           : place_home(n->hash, n->item)) &
		       mask;
		if (((j - home) & mask) >= ((j - i) & mask)) {
			slots[i] = slots[j];
			i = j;
		}
	}
	slots[i] = 0;
}

static bool
grow(struct map *m)
{
	struct map bigger = {.size = m->size ? m->size * 2 : MAP_FIRST};
	size_t room = bigger.size / 4 * 3, i;

	if (room >= UINT32_MAX >> COUNT_BITS)
		return false;
	bigger.firsts = calloc(bigger.size, sizeof(*bigger.firsts));
	bigger.places = calloc(bigger.size, sizeof(*bigger.places));
	bigger.nodes = bigger.firsts && bigger.places
	                   ? realloc(m->nodes, room * sizeof(*m->nodes))
	                   : NULL;
	if (bigger.nodes == NULL) {
		free(bigger.firsts);
		free(bigger.places);
		return false;
	}
	for (i = 0; i < m->nodes_total; i++) {
		const struct map_node *n = &bigger.nodes[i];

		if (n->item == NULL)
			continue;
		if (n->newer == 0)
			*first_slot(&bigger, n->hash) = (uint32_t)i + 1;
		*place_slot(&bigger, n->hash, n->item) = (uint32_t)i + 1;
	}
	free(m->firsts);
	free(m->places);
	m->nodes = bigger.nodes;
	m->firsts = bigger.firsts;
	m->places = bigger.places;
	m->size = bigger.size;
	return true;
}

bool
map_put(struct map *m, uint64_t hash, void *item)
{
	uint32_t number, *first, *place;
	struct map_node *n;

	if (m->used == m->size / 4 * 3 && !grow(m))
		return false;
	first = first_slot(m, hash);
	place = place_slot(m, hash, item);
	if (*place != 0)
		return true; /* it is there */
	number = m->spare != 0 ? m->spare : ++m->nodes_total;
	n = &m->nodes[number - 1];
	if (m->spare != 0)
		m->spare = n->older;
	*n = (struct map_node){.item = item, .hash = hash, .older = *first};
	if (*first != 0)
		m->nodes[*first - 1].newer = number;
	*first = *place = number;
	m->used++;
	return true;
}

void *
map_next(const struct map *m, uint64_t hash, size_t *pos)
{
	size_t count = *pos & MAP_SHARED_MAX, last = *pos >> COUNT_BITS;
	uint32_t number;

	if (m->size == 0 || count == MAP_SHARED_MAX)
		return NULL;
	number = last != 0 ? m->nodes[last - 1].older : *first_slot(m, hash);
	if (number == 0)
		return NULL;
	*pos = (size_t)number << COUNT_BITS | (count + 1);
	return m->nodes[number - 1].item;
}

void
map_drop(struct map *m, uint64_t hash, const void *item)
{
	uint32_t number, *place, *first;
	struct map_node *n;

	if (m->size == 0)
		return;
	place = place_slot(m, hash, item);
	number = *place;
	if (number == 0)
		return;
	n = &m->nodes[number - 1];
	slot_empty(m, m->places, place);
	if (n->older != 0)
		m->nodes[n->older - 1].newer = n->newer;
	if (n->newer != 0) {
		m->nodes[n->newer - 1].older = n->older;
	} else {
		first = first_slot(m, hash);
		if (n->older != 0)
			*first = n->older;
		else
			slot_empty(m, m->firsts, first);
	}
	*n = (struct map_node){.older = m->spare};
	m->spare = number;
	m->used--;
}

void *
map_each(const struct map *m, size_t *pos)
{
	while (*pos < m->nodes_total)
		if (m->nodes[(*pos)++].item != NULL)
			return m->nodes[*pos - 1].item;
	return NULL;
}

void
map_free(struct map *m)
{
	free(m->nodes);
	free(m->firsts);
	free(m->places);
	*m = (struct map){.size = 0};
}
