/* Transactions: finding them (RFC 3261 17.1.3, 17.2.3), what is kept of them, their queues. */
#include "src/tracker_call.h"
#include "src/tracker_own.h"
#include "src/words.h"
#include "src/list.h"

#include <stdlib.h>

enum { PEERS_MAX = 65536 };

struct ref
ref_of(const struct record *r, struct arena *a)
{
	struct ref ref = {
	    .capture = r->capture, .frame = r->frame, .time_ns = r->time_ns};
	uint64_t *frames;

	if (a == NULL || r->frames_total < 2)
		return ref;
	frames = arena_array(a, r->frames_total, sizeof(*frames));
	if (frames == NULL)
		return ref;
	memcpy(frames, r->frames, r->frames_total * sizeof(*frames));
	ref.frames = frames;
	ref.frames_total = r->frames_total;
	return ref;
}

struct slice
text_keep(struct arena *a, struct slice s)
{
	return arena_keep(a, slice_head(s, TEXT_KEPT));
}

/* Which addresses have sent what to which: without ports, NAT and TCP change those. */
static uint64_t
peers_hash(const struct tracker *t, enum peers_fact fact, const struct addr *from,
           const struct addr *to)
{
	uint8_t key[1 + sizeof(from->ip) + sizeof(to->ip)] = {
	    (uint8_t)((unsigned)fact << 1 | (from->n == sizeof(from->ip)))};

	memcpy(key + 1, from->ip, from->n);
	memcpy(key + 1 + from->n, to->ip, to->n);
	return hash_bytes(&t->key, slice_of(key, 1u + from->n + to->n));
}

bool
peers_have(struct tracker *t, enum peers_fact fact, const struct addr *from,
           const struct addr *to)
{
	size_t pos = 0;

	return map_next(&t->peers, peers_hash(t, fact, from, to), &pos) != NULL;
}

bool
peers_seen(struct tracker *t, const struct addr *from, const struct addr *to)
{
	return peers_have(t, PEERS_SENT, from, to);
}

void
peers_note(struct tracker *t, enum peers_fact fact, const struct addr *from,
           const struct addr *to)
{
	if (peers_have(t, fact, from, to))
		return;
	if (t->peers.used >= PEERS_MAX)
		map_free(&t->peers);
	(void)map_put(&t->peers, peers_hash(t, fact, from, to), t);
}

/* Would the capture show what came? Not where it has cut something else of that direction. */
bool
peers_shown(struct tracker *t, const struct addr *from, const struct addr *to)
{
	return peers_seen(t, from, to) && !peers_have(t, PEERS_CUT, from, to);
}

static bool
has_cookie(struct slice branch)
{
	return slice_istarts(branch, SLICE("z9hG4bK")) && branch.n > 7;
}

/* Call-ID, CSeq number, method and top branch, and where that is no RFC 3261 branch, the From tag. */
static uint64_t
hash_of(const struct tracker *t, const struct message *m, enum method method,
        struct slice branch)
{
	uint32_t numbers[2] = {m->cseq.seq, (uint32_t)method};
	uint64_t h = hash_bytes(&t->key, m->call_id);

	h = hash_more(&t->key, h, slice_of(numbers, sizeof(numbers)));
	h = hash_more(&t->key, h, branch);
	if (method == METHOD_OTHER)
		h = hash_more(&t->key, h, m->request ? m->sip.method : m->cseq.method);
	return h;
}

struct tx *
tx_find(struct tracker *t, const struct message *m, enum method method,
        struct slice branch)
{
	uint64_t hash = hash_of(t, m, method, branch);
	struct tx *x;
	size_t pos = 0;

	while ((x = map_next(&t->txs, hash, &pos)) != NULL)
		if (x->cseq == m->cseq.seq && x->method == method &&
		    slice_eq(x->branch, slice_head(branch, TEXT_KEPT)) &&
		    slice_eq(x->dialog->call_id, slice_head(m->call_id, TEXT_KEPT)) &&
		    ((x->cookie && !(m->request && method == m->method)) ||
		     slice_ieq(x->from_tag, slice_head(m->from.tag, TEXT_KEPT))) &&
		    !x->fork)
			return x;
	return NULL;
}

static void
list_add(struct tx_list *q, struct tx *x)
{
	LIST_ADD(q, x, queue_prev, queue_next);
	q->total++;
}

static void
list_drop(struct tx_list *q, struct tx *x)
{
	LIST_DROP(q, x, queue_prev, queue_next);
	q->total--;
}

/* Over: its event goes out, and no message can find it any more. */
void
tx_end(struct tracker *t, struct tx *x, enum ended_how how)
{
	struct tracker_event e = {
	    .kind = TRACKER_TX, .how = how, .tx = x, .dialog = x->dialog};

	e.direction_seen = peers_shown(t, &x->server, &x->client);
	e.sent_shown = call_unacknowledged(x) && peers_shown(t, &x->client, &x->server);
	e.now_ns = t->now_ns;
	dialog_tx_ended(t, x, how);
	e.place.device = device_tx_ended(t, x, how);
	e.place.usage = usage_tx_ended(t, x, how);
	tx_queue(t, x, TX_NONE);
	tx_unindex(t, x);
	event_push(t, &e);
}

void
tx_queue(struct tracker *t, struct tx *x, enum tx_queue q)
{
	if (x->queue != TX_NONE)
		list_drop(&t->tx_queues[x->queue], x);
	x->queue = (int)q;
	x->queued_ns = queue_time(t);
	if (q == TX_NONE)
		return;
	list_add(&t->tx_queues[q], x);
	if (q == TX_DONE &&
	    t->tx_queues[q].total > t->limits->max[LIMIT_TRANSACTIONS_DONE]) {
		tx_end(t, t->tx_queues[q].first, ENDED_ANSWERED);
	} else if (q != TX_DONE &&
	           t->tx_queues[TX_OPEN].total + t->tx_queues[TX_RINGING].total >
	               t->limits->max[LIMIT_TRANSACTIONS]) {
		t->limits->dropped[LIMIT_TRANSACTIONS]++;
		tx_end(t,
		       t->tx_queues[TX_OPEN].first != NULL
		           ? t->tx_queues[TX_OPEN].first
		           : t->tx_queues[TX_RINGING].first,
		       ENDED_EVICTED);
	}
}

/* Only what waits to be written counts. */
static void
account(struct tracker *t, struct tx *x)
{
	size_t now = x->listed ? x->mem.held + x->body_mem.held : 0;

	t->details = t->details - x->accounted + now;
	x->accounted = now;
}

static void
dialog_add(struct tracker *t, struct dialog *d, struct tx *x)
{
	x->dialog_next = NULL;
	if (d->txs_last != NULL)
		d->txs_last->dialog_next = x;
	else
		d->txs = x;
	d->txs_last = x;
	d->txs_held++;
	x->listed = true;
	x->written = false;
	dialog_hold(t, d);
}

struct tx *
tx_new(struct tracker *t, struct dialog *d, const struct message *m, enum method method)
{
	struct tx *x = calloc(1, sizeof(*x));

	if (x == NULL)
		abort(); /* some hundred bytes: nothing goes on without them */
	arena_init(&x->mem, TX_BYTES);
	x->mem.first = TX_FIRST;
	arena_init(&x->body_mem, BODIES_BYTES);
	x->id = ++t->tx_ids;
	x->dialog = d;
	x->method = method;
	x->method_name = text_keep(&x->mem, m->request ? m->sip.method : m->cseq.method);
	x->cseq = m->cseq.seq;
	x->branch = text_keep(&x->mem, m->via.branch);
	x->cookie = has_cookie(m->via.branch);
	x->from_tag = text_keep(&x->mem, m->from.tag);
	x->client = m->rec.src;
	x->server = m->rec.dst;
	x->carrier = m->rec.carrier;
	x->hash = hash_of(t, m, method, m->via.branch);
	x->indexed = map_put(&t->txs, x->hash, x);
	d->alive_txs++;
	dialog_add(t, d, x);
	d->transactions_total++;
	d->open_txs++;
	account(t, x);
	return x;
}

/* Nothing more is waited for. */
void
tx_close(struct tx *x)
{
	if (x->closed)
		return;
	x->closed = true;
	x->dialog->open_txs--;
}

/* A further dialog of the same INVITE: RFC 3261 12.1, 13.2.2.4. Known by its To tag too. */
static uint64_t
fork_hash(const struct tracker *t, const struct tx *x, struct slice to_tag)
{
	return hash_more(&t->key, x->hash + 1, slice_head(to_tag, TEXT_KEPT));
}

struct tx *
tx_find_fork(struct tracker *t, const struct tx *x, struct slice to_tag)
{
	uint64_t hash = fork_hash(t, x, to_tag);
	struct tx *f;
	size_t pos = 0;

	while ((f = map_next(&t->txs, hash, &pos)) != NULL)
		if (f->fork && f->cseq == x->cseq && slice_eq(f->branch, x->branch) &&
		    slice_eq(f->dialog->call_id, x->dialog->call_id) &&
		    slice_eq(f->dialog->to.tag, slice_head(to_tag, TEXT_KEPT)))
			return f;
	return NULL;
}

struct tx *
tx_fork(struct tracker *t, struct tx *x, struct dialog *d, const struct message *m)
{
	struct tx *f = tx_new(t, d, m, x->method);

	tx_unindex(t, f);
	f->fork = true;
	f->hash = fork_hash(t, x, m->to.tag);
	f->indexed = map_put(&t->txs, f->hash, f);
	f->request = x->request;
	f->request.frames = NULL;
	f->request.frames_total = 0;
	f->client = x->client;
	f->server = x->server;
	f->via = text_keep(&f->mem, x->via);
	f->vias = x->vias;
	f->from = text_keep(&f->mem, x->from);
	f->to = text_keep(&f->mem, x->to);
	f->uri = text_keep(&f->mem, x->uri);
	f->has_rport = x->has_rport;
	f->asked = asked_copy(&f->mem, x->asked);
	call_fork_tx(x, f);
	x->forks++;
	return f;
}

/* Another open transaction with this branch? */
const struct tx *
tx_branch_user(struct tracker *t, const struct tx *x)
{
	const struct tx *y;
	size_t pos = 0;

	if (!x->cookie)
		return NULL;
	/* A CANCEL, and an ACK to a non-2xx, keep the branch: 8.1.1.7. */
	while ((y = map_next(&t->branches, hash_bytes(&t->key, x->branch), &pos)) != NULL)
		if (y != x && slice_eq(y->branch, x->branch) &&
		    x->method != METHOD_CANCEL && x->method != METHOD_ACK &&
		    y->method != METHOD_CANCEL)
			return y;
	return NULL;
}

static void
keep_body(struct tracker *t, struct tx *x, const struct message *m,
          struct kept_body **out)
{
	struct kept_body *b;
	const struct manscdp *s = &m->mans.m;
	char words[WORDS_TEXT];

	if (m->body.n == 0)
		return;
	b = ARENA_NEW(&x->body_mem, struct kept_body);
	if (b == NULL)
		return;
	b->content_type = text_keep(&x->body_mem, m->content_type);
	b->manscdp = m->manscdp;
	b->verdict = m->mans.verdict;
	b->charset = m->mans.charset ? m->mans.charset : "";
	b->root = text_keep(&x->body_mem, s->root);
	b->CmdType = text_keep(&x->body_mem, s->CmdType);
	b->SN = text_keep(&x->body_mem, s->SN);
	b->DeviceID = text_keep(&x->body_mem, s->DeviceID);
	b->words = text_keep(&x->body_mem, slice_str(body_words(s, words)));
	b->content = m->content;
	if (t->options.keep_media && b->content != CONTENT_OTHER)
		b->text = arena_keep(&x->body_mem, slice_head(m->body, MEDIA_KEPT));
	*out = b;
	if (t->options.keep_tree != NULL && s->nodes_total != 0)
		b->tree = t->options.keep_tree(t->options.keep_own, s, &x->body_mem,
		                               &b->answer);
}

/* The request of a transaction, seen for the first time. */
void
tx_request(struct tracker *t, struct tx *x, const struct message *m)
{
	const struct sip_header *h;
	struct slice rest, value;
	struct sip_param param;

	x->request = ref_of(&m->rec, &x->mem);
	x->repeated_ns = m->rec.time_ns;
	x->client = m->rec.src;
	x->server = m->rec.dst;
	x->uri = text_keep(&x->mem, m->sip.uri);
	h = sip_find(&m->sip, SIP_FROM, 0);
	x->from = h ? text_keep(&x->mem, h->value) : SLICE_EMPTY;
	h = sip_find(&m->sip, SIP_TO, 0);
	x->to = h ? text_keep(&x->mem, h->value) : SLICE_EMPTY;
	x->to_tag = text_keep(&x->mem, m->to.tag);
	x->user = text_keep(&x->mem, m->from.uri.user);
	x->via = text_keep(&x->mem, m->via_value);
	x->vias = m->vias;
	x->has_rport = m->via.has_rport;
	h = sip_find(&m->sip, SIP_EXPIRES, 0);
	if (h != NULL && parse_u32(h->value, UINT32_MAX, &x->expires))
		x->has_expires = true;
	h = sip_find(&m->sip, SIP_MAX_FORWARDS, 0);
	x->has_max_forwards = h != NULL && parse_u32(h->value, 255, &x->max_forwards);
	h = sip_find(&m->sip, SIP_CONTACT, 0);
	if (h != NULL) {
		rest = h->value;
		x->has_contact = true;
		if (sip_list_next(&rest, &value)) {
			struct sip_addr addr;

			(void)sip_addr_dissect(value, NULL, &addr);
			x->contact = text_keep(&x->mem, addr.uri);
			if (sip_param_find(addr.params, SLICE("expires"), &param) &&
			    parse_u32(param.value, UINT32_MAX, &x->expires))
				x->has_expires = true;
		}
	}
	x->logout = x->method == METHOD_REGISTER && x->has_expires && x->expires == 0;
	x->keepalive = m->mans.verdict != BODY_NONE &&
	               slice_eq(m->mans.m.root, SLICE("Notify")) &&
	               slice_eq(m->mans.m.CmdType, SLICE("Keepalive"));
	keep_body(t, x, m, &x->body);
	x->asked = asked_keep(&x->mem, m);
	if (x->cookie)
		(void)map_put(&t->branches, hash_bytes(&t->key, x->branch), x);
	account(t, x);
}

struct tx *
tx_by_branch(struct tracker *t, const struct message *m)
{
	struct tx *y;
	size_t pos = 0;

	if (!has_cookie(m->via.branch))
		return NULL;
	while ((y = map_next(&t->branches,
	                     hash_bytes(&t->key, slice_head(m->via.branch, TEXT_KEPT)),
	                     &pos)) != NULL)
		if (slice_eq(y->branch, slice_head(m->via.branch, TEXT_KEPT)) &&
		    y->method == m->method && y->status == 0 &&
		    addr_ip_eq(&y->client, &m->rec.dst) &&
		    addr_ip_eq(&y->server, &m->rec.src))
			return y;
	return NULL;
}

const struct tx *
tx_previous_hop(struct tracker *t, const struct message *m, struct slice branch)
{
	return tx_find(t, m, m->method, branch);
}

/* NULL when there are more than are kept: it is counted all the same. */
struct response *
tx_response(struct tracker *t, struct tx *x, const struct message *m, struct place *p)
{
	struct response *r;

	for (r = x->responses; r != NULL; r = r->next)
		if (r->status == m->sip.status &&
		    slice_ieq(r->to_tag, slice_head(m->to.tag, TEXT_KEPT))) {
			r->repeats++;
			p->repeat = true;
			return r;
		}
	if (m->sip.status >= 200 && x->status >= 200) {
		p->facts |= PLACE_SECOND_FINAL;
		p->cseq_last = x->status;
		p->other = x->last ? x->last->ref : x->request;
	}
	if (m->sip.status > 100 && m->to.tag.n != 0 && x->last != NULL &&
	    x->last->to_tag.n != 0 && !slice_ieq(x->last->to_tag, m->to.tag) &&
	    x->method != METHOD_INVITE)
		p->facts |= PLACE_TO_TAG_DIFFERS;
	if (m->sip.status < 200) {
		x->provisional = true;
	} else if (x->status < 200) {
		x->status = m->sip.status;
		x->final_ns = m->rec.time_ns;
		tx_close(x);
	}
	if (x->written && !x->listed)
		dialog_add(t, x->dialog, x); /* more came after its part was written */
	if (x->responses_total >= RESPONSES_KEPT)
		return NULL;
	r = ARENA_NEW(&x->mem, struct response);
	if (r == NULL)
		return NULL;
	r->status = m->sip.status;
	r->reason = text_keep(&x->mem, m->sip.reason);
	r->to_tag = text_keep(&x->mem, m->to.tag);
	r->ref = ref_of(&m->rec, &x->mem);
	keep_body(t, x, m, &r->body);
	if (x->last != NULL)
		x->last->next = r;
	else
		x->responses = r;
	x->last = r;
	x->responses_total++;
	account(t, x);
	return r;
}

void
tx_unindex(struct tracker *t, struct tx *x)
{
	if (x->cookie)
		map_drop(&t->branches, hash_bytes(&t->key, x->branch), x);
	if (!x->indexed)
		return;
	map_drop(&t->txs, x->hash, x);
	x->indexed = false;
}

/* Gives back what nobody needs any more. */
void
tx_release(struct tracker *t, struct tx *x)
{
	struct response *r;

	if (x->listed || x->dead)
		return;
	account(t, x);
	for (r = x->responses; r != NULL; r = r->next)
		r->body = NULL;
	x->body = NULL;
	arena_free(&x->body_mem);
	if (x->indexed || x->queue != TX_NONE)
		return;
	x->dialog->alive_txs--;
	x->dead = true;
	x->queue_next = t->dead_txs;
	t->dead_txs = x;
}

void
tx_bury(struct tracker *t)
{
	struct tx *x;

	while ((x = t->dead_txs) != NULL) {
		t->dead_txs = x->queue_next;
		arena_free(&x->mem);
		free(x);
	}
}
