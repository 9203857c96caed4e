#include "src/channels.h"

#include <stdlib.h>

#include "src/map.h"
#include "src/list.h"

struct channels {
	struct limits *limits;
	struct hash_key key;
	struct map map;
	struct channel *first, *last; /* by when something was heard of them */
};

const char *
guard_name(enum guard g)
{
	static const char *const names[] = {NULL, "armed", "disarmed"};

	return names[g];
}

struct channels *
channels_new(struct limits *l, const struct hash_key *key)
{
	struct channels *n = calloc(1, sizeof(*n));

	if (n != NULL) {
		n->limits = l;
		n->key = *key;
	}
	return n;
}

bool
channels_any(const struct channels *n)
{
	return n->map.used != 0;
}

struct channel *
channel_find(const struct channels *n, struct slice id)
{
	uint64_t hash = hash_bytes(&n->key, slice_head(id, CHANNEL_ID));
	struct channel *c;
	size_t pos = 0;

	while ((c = map_next(&n->map, hash, &pos)) != NULL)
		if (slice_eq(slice_of(c->id, c->id_n), slice_head(id, CHANNEL_ID)))
			return c;
	return NULL;
}

/* The one of which was heard last is forgotten last. */
struct channel *
channel_get(struct channels *n, struct slice id)
{
	struct channel *c = channel_find(n, id);

	if (c != NULL) {
		LIST_DROP(n, c, prev, next);
		LIST_ADD(n, c, prev, next);
		return c;
	}
	if (id.n == 0)
		return NULL;
	if (n->map.used >= n->limits->max[LIMIT_CHANNEL_STATES] &&
	    (c = n->first) != NULL) {
		n->limits->dropped[LIMIT_CHANNEL_STATES]++;
		LIST_DROP(n, c, prev, next);
		map_drop(&n->map, c->hash, c);
		free(c);
	}
	c = calloc(1, sizeof(*c));
	if (c == NULL)
		return NULL;
	c->id_n = slice_head(id, CHANNEL_ID).n;
	memcpy(c->id, id.p, c->id_n);
	c->hash = hash_bytes(&n->key, slice_of(c->id, c->id_n));
	if (!map_put(&n->map, c->hash, c)) {
		free(c);
		return NULL;
	}
	LIST_ADD(n, c, prev, next);
	return c;
}

bool
catalog_item_next(const struct manscdp *b, size_t *at, struct catalog_item *out)
{
	const struct manscdp_node *n = b->nodes;
	size_t i = *at;

	while (i < b->nodes_total && (n[i].depth != 2 || n[i].attribute))
		i++;
	if (i >= b->nodes_total)
		return false;
	*out = (struct catalog_item){SLICE_EMPTY, SLICE_EMPTY, SLICE_EMPTY};
	for (i++; i < b->nodes_total && n[i].depth > 2; i++) {
		if (n[i].depth != 3 || n[i].attribute)
			continue;
		if (slice_eq(n[i].name, SLICE("DeviceID")))
			out->DeviceID = slice_trim(n[i].text);
		else if (slice_eq(n[i].name, SLICE("Event")))
			out->Event = slice_trim(n[i].text);
		else if (slice_eq(n[i].name, SLICE("Status")))
			out->Status = slice_trim(n[i].text);
	}
	*at = i;
	return true;
}

void
channels_free(struct channels *n)
{
	struct channel *c;

	if (n == NULL)
		return;
	while ((c = n->first) != NULL) {
		LIST_DROP(n, c, prev, next);
		free(c);
	}
	map_free(&n->map);
	free(n);
}
