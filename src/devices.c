#include "src/devices.h"

#include <stdlib.h>

#include "dissect/deviceid.h"
#include "src/map.h"

enum { DEVICE_TEXT_MAX = 256, DEVICE_BYTES = 8192 };

struct devices {
	struct limits *limits;
	struct hash_key key;
	struct map map;
	struct device *first, *last;
	size_t total;
};

struct devices *
devices_new(struct limits *l, const struct hash_key *key)
{
	struct devices *d = calloc(1, sizeof(*d));

	if (d != NULL) {
		d->limits = l;
		d->key = *key;
	}
	return d;
}

struct device *
devices_find(struct devices *d, struct slice id)
{
	uint64_t hash;
	struct device *v;
	size_t pos = 0;

	id = slice_head(id, DEVICE_TEXT_MAX); /* as it is kept */
	hash = hash_bytes(&d->key, id);
	while ((v = map_next(&d->map, hash, &pos)) != NULL)
		if (slice_eq(v->id, id))
			return v;
	return NULL;
}

static enum device_kind
kind_of(struct slice id)
{
	struct deviceid x;

	if (deviceid_dissect(id, NULL, &x) != DIS_OK)
		return DEVICE_UNKNOWN;
	switch (x.class) {
	case DEVICEID_DEVICE:
	case DEVICEID_PERIPHERAL:
		return DEVICE_DEVICE;
	case DEVICEID_PLATFORM:
	case DEVICEID_SERVER:
		return DEVICE_PLATFORM;
	case DEVICEID_USER:
		return DEVICE_USER;
	default:
		return DEVICE_UNKNOWN;
	}
}

struct device *
devices_get(struct devices *d, struct slice id, const struct ref *ref)
{
	struct device *v;

	if (id.n == 0)
		return NULL;
	v = devices_find(d, id);
	if (v != NULL)
		return v;
	if (d->total >= d->limits->max[LIMIT_DEVICES]) {
		d->limits->dropped[LIMIT_DEVICES]++;
		return NULL;
	}
	v = calloc(1, sizeof(*v));
	if (v == NULL)
		return NULL;
	arena_init(&v->mem, DEVICE_BYTES);
	v->id = arena_keep(&v->mem, slice_head(id, DEVICE_TEXT_MAX));
	v->kind = kind_of(id);
	v->registered = -1;
	v->first = *ref;
	v->first.frames = NULL;
	v->first.frames_total = 0;
	v->hash = hash_bytes(&d->key, v->id);
	if (!map_put(&d->map, v->hash, v)) {
		arena_free(&v->mem);
		free(v);
		return NULL;
	}
	if (d->last != NULL)
		d->last->order_next = v;
	else
		d->first = v;
	d->last = v;
	d->total++;
	return v;
}

const struct device *
devices_next(const struct devices *d, const struct device *after)
{
	return after ? after->order_next : d->first;
}

void
device_address(struct device *d, const struct addr *a)
{
	unsigned i;

	for (i = 0; i < d->addresses_total; i++)
		if (addr_eq(&d->addresses[i], a))
			return;
	if (d->addresses_total < DEVICE_ADDRESSES_MAX)
		d->addresses[d->addresses_total++] = *a;
}

void
device_text(struct device *d, struct slice *field, struct slice text)
{
	text = slice_head(text, DEVICE_TEXT_MAX);
	if (!slice_eq(*field, text))
		*field = arena_keep(&d->mem, text);
}

void
devices_free(struct devices *d)
{
	struct device *v, *next;

	if (d == NULL)
		return;
	for (v = d->first; v != NULL; v = next) {
		next = v->order_next;
		arena_free(&v->mem);
		free(v);
	}
	map_free(&d->map);
	free(d);
}
