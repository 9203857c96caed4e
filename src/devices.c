#include "src/devices.h"

#include <stdlib.h>

#include "dissect/deviceid.h"
#include "src/map.h"
#include "src/secret.h"

enum { DEVICE_TEXT_MAX = 256 };

struct devices {
	struct limits *limits;
	struct hash_key key;
	struct map map, by_address;
	struct catalogs *catalogs;
	struct device *first, *last;
	size_t total;
};

struct devices *
devices_new(struct limits *l, const struct hash_key *key)
{
	struct devices *d = calloc(1, sizeof(*d));

	if (d == NULL)
		return NULL;
	d->limits = l;
	d->key = *key;
	d->catalogs = catalogs_new(l, key);
	if (d->catalogs == NULL) {
		free(d);
		return NULL;
	}
	return d;
}

struct catalogs *
devices_catalogs(struct devices *d)
{
	return d->catalogs;
}

struct moment
moment_of(const struct record *r)
{
	return (struct moment){
	    .time_ns = r->time_ns, .frame = r->frame, .capture = r->capture};
}

struct moment
moment_of_ref(const struct ref *r)
{
	return (struct moment){
	    .time_ns = r->time_ns, .frame = r->frame, .capture = r->capture};
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
	id = slice_head(id, DEVICE_TEXT_MAX);
	v = calloc(1, sizeof(*v) + id.n);
	if (v == NULL)
		return NULL;
	memcpy(v + 1, id.p, id.n);
	v->id = slice_of(v + 1, id.n);
	v->kind = kind_of(id);
	v->registered = -1;
	v->bodies_edition = EDITION_ALL;
	v->first = *ref;
	v->first.frames = NULL;
	v->first.frames_total = 0;
	v->hash = hash_bytes(&d->key, v->id);
	if (!map_put(&d->map, v->hash, v)) {
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

/* Each text has memory of its own, so that one that changes for ever takes no more. */
void
device_text(struct device *d, struct slice *field, struct slice text)
{
	uint8_t *p;

	(void)d;
	text = secret_head(text, DEVICE_TEXT_MAX);
	if (slice_eq(*field, text))
		return;
	free((void *)(uintptr_t)field->p);
	*field = SLICE_EMPTY;
	p = text.n != 0 ? malloc(text.n) : NULL;
	if (p == NULL)
		return;
	memcpy(p, text.p, text.n);
	*field = slice_of(p, text.n);
}

/* ---- lists: a head, and behind it as many as there are ---- */

/* Room for one more behind `total`. NULL without memory. */
static void *
list_more(void *list, size_t head, size_t each, unsigned total)
{
	void *bigger = realloc(list, head + each * (total + 1));

	if (bigger == NULL)
		return NULL;
	if (list == NULL)
		memset(bigger, 0, head);
	memset((uint8_t *)bigger + head + each * total, 0, each);
	return bigger;
}

static struct device_place *
place_oldest(struct device_places *l)
{
	struct device_place *oldest = &l->at[0];
	unsigned i;

	for (i = 1; i < l->total; i++)
		if (l->at[i].last.time_ns < oldest->last.time_ns)
			oldest = &l->at[i];
	return oldest;
}

void
device_place(struct device *d, const struct addr *a, unsigned known,
             const struct moment *at)
{
	struct device_places *l = d->places;
	struct device_place *p = NULL;
	unsigned i;

	for (i = 0; l != NULL && i < l->total; i++)
		if (addr_eq(&l->at[i].addr, a)) {
			p = &l->at[i];
			break;
		}
	if (p == NULL && l != NULL && l->total == DEVICE_PLACES) {
		/* What stands before it must stay in order of first sight. */
		p = place_oldest(l);
		memmove(p, p + 1, (size_t)(&l->at[l->total - 1] - p) * sizeof(*p));
		p = &l->at[l->total - 1];
		*p = (struct device_place){.addr = *a, .first = *at};
		l->dropped++;
	} else if (p == NULL) {
		l = list_more(l, sizeof(*l), sizeof(l->at[0]), l ? l->total : 0);
		if (l == NULL)
			return;
		d->places = l;
		p = &l->at[l->total++];
		p->addr = *a;
		p->first = *at;
	}
	p->known |= known;
	if (known & PLACE_SOURCE)
		p->known &= ~(unsigned)PLACE_TARGET;
	p->last = *at;
	p->times++;
}

static uint64_t
address_hash(const struct devices *d, const struct addr *a)
{
	struct slice port = slice_of(&a->port, sizeof(a->port));

	return hash_more(&d->key, hash_bytes(&d->key, slice_of(a->ip, a->n)), port);
}

void
devices_move(struct devices *d, struct device *v, const struct addr *at)
{
	if (v->at.n != 0 && addr_eq(&v->at, at))
		return;
	if (v->at.n != 0)
		map_drop(&d->by_address, address_hash(d, &v->at), v);
	v->at = *at;
	if (!map_put(&d->by_address, address_hash(d, at), v))
		v->at.n = 0;
}

struct device *
devices_at(struct devices *d, const struct addr *at)
{
	size_t pos = 0;
	struct device *v;

	while ((v = map_next(&d->by_address, address_hash(d, at), &pos)) != NULL)
		if (addr_eq(&v->at, at))
			return v;
	return NULL;
}

struct device_registration *
device_registration(struct device *d, uint32_t dialog, const struct addr *registrar,
                    const struct moment *at)
{
	struct device_registrations *l = d->registrations;
	struct device_registration *r;
	unsigned i;

	for (i = l ? l->total : 0; i-- > 0;)
		if (l->at[i].dialog == dialog && l->at[i].ended.frame == 0 &&
		    !l->at[i].expired)
			return &l->at[i];
	/* Challenged under one Call-ID, answered under the next: one registration. */
	r = l != NULL ? &l->at[l->total - 1] : NULL;
	if (r != NULL && r->accepted.frame == 0 && r->refusals == 0 &&
	    r->challenges != 0 && addr_eq(&r->registrar, registrar)) {
		r->dialog = dialog;
		return r;
	}
	if (l != NULL && l->total == DEVICE_REGISTRATIONS) {
		d->registrations_before += l->at[0].accepted.frame != 0;
		d->refreshes_before += l->at[0].refreshes;
		memmove(&l->at[0], &l->at[1], (l->total - 1) * sizeof(l->at[0]));
		l->total--;
		l->dropped++;
		memset(&l->at[l->total], 0, sizeof(l->at[0]));
	} else {
		l = list_more(l, sizeof(*l), sizeof(l->at[0]), l ? l->total : 0);
		if (l == NULL)
			return NULL;
		d->registrations = l;
	}
	r = &l->at[l->total++];
	r->dialog = dialog;
	r->registrar = *registrar;
	r->first = *at;
	return r;
}

struct device_registration *
device_registered(const struct device *d)
{
	struct device_registrations *l = d->registrations;
	unsigned i;

	for (i = l ? l->total : 0; i-- > 0;)
		if (l->at[i].accepted.frame != 0)
			return &l->at[i];
	return l != NULL && l->total != 0 ? &l->at[l->total - 1] : NULL;
}

void
device_gap(struct device *d, const struct device_gap *g)
{
	struct device_gaps *l = d->gaps;

	if (l != NULL && l->total == DEVICE_GAPS) {
		memmove(&l->at[0], &l->at[1], (l->total - 1) * sizeof(l->at[0]));
		l->total--;
		l->dropped++;
	} else {
		l = list_more(l, sizeof(*l), sizeof(l->at[0]), l ? l->total : 0);
		if (l == NULL)
			return;
		d->gaps = l;
	}
	l->at[l->total++] = *g;
}

struct device_command *
device_command(struct device *d, struct slice CmdType)
{
	struct device_commands *l = d->commands;
	struct slice name = secret_head(CmdType, DEVICE_COMMAND_NAME - 1);
	unsigned i;

	for (i = 0; l != NULL && i < l->total; i++)
		if (slice_eq(slice_str(l->at[i].CmdType), name))
			return &l->at[i];
	/* A NUL in it would end it early. */
	if (name.n == 0 || slice_index(name, '\0') != name.n)
		return NULL;
	if (l != NULL && l->total == DEVICE_COMMANDS) {
		l->dropped++;
		return NULL;
	}
	l = list_more(l, sizeof(*l), sizeof(l->at[0]), l ? l->total : 0);
	if (l == NULL)
		return NULL;
	d->commands = l;
	memcpy(l->at[l->total].CmdType, name.p, name.n);
	return &l->at[l->total++];
}

void
device_dialog(struct device_dialogs **list, uint32_t dialog)
{
	struct device_dialogs *l = *list;
	unsigned i;

	for (i = l ? l->total : 0; i-- > 0;)
		if (l->at[i] == dialog)
			return;
	if (l != NULL && l->total == DEVICE_DIALOGS) {
		memmove(&l->at[0], &l->at[1], (l->total - 1) * sizeof(l->at[0]));
		l->total--;
		l->dropped++;
	} else {
		l = list_more(l, sizeof(*l), sizeof(l->at[0]), l ? l->total : 0);
		if (l == NULL)
			return;
		*list = l;
	}
	l->at[l->total++] = dialog;
}

const char *
edition_text(uint8_t bit)
{
	switch (bit) {
	case EDITION_2011:
		return "2011";
	case EDITION_2014:
		return "2014";
	case EDITION_2016:
		return "2016";
	case EDITION_2022:
		return "2022";
	default:
		return NULL;
	}
}

int
clock_zone(int64_t skew_ns)
{
	int64_t minute = INT64_C(60000000000), zone = 480 * minute;

	if (skew_ns > zone - 10 * minute && skew_ns < zone + 10 * minute)
		return 1;
	return skew_ns < -zone + 10 * minute && skew_ns > -zone - 10 * minute ? -1 : 0;
}

static void
device_free(struct device *v)
{
	const struct slice *texts[] = {
	    &v->user_agent,          &v->name, &v->manufacturer, &v->model, &v->firmware,
	    &v->algorithm,           &v->qop,  &v->why,          &v->query, &v->call_id,
	    &v->registration_scheme,
	};
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		free((void *)(uintptr_t)texts[i]->p);
	free(v->places);
	free(v->registrations);
	free(v->gaps);
	free(v->commands);
	free(v->calls);
	free(v->subscriptions);
	catalog_free(v->catalog);
	free(v);
}

void
devices_free(struct devices *d)
{
	struct device *v, *next;

	if (d == NULL)
		return;
	for (v = d->first; v != NULL; v = next) {
		next = v->order_next;
		device_free(v);
	}
	map_free(&d->map);
	map_free(&d->by_address);
	catalogs_free(d->catalogs);
	free(d);
}
