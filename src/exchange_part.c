/* An exchange's request and the parts of its answer, one by one: GB/T 28181-2022 A.2, Annex M. */
#include "src/exchanges_own.h"

#include <stdlib.h>

#include "src/secret.h"

/* Which items an answer had: the hashes of their names. A power of two, at most three quarters full; 0 is free. */
struct exchange_ids {
	size_t size, used;
	uint64_t slots[];
};

enum { IDS_FIRST = 32 };

struct slice
exchange_keep(struct exchange *x, struct slice s)
{
	return arena_keep(&x->mem, secret_head(s, EXCHANGE_TEXT));
}

struct slice
exchange_child(const struct manscdp *x, const char *name)
{
	size_t i;

	for (i = 1; i < x->nodes_total; i++)
		if (x->nodes[i].depth == 1 && !x->nodes[i].attribute &&
		    slice_ieq(x->nodes[i].name, slice_str(name)))
			return slice_trim(x->nodes[i].text);
	return SLICE_EMPTY;
}

/* ---- the request ---- */

/* What goes with a command, and is none. */
static bool
is_beside(struct slice name)
{
	static const char *const names[] = {
	    "CmdType",   "SN",           "DeviceID",   "Info",         "ExtraInfo",
	    "DeviceID2", "StreamNumber", "TargetArea", "PTZCmdParams",
	};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (slice_ieq(name, slice_str(names[i])))
			return true;
	return false;
}

static void
commands_of(struct exchange *x, const struct manscdp *m)
{
	uint8_t text[EXCHANGE_LIST];
	struct slice name;
	size_t i, n = 0;

	for (i = 1; i < m->nodes_total; i++) {
		if (m->nodes[i].depth != 1 || m->nodes[i].attribute ||
		    is_beside(m->nodes[i].name))
			continue;
		name = m->nodes[i].name;
		if (n + name.n + 1 > sizeof(text))
			break;
		if (n != 0)
			text[n++] = ' ';
		memcpy(text + n, name.p, name.n);
		n += name.n;
	}
	x->commands = arena_keep(&x->mem, slice_of(text, n));
}

static void
types_of(struct exchange *x, const struct manscdp *m)
{
	struct slice rest = secret_head(exchange_child(m, "ConfigType"), EXCHANGE_LIST);
	unsigned n = 0;

	if (rest.n == 0)
		return;
	/* They are told one by one: an URL that is cut at its slashes is not known as one. */
	x->types = arena_keep(&x->mem, secret_mask(rest, &x->mem));
	for (rest = x->types; rest.n != 0 && n < TYPES_MAX; n++) {
		size_t at = slice_index(rest, '/');

		if (slice_trim(slice_head(rest, at)).n != 0)
			x->types_missing |= UINT64_C(1) << n;
		rest = slice_tail(rest, at + 1);
	}
}

void
exchange_request(struct exchange *x, const struct message *m)
{
	const struct manscdp *s = &m->mans.m;
	struct slice target = SLICE_EMPTY;

	if (slice_eq(s->root, SLICE("Control")))
		commands_of(x, s);
	if (slice_eq(x->name, SLICE("ConfigDownload")))
		types_of(x, s);
	if (slice_eq(x->name, SLICE("Broadcast")))
		target = exchange_child(s, "TargetID");
	x->answers_for = target.n != 0 ? exchange_keep(x, target) : x->DeviceID;
}

/* ---- ConfigDownload ---- */

/* 2022 says SnapShot in the answer to SnapShotConfig. */
static bool
is_type(struct slice type, struct slice name)
{
	return slice_ieq(type, name) || (slice_ieq(type, SLICE("SnapShotConfig")) &&
	                                 slice_ieq(name, SLICE("SnapShot")));
}

static void
types_came(struct exchange *x, const struct manscdp *m)
{
	struct slice rest = x->types;
	unsigned n;
	size_t i, at;

	for (n = 0; rest.n != 0 && n < TYPES_MAX; n++) {
		at = slice_index(rest, '/');
		for (i = 1; i < m->nodes_total; i++)
			if (m->nodes[i].depth == 1 && !m->nodes[i].attribute &&
			    is_type(slice_trim(slice_head(rest, at)), m->nodes[i].name))
				x->types_missing &= ~(UINT64_C(1) << n);
		rest = slice_tail(rest, at + 1);
	}
}

bool
exchange_whole(const struct exchange *x)
{
	if (x->parts_total == 0 || (x->unread && !x->has_sum))
		return false;
	if (x->has_sum && x->received < x->SumNum)
		return false;
	return x->types_missing == 0 || x->failed;
}

/* ---- which items ---- */

static bool
ids_add(struct exchange_ids *s, uint64_t hash)
{
	size_t at = (size_t)hash & (s->size - 1);

	for (; s->slots[at] != 0; at = (at + 1) & (s->size - 1))
		if (s->slots[at] == hash)
			return false;
	s->slots[at] = hash;
	s->used++;
	return true;
}

static struct exchange_ids *
ids_more(struct exchange_ids *s)
{
	size_t size = s != NULL ? s->size * 2 : IDS_FIRST, i;
	struct exchange_ids *bigger =
	    calloc(1, sizeof(*bigger) + size * sizeof(bigger->slots[0]));

	if (bigger == NULL)
		return NULL;
	bigger->size = size;
	for (i = 0; s != NULL && i < s->size; i++)
		if (s->slots[i] != 0)
			(void)ids_add(bigger, s->slots[i]);
	free(s);
	return bigger;
}

void
exchange_ids_free(struct exchanges *e, struct exchange *x)
{
	if (x->ids != NULL)
		e->items -= x->ids->used;
	free(x->ids);
	x->ids = NULL;
}

/* False: it was there before. Where there is no room, nothing is said. */
static bool
hash_is_new(struct exchanges *e, struct exchange *x, uint64_t hash)
{
	struct exchange_ids *s = x->ids;

	if (e->items >= e->limits->max[LIMIT_EXCHANGE_ITEMS]) {
		e->limits->dropped[LIMIT_EXCHANGE_ITEMS]++;
		return true;
	}
	if (s == NULL || s->used >= s->size / 4 * 3) {
		s = ids_more(s);
		if (s == NULL)
			return true;
		x->ids = s;
	}
	if (!ids_add(s, hash == 0 ? 1 : hash))
		return false;
	e->items++;
	return true;
}

/* The name of an item among its kind; empty: they have none (recordings share their camera's). */
static struct slice
item_key(struct slice command)
{
	static const struct {
		const char *command, *key;
	} rows[] = {
	    {"Catalog", "DeviceID"},
	    {"PresetQuery", "PresetID"},
	    {"CruiseTrackListQuery", "Number"},
	    {"SDCardStatus", "ID"},
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (slice_eq(command, slice_str(rows[i].command)))
			return slice_str(rows[i].key);
	return SLICE_EMPTY;
}

static void
look_at_items(struct exchanges *e, struct exchange *x, const struct manscdp *m)
{
	struct exchange_note *note = &e->note;
	struct slice key = item_key(x->name), id;
	uint32_t list, i;

	if (key.n == 0 || m->items == 0)
		return;
	list = manscdp_list(m);
	for (i = 1; i < m->nodes_total; i++) {
		const struct manscdp_node *n = &m->nodes[i];

		if (n->depth != 3 || n->attribute || !slice_eq(n->name, key) ||
		    m->nodes[n->parent].parent != list)
			continue;
		id = slice_trim(n->text);
		if (id.n == 0)
			continue;
		if (!hash_is_new(e, x, hash_bytes(&e->key, id)) &&
		    !(note->facts & EXCHANGE_ITEM_TWICE)) {
			note->facts |= EXCHANGE_ITEM_TWICE;
			note->text = id;
		}
		if (slice_eq(id, x->from) || slice_eq(id, x->to) ||
		    slice_eq(id, x->DeviceID)) {
			x->self_item = true;
			note->facts |= EXCHANGE_SELF;
		}
	}
}

/* ---- the parts ---- */

/* Of a list that nobody can read to its end: in how many parts it comes is not known, and a number may be cut. */
static bool
is_unread(const struct exchange *x, const struct body *b)
{
	static const char *const lists[] = {"Catalog",      "RecordInfo",
	                                    "PresetQuery",  "CruiseTrackListQuery",
	                                    "SDCardStatus", "CruiseTrackQuery"};
	size_t i;

	if (b->verdict != BODY_MALFORMED || b->m.items != 0)
		return false;
	for (i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		if (slice_eq(x->name, slice_str(lists[i])))
			return true;
	return false;
}

/* One with the same octets, sent in another transaction: the sender did not see that it arrived. */
static const struct exchange_part *
same_part(struct exchanges *e, struct exchange *x, uint64_t hash)
{
	const struct exchange_part *p;

	if (x->last == NULL)
		return NULL;
	if (x->parts_total == 1)
		(void)hash_is_new(e, x, x->last->hash);
	if (hash_is_new(e, x, hash))
		return NULL;
	for (p = x->parts; p != NULL; p = p->next)
		if (p->hash == hash)
			return p;
	return NULL;
}

static void
count(struct exchanges *e, struct exchange *x, const struct message *m,
      const struct kept_body *body, uint64_t hash)
{
	const struct manscdp *s = &m->mans.m;
	struct exchange_note *note = &e->note;
	const struct exchange_part *again;
	bool was_whole = exchange_whole(x);
	/* Unasked, these may be several answers, and not one. */
	bool asked = x->request.frame != 0;
	uint32_t n;

	again = asked ? same_part(e, x, hash) : NULL;
	if (again != NULL) {
		/* From somewhere else it is the same part, on another hop. */
		if (again->from_ip == note->part.from_ip) {
			note->facts |= EXCHANGE_PART_AGAIN;
			note->other = again->ref;
		}
		x->repeated += s->items;
		return;
	}
	if (was_whole && asked) {
		note->facts |= EXCHANGE_AFTER_WHOLE;
		note->other = x->last != NULL ? x->last->ref : x->request;
	}
	if (is_unread(x, &m->mans)) {
		x->unread = true;
	} else if (parse_u32(s->SumNum, UINT32_MAX, &n)) {
		if (x->has_sum && n != x->SumNum && asked) {
			note->facts |= EXCHANGE_SUM_CHANGED;
			note->number = x->SumNum;
		}
		/* The first one counts: who asked waits for it. */
		if (!x->has_sum)
			x->SumNum = n;
		x->has_sum = true;
	}
	x->received += s->items;
	if (asked && !was_whole && x->has_sum && x->received > x->SumNum)
		note->facts |= EXCHANGE_SURPLUS;
	if (asked)
		look_at_items(e, x, s);
	if (x->types_missing != 0)
		types_came(x, s);
	if (x->result != NULL && body != NULL && body->answer != NULL)
		(void)result_add(x->result, body->answer, s->items);
}

/* In what it differs from what it should be. */
static void
compare(struct exchange *x, struct exchange_part *part, const struct message *m)
{
	const struct manscdp *s = &m->mans.m;
	struct slice from = m->request ? m->from.uri.user : m->to.uri.user;

	if (x->request.frame == 0)
		return;
	if (part->mismatch & MISMATCH_ROOT)
		part->root = exchange_keep(x, s->root);
	if (!exchange_same_SN(x, s->SN)) {
		part->mismatch |= MISMATCH_SN;
		part->SN = exchange_keep(x, s->SN);
	}
	/* Another spelling that the dictionary has is the same command. */
	if (slice_ieq(s->CmdType, x->CmdType) &&
	    !slice_eq(slice_head(s->CmdType, EXCHANGE_TEXT), x->CmdType))
		part->mismatch |= MISMATCH_CMDTYPE;
	if (part->mismatch & MISMATCH_CMDTYPE)
		part->CmdType = exchange_keep(x, s->CmdType);
	if (part->mismatch & MISMATCH_FROM)
		part->from = exchange_keep(x, from);
	if (s->DeviceID.n != 0 && x->answers_for.n != 0 &&
	    !slice_eq(slice_head(s->DeviceID, EXCHANGE_TEXT), x->answers_for)) {
		part->mismatch |= MISMATCH_DEVICE;
		part->DeviceID = exchange_keep(x, s->DeviceID);
	}
}

struct exchange_part *
exchange_add(struct exchanges *e, struct exchange *x, const struct message *m,
             const struct place *p)
{
	struct exchange_note *note = &e->note;
	struct exchange_part *part = &note->part, *kept;

	if (x->latency_ns < 0 && x->request.frame != 0)
		x->latency_ns = m->rec.time_ns > x->request.time_ns
		                    ? m->rec.time_ns - x->request.time_ns
		                    : 0;
	x->last_ns = m->rec.time_ns;
	x->cut |= m->missing != 0 || (m->rec.faults & RECORD_PARTIAL) != 0;
	part->ref = (struct ref){
	    .capture = m->rec.capture, .frame = m->rec.frame, .time_ns = m->rec.time_ns};
	part->dialog = p->dialog->id;
	part->tx = p->tx->id;
	part->items = m->mans.m.items;
	part->has_num = parse_u32(m->mans.m.Num, UINT32_MAX, &part->num);
	part->hash = hash_bytes(&e->key, m->body);
	part->from_ip = hash_bytes(&e->key, slice_of(m->rec.src.ip, m->rec.src.n));
	compare(x, part, m);
	if (slice_ieq(m->mans.m.Result, SLICE("ERROR"))) {
		x->failed = true;
		note->facts |= EXCHANGE_FAILED;
	}
	count(e, x, m,
	      m->request    ? p->tx->body
	      : p->response ? p->response->body
	                    : NULL,
	      part->hash);
	if (!m->request)
		note->facts |= EXCHANGE_IN_RESPONSE;
	x->parts_total++;
	x->mismatch |= part->mismatch;
	x->facts |= note->facts;
	part->facts = note->facts;
	kept = ARENA_NEW(&x->mem, struct exchange_part);
	if (kept == NULL)
		return NULL; /* counted, not listed */
	*kept = *part;
	if (x->last != NULL)
		x->last->next = kept;
	else
		x->parts = kept;
	x->last = kept;
	return kept;
}
