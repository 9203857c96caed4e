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
	/* Of the same hash: number + 1. older, 0: none; the newest one's newer is the oldest. A dropped one: older is
	 * the next dropped. */
	uint32_t older, newer;
	bool
	    placed; /* it is in `places`: all are but the oldest of a hash that had none before */
};

/* A node, and what says without a look at it where its home is. */
struct map_slot {
	uint32_t number; /* + 1; 0: free */
	uint32_t key;
};

static uint32_t
place_key(uint64_t hash, const void *item)
{
	uint64_t h = (hash ^ (uint64_t)(uintptr_t)item) * 0x9E3779B97F4A7C15u;

	return (uint32_t)(h ^ h >> 32);
}

/* The slot of a hash in `firsts`: its newest item's, or a free one. There always is one. */
static struct map_slot *
first_slot(const struct map *m, uint64_t hash)
{
	uint32_t key = (uint32_t)hash;
	size_t i = key & (m->size - 1);

	while (
	    m->firsts[i].number != 0 &&
	    (m->firsts[i].key != key || m->nodes[m->firsts[i].number - 1].hash != hash))
		i = (i + 1) & (m->size - 1);
	return &m->firsts[i];
}

static struct map_slot *
place_slot(const struct map *m, uint64_t hash, const void *item)
{
	uint32_t key = place_key(hash, item);
	size_t i = key & (m->size - 1);
	const struct map_node *n;

	for (; m->places[i].number != 0; i = (i + 1) & (m->size - 1)) {
		n = &m->nodes[m->places[i].number - 1];
		if (m->places[i].key == key && n->hash == hash && n->item == item)
			break;
	}
	return &m->places[i];
}

/* Empties a slot; those behind it move up, unless they would then stand before their home. */
static void
slot_empty(const struct map *m, struct map_slot *slots, struct map_slot *slot)
{
	size_t mask = m->size - 1, i = (size_t)(slot - slots), j, home;

	for (j = (i + 1) & mask; slots[j].number != 0; j = (j + 1) & mask) {
		home = slots[j].key & mask;
		if (((j - home) & mask) >= ((j - i) & mask)) {
			slots[i] = slots[j];
			i = j;
		}
	}
	slots[i].number = 0;
}

/* To the slots of a map twice as large. */
static void
slots_move(const struct map *from, const struct map *to)
{
	size_t i, at;

	for (i = 0; i < from->size; i++) {
		const struct map_slot *s = &from->firsts[i];

		for (at = s->key & (to->size - 1);
		     s->number != 0 && to->firsts[at].number != 0;
		     at = (at + 1) & (to->size - 1))
			;
		if (s->number != 0)
			to->firsts[at] = *s;
		s = &from->places[i];
		for (at = s->key & (to->size - 1);
		     s->number != 0 && to->places[at].number != 0;
		     at = (at + 1) & (to->size - 1))
			;
		if (s->number != 0)
			to->places[at] = *s;
	}
}

static bool
grow(struct map *m)
{
	struct map bigger = {.size = m->size ? m->size * 2 : MAP_FIRST};
	size_t room = bigger.size / 4 * 3;

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
	slots_move(m, &bigger);
	free(m->firsts);
	free(m->places);
	m->nodes = bigger.nodes;
	m->firsts = bigger.firsts;
	m->places = bigger.places;
	m->size = bigger.size;
	return true;
}

/* The node of an item among those of a hash, number + 1; 0: it is not there. first: their slot. The newest and the
 * oldest are at hand, whoever else there is has a place. */
static uint32_t
number_of(const struct map *m, const struct map_slot *first, uint64_t hash,
          const void *item)
{
	uint32_t newest = first->number, oldest;

	if (newest == 0 || m->nodes[newest - 1].item == item)
		return newest;
	oldest = m->nodes[newest - 1].newer;
	return m->nodes[oldest - 1].item == item ? oldest
	                                         : place_slot(m, hash, item)->number;
}

bool
map_put(struct map *m, uint64_t hash, void *item)
{
	struct map_slot *first;
	struct map_node *n;
	uint32_t number;

	if (m->used == m->size / 4 * 3 && !grow(m))
		return false;
	first = first_slot(m, hash);
	if (number_of(m, first, hash, item) != 0)
		return true; /* it is there */
	number = m->spare != 0 ? m->spare : ++m->nodes_total;
	n = &m->nodes[number - 1];
	if (m->spare != 0)
		m->spare = n->older;
	*n = (struct map_node){
	    .item = item, .hash = hash, .older = first->number, .newer = number};
	if (first->number != 0) {
		n->newer = m->nodes[first->number - 1].newer;
		m->nodes[first->number - 1].newer = number;
		n->placed = true;
		*place_slot(m, hash, item) =
		    (struct map_slot){number, place_key(hash, item)};
	}
	*first = (struct map_slot){number, (uint32_t)hash};
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
	number = last != 0 ? m->nodes[last - 1].older : first_slot(m, hash)->number;
	if (number == 0)
		return NULL;
	*pos = (size_t)number << COUNT_BITS | (count + 1);
	return m->nodes[number - 1].item;
}

void
map_drop(struct map *m, uint64_t hash, const void *item)
{
	struct map_slot *first;
	struct map_node *n;
	uint32_t number;

	if (m->size == 0)
		return;
	first = first_slot(m, hash);
	number = number_of(m, first, hash, item);
	if (number == 0)
		return;
	n = &m->nodes[number - 1];
	if (n->placed)
		slot_empty(m, m->places, place_slot(m, hash, item));
	if (number != first->number) {
		if (n->older != 0)
			m->nodes[n->older - 1].newer = n->newer;
		else
			m->nodes[first->number - 1].newer = n->newer; /* the oldest */
		m->nodes[n->newer - 1].older = n->older;
	} else if (n->older != 0) {
		m->nodes[n->older - 1].newer = n->newer;
		first->number = n->older;
	} else {
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
