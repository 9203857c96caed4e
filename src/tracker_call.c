/* What a dialog that an INVITE made comes to: RFC 3261 12 to 15. */
#include "src/tracker_call.h"
#include "src/mix.h"
#include "src/tracker_own.h"

#define COPY_GAP                                                                         \
	(SECOND / 50) /* sooner it is no repeat: the capture has the packet twice */
#define REORDERED (SECOND / 2) /* T1: later it was not overtaken on its way */

static struct slice
keep(struct arena *a, struct slice s, bool *lost)
{
	struct slice k = arena_keep(a, s);

	*lost |= k.n != s.n;
	return k;
}

/* All values of the headers of one kind, and of a second kind if it is another; the last first if reversed. */
static struct value_list
gather(struct arena *a, const struct message *m, enum sip_hdr id, enum sip_hdr second,
       bool reversed)
{
	struct value_list l = {.known = true};
	struct slice values[LIST_VALUES], rest;
	const struct sip_header *h;
	unsigned i, k, total = 0;
	size_t n = 0;
	uint8_t *text;

	if (m->sip.first[id] == 0 && m->sip.first[second] == 0)
		return l;
	for (k = 0; k < (id == second ? 1u : 2u); k++)
		for (i = 0; (h = sip_find(&m->sip, k ? second : id, i)) != NULL; i++)
			for (rest = h->value;
			     total < LIST_VALUES && value_next(&rest, &values[total]);)
				n += values[total++].n + 1;
	text = n <= LIST_KEPT && total < LIST_VALUES ? arena_alloc(a, n) : NULL;
	if (text == NULL)
		return (struct value_list){.known = n == 0};
	for (n = 0, i = 0; i < total; i++) {
		struct slice v = values[reversed ? total - 1 - i : i];

		memcpy(text + n, v.p, v.n);
		n += v.n;
		text[n++] = ',';
	}
	l.text = slice_of(text, n - 1);
	return l;
}

static uint64_t
body_hash(const struct tracker *t, const struct message *m)
{
	return mix(t->key.k0 | 1, m->body);
}

static struct invite *
invite_new(struct tracker *t, struct tx *x, const struct message *m)
{
	struct invite *i = ARENA_NEW(&x->mem, struct invite);

	if (i == NULL)
		return NULL;
	i->routes = gather(&x->mem, m, SIP_ROUTE, SIP_ROUTE, false);
	i->record_routes = gather(&x->mem, m, SIP_RECORD_ROUTE, SIP_RECORD_ROUTE, false);
	i->requires = gather(&x->mem, m, SIP_REQUIRE, SIP_PROXY_REQUIRE, false);
	i->body = body_hash(t, m);
	i->told_ns = m->rec.time_ns;
	return i;
}

/* Who sends this request. Tags are compared without case: 7.3.1. */
static enum call_side
sender(const struct dialog *d, const struct message *m)
{
	struct slice tag = slice_head(m->from.tag, TEXT_KEPT);

	return slice_eq(d->from.tag, tag) || slice_ieq(d->from.tag, tag) ? CALL_CALLER
	                                                                 : CALL_CALLEE;
}

static enum call_side
other_side(enum call_side s)
{
	return s == CALL_CALLER ? CALL_CALLEE : CALL_CALLER;
}

static struct call *
call_of(struct dialog *d)
{
	if (d->call == NULL)
		d->call = ARENA_NEW(&d->mem, struct call);
	return d->call;
}

static struct seat *
seat_at(struct dialog *d, const struct addr *at, enum call_side side)
{
	struct call *c = d->call;
	struct seat *s = (struct seat *)call_seat(c, at, side);

	if (s != NULL || c->seats_total >= CALL_SEATS)
		return s;
	s = ARENA_NEW(&d->mem, struct seat);
	if (s == NULL)
		return NULL;
	s->at = *at;
	s->side = side;
	s->next = c->seats;
	c->seats = s;
	c->seats_total++;
	return s;
}

/* The URI of its one Contact; empty if there is none to rely on. */
static struct slice
contact_of(const struct message *m)
{
	const struct sip_header *h = sip_find(&m->sip, SIP_CONTACT, 0);
	struct slice rest = h ? h->value : SLICE_EMPTY, value;
	struct sip_addr a;

	if (!sip_list_next(&rest, &value))
		return SLICE_EMPTY;
	(void)sip_addr_dissect(value, NULL, &a);
	return a.star || a.uri.n > TEXT_KEPT ? SLICE_EMPTY : a.uri;
}

static void
set_target(struct dialog *d, struct seat *s, struct slice uri, int64_t now_ns)
{
	bool lost = false;
	struct slice kept;

	s->asked = SLICE_EMPTY;
	if (uri.n == 0 || slice_eq(s->target, uri))
		return;
	/* The texts of before are there, often: calls change between two addresses. */
	kept = slice_eq(s->before, uri) ? s->before : keep(&d->mem, uri, &lost);
	s->before = s->target;
	s->target = lost ? SLICE_EMPTY : kept;
	s->changed_ns = now_ns;
}

static void
set_asked(struct dialog *d, struct seat *s, struct slice uri)
{
	bool lost = false;

	if (uri.n == 0 || slice_eq(s->target, uri) || slice_eq(s->asked, uri))
		return;
	s->asked = keep(&d->mem, uri, &lost);
	if (lost)
		s->target = SLICE_EMPTY; /* any could be right */
}

/* 13.2.2.4: the 2xx decides. Where two INVITEs of one dialog tell two ways, it is nobody's guess. */
static void
set_routes(struct tracker *t, struct dialog *d, struct seat *s, const struct message *m)
{
	struct value_list l =
	    gather(&t->scratch, m, SIP_RECORD_ROUTE, SIP_RECORD_ROUTE, !m->request);
	bool lost = !l.known || (s->confirmed != 0 && s->confirmed != m->cseq.seq &&
	                         !slice_eq(s->routes.text, l.text));

	if (!m->request && m->sip.status >= 200 && s->confirmed == 0)
		s->confirmed = m->cseq.seq;
	if (!s->routes.known || !slice_eq(s->routes.text, l.text))
		s->routes.text = keep(&d->mem, l.text, &lost);
	s->routes.known = !lost;
}

/* Was this tag used by the same host in a call that is over? */
static bool
tag_before(struct tracker *t, const struct dialog *d, uint64_t hash, struct slice tag,
           const struct addr *home, struct ref *first)
{
	const struct dialog *o;
	size_t pos = 0;
	unsigned scan = 0;
	int side;

	while ((o = map_next(&t->tags, hash, &pos)) != NULL && scan++ < DIALOGS_OF_CALL)
		for (side = CALL_CALLER; side < CALL_SIDES; side++)
			if (o->state == STATE_TERMINATED && o->call->noted[side] &&
			    addr_ip_eq(&o->call->home[side], home) &&
			    slice_ieq(side == CALL_CALLER ? o->from.tag : o->to.tag,
			              tag) &&
			    !slice_eq(o->call_id, d->call_id)) {
				*first = o->first;
				return true;
			}
	return false;
}

/* The first message of a side, with its tag. */
static void
note_tag(struct tracker *t, struct dialog *d, enum call_side side,
         const struct addr *home, struct place *p)
{
	struct slice tag = side == CALL_CALLER ? d->from.tag : d->to.tag;
	uint64_t hash = hash_bytes(&t->key, tag);

	if (tag.n == 0)
		return;
	if (tag_before(t, d, hash, tag, home, &p->other))
		p->call |= CALL_TAG_REUSED;
	d->call->home[side] = *home;
	d->call->tags[side] = hash;
	d->call->noted[side] = map_put(&t->tags, hash, d);
}

static void
drop_invite(struct call *c, unsigned i)
{
	c->invites_total--;
	memmove(c->invites + i, c->invites + i + 1,
	        (c->invites_total - i) * sizeof(c->invites[0]));
}

static void
add_invite(struct call *c, struct tx *x)
{
	unsigned i;

	for (i = 0; i < c->invites_total; i++)
		if (c->invites[i] == x)
			return;
	if (c->invites_total == CALL_INVITES)
		drop_invite(c, 0);
	c->invites[c->invites_total++] = x;
}

bool
call_unacknowledged(const struct tx *x)
{
	return x->inv != NULL && x->status >= 200 &&
	       (x->inv->acks == 0 || x->inv->heard_ns > x->inv->acked_ns);
}

void
call_tx_ended(struct tx *x)
{
	struct call *c = x->dialog->call;
	unsigned i;

	for (i = 0; c != NULL && i < c->invites_total; i++)
		if (c->invites[i] == x) {
			drop_invite(c, i);
			return;
		}
}

/* An ACK to a 2xx: on each hop it acknowledges the same INVITE. */
static void
ack_2xx(struct call *c, enum call_side by, uint32_t cseq, int64_t now_ns)
{
	struct tx *y;
	unsigned i;

	for (i = 0; i < c->invites_total; i++) {
		y = c->invites[i];
		if (y->cseq == cseq && y->inv != NULL && call_side_of(y) == by) {
			y->inv->acks++;
			y->inv->acked_ns = now_ns;
			c->answered |= y->status >= 200 && y->status < 300;
		}
	}
}

void
call_ack(struct tx *x, const struct message *m)
{
	if (x->inv == NULL)
		return;
	x->inv->acks++;
	x->inv->acked_ns = m->rec.time_ns;
}

/* INVITEs that are open while this one comes. */
static void
overlaps(struct tracker *t, struct call *c, struct tx *x, enum call_side by,
         struct place *p)
{
	enum call_side other = other_side(by);
	const struct tx *own = call_open(c, x, by), *peer = call_open(c, x, other);

	if (x->to_tag.n == 0)
		return;
	if (peer != NULL) {
		x->was |= TX_CROSSES;
		/* It has the other's INVITE: it has answered it. */
		if (peer->provisional && addr_ip_eq(&peer->server, &x->client)) {
			p->call |= CALL_INVITE_CROSSED;
			p->call_other = peer;
		}
	}
	if (own != NULL && addr_ip_eq(&own->client, &x->client) &&
	    (own->provisional || peers_shown(t, &own->server, &own->client))) {
		x->was |= TX_OVERLAPS;
		p->call |= CALL_INVITE_OPEN;
		p->call_other = own;
	}
}

/* Target refresh requests: 12.2, RFC 3311 5.1, RFC 6665 3.1, RFC 3515 2.2. */
static bool
refreshes(enum method m)
{
	return m == METHOD_INVITE || m == METHOD_UPDATE || m == METHOD_SUBSCRIBE ||
	       m == METHOD_NOTIFY || m == METHOD_REFER;
}

/* What this request tells the element that it goes to. */
static void
request_tells(struct tracker *t, struct tx *x, const struct message *m, enum call_side by,
              struct slice target)
{
	struct dialog *d = x->dialog;
	struct seat *s;

	if (x->cut || m->dis != DIS_OK || !refreshes(m->method))
		return;
	s = seat_at(d, &m->rec.dst, other_side(by));
	if (s == NULL)
		return;
	if (m->method == METHOD_INVITE && x->to_tag.n == 0) {
		set_target(d, s, target, m->rec.time_ns);
		set_routes(t, d, s, m);
	} else {
		set_asked(d, s, target);
	}
}

static void
cancel_request(struct tracker *t, struct tx *x, struct place *p)
{
	const struct tx *y;
	size_t pos = 0;

	if (p->invite != NULL) {
		if (p->invite->provisional && p->invite->status == 0)
			x->was |= TX_CANCELS_OPEN;
		if (p->invite->responses_total == 0 && p->invite->request.frame != 0 &&
		    peers_shown(t, &p->invite->server, &p->invite->client))
			p->call |= CALL_CANCEL_EARLY;
		return;
	}
	if (x->dialog->start_seen && x->dialog->call != NULL &&
	    x->dialog->call->invites_total == 0)
		x->was |= TX_CANCELS_NOTHING;
	while (x->cookie &&
	       (y = map_next(&t->branches, hash_bytes(&t->key, x->branch), &pos)) != NULL)
		if (y->method != METHOD_CANCEL && y->method != METHOD_ACK &&
		    y->method != METHOD_INVITE && y->cseq == x->cseq &&
		    slice_eq(y->branch, x->branch)) {
			p->call |= CALL_CANCELS_OTHER;
			p->call_other = y;
		}
}

static void
hop(const struct tx *x, struct place *p)
{
	const struct tx *before = p->previous_hop;

	if (before != NULL && before->inv != NULL && x->inv != NULL &&
	    before->inv->body != x->inv->body)
		p->call |= CALL_HOP_BODY;
}

void
call_request(struct tracker *t, struct tx *x, const struct message *m, struct place *p)
{
	struct dialog *d = x->dialog;
	enum call_side by;

	if (m->sip.first[SIP_TIMESTAMP] != 0)
		x->timestamp =
		    text_keep(&x->mem, sip_find(&m->sip, SIP_TIMESTAMP, 0)->value);
	if (p->facts & PLACE_NO_DIALOG)
		x->was |= TX_NO_DIALOG;
	if ((p->facts & PLACE_CSEQ_LOWER) && m->vias == 1 &&
	    m->rec.time_ns - p->other.time_ns > REORDERED)
		x->was |= TX_CSEQ_LOWER;
	if (m->method == METHOD_INVITE)
		x->inv = invite_new(t, x, m);
	if (m->method == METHOD_CANCEL)
		cancel_request(t, x, p);
	if (d->kind != DIALOG_CALL || call_of(d) == NULL)
		return;
	by = sender(d, m);
	d->call->one_host |= addr_ip_eq(&m->rec.src, &m->rec.dst);
	if (by == CALL_CALLEE)
		x->was |= TX_BY_CALLEE;
	if (m->method == METHOD_ACK) {
		ack_2xx(d->call, by, m->cseq.seq, m->rec.time_ns);
		return;
	}
	if (m->method == METHOD_INVITE) {
		hop(x, p);
		overlaps(t, d->call, x, by, p);
		if (x->inv != NULL)
			add_invite(d->call, x);
	}
	if (m->method == METHOD_INVITE && x->to_tag.n == 0 && m->dis == DIS_OK &&
	    !d->call->noted[CALL_CALLER]) {
		note_tag(t, d, CALL_CALLER, &m->rec.src, p);
	}
	if (x->to_tag.n != 0 && m->method != METHOD_CANCEL)
		d->call->requests[by] = true;
	if (m->method == METHOD_BYE && d->call->bye[by].ref.frame == 0)
		d->call->bye[by] = (struct call_bye){
		    .ref = ref_of(&m->rec, NULL), .tx = x->id, .cseq = x->cseq};
	request_tells(t, x, m, by,
	              x->contact.n < TEXT_KEPT && !slice_eq(x->contact, SLICE("*"))
	                  ? x->contact
	                  : SLICE_EMPTY);
}

static bool
between(const struct tx *x, const struct message *m)
{
	bool udp = m->rec.carrier == CARRIER_UDP;

	return udp ? addr_eq(&x->client, &m->rec.src) && addr_eq(&x->server, &m->rec.dst)
	           : addr_ip_eq(&x->client, &m->rec.src) &&
	                 addr_ip_eq(&x->server, &m->rec.dst);
}

/* A repeat is the same message again: 17.1.1.2. */
static bool
body_differs(const struct tracker *t, const struct tx *x, const struct message *m)
{
	if (m->missing != 0 || (m->rec.faults & RECORD_PARTIAL) != 0 || x->cut)
		return false;
	if (x->inv != NULL)
		return x->inv->body != body_hash(t, m);
	return x->body != NULL && x->body->manscdp && x->body->SN.n != 0 &&
	       m->mans.m.SN.n != 0 &&
	       !slice_eq(x->body->SN, slice_head(m->mans.m.SN, TEXT_KEPT));
}

void
call_repeat(struct tracker *t, struct tx *x, const struct message *m, struct place *p)
{
	int64_t gap = m->rec.time_ns - x->repeated_ns;
	struct resent *r = x->resent;

	if (x->method == METHOD_ACK && x->dialog->call != NULL)
		ack_2xx(x->dialog->call, call_side_of(x), x->cseq, m->rec.time_ns);
	if (r == NULL)
		r = x->resent = ARENA_NEW(&x->mem, struct resent);
	if (r == NULL)
		return;
	if (!between(x, m)) {
		r->elsewhere = true;
		if (x->dialog->kind == DIALOG_CALL && x->dialog->call != NULL)
			request_tells(t, x, m, call_side_of(x), contact_of(m));
	} else if (body_differs(t, x, m)) {
		p->call |= CALL_BODY_DIFFERS;
	}
	if (gap < COPY_GAP)
		r->twice = true;
	if (x->responses_total == 0 && r->gaps_total < RESENT_GAPS && gap >= 0)
		r->gaps[r->gaps_total++] =
		    (uint32_t)(gap / (SECOND / 1000) < UINT32_MAX ? gap / (SECOND / 1000)
		                                                  : UINT32_MAX);
	if (x->status != 0 && m->rec.time_ns - x->final_ns > SECOND)
		r->late++;
}

/* When it was heard, and how long nothing was: 13.3.1.1. */
static void
invite_heard(struct invite *i, const struct message *m)
{
	if (m->rec.time_ns - i->told_ns > i->silence_ns)
		i->silence_ns = m->rec.time_ns - i->told_ns;
	if (m->sip.status > 100)
		i->told_ns = m->rec.time_ns;
	i->heard_ns = m->rec.time_ns;
}

/* 16.7 step 5: a 100 that came to a proxy, and now leaves it. Its tag tells, or that nothing else asked for it. */
static void
trying(struct dialog *d, const struct tx *x, const struct message *m, struct place *p)
{
	struct call *c = d->call;
	bool lost = false, same;

	if (m->vias > 1) {
		if (!slice_eq(c->trying_tag, m->to.tag))
			c->trying_tag =
			    keep(&d->mem, slice_head(m->to.tag, TEXT_KEPT), &lost);
		c->trying_ns = m->rec.time_ns;
		c->trying_cseq = m->cseq.seq;
		c->trying_vias = m->vias;
		return;
	}
	if (c->trying_vias <= m->vias || c->trying_cseq != m->cseq.seq)
		return;
	same = m->to.tag.n != 0 && slice_eq(c->trying_tag, m->to.tag);
	if (same || (p->repeat && x->repeats == 0 && x->last != NULL &&
	             m->rec.time_ns - c->trying_ns < SECOND / 20 &&
	             x->last->ref.time_ns < c->trying_ns &&
	             m->rec.time_ns - x->last->ref.time_ns > COPY_GAP))
		p->call |= CALL_100_FORWARDED;
}

/* 12.1.2, 13.2.2.4: what the response tells the element that asked. 12.2.1.2, 12.2.2: the 2xx decides. */
static void
response_tells(struct tracker *t, struct tx *x, const struct message *m,
               enum call_side by)
{
	struct dialog *d = x->dialog;
	bool final = m->sip.status >= 200;
	struct seat *s;

	if (m->sip.status <= 100 || m->sip.status >= 300 || m->dis != DIS_OK ||
	    !refreshes(x->method))
		return;
	for (s = final ? d->call->seats : NULL; s != NULL; s = s->next)
		if (s->side == by && s->asked.n != 0)
			set_target(d, s, s->asked, m->rec.time_ns);
	s = seat_at(d, &m->rec.dst, other_side(by));
	if (s == NULL)
		return;
	if (x->method == METHOD_INVITE && (final || x->to_tag.n == 0) && m->to.tag.n != 0)
		set_target(d, s, contact_of(m), m->rec.time_ns);
	else
		set_asked(d, s, contact_of(m));
	if (x->method == METHOD_INVITE && x->to_tag.n == 0 && x->request.frame != 0 &&
	    !x->cut && m->to.tag.n != 0)
		set_routes(t, d, s, m);
}

static void
bye_answered(struct call *c, const struct tx *x, const struct message *m)
{
	enum call_side by = call_side_of(x);

	if (m->sip.status == 401 || m->sip.status == 407) {
		if (c->bye[by].tx == x->id)
			c->bye[by] = (struct call_bye){.tx = 0};
	} else if (m->sip.status >= 200 && m->sip.status < 300 && c->bye_ok_ns == 0) {
		c->bye_ok_ns = m->rec.time_ns;
	}
}

void
call_answer(struct tracker *t, struct tx *x, const struct message *m, struct place *p)
{
	struct dialog *d = x->dialog;
	enum call_side by;
	struct tx *y;

	if (x->inv != NULL)
		invite_heard(x->inv, m);
	if (x->method == METHOD_CANCEL && !p->repeat && m->sip.status / 100 == 2) {
		y = tx_find(t, m, METHOD_INVITE, m->via.branch);
		if (y != NULL && y->inv != NULL && y->status == 0)
			y->inv->cancel = ref_of(&m->rec, NULL);
	}
	if (d->kind != DIALOG_CALL || d->call == NULL)
		return;
	if (m->sip.status == 100 && x->method == METHOD_INVITE)
		trying(d, x, m, p);
	if (p->repeat) {
		/* On the other side of an element that keeps Via, say. */
		if (x->resent != NULL && x->resent->elsewhere)
			response_tells(t, x, m, other_side(call_side_of(x)));
		return;
	}
	if (x->request.frame == 0 && sender(d, m) == CALL_CALLEE)
		x->was |= TX_BY_CALLEE;
	by = other_side(call_side_of(x));
	d->call->one_host |= addr_ip_eq(&m->rec.src, &m->rec.dst);
	if (x->inv != NULL && x->request.frame != 0)
		add_invite(d->call, x);
	if (x->method == METHOD_BYE)
		bye_answered(d->call, x, m);
	if (by == CALL_CALLEE && x->method == METHOD_INVITE && m->sip.status > 100 &&
	    m->sip.status < 300 && d->to.tag.n != 0 && !d->call->noted[CALL_CALLEE]) {
		note_tag(t, d, CALL_CALLEE, &m->rec.src, p);
	}
	response_tells(t, x, m, by);
}

/* The callee's side of the way is the same for each fork, up to where it forks. */
void
call_fork(struct tracker *t, const struct dialog *of, struct dialog *d)
{
	const struct seat *s;
	struct seat *n;
	bool lost = false;

	(void)t;
	if (of->call == NULL || call_of(d) == NULL)
		return;
	d->call->one_host = of->call->one_host;
	for (s = of->call->seats; s != NULL; s = s->next) {
		if (s->side != CALL_CALLEE ||
		    (n = seat_at(d, &s->at, CALL_CALLEE)) == NULL)
			continue;
		n->target = keep(&d->mem, s->target, &lost);
		n->routes.text = keep(&d->mem, s->routes.text, &lost);
		n->routes.known = s->routes.known && !lost;
	}
}

void
call_fork_tx(const struct tx *x, struct tx *f)
{
	bool lost = false;

	f->was = x->was;
	f->inv = x->inv ? ARENA_NEW(&f->mem, struct invite) : NULL;
	if (f->inv == NULL)
		return;
	f->inv->body = x->inv->body;
	f->inv->told_ns = x->inv->told_ns;
	f->inv->record_routes.text = keep(&f->mem, x->inv->record_routes.text, &lost);
	f->inv->requires.text = keep(&f->mem, x->inv->requires.text, &lost);
	f->inv->record_routes.known = x->inv->record_routes.known && !lost;
	f->inv->requires.known = x->inv->requires.known && !lost;
}

static bool
fits(struct slice known, struct slice tag)
{
	return known.n != 0 && slice_ieq(known, slice_head(tag, TEXT_KEPT));
}

bool
call_half_fits(const struct dialog *d, const struct message *m)
{
	return d->kind == DIALOG_CALL && d->call != NULL && d->call->noted[CALL_CALLER] &&
	       m->dis == DIS_OK && (m->rec.faults & RECORD_PARTIAL) == 0 &&
	       (fits(d->to.tag, m->to.tag) || fits(d->to.tag, m->from.tag));
}

bool
call_elsewhere(struct tracker *t, const struct message *m, struct place *p)
{
	const struct dialog *o;
	struct slice tag = slice_head(m->to.tag, TEXT_KEPT);
	size_t pos = 0;
	unsigned scan = 0;

	/* Of a message that is not whole, the tags or the Call-ID may be half. */
	if (m->vias != 1 || m->dis != DIS_OK || (m->rec.faults & RECORD_PARTIAL) != 0)
		return false;
	while ((o = map_next(&t->tags, hash_bytes(&t->key, tag), &pos)) != NULL &&
	       scan++ < DIALOGS_OF_CALL) {
		bool by_caller = fits(o->from.tag, m->from.tag) && fits(o->to.tag, tag);
		int by = by_caller ? CALL_CALLER : CALL_CALLEE;

		if (!by_caller &&
		    !(fits(o->to.tag, m->from.tag) && fits(o->from.tag, tag)))
			continue;
		if (o->state != STATE_CONFIRMED || !o->call->noted[0] ||
		    !o->call->noted[1] || !addr_ip_eq(&o->call->home[by], &m->rec.src) ||
		    !addr_ip_eq(&o->call->home[1 - by], &m->rec.dst))
			continue;
		p->other = o->first;
		return true;
	}
	return false;
}

void
call_release(struct tracker *t, struct dialog *d)
{
	if (d->call == NULL)
		return;
	if (d->call->noted[CALL_CALLER])
		map_drop(&t->tags, d->call->tags[CALL_CALLER], d);
	if (d->call->noted[CALL_CALLEE])
		map_drop(&t->tags, d->call->tags[CALL_CALLEE], d);
}
