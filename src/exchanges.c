#include "src/exchanges_own.h"
#include "src/list.h"

#include <stdlib.h>

#define PARTS_GAP INT64_C(2000000000) /* parts of one answer follow each other sooner */

struct exchanges *
exchanges_new(struct limits *l, const struct hash_key *key, int64_t timeout_ns, bool keep)
{
	struct exchanges *e = calloc(1, sizeof(*e));

	if (e == NULL)
		return NULL;
	e->limits = l;
	e->key = *key;
	e->timeout_ns = timeout_ns;
	if (keep) {
		e->store = result_store_new(l);
		if (e->store == NULL) {
			free(e);
			return NULL;
		}
	}
	return e;
}

const char *
exchange_mismatch_name(enum exchange_mismatch m)
{
	switch (m) {
	case MISMATCH_SN:
		return "SN";
	case MISMATCH_CMDTYPE:
		return "CmdType";
	case MISMATCH_FROM:
		return "from";
	case MISMATCH_TO:
		return "to";
	case MISMATCH_DEVICE:
		return "DeviceID";
	case MISMATCH_ROOT:
		break;
	}
	return "root";
}

/* ---- lists and maps ---- */

static void
list_add(struct exchanges *e, struct exchange *x, enum exchange_queue q)
{
	struct exchange_list *l = &e->lists[q];

	x->queue = (int)q;
	LIST_ADD(l, x, queue_prev, queue_next);
	l->total++;
}

static void
list_drop(struct exchanges *e, struct exchange *x)
{
	struct exchange_list *l = &e->lists[x->queue];

	LIST_DROP(l, x, queue_prev, queue_next);
	l->total--;
}

static void
list_move(struct exchanges *e, struct exchange *x, enum exchange_queue q)
{
	list_drop(e, x);
	list_add(e, x, q);
}

static uint64_t
tx_hash(const struct exchanges *e, uint32_t tx)
{
	return hash_bytes(&e->key, slice_of(&tx, sizeof(tx)));
}

/* As they are kept. */
static uint64_t
key_hash(const struct exchanges *e, struct slice CmdType, struct slice SN,
         struct slice asker, struct slice asked)
{
	uint64_t h = hash_bytes(&e->key, slice_head(CmdType, EXCHANGE_TEXT));

	h = hash_more(&e->key, h, slice_number(slice_head(SN, EXCHANGE_TEXT)));
	h = hash_more(&e->key, h, slice_head(asker, EXCHANGE_TEXT));
	return hash_more(&e->key, h, slice_head(asked, EXCHANGE_TEXT));
}

/* CmdType without regard to case, and SN. */
static uint64_t
sn_hash(const struct exchanges *e, struct slice CmdType, struct slice SN)
{
	uint8_t lower[EXCHANGE_TEXT];
	struct slice s = slice_head(CmdType, EXCHANGE_TEXT);
	size_t i;

	for (i = 0; i < s.n; i++)
		lower[i] = ascii_lower(s.p[i]);
	return hash_more(&e->key, hash_bytes(&e->key, slice_of(lower, s.n)),
	                 slice_number(slice_head(SN, EXCHANGE_TEXT)));
}

static bool
same(struct slice kept, struct slice text)
{
	return slice_eq(kept, slice_head(text, EXCHANGE_TEXT));
}

bool
exchange_same_SN(const struct exchange *x, struct slice SN)
{
	return slice_eq(slice_number(x->SN), slice_number(slice_head(SN, EXCHANGE_TEXT)));
}

static bool
same_folded(struct slice kept, struct slice text)
{
	return slice_ieq(kept, slice_head(text, EXCHANGE_TEXT));
}

/* The dictionary's name for the command: PersetQuery and PresetQuery are one. */
static struct slice
command_name(const struct message *m)
{
	const struct manscdp *x = &m->mans.m;

	return x->command != NULL ? x->command->CmdType : x->CmdType;
}

static void
exchange_free(struct exchange *x)
{
	result_free(x->result);
	arena_free(&x->mem);
	free(x);
}

static uint64_t
open_total(const struct exchanges *e)
{
	return e->lists[QUEUE_OPEN].total + e->lists[QUEUE_WHOLE].total +
	       e->lists[QUEUE_QUIET].total;
}

/* ---- the SIP answers to its messages ---- */

static void
tx_await(struct exchanges *e, struct exchange *x, struct exchange_part *part, uint32_t tx)
{
	struct exchange_tx *t = ARENA_NEW(&x->mem, struct exchange_tx);

	if (t == NULL)
		return;
	*t = (struct exchange_tx){.tx = tx, .of = x, .part = part, .next = x->awaits};
	if (!map_put(&e->by_tx, tx_hash(e, tx), t))
		return;
	x->awaits = t;
	if (part != NULL)
		x->waiting++;
}

static struct exchange_tx *
tx_find(const struct exchanges *e, uint32_t tx)
{
	uint64_t hash = tx_hash(e, tx);
	struct exchange_tx *t;
	size_t pos = 0;

	while ((t = map_next(&e->by_tx, hash, &pos)) != NULL)
		if (t->tx == tx)
			break;
	return t;
}

static void
tx_forget(struct exchanges *e, struct exchange *x)
{
	struct exchange_tx *t;

	for (t = x->awaits; t != NULL; t = t->next)
		map_drop(&e->by_tx, tx_hash(e, t->tx), t);
	x->awaits = NULL;
}

/* ---- ends ---- */

static void
judge(struct exchange *x)
{
	if (x->outcome == EXCHANGE_UNSOLICITED || x->outcome == EXCHANGE_MISMATCHED)
		return;
	if (x->outcome == EXCHANGE_NOT_NEEDED && x->parts_total == 0 && x->refused == 0)
		return;
	if (exchange_whole(x))
		x->outcome = EXCHANGE_COMPLETE;
	else if (x->parts_total != 0)
		x->outcome = EXCHANGE_INCOMPLETE;
	else
		x->outcome = x->refused != 0 ? EXCHANGE_REFUSED : EXCHANGE_UNANSWERED;
}

static void
stray_drop(struct exchange *s)
{
	struct exchange **at = &s->stray_of->strays;

	while (*at != s)
		at = &(*at)->stray_next;
	*at = s->stray_next;
	s->stray_of = s->stray_next = NULL;
}

static void
close(struct exchanges *e, struct exchange *x, enum ended_how how)
{
	if (x->stray_of != NULL)
		stray_drop(x);
	if (x->indexed) {
		map_drop(&e->map, x->hash, x);
		map_drop(&e->by_sn, x->hash_sn, x);
		map_drop(&e->by_pair, x->hash_pair, x);
	}
	tx_forget(e, x);
	exchange_ids_free(e, x);
	x->ended_how = (int)how;
	exchange_done_add(e, x);
	list_move(e, x, QUEUE_ENDED);
}

/* What came instead of its answer, tied to it. */
static void
tie(struct exchange *x, struct exchange *s)
{
	x->outcome = s->outcome = EXCHANGE_MISMATCHED;
	x->related = s->id;
	s->related = x->id;
	x->other = s->parts->ref;
	s->other = x->request;
	s->other_text = exchange_keep(s, s->mismatch == MISMATCH_SN ? x->SN : x->CmdType);
	x->mismatch = s->mismatch;
	x->other_text = exchange_keep(x, s->mismatch == MISMATCH_SN ? s->SN : s->CmdType);
}

/* Ends it, and those that waited to know whether it gets its own answer. */
static void
finish(struct exchanges *e, struct exchange *x, enum ended_how how)
{
	struct exchange *s;

	judge(x);
	if (x->outcome == EXCHANGE_UNANSWERED && how != ENDED_EVICTED &&
	    x->strays != NULL && x->strays->parts != NULL)
		tie(x, x->strays);
	close(e, x, how);
	while ((s = x->strays) != NULL)
		close(e, s, how);
}

static void
release_strays(struct exchanges *e, struct exchange *x)
{
	struct exchange *s;

	while ((s = x->strays) != NULL)
		close(e, s, ENDED_ANSWERED);
}

/* The oldest of those that may, but need not, get an answer give way: nothing of them is lost. */
static void
quiet_bound(struct exchanges *e, const struct exchange *newest)
{
	struct exchange *x = e->lists[QUEUE_QUIET].first;

	if (e->lists[QUEUE_QUIET].total > e->limits->max[LIMIT_EXCHANGES_QUIET] &&
	    x != newest)
		finish(e, x, ENDED_ANSWERED);
}

/* Is there still something to wait for? */
static void
settle(struct exchanges *e, struct exchange *x)
{
	if (x->stray_of != NULL)
		return;
	if (x->outcome == EXCHANGE_NOT_NEEDED && x->parts_total == 0) {
		list_move(e, x, QUEUE_QUIET);
		quiet_bound(e, x);
		return;
	}
	if (!exchange_whole(x))
		list_move(e, x, QUEUE_OPEN);
	else if (x->waiting != 0)
		list_move(e, x, QUEUE_WHOLE);
	else
		finish(e, x, ENDED_ANSWERED);
}

static void
expire(struct exchanges *e, enum exchange_queue q, int64_t now_ns)
{
	struct exchange *x;

	while ((x = e->lists[q].first) != NULL && now_ns - x->active_ns >= e->timeout_ns)
		finish(e, x, q == QUEUE_OPEN ? ENDED_TIMEOUT : ENDED_ANSWERED);
}

void
exchanges_clock(struct exchanges *e, int64_t now_ns)
{
	expire(e, QUEUE_OPEN, now_ns);
	expire(e, QUEUE_WHOLE, now_ns);
	expire(e, QUEUE_QUIET, now_ns);
}

/* ---- which one ---- */

/* How well a message fits in what is not sure: seen on two hops, a question has the same names on both; a recorder
 * may be asked for two of its channels with one SN; one that still waits comes before one that has all. */
static unsigned
fit(const struct exchange *x, const struct message *m, bool answer)
{
	const struct addr *client = answer ? &m->rec.dst : &m->rec.src;
	const struct addr *server = answer ? &m->rec.src : &m->rec.dst;

	return (addr_ip_eq(&x->client, client) && addr_ip_eq(&x->server, server) ? 4
	                                                                         : 0) +
	       (same(answer ? x->answers_for : x->DeviceID, m->mans.m.DeviceID) ? 2U
	                                                                        : 0U) +
	       (x->queue != QUEUE_WHOLE ? 1U : 0U);
}

/* Else the newer one. */
static bool
better(const struct exchange *a, const struct exchange *b, const struct message *m,
       bool answer)
{
	unsigned fa = fit(a, m, answer), fb = fit(b, m, answer);

	return fa == fb ? a->id > b->id : fa > fb;
}

/* The best of the open ones with these names. */
static struct exchange *
find(struct exchanges *e, uint64_t hash, const struct message *m, struct slice asker,
     struct slice asked, bool answer)
{
	struct slice name = command_name(m), SN = m->mans.m.SN;
	struct exchange *x, *best = NULL;
	size_t pos = 0;

	while ((x = map_next(&e->map, hash, &pos)) != NULL) {
		if (!same(x->name, name) || !exchange_same_SN(x, SN) ||
		    !same(x->from, asker) || !same(x->to, asked))
			continue;
		if (best == NULL || better(x, best, m, answer))
			best = x;
	}
	return best;
}

/* An answer: who asked, who was asked, from where it came. */
struct answer {
	const struct message *m;
	struct slice name, SN, asker, asked;
	const struct addr *client, *server;
};

static struct answer
answer_of(const struct message *m)
{
	/* A response repeats From and To of its request. */
	return (struct answer){
	    .m = m,
	    .name = command_name(m),
	    .SN = m->mans.m.SN,
	    .asker = m->request ? m->to.uri.user : m->from.uri.user,
	    .asked = m->request ? m->from.uri.user : m->to.uri.user,
	    .client = &m->rec.dst,
	    .server = &m->rec.src,
	};
}

/* One that wants such an answer, whose names differ in one thing, and which nothing else can mean. */
static struct exchange *
find_near(struct exchanges *e, const struct answer *a, unsigned *mismatch)
{
	uint64_t hash = sn_hash(e, a->name, a->SN);
	struct exchange *x, *best = NULL;
	size_t pos = 0;
	unsigned differs;

	while ((x = map_next(&e->by_sn, hash, &pos)) != NULL) {
		if (!x->needs || x->request.frame == 0 || !exchange_same_SN(x, a->SN) ||
		    !same_folded(x->name, a->name) || exchange_whole(x))
			continue;
		differs = (same(x->name, a->name) ? 0 : MISMATCH_CMDTYPE) |
		          (same(x->to, a->asked) ? 0 : MISMATCH_FROM) |
		          (same(x->from, a->asker) ? 0 : MISMATCH_TO);
		if ((differs & MISMATCH_FROM) && !addr_ip_eq(&x->server, a->server) &&
		    !same(x->DeviceID, a->m->mans.m.DeviceID))
			continue;
		if ((differs & MISMATCH_TO) && !addr_ip_eq(&x->client, a->client))
			continue;
		if ((differs & MISMATCH_FROM) && (differs & MISMATCH_TO))
			continue;
		if (best == NULL || better(x, best, a->m, true)) {
			best = x;
			*mismatch = differs;
		}
	}
	return best;
}

/* One between the two that waits, and may be meant though the SN or the command is another one. */
static struct exchange *
find_candidate(struct exchanges *e, const struct answer *a, unsigned *mismatch)
{
	uint64_t hash = key_hash(e, SLICE_EMPTY, SLICE_EMPTY, a->asker, a->asked);
	struct exchange *x, *best = NULL;
	size_t pos = 0;
	unsigned differs;

	while ((x = map_next(&e->by_pair, hash, &pos)) != NULL) {
		if (!x->needs || x->parts_total != 0 || x->request.frame == 0 ||
		    !same(x->from, a->asker) || !same(x->to, a->asked))
			continue;
		if (same(x->name, a->name))
			differs = MISMATCH_SN;
		else if (exchange_same_SN(x, a->SN) && a->SN.n != 0)
			differs = MISMATCH_CMDTYPE;
		else
			continue;
		/* One answer for each; where several wait, the same command counts more. */
		if (x->strays != NULL)
			continue;
		if (best == NULL ||
		    (differs == MISMATCH_SN && *mismatch != MISMATCH_SN) ||
		    (differs == *mismatch && x->id < best->id)) {
			best = x;
			*mismatch = differs;
		}
	}
	return best;
}

/* ---- new ones ---- */

static void
make_room(struct exchanges *e)
{
	struct exchange *x = e->lists[QUEUE_WHOLE].first;

	if (open_total(e) < e->limits->max[LIMIT_EXCHANGES])
		return;
	if (x == NULL)
		x = e->lists[QUEUE_QUIET].first;
	if (x != NULL) {
		finish(e, x, ENDED_ANSWERED); /* nothing of it is lost */
		return;
	}
	e->limits->dropped[LIMIT_EXCHANGES]++;
	finish(e, e->lists[QUEUE_OPEN].first, ENDED_EVICTED);
}

static struct exchange *
open_new(struct exchanges *e, const struct message *m, struct slice asker,
         struct slice asked, bool answer)
{
	struct exchange *x;

	make_room(e);
	x = calloc(1, sizeof(*x));
	if (x == NULL)
		return NULL;
	arena_init(&x->mem, EXCHANGE_BYTES);
	x->id = ++e->ids;
	x->root = exchange_keep(x, m->mans.m.root);
	x->CmdType = exchange_keep(x, m->mans.m.CmdType);
	x->name = exchange_keep(x, command_name(m));
	x->SN = exchange_keep(x, m->mans.m.SN);
	x->from = exchange_keep(x, asker);
	x->to = exchange_keep(x, asked);
	x->DeviceID = exchange_keep(x, m->mans.m.DeviceID);
	x->latency_ns = -1;
	x->gb = true;
	x->client = answer ? m->rec.dst : m->rec.src;
	x->server = answer ? m->rec.src : m->rec.dst;
	x->hash = key_hash(e, x->name, x->SN, x->from, x->to);
	x->hash_sn = sn_hash(e, x->name, x->SN);
	x->hash_pair = key_hash(e, SLICE_EMPTY, SLICE_EMPTY, x->from, x->to);
	x->hash_last = key_hash(e, x->name, SLICE_EMPTY, x->from, x->to);
	list_add(e, x, QUEUE_OPEN);
	x->indexed = map_put(&e->map, x->hash, x);
	if (x->indexed && x->SN.n != 0)
		(void)map_put(&e->by_sn, x->hash_sn, x);
	if (x->indexed)
		(void)map_put(&e->by_pair, x->hash_pair, x);
	return x;
}

static struct ref
ref_of_record(const struct record *r)
{
	return (struct ref){
	    .capture = r->capture, .frame = r->frame, .time_ns = r->time_ns};
}

/* ---- requests ---- */

bool
exchange_needs_response(const struct message *m)
{
	static const char *const controls[] = {
	    "RecordCmd", "GuardCmd", "AlarmCmd", "HomePosition", "DeviceUpgrade",
	};
	const struct manscdp *x = &m->mans.m;
	size_t i, n;

	if (m->method != METHOD_MESSAGE && !slice_eq(x->root, SLICE("Control")))
		return false;
	/* What is reported by Notify, whenever it happens, is so for a Query in a MESSAGE too. */
	if (slice_eq(x->root, SLICE("Query")))
		return x->command == NULL ||
		       !slice_eq(x->command->answer, SLICE("Notify"));
	if (slice_eq(x->root, SLICE("Notify")))
		return x->command != NULL
		           ? slice_eq(x->command->answer, SLICE("Response"))
		           : slice_eq(x->CmdType, SLICE("Alarm")) ||
		                 slice_eq(x->CmdType, SLICE("Broadcast"));
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

/* Was its SN used before? True: it is the same request once more, with the credentials that were asked for. */
static bool
asked_before(struct exchanges *e, const struct message *m, struct exchange *before,
             uint64_t hash)
{
	struct exchange_note *note = &e->note;
	const struct exchange_done *d;
	bool again;

	if (m->mans.m.SN.n == 0)
		return false;
	if (before != NULL && !before->needs)
		return false;
	if (before != NULL && before->challenged && before->parts_total == 0)
		return true;
	if (before != NULL && before->queue == QUEUE_OPEN) {
		again = before->body_hash == hash_bytes(&e->key, m->body);
		/* Handed on: who was asked asks somebody else. */
		if (again && addr_ip_eq(&before->server, &m->rec.src) &&
		    !addr_ip_eq(&before->client, &m->rec.src))
			return false;
		note->facts |= EXCHANGE_SN_OPEN;
		if (again)
			note->facts |= EXCHANGE_SAME_BODY;
		note->other = before->request;
		before->asked_again = before->parts_total == 0;
	} else if (before != NULL) {
		note->facts |= EXCHANGE_SN_AGAIN;
		note->other = before->request;
	} else if ((d = exchange_done_find(e, hash)) != NULL) {
		note->facts |= EXCHANGE_SN_AGAIN;
		note->other = d->request;
	}
	return false;
}

static void
request_is(struct exchanges *e, struct exchange *x, const struct message *m,
           const struct place *p, int64_t now_ns)
{
	x->request = ref_of_record(&m->rec);
	x->request_dialog = p->dialog->id;
	x->request_tx = p->tx->id;
	x->request_status = 0;
	x->active_ns = now_ns;
	x->body_hash = hash_bytes(&e->key, m->body);
	tx_await(e, x, NULL, x->request_tx);
}

static struct exchange *
asked(struct exchanges *e, const struct message *m, const struct place *p, bool needs,
      int64_t now_ns)
{
	struct slice from = m->from.uri.user, to = m->to.uri.user, name = command_name(m);
	uint64_t hash = key_hash(e, name, m->mans.m.SN, from, to);
	struct exchange *before = needs ? find(e, hash, m, from, to, false) : NULL;
	struct exchange *x;

	e->note.request = true;
	if (needs && asked_before(e, m, before, hash)) {
		before->challenged = false;
		before->refused = 0;
		list_move(e, before, QUEUE_OPEN);
		request_is(e, before, m, p, now_ns);
		return before;
	}
	x = open_new(e, m, from, to, false);
	if (x == NULL)
		return NULL;
	x->needs = needs;
	x->outcome = needs ? EXCHANGE_UNKNOWN : EXCHANGE_NOT_NEEDED;
	exchange_request(x, m);
	if (slice_eq(x->root, SLICE("Control")) && x->commands.n == 0)
		e->note.facts |= EXCHANGE_NO_COMMAND;
	x->facts = e->note.facts;
	if (before != NULL && before->asked_again && before->related == 0)
		before->related = x->id;
	request_is(e, x, m, p, now_ns);
	return x;
}

/* ---- answers ---- */

/* Why nobody asked for it, as far as it is known. */
static void
explain(struct exchanges *e, struct exchange *x, const struct message *m)
{
	struct exchange_note *note = &e->note;
	const struct exchange_done *d = exchange_done_last(e, x->hash_last),
	                           *same_SN = exchange_done_find(e, x->hash);
	uint32_t sum;

	/* One more of the answer that came just now is no new catalog: SumNum was too small. */
	if (same_SN != NULL && m->rec.time_ns - same_SN->last.time_ns < PARTS_GAP)
		d = NULL;
	if (d != NULL && slice_eq(x->name, SLICE("Catalog")) &&
	    parse_u32(m->mans.m.SumNum, UINT32_MAX, &sum) && sum < d->received &&
	    m->mans.m.items != 0) {
		note->facts |= EXCHANGE_SHRUNK;
		note->number = d->received;
		note->other = d->last;
	} else if ((d = same_SN) != NULL) {
		if (d->outcome != EXCHANGE_COMPLETE) {
			note->facts |= EXCHANGE_AFTER_TIMEOUT;
			note->other = d->request;
		} else if (d->last_ip ==
		           hash_bytes(&e->key, slice_of(m->rec.src.ip, m->rec.src.n))) {
			note->facts |= d->last_hash == hash_bytes(&e->key, m->body)
			                   ? EXCHANGE_PART_AGAIN
			                   : EXCHANGE_AFTER_WHOLE;
			note->other = d->last;
		} /* else it was handed on: the same on another hop */
		x->related = d->id;
	}
	x->explained = d != NULL;
}

static struct exchange *
unasked(struct exchanges *e, const struct answer *a)
{
	struct exchange *x = open_new(e, a->m, a->asker, a->asked, true), *candidate;
	unsigned mismatch = 0;

	if (x == NULL)
		return NULL;
	x->outcome = EXCHANGE_UNSOLICITED;
	if (e->store != NULL)
		x->result = result_new(e->store);
	explain(e, x, a->m);
	candidate = x->explained ? NULL : find_candidate(e, a, &mismatch);
	if (candidate == NULL || candidate == x)
		return x;
	x->mismatch = mismatch;
	x->stray_of = candidate;
	candidate->strays = x;
	list_move(e, x, QUEUE_QUIET);
	quiet_bound(e, x);
	return x;
}

static void
add(struct exchanges *e, struct exchange *x, const struct message *m,
    const struct place *p, int64_t now_ns)
{
	struct exchange_part *part;
	bool due = x->needs || x->request.frame == 0 || x->subscribed;

	if (x->result == NULL && e->store != NULL)
		x->result = result_new(e->store);
	if (!due)
		e->note.facts |= EXCHANGE_NOT_DUE;
	part = exchange_add(e, x, m, p);
	x->active_ns = now_ns;
	if (x->strays != NULL)
		release_strays(e, x);
	if (part != NULL && m->request)
		tx_await(e, x, part, part->tx);
	e->note.exchange = x;
	settle(e, x);
}

static void
answered(struct exchanges *e, const struct message *m, const struct place *p,
         int64_t now_ns)
{
	struct answer a = answer_of(m);
	uint64_t hash = key_hash(e, a.name, a.SN, a.asker, a.asked);
	struct exchange *x = find(e, hash, m, a.asker, a.asked, true);
	unsigned mismatch = 0;

	/* Whole, and perhaps meant for another question: one more with this SN may be meant for the next. */
	if (x != NULL && x->stray_of != NULL && exchange_whole(x))
		x = NULL;
	if (x == NULL)
		x = find_near(e, &a, &mismatch);
	if (x == NULL)
		x = unasked(e, &a);
	if (x == NULL)
		return;
	e->note.part.mismatch = mismatch;
	add(e, x, m, p, now_ns);
}

/* A Notify with the SN of a Query that waits for a Response. */
static bool
wrong_root(struct exchanges *e, const struct message *m, const struct place *p,
           int64_t now_ns)
{
	struct answer a = answer_of(m);
	struct exchange *x;

	if (a.SN.n == 0 || m->method != METHOD_MESSAGE || e->lists[QUEUE_OPEN].total == 0)
		return false;
	x = find(e, key_hash(e, a.name, a.SN, a.asker, a.asked), m, a.asker, a.asked,
	         true);
	if (x == NULL || !x->needs || x->queue != QUEUE_OPEN ||
	    !slice_eq(x->root, SLICE("Query")))
		return false;
	e->note.part.mismatch = MISMATCH_ROOT;
	add(e, x, m, p, now_ns);
	return true;
}

/* A body in a 2xx: of a MESSAGE, where there should be none, or until 2016 of a SUBSCRIBE or NOTIFY. */
static void
in_response(struct exchanges *e, const struct message *m, const struct place *p,
            int64_t now_ns)
{
	const struct kept_body *asked = p->tx->body;
	struct exchange_tx *t = tx_find(e, p->tx->id);
	struct exchange *x = t != NULL && t->part == NULL ? t->of : NULL;
	struct answer a = answer_of(m);

	if (m->sip.status / 100 != 2 || asked == NULL || asked->CmdType.n == 0)
		return;
	if (x == NULL) {
		x = open_new(e, m, a.asker, a.asked, true);
		if (x == NULL)
			return;
		x->outcome = EXCHANGE_UNKNOWN;
		x->root = exchange_keep(x, asked->root);
		x->CmdType = x->name = exchange_keep(x, asked->CmdType);
		x->SN = exchange_keep(x, asked->SN);
		x->DeviceID = x->answers_for = exchange_keep(x, asked->DeviceID);
		x->client = m->rec.dst;
		x->server = m->rec.src;
		x->request = p->tx->request;
		x->request.frames = NULL;
		x->request.frames_total = 0;
		x->request_dialog = p->dialog->id;
		x->request_tx = p->tx->id;
		x->subscribed = m->method != METHOD_MESSAGE;
	}
	x->request_status = m->sip.status;
	if (!same_folded(x->CmdType, m->mans.m.CmdType))
		e->note.part.mismatch = MISMATCH_CMDTYPE;
	add(e, x, m, p, now_ns);
}

const struct exchange_note *
exchanges_feed(struct exchanges *e, const struct message *m, const struct place *p,
               int64_t now_ns)
{
	bool response = slice_eq(m->mans.m.root, SLICE("Response"));
	bool needs;

	/* Seen on the hop before, it is the same message. */
	if (p->tx->keepalive || m->mans.m.CmdType.n == 0 || p->previous_hop != NULL)
		return NULL;
	e->note = (struct exchange_note){.exchange = NULL};
	if (!m->request) {
		if (response)
			in_response(e, m, p, now_ns);
	} else if (response) {
		answered(e, m, p, now_ns);
	} else {
		needs = exchange_needs_response(m);
		if (!needs && slice_eq(m->mans.m.root, SLICE("Notify")))
			(void)wrong_root(e, m, p, now_ns);
		else if (needs || slice_eq(m->mans.m.root, SLICE("Control")))
			e->note.exchange = asked(e, m, p, needs, now_ns);
	}
	return e->note.exchange != NULL ? &e->note : NULL;
}

/* ---- the answers to its messages ---- */

static void
request_answered(struct exchanges *e, struct exchange *x, uint32_t status)
{
	x->request_status = status;
	if (status >= 300) {
		x->refused = status;
		/* Perhaps it comes again, with credentials. */
		x->challenged = status == 401 || status == 407;
		if (!x->challenged && x->parts_total == 0)
			finish(e, x, ENDED_ANSWERED);
	} else if (x->outcome == EXCHANGE_NOT_NEEDED && x->parts_total == 0) {
		settle(e, x);
	}
}

void
exchanges_answered(struct exchanges *e, uint32_t tx, uint32_t status)
{
	struct exchange_tx *t;

	if (e->by_tx.used == 0)
		return;
	t = tx_find(e, tx);
	if (t == NULL)
		return;
	if (t->part == NULL) {
		if (t->of->request_tx == tx)
			request_answered(e, t->of, status);
		return;
	}
	if (t->part->status == 0 && t->of->waiting != 0)
		t->of->waiting--;
	t->part->status = status;
	map_drop(&e->by_tx, tx_hash(e, tx), t);
	if (t->of->queue == QUEUE_WHOLE)
		settle(e, t->of);
}

void
exchanges_stray(struct exchanges *e, const struct message *m)
{
	struct slice asker = m->to.uri.user, asked = m->from.uri.user;
	uint64_t hash = key_hash(e, SLICE_EMPTY, SLICE_EMPTY, asker, asked);
	struct exchange *x;
	size_t pos = 0;

	while ((x = map_next(&e->by_pair, hash, &pos)) != NULL)
		if (same(x->from, asker) && same(x->to, asked))
			x->cut = true;
}

void
exchanges_end(struct exchanges *e)
{
	struct exchange *x;

	while ((x = e->lists[QUEUE_OPEN].first) != NULL)
		finish(e, x, ENDED_CAPTURE_OVER);
	while ((x = e->lists[QUEUE_WHOLE].first) != NULL)
		finish(e, x, ENDED_ANSWERED);
	while ((x = e->lists[QUEUE_QUIET].first) != NULL)
		finish(e, x, ENDED_ANSWERED);
}

struct exchange *
exchanges_next(struct exchanges *e, enum ended_how *how)
{
	struct exchange *x = e->lists[QUEUE_ENDED].first;

	if (e->given != NULL)
		exchange_free(e->given);
	e->given = x;
	if (x == NULL)
		return NULL;
	list_drop(e, x);
	*how = (enum ended_how)x->ended_how;
	return x;
}

void
exchanges_free(struct exchanges *e)
{
	struct exchange *x;
	int q;

	if (e == NULL)
		return;
	exchanges_end(e);
	for (q = 0; q < QUEUES; q++)
		while ((x = e->lists[q].first) != NULL) {
			list_drop(e, x);
			exchange_free(x);
		}
	if (e->given != NULL)
		exchange_free(e->given);
	exchange_done_free(e);
	map_free(&e->map);
	map_free(&e->by_sn);
	map_free(&e->by_pair);
	map_free(&e->by_tx);
	result_store_free(e->store);
	free(e);
}
