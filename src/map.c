#include "src/map.h"

#include <stdlib.h>

static bool
grow(struct map *m)
{
	struct map bigger = {.size = m->size ? m->size * 2 : 64};
	size_t i;

	bigger.slots = calloc(bigger.size, sizeof(*bigger.slots));
	if (bigger.slots == NULL)
		return false;
	for (i = 0; i < m->size; i++)
		if (m->slots[i].item != NULL)
			(void)map_put(&bigger, m->slots[i].hash, m->slots[i].item);
	free(m->slots);
	*m = bigger;
	return true;
}

bool
map_put(struct map *m, uint64_t hash, void *item)
{
	size_t i;

	if (m->size == 0 || m->used >= m->size - m->size / 4)
		if (!grow(m) && (m->size == 0 || m->used + 1 >= m->size))
			return false;
	for (i = hash & (m->size - 1); m->slots[i].item != NULL; i = (i + 1) & (m->size - 1))
		continue;
	m->slots[i] = (struct map_slot){hash, item};
	m->used++;
	return true;
}

void *
map_next(const struct map *m, uint64_t hash, size_t *pos)
{
	size_t i;

	if (m->size == 0)
		return NULL;
	/* Each round moves on by one slot. */
	while (*pos < m->size && *pos < MAP_PROBES_MAX) {
		i = (hash + (*pos)++) & (m->size - 1);
		if (m->slots[i].item == NULL)
			return NULL;
		if (m->slots[i].hash == hash)
			return m->slots[i].item;
	}
	return NULL;
}

void
map_drop(struct map *m, uint64_t hash, const void *item)
{
	size_t i, j, home, mask = m->size - 1;

	if (m->size == 0)
		return;
	for (i = hash & mask; m->slots[i].item != item || m->slots[i].hash != hash; i = (i + 1) & mask)
		if (m->slots[i].item == NULL)
			return;
	m->used--;
	/* Those behind move up, unless they would then stand before their home. */
	for (j = (i + 1) & mask; m->slots[j].item != NULL; j = (j + 1) & mask) {
		home = m->slots[j].hash & mask;
		if (((j - home) & mask) >= ((j - i) & mask)) {
			m->slots[i] = m->slots[j];
			i = j;
		}
	}
	m->slots[i].item = NULL;
}

void
map_free(struct map *m)
{
	free(m->slots);
	*m = (struct map){.size = 0};
}
