#include "src/exchanges.h"

#include <stdlib.h>

#include "src/map.h"

enum { EXCHANGE_BYTES = 1 << 20, EXCHANGE_TEXT = 128 };

struct queue {
	struct exchange *first, *last;
};

struct exchanges {
	struct limits *limits;
	struct hash_key key;
	int64_t timeout_ns;
	struct map map, by_tx;
	struct queue open, ended;
	struct exchange *given;
	uint32_t ids;
	uint64_t total;
};

struct exchanges *
exchanges_new(struct limits *l, const struct hash_key *key, int64_t timeout_ns)
{
	struct exchanges *e = calloc(1, sizeof(*e));

	if (e != NULL) {
		e->limits = l;
		e->key = *key;
		e->timeout_ns = timeout_ns;
	}
	return e;
}

static void
queue_add(struct queue *q, struct exchange *x)
{
	x->queue_prev = q->last;
	x->queue_next = NULL;
	if (q->last != NULL)
		q->last->queue_next = x;
	else
		q->first = x;
	q->last = x;
}

static void
queue_drop(struct queue *q, struct exchange *x)
{
	if (x->queue_prev != NULL)
		x->queue_prev->queue_next = x->queue_next;
	else
		q->first = x->queue_next;
	if (x->queue_next != NULL)
		x->queue_next->queue_prev = x->queue_prev;
	else
		q->last = x->queue_prev;
}

static uint64_t
tx_hash(const struct exchanges *e, uint32_t tx)
{
	return hash_bytes(&e->key, slice_of(&tx, sizeof(tx)));
}

static void
exchange_free(struct exchange *x)
{
	arena_free(&x->mem);
	free(x);
}

/* From open to ended: `how` stands in its outcome until it is pulled. */
static void
close(struct exchanges *e, struct exchange *x)
{
	map_drop(&e->map, x->hash, x);
	if (x->request_tx != 0)
		map_drop(&e->by_tx, tx_hash(e, x->request_tx), x);
	queue_drop(&e->open, x);
	queue_add(&e->ended, x);
	e->total--;
}

static bool
whole(const struct exchange *x)
{
	return x->parts_total != 0 && (!x->has_sum || x->received >= x->SumNum);
}

static void
judge(struct exchange *x)
{
	if (x->outcome == EXCHANGE_UNSOLICITED || x->outcome == EXCHANGE_NOT_NEEDED)
		return;
	if (whole(x))
		x->outcome = EXCHANGE_COMPLETE;
	else
		x->outcome = x->parts_total ? EXCHANGE_INCOMPLETE : EXCHANGE_UNANSWERED;
}

void
exchanges_clock(struct exchanges *e, int64_t now_ns)
{
	struct exchange *x;

	while ((x = e->open.first) != NULL && now_ns - x->active_ns >= e->timeout_ns) {
		judge(x);
		x->ended_how = ENDED_TIMEOUT;
		close(e, x);
	}
}

static uint64_t
key_hash(const struct exchanges *e, struct slice CmdType, struct slice SN,
         struct slice asker, struct slice asked)
{
	uint64_t h = hash_bytes(&e->key, slice_head(CmdType, EXCHANGE_TEXT));

	/* As they are kept. */
	h = hash_more(&e->key, h, slice_head(SN, EXCHANGE_TEXT));
	h = hash_more(&e->key, h, slice_head(asker, EXCHANGE_TEXT));
	return hash_more(&e->key, h, slice_head(asked, EXCHANGE_TEXT));
}

static bool
same(struct slice kept, struct slice text)
{
	return slice_eq(kept, slice_head(text, EXCHANGE_TEXT));
}

/* The dictionary's name for the command: PersetQuery and PresetQuery are one. */
static struct slice
command_name(const struct message *m)
{
	const struct manscdp *x = &m->mans.m;

	return x->command != NULL ? x->command->CmdType : x->CmdType;
}

/* The newest open request that this Response can answer. */
static struct exchange *
find(struct exchanges *e, const struct message *m)
{
	struct slice name = command_name(m);
	uint64_t hash = key_hash(e, name, m->mans.m.SN, m->to.uri.user, m->from.uri.user);
	struct exchange *x, *newest = NULL;
	size_t pos = 0;

	while ((x = map_next(&e->map, hash, &pos)) != NULL)
		if (same(x->name, name) && same(x->SN, m->mans.m.SN) &&
		    same(x->from, m->to.uri.user) && same(x->to, m->from.uri.user) &&
		    (newest == NULL || x->id > newest->id))
			newest = x;
	return newest;
}

static struct slice
keep(struct exchange *x, struct slice s)
{
	return arena_keep(&x->mem, slice_head(s, EXCHANGE_TEXT));
}

static struct exchange *
open_new(struct exchanges *e, const struct message *m, bool answer)
{
	const struct party *asker = answer ? &m->to : &m->from,
	                   *asked = answer ? &m->from : &m->to;
	struct exchange *x;

	if (e->total >= e->limits->max[LIMIT_EXCHANGES]) {
		e->limits->dropped[LIMIT_EXCHANGES]++;
		x = e->open.first;
		judge(x);
		x->ended_how = ENDED_EVICTED;
		close(e, x);
	}
	x = calloc(1, sizeof(*x));
	if (x == NULL)
		return NULL;
	arena_init(&x->mem, EXCHANGE_BYTES);
	x->id = ++e->ids;
	x->root = keep(x, m->mans.m.root);
	x->CmdType = keep(x, m->mans.m.CmdType);
	x->name = keep(x, command_name(m));
	x->SN = keep(x, m->mans.m.SN);
	x->from = keep(x, asker->uri.user);
	x->to = keep(x, asked->uri.user);
	x->DeviceID = keep(x, m->mans.m.DeviceID);
	x->latency_ns = -1;
	x->gb = true;
	x->client = answer ? m->rec.dst : m->rec.src;
	x->server = answer ? m->rec.src : m->rec.dst;
	x->hash = key_hash(e, x->name, x->SN, x->from, x->to);
	queue_add(&e->open, x);
	e->total++;
	return x;
}

bool
exchange_needs_response(const struct message *m)
{
	static const char *const controls[] = {
	    "RecordCmd", "GuardCmd", "AlarmCmd", "HomePosition", "DeviceUpgrade",
	};
	const struct manscdp *x = &m->mans.m;
	size_t i, n;

	/* What is reported by Notify, whenever it happens, is so for a Query in a MESSAGE too. */
	if (slice_eq(x->root, SLICE("Query")))
		return m->method == METHOD_MESSAGE &&
		       (x->command == NULL ||
		        !slice_eq(x->command->answer, SLICE("Notify")));
	if (slice_eq(x->root, SLICE("Notify")))
		return m->method == METHOD_MESSAGE &&
		       (slice_eq(x->CmdType, SLICE("Alarm")) ||
		        slice_eq(x->CmdType, SLICE("Broadcast")));
	if (!slice_eq(x->root, SLICE("Control")))
		return false;
	if (slice_eq(x->CmdType, SLICE("DeviceConfig")))
		return true;
	for (n = 0; n < x->nodes_total; n++)
		for (i = 0;
		     x->nodes[n].depth == 1 && i < sizeof(controls) / sizeof(controls[0]);
		     i++)
			if (slice_eq(x->nodes[n].name, slice_str(controls[i])))
				return true;
	return false;
}

static struct ref
ref_keep(struct exchange *x, const struct record *r)
{
	struct ref ref = {
	    .capture = r->capture, .frame = r->frame, .time_ns = r->time_ns};

	(void)x;
	return ref;
}

static void
add_part(struct exchange *x, const struct message *m, const struct place *p)
{
	struct exchange_part *part = ARENA_NEW(&x->mem, struct exchange_part);
	uint32_t n;

	if (x->request.frame != 0 && x->latency_ns < 0)
		x->latency_ns = m->rec.time_ns - x->request.time_ns;
	if (x->latency_ns < 0 && x->request.frame != 0)
		x->latency_ns = 0;
	x->received += m->mans.m.items;
	if (parse_u32(m->mans.m.SumNum, UINT32_MAX, &n)) {
		x->has_sum = true;
		x->SumNum = n;
	}
	x->parts_total++;
	if (part == NULL)
		return; /* counted, not listed */
	part->ref = ref_keep(x, &m->rec);
	part->dialog = p->dialog->id;
	part->has_num = parse_u32(m->mans.m.Num, UINT32_MAX, &part->num);
	if (x->last != NULL)
		x->last->next = part;
	else
		x->parts = part;
	x->last = part;
}

void
exchanges_feed(struct exchanges *e, const struct message *m, const struct place *p,
               int64_t now_ns)
{
	bool answer = slice_eq(m->mans.m.root, SLICE("Response"));
	bool needs = exchange_needs_response(m);
	struct exchange *x;

	if (!m->request || m->mans.m.CmdType.n == 0)
		return;
	if (!answer && !needs && !slice_eq(m->mans.m.root, SLICE("Control")))
		return;
	if (answer) {
		x = find(e, m);
		if (x == NULL) {
			x = open_new(e, m, true);
			if (x == NULL)
				return;
			x->outcome = EXCHANGE_UNSOLICITED;
		} else {
			queue_drop(&e->open, x);
			queue_add(&e->open, x);
		}
		x->active_ns = now_ns;
		add_part(x, m, p);
		if (x->outcome == EXCHANGE_UNSOLICITED || whole(x)) {
			judge(x);
			x->ended_how = ENDED_ANSWERED;
			close(e, x);
		}
		return;
	}
	x = open_new(e, m, false);
	if (x == NULL)
		return;
	x->request = ref_keep(x, &m->rec);
	x->request_dialog = p->dialog->id;
	x->request_tx = p->tx->id;
	x->active_ns = now_ns;
	x->outcome = needs ? EXCHANGE_UNKNOWN : EXCHANGE_NOT_NEEDED;
	if (!map_put(&e->by_tx, tx_hash(e, x->request_tx), x))
		x->request_tx = 0;
	if (needs)
		(void)map_put(&e->map, x->hash, x);
}

void
exchanges_answered(struct exchanges *e, uint32_t tx, uint32_t status)
{
	uint64_t hash = tx_hash(e, tx);
	struct exchange *x;
	size_t pos = 0;

	while ((x = map_next(&e->by_tx, hash, &pos)) != NULL)
		if (x->request_tx == tx)
			break;
	if (x == NULL)
		return;
	if (status >= 300)
		x->refused = status;
	if (status >= 300 || x->outcome == EXCHANGE_NOT_NEEDED) {
		judge(x);
		x->ended_how = ENDED_ANSWERED;
		close(e, x);
	}
}

void
exchanges_end(struct exchanges *e)
{
	struct exchange *x;

	while ((x = e->open.first) != NULL) {
		judge(x);
		x->ended_how = ENDED_CAPTURE_OVER;
		close(e, x);
	}
}

struct exchange *
exchanges_next(struct exchanges *e, enum ended_how *how)
{
	struct exchange *x = e->ended.first;

	if (e->given != NULL)
		exchange_free(e->given);
	e->given = x;
	if (x == NULL)
		return NULL;
	queue_drop(&e->ended, x);
	*how = (enum ended_how)x->ended_how;
	return x;
}

void
exchanges_free(struct exchanges *e)
{
	struct exchange *x;

	if (e == NULL)
		return;
	while ((x = e->open.first) != NULL) {
		queue_drop(&e->open, x);
		exchange_free(x);
	}
	while ((x = e->ended.first) != NULL) {
		queue_drop(&e->ended, x);
		exchange_free(x);
	}
	if (e->given != NULL)
		exchange_free(e->given);
	map_free(&e->map);
	map_free(&e->by_tx);
	free(e);
}
