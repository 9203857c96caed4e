#include "src/catalog_tree.h"

#include <stddef.h>
#include <stdlib.h>

#include "dissect/deviceid.h"

#include "src/secret.h"

enum {
	NODES_FIRST = 8,
	NAME_MAX_OCTETS = 96, /* of one name */
	TEXT_ID_MAX = CATALOG_ID_TEXT - 1,
	ITEM_DEPTH = 2, /* Response, DeviceList, Item */

};

struct catalogs {
	struct limits *limits;
	struct hash_key key;
	uint64_t nodes, bytes;
};

const char *
catalog_status_name(enum catalog_status s)
{
	static const char *const names[] = {NULL,    "ON",     "OFF",
	                                    "VLOST", "DEFECT", "other"};

	return names[s];
}

const char *
catalog_kind_name(enum catalog_kind k)
{
	static const char *const names[] = {"device",       "system", "group",
	                                    "organisation", "region", "other"};

	return names[k];
}

struct catalogs *
catalogs_new(struct limits *l, const struct hash_key *key)
{
	struct catalogs *all = calloc(1, sizeof(*all));

	if (all != NULL) {
		all->limits = l;
		all->key = *key;
	}
	return all;
}

void
catalogs_free(struct catalogs *all)
{
	free(all);
}

/* ---- texts and ids ---- */

/* A character is kept whole or not at all. */
static struct slice
cut_utf8(struct slice s, size_t max)
{
	if (s.n <= max)
		return s;
	/* One more, to see whether it is a character's first. */
	while (max != 0 && (s.p[max] & 0xC0) == 0x80)
		max--;
	return secret_head(s, max);
}

/* Where it stands now: its length, then its octets. 0: there is no room. */
static uint32_t
pool_put(struct catalog *c, struct slice s)
{
	struct limits *l = c->all->limits;
	uint32_t need = (uint32_t)s.n + 1, room = c->pool_room, at;
	uint8_t *bigger;

	if (c->pool_used == 0)
		c->pool_used = 1; /* 0 is no place */
	if (need > room - (c->pool_used < room ? c->pool_used : room)) {
		room = room != 0 ? room + room / 2 : 256;
		if (room < c->pool_used + need)
			room = c->pool_used + need;
		if (c->all->bytes + (room - c->pool_room) > l->max[LIMIT_CATALOG_BYTES]) {
			l->dropped[LIMIT_CATALOG_BYTES]++;
			return 0;
		}
		bigger = realloc(c->pool, room);
		if (bigger == NULL)
			return 0;
		c->all->bytes += room - c->pool_room;
		c->pool = bigger;
		c->pool_room = room;
	}
	at = c->pool_used;
	c->pool[at] = (uint8_t)s.n;
	if (s.n != 0)
		memcpy(c->pool + at + 1, s.p, s.n);
	c->pool_used += need;
	return at;
}

static struct slice
pool_get(const struct catalog *c, uint32_t at)
{
	return at != 0 ? slice_of(c->pool + at + 1, c->pool[at]) : SLICE_EMPTY;
}

struct slice
catalog_name(const struct catalog *c, const struct catalog_node *n)
{
	return pool_get(c, n->name);
}

static uint32_t
text_place(const struct catalog_id *id)
{
	uint32_t at;

	memcpy(&at, id->digits, sizeof(at));
	return at;
}

struct slice
catalog_id_text(const struct catalog *c, const struct catalog_id *id,
                char text[CATALOG_ID_TEXT])
{
	uint8_t i;

	if (id->n == CATALOG_TEXT)
		return pool_get(c, text_place(id));
	for (i = 0; i < sizeof(id->digits); i++) {
		text[2 * i] = (char)('0' + (id->digits[i] >> 4));
		text[2 * i + 1] = (char)('0' + (id->digits[i] & 15));
	}
	text[id->n] = '\0';
	return slice_of(text, id->n);
}

static void
pack_digits(struct slice s, struct catalog_id *out)
{
	size_t i;

	*out = (struct catalog_id){.n = (uint8_t)s.n};
	for (i = 0; i < s.n; i++)
		out->digits[i / 2] |= (uint8_t)((s.p[i] - '0') << (i % 2 ? 0 : 4));
}

static bool
is_digits(struct slice s)
{
	return slice_digits(s) && s.n <= 20;
}

/* False: it is no number, and there is no room for its text. */
static bool
pack(struct catalog *c, struct slice s, struct catalog_id *out)
{
	uint32_t at;

	s = slice_trim(s);
	*out = (struct catalog_id){.n = 0};
	if (s.n == 0)
		return true;
	if (is_digits(s)) {
		pack_digits(s, out);
		return true;
	}
	at = pool_put(c, cut_utf8(s, TEXT_ID_MAX));
	if (at == 0)
		return false;
	out->n = CATALOG_TEXT;
	memcpy(out->digits, &at, sizeof(at));
	return true;
}

/* What this text would be as an id. One that is no number is compared by the text that comes back, as it is kept. */
static struct slice
key_of(struct slice text, struct catalog_id *out)
{
	if (is_digits(text)) {
		pack_digits(text, out);
		return SLICE_EMPTY;
	}
	*out = (struct catalog_id){.n = text.n != 0 ? CATALOG_TEXT : 0};
	return cut_utf8(text, TEXT_ID_MAX);
}

static bool
is_key(const struct catalog *c, const struct catalog_id *id, const struct catalog_id *key,
       struct slice text)
{
	if (id->n != key->n)
		return false;
	if (id->n == CATALOG_TEXT)
		return slice_eq(pool_get(c, text_place(id)), text);
	return memcmp(id->digits, key->digits, sizeof(id->digits)) == 0;
}

bool
catalog_id_is(const struct catalog *c, const struct catalog_id *id, struct slice text)
{
	struct catalog_id key;

	text = key_of(text, &key);
	return is_key(c, id, &key, text);
}

bool
catalog_id_eq(const struct catalog *c, const struct catalog_id *a,
              const struct catalog_id *b)
{
	if (a->n != b->n)
		return false;
	if (a->n == CATALOG_TEXT)
		return slice_eq(pool_get(c, text_place(a)), pool_get(c, text_place(b)));
	return memcmp(a->digits, b->digits, sizeof(a->digits)) == 0;
}

enum catalog_kind
catalog_kind(const struct catalog *c, const struct catalog_id *id)
{
	char text[CATALOG_ID_TEXT];
	struct slice s = catalog_id_text(c, id, text);
	struct deviceid d;

	if (deviceid_dissect(s, NULL, &d) != DIS_OK)
		return CATALOG_ODD;
	if (d.class == DEVICEID_REGION)
		return CATALOG_REGION;
	if (s.n != 20)
		return CATALOG_ODD;
	switch (d.type) {
	case 200:
		return CATALOG_SYSTEM;
	case 215:
		return CATALOG_GROUP;
	case 216:
		return CATALOG_ORGANISATION;
	default:
		return CATALOG_DEVICE;
	}
}

/* ---- nodes by id ---- */

/* The place of this key among the slots: its node's, or a free one. */
static uint32_t
slot_of(const struct catalog *c, const struct catalog_id *key, struct slice text)
{
	uint64_t hash = hash_bytes(
	    &c->all->key,
	    key->n == CATALOG_TEXT ? text : slice_of(key->digits, sizeof(key->digits)));
	uint32_t mask = c->slots_total - 1, i = (uint32_t)hash & mask;

	while (c->slots[i] != 0 && !is_key(c, &c->nodes[c->slots[i] - 1].id, key, text))
		i = (i + 1) & mask;
	return i;
}

static uint32_t
key_find(const struct catalog *c, const struct catalog_id *key, struct slice text)
{
	uint32_t n;

	if (c->slots_total == 0 || key->n == 0)
		return CATALOG_NOWHERE;
	n = c->slots[slot_of(c, key, text)];
	return n != 0 ? n - 1 : CATALOG_NOWHERE;
}

static uint32_t
find(const struct catalog *c, struct slice text)
{
	struct catalog_id key;

	text = key_of(text, &key);
	return key_find(c, &key, text);
}

static struct slice
id_pooled(const struct catalog *c, const struct catalog_id *id)
{
	return id->n == CATALOG_TEXT ? pool_get(c, text_place(id)) : SLICE_EMPTY;
}

uint32_t
catalog_find(const struct catalog *c, const struct catalog_id *id)
{
	return key_find(c, id, id_pooled(c, id));
}

static void
fill_slots(struct catalog *c)
{
	uint32_t i;

	memset(c->slots, 0, c->slots_total * sizeof(*c->slots));
	for (i = 0; i < c->total; i++) {
		const struct catalog_id *id = &c->nodes[i].id;

		c->slots[slot_of(c, id, id_pooled(c, id))] = i + 1;
	}
}

/* Room for one more; twice as many slots as nodes. */
static bool
grow(struct catalog *c)
{
	struct limits *l = c->all->limits;
	uint32_t room = c->room != 0 ? c->room + c->room / 2 : NODES_FIRST, slots;
	struct catalog_node *nodes;
	uint32_t *bigger;

	if (c->total < c->room)
		return true;
	if (c->all->nodes + (room - c->room) > l->max[LIMIT_CATALOG_NODES]) {
		room = c->room + 1;
		if (c->all->nodes + 1 > l->max[LIMIT_CATALOG_NODES]) {
			l->dropped[LIMIT_CATALOG_NODES]++;
			return false;
		}
	}
	nodes = realloc(c->nodes, room * sizeof(*nodes));
	if (nodes == NULL)
		return false;
	c->nodes = nodes;
	slots = c->slots_total != 0 ? c->slots_total : NODES_FIRST * 2;
	while (slots < room * 3 / 2)
		slots *= 2;
	if (slots != c->slots_total) {
		bigger = realloc(c->slots, slots * sizeof(*bigger));
		if (bigger == NULL)
			return false;
		c->slots = bigger;
		c->slots_total = slots;
		fill_slots(c);
	}
	c->all->nodes += room - c->room;
	c->room = room;
	return true;
}

/* The node of this id, a new one if need be; NULL: no room. */
static struct catalog_node *
node_of(struct catalog *c, struct slice id)
{
	uint32_t at = find(c, id);
	struct catalog_node *n;

	if (at != CATALOG_NOWHERE) {
		n = &c->nodes[at];
		if (n->flags & CATALOG_GONE)
			c->present++;
		n->flags &= (uint8_t)~CATALOG_GONE;
		return n;
	}
	if (!grow(c))
		return NULL;
	n = &c->nodes[c->total];
	*n = (struct catalog_node){.status = CATALOG_UNKNOWN};
	if (!pack(c, id, &n->id))
		return NULL;
	at = slot_of(c, &n->id, id_pooled(c, &n->id));
	c->slots[at] = ++c->total;
	c->present++;
	return n;
}

/* A text, at its new place in `to`; NULL: only counted. */
static void
text_move(struct catalog *c, uint32_t *at, uint8_t *to, uint32_t *used)
{
	uint32_t n = c->pool[*at] + 1u;

	if (to != NULL) {
		memcpy(to + *used, c->pool + *at, n);
		*at = *used;
	}
	*used += n;
}

static void
id_move(struct catalog *c, struct catalog_id *id, uint8_t *to, uint32_t *used)
{
	uint32_t at = text_place(id);

	if (id->n != CATALOG_TEXT)
		return;
	text_move(c, &at, to, used);
	memcpy(id->digits, &at, sizeof(at));
}

/* All texts that something names; how many octets they take. */
static uint32_t
texts_move(struct catalog *c, uint8_t *to)
{
	uint32_t used = 1, i; /* 0 is no place */

	for (i = 0; i < c->total; i++) {
		struct catalog_node *n = &c->nodes[i];

		if (n->name != 0)
			text_move(c, &n->name, to, &used);
		id_move(c, &n->id, to, &used);
		id_move(c, &n->parent, to, &used);
		id_move(c, &n->second, to, &used);
		id_move(c, &n->group, to, &used);
		id_move(c, &n->civil, to, &used);
	}
	id_move(c, &c->asker, to, &used);
	return used;
}

/* Where most of the pool is of what is gone, or was called otherwise, a smaller one takes its place. */
static void
pool_tidy(struct catalog *c)
{
	uint32_t used = texts_move(c, NULL);
	uint8_t *smaller;

	if (used > c->pool_used / 2)
		return;
	smaller = malloc(used);
	if (smaller == NULL)
		return;
	c->pool_used = texts_move(c, smaller);
	free(c->pool);
	c->pool = smaller;
	c->all->bytes -= c->pool_room - used;
	c->pool_room = used;
}

/* Much less is there than was: the room for it is given back. */
static void
shrink(struct catalog *c)
{
	uint32_t room = c->total + c->total / 2, slots = NODES_FIRST * 2, *fewer;
	struct catalog_node *nodes;

	room = room < NODES_FIRST ? NODES_FIRST : room;
	if (room > c->room / 2)
		return;
	while (slots < room * 3 / 2)
		slots *= 2;
	nodes = realloc(c->nodes, room * sizeof(*nodes));
	if (nodes == NULL)
		return;
	c->nodes = nodes;
	c->all->nodes -= c->room - room;
	c->room = room;
	fewer = realloc(c->slots, slots * sizeof(*fewer));
	if (fewer == NULL)
		return;
	c->slots = fewer;
	c->slots_total = slots;
}

/* What is gone gives its place back. */
static void
compact(struct catalog *c)
{
	uint32_t i, k = 0;

	for (i = 0; i < c->total; i++)
		if ((c->nodes[i].flags & CATALOG_GONE) == 0)
			c->nodes[k++] = c->nodes[i];
	if (k != c->total) {
		c->total = k;
		shrink(c);
		fill_slots(c);
	}
	pool_tidy(c);
}

/* ---- items ---- */

struct item {
	struct slice DeviceID, Name, ParentID, CivilCode, group, Parental, Status, Event;
};

static struct slice
field_name(const struct manscdp_node *n)
{
	const struct dict_field *f = n->def;

	if (f == NULL)
		return n->name;
	return f->alias_of != NULL ? f->alias_of->name : f->name;
}

static void
item_field(struct item *x, struct slice name, struct slice text)
{
	static const struct {
		const char *name;
		size_t n, at;
	} rows[] = {
#define FIELD(name, member) {name, sizeof(name) - 1, offsetof(struct item, member)}
	    FIELD("DeviceID", DeviceID), FIELD("Name", Name),
	    FIELD("ParentID", ParentID), FIELD("CivilCode", CivilCode),
	    FIELD("Parental", Parental), FIELD("Status", Status),
	    FIELD("Event", Event),       FIELD("BusinessGroupID", group),
#undef FIELD
	};
	struct slice *to;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (name.n != rows[i].n || memcmp(name.p, rows[i].name, name.n) != 0)
			continue;
		to = (struct slice *)(void *)((char *)x + rows[i].at);
		if (to->n == 0)
			*to = slice_trim(text);
		return;
	}
}

static bool
is_item(const struct manscdp_node *nodes, const struct manscdp_node *n)
{
	return n->depth == ITEM_DEPTH && !n->attribute &&
	       slice_eq(n->name, SLICE("Item")) &&
	       slice_eq(nodes[n->parent].name, SLICE("DeviceList"));
}

/* The item at *at, and *at behind it. */
static struct item
item_read(const struct manscdp *m, size_t *at)
{
	struct item x = {.DeviceID = SLICE_EMPTY};
	size_t i = *at, item = i;

	for (i++; i < m->nodes_total && m->nodes[i].depth > ITEM_DEPTH; i++) {
		const struct manscdp_node *n = &m->nodes[i];

		if (n->attribute || !n->leaf)
			continue;
		/* Until 2016 the group stood in Info. */
		if (n->parent == item ||
		    slice_eq(field_name(n), SLICE("BusinessGroupID")))
			item_field(&x, field_name(n), n->text);
	}
	*at = i;
	return x;
}

static enum catalog_status
status_of(struct slice s, enum catalog_status before)
{
	static const struct {
		const char *text;
		enum catalog_status status;
	} rows[] = {
	    {"ON", CATALOG_ON},       {"OFF", CATALOG_OFF},
	    {"VLOST", CATALOG_VLOST}, {"DEFECT", CATALOG_DEFECT},
	    {"OK", CATALOG_ON},       {"ERROR", CATALOG_OFF},
	    {"ONLINE", CATALOG_ON},   {"OFFLINE", CATALOG_OFF},
	};
	size_t i;

	if (s.n == 0)
		return before;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (slice_ieq(s, slice_str(rows[i].text)))
			return rows[i].status;
	return CATALOG_OTHER;
}

static void
keep_name(struct catalog *c, struct catalog_node *n, struct slice name)
{
	struct slice old = catalog_name(c, n);

	name = cut_utf8(name, NAME_MAX_OCTETS);
	if (name.n == 0 || slice_eq(old, name))
		return;
	if (name.n <= old.n) {
		c->pool[n->name] = (uint8_t)name.n;
		memcpy(c->pool + n->name + 1, name.p, name.n);
	} else {
		n->name = pool_put(c, name);
	}
}

/* Kept where it is another one: a text takes room in the pool each time. */
static void
keep_id(struct catalog *c, struct catalog_id *id, struct slice text)
{
	if (!catalog_id_is(c, id, text) && !pack(c, text, id))
		*id = (struct catalog_id){.n = 0};
}

static void
keep_parents(struct catalog *c, struct catalog_node *n, struct slice text)
{
	struct slice first = text, rest = SLICE_EMPTY, second;

	if (slice_cut(text, '/', &first, &rest) && rest.n != 0)
		n->flags |= CATALOG_SEVERAL;
	else
		n->flags &= (uint8_t)~CATALOG_SEVERAL;
	second = rest;
	(void)slice_cut(rest, '/', &second, &rest);
	keep_id(c, &n->parent, slice_trim(first));
	keep_id(c, &n->second, slice_trim(second));
}

static void
keep_item(struct catalog *c, struct catalog_node *n, const struct item *x)
{
	keep_name(c, n, x->Name);
	keep_parents(c, n, x->ParentID);
	keep_id(c, &n->group, x->group);
	keep_id(c, &n->civil, x->CivilCode);
	n->status = (uint8_t)status_of(x->Status, (enum catalog_status)n->status);
	n->flags &= (uint8_t) ~(CATALOG_PARENTAL | CATALOG_NO_PARENTAL);
	if (slice_eq(x->Parental, SLICE("1")))
		n->flags |= CATALOG_PARENTAL;
	else if (slice_eq(x->Parental, SLICE("0")))
		n->flags |= CATALOG_NO_PARENTAL;
}

/* A NOTIFY tells of one item: it is new, changed, gone, or only its state is another one. */
static void
notice(struct catalog *c, const struct item *x)
{
	struct catalog_node *n;
	uint32_t at;

	c->noticed++;
	if (slice_ieq(x->Event, SLICE("DEL"))) {
		at = find(c, x->DeviceID);
		if (at == CATALOG_NOWHERE || (c->nodes[at].flags & CATALOG_GONE))
			return;
		c->nodes[at].flags |= CATALOG_GONE | CATALOG_NOTICED;
		c->present--;
		return;
	}
	n = node_of(c, x->DeviceID);
	if (n == NULL) {
		c->dropped++;
		return;
	}
	n->flags |= CATALOG_NOTICED;
	n->round = c->rounds; /* an answer that begins later must have it */
	if (slice_ieq(x->Event, SLICE("ADD")) || slice_ieq(x->Event, SLICE("UPDATE")) ||
	    x->Event.n == 0)
		keep_item(c, n, x);
	else
		n->status = (uint8_t)status_of(x->Event, (enum catalog_status)n->status);
}

/* ---- answers ---- */

static uint64_t
answer_key(const struct catalogs *all, struct slice asker, struct slice SN)
{
	uint64_t h = hash_more(&all->key, hash_bytes(&all->key, asker), slice_number(SN));

	return h != 0 ? h : 1;
}

static struct catalog *
catalog_of(struct catalog **c, struct catalogs *all)
{
	if (*c == NULL) {
		*c = calloc(1, sizeof(**c));
		if (*c != NULL)
			(*c)->all = all;
	}
	return *c;
}

void
catalog_asked(struct catalog **to, struct catalogs *all, const struct message *m)
{
	struct catalog *c = catalog_of(to, all);
	const struct manscdp *x = &m->mans.m;
	bool part = !slice_eq(x->DeviceID, m->to.uri.user);
	size_t i;

	if (c == NULL)
		return;
	for (i = 0; i < x->nodes_total && !part; i++)
		part = x->nodes[i].depth == 1 && slice_trim(x->nodes[i].text).n != 0 &&
		       (slice_eq(x->nodes[i].name, SLICE("StartTime")) ||
		        slice_eq(x->nodes[i].name, SLICE("EndTime")));
	c->restarted = answer_key(all, m->from.uri.user, x->SN);
	c->filtered = part ? c->restarted : 0;
}

/* The answer that this message is a part of: the one with its SN, or a new one in place of the oldest. */
static struct catalog_answer *
answer_of(struct catalog *c, uint64_t key, bool part)
{
	struct catalog_answer *a, *oldest = &c->answers[0];
	size_t i;

	for (i = 0; i < CATALOG_ANSWERS; i++) {
		a = &c->answers[i];
		if (a->key == key && c->restarted != key)
			return a;
		if (a->round < oldest->round)
			oldest = a;
	}
	/* The same SN again: the same place again. */
	for (i = 0; i < CATALOG_ANSWERS; i++)
		if (c->answers[i].key == key)
			oldest = &c->answers[i];
	if (c->restarted == key)
		c->restarted = 0;
	*oldest = (struct catalog_answer){
	    .key = key, .round = ++c->rounds, .part = part || c->filtered == key};
	return oldest;
}

static void
answer_item(struct catalog *c, const struct catalog_answer *a, uint32_t part,
            const struct item *x)
{
	uint32_t before = c->total;
	struct catalog_node *n = node_of(c, x->DeviceID);

	if (n == NULL) {
		c->dropped++;
		return;
	}
	if (c->total == before && n->round == a->round &&
	    (n->flags & CATALOG_NOTICED) == 0)
		n->flags |= CATALOG_TWICE;
	else
		n->flags &= (uint8_t) ~(CATALOG_TWICE | CATALOG_NOTICED);
	n->round = a->round;
	n->part = part;
	keep_item(c, n, x);
}

/* A message with the same octets brought these items before: its sender did not see that it arrived. */
static bool
came_before(const struct catalog *c, const struct catalog_answer *a, uint32_t part,
            const struct manscdp *m)
{
	struct item item;
	size_t i = 0;
	uint32_t at;

	while (i < m->nodes_total) {
		if (!is_item(m->nodes, &m->nodes[i])) {
			i++;
			continue;
		}
		item = item_read(m, &i);
		at = find(c, item.DeviceID);
		if (at != CATALOG_NOWHERE && c->nodes[at].round == a->round &&
		    c->nodes[at].part == part)
			return true;
	}
	return false;
}

/* All of it is there: what an older answer had, and this one does not, is gone. */
static void
answer_whole(struct catalog *c, struct catalog_answer *a)
{
	uint32_t i;

	a->whole = true;
	c->whole++;
	if (a->part)
		return;
	c->newest = a->round;
	for (i = 0; i < c->total; i++) {
		struct catalog_node *n = &c->nodes[i];

		if (n->round < a->round && (n->flags & CATALOG_GONE) == 0) {
			n->flags |= CATALOG_GONE;
			c->present--;
		}
	}
	compact(c);
}

bool
catalog_feed(struct catalog **to, struct catalogs *all, const struct message *m)
{
	const struct manscdp *x = &m->mans.m;
	bool notify = slice_eq(x->root, SLICE("Notify")) || m->method == METHOD_NOTIFY;
	struct catalog *c = catalog_of(to, all);
	struct catalog_answer *a = NULL;
	uint32_t part = (uint32_t)hash_bytes(&all->key, m->body);
	struct item item;
	size_t i = 0;

	if (c == NULL)
		return false;
	if (!notify) {
		a = answer_of(c, answer_key(all, m->to.uri.user, x->SN),
		              !slice_eq(x->DeviceID, m->from.uri.user));
		if (came_before(c, a, part, x))
			return false;
		(void)parse_u32(x->SumNum, UINT32_MAX, &a->sum);
		keep_id(c, &c->asker, m->to.uri.user);
	}
	while (i < x->nodes_total) {
		if (!is_item(x->nodes, &x->nodes[i])) {
			i++;
			continue;
		}
		item = item_read(x, &i);
		if (a != NULL)
			a->received++;
		if (item.DeviceID.n == 0)
			continue;
		if (a == NULL)
			notice(c, &item);
		else
			answer_item(c, a, part, &item);
	}
	if (a == NULL)
		return false;
	if (!a->part || c->newest == 0) {
		c->sum = a->sum;
		c->received = a->received;
		c->complete = a->received >= a->sum;
	}
	if (a->whole || a->received < a->sum)
		return false;
	answer_whole(c, a);
	return !a->part;
}

void
catalog_free(struct catalog *c)
{
	if (c == NULL)
		return;
	c->all->nodes -= c->room;
	c->all->bytes -= c->pool_room;
	free(c->nodes);
	free(c->slots);
	free(c->pool);
	free(c);
}
